// How often a property is tried, and with which values. `npm test` draws the same values in every
// run, so that it fails because of a change and never by chance; `npm run test:deep` draws others
// each time, and many more.

/** The seed of `npm test`. Any number will do. */
const USUAL_SEED = 20_260_302;

/** `usual` times; PROPERTY_RUNS times instead, or PROPERTY_TIMES as often. */
export function runs(usual: number): number {
  return counted('PROPERTY_RUNS') ?? usual * (counted('PROPERTY_TIMES') ?? 1);
}

function counted(name: string): number | undefined {
  const asked = process.env[name];
  if (asked === undefined) return undefined;
  const count = Number(asked);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`${name} must be a whole number above 0, and is "${asked}"`);
}

/** The seed of properties: PROPERTY_SEED; with `random` another one in each run. */
export function seed(): number {
  const asked = process.env.PROPERTY_SEED;
  if (asked === undefined) return USUAL_SEED;
  if (asked === 'random') return Math.floor(Math.random() * 2 ** 31);
  const number = Number(asked);
  if (Number.isSafeInteger(number)) return number;
  throw new Error(`PROPERTY_SEED must be a whole number or random, and is "${asked}"`);
}
