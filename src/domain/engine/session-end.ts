// How long an employee who did not clock out may still do so: as long as a session can be, whatever
// the window of its shift. The day reports the missing departure earlier (`closesAt`). The rules
// themselves judge a possible departure, so that both always agree.

import type { Session } from '../facts/day.js';
import { type PunchKind, timelineOf } from '../facts/punch.js';
import { rulesAt } from '../roster/off-shift-spans.js';
import type { DayPlan } from '../roster/plan.js';
import { maxSessionSeconds } from '../roster/planned-shift.js';
import { MAX_THROUGH_SECONDS, MAX_UNTYPED_SECONDS } from '../roster/shift.js';
import { type Instant, wholeSecond } from '../time/time.js';
import { allot } from './allotment.js';
import { isUntyped } from './pairing.js';

/**
 * The last second in which a session can be ended, as seen at a moment, if there is no arrival
 * before. Undefined if it is ended or never began. `arrival`: the earlier arrival of an employee
 * who worked on into its shift.
 */
export function goesOnUntil(
  session: Session,
  plan: DayPlan,
  seenAt?: Instant,
  arrival = session.in,
): Instant | undefined {
  const { in: start, closesAt } = session;
  if (start === undefined || arrival === undefined || closesAt === undefined) return undefined;
  let until = Math.max(closesAt, wholeSecond(seenAt ?? closesAt));
  for (const time of possibleEnds(start, arrival, plan)) {
    if (time <= until) continue;
    if (time > lastThrough(start, arrival) || !isEndedBy(session, plan, time, 'OUT')) break;
    until = time;
  }
  return until as Instant;
}

/**
 * Whether a session can still be ended at a moment, or get a break, if there was no arrival since.
 */
export function isOpenAt(
  session: Session,
  plan: DayPlan,
  time: Instant,
  arrival = session.in,
  by: PunchKind = 'OUT',
): boolean {
  const { in: start, out, closesAt } = session;
  if (start === undefined || out !== undefined || closesAt === undefined || start > time)
    return false;
  const second = wholeSecond(time);
  if (second === start || second < closesAt) return true;
  return second <= lastThrough(start, arrival ?? start) && isEndedBy(session, plan, second, by);
}

/** The latest time for an employee who worked on into a shift. */
function lastThrough(start: Instant, arrival: Instant): number {
  return arrival === start ? Infinity : arrival + MAX_THROUGH_SECONDS * 1000;
}

/** The times at which a bound on a session changes, in order. */
function possibleEnds(
  start: Instant,
  arrival: Instant,
  { near, offShift, maxVisitMs }: DayPlan,
): readonly Instant[] {
  const { maxLengthSeconds } = rulesAt(offShift, start);
  const seconds = [MAX_THROUGH_SECONDS, maxLengthSeconds, MAX_UNTYPED_SECONDS];
  const times = [lastThrough(start, arrival), ...seconds.map((length) => start + length * 1000)];
  for (const { start: begin, end, window, shift, contestedAfter } of near) {
    const longest = maxSessionSeconds(shift) * 1000;
    // Its own session, or one that was worked through from the shift before.
    times.push(start + longest, begin + longest, window.from - 1000, window.from, window.to);
    times.push(wholeSecond(((begin + end) / 2) as Instant));
    if (contestedAfter === undefined) continue;
    times.push(
      contestedAfter.middle,
      wholeSecond(((end + contestedAfter.laterEnd) / 2) as Instant),
    );
  }
  const possible = times.filter((time) => time > start && time <= start + maxVisitMs);
  return [...new Set(possible)].sort((a, b) => a - b) as Instant[];
}

/** Whether a punch would end the session, whatever date it would then count for. */
function isEndedBy({ in: start }: Session, plan: DayPlan, time: Instant, by: PunchKind): boolean {
  if (start === undefined || time <= start) return false;
  const punches = timelineOf([punchAt(start, 'IN'), punchAt(time, by)]);
  const { shifts, visits } = allot(plan, punches);
  if (visits.length > 0) return true;
  const [shift, other] = shifts;
  if (shift !== other) return false;
  if (shift !== undefined) return time - start <= maxSessionSeconds(shift.shift) * 1000;
  const { work, maxLengthSeconds } = rulesAt(plan.offShift, start);
  const longest = isUntyped('OUT', work)
    ? Math.min(maxLengthSeconds, MAX_UNTYPED_SECONDS)
    : maxLengthSeconds;
  const isCut = plan.near.some(({ window }) => window.from > start && window.to < time);
  return !isCut && time - start <= longest * 1000;
}

function punchAt(time: Instant, kind: PunchKind) {
  return { time, kind, deviceId: '', eventId: '', position: undefined, flags: [] };
}
