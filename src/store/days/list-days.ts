// Lists of days of many employees, in pages. Each statement walks an index from the cursor on and
// looks at a bounded number of rows. A page that finds little ends early and says where to
// continue.
//
// This file has the lists of days as they are stored. Days of employees with stale days are merged
// into them (merge-lists.ts). If many employees have stale days, or expected days are wanted, see
// derived-lists.ts.

import type { DayCursor, DayPage, DayQuery, EmployeeDay } from '../../app/ports/day-reads.js';
import { isByThisEngine, type KnownDay } from '../../domain/engine/day-under-plan.js';
import { ENGINE_VERSION } from '../../domain/engine/derive.js';
import { STATUSES, type Status, type StoredDay } from '../../domain/facts/day.js';
import { isAnyDay } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { plan } from '../../domain/roster/plan.js';
import { LAST_DATE, type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import {
  type Bound,
  bind,
  type Database,
  formatTimestamp,
  type Row,
  type Session,
  type Statement,
} from '../postgres/database.js';
import { codeOf, dayColumns, number, storedDays, text } from '../postgres/rows.js';
import { inSnapshot } from '../postgres/snapshot.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { wideByDate, wideByEmployee } from './derived-lists.js';
import { filteredByDate, filteredByEmployee } from './filtered-lists.js';
import {
  BY_DATE_ORDER,
  BY_EMPLOYEE_ORDER,
  dayBefore,
  EVERYBODY,
  type ListOrder,
  staleIn,
  withStale,
} from './merge-lists.js';
import {
  isListed,
  knowDays,
  type Rostered,
  readRosters,
  rosteredOf,
  type WantedDays,
  wantedRoster,
} from './resolve-days.js';

/** The most rows that a page with a filter looks at to find matching days. */
const MAX_SCANNED = 5000;

/** $1: the date before the first, $2: the employee, $3: the last date. */
const ONE_EMPLOYEE = `
  select d.* from attendance_day d
  where d.employee_id = $2::text collate "C" and d.date > $1::date and d.date <= $3::date
  order by d.date`;

/** Always written like the index by date, so that no other index can be used. */
const dayNumber = (date: string) => `(${date} - date '1900-01-01')`;

/** $1 and $2: the day before the first, by date and employee; $3: the last date. */
const BY_DATE = `
  select d.* from attendance_day d
  where (${dayNumber('d.date')}, d.employee_id)
      > (${dayNumber('$1::date')}, $2::text collate "C")
    and ${dayNumber('d.date')} <= ${dayNumber('$3::date')}
  order by ${dayNumber('d.date')}, d.employee_id`;

/** The columns of a day, and the time when it is final. */
function rowColumns(alias: string): string {
  return `${dayColumns(alias)}, ${alias}.settles_at`;
}

/**
 * $2: the first employee, whose days begin after the date $1; $3: the last date; $9: the first date
 * of later employees. An employee without days is also a row, so that their number is bounded.
 */
const BY_EMPLOYEE = `
  select e.employee_id, ${rowColumns('d')}
  from employee e
  left join lateral (
    select * from attendance_day d
    where d.employee_id = e.employee_id and d.date <= $3::date
      and d.date > case when e.employee_id = $2::text collate "C" then $1::date else $9::date - 1 end
    order by d.date
  ) d on true
  where e.employee_id >= $2::text collate "C"
  order by e.employee_id, d.date`;

/**
 * The days of a walk that have one of the statuses $5, may have one at $7, or were derived by other
 * rules than $8; at most $6 of them, from the first $4 rows. Always includes the last row looked
 * at, whatever its status, because the next page continues there.
 */
function pageOf(name: string, walk: string, order: string, asOf?: number): Statement {
  const day =
    asOf === undefined
      ? `select ${rowColumns('s')}`
      : `select ${rowColumns('c')} from attendance_change c
         where c.employee_id = s.employee_id and c.date = s.date
           and c.recorded_at <= $${asOf}::timestamptz
         order by c.revision desc limit 1`;
  return {
    name,
    text: `
      select r.*, e.employee_name, e.roster_version
      from (
        select s.employee_id, s.date as scanned_date, ${rowColumns('d')},
               row_number() over (order by ${order}) as place, count(*) over () as scanned
        from (${walk} limit $4::integer) s
        left join lateral (${day}) d on true
      ) r
      left join lateral (
        select employee_name, roster_version from employee e
        where e.employee_id = r.employee_id limit 1
      ) e on true
      where r.status = any ($5::smallint[]) or r.settles_at > $7::timestamptz
        or r.engine_version <> $8::integer or (r.status is null and r.revision is not null)
        or r.place = r.scanned
      order by r.place
      limit $6::integer`,
  };
}

const DATE_ORDER = 's.date, s.employee_id';
const EMPLOYEE_ORDER = 's.employee_id, s.date';

/** Every form of the lists. */
export const PAGES = {
  one: pageOf('page_one', ONE_EMPLOYEE, DATE_ORDER),
  oneAsOf: pageOf('page_one_as_of', ONE_EMPLOYEE, DATE_ORDER, 9),
  byDate: pageOf('page_by_date', BY_DATE, DATE_ORDER),
  byDateAsOf: pageOf('page_by_date_as_of', BY_DATE, DATE_ORDER, 9),
  byEmployee: pageOf('page_by_employee', BY_EMPLOYEE, EMPLOYEE_ORDER),
  byEmployeeAsOf: pageOf('page_by_employee_as_of', BY_EMPLOYEE, EMPLOYEE_ORDER, 10),
};

/**
 * The most stale days that are read to find their employees. With more, they count as everybody's.
 */
const MAX_STALE_LOOKED_AT = 1000;

/**
 * The employees with stale days between the dates $1 and $2, now or at a moment, possibly repeated;
 * EVERYBODY if there are too many to read. Also the version of the shared roster.
 */
function staleEmployees(name: string, open: string): Statement {
  return {
    name,
    text: `
      select h.shared_version, array(
        select case when s.place = ${MAX_STALE_LOOKED_AT} then '${EVERYBODY}' else s.employee_id end
        from (
          select s.*, row_number() over () as place
          from stale_days s where ${open} limit ${MAX_STALE_LOOKED_AT}
        ) s
        where s.place = ${MAX_STALE_LOOKED_AT}
          or (s.first_date <= $2::date and s.last_date >= $1::date)
      ) as stale
      from roster_head h where h.id = 1`,
  };
}

const OPEN_NOW = "s.done_at = 'infinity'";
const openAt = (moment: string) => `s.done_at > ${moment} and s.since <= ${moment}`;

export const STALE_EMPLOYEES = staleEmployees('stale_employees', OPEN_NOW);
export const STALE_EMPLOYEES_AS_OF = staleEmployees(
  'stale_employees_as_of',
  openAt('$3::timestamptz'),
);

/** Whether employee $3 has stale days, in the same form. */
function staleEmployee(name: string, open: string): Statement {
  return {
    name,
    text: `
      select h.shared_version, array(
        select s.employee_id from stale_days s
        where s.employee_id = $3::text collate "C" and ${open}
          and s.first_date <= $2::date and s.last_date >= $1::date
        limit 1
      ) as stale
      from roster_head h where h.id = 1`,
  };
}

export const STALE_EMPLOYEE = staleEmployee('stale_employee', OPEN_NOW);
export const STALE_EMPLOYEE_AS_OF = staleEmployee(
  'stale_employee_as_of',
  openAt('$4::timestamptz'),
);

/** Days by date, then employee. */
export async function listByDate(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
): Promise<DayPage> {
  if (isFilteredList(query)) return await filteredByDate(database, rosters, query);
  const { employeeId, startDate, after, asOf } = query;
  const page =
    employeeId !== undefined
      ? await listOne(database, rosters, query, employeeId)
      : await readPage(
          database,
          rosters,
          asOf === undefined ? PAGES.byDate : PAGES.byDateAsOf,
          query,
          after ?? { date: startDate, employeeId: '' as EmployeeId },
          moment(asOf),
          BY_DATE_ORDER,
        );
  if (page !== undefined) return page;
  if (employeeId !== undefined) return await wideByEmployee(database, rosters, query);
  return await wideByDate(database, rosters, query);
}

/** Days by employee, then date. */
export async function listByEmployee(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
): Promise<DayPage> {
  if (isFilteredList(query)) return await filteredByEmployee(database, rosters, query);
  const { employeeId, startDate, after, asOf } = query;
  const page =
    employeeId !== undefined
      ? await listOne(database, rosters, query, employeeId)
      : await readPage(
          database,
          rosters,
          asOf === undefined ? PAGES.byEmployee : PAGES.byEmployeeAsOf,
          query,
          after ?? { date: startDate, employeeId: '' as EmployeeId },
          [startDate, ...moment(asOf)],
          BY_EMPLOYEE_ORDER,
        );
  return page ?? (await wideByEmployee(database, rosters, query));
}

/** Longer ranges have too many dates to look through for many employees. */
const MAX_FILTERED_DAYS = 366;

/** Whether to look through employees' dates for the few that match. */
function isFilteredList({ employeeId, groupId, asOf, filter, startDate, endDate }: DayQuery) {
  if (employeeId !== undefined || asOf !== undefined) return false;
  if (groupId === undefined && isAnyDay(filter)) return false;
  return toEpochDay(endDate) - toEpochDay(startDate) < MAX_FILTERED_DAYS;
}

async function listOne(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
  employeeId: EmployeeId,
): Promise<DayPage | undefined> {
  const { startDate, after, asOf } = query;
  const statement = asOf === undefined ? PAGES.one : PAGES.oneAsOf;
  const from = { employeeId, date: after?.date ?? dayBefore(startDate) };
  return await readPage(database, rosters, statement, query, from, moment(asOf), BY_DATE_ORDER);
}

function moment(asOf: number | undefined): string[] {
  return asOf === undefined ? [] : [formatTimestamp(asOf)];
}

/** Undefined if stored days are not enough: expected ones are wanted, or many are stale. */
async function readPage(
  database: Database,
  rosters: RosterReader,
  statement: Statement,
  query: DayQuery,
  from: DayCursor,
  more: readonly unknown[],
  order: ListOrder,
): Promise<DayPage | undefined> {
  if (query.includeExpected || query.groupId !== undefined) return undefined;
  const { limit, endDate, now } = query;
  const { statuses = STATUSES } = query.filter;
  // Without a filter nearly every row matches. One more than wanted shows whether the list ends.
  const scan = isAnyDay(query.filter) ? limit + 1 : Math.max(limit + 1, MAX_SCANNED);
  const page = bind(
    statement,
    from.date,
    from.employeeId,
    endDate,
    scan,
    statuses.map((status) => codeOf<Status>(STATUSES, status)),
    limit + 1,
    formatTimestamp(now * 1000),
    ENGINE_VERSION,
    ...more,
  );
  const found = await inSnapshot(database, [staleOf(query)], async (session, [heads = []]) => {
    const [head] = heads;
    if (head === undefined) throw new Error('roster_head has lost its row');
    const apart = staleIn(head, query.employeeId);
    // Checked first, so that the page is not read in vain.
    if (apart === undefined) return undefined;
    const [all = []] = await session.pipeline([page]);
    const rows = all.filter((row) => !apart.includes(ownerOf(row)));
    const days = await knownRows(session, rosters, number(head, 'shared_version'), rows, query);
    return { page: toPage(all, days, query, scan), apart };
  });
  if (found === undefined) return undefined;
  const { page: asStored, apart } = found;
  const read = async (theirs: DayQuery) =>
    await wideByEmployee(database, rosters, theirs, apart.length);
  return await withStale(asStored, apart, query, order, read);
}

function staleOf({ employeeId, startDate, endDate, asOf }: DayQuery): Bound {
  const whose = employeeId === undefined ? [] : [employeeId];
  const now = employeeId === undefined ? STALE_EMPLOYEES : STALE_EMPLOYEE;
  const then = employeeId === undefined ? STALE_EMPLOYEES_AS_OF : STALE_EMPLOYEE_AS_OF;
  const statement = asOf === undefined ? now : then;
  return bind(statement, startDate, endDate, ...whose, ...moment(asOf));
}

/**
 * The days of the rows as stored; derived if other rules made them, or their facts were withdrawn.
 */
async function knownRows(
  session: Session,
  rosters: RosterReader,
  sharedVersion: number,
  rows: readonly Row[],
  { asOf, filter }: DayQuery,
): Promise<ReadonlyMap<Row, EmployeeDay>> {
  const stored = await storedDays(rows);
  const stale = rows.flatMap((row) => {
    const day = stored.get(row);
    if (day === undefined) return [];
    const isCleared = filter.updatedAfter !== undefined && day.result === undefined;
    return isCleared || !isByThisEngine(day) ? [{ row, day }] : [];
  });
  // At a past moment, names are those of the roster then, if it ever gave one.
  const named = asOf === undefined ? [] : rows.filter((row) => Number(row.roster_version) > 0);
  const unknown = [...stale.map(({ row }) => row), ...named];
  const owners = new Map(unknown.map((row) => [ownerOf(row), row]));
  const wanted = [...owners].map(([employeeId, row]) => wantedRoster(row, employeeId));
  const rostered = await readRosters(session, rosters, sharedVersion, wanted, asOf);
  const wantedDays = stale.map(({ row, day }) =>
    wantedDay(row, day, rosteredOf(rostered, ownerOf(row))),
  );
  const derived = await knowDays(session, wantedDays, asOf);
  const derivedOf = new Map(stale.map(({ row }, index) => [row, derived[index]?.[0]]));
  const known = new Map<Row, EmployeeDay>();
  for (const row of rows) {
    const day = stored.get(row);
    if (day === undefined) continue;
    const { result, date, revision, recordedAt } = day;
    const asStored = result && { date, result, revision, recordedAt };
    const shown: KnownDay | undefined = derivedOf.get(row) ?? asStored;
    const employeeId = ownerOf(row);
    const employeeName = rostered.get(employeeId)?.employeeName ?? text(row, 'employee_name');
    if (shown !== undefined) known.set(row, { employeeId, employeeName, day: shown });
  }
  return known;
}

function ownerOf(row: Row): EmployeeId {
  return text(row, 'employee_id') as EmployeeId;
}

function wantedDay(row: Row, stored: StoredDay, { roster, employee }: Rostered): WantedDays {
  const { date } = stored;
  return {
    employeeId: ownerOf(row),
    plans: [plan(roster, employee, toEpochDay(date))],
    stored: new Map([[date, stored]]),
    isStale: false,
  };
}

function toPage(
  rows: readonly Row[],
  known: ReadonlyMap<Row, EmployeeDay>,
  query: DayQuery,
  scan: number,
): DayPage {
  const { limit } = query;
  const hits = rows.flatMap((row) => {
    const day = known.get(row);
    return day !== undefined && isListed(day, query) ? [day] : [];
  });
  const days = hits.slice(0, limit);
  const last = days.at(-1);
  if (hits.length > limit && last !== undefined) {
    return { days, next: { employeeId: last.employeeId, date: last.day.date } };
  }
  const end = rows.at(-1);
  // If there are more rows than wanted, the last one is not where the walk ended.
  const isCut = rows.length > limit;
  const exhausted = end === undefined || (!isCut && number(end, 'scanned') < scan);
  return { days, next: exhausted ? undefined : cursorAt(end) };
}

/** The place after a row; for an employee without days, after all their possible days. */
function cursorAt(row: Row): DayCursor {
  const date = row.scanned_date === null ? LAST_DATE : text(row, 'scanned_date');
  return { employeeId: text(row, 'employee_id') as EmployeeId, date: date as LocalDate };
}
