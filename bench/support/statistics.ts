// Medians of rounds. A round that something else disturbed must not carry a figure.

/** The middle value; of an even number, the mean of the two middle ones. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? Number.NaN : (lower + upper) / 2;
}

/** The value that `percent` of the values do not exceed (nearest rank). NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** A ratio of two series measured in alternation: taken round by round, then the median. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Throws when the series are not equally long. */
export function ratioOf(above: readonly number[], below: readonly number[]): Ratio {
  if (above.length !== below.length) throw new RangeError('rounds do not pair up');
  const ratios = above.map((value, round) => value / (below[round] ?? Number.NaN));
  return {
    median: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}

/** Of those that are known; undefined when none is. */
export function definedMedian(values: readonly (number | undefined)[]): number | undefined {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? undefined : median(defined);
}

/** A share as text: `97 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
