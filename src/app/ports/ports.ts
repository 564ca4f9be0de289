// What the use cases need of the world, as interfaces. store/ implements them over PostgreSQL;
// cache/ decorates an implementation; the use cases cannot tell which they were given.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import type { Session, StoredDay } from '../../domain/facts/day.js';
import type { DayFilter } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LeaveType, LeaveTypeChange } from '../../domain/facts/leave-type.js';
import type { MarkImport } from '../../domain/facts/mark-import.js';
import type { Timeline } from '../../domain/facts/punch.js';
import type { PunchImport } from '../../domain/facts/punch-import.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import type { DayPlan } from '../../domain/roster/plan.js';
import type { LocalDate, LocalMonth } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type { BatchDecision, BatchRules } from './batch.js';
import type { ChangeCause, Fact } from './facts.js';

/** The most facts one transaction takes. */
export const MAX_BATCH_FACTS = 1000;

/**
 * One employee's days of one month under the roster in force, and the versions they were read at.
 * Days and versions come from one snapshot. The unit that is cached.
 */
export interface MonthBlock {
  readonly employeeId: EmployeeId;
  /** Empty when nobody ever gave one. */
  readonly employeeName: string;
  /** Raised by every commit that touches the employee, facts and roster. */
  readonly version: number;
  /** Raised by every commit that changes what all employees share of the roster. */
  readonly rosterVersion: number;
  readonly month: LocalMonth;
  /** The employee's zones, IANA names, by the first day of the month that each is in force on. */
  readonly zones: readonly { readonly firstDay: number; readonly name: string }[];
  /**
   * By date, each date once; cleared days too, for their revision. A date that is not here was
   * never stored, and nothing is expected on it: UNSCHEDULED.
   */
  readonly days: readonly KnownDay[];
}

/** What a committed batch did to one employee: what caches need to know. */
export interface EmployeeChange {
  readonly employeeId: EmployeeId;
  /** The version before and after the batch; the same when nothing was recorded. */
  readonly versionBefore: number;
  readonly versionAfter: number;
  /**
   * The months with days that may be shown otherwise than before, each once; empty when there are
   * none. A day can be shown otherwise though no row of it changed (BatchDecision.touched).
   */
  readonly months: readonly LocalMonth[];
}

/**
 * Thrown by `writeBatch` when the batch was refused for what is in it, by PostgreSQL or its rules. Nothing was written.
 * One of its facts is at fault; the others can be written without it.
 */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';
}

/**
 * Thrown by `writeBatch` when a badge that brought a fact is somebody else's by now, or its punch is
 * not in quarantine any more. Nothing was written: ask once more whose it is.
 */
export class BadgesChanged extends Error {
  override readonly name = 'BadgesChanged';
}

/** A committed batch. */
export interface CommittedBatch {
  /** When it was recorded; every changed day carries it. */
  readonly recordedAt: RecordTime;
  /** One per employee known that the batch was about, also of those it did not change. */
  readonly changes: readonly EmployeeChange[];
  /** What the rules decided. */
  readonly decision: BatchDecision;
}

/** A day under the roster in force and whose it is. */
export interface EmployeeDay {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly day: KnownDay;
}

