// Refuses invalid assignments, and finds shifts that would put one employee in two places. Must
// answer for any numbers and ids, and never change a value to make it fit.

import type { FieldViolation } from '../facts/errors.js';
import {
  FIRST_DATE,
  fromEpochDay,
  LAST_DATE,
  type LocalDate,
  toEpochDay,
} from '../time/local-date.js';
import { fieldPath } from './check-length.js';
import type { DayPlan } from './plan.js';
import { type PlannedShift, shareHours } from './planned-shift.js';
import type { Assignment, Roster } from './roster.js';

/** A cycle may be a whole year, written out. */
export const MAX_CYCLE_DAYS = 366;
export const MAX_SHIFTS_PER_DATE = 8;
/** The most violations of one assignment: enough to see what is wrong. */
const MAX_VIOLATIONS = 20;
/** The most overlaps in one answer, which holds them all and of which a person reads a few. */
export const MAX_OVERLAPS = 100;

const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

/** As long as a valid id can be, so that what was sent can be recognised. */
const MAX_SHOWN = 64;

/**
 * The violations of an assignment, at most 20; empty if it is valid. `path` leads to its message.
 * Its shifts must be in the roster and have a version in effect when it begins; without a roster
 * that is not checked.
 */
export function checkAssignment(
  assignment: Assignment,
  roster: Roster | undefined,
  path: string,
): FieldViolation[] {
  const dates = checkDates(assignment, path);
  const known = dates.length === 0 ? assignment.fromDay : undefined;
  return [...dates, ...checkCycle(assignment.cycle, roster, known, path)].slice(0, MAX_VIOLATIONS);
}

function checkDates({ fromDay, toDay, anchorDay }: Assignment, path: string): FieldViolation[] {
  const end = fieldPath(path, 'end_date');
  const alone = [
    ...(fromDay === -Infinity ? [] : checkDate(fromDay, fieldPath(path, 'start_date'))),
    ...(toDay === Infinity ? [] : checkDate(toDay, end)),
    ...checkDate(anchorDay, fieldPath(path, 'anchor_date')),
  ];
  if (alone.length > 0 || toDay >= fromDay) return alone;
  const right = `must not be before start_date, ${dateText(fromDay)}`;
  const description = `${right}; it is ${dateText(toDay)}`;
  return [{ field: end, reason: 'END_BEFORE_START', description }];
}

/** Checks the dates of an employment. */
export function checkEmployment(
  { joinedDay, leftDay }: { readonly joinedDay: number; readonly leftDay: number },
  path: string,
): FieldViolation[] {
  if (leftDay >= joinedDay) return [];
  const description = `must not be before join_date; ${fromEpochDay(leftDay)} is before ${fromEpochDay(joinedDay)}`;
  return [
    { field: fieldPath(path, 'leave_date'), reason: 'LEAVE_DATE_BEFORE_JOIN_DATE', description },
  ];
}

function checkDate(day: number, field: string): FieldViolation[] {
  if (Number.isSafeInteger(day) && day >= FIRST_DAY && day <= LAST_DAY) return [];
  const description = `must be a real date, YYYY-MM-DD, from ${FIRST_DATE} to ${LAST_DATE}`;
  return [{ field, reason: 'DATE_INVALID', description }];
}

/** `fromDay` is undefined if the beginning of the assignment is invalid. */
function checkCycle(
  cycle: Assignment['cycle'],
  roster: Roster | undefined,
  fromDay: number | undefined,
  path: string,
): FieldViolation[] {
  const field = fieldPath(path, 'cycle');
  if (cycle.length === 0) {
    const description = 'must have at least one day; a day off is a day without shift_ids';
    return [{ field, reason: 'CYCLE_EMPTY', description }];
  }
  if (cycle.length > MAX_CYCLE_DAYS) {
    const description = `must be at most ${MAX_CYCLE_DAYS} days; it is ${cycle.length}`;
    return [{ field, reason: 'CYCLE_TOO_LONG', description }];
  }
  return cycle.flatMap((ids, index) =>
    checkCycleDay(ids, roster, fromDay, `${field}[${index}].shift_ids`),
  );
}

