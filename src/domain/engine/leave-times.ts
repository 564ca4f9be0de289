// Leave by the hour on a date: when it is, and how much of the planned hours it excuses.

import type { Declaration, LeaveTime, Session } from '../facts/day.js';
import { type DayPlan, zoneOfDay } from '../roster/plan.js';
import type { Instant } from '../time/time.js';
import { instantReached, type Zone } from '../time/zone.js';

const DAY_SECONDS = 86_400;

/** A time, half-open. */
export interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** When a leave time is. */
export interface LeaveSpan extends Span {
  readonly leaveTime: LeaveTime;
}

export const NO_SPANS: readonly LeaveSpan[] = [];

/**
 * When the leave times of a date are, by start: on the date where that is time of one of its shifts,
 * else on the next date if that is (the hours of a night after midnight), else on the date.
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

/** In milliseconds; 0 where two times have nothing in common. */
function shareOf(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.end, other.end) - Math.max(one.start, other.start));
}

export function secondsOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + (end - start), 0) / 1000;
}

/** What of the spans, by start, is within a time, up to so many seconds. */
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

/** The first moment from then on that no span, by start, has. */
export function firstOutside(from: Instant, spans: readonly Span[]): Instant {
  return spans.reduce((at, { start, end }) => (start <= at && at < end ? end : at), from);
}

/** The last moment up to then before which no span, by start, is. */
export function lastOutside(to: Instant, spans: readonly Span[]): Instant {
  return spans.reduceRight((at, { start, end }) => (start < at && at <= end ? start : at), to);
}

/** From one moment to another, less the spans; negative where it is back. */
export function secondsOutside(start: Instant, end: Instant, spans: readonly Span[]): number {
  const excused = spans.reduce((sum, span) => sum + shareOf(span, { start, end }), 0);
  return (end - start - excused) / 1000;
}

/** When so many seconds outside the spans, by start, are over since a moment, and none of them is on. */
export function afterSeconds(from: Instant, seconds: number, spans: readonly Span[]): Instant {
  return spans.reduce(
    (at, { start, end }) =>
      end <= from || start > at ? at : ((at + end - Math.max(start, from)) as Instant),
    (from + seconds * 1000) as Instant,
  );
}

/** What of a time was worked, in seconds, breaks left out; sessions without an end are none. */
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
