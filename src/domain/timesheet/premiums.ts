// Which part of the worked time lies in a window with a premium. Windows are local times, so they are
// worked out as instants: a night in which the clocks change is as long as it was. What counts is the
// time of the sessions as punched, without their breaks, and at most what the day counts as worked.

import type { Attendance } from '../facts/day.js';
import type { PremiumRule } from '../roster/extra-time.js';
import { type RuleDate, ruledPart } from '../roster/rule-date.js';
import type { Instant } from '../time/time.js';
import { epochDayAt, instantReached, startOfDay, type Zone } from '../time/zone.js';

/** Work of a day in the windows of one rule. */
export interface PremiumPart {
  readonly ruleId: string;
  readonly percent: number;
  /** Above 0. */
  readonly seconds: number;
}

/** A half-open time, in milliseconds. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Half a holiday ends, or begins, at noon. */
const NOON_SECOND = 12 * 3600;

/** The premiums of a day. `dates` are those of the employee, by epoch day. */
export function premiumsOf(
  rules: readonly PremiumRule[],
  day: Attendance,
  zone: Zone,
  dates: ReadonlyMap<number, RuleDate>,
): readonly PremiumPart[] {
  const worked = workedSpans(day);
  const around = datesAround(worked, zone, dates);
  if (around.length === 0) return [];
  const parts: PremiumPart[] = [];
  let left = worked;
  // Breaks that nobody punched are deducted without a place in the day.
  let room = day.workedSeconds;
  for (const rule of rules) {
    const windows = windowsOf(rule, zone, around);
    if (windows.length === 0) continue;
    const inside = secondsOf(common(rule.isAdded ? worked : left, windows));
    const seconds = Math.min(inside, rule.isAdded ? day.workedSeconds : room);
    if (!rule.isAdded) {
      left = without(left, windows);
      room -= seconds;
    }
    if (seconds > 0) parts.push({ ruleId: rule.ruleId, percent: rule.percent, seconds });
  }
  return parts;
}

/** The dates on which a window can begin that has some of the time: the date before it is the first. */
function datesAround(
  worked: readonly Span[],
  zone: Zone,
  dates: ReadonlyMap<number, RuleDate>,
): readonly RuleDate[] {
  const [first, last] = [worked.at(0), worked.at(-1)];
  if (first === undefined || last === undefined) return [];
  const found: RuleDate[] = [];
  const to = epochDayAt(zone, last.end as Instant);
  for (let day = epochDayAt(zone, first.start as Instant) - 1; day <= to; day += 1) {
    const date = dates.get(day);
    if (date !== undefined) found.push(date);
  }
  return found;
}

/** The time of a day's sessions that have both ends, without breaks that have both; in order. */
function workedSpans({ sessions }: Attendance): readonly Span[] {
  return sessions.flatMap(({ in: start, out: end, breaks }) => {
    if (start === undefined || end === undefined) return [];
    const away = breaks.flatMap(({ start: from, end: to }) =>
      to === undefined ? [] : [{ start: from as number, end: to as number }],
    );
    return without([{ start, end }], away);
  });
}

/** In order, without overlaps. */
function windowsOf(rule: PremiumRule, zone: Zone, around: readonly RuleDate[]): readonly Span[] {
  return around.flatMap((date) => {
    const part = ruledPart(rule.dates, date);
    if (part === undefined) return [];
    const { epochDay } = date;
    const whole = windowOf(rule, zone, epochDay);
    if (part === 'WHOLE_DAY') return whole.start < whole.end ? [whole] : [];
    const noon = instantReached(zone, epochDay, NOON_SECOND);
    const start = part === 'SECOND_HALF' ? Math.max(whole.start, noon) : whole.start;
    const end = part === 'FIRST_HALF' ? Math.min(whole.end, noon) : whole.end;
    return start < end ? [{ start, end }] : [];
  });
}

function windowOf({ window }: PremiumRule, zone: Zone, epochDay: number): Span {
  if (window === undefined) {
    return { start: startOfDay(zone, epochDay), end: startOfDay(zone, epochDay + 1) };
  }
  const { startSecond, endSecond } = window;
  const endDay = endSecond <= startSecond ? epochDay + 1 : epochDay;
  return {
    start: instantReached(zone, epochDay, startSecond),
    end: instantReached(zone, endDay, endSecond),
  };
}

function secondsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0) / 1000;
}

/** The time that is in both; both are in order without overlaps. */
function common(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  let place = 0;
  for (const { start, end } of a) {
    while ((b[place]?.end ?? Infinity) <= start) place += 1;
    for (let at = place; (b[at]?.start ?? Infinity) < end; at += 1) {
      const other = b[at] as Span;
      found.push({ start: Math.max(start, other.start), end: Math.min(end, other.end) });
    }
  }
  return found;
}

/** The time of `a` that is not in `b`; both are in order without overlaps. */
function without(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  if (b.length === 0) return a;
  const found: Span[] = [];
  for (const { start, end } of a) {
    let from = start;
    for (const other of common([{ start, end }], b)) {
      if (from < other.start) found.push({ start: from, end: other.start });
      from = other.end;
    }
    if (from < end) found.push({ start: from, end });
  }
  return found;
}
