// Streams that a client resets: impatience, or an attack. nghttp2 allows 1,000 at once and 33 a
// second; beyond that it ends the connection with an error for every call on it. So they are
// counted here too, and the connection is said goodbye (GOAWAY, NO_ERROR) before: calls begun go
// on, and clients open another one without a word. Who goes on resetting after that is cut.

import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';

/** Below nghttp2's own bounds by more than all the streams that can be open at the time. */
const MAX_RESETS = 600;
const RESETS_PER_SECOND = 30;
/** After a goodbye, more than a client can have had open when it heard of that. */
const MORE_RESETS = 300;
/**
 * Both sides keep a deadline. Where ours ends a call first, the client's reset meets a stream that
 * is closed: nghttp2 counts it and nobody else hears of it. A timer may fire so much too soon.
 */
const SLACK_MS = 2;

/**
 * How long what is read now may have waited in its socket, in milliseconds: at most for as long as
 * the process has been busy since it last read. In that time deadlines pass of which nobody knows.
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
      // Node calls it when everything that had come is read.
      setImmediate(() => {
        startedMs = undefined;
        readBefore = performance.eventLoopUtilization();
      });
    }
    return busyMs + nowMs - startedMs;
  };
}

/**
 * Counts what becomes of each stream that it is given, with the deadline its call has. `lagMs`: how
 * long ago it may have come.
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
