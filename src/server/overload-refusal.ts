// What a call is told that cannot be served now. Made once for each wait and protocol and then
// only sent: while too much is asked, a refusal must cost next to nothing.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Code } from '@connectrpc/connect';
import { errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { isGrpcContentType } from './answer-refusal.js';
import type { Exchange } from './exchange.js';
import { respellMessage } from './grpc-message.js';
import { webHeaderToNodeHeaders } from './node-headers.js';
import { refusalError } from './rpc-error.js';

export function overloadError(retryAfterMs: number) {
  return refusalError({
    code: Code.ResourceExhausted,
    reason: 'OVERLOADED',
    message:
      'More is asked of this service than it can answer in time; nothing was done. Repeat the ' +
      'call after the delay of RetryInfo, a write with the same request_id.',
    retryAfterMs,
  });
}

interface Prepared {
  readonly grpc: OutgoingHttpHeaders;
  readonly connect: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

const prepared = new Map<number, Prepared>();

/** `retryAfterMs`: of a few values, or memory goes into them. */
function preparedFor(retryAfterMs: number): Prepared {
  let found = prepared.get(retryAfterMs);
  if (found === undefined) {
    const error = overloadError(retryAfterMs);
    const trailer = setTrailerStatus(new Headers(), error);
    respellMessage(trailer);
    const body = errorToJsonBytes(error, undefined);
    const length = String(body.byteLength);
    found = {
      grpc: webHeaderToNodeHeaders(trailer),
      connect: { 'content-type': 'application/json', 'content-length': length },
      body,
    };
    prepared.set(retryAfterMs, found);
  }
  return found;
}

/** HTTP's own status for it, which Connect's clients expect. */
const TOO_MANY_REQUESTS = 429;

/**
 * gRPC's and gRPC-Web's answer, all of it in the one block of headers that gRPC calls Trailers-Only;
 * undefined for other protocols, and for web pages, whose browsers want to be told more.
 */
export function overloadHeaders(
  headers: IncomingHttpHeaders,
  retryAfterMs: number,
): OutgoingHttpHeaders | undefined {
  const contentType = headers['content-type'] ?? '';
  if (headers.origin !== undefined || !isGrpcContentType(contentType)) return undefined;
  return { ':status': 200, 'content-type': contentType, ...preparedFor(retryAfterMs).grpc };
}

/** Answers at once; false for a form of call that needs more than that. */
export function refuseOverload(exchange: Exchange, retryAfterMs: number): boolean {
  const contentType = exchange.headers['content-type'] ?? '';
  const { grpc, connect, body } = preparedFor(retryAfterMs);
  if (isGrpcContentType(contentType)) {
    exchange.respondAll(200, { 'content-type': contentType, ...grpc });
    return true;
  }
  if (contentType.startsWith('application/connect+')) return false;
  exchange.respondAll(TOO_MANY_REQUESTS, connect, body);
  return true;
}
