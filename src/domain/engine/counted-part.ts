// Finds which time of a shift counts, if its rules do not count all of it. Sessions stay as
// punched.

import type { Trace } from '../explain/finding.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import { between, type ClosedSession } from './closed-session.js';

/** The part of some sessions that counts. */
export interface CountedPart {
  readonly sessions: readonly ClosedSession[];
  /** The bounds of what counts, which rounding does not exceed either. */
  readonly from: Instant;
  readonly to: Instant;
  readonly uncountedSeconds: number;
}

const ALWAYS = -Infinity as Instant;
const FOREVER = Infinity as Instant;

/** Undefined if all of it counts. */
export function countedPart(
  sessions: readonly ClosedSession[],
  planned: PlannedShift,
  trace: Trace,
): CountedPart | undefined {
  const { fromStart, toEnd, minOvertimeSeconds } = planned.shift.counting;
  if (!fromStart && !toEnd && minOvertimeSeconds === 0) return undefined;
  const from = fromStart ? planned.start : ALWAYS;
  const afterEnd = workedSeconds(partsOf(sessions, planned.end, FOREVER));
  const isShort = minOvertimeSeconds > 0 && afterEnd <= minOvertimeSeconds;
  const to = toEnd || isShort ? planned.end : FOREVER;
  const counted = partsOf(sessions, from, to);
  const uncountedSeconds = workedSeconds(sessions) - workedSeconds(counted);
  const part = { sessions: counted, from, to, uncountedSeconds };
  if (trace !== undefined) traceUncounted(part, planned, to < FOREVER ? afterEnd : 0, trace);
  return part;
}

function partsOf(
  sessions: readonly ClosedSession[],
  from: Instant,
  to: Instant,
): readonly ClosedSession[] {
  return sessions.flatMap((session) => between(session, from, to) ?? []);
}

function workedSeconds(sessions: readonly ClosedSession[]): number {
  return sessions.reduce((sum, session) => sum + session.workedSeconds, 0);
}

function traceUncounted(
  part: CountedPart,
  { shift: { shiftId, counting }, start, end }: PlannedShift,
  afterSeconds: number,
  trace: NonNullable<Trace>,
): void {
  const beforeSeconds = part.uncountedSeconds - afterSeconds;
  if (beforeSeconds > 0) {
    trace.push({ rule: 'BEFORE_START_NOT_COUNTED', shiftId, startTime: start, beforeSeconds });
  }
  if (afterSeconds > 0) {
    const { minOvertimeSeconds } = counting;
    trace.push({
      rule: 'AFTER_END_NOT_COUNTED',
      shiftId,
      endTime: end,
      afterSeconds,
      minOvertimeSeconds,
    });
  }
}
