// The words of a day. `DayResult` is what the facts say, timeless: it is stored, cached and put on
// the feed. `Attendance` is what a caller sees: a result plus what the clock adds.

import type { LocalDate } from '../time/local-date.js';
import type { Instant, RecordTime } from '../time/time.js';
import type { EmployeeId } from './employee-id.js';

/** Every status there is. The order is the contract's; its numbers are stored. */
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

/** The statuses a person may declare; the other two are computed. */
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
 * What a person should look at before a day goes to payroll. The order is the contract's; its
 * numbers are stored.
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
] as const;
export type Anomaly = (typeof ANOMALIES)[number];

/** A time of a date by the clock, half-open: seconds from midnight, in the zone of the day. */
export interface ClockRange {
  /** From 0 to 86,399. */
  readonly startSecond: number;
  /** After it, by less than a day: from 86,400 on it is the next date's. */
  readonly endSecond: number;
}

/** Leave by the hour. */
export interface LeaveTime extends ClockRange {
  /** The kind of leave; undefined: none. */
  readonly leaveTypeId: string | undefined;
}

/** The same, and how much of the planned hours it excuses. */
export interface ExcusedTime extends LeaveTime {
  readonly excusedSeconds: number;
}

/** What somebody declared for a day, folded from its marks: the latest rules, per part of the day. */
export interface Declaration {
  /** Undefined where nothing but leave by the hour was declared. */
  readonly status: MarkableStatus | undefined;
  readonly portion: Portion;
  /** The other half's standing mark; undefined for a whole day, or when nothing stands. */
  readonly otherHalfStatus: MarkableStatus | undefined;
  /** The kind of leave that `status` came with, and that of the other half; undefined: none. */
  readonly leaveTypeId: string | undefined;
  readonly otherHalfLeaveTypeId: string | undefined;
  /** By start; they do not overlap. */
  readonly leaveTimes: readonly LeaveTime[];
  /** What came with the latest mark; empty when nothing did. */
  readonly note: string;
}

/** A break punched within a session. */
export interface Break {
  readonly start: Instant;
  /** Undefined while it lasts, or when its end is missing. */
  readonly end: Instant | undefined;
  /** The type of break that it is by the rules of its shift; absent: none. */
  readonly typeId?: string;
}

/** One time of presence, half-open, in whole seconds. */
export interface Session {
  /** Undefined when only the departure is known. */
  readonly in: Instant | undefined;
  /** Undefined when the departure is not known (yet). */
  readonly out: Instant | undefined;
  /** The shift it counts for; undefined: off shift. */
  readonly shiftId: string | undefined;
  /** Its length without its breaks, exactly; 0 when an end is missing. */
  readonly workedSeconds: number;
  readonly breaks: readonly Break[];
  /** Of a session without `out`: from when on the departure is missing. */
  readonly closesAt: Instant | undefined;
}

/**
 * What the clock still has to say about a shift: nobody came yet; somebody is there; somebody
 * left before the end and may come back. Until `at` the verdict is open.
 */
export interface Pending {
  readonly kind: 'NOT_SEEN' | 'PRESENT' | 'LEFT';
  readonly at: Instant;
  /** From when on whoever did not come is late; undefined for others, or where nobody can be late. */
  readonly lateAt: Instant | undefined;
}

/** How one shift of a day went, once everything about it is over. */
export interface ShiftResult {
  readonly shiftId: string;
  readonly start: Instant;
  readonly end: Instant;
  readonly status: Status;
  /** Undefined when the clock has nothing to add. */
  readonly pending: Pending | undefined;
  readonly firstIn: Instant | undefined;
  readonly lastOut: Instant | undefined;
  /** After the shift's rules: breaks, rounding. */
  readonly workedSeconds: number;
  /** From the start to the first arrival; 0 when within the grace or not looked at. */
  readonly lateBySeconds: number;
  /** From the last departure to the end; 0 when within the grace or not looked at. */
  readonly earlyBySeconds: number;
  /** What is missing of the target of flexible hours; 0 when within the grace or not looked at. */
  readonly shortBySeconds: number;
}

