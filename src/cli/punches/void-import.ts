// An import of punches taken back from beginning to end: one call after the other, each of a bounded
// number of punches. Safe to interrupt anywhere and to run again: each punch is voided once.

import type { AttendanceClient, AttendanceClientError, PunchImport } from '../../client/index.js';
import {
  BATCH_DEADLINE_MS,
  isPassing,
  MAX_OUTAGE_MS,
  outlast,
  type Tried,
  unanswered,
} from '../csv/retry-batch.js';

/** Punches per call: answered in a moment, and few calls for many. */
const STEP_PUNCHES = 500;

export interface VoidImportOptions {
  readonly importId: string;
  readonly reason: string;
  readonly client: Pick<AttendanceClient, 'voidImport'>;
  /** Aborted to stop: a call in flight is waited for. */
  readonly stop: AbortSignal;
  /** After each call. */
  readonly onStep: (punchImport: PunchImport) => void;
  readonly onOutage: (error: AttendanceClientError) => void;
  /** Defaults: STEP_PUNCHES, MAX_OUTAGE_MS. */
  readonly stepPunches?: number;
  readonly maxOutageMs?: number;
}

/**
 * The import as it was left; of an import that was stopped, some of its punches count. Throws
 * AttendanceClientError when the service refuses or stays away: what was voided stays so.
 */
export async function voidWholeImport(options: VoidImportOptions): Promise<PunchImport> {
  const { stop, onStep } = options;
  for (;;) {
    const punchImport = await step(options);
    onStep(punchImport);
    if (leftOf(punchImport) === 0n || stop.aborted) return punchImport;
  }
}

/** How many of its punches count or may come to count. */
export function leftOf({ standingCount, quarantinedCount }: PunchImport): bigint {
  return standingCount + quarantinedCount;
}

async function step(options: VoidImportOptions): Promise<PunchImport> {
  const { importId, reason, client, stop, onOutage } = options;
  const { stepPunches: maxPunches = STEP_PUNCHES, maxOutageMs = MAX_OUTAGE_MS } = options;
  let answered: PunchImport | undefined;
  const attempt = async (items: readonly string[]): Promise<Tried<string>> => {
    try {
      const request = { importId, reason, maxPunches };
      const { punchImport } = await client.voidImport(request, { deadlineMs: BATCH_DEADLINE_MS });
      answered = punchImport;
      return { again: [], error: undefined };
    } catch (error) {
      if (!isPassing(error)) throw error;
      return { again: items, error };
    }
  };
  await outlast([importId], { maxOutageMs, stop, onOutage }, attempt);
  if (answered === undefined) throw unanswered();
  return answered;
}
