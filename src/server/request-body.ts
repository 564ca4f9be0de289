// A request's body as Connect's handlers read it, with a bound on how long it may take to come.
// Leaving it unread must not cut the connection: the answer still has to reach the client.

import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Code } from '@connectrpc/connect';
import { refusalError } from './rpc-error.js';
import { within } from './within.js';

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
  const deadlineMs = performance.now() + bounds.timeoutMs;
  try {
    for (;;) {
      const leftMs = bounds.isStreamed ? bounds.timeoutMs : deadlineMs - performance.now();
      const next = await within(pieces.next(), leftMs, undefined);
      if (next === undefined) throw tooSlow(bounds.timeoutMs);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Lets go of the request, so that what is left of it can be discarded.
    pieces.return?.().catch(() => {});
  }
}

function tooSlow(timeoutMs: number): Error {
  return refusalError({
    code: Code.DeadlineExceeded,
    reason: 'REQUEST_TOO_SLOW',
    message: `The request's body did not come within ${timeoutMs} ms; send it without pauses.`,
  });
}
