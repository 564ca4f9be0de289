// Reads all facts and stored days of one employee as of one moment, for rebuilding. Each employee
// is read in one transaction with one snapshot.

import type {
  DayRow,
  EmployeeSnapshot,
  MarkRow,
  RebuildStore,
} from '../../app/ports/rebuild-ports.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import {
  FIRST_DATE,
  fromEpochDay,
  type LocalDate,
  toEpochDay,
} from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { extentColumns, extentOf, nextFact, toldExtentColumns } from '../days/fact-extents.js';
import { declarationFact } from '../facts/mark-imports.js';
import { joinVoid, punchColumns, recordedPunch } from '../facts/punch-rows.js';
import {
  BEGIN,
  bind,
  COMMIT,
  type Database,
  formatTimestamp,
  type Row,
  type Session,
} from '../postgres/database.js';
import { toStoreError } from '../postgres/errors.js';
import { dayColumns, number, storedDay, text } from '../postgres/rows.js';
import type { RosterReader } from '../rosters/roster-reader.js';

const BEGIN_SNAPSHOT = { name: '', text: 'begin isolation level repeatable read read only' };

export const LIST_EMPLOYEE_IDS = {
  name: 'list_employee_ids',
  text: `
    select employee_id from employee
    where employee_id > $1::text collate "C"
    order by employee_id
    limit $2::integer`,
};

export const READ_EMPLOYEE = {
  name: 'rebuild_employee',
  text: `
    select e.version, e.roster_version, h.shared_version,
           ${extentColumns('e.employee_id')}, ${toldExtentColumns('e.employee_id')}
    from employee e, roster_head h
    where e.employee_id = $1::text collate "C" and h.id = 1`,
};

export const READ_MARKS = {
  name: 'rebuild_marks',
  text: `
    select sequence, date, kind, status, portion, leave_type_id, leave_start_second, leave_end_second,
           note, voided_by
    from mark
    where employee_id = $1::text collate "C" and sequence > $2::bigint
    order by sequence
    limit $3::integer`,
};

export const READ_DAY_ROWS = {
  name: 'rebuild_days',
  text: `
    select ${dayColumns('d')}, d.settles_at
    from attendance_day d
    where d.employee_id = $1::text collate "C" and d.date between $2::date and $3::date
    order by d.date`,
};

export const READ_TOLD_REVISIONS = {
  name: 'rebuild_told_revisions',
  text: `
    select c.date, max(c.revision) as revision
    from attendance_change c
    where c.employee_id = $1::text collate "C" and c.date between $2::date and $3::date
    group by c.date`,
};

export const READ_STANDING_PUNCHES = {
  name: 'rebuild_punches',
  text: `
    select ${punchColumns('p')}
    from punch p
    ${joinVoid('p')}
    where p.employee_id = $1::text collate "C" and p.time between $2::timestamptz and $3::timestamptz
      and p.voided_by is null
    order by p.time, p.sequence`,
};

export const NEXT_FACT = {
  name: 'rebuild_next_fact',
  text: `
    select least(${nextFact('$1::text collate "C"', '$2::date')}, (
      select c.date from attendance_change c
      where c.employee_id = $1::text collate "C" and c.date >= $2::date
      order by c.date, c.revision limit 1
    )) as date`,
};

const LOCK_EMPLOYEE = {
  name: 'rebuild_lock_employee',
  text: 'select 1 from employee where employee_id = $1::text collate "C" for update',
};

/** Restores each day from its latest revision in the feed. */
export const RESTORE_DAYS = {
  name: 'restore_days',
  text: `
    insert into attendance_day (employee_id, date, revision, status, origin, portion,
                                other_half_status, leave_type_id, other_half_leave_type_id,
                                leave_times, note, work, anomalies, settles_at,
                                engine_version, recorded_at)
    select distinct on (c.date)
           c.employee_id, c.date, c.revision, c.status, c.origin, c.portion,
           c.other_half_status, c.leave_type_id, c.other_half_leave_type_id,
           c.leave_times, c.note, c.work, c.anomalies, c.settles_at,
           c.engine_version, c.recorded_at
    from attendance_change c
    where c.employee_id = $1::text collate "C"
    order by c.date, c.revision desc
    on conflict (employee_id, date) do nothing
    returning date`,
};

