// Lists that need more than stored days: those with expected days, while days are stale, and at
// moments when they were. One page looks at every date of every employee, up to a bound, so pages
// can be short or empty.

import type { DayCursor, DayPage, DayQuery, EmployeeDay } from '../../app/ports/day-reads.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { NEAR_DAYS } from '../../domain/roster/reach.js';
import {
  fromEpochDay,
  LAST_DATE,
  type LocalDate,
  toEpochDay,
} from '../../domain/time/local-date.js';
import { type Bound, bind, type Database, type Session } from '../postgres/database.js';
import { text } from '../postgres/rows.js';
import { inSnapshot } from '../postgres/snapshot.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import {
  knowSubjects,
  NEXT_DATE,
  NEXT_DATE_OF,
  STEPS,
  type Subject,
  subjectsOf,
} from './derived-list-step.js';
import { isListed, momentOf } from './resolve-days.js';

/** The most dates of employees that one page looks at, now and as of a past moment. */
export const MAX_DATES_LOOKED_AT = 6000;
export const MAX_DATES_LOOKED_AT_AS_OF = 1500;

/**
 * The most steps of one page, however few dates they look at. Each takes a few round trips (the
 * next date, its rows, the rosters, the punches).
 */
export const MAX_STEPS = 48;

/** The most employees of one step, and the most dates of all of them together. */
const STEP_EMPLOYEES = 250;
const STEP_DATES = 2000;

/** Longer ranges of one employee are looked at in windows of this length, in days. */
const WINDOW_DAYS = 366;

/** Collects the days of a page, and where the next one continues. */
export class Page {
  readonly #query: DayQuery;
  readonly #days: EmployeeDay[] = [];
  #left: number;
  #steps: number;

  /** `share`: how many pages share the bounds. */
  constructor(query: DayQuery, share: number) {
    const most = query.asOf === undefined ? MAX_DATES_LOOKED_AT : MAX_DATES_LOOKED_AT_AS_OF;
    this.#query = query;
    this.#left = most / share;
    this.#steps = MAX_STEPS / share;
  }

  /** How many more dates may be looked at; 0 after too many steps. */
  get left(): number {
    return this.#steps > 0 ? Math.max(0, this.#left) : 0;
  }

  /** Counts a step. */
  looked(dates: number): void {
    this.#left -= dates;
    this.#steps -= 1;
  }

