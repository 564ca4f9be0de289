// Reads one employee's days: a month, the days around a moment, one day as of a past moment or with
// all that it follows from, and a day's history.

import {
  type DayBasis,
  type DayRevision,
  type DaysAround,
  type MonthBlock,
  OPEN_DAYS_AFTER,
  OPEN_DAYS_BEFORE,
  type RevisionQuery,
} from '../../app/ports/day-reads.js';
import { CHANGE_CAUSES } from '../../app/ports/facts.js';
import { TURNS } from '../../app/ports/turns.js';
import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import type { StoredDay } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { type DayPlan, plan, planDays, utcDay } from '../../domain/roster/plan.js';
import {
  firstDateOf,
  fromEpochDay,
  type LocalDate,
  type LocalMonth,
  lastDateOf,
  toEpochDay,
} from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import { type Bound, bind, type Database, type Row, type Session } from '../postgres/database.js';
import { dayColumns, number, storedDay, storedDays, text, wordOf } from '../postgres/rows.js';
import { inSnapshot } from '../postgres/snapshot.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import {
  isStale,
  knowDays,
  knowWithoutPunches,
  momentOf,
  type Rostered,
  readRosters,
  readTimelines,
  rosteredInMemory,
  rosteredOf,
  type WantedDays,
  wantedRoster,
} from './resolve-days.js';

/** Versions and days in one statement, so in one snapshot. */
export const READ_RANGE = {
  name: 'read_range',
  text: `
    select e.employee_name, e.version, e.roster_version, h.shared_version,
           b.is_stale, ${dayColumns('d')}
    from employee e
    join roster_head h on h.id = 1
    cross join lateral (select ${isStale('$2::date', '$3::date')} as is_stale offset 0) b
    left join lateral (
      select * from attendance_day d
      where d.employee_id = e.employee_id and d.date between $2::date and $3::date
      order by d.date
    ) d on true
    where e.employee_id = $1::text collate "C"`,
};

/** One day as of a moment ('infinity': now), and the versions that it depends on. */
export const READ_DAY_AS_OF = {
  name: 'read_day_as_of',
  text: `
    select e.employee_name, e.roster_version, h.shared_version, ${dayColumns('c')}
    from employee e
    join roster_head h on h.id = 1
    left join lateral (
      select * from attendance_change c
      where c.employee_id = e.employee_id and c.date = $2::date
        and c.recorded_at <= $3::timestamptz
      order by c.revision desc
      limit 1
    ) c on true
    where e.employee_id = $1::text collate "C"`,
};

export const LIST_REVISIONS = {
  name: 'list_revisions',
  text: `
    select e.employee_name, c.actor, c.cause, c.reason, ${dayColumns('c')}
    from employee e
    left join lateral (
      select * from attendance_change c
      where c.employee_id = e.employee_id and c.date = $2::date and c.revision > $3::integer
        and c.recorded_at <= $4::timestamptz
      order by c.revision
      limit $5::integer
    ) c on true
    where e.employee_id = $1::text collate "C"
    order by c.revision`,
};

/** An employee's known days of a range. */
interface KnownRange {
  readonly employeeName: string;
  readonly version: number;
  readonly rosterVersion: number;
  readonly plans: readonly DayPlan[];
  /** One per plan, in the same order. */
  readonly days: readonly KnownDay[];
}

/** As epoch days, both included. */
interface DayRange {
  readonly firstDay: number;
  readonly lastDay: number;
}

/**
 * One statement if the roster is in memory and the stored days are right. Otherwise a transaction
 * that reads everything at one moment.
 */
