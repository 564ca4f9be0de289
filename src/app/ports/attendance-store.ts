// What the use cases need of the world, as one of all roles. store/ implements it over PostgreSQL;
// cache/ decorates an implementation; the use cases cannot tell which they were given.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { DayReads } from './day-reads.js';
import type { FactWrites } from './fact-writes.js';
import type { Health } from './health.js';
import type { MarkImportReads, PunchImportReads } from './import-reads.js';
import type { LeaveTypes } from './leave-types.js';
import type { PunchReads } from './punch-reads.js';

export interface Moments {
  /**
   * The latest time T such that every transaction recorded at or before T is committed and
   * visible, at least `wanted` if that can be had by now. So when the answer is before
   * `wanted`, `wanted` is in the future.
   */
  settle(wanted: RecordTime, caller?: AbortSignal): Promise<RecordTime>;
}

export interface PageTokens {
  /** The key that page tokens are signed with: one for all instances. */
  pageTokenKey(): Promise<Uint8Array>;
}

export interface EmployeeIds {
  /**
   * The ids of added employees: those among `others`, and a bounded number of those that sort next
   * to `employeeId`. In any order; one may come twice.
   */
  listSimilarIds(
    employeeId: EmployeeId,
    others: readonly string[],
    caller?: AbortSignal,
  ): Promise<readonly EmployeeId[]>;
}

/**
 * Attendance, durable. Every method throws AttendanceError STORE_UNAVAILABLE or OVERLOADED when
 * it cannot for now. `caller`: aborted when nobody waits for the answer any more. What was not
 * begun by then is not done, and throws the signal's reason; what was begun goes on.
 */
export interface AttendanceStore
  extends FactWrites,
    DayReads,
    PunchReads,
    EmployeeIds,
    Moments,
    PageTokens,
    Health {
  readonly punchImports: PunchImportReads;
  readonly markImports: MarkImportReads;
  readonly leaveTypes: LeaveTypes;
}
