// The types of a day. `DayResult` is the result of the facts, without a clock: it is stored, cached
// and put in the feed. `Attendance` is what a caller sees: a result plus what the clock adds.

import type { LocalDate } from '../time/local-date.js';
import type { Instant, RecordTime } from '../time/time.js';
import type { EmployeeId } from './employee-id.js';

/** All statuses. In the order of the contract; the numbers are stored. */
export const STATUSES = [
  'PRESENT',
  'ABSENT',
  'HALF_DAY',
  'ON_LEAVE',
  'REMOTE',
  'HOLIDAY',
  'DAY_OFF',
  'SCHEDULED',
  'UNSCHEDULED',
] as const;
export type Status = (typeof STATUSES)[number];

/** The statuses that can be declared. The other two are derived. */
export type MarkableStatus = Exclude<Status, 'SCHEDULED' | 'UNSCHEDULED'>;

export function isMarkable(status: Status): status is MarkableStatus {
  return status !== 'SCHEDULED' && status !== 'UNSCHEDULED';
}

export const PORTIONS = ['WHOLE_DAY', 'FIRST_HALF', 'SECOND_HALF'] as const;
export type Portion = (typeof PORTIONS)[number];

/** How a day's status is known: declared, from punches, or from the roster alone. */
export const ORIGINS = ['MARKED', 'DERIVED', 'EXPECTED'] as const;
export type Origin = (typeof ORIGINS)[number];

/**
 * What a person should check before payroll. In the order of the contract; the numbers are stored.
 */
export const ANOMALIES = [
  'MISSING_IN',
  'MISSING_OUT',
  'LATE_IN',
  'EARLY_OUT',
  'DUPLICATE_PUNCH',
  'OFF_SHIFT',
  'WORKED_ON_HOLIDAY',
  'OUTSIDE_GEOFENCE',
  'CLOCK_SKEW',
  'EVENT_ID_CONFLICT',
  'MISSING_BREAK_START',
  'MISSING_BREAK_END',
  'TOO_MANY_PUNCHES',
  'WORKED_ON_LEAVE',
  'SHIFTS_OVERLAP',
  'ARRIVED_BEFORE_WINDOW',
  'LEFT_AFTER_WINDOW',
  'NOT_YET_IN',
  'LONGER_THAN_A_DAY',
  'BREAK_TOO_LONG',
  'BELOW_TARGET',
  'AUTO_CLOSED',
] as const;
export type Anomaly = (typeof ANOMALIES)[number];

/** A half-open time of a date by the clock, in seconds from midnight, in the zone of the day. */
export interface ClockRange {
  /** From 0 to 86,399. */
  readonly startSecond: number;
  /** After the start, by less than a day. From 86,400 on it is on the next date. */
  readonly endSecond: number;
}

/** Leave by the hour. */
export interface LeaveTime extends ClockRange {
  /** The leave type; undefined: none. */
  readonly leaveTypeId: string | undefined;
}

/** A leave time, with how much of the planned hours it excuses. */
export interface ExcusedTime extends LeaveTime {
  readonly excusedSeconds: number;
}

/** The declaration of a day: its marks folded. The latest mark of each part of the day counts. */
export interface Declaration {
  /** Undefined if only leave by the hour was declared. */
  readonly status: MarkableStatus | undefined;
  readonly portion: Portion;
  /** The standing mark of the other half; undefined for a whole day, or if there is none. */
  readonly otherHalfStatus: MarkableStatus | undefined;
  /** The leave type of `status`, and that of the other half; undefined: none. */
  readonly leaveTypeId: string | undefined;
  readonly otherHalfLeaveTypeId: string | undefined;
  /** Sorted by start, without overlaps. */
  readonly leaveTimes: readonly LeaveTime[];
  /** The note of the latest mark; empty if it had none. */
  readonly note: string;
}

/** A break punched within a session. */
export interface Break {
  readonly start: Instant;
  /** Undefined while the break lasts, or if its end is missing. */
  readonly end: Instant | undefined;
  /** The type of break under the rules of its shift; absent: none. */
  readonly typeId?: string;
}

