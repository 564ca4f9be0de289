// Sends something again while it fails only for the moment, for a bounded time: what lets an import
// outlive a restart of the service. Only for what is safe to send twice.

import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { AttendanceClientError } from '../../client/index.js';

/** How long one batch may take in one call, the client's own attempts included. */
export const BATCH_DEADLINE_MS = 30_000;

/** How long a batch is tried for before the import gives up; it can be run again then. */
export const MAX_OUTAGE_MS = 300_000;

/** Between two tries of a batch, on top of the client's own waits. */
const PAUSE_MS = 500;

export interface Patience {
  readonly maxOutageMs: number;
  /** Aborted to stop waiting for a service that is away. A call in flight is left to end. */
  readonly stop: AbortSignal;
  /** The service is away and the rows are being tried again. */
  readonly onOutage: (error: AttendanceClientError) => void;
}

/** What is left after one call: `again` to be sent again because of `error`, if any. */
export interface Tried<T> {
  readonly again: readonly T[];
  readonly error: AttendanceClientError | undefined;
}

/**
 * Returns when nothing is left to send. Throws what `attempt` throws, the last error when the
 * service stays away, the stop signal's reason when it was aborted meanwhile.
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
 * Whether trying again may help. The service says so with a retry delay; what a dying process or
 * connection leaves behind comes from a call, not an item, and lacks the service's ErrorInfo.
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

/** Why the service refuses a row, on one line: the reason and what is wrong. */
export function reasonOf(error: AttendanceClientError): string {
  const fields = error.fieldViolations.map(({ field, description }) => `${field}: ${description}`);
  const says = fields.length > 0 ? fields.join('; ') : error.message;
  return `${error.reason || error.codeName}: ${says}`;
}

/** What a batch is worth whose answer does not say what became of each item. */
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
