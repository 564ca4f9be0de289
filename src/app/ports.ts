// What the use cases need of the world, as interfaces. store/ implements them over PostgreSQL;
// cache/ decorates an implementation; the use cases cannot tell which they were given.

import type { Status, StoredDay } from '../domain/day.js';
import type { EmployeeId } from '../domain/employee-id.js';
import type { LocalDate, LocalMonth } from '../domain/local-date.js';
import type { RecordTime } from '../domain/time.js';
import type { Fact } from './facts.js';
import type { BatchDecision, BatchView } from './write-batch.js';

/** The most facts one transaction takes. */
export const MAX_BATCH_FACTS = 1000;

/**
 * One employee's stored days of one month, and the version of the employee they were read at.
 * Days and version come from one snapshot. The unit that is cached.
 */
export interface MonthBlock {
  readonly employeeId: EmployeeId;
  /** Empty when nobody ever gave one. */
  readonly employeeName: string;
  /** Counts the facts recorded for the employee: raised by every commit that touches them. */
  readonly version: number;
  readonly month: LocalMonth;
  /** By date, each date once; cleared days too, for their revision. */
  readonly days: readonly StoredDay[];
}

/** What a committed batch did to one employee: what caches need to know. */
export interface EmployeeChange {
  readonly employeeId: EmployeeId;
  /** The version before and after the batch; the same when nothing was recorded. */
  readonly versionBefore: number;
  readonly versionAfter: number;
  /** The months whose days changed, each once; empty when the batch changed no day. */
  readonly months: readonly LocalMonth[];
}

/**
 * Thrown by `writeBatch` when PostgreSQL refused the batch for what is in it. Nothing was written.
 * One of its facts is at fault; the others can be written without it.
 */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';
}

/** A committed batch. */
export interface CommittedBatch {
  /** When it was recorded; every changed day carries it. */
  readonly recordedAt: RecordTime;
  /** One per employee known that the batch was about, also of those it did not change. */
  readonly changes: readonly EmployeeChange[];
}

/** A stored day and whose it is. */
export interface EmployeeDay {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly day: StoredDay;
}

/** A place in a list of days: the last one already given. */
export interface DayCursor {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

export interface DayQuery {
  /** Undefined: everybody. */
  readonly employeeId: EmployeeId | undefined;
  /** Both included. */
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /** Stored statuses to keep; undefined keeps every day that has a result. */
  readonly statuses: readonly Status[] | undefined;
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
  readonly cause: 'MARK' | 'CLEAR';
  /** The reason of a clearing, the note of a mark; empty when none was given. */
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

/** The state of one thing the service depends on. */
export interface DependencyHealth {
  readonly name: 'postgresql' | 'redis';
  readonly up: boolean;
  /** For a person: why it is down, without hosts or secrets; empty when up. */
  readonly detail: string;
}

/**
 * Attendance, durable. Every method throws AttendanceError STORE_UNAVAILABLE or OVERLOADED when
 * it cannot for now.
 */
export interface AttendanceStore {
  /**
   * Records facts in one transaction: locks the employees touched, reads what `decide` needs,
   * lets it decide, persists that, commits. `decide` is pure and quick; it runs again when the
   * transaction has to, and the last run counts. At most MAX_BATCH_FACTS. Throws BatchRefused.
   */
  writeBatch(
    facts: readonly Fact[],
    decide: (view: BatchView) => BatchDecision,
  ): Promise<CommittedBatch>;

  /** Undefined for an employee who is not in the roster. */
  readMonth(employeeId: EmployeeId, month: LocalMonth): Promise<MonthBlock | undefined>;

  /** The name of an employee, undefined when not in the roster, and the day as known then. */
  readDayAsOf(
    employeeId: EmployeeId,
    date: LocalDate,
    asOf: RecordTime,
  ): Promise<{ readonly employeeName: string; readonly day: StoredDay | undefined } | undefined>;

  /** By date, then employee. */
  listByDate(query: DayQuery): Promise<DayPage>;

  /** By employee, then date. */
  listByEmployee(query: DayQuery): Promise<DayPage>;

  /** The oldest first; undefined for an employee who is not in the roster. */
  listRevisions(
    query: RevisionQuery,
  ): Promise<
    { readonly employeeName: string; readonly revisions: readonly DayRevision[] } | undefined
  >;

  /**
   * The latest time T such that every transaction recorded at or before T is committed and
   * visible, at least `wanted` if that can be had by now. So when the answer is before
   * `wanted`, `wanted` is in the future.
   */
  settle(wanted: RecordTime): Promise<RecordTime>;

  /** The key that page tokens are signed with: one for all instances. */
  pageTokenKey(): Promise<Uint8Array>;

  /** Asks each dependency, within a bounded time. Never throws. */
  health(): Promise<readonly DependencyHealth[]>;
}
