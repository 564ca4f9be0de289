// Planned time that counts without a punch: what marks declare, and leave by the hour. Without it, a
// week of vacation would be a week of work that is missing.

import type { Attendance, Portion, Status } from '../facts/day.js';
import { plannedIn, type SheetDay } from './day-parts.js';

/** A part of the planned time that counts without a punch. */
export interface Credit {
  /** Whether it is leave; otherwise a holiday, a day off or work that nobody punched. */
  readonly isLeave: boolean;
  /** The leave type; undefined: none, or no leave. */
  readonly leaveTypeId: string | undefined;
  readonly seconds: number;
}

/** A part of the day, with what was declared for it. */
interface Declared {
  readonly portion: Portion;
  readonly status: Status;
  readonly leaveTypeId: string | undefined;
}

/** The credits of a day, each above 0. Together they are at most its planned time. */
export function creditsOf(sheetDay: SheetDay): readonly Credit[] {
  const { day } = sheetDay;
  let room = day.plannedSeconds;
  if (room === 0) return NO_CREDITS;
  const credits: Credit[] = [];
  const add = (isLeave: boolean, leaveTypeId: string | undefined, wanted: number): void => {
    const seconds = Math.min(room, wanted);
    if (seconds <= 0) return;
    room -= seconds;
    credits.push({ isLeave, leaveTypeId, seconds });
  };
  for (const declared of declaredParts(day)) {
    const isLeave = declared.status === 'ON_LEAVE';
    add(isLeave, isLeave ? declared.leaveTypeId : undefined, declaredSeconds(declared, sheetDay));
  }
  for (const { leaveTypeId, excusedSeconds } of day.leaveTimes) {
    add(true, leaveTypeId, excusedSeconds);
  }
  return credits;
}

const NO_CREDITS: readonly Credit[] = [];

function declaredParts(day: Attendance): readonly Declared[] {
  const { origin, portion, status, leaveTypeId, otherHalfStatus, otherHalfLeaveTypeId } = day;
  if (origin !== 'MARKED') return [];
  const own: Declared = { portion, status, leaveTypeId };
  if (portion === 'WHOLE_DAY' || otherHalfStatus === undefined) return [own];
  const other: Portion = portion === 'FIRST_HALF' ? 'SECOND_HALF' : 'FIRST_HALF';
  return [own, { portion: other, status: otherHalfStatus, leaveTypeId: otherHalfLeaveTypeId }];
}

function declaredSeconds({ portion, status }: Declared, sheetDay: SheetDay): number {
  const { day } = sheetDay;
  const planned = plannedIn(portion, sheetDay);
  switch (status) {
    case 'ON_LEAVE':
    case 'HOLIDAY':
    case 'DAY_OFF':
      return planned;
    case 'PRESENT':
    case 'REMOTE':
      return presentSeconds(portion, planned, day);
    case 'HALF_DAY':
      return presentSeconds(portion, Math.floor(planned / 2), day);
    default:
      return 0;
  }
}

/**
 * Presence that was declared counts as planned where the clock does not tell the time: of a whole
 * day, if nothing was worked; of half a day, as far as the planned time of the day was not worked.
 * The other half can be PRESENT by its punches, and is then not declared.
 */
function presentSeconds(portion: Portion, seconds: number, day: Attendance): number {
  if (portion === 'WHOLE_DAY') return day.workedSeconds === 0 ? seconds : 0;
  if (portion !== day.portion && day.sessions.length > 0) return 0;
  return Math.min(seconds, Math.max(0, day.plannedSeconds - day.workedSeconds));
}

/** The sum of the day's credits, in seconds. */
export function creditedSecondsOf(sheetDay: SheetDay): number {
  return creditsOf(sheetDay).reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * What a day adds to the balance, in seconds: worked and credited time less planned time. Undefined
 * while the clock still changes the day.
 */
export function balanceSecondsOf(sheetDay: SheetDay): number | undefined {
  const { day } = sheetDay;
  if (!day.final) return undefined;
  return day.workedSeconds + creditedSecondsOf(sheetDay) - day.plannedSeconds;
}
