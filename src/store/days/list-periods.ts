// Every date of a period of several employees: what timesheets are made of. A page is some steps on
// one snapshot; a step reads some employees and all of their dates at once, and makes their days
// known. So a team's month is one step, however many people it has.

import type {
  EmployeePeriod,
  PeriodDay,
  PeriodPage,
  PeriodQuery,
} from '../../app/ports/day-reads.js';
import { TURNS } from '../../app/ports/turns.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import { dayHolidayOf } from '../../domain/roster/day-holiday.js';
import { hasRules, NO_EXTRA_TIME_RULES } from '../../domain/roster/extra-time.js';
import { type DayPlan, planDays } from '../../domain/roster/plan.js';
import { ruleDateOf } from '../../domain/roster/rule-date.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import {
  RULE_DAYS_AFTER,
  RULE_DAYS_BEFORE,
  type RuleDates,
} from '../../domain/timesheet/extra-time.js';
import { type Bound, bind, type Database, type Session } from '../postgres/database.js';
import { number } from '../postgres/rows.js';
import { inSnapshot } from '../postgres/snapshot.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { STEPS, type Subject, subjectsOf } from './derived-list-step.js';
import { MAX_DATES_LOOKED_AT, MAX_DATES_LOOKED_AT_AS_OF } from './derived-lists.js';
import {
  knowDays,
  momentOf,
  type Rostered,
  readRosters,
  rosteredOf,
  wantedRoster,
} from './resolve-days.js';

/** The most dates of all employees of one step together; a step has at least one employee. */
const STEP_DATES = 2000;

/** See DayReads.listPeriods. */
export async function listPeriods(
  database: Database,
  rosters: RosterReader,
  query: PeriodQuery,
): Promise<PeriodPage> {
  const firstDay = toEpochDay(query.startDate);
  const lastDay = toEpochDay(query.endDate);
  const days = lastDay - firstDay + 1;
  const most = query.asOf === undefined ? MAX_DATES_LOOKED_AT : MAX_DATES_LOOKED_AT_AS_OF;
  const wanted = Math.min(query.limit, Math.max(1, Math.floor(most / days)));
  const perStep = Math.max(1, Math.floor(STEP_DATES / days));
  return await inSnapshot(database, [], async (session) => {
    const employees: EmployeePeriod[] = [];
    let last = query.after;
    for (let looked = 0; looked < wanted; ) {
      const count = Math.min(perStep, wanted - looked);
      const step = stepOf(query, last, count);
      if (step === undefined) return { employees, next: undefined };
      const [rows = []] = await session.pipeline([step.statement]);
      const subjects = await subjectsOf(rows, firstDay, lastDay);
      employees.push(...(await periodsOf(session, rosters, subjects, query)));
      last = step.last ?? subjects.at(-1)?.employeeId;
      looked += count;
      if (step.isLast || (step.last === undefined && subjects.length < count)) {
        return { employees, next: undefined };
      }
    }
    return { employees, next: last };
  });
}

interface Step {
  readonly statement: Bound;
  /** The last employee that the step looks at; undefined: the last that it finds. */
  readonly last: EmployeeId | undefined;
  /** Whether nobody can come after it. */
  readonly isLast: boolean;
}

/** The step after an employee; undefined behind the last one of those who are named. */
function stepOf(
  query: PeriodQuery,
  after: EmployeeId | undefined,
  count: number,
): Step | undefined {
  const { employeeIds, groupId, asOf } = query;
  const dates = [query.startDate, query.endDate];
  const moment = asOf === undefined ? [] : [momentOf(asOf)];
  if (employeeIds !== undefined) {
    const rest = employeeIds.filter(
      (id) => after === undefined || compareEmployeeIds(id, after) > 0,
    );
    const named = rest.slice(0, count);
    if (named.length === 0) return undefined;
    const statement = asOf === undefined ? STEPS.named : STEPS.namedAsOf;
    const isLast = named.length === rest.length;
    return { statement: bind(statement, named, ...dates, ...moment), last: named.at(-1), isLast };
  }
  const place = [after ?? '', count, ...dates];
  if (groupId === undefined) {
    const statement = asOf === undefined ? STEPS.everybody : STEPS.everybodyAsOf;
    return { statement: bind(statement, ...place, ...moment), last: undefined, isLast: false };
  }
  const statement = asOf === undefined ? STEPS.members : STEPS.membersAsOf;
  return {
    statement: bind(statement, ...place, groupId, ...moment),
    last: undefined,
    isLast: false,
  };
}

