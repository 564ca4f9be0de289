// Derives a day from facts, without a clock: the same facts give the same result at any time. Must
// never read the time or anything outside its arguments. It returns a day for any punches and plan,
// in time linear in the punches of the plan's reach.

import type { Finding, Trace } from '../explain/finding.js';
import { tracePlan } from '../explain/trace-plan.js';
import {
  ANOMALIES,
  type Anomaly,
  type DayResult,
  type DayWork,
  type Declaration,
  type ExcusedTime,
  NO_WORK,
  type Session,
  type Status,
} from '../facts/day.js';
import { NO_PUNCHES, type Timeline } from '../facts/punch.js';
import { type DayPlan, type Plan, zoneOfDay } from '../roster/plan.js';
import { isOffForHoliday, overlapOf } from '../roster/planned-shift.js';
import type { Instant } from '../time/time.js';
import { ZONE_DATA_VERSION } from '../time/zone.js';
import { type Allotment, allot } from './allotment.js';
import { breakSecondsOf } from './closed-session.js';
import { AFTER_ALL, BEFORE_ALL, closingTimes, workAt } from './closing-forms.js';
import { type LeaveSpan, leaveSpans, NO_SPANS, secondsOf } from './leave-times.js';
import { stretchesNear } from './off-shift.js';
import { type DatedWork, workOnDate } from './off-shift-dates.js';
import { plannedWork } from './planned-work.js';
import { type ShiftWork, workShifts } from './shift-result.js';
import { combineHalves, combineShifts } from './shift-statuses.js';

const DAY_SECONDS = 86_400;

/** Raise it with every change of the rules. */
const RULES_VERSION = 9;

/**
 * The stamp of a stored day: the version of the rules, and of the zone data that they use. A day
 * with another stamp is derived again.
 */
export const ENGINE_VERSION = RULES_VERSION * 0x1_0000 + ZONE_DATA_VERSION;

/** Everything known about a day. */
export interface DayFacts {
  readonly declaration: Declaration | undefined;
  /** All punches of the plan's reach. Others do no harm. */
  readonly punches: Timeline;
}

export const NO_FACTS: DayFacts = { declaration: undefined, punches: NO_PUNCHES };

/**
 * Derives a day under a plan. `trace` receives the findings of every rule; if rules close sessions
 * of the day, those of its form at `tracedAt`.
 */
export function derive(
  facts: DayFacts,
  plan: Plan,
  trace?: Trace,
  tracedAt: Instant = AFTER_ALL,
): DayResult {
  const { declaration, punches } = facts;
  const beginning = trace?.length ?? 0;
  const { work, isPunched, excused } =
    plan.kind === 'NONE' ? NOT_WORKED : deriveForms(punches, plan, declaration, trace, tracedAt);
  const leaveTimes = excusedTimes(declaration, excused);
  if (declaration?.status === undefined) {
    const isDeclared = declaration !== undefined;
    return {
      // Nothing but leave by the hour is known of it.
      status: isDeclared && work.status === 'UNSCHEDULED' ? 'ON_LEAVE' : work.status,
      origin: isPunched || isDeclared ? 'DERIVED' : 'EXPECTED',
      portion: 'WHOLE_DAY',
      otherHalfStatus: undefined,
      leaveTypeId: undefined,
      otherHalfLeaveTypeId: undefined,
      leaveTimes,
      note: declaration?.note ?? '',
      work,
    };
  }
  const { status, portion, leaveTypeId, otherHalfLeaveTypeId, note } = declaration;
  // Put first, because it explains why some of the others did not apply.
  const otherwise = workAt(work, tracedAt).status;
  trace?.splice(beginning, 0, {
    rule: 'DECLARED',
    status,
    portion,
    ...kindOfLeave(leaveTypeId),
    note,
    otherwise,
  });
  const otherHalfStatus = declaration.otherHalfStatus ?? work.otherHalfStatus;
  if (otherHalfStatus !== undefined) {
    const isDeclared = declaration.otherHalfStatus !== undefined;
    trace?.push({
      rule: 'OTHER_HALF',
      status: otherHalfStatus,
      ...kindOfLeave(otherHalfLeaveTypeId),
      isDeclared,
    });
  }
  return {
    status,
    origin: 'MARKED',
    portion,
    otherHalfStatus,
    leaveTypeId,
    otherHalfLeaveTypeId,
    leaveTimes,
    note,
    work,
  };
}

