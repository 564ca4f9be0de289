// Which date a stretch of off-shift work belongs to, or which part of it belongs to a date.

import type { Trace } from '../explain/finding.js';
import type { Anomaly, Session } from '../facts/day.js';
import type { DayPlan } from '../roster/plan.js';
import { timeOfDayText } from '../time/duration-text.js';
import { timeText } from '../time/local-text.js';
import type { Instant } from '../time/time.js';
import { between } from './closed-session.js';
import type { Stretch } from './off-shift.js';

/** What a stretch leaves to one date. */
export interface DatedWork {
  readonly sessions: readonly Session[];
  readonly workedSeconds: number;
  readonly anomalies: ReadonlySet<Anomaly>;
}

const NO_ANOMALIES: ReadonlySet<Anomaly> = new Set();

/** The part of a stretch that belongs to the plan's date; undefined when nothing does. */
export function workOnDate(stretch: Stretch, plan: DayPlan, trace: Trace): DatedWork | undefined {
  const { attribution } = stretch.rules;
  if (attribution === 'SPLIT_AT_MIDNIGHT') return partOnDate(stretch, plan, trace);
  const date = attribution === 'MOST_WORKED_DATE' ? mostWorkedAt(stretch, plan) : undefined;
  // Of a date that it only ends at, nothing was worked.
  const last = Math.max(stretch.start, stretch.end - 1000) as Instant;
  const time = attribution === 'END_DATE' ? last : (date ?? stretch.start);
  if (!isOn(plan, time)) return undefined;
  const { counted, anomalies, findings } = stretch;
  traceStretch(stretch, plan, false, trace);
  trace?.push(...findings);
  return { sessions: counted.sessions, workedSeconds: counted.workedSeconds, anomalies };
}

function isOn({ start, end }: DayPlan, time: Instant): boolean {
  return time >= start && time < end;
}

function traceStretch(stretch: Stretch, plan: DayPlan, isSplit: boolean, trace: Trace): void {
  if (trace === undefined) return;
  const { start, end, counted, rules } = stretch;
  const { attribution } = rules;
  trace.push({
    rule: 'OFF_SHIFT_STRETCH',
    startTime: start,
    endTime: end,
    attribution,
    date: plan.date,
    dayStart: timeOfDayText(stretch.rules.dayStartSecond),
    isSplit,
    workedSeconds: counted.workedSeconds,
  });
}

/** A time on the date with most work; the earliest of several, and none without any work. */
function mostWorkedAt({ counted }: Stretch, { dayStarts }: DayPlan): Instant | undefined {
  let most: { readonly time: Instant; readonly seconds: number } | undefined;
  dayStarts.forEach((from, index) => {
    const to = dayStarts[index + 1];
    if (to === undefined) return;
    const seconds = counted.sessions.reduce(
      (sum, session) => sum + (between(session, from, to)?.workedSeconds ?? 0),
      0,
    );
    if (seconds > (most?.seconds ?? 0)) most = { time: from, seconds };
  });
  return most?.time;
}

/** What of a stretch lies between two dayStarts at which it was cut. */
interface Part {
  /** Tells the date. */
  readonly time: Instant;
  readonly sessions: Session[];
}

/** Cuts a stretch at the dayStarts that one of its sessions runs through, and only there. */
function cutAtDayStarts({ counted, start }: Stretch, { dayStarts }: DayPlan): readonly Part[] {
  let part: Part = { time: start, sessions: [] };
  const parts = [part];
  for (const session of counted.sessions) {
    const { in: begin, out } = session;
    if (begin === undefined || out === undefined) {
      part.sessions.push(session);
      continue;
    }
    let from = begin;
    for (const dayStart of dayStarts) {
      if (dayStart <= from || dayStart >= out) continue;
      const before = between(session, from, dayStart);
      if (before !== undefined) part.sessions.push(before);
      part = { time: dayStart, sessions: [] };
      parts.push(part);
      from = dayStart;
    }
    const rest = between(session, from, out);
    if (rest !== undefined) part.sessions.push(rest);
  }
  return parts;
}

/** As the clocks show it: where the policy changes, the date begins as it says from then on. */
function dayStartText(time: Instant | undefined, { zone }: DayPlan): string {
  if (time === undefined) throw new RangeError('work that was cut has two parts');
  return timeText(zone, time);
}

/**
 * The rules changed the time of the whole stretch. What they added goes to the first part, what
 * they took is taken from the first part as far as it has it, then from the next.
 */
function partOnDate(stretch: Stretch, plan: DayPlan, trace: Trace): DatedWork | undefined {
  const { counted, anomalies, findings } = stretch;
  const parts = cutAtDayStarts(stretch, plan);
  let adjustment = counted.workedSeconds - counted.exactSeconds;
  let found: DatedWork | undefined;
  parts.forEach(({ time, sessions }, index) => {
    const exact = sessions.reduce((sum, { workedSeconds }) => sum + workedSeconds, 0);
    const workedSeconds = Math.max(0, exact + adjustment);
    adjustment -= workedSeconds - exact;
    if (!isOn(plan, time)) return;
    traceStretch(stretch, plan, parts.length > 1, trace);
    if (index === 0) trace?.push(...findings);
    if (parts.length > 1) {
      trace?.push({
        rule: 'SPLIT_AT_MIDNIGHT',
        date: plan.date,
        dayStart: dayStartText(parts[Math.max(index, 1)]?.time, plan),
        workedSeconds,
        stretchSeconds: counted.workedSeconds,
      });
    }
    found = { sessions, workedSeconds, anomalies: index === 0 ? anomalies : NO_ANOMALIES };
  });
  return found;
}