/** The closing of a session by a rule (auto-close.ts). */
export interface AutoClosing {
  /** The closing instant; `out` of the session once it has passed. */
  readonly at: Instant;
  /** When the session would close without the rule. Until then a departure can still end it. */
  readonly closesAt: Instant;
}

/** One presence, half-open, in whole seconds. */
export interface Session {
  /** Undefined if only the departure is known. */
  readonly in: Instant | undefined;
  /** Undefined if the departure is not known (yet). */
  readonly out: Instant | undefined;
  /** The shift that it counts for; undefined: off shift. */
  readonly shiftId: string | undefined;
  /** Its exact length without its breaks; 0 if an end is missing. */
  readonly workedSeconds: number;
  readonly breaks: readonly Break[];
  /** For a session without `out`: when the session closes, so that the departure is missing. */
  readonly closesAt: Instant | undefined;
  /** Absent if no rule closes it. */
  readonly autoClose?: AutoClosing;
}

/**
 * What is still open about a shift: the employee has not come yet, is there, or left before the end
 * and may come back. The verdict is open until `at`.
 */
export interface Pending {
  readonly kind: 'NOT_SEEN' | 'PRESENT' | 'LEFT';
  readonly at: Instant;
  /**
   * When an employee who has not come becomes late; undefined in other cases, or without lateness.
   */
  readonly lateAt: Instant | undefined;
}

/** The result of one shift of a day, once everything about it is over. */
export interface ShiftResult {
  readonly shiftId: string;
  readonly start: Instant;
  readonly end: Instant;
  readonly status: Status;
  /** Undefined if the clock has nothing to add. */
  readonly pending: Pending | undefined;
  readonly firstIn: Instant | undefined;
  readonly lastOut: Instant | undefined;
  /** After the shift's rules for breaks and rounding. */
  readonly workedSeconds: number;
  /** From the start to the first arrival; 0 if within the grace or not checked. */
  readonly lateBySeconds: number;
  /** From the last departure to the end; 0 if within the grace or not checked. */
  readonly earlyBySeconds: number;
  /** The missing part of the target of flexible hours; 0 if within the grace or not checked. */
  readonly shortBySeconds: number;
}

/** What a day's punches, or their absence, come to under its plan. */
export interface DayWork {
  /** The status without the declaration. */
  readonly status: Status;
  /** The status of the half that a mark for the other half left open; undefined: no such half. */
  readonly otherHalfStatus: Status | undefined;
  /** Sorted by start. */
  readonly shifts: readonly ShiftResult[];
  /** Sorted by beginning, without overlaps. */
  readonly sessions: readonly Session[];
  readonly firstIn: Instant | undefined;
  readonly lastOut: Instant | undefined;
  /** After all rules. */
  readonly workedSeconds: number;
  /** Work that does not count under the rules of its shift. */
  readonly uncountedSeconds: number;
  /** Punched breaks with both ends known. */
  readonly onBreakSeconds: number;
  /** The scheduled time, less the breaks that its rules require; 0 on a holiday. */
  readonly plannedSeconds: number;
  /** The IANA name of the day's zone: that of its shifts, else the employee's; '' without a plan. */
  readonly zone: string;
  /** Those that do not depend on the clock, each once, in the order of the contract. */
  readonly anomalies: readonly Anomaly[];
  /**
   * The same before rules close its sessions: the first item that is not over counts. By time;
   * absent if no rule closes one.
   */
  readonly untilClosed?: readonly WorkUntil[];
}

/** A day's work until a session of it closes by a rule. */
export interface WorkUntil {
  /** It counts before this. */
  readonly at: Instant;
  readonly work: Omit<DayWork, 'untilClosed'>;
}

/** The tz database has about 600 names. */
const MAX_ZONES = 1000;

/** The work of a day without plan and punches, in any zone. */
export const NO_WORK: DayWork = {
  status: 'UNSCHEDULED',
  otherHalfStatus: undefined,
  shifts: [],
  sessions: [],
  firstIn: undefined,
  lastOut: undefined,
  workedSeconds: 0,
  uncountedSeconds: 0,
  onBreakSeconds: 0,
  plannedSeconds: 0,
  zone: '',
  anomalies: [],
};

