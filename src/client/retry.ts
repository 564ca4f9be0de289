// Trying again after UNAVAILABLE, within the caller's deadline.
//
// This is our own loop and not grpc-js's retryPolicy, because that one (a) waits by a
// `grpc-retry-pushback-ms` trailer and does not see google.rpc.RetryInfo, which is how this service
// says when to come back; (b) gives up silently on calls larger than its 1 MiB retry buffer,
// which a full batch may be; (c) is set by method names in a JSON text that a DNS record may
// replace. What grpc-js does by itself stays on: it sends again what never left the client.
//
// Only UNAVAILABLE is tried again. It is safe for writes because every write carries a request id
// from before its first attempt. ABORTED is the caller's to resolve: the day has changed, so read it.

import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { AttendanceClientError } from './errors.js';

/** How a call is tried again. */
export interface RetryPolicy {
  /** Attempts in all, the first included; 1 never tries again. */
  readonly maxAttempts: number;
  /** The wait after the first attempt, doubled after each further one. */
  readonly initialBackoffMs: number;
  /** The longest wait that doubling leads to; the service may ask for a longer one. */
  readonly maxBackoffMs: number;
}

/** Rides out a dropped connection or a rolling restart within the default deadline. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 5,
  initialBackoffMs: 100,
  maxBackoffMs: 2_000,
};

/** Each wait is between this share of the backoff and all of it, so that callers spread out. */
const SMALLEST_SHARE = 0.5;

/**
 * The wait before the next attempt. `failedAttempts` counts from 1; `random` is in [0, 1).
 * A delay that the service asks for is a lower bound, and the jitter comes on top of it.
 */
export function backoffMs(
  policy: RetryPolicy,
  failedAttempts: number,
  askedDelayMs: number | undefined,
  random: number,
): number {
  const ceilingMs = Math.min(
    policy.maxBackoffMs,
    policy.initialBackoffMs * 2 ** (failedAttempts - 1),
  );
  const jitteredMs = ceilingMs * (SMALLEST_SHARE + (1 - SMALLEST_SHARE) * random);
  if (askedDelayMs === undefined) return jitteredMs;
  return Math.max(jitteredMs, askedDelayMs + policy.initialBackoffMs * random);
}

/**
 * Calls `attempt` until it succeeds, fails with anything but UNAVAILABLE, the attempts are used up,
 * or the next wait would pass `deadlineAt` (milliseconds since the epoch): then the last
 * UNAVAILABLE is thrown, which says more than a DEADLINE_EXCEEDED of our own would.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  deadlineAt: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnavailable(error) || attempts >= policy.maxAttempts) throw error;
      const waitMs = backoffMs(policy, attempts, error.retryDelayMs, Math.random());
      if (Date.now() + waitMs >= deadlineAt) throw error;
      await waitOrCancel(waitMs, signal);
    }
  }
}

function isUnavailable(error: unknown): error is AttendanceClientError {
  return error instanceof AttendanceClientError && error.code === status.UNAVAILABLE;
}

async function waitOrCancel(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(waitMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw cancelledError(signal, error);
  }
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