interface DerivedWork {
  readonly work: DayWork;
  readonly isPunched: boolean;
  /** Leave by the hour that is excused, in all shifts. */
  readonly excused: readonly LeaveSpan[];
}

const NOT_WORKED: DerivedWork = { work: NO_WORK, isPunched: false, excused: NO_SPANS };

const NO_LEAVE_TIMES: readonly ExcusedTime[] = [];

function excusedTimes(
  declaration: Declaration | undefined,
  excused: readonly LeaveSpan[],
): readonly ExcusedTime[] {
  if (declaration === undefined || declaration.leaveTimes.length === 0) return NO_LEAVE_TIMES;
  return declaration.leaveTimes.map((leaveTime) => ({
    ...leaveTime,
    excusedSeconds: secondsOf(excused.filter((span) => span.leaveTime === leaveTime)),
  }));
}

/** A finding leaves out fields that do not apply. */
function kindOfLeave(leaveTypeId: string | undefined): { readonly leaveTypeId?: string } {
  return leaveTypeId === undefined ? {} : { leaveTypeId };
}

/** What all forms of a day are made from. */
interface Basis {
  readonly punches: Timeline;
  readonly plan: DayPlan;
  readonly declaration: Declaration | undefined;
  readonly leave: readonly LeaveSpan[];
  readonly allotment: Allotment;
}

/** The work with its forms until rules close sessions, if any do. */
function deriveForms(
  punches: Timeline,
  plan: DayPlan,
  declaration: Declaration | undefined,
  trace: Trace,
  tracedAt: Instant,
): DerivedWork {
  if (trace !== undefined) tracePlan(plan, trace);
  const leave = leaveSpans(plan, declaration);
  const basis = { punches, plan, declaration, leave, allotment: allot(plan, punches) };
  const seen = deriveWork(basis, undefined, tracedAt, trace);
  if (!seen.work.sessions.some(({ autoClose }) => autoClose !== undefined)) return seen;
  const at = (moment: Instant) => deriveWork(basis, seen.offShift, moment, undefined);
  const times = closingTimes(at(BEFORE_ALL).work);
  if (times.length === 0) return seen;
  const last = at(AFTER_ALL);
  const untilClosed = times.map((time, index) => {
    return { at: time, work: at(times[index - 1] ?? BEFORE_ALL).work };
  });
  return { ...last, work: { ...last.work, untilClosed } };
}

/**
 * The form of the work at a moment: last sessions that a rule closes later are still open. `known`
 * is the work off shift, which is the same in all forms.
 */
