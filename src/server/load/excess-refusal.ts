// Refusals of calls that cannot be served now, because too many calls wait or too many streams of
// this method are open. Each refusal is built once per kind and delay, and then only sent: under
// overload, a refusal must cost almost nothing.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Code, type ConnectError } from '@connectrpc/connect';
import { errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import type { Reason } from '../../rpc/edge/error-table.js';
import { isGrpcContentType } from '../exchange/answer-refusal.js';
import type { Exchange } from '../exchange/exchange.js';
import { respellMessage } from '../support/grpc-message.js';
import { webHeaderToNodeHeaders } from '../support/node-headers.js';
import { refusalError } from '../support/rpc-error.js';

export type Excess = 'waiting calls' | 'open streams';

/** What is told of each. */
export const EXCESSES = {
  'open streams': {
    reason: 'TOO_MANY_STREAMS',
    message: 'Too many streams of this method are open; close those that you no longer read.',
  },
  'waiting calls': {
    reason: 'OVERLOADED',
    message:
      'The service gets more calls than it can answer in time; nothing was done. Repeat the ' +
      'call after the delay of RetryInfo, a write with the same request_id.',
  },
} as const satisfies Readonly<
  Record<Excess, { readonly reason: Reason; readonly message: string }>
>;

/** `retryAfterMs`: use few different values, because a refusal is kept in memory for each. */
export function excessError(excess: Excess, retryAfterMs: number): ConnectError {
  return refusalError({ code: Code.ResourceExhausted, retryAfterMs, ...EXCESSES[excess] });
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

/** HTTP's own status for overload, which Connect's clients expect. */
const TOO_MANY_REQUESTS = 429;

/**
 * The answer of gRPC and gRPC-Web in a single header block, which gRPC calls Trailers-Only.
 * Undefined for other protocols, and for web pages, because browsers need CORS headers too.
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

/** Answers at once. Returns false for Connect's streams, which need a message for it. */
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
