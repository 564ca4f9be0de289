// How facts are recorded: one transaction for some of them, and what it did.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalMonth } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { BatchDecision, BatchRules } from './batch.js';
import type { Fact } from './facts.js';

/** The most facts one transaction takes. */
export const MAX_BATCH_FACTS = 1000;

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

/**
 * Thrown by `writeBatch` that waits for nobody, when other transactions hold some of its employees.
 * Nothing was written: the others can be written without them.
 */
export class EmployeesBusy extends Error {
  override readonly name = 'EmployeesBusy';
  readonly employeeIds: readonly EmployeeId[];

  constructor(employeeIds: readonly EmployeeId[]) {
    super(`${employeeIds.length} employees are held by other transactions`);
    this.employeeIds = employeeIds;
  }
}

/** Whether a transaction waits for employees whom another one holds. */
export type LockPatience = 'EACH_IS_WAITED_FOR' | 'NONE_IS_WAITED_FOR';

/** A committed batch. */
export interface CommittedBatch {
  /** When it was recorded; every changed day carries it. */
  readonly recordedAt: RecordTime;
  /** One per employee known that the batch was about, also of those it did not change. */
  readonly changes: readonly EmployeeChange[];
  /** What the rules decided. */
  readonly decision: BatchDecision;
}

export interface FactWrites {
  /**
   * Records facts in one transaction: locks the employees touched, reads what `rules` need, lets
   * them decide, persists that, commits. They are asked again when the transaction has to run
   * again, and the last run counts. At most MAX_BATCH_FACTS. Throws BatchRefused, or EmployeesBusy
   * where none is waited for; each is, if not said otherwise.
   */
  writeBatch(
    facts: readonly Fact[],
    rules: BatchRules,
    caller?: AbortSignal,
    patience?: LockPatience,
  ): Promise<CommittedBatch>;
}