function checkCycleDay(
  ids: readonly string[],
  roster: Roster | undefined,
  fromDay: number | undefined,
  field: string,
): FieldViolation[] {
  if (ids.length > MAX_SHIFTS_PER_DATE) {
    const right = `must be at most ${MAX_SHIFTS_PER_DATE} shifts a date`;
    const description = `${right}; there are ${ids.length}`;
    return [{ field, reason: 'TOO_MANY_SHIFTS', description }];
  }
  return ids.flatMap((id, index) => {
    if (ids.indexOf(id) === index) return checkShiftId(id, roster, fromDay, `${field}[${index}]`);
    const description = `must name each shift of a date once; it is ${shown(id)} again`;
    return [{ field: `${field}[${index}]`, reason: 'SHIFT_REPEATED', description }];
  });
}

function checkShiftId(
  id: string,
  roster: Roster | undefined,
  fromDay: number | undefined,
  field: string,
): FieldViolation[] {
  if (roster === undefined) return [];
  const first = roster.shifts.get(id)?.[0];
  if (first === undefined) {
    const description = `must be the id of an existing shift; it is ${shown(id)}`;
    return [{ field, reason: 'UNKNOWN_SHIFT', description }];
  }
  if (fromDay === undefined || first.fromDay <= fromDay) return [];
  const description =
    `must be a shift in effect when the assignment begins; ${shown(id)} ` +
    `begins on ${dateText(first.fromDay)}`;
  return [{ field, reason: 'SHIFT_NOT_IN_EFFECT', description }];
}

function shown(id: string): string {
  return JSON.stringify(id.length > MAX_SHOWN ? `${id.slice(0, MAX_SHOWN)}...` : id);
}

/** The text of a date that may come unchecked from the roster: infinite, or invalid. */
function dateText(day: number): LocalDate | string {
  const isDate = Number.isSafeInteger(day) && day >= FIRST_DAY && day <= LAST_DAY;
  return isDate ? fromEpochDay(day) : 'no date';
}

/** Two shifts of one employee that share some time. The first one begins first. */
export interface Overlap {
  readonly epochDay: number;
  readonly shiftId: string;
  readonly otherEpochDay: number;
  readonly otherShiftId: string;
}

/**
 * Pairs of an employee's shifts whose scheduled hours overlap, by the start of the later one; at
 * most MAX_OVERLAPS. Touching is allowed: one may begin the instant another ends. The plans are
 * those of one employee, each date once. A shift that begins on a date before them is not known
 * here.
 */
export function findOverlaps(plans: readonly DayPlan[]): readonly Overlap[] {
  const planned = plans.flatMap((plan) => plan.shifts).sort(compareShifts);
  const overlaps: Overlap[] = [];
  // Compared by instants and not by neighbouring dates: if shifts have their own zones, shifts two
  // or three dates apart can fall into the same hours.
  let running: PlannedShift[] = [];
  for (const later of planned) {
    running = running.filter((earlier) => earlier.end > later.start);
    for (const earlier of running) {
      if (!shareHours(earlier, later)) continue;
      overlaps.push({
        epochDay: earlier.epochDay,
        shiftId: earlier.shift.shiftId,
        otherEpochDay: later.epochDay,
        otherShiftId: later.shift.shiftId,
      });
      if (overlaps.length === MAX_OVERLAPS) return overlaps;
    }
    running.push(later);
  }
  return overlaps;
}

function compareShifts(a: PlannedShift, b: PlannedShift): number {
  const [idA, idB] = [a.shift.shiftId, b.shift.shiftId];
  return a.start - b.start || a.epochDay - b.epochDay || (idA < idB ? -1 : idA > idB ? 1 : 0);
}
