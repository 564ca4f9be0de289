// Sends one batch of punches and says what became of each. Safe to send twice: the service knows a
// punch again by its employee, device, event id, instant and kind.

import type { Anomaly, AttendanceClient, RecordPunchResult } from '../../client/index.js';
import {
  AttendanceClientError,
  errorOfStatus,
  PunchOutcome,
  PunchSource,
} from '../../client/index.js';
import type { FileRow } from '../csv/csv-file.js';
import type { Reject } from '../csv/import-rejects.js';
import type { Patience, Tried } from '../csv/retry-batch.js';
import { BATCH_DEADLINE_MS, isPassing, outlast, reasonOf, unanswered } from '../csv/retry-batch.js';
import type { LoggedPunch, RowRemarks } from './punch-row.js';

/** What can become of a row of a log. */
export type PunchRowOutcome =
  | {
      readonly kind: 'RECORDED';
      readonly remarks: RowRemarks;
      /** Whether it was voided before, and counts again. */
      readonly restored: boolean;
      /** What the service found odd about it. */
      readonly anomalies: readonly Anomaly[];
    }
  | {
      readonly kind: 'DUPLICATE';
      readonly remarks: RowRemarks;
      /** Whether it does not count. */
      readonly voided: boolean;
    }
  /** It waits until its badge is somebody's. */
  | { readonly kind: 'QUARANTINED'; readonly remarks: RowRemarks }
  | { readonly kind: 'REJECTED'; readonly reject: Reject };

/** A row on its way. */
export interface PendingPunch {
  readonly row: FileRow;
  readonly punch: LoggedPunch;
  readonly remarks: RowRemarks;
}

/** What holds for all punches of an import. */
export interface SendTerms {
  readonly importId: string;
  readonly restore: boolean;
  readonly validateOnly: boolean;
}

export interface PunchSendContext extends Patience {
  readonly terms: SendTerms;
  readonly client: Pick<AttendanceClient, 'recordPunches'>;
  readonly settle: (row: FileRow, outcome: PunchRowOutcome) => void;
}

/**
 * Returns when every row has been settled. Throws AttendanceClientError when the service refuses
 * the call as such or stays away, the stop signal's reason when it was aborted meanwhile.
 */
export async function sendPunches(
  rows: readonly PendingPunch[],
  context: PunchSendContext,
): Promise<void> {
  // Of a punch whose answer was lost nobody can say any more whether it was there before this
  // import: it is counted as a duplicate then, which is how a log sent twice is counted.
  await outlast(rows, context, (left) => tryBatch(left, context));
}

async function tryBatch(
  rows: readonly PendingPunch[],
  context: PunchSendContext,
): Promise<Tried<PendingPunch>> {
  const punches = rows.map(({ punch }) => ({ ...punch, source: PunchSource.FILE }));
  let results: readonly RecordPunchResult[];
  try {
    const options = { deadlineMs: BATCH_DEADLINE_MS };
    ({ results } = await context.client.recordPunches({ punches, ...context.terms }, options));
  } catch (error) {
    if (!isPassing(error)) throw error;
    return { again: rows, error };
  }
  let error: AttendanceClientError | undefined;
  const again = rows.filter((pending, index) => {
    const outcome = outcomeOf(pending, results[index]);
    if (!(outcome instanceof AttendanceClientError)) {
      context.settle(pending.row, outcome);
      return false;
    }
    error = outcome;
    return true;
  });
  return { again, error };
}

/** What became of a row; an error when it must be sent again. */
function outcomeOf(
  { row, remarks }: PendingPunch,
  result: RecordPunchResult | undefined,
): PunchRowOutcome | AttendanceClientError {
  switch (result?.outcome) {
    case PunchOutcome.RECORDED:
      return { kind: 'RECORDED', remarks, restored: result.restored, anomalies: result.anomalies };
    case PunchOutcome.DUPLICATE:
      return { kind: 'DUPLICATE', remarks, voided: result.voided };
    case PunchOutcome.QUARANTINED:
      return { kind: 'QUARANTINED', remarks };
    default: {
      if (result?.error === undefined) throw unanswered();
      const error = errorOfStatus(result.error);
      if (isPassing(error)) return error;
      const { line, fields } = row;
      return { kind: 'REJECTED', reject: { line, reason: reasonOf(error), fields } };
    }
  }
}
