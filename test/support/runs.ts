// How often a property is tried. Every run of the suite draws other values, so that many runs
// try much; what one run tries is chosen so that the suite stays within its budget
// (CONTRIBUTING.md), and of single broken comparisons in the engine the properties that noticed
// them at all did so within the first tenth of it.

/** `usual` times, or as often as PROPERTY_RUNS says: for a soak, 3000 and more. */
export function runs(usual: number): number {
  const asked = process.env.PROPERTY_RUNS;
  if (asked === undefined) return usual;
  const count = Number(asked);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`PROPERTY_RUNS must be a number of runs, and is "${asked}"`);
}
