// Writes an answer, whatever the version of HTTP. Bounded in time by what the client takes, and in
// memory by what all clients leave unread.

import type { OutgoingHttpHeaders } from 'node:http';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import type { MemoryBudget } from '../support/memory-budget.js';
import { webHeaderToNodeHeaders } from '../support/node-headers.js';
import type { Exchange } from './exchange.js';

/** The client is gone, or does not read. Never worth more than a debug line. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

export interface WriteBounds {
  /** How long the client may leave written bytes unread. */
  readonly stallTimeoutMs: number;
  /** What all answers that are not taken yet may hold. */
  readonly unread: MemoryBudget;
}

/**
 * Resolves when the answer is written or the client is gone, and has then ended the body's
 * iterator. Throws what the body throws, and ClientGoneError.
 */
export async function writeResponse(
  response: UniversalServerResponse,
  exchange: Exchange,
  bounds: WriteBounds,
): Promise<void> {
  const pieces = response.body?.[Symbol.asyncIterator]();
  try {
    // Headers go after the first read: until then a handler may still add to them.
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
    // Tells the handler that nobody listens any more; it may take its time to stop.
    pieces?.return?.().catch(() => {});
  }
}

/** An answer of which nothing is still to be made. */
export interface WholeAnswer {
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  readonly trailers?: OutgoingHttpHeaders;
}

/** Writes it. Resolves when the client has taken it; throws ClientGoneError. */
export async function writeWhole(
  { headers, body, trailers }: WholeAnswer,
  exchange: Exchange,
  bounds: WriteBounds,
): Promise<void> {
  if (exchange.isOver) throw new ClientGoneError('closed before the answer');
  exchange.respond(200, headers);
  const over = taken(exchange, ANSWER_BYTES + (body?.length ?? 0), bounds);
  exchange.end(trailers, body);
  await over;
}

/** What an answer costs beside its bytes. */
const ANSWER_BYTES = 4 * 1024;

/**
 * Resolves when the client has taken what was written: by what `onceTaken` waits for, or by the end
 * of the answer. A client that takes nothing for so long is cut off, and so is the one that has
 * kept most others waiting for memory.
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
