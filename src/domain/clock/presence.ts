// Presences: when the employee was there, as they experienced it. Sessions of all dates are
// together, and joined if only a shift's end or a midnight divided them. Commands are checked
// against these.

import { BEFORE_ALL, sessionsOpenAt } from '../engine/closing-forms.js';
import { isOpenAt } from '../engine/session-end.js';
import type { Break, DayResult, Session } from '../facts/day.js';
import type { SessionConcerned } from '../facts/errors.js';
import { firstAtOrAfter, type PunchKind, type Timeline } from '../facts/punch.js';
import { rulesAt } from '../roster/off-shift-spans.js';
import type { DayPlan } from '../roster/plan.js';
import { maxSessionSeconds } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';

/** A date and its result. */
export interface DerivedDay {
  readonly plan: DayPlan;
  readonly result: DayResult;
}

export interface Presence extends SessionConcerned {
  readonly breaks: readonly Break[];
  /** For a session without `out`: the last second in which it may be open. */
  readonly openUntil: Instant | undefined;
  /**
   * For a session without `out`: when the employee next comes or leaves. It cannot be ended after
   * that.
   */
  readonly nextAt: Instant | undefined;
  /**
   * Whether it can be ended, or interrupted by a break, at a moment if there is no arrival in
   * between.
   */
  readonly mayEndAt: (time: Instant, by?: PunchKind, arrival?: Instant) => boolean;
  /**
   * Whether it counts from the first arrival to the last departure, so that it may absorb others.
   */
  readonly isWhole: boolean;
  /** Whether arrivals and departures alternate, whatever the kinds of the punches. */
  readonly isAlternating: boolean;
  /** Whether a rule ended it, so that nothing continues it. */
  readonly isClosedByRule: boolean;
}

/**
 * Sorted by beginning. `punches` are those that the days, in order, were derived from. A session
 * that a rule closes by `moment` has ended; one that a rule closes later has not.
 */
export function presencesOf(
  days: readonly DerivedDay[],
  punches: Timeline,
  moment: Instant = BEFORE_ALL,
): Presence[] {
  const parts = days.flatMap(({ plan, result }) =>
    sessionsOpenAt(result.work, moment).map((session) => presenceOf(session, plan)),
  );
  parts.sort((a, b) => beginningOf(a) - beginningOf(b));
  const joined: Presence[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    const isCut = before?.out !== undefined && before.out === part.in && !before.isClosedByRule;
    if (isCut && !isLeftAndBegun(punches, part.in)) joined.splice(-1, 1, join(before, part));
    else joined.push(part);
  }
  return joined.map((session, index) => withNext(session, joined[index + 1]));
}

function withNext(session: Presence, next: Presence | undefined): Presence {
  if (session.out !== undefined || next === undefined) return session;
  return { ...session, nextAt: beginningOf(next) as Instant };
}

/** The presence of a session by its own day alone. */
function presenceOf(session: Session, plan: DayPlan): Presence {
  const { date, shifts, offShift } = plan;
  const { in: start, out, shiftId, breaks, autoClose } = session;
  const shift = shifts.find((planned) => planned.shift.shiftId === shiftId)?.shift;
  const { hours, pairing } = shift?.work ?? rulesAt(offShift, start ?? out ?? plan.start).work;
  return {
    in: start,
    out,
    shiftId,
    date,
    breaks,
    openUntil: openUntil(session, plan),
    nextAt: undefined,
    mayEndAt: (time, by, arrival) => isOpenAt(session, plan, time, arrival, by),
    isWhole: hours === 'FIRST_IN_TO_LAST_OUT',
    isAlternating: pairing === 'ALTERNATING',
    isClosedByRule: out !== undefined && out === autoClose?.at,
  };
}

/**
 * An employee who comes shortly before a shift is there for it, so they cannot come again in its
 * window. A session that began long before was left without a departure, so a punch at the opening
 * belongs to the window.
 */
function openUntil(
  { in: start, closesAt, shiftId }: Session,
  { near, offShift }: DayPlan,
): Instant | undefined {
  const next = near.find(({ window }) => window.from === closesAt);
  if (start === undefined || closesAt === undefined) return undefined;
  if (next === undefined || shiftId !== undefined) return closesAt;
  const isSoon = closesAt - start < rulesAt(offShift, start).newStretchGapSeconds * 1000;
  const longest = start + maxSessionSeconds(next.shift) * 1000;
  return (isSoon ? Math.min(next.window.to, longest) : closesAt - 1000) as Instant;
}

export function beginningOf({ in: start, out }: SessionConcerned): number {
  return start ?? out ?? 0;
}

/** Whether one session ended and the next began in the same second, which takes two punches. */
function isLeftAndBegun(punches: Timeline, time: Instant): boolean {
  const kinds = new Set<PunchKind>();
  for (let index = firstAtOrAfter(punches, time); punches[index]?.time === time; index += 1) {
    const kind = punches[index]?.kind;
    if (kind !== undefined && kind !== 'BREAK_START' && kind !== 'BREAK_END') kinds.add(kind);
  }
  return kinds.size > 1;
}

/** Joins the parts of a break at the cut. */
function join(first: Presence, second: Presence): Presence {
  const { out: cut } = first;
  const [last, next] = [first.breaks.at(-1), second.breaks[0]];
  const breaks =
    last?.end !== undefined && last.end === cut && next?.start === cut
      ? [
          ...first.breaks.slice(0, -1),
          { start: last.start, end: next.end },
          ...second.breaks.slice(1),
        ]
      : [...first.breaks, ...second.breaks];
  const { out, openUntil } = second;
  const mayEndAt = (time: Instant, by?: PunchKind) => second.mayEndAt(time, by, first.in);
  const isWhole = first.isWhole || second.isWhole;
  const { isClosedByRule } = second;
  return { ...first, out, openUntil, mayEndAt, breaks, isWhole, isClosedByRule };
}

/** Whether both have the same times. */
export function isSamePresence(a: Presence, b: Presence): boolean {
  return a.in === b.in && a.out === b.out && isSameBreaks(a.breaks, b.breaks);
}

/** Whether all sessions have the same times. */
export function areSamePresences(a: readonly Presence[], b: readonly Presence[]): boolean {
  return (
    a.length === b.length &&
    a.every((session, index) => {
      const other = b[index];
      return other !== undefined && isSamePresence(session, other);
    })
  );
}

export function isSameBreaks(a: readonly Break[], b: readonly Break[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ start, end }, index) => start === b[index]?.start && end === b[index]?.end)
  );
}

/** The latest known time of a presence. */
export function lastEventOf({ in: start, out, breaks }: Presence): number {
  const last = breaks.at(-1);
  return Math.max(start ?? -Infinity, out ?? -Infinity, last?.end ?? last?.start ?? -Infinity);
}

export function isOnBreak({ out, breaks }: Presence): boolean {
  const last = breaks.at(-1);
  return out === undefined && last !== undefined && last.end === undefined;
}