function deriveWork(
  { punches, plan, declaration, leave, allotment }: Basis,
  known: readonly DatedWork[] | undefined,
  moment: Instant,
  trace: Trace,
): DerivedWork & { readonly offShift: readonly DatedWork[] } {
  const place = trace?.length ?? 0;
  const shifts = workShifts(plan, punches, allotment, declaration, leave, moment, trace);
  const excused = leave.length === 0 ? NO_SPANS : shifts.flatMap((shift) => shift.excused);
  trace?.splice(place, 0, ...leave.map((span) => leaveFinding(span, excused)));
  const offShift = known ?? workOffShift(plan, punches, allotment, trace);
  const isPunched = offShift.length > 0 || shifts.some((shift) => shift.isPunched);
  const isDeclared = declaration?.status !== undefined;
  const status = statusOf(plan, shifts, offShift, isDeclared ? undefined : trace);
  const sessions = sessionsInOrder(shifts, offShift);
  const workedSeconds = sumOf(shifts.map(({ result }) => result)) + sumOf(offShift);
  const anomalies = anomaliesOf(plan, shifts, offShift, sessions, declaration, status, trace);
  const isOverADay = workedSeconds > DAY_SECONDS;
  if (isOverADay) trace?.push({ rule: 'LONGER_THAN_A_DAY', workedSeconds });
  const work: DayWork = {
    status,
    otherHalfStatus: otherHalfOf(plan, shifts, isPunched, status, declaration),
    shifts: shifts.map(({ result }) => result),
    sessions,
    firstIn: sessions.find((session) => session.in !== undefined)?.in,
    lastOut: lastOutOf(shifts, sessions),
    workedSeconds,
    uncountedSeconds: shifts.reduce((sum, shift) => sum + shift.uncountedSeconds, 0),
    onBreakSeconds: sessions.reduce((sum, { breaks }) => sum + breakSecondsOf(breaks), 0),
    plannedSeconds: plannedOn(plan),
    zone: zoneOfDay(plan).name,
    anomalies: isOverADay ? withAnomaly(anomalies, 'LONGER_THAN_A_DAY') : anomalies,
  };
  return { work, isPunched, excused, offShift };
}

function leaveFinding(
  { leaveTime, start, end }: LeaveSpan,
  excused: readonly LeaveSpan[],
): Finding {
  return {
    rule: 'LEAVE_TIME',
    startTime: start,
    endTime: end,
    ...kindOfLeave(leaveTime.leaveTypeId),
    excusedSeconds: secondsOf(excused.filter((span) => span.leaveTime === leaveTime)),
  };
}

function plannedOn({ shifts }: DayPlan): number {
  return shifts.reduce((sum, planned) => {
    if (isOffForHoliday(planned)) return sum;
    return sum + plannedWork(planned);
  }, 0);
}

function workOffShift(
  plan: DayPlan,
  punches: Timeline,
  allotment: Allotment,
  trace: Trace,
): readonly DatedWork[] {
  const dated: DatedWork[] = [];
  for (const stretch of stretchesNear(plan, punches, allotment, trace)) {
    const work = workOnDate(stretch, plan, trace);
    if (work !== undefined) dated.push(work);
  }
  return dated;
}

function sumOf(works: readonly { readonly workedSeconds: number }[]): number {
  return works.reduce((sum, { workedSeconds }) => sum + workedSeconds, 0);
}

/** Sorted by beginning. A session without an arrival is placed at its end. */
function sessionsInOrder(
  shifts: readonly ShiftWork[],
  offShift: readonly DatedWork[],
): readonly Session[] {
  const sessions: Session[] = [];
  for (const shift of shifts) sessions.push(...shift.sessions);
  for (const work of offShift) sessions.push(...work.sessions);
  if (sessions.length < 2) return sessions;
  return sessions.sort((a, b) => (a.in ?? a.out ?? 0) - (b.in ?? b.out ?? 0));
}

function lastOutOf(
  shifts: readonly ShiftWork[],
  sessions: readonly Session[],
): Instant | undefined {
  let last: Instant | undefined;
  const consider = (out: Instant | undefined): void => {
    if (out !== undefined && (last === undefined || out > last)) last = out;
  };
  for (const { result } of shifts) consider(result.lastOut);
  for (const { out } of sessions) consider(out);
  return last;
}

/** The status from the roster and the punches alone, once everything is over. */
function statusOf(
  plan: DayPlan,
  shifts: readonly ShiftWork[],
  offShift: readonly DatedWork[],
  trace: Trace,
): Status {
  if (shifts.length > 0) {
    const status = combineShifts(shifts.map(({ statusAlone }) => statusAlone));
    if (shifts.length > 1) {
      trace?.push({ rule: 'SHIFTS_COMBINED', shiftCount: shifts.length, status });
    }
    return status;
  }
  if (plan.isEmployed && plan.holiday?.portion === 'WHOLE_DAY') return 'HOLIDAY';
  if (plan.source !== undefined) return 'DAY_OFF';
  if (offShift.length === 0) return 'UNSCHEDULED';
  if (plan.isEmployed) trace?.push({ rule: 'OFF_SHIFT_PRESENT' });
  return 'PRESENT';
}

