// The one transaction behind every change of the roster: lock the roster's head, then the employee;
// read; let the rules decide; write. Changes of the roster are rare, so they go one at a time: what
// is decided here holds against everything that is being changed beside it. Must never read before
// the locks are held, and takes the feed's head last, as every writer does.

import { decideRosterChange, needsRoster } from '../app/change-roster.js';
import { usersCheckOf } from '../app/change-shared-roster.js';
import { plainDetail } from '../app/employee-roster.js';
import type {
  OwnState,
  RosterChangeView,
  RosterDecision,
  RosterEdit,
} from '../app/roster-decision.js';
import type { RosterCommand, RosterOutcome } from '../app/roster-ports.js';
import type { EmployeeId } from '../domain/employee-id.js';
import { AttendanceError } from '../domain/errors.js';
import type { RecordTime } from '../domain/time.js';
import type { Zone } from '../domain/zone.js';
import {
  BEGIN,
  type Bound,
  bind,
  COMMIT,
  type Database,
  ROLLBACK,
  type Row,
  type Session,
  type Statement,
} from './database.js';
import { decodeAnswer, stamped } from './roster-answer.js';
import { dateOf, decodeDetail, epochDayOf } from './roster-codec.js';
import { changeStatements } from './roster-edits.js';
import type { RosterReader } from './roster-reader.js';
import { CHANGE_COLUMNS, changeRecordOf } from './roster-records.js';
import {
  assignmentRecordOf,
  EMPTY_ROSTER,
  holidayRecordOf,
  shiftIdsOf,
  shiftRecordOf,
} from './roster-rows.js';
import { READ_OWN_ASSIGNMENTS } from './roster-statements.js';
import { bytes, number, text } from './rows.js';
import { refuseUserConflicts } from './shift-users.js';
import { inTries, type Progress } from './tries.js';

const DAY_MS = 86_400_000;

/** Every change waits here for the one before it. */
export const LOCK_ROSTER_HEAD: Statement = {
  name: 'lock_roster_head',
  text: 'select change_id, shared_version from roster_head where id = 1 for update',
};

export const READ_EARLIER_CHANGE: Statement = {
  name: 'read_earlier_change',
  text: `select ${CHANGE_COLUMNS}, payload_hash, answer from roster_change where request_id = $1`,
};

export const ADD_EMPLOYEE: Statement = {
  name: 'add_employee',
  text: `
    insert into employee (employee_id, employee_name) values ($1, '')
    on conflict (employee_id) do nothing`,
};

export const LOCK_EMPLOYEE: Statement = {
  name: 'lock_employee',
  text: `
    select employee_id, employee_name, version from employee where employee_id = $1 for update`,
};

export const READ_OWN_DETAIL: Statement = {
  name: 'read_own_detail',
  text: `
    select change_id, recorded_at, detail from employee_detail
    where employee_id = $1 and superseded_at = 'infinity'`,
};

