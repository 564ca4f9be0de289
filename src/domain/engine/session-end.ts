// Until when somebody who did not say that they left may still say so: to the end of the window,
// and, where the next shift begins as theirs ends, to the end of that one's. Whoever worked on
// without touching the clock is not asked to have done so (shift-result.ts).

import type { DayResult, Session } from '../facts/day.js';
import type { DayPlan } from '../roster/plan.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import { type Instant, wholeSecond } from '../time/time.js';

/** Whether whoever is there at the end of a shift may be so for the next one. */
export function isTouching(earlier: PlannedShift, later: PlannedShift): boolean {
  return (
    earlier.end === later.start &&
    earlier.shift.work.pairing === 'TYPED' &&
    later.shift.work.pairing === 'TYPED'
  );
}

/**
 * From when on nobody can end a session of the day any more: its `closesAt`, or later where the
 * next shift was not punched by then. Undefined when it is ended, or never began.
 */
export function goesOnUntil(
  { in: start, closesAt, shiftId }: Session,
  plan: DayPlan,
  { work }: DayResult,
): Instant | undefined {
  if (start === undefined || closesAt === undefined) return undefined;
  const index = plan.shifts.findIndex(({ shift }) => shift.shiftId === shiftId);
  const [own, next] = [plan.shifts[index], plan.shifts[index + 1]];
  if (own === undefined || next === undefined) return closesAt;
  if (!isTouching(own, next) || start >= own.end) return closesAt;
  const nextId = next.shift.shiftId;
  const first = work.sessions.find((session) => session.shiftId === nextId);
  const taken = first === undefined ? next.window.to : (first.in ?? first.out ?? closesAt);
  return taken > closesAt ? taken : closesAt;
}

/**
 * Whether a session may still be ended at a moment. The last second of a window is within it, and
 * so is that of the longest session; but what is at a window's beginning is the window's.
 */
export function isOpenAt(
  session: Session,
  plan: DayPlan,
  result: DayResult,
  time: Instant,
): boolean {
  const until = goesOnUntil(session, plan, result);
  if (session.in === undefined || session.in > time || until === undefined) return false;
  if (until > time) return true;
  if (until !== wholeSecond(time)) return false;
  if (session.shiftId === undefined) return !opensAt(plan, until);
  return plan.shifts.some(({ window }) => window.to === until);
}

/** Whether a shift's window begins at a moment: what is punched in that second is the shift's. */
export function opensAt({ windows }: DayPlan, time: Instant): boolean {
  return windows.some(({ from }) => from === time);
}
