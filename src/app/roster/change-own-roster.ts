// Commands on what belongs to one employee: detail, assignments, overrides. Pure.

import { isDeepStrictEqual } from 'node:util';
import {
  type AttendanceError,
  type FieldViolation,
  invalidField,
} from '../../domain/facts/errors.js';
import {
  checkAssignment,
  checkEmployment,
  MAX_SHIFTS_PER_DATE,
  type Overlap,
} from '../../domain/roster/check-roster.js';
import { policySteps } from '../../domain/roster/policy.js';
import {
  type Assignment,
  cycleDay,
  dateAt,
  type EmployeeRoster,
  lastDayOf,
  type Roster,
  rosterOn,
} from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { Zone } from '../../domain/time/zone.js';
import {
  type AssignmentRecord,
  type EmployeeDetail,
  MAX_ASSIGNMENTS,
  MAX_OVERRIDES,
  type RosterCommand,
} from '../ports/roster-ports.js';
import { type AssignmentPut, endedFor } from './assignment-overlaps.js';
import { employeeRosterOf } from './employee-roster.js';
import {
  checkRosterEtag,
  employeeNotFound,
  overlapRefusal,
  refuseArchived,
  refuseIfAny,
  rosterExists,
  rosterNotFound,
} from './roster-checks.js';
import { ALL_DATES, type DayRange, findConflicts, turned } from './roster-conflicts.js';
import type { OwnState, RosterChangeView, RosterDecision } from './roster-decision.js';

type CommandOf<K extends RosterCommand['kind']> = Extract<RosterCommand, { kind: K }>;

const NONE: ReadonlySet<string> = new Set();

export function changeDetail(
  command: CommandOf<'CREATE_EMPLOYEE' | 'UPDATE_EMPLOYEE' | 'ARCHIVE_EMPLOYEE'>,
  view: RosterChangeView,
): RosterDecision {
  const { employeeId } = command;
  const own = ownOf(view, command);
  if (command.kind === 'CREATE_EMPLOYEE') {
    if (own.detailChangeId !== 0) throw rosterExists('employee', employeeId);
  } else {
    checkRosterEtag(command.etag, own.detailChangeId, 'employee', employeeId);
  }
  const detail = detailAsked(command, own, view.defaultZone);
  refuseIfAny(checkEmployment(detail, 'employee'));
  const isNew = own.detailChangeId === 0 && command.kind !== 'ARCHIVE_EMPLOYEE';
  const isSame = !isNew && isDeepStrictEqual(detail, own.detail);
  const { defaultShiftId } = detail;
  if (!isSame && defaultShiftId !== undefined && defaultShiftId !== own.detail.defaultShiftId) {
    refuseIfAny(checkKnown(defaultShiftId, view.roster, 'employee.default_shift_id'));
    refuseArchived([defaultShiftId], NONE, view.archivedShifts);
  }
  if (!isSame) refuseIfAny(checkPolicies(detail, own.detail, view.roster));
  const dates = isSame ? undefined : datesOfDetail(own.detail, detail, view.roster);
  if (dates !== undefined)
    refuseConflicts(view, { before: own, after: { ...own, detail }, dates, path: 'employee' });
  const changeId = isSame ? own.detailChangeId : view.changeId;
  return {
    answer: {
      kind: 'EMPLOYEE',
      employee: {
        employeeId,
        detail,
        changeId,
        updatedAt: isSame ? own.detailUpdatedAt : undefined,
      },
    },
    edit: isSame ? undefined : { kind: 'DETAIL', employeeId, detail },
    dates: dates ?? ALL_DATES,
    concernsDays: dates !== undefined,
  };
}

/** Creating or updating an employee puts them back on the lists. */
function detailAsked(
  command: CommandOf<'CREATE_EMPLOYEE' | 'UPDATE_EMPLOYEE' | 'ARCHIVE_EMPLOYEE'>,
  own: OwnState,
  defaultZone: Zone,
): EmployeeDetail {
  if (command.kind !== 'ARCHIVE_EMPLOYEE') {
    return { ...own.detail, ...command.detail, archivedDay: undefined };
  }
  return { ...own.detail, archivedDay: own.detail.archivedDay ?? today(command, own, defaultZone) };
}

/** The employee's date when the command was received. */
function today({ receivedAt }: RosterCommand, { detail }: OwnState, defaultZone: Zone): number {
  return dateAt(employeeRosterOf(detail, [], new Map(), defaultZone), receivedAt);
}

