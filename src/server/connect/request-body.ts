// Reads a request's body within bounds: its size, its time, and the memory for all bodies together.
// An unread body must not cut the connection, because the answer still has to reach the client.

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
  /** The time limit for the whole body. */
  readonly timeoutMs: number;
  /** The error for a body that is not complete in time. */
  readonly late: () => ConnectError;
  readonly maxBytes: number;
  /** The error for a larger body; `bytes`: its declared size, if it has one. */
  readonly tooLarge: (bytes: number | undefined) => ConnectError;
  /** Checks the bytes that have arrived; an error ends the reading. */
  readonly look?: (soFar: Buffer) => ConnectError | undefined;
}

/** A complete body and its share of the memory. The caller must release the share. */
export interface Body {
  readonly bytes: Buffer;
  readonly held: Held;
}

/**
 * Reads the whole body. Rejects with the errors in `bounds`, with RESOURCE_EXHAUSTED if it has to
 * give way to other bodies, and with ClientGoneError.
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
    // An empty body may have ended before this call.
    if (body.readableEnded) onEnd();
    else if (body.destroyed || exchange.isOver) onClose();
  });
}

/**
 * Yields the pieces of a streamed body, on demand. Throws DEADLINE_EXCEEDED / REQUEST_TOO_SLOW if
 * no piece arrives within `timeoutMs`, and CANCELLED if the client is gone. Stopping early leaves
 * the request open: Node's own iterator would destroy it, and with it the HTTP/1.1 connection
 * before the answer is written.
 */
export async function* readPieces(
  { body, connection }: Exchange,
  timeoutMs: number,
): AsyncGenerator<Uint8Array> {
  const pieces = body.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      // Reading fails only because the client no longer sends.
      const read = pieces.next().catch(() => Promise.reject(refusalError(CANCELLED)));
      const next = await within(read, timeoutMs, undefined);
      if (next === undefined) throw tooSlow(timeoutMs);
      if (next.done === true) return;
      connection.usefulBytes += next.value.length;
      yield next.value;
    }
  } finally {
    // Releases the request, so that the rest of it can be discarded.
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

/** The delay in RetryInfo for a caller whose body had to give way. */
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
/** In gRPC-Web's text form, three bytes take four characters; the rest is room for padding. */
const TEXT_FACTOR = 1.4;

/**
 * The bounds on the size of a body with one message of at most `messageBytes`, by its content type.
 */
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
    // Room for two envelope headers, so that a second message is refused as such.
    maxBytes: messageBytes + 2 * ENVELOPE_HEADER_BYTES,
    tooLarge: () => tooLarge(undefined),
    look(soFar) {
      if (soFar.length < ENVELOPE_HEADER_BYTES) return undefined;
      const bytes = soFar.readUInt32BE(1);
      return bytes > messageBytes ? tooLarge(bytes) : undefined;
    },
  };
}

/** `bytes`: the size of the message, if it is known. */
export function messageTooLarge(maxBytes: number, bytes: number | undefined): ConnectError {
  const what = bytes === undefined ? 'is larger' : `has ${bytes} bytes, more`;
  return refusalError({
    code: Code.ResourceExhausted,
    reason: 'MESSAGE_TOO_LARGE',
    message: `The request message ${what} than the ${maxBytes} bytes allowed; send fewer items per call.`,
  });
}
