// Lists of many employees with a filter or a group. PostgreSQL first looks through each employee's
// dates, as bits, for those that the list can keep; only these are read and derived. So one page
// can find a rare day among a million others.

import type { DayCursor, DayPage, DayQuery, EmployeeDay } from '../../app/ports/day-reads.js';
import { TURNS } from '../../app/ports/turns.js';
import { ENGINE_VERSION } from '../../domain/engine/derive.js';
import { ORIGINS, STATUSES, type Status } from '../../domain/facts/day.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import { fromEpochDay, toEpochDay } from '../../domain/time/local-date.js';
import {
  bind,
  type Database,
  formatTimestamp,
  type Row,
  type Session,
  type Statement,
} from '../postgres/database.js';
import { anomalyBits, codeOf, number, text } from '../postgres/rows.js';
import { inSnapshot } from '../postgres/snapshot.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { IN_GROUP, KEYS, knowSubjects, subjectOfKey } from './derived-list-step.js';
import { EmployeeWalk, Page } from './derived-lists.js';
import { type DateBits, ExpectedDays } from './expected-days.js';
import { isStale, wantedRoster } from './resolve-days.js';

/** The most dates in one statement's bits, which are those of a signed integer. */
const WINDOW_DAYS = 31;

/** The most employees of one step, and the most dates of all of them together. */
const FIRST_STEP_EMPLOYEES = 500;
const STEP_EMPLOYEES = 20_000;
const STEP_DATES = 400_000;

/** The most dates of employees that one page looks through: about half a second. */
const MAX_DATES_LOOKED_THROUGH = 1_000_000;

/** How many of the dates found are read and derived at a time. */
const KEYS_AT_A_TIME = 250;

/**
 * For at most $2 employees after $1, the dates from $3 to $4 as bits: those that are stored, and
 * those that the list cannot keep, whatever the clock says.
 */
function lookThrough(name: string, who: string): Statement {
  const bit = '1 << (d.date - $3::date)';
  return {
    name,
    text: `
      select e.employee_id, e.roster_version, h.shared_version, b.is_stale, s.stored, s.passed
      from (
        select * from employee e where ${who} order by e.employee_id limit $2::integer
      ) e
      join roster_head h on h.id = 1
      cross join lateral (select ${isStale('$3::date', '$4::date')} as is_stale offset 0) b
      cross join lateral (
        select coalesce(bit_or(${bit}), 0) as stored,
               coalesce(bit_or(${bit}) filter (where
                 d.status is not null and d.engine_version = $5::integer
                 and (d.settles_at is null or d.settles_at <= $6::timestamptz)
                 and not ($7::boolean and d.status = any ($8::smallint[])
                   and d.origin = any ($9::smallint[])
                   and ($10::integer = 0 or d.anomalies & $10::integer <> 0)
                   and d.recorded_at > $11::timestamptz)
               ), 0) as passed
        from attendance_day d
        where d.employee_id = e.employee_id and d.date between $3::date and $4::date
      ) s
      order by e.employee_id`,
  };
}

const BEHIND = 'e.employee_id > $1::text collate "C"';

export const LOOK_THROUGH = {
  everybody: lookThrough('look_through', BEHIND),
  group: lookThrough('look_through_group', `${BEHIND} and ${IN_GROUP('$12')}`),
};

interface Range {
  readonly firstDay: number;
  readonly lastDay: number;
}

/** An employee's date that the list may keep. */
interface Key {
  readonly employeeId: EmployeeId;
  readonly day: number;
}

