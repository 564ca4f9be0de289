// A stream of changes that does not end with its connection: whenever it breaks, or reaches its
// deadline, it is opened again behind the last message.

import { status } from '@grpc/grpc-js';
import type {
  WatchAttendanceRequest,
  WatchAttendanceResponse,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { AttendanceClientError } from './errors.js';
import type { RequestOf } from './request-types.js';
import { backoffMs, isPassing, type RetryPolicy, waitOrCancel } from './retry.js';
import type { CallOptions } from './service-client.js';

/** The deadline of one stream, the longest that the service takes. A new one follows it. */
const STREAM_DEADLINE_MS = 60 * 60_000;

/** The options of a stream that goes on by itself. */
export interface WatchOptions extends Omit<CallOptions, 'deadlineMs'> {
  /** Called each time the stream was broken and is about to be opened again. */
  readonly onBroken?: (error: AttendanceClientError) => void;
}

export type Watch = (
  request: RequestOf<WatchAttendanceRequest>,
  options?: WatchOptions,
) => AsyncGenerator<WatchAttendanceResponse, void, void>;

/** What it takes to open streams. */
export interface Watched {
  readonly open: (
    request: RequestOf<WatchAttendanceRequest>,
    options: CallOptions,
  ) => AsyncIterable<WatchAttendanceResponse>;
  readonly retry: RetryPolicy;
  /** Aborted when the client is closed. */
  readonly closed: AbortSignal;
}

/**
 * The messages of WatchAttendance, without an end. Keep the cursor of what you have dealt with, and
 * begin with it after a restart. Throws what is wrong with the request or the caller, and what
 * keeps the very first stream from beginning.
 */
export async function* watchOn(
  { open, retry, closed }: Watched,
  request: RequestOf<WatchAttendanceRequest>,
  { onBroken, ...options }: WatchOptions = {},
): AsyncGenerator<WatchAttendanceResponse, void, void> {
  let behind: { readonly cursor: string } | undefined;
  for (let failures = 0; ; failures += 1) {
    let broken: AttendanceClientError;
    try {
      const next = { ...request, ...behind };
      for await (const message of open(next, { ...options, deadlineMs: STREAM_DEADLINE_MS })) {
        failures = 0;
        behind = { cursor: message.cursor };
        yield message;
      }
      return;
    } catch (error) {
      if (behind === undefined || !mayGoOn(error, failures)) throw error;
      broken = error;
    }
    if (failures === 0) onBroken?.(broken);
    const waitMs = backoffMs(retry, failures + 1, broken.retryDelayMs, Math.random());
    await waitOrCancel(waitMs, options.signal, closed);
  }
}

/** An expired token is renewed for the next stream, if this client can: else that one fails too. */
function mayGoOn(error: unknown, failures: number): error is AttendanceClientError {
  if (!(error instanceof AttendanceClientError)) return false;
  if (error.reason === 'TOKEN_EXPIRED') return failures === 0;
  return error.code === status.DEADLINE_EXCEEDED || isPassing(error);
}
