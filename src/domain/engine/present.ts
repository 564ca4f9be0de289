// Adds to a day what the clock says, on every read: whether the employee is still expected or still
// there, and when that changes by itself. Pure: the moment is an argument.

import type { Finding, Trace } from '../explain/finding.js';
import {
  ANOMALIES,
  type Anomaly,
  type Attendance,
  type DayResult,
  type DayWork,
  noWorkIn,
  type ShiftAttendance,
  type ShiftResult,
  type Status,
} from '../facts/day.js';
import type { EmployeeId } from '../facts/employee-id.js';
import { NO_PLAN } from '../roster/plan.js';
import type { LocalDate } from '../time/local-date.js';
import type { Instant } from '../time/time.js';
import { AFTER_ALL, BEFORE_ALL, resultAt } from './closing-forms.js';
import type { KnownDay } from './day-under-plan.js';
import { derive, NO_FACTS } from './derive.js';
import { combineHalves, combineShifts } from './shift-statuses.js';

/** The employee and date of a day. */
export interface DaySubject {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly date: LocalDate;
}

/** The result of a day without plan and facts. */
const UNKNOWN: DayResult = derive(NO_FACTS, NO_PLAN);

/** The same in a zone. */
export function unplannedIn(zone: string): DayResult {
  return { ...UNKNOWN, work: noWorkIn(zone) };
}

/** The input of a presentation: a result with its revision. */
export type PresentableDay = Omit<KnownDay, 'date'>;

/** A day as a caller sees it at `now`. `known` is undefined if nothing is stored or expected. */
export function present(
  subject: DaySubject,
  known: PresentableDay | undefined,
  now: Instant,
): Attendance {
  return presentAs(subject, known?.result ?? UNKNOWN, now, known);
}

/**
 * When the day becomes final: the clock alone changes it no more. Undefined: it never changes it.
 */
export function settlesAt({ work }: DayResult): Instant | undefined {
  let last = work.untilClosed?.at(-1)?.at;
  const consider = (at: Instant | undefined): void => {
    if (at !== undefined && (last === undefined || at > last)) last = at;
  };
  for (const { pending } of work.shifts) consider(pending?.at);
  for (const { closesAt } of work.sessions) consider(closesAt);
  return last;
}

/** All moments at which the clock changes the day, in order, each once. */
export function transitionsOf({ work }: DayResult): readonly Instant[] {
  const all = new Set<Instant>();
  let from = BEFORE_ALL;
  for (const form of work.untilClosed ?? []) {
    addTransitions(all, form.work, from, form.at);
    all.add(form.at);
    from = form.at;
  }
  addTransitions(all, work, from, AFTER_ALL);
  return [...all].sort((a, b) => a - b);
}

/** Adds those of one form of the day, which counts after `from` and until `until`. */
function addTransitions(
  all: Set<Instant>,
  { shifts, sessions }: Pick<DayWork, 'shifts' | 'sessions'>,
  from: Instant,
  until: Instant,
): void {
  const add = (at: Instant | undefined): void => {
    if (at !== undefined && at > from && at <= until) all.add(at);
  };
  for (const { pending } of shifts) {
    add(pending?.lateAt);
    add(pending?.at);
  }
  for (const { closesAt } of sessions) add(closesAt);
}

/**
 * The same for a result that was never stored. Changes the `trace` of its derivation, traced at
 * `now`, into what is known then.
 */
export function presentResult(
  subject: DaySubject,
  result: DayResult,
  now: Instant,
  trace?: Trace,
): Attendance {
  if (trace !== undefined) trace.splice(0, trace.length, ...findingsAt(trace, result, now));
  return presentAs(subject, result, now, undefined);
}

