// What a call is told that cannot be served now: too many wait, or too many streams of its kind are
// open. Made once for each wait and protocol and then only sent: while too much is asked, a refusal
// must cost next to nothing.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Code, type ConnectError } from '@connectrpc/connect';
import { errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { isGrpcContentType } from '../exchange/answer-refusal.js';
import type { Exchange } from '../exchange/exchange.js';
import { respellMessage } from '../support/grpc-message.js';
import { webHeaderToNodeHeaders } from '../support/node-headers.js';
import { refusalError } from '../support/rpc-error.js';

export type Excess = 'waiting calls' | 'open streams';

/** `retryAfterMs`: of a few values, or memory goes into what is prepared for each. */
export function excessError(excess: Excess, retryAfterMs: number): ConnectError {
  const tooMany = { code: Code.ResourceExhausted, retryAfterMs };
  return excess === 'open streams'
    ? refusalError({
        ...tooMany,
        reason: 'TOO_MANY_STREAMS',
        message: 'Too many streams of this method are open; close those that you no longer read.',
      })
    : refusalError({
        ...tooMany,
        reason: 'OVERLOADED',
        message:
          'The service gets more calls than it can answer in time; nothing was done. Repeat the ' +
          'call after the delay of RetryInfo, a write with the same request_id.',
      });
}

interface Prepared {
  readonly grpc: OutgoingHttpHeaders;
  readonly connect: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

const prepared = new Map<string, Prepared>();

function preparedFor(excess: Excess, retryAfterMs: number): Prepared {
  const key = `${excess} ${retryAfterMs}`;
  let found = prepared.get(key);
  if (found === undefined) {
    const error = excessError(excess, retryAfterMs);
    const trailer = setTrailerStatus(new Headers(), error);
    respellMessage(trailer);
    const body = errorToJsonBytes(error, undefined);
    const length = String(body.byteLength);
    found = {
      grpc: webHeaderToNodeHeaders(trailer),
      connect: { 'content-type': 'application/json', 'content-length': length },
      body,
    };
    prepared.set(key, found);
  }
  return found;
}

/** HTTP's own status for it, which Connect's clients expect. */
const TOO_MANY_REQUESTS = 429;

/**
 * gRPC's and gRPC-Web's answer, all of it in the one block of headers that gRPC calls Trailers-Only;
 * undefined for other protocols, and for web pages, whose browsers want to be told more.
 */
export function excessHeaders(
  headers: IncomingHttpHeaders,
  excess: Excess,
  retryAfterMs: number,
): OutgoingHttpHeaders | undefined {
  const contentType = headers['content-type'] ?? '';
  if (headers.origin !== undefined || !isGrpcContentType(contentType)) return undefined;
  return { ':status': 200, 'content-type': contentType, ...preparedFor(excess, retryAfterMs).grpc };
}

/** Answers at once; false for a form of call that needs more than that. */
export function refuseOverload(exchange: Exchange, retryAfterMs: number): boolean {
  const contentType = exchange.headers['content-type'] ?? '';
  const { grpc, connect, body } = preparedFor('waiting calls', retryAfterMs);
  if (isGrpcContentType(contentType)) {
    exchange.respondAll(200, { 'content-type': contentType, ...grpc });
    return true;
  }
  if (contentType.startsWith('application/connect+')) return false;
  exchange.respondAll(TOO_MANY_REQUESTS, connect, body);
  return true;
}