/** The status of the half that a mark left open; undefined if no half is open. */
function otherHalfOf(
  plan: DayPlan,
  shifts: readonly ShiftWork[],
  isPunched: boolean,
  status: Status,
  declaration: Declaration | undefined,
): Status | undefined {
  if (declaration?.status === undefined || declaration.portion === 'WHOLE_DAY') return undefined;
  if (declaration.otherHalfStatus !== undefined) return undefined;
  if (plan.shifts.length > 0) {
    return combineHalves(
      shifts.map(({ result }) => result.status),
      declaration.portion,
    );
  }
  return status === 'UNSCHEDULED' && !isPunched ? undefined : status;
}

function anomaliesOf(
  plan: DayPlan,
  shifts: readonly ShiftWork[],
  offShift: readonly DatedWork[],
  sessions: readonly Session[],
  declaration: Declaration | undefined,
  status: Status,
  trace: Trace,
): readonly Anomaly[] {
  const found = new Set<Anomaly>();
  for (const { anomalies } of shifts) for (const anomaly of anomalies) found.add(anomaly);
  for (const { anomalies } of offShift) for (const anomaly of anomalies) found.add(anomaly);
  if (plan.shifts.some((shift) => overlapOf(shift) !== undefined)) found.add('SHIFTS_OVERLAP');
  if (sessions.some((session) => session.in === undefined)) found.add('MISSING_IN');
  if (offShift.length > 0 && (plan.source !== undefined || !plan.isEmployed)) {
    found.add('OFF_SHIFT');
  }
  if (sessions.length > 0) {
    const flag = workedAgainst(shifts, declaration, status);
    if (flag !== undefined) {
      trace?.push({ rule: flag });
      if (flag !== 'WORKED_ON_DAY_OFF') found.add(flag);
    }
  }
  return found.size === 0 ? NO_WORK.anomalies : ANOMALIES.filter((anomaly) => found.has(anomaly));
}

function withAnomaly(anomalies: readonly Anomaly[], more: Anomaly): readonly Anomaly[] {
  return ANOMALIES.filter((anomaly) => anomaly === more || anomalies.includes(anomaly));
}

/** What kind of non-working day was worked on; undefined: none. */
function workedAgainst(
  shifts: readonly ShiftWork[],
  declaration: Declaration | undefined,
  status: Status,
): 'WORKED_ON_HOLIDAY' | 'WORKED_ON_LEAVE' | 'WORKED_ON_DAY_OFF' | undefined {
  const declared = declaration?.portion === 'WHOLE_DAY' ? declaration.status : undefined;
  if (declared === 'ON_LEAVE') return 'WORKED_ON_LEAVE';
  if (declared === 'HOLIDAY' || status === 'HOLIDAY') return 'WORKED_ON_HOLIDAY';
  const isPart = shifts.some(
    ({ statusAlone, isPunched }) => statusAlone === 'HOLIDAY' && isPunched,
  );
  if (isPart) return 'WORKED_ON_HOLIDAY';
  return status === 'DAY_OFF' ? 'WORKED_ON_DAY_OFF' : undefined;
}

/** Whether two results are equal, so that a write between them changed nothing. */
export function sameResult(a: DayResult | undefined, b: DayResult | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.status === b.status &&
    a.origin === b.origin &&
    a.portion === b.portion &&
    a.otherHalfStatus === b.otherHalfStatus &&
    a.leaveTypeId === b.leaveTypeId &&
    a.otherHalfLeaveTypeId === b.otherHalfLeaveTypeId &&
    a.note === b.note &&
    JSON.stringify(a.leaveTimes) === JSON.stringify(b.leaveTimes) &&
    sameWork(a.work, b.work)
  );
}

/** Results are built with their fields in one order, so equal values have equal texts. */
function sameWork(a: DayWork, b: DayWork): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
