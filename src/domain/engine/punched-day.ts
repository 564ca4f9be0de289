// Tells without deriving whether a date can have punches, because most dates near a punch are not
// changed by it. May be true in vain, never falsely false.

import { firstAtOrAfter, type Timeline } from '../facts/punch.js';
import { longestOffShiftSeconds } from '../roster/off-shift-spans.js';
import type { DayPlan } from '../roster/plan.js';

/**
 * Whether some punch can belong to the date: in a visit near enough to a window of its shifts, or
 * in a period of off-shift work that touches it. Without one, no result of the date is DERIVED.
 * Such a period is shorter than twice the longest session (off-shift-dates.ts finds its date), so
 * it begins at most that long before the date, and not after it.
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
