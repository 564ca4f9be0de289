// Pseudo-random numbers: the same for the same seed, on every machine.

export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** True with this probability: `chance(0.02)` once in fifty. */
  chance(share: number): boolean;
  /** The items in another order. Does not change the given list. */
  shuffled<T>(items: readonly T[]): T[];
}

/**
 * Mulberry32, a published generator with 32 bits of state: small, and good enough to deal cards.
 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    chance: (share) => next() < share,
    shuffled(items) {
      const dealt = [...items];
      for (let last = dealt.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        const held = dealt[last] as (typeof dealt)[number];
        dealt[last] = dealt[other] as (typeof dealt)[number];
        dealt[other] = held;
      }
      return dealt;
    },
  };
}
