// Retries what the service did not do, until the caller's deadline.
//
// This is our own loop instead of grpc-js's retryPolicy, because that one (a) uses the trailer
// `grpc-retry-pushback-ms` and ignores google.rpc.RetryInfo, in which this service says when to
// retry; (b) silently gives up on calls larger than its 1 MiB retry buffer, which a full batch may
// be; (c) is configured by method names in a JSON text that a DNS record may replace; (d) makes at
// most five attempts. grpc-js's own transparent retries stay on: they repeat only what never left
// the client.
//
// Three failures are retried. UNAVAILABLE: nobody answers, or the service cannot work now. A call
// broken by the death of a process or connection. And RESOURCE_EXHAUSTED if the service says when
// to retry: it is overloaded, and each retry takes from the client's RetryBudget. All are safe for
// writes, because every write has a request id before its first attempt. ABORTED is for the caller
// to resolve: the day has changed, so read it.

import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { AttendanceClientError } from './errors.js';
import type { RetryBudget } from './retry-budget.js';

/** How calls are retried. */
export interface RetryPolicy {
  /**
   * The most attempts, the first included; 1: no retries. Default: as many as fit into the
   * deadline.
   */
  readonly maxAttempts: number;
  /** The wait after the first attempt, doubled after each further one. */
  readonly initialBackoffMs: number;
  /** The longest wait reached by doubling. A delay that the service asks for is added to it. */
  readonly maxBackoffMs: number;
}

/** Bridges a restart of the service within the default deadline. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: Number.POSITIVE_INFINITY,
  initialBackoffMs: 100,
  maxBackoffMs: 2_000,
};

/** Each wait is between this share of the backoff and all of it, so that callers spread out. */
const SMALLEST_SHARE = 0.5;

/** With less time than this left, an attempt would most likely only time out. */
const SHORTEST_ATTEMPT_MS = 50;

/** The most doublings of the wait. More would leave the range of numbers. */
const MAX_DOUBLINGS = 30;

/**
 * The wait before the next attempt. `failedAttempts` counts from 1; `random` is in [0, 1). It is
 * the delay that the service asks for, plus the jittered backoff. So callers that were refused
 * together come back apart, and later after each refusal.
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

/** The bounds of the attempts of one call. */
export interface RetryBounds {
  readonly policy: RetryPolicy;
  readonly budget: RetryBudget;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** How long after the first failure the last attempt may begin, in milliseconds. */
  readonly patienceMs: number;
  readonly signal: AbortSignal | undefined;
  /** Aborted when the client is closed. No attempt or wait begins after that. */
  readonly closed: AbortSignal;
  /** Called after each failure: whether the call can be repeated at all. */
  readonly isRepeatable: () => boolean;
}

/**
 * Calls `attempt` until it succeeds or fails for good. Without time for a further attempt before
 * the deadline, it throws the last failure at once, which says more than DEADLINE_EXCEEDED.
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
  // Checked last, so that a call that is not retried takes no token.
  if (error.code === status.RESOURCE_EXHAUSTED && !budget.take()) throw error;
  await waitOrCancel(waitMs, signal, closed);
}

/** Whether the service, or another instance, may do it later. */
export function isPassing(error: unknown): error is AttendanceClientError {
  if (!(error instanceof AttendanceClientError)) return false;
  if (error.code === status.UNAVAILABLE) return true;
  if (error.code === status.RESOURCE_EXHAUSTED) return error.retryDelayMs !== undefined;
  return isLeftBehind(error);
}

const LEFT_BEHIND = new Set([status.CANCELLED, status.UNKNOWN, status.INTERNAL]);

/**
 * Whether a call broke because a process or connection died: gRPC reports that with one of these
 * codes. The service's own errors have an ErrorInfo, and this client's own have no status of a
 * call.
 */
export function isLeftBehind({ code, domain, cause }: AttendanceClientError): boolean {
  return LEFT_BEHIND.has(code) && domain === '' && cause instanceof Error && 'metadata' in cause;
}

/** If the last attempt ran into the deadline, the error also names the failure before. */
function timeoutAfter(before: AttendanceClientError | undefined, error: unknown): unknown {
  if (before === undefined || !(error instanceof AttendanceClientError)) return error;
  if (error.code !== status.DEADLINE_EXCEEDED) return error;
  const message = `${error.message}; the previous attempt failed with ${before.codeName}: ${before.message}`;
  return new AttendanceClientError(error.code, message, error, error.metadata, { cause: before });
}

/** Waits. Throws CANCELLED when the caller cancels, or the client is closed. */
export async function waitOrCancel(
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

/** The error of a call whose signal is aborted. The signal's reason is the cause. */
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