/** What a day's punches, or the lack of them, come to under its plan. */
export interface DayWork {
  /** What they alone come to, whatever was declared. */
  readonly status: Status;
  /** Of a half that was left to them by a mark for the other half; undefined: no such half. */
  readonly otherHalfStatus: Status | undefined;
  /** By start. */
  readonly shifts: readonly ShiftResult[];
  /** By beginning; they never overlap. */
  readonly sessions: readonly Session[];
  readonly firstIn: Instant | undefined;
  readonly lastOut: Instant | undefined;
  /** After all rules. */
  readonly workedSeconds: number;
  /** What does not count by the rules of its shift. */
  readonly uncountedSeconds: number;
  /** Breaks punched, as far as both ends are known. */
  readonly onBreakSeconds: number;
  /** What was scheduled, less the breaks that its rules require; nothing of it on a holiday. */
  readonly plannedSeconds: number;
  /** The IANA name of the day's zone: that of its shifts, else the employee's; '' without a plan. */
  readonly zone: string;
  /** Those that no clock decides, each once, in the contract's order. */
  readonly anomalies: readonly Anomaly[];
}

/** The tz database has some 600 names. */
const MAX_ZONES = 1000;

/** The work of a day of which nothing is planned and nothing was punched, wherever it is. */
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

/** One of each zone: most days that are stored are marks alone. */
const nothing = new Map<string, DayWork>([['', NO_WORK]]);

/** The work of a day in a zone of which nothing is planned and nothing was punched. */
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
 * What the facts say about a day, without a clock: as it will be once every verdict fell. A
 * stored day without one has no fact that stands: it is computed from the plan when read.
 */
export interface DayResult {
  readonly status: Status;
  readonly origin: Origin;
  readonly portion: Portion;
  readonly otherHalfStatus: Status | undefined;
  /** Declared with the status, and with the other half; undefined: none. */
  readonly leaveTypeId: string | undefined;
  readonly otherHalfLeaveTypeId: string | undefined;
  /** By start; declared beside whatever decides the status. */
  readonly leaveTimes: readonly ExcusedTime[];
  readonly note: string;
  readonly work: DayWork;
}

/** A day as stored: its result, and which change of it this is. */
export interface StoredDay {
  readonly date: LocalDate;
  /** Undefined when no fact stands any more: the row stays, for its revision. */
  readonly result: DayResult | undefined;
  /** The ENGINE_VERSION that wrote it last: of another one, the rest is not to be trusted. */
  readonly engineVersion: number;
  /** 1 for the first change, counting up without a gap. */
  readonly revision: number;
  readonly recordedAt: RecordTime;
}

/** How one shift goes, at a moment. */
export type ShiftAttendance = Omit<ShiftResult, 'pending'>;

/** A day as a caller sees it at a moment. */
export interface Attendance {
  readonly employeeId: EmployeeId;
  /** Empty when nobody ever gave one. */
  readonly employeeName: string;
  readonly date: LocalDate;
  /** The IANA name of the zone to tell its times in; empty where no roster says one. */
  readonly timeZone: string;
  readonly status: Status;
  /** Undefined when nothing is known: UNSCHEDULED. */
  readonly origin: Origin | undefined;
  readonly portion: Portion;
  readonly otherHalfStatus: Status | undefined;
  readonly leaveTypeId: string | undefined;
  readonly otherHalfLeaveTypeId: string | undefined;
  /** By start. */
  readonly leaveTimes: readonly ExcusedTime[];
  readonly note: string;
  /** By start. */
  readonly shifts: readonly ShiftAttendance[];
  /** By beginning; they never overlap. */
  readonly sessions: readonly Session[];
  readonly firstIn: Instant | undefined;
  readonly lastOut: Instant | undefined;
  readonly workedSeconds: number;
  readonly uncountedSeconds: number;
  readonly onBreakSeconds: number;
  readonly plannedSeconds: number;
  /** Those of its shifts, added up. */
  readonly lateBySeconds: number;
  /** Those of its shifts, added up. */
  readonly earlyBySeconds: number;
  /** Those of its shifts, added up. */
  readonly shortBySeconds: number;
  /** Each once, in the contract's order. */
  readonly anomalies: readonly Anomaly[];
  /** Whether the clock alone can no longer change this. */
  readonly final: boolean;
  /** When the clock changes it; undefined when it will not. */
  readonly nextTransitionTime: Instant | undefined;
  /** Undefined for a day never stored. */
  readonly updateTime: RecordTime | undefined;
  /** 0 for a day never stored. */
  readonly revision: number;
}

/**
 * The etag (AIP-154) of a day at a revision, `"0"` for a day never stored; of a part of the roster
 * as a change left it, `"0"` when none did. Quoted.
 */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}
