// Reading one employee's days: a month as it is, one day as known at a past moment, a day's history.

import { CHANGE_CAUSES, type ChangeCause } from '../app/facts.js';
import type { DayRevision, MonthBlock, RevisionQuery } from '../app/ports.js';
import type { StoredDay } from '../domain/day.js';
import type { EmployeeId } from '../domain/employee-id.js';
import { firstDateOf, type LocalDate, type LocalMonth, lastDateOf } from '../domain/local-date.js';
import type { RecordTime } from '../domain/time.js';
import { type Database, formatTimestamp, type Row } from './database.js';
import { dayColumns, number, storedDay, text, wordOf } from './rows.js';

/** The version and the days in one statement, so in one snapshot. */
export const READ_MONTH = {
  name: 'read_month',
  text: `
    select e.employee_name, e.version, ${dayColumns('d')}
    from employee e
    left join lateral (
      select * from attendance_day d
      where d.employee_id = e.employee_id and d.date between $2::date and $3::date
      order by d.date
    ) d on true
    where e.employee_id = $1::text collate "C"`,
};

export const READ_DAY_AS_OF = {
  name: 'read_day_as_of',
  text: `
    select e.employee_name, ${dayColumns('c')}
    from employee e
    left join lateral (
      select * from attendance_change c
      where c.employee_id = e.employee_id and c.date = $2::date
        and c.recorded_at <= $3::timestamptz
      order by c.revision desc
      limit 1
    ) c on true
    where e.employee_id = $1::text collate "C"`,
};

export const LIST_REVISIONS = {
  name: 'list_revisions',
  text: `
    select e.employee_name, c.actor, c.cause, c.reason, ${dayColumns('c')}
    from employee e
    left join lateral (
      select * from attendance_change c
      where c.employee_id = e.employee_id and c.date = $2::date and c.revision > $3::integer
        and c.recorded_at <= $4::timestamptz
      order by c.revision
      limit $5::integer
    ) c on true
    where e.employee_id = $1::text collate "C"
    order by c.revision`,
};

/** No commit has happened yet at this time: with it, `recorded_at <= $n` lets everything pass. */
const UNLIMITED = 'infinity';

export async function readMonth(
  database: Database,
  employeeId: EmployeeId,
  month: LocalMonth,
): Promise<MonthBlock | undefined> {
  const rows = await database.query(READ_MONTH, employeeId, firstDateOf(month), lastDateOf(month));
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    employeeId,
    employeeName: text(first, 'employee_name'),
    version: number(first, 'version'),
    month,
    days: daysOf(rows),
  };
}

export async function readDayAsOf(
  database: Database,
  employeeId: EmployeeId,
  date: LocalDate,
  asOf: RecordTime,
): Promise<{ employeeName: string; day: StoredDay | undefined } | undefined> {
  const [row] = await database.query(READ_DAY_AS_OF, employeeId, date, formatTimestamp(asOf));
  if (row === undefined) return undefined;
  return { employeeName: text(row, 'employee_name'), day: storedDay(row) };
}

export async function listRevisions(
  database: Database,
  query: RevisionQuery,
): Promise<{ employeeName: string; revisions: DayRevision[] } | undefined> {
  const { employeeId, date, afterRevision, asOf, limit } = query;
  const rows = await database.query(
    LIST_REVISIONS,
    employeeId,
    date,
    afterRevision,
    asOf === undefined ? UNLIMITED : formatTimestamp(asOf),
    limit,
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  return { employeeName: text(first, 'employee_name'), revisions: rows.flatMap(revisionOf) };
}

function daysOf(rows: readonly Row[]): StoredDay[] {
  return rows.map(storedDay).filter((day) => day !== undefined);
}

function revisionOf(row: Row): DayRevision[] {
  const day = storedDay(row);
  if (day === undefined) return [];
  return [
    {
      day,
      actor: text(row, 'actor'),
      cause: wordOf<ChangeCause>(CHANGE_CAUSES, row.cause),
      reason: text(row, 'reason'),
    },
  ];
}
