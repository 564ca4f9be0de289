// How long a call may take: until its deadline, its caller goes, or its token ends.

import { Code, ConnectError } from '@connectrpc/connect';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { Cancellation } from './cancellation.js';

/** The deadline of a unary call that brings none. */
export const DEFAULT_UNARY_DEADLINE_MS = 15_000;

/** The deadline of a stream that brings none. */
export const DEFAULT_STREAM_DEADLINE_MS = 10 * 60_000;

/** Longer deadlines than this are taken as this. */
export const MAX_DEADLINE_MS = 60 * 60_000;

/** What limits a call from outside. */
export interface TimedCall {
  readonly cancellation: Cancellation;
  /** Milliseconds the caller still waits; undefined when the call brought no deadline. */
  readonly timeoutMs: number | undefined;
}

export interface Deadline {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The promise's outcome, or the failure if the deadline passes or the caller goes first. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** Ends a stream with its token, so many milliseconds from now, unless the deadline is before. */
  endAt(leftMs: number): void;
  clear(): void;
}

/** `usualMs`: the deadline of a call that brings none. Call `clear` at its end. */
export function startDeadline(incoming: TimedCall, usualMs: number): Deadline {
  const timeoutMs = Math.min(incoming.timeoutMs ?? usualMs, MAX_DEADLINE_MS);
  const controller = new AbortController();
  let passed: Error | undefined;
  // Of those who wait: at most one for the handler, and one for the handler's next message.
  const waiting = new Set<(error: Error) => void>();
  const fail = (error: Error) => {
    passed = error;
    for (const reject of waiting) reject(error);
    controller.abort(error);
  };
  const late = () => fail(new AttendanceError({ kind: 'DEADLINE_EXCEEDED' }));
  const timer = setTimeout(late, Math.max(timeoutMs, 0));
  let expiry: NodeJS.Timeout | undefined;
  const { cancellation } = incoming;
  const forget = cancellation.onceCancelled(() => fail(whyCancelled(cancellation)));
  return {
    timeoutMs,
    signal: controller.signal,
    // Not Promise.race: racing every message of a long stream against one promise that lives as
    // long as the stream would keep something of each message until the stream's end.
    race: (promise) =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        const settle = () => waiting.delete(reject);
        promise.then(settle, settle);
        promise.then(resolve, reject);
        if (passed !== undefined) reject(passed);
      }),
    endAt: (leftMs) => {
      if (leftMs >= timeoutMs) return;
      const expired = () => fail(new AttendanceError({ kind: 'TOKEN_EXPIRED' }));
      expiry = setTimeout(expired, Math.max(leftMs, 0));
    },
    clear: () => {
      clearTimeout(timer);
      clearTimeout(expiry);
      forget();
    },
  };
}

/** Throws for a call whose time is over before it began, or whose caller has gone. */
export function admit({ cancellation }: TimedCall, { timeoutMs }: Deadline): void {
  if (timeoutMs <= 0) throw new AttendanceError({ kind: 'DEADLINE_EXCEEDED' });
  if (cancellation.isCancelled) throw whyCancelled(cancellation);
}

/**
 * Why the transport gave a call up. It keeps the deadline too, a moment before or after us; and it
 * tells the calls that outlive a drain, with an error that is for the caller as it is.
 */
export function whyCancelled({ reason }: Cancellation): Error {
  if (reason instanceof ConnectError && reason.code === Code.Unavailable) return reason;
  const late = reason instanceof ConnectError && reason.code === Code.DeadlineExceeded;
  return new AttendanceError({ kind: late ? 'DEADLINE_EXCEEDED' : 'CANCELLED' });
}
