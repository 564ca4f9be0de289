// How much work a shift plans for: its time, less the breaks that its rules take of so much work.

import type { PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import { timedTypes, typedBreaks } from './break-types.js';
import { missingBreak } from './required-breaks.js';

/** In seconds; of a shift that takes place. */
export function plannedWork(planned: PlannedShift): number {
  const { start, end, shift } = planned;
  if (shift.flexible !== undefined) return shift.flexible.targetSeconds;
  const scheduled = (end - start) / 1000;
  const byClock = shift.work.breakTypes.length === 0 ? 0 : clockBreak(planned, start, end);
  const present = scheduled - byClock;
  return Math.max(0, present - missingBreak(present, byClock, shift.work));
}

/** What the clock takes of work without a break. */
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
