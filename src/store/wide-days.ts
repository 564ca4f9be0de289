// Lists that stored days alone do not tell: with days that are only expected, while stored days
// have yet to follow the roster, and as of moments at which they had. Every employee's every date
// is looked at, a bounded number of them for one page, so pages can be short or empty.
//
// Where expected days are not wanted, a date counts only if it is stored or punches are near it:
// nothing else can have made it more than expected. While stored days are behind, and as of past
// moments, each date that counts is derived from its punches (known-days.ts).

import type { DayCursor, DayPage, DayQuery, EmployeeDay } from '../app/ports.js';
import type { StoredDay } from '../domain/day.js';
import type { EmployeeId } from '../domain/employee-id.js';
import type { KnownDay } from '../domain/known-day.js';
import { fromEpochDay, LAST_DATE, type LocalDate, toEpochDay } from '../domain/local-date.js';
import { type DayPlan, plan, planDays } from '../domain/plan.js';
import {
  type Bound,
  bind,
  type Database,
  type Row,
  type Session,
  type Statement,
} from './database.js';
import {
  isBehind,
  isDerivedOtherwise,
  isListed,
  knowDays,
  momentOf,
  type Rostered,
  readRosters,
  rosteredOf,
} from './known-days.js';
import type { RosterReader } from './roster-reader.js';
import { dayColumns, number, storedDay, text } from './rows.js';
import { inSnapshot } from './snapshot.js';

/** The most dates of employees that one page looks at, and as of a past moment. */
export const MAX_DATES_LOOKED_AT = 6000;
export const MAX_DATES_LOOKED_AT_AS_OF = 1500;

/**
 * The most steps of one page, however few dates they look at: each takes a few round trips
 * (the next date, its rows, the rosters, the punches).
 */
export const MAX_STEPS = 48;

/** The most employees of one step, and the most dates of all of them together. */
const STEP_EMPLOYEES = 250;
const STEP_DATES = 2000;

/** Longer ranges of one employee are looked at in pieces of this length, in days. */
const WINDOW_DAYS = 366;

/**
 * A punch belongs to a date at most 6 from the one it was made on, under any roster
 * (MARGIN_DAYS of the rules' properties), so a date without one this near has none.
 */
const NEAR_DAYS = 14;

const EMPLOYEE_COLUMNS = `
  e.employee_id, e.employee_name, e.roster_version, b.is_behind, b.is_open, h.shared_version`;

/**
 * Joined to an employee `e` and their dates from the first to the last: whether stored days may be
 * behind, and whether dates without one can then be more than expected.
 */
function standing(firstDate: string, lastDate: string, asOf: number | undefined): string {
  // As of a past moment it is not looked up which changes were unfinished then.
  const behind = asOf === undefined ? isBehind(firstDate, lastDate) : 'true';
  return `
      join roster_head h on h.id = 1
      cross join lateral (
        select s.is_behind, s.is_behind and exists (
          select from punch p
          where p.employee_id = e.employee_id
            and p.time >= (${firstDate} - ${NEAR_DAYS})::timestamptz
            and p.time < (${lastDate} + ${NEAR_DAYS + 1})::timestamptz
        ) as is_open
        from (select ${behind} as is_behind offset 0) s
        offset 0
      ) b`;
}

/** As of $n: the latest change of each date by then. */
function daysOf(condition: string, asOf: number | undefined): string {
  const days = `
    select * from attendance_day d
    where d.employee_id = e.employee_id and ${condition}
    order by d.date`;
  if (asOf === undefined) return days;
  return `
    select c.* from (${days}) s
    cross join lateral (
      select * from attendance_change c
      where c.employee_id = s.employee_id and c.date = s.date
        and c.recorded_at <= $${asOf}::timestamptz
      order by c.revision desc
      limit 1
    ) c
    order by c.date`;
}

/** One date of the employees behind $1: at most $2 of them on the date $3. */
function dateStep(name: string, asOf?: number): Statement {
  return {
    name,
    text: `
      select ${EMPLOYEE_COLUMNS}, ${dayColumns('d')}
      from (
        select * from employee e where e.employee_id > $1::text collate "C"
        order by e.employee_id limit $2::integer
      ) e
      ${standing('$3::date', '$3::date', asOf)}
      left join lateral (${daysOf('d.date = $3::date', asOf)}) d on true
      order by e.employee_id`,
  };
}

