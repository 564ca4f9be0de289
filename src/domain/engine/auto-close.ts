// When a rule closes a session of a shift whose departure was forgotten. It follows from the roster
// and the punches alone: never from marks and never from the clock. A real departure still wins,
// because a session closes by a rule only if no punch ends it.

import type { AutoClosedFinding } from '../explain/auto-closed-finding.js';
import { isOffForHoliday, type PlannedShift } from '../roster/planned-shift.js';
import type { AutoClose, WorkRules } from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import { countWork } from './hours.js';
import type { Closer, Pairing, PunchedSession } from './pairing.js';
import { plannedEnd, plannedWork } from './planned-work.js';

/** The bounds of a session of a shift. */
export interface SessionBounds {
  /** When an employee who worked on into the shift arrived; undefined: they did not. */
  readonly arrival: Instant | undefined;
  /** When a session that began at a time closes without a rule. */
  readonly closesAt: (pairing: Pairing, start: Instant) => Instant;
}

/** The most steps of the search for the moment at which the planned work is done. */
const MAX_STEPS = 64;

/**
 * Says when the shift's rule closes the open session. Undefined if the shift has no rule, or if a
 * holiday leaves nothing planned that the rule could refer to.
 */
export function closerOf(planned: PlannedShift, bounds: SessionBounds): Closer | undefined {
  const { autoClose } = planned.shift.work;
  if (autoClose === undefined) return undefined;
  if (autoClose.by !== 'LENGTH' && isOffForHoliday(planned)) return undefined;
  return (pairing) => {
    const { open } = pairing;
    if (open?.in === undefined) return undefined;
    const due = dueAt(autoClose, planned, bounds, pairing, open, open.in);
    const latest = bounds.closesAt(pairing, open.in);
    const at = Math.min(due, latest) as Instant;
    // An employee seen then or later is there: who is at work is not sent home by a rule.
    if (at <= open.in || at <= pairing.lastTime) return undefined;
    const finding: AutoClosedFinding = {
      rule: 'AUTO_CLOSED',
      shiftId: planned.shift.shiftId,
      inTime: open.in,
      closeTime: at,
      by: autoClose.by,
      ...(autoClose.by === 'PLANNED_END' ? { plannedEndTime: plannedEnd(planned) } : {}),
      ...(autoClose.by === 'PLANNED_WORK' ? { plannedSeconds: plannedWork(planned) } : {}),
      afterSeconds: autoClose.seconds,
      isCut: latest < due,
    };
    return { at, finding };
  };
}

/** When the rule closes the open session if nothing else does; Infinity: never. */
function dueAt(
  { by, seconds }: AutoClose,
  planned: PlannedShift,
  { arrival, closesAt }: SessionBounds,
  pairing: Pairing,
  open: PunchedSession,
  start: Instant,
): number {
  switch (by) {
    case 'PLANNED_END':
      return plannedEnd(planned) + seconds * 1000;
    case 'PLANNED_WORK': {
      const target = plannedWork(planned) + seconds;
      return workedAt(target, planned, pairing, open, start, closesAt(pairing, start));
    }
    case 'LENGTH': {
      const isThrough = arrival !== undefined && pairing.sessions[0] === open;
      return (isThrough ? arrival : start) + seconds * 1000;
    }
  }
}

/**
 * The first second at which the sessions come to `target` seconds of work if the open one lasts
 * until then: after breaks, before rounding. Infinity if that is after `latest`.
 */
function workedAt(
  target: number,
  planned: PlannedShift,
  pairing: Pairing,
  open: PunchedSession,
  start: Instant,
  latest: Instant,
): number {
  const missingAt = (time: number) => target - workedUntil(time as Instant, planned, pairing, open);
  const first = Math.max(start, pairing.lastTime) as number;
  let [before, step] = [first, missingAt(first)];
  if (step <= 0) return first;
  // Work grows by at most a second a second, so a step of what is missing never goes too far.
  for (let count = 0; count < MAX_STEPS; count += 1) {
    const time = before + step * 1000;
    if (time > latest && missingAt(latest) > 0) return Infinity;
    const missing = missingAt(time);
    if (missing <= 0) return firstBetween(before, time, missingAt);
    // Within a break, nothing is added: larger steps reach its end soon.
    step = missing < step ? missing : step * 2;
    before = time;
  }
  return Infinity;
}

/** The first second after `before` at which nothing is missing. At `after`, nothing is. */
function firstBetween(before: number, after: number, missingAt: (time: number) => number): number {
  let [low, high] = [before, after];
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (missingAt(middle) <= 0) high = middle;
    else low = middle;
  }
  return high;
}

/** The seconds of work if the open session ended at a time. */
function workedUntil(
  time: Instant,
  { shift: { work }, zone }: PlannedShift,
  { sessions, longestMs }: Pairing,
  open: PunchedSession,
): number {
  const breaks = open.breaks.flatMap((pause) => {
    const end = Math.min(pause.end ?? time, time) as Instant;
    return end > pause.start ? [{ start: pause.start, end }] : [];
  });
  const isEmpty = open.in === undefined || time <= open.in;
  const ended = isEmpty ? [] : [{ ...open, out: time, breaks }];
  const until = {
    sessions: [...sessions.filter((session) => session !== open), ...ended],
    anomalies: new Set<never>(),
    shiftId: undefined,
    longestMs,
  };
  return countWork(until, unrounded(work), () => time, zone, undefined, undefined).workedSeconds;
}

function unrounded(work: WorkRules): WorkRules {
  const none = { roundIn: undefined, roundOut: undefined, roundBreaks: undefined };
  return { ...work, ...none, roundWorked: undefined, hours: work.closingHours ?? work.hours };
}
