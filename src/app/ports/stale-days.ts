// Stale days: dates of an employee whose stored days have yet to follow a roster change. A change
// writes them in its own transaction; a stored day is right unless some are about it. Here is what it
// takes to settle them. store/ implements it over PostgreSQL.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';

/** A range of dates as epoch days, both included; infinite where it has no end. */
export interface DaySpan {
  readonly firstDay: number;
  readonly lastDay: number;
}

/** Dates of an employee that have yet to follow a change. */
export interface StaleDays extends DaySpan {
  readonly employeeId: EmployeeId;
  readonly changeId: number;
  /** Who made the change, and why; empty when no reason was given. */
  readonly actor: string;
  readonly reason: string;
  /** How often they were tried in vain. */
  readonly tries: number;
}

/** An employee and the dates that facts of theirs are near to. */
export interface EmployeeExtent {
  readonly employeeId: EmployeeId;
  /**
   * Epoch days, both included: of the first and the last stored day, and of the first and the
   * last punch in UTC. Undefined when there are none.
   */
  readonly extent: DaySpan | undefined;
}

/** What came of stale days that were taken. Those without any stay as they were. */
export type Settlement = Pick<StaleDays, 'employeeId' | 'changeId'> &
  (
    | { readonly daysDerived: number; readonly daysChanged: number; readonly failure?: never }
    | { readonly failure: string; readonly retryAfterMs: number }
  );

/** What stored days have yet to follow. */
export interface StaleBacklog {
  readonly unfinishedChanges: number;
  /** When the oldest of them was made; undefined when there are none. */
  readonly oldestRecordedAt: RecordTime | undefined;
  /** Employees, counted per change, whose days could not follow it and are tried again. */
  readonly failures: number;
}

/**
 * Deals with stale days that nobody else has meanwhile. `goOn` has to be awaited between pieces of
 * work that take seconds: who takes some and says nothing loses them.
 */
export type SettleWork = (
  taken: readonly StaleDays[],
  goOn: () => Promise<void>,
) => Promise<readonly Settlement[]>;

/** Every method throws AttendanceError STORE_UNAVAILABLE or OVERLOADED when it cannot for now. */
export interface StaleDaysStore {
  /**
   * Takes stale days that are due and that nobody else has, by the order of the changes: about
   * `limit`, and all that their employees have. Settles them as `work` says, and finishes changes
   * that nothing is left of. Resolves with how many were taken. Whatever ends it before leaves them
   * to others, as they were.
   */
  settle(limit: number, work: SettleWork): Promise<number>;

  /**
   * Of some employees, in the order of their ids. Waits for whoever is writing to one of them: a
   * transaction that began under the roster before a change has committed its days when this
   * returns.
   */
  readExtents(employeeIds: readonly EmployeeId[]): Promise<readonly EmployeeExtent[]>;

  /**
   * The dates of a span that are near to a stored day or a punch of the employee, and few others,
   * in order, in pieces of at most MAX_REDERIVED_DAYS: at most `limit` of them; fewer when there
   * are no more. However long nothing is near, it costs nothing.
   */
  listPieces(employeeId: EmployeeId, span: DaySpan, limit: number): Promise<readonly DaySpan[]>;

  backlog(): Promise<StaleBacklog>;
}
