// Counts by kind, with a bound, because a server could make any number of kinds.

/** The most kinds counted separately. Others are counted together. */
const MAX_KINDS = 32;

/** Adds one to a kind. */
export function countKind(counts: Record<string, number>, kind: string): void {
  const known = kind in counts || Object.keys(counts).length < MAX_KINDS;
  const name = known ? kind : 'OTHER';
  counts[name] = (counts[name] ?? 0) + 1;
}
