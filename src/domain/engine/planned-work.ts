// How much work a shift plans: its time, less the breaks that its rules deduct from that much work.

import { halvesMeetAt, holidayHalf, type PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import { timedTypes, typedBreaks } from './break-types.js';
import { missingBreak } from './required-breaks.js';

/** In seconds, for a shift that takes place. */
export function plannedWork(planned: PlannedShift): number {
  const { shift } = planned;
  const half = holidayHalf(planned);
  if (shift.flexible !== undefined) {
    const { targetSeconds } = shift.flexible;
    return half === undefined ? targetSeconds : Math.floor(targetSeconds / 2);
  }
  const start = half === 'FIRST_HALF' ? halvesMeetAt(planned) : planned.start;
  const end = plannedEnd(planned);
  const scheduled = (end - start) / 1000;
  const byClock = shift.work.breakTypes.length === 0 ? 0 : clockBreak(planned, start, end);
  const present = scheduled - byClock;
  return Math.max(0, present - missingBreak(present, byClock, shift.work));
}

/** When a shift that takes place ends; where the halves meet if a holiday cancels the second. */
export function plannedEnd(planned: PlannedShift): Instant {
  return holidayHalf(planned) === 'SECOND_HALF' ? halvesMeetAt(planned) : planned.end;
}

/** The seconds deducted as breaks by the clock from work without a break. */
function clockBreak({ shift: { work }, zone }: PlannedShift, start: Instant, end: Instant): number {
  const workedSeconds = (end - start) / 1000;
  const breaks = [] as const;
  const whole = {
    in: start,
    out: end,
    shiftId: undefined,
    workedSeconds,
    breaks,
    closesAt: undefined,
  };
  const types = timedTypes(work.breakTypes, start, end, zone);
  return typedBreaks([whole], types, 0, undefined, undefined).deductedSeconds;
}
