// Commands on what all employees share: shifts and holidays. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { Overlap } from '../domain/check-roster.js';
import type { EmployeeId } from '../domain/employee-id.js';
import { type AttendanceError, type Failure, invalidField } from '../domain/errors.js';
import { fromEpochDay } from '../domain/local-date.js';
import { type EmployeeRoster, type Roster, rosterOn, type ShiftVersion } from '../domain/roster.js';
import { assignmentWith, turn } from './change-own-roster.js';
import { checkRosterEtag, rosterExists, rosterNotFound } from './roster-checks.js';
import { ALL_DATES, type DayRange, findConflicts } from './roster-conflicts.js';
import {
  MAX_HOLIDAYS,
  MAX_SHIFT_VERSIONS,
  MAX_SHIFTS,
  type RosterChangeView,
  type RosterDecision,
} from './roster-decision.js';
import type { AssignmentRecord, RosterCommand, ShiftRecord } from './roster-ports.js';

type CommandOf<K extends RosterCommand['kind']> = Extract<RosterCommand, { kind: K }>;

/**
 * The most dates that are planned in full for one change of a shift, over all who use it: a tenth of
 * a second, in which a process does nothing else. Users with the same pattern are looked at once.
 */
export const MAX_PLANNED_DAYS = 10_000;

export function changeShift(
  command: CommandOf<'CREATE_SHIFT' | 'UPDATE_SHIFT' | 'ARCHIVE_SHIFT'>,
  view: RosterChangeView,
): RosterDecision {
  if (command.kind === 'CREATE_SHIFT') return createShift(command.version, view);
  const shiftId = command.kind === 'UPDATE_SHIFT' ? command.version.shift.shiftId : command.shiftId;
  const before = view.shift;
  if (before === undefined) throw rosterNotFound('shift', shiftId);
  checkRosterEtag(command.etag, before.changeId, 'shift', shiftId);
  if (command.kind === 'UPDATE_SHIFT') return updateShift(before, command.version, view);
  const isSame = before.archived;
  const archived: ShiftRecord = {
    ...before,
    archived: true,
    changeId: view.changeId,
    updatedAt: undefined,
  };
  return {
    answer: { kind: 'SHIFT', shift: isSame ? before : archived },
    edit: isSame ? undefined : { kind: 'ARCHIVE_SHIFT', shiftId },
    dates: ALL_DATES,
    // Who follows it still does.
    concernsDays: false,
  };
}

function createShift(version: ShiftVersion, view: RosterChangeView): RosterDecision {
  const { shiftId } = version.shift;
  if (view.shift !== undefined) throw rosterExists('shift', shiftId);
  if (view.count >= MAX_SHIFTS) {
    const description = `must leave at most ${MAX_SHIFTS} shifts: add a version to one there is`;
    throw invalidField('shift.shift_id', 'TOO_MANY_SHIFTS', description);
  }
  return {
    answer: { kind: 'SHIFT', shift: shiftWith([version], undefined, view.changeId) },
    edit: { kind: 'SHIFT', version },
    dates: { firstDay: version.fromDay, lastDay: Infinity },
    // Nobody has it yet.
    concernsDays: false,
  };
}

function shiftWith(
  versions: readonly ShiftVersion[],
  before: ShiftRecord | undefined,
  changeId: number,
): ShiftRecord {
  const shiftId = before?.shiftId ?? versions[0]?.shift.shiftId ?? '';
  return { shiftId, versions, archived: before?.archived ?? false, changeId, updatedAt: undefined };
}

function updateShift(
  before: ShiftRecord,
  version: ShiftVersion,
  view: RosterChangeView,
): RosterDecision {
  const { shiftId, versions } = before;
  const dates = { firstDay: version.fromDay, lastDay: lastDayOf(versions, version) };
  const replaced = versions.find(({ fromDay }) => fromDay === version.fromDay);
  if (isDeepStrictEqual(replaced, version)) {
    const answer = { kind: 'SHIFT', shift: before } as const;
    return { answer, edit: undefined, dates, concernsDays: false };
  }
  if (replaced === undefined && versions.length >= MAX_SHIFT_VERSIONS) {
    const description = `must leave the shift at most ${MAX_SHIFT_VERSIONS} versions: replace one`;
    throw invalidField('shift.effective_date', 'TOO_MANY_VERSIONS', description);
  }
  const after = [...versions.filter((one) => one !== replaced), version].sort(byFromDay);
  const shifts = new Map(view.roster.shifts).set(shiftId, after);
  refuseUserConflicts(view, { ...view.roster, shifts }, shiftId, dates);
  return {
    answer: { kind: 'SHIFT', shift: shiftWith(after, before, view.changeId) },
    edit: { kind: 'SHIFT', version },
    dates,
    concernsDays: true,
  };
}

/** Infinite ones too, whose difference is no number. */
function byFromDay(a: ShiftVersion, b: ShiftVersion): number {
  return a.fromDay < b.fromDay ? -1 : a.fromDay > b.fromDay ? 1 : 0;
}

/** Until the day before the next version. */
function lastDayOf(versions: readonly ShiftVersion[], { fromDay }: ShiftVersion): number {
  return (versions.find((other) => other.fromDay > fromDay)?.fromDay ?? Infinity) - 1;
}