/** All dates from $3 to $4 of the employees whose id is `who` $1, at most $2 of them. */
function employeeStep(name: string, who: string, days: string, asOf?: number): Statement {
  return {
    name,
    text: `
      select ${EMPLOYEE_COLUMNS}, ${dayColumns('d')}
      from (
        select * from employee e where e.employee_id ${who}
        order by e.employee_id limit $2::integer
      ) e
      ${standing('$3::date', '$4::date', asOf)}
      left join lateral (${daysOf(days, asOf)}) d on true
      order by e.employee_id, d.date`,
  };
}

const BEHIND = '> $1::text collate "C"';
const ONE = '= $1::text collate "C"';
const IN_RANGE = 'd.date between $3::date and $4::date';
const MAY_BE_OPEN = `${IN_RANGE}
  and (d.settles_at > $5::timestamptz or d.plan_hash is null or d.engine_version <> $6::smallint
    or exists (select from roster_change c where c.finished_at is null)
    or exists (
      select from sweep_failure f
      where f.employee_id = e.employee_id and f.mended_at = 'infinity'
    ))`;

/** What the index by group goes by. */
const IN_GROUP = `e.group_id = $7::text collate "C" and e.group_id <> ''`;

/** Every form of a step, by what is asked for. */
export const STEPS = {
  date: dateStep('step_date'),
  dateAsOf: dateStep('step_date_as_of', 4),
  employees: employeeStep('step_employees', BEHIND, IN_RANGE),
  employeesAsOf: employeeStep('step_employees_as_of', BEHIND, IN_RANGE, 5),
  employee: employeeStep('step_employee', ONE, IN_RANGE),
  employeeAsOf: employeeStep('step_employee_as_of', ONE, IN_RANGE, 5),
  open: employeeStep('step_open', BEHIND, MAY_BE_OPEN),
  openInGroup: employeeStep('step_open_in_group', `${BEHIND} and ${IN_GROUP}`, MAY_BE_OPEN),
};

/** The first date on or after $1 that anybody has stored. */
export const NEXT_DATE = {
  name: 'next_date',
  text: `
    select d.date from attendance_day d
    where (d.date - date '1900-01-01') >= ($1::date - date '1900-01-01')
    order by (d.date - date '1900-01-01'), d.employee_id
    limit 1`,
};

/** The same of one employee. */
export const NEXT_DATE_OF = {
  name: 'next_date_of',
  text: `
    select d.date from attendance_day d
    where d.employee_id = $1::text collate "C" and d.date >= $2::date
    order by d.date
    limit 1`,
};

/** One employee and the dates that are looked at. */
export interface Subject {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly row: Row;
  /** Epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Whether dates without a stored day can be more than expected. */
  readonly isOpen: boolean;
  /** Whether stored days may be behind the roster. */
  readonly isBehind: boolean;
  readonly stored: Map<LocalDate, StoredDay>;
  readonly stale: Set<LocalDate>;
}

/** Rows of a step, which stand by employee. */
export function subjectsOf(rows: readonly Row[], firstDay: number, lastDay: number): Subject[] {
  const subjects: Subject[] = [];
  for (const row of rows) {
    const employeeId = text(row, 'employee_id') as EmployeeId;
    let subject = subjects.at(-1);
    if (subject?.employeeId !== employeeId) {
      subject = {
        employeeId,
        employeeName: text(row, 'employee_name'),
        row,
        firstDay,
        lastDay,
        isOpen: row.is_open === true,
        isBehind: row.is_behind === true,
        stored: new Map(),
        stale: new Set(),
      };
      subjects.push(subject);
    }
    const day = storedDay(row);
    if (day === undefined) continue;
    subject.stored.set(day.date, day);
    if (isDerivedOtherwise(day)) subject.stale.add(day.date);
  }
  return subjects;
}

