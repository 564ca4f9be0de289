// Reads what roster changes are decided on: locks the roster's head, then the employees sorted by
// id, and only then reads, in one round trip. Must never read before the locks are held, nor lock
// an employee after the feed's head: writers of punches use the same order.

import type { RosterCommand } from '../../app/ports/roster-ports.js';
import { plainDetail } from '../../app/roster/employee-roster.js';
import type { OwnState, RosterChangeView } from '../../app/roster/roster-decision.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';
import { ADD_EMPLOYEES, LOCK_EMPLOYEES } from '../facts/lock-and-read.js';
import {
  BEGIN,
  type Bound,
  bind,
  type Row,
  type Session,
  type Statement,
} from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import { dateOf, decodeDetail, epochDayOf } from '../rosters/roster-codec.js';
import { CHANGE_COLUMNS } from '../rosters/roster-records.js';
import {
  assignmentRecordOf,
  holidayRecordOf,
  policyRecordOf,
  rowsByEmployee,
  shiftIdsOf,
  shiftRecordOf,
} from '../rosters/roster-rows.js';
import { READ_OWN_ASSIGNMENTS } from '../rosters/roster-statements.js';

/** Every change waits here for the one before it. */
export const LOCK_ROSTER_HEAD: Statement = {
  name: 'lock_roster_head',
  text: 'select change_id, shared_version from roster_head where id = 1 for update',
};

export const READ_EARLIER_CHANGES: Statement = {
  name: 'read_earlier_changes',
  text: `
    select ${CHANGE_COLUMNS}, c.request_id, payload_hash, answer
    from unnest($1::uuid[]) t (request_id)
    cross join lateral (
      select * from roster_change c where c.request_id = t.request_id limit 1
    ) c`,
};

/** Requests that changed nothing. */
export const READ_EARLIER_REQUESTS: Statement = {
  name: 'read_earlier_requests',
  text: `
    select r.request_id, r.payload_hash, r.answer
    from unnest($1::uuid[]) t (request_id)
    cross join lateral (
      select * from roster_request r where r.request_id = t.request_id limit 1
    ) r`,
};

export const READ_OWN_DETAILS: Statement = {
  name: 'read_own_details',
  text: `
    select d.employee_id, d.change_id, d.recorded_at, d.detail
    from unnest($1::text[]) t (employee_id)
    cross join lateral (
      select * from employee_detail d
      where d.employee_id = t.employee_id collate "C" and d.superseded_at = 'infinity'
      limit 1
    ) d`,
};

export const READ_OWN_OVERRIDES: Statement = {
  name: 'read_own_overrides',
  text: `
    select o.employee_id, o.date, o.shift_ids
    from unnest($1::text[]) t (employee_id)
    cross join lateral (
      select * from date_override o
      where o.employee_id = t.employee_id collate "C" and o.superseded_at = 'infinity'
      order by o.date
    ) o`,
};

export const READ_ARCHIVED: Statement = {
  name: 'read_archived',
  text: `
    select s.shift_id from unnest($1::text[]) t (shift_id)
    cross join lateral (
      select * from shift s
      where s.shift_id = t.shift_id collate "C" and s.archived_by is not null
      limit 1
    ) s`,
};

export const READ_SHIFT: Statement = {
  name: 'read_shift',
  text: `
    select s.shift_id, s.archived_by, v.effective_date, v.change_id, v.recorded_at, v.definition,
           case when s.archived_by is not null then s.archived_at end as archived_at
    from shift s
    join shift_version v on v.shift_id = s.shift_id and v.superseded_at = 'infinity'
    where s.shift_id = $1
    order by v.effective_date`,
};

export const COUNT_SHIFTS: Statement = {
  name: 'count_shifts',
  text: 'select count(*) as count from shift',
};

export const READ_ONE_HOLIDAY: Statement = {
  name: 'read_one_holiday',
  text: `
    select calendar_id, date, name, portion from holiday
    where calendar_id = $1 and date = $2 and superseded_at = 'infinity'`,
};

export const COUNT_HOLIDAYS: Statement = {
  name: 'count_holidays',
  text: `select count(*) as count from holiday where superseded_at = 'infinity'`,
};