/** Written field by field, this takes half a microsecond; with object spreads it took forty. */
function presentAs(
  { employeeId, employeeName, date }: DaySubject,
  whole: DayResult,
  now: Instant,
  stored: PresentableDay | undefined,
): Attendance {
  const result = resultAt(whole, now);
  const closings = whole.work.untilClosed;
  const { work } = result;
  const status = statusAt(result, now);
  const nextTransitionTime = nextTransition(work, closings, now);
  return {
    employeeId,
    employeeName,
    date,
    timeZone: work.zone,
    status,
    origin: status === 'UNSCHEDULED' ? undefined : result.origin,
    portion: result.portion,
    otherHalfStatus: otherHalfAt(result, now),
    leaveTypeId: result.leaveTypeId,
    otherHalfLeaveTypeId: result.otherHalfLeaveTypeId,
    leaveTimes: result.leaveTimes,
    note: result.note,
    shifts: work.shifts.map((shift) => shiftAt(shift, now)),
    sessions: work.sessions,
    firstIn: work.firstIn,
    lastOut: work.lastOut,
    workedSeconds: work.workedSeconds,
    uncountedSeconds: work.uncountedSeconds,
    onBreakSeconds: work.onBreakSeconds,
    plannedSeconds: work.plannedSeconds,
    lateBySeconds: work.shifts.reduce((sum, { lateBySeconds }) => sum + lateBySeconds, 0),
    earlyBySeconds: work.shifts.reduce((sum, shift) => sum + earlyByAt(shift, now), 0),
    shortBySeconds: work.shifts.reduce((sum, shift) => sum + shortByAt(shift, now), 0),
    anomalies: anomaliesAt(result, now),
    final: nextTransitionTime === undefined,
    nextTransitionTime,
    updateTime: stored?.recordedAt,
    revision: stored?.revision ?? 0,
  };
}

function isPending({ pending }: ShiftResult, now: Instant): boolean {
  return pending !== undefined && now < pending.at;
}

/** An employee who was there counts as present until the verdict. */
function shiftStatusAt(shift: ShiftResult, now: Instant): Status {
  if (!isPending(shift, now) || shift.status === 'HOLIDAY') return shift.status;
  return shift.pending?.kind === 'NOT_SEEN' ? 'SCHEDULED' : 'PRESENT';
}

/** Whether the employee should have come by now and still may. */
function isNotYetIn(shift: ShiftResult, now: Instant): boolean {
  return isPending(shift, now) && now >= (shift.pending?.lateAt ?? Infinity);
}

function earlyByAt(shift: ShiftResult, now: Instant): number {
  return isPending(shift, now) ? 0 : shift.earlyBySeconds;
}

function shortByAt(shift: ShiftResult, now: Instant): number {
  return isPending(shift, now) ? 0 : shift.shortBySeconds;
}

function shiftAt(shift: ShiftResult, now: Instant): ShiftAttendance {
  const { shiftId, start, end, firstIn, lastOut, workedSeconds, lateBySeconds } = shift;
  return {
    shiftId,
    start,
    end,
    status: shiftStatusAt(shift, now),
    firstIn,
    lastOut,
    workedSeconds,
    lateBySeconds,
    earlyBySeconds: earlyByAt(shift, now),
    shortBySeconds: shortByAt(shift, now),
  };
}

function statusAt({ status, origin, work }: DayResult, now: Instant): Status {
  if (origin === 'MARKED' || work.shifts.length === 0) return status;
  return combineShifts(work.shifts.map((shift) => shiftStatusAt(shift, now)));
}

function otherHalfAt(result: DayResult, now: Instant): Status | undefined {
  const { otherHalfStatus, portion, work } = result;
  if (work.otherHalfStatus === undefined || work.shifts.length === 0) return otherHalfStatus;
  const statuses = work.shifts.map((shift) => shiftStatusAt(shift, now));
  return combineHalves(statuses, portion);
}

/** The anomalies of a day once it is final. */
export function settledAnomalies(result: DayResult): readonly Anomaly[] {
  return anomaliesAt(result, Infinity as Instant);
}

