// Repeats a call while it fails only temporarily, for a bounded time, so that an import survives a
// restart of the service. Only for data that is safe to send twice.

import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { AttendanceClientError } from '../../client/index.js';

/** How long one batch may take in one call, including the client's own attempts. */
export const BATCH_DEADLINE_MS = 30_000;

/** How long a batch is retried before the import gives up. The import can then be run again. */
export const MAX_OUTAGE_MS = 300_000;

/** The pause between two attempts of a batch, in addition to the client's own waits. */
const PAUSE_MS = 500;

export interface Patience {
  readonly maxOutageMs: number;
  /** Aborted to stop waiting for an unavailable service. A call in flight is allowed to end. */
  readonly stop: AbortSignal;
  /** Called when the service is unavailable and the rows are retried. */
  readonly onOutage: (error: AttendanceClientError) => void;
}

/** What is left after one call: `again` has to be sent again because of `error`, if any. */
export interface Tried<T> {
  readonly again: readonly T[];
  readonly error: AttendanceClientError | undefined;
}

/**
 * Returns when nothing is left to send. Throws the error of `attempt`, the last error if the
 * service stays unavailable, or the stop signal's reason if it was aborted meanwhile.
 */
export async function outlast<T>(
  items: readonly T[],
  { maxOutageMs, stop, onOutage }: Patience,
  attempt: (items: readonly T[]) => Promise<Tried<T>>,
): Promise<void> {
  const giveUpAt = Date.now() + maxOutageMs;
  let left = items;
  for (;;) {
    const { again, error } = await attempt(left);
    if (error === undefined) return;
    if (Date.now() >= giveUpAt) throw error;
    left = again;
    onOutage(error);
    await pause(error.retryDelayMs ?? PAUSE_MS, stop);
  }
}

/**
 * Whether a retry may help. The service says so with a retry delay. The death of a process or
 * connection shows in a call, not an item, and without the service's ErrorInfo.
 */
export function isPassing(error: unknown): error is AttendanceClientError {
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

/** Why the service refuses a row, on one line: the reason and the problem. */
export function reasonOf(error: AttendanceClientError): string {
  const fields = error.fieldViolations.map(({ field, description }) => `${field}: ${description}`);
  const says = fields.length > 0 ? fields.join('; ') : error.message;
  return `${error.reason || error.codeName}: ${says}`;
}

/** The error for a batch whose answer lacks a result for an item. */
export function unanswered(): AttendanceClientError {
  return new AttendanceClientError(
    status.INTERNAL,
    'The service answered a batch without a result for each item.',
  );
}

async function pause(longMs: number, stop: AbortSignal): Promise<void> {
  stop.throwIfAborted();
  const jitteredMs = longMs * (1 + Math.random());
  await wait(jitteredMs, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
}
