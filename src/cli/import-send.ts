// Sends one batch of rows and says what became of each. Outlives a restart of the service: what
// failed only for the moment is sent again, with the same request ids, for a bounded time.

import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Attendance, AttendanceClient, BatchMarkAttendanceResult } from '../client/index.js';
import { AttendanceClientError, errorOfStatus } from '../client/index.js';
import type { FileRow } from './import-file.js';
import type { RowOutcome } from './import-ledger.js';
import { importRequestId } from './import-request-id.js';
import type { LegacyMark } from './import-row.js';

/** How long one batch may take in one call, the client's own attempts included. */
const BATCH_DEADLINE_MS = 30_000;

/** How long a batch is tried for before the import gives up; the run can be resumed then. */
export const MAX_OUTAGE_MS = 300_000;

/** Between two tries of a batch, on top of the client's own waits. */
const PAUSE_MS = 500;

/** A row on its way. */
export interface PendingRow {
  readonly row: FileRow;
  readonly mark: LegacyMark;
}

export interface SendContext {
  readonly client: Pick<AttendanceClient, 'batchMarkAttendance'>;
  readonly importId: string;
  readonly maxOutageMs: number;
  /** Aborted to stop waiting for a service that is away. A call in flight is left to end. */
  readonly stop: AbortSignal;
  /** Whether an answered day was changed by this import; undefined when that cannot be told. */
  readonly changedByImport: (day: Attendance) => boolean | undefined;
  readonly settle: (row: FileRow, outcome: RowOutcome) => void;
  /** The service is away and the batch is being tried again. */
  readonly onOutage: (error: AttendanceClientError) => void;
}

/**
 * Returns when every row has been settled. Throws AttendanceClientError when the service refuses
 * the call as such or stays away, the stop signal's reason when it was aborted meanwhile.
 */
export async function sendBatch(rows: readonly PendingRow[], context: SendContext): Promise<void> {
  const giveUpAt = Date.now() + context.maxOutageMs;
  let left = rows;
  for (;;) {
    const { again, error } = await tryBatch(left, context);
    if (error === undefined) return;
    if (Date.now() >= giveUpAt) throw error;
    left = again;
    context.onOutage(error);
    await pause(error.retryDelayMs ?? PAUSE_MS, context.stop);
  }
}

/** One call. `again` are the rows to send again and `error` why, undefined when there are none. */
async function tryBatch(
  rows: readonly PendingRow[],
  context: SendContext,
): Promise<{ again: readonly PendingRow[]; error: AttendanceClientError | undefined }> {
  const requests = rows.map(({ mark }) => ({
    ...mark,
    requestId: importRequestId(mark, context.importId),
  }));
  let results: readonly BatchMarkAttendanceResult[];
  try {
    const options = { deadlineMs: BATCH_DEADLINE_MS };
    ({ results } = await context.client.batchMarkAttendance({ requests }, options));
  } catch (error) {
    if (!isPassing(error)) throw error;
    return { again: rows, error };
  }
  let error: AttendanceClientError | undefined;
  const again = rows.filter((pending, index) => {
    const outcome = outcomeOf(pending, results[index], context);
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
  { row, mark }: PendingRow,
  answer: BatchMarkAttendanceResult | undefined,
  context: SendContext,
): RowOutcome | AttendanceClientError {
  const { result } = answer ?? {};
  if (result?.case === 'attendance') {
    const { employeeId, date } = mark;
    const day = { employeeId, date, revision: result.value.revision };
    return { kind: 'ACCEPTED', changed: context.changedByImport(result.value), day };
  }
  if (result?.case !== 'error') {
    throw new AttendanceClientError(
      status.INTERNAL,
      'The service answered a batch without a result for each item.',
    );
  }
  const error = errorOfStatus(result.value);
  if (isPassing(error)) return error;
  const { line } = row;
  return {
    kind: 'REJECTED',
    reject: { line, reason: reasonOf(error), fields: row.fields },
  };
}

function reasonOf(error: AttendanceClientError): string {
  const fields = error.fieldViolations.map(({ field, description }) => `${field}: ${description}`);
  const says = fields.length > 0 ? fields.join('; ') : error.message;
  return `${error.reason || error.codeName}: ${says}`;
}

/**
 * Whether trying again may help. The service says so with a retry delay; what a dying process or
 * connection leaves behind comes from a call, not an item, and lacks the service's ErrorInfo.
 */
function isPassing(error: unknown): error is AttendanceClientError {
  if (!(error instanceof AttendanceClientError)) return false;
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      return true;
    case status.CANCELLED:
    case status.UNKNOWN:
    case status.INTERNAL:
      return error.domain === '' && error.cause !== undefined;
    default:
      return error.retryDelayMs !== undefined;
  }
}

async function pause(longMs: number, stop: AbortSignal): Promise<void> {
  stop.throwIfAborted();
  const jitteredMs = longMs * (1 + Math.random());
  await wait(jitteredMs, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
}
