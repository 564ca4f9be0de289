// The port for recording facts: one transaction for several facts, and its effects.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalMonth } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { BatchDecision, BatchRules } from './batch.js';
import type { Fact } from './facts.js';

/** The most facts one transaction takes. */
export const MAX_BATCH_FACTS = 1000;

/** The effects of a committed batch on one employee, for the caches. */
export interface EmployeeChange {
  readonly employeeId: EmployeeId;
  /** The version before and after the batch; the same when nothing was recorded. */
  readonly versionBefore: number;
  readonly versionAfter: number;
  /**
   * The months with days that may be shown differently now, each once. A day can be shown
   * differently even though none of its rows changed (BatchDecision.touched).
   */
  readonly months: readonly LocalMonth[];
}

/**
 * `writeBatch` throws this when PostgreSQL or the rules refused the batch because of its content.
 * Nothing was written. One of its facts is at fault; the others can be written without it.
 */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';
}

/**
 * `writeBatch` throws this when the badge of a fact has another owner by now, or its punch is no
 * longer in quarantine. Nothing was written: look the owner up again.
 */
export class BadgesChanged extends Error {
  override readonly name = 'BadgesChanged';
}

/**
 * `writeBatch` throws this with NONE_IS_WAITED_FOR when other transactions hold some of its
 * employees. Nothing was written: the facts of the other employees can be written without theirs.
 */
export class EmployeesBusy extends Error {
  override readonly name = 'EmployeesBusy';
  readonly employeeIds: readonly EmployeeId[];

  constructor(employeeIds: readonly EmployeeId[]) {
    super(`${employeeIds.length} employees are held by other transactions`);
    this.employeeIds = employeeIds;
  }
}

/** Whether a transaction waits for employees that another transaction holds. */
export type LockPatience = 'EACH_IS_WAITED_FOR' | 'NONE_IS_WAITED_FOR';

/** A committed batch. */
export interface CommittedBatch {
  /** When it was recorded. Every changed day has this time. */
  readonly recordedAt: RecordTime;
  /** One for each known employee that the batch was about, changed or not. */
  readonly changes: readonly EmployeeChange[];
  /** The decision of the rules. */
  readonly decision: BatchDecision;
}

export interface FactWrites {
  /**
   * Records at most MAX_BATCH_FACTS facts in one transaction: locks the employees, reads what
   * `rules` need, lets them decide, persists the decision and commits. If the transaction has to
   * run again, it asks the rules again, and the last run counts. Throws BatchRefused,
   * BadgesChanged, or EmployeesBusy with NONE_IS_WAITED_FOR. The default is EACH_IS_WAITED_FOR.
   */
  writeBatch(
    facts: readonly Fact[],
    rules: BatchRules,
    caller?: AbortSignal,
    patience?: LockPatience,
  ): Promise<CommittedBatch>;
}
