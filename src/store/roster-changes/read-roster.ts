// Reads the roster, now and as of a past moment. The statements are the same, because rows keep
// until when they were known.

import type {
  AssignmentRecord,
  EmployeeRecord,
  HolidayRecord,
  OverrideRecord,
  PolicyRecord,
  RosterChangeRecord,
  RosterPage,
  RosterStore,
  ShiftRecord,
} from '../../app/ports/roster-ports.js';
import { TURNS } from '../../app/ports/turns.js';
import { plainDetail } from '../../app/roster/employee-roster.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';
import { type Database, formatTimestamp, type Row, type Statement } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import { decodeDetail, epochDayOf } from '../rosters/roster-codec.js';
import { CHANGE_COLUMNS, changeRecordOf } from '../rosters/roster-records.js';
import {
  assignmentRecordOf,
  holidayRecordOf,
  policyRecordOf,
  shiftIdsOf,
  shiftRecordOf,
} from '../rosters/roster-rows.js';

/** Later than every commit, but before the `infinity` of rows that still hold. */
const NOW = '9999-12-31T23:59:59Z';

function momentOf(asOf: RecordTime | undefined): string {
  return asOf === undefined ? NOW : formatTimestamp(asOf);
}

/** Rows of that alias known at the moment `at`. */
function knownAt(alias: string, at: string): string {
  return `${alias}.recorded_at <= ${at}::timestamptz and ${alias}.superseded_at > ${at}::timestamptz`;
}

/**
 * Whether employee $1 was known at the moment, from what was recorded by then. Uses the parameter
 * and not the employee's row: if correlated, each test could read a whole table.
 */
function isKnown(at: string): string {
  const told = ['employee_detail', 'attendance_change', 'punch'].map(
    (table) => `exists (
      select from ${table} k where k.employee_id = $1 and k.recorded_at <= ${at}::timestamptz
    )`,
  );
  return `(${at}::timestamptz = '${NOW}' or ${told.join(' or ')})`;
}

const DETAIL_COLUMNS = 'e.employee_id, e.employee_name, d.change_id, d.recorded_at, d.detail';

const CURRENT_DETAIL = `
    left join lateral (
      select * from employee_detail d
      where d.employee_id = e.employee_id and d.superseded_at = 'infinity'
      limit 1
    ) d on true`;

export const GET_EMPLOYEE: Statement = {
  name: 'get_employee',
  text: `
    select ${DETAIL_COLUMNS}
    from employee e
    left join employee_detail d on d.employee_id = e.employee_id and ${knownAt('d', '$2')}
    where e.employee_id = $1 and ${isKnown('$2')}`,
};

export const LIST_EMPLOYEES: Statement = {
  name: 'list_employees',
  text: `
    select ${DETAIL_COLUMNS}
    from (select * from employee where employee_id > $1 order by employee_id limit $2) e
    ${CURRENT_DETAIL}
    order by e.employee_id`,
};

export const LIST_GROUP: Statement = {
  name: 'list_group',
  text: `
    select ${DETAIL_COLUMNS}
    from (
      select * from employee
      where group_id <> '' and group_id = $3 and employee_id > $1
      order by employee_id limit $2
    ) e
    ${CURRENT_DETAIL}
    order by e.employee_id`,
};

const SHIFT_COLUMNS = `
  s.shift_id, s.archived_by, v.effective_date, v.change_id, v.recorded_at, v.definition`;

export const GET_SHIFT: Statement = {
  name: 'get_shift',
  text: `
    select ${SHIFT_COLUMNS},
           case when s.archived_at <= $2::timestamptz then s.archived_at end as archived_at
    from shift s
    join shift_version v on v.shift_id = s.shift_id and ${knownAt('v', '$2')}
    where s.shift_id = $1
    order by v.effective_date`,
};

export const LIST_SHIFTS: Statement = {
  name: 'list_shifts',
  text: `
    select ${SHIFT_COLUMNS},
           case when s.archived_by is not null then s.archived_at end as archived_at
    from (
      select * from shift
      where shift_id > $1 and ($3::boolean or archived_by is null)
      order by shift_id limit $2
    ) s
    cross join lateral (
      select * from shift_version v
      where v.shift_id = s.shift_id and v.superseded_at = 'infinity'
      order by v.effective_date
    ) v
    order by s.shift_id, v.effective_date`,
};

/** A row for each version known at $2, with the latest change of the policy until then. */
const POLICY_COLUMNS = `
  p.policy_id, p.effective_date, p.definition,
  c.change_id as latest_change_id, c.recorded_at as latest_recorded_at`;

function latestChangeOf(alias: string, at: string): string {
  return `lateral (
      select c.change_id, c.recorded_at from roster_change c
      where c.policy_id = ${alias}.policy_id and c.recorded_at <= ${at}::timestamptz
      order by c.recorded_at desc
      limit 1
    ) c`;
}

