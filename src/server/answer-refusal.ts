// A refusal made before any handler is involved, in the words of the protocol the client
// speaks: gRPC in trailers, gRPC-Web in headers alone, everything else as Connect's JSON error.

import { Code } from '@connectrpc/connect';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import type { Limits } from './limits.js';
import type { NodeRequest } from './request-body.js';
import { type Refusal, refusalError } from './rpc-error.js';
import { type NodeResponse, writeResponse } from './write-response.js';

export function isGrpcContentType(contentType: string): boolean {
  return /^application\/grpc(-web(-text)?)?(\+|;|$)/i.test(contentType);
}

/**
 * Writes the refusal. `base`: the status and headers it goes with, for clients that are told
 * by HTTP's means; without it the status follows from the code.
 */
export async function answerRefusal(
  request: NodeRequest,
  response: NodeResponse,
  refusal: Refusal,
  limits: Limits,
  base?: UniversalServerResponse,
): Promise<void> {
  const contentType = request.headers['content-type'] ?? '';
  const bounds = { stallTimeoutMs: limits.writeStallTimeoutMs, lingerMs: limits.lingerMs };
  const header = new Headers(base?.header);
  if (isGrpcContentType(contentType) && base?.status !== 505) {
    header.set('content-type', contentType);
    const isWeb = contentType.toLowerCase().startsWith('application/grpc-web');
    const trailer = setTrailerStatus(isWeb ? header : new Headers(), refusalError(refusal));
    const answer = { status: 200, header, ...(isWeb ? {} : { trailer }) };
    return await writeResponse(answer, response, bounds);
  }
  const body = errorToJsonBytes(refusalError(refusal), undefined);
  header.set('content-type', 'application/json');
  header.set('content-length', String(body.byteLength));
  const isHead = request.method === 'HEAD';
  const status = base?.status ?? httpStatus(refusal);
  await writeResponse(
    { status, header, ...(isHead ? {} : { body: pieces(body) }) },
    response,
    bounds,
  );
}

/** Connect clients read 404 as "no such method", which is what the protocol asks for. */
function httpStatus(refusal: Refusal): number {
  return refusal.code === Code.Unimplemented ? 404 : codeToHttpStatus(refusal.code);
}

async function* pieces(body: Uint8Array): AsyncIterable<Uint8Array> {
  yield body;
}