/** A row for each version, with the latest change of the policy. */
export const READ_POLICY: Statement = {
  name: 'read_policy',
  text: `
    select p.policy_id, p.effective_date, p.definition,
           c.change_id as latest_change_id, c.recorded_at as latest_recorded_at
    from policy_version p
    cross join lateral (
      select c.change_id, c.recorded_at from roster_change c
      where c.policy_id = p.policy_id
      order by c.recorded_at desc
      limit 1
    ) c
    where p.policy_id = $1 and p.superseded_at = 'infinity'
    order by p.effective_date`,
};

/** The parts of a command's view that are read under the locks. */
export type LockedView = Pick<
  RosterChangeView,
  'archivedShifts' | 'own' | 'shift' | 'holiday' | 'policy' | 'count'
>;

export interface LockedRoster {
  /** The latest change of any kind. */
  readonly changeId: number;
  readonly sharedVersion: number;
  /** Employees that this transaction added, for commands that create them. */
  readonly created: ReadonlySet<EmployeeId>;
  /** The row of the change that this request made before, or of the request alone. */
  earlier(command: RosterCommand): Row | undefined;
  view(command: RosterCommand): LockedView;
}

/**
 * Opens the transaction. Several commands must be about employees' own rosters, and about distinct
 * employees.
 */
export async function lockRoster(
  session: Session,
  commands: readonly RosterCommand[],
): Promise<LockedRoster> {
  const statements = [
    bind(BEGIN),
    bind(LOCK_ROSTER_HEAD),
    ...earlierReads(commands),
    ...ownReads(commands),
    ...commands.flatMap(sharedReads),
  ];
  const answers = await session.pipeline(statements);
  const byStatement = new Map(
    statements.map(({ statement }, index) => [statement, answers[index] ?? []]),
  );
  return lockedRoster((statement) => byStatement.get(statement) ?? []);
}

type RowsOf = (statement: Statement) => readonly Row[];

function lockedRoster(rows: RowsOf): LockedRoster {
  const [head] = rows(LOCK_ROSTER_HEAD);
  if (head === undefined) throw new Error('roster_head has lost its row');
  const earlier = new Map(
    [...rows(READ_EARLIER_CHANGES), ...rows(READ_EARLIER_REQUESTS)].map(
      (row) => [text(row, 'request_id'), row] as const,
    ),
  );
  const own = ownRows(rows);
  const archivedShifts = new Set(rows(READ_ARCHIVED).map((row) => text(row, 'shift_id')));
  const [holiday] = rows(READ_ONE_HOLIDAY);
  const [counted] = [...rows(COUNT_SHIFTS), ...rows(COUNT_HOLIDAYS)];
  return {
    changeId: number(head, 'change_id'),
    sharedVersion: number(head, 'shared_version'),
    created: new Set(rows(ADD_EMPLOYEES).map((row) => text(row, 'employee_id') as EmployeeId)),
    earlier: ({ requestId }) => (requestId === undefined ? undefined : earlier.get(requestId)),
    view: (command) => ({
      archivedShifts,
      own: 'employeeId' in command ? ownStateOf(command.employeeId, own) : undefined,
      shift: shiftRecordOf(rows(READ_SHIFT)),
      holiday: holiday === undefined ? undefined : holidayRecordOf(holiday),
      policy: policyRecordOf(rows(READ_POLICY)),
      count: counted === undefined ? 0 : number(counted, 'count'),
    }),
  };
}

function earlierReads(commands: readonly RosterCommand[]): Bound[] {
  const requestIds = commands.flatMap(({ requestId }) => requestId ?? []);
  if (requestIds.length === 0) return [];
  return [READ_EARLIER_CHANGES, READ_EARLIER_REQUESTS].map((read) => bind(read, requestIds));
}

function ownReads(commands: readonly RosterCommand[]): Bound[] {
  const own = commands.filter((command) => 'employeeId' in command);
  if (own.length === 0) return [];
  const idsOf = (some: typeof own) =>
    some.map(({ employeeId }) => employeeId).sort(compareEmployeeIds);
  const created = idsOf(own.filter(({ kind }) => kind === 'CREATE_EMPLOYEE'));
  const employeeIds = idsOf(own);
  const shiftIds = [...new Set(own.flatMap(shiftIdsIn))];
  const names = created.map(() => '');
  return [
    ...(created.length === 0 ? [] : [bind(ADD_EMPLOYEES, created, names)]),
    bind(LOCK_EMPLOYEES, employeeIds),
    bind(READ_OWN_DETAILS, employeeIds),
    bind(READ_OWN_ASSIGNMENTS, employeeIds),
    bind(READ_OWN_OVERRIDES, employeeIds),
    ...(shiftIds.length === 0 ? [] : [bind(READ_ARCHIVED, shiftIds)]),
  ];
}

