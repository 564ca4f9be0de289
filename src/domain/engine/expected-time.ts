// When the employee is expected for a shift: this decides lateness, early departure and work below
// the target. It leaves out a half in which the employee is not expected, and excuses leave by the
// hour.

import type { Trace } from '../explain/finding.js';
import type { DeclaredShift } from '../facts/declaration.js';
import { coreOf, halvesMeetAt, type PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import type { CountedWork } from './hours.js';
import {
  afterSeconds,
  firstOutside,
  type LeaveSpan,
  lastOutside,
  type Span,
  secondsOf,
  secondsOutside,
  spansWithin,
} from './leave-times.js';

export interface ExpectedTime {
  /** The time in which the employee can come and go. The result is open until its end. */
  readonly start: Instant;
  readonly end: Instant;
  /** Arrivals after this are late; undefined: none are. */
  readonly lateAfter: Instant | undefined;
  /** Departures before this are early; undefined: none are. */
  readonly earlyBefore: Instant | undefined;
  /** How long to work, in seconds; 0: the hours are fixed. */
  readonly targetSeconds: number;
  /** Leave by the hour between the two ends, which does not count as late or early. */
  readonly excused: readonly Span[];
}

/** The time that a shift asks for after declared halves, before leave by the hour. */
interface OpenTime extends Span {
  /** How long to work, in seconds; for fixed hours, all of them. */
  readonly seconds: number;
}

/** Undefined if the employee is expected in neither half. */
function openTime(planned: PlannedShift, declared: DeclaredShift): OpenTime | undefined {
  const { isAwayFirst, isAwayLast } = declared;
  if (isAwayFirst && isAwayLast) return undefined;
  const start = isAwayFirst ? halvesMeetAt(planned) : planned.start;
  const end = isAwayLast ? halvesMeetAt(planned) : planned.end;
  const { flexible } = planned.shift;
  const seconds =
    flexible === undefined ? (end - start) / 1000 : targetOf(flexible.targetSeconds, declared);
  return { start, end, seconds };
}

/** The leave by the hour that a shift excuses. */
export interface Excused {
  readonly spans: readonly LeaveSpan[];
  /**
   * The seconds that the shift asks for before leave, and those that are left; 0 if all is excused.
   */
  readonly wholeSeconds: number;
  readonly leftSeconds: number;
}

const NOTHING_EXCUSED: Excused = { spans: [], wholeSeconds: 1, leftSeconds: 1 };

/** `leave` is sorted by start. With flexible hours, it excuses at most their target. */
export function excusedTime(
  planned: PlannedShift,
  declared: DeclaredShift,
  leave: readonly LeaveSpan[],
): Excused {
  const open = leave.length === 0 ? undefined : openTime(planned, declared);
  // A half of very short hours may ask for nothing that could be excused.
  if (open === undefined || open.seconds === 0) return NOTHING_EXCUSED;
  const spans = spansWithin(leave, open, open.seconds);
  return { spans, wholeSeconds: open.seconds, leftSeconds: open.seconds - secondsOf(spans) };
}

/** Undefined if the employee is not expected at any time of the shift. */
export function expectedTime(
  planned: PlannedShift,
  declared: DeclaredShift,
  { spans: excused, leftSeconds }: Excused,
): ExpectedTime | undefined {
  const open = openTime(planned, declared);
  if (open === undefined || leftSeconds === 0) return undefined;
  const [start, end] = [firstOutside(open.start, excused), lastOutside(open.end, excused)];
  const { flexible } = planned.shift;
  if (flexible === undefined) {
    return { start, end, lateAfter: start, earlyBefore: end, targetSeconds: 0, excused };
  }
  const core = coreOf(planned);
  const from = firstOutside(Math.max(core?.from ?? start, start) as Instant, excused);
  const to = lastOutside(Math.min(core?.to ?? start, end) as Instant, excused);
  const isCore = from < to;
  return {
    start,
    end,
    lateAfter: isCore ? from : undefined,
    earlyBefore: isCore ? to : undefined,
    // No target if a status was declared for the whole shift.
    targetSeconds: declared.status === undefined ? open.seconds - secondsOf(excused) : 0,
    excused,
  };
}

/** Reports which half is to be worked, if only one is. */
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

/** The target; half of it if half the shift was declared. */
function targetOf(seconds: number, { isHalf, isAwayFirst, isAwayLast }: DeclaredShift) {
  return isHalf || isAwayFirst || isAwayLast ? Math.floor(seconds / 2) : seconds;
}

/** When an employee who has not come becomes late; undefined if the grace covers the whole time. */
export function lateFrom(
  { shift }: PlannedShift,
  { lateAfter, end, excused }: ExpectedTime,
): Instant | undefined {
  if (lateAfter === undefined) return undefined;
  const at = afterSeconds(lateAfter, shift.lateGraceSeconds, excused);
  return at < end ? at : undefined;
}

export function lateDuration(
  { shift }: PlannedShift,
  { lateAfter, excused }: ExpectedTime,
  { firstIn }: CountedWork,
  trace: Trace,
): number {
  const { shiftId, lateGraceSeconds: graceSeconds } = shift;
  if (lateAfter === undefined || firstIn === undefined) return 0;
  const lateSeconds = secondsOutside(lateAfter, firstIn, excused);
  if (lateSeconds <= graceSeconds) return 0;
  trace?.push({
    rule: 'LATE',
    shiftId,
    startTime: lateAfter,
    isCore: shift.flexible && true,
    graceSeconds,
    arrivalTime: firstIn,
    lateSeconds,
    ...excusedIn(lateAfter, firstIn, lateSeconds),
  });
  return lateSeconds;
}

/** A finding leaves out fields that do not apply. */
function excusedIn(
  start: Instant,
  end: Instant,
  countedSeconds: number,
): { readonly excusedSeconds?: number } {
  const excusedSeconds = (end - start) / 1000 - countedSeconds;
  return excusedSeconds === 0 ? {} : { excusedSeconds };
}

/** An employee who has not departed is not early. */
export function earlyDuration(
  { shift }: PlannedShift,
  { earlyBefore, excused }: ExpectedTime,
  { lastOut, open }: CountedWork,
  trace: Trace,
): number {
  const { shiftId, earlyGraceSeconds: graceSeconds } = shift;
  if (earlyBefore === undefined || lastOut === undefined || open !== undefined) return 0;
  const earlySeconds = secondsOutside(lastOut, earlyBefore, excused);
  if (earlySeconds <= graceSeconds) return 0;
  trace?.push({
    rule: 'EARLY',
    shiftId,
    endTime: earlyBefore,
    isCore: shift.flexible && true,
    graceSeconds,
    departureTime: lastOut,
    earlySeconds,
    ...excusedIn(lastOut, earlyBefore, earlySeconds),
  });
  return earlySeconds;
}

/** The seconds missing from the target. Also 0 for an employee who has not departed. */
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
