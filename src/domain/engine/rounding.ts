// Rounds lengths and times of day. Nothing is rounded unless a rule asks for it.

import type { Rounding } from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import { offsetAt, type Zone } from '../time/zone.js';

/** A length in whole seconds, 0 or more, rounded to a multiple of the rule's step. */
export function roundSeconds(seconds: number, rule: Rounding): number {
  const { direction, stepSeconds, graceSeconds } = rule;
  const above = seconds % stepSeconds;
  if (above === 0) return seconds;
  const down = seconds - above;
  const up = down + stepSeconds;
  switch (direction) {
    case 'UP':
      return above <= graceSeconds ? down : up;
    case 'DOWN':
      return up - seconds <= graceSeconds ? up : down;
    case 'NEAREST':
      return above * 2 < stepSeconds ? down : up;
  }
}

/** A time in whole seconds, rounded on the local clock with the offset of that time. */
export function roundTime(time: Instant, rule: Rounding, zone: Zone): Instant {
  const localSeconds = (time + offsetAt(zone, time)) / 1000;
  // Before 1970 the remainder would be negative, so make it positive.
  const daySeconds = ((localSeconds % 86_400) + 86_400) % 86_400;
  return (time + (roundSeconds(daySeconds, rule) - daySeconds) * 1000) as Instant;
}