function shiftIdsIn(command: RosterCommand): readonly string[] {
  switch (command.kind) {
    case 'CREATE_EMPLOYEE':
    case 'UPDATE_EMPLOYEE': {
      const { defaultShiftId } = command.detail;
      return defaultShiftId === undefined ? [] : [defaultShiftId];
    }
    case 'CREATE_ASSIGNMENT':
    case 'UPDATE_ASSIGNMENT':
      return [...new Set(command.assignment.cycle?.flat())];
    case 'SET_OVERRIDE':
      return command.override.shiftIds;
    default:
      return [];
  }
}

/** The reads of a command on the shared roster. */
function sharedReads(command: RosterCommand): Bound[] {
  switch (command.kind) {
    case 'CREATE_SHIFT':
      return [bind(READ_SHIFT, command.version.shift.shiftId), bind(COUNT_SHIFTS)];
    case 'UPDATE_SHIFT':
      return [bind(READ_SHIFT, command.version.shift.shiftId)];
    case 'ARCHIVE_SHIFT':
      return [bind(READ_SHIFT, command.shiftId)];
    case 'CREATE_HOLIDAY': {
      const { calendarId, epochDay } = command.holiday;
      return [bind(READ_ONE_HOLIDAY, calendarId, dateOf(epochDay)), bind(COUNT_HOLIDAYS)];
    }
    case 'UPDATE_HOLIDAY':
      return [bind(READ_ONE_HOLIDAY, command.holiday.calendarId, dateOf(command.holiday.epochDay))];
    case 'ARCHIVE_HOLIDAY':
      return [bind(READ_ONE_HOLIDAY, command.calendarId, dateOf(command.epochDay))];
    case 'SET_POLICY':
      return [bind(READ_POLICY, command.version.policy.policyId)];
    case 'DELETE_POLICY':
      return [bind(READ_POLICY, command.policyId)];
    default:
      return [];
  }
}

/** The own rosters of the locked employees, by employee. */
interface OwnRows {
  readonly employees: ReadonlyMap<string, Row>;
  readonly details: ReadonlyMap<string, Row>;
  readonly assignments: ReadonlyMap<string, readonly Row[]>;
  readonly overrides: ReadonlyMap<string, readonly Row[]>;
}

function ownRows(rows: RowsOf): OwnRows {
  const byEmployee = (statement: Statement) =>
    new Map(rows(statement).map((row) => [text(row, 'employee_id'), row] as const));
  return {
    employees: byEmployee(LOCK_EMPLOYEES),
    details: byEmployee(READ_OWN_DETAILS),
    assignments: rowsByEmployee(rows(READ_OWN_ASSIGNMENTS)),
    overrides: rowsByEmployee(rows(READ_OWN_OVERRIDES)),
  };
}

/** Undefined for an unknown employee. */
function ownStateOf(employeeId: EmployeeId, own: OwnRows): OwnState | undefined {
  const employee = own.employees.get(employeeId);
  if (employee === undefined) return undefined;
  const detail = own.details.get(employeeId);
  const employeeName = text(employee, 'employee_name');
  const overrides = own.overrides.get(employeeId) ?? [];
  return {
    employeeId,
    employeeName,
    version: number(employee, 'version'),
    detailChangeId: detail === undefined ? 0 : number(detail, 'change_id'),
    detailUpdatedAt:
      detail === undefined ? undefined : (number(detail, 'recorded_at') as RecordTime),
    detail: detail === undefined ? plainDetail(employeeName) : decodeDetail(detail.detail),
    assignments: (own.assignments.get(employeeId) ?? []).map(assignmentRecordOf),
    overrides: new Map(overrides.map((row) => [epochDayOf(text(row, 'date')), shiftIdsOf(row)])),
  };
}
