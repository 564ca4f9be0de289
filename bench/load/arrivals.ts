// When calls arrive in an open loop. The times are drawn before the load begins, so that the server
// cannot delay any of them.

import { randomFrom } from '../support/random.js';

/** In milliseconds from the load's start. */
export interface Arrivals {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly seed: number;
}

/**
 * A Poisson process, as of independent callers. In order; the same for the same seed. Throws for a
 * rate that is not positive.
 */
export function poissonArrivals({ perSecond, durationMs, seed }: Arrivals): Float64Array {
  if (!(perSecond > 0)) throw new RangeError(`calls cannot arrive ${perSecond} times a second`);
  const random = randomFrom(seed);
  const meanMs = 1000 / perSecond;
  const times: number[] = [];
  let at = 0;
  for (;;) {
    // 1 - next() is never 0, whose logarithm is infinite.
    at -= Math.log(1 - random.next()) * meanMs;
    if (at >= durationMs) return Float64Array.from(times);
    times.push(at);
  }
}