/**
 * Whether it matters who has the shift: only where a version has other hours than the one that is in
 * effect on its dates can it bring two shifts together.
 */
export function needsUsers(command: RosterCommand, before: ShiftRecord | undefined): boolean {
  if (command.kind !== 'UPDATE_SHIFT' || before === undefined) return false;
  const { fromDay, shift } = command.version;
  const inEffect = before.versions.findLast((version) => version.fromDay <= fromDay)?.shift;
  return (
    inEffect === undefined ||
    inEffect.startSecond !== shift.startSecond ||
    inEffect.endSecond !== shift.endSecond ||
    inEffect.zone !== shift.zone
  );
}

/** Whom a changed shift puts in two places at once. */
export class ShiftConflict extends Error {
  override readonly name = 'ShiftConflict';
  readonly employeeId: EmployeeId;
  /** Told with the employee's assignments, which are not read for everybody. */
  readonly failureWith: (assignments: readonly AssignmentRecord[]) => Failure;

  constructor(
    employeeId: EmployeeId,
    failureWith: (assignments: readonly AssignmentRecord[]) => Failure,
  ) {
    super('a changed shift overlaps another');
    this.employeeId = employeeId;
    this.failureWith = failureWith;
  }
}

/** Throws ShiftConflict for the first user, by id, of whom one is found. */
function refuseUserConflicts(
  view: RosterChangeView,
  roster: Roster,
  shiftId: string,
  dates: DayRange,
): void {
  const seen = new Set<string>();
  let left = MAX_PLANNED_DAYS;
  for (const [employeeId, employee] of view.users) {
    if (left <= 0) return;
    const pattern = patternOf(employee);
    if (seen.has(pattern)) continue;
    seen.add(pattern);
    const step = { before: { roster: view.roster, employee }, after: { roster, employee } };
    const look = { range: dates, nowDay: view.nowDay, maxPlannedDays: left };
    const { overlap, plannedDays } = findConflicts(step, look);
    left -= plannedDays;
    if (overlap === undefined) continue;
    const told = overlap.shiftId === shiftId ? overlap : turn(overlap);
    throw new ShiftConflict(employeeId, (assignments) =>
      overlapFailure(employeeId, told, roster, employee, assignments),
    );
  }
}

/** The same text for employees whose dates have the same shifts in the same zones. */
function patternOf({
  zones,
  joinedDay,
  leftDay,
  defaultShiftId,
  assignments,
  overrides,
}: EmployeeRoster): string {
  return JSON.stringify([
    zones.map(({ fromDay, zone }) => [String(fromDay), zone.name]),
    String(joinedDay),
    String(leftDay),
    defaultShiftId,
    assignments.map(({ fromDay, toDay, anchorDay, cycle }) => [
      String(fromDay),
      String(toDay),
      anchorDay,
      cycle,
    ]),
    [...overrides],
  ]);
}

function overlapFailure(
  employeeId: EmployeeId,
  overlap: Overlap,
  roster: Roster,
  employee: EmployeeRoster,
  assignments: readonly AssignmentRecord[],
): Failure {
  const { otherEpochDay, otherShiftId } = overlap;
  const isAssigned = rosterOn(roster, employee, otherEpochDay).source === 'ASSIGNMENT';
  const other = isAssigned ? assignmentWith(assignments, otherEpochDay, otherShiftId) : undefined;
  return {
    kind: 'SHIFTS_OVERLAP',
    employeeId,
    date: fromEpochDay(overlap.epochDay),
    shiftId: overlap.shiftId,
    otherDate: fromEpochDay(otherEpochDay),
    otherShiftId,
    otherAssignmentId: other?.assignmentId,
  };
}

function tooManyHolidays(): AttendanceError {
  const description = `must leave at most ${MAX_HOLIDAYS} holidays: take out some of the past`;
  return invalidField('holiday', 'TOO_MANY_HOLIDAYS', description);
}

export function changeHoliday(
  command: CommandOf<'CREATE_HOLIDAY' | 'UPDATE_HOLIDAY' | 'ARCHIVE_HOLIDAY'>,
  view: RosterChangeView,
): RosterDecision {
  const { calendarId, epochDay } = command.kind === 'ARCHIVE_HOLIDAY' ? command : command.holiday;
  const id = `${calendarId}/${fromEpochDay(epochDay)}`;
  const before = view.holiday;
  const dates = { firstDay: epochDay, lastDay: epochDay };
  if (command.kind === 'CREATE_HOLIDAY') {
    if (before !== undefined) throw rosterExists('holiday', id);
    if (view.count >= MAX_HOLIDAYS) throw tooManyHolidays();
  } else if (before === undefined) {
    throw rosterNotFound('holiday', id);
  } else if (command.kind === 'ARCHIVE_HOLIDAY') {
    const edit = { kind: 'HOLIDAY', calendarId, epochDay, name: undefined } as const;
    return { answer: { kind: 'HOLIDAY', holiday: before }, edit, dates, concernsDays: true };
  }
  const { holiday } = command;
  const isSame = before?.name === holiday.name;
  return {
    answer: { kind: 'HOLIDAY', holiday },
    edit: isSame ? undefined : { kind: 'HOLIDAY', calendarId, epochDay, name: holiday.name },
    dates,
    concernsDays: true,
  };
}
