// Whether anybody can have been seen on a date, told without deriving it: most dates that a punch
// is near to are not changed by it. May say yes in vain, never no.

import { firstAtOrAfter, type Timeline } from '../facts/punch.js';
import { longestOffShiftSeconds } from '../roster/off-shift-spans.js';
import type { DayPlan } from '../roster/plan.js';

/**
 * Whether some punch can be one of the date's: in a visit that a window of its shifts is
 * near enough to, or of a stretch of off-shift work that runs through it. Without one, no result of the date is DERIVED. Such a
 * stretch covers less than twice the longest session (off-shift-dates.ts tells its date), so it
 * begins no longer before the date, and not after it.
 */
export function mayBePunched(plan: DayPlan, punches: Timeline): boolean {
  let from = plan.start - 2 * longestOffShiftSeconds(plan.offShift) * 1000;
  let to: number = plan.end;
  for (const { window } of plan.shifts) {
    from = Math.min(from, window.from - plan.maxVisitMs);
    to = Math.max(to, window.to + plan.maxVisitMs);
  }
  const first = punches[firstAtOrAfter(punches, from)];
  return first !== undefined && first.time <= to;
}