export const GET_POLICY: Statement = {
  name: 'get_policy',
  text: `
    select ${POLICY_COLUMNS}
    from policy_version p
    cross join ${latestChangeOf('p', '$2')}
    where p.policy_id = $1 and ${knownAt('p', '$2')}
    order by p.effective_date`,
};

export const LIST_POLICIES: Statement = {
  name: 'list_policies',
  text: `
    select ${POLICY_COLUMNS}
    from (
      select distinct policy_id from policy_version
      where policy_id > $1 and superseded_at = 'infinity'
      order by policy_id limit $2
    ) l
    join policy_version p on p.policy_id = l.policy_id and p.superseded_at = 'infinity'
    cross join ${latestChangeOf('p', `'${NOW}'`)}
    order by p.policy_id, p.effective_date`,
};

/** A known employee without assignments has one row without an assignment. */
export const LIST_ASSIGNMENTS: Statement = {
  name: 'list_assignments',
  text: `
    select e.employee_id, a.assignment_id, a.change_id, a.recorded_at, a.start_date, a.end_date,
           a.anchor_date, a.cycle
    from employee e
    left join shift_assignment a on a.employee_id = e.employee_id and ${knownAt('a', '$2')}
    where e.employee_id = $1 and ${isKnown('$2')}
    order by a.start_date, a.assignment_id`,
};

/** A known employee without overrides has one row without an override. */
export const LIST_OVERRIDES: Statement = {
  name: 'list_overrides',
  text: `
    select o.date, o.shift_ids
    from employee e
    left join lateral (
      select o.date, o.shift_ids from date_override o
      where o.employee_id = e.employee_id and o.date between $3::date and $4::date
        and o.date > $5::date and ${knownAt('o', '$2')}
      order by o.date
      limit $6
    ) o on true
    where e.employee_id = $1 and ${isKnown('$2')}
    order by o.date`,
};

const HOLIDAY_RANGE = `
  h.date between $2::date and $3::date and ${knownAt('h', '$1')}`;

export const LIST_HOLIDAYS: Statement = {
  name: 'list_holidays',
  text: `
    select h.calendar_id, h.date, h.name, h.portion from holiday h
    where ${HOLIDAY_RANGE} and (h.calendar_id, h.date) > ($4::text collate "C", $5::date)
    order by h.calendar_id, h.date
    limit $6`,
};

export const LIST_CALENDAR: Statement = {
  name: 'list_calendar',
  text: `
    select h.calendar_id, h.date, h.name, h.portion from holiday h
    where ${HOLIDAY_RANGE} and h.calendar_id = $4 and h.date > $5::date
    order by h.date
    limit $6`,
};

export const GET_CHANGE: Statement = {
  name: 'get_change',
  text: `select ${CHANGE_COLUMNS} from roster_change where change_id = $1`,
};

export const LIST_CHANGES: Statement = {
  name: 'list_changes',
  text: `
    select ${CHANGE_COLUMNS} from roster_change
    where change_id < $1 order by change_id desc limit $2`,
};

export const LIST_UNFINISHED: Statement = {
  name: 'list_unfinished',
  text: `
    select ${CHANGE_COLUMNS} from roster_change
    where finished_at is null and change_id < $1 order by change_id desc limit $2`,
};

/** See RosterStore. */
export async function getEmployee(
  database: Database,
  employeeId: EmployeeId,
  asOf: RecordTime | undefined,
): Promise<EmployeeRecord | undefined> {
  const [row] = await database.query(GET_EMPLOYEE, employeeId, momentOf(asOf));
  return row === undefined ? undefined : employeeRecordOf(row);
}

function employeeRecordOf(row: Row): EmployeeRecord {
  const employeeId = text(row, 'employee_id') as EmployeeId;
  if (row.detail === null) {
    const detail = plainDetail(text(row, 'employee_name'));
    return { employeeId, detail, changeId: 0, updatedAt: undefined };
  }
  return {
    employeeId,
    detail: decodeDetail(row.detail),
    changeId: number(row, 'change_id'),
    updatedAt: number(row, 'recorded_at') as RecordTime,
  };
}

/** Skips archived employees page by page, so a page may be short or empty although more follow. */
export async function listEmployees(
  database: Database,
  query: Parameters<RosterStore['listEmployees']>[0],
): Promise<RosterPage<EmployeeRecord>> {
  const { groupId, includeArchived, after, limit } = query;
  const [last = ''] = after ?? [];
  const rows =
    groupId === undefined
      ? await database.query(LIST_EMPLOYEES, last, limit + 1)
      : await database.query(LIST_GROUP, last, limit + 1, groupId);
  const page = pageOf(rows.map(employeeRecordOf), limit, ({ employeeId }) => [employeeId]);
  if (includeArchived) return page;
  return { ...page, items: page.items.filter(({ detail }) => detail.archivedDay === undefined) };
}