async function readRange(
  database: Database,
  rosters: RosterReader,
  employeeId: EmployeeId,
  range: DayRange,
): Promise<KnownRange | undefined> {
  const dates = [fromEpochDay(range.firstDay), fromEpochDay(range.lastDay)];
  const rows = await database.query(READ_RANGE, employeeId, ...dates);
  const [first] = rows;
  if (first === undefined) return undefined;
  const sharedVersion = number(first, 'shared_version');
  const wanted = wantedRoster(first, employeeId);
  const rostered = rosteredInMemory(rosters, sharedVersion, wanted);
  if (rostered !== undefined) {
    const days = await wantedDays(employeeId, rows, rostered, range);
    const known = knowWithoutPunches(days);
    if (known !== undefined) return knownRange(first, days.plans, known);
  }
  const again = bind(READ_RANGE, employeeId, ...dates);
  return await inSnapshot(database, [again], async (session, [found = []]) => {
    return await resolveRange(session, rosters, employeeId, range, found);
  });
}

async function resolveRange(
  session: Session,
  rosters: RosterReader,
  employeeId: EmployeeId,
  range: DayRange,
  rows: readonly Row[],
): Promise<KnownRange | undefined> {
  const [first] = rows;
  if (first === undefined) return undefined;
  const wanted = [wantedRoster(first, employeeId)];
  const sharedVersion = number(first, 'shared_version');
  const rostered = await readRosters(session, rosters, sharedVersion, wanted, undefined);
  const days = await wantedDays(employeeId, rows, rosteredOf(rostered, employeeId), range);
  const [known = []] = await knowDays(session, [days], undefined);
  return knownRange(first, days.plans, known);
}

async function wantedDays(
  employeeId: EmployeeId,
  rows: readonly Row[],
  { roster, employee }: Rostered,
  { firstDay, lastDay }: DayRange,
): Promise<WantedDays> {
  const stored = new Map<LocalDate, StoredDay>();
  for (const day of (await storedDays(rows)).values()) stored.set(day.date, day);
  return {
    employeeId,
    plans: planDays(roster, employee, firstDay, lastDay),
    stored,
    isStale: rows[0]?.is_stale === true,
  };
}

function knownRange(row: Row, plans: readonly DayPlan[], days: readonly KnownDay[]): KnownRange {
  return {
    employeeName: text(row, 'employee_name'),
    version: number(row, 'version'),
    rosterVersion: number(row, 'shared_version'),
    plans,
    days,
  };
}

export async function readMonth(
  database: Database,
  rosters: RosterReader,
  employeeId: EmployeeId,
  month: LocalMonth,
): Promise<MonthBlock | undefined> {
  const firstDay = toEpochDay(firstDateOf(month));
  const lastDay = toEpochDay(lastDateOf(month));
  const found = await readRange(database, rosters, employeeId, { firstDay, lastDay });
  if (found === undefined) return undefined;
  const { employeeName, version, rosterVersion } = found;
  const days = found.days.filter(isSomething);
  const zones = zonesOf(found.plans);
  return { employeeId, employeeName, version, rosterVersion, month, zones, days };
}

function zonesOf(plans: readonly DayPlan[]): MonthBlock['zones'] {
  return plans.flatMap(({ zone: { name } }, index) =>
    name === plans[index - 1]?.zone.name ? [] : [{ firstDay: index + 1, name }],
  );
}

/** Whether a day is stored or expected. */
function isSomething({ revision, result }: KnownDay): boolean {
  return revision > 0 || result.status !== 'UNSCHEDULED';
}

/** See DayReads.readDaysAround. */
export async function readDaysAround(
  database: Database,
  rosters: RosterReader,
  employeeId: EmployeeId,
  now: Instant,
): Promise<DaysAround | undefined> {
  // Every zone's current date is within one day of the UTC date.
  const range = {
    firstDay: utcDay(now) - 1 - OPEN_DAYS_BEFORE,
    lastDay: utcDay(now) + 1 + OPEN_DAYS_AFTER,
  };
  const found = await readRange(database, rosters, employeeId, range);
  if (found === undefined) return undefined;
  const { employeeName, plans, days } = found;
  const planned = plans.flatMap((ofDay, place) => {
    const day = days[place];
    return day === undefined ? [] : [{ plan: ofDay, day }];
  });
  const index = planned.findIndex(({ plan: { start, end } }) => start <= now && now < end);
  const today = planned[index];
  if (today === undefined) throw new Error(`no date of ${employeeId} has the moment ${now}`);
  return {
    employeeName,
    today,
    days: planned.slice(index - OPEN_DAYS_BEFORE, index + OPEN_DAYS_AFTER + 1),
  };
}

