// How one shift went: its punches paired and counted, held against its hours and thresholds.

import type { Trace } from '../explain/finding.js';
import type { Anomaly, Declaration, Pending, Session, ShiftResult, Status } from '../facts/day.js';
import { type DeclaredShift, declaredFor, halvesOf } from '../facts/declaration.js';
import { distanceMeters } from '../facts/geofence.js';
import type { Punch, PunchKind, Timeline } from '../facts/punch.js';
import type { DayPlan } from '../roster/plan.js';
import { isOffForHoliday, type PlannedShift } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import { type CountedWork, countWork } from './hours.js';
import { MAX_PUNCHES, Pairing, sameInstant } from './pairing.js';
import { isTouching } from './session-end.js';
import { isDecisive, punchesOf, type ShiftPunches } from './shift-punches.js';

/** A shift's result and what it leaves to the day. */
export interface ShiftWork {
  readonly result: ShiftResult;
  /** Whatever was declared. */
  readonly statusAlone: Status;
  readonly sessions: readonly Session[];
  readonly anomalies: ReadonlySet<Anomaly>;
  readonly isPunched: boolean;
}

/** The shifts of a date, by start. */
export function workShifts(
  plan: DayPlan,
  timeline: Timeline,
  declaration: Declaration | undefined,
  trace: Trace,
): readonly ShiftWork[] {
  const own = plan.shifts.map((planned) => ({ planned, ...punchesOf(planned, timeline) }));
  let through: Instant | undefined;
  return own.map((shift, index) => {
    const pairing = new Pairing(shift.planned.shift.work, shift.planned.shift.shiftId, trace);
    if (through !== undefined) pairing.workOn(through, shift.punches[0]?.kind === 'BREAK_END');
    readAll(pairing, shift.punches);
    if (trace !== undefined) traceDivision(shift, timeline, trace);
    const next = own[index + 1];
    through = next !== undefined && isWorkedThrough(shift, next) ? shift.planned.end : undefined;
    const goesOnBreak = next?.punches[0]?.kind === 'BREAK_END';
    if (through !== undefined && pairing.workUntil(through, goesOnBreak)) {
      const [shiftId, nextShiftId] = [pairing.shiftId ?? '', next?.planned.shift.shiftId ?? ''];
      trace?.push({ rule: 'WORKED_THROUGH', shiftId, nextShiftId, throughTime: through });
    } else {
      through = undefined;
    }
    const halves = halvesOf(index, own.length);
    return shiftWork(shift, pairing, declaredFor(declaration, halves), trace);
  });
}

function traceDivision(
  { planned, division }: OwnShift,
  timeline: Timeline,
  trace: NonNullable<Trace>,
): void {
  if (division === undefined || planned.nextShiftId === undefined) return;
  if (!isDecisive(planned, division, timeline)) return;
  const { shift, nextShiftId } = planned;
  const { time, by } = division;
  const { shiftId } = shift;
  trace.push({ rule: 'WINDOWS_DIVIDED', shiftId, nextShiftId, dividedTime: time, by });
}

/**
 * Whether whoever is there at the end of a shift goes on with the next one without touching the
 * clock: it begins where this one ends, and the first that is heard of it only somebody does who
 * is there.
 */
function isWorkedThrough(shift: OwnShift, next: OwnShift): boolean {
  return (
    isTouching(shift.planned, next.planned) &&
    WORKING_ON.has(next.punches[0]?.kind ?? 'UNSPECIFIED')
  );
}

const WORKING_ON: ReadonlySet<PunchKind> = new Set(['OUT', 'BREAK_START', 'BREAK_END']);

interface OwnShift extends ShiftPunches {
  readonly planned: PlannedShift;
}

function shiftWork(
  { planned, punches, takenOverAt }: OwnShift,
  pairing: Pairing,
  declared: DeclaredShift,
  trace: Trace,
): ShiftWork {
  const { shift, zone, window } = planned;
  if (shift.geofence !== undefined) checkPositions(planned, punches, pairing.anomalies, trace);
  const counted = countWork(pairing, shift.work, takenOverAt ?? window.to, zone, trace);
  const isPunched = punches.length > 0;
  const isHoliday = isOffForHoliday(planned);
  const statusAlone = isHoliday ? 'HOLIDAY' : statusOf(planned, counted, isPunched);
  const result = judge(planned, counted, statusAlone, isPunched, declared, trace);
  const { sessions } = counted;
  return { result, statusAlone, sessions, anomalies: pairing.anomalies, isPunched };
}

function readAll(pairing: Pairing, punches: readonly Punch[]): void {
  const counted = punches.length > MAX_PUNCHES ? punches.slice(0, MAX_PUNCHES) : punches;
  for (let index = 0; index < counted.length; ) {
    const together = sameInstant(counted, index, pairing);
    for (const punch of together) pairing.read(punch);
    index += together.length;
  }
  const first = punches[MAX_PUNCHES];
  if (first !== undefined) pairing.tooMany(first);
}

