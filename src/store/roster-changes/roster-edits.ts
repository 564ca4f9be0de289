// The statements of roster changes in the order in which they are sent: first the feed head's time,
// which all rows have; then each change's rows and the change itself; last the roster's head.
// Replaced rows are kept: only until when they were known is set.

import type { RosterAnswer, RosterCommand } from '../../app/ports/roster-ports.js';
import type {
  AssignmentEdit,
  RosterDecision,
  RosterEdit,
} from '../../app/roster/roster-decision.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { type Bound, bind, type Row, type Statement } from '../postgres/database.js';
import {
  boundedDateOf,
  codeOfPortion,
  dateOf,
  encodeDetail,
  encodePolicy,
  encodeShift,
} from '../rosters/roster-codec.js';
import { encodeAnswer } from './roster-answer.js';
import {
  ADD_CALENDAR_USER,
  ADD_POLICY_USER,
  ADD_SHIFT_USER,
  ARCHIVE_SHIFT,
  INSERT_ASSIGNMENT,
  INSERT_CHANGE_OF_CALENDAR,
  INSERT_CHANGE_OF_EMPLOYEE,
  INSERT_CHANGE_OF_POLICY,
  INSERT_CHANGE_OF_SHIFT,
  INSERT_DETAIL,
  INSERT_HOLIDAY,
  INSERT_OVERRIDE,
  INSERT_POLICY_VERSION,
  INSERT_REQUEST,
  INSERT_SHIFT,
  INSERT_SHIFT_VERSION,
  INSERT_STALE_OF_CALENDAR,
  INSERT_STALE_OF_EMPLOYEE,
  INSERT_STALE_OF_POLICY,
  INSERT_STALE_OF_SHIFT,
  MOVE_ROSTER_HEAD,
  RAISE_ROSTER_VERSION,
  SUPERSEDE_ASSIGNMENT,
  SUPERSEDE_DETAIL,
  SUPERSEDE_HOLIDAY,
  SUPERSEDE_OVERRIDE,
  SUPERSEDE_POLICY_VERSION,
  SUPERSEDE_SHIFT_VERSION,
  TAKE_ROSTER_TIME,
} from './roster-statements.js';

const INSERTS: ReadonlySet<Statement> = new Set([
  INSERT_CHANGE_OF_EMPLOYEE,
  INSERT_CHANGE_OF_SHIFT,
  INSERT_CHANGE_OF_CALENDAR,
  INSERT_CHANGE_OF_POLICY,
]);

/** A command, and the decided edit. */
export interface DecidedChange {
  readonly command: RosterCommand;
  readonly decision: RosterDecision;
  readonly edit: RosterEdit;
  readonly changeId: number;
  readonly shiftOverlaps: number;
}

/** A command that changes nothing. */
export interface Unchanged {
  readonly command: RosterCommand;
  readonly answer: RosterAnswer;
}

/** Keeps the command's request id, if it has one. */
export function requestStatements({ command, answer }: Unchanged): Bound[] {
  const { requestId, payloadHash } = command;
  if (requestId === undefined) return [];
  return [bind(INSERT_REQUEST, requestId, payloadHash, JSON.stringify(encodeAnswer(answer)))];
}

/**
 * All statements of decided changes, recorded at one time. Several must be sorted by number, and
 * about distinct employees' own rosters.
 */
export function changeStatements(changes: readonly DecidedChange[]): Bound[] {
  const last = changes.at(-1);
  if (last === undefined) return [];
  const isShared = !('employeeId' in last.edit);
  return [
    bind(TAKE_ROSTER_TIME),
    ...changes.flatMap((one) => [
      ...editStatements(one.edit, one.changeId),
      insertedChange(one),
      insertedStale(one),
    ]),
    bind(MOVE_ROSTER_HEAD, last.changeId, isShared),
  ];
}

/** The rows of the changes among the answers to `changeStatements` and other statements. */
export function changeRows(
  statements: readonly Bound[],
  answers: readonly (readonly Row[])[],
): readonly Row[] {
  return statements.flatMap(({ statement }, index) =>
    INSERTS.has(statement) ? (answers[index] ?? []) : [],
  );
}

function insertedChange({
  command,
  decision,
  edit,
  changeId,
  shiftOverlaps,
}: DecidedChange): Bound {
  const { statement, subject } = subjectOf(edit);
  const { requestId } = command;
  const isRepeatable = requestId !== undefined;
  return bind(
    statement,
    changeId,
    decision.concernsDays,
    command.actor,
    command.reason,
    subject,
    boundedDateOf(decision.dates.firstDay),
    boundedDateOf(decision.dates.lastDay),
    requestId ?? null,
    isRepeatable ? command.payloadHash : null,
    isRepeatable ? JSON.stringify(encodeAnswer(decision.answer)) : null,
    shiftOverlaps,
  );
}

function insertedStale({ edit, changeId }: DecidedChange): Bound {
  const { stale, subject } = subjectOf(edit);
  return bind(stale, changeId, subject);
}

interface Subject {
  readonly statement: Statement;
  readonly stale: Statement;
  readonly subject: string;
}

