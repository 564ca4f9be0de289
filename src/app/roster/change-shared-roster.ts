// Commands on the shared roster: shifts and holidays. Pure.

import { isDeepStrictEqual } from 'node:util';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { type AttendanceError, invalidField } from '../../domain/facts/errors.js';
import type { Overlap } from '../../domain/roster/check-roster.js';
import { checkShift } from '../../domain/roster/check-shift.js';
import {
  byFromDay,
  type EmployeeRoster,
  type Roster,
  rosterOn,
  type ShiftVersion,
} from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type {
  AssignmentRecord,
  HolidayChange,
  RosterCommand,
  ShiftRecord,
  ShiftVersionChange,
} from '../ports/roster-ports.js';
import { assignmentWith } from './change-own-roster.js';
import {
  checkRosterEtag,
  overlapRefusal,
  refuseIfAny,
  rosterExists,
  rosterNotFound,
} from './roster-checks.js';
import { ALL_DATES, type DayRange, ShiftUsersCheck } from './roster-conflicts.js';
import {
  MAX_HOLIDAYS,
  MAX_SHIFT_VERSIONS,
  MAX_SHIFTS,
  type RosterChangeView,
  type RosterDecision,
} from './roster-decision.js';

type CommandOf<K extends RosterCommand['kind']> = Extract<RosterCommand, { kind: K }>;

export function changeShift(
  command: CommandOf<'CREATE_SHIFT' | 'UPDATE_SHIFT' | 'ARCHIVE_SHIFT'>,
  view: RosterChangeView,
): RosterDecision {
  if (command.kind === 'CREATE_SHIFT') return createShift(command.version, view);
  const shiftId = command.kind === 'UPDATE_SHIFT' ? command.version.shift.shiftId : command.shiftId;
  const before = view.shift;
  if (before === undefined) throw rosterNotFound('shift', shiftId);
  checkRosterEtag(command.etag, before.changeId, 'shift', shiftId);
  if (command.kind === 'UPDATE_SHIFT') {
    const version = versionAsked(command.version, before.versions);
    refuseIfAny(checkShift(version.shift, 'shift'));
    return updateShift(before, version, view);
  }
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
    // Employees who have it keep it.
    concernsDays: false,
  };
}

