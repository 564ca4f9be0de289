// Who is in, on a break or out, and since when: the state that a wall clock would show. It is read
// from the days around now. A session is open until the employee leaves or until it closes by
// itself.

import { sessionsOpenAt } from '../../domain/engine/closing-forms.js';
import { present } from '../../domain/engine/present.js';
import { goesOnUntil, isOpenAt } from '../../domain/engine/session-end.js';
import type { Attendance, Session } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { zoneOfDay } from '../../domain/roster/plan.js';
import type { Instant } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type { DayReads, DayUnderPlan, OpenDay, OpenSession } from '../ports/day-reads.js';

export const CLOCK_STATUSES = ['OUT', 'IN', 'ON_BREAK'] as const;
export type ClockStatus = (typeof CLOCK_STATUSES)[number];

export interface ClockState {
  readonly employeeId: EmployeeId;
  /** Empty if nobody ever gave one. */
  readonly employeeName: string;
  readonly status: ClockStatus;
  /** Undefined if the employee has no punch in the days around now. */
  readonly since: Instant | undefined;
  /** The open session; undefined when out. */
  readonly session: Session | undefined;
  /** When the session closes by itself if nobody clocks out; undefined when out. */
  readonly closesAt: Instant | undefined;
  /** The day that the session counts for; when out, the employee's current date. */
  readonly attendance: Attendance;
  /**
   * The zone in which to show times: that of the session's shift, else the employee's zone today.
   * When out, that of today's shifts, else the employee's.
   */
  readonly zone: Zone;
}

/**
 * How far ahead of the service's clock a punch may be and still count as past, in milliseconds.
 * Commands take their time from the database's clock or bring one, and no two clocks agree exactly.
 */
export const MAX_AHEAD_MS = 2 * 60_000;

function hasHappened(time: Instant, now: Instant): boolean {
  return time <= now + MAX_AHEAD_MS;
}

/**
 * The session of a day that is open at `now` if there is no later punch. It has begun (by a clock
 * that may be ahead of this one), has no end, and is not longer than a session may be. `arrival`:
 * when the employee arrived, if they worked on into the session's shift.
 */
export function openSessionOf(
  { plan, day: { result } }: DayUnderPlan,
  now: Instant,
  arrival?: Instant,
): OpenSession | undefined {
  for (const session of sessionsOpenAt(result.work, now).toReversed()) {
    const { in: start = now } = session;
    if (!hasHappened(start, now)) continue;
    const moment = start > now ? start : now;
    if (!isOpenAt(session, plan, moment, arrival)) continue;
    const closesAt = session.autoClose?.at ?? goesOnUntil(session, plan, moment, arrival) ?? now;
    return { session, closesAt };
  }
  return undefined;
}

/**
 * The day of the employee's open session, from all known days around now, by date. Undefined if
 * they left, or if their last known session was too long ago.
 */
export function openDayOf<Day extends DayUnderPlan>(
  days: readonly Day[],
  now: Instant,
): (Day & { readonly open: OpenSession }) | undefined {
  const seen = days
    .flatMap((day) => sessionsOpenAt(day.day.result.work, now).map((session) => ({ day, session })))
    .filter(({ session }) => hasHappened(startOf(session), now))
    .sort((a, b) => startOf(a.session) - startOf(b.session));
  const last = seen.at(-1);
  if (last === undefined) return undefined;
  const open = openSessionOf(last.day, now, arrivalOf(seen.map(({ session }) => session)));
  return open?.session === last.session ? { ...last.day, open } : undefined;
}

/** When the last session began, or an earlier one that continues into it without a punch. */
function arrivalOf(sessions: readonly Session[]): Instant | undefined {
  let arrival = sessions.at(-1)?.in;
  for (const { in: start, out, autoClose } of sessions.toReversed()) {
    if (out !== undefined && out === arrival && out !== autoClose?.at) arrival = start;
  }
  return arrival;
}

