// The step of lists that need more than stored days: reads some employees and their dates at once,
// and makes their days known. Without expected days, a date counts only if it is stored or has
// punches near it: nothing else can make it more than expected. While days are stale, and as of
// past moments, each date that counts is derived from its punches (resolve-days.ts). Must never
// decide how much is looked at: see derived-lists.ts and list-clocked-in.ts.

import type { DayQuery, EmployeeDay } from '../../app/ports/day-reads.js';
import { isByThisEngine, type KnownDay } from '../../domain/engine/day-under-plan.js';
import type { StoredDay } from '../../domain/facts/day.js';
import { ANY_DAY, type DayFilter } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { type DayPlan, plan, planDays } from '../../domain/roster/plan.js';
import { NEAR_DAYS } from '../../domain/roster/reach.js';
import { type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import type { Row, Session, Statement } from '../postgres/database.js';
import { dayColumns, number, storedDay, storedDays, text } from '../postgres/rows.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { isStale, knowDays, type Rostered, readRosters, rosteredOf } from './resolve-days.js';

const EMPLOYEE_COLUMNS = `
  e.employee_id, e.employee_name, e.roster_version, b.is_stale, b.is_open, h.shared_version`;

/**
 * Joined to an employee `e` and their dates from the first to the last: whether stored days may be
 * stale, and if so, whether dates without one can be more than expected.
 */
function standing(firstDate: string, lastDate: string, asOf: number | undefined): string {
  const moment = asOf === undefined ? undefined : `$${asOf}::timestamptz`;
  const stale = isStale(firstDate, lastDate, moment);
  return `
      join roster_head h on h.id = 1
      cross join lateral (
        select s.is_stale, s.is_stale and exists (
          select from punch p
          where p.employee_id = e.employee_id
            and p.time >= (${firstDate} - ${NEAR_DAYS})::timestamptz
            and p.time < (${lastDate} + ${NEAR_DAYS + 1})::timestamptz
        ) as is_open
        from (select ${stale} as is_stale offset 0) s
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

/** One date, $3, of at most $2 of the employees `who`. */
function dateStep(name: string, who: string, asOf?: number): Statement {
  return {
    name,
    text: `
      select ${EMPLOYEE_COLUMNS}, ${dayColumns('d')}
      from (
        select * from employee e where e.employee_id ${who}
        order by e.employee_id limit $2::integer
      ) e
      ${standing('$3::date', '$3::date', asOf)}
      left join lateral (${daysOf('d.date = $3::date', asOf)}) d on true
      order by e.employee_id`,
  };
}

/** All dates from $3 to $4 of at most $2 employees whose id is `who` $1. */
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

/** All dates from $2 to $3 of the employees $1, who are known; others have no row. */
function namedStep(name: string, asOf?: number): Statement {
  return {
    name,
    text: `
      select ${EMPLOYEE_COLUMNS}, ${dayColumns('d')}
      from unnest($1::text[]) with ordinality t (employee_id, n)
      cross join lateral (
        select * from employee e where e.employee_id = t.employee_id collate "C" limit 1
      ) e
      ${standing('$2::date', '$3::date', asOf)}
      left join lateral (${daysOf('d.date between $2::date and $3::date', asOf)}) d on true
      order by t.n, d.date`,
  };
}

const BEHIND = '> $1::text collate "C"';

/** Employees after $1 in a group; in any group if it is empty. */
const behindIn = (group: string) =>
  `${BEHIND} and (${group}::text = '' or e.group_id = ${group}::text collate "C")`;

const ONE = '= $1::text collate "C"';
const IN_RANGE = 'd.date between $3::date and $4::date';
const MAY_BE_OPEN = `${IN_RANGE}
  and (d.settles_at > $5::timestamptz or d.engine_version <> $6::integer
    or exists (
      select from stale_days s where s.employee_id = e.employee_id and s.done_at = 'infinity'
    ))`;

/** Written as in the index by group. */
export const IN_GROUP = (group: string) =>
  `e.group_id = ${group}::text collate "C" and e.group_id <> ''`;

/** Every form of a step. */
export const STEPS = {
  date: dateStep('step_date', behindIn('$4')),
  dateAsOf: dateStep('step_date_as_of', behindIn('$4'), 5),
  employees: employeeStep('step_employees', behindIn('$5'), IN_RANGE),
  employeesAsOf: employeeStep('step_employees_as_of', behindIn('$5'), IN_RANGE, 6),
  employee: employeeStep('step_employee', ONE, IN_RANGE),
  employeeAsOf: employeeStep('step_employee_as_of', ONE, IN_RANGE, 5),
  open: employeeStep('step_open', BEHIND, MAY_BE_OPEN),
  openInGroup: employeeStep('step_open_in_group', `${BEHIND} and ${IN_GROUP('$7')}`, MAY_BE_OPEN),
  named: namedStep('step_named'),
  namedAsOf: namedStep('step_named_as_of', 4),
  everybody: employeeStep('step_everybody', BEHIND, IN_RANGE),
  everybodyAsOf: employeeStep('step_everybody_as_of', BEHIND, IN_RANGE, 5),
  members: employeeStep('step_members', `${BEHIND} and ${IN_GROUP('$5')}`, IN_RANGE),
  membersAsOf: employeeStep('step_members_as_of', `${BEHIND} and ${IN_GROUP('$5')}`, IN_RANGE, 6),
};

/** The first date on or after $1 that any employee has stored. */
export const NEXT_DATE = {
  name: 'next_date',
  text: `
    select d.date from attendance_day d
    where (d.date - date '1900-01-01') >= ($1::date - date '1900-01-01')
    order by (d.date - date '1900-01-01'), d.employee_id
    limit 1`,
};

/** The same for one employee. */
export const NEXT_DATE_OF = {
  name: 'next_date_of',
  text: `
    select d.date from attendance_day d
    where d.employee_id = $1::text collate "C" and d.date >= $2::date
    order by d.date
    limit 1`,
};

/** Some dates of some employees, in the given order. */
export const KEYS = {
  name: 'step_keys',
  text: `
    select ${EMPLOYEE_COLUMNS}, t.date as asked_date, ${dayColumns('d')}
    from unnest($1::text[], $2::date[]) with ordinality t (employee_id, date, n)
    cross join lateral (
      select * from employee e where e.employee_id = t.employee_id collate "C" limit 1
    ) e
    ${standing('t.date', 't.date', undefined)}
    left join lateral (
      select * from attendance_day d where d.employee_id = e.employee_id and d.date = t.date limit 1
    ) d on true
    order by t.n`,
};

/** An employee and the dates to look at. */
export interface Subject {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly row: Row;
  /** Epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Whether dates without a stored day can be more than expected. */
  readonly isOpen: boolean;
  /** Whether stored days do not follow the roster yet. */
  readonly isStale: boolean;
  readonly stored: Map<LocalDate, StoredDay>;
  readonly stale: Set<LocalDate>;
}

/** A row of KEYS. */
export function subjectOfKey(row: Row): Subject {
  const day = toEpochDay(text(row, 'asked_date') as LocalDate);
  const subject = newSubject(row, day, day);
  const stored = storedDay(row);
  if (stored !== undefined) addDay(subject, stored);
  return subject;
}

function newSubject(row: Row, firstDay: number, lastDay: number): Subject {
  return {
    employeeId: text(row, 'employee_id') as EmployeeId,
    employeeName: text(row, 'employee_name'),
    row,
    firstDay,
    lastDay,
    isOpen: row.is_open === true,
    isStale: row.is_stale === true,
    stored: new Map(),
    stale: new Set(),
  };
}

function addDay({ stored, stale }: Subject, day: StoredDay): void {
  stored.set(day.date, day);
  if (!isByThisEngine(day)) stale.add(day.date);
}

/** The subjects in rows of a step, which are grouped by employee. */
export async function subjectsOf(
  rows: readonly Row[],
  firstDay: number,
  lastDay: number,
): Promise<Subject[]> {
  const days = await storedDays(rows);
  const subjects: Subject[] = [];
  for (const row of rows) {
    const employeeId = text(row, 'employee_id') as EmployeeId;
    let subject = subjects.at(-1);
    if (subject?.employeeId !== employeeId) {
      subject = newSubject(row, firstDay, lastDay);
      subjects.push(subject);
    }
    const day = days.get(row);
    if (day !== undefined) addDay(subject, day);
  }
  return subjects;
}

/**
 * The known days of all subjects by employee and date, including those that are right as stored.
 */
export async function knowSubjects(
  session: Session,
  rosters: RosterReader,
  subjects: readonly Subject[],
  query: Pick<DayQuery, 'includeExpected' | 'asOf'> & { readonly filter?: DayFilter },
): Promise<EmployeeDay[]> {
  const { includeExpected, asOf, filter = ANY_DAY } = query;
  const datesOf = (subject: Subject) => datesToPlan(subject, filter);
  const isPlanned = (subject: Subject) =>
    includeExpected || subject.isOpen || datesOf(subject).length > 0;
  const planned = subjects.filter(isPlanned);
  // At a past moment, names are those of the roster then, if it ever gave one.
  const named =
    asOf === undefined ? [] : subjects.filter(({ row }) => Number(row.roster_version) > 0);
  const read = [...new Set([...planned, ...named])];
  const [first] = read;
  const sharedVersion = first === undefined ? 0 : number(first.row, 'shared_version');
  const wanted = read.map(({ employeeId, row }) => {
    return { employeeId, rosterVersion: number(row, 'roster_version') };
  });
  const rostered = await readRosters(session, rosters, sharedVersion, wanted, asOf);
  const wantedDays = planned.map((subject) => ({
    employeeId: subject.employeeId,
    plans: plansOf(
      subject,
      rosteredOf(rostered, subject.employeeId),
      includeExpected,
      datesOf(subject),
    ),
    stored: subject.stored,
    isStale: subject.isStale,
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

/** The stored dates that are not right as stored, as far as that shows without their plans. */
function datesToPlan(
  { stored, stale, isStale: isAnyStale }: Subject,
  { updatedAfter }: DayFilter,
): LocalDate[] {
  // A day whose facts were withdrawn: lists of changes include it.
  const isCleared = ({ result }: StoredDay) => updatedAfter !== undefined && result === undefined;
  const days = [...stored.values()].filter(
    (day) => stale.has(day.date) || isCleared(day) || (isAnyStale && day.result !== undefined),
  );
  return days.map(({ date }) => date);
}

function plansOf(
  subject: Subject,
  { roster, employee }: Rostered,
  isAll: boolean,
  dates: readonly LocalDate[],
): DayPlan[] {
  const { firstDay, lastDay } = subject;
  if (isAll || subject.isOpen) return planDays(roster, employee, firstDay, lastDay);
  return dates.map((date) => plan(roster, employee, toEpochDay(date)));
}

/** The derived days, and between them the stored days that are right. */
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
