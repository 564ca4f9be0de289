// Loaded first by `npm run test:deep`: properties are tried often, with other values in every run.
// A failure prints the seed to reproduce it: PROPERTY_SEED=<seed>.

process.env.PROPERTY_TIMES ??= '20';
process.env.PROPERTY_SEED ??= 'random';
