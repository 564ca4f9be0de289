// Decides which dates a simulation derives: those asked for, or else those of its punches and
// marks.

import type { SimulateAttendanceRequest } from '../../../gen/attendance/v1/simulation_pb.js';
import type { Scenario } from '../../app/read/simulate.js';
import { zoneOn } from '../../domain/roster/roster.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import { epochDayAt } from '../../domain/time/zone.js';
import type { Problems } from '../edge/problems.js';
import { dayOf } from '../roster/parse-roster.js';

/** The most dates that one simulation derives. */
export const MAX_SIMULATED_DAYS = 366;

/**
 * How many dates before or after its own date in UTC a punch can count for. At most two off-shift
 * sessions of 36 hours lie between a punch and the other end of its period of work, and a zone is
 * at most a day away. Too wide is harmless: days without facts are left out again.
 */
const MARGIN_DAYS = 4;

const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);
const DAY_MS = 86_400_000;

type Facts = Pick<Scenario, 'employee' | 'punches' | 'marks' | 'now'>;
type Range = Required<Pick<Scenario, 'firstDay' | 'lastDay' | 'trim'>>;

export function withinCalendar(day: number): number {
  return Math.min(Math.max(day, FIRST_DAY), LAST_DAY);
}

/** The dates to derive. Adds a problem if there are too many or the end is before the start. */
export function findRange(
  { startDate, endDate }: SimulateAttendanceRequest,
  facts: Facts,
  problems: Problems,
): Range {
  const start = startDate === '' ? undefined : dayOf(startDate, 'start_date');
  const end = endDate === '' ? undefined : dayOf(endDate, 'end_date');
  if (start !== undefined && end !== undefined && end < start) {
    const description = `must not be before start_date; ${endDate} is before ${startDate}`;
    problems.add('end_date', 'END_DATE_BEFORE_START_DATE', description);
  }
  const factual = factDays(facts);
  const first = factual?.first ?? dayOfNow(facts);
  const from = start ?? Math.min(first, end ?? first);
  const to = end ?? Math.max(factual?.last ?? from, from);
  const days = to - from + 1;
  if (days > MAX_SIMULATED_DAYS) {
    const field = end === undefined || start !== undefined ? 'end_date' : 'start_date';
    problems.add(field, 'RANGE_TOO_LONG', tooLong(days, start !== undefined && end !== undefined));
  }
  const hasFacts = factual !== undefined;
  const trim = { start: hasFacts && start === undefined, end: hasFacts && end === undefined };
  return {
    firstDay: withinCalendar(trim.start ? from - MARGIN_DAYS : from),
    lastDay: withinCalendar(trim.end ? to + MARGIN_DAYS : to),
    trim,
  };
}

function tooLong(days: number, isGiven: boolean): string {
  const why = isGiven ? 'the range has' : 'with those of the punches and marks it has';
  return `must make a range of at most ${MAX_SIMULATED_DAYS} dates; ${why} ${days}`;
}

function dayOfNow({ employee, now }: Facts): number {
  return epochDayAt(zoneOn(employee, Math.floor(now / DAY_MS)), now);
}

/** The first and last date of the punches (in UTC) and marks; undefined if there are none. */
function factDays({ punches, marks }: Facts) {
  if (punches.length === 0 && marks.length === 0) return undefined;
  let [first, last] = [Infinity, -Infinity];
  const include = (day: number) => {
    first = Math.min(first, day);
    last = Math.max(last, day);
  };
  for (const { time } of punches) include(Math.floor(time / DAY_MS));
  for (const { date } of marks) include(toEpochDay(date));
  return { first, last };
}
