// Finds the date of a period of off-shift work, or the part of it that belongs to a date.

import type { Trace } from '../explain/finding.js';
import type { Anomaly, Session } from '../facts/day.js';
import type { DayPlan } from '../roster/plan.js';
import { timeOfDayText } from '../time/duration-text.js';
import { timeText } from '../time/local-text.js';
import type { Instant } from '../time/time.js';
import { between } from './closed-session.js';
import type { Stretch } from './off-shift.js';

/** The work that a period leaves to one date. */
export interface DatedWork {
  readonly sessions: readonly Session[];
  readonly workedSeconds: number;
  readonly anomalies: ReadonlySet<Anomaly>;
}

const NO_ANOMALIES: ReadonlySet<Anomaly> = new Set();

/** The part of a period that belongs to the plan's date; undefined if none does. */
export function workOnDate(stretch: Stretch, plan: DayPlan, trace: Trace): DatedWork | undefined {
  const { attribution } = stretch.rules;
  if (attribution === 'SPLIT_AT_MIDNIGHT') return partOnDate(stretch, plan, trace);
  const date = attribution === 'MOST_WORKED_DATE' ? mostWorkedAt(stretch, plan) : undefined;
  // A date on which it only ends, at its first instant, has no work.
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

/** A time on the date with most work; of equal ones the earliest. Undefined without any work. */
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

/** The part of a period between two dayStarts at which it was cut. */
interface Part {
  /** Determines the date. */
  readonly time: Instant;
  readonly sessions: Session[];
}

/** Cuts a period at the dayStarts that lie within one of its sessions, and only there. */
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

/**
 * The local time of a cut. If the policy changes, the new policy's time applies from its first
 * date.
 */
function dayStartText(time: Instant | undefined, { zone }: DayPlan): string {
  if (time === undefined) throw new RangeError('work that was cut has two parts');
  return timeText(zone, time);
}

/**
 * The part on the plan's date. The rules changed the time of the whole period: added time goes to
 * the first part; deducted time comes from the first part as far as possible, then from the next.
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