/** A place in a list of days: the last one already given. */
export interface DayCursor {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

export interface DayQuery {
  /** Undefined: everybody, or a group. */
  readonly employeeId: EmployeeId | undefined;
  /** Whose group this is now; undefined: any. Not together with an employee. */
  readonly groupId: string | undefined;
  /** Both included. */
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /**
   * Which days to keep, as they are at `now`. UNSCHEDULED is never listed. A store may give more than
   * these, never fewer: whoever presents the days looks once more.
   */
  readonly filter: DayFilter;
  /** Also days that nobody stored and something is expected on. */
  readonly includeExpected: boolean;
  /** The moment that statuses are looked at: days not settled by then are kept. */
  readonly now: Instant;
  /** Days as known then; undefined: as they are. Settled before it is asked for. */
  readonly asOf: RecordTime | undefined;
  /** Begin behind this day; undefined: at the beginning. */
  readonly after: DayCursor | undefined;
  /** The most days to return, at least 1. */
  readonly limit: number;
}

/** Days found, and where to go on. */
export interface DayPage {
  readonly days: readonly EmployeeDay[];
  /** Undefined when the list ends here. Present, the next page may still be empty. */
  readonly next: DayCursor | undefined;
}

/** One change of a day, with the day as it became. */
export interface DayRevision {
  readonly day: StoredDay;
  readonly actor: string;
  readonly cause: ChangeCause;
  /**
   * The reason of a clearing, a void, a replacement or a change of the roster, the note of a mark
   * or a punch; empty when none was given.
   */
  readonly reason: string;
}

export interface RevisionQuery {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  readonly asOf: RecordTime | undefined;
  /** Begin behind this revision; 0: at the first. */
  readonly afterRevision: number;
  readonly limit: number;
}

/** What a day follows from. */
export interface DayBasis {
  readonly employeeName: string;
  readonly plan: DayPlan;
  /** Of the plan's reach. */
  readonly punches: Timeline;
  readonly stored: StoredDay | undefined;
}

/** A day, and what the roster says of it. */
export interface DayUnderPlan {
  readonly plan: DayPlan;
  readonly day: KnownDay;
}

/** The days around a moment: sessions that are open then are on one of them. */
export interface DaysAround {
  readonly employeeName: string;
  /** The date that the moment is in, in the employee's zone. */
  readonly today: DayUnderPlan;
  /** By date, without a gap. */
  readonly days: readonly DayUnderPlan[];
}

/** How many dates before and behind today a session that is open now can belong to. */
export const OPEN_DAYS_BEFORE = 3;
export const OPEN_DAYS_AFTER = 2;

export interface OpenDaysQuery {
  /** Undefined: everybody. */
  readonly groupId: string | undefined;
  readonly now: Instant;
  /** Begin behind this employee; undefined: at the first. */
  readonly after: EmployeeId | undefined;
  /** The most employees to return. */
  readonly limit: number;
}

/** A session that somebody is in at a moment. */
export interface OpenSession {
  readonly session: Session;
  /** From when on they are not, should nobody end it. */
  readonly closesAt: Instant;
}

/** A day with a session that somebody is in. */
export interface OpenDay extends EmployeeDay {
  readonly plan: DayPlan;
  readonly open: OpenSession;
  /** The employee's on the date that the moment is in there. */
  readonly zoneToday: Zone;
}

export interface OpenDayPage {
  readonly days: readonly OpenDay[];
  /** The last employee looked at; undefined when the list ends here. */
  readonly next: EmployeeId | undefined;
}

export interface PunchQuery {
  readonly employeeId: EmployeeId;
  /** From, included, until, not included; undefined: without a limit. */
  readonly startTime: Instant | undefined;
  readonly endTime: Instant | undefined;
  readonly includeVoided: boolean;
  /** Begin behind this punch; undefined: at the first. */
  readonly after: PunchCursor | undefined;
  /** The most punches to return, at least 1. */
  readonly limit: number;
}

export interface PunchCursor {
  readonly time: Instant;
  readonly punchId: number;
}

export interface PunchPage {
  /** By time and number. */
  readonly punches: readonly RecordedPunch[];
  /** The last punch looked at, returned or not; undefined when the list ends here. */
  readonly next: PunchCursor | undefined;
}

export interface ImportQuery {
  /** Begin behind this import; undefined: at the newest. */
  readonly after: ImportCursor | undefined;
  /** The most imports to return, at least 1. */
  readonly limit: number;
}

export interface ImportCursor {
  readonly firstRecordedAt: RecordTime;
  readonly importId: string;
}

/** A date that an import marked. */
export interface MarkedDate {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

/** A punch, by its number. */
export interface PunchName {
  readonly employeeId: EmployeeId;
  readonly punchId: number;
}

export interface LeaveTypeQuery {
  /** Every revision, or the latest of each leave type. */
  readonly includeHistory: boolean;
  /** Begin behind this one; undefined: at the first. */
  readonly after: { readonly leaveTypeId: string; readonly revision: number } | undefined;
  /** The most to return, at least 1. */
  readonly limit: number;
}

/** The state of one thing the service depends on. */
export interface DependencyHealth {
  readonly name: 'postgresql' | 'redis';
  readonly up: boolean;
  /** For a person: why it is down, without hosts or secrets; empty when up. */
  readonly detail: string;
}

/**
 * Attendance, durable. Every method throws AttendanceError STORE_UNAVAILABLE or OVERLOADED when
 * it cannot for now. `caller`: aborted when nobody waits for the answer any more. What was not
 * begun by then is not done, and throws the signal's reason; what was begun goes on.
 */
export interface AttendanceStore {
  /**
   * Records facts in one transaction: locks the employees touched, reads what `rules` need, lets
   * them decide, persists that, commits. They are asked again when the transaction has to run
   * again, and the last run counts. At most MAX_BATCH_FACTS. Throws BatchRefused.
   */
  writeBatch(
    facts: readonly Fact[],
    rules: BatchRules,
    caller?: AbortSignal,
  ): Promise<CommittedBatch>;