/** Days by date, then employee. */
export async function filteredByDate(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
): Promise<DayPage> {
  const { after } = query;
  const lastDay = toEpochDay(query.endDate);
  return await inSnapshot(database, [], async (session) => {
    const look = new Look(session, rosters, query);
    let day = toEpochDay(after?.date ?? query.startDate);
    let behind = after?.employeeId ?? NOBODY;
    // A page that fills soon has looked at few dates. While all employees fit into one step, steps
    // look at more and more of their dates.
    let limit = FIRST_STEP_EMPLOYEES;
    let window = 1;
    let seen = behind === NOBODY ? 0 : Infinity;
    while (day <= lastDay) {
      const range = { firstDay: day, lastDay: Math.min(lastDay, day + window - 1) };
      const { keys, count, last } = await look.through(behind, limit, range);
      keys.sort((a, b) => a.day - b.day || compareEmployeeIds(a.employeeId, b.employeeId));
      const full = await look.take(keys);
      if (full !== undefined) return full;
      const isOver = count < limit;
      seen += count;
      window = isOver && seen < STEP_EMPLOYEES ? wider(window, seen, keys.length) : 1;
      if (isOver) seen = 0;
      limit = STEP_EMPLOYEES;
      behind = isOver || last === undefined ? NOBODY : last;
      const place = { employeeId: last ?? LAST_OF_ALL, date: fromEpochDay(range.lastDay) };
      if (isOver) day = range.lastDay + 1;
      if (look.isEnough && day <= lastDay) return look.page.until(place);
    }
    return look.page.until(undefined);
  });
}

/** If few dates were found, the widest window that fits into a step. */
function wider(window: number, employees: number, found: number): number {
  const most = Math.min(WINDOW_DAYS, Math.floor(STEP_DATES / Math.max(1, employees)));
  const enough = found === 0 ? most : Math.floor((KEYS_AT_A_TIME * window) / found);
  return Math.max(1, Math.min(most, enough));
}

const NOBODY = '' as EmployeeId;

/** Sorts after every possible id. */
const LAST_OF_ALL = '~' as EmployeeId;

/** Days by employee, then date. */
export async function filteredByEmployee(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
): Promise<DayPage> {
  const { after } = query;
  const [firstDay, lastDay] = [toEpochDay(query.startDate), toEpochDay(query.endDate)];
  const employees = Math.min(
    STEP_EMPLOYEES,
    Math.max(1, Math.floor(STEP_DATES / (lastDay - firstDay + 1))),
  );
  return await inSnapshot(database, [], async (session) => {
    const look = new Look(session, rosters, query);
    if (after !== undefined) {
      const walk = new EmployeeWalk(session, rosters, query, look.page);
      const rest = await walk.one(after.employeeId, toEpochDay(after.date) + 1, lastDay);
      if (rest !== undefined) return rest;
    }
    for (let behind = after?.employeeId ?? NOBODY; ; ) {
      const all: Key[] = [];
      let end: EmployeeId | undefined;
      let isOver = true;
      for (let day = firstDay; day <= lastDay; day += WINDOW_DAYS) {
        const range = { firstDay: day, lastDay: Math.min(lastDay, day + WINDOW_DAYS - 1) };
        const { keys, count, last } = await look.through(behind, employees, range);
        all.push(...keys);
        end = last;
        isOver = count < employees;
      }
      all.sort((a, b) => compareEmployeeIds(a.employeeId, b.employeeId) || a.day - b.day);
      const full = await look.take(all);
      if (full !== undefined) return full;
      if (isOver || end === undefined) return look.page.until(undefined);
      behind = end;
      if (look.isEnough) return look.page.until({ employeeId: end, date: query.endDate });
    }
  });
}

/** One page's search through employees' dates, in one snapshot. */
class Look {
  readonly page: Page;
  readonly #session: Session;
  readonly #rosters: RosterReader;
  readonly #query: DayQuery;
  #dates = 0;

  constructor(session: Session, rosters: RosterReader, query: DayQuery) {
    this.page = new Page(query, 1);
    this.#session = session;
    this.#rosters = rosters;
    this.#query = query;
  }

  /** Whether the page has looked at the maximum. */
  get isEnough(): boolean {
    return this.#dates >= MAX_DATES_LOOKED_THROUGH;
  }

