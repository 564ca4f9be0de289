// Counts the streams that a client resets, out of impatience or as an attack. nghttp2 allows 1,000
// at once and 33 per second; beyond that it ends the connection with an error for every call on it.
// So the connection gets a GOAWAY (NO_ERROR) before that: calls in flight go on, and clients
// silently open another connection. A client that goes on resetting is cut.

import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';

/** Below nghttp2's bound by more than the streams that can be open at the time. */
const MAX_RESETS = 600;
const RESETS_PER_SECOND = 30;
/** Resets allowed after GOAWAY: more than a client can have had open when it received that. */
const MORE_RESETS = 300;
/**
 * How much too early a timer may fire. Client and server both apply a call's deadline. If the
 * server ends the call first, the client's reset meets a closed stream: nghttp2 counts it, but
 * reports it to nobody. So a stream that closes at its deadline counts as reset.
 */
const SLACK_MS = 2;

/**
 * Returns how long the bytes that are read now may have waited in their socket, in ms: at most as
 * long as the process has been busy since it last read. Deadlines can pass unnoticed in that time.
 */
export function createReadLag(): () => number {
  let readBefore = performance.eventLoopUtilization();
  let busyMs = 0;
  let startedMs: number | undefined;
  return () => {
    const nowMs = performance.now();
    if (startedMs === undefined) {
      startedMs = nowMs;
      busyMs = performance.eventLoopUtilization(readBefore).active;
      // Node runs this after it has read everything that had arrived.
      setImmediate(() => {
        startedMs = undefined;
        readBefore = performance.eventLoopUtilization();
      });
    }
    return busyMs + nowMs - startedMs;
  };
}

/**
 * Counts the resets among the streams that it is given, with each call's timeout in ms. `lagMs`:
 * how long ago a stream's headers may have arrived.
 */
export function createResetBudget(
  session: Pick<ServerHttp2Session, 'close' | 'destroy'>,
  lagMs: () => number,
) {
  let left = MAX_RESETS;
  let countedMs = performance.now();
  const count = (nowMs: number): void => {
    const refilled = left + ((nowMs - countedMs) / 1000) * RESETS_PER_SECOND;
    left = Math.min(MAX_RESETS, refilled) - 1;
    countedMs = nowMs;
    if (left <= -MORE_RESETS) session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    else if (left <= 0) session.close();
  };
  return (
    stream: Pick<ServerHttp2Stream, 'once' | 'rstCode'>,
    timeoutMs = Number.POSITIVE_INFINITY,
  ): void => {
    const sentMs = performance.now() - lagMs();
    const deadlineMs = sentMs + Math.max(timeoutMs / 2, timeoutMs - SLACK_MS);
    stream.once('close', () => {
      const nowMs = performance.now();
      const isReset = stream.rstCode !== constants.NGHTTP2_NO_ERROR || nowMs >= deadlineMs;
      if (isReset) count(nowMs);
    });
  };
}
