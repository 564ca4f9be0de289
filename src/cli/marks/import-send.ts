// Sends one batch of rows and reports the result of each. Survives a restart of the service:
// temporary failures are retried with the same request ids, for a bounded time.

import type {
  Attendance,
  AttendanceClient,
  BatchMarkAttendanceResult,
} from '../../client/index.js';
import { AttendanceClientError, errorOfStatus } from '../../client/index.js';
import type { FileRow } from '../csv/csv-file.js';
import type { Patience, Tried } from '../csv/retry-batch.js';
import { BATCH_DEADLINE_MS, isPassing, outlast, reasonOf, unanswered } from '../csv/retry-batch.js';
import { parseHours } from '../text/values.js';
import type { RowOutcome } from './import-ledger.js';
import { importRequestId } from './import-request-id.js';
import type { LegacyMark } from './import-row.js';

/** A row to be sent. */
export interface PendingRow {
  readonly row: FileRow;
  readonly mark: LegacyMark;
}

export interface SendContext extends Patience {
  readonly client: Pick<AttendanceClient, 'batchMarkAttendance'>;
  /** The id that separates the rows as statements, and the import with which they are recorded. */
  readonly importId: string;
  readonly recordedWith: string;
  /** Whether this import changed an answered day; undefined if that cannot be told. */
  readonly changedByImport: (day: Attendance) => boolean | undefined;
  readonly settle: (row: FileRow, outcome: RowOutcome) => void;
}

/**
 * Returns when every row is settled. Throws AttendanceClientError if the service refuses the whole
 * call or stays unavailable, and the stop signal's reason if it was aborted meanwhile.
 */
export async function sendBatch(rows: readonly PendingRow[], context: SendContext): Promise<void> {
  await outlast(rows, context, (left) => tryBatch(left, context));
}

async function tryBatch(
  rows: readonly PendingRow[],
  context: SendContext,
): Promise<Tried<PendingRow>> {
  const requests = rows.map(({ mark }) => {
    const { hours, ...said } = mark;
    const leaveTime = parseHours(hours);
    return {
      ...said,
      ...(leaveTime === undefined ? {} : { leaveTime }),
      requestId: importRequestId(mark, context.importId),
      importId: context.recordedWith,
    };
  });
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

/** The result of a row, or an error if it must be sent again. */
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
  if (result?.case !== 'error') throw unanswered();
  const error = errorOfStatus(result.value);
  if (isPassing(error)) return error;
  const { line, fields } = row;
  return { kind: 'REJECTED', reject: { line, reason: reasonOf(error), fields } };
}
