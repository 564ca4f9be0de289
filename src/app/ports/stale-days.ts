// The port for stale days: an employee's dates whose stored days do not follow a roster change yet.
// A roster change writes them in its own transaction, and a stored day without them is right.
// store/ implements it over PostgreSQL.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';

/** A range of dates as epoch days, both included; infinite if it has no end. */
export interface DaySpan {
  readonly firstDay: number;
  readonly lastDay: number;
}

/** An employee's dates that do not follow a change yet. */
export interface StaleDays extends DaySpan {
  readonly employeeId: EmployeeId;
  readonly changeId: number;
  /** Who made the change, and why; empty when no reason was given. */
  readonly actor: string;
  readonly reason: string;
  /** How often deriving them has failed. */
  readonly tries: number;
}

/** An employee and the range of dates of their facts. */
export interface EmployeeExtent {
  readonly employeeId: EmployeeId;
  /**
   * Epoch days, both included, from the first to the last stored day or punch (in UTC). Undefined
   * if there are none.
   */
  readonly extent: DaySpan | undefined;
}

/** The result for stale days that were taken. Without a result they stay as they were. */
export type Settlement = Pick<StaleDays, 'employeeId' | 'changeId'> &
  (
    | { readonly daysDerived: number; readonly daysChanged: number; readonly failure?: never }
    | { readonly failure: string; readonly retryAfterMs: number }
  );

/** The stored days that do not follow the roster yet. */
export interface StaleBacklog {
  readonly unfinishedChanges: number;
  /** When the oldest of them was made; undefined when there are none. */
  readonly oldestRecordedAt: RecordTime | undefined;
  /**
   * The number of employees, counted per change, whose days could not follow it and are retried.
   */
  readonly failures: number;
}

/**
 * Settles stale days that no other process has taken. `goOn` must be awaited between pieces of work
 * that take seconds; without it, other processes can take over the days.
 */
export type SettleWork = (
  taken: readonly StaleDays[],
  goOn: () => Promise<void>,
) => Promise<readonly Settlement[]>;

/**
 * Every method throws AttendanceError STORE_UNAVAILABLE or OVERLOADED if it cannot work for now.
 */
export interface StaleDaysStore {
  /**
   * Takes stale days that are due and that no other process has taken, in the order of the changes:
   * about `limit`, and all others of the same employees. Settles them as `work` says, and finishes
   * changes with none left. Returns how many were taken. If it fails before the end, they stay as
   * they were for other processes.
   */
  settle(limit: number, work: SettleWork): Promise<number>;

  /**
   * The extents of some employees, by id. Waits for transactions that are writing to one of them:
   * when this returns, any that began under the roster before a change has committed its days.
   */
  readExtents(employeeIds: readonly EmployeeId[]): Promise<readonly EmployeeExtent[]>;

  /**
   * The dates of a span near a stored day or a punch of the employee, and few others, in order.
   * Returns at most `limit` pieces of at most MAX_REDERIVED_DAYS each; fewer if there are no more.
   * A long time with nothing near costs nothing.
   */
  listPieces(employeeId: EmployeeId, span: DaySpan, limit: number): Promise<readonly DaySpan[]>;

  backlog(): Promise<StaleBacklog>;
}
