// The port of the use cases, combined from all roles. store/ implements it over PostgreSQL; cache/
// decorates an implementation. The use cases cannot tell which of them they have.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { DayReads } from './day-reads.js';
import type { FactWrites } from './fact-writes.js';
import type { FeedReads } from './feed.js';
import type { Health } from './health.js';
import type { MarkImportReads, PunchImportReads } from './import-reads.js';
import type { LeaveTypes } from './leave-types.js';
import type { PunchReads } from './punch-reads.js';

export interface Moments {
  /**
   * The latest time T such that every transaction recorded at or before T is committed and visible.
   * T is at least `wanted` if that is possible by now, so if the answer is before `wanted`,
   * `wanted` is in the future.
   */
  settle(wanted: RecordTime, caller?: AbortSignal): Promise<RecordTime>;
}

export interface PageTokens {
  /** The key that signs page tokens, the same for all instances. */
  pageTokenKey(): Promise<Uint8Array>;
}

export interface EmployeeIds {
  /**
   * The ids of added employees that are among `others`, and a bounded number of those that sort
   * next to `employeeId`. In any order; an id may come twice.
   */
  listSimilarIds(
    employeeId: EmployeeId,
    others: readonly string[],
    caller?: AbortSignal,
  ): Promise<readonly EmployeeId[]>;
}

/**
 * Attendance, durable. Every method throws AttendanceError STORE_UNAVAILABLE or OVERLOADED if it
 * cannot work for now. `caller` is aborted when nobody waits for the answer any more: work that has
 * not begun by then throws the signal's reason, and work that has begun goes on.
 */
export interface AttendanceStore
  extends FactWrites,
    DayReads,
    PunchReads,
    EmployeeIds,
    Moments,
    FeedReads,
    PageTokens,
    Health {
  readonly punchImports: PunchImportReads;
  readonly markImports: MarkImportReads;
  readonly leaveTypes: LeaveTypes;
}