/** The dates on which two details can plan differently; undefined: none. */
function datesOfDetail(
  before: EmployeeDetail,
  after: EmployeeDetail,
  { policies }: Roster,
): DayRange | undefined {
  const isSame =
    isDeepStrictEqual(policySteps(policies, before), policySteps(policies, after)) &&
    before.zone === after.zone &&
    isDeepStrictEqual(before.zoneChanges, after.zoneChanges) &&
    before.defaultShiftId === after.defaultShiftId &&
    before.calendarId === after.calendarId;
  if (!isSame) return ALL_DATES;
  const edges: DayRange[] = [];
  if (before.joinedDay !== after.joinedDay) {
    const [firstDay, end] = ordered(before.joinedDay, after.joinedDay);
    edges.push({ firstDay, lastDay: end - 1 });
  }
  const [lastBefore, lastAfter] = [lastDayOf(before), lastDayOf(after)];
  if (lastBefore !== lastAfter) {
    const [start, lastDay] = ordered(lastBefore, lastAfter);
    edges.push({ firstDay: start + 1, lastDay });
  }
  return edges.length === 0 ? undefined : edges.reduce(hull);
}

/** New policies must exist; one that was deleted since may stay. */
function checkPolicies(
  { policies }: EmployeeDetail,
  before: EmployeeDetail,
  roster: Roster,
): FieldViolation[] {
  const known = new Set(before.policies.map(({ policyId }) => policyId));
  return policies.flatMap(({ policyId }, index) => {
    if (policyId === undefined || known.has(policyId) || roster.policies.has(policyId)) return [];
    const description = `must be the id of an existing policy; it is ${policyId}`;
    const field = `employee.policies[${index}].policy_id`;
    return [{ field, reason: 'UNKNOWN_POLICY', description }];
  });
}

function ordered(a: number, b: number): readonly [number, number] {
  return a < b ? [a, b] : [b, a];
}

function hull(a: DayRange, b: DayRange): DayRange {
  return {
    firstDay: Math.min(a.firstDay, b.firstDay),
    lastDay: Math.max(a.lastDay, b.lastDay),
  };
}

export function changeAssignment(
  command: CommandOf<'CREATE_ASSIGNMENT' | 'UPDATE_ASSIGNMENT' | 'ARCHIVE_ASSIGNMENT'>,
  view: RosterChangeView,
): RosterDecision {
  const own = ownOf(view, command);
  if (command.kind === 'CREATE_ASSIGNMENT') {
    if (own.assignments.length >= MAX_ASSIGNMENTS) throw tooManyAssignments();
    const { assignment, onOverlap } = command;
    const assignmentId = own.version + 1;
    return putAssignment(view, own, { assignmentId, before: undefined, assignment, onOverlap });
  }
  const { assignmentId, etag } = command;
  const before = own.assignments.find((one) => one.assignmentId === assignmentId);
  if (before === undefined) throw rosterNotFound('assignment', String(assignmentId));
  checkRosterEtag(etag, before.changeId, 'assignment', String(assignmentId));
  if (command.kind === 'UPDATE_ASSIGNMENT') {
    const assignment = { ...before.assignment, ...command.assignment };
    const { onOverlap } = command;
    return putAssignment(view, own, { assignmentId, before, assignment, onOverlap });
  }
  const dates = { firstDay: before.assignment.fromDay, lastDay: before.assignment.toDay };
  const assignments = own.assignments.filter((one) => one !== before);
  const after = { ...own, assignments };
  refuseConflicts(view, { before: own, after, dates, path: 'assignment_id' });
  return {
    answer: { kind: 'ASSIGNMENT', assignment: before },
    edit: {
      kind: 'ASSIGNMENTS',
      employeeId: own.employeeId,
      assignments: [{ assignmentId, assignment: undefined }],
    },
    dates,
    concernsDays: true,
  };
}

function tooManyAssignments(): AttendanceError {
  const description =
    `must not bring the employee above ${MAX_ASSIGNMENTS} assignments: delete past ones, or use ` +
    'a longer cycle';
  return invalidField('assignment', 'TOO_MANY_ASSIGNMENTS', description);
}

const ASSIGNMENT_PATH = 'assignment.assignment';