function anomaliesAt({ work }: DayResult, now: Instant): readonly Anomaly[] {
  const { shifts, sessions, anomalies } = work;
  const added = new Set<Anomaly>();
  if (shifts.some(({ lateBySeconds }) => lateBySeconds > 0)) added.add('LATE_IN');
  if (shifts.some((shift) => earlyByAt(shift, now) > 0)) added.add('EARLY_OUT');
  if (shifts.some((shift) => shortByAt(shift, now) > 0)) added.add('BELOW_TARGET');
  if (sessions.some(({ closesAt }) => closesAt !== undefined && closesAt <= now)) {
    added.add('MISSING_OUT');
  }
  if (shifts.some((shift) => isNotYetIn(shift, now))) added.add('NOT_YET_IN');
  if (added.size === 0) return anomalies;
  return ANOMALIES.filter((anomaly) => added.has(anomaly) || anomalies.includes(anomaly));
}

/**
 * The next instant at which a verdict is due, the employee becomes late or a rule closes a session.
 */
function nextTransition(
  { shifts, sessions }: DayWork,
  closings: DayWork['untilClosed'],
  now: Instant,
): Instant | undefined {
  let next: Instant | undefined;
  const consider = (at: Instant | undefined): void => {
    if (at !== undefined && at > now && (next === undefined || at < next)) next = at;
  };
  for (const { pending } of shifts) {
    consider(pending?.lateAt);
    consider(pending?.at);
  }
  for (const { closesAt } of sessions) consider(closesAt);
  if (closings !== undefined) for (const { at } of closings) consider(at);
  return next;
}

/** Verdicts on a shift, which must not be reported before it is over. */
const VERDICTS: ReadonlySet<Finding['rule']> = new Set([
  'NOBODY_CAME',
  'EARLY',
  'BELOW_ABSENT',
  'BELOW_HALF_DAY',
  'BELOW_TARGET',
  'SHIFT_STATUS',
]);

/** The findings at `now`: with open questions in place of verdicts to come. */
function findingsAt(findings: readonly Finding[], whole: DayResult, now: Instant): Finding[] {
  const result = resultAt(whole, now);
  const { work } = result;
  const pending = work.shifts.filter((shift) => isPending(shift, now));
  const known = findings.flatMap((finding): Finding[] => {
    if (finding.rule === 'NO_DEPARTURE' && now < finding.untilTime) {
      const { shiftId, inTime, untilTime } = finding;
      return [{ rule: 'STILL_THERE', shiftId, inTime, untilTime }];
    }
    if (finding.rule === 'AUTO_CLOSED' && now < finding.closeTime) {
      return [{ ...finding, rule: 'AUTO_CLOSES' }];
    }
    if (finding.rule === 'SHIFTS_COMBINED') {
      const status = combineShifts(work.shifts.map((shift) => shiftStatusAt(shift, now)));
      return [{ ...finding, status }];
    }
    // A day's status without its mark is not known before the day is over.
    if (finding.rule === 'DECLARED' && work.shifts.some(({ end }) => now < end)) {
      return [{ ...finding, otherwise: undefined }];
    }
    if (finding.rule === 'OTHER_HALF') {
      return [{ ...finding, status: otherHalfAt(result, now) ?? finding.status }];
    }
    const isOpen =
      VERDICTS.has(finding.rule) &&
      'shiftId' in finding &&
      pending.some(({ shiftId }) => shiftId === finding.shiftId);
    return isOpen ? [] : [finding];
  });
  return [...known, ...pending.flatMap((shift) => pendingFindings(shift, now))];
}

function pendingFindings(shift: ShiftResult, now: Instant): Finding[] {
  const { shiftId, pending } = shift;
  if (pending === undefined) return [];
  const untilTime = pending.at;
  switch (pending.kind) {
    case 'NOT_SEEN':
      return [
        ...(isNotYetIn(shift, now) ? [notYetIn(shift)] : []),
        { rule: 'NOT_SEEN_YET', shiftId, untilTime },
      ];
    case 'LEFT':
      return [{ rule: 'MAY_COME_BACK', shiftId, untilTime }];
    case 'PRESENT':
      return [];
  }
}

function notYetIn({ shiftId, start, pending }: ShiftResult): Finding {
  return { rule: 'NOT_YET_IN', shiftId, startTime: start, lateTime: pending?.lateAt ?? start };
}
