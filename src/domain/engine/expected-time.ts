// When somebody is to be there for a shift: who is late for it, who leaves it early, who works less
// than its target. A half in which nobody is expected is left out.

import type { Trace } from '../explain/finding.js';
import type { DeclaredShift } from '../facts/declaration.js';
import { coreOf, halvesMeetAt, type PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import type { CountedWork } from './hours.js';

export interface ExpectedTime {
  /** In which somebody comes and goes: what it comes to is open until the end. */
  readonly start: Instant;
  readonly end: Instant;
  /** Who comes after it is late; undefined: nobody is. */
  readonly lateAfter: Instant | undefined;
  /** Who leaves before it is early; undefined: nobody is. */
  readonly earlyBefore: Instant | undefined;
  /** How long to work; 0: the hours are fixed. */
  readonly targetSeconds: number;
}

/** Undefined where nobody is expected at any time of the shift. */
export function expectedTime(
  planned: PlannedShift,
  declared: DeclaredShift,
): ExpectedTime | undefined {
  const { isAwayFirst, isAwayLast } = declared;
  if (isAwayFirst && isAwayLast) return undefined;
  let { start, end } = planned;
  if (isAwayFirst) start = halvesMeetAt(planned);
  if (isAwayLast) end = halvesMeetAt(planned);
  const { flexible } = planned.shift;
  if (flexible === undefined) {
    return { start, end, lateAfter: start, earlyBefore: end, targetSeconds: 0 };
  }
  const core = coreOf(planned);
  const from = Math.max(core?.from ?? start, start) as Instant;
  const to = Math.min(core?.to ?? start, end) as Instant;
  const isCore = from < to;
  return {
    start,
    end,
    lateAfter: isCore ? from : undefined,
    earlyBefore: isCore ? to : undefined,
    targetSeconds: targetOf(flexible.targetSeconds, declared),
  };
}

/** Which half is to be worked, where it is only one. */
export function traceHalf(
  { shift }: PlannedShift,
  { isHalf, isAwayFirst, isAwayLast }: DeclaredShift,
  { start, end, lateAfter, earlyBefore, targetSeconds }: ExpectedTime,
  trace: Trace,
): void {
  if (!isHalf || isAwayFirst === isAwayLast) return;
  trace?.push({
    rule: 'HALF_TO_WORK',
    shiftId: shift.shiftId,
    startTime: lateAfter ?? start,
    endTime: earlyBefore ?? end,
    isCore: shift.flexible !== undefined && lateAfter !== undefined,
    targetSeconds: targetSeconds === 0 ? undefined : targetSeconds,
  });
}

/** Half of it where half was declared; none where all was. */
function targetOf(seconds: number, { status, isHalf, isAwayFirst, isAwayLast }: DeclaredShift) {
  if (status !== undefined) return 0;
  return isHalf || isAwayFirst || isAwayLast ? Math.floor(seconds / 2) : seconds;
}

/** From when on whoever did not come is late; undefined where the grace is as long as the time. */
export function lateFrom(
  { shift }: PlannedShift,
  { lateAfter, end }: ExpectedTime,
): Instant | undefined {
  if (lateAfter === undefined) return undefined;
  const at = (lateAfter + shift.lateGraceSeconds * 1000) as Instant;
  return at < end ? at : undefined;
}

export function lateDuration(
  { shift }: PlannedShift,
  { lateAfter }: ExpectedTime,
  { firstIn }: CountedWork,
  trace: Trace,
): number {
  const { shiftId, lateGraceSeconds: graceSeconds } = shift;
  if (lateAfter === undefined || firstIn === undefined) return 0;
  if (firstIn <= lateAfter + graceSeconds * 1000) return 0;
  const lateSeconds = (firstIn - lateAfter) / 1000;
  trace?.push({
    rule: 'LATE',
    shiftId,
    startTime: lateAfter,
    isCore: shift.flexible && true,
    graceSeconds,
    arrivalTime: firstIn,
    lateSeconds,
  });
  return lateSeconds;
}

/** Nobody is early who has not departed. */
export function earlyDuration(
  { shift }: PlannedShift,
  { earlyBefore }: ExpectedTime,
  { lastOut, open }: CountedWork,
  trace: Trace,
): number {
  const { shiftId, earlyGraceSeconds: graceSeconds } = shift;
  if (earlyBefore === undefined || lastOut === undefined || open !== undefined) return 0;
  if (lastOut >= earlyBefore - graceSeconds * 1000) return 0;
  const earlySeconds = (earlyBefore - lastOut) / 1000;
  trace?.push({
    rule: 'EARLY',
    shiftId,
    endTime: earlyBefore,
    isCore: shift.flexible && true,
    graceSeconds,
    departureTime: lastOut,
    earlySeconds,
  });
  return earlySeconds;
}

/** What is missing of the target; likewise, of nobody who has not departed. */
export function shortDuration(
  { shift }: PlannedShift,
  { targetSeconds }: ExpectedTime,
  { workedSeconds, lastOut, open }: CountedWork,
  trace: Trace,
): number {
  const { shiftId, earlyGraceSeconds: graceSeconds } = shift;
  if (lastOut === undefined || open !== undefined) return 0;
  if (workedSeconds >= targetSeconds - graceSeconds) return 0;
  trace?.push({ rule: 'BELOW_TARGET', shiftId, workedSeconds, targetSeconds, graceSeconds });
  return targetSeconds - workedSeconds;
}