/** `items`: one more than the page holds, if there are more. */
function pageOf<T>(
  items: readonly T[],
  limit: number,
  placeOf: (item: T) => readonly string[],
): RosterPage<T> {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return { items: page, next: items.length > limit && last ? placeOf(last) : undefined };
}

export async function getShift(
  database: Database,
  shiftId: string,
  asOf: RecordTime | undefined,
): Promise<ShiftRecord | undefined> {
  return shiftRecordOf(await database.query(GET_SHIFT, shiftId, momentOf(asOf)));
}

export async function listShifts(
  database: Database,
  query: Parameters<RosterStore['listShifts']>[0],
): Promise<RosterPage<ShiftRecord>> {
  const { after, limit, includeArchived } = query;
  const rows = await database.query(LIST_SHIFTS, after?.[0] ?? '', limit + 1, includeArchived);
  const shifts = rowsBy('shift_id', rows)
    .map(shiftRecordOf)
    .filter((shift) => shift !== undefined);
  return pageOf(shifts, limit, ({ shiftId }) => [shiftId]);
}

/** Groups of rows with the same value in a column. */
function rowsBy(column: string, rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = text(row, column);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

export async function getPolicy(
  database: Database,
  policyId: string,
  asOf: RecordTime | undefined,
): Promise<PolicyRecord | undefined> {
  return policyRecordOf(await database.query(GET_POLICY, policyId, momentOf(asOf)));
}

export async function listPolicies(
  database: Database,
  { after, limit }: Parameters<RosterStore['listPolicies']>[0],
): Promise<RosterPage<PolicyRecord>> {
  const rows = await database.query(LIST_POLICIES, after?.[0] ?? '', limit + 1);
  const policies = rowsBy('policy_id', rows)
    .map(policyRecordOf)
    .filter((policy) => policy !== undefined);
  return pageOf(policies, limit, ({ policyId }) => [policyId]);
}

export async function listAssignments(
  database: Database,
  employeeId: EmployeeId,
  asOf: RecordTime | undefined,
): Promise<readonly AssignmentRecord[] | undefined> {
  const rows = await database.query(LIST_ASSIGNMENTS, employeeId, momentOf(asOf));
  if (rows.length === 0) return undefined;
  const found = rows.filter((row) => row.assignment_id !== null);
  return await TURNS.map(found, assignmentRecordOf);
}

export async function listOverrides(
  database: Database,
  query: Parameters<RosterStore['listOverrides']>[0],
): Promise<RosterPage<OverrideRecord> | undefined> {
  const { employeeId, startDate, endDate, asOf, after, limit } = query;
  const rows = await database.query(
    LIST_OVERRIDES,
    employeeId,
    momentOf(asOf),
    startDate,
    endDate,
    after?.[0] ?? '-infinity',
    limit + 1,
  );
  if (rows.length === 0) return undefined;
  const found = rows.filter((row) => row.date !== null);
  const page = pageOf(found, limit, (row) => [text(row, 'date')]);
  const items = page.items.map((row) => ({
    epochDay: epochDayOf(text(row, 'date')),
    shiftIds: shiftIdsOf(row),
  }));
  return { ...page, items };
}

export async function listHolidays(
  database: Database,
  query: Parameters<RosterStore['listHolidays']>[0],
): Promise<RosterPage<HolidayRecord>> {
  const { calendarId, startDate, endDate, asOf, after, limit } = query;
  const [lastCalendar = '', lastDate = '-infinity'] = after ?? [];
  const statement = calendarId === undefined ? LIST_HOLIDAYS : LIST_CALENDAR;
  const rows = await database.query(
    statement,
    momentOf(asOf),
    startDate,
    endDate,
    calendarId ?? lastCalendar,
    lastDate,
    limit + 1,
  );
  const page = pageOf(rows, limit, (row) => [text(row, 'calendar_id'), text(row, 'date')]);
  return { ...page, items: page.items.map(holidayRecordOf) };
}

export async function getRosterChange(
  database: Database,
  changeId: number,
): Promise<RosterChangeRecord | undefined> {
  const [row] = await database.query(GET_CHANGE, changeId);
  return row === undefined ? undefined : changeRecordOf(row);
}

export async function listRosterChanges(
  database: Database,
  query: Parameters<RosterStore['listRosterChanges']>[0],
): Promise<RosterPage<RosterChangeRecord>> {
  const { after, limit, unfinishedOnly } = query;
  const statement = unfinishedOnly ? LIST_UNFINISHED : LIST_CHANGES;
  const before = after?.[0] ?? String(Number.MAX_SAFE_INTEGER);
  const rows = await database.query(statement, before, limit + 1);
  return pageOf(rows.map(changeRecordOf), limit, ({ changeId }) => [String(changeId)]);
}
