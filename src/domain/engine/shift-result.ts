// How one shift went: pairs and counts its punches, and compares them with its hours and
// thresholds.

import type { Trace } from '../explain/finding.js';
import type { Anomaly, Declaration, Pending, Session, ShiftResult, Status } from '../facts/day.js';
import { declaredFor, halvesOf } from '../facts/declaration.js';
import { distanceMeters } from '../facts/geofence.js';
import { NO_PUNCHES, type Punch, type Timeline } from '../facts/punch.js';
import type { DayPlan } from '../roster/plan.js';
import {
  holidayHalf,
  isOffForHoliday,
  maxSessionSeconds,
  type PlannedShift,
} from '../roster/planned-shift.js';
import { MAX_THROUGH_SECONDS } from '../roster/shift.js';
import type { Instant } from '../time/time.js';
import type { Allotment, Passage } from './allotment.js';
import { closerOf, type SessionBounds } from './auto-close.js';
import { divisionOf, isDecisive } from './division.js';
import {
  type ExpectedTime,
  earlyDuration,
  lateDuration,
  lateFrom,
  shortDuration,
  traceHalf,
} from './expected-time.js';
import { type CountedWork, countWork } from './hours.js';
import { type LeaveSpan, workedWithin } from './leave-times.js';
import { MAX_PUNCHES, Pairing, readAll } from './pairing.js';
import { lowered, type Terms, type Thresholds, termsOf } from './shift-terms.js';

/** A shift's result and its contributions to the day. */
export interface ShiftWork {
  readonly result: ShiftResult;
  /** The status without the declaration. */
  readonly statusAlone: Status;
  readonly sessions: readonly Session[];
  readonly uncountedSeconds: number;
  readonly anomalies: ReadonlySet<Anomaly>;
  readonly isPunched: boolean;
  /** The leave by the hour that it excuses, by start. */
  readonly excused: readonly LeaveSpan[];
}

/**
 * The shifts of a date, by start. `leave` is leave by the hour, by start. Last sessions that a rule
 * closes after `moment` are still open.
 */
export function workShifts(
  plan: DayPlan,
  timeline: Timeline,
  allotment: Allotment,
  declaration: Declaration | undefined,
  leave: readonly LeaveSpan[],
  moment: Instant,
  trace: Trace,
): readonly ShiftWork[] {
  return plan.shifts.map((planned, index) => {
    const own = punchesOf(planned, allotment);
    const { shift } = planned;
    const longestMs = maxSessionSeconds(shift) * 1000;
    const closer = shift.work.autoClose && closerOf(planned, boundsOf(planned, own));
    const pairing = new Pairing(shift.work, shift.shiftId, longestMs, trace, closer);
    const { begin, end } = own;
    if (begin !== undefined) {
      pairing.workOn(planned.start, begin.isOnBreak);
      if (!plan.shifts.includes(begin.earlier)) traceThrough(begin, trace);
    }
    readAll(pairing, own.punches);
    if (trace !== undefined) traceDivision(planned, timeline, trace);
    if (end !== undefined) {
      pairing.workUntil(planned.end);
      traceThrough(end, trace);
    }
    pairing.endByRule(moment);
    const halves = halvesOf(index, plan.shifts.length);
    const half = holidayHalf(planned);
    const declared = termsOf(planned, declaredFor(declaration, halves, half), leave);
    const undeclared =
      declaration?.status === undefined
        ? declared
        : termsOf(planned, declaredFor(undefined, halves, half), leave);
    return shiftWork(planned, own, pairing, declared, undeclared, trace);
  });
}

function traceThrough({ earlier, later }: Passage, trace: Trace): void {
  const [shiftId, nextShiftId] = [earlier.shift.shiftId, later.shift.shiftId];
  trace?.push({ rule: 'WORKED_THROUGH', shiftId, nextShiftId, throughTime: earlier.end });
}