/** A new assignment, or a replacement of one, and the assignments that end because of it. */
function putAssignment(
  view: RosterChangeView,
  own: OwnState,
  { assignmentId, ...asked }: AssignmentPut & { readonly assignmentId: number },
): RosterDecision {
  const { employeeId } = own;
  const { before, assignment } = asked;
  if (before !== undefined && isDeepStrictEqual(before.assignment, assignment)) {
    const answer = { kind: 'ASSIGNMENT', assignment: before } as const;
    return { answer, edit: undefined, dates: ALL_DATES, concernsDays: false };
  }
  refuseIfAny(checkAssignment(assignment, view.roster, ASSIGNMENT_PATH));
  refuseArchived(idsOf(assignment), new Set(idsOf(before?.assignment)), view.archivedShifts);
  const { changeId } = view;
  const ended = endedFor(own, asked, changeId);
  const record = { employeeId, assignmentId, assignment, changeId, updatedAt: undefined };
  const put = [record, ...ended];
  const dates = datesPut(before?.assignment, assignment, ended);
  const after = { ...own, assignments: withRecords(own.assignments, put) };
  const path = `${ASSIGNMENT_PATH}.cycle`;
  refuseConflicts(view, { before: own, after, dates, path, changed: record });
  return {
    answer: { kind: 'ASSIGNMENT', assignment: record },
    edit: { kind: 'ASSIGNMENTS', employeeId, assignments: put },
    dates,
    concernsDays: true,
  };
}

/** The records, with those of the same id replaced. */
function withRecords(
  all: readonly AssignmentRecord[],
  records: readonly AssignmentRecord[],
): readonly AssignmentRecord[] {
  const ids = new Set(records.map(({ assignmentId }) => assignmentId));
  return [...all.filter(({ assignmentId }) => !ids.has(assignmentId)), ...records];
}

/** If others end because of it, all dates from its first one on change. */
function datesPut(
  before: Assignment | undefined,
  after: Assignment,
  ended: readonly AssignmentRecord[],
): DayRange {
  const dates = datesOfAssignment(before, after);
  return ended.length === 0 ? dates : hull(dates, { firstDay: after.fromDay, lastDay: Infinity });
}

function idsOf(assignment: Assignment | undefined): readonly string[] {
  return assignment?.cycle.flat() ?? [];
}

/** If only the first or the last date moves, the dates between stay as they are. */
function datesOfAssignment(before: Assignment | undefined, after: Assignment): DayRange {
  const whole = { firstDay: after.fromDay, lastDay: after.toDay };
  if (before === undefined) return whole;
  const both = hull(whole, { firstDay: before.fromDay, lastDay: before.toDay });
  const isSamePattern =
    before.anchorDay === after.anchorDay && isDeepStrictEqual(before.cycle, after.cycle);
  const isApart = before.toDay < after.fromDay || after.toDay < before.fromDay;
  if (!isSamePattern || isApart) return both;
  const [firstEnd] = ordered(before.toDay, after.toDay);
  const [, lastStart] = ordered(before.fromDay, after.fromDay);
  return {
    firstDay: before.fromDay === after.fromDay ? firstEnd + 1 : both.firstDay,
    lastDay: before.toDay === after.toDay ? lastStart - 1 : both.lastDay,
  };
}

export function changeOverride(
  command: CommandOf<'SET_OVERRIDE' | 'CLEAR_OVERRIDE'>,
  view: RosterChangeView,
): RosterDecision {
  const own = ownOf(view, command);
  const { employeeId } = own;
  const isSet = command.kind === 'SET_OVERRIDE';
  const epochDay = isSet ? command.override.epochDay : command.epochDay;
  const shiftIds = isSet ? command.override.shiftIds : undefined;
  const before = own.overrides.get(epochDay);
  const override = shiftIds === undefined ? undefined : { epochDay, shiftIds };
  const dates = { firstDay: epochDay, lastDay: epochDay };
  const answer = { kind: 'OVERRIDE', override } as const;
  if (isDeepStrictEqual(before, shiftIds)) {
    return { answer, edit: undefined, dates, concernsDays: false };
  }
  if (shiftIds !== undefined) {
    if (before === undefined && own.overrides.size >= MAX_OVERRIDES) throw tooManyOverrides();
    refuseIfAny(checkOverride(shiftIds, epochDay, view.roster));
    refuseArchived(shiftIds, new Set(before), view.archivedShifts);
  }
  const overrides = new Map(own.overrides);
  if (shiftIds === undefined) overrides.delete(epochDay);
  else overrides.set(epochDay, shiftIds);
  const path = isSet ? 'override.shift_ids' : 'date';
  refuseConflicts(view, { before: own, after: { ...own, overrides }, dates, path });
  return {
    answer,
    edit: { kind: 'OVERRIDE', employeeId, epochDay, shiftIds },
    dates,
    concernsDays: true,
  };
}