/** The known days of all subjects by employee and date; those that stand as stored too. */
export async function knowSubjects(
  session: Session,
  rosters: RosterReader,
  subjects: readonly Subject[],
  query: { readonly includeExpected: boolean; readonly asOf: DayQuery['asOf'] },
): Promise<EmployeeDay[]> {
  const { includeExpected, asOf } = query;
  const isPlanned = (subject: Subject) =>
    includeExpected || subject.isOpen || datesToPlan(subject).length > 0;
  const planned = subjects.filter(isPlanned);
  const [first] = planned;
  const sharedVersion = first === undefined ? 0 : number(first.row, 'shared_version');
  const wanted = planned.map(({ employeeId, row }) => {
    return { employeeId, rosterVersion: number(row, 'roster_version') };
  });
  const rostered = await readRosters(session, rosters, sharedVersion, wanted, asOf);
  const wantedDays = planned.map((subject) => ({
    employeeId: subject.employeeId,
    plans: plansOf(subject, rosteredOf(rostered, subject.employeeId), includeExpected),
    stored: subject.stored,
    isBehind: subject.isBehind,
  }));
  const known = await knowDays(session, wantedDays, asOf);
  const derived = new Map(planned.map((subject, index) => [subject, known[index] ?? []]));
  return subjects.flatMap((subject) => {
    const { employeeId } = subject;
    const employeeName = rostered.get(employeeId)?.employeeName ?? subject.employeeName;
    const days = inOrder(derived.get(subject) ?? [], subject.stored);
    return days.map((day) => ({ employeeId, employeeName, day }));
  });
}

/** The stored dates that do not stand as they are, as far as can be told without their plans. */
function datesToPlan({ stored, stale, isBehind: behind }: Subject): LocalDate[] {
  if (!behind) return [...stale];
  const days = [...stored.values()].filter(
    ({ date, result }) => result !== undefined || stale.has(date),
  );
  return days.map(({ date }) => date);
}

function plansOf(subject: Subject, { roster, employee }: Rostered, isAll: boolean): DayPlan[] {
  const { firstDay, lastDay } = subject;
  if (isAll || subject.isOpen) return planDays(roster, employee, firstDay, lastDay);
  return datesToPlan(subject).map((date) => plan(roster, employee, toEpochDay(date)));
}

