// Turns rows into known days: stored days that are right as they are, and others derived from the
// roster and the punches of the same snapshot.
//
// A stored day is right unless the employee has stale days on its date (stale_days), which a roster
// change writes with itself. If there are any, every requested date is derived, whatever its row
// says.

import type { DayQuery, EmployeeDay } from '../../app/ports/day-reads.js';
import { TURNS } from '../../app/ports/turns.js';
import {
  derivedDay,
  isUnderPlan,
  type KnownDay,
  knownDay,
} from '../../domain/engine/day-under-plan.js';
import { present } from '../../domain/engine/present.js';
import type { StoredDay } from '../../domain/facts/day.js';
import { isAnyDay, isListable, isWanted } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { NO_PUNCHES, type Punch, type Timeline, timelineOf } from '../../domain/facts/punch.js';
import type { DayPlan } from '../../domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { punchOf, ruleColumns } from '../facts/punch-rows.js';
import { bind, formatTimestamp, type Row, type Session } from '../postgres/database.js';
import { number } from '../postgres/rows.js';
import type { RosterReader, WantedRoster } from '../rosters/roster-reader.js';

/** Later than every record time, so that `recorded_at <= $n` is always true. */
export const UNLIMITED = 'infinity';

export function momentOf(asOf: RecordTime | undefined): string {
  return asOf === undefined ? UNLIMITED : formatTimestamp(asOf);
}

/**
 * SQL: whether stored days of the employee `e` between two dates are stale; at a past moment (an
 * SQL expression), whether they were.
 */
export function isStale(firstDate: string, lastDate: string, asOf?: string): string {
  const open =
    asOf === undefined ? "s.done_at = 'infinity'" : `s.done_at > ${asOf} and s.since <= ${asOf}`;
  return `exists (
    select from stale_days s
    where s.employee_id = e.employee_id and ${open}
      and s.first_date <= ${lastDate} and s.last_date >= ${firstDate}
  )`;
}

/** Standing punches, by ranges of an employee's time. The end is not included. */
export const READ_STANDING = {
  name: 'read_standing',
  text: `
    select t.place, ${ruleColumns('p', '$4::timestamptz')}
    from unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
         with ordinality t (employee_id, first, last, place)
    cross join lateral (
      select * from punch p
      where p.employee_id = t.employee_id collate "C" and p.time >= t.first and p.time < t.last
        and p.recorded_at <= $4::timestamptz
        and (p.voided_at is null or p.voided_at > $4::timestamptz)
      order by p.time, p.sequence
    ) p`,
};

/** An employee's dates to make known. */
export interface WantedDays {
  readonly employeeId: EmployeeId;
  /** Sorted by date. */
  readonly plans: readonly DayPlan[];
  readonly stored: ReadonlyMap<LocalDate, StoredDay>;
  /**
   * Whether there may be punches that the stored days lack: the days are stale, or that was not
   * checked.
   */
  readonly isStale: boolean;
}

/** The days of the plans; undefined if that needs punches. */
export function knowWithoutPunches(wanted: WantedDays): KnownDay[] | undefined {
  if (needsPunches(wanted)) return undefined;
  return wanted.plans.map((plan) => knownDay(wanted.stored.get(plan.date), plan, NO_PUNCHES));
}

/** The days of the plans of each, in order. One round trip if punches are needed. */
export async function knowDays(
  session: Session,
  wanted: readonly WantedDays[],
  asOf: RecordTime | undefined,
): Promise<KnownDay[][]> {
  const open = wanted.filter(needsPunches);
  const timelines = await readTimelines(session, open, asOf);
  const punches = new Map(open.map((each, index) => [each, timelines[index] ?? NO_PUNCHES]));
  const known: KnownDay[][] = [];
  for (const each of wanted) {
    const know = each.isStale ? derivedDay : knownDay;
    const timeline = punches.get(each) ?? NO_PUNCHES;
    known.push(
      await TURNS.map(each.plans, (plan) => know(each.stored.get(plan.date), plan, timeline)),
    );
  }
  return known;
}

