// Medians of rounds, so that a disturbed round does not affect a figure.

/** The middle value; for an even number, the mean of the two middle ones. NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? Number.NaN : (lower + upper) / 2;
}

/** The value that `percent` of the values do not exceed (nearest rank). NaN if there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** A ratio of two series measured alternately: calculated for each round, then the median. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Throws if the series have different lengths. */
export function ratioOf(above: readonly number[], below: readonly number[]): Ratio {
  if (above.length !== below.length) throw new RangeError('rounds do not pair up');
  const ratios = above.map((value, round) => value / (below[round] ?? Number.NaN));
  return {
    median: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}

/** The median of the defined values; undefined if there are none. */
export function definedMedian(values: readonly (number | undefined)[]): number | undefined {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? undefined : median(defined);
}

/** A share as text: `97 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