/** `reads` for reading, `writes` for restoring rows. */
export function createRebuildStore(
  { reads, writes }: { readonly reads: Database; readonly writes: Database },
  rosters: RosterReader,
): RebuildStore {
  return {
    async listEmployeeIds(after, limit) {
      const rows = await reads.query(LIST_EMPLOYEE_IDS, after, limit);
      return rows.map((row) => text(row, 'employee_id') as EmployeeId);
    },
    async look(employeeId, look) {
      return await inSession(reads, async (session) => {
        const snapshot = await openSnapshot(session, rosters, employeeId);
        const found = snapshot && (await look(snapshot));
        await session.pipeline([bind(COMMIT)]);
        return found;
      });
    },
    async restoreDays(employeeId) {
      return await inSession(writes, async (session) => {
        const [, , rows] = await session.pipeline([
          bind(BEGIN),
          bind(LOCK_EMPLOYEE, employeeId),
          bind(RESTORE_DAYS, employeeId),
          bind(COMMIT),
        ]);
        return rows?.length ?? 0;
      });
    },
  };
}

async function inSession<T>(database: Database, run: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await database.session(run);
  } catch (error) {
    throw toStoreError(error);
  }
}

async function openSnapshot(
  session: Session,
  rosters: RosterReader,
  employeeId: EmployeeId,
): Promise<EmployeeSnapshot | undefined> {
  const [, rows] = await session.pipeline([bind(BEGIN_SNAPSHOT), bind(READ_EMPLOYEE, employeeId)]);
  const row = rows?.[0];
  if (row === undefined) return undefined;
  const roster = await rosters.shared(session, number(row, 'shared_version'));
  const wanted = { employeeId, rosterVersion: number(row, 'roster_version') };
  const employee = (await rosters.employees(session, [wanted])).get(employeeId);
  if (employee === undefined) throw new Error(`the roster reader left out ${employeeId}`);
  return {
    employeeId,
    version: number(row, 'version'),
    roster,
    employee,
    extent: extentOf(row),
    async readMarks(after, limit) {
      const [marks] = await session.pipeline([bind(READ_MARKS, employeeId, after, limit)]);
      return (marks ?? []).map(markRow);
    },
    async nextFact(fromDay) {
      const [[next] = []] = await session.pipeline([
        bind(NEXT_FACT, employeeId, fromEpochDay(Math.max(fromDay, FIRST_DAY))),
      ]);
      return next?.date == null ? undefined : toEpochDay(text(next, 'date') as LocalDate);
    },
    async readRange({ firstDay, lastDay }, from, to) {
      const dates = [fromEpochDay(firstDay), fromEpochDay(lastDay)];
      const [days, told, punches] = await session.pipeline([
        bind(READ_DAY_ROWS, employeeId, ...dates),
        bind(READ_TOLD_REVISIONS, employeeId, ...dates),
        bind(READ_STANDING_PUNCHES, employeeId, ...[from, to].map(timestampOf)),
      ]);
      return {
        rows: (days ?? []).flatMap(dayRow),
        toldRevisions: new Map(
          told?.map((each) => [text(each, 'date') as LocalDate, number(each, 'revision')]),
        ),
        punches: (punches ?? []).map(recordedPunch),
      };
    },
  };
}

const FIRST_DAY = toEpochDay(FIRST_DATE);

/** The bounds of punches' times. A reach can go beyond them. */
const FIRST_TIME = Date.parse('1899-12-01T00:00:00Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

function timestampOf(time: Instant): string {
  return formatTimestamp(Math.min(Math.max(time, FIRST_TIME), LAST_TIME) * 1000);
}

function markRow(row: Row): MarkRow {
  const [sequence, date] = [number(row, 'sequence'), text(row, 'date') as LocalDate];
  return { sequence, date, fact: declarationFact(row), isVoided: row.voided_by !== null };
}

function dayRow(row: Row): DayRow[] {
  const day = storedDay(row);
  if (day === undefined) return [];
  const settlesAt =
    row.settles_at === null ? undefined : (Math.floor(number(row, 'settles_at') / 1000) as Instant);
  return [{ day, settlesAt }];
}
