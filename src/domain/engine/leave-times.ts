// Leave by the hour on a date: when it takes place, and how much of the planned hours it excuses.

import type { Declaration, LeaveTime, Session } from '../facts/day.js';
import { type DayPlan, zoneOfDay } from '../roster/plan.js';
import type { Instant } from '../time/time.js';
import { instantReached, type Zone } from '../time/zone.js';

const DAY_SECONDS = 86_400;

/** A time span, half-open. */
export interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** The instants of a leave time. */
export interface LeaveSpan extends Span {
  readonly leaveTime: LeaveTime;
}

export const NO_SPANS: readonly LeaveSpan[] = [];

/**
 * The instants of a date's leave times, by start. Each is on the date if it shares time with one of
 * the date's shifts, else on the next date if it does there (the hours of a night after midnight),
 * else on the date.
 */
export function leaveSpans(
  plan: DayPlan,
  declaration: Declaration | undefined,
): readonly LeaveSpan[] {
  if (declaration === undefined || declaration.leaveTimes.length === 0) return NO_SPANS;
  const zone = zoneOfDay(plan);
  return declaration.leaveTimes
    .map((leaveTime) => {
      const [own, next] = [plan.epochDay, plan.epochDay + 1].map((day) =>
        spanOn(leaveTime, day, zone),
      ) as [LeaveSpan, LeaveSpan];
      const isPlanned = (span: Span) => plan.shifts.some((shift) => shareOf(span, shift) > 0);
      return !isPlanned(own) && isPlanned(next) ? next : own;
    })
    .sort((a, b) => a.start - b.start);
}

function spanOn(leaveTime: LeaveTime, epochDay: number, zone: Zone): LeaveSpan {
  const at = (second: number) =>
    instantReached(zone, epochDay + Math.floor(second / DAY_SECONDS), second % DAY_SECONDS);
  return { leaveTime, start: at(leaveTime.startSecond), end: at(leaveTime.endSecond) };
}

/** The time that two spans share, in milliseconds; 0 if none. */
function shareOf(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.end, other.end) - Math.max(one.start, other.start));
}

export function secondsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + (end - start), 0) / 1000;
}

/** The parts of the spans (sorted by start) within a time, up to a number of seconds. */
export function spansWithin<S extends Span>(
  spans: readonly S[],
  time: Span,
  mostSeconds: number,
): readonly S[] {
  let leftMs = mostSeconds * 1000;
  return spans.flatMap((span) => {
    const start = Math.max(span.start, time.start) as Instant;
    const end = Math.min(span.end, time.end, start + leftMs) as Instant;
    if (end <= start) return [];
    leftMs -= end - start;
    return [{ ...span, start, end }];
  });
}

/** The first moment at or after `from` that is in no span. Spans are sorted by start. */
export function firstOutside(from: Instant, spans: readonly Span[]): Instant {
  return spans.reduce((at, { start, end }) => (start <= at && at < end ? end : at), from);
}

/** The last moment at or before `to` that no span covers. Spans are sorted by start. */
export function lastOutside(to: Instant, spans: readonly Span[]): Instant {
  return spans.reduceRight((at, { start, end }) => (start < at && at <= end ? start : at), to);
}

/** The seconds between two moments, less the spans; negative if `end` is before `start`. */
export function secondsOutside(start: Instant, end: Instant, spans: readonly Span[]): number {
  const excused = spans.reduce((sum, span) => sum + shareOf(span, { start, end }), 0);
  return (end - start - excused) / 1000;
}

/**
 * The moment `seconds` after `from`, without counting the spans (sorted by start). It is in no
 * span.
 */
export function afterSeconds(from: Instant, seconds: number, spans: readonly Span[]): Instant {
  return spans.reduce(
    (at, { start, end }) =>
      end <= from || start > at ? at : ((at + end - Math.max(start, from)) as Instant),
    (from + seconds * 1000) as Instant,
  );
}

/** The seconds worked within a time, without breaks. Sessions without both ends do not count. */
export function workedWithin(time: Span, sessions: readonly Session[]): number {
  let ms = 0;
  for (const { in: start, out: end, breaks } of sessions) {
    if (start === undefined || end === undefined) continue;
    ms += shareOf(time, { start, end });
    for (const { start: from, end: to } of breaks) {
      if (to !== undefined) ms -= shareOf(time, { start: from, end: to });
    }
  }
  return ms / 1000;
}
