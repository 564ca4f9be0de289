// Translates gRPC-Web's text form (application/grpc-web-text, which Google's own web client speaks)
// to and from the binary form, which Connect's handlers know. Bodies are streamed: nothing is
// collected, and each piece of the answer is sent at once.

import { Code } from '@connectrpc/connect';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import { refusalError } from '../support/rpc-error.js';
import { Base64Decoder, Base64Error, encodeBase64 } from './base64-stream.js';
import type { Call } from './rpc-call.js';

const TEXT_TYPE = /^application\/grpc-web-text(\+proto|\+json)?(?:;.*)?$/i;
const ACCEPTS_TEXT = /application\/grpc-web-text/i;
const BINARY_TYPE = /^application\/grpc-web(?!-text)/i;

type Handle = (request: Call) => Promise<UniversalServerResponse>;

/** Runs the handler in the binary form, whichever form the client uses in each direction. */
export async function handleAsBinary(
  request: Call,
  handle: Handle,
): Promise<UniversalServerResponse> {
  const { header } = request;
  const contentType = header.get('content-type') ?? '';
  const match = TEXT_TYPE.exec(contentType);
  if (match === null && !BINARY_TYPE.test(contentType)) return await handle(request);
  // Request and answer have separate forms: a client may send binary and accept text.
  const answersText = match !== null || ACCEPTS_TEXT.test(header.get('accept') ?? '');
  if (match !== null) header.set('content-type', `application/grpc-web${match[1] ?? '+proto'}`);
  const body = match === null ? request.body : decodeBody(request.body);
  const response = await handle({ ...request, body });
  return answersText ? asText(response) : response;
}

function asText(response: UniversalServerResponse): UniversalServerResponse {
  const type = response.header?.get('content-type') ?? '';
  if (response.body === undefined || !BINARY_TYPE.test(type)) return response;
  const header = new Headers(response.header);
  header.set('content-type', type.replace(BINARY_TYPE, 'application/grpc-web-text'));
  return { ...response, header, body: encodeBody(response.body) };
}

async function* encodeBody(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of body) yield encodeBase64(piece);
}

async function* decodeBody(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decoder = new Base64Decoder();
  try {
    for await (const piece of body) {
      const bytes = decoder.decode(piece);
      if (bytes.byteLength > 0) yield bytes;
    }
    const last = decoder.end();
    if (last.byteLength > 0) yield last;
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error;
    throw refusalError({
      code: Code.InvalidArgument,
      reason: 'MALFORMED_REQUEST',
      message: `The body is not base64: ${error.message}. Or send application/grpc-web+proto.`,
    });
  }
}
