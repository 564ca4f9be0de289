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
import { type DayPlan, planDays } from '../../domain/roster/plan.js';
import { toEpochDay } from '../../domain/time/local-date.js';
import { type Bound, bind, type Database, type Session } from '../postgres/database.js';
import { number } from '../postgres/rows.js';
import { inSnapshot } from '../postgres/snapshot.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { STEPS, type Subject, subjectsOf } from './derived-list-step.js';
import { MAX_DATES_LOOKED_AT, MAX_DATES_LOOKED_AT_AS_OF } from './derived-lists.js';
import { knowDays, momentOf, readRosters, rosteredOf, wantedRoster } from './resolve-days.js';

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
  const known = await knowDays(
    session,
    subjects.map(({ employeeId, stored, isStale }, index) => ({
      employeeId,
      plans: planned[index] ?? [],
      stored,
      isStale,
    })),
    asOf,
  );
  return await TURNS.map(subjects, ({ employeeId, employeeName }, index) => {
    const plans = planned[index] ?? [];
    const { employee, employeeName: nameThen } = rosteredOf(rostered, employeeId);
    return {
      employeeId,
      employeeName: nameThen ?? employeeName,
      groupId: employee.groupId,
      isEmployed: plans.some(({ isEmployed }) => isEmployed),
      days: (known[index] ?? []).map((day, place) => periodDay(day, plans[place])),
    };
  });
}

function periodDay(day: PeriodDay['day'], plan: DayPlan | undefined): PeriodDay {
  return { day, holiday: plan && dayHolidayOf(plan) };
}