function traceDivision(planned: PlannedShift, timeline: Timeline, trace: NonNullable<Trace>): void {
  const { shift, nextShiftId, contestedAfter } = planned;
  if (contestedAfter === undefined || nextShiftId === undefined) return;
  const division = divisionOf(contestedAfter, timeline);
  if (!isDecisive(planned, division, timeline)) return;
  const { time, by } = division;
  const { shiftId } = shift;
  trace.push({ rule: 'WINDOWS_DIVIDED', shiftId, nextShiftId, dividedTime: time, by });
}

/** A shift's part of an allotment. */
interface OwnPunches {
  readonly punches: readonly Punch[];
  /** Passages in which the employee works on into it from the shift before, or into the next. */
  readonly begin: Passage | undefined;
  readonly end: Passage | undefined;
  /** The arrival of an employee who works on into it. */
  readonly arrival: Instant | undefined;
  /** The first punch of the next shift that is in this window, after this shift's own punches. */
  readonly takenOverAt: Instant | undefined;
  /** The shift of a session that covers at least half of its hours, if it has no punch itself. */
  readonly servedBy: PlannedShift | undefined;
}

function punchesOf(planned: PlannedShift, allotment: Allotment): OwnPunches {
  const { punches, shifts, passages, visits } = allotment;
  const first = shifts.indexOf(planned);
  const end = first === -1 ? 0 : shifts.lastIndexOf(planned) + 1;
  const all = first === -1 ? NO_PUNCHES : punches.slice(first, end);
  const own =
    visits.length === 0 ? all : all.filter((_, place) => shifts[first + place] === planned);
  const begin = passages.find(({ later }) => later === planned);
  return {
    punches: own,
    begin,
    arrival: begin && visits.find(({ shifts: run }) => run.includes(planned))?.start,
    end: passages.find(({ earlier }) => earlier === planned),
    takenOverAt: takenOverAt(planned, allotment, end),
    servedBy: own.length > 0 ? undefined : servedBy(planned, visits),
  };
}

/** When the next shift's punches begin after a place, if that is in this window. */
function takenOverAt(
  { window, start }: PlannedShift,
  { punches, shifts }: Allotment,
  from: number,
): Instant | undefined {
  for (let place = from; place < punches.length; place += 1) {
    const punch = punches[place];
    if (punch === undefined || punch.time > window.to) return undefined;
    if (punch.time >= start && (shifts[place]?.start ?? -Infinity) >= start) return punch.time;
  }
  return undefined;
}

function servedBy(planned: PlannedShift, visits: Allotment['visits']): PlannedShift | undefined {
  const half = (planned.end - planned.start) / 2;
  const visit = visits.find(
    ({ start, end }) => Math.min(end, planned.end) - Math.max(start, planned.start) >= half,
  );
  return visit?.shifts[0];
}

/** An employee seen after the window, or after the next shift began, may be there for longer. */
function boundsOf({ window }: PlannedShift, { arrival, takenOverAt }: OwnPunches): SessionBounds {
  const until = takenOverAt ?? window.to;
  const mostThrough = (arrival ?? Infinity) + MAX_THROUGH_SECONDS * 1000;
  const closesAt = ({ lastTime, longestMs }: Pairing, start: Instant) => {
    const latest = Math.min(lastTime > until ? Infinity : until, mostThrough);
    return Math.min(latest, start + longestMs) as Instant;
  };
  return { arrival, closesAt };
}

