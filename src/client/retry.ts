// Trying again what the service did not do, until the caller's deadline.
//
// This is our own loop and not grpc-js's retryPolicy, because that one (a) waits by a
// `grpc-retry-pushback-ms` trailer and does not see google.rpc.RetryInfo, which is how this service
// says when to come back; (b) gives up silently on calls larger than its 1 MiB retry buffer,
// which a full batch may be; (c) is set by method names in a JSON text that a DNS record may
// replace; (d) makes five attempts at most. What grpc-js does by itself stays on: it sends again
// what never left the client.
//
// Three failures are tried again. UNAVAILABLE: nobody answers, or the service cannot work now. What
// a dying process or connection leaves behind. And RESOURCE_EXHAUSTED when the service says when to
// come back: it is overloaded, and each further attempt is paid from the client's RetryBudget. All are
// safe for writes, because every write carries a request id from before its first attempt. ABORTED is
// the caller's to resolve: the day has changed, so read it.

import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { AttendanceClientError } from './errors.js';
import type { RetryBudget } from './retry-budget.js';

/** How a call is tried again. */
export interface RetryPolicy {
  /**
   * Attempts in all, the first included; 1 never tries again. Default: as many as fit into the
   * deadline.
   */
  readonly maxAttempts: number;
  /** The wait after the first attempt, doubled after each further one. */
  readonly initialBackoffMs: number;
  /** The longest wait that doubling leads to; a delay that the service asks for is added to it. */
  readonly maxBackoffMs: number;
}

/** Rides out a restart of the service within the default deadline. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: Number.POSITIVE_INFINITY,
  initialBackoffMs: 100,
  maxBackoffMs: 2_000,
};

/** Each wait is between this share of the backoff and all of it, so that callers spread out. */
const SMALLEST_SHARE = 0.5;

/** With less time than this left an attempt would hardly end in anything but a timeout. */
const SHORTEST_ATTEMPT_MS = 50;

/** The wait cannot double more often: the backoff would leave the range of numbers. */
const MAX_DOUBLINGS = 30;

/**
 * The wait before the next attempt. `failedAttempts` counts from 1; `random` is in [0, 1).
 * A delay that the service asks for comes first, and the jittered backoff on top of it: callers
 * who were refused together come back apart, and later each time they are refused again.
 */
export function backoffMs(
  policy: RetryPolicy,
  failedAttempts: number,
  askedDelayMs: number | undefined,
  random: number,
): number {
  const doublings = Math.min(failedAttempts - 1, MAX_DOUBLINGS);
  const ceilingMs = Math.min(policy.maxBackoffMs, policy.initialBackoffMs * 2 ** doublings);
  const jitteredMs = ceilingMs * (SMALLEST_SHARE + (1 - SMALLEST_SHARE) * random);
  return (askedDelayMs ?? 0) + jitteredMs;
}

/** What bounds the attempts of one call. */
export interface RetryBounds {
  readonly policy: RetryPolicy;
  readonly budget: RetryBudget;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** How long after the first failure the last attempt may begin, in milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal | undefined;
  /** Aborted when the client is closed: nothing is begun or waited for any more. */
  readonly closed: AbortSignal;
  /** Asked after each failure: whether the call can be made again at all. */
  readonly isRepeatable: () => boolean;
}

/**
 * Calls `attempt` until it succeeds or fails for good. When there is no time for a further attempt
 * before the deadline, the last failure is thrown at once: it says more than a DEADLINE_EXCEEDED would.
 */
export async function withRetries<T>(bounds: RetryBounds, attempt: () => Promise<T>): Promise<T> {
  let giveUpAt = bounds.deadlineAt;
  let before: AttendanceClientError | undefined;
  for (let attempts = 1; ; attempts += 1) {
    try {
      if (bounds.closed.aborted) throw closedError();
      const answer = await attempt();
      bounds.budget.earn();
      return answer;
    } catch (error) {
      if (!isPassing(error)) throw timeoutAfter(before, error);
      if (before === undefined) giveUpAt = Math.min(giveUpAt, Date.now() + bounds.patienceMs);
      before = error;
      await pauseOrThrow(bounds, attempts, giveUpAt, error);
    }
  }
}

async function pauseOrThrow(
  { policy, budget, signal, closed, isRepeatable }: RetryBounds,
  attempts: number,
  giveUpAt: number,
  error: AttendanceClientError,
): Promise<void> {
  if (attempts >= policy.maxAttempts || !isRepeatable()) throw error;
  const waitMs = backoffMs(policy, attempts, error.retryDelayMs, Math.random());
  if (Date.now() + waitMs + SHORTEST_ATTEMPT_MS > giveUpAt) throw error;
  // Asked last: what is not tried again costs nothing.
  if (error.code === status.RESOURCE_EXHAUSTED && !budget.take()) throw error;
  await waitOrCancel(waitMs, signal, closed);
}

/** Whether the service, or the next one in its place, may do it later. */
function isPassing(error: unknown): error is AttendanceClientError {
  if (!(error instanceof AttendanceClientError)) return false;
  if (error.code === status.UNAVAILABLE) return true;
  if (error.code === status.RESOURCE_EXHAUSTED) return error.retryDelayMs !== undefined;
  return isLeftBehind(error);
}

const LEFT_BEHIND = new Set([status.CANCELLED, status.UNKNOWN, status.INTERNAL]);

/**
 * Whether a call broke off because a process or connection died: gRPC reports that as one of these
 * codes. The service's own errors have an ErrorInfo, and this client's have no status of a call.
 */
export function isLeftBehind({ code, domain, cause }: AttendanceClientError): boolean {
  return LEFT_BEHIND.has(code) && domain === '' && cause instanceof Error && 'metadata' in cause;
}

/** A last attempt that ran into the deadline says why it was not the first one. */
function timeoutAfter(before: AttendanceClientError | undefined, error: unknown): unknown {
  if (before === undefined || !(error instanceof AttendanceClientError)) return error;
  if (error.code !== status.DEADLINE_EXCEEDED) return error;
  const message = `${error.message}; the previous attempt failed with ${before.codeName}: ${before.message}`;
  return new AttendanceClientError(error.code, message, error, error.metadata, { cause: before });
}

async function waitOrCancel(
  waitMs: number,
  signal: AbortSignal | undefined,
  closed: AbortSignal,
): Promise<void> {
  const waiting = new AbortController();
  const end = () => waiting.abort();
  for (const each of [signal, closed]) {
    if (each?.aborted) end();
    each?.addEventListener('abort', end, { once: true });
  }
  try {
    await wait(waitMs, undefined, { signal: waiting.signal });
  } catch (error) {
    throw closed.aborted ? closedError() : cancelledError(signal, error);
  } finally {
    for (const each of [signal, closed]) each?.removeEventListener('abort', end);
  }
}

function closedError(): AttendanceClientError {
  return new AttendanceClientError(status.CANCELLED, 'The client was closed.');
}

/** What a call throws when its signal is aborted; the signal's reason is the cause. */
export function cancelledError(
  signal: AbortSignal | undefined,
  cause?: unknown,
): AttendanceClientError {
  return new AttendanceClientError(
    status.CANCELLED,
    'The call was cancelled by its signal.',
    undefined,
    undefined,
    { cause: signal?.reason ?? cause },
  );
}