function checkPositions(
  { shift }: PlannedShift,
  punches: readonly Punch[],
  anomalies: Set<Anomaly>,
  trace: Trace,
): void {
  const { geofence, shiftId } = shift;
  if (geofence === undefined) return;
  for (const { position, time } of punches.slice(0, MAX_PUNCHES)) {
    if (position === undefined) continue;
    const meters = distanceMeters(position, geofence);
    if (meters <= geofence.radiusMeters) continue;
    anomalies.add('OUTSIDE_GEOFENCE');
    trace?.push({
      rule: 'OUTSIDE_GEOFENCE',
      shiftId,
      punchTime: time,
      distanceMeters: Math.round(meters),
      radiusMeters: geofence.radiusMeters,
    });
  }
}

function judge(
  planned: PlannedShift,
  counted: CountedWork,
  alone: Status,
  isPunched: boolean,
  declared: DeclaredShift,
  trace: Trace,
): ShiftResult {
  const { shift, start, end } = planned;
  const isHoliday = alone === 'HOLIDAY';
  const status = isHoliday ? 'HOLIDAY' : statusBeside(declared, alone, isPunched);
  const lateBySeconds =
    isHoliday || declared.isAwayFirst ? 0 : lateDuration(planned, counted, trace);
  const earlyBySeconds =
    isHoliday || declared.isAwayLast ? 0 : earlyDuration(planned, counted, trace);
  const isDecided = isHoliday || (declared.status !== undefined && !isPunched);
  const { firstIn, lastOut, workedSeconds } = counted;
  const isFine = status === 'PRESENT' && earlyBySeconds === 0;
  const pending = pendingOf(planned, counted, isPunched, isDecided, isFine);
  if (trace !== undefined) traceStatus(planned, counted, isPunched, alone, status, trace);
  return {
    shiftId: shift.shiftId,
    start,
    end,
    status,
    pending,
    firstIn,
    lastOut,
    workedSeconds,
    lateBySeconds,
    earlyBySeconds,
  };
}

/** What the punches alone come to, once the shift is over. */
function statusOf(
  { shift }: PlannedShift,
  { workedSeconds }: CountedWork,
  isPunched: boolean,
): Status {
  if (!isPunched || workedSeconds < shift.absentBelowSeconds) return 'ABSENT';
  return workedSeconds < shift.halfDayBelowSeconds ? 'HALF_DAY' : 'PRESENT';
}

/**
 * The same beside what was declared. Where nobody was expected to come and nobody came, the
 * declaration is all there is to say; and the threshold for half a day is about a whole one, so
 * it does not judge the half that a declaration left open.
 */
function statusBeside(declared: DeclaredShift, alone: Status, isPunched: boolean): Status {
  if (declared.status !== undefined) return isPunched ? alone : declared.status;
  return declared.isHalf && alone === 'HALF_DAY' ? 'PRESENT' : alone;
}

function traceStatus(
  { shift }: PlannedShift,
  { workedSeconds }: CountedWork,
  isPunched: boolean,
  alone: Status,
  status: Status,
  trace: NonNullable<Trace>,
): void {
  const { shiftId } = shift;
  const isJudged = status === alone;
  if (isJudged && !isPunched && alone === 'ABSENT') trace.push({ rule: 'NOBODY_CAME', shiftId });
  if (isJudged && isPunched && alone === 'ABSENT') {
    const thresholdSeconds = shift.absentBelowSeconds;
    trace.push({ rule: 'BELOW_ABSENT', shiftId, workedSeconds, thresholdSeconds });
  }
  if (isJudged && isPunched && alone === 'HALF_DAY') {
    const thresholdSeconds = shift.halfDayBelowSeconds;
    trace.push({ rule: 'BELOW_HALF_DAY', shiftId, workedSeconds, thresholdSeconds });
  }
  trace.push({ rule: 'SHIFT_STATUS', shiftId, status, workedSeconds });
}

function lateDuration(
  { shift, start }: PlannedShift,
  { firstIn }: CountedWork,
  trace: Trace,
): number {
  const { shiftId, lateGraceSeconds: graceSeconds } = shift;
  if (firstIn === undefined || firstIn <= start + graceSeconds * 1000) return 0;
  const lateSeconds = (firstIn - start) / 1000;
  trace?.push({
    rule: 'LATE',
    shiftId,
    startTime: start,
    graceSeconds,
    arrivalTime: firstIn,
    lateSeconds,
  });
  return lateSeconds;
}

/** Nobody is early who has not departed. */
function earlyDuration(
  { shift, end }: PlannedShift,
  { lastOut, open }: CountedWork,
  trace: Trace,
): number {
  const { shiftId, earlyGraceSeconds: graceSeconds } = shift;
  if (lastOut === undefined || open !== undefined || lastOut >= end - graceSeconds * 1000) return 0;
  const earlySeconds = (end - lastOut) / 1000;
  trace?.push({
    rule: 'EARLY',
    shiftId,
    endTime: end,
    graceSeconds,
    departureTime: lastOut,
    earlySeconds,
  });
  return earlySeconds;
}

/** `isFine`: that the shift is over would change nothing. */
function pendingOf(
  { end }: PlannedShift,
  { open, lastOut }: CountedWork,
  isPunched: boolean,
  isDecided: boolean,
  isFine: boolean,
): Pending | undefined {
  if (open?.closesAt !== undefined) return { kind: 'PRESENT', at: open.closesAt };
  if (isDecided) return undefined;
  if (!isPunched) return { kind: 'NOT_SEEN', at: end };
  const isOver = lastOut !== undefined && lastOut >= end;
  return isFine || isOver ? undefined : { kind: 'LEFT', at: end };
}
