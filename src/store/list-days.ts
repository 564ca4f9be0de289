// Lists of days over many employees, in pages. Each statement walks an index from the cursor on and
// looks at a bounded number of rows, whatever is asked for: a page that found little ends
// early and says where to go on.

import type { DayCursor, DayPage, DayQuery } from '../app/ports.js';
import { STATUSES, type Status } from '../domain/day.js';
import type { EmployeeId } from '../domain/employee-id.js';
import { LAST_DATE, type LocalDate } from '../domain/local-date.js';
import { type Database, formatTimestamp, type Row, type Statement } from './database.js';
import { codeOf, dayColumns, number, storedDay, text } from './rows.js';

/** The most rows a page looks at to find the days asked for, when there is a filter. */
const MAX_SCANNED = 5000;

/** $1: the date before the first, $2: the employee, $3: the last date. */
const ONE_EMPLOYEE = `
  select d.* from attendance_day d
  where d.employee_id = $2::text collate "C" and d.date > $1::date and d.date <= $3::date
  order by d.date`;

/** What the index by date goes by; written in this way only, so that nothing else can take it. */
const dayNumber = (date: string) => `(${date} - date '1900-01-01')`;

/** $1 and $2: the day before the first, by date and employee; $3: the last date. */
const BY_DATE = `
  select d.* from attendance_day d
  where (${dayNumber('d.date')}, d.employee_id)
      > (${dayNumber('$1::date')}, $2::text collate "C")
    and ${dayNumber('d.date')} <= ${dayNumber('$3::date')}
  order by ${dayNumber('d.date')}, d.employee_id`;

/**
 * $2: the first employee, who begins behind the date $1; $3: the last date; $7: the first date of
 * the employees behind. Somebody without days is a row too, so that looking at them is bounded.
 */
const BY_EMPLOYEE = `
  select e.employee_id, ${dayColumns('d')}
  from employee e
  left join lateral (
    select * from attendance_day d
    where d.employee_id = e.employee_id and d.date <= $3::date
      and d.date > case when e.employee_id = $2::text collate "C" then $1::date else $7::date - 1 end
    order by d.date
  ) d on true
  where e.employee_id >= $2::text collate "C"
  order by e.employee_id, d.date`;

/**
 * The days of a walk that have one of the statuses $5, at most $6 of them, of the first $4 rows.
 * The last row looked at is always returned, whatever its status: it is where to go on.
 */
function pageOf(name: string, walk: string, order: string, asOf?: number): Statement {
  const day =
    asOf === undefined
      ? `select ${dayColumns('s')}`
      : `select ${dayColumns('c')} from attendance_change c
         where c.employee_id = s.employee_id and c.date = s.date
           and c.recorded_at <= $${asOf}::timestamptz
         order by c.revision desc limit 1`;
  return {
    name,
    text: `
      select r.*, e.employee_name
      from (
        select s.employee_id, s.date as scanned_date, ${dayColumns('d')},
               row_number() over (order by ${order}) as place, count(*) over () as scanned
        from (${walk} limit $4::integer) s
        left join lateral (${day}) d on true
      ) r
      left join lateral (
        select employee_name from employee e where e.employee_id = r.employee_id limit 1
      ) e on true
      where r.status = any ($5::smallint[]) or r.place = r.scanned
      order by r.place
      limit $6::integer`,
  };
}

const DATE_ORDER = 's.date, s.employee_id';
const EMPLOYEE_ORDER = 's.employee_id, s.date';

/** Every form of the lists, by what is asked for. */
export const PAGES = {
  one: pageOf('page_one', ONE_EMPLOYEE, DATE_ORDER),
  oneAsOf: pageOf('page_one_as_of', ONE_EMPLOYEE, DATE_ORDER, 7),
  byDate: pageOf('page_by_date', BY_DATE, DATE_ORDER),
  byDateAsOf: pageOf('page_by_date_as_of', BY_DATE, DATE_ORDER, 7),
  byEmployee: pageOf('page_by_employee', BY_EMPLOYEE, EMPLOYEE_ORDER),
  byEmployeeAsOf: pageOf('page_by_employee_as_of', BY_EMPLOYEE, EMPLOYEE_ORDER, 8),
};

/** By date, then employee. */
export async function listByDate(database: Database, query: DayQuery): Promise<DayPage> {
  const { employeeId, startDate, after, asOf } = query;
  if (employeeId !== undefined) return await listOne(database, query, employeeId);
  const statement = asOf === undefined ? PAGES.byDate : PAGES.byDateAsOf;
  const from = after ?? { date: startDate, employeeId: '' as EmployeeId };
  return await readPage(database, statement, query, from, moment(asOf));
}

/** By employee, then date. */
export async function listByEmployee(database: Database, query: DayQuery): Promise<DayPage> {
  const { employeeId, startDate, after, asOf } = query;
  if (employeeId !== undefined) return await listOne(database, query, employeeId);
  const statement = asOf === undefined ? PAGES.byEmployee : PAGES.byEmployeeAsOf;
  const from = after ?? { date: startDate, employeeId: '' as EmployeeId };
  return await readPage(database, statement, query, from, [startDate, ...moment(asOf)]);
}

async function listOne(
  database: Database,
  query: DayQuery,
  employeeId: EmployeeId,
): Promise<DayPage> {
  const { startDate, after, asOf } = query;
  const statement = asOf === undefined ? PAGES.one : PAGES.oneAsOf;
  const from = { employeeId, date: after?.date ?? dayBefore(startDate) };
  return await readPage(database, statement, query, from, moment(asOf));
}

function moment(asOf: number | undefined): string[] {
  return asOf === undefined ? [] : [formatTimestamp(asOf)];
}

/** For exclusive bounds only: can be the day before the first one there is. */
function dayBefore(date: LocalDate): LocalDate {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10) as LocalDate;
}

async function readPage(
  database: Database,
  statement: Statement,
  query: DayQuery,
  from: DayCursor,
  more: readonly unknown[],
): Promise<DayPage> {
  const { limit, endDate } = query;
  const statuses = query.statuses ?? STATUSES;
  // Without a filter nearly every row is a hit: one more than asked for tells whether it ends.
  const scan = query.statuses === undefined ? limit + 1 : Math.max(limit + 1, MAX_SCANNED);
  const codes = statuses.map((status) => codeOf<Status>(STATUSES, status));
  const rows = await database.query(
    statement,
    from.date,
    from.employeeId,
    endDate,
    scan,
    codes,
    limit + 1,
    ...more,
  );
  return toPage(rows, statuses, limit, scan);
}

function toPage(
  rows: readonly Row[],
  statuses: readonly Status[],
  limit: number,
  scan: number,
): DayPage {
  const hits = rows.flatMap((row) => {
    const day = storedDay(row);
    if (day?.result === undefined || !statuses.includes(day.result.status)) return [];
    const employeeId = text(row, 'employee_id') as EmployeeId;
    return [{ employeeId, employeeName: text(row, 'employee_name'), day }];
  });
  const days = hits.slice(0, limit);
  const last = days.at(-1);
  if (hits.length > limit && last !== undefined) {
    return { days, next: { employeeId: last.employeeId, date: last.day.date } };
  }
  const end = rows.at(-1);
  const exhausted = end === undefined || number(end, 'scanned') < scan;
  return { days, next: exhausted ? undefined : cursorAt(end) };
}

/** Behind a row looked at; somebody without days is behind all their days. */
function cursorAt(row: Row): DayCursor {
  const date = row.scanned_date === null ? LAST_DATE : text(row, 'scanned_date');
  return { employeeId: text(row, 'employee_id') as EmployeeId, date: date as LocalDate };
}
