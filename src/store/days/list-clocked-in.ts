// Finds who is in now: the days around a moment with a session that can still be ended. Only their
// plans tell which can, so the statement finds more days than are open, and never fewer.

import type {
  EmployeeDay,
  OpenDay,
  OpenDayPage,
  OpenDaysQuery,
  OpenSession,
} from '../../app/ports/day-reads.js';
import { TURNS } from '../../app/ports/turns.js';
import { isSurelyOpen, openDayOf, openSessionOf } from '../../app/read/clock-state.js';
import { sessionsOpenAt } from '../../domain/engine/closing-forms.js';
import { ENGINE_VERSION } from '../../domain/engine/derive.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import { type DayPlan, plan, planDays, utcDay } from '../../domain/roster/plan.js';
import { type EmployeeRoster, zoneOn } from '../../domain/roster/roster.js';
import { MAX_SESSION_SECONDS } from '../../domain/roster/shift.js';
import { fromEpochDay, toEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { epochDayAt, type Zone } from '../../domain/time/zone.js';
import { bind, type Database, formatTimestamp, type Session } from '../postgres/database.js';
import { number } from '../postgres/rows.js';
import { inSnapshot } from '../postgres/snapshot.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { knowSubjects, STEPS, type Subject, subjectsOf } from './derived-list-step.js';
import { type Rostered, readRosters, rosteredOf, wantedRoster } from './resolve-days.js';

/** The most employees that one page looks at, and one step of it. */
const MAX_EMPLOYEES_LOOKED_AT = 5000;
const STEP_EMPLOYEES = 1000;

/** How many dates before and after the current UTC date the employees' dates can be. */
const DAYS_BACK = 4;
const DAYS_AHEAD = 3;

/**
 * How long a session can be open (session-end.ts), so a day with such a session was not final this
 * long ago.
 */
const MOST_GOING_ON_MS = MAX_SESSION_SECONDS * 1000;

/** See DayReads.listOpenDays. */
export async function listOpenDays(
  database: Database,
  rosters: RosterReader,
  { groupId, now, after, limit }: OpenDaysQuery,
): Promise<OpenDayPage> {
  const firstDay = utcDay(now) - DAYS_BACK;
  const lastDay = utcDay(now) + DAYS_AHEAD;
  const dates = [fromEpochDay(firstDay), fromEpochDay(lastDay)];
  const moment = [formatTimestamp((now - MOST_GOING_ON_MS) * 1000), ENGINE_VERSION];
  return await inSnapshot(database, [], async (session) => {
    const open: OpenDay[] = [];
    const found = new Set<EmployeeId>();
    let last = after ?? ('' as EmployeeId);
    for (let looked = 0; looked < MAX_EMPLOYEES_LOOKED_AT; looked += STEP_EMPLOYEES) {
      const place = [last, STEP_EMPLOYEES, ...dates, ...moment];
      const step =
        groupId === undefined
          ? bind(STEPS.open, ...place)
          : bind(STEPS.openInGroup, ...place, groupId);
      const [rows = []] = await session.pipeline([step]);
      const subjects = await subjectsOf(rows, firstDay, lastDay);
      for (const day of await openDaysOf(session, rosters, subjects, now)) {
        if (found.size === limit && !found.has(day.employeeId)) {
          return { days: open, next: open.at(-1)?.employeeId ?? last };
        }
        found.add(day.employeeId);
        open.push(day);
      }
      const end = subjects.at(-1);
      if (end === undefined || subjects.length < STEP_EMPLOYEES) {
        return { days: open, next: undefined };
      }
      last = end.employeeId;
    }
    return { days: open, next: last };
  });
}

async function openDaysOf(
  session: Session,
  rosters: RosterReader,
  subjects: readonly Subject[],
  now: Instant,
): Promise<OpenDay[]> {
  const query = { includeExpected: false, asOf: undefined };
  const days = await knowSubjects(session, rosters, subjects, query);
  const likely = days.filter((day) => mayBeOpen(day, now));
  const theirs = new Set(likely.map(({ employeeId }) => employeeId));
  const planned = subjects.filter(({ employeeId }) => theirs.has(employeeId));
  const [first] = planned;
  const sharedVersion = first === undefined ? 0 : number(first.row, 'shared_version');
  const wanted = planned.map(({ employeeId, row }) => wantedRoster(row, employeeId));
  const rostered = await readRosters(session, rosters, sharedVersion, wanted, undefined);
  const doubtful = new Set<EmployeeId>();
  const found = await TURNS.map(likely, (each) => {
    const { roster, employee } = rosteredOf(rostered, each.employeeId);
    const under = { plan: plan(roster, employee, toEpochDay(each.day.date)), day: each.day };
    const openSession = openSessionOf(under, now);
    if (openSession === undefined) return [];
    if (isSurelyOpen(openSession, now) && !mayBeWorkedThrough(openSession, under.plan)) {
      return [{ ...each, ...under, open: openSession, zoneToday: zoneAt(employee, now) }];
    }
    doubtful.add(each.employeeId);
    return [];
  });
  const open = found.flat();
  for (const { employeeId } of open) doubtful.delete(employeeId);
  if (doubtful.size === 0) return open;
  const others = planned.filter(({ employeeId }) => doubtful.has(employeeId));
  const late = await goingOnOf(session, rosters, rostered, others, now);
  return [...open, ...late].sort((a, b) => compareEmployeeIds(a.employeeId, b.employeeId));
}

/**
 * The open days of some employees who may have passed the end of their shift's window, or came
 * before it. Whether they have left since follows from all their days around now, including those
 * that the step could skip.
 */
async function goingOnOf(
  session: Session,
  rosters: RosterReader,
  rostered: ReadonlyMap<EmployeeId, Rostered>,
  doubtful: readonly Subject[],
  now: Instant,
): Promise<OpenDay[]> {
  const whole = await session.pipeline(
    doubtful.map(({ employeeId, firstDay, lastDay }) =>
      bind(STEPS.employee, employeeId, 1, fromEpochDay(firstDay), fromEpochDay(lastDay)),
    ),
  );
  const subjects: Subject[] = [];
  for (const [place, { firstDay, lastDay }] of doubtful.entries()) {
    subjects.push(...(await subjectsOf(whole[place] ?? [], firstDay, lastDay)));
  }
  const query = { includeExpected: false, asOf: undefined };
  const known = new Map<EmployeeId, EmployeeDay[]>(subjects.map((each) => [each.employeeId, []]));
  for (const day of await knowSubjects(session, rosters, subjects, query)) {
    known.get(day.employeeId)?.push(day);
  }
  return subjects.flatMap(({ employeeId, firstDay, lastDay }) => {
    const { roster, employee } = rosteredOf(rostered, employeeId);
    const plans = planDays(roster, employee, firstDay, lastDay);
    const days = (known.get(employeeId) ?? []).flatMap((each) => {
      const ofDay = plans[toEpochDay(each.day.date) - firstDay];
      return ofDay === undefined ? [] : [{ ...each, plan: ofDay }];
    });
    const open = openDayOf(days, now);
    return open === undefined ? [] : [{ ...open, zoneToday: zoneAt(employee, now) }];
  });
}

/**
 * An employee who works on into the next shift is in it from the end of the one before, without a
 * punch.
 */
function mayBeWorkedThrough({ session }: OpenSession, { near }: DayPlan): boolean {
  return near.some(({ end }) => end === session.in);
}

/** Decided without the plan: some session has no end and did not close long ago. */
function mayBeOpen({ day }: EmployeeDay, now: Instant): boolean {
  return sessionsOpenAt(day.result.work, now).some(
    ({ closesAt }) => closesAt !== undefined && closesAt > now - MOST_GOING_ON_MS,
  );
}

/** The employee's zone on their date at a moment. */
function zoneAt(employee: EmployeeRoster, now: Instant): Zone {
  return zoneOn(employee, epochDayAt(zoneOn(employee, utcDay(now)), now));
}