function shiftWork(
  planned: PlannedShift,
  own: OwnPunches,
  pairing: Pairing,
  declared: Terms,
  undeclared: Terms,
  trace: Trace,
): ShiftWork {
  const { shift, zone } = planned;
  const { punches, begin, end, servedBy: other } = own;
  if (shift.geofence !== undefined) checkPositions(planned, punches, pairing.anomalies, trace);
  checkWindow(planned, punches, pairing.anomalies, trace);
  const bounds = boundsOf(planned, own);
  const closesAt = (start: Instant) => bounds.closesAt(pairing, start);
  // Nothing was planned on its holiday, so all work counts.
  const limits = isOffForHoliday(planned) ? undefined : planned;
  const counted = countWork(pairing, shift.work, closesAt, zone, limits, trace);
  const isPunched = punches.length > 0 || begin !== undefined || end !== undefined;
  const isHoliday = isOffForHoliday(planned);
  const isServed = !isPunched && other !== undefined;
  if (isServed) {
    const [shiftId, otherShiftId] = [shift.shiftId, other.shift.shiftId];
    trace?.push({ rule: 'THERE_FOR_OTHER_SHIFT', shiftId, otherShiftId });
  }
  const isSeen = isPunched || isServed;
  const whole = lowered(shift, undeclared.excused);
  const alone = isHoliday ? 'HOLIDAY' : statusOf(whole, counted, isPunched, isServed);
  const statusAlone = isHoliday ? 'HOLIDAY' : statusBeside(counted, alone, isSeen, undeclared);
  const result = judge(planned, counted, statusAlone, isSeen, declared, trace);
  const { sessions, uncountedSeconds } = counted;
  const { anomalies } = pairing;
  const excused = isHoliday ? [] : declared.excused.spans;
  checkLeave(planned, sessions, excused, anomalies, trace);
  return { result, statusAlone, sessions, uncountedSeconds, anomalies, isPunched: isSeen, excused };
}

/** An employee who leaves and comes back within the graces did not work on leave. */
function checkLeave(
  { shift: { shiftId, lateGraceSeconds, earlyGraceSeconds } }: PlannedShift,
  sessions: readonly Session[],
  excused: readonly LeaveSpan[],
  anomalies: Set<Anomaly>,
  trace: Trace,
): void {
  for (const { start, end } of excused) {
    const workedSeconds = workedWithin({ start, end }, sessions);
    if (workedSeconds <= lateGraceSeconds + earlyGraceSeconds) continue;
    anomalies.add('WORKED_ON_LEAVE');
    trace?.push({
      rule: 'WORKED_IN_LEAVE_TIME',
      shiftId,
      startTime: start,
      endTime: end,
      workedSeconds,
    });
  }
}

/** Reports punches outside the shift's window that belong to its sessions all the same. */
function checkWindow(
  { shift: { shiftId }, window }: PlannedShift,
  punches: readonly Punch[],
  anomalies: Set<Anomaly>,
  trace: Trace,
): void {
  const [first, last] = [punches[0]?.time, punches.at(-1)?.time];
  if (first !== undefined && first < window.from) {
    anomalies.add('ARRIVED_BEFORE_WINDOW');
    const [punchTime, windowTime] = [first, window.from];
    trace?.push({ rule: 'ARRIVED_BEFORE_WINDOW', shiftId, punchTime, windowTime });
  }
  if (last !== undefined && last > window.to) {
    anomalies.add('LEFT_AFTER_WINDOW');
    const [punchTime, windowTime] = [last, window.to];
    trace?.push({ rule: 'LEFT_AFTER_WINDOW', shiftId, punchTime, windowTime });
  }
}

function checkPositions(
  { shift }: PlannedShift,
  punches: readonly Punch[],
  anomalies: Set<Anomaly>,
  trace: Trace,
): void {
  const { geofence, shiftId } = shift;
  if (geofence === undefined) return;
  for (const { position, accuracyMeters = 0, time } of punches.slice(0, MAX_PUNCHES)) {
    if (position === undefined) continue;
    const meters = distanceMeters(position, geofence);
    // A position that may be within the fence, given its accuracy, is not evidence against it.
    if (meters - accuracyMeters <= geofence.radiusMeters) continue;
    anomalies.add('OUTSIDE_GEOFENCE');
    trace?.push({
      rule: 'OUTSIDE_GEOFENCE',
      shiftId,
      punchTime: time,
      distanceMeters: Math.round(meters),
      accuracyMeters,
      radiusMeters: geofence.radiusMeters,
    });
  }
}