function tooManyOverrides(): AttendanceError {
  const description =
    `must not bring the employee above ${MAX_OVERRIDES} overrides: delete past ones, or use ` +
    'an assignment for what repeats';
  return invalidField('override', 'TOO_MANY_OVERRIDES', description);
}

function checkOverride(
  shiftIds: readonly string[],
  epochDay: number,
  roster: Roster,
): FieldViolation[] {
  const field = 'override.shift_ids';
  if (shiftIds.length > MAX_SHIFTS_PER_DATE) {
    const description = `must be at most ${MAX_SHIFTS_PER_DATE} shifts; there are ${shiftIds.length}`;
    return [{ field, reason: 'TOO_MANY_SHIFTS', description }];
  }
  return shiftIds.flatMap((id, index) => {
    const path = `${field}[${index}]`;
    if (shiftIds.indexOf(id) < index) {
      const description = `must name each shift once; it is ${id} again`;
      return [{ field: path, reason: 'SHIFT_REPEATED', description }];
    }
    const unknown = checkKnown(id, roster, path);
    const first = roster.shifts.get(id)?.[0];
    if (first === undefined || first.fromDay <= epochDay) return unknown;
    const description =
      `must be a shift in effect on ${fromEpochDay(epochDay)}; ${id} begins on ` +
      fromEpochDay(first.fromDay);
    return [{ field: path, reason: 'SHIFT_NOT_IN_EFFECT', description }];
  });
}

function checkKnown(id: string, roster: Roster, field: string): FieldViolation[] {
  if (roster.shifts.has(id)) return [];
  const description = `must be the id of an existing shift; it is ${id}`;
  return [{ field, reason: 'UNKNOWN_SHIFT', description }];
}

function ownOf(
  view: RosterChangeView,
  { employeeId }: Extract<RosterCommand, { employeeId: unknown }>,
): OwnState {
  if (view.own === undefined) throw employeeNotFound(employeeId);
  return view.own;
}

interface OwnStep {
  readonly before: OwnState;
  readonly after: OwnState;
  readonly dates: DayRange;
  /** The command's field that would give a date too many shifts. */
  readonly path: string;
  /** The new or changed assignment, if there is one. */
  readonly changed?: AssignmentRecord;
}

/** Throws if the step puts the employee in two places, or gives a date too many shifts. */
function refuseConflicts(view: RosterChangeView, step: OwnStep): void {
  const { roster, defaultZone } = view;
  const before = { roster, employee: ownRoster(step.before, defaultZone) };
  const after = { roster, employee: ownRoster(step.after, defaultZone) };
  const { overlap, crowdedDay } = findConflicts(before, after, step.dates, view.nowDay);
  if (crowdedDay !== undefined) {
    const description =
      `must not bring a date above ${MAX_SHIFTS_PER_DATE} shifts, over all assignments; ` +
      `${fromEpochDay(crowdedDay)} would have more`;
    throw invalidField(step.path, 'TOO_MANY_SHIFTS', description);
  }
  if (overlap !== undefined) throw ownConflict(overlap, roster, after.employee, step);
}

function ownRoster(own: OwnState, defaultZone: RosterChangeView['defaultZone']): EmployeeRoster {
  const assignments = own.assignments.map(({ assignment }) => assignment);
  return employeeRosterOf(own.detail, assignments, own.overrides, defaultZone);
}

/** Names the changed shift first and the one it overlaps second. */
function ownConflict(
  overlap: Overlap,
  roster: Roster,
  employee: EmployeeRoster,
  { after: own, changed }: OwnStep,
): AttendanceError {
  const source = (day: number, shiftId: string) =>
    rosterOn(roster, employee, day).source === 'ASSIGNMENT'
      ? assignmentWith(own.assignments, day, shiftId)
      : undefined;
  const first = source(overlap.epochDay, overlap.shiftId);
  const second = source(overlap.otherEpochDay, overlap.otherShiftId);
  const isOther = changed !== undefined && second === changed && first !== changed;
  const told = isOther ? turned(overlap) : overlap;
  return overlapRefusal(own.employeeId, told, isOther ? first : second);
}

/** The assignment that has a shift on a date, if any. */
export function assignmentWith(
  assignments: readonly AssignmentRecord[],
  day: number,
  shiftId: string,
): AssignmentRecord | undefined {
  return assignments.find(({ assignment }) => {
    if (day < assignment.fromDay || day > assignment.toDay) return false;
    return cycleDay(assignment, day).includes(shiftId);
  });
}
