// How often a property is tried. Every run of the suite draws other values, so that what one run
// does not try, others do; and each try is a period of many dates. The usual numbers are what the
// suite's budget allows; CONTRIBUTING.md says which, and when to let them try more.

/** `usual` times, or as often as PROPERTY_RUNS says. Throws when that is no number of runs. */
export function runs(usual: number): number {
  const asked = process.env.PROPERTY_RUNS;
  if (asked === undefined) return usual;
  const count = Number(asked);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`PROPERTY_RUNS must be a number of runs, and is "${asked}"`);
}
