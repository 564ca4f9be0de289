// A request's body, read within bounds: how large it may be, how long it may take, and what all
// bodies together may hold. Leaving it unread must not cut the connection: the answer still has
// to reach the client.

import { Code, type ConnectError } from '@connectrpc/connect';
import { within } from '../../metrics/timeout.js';
import type { Exchange } from '../exchange/exchange.js';
import { ClientGoneError } from '../exchange/write-response.js';
import type { BodyShares } from '../load/body-shares.js';
import { ByteCollector } from '../support/byte-collector.js';
import type { Held } from '../support/memory-budget.js';
import { refusalError } from '../support/rpc-error.js';
import { CANCELLED } from './refusals.js';

export interface BodyBounds {
  /** For all of it. */
  readonly timeoutMs: number;
  /** What is said when it has not come by then. */
  readonly late: () => ConnectError;
  readonly maxBytes: number;
  /** What is said of a larger one; `bytes`: how many it has, where it says so. */
  readonly tooLarge: (bytes: number | undefined) => ConnectError;
  /** Looks at what has come so far; what it returns ends the reading. */
  readonly look?: (soFar: Buffer) => ConnectError | undefined;
}

/** A body that came whole, and its share of the memory: for the caller to release. */
export interface Body {
  readonly bytes: Buffer;
  readonly held: Held;
}

/**
 * The whole body. Rejects with what `bounds` says, with RESOURCE_EXHAUSTED when it had to give way
 * to others, and with ClientGoneError.
 */
export function readWhole(
  exchange: Exchange,
  shares: BodyShares,
  bounds: BodyBounds,
): Promise<Body> {
  return new Promise((resolve, reject) => {
    const { body, connection } = exchange;
    const collected = new ByteCollector();
    const timer = setTimeout(() => stop(bounds.late()), bounds.timeoutMs);
    const share = shares.open(connection, body, () => stop(tooMuchInFlight()));
    const stop = (error?: Error) => {
      clearTimeout(timer);
      body.off('data', onData);
      body.off('end', onEnd);
      body.off('close', onClose);
      if (error === undefined) {
        share.settle();
        resolve({ bytes: collected.bytes, held: share });
      } else {
        share.release();
        reject(error);
      }
    };
    const onData = (piece: Buffer) => {
      connection.usefulBytes += piece.length;
      if (collected.length + piece.length > bounds.maxBytes) {
        return stop(bounds.tooLarge(undefined));
      }
      collected.append(piece);
      const refusal = bounds.look?.(collected.bytes);
      if (refusal !== undefined) return stop(refusal);
      share.add(piece.length);
    };
    const onEnd = () => stop();
    const onClose = () => stop(new ClientGoneError('closed before its request was whole'));
    const declared = Number(exchange.headers['content-length']);
    if (declared > bounds.maxBytes) return stop(bounds.tooLarge(declared));
    body.on('data', onData);
    body.once('end', onEnd);
    body.once('close', onClose);
    // An empty one may have ended before anybody looked.
    if (body.readableEnded) onEnd();
    else if (body.destroyed || exchange.isOver) onClose();
  });
}

/**
 * The pieces of a body that goes on, each when it is asked for. Throws DEADLINE_EXCEEDED /
 * REQUEST_TOO_SLOW, and CANCELLED when the client has gone. Stopping early leaves the request open (Node's own iterator would destroy it,
 * and with it the HTTP/1.1 connection before the answer is written).
 */
export async function* readPieces(
  { body, connection }: Exchange,
  timeoutMs: number,
): AsyncGenerator<Uint8Array> {
  const pieces = body.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      // All that reading fails with is that nobody sends any more.
      const read = pieces.next().catch(() => Promise.reject(refusalError(CANCELLED)));
      const next = await within(read, timeoutMs, undefined);
      if (next === undefined) throw tooSlow(timeoutMs);
      if (next.done === true) return;
      connection.usefulBytes += next.value.length;
      yield next.value;
    }
  } finally {
    // Lets go of the request, so that what is left of it can be discarded.
    pieces.return?.().catch(() => {});
  }
}

export function tooSlow(timeoutMs: number): ConnectError {
  return refusalError({
    code: Code.DeadlineExceeded,
    reason: 'REQUEST_TOO_SLOW',
    message: `The request body did not arrive within ${timeoutMs} ms; send it without pauses.`,
  });
}

/** What a caller that had to give way is told to wait. */
const RETRY_AFTER_MS = 1_000;

export function tooMuchInFlight(): ConnectError {
  return refusalError({
    code: Code.ResourceExhausted,
    reason: 'TOO_MUCH_IN_FLIGHT',
    message:
      'The unfinished requests of all callers fill the memory for them, and this one is the ' +
      'oldest; repeat it a little later, and send it without pauses.',
    retryAfterMs: RETRY_AFTER_MS,
  });
}

const ENVELOPE_HEADER_BYTES = 5;
/** What of gRPC-Web's text form takes three bytes takes four characters; with room for padding. */
const TEXT_FACTOR = 1.4;

/** The bounds of a body with one message of at most `messageBytes`, in the form that it has. */
export function tooLargeBody(
  { headers }: Exchange,
  messageBytes: number,
): Pick<BodyBounds, 'maxBytes' | 'tooLarge' | 'look'> {
  const type = headers['content-type'] ?? '';
  const tooLarge = (bytes: number | undefined) => messageTooLarge(messageBytes, bytes);
  if (/^application\/grpc-web-text/i.test(type)) {
    return {
      maxBytes: (messageBytes + 2 * ENVELOPE_HEADER_BYTES) * TEXT_FACTOR,
      tooLarge: () => tooLarge(undefined),
    };
  }
  if (!/^application\/(grpc|connect\+)/i.test(type)) return { maxBytes: messageBytes, tooLarge };
  return {
    // Two envelopes: a second one is refused for what it is.
    maxBytes: messageBytes + 2 * ENVELOPE_HEADER_BYTES,
    tooLarge: () => tooLarge(undefined),
    look(soFar) {
      if (soFar.length < ENVELOPE_HEADER_BYTES) return undefined;
      const bytes = soFar.readUInt32BE(1);
      return bytes > messageBytes ? tooLarge(bytes) : undefined;
    },
  };
}

/** `bytes`: how many it has, where that is known. */
export function messageTooLarge(maxBytes: number, bytes: number | undefined): ConnectError {
  const what = bytes === undefined ? 'is larger' : `has ${bytes} bytes, more`;
  return refusalError({
    code: Code.ResourceExhausted,
    reason: 'MESSAGE_TOO_LARGE',
    message: `The request message ${what} than the ${maxBytes} bytes allowed; send fewer items per call.`,
  });
}
