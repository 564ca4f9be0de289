// Answers a refusal without a handler, in the form of the client's protocol: gRPC in trailers,
// gRPC-Web in headers alone, Connect's streams in their last message, and everything else as
// Connect's JSON error.

import { Code, type ConnectError } from '@connectrpc/connect';
import { encodeEnvelope, type UniversalServerResponse } from '@connectrpc/connect/protocol';
import {
  codeToHttpStatus,
  endStreamFlag,
  endStreamToJson,
  errorToJsonBytes,
} from '@connectrpc/connect/protocol-connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { respellMessage } from '../support/grpc-message.js';
import { inPieces } from '../support/pieces.js';
import type { Exchange } from './exchange.js';
import { type WriteBounds, writeResponse } from './write-response.js';

export function isGrpcContentType(contentType: string): boolean {
  return /^application\/grpc(-web(-text)?)?(\+|;|$)/i.test(contentType);
}

/**
 * Writes the refusal. `base`: the status and headers for clients that are refused by means of HTTP;
 * without it the status follows from the code.
 */
export async function answerRefusal(
  exchange: Exchange,
  error: ConnectError,
  bounds: WriteBounds,
  base?: UniversalServerResponse,
): Promise<void> {
  await writeResponse(refusedResponse(exchange, error, base), exchange, bounds);
}

function refusedResponse(
  exchange: Exchange,
  error: ConnectError,
  base: UniversalServerResponse | undefined,
): UniversalServerResponse {
  const contentType = exchange.headers['content-type'] ?? '';
  const header = new Headers(base?.header);
  if (isGrpcContentType(contentType) && base?.status !== 505) {
    header.set('content-type', contentType);
    const isWeb = contentType.toLowerCase().startsWith('application/grpc-web');
    const trailer = setTrailerStatus(isWeb ? header : new Headers(), error);
    respellMessage(trailer);
    return { status: 200, header, ...(isWeb ? {} : { trailer }) };
  }
  if (/^application\/connect\+/i.test(contentType) && base === undefined) {
    header.set('content-type', contentType);
    const end = JSON.stringify(endStreamToJson(new Headers(), error, undefined));
    return {
      status: 200,
      header,
      body: inPieces([encodeEnvelope(endStreamFlag, Buffer.from(end))]),
    };
  }
  const body = errorToJsonBytes(error, undefined);
  header.set('content-type', 'application/json');
  header.set('content-length', String(body.byteLength));
  const status = base?.status ?? httpStatus(error);
  return {
    status,
    header,
    ...(exchange.method === 'HEAD' ? {} : { body: inPieces([body]) }),
  };
}

/** Connect clients read 404 as "no such method", as their protocol specifies. */
function httpStatus({ code }: ConnectError): number {
  return code === Code.Unimplemented ? 404 : codeToHttpStatus(code);
}