function judge(
  planned: PlannedShift,
  counted: CountedWork,
  alone: Status,
  isPunched: boolean,
  terms: Terms,
  trace: Trace,
): ShiftResult {
  const { shift, start, end } = planned;
  const { declared, thresholds } = terms;
  const isHoliday = alone === 'HOLIDAY';
  const status = isHoliday ? 'HOLIDAY' : statusBeside(counted, alone, isPunched, terms);
  const expected = isHoliday ? undefined : terms.expected;
  if (expected !== undefined) traceHalf(planned, declared, expected, trace);
  const lateBySeconds = expected ? lateDuration(planned, expected, counted, trace) : 0;
  const earlyBySeconds = expected ? earlyDuration(planned, expected, counted, trace) : 0;
  const shortBySeconds = expected ? shortDuration(planned, expected, counted, trace) : 0;
  const isDecided = isHoliday || (declared.status !== undefined && !isPunched);
  const { firstIn, lastOut, workedSeconds } = counted;
  const isFine = status === 'PRESENT' && earlyBySeconds === 0 && shortBySeconds === 0;
  const time = expected ?? planned;
  const lateAt = expected && lateFrom(planned, expected);
  const pending = pendingOf(time, counted, isPunched, isDecided, isFine, lateAt);
  if (trace !== undefined) {
    const isJudged = status === alone || declared.isHalf;
    traceStatus(planned, thresholds, counted, isPunched, isJudged, status, trace);
  }
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
    shortBySeconds,
  };
}

/** The status from the punches alone, once the shift is over. */
function statusOf(
  { absentBelowSeconds, halfDayBelowSeconds }: Thresholds,
  { workedSeconds }: CountedWork,
  isPunched: boolean,
  isServed: boolean,
): Status {
  if (isServed) return 'PRESENT';
  if (!isPunched || workedSeconds < absentBelowSeconds) return 'ABSENT';
  return workedSeconds < halfDayBelowSeconds ? 'HALF_DAY' : 'PRESENT';
}

/**
 * The status beside what was declared. If the employee was not expected and did not come, only the
 * declaration counts.
 */
function statusBeside(
  { workedSeconds, sessions }: CountedWork,
  alone: Status,
  isPunched: boolean,
  { declared, thresholds: { absentBelowSeconds } }: Terms,
): Status {
  if (declared.status !== undefined) return isPunched ? alone : declared.status;
  if (!declared.isHalf || !isPunched || sessions.length === 0) return alone;
  return workedSeconds < absentBelowSeconds ? 'ABSENT' : 'PRESENT';
}

function traceStatus(
  { shift }: PlannedShift,
  thresholds: Thresholds,
  { workedSeconds }: CountedWork,
  isPunched: boolean,
  isJudged: boolean,
  status: Status,
  trace: NonNullable<Trace>,
): void {
  const { shiftId } = shift;
  if (isJudged && !isPunched && status === 'ABSENT') trace.push({ rule: 'NOBODY_CAME', shiftId });
  if (isJudged && isPunched && status === 'ABSENT') {
    const thresholdSeconds = thresholds.absentBelowSeconds;
    trace.push({ rule: 'BELOW_ABSENT', shiftId, workedSeconds, thresholdSeconds });
  }
  if (isJudged && isPunched && status === 'HALF_DAY') {
    const thresholdSeconds = thresholds.halfDayBelowSeconds;
    trace.push({ rule: 'BELOW_HALF_DAY', shiftId, workedSeconds, thresholdSeconds });
  }
  trace.push({ rule: 'SHIFT_STATUS', shiftId, status, workedSeconds });
}

/** `isFine`: the end of the shift would change nothing. */
function pendingOf(
  { end }: Pick<ExpectedTime, 'end'>,
  { open, lastOut }: CountedWork,
  isPunched: boolean,
  isDecided: boolean,
  isFine: boolean,
  lateAt: Instant | undefined,
): Pending | undefined {
  if (open?.closesAt !== undefined) {
    return { kind: 'PRESENT', at: open.closesAt, lateAt: undefined };
  }
  if (isDecided) return undefined;
  if (!isPunched) return { kind: 'NOT_SEEN', at: end, lateAt };
  const isOver = lastOut !== undefined && lastOut >= end;
  return isFine || isOver ? undefined : { kind: 'LEFT', at: end, lateAt: undefined };
}