/** Days that were derived, and between them those that stand as they are stored. */
function inOrder(
  derived: readonly KnownDay[],
  stored: ReadonlyMap<LocalDate, StoredDay>,
): readonly KnownDay[] {
  const days = new Map<LocalDate, KnownDay>();
  for (const { date, result, revision, recordedAt } of stored.values()) {
    if (result !== undefined) days.set(date, { date, result, revision, recordedAt });
  }
  for (const day of derived) days.set(day.date, day);
  return [...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** Fills a page, and knows where to go on. */
class Page {
  readonly #query: DayQuery;
  readonly #days: EmployeeDay[] = [];
  #left: number;
  #steps = MAX_STEPS;

  constructor(query: DayQuery) {
    this.#query = query;
    this.#left = query.asOf === undefined ? MAX_DATES_LOOKED_AT : MAX_DATES_LOOKED_AT_AS_OF;
  }

  /** How many more dates may be looked at; 0 when there were too many steps. */
  get left(): number {
    return this.#steps > 0 ? Math.max(0, this.#left) : 0;
  }

  /** A step was taken. */
  looked(dates: number): void {
    this.#left -= dates;
    this.#steps -= 1;
  }

  /** Adds what is listed of the days; the page when it is full. */
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

  /** What was found until here; without a place to go on, all there is. */
  until(next: DayCursor | undefined): DayPage {
    return { days: this.#days, next };
  }
}

/** By date, then employee: everybody. */
export async function wideByDate(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
): Promise<DayPage> {
  const { after, startDate, includeExpected, asOf } = query;
  const lastDay = toEpochDay(query.endDate);
  return await inSnapshot(database, [], async (session) => {
    const page = new Page(query);
    let day = toEpochDay(after?.date ?? startDate);
    let behind = after?.employeeId ?? ('' as EmployeeId);
    let next = after;
    // While everybody fits into one step, steps look at more and more dates of theirs.
    let window = 1;
    while (day <= lastDay) {
      if (!includeExpected && behind === '') {
        const near = await nextDay(session, bind(NEXT_DATE, nearDate(day)));
        if (near === undefined || near - NEAR_DAYS > lastDay) break;
        day = Math.max(day, near - NEAR_DAYS);
      }
      const until = Math.min(lastDay, day + window - 1);
      const subjects = await dateSubjects(session, behind, day, until, asOf);
      const known = await knowSubjects(session, rosters, subjects, query);
      const full = page.add(window === 1 ? known : byDate(known));
      if (full !== undefined) return full;
      page.looked(subjects.length * (until - day + 1));
      const last = subjects.at(-1);
      // Nobody at all: no other date will find anybody either.
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

/** Ever more dates: a page that fills soon has read little in vain, an empty one is quick. */
function nextWindow(window: number, employees: number, left: number): number {
  const most = Math.min(STEP_DATES, left) / Math.max(1, employees);
  return Math.max(1, Math.min(4 * window, Math.floor(most)));
}

function byDate(days: readonly EmployeeDay[]): readonly EmployeeDay[] {
  // Stable: of one date they stay by employee.
  return days.toSorted((a, b) => (a.day.date < b.day.date ? -1 : a.day.date > b.day.date ? 1 : 0));
}

/** More than one date only where everybody fits into a step. */
async function dateSubjects(
  session: Session,
  behind: EmployeeId,
  day: number,
  until: number,
  asOf: DayQuery['asOf'],
): Promise<Subject[]> {
  const isOne = day === until;
  const now = isOne ? STEPS.date : STEPS.employees;
  const then = isOne ? STEPS.dateAsOf : STEPS.employeesAsOf;
  const dates = isOne ? [fromEpochDay(day)] : [fromEpochDay(day), fromEpochDay(until)];
  const moment = asOf === undefined ? [] : [momentOf(asOf)];
  const [rows = []] = await session.pipeline([
    bind(asOf === undefined ? now : then, behind, STEP_EMPLOYEES, ...dates, ...moment),
  ]);
  return subjectsOf(rows, day, until);
}

/** Not before the first date there is. */
function nearDate(day: number): LocalDate {
  return fromEpochDay(Math.max(FIRST_DAY, day - NEAR_DAYS));
}

const FIRST_DAY = toEpochDay('1900-01-01' as LocalDate);

async function nextDay(session: Session, statement: Bound): Promise<number | undefined> {
  const [[row] = []] = await session.pipeline([statement]);
  return row === undefined ? undefined : toEpochDay(text(row, 'date') as LocalDate);
}

/** By employee, then date: one, or everybody. */
export async function wideByEmployee(
  database: Database,
  rosters: RosterReader,
  query: DayQuery,
): Promise<DayPage> {
  const { employeeId, after } = query;
  const firstDay = toEpochDay(query.startDate);
  const lastDay = toEpochDay(query.endDate);
  return await inSnapshot(database, [], async (session) => {
    const walk = new EmployeeWalk(session, rosters, query);
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
class EmployeeWalk {
  readonly page: Page;
  readonly #session: Session;
  readonly #rosters: RosterReader;
  readonly #query: DayQuery;

  constructor(session: Session, rosters: RosterReader, query: DayQuery) {
    this.page = new Page(query);
    this.#session = session;
    this.#rosters = rosters;
    this.#query = query;
  }

  /** The page when it is full; undefined when all of the employee's dates were looked at. */
  async one(employeeId: EmployeeId, from: number, lastDay: number): Promise<DayPage | undefined> {
    const { includeExpected } = this.#query;
    for (let day = from; day <= lastDay; ) {
      if (!includeExpected) {
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
      // Of a long range the first window only says who is next.
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
    const { asOf } = this.#query;
    const now = who === '=' ? STEPS.employee : STEPS.employees;
    const then = who === '=' ? STEPS.employeeAsOf : STEPS.employeesAsOf;
    const dates = [fromEpochDay(firstDay), fromEpochDay(lastDay)];
    const moment = asOf === undefined ? [] : [momentOf(asOf)];
    const [rows = []] = await this.#session.pipeline([
      bind(asOf === undefined ? now : then, employeeId, count, ...dates, ...moment),
    ]);
    return subjectsOf(rows, firstDay, lastDay);
  }
}
