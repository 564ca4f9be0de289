// Loaded first by `npm run test:deep`: properties are tried often, with other values in every run. A
// failure tells the seed to look into it with: PROPERTY_SEED=<seed>.

process.env.PROPERTY_TIMES ??= '20';
process.env.PROPERTY_SEED ??= 'random';