/** One object for each zone, because most stored days have only marks. */
const nothing = new Map<string, DayWork>([['', NO_WORK]]);

/** The work of a day without plan and punches in a zone. */
export function noWorkIn(zone: string): DayWork {
  const known = nothing.get(zone);
  if (known !== undefined) return known;
  const work = { ...NO_WORK, zone };
  if (nothing.size < MAX_ZONES) nothing.set(zone, work);
  return work;
}

export function isNoWork(work: DayWork): boolean {
  return (
    work.status === 'UNSCHEDULED' &&
    work.otherHalfStatus === undefined &&
    work.shifts.length === 0 &&
    work.sessions.length === 0 &&
    work.workedSeconds === 0 &&
    work.anomalies.length === 0
  );
}

/**
 * What the facts say about a day, without a clock: as after every verdict. A stored day without a
 * result has no standing fact; it is derived from the plan when read.
 */
export interface DayResult {
  readonly status: Status;
  readonly origin: Origin;
  readonly portion: Portion;
  readonly otherHalfStatus: Status | undefined;
  /** Declared with the status, and with the other half; undefined: none. */
  readonly leaveTypeId: string | undefined;
  readonly otherHalfLeaveTypeId: string | undefined;
  /** Sorted by start. They do not affect the status. */
  readonly leaveTimes: readonly ExcusedTime[];
  readonly note: string;
  readonly work: DayWork;
}

/** A stored day: its result and its revision. */
export interface StoredDay {
  readonly date: LocalDate;
  /** Undefined if no fact stands any more. The row stays for its revision. */
  readonly result: DayResult | undefined;
  /** The ENGINE_VERSION that last wrote it. If it is another one, do not trust the rest. */
  readonly engineVersion: number;
  /** 1 for the first change, rising without a gap. */
  readonly revision: number;
  readonly recordedAt: RecordTime;
}

/** The result of one shift at a moment. */
export type ShiftAttendance = Omit<ShiftResult, 'pending'>;

/** A day as a caller sees it at a moment. */
export interface Attendance {
  readonly employeeId: EmployeeId;
  /** Empty if nobody ever gave one. */
  readonly employeeName: string;
  readonly date: LocalDate;
  /** The IANA name of the zone in which to show times; empty if the roster has none. */
  readonly timeZone: string;
  readonly status: Status;
  /** Undefined if nothing is known: UNSCHEDULED. */
  readonly origin: Origin | undefined;
  readonly portion: Portion;
  readonly otherHalfStatus: Status | undefined;
  readonly leaveTypeId: string | undefined;
  readonly otherHalfLeaveTypeId: string | undefined;
  /** Sorted by start. */
  readonly leaveTimes: readonly ExcusedTime[];
  readonly note: string;
  /** Sorted by start. */
  readonly shifts: readonly ShiftAttendance[];
  /** Sorted by beginning, without overlaps. */
  readonly sessions: readonly Session[];
  readonly firstIn: Instant | undefined;
  readonly lastOut: Instant | undefined;
  readonly workedSeconds: number;
  readonly uncountedSeconds: number;
  readonly onBreakSeconds: number;
  readonly plannedSeconds: number;
  /** The sum of its shifts. */
  readonly lateBySeconds: number;
  /** The sum of its shifts. */
  readonly earlyBySeconds: number;
  /** The sum of its shifts. */
  readonly shortBySeconds: number;
  /** Each once, in the order of the contract. */
  readonly anomalies: readonly Anomaly[];
  /** Whether the clock alone can no longer change the day. */
  readonly final: boolean;
  /** When the clock changes the day next; undefined: never. */
  readonly nextTransitionTime: Instant | undefined;
  /** Undefined for a day never stored. */
  readonly updateTime: RecordTime | undefined;
  /** 0 for a day never stored. */
  readonly revision: number;
}

/**
 * The etag (AIP-154) of a day at a revision, `"0"` for a day never stored; or of a part of the
 * roster at its last change, `"0"` without one. Includes the quotes.
 */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}
