// A request's body as Connect's handlers read it, with a bound on how long it may take to come.
// Leaving it unread must not cut the connection: the answer still has to reach the client.

import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Code } from '@connectrpc/connect';
import { refusalError } from './rpc-error.js';

export type NodeRequest = IncomingMessage | Http2ServerRequest;

export interface BodyBounds {
  /** For all of the body, or for each wait between two pieces of a streamed one. */
  readonly timeoutMs: number;
  readonly isStreamed: boolean;
}

/**
 * The body's pieces. Throws DEADLINE_EXCEEDED / REQUEST_TOO_SLOW. Stopping early leaves the
 * request open (Node's own iterator would destroy it, and with it the HTTP/1.1 connection
 * before the answer is written).
 */
export async function* readBody(
  request: NodeRequest,
  bounds: BodyBounds,
): AsyncGenerator<Uint8Array> {
  const pieces = request.iterator({ destroyOnReturn: false });
  let late: (error: Error) => void = () => {};
  const isLate = new Promise<never>((_, reject) => {
    late = reject;
  });
  isLate.catch(() => {});
  const timer = setTimeout(() => late(tooSlow(bounds.timeoutMs)), bounds.timeoutMs);
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), isLate]);
      if (next.done === true) return;
      yield next.value;
      if (bounds.isStreamed) timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(timeoutMs: number): Error {
  return refusalError({
    code: Code.DeadlineExceeded,
    reason: 'REQUEST_TOO_SLOW',
    message: `The request's body did not come within ${timeoutMs} ms; send it without pauses.`,
  });
}
