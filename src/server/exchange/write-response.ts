// Writes an answer in either version of HTTP. The client's reading bounds its time, and the unread
// answers of all clients bound its memory.

import type { OutgoingHttpHeaders } from 'node:http';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import type { MemoryBudget } from '../support/memory-budget.js';
import { webHeaderToNodeHeaders } from '../support/node-headers.js';
import type { Exchange } from './exchange.js';

/** The client is gone or does not read. Log it at debug level at most. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

export interface WriteBounds {
  /** How long the client may leave written bytes unread. */
  readonly stallTimeoutMs: number;
  /** The memory for all answers that clients have not read yet. */
  readonly unread: MemoryBudget;
}

/**
 * Resolves when the answer is written. Ends the body's iterator in any case. Throws what the body
 * throws, and ClientGoneError.
 */
export async function writeResponse(
  response: UniversalServerResponse,
  exchange: Exchange,
  bounds: WriteBounds,
): Promise<void> {
  const pieces = response.body?.[Symbol.asyncIterator]();
  try {
    // Headers are sent after the first read, because a handler may add to them until then.
    let piece = await pieces?.next();
    if (exchange.isOver) throw new ClientGoneError('closed before the answer');
    exchange.respond(response.status, webHeaderToNodeHeaders(response.header));
    let untakenBytes = ANSWER_BYTES;
    for (; piece !== undefined && piece.done !== true; piece = await pieces?.next()) {
      if (exchange.isOver) throw new ClientGoneError('closed during the answer');
      untakenBytes += piece.value.length;
      if (exchange.write(piece.value)) continue;
      await taken(exchange, untakenBytes, bounds, (done) => exchange.onceDrained(done));
      untakenBytes = ANSWER_BYTES;
    }
    if (exchange.isOver) throw new ClientGoneError('closed during the answer');
    const over = taken(exchange, untakenBytes, bounds);
    exchange.end(response.trailer && webHeaderToNodeHeaders(response.trailer));
    await over;
  } finally {
    // Tells the handler that nobody reads any more; the handler may take its time to stop.
    pieces?.return?.().catch(() => {});
  }
}

/** An answer that is complete before it is written. */
export interface WholeAnswer {
  /** HTTP's status; 200 when left out. */
  readonly status?: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  readonly trailers?: OutgoingHttpHeaders;
}

/** Writes a whole answer. Resolves when the client has taken it; throws ClientGoneError. */
export async function writeWhole(
  { status = 200, headers, body, trailers }: WholeAnswer,
  exchange: Exchange,
  bounds: WriteBounds,
): Promise<void> {
  if (exchange.isOver) throw new ClientGoneError('closed before the answer');
  exchange.respond(status, headers);
  const over = taken(exchange, ANSWER_BYTES + (body?.length ?? 0), bounds);
  exchange.end(trailers, body);
  await over;
}

/** The memory of an answer beside its bytes. */
const ANSWER_BYTES = 4 * 1024;

/**
 * Resolves when the client has taken the written bytes: when `onceTaken` calls back, or at the end
 * of the answer. Cuts a client that takes nothing for `stallTimeoutMs`, and the one that has held
 * the memory for longest when that is used up.
 */
function taken(
  exchange: Exchange,
  bytes: number,
  { stallTimeoutMs, unread }: WriteBounds,
  onceTaken?: (listener: () => void) => () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => exchange.cut(), stallTimeoutMs);
    const held = unread.hold(() => exchange.cut());
    let forgetOver = () => {};
    const settle = (isTaken: boolean) => {
      clearTimeout(timer);
      held.release();
      forgetTaken?.();
      forgetOver();
      if (isTaken) resolve();
      else reject(new ClientGoneError('closed during the answer'));
    };
    const forgetTaken = onceTaken?.(() => settle(true));
    forgetOver = exchange.onceOver((outcome) => settle(outcome === 'answered'));
    held.add(bytes);
  });
}