async function periodsOf(
  session: Session,
  rosters: RosterReader,
  subjects: readonly Subject[],
  { asOf }: PeriodQuery,
): Promise<EmployeePeriod[]> {
  const [first] = subjects;
  if (first === undefined) return [];
  const sharedVersion = number(first.row, 'shared_version');
  const wanted = subjects.map(({ employeeId, row }) => wantedRoster(row, employeeId));
  const rostered = await readRosters(session, rosters, sharedVersion, wanted, asOf);
  const planned = await TURNS.map(subjects, ({ employeeId, firstDay, lastDay }) => {
    const { roster, employee } = rosteredOf(rostered, employeeId);
    return planDays(roster, employee, firstDay, lastDay);
  });
  const known = await knownUnder(session, subjects, planned, asOf);
  const around = await TURNS.map(subjects, (subject, index) =>
    aroundOf(subject, planned[index] ?? [], rosteredOf(rostered, subject.employeeId)),
  );
  const leads = await leadsOf(session, subjects, around, asOf);
  return await TURNS.map(subjects, ({ employeeId, employeeName }, index) => {
    const plans = planned[index] ?? [];
    const { employee, employeeName: nameThen } = rosteredOf(rostered, employeeId);
    return {
      employeeId,
      employeeName: nameThen ?? employeeName,
      groupId: employee.groupId,
      isEmployed: plans.some(({ isEmployed }) => isEmployed),
      days: (known[index] ?? []).map((day, place) => periodDay(day, plans[place])),
      lead: leads.get(employeeId) ?? [],
      ruleDates: around[index]?.dates ?? NO_RULE_DATES,
    };
  });
}

function knownUnder(
  session: Session,
  subjects: readonly Subject[],
  planned: readonly (readonly DayPlan[])[],
  asOf: PeriodQuery['asOf'],
) {
  return knowDays(
    session,
    subjects.map(({ employeeId, stored, isStale }, index) => ({
      employeeId,
      plans: planned[index] ?? [],
      stored,
      isStale,
    })),
    asOf,
  );
}

function periodDay(day: PeriodDay['day'], plan: DayPlan | undefined): PeriodDay {
  return { day, holiday: plan && dayHolidayOf(plan) };
}

/** What rules for overtime and premiums look at, besides the days of a period. */
interface Around {
  readonly dates: RuleDates;
  /** The plans of the days before the period whose weeks count; empty: none do. */
  readonly lead: readonly DayPlan[];
}

const NO_RULE_DATES: RuleDates = new Map();
const NOTHING_AROUND: Around = { dates: NO_RULE_DATES, lead: [] };

function aroundOf(
  { firstDay, lastDay }: Subject,
  plans: readonly DayPlan[],
  { roster, employee }: Rostered,
): Around {
  const rules = new Set(plans.map(({ policy }) => policy?.policy.extraTime ?? NO_EXTRA_TIME_RULES));
  if (![...rules].some(hasRules)) return NOTHING_AROUND;
  const from = Math.max(firstDay - RULE_DAYS_BEFORE, toEpochDay(FIRST_DATE));
  const to = Math.min(lastDay + RULE_DAYS_AFTER, toEpochDay(LAST_DATE));
  const before = planDays(roster, employee, from, firstDay - 1);
  const after = planDays(roster, employee, lastDay + 1, to);
  const dates = [...before, ...plans, ...after].map((plan) => ruleDateOf(plan));
  const isWeekly = [...rules].some(({ overtime }) =>
    overtime.some(({ basis }) => basis === 'WEEK'),
  );
  return {
    dates: new Map(dates.map((date) => [date.epochDay, date])),
    lead: isWeekly ? before : [],
  };
}

/** The days of the leads, by employee. Reads nothing if no weekly rule counts them. */
async function leadsOf(
  session: Session,
  subjects: readonly Subject[],
  around: readonly Around[],
  asOf: PeriodQuery['asOf'],
): Promise<ReadonlyMap<EmployeeId, readonly PeriodDay[]>> {
  const plansOf = new Map<EmployeeId, readonly DayPlan[]>();
  for (const [index, { employeeId }] of subjects.entries()) {
    const lead = around[index]?.lead ?? [];
    if (lead.length > 0) plansOf.set(employeeId, lead);
  }
  const [first] = [...plansOf.values()];
  const [from, to] = [first?.at(0), first?.at(-1)];
  if (from === undefined || to === undefined) return new Map();
  const moment = asOf === undefined ? [] : [momentOf(asOf)];
  const statement = asOf === undefined ? STEPS.named : STEPS.namedAsOf;
  const bound = bind(statement, [...plansOf.keys()], from.date, to.date, ...moment);
  const [rows = []] = await session.pipeline([bound]);
  const found = await subjectsOf(rows, from.epochDay, to.epochDay);
  const planned = found.map(({ employeeId }) => plansOf.get(employeeId) ?? []);
  const known = await knownUnder(session, found, planned, asOf);
  return new Map(
    found.map(({ employeeId }, index) => [
      employeeId,
      (known[index] ?? []).map((day, place) => periodDay(day, planned[index]?.[place])),
    ]),
  );
}