export const READ_OWN_OVERRIDES: Statement = {
  name: 'read_own_overrides',
  text: `
    select date, shift_ids from date_override
    where employee_id = $1 and superseded_at = 'infinity'
    order by date`,
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
    select calendar_id, date, name from holiday
    where calendar_id = $1 and date = $2 and superseded_at = 'infinity'`,
};

export const COUNT_HOLIDAYS: Statement = {
  name: 'count_holidays',
  text: `select count(*) as count from holiday where superseded_at = 'infinity'`,
};

/** See RosterStore.changeRoster. */
export async function changeRoster(
  database: Database,
  reader: RosterReader,
  defaultZone: Zone,
  command: RosterCommand,
): Promise<RosterOutcome> {
  const result = await inTries(database, (session, progress) =>
    runTransaction(session, { reader, defaultZone, command, progress }),
  );
  if (result instanceof AttendanceError) throw result;
  return result;
}

interface Run {
  readonly reader: RosterReader;
  readonly defaultZone: Zone;
  readonly command: RosterCommand;
  readonly progress: Progress;
}

/** A refusal is no failure of the connection, which is kept: it is given back, not thrown. */
async function runTransaction(
  session: Session,
  run: Run,
): Promise<RosterOutcome | AttendanceError> {
  const result = await decideUnderLocks(session, run).catch((error: unknown) => {
    if (error instanceof AttendanceError) return error;
    throw error;
  });
  if (result instanceof AttendanceError || !('decision' in result)) {
    await session.pipeline([bind(ROLLBACK)]);
    return result;
  }
  const { decision, edit, changeId } = result;
  run.progress.committing = true;
  const answers = await session.pipeline([
    ...changeStatements(run.command, decision, edit, changeId),
    bind(COMMIT),
  ]);
  const row = answers.at(-2)?.[0];
  if (row === undefined) throw new Error('a change of the roster left no row');
  const change = changeRecordOf(row);
  return { answer: stamped(decision.answer, changeId, change.recordedAt), change };
}

interface ToWrite {
  readonly decision: RosterDecision;
  readonly edit: RosterEdit;
  readonly changeId: number;
}

/** What to write; or, where nothing is, the answer. */
async function decideUnderLocks(session: Session, run: Run): Promise<RosterOutcome | ToWrite> {
  const { command } = run;
  const read = await readUnderLocks(session, command);
  if (read.earlier !== undefined) return replayed(command, read.earlier);
  const view = await viewOf(session, run, read);
  const decision = decideRosterChange(command, view);
  const { answer, edit } = decision;
  if (edit === undefined) return { answer, change: undefined };
  const check = usersCheckOf(command, view);
  if (check !== undefined) await refuseUserConflicts(session, run.reader, view, check);
  return { decision, edit, changeId: view.changeId };
}

/** The first answer again, or a refusal where the request was another one. */
function replayed(command: RosterCommand, row: Row): RosterOutcome {
  const { requestId = '', payloadHash } = command;
  if (Buffer.compare(bytes(row, 'payload_hash'), payloadHash) !== 0) {
    throw new AttendanceError({ kind: 'ROSTER_REQUEST_ID_REUSED', requestId });
  }
  const change = changeRecordOf(row);
  return { answer: decodeAnswer(row.answer, change.recordedAt), change };
}

/** Rows as they were read, by the statement that read them. */
interface LockedRows {
  readonly head: Row;
  readonly earlier: Row | undefined;
  rows(statement: Statement): readonly Row[];
}

async function readUnderLocks(session: Session, command: RosterCommand): Promise<LockedRows> {
  const { requestId } = command;
  const statements = [
    bind(BEGIN),
    bind(LOCK_ROSTER_HEAD),
    ...(requestId === undefined ? [] : [bind(READ_EARLIER_CHANGE, requestId)]),
    ...readsOf(command),
  ];
  const answers = await session.pipeline(statements);
  const byStatement = new Map(
    statements.map(({ statement }, index) => [statement, answers[index] ?? []]),
  );
  const rows = (statement: Statement) => byStatement.get(statement) ?? [];
  const [head] = rows(LOCK_ROSTER_HEAD);
  if (head === undefined) throw new Error('roster_head has lost its row');
  return { head, earlier: rows(READ_EARLIER_CHANGE)[0], rows };
}

function readsOf(command: RosterCommand): Bound[] {
  switch (command.kind) {
    case 'CREATE_EMPLOYEE':
      return [bind(ADD_EMPLOYEE, command.employeeId), ...ownReads(command.employeeId, command)];
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
    default:
      return ownReads(command.employeeId, command);
  }
}

function ownReads(employeeId: EmployeeId, command: RosterCommand): Bound[] {
  const named = shiftIdsIn(command);
  return [
    bind(LOCK_EMPLOYEE, employeeId),
    bind(READ_OWN_DETAIL, employeeId),
    bind(READ_OWN_ASSIGNMENTS, employeeId),
    bind(READ_OWN_OVERRIDES, employeeId),
    ...(named.length === 0 ? [] : [bind(READ_ARCHIVED, named)]),
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
      return [...new Set(command.assignment.cycle.flat())];
    case 'SET_OVERRIDE':
      return command.override.shiftIds;
    default:
      return [];
  }
}

async function viewOf(session: Session, run: Run, read: LockedRows): Promise<RosterChangeView> {
  const { reader, defaultZone, command } = run;
  const shift = shiftRecordOf(read.rows(READ_SHIFT));
  const roster = needsRoster(command)
    ? await reader.shared(session, number(read.head, 'shared_version'))
    : EMPTY_ROSTER;
  const [holiday] = read.rows(READ_ONE_HOLIDAY);
  const [counted] = [...read.rows(COUNT_SHIFTS), ...read.rows(COUNT_HOLIDAYS)];
  return {
    changeId: number(read.head, 'change_id') + 1,
    defaultZone,
    nowDay: Math.floor(command.receivedAt / DAY_MS),
    roster,
    archivedShifts: new Set(read.rows(READ_ARCHIVED).map((row) => text(row, 'shift_id'))),
    own: ownStateOf(read),
    shift,
    holiday: holiday === undefined ? undefined : holidayRecordOf(holiday),
    count: counted === undefined ? 0 : number(counted, 'count'),
  };
}

function ownStateOf(read: LockedRows): OwnState | undefined {
  const [employee] = read.rows(LOCK_EMPLOYEE);
  if (employee === undefined) return undefined;
  const [detail] = read.rows(READ_OWN_DETAIL);
  const employeeName = text(employee, 'employee_name');
  const overrides = read.rows(READ_OWN_OVERRIDES);
  return {
    employeeId: text(employee, 'employee_id') as EmployeeId,
    employeeName,
    version: number(employee, 'version'),
    detailChangeId: detail === undefined ? 0 : number(detail, 'change_id'),
    detailUpdatedAt:
      detail === undefined ? undefined : (number(detail, 'recorded_at') as RecordTime),
    detail: detail === undefined ? plainDetail(employeeName) : decodeDetail(detail.detail),
    assignments: read.rows(READ_OWN_ASSIGNMENTS).map(assignmentRecordOf),
    overrides: new Map(overrides.map((row) => [epochDayOf(text(row, 'date')), shiftIdsOf(row)])),
  };
}
