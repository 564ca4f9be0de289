// Voids an import of punches or marks from beginning to end: one call after the other, each with a
// bounded number of them. Safe to interrupt anywhere and to run again: each is voided once.

import type { AttendanceClientError, CallOptions } from '../../client/index.js';
import {
  BATCH_DEADLINE_MS,
  isPassing,
  MAX_OUTAGE_MS,
  outlast,
  type Tried,
  unanswered,
} from '../csv/retry-batch.js';

/** Items per call: answered quickly, with few calls for many items. */
const STEP_ITEMS = 500;

/** How much of an import is left. */
export interface LeftOfImport {
  readonly standingCount: bigint;
  /** For an import of punches: those in quarantine, which may still come to count. */
  readonly quarantinedCount?: bigint;
}

/** The number of items that count or may come to count. */
export function leftOf({ standingCount, quarantinedCount = 0n }: LeftOfImport): bigint {
  return standingCount + quarantinedCount;
}

export interface VoidImportOptions<T extends LeftOfImport> {
  /** Voids at most that many. */
  readonly voidSome: (maxItems: number, options: CallOptions) => Promise<T | undefined>;
  /** Aborted to stop: a call in flight is awaited. */
  readonly stop: AbortSignal;
  /** Called after each call. */
  readonly onStep: (left: T) => void;
  readonly onOutage: (error: AttendanceClientError) => void;
  /** Defaults: STEP_ITEMS, MAX_OUTAGE_MS. */
  readonly stepItems?: number;
  readonly maxOutageMs?: number;
}

/**
 * Returns the import as it was left; if stopped, some of it still counts. Throws
 * AttendanceClientError if the service refuses or stays unavailable. Voided items stay voided.
 */
export async function voidWholeImport<T extends LeftOfImport>(
  options: VoidImportOptions<T>,
): Promise<T> {
  const { stop, onStep } = options;
  for (;;) {
    const left = await step(options);
    onStep(left);
    if (leftOf(left) === 0n || stop.aborted) return left;
  }
}

async function step<T extends LeftOfImport>(options: VoidImportOptions<T>): Promise<T> {
  const { voidSome, stop, onOutage } = options;
  const { stepItems = STEP_ITEMS, maxOutageMs = MAX_OUTAGE_MS } = options;
  let answered: T | undefined;
  const attempt = async (items: readonly string[]): Promise<Tried<string>> => {
    try {
      answered = await voidSome(stepItems, { deadlineMs: BATCH_DEADLINE_MS });
      return { again: [], error: undefined };
    } catch (error) {
      if (!isPassing(error)) throw error;
      return { again: items, error };
    }
  };
  await outlast(['a step'], { maxOutageMs, stop, onOutage }, attempt);
  if (answered === undefined) throw unanswered();
  return answered;
}
