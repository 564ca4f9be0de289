// Counts by kind, of which a server could make any number.

/** The most kinds told apart; the rest is counted together. */
const MAX_KINDS = 32;

/** One more of a kind. */
export function countKind(counts: Record<string, number>, kind: string): void {
  const known = kind in counts || Object.keys(counts).length < MAX_KINDS;
  const name = known ? kind : 'OTHER';
  counts[name] = (counts[name] ?? 0) + 1;
}