function needsPunches({ plans, stored, isStale: stale }: WantedDays): boolean {
  if (stale) return true;
  return plans.some((plan) => {
    const day = stored.get(plan.date);
    return day !== undefined && !isUnderPlan(day, plan);
  });
}

/** The punches within reach of the plans, for each. */
export async function readTimelines(
  session: Session,
  wanted: readonly Pick<WantedDays, 'employeeId' | 'plans'>[],
  asOf: RecordTime | undefined,
): Promise<readonly Timeline[]> {
  if (wanted.length === 0) return [];
  const [rows = []] = await session.pipeline([
    bind(
      READ_STANDING,
      wanted.map(({ employeeId }) => employeeId),
      wanted.map(({ plans }) => formatTimestamp(earliest(plans) * 1000)),
      // A reach includes its last second.
      wanted.map(({ plans }) => formatTimestamp((latest(plans) + 1000) * 1000)),
      momentOf(asOf),
    ),
  ]);
  const found: Punch[][] = wanted.map(() => []);
  await TURNS.map(rows, (row) => found[number(row, 'place') - 1]?.push(punchOf(row)));
  return found.map(timelineOf);
}

function earliest(plans: readonly DayPlan[]): number {
  return plans.reduce((least, { reach }) => Math.min(least, reach.from), plans[0]?.reach.from ?? 0);
}

function latest(plans: readonly DayPlan[]): number {
  return plans.reduce((most, { reach }) => Math.max(most, reach.to), plans[0]?.reach.to ?? 0);
}

/** The rosters from which an employee's plans are made. */
export interface Rostered {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** The roster's name for them at a past moment; undefined: the current name counts. */
  readonly employeeName: string | undefined;
}

/** An employee's rosters from memory, at the versions read; undefined if any is missing. */
export function rosteredInMemory(
  rosters: RosterReader,
  sharedVersion: number,
  wanted: WantedRoster,
): Rostered | undefined {
  const roster = rosters.knownShared(sharedVersion);
  const employee = roster && rosters.knownEmployee(wanted);
  return roster && employee && { roster, employee, employeeName: undefined };
}

/**
 * The rosters of employees: now, at the versions of the session's snapshot, or as of a past moment.
 */
export async function readRosters(
  session: Session,
  rosters: RosterReader,
  sharedVersion: number,
  wanted: readonly WantedRoster[],
  asOf: RecordTime | undefined,
): Promise<ReadonlyMap<EmployeeId, Rostered>> {
  if (wanted.length === 0) return new Map();
  if (asOf !== undefined) {
    const employeeIds = wanted.map(({ employeeId }) => employeeId);
    return await rosters.allAsOf(session, employeeIds, asOf);
  }
  const roster = await rosters.shared(session, sharedVersion);
  const own = await rosters.employees(session, wanted);
  return new Map(
    [...own].map(([employeeId, employee]) => [
      employeeId,
      { roster, employee, employeeName: undefined },
    ]),
  );
}

/** The entry of a map that has one for each requested employee. */
export function rosteredOf(
  rostered: ReadonlyMap<EmployeeId, Rostered>,
  employeeId: EmployeeId,
): Rostered {
  const found = rostered.get(employeeId);
  if (found === undefined) throw new Error(`the roster of ${employeeId} was not read`);
  return found;
}

/** `roster_version` of a row, in the form that a RosterReader takes. */
export function wantedRoster(row: Row, employeeId: EmployeeId): WantedRoster {
  return { employeeId, rosterVersion: number(row, 'roster_version') };
}

/** Whether a list includes a day. */
export function isListed({ employeeId, employeeName, day }: EmployeeDay, query: DayQuery): boolean {
  const { filter, includeExpected, now } = query;
  if (isAnyDay(filter)) {
    const { origin, status } = day.result;
    return status !== 'UNSCHEDULED' && (includeExpected || origin !== 'EXPECTED');
  }
  const shown = present({ employeeId, employeeName, date: day.date }, day, now);
  return isListable(shown, filter, includeExpected) && isWanted(shown, filter);
}
