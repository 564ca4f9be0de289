// Sends one batch of punches and reports the result of each. Safe to send twice: the service
// recognises a punch by its employee, device, event id, instant and kind.

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

/** The possible results of a row of a log. */
export type PunchRowOutcome =
  | {
      readonly kind: 'RECORDED';
      readonly remarks: RowRemarks;
      /** Whether it was voided before and now counts again. */
      readonly restored: boolean;
      /** The anomalies that the service reported for it. */
      readonly anomalies: readonly Anomaly[];
    }
  | {
      readonly kind: 'DUPLICATE';
      readonly remarks: RowRemarks;
      /** Whether it is voided, so that it does not count. */
      readonly voided: boolean;
    }
  /** It waits in quarantine until its badge has an owner. */
  | { readonly kind: 'QUARANTINED'; readonly remarks: RowRemarks }
  | { readonly kind: 'REJECTED'; readonly reject: Reject };

/** A row to be sent. */
export interface PendingPunch {
  readonly row: FileRow;
  readonly punch: LoggedPunch;
  readonly remarks: RowRemarks;
}

/** The settings of an import, for all its punches. */
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
 * Returns when every row is settled. Throws AttendanceClientError if the service refuses the whole
 * call or stays unavailable, and the stop signal's reason if it was aborted meanwhile.
 */
export async function sendPunches(
  rows: readonly PendingPunch[],
  context: PunchSendContext,
): Promise<void> {
  // If the answer about a punch was lost, it is unknown whether the punch existed before this
  // import. It then counts as a duplicate, as in a log that is sent twice.
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

/** The result of a row, or an error if it must be sent again. */
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