  /** Undefined for an employee who is not known. */
  readMonth(
    employeeId: EmployeeId,
    month: LocalMonth,
    caller?: AbortSignal,
  ): Promise<MonthBlock | undefined>;

  /** One day as known then, under the roster as known then. Undefined for an unknown employee. */
  readDayAsOf(
    employeeId: EmployeeId,
    date: LocalDate,
    asOf: RecordTime,
    caller?: AbortSignal,
  ): Promise<{ readonly employeeName: string; readonly day: KnownDay } | undefined>;

  /**
   * Everything that one day follows from, now or as known then: for explaining it. Undefined for
   * an unknown employee.
   */
  readDayFacts(
    employeeId: EmployeeId,
    date: LocalDate,
    asOf: RecordTime | undefined,
    caller?: AbortSignal,
  ): Promise<DayBasis | undefined>;

  /**
   * One employee's days around a moment, OPEN_DAYS_BEFORE to OPEN_DAYS_AFTER from the date it is in
   * the employee's zone; not from a cache. Undefined for an unknown employee.
   */
  readDaysAround(
    employeeId: EmployeeId,
    now: Instant,
    caller?: AbortSignal,
  ): Promise<DaysAround | undefined>;

  /** One employee's punches by time and number; undefined for an unknown employee. */
  listPunches(query: PunchQuery, caller?: AbortSignal): Promise<PunchPage | undefined>;

  /** Imports of punches, the newest first punch first. */
  listImports(query: ImportQuery, caller?: AbortSignal): Promise<readonly PunchImport[]>;

  /** Undefined for an import that is not known. */
  readImport(importId: string, caller?: AbortSignal): Promise<PunchImport | undefined>;

  /** Punches of an import that count, by employee and time: the first ones, at most `limit`. */
  listStandingOfImport(
    importId: string,
    limit: number,
    caller?: AbortSignal,
  ): Promise<readonly PunchName[]>;

  /**
   * Adds or changes a leave type; changes nothing if it is like that already. Undefined where there are
   * MAX_LEAVE_TYPES others.
   */
  setLeaveType(change: LeaveTypeChange, caller?: AbortSignal): Promise<LeaveType | undefined>;

  /** By id, then by revision. */
  listLeaveTypes(query: LeaveTypeQuery, caller?: AbortSignal): Promise<readonly LeaveType[]>;

  /** Imports of marks, the newest first mark first. */
  listMarkImports(query: ImportQuery, caller?: AbortSignal): Promise<readonly MarkImport[]>;

  /** Undefined for an import that is not known. */
  readMarkImport(importId: string, caller?: AbortSignal): Promise<MarkImport | undefined>;

  /** Days of marks of an import that were not taken back: of the first marks, at most `limit`. */
  listStandingMarks(
    importId: string,
    limit: number,
    caller?: AbortSignal,
  ): Promise<readonly MarkedDate[]>;

  /**
   * The ids of added employees: those among `others`, and a bounded number of those that sort next
   * to `employeeId`. In any order; one may come twice.
   */
  listSimilarIds(
    employeeId: EmployeeId,
    others: readonly string[],
    caller?: AbortSignal,
  ): Promise<readonly EmployeeId[]>;

  /** By date, then employee. */
  listByDate(query: DayQuery, caller?: AbortSignal): Promise<DayPage>;

  /** By employee, then date. */
  listByEmployee(query: DayQuery, caller?: AbortSignal): Promise<DayPage>;

  /** Days of the dates around `now` with an open session, by employee, then date. */
  listOpenDays(query: OpenDaysQuery, caller?: AbortSignal): Promise<OpenDayPage>;

  /** The oldest first; undefined for an employee who is not in the roster. */
  listRevisions(
    query: RevisionQuery,
    caller?: AbortSignal,
  ): Promise<
    { readonly employeeName: string; readonly revisions: readonly DayRevision[] } | undefined
  >;

  /**
   * The latest time T such that every transaction recorded at or before T is committed and
   * visible, at least `wanted` if that can be had by now. So when the answer is before
   * `wanted`, `wanted` is in the future.
   */
  settle(wanted: RecordTime, caller?: AbortSignal): Promise<RecordTime>;

  /** The key that page tokens are signed with: one for all instances. */
  pageTokenKey(): Promise<Uint8Array>;

  /** Asks each dependency, within a bounded time. Never throws. */
  health(): Promise<readonly DependencyHealth[]>;
}