  /** Adds those of the days that are listed. Returns the page when it is full. */
  add(days: readonly EmployeeDay[]): DayPage | undefined {
    for (const day of days) {
      if (!isListed(day, this.#query)) continue;
      const last = this.#days.at(-1);
      if (this.#days.length === this.#query.limit && last !== undefined) {
        return this.until({ employeeId: last.employeeId, date: last.day.date });
      }
      this.#days.push(day);
    }
    return undefined;
  }

  /** The page up to here. Without `next`, the list ends. */
  until(next: DayCursor | undefined): DayPage {
    return { days: this.#days, next };
  }
}

/** All employees by date, then employee. */
export async function wideByDate(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
): Promise<DayPage> {
  const { after, startDate, includeExpected } = query;
  const lastDay = toEpochDay(query.endDate);
  return await inSnapshot(database, [], async (session) => {
    const page = new Page(query, 1);
    let day = toEpochDay(after?.date ?? startDate);
    let behind = after?.employeeId ?? ('' as EmployeeId);
    let next = after;
    // While all employees fit into one step, steps look at more and more of their dates.
    let window = 1;
    while (day <= lastDay) {
      if (!includeExpected && behind === '') {
        const near = await nextDay(session, bind(NEXT_DATE, nearDate(day)));
        if (near === undefined || near - NEAR_DAYS > lastDay) break;
        day = Math.max(day, near - NEAR_DAYS);
      }
      const until = Math.min(lastDay, day + window - 1);
      const subjects = await dateSubjects(session, query, behind, day, until);
      const known = await knowSubjects(session, rosters, subjects, query);
      const full = page.add(window === 1 ? known : byDate(known));
      if (full !== undefined) return full;
      page.looked(subjects.length * (until - day + 1));
      const last = subjects.at(-1);
      // There are no employees at all, so no other date will have any.
      if (last === undefined && behind === '') break;
      if (last !== undefined) next = { employeeId: last.employeeId, date: fromEpochDay(until) };
      const isOver = subjects.length < STEP_EMPLOYEES;
      window = isOver && behind === '' ? nextWindow(window, subjects.length, page.left) : 1;
      behind = isOver || last === undefined ? ('' as EmployeeId) : last.employeeId;
      if (isOver) day = until + 1;
      if (page.left <= 0 && day <= lastDay) return page.until(next);
    }
    return page.until(undefined);
  });
}

/**
 * Looks at more dates each time: a page that fills soon has read little in vain, an empty one is
 * quick.
 */
function nextWindow(window: number, employees: number, left: number): number {
  const most = Math.min(STEP_DATES, left) / Math.max(1, employees);
  return Math.max(1, Math.min(4 * window, Math.floor(most)));
}

function byDate(days: readonly EmployeeDay[]): readonly EmployeeDay[] {
  // The sort is stable, so the days of one date stay sorted by employee.
  return days.toSorted((a, b) => (a.day.date < b.day.date ? -1 : a.day.date > b.day.date ? 1 : 0));
}

/** Looks at more than one date only if all employees fit into a step. */
async function dateSubjects(
  session: Session,
  { groupId = '', asOf }: DayQuery,
  behind: EmployeeId,
  day: number,
  until: number,
): Promise<Subject[]> {
  const isOne = day === until;
  const now = isOne ? STEPS.date : STEPS.employees;
  const then = isOne ? STEPS.dateAsOf : STEPS.employeesAsOf;
  const dates = isOne ? [fromEpochDay(day)] : [fromEpochDay(day), fromEpochDay(until)];
  const moment = asOf === undefined ? [] : [momentOf(asOf)];
  const [rows = []] = await session.pipeline([
    bind(asOf === undefined ? now : then, behind, STEP_EMPLOYEES, ...dates, groupId, ...moment),
  ]);
  return subjectsOf(rows, day, until);
}

/** Not before the first date that exists. */
function nearDate(day: number): LocalDate {
  return fromEpochDay(Math.max(FIRST_DAY, day - NEAR_DAYS));
}

const FIRST_DAY = toEpochDay('1900-01-01' as LocalDate);

async function nextDay(session: Session, statement: Bound): Promise<number | undefined> {
  const [[row] = []] = await session.pipeline([statement]);
  return row === undefined ? undefined : toEpochDay(text(row, 'date') as LocalDate);
}

/**
 * Days by employee, then date, of one or all. `share`: how many such pages make one of the
 * caller's.
 */
export async function wideByEmployee(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
  share = 1,
): Promise<DayPage> {
  const { employeeId, after } = query;
  const firstDay = toEpochDay(query.startDate);
  const lastDay = toEpochDay(query.endDate);
  return await inSnapshot(database, [], async (session) => {
    const walk = new EmployeeWalk(session, rosters, query, new Page(query, share));
    if (employeeId !== undefined) {
      const from = after === undefined ? firstDay : toEpochDay(after.date) + 1;
      return (await walk.one(employeeId, from, lastDay)) ?? walk.page.until(undefined);
    }
    if (after !== undefined) {
      const rest = await walk.one(after.employeeId, toEpochDay(after.date) + 1, lastDay);
      if (rest !== undefined) return rest;
    }
    return await walk.everybody(after?.employeeId ?? ('' as EmployeeId), firstDay, lastDay);
  });
}

/** Looks at employees one after the other, in one snapshot, until the page is full. */
export class EmployeeWalk {
  readonly page: Page;
  readonly #session: Session;
  readonly #rosters: RosterReader;
  readonly #query: DayQuery;

  constructor(session: Session, rosters: RosterReader, query: DayQuery, page: Page) {
    this.page = page;
    this.#session = session;
    this.#rosters = rosters;
    this.#query = query;
  }

  /**
   * Returns the page when it is full; undefined when all of the employee's dates were looked at.
   */
  async one(employeeId: EmployeeId, from: number, lastDay: number): Promise<DayPage | undefined> {
    const { includeExpected } = this.#query;
    let isNear = false;
    for (let day = from; day <= lastDay; ) {
      if (!includeExpected && !isNear) {
        const near = await nextDay(this.#session, bind(NEXT_DATE_OF, employeeId, nearDate(day)));
        if (near === undefined || near - NEAR_DAYS > lastDay) return undefined;
        day = Math.max(day, near - NEAR_DAYS);
      }
      const until = Math.min(lastDay, day + WINDOW_DAYS - 1);
      const subjects = await this.#subjects('=', employeeId, 1, day, until);
      const full = await this.#add(subjects);
      if (full !== undefined) return full;
      if (this.page.left <= 0 && until < lastDay) {
        return this.page.until({ employeeId, date: fromEpochDay(until) });
      }
      // Near stored days, more are likely: the next date is looked up only after a window without
      // any.
      isNear = subjects.some(({ stored }) => stored.size > 0);
      day = until + 1;
    }
    return undefined;
  }

  async everybody(behind: EmployeeId, firstDay: number, lastDay: number): Promise<DayPage> {
    const days = lastDay - firstDay + 1;
    if (days < 1) return this.page.until(undefined);
    const isLong = days > WINDOW_DAYS;
    const count = isLong ? 1 : Math.min(STEP_EMPLOYEES, Math.floor(STEP_DATES / days));
    for (let last = behind; ; ) {
      if (this.page.left <= 0) return this.page.until({ employeeId: last, date: LAST_DATE });
      // For a long range, the first window only finds the next employee.
      const until = isLong ? firstDay : lastDay;
      const subjects = await this.#subjects('>', last, count, firstDay, until);
      const found = subjects.at(-1)?.employeeId;
      if (found === undefined) return this.page.until(undefined);
      const full = isLong ? await this.one(found, firstDay, lastDay) : await this.#add(subjects);
      if (full !== undefined) return full;
      if (isLong) this.page.looked(1);
      last = found;
    }
  }

  async #add(subjects: readonly Subject[]): Promise<DayPage | undefined> {
    this.page.looked(subjects.reduce((sum, each) => sum + each.lastDay - each.firstDay + 1, 0));
    return this.page.add(await knowSubjects(this.#session, this.#rosters, subjects, this.#query));
  }

  async #subjects(
    who: '=' | '>',
    employeeId: EmployeeId,
    count: number,
    firstDay: number,
    lastDay: number,
  ): Promise<Subject[]> {
    const { groupId = '', asOf } = this.#query;
    const group = who === '=' ? [] : [groupId];
    const now = who === '=' ? STEPS.employee : STEPS.employees;
    const then = who === '=' ? STEPS.employeeAsOf : STEPS.employeesAsOf;
    const dates = [fromEpochDay(firstDay), fromEpochDay(lastDay)];
    const moment = asOf === undefined ? [] : [momentOf(asOf)];
    const [rows = []] = await this.#session.pipeline([
      bind(asOf === undefined ? now : then, employeeId, count, ...dates, ...group, ...moment),
    ]);
    return subjectsOf(rows, firstDay, lastDay);
  }
}
