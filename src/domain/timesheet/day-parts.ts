// The halves of a day of a timesheet: which status each has, and how much of the planned time is
// in it. A date is two halves, so that half a day is a whole number.

import type { Attendance, Portion, Status } from '../facts/day.js';
import type { DayHoliday } from '../roster/day-holiday.js';

/** A day of a timesheet, without what rules over several days make of it. */
export interface SheetDay {
  readonly day: Attendance;
  readonly holiday: DayHoliday | undefined;
}

/** A part of a day with one status. */
export interface DayPart {
  readonly status: Status;
  /** 1 or 2. */
  readonly halves: number;
  /** The leave type of leave; undefined: none. */
  readonly leaveTypeId: string | undefined;
}

/**
 * The parts of a day, 2 halves in all, or 1 for a HALF_DAY: one half was worked, and the other one
 * counts as nothing.
 */
export function dayPartsOf({ day, holiday }: SheetDay): readonly DayPart[] {
  const { status, otherHalfStatus, portion } = day;
  if (portion !== 'WHOLE_DAY') {
    return [
      partOf(status, 1, day.leaveTypeId),
      partOf(otherHalfStatus ?? 'UNSCHEDULED', 1, day.otherHalfLeaveTypeId),
    ];
  }
  // Also of a day of leave: only the other half was to be worked, and only it can be taken.
  if (isHalf(holiday?.portion) && status !== 'HOLIDAY') {
    return [partOf('HOLIDAY', 1, undefined), partOf(status, 1, wholeLeaveTypeOf(day))];
  }
  return [partOf(status, 2, wholeLeaveTypeOf(day))];
}

function partOf(status: Status, halves: number, leaveTypeId: string | undefined): DayPart {
  return status === 'HALF_DAY'
    ? { status: 'PRESENT', halves: 1, leaveTypeId: undefined }
    : { status, halves, leaveTypeId };
}

/** Of a day that is leave by its hours alone: their leave type, if all of them have it. */
function wholeLeaveTypeOf({ leaveTypeId, leaveTimes }: Attendance): string | undefined {
  const [first, ...others] = leaveTimes;
  if (leaveTypeId !== undefined || first === undefined) return leaveTypeId;
  return others.every((other) => other.leaveTypeId === first.leaveTypeId)
    ? first.leaveTypeId
    : undefined;
}

function isHalf(portion: Portion | undefined): boolean {
  return portion === 'FIRST_HALF' || portion === 'SECOND_HALF';
}

/**
 * The planned time of a part of a day, in seconds: half of it in each half, the odd second in the
 * second one. Where half of the date is a holiday, all of it is in the other half.
 */
export function plannedIn(portion: Portion, { day, holiday }: SheetDay): number {
  const { plannedSeconds } = day;
  if (portion === 'WHOLE_DAY') return plannedSeconds;
  if (isHalf(holiday?.portion)) return holiday?.portion === portion ? 0 : plannedSeconds;
  const first = Math.floor(plannedSeconds / 2);
  return portion === 'FIRST_HALF' ? first : plannedSeconds - first;
}