/**
 * Whether a session is open whatever other days say: the time until it closes leaves no room for
 * more.
 */
export function isSurelyOpen({ session: { closesAt } }: OpenSession, now: Instant): boolean {
  return closesAt !== undefined && now < closesAt;
}

function startOf({ in: start, out }: Session): Instant {
  return start ?? out ?? (0 as Instant);
}

/** One employee's state. Throws EMPLOYEE_NOT_FOUND. */
export async function clockState(
  store: Pick<DayReads, 'readDaysAround'>,
  employeeId: EmployeeId,
  now: Instant,
  caller?: AbortSignal,
): Promise<ClockState> {
  const found = await store.readDaysAround(employeeId, now, caller);
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  const { employeeName, days, today } = found;
  const zoneToday = today.plan.zone;
  const open = openDayOf(days, now);
  if (open !== undefined) return stateIn({ employeeId, employeeName, ...open, zoneToday }, now);
  const { date } = today.day;
  return {
    employeeId,
    employeeName,
    status: 'OUT',
    since: lastSeen(days, now),
    session: undefined,
    closesAt: undefined,
    attendance: present({ employeeId, employeeName, date }, today.day, now),
    zone: zoneOfDay(today.plan),
  };
}

/** The state of an employee with an open session on the day. */
function stateIn(
  { employeeId, employeeName, day, plan, open, zoneToday }: OpenDay,
  now: Instant,
): ClockState {
  const { session, closesAt } = open;
  const pause = session.breaks.findLast(
    ({ start, end }) => end === undefined && hasHappened(start, now),
  );
  const shift = plan.shifts.find((planned) => planned.shift.shiftId === session.shiftId);
  return {
    employeeId,
    employeeName,
    status: pause === undefined ? 'IN' : 'ON_BREAK',
    since: pause?.start ?? lastReturn(session, now) ?? session.in,
    session,
    closesAt,
    attendance: present({ employeeId, employeeName, date: day.date }, day, now),
    zone: shift?.zone ?? zoneToday,
  };
}

/** When an employee who is in came back from the last break. */
function lastReturn({ breaks }: Session, now: Instant): Instant | undefined {
  return breaks.findLast(({ end }) => end !== undefined && hasHappened(end, now))?.end;
}

/** The last departure by now, or the moment at which the last session closed by itself. */
function lastSeen(days: readonly DayUnderPlan[], now: Instant): Instant | undefined {
  let last: Instant | undefined;
  for (const { plan, day } of days) {
    for (const session of sessionsOpenAt(day.result.work, now)) {
      const { out } = session;
      const at = out ?? goesOnUntil(session, plan);
      if (at === undefined || (last !== undefined && at <= last)) continue;
      if (out === undefined ? at <= now : hasHappened(out, now)) last = at;
    }
  }
  return last;
}

export interface ClockedInQuery {
  /** Undefined: all employees. */
  readonly groupId: string | undefined;
  /** Begin after this employee; undefined: at the first. */
  readonly after: EmployeeId | undefined;
  /** The most employees to return, at least 1. */
  readonly limit: number;
}

export interface ClockedInPage {
  /** Sorted by employee id. */
  readonly states: readonly ClockState[];
  /** Undefined if the list ends here. If defined, the next page may still be empty. */
  readonly next: EmployeeId | undefined;
}

/** All employees who are in or on a break. */
export async function listClockedIn(
  store: DayReads,
  { groupId, after, limit }: ClockedInQuery,
  now: Instant,
  caller?: AbortSignal,
): Promise<ClockedInPage> {
  const page = await store.listOpenDays({ groupId, now, after, limit }, caller);
  const states = new Map<EmployeeId, ClockState>();
  // Days are sorted by date, so of two days of one employee the session of the later one counts.
  for (const day of page.days) {
    states.set(day.employeeId, stateIn(day, now));
  }
  return { states: [...states.values()], next: page.next };
}