  /** The dates of a range that the list may keep, of at most `limit` employees after `behind`. */
  async through(
    behind: EmployeeId,
    limit: number,
    range: Range,
  ): Promise<{ keys: Key[]; count: number; last: EmployeeId | undefined }> {
    const [rows = []] = await this.#session.pipeline([this.#statement(behind, limit, range)]);
    const bits = await this.#bitsOf(rows, range);
    const keys: Key[] = [];
    for (const [place, row] of rows.entries()) {
      let left = bits[place] ?? 0;
      if (left === 0) continue;
      const employeeId = text(row, 'employee_id') as EmployeeId;
      for (let day = range.firstDay; left !== 0; day += 1, left >>>= 1) {
        if ((left & 1) === 1) keys.push({ employeeId, day });
      }
    }
    this.#dates += rows.length * (range.lastDay - range.firstDay + 1);
    const end = rows.at(-1);
    const last = end === undefined ? undefined : (text(end, 'employee_id') as EmployeeId);
    return { keys, count: rows.length, last };
  }

  #statement(behind: EmployeeId, limit: number, { firstDay, lastDay }: Range) {
    const { groupId, filter, now } = this.#query;
    const { statuses = STATUSES, origins = ORIGINS, anomalies = [], updatedAfter } = filter;
    const values = [
      behind,
      limit,
      fromEpochDay(firstDay),
      fromEpochDay(lastDay),
      ENGINE_VERSION,
      formatTimestamp(now * 1000),
      filter.final !== false,
      statuses.map((status) => codeOf<Status>(STATUSES, status)),
      origins.map((origin) => codeOf(ORIGINS, origin)),
      anomalyBits(anomalies),
      updatedAfter === undefined ? '-infinity' : formatTimestamp(updatedAfter),
    ];
    if (groupId === undefined) return bind(LOOK_THROUGH.everybody, ...values);
    return bind(LOOK_THROUGH.group, ...values, groupId);
  }

  async #bitsOf(rows: readonly Row[], range: Range): Promise<readonly DateBits[]> {
    const all = -1 >>> (32 - (range.lastDay - range.firstDay + 1));
    const [first] = rows;
    if (first === undefined) return [];
    if (!this.#query.includeExpected) {
      return await TURNS.map(rows, (row) =>
        row.is_stale === true ? all : number(row, 'stored') & ~number(row, 'passed'),
      );
    }
    const roster = await this.#rosters.shared(this.#session, number(first, 'shared_version'));
    const wanted = rows.map((row) => wantedRoster(row, text(row, 'employee_id') as EmployeeId));
    const own = await this.#rosters.employees(this.#session, wanted);
    const expected = new ExpectedDays(roster, range, this.#query);
    return await TURNS.map(rows, (row, place) => {
      if (row.is_stale === true) return all;
      const stored = number(row, 'stored');
      const employee = own.get(wanted[place]?.employeeId ?? NOBODY);
      const more = employee === undefined ? 0 : expected.of(employee) & ~stored;
      return (stored & ~number(row, 'passed')) | more;
    });
  }

  /** Reads and derives the dates, in order, until the page is full. */
  async take(keys: readonly Key[]): Promise<DayPage | undefined> {
    for (let from = 0; from < keys.length; from += KEYS_AT_A_TIME) {
      const some = keys.slice(from, from + KEYS_AT_A_TIME);
      const full = this.page.add(await this.#know(some));
      if (full !== undefined) return full;
      this.page.looked(some.length);
      const last = some.at(-1);
      if (this.page.left <= 0 && last !== undefined) return this.page.until(cursorOf(last));
    }
    return undefined;
  }

  async #know(keys: readonly Key[]): Promise<EmployeeDay[]> {
    const [rows = []] = await this.#session.pipeline([
      bind(
        KEYS,
        keys.map(({ employeeId }) => employeeId),
        keys.map(({ day }) => fromEpochDay(day)),
      ),
    ]);
    const subjects = await TURNS.map(rows, subjectOfKey);
    return await knowSubjects(this.#session, this.#rosters, subjects, this.#query);
  }
}

function cursorOf({ employeeId, day }: Key): DayCursor {
  return { employeeId, date: fromEpochDay(day) };
}