function subjectOf(edit: RosterEdit): Subject {
  switch (edit.kind) {
    case 'DETAIL':
    case 'ASSIGNMENTS':
    case 'OVERRIDE':
      return {
        statement: INSERT_CHANGE_OF_EMPLOYEE,
        stale: INSERT_STALE_OF_EMPLOYEE,
        subject: edit.employeeId,
      };
    case 'SHIFT':
      return {
        statement: INSERT_CHANGE_OF_SHIFT,
        stale: INSERT_STALE_OF_SHIFT,
        subject: edit.version.shift.shiftId,
      };
    case 'ARCHIVE_SHIFT':
      return {
        statement: INSERT_CHANGE_OF_SHIFT,
        stale: INSERT_STALE_OF_SHIFT,
        subject: edit.shiftId,
      };
    case 'POLICY':
      return {
        statement: INSERT_CHANGE_OF_POLICY,
        stale: INSERT_STALE_OF_POLICY,
        subject: edit.policyId,
      };
    case 'HOLIDAY':
      return {
        statement: INSERT_CHANGE_OF_CALENDAR,
        stale: INSERT_STALE_OF_CALENDAR,
        subject: edit.calendarId,
      };
  }
}

function editStatements(edit: RosterEdit, changeId: number): Bound[] {
  switch (edit.kind) {
    case 'DETAIL':
      return detailStatements(edit, changeId);
    case 'ASSIGNMENTS':
      return assignmentStatements(edit, changeId);
    case 'OVERRIDE':
      return overrideStatements(edit, changeId);
    case 'SHIFT': {
      const { fromDay, shift } = edit.version;
      const { shiftId } = shift;
      const date = dateOf(fromDay);
      return [
        bind(INSERT_SHIFT, shiftId),
        bind(SUPERSEDE_SHIFT_VERSION, shiftId, date),
        bind(INSERT_SHIFT_VERSION, shiftId, date, changeId, JSON.stringify(encodeShift(shift))),
      ];
    }
    case 'ARCHIVE_SHIFT':
      return [bind(ARCHIVE_SHIFT, edit.shiftId, changeId)];
    case 'POLICY':
      return policyStatements(edit, changeId);
    case 'HOLIDAY': {
      const { calendarId, holiday } = edit;
      const date = dateOf(edit.epochDay);
      const supersede = bind(SUPERSEDE_HOLIDAY, calendarId, date);
      if (holiday === undefined) return [supersede];
      const portion = codeOfPortion(holiday.portion);
      return [supersede, bind(INSERT_HOLIDAY, calendarId, date, changeId, holiday.name, portion)];
    }
  }
}

type EditOf<K extends RosterEdit['kind']> = Extract<RosterEdit, { kind: K }>;

function policyStatements(
  { policyId, replaced, version }: EditOf<'POLICY'>,
  changeId: number,
): Bound[] {
  const ended = replaced.map((day) => bind(SUPERSEDE_POLICY_VERSION, policyId, dateOf(day)));
  if (version === undefined) return ended;
  const definition = JSON.stringify(encodePolicy(version.policy));
  const date = dateOf(version.fromDay);
  return [...ended, bind(INSERT_POLICY_VERSION, policyId, date, changeId, definition)];
}

function detailStatements({ employeeId, detail }: EditOf<'DETAIL'>, changeId: number): Bound[] {
  const { employeeName, groupId, defaultShiftId, calendarId, policies } = detail;
  const policyIds = policies.flatMap(({ policyId }) => policyId ?? []);
  return [
    bind(SUPERSEDE_DETAIL, employeeId),
    bind(INSERT_DETAIL, employeeId, changeId, JSON.stringify(encodeDetail(detail))),
    bind(RAISE_ROSTER_VERSION, employeeId, changeId, employeeName, groupId),
    ...shiftUsers(employeeId, defaultShiftId === undefined ? [] : [defaultShiftId]),
    ...(calendarId === undefined ? [] : [bind(ADD_CALENDAR_USER, calendarId, employeeId)]),
    ...(policyIds.length === 0 ? [] : [bind(ADD_POLICY_USER, policyIds, employeeId)]),
  ];
}

function assignmentStatements(
  { employeeId, assignments }: EditOf<'ASSIGNMENTS'>,
  changeId: number,
): Bound[] {
  const shiftIds = assignments.flatMap(({ assignment }) => assignment?.cycle.flat() ?? []);
  return [
    ...assignments.flatMap((one) => assignmentRows(employeeId, one, changeId)),
    raised(employeeId, changeId),
    ...shiftUsers(employeeId, shiftIds),
  ];
}

function assignmentRows(
  employeeId: EmployeeId,
  { assignmentId, assignment }: AssignmentEdit,
  changeId: number,
): Bound[] {
  const ended = bind(SUPERSEDE_ASSIGNMENT, employeeId, assignmentId);
  if (assignment === undefined) return [ended];
  const { fromDay, toDay, anchorDay, cycle } = assignment;
  const inserted = bind(
    INSERT_ASSIGNMENT,
    employeeId,
    assignmentId,
    changeId,
    dateOf(fromDay),
    dateOf(toDay),
    dateOf(anchorDay),
    JSON.stringify(cycle),
  );
  return [ended, inserted];
}

function overrideStatements(edit: EditOf<'OVERRIDE'>, changeId: number): Bound[] {
  const { employeeId, epochDay, shiftIds } = edit;
  const date = dateOf(epochDay);
  const ended = bind(SUPERSEDE_OVERRIDE, employeeId, date);
  if (shiftIds === undefined) return [ended, raised(employeeId, changeId)];
  return [
    ended,
    bind(INSERT_OVERRIDE, employeeId, date, changeId, shiftIds),
    raised(employeeId, changeId),
    ...shiftUsers(employeeId, shiftIds),
  ];
}

function raised(employeeId: EmployeeId, changeId: number): Bound {
  return bind(RAISE_ROSTER_VERSION, employeeId, changeId, null, null);
}

function shiftUsers(employeeId: EmployeeId, shiftIds: readonly string[]): Bound[] {
  const ids = [...new Set(shiftIds)];
  return ids.length === 0 ? [] : [bind(ADD_SHIFT_USER, ids, employeeId)];
}