/** A day's row at a moment, and its plan then. */
interface PlannedDay {
  readonly employeeName: string;
  readonly plan: DayPlan;
  readonly stored: StoredDay | undefined;
}

async function planAt(
  session: Session,
  rosters: RosterReader,
  employeeId: EmployeeId,
  date: LocalDate,
  asOf: RecordTime | undefined,
  row: Row | undefined,
): Promise<PlannedDay | undefined> {
  if (row === undefined) return undefined;
  const sharedVersion = number(row, 'shared_version');
  const wanted = [wantedRoster(row, employeeId)];
  const rostered = await readRosters(session, rosters, sharedVersion, wanted, asOf);
  const { roster, employee, employeeName } = rosteredOf(rostered, employeeId);
  return {
    employeeName: employeeName ?? text(row, 'employee_name'),
    plan: plan(roster, employee, toEpochDay(date)),
    stored: storedDay(row),
  };
}

/** See DayReads.readDayAsOf: the answer that a read got then. */
export async function readDayAsOf(
  database: Database,
  rosters: RosterReader,
  employeeId: EmployeeId,
  date: LocalDate,
  asOf: RecordTime,
): Promise<{ readonly employeeName: string; readonly day: KnownDay } | undefined> {
  return await inSnapshot(database, [dayAt(employeeId, date, asOf)], async (session, [rows]) => {
    const found = await planAt(session, rosters, employeeId, date, asOf, rows?.[0]);
    if (found === undefined) return undefined;
    const { employeeName, plan: ofDay, stored } = found;
    const days = new Map(stored === undefined ? [] : [[date, stored]]);
    // It does not matter whether a change was unfinished then: with all punches the day is the
    // same.
    const wanted = { employeeId, plans: [ofDay], stored: days, isStale: true };
    const [[day] = []] = await knowDays(session, [wanted], asOf);
    return day && { employeeName, day };
  });
}

/** See DayReads.readDayFacts. */
export async function readDayFacts(
  database: Database,
  rosters: RosterReader,
  employeeId: EmployeeId,
  date: LocalDate,
  asOf: RecordTime | undefined,
): Promise<DayBasis | undefined> {
  return await inSnapshot(database, [dayAt(employeeId, date, asOf)], async (session, [rows]) => {
    const found = await planAt(session, rosters, employeeId, date, asOf, rows?.[0]);
    if (found === undefined) return undefined;
    const [punches] = await readTimelines(session, [{ employeeId, plans: [found.plan] }], asOf);
    return punches && { ...found, punches };
  });
}

function dayAt(employeeId: EmployeeId, date: LocalDate, asOf: RecordTime | undefined): Bound {
  return bind(READ_DAY_AS_OF, employeeId, date, momentOf(asOf));
}

export async function listRevisions(
  database: Database,
  query: RevisionQuery,
): Promise<{ employeeName: string; revisions: DayRevision[] } | undefined> {
  const { employeeId, date, afterRevision, asOf, limit } = query;
  const rows = await database.query(
    LIST_REVISIONS,
    employeeId,
    date,
    afterRevision,
    momentOf(asOf),
    limit,
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const revisions = (await TURNS.map(rows, revisionOf)).flat();
  return { employeeName: text(first, 'employee_name'), revisions };
}

function revisionOf(row: Row): DayRevision[] {
  const day = storedDay(row);
  if (day === undefined) return [];
  return [
    {
      day,
      actor: text(row, 'actor'),
      cause: wordOf(CHANGE_CAUSES, row.cause),
      reason: text(row, 'reason'),
    },
  ];
}