function createShift(version: ShiftVersion, view: RosterChangeView): RosterDecision {
  const { shiftId } = version.shift;
  if (view.shift !== undefined) throw rosterExists('shift', shiftId);
  if (view.count >= MAX_SHIFTS) {
    const description = `must not bring the shifts above ${MAX_SHIFTS}: add a version to an existing one`;
    throw invalidField('shift.shift_id', 'TOO_MANY_SHIFTS', description);
  }
  return {
    answer: { kind: 'SHIFT', shift: shiftWith([version], undefined, view.changeId) },
    edit: { kind: 'SHIFT', version },
    dates: { firstDay: version.fromDay, lastDay: Infinity },
    // No employee has it yet.
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
  const { versions } = before;
  const dates = datesOfVersion(versions, version);
  const replaced = versions.find(({ fromDay }) => fromDay === version.fromDay);
  if (isDeepStrictEqual(replaced, version)) {
    const answer = { kind: 'SHIFT', shift: before } as const;
    return { answer, edit: undefined, dates, concernsDays: false };
  }
  const after = withVersion(versions, version);
  return {
    answer: { kind: 'SHIFT', shift: shiftWith(after, before, view.changeId) },
    edit: { kind: 'SHIFT', version },
    dates,
    concernsDays: true,
  };
}

/** Fields that are not given are as in the version in force on the date, or as in the first one. */
function versionAsked(
  { fromDay, shift }: ShiftVersionChange,
  versions: readonly ShiftVersion[],
): ShiftVersion {
  const before = versions.findLast((version) => version.fromDay <= fromDay) ?? versions[0];
  if (before === undefined) throw new Error(`shift ${shift.shiftId} has no version`);
  const counting = { ...before.shift.counting, ...shift.counting };
  return { fromDay, shift: { ...before.shift, ...shift, counting } };
}

/** The shifts with a version of the changed shift. Throws ROSTER_NOT_FOUND, INVALID_FIELDS. */
export function shiftsWith(change: ShiftVersionChange, shifts: Roster['shifts']): Roster['shifts'] {
  const { shiftId } = change.shift;
  const versions = shifts.get(shiftId);
  if (versions === undefined) throw rosterNotFound('shift', shiftId);
  const version = versionAsked(change, versions);
  refuseIfAny(checkShift(version.shift, 'shift'));
  return new Map(shifts).set(shiftId, withVersion(versions, version));
}

/** Throws INVALID_FIELDS if there are too many. */
function withVersion(versions: readonly ShiftVersion[], version: ShiftVersion): ShiftVersion[] {
  const others = versions.filter(({ fromDay }) => fromDay !== version.fromDay);
  if (others.length >= MAX_SHIFT_VERSIONS) {
    const description = `must not bring the shift above ${MAX_SHIFT_VERSIONS} versions: replace one`;
    throw invalidField('shift.effective_date', 'TOO_MANY_VERSIONS', description);
  }
  return [...others, version].sort(byFromDay);
}

/** Until the day before the next version. */
function datesOfVersion(versions: readonly ShiftVersion[], { fromDay }: ShiftVersion): DayRange {
  const next = versions.find((other) => other.fromDay > fromDay);
  return { firstDay: fromDay, lastDay: (next?.fromDay ?? Infinity) - 1 };
}

/** The check for the rosters of the shift's users; undefined if none is needed. */
export function usersCheckOf(
  command: RosterCommand,
  view: Pick<RosterChangeView, 'roster' | 'shift' | 'nowDay'>,
): ShiftUsersCheck | undefined {
  if (command.kind !== 'UPDATE_SHIFT' || view.shift === undefined) return undefined;
  const { shiftId, versions } = view.shift;
  const version = versionAsked(command.version, versions);
  if (!hasOtherHours(versions, version)) return undefined;
  const shifts = new Map(view.roster.shifts).set(shiftId, withVersion(versions, version));
  return new ShiftUsersCheck({
    before: view.roster,
    after: { ...view.roster, shifts },
    shiftId,
    dates: datesOfVersion(versions, version),
    nowDay: view.nowDay,
  });
}

/** Two shifts can newly overlap only if the hours differ from those in effect on its dates. */
function hasOtherHours(versions: readonly ShiftVersion[], { fromDay, shift }: ShiftVersion) {
  const inEffect = versions.findLast((version) => version.fromDay <= fromDay)?.shift;
  return (
    inEffect === undefined ||
    inEffect.startSecond !== shift.startSecond ||
    inEffect.endSecond !== shift.endSecond ||
    inEffect.zone !== shift.zone
  );
}

/** The refusal for an employee whom the changed shift puts in two places at once. */
export function userConflict(
  roster: Roster,
  employeeId: EmployeeId,
  employee: EmployeeRoster,
  overlap: Overlap,
  assignments: readonly AssignmentRecord[],
): AttendanceError {
  const { otherEpochDay, otherShiftId } = overlap;
  const isAssigned = rosterOn(roster, employee, otherEpochDay).source === 'ASSIGNMENT';
  const other = isAssigned ? assignmentWith(assignments, otherEpochDay, otherShiftId) : undefined;
  return overlapRefusal(employeeId, overlap, other);
}

function tooManyHolidays(): AttendanceError {
  const description = `must not bring the holidays above ${MAX_HOLIDAYS}: delete past ones`;
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
    const edit = { kind: 'HOLIDAY', calendarId, epochDay, holiday: undefined } as const;
    return { answer: { kind: 'HOLIDAY', holiday: before }, edit, dates, concernsDays: true };
  }
  const { name = before?.name ?? '', portion = before?.portion ?? 'WHOLE_DAY' }: HolidayChange =
    command.holiday;
  const isSame = before?.name === name && before.portion === portion;
  const holiday = { name, portion };
  return {
    answer: { kind: 'HOLIDAY', holiday: { calendarId, epochDay, ...holiday } },
    edit: isSame ? undefined : { kind: 'HOLIDAY', calendarId, epochDay, holiday },
    dates,
    concernsDays: true,
  };
}
