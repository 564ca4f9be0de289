// gRPC and gRPC-Web in the lane: one message in an envelope each way, and the status behind it.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { compressedFlag, encodeEnvelope } from '@connectrpc/connect/protocol';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { trailerFlag, trailerSerialize } from '@connectrpc/connect/protocol-grpc-web';
import type { WholeAnswer } from '../../exchange/write-response.js';
import { respellMessage } from '../../support/grpc-message.js';
import { webHeaderToNodeHeaders } from '../../support/node-headers.js';
import { ENVELOPE_HEADER_BYTES } from '../../support/pieces.js';
import { signalOf } from '../cancellations.js';
import { ENCODINGS } from '../inflate.js';
import { openBinary, SMALL_BYTES } from '../prepare-message.js';
import { isTimeout } from '../rpc-call.js';
import { answerCompression } from './answer-compression.js';
import type { Form, LaneCall, LaneOptions, Opened, ToldError } from './form.js';
import { encodeInEnvelope } from './quick-encoder.js';

const OK: OutgoingHttpHeaders = { 'grpc-status': '0' };
const WEB_OK = encodeEnvelope(trailerFlag, trailerSerialize(new Headers({ 'grpc-status': '0' })));

/** Nobody asks for unknown fields, and they cost memory. */
const READ_OPTIONS = { readUnknownFields: false };

class EnvelopeForm implements Form {
  readonly #isWeb: boolean;
  /** The headers of every answer. */
  readonly #headers: OutgoingHttpHeaders;

  constructor(isWeb: boolean) {
    this.#isWeb = isWeb;
    this.#headers = { 'content-type': `application/grpc${isWeb ? '-web' : ''}+proto` };
  }

  takes(headers: IncomingHttpHeaders): boolean {
    const encoding = encodingOf(headers);
    if (encoding !== undefined && !ENCODINGS.includes(encoding)) return false;
    const timeout = headers['grpc-timeout'];
    if (timeout !== undefined && !isTimeout(timeout)) return false;
    return !this.#isWeb || headers.accept?.includes('text') !== true;
  }

  open(
    { method, headers, cancellation }: LaneCall,
    body: Buffer,
    { messageBytes }: LaneOptions,
  ): Opened | Promise<Opened> | undefined {
    if (!isOneMessage(body, headers, messageBytes)) return undefined;
    const sent = body.subarray(ENVELOPE_HEADER_BYTES);
    const encoding = body[0] === compressedFlag ? encodingOf(headers) : undefined;
    if (sent.length <= SMALL_BYTES && encoding === undefined) {
      return () => decode(method.input, sent);
    }
    const opening = openBinary(method.input, sent, encoding, messageBytes, signalOf(cancellation));
    return opening.then((message) => () => message);
  }

  async succeed(
    { method, headers: asked }: LaneCall,
    output: Message,
    { messageBytes, compressMinBytes }: LaneOptions,
  ): Promise<WholeAnswer> {
    const plain = encode(method.output, output, messageBytes);
    const compression = compressionOf(asked);
    const headers = this.#headersOf(asked);
    const bytes = plain.subarray(ENVELOPE_HEADER_BYTES);
    const isPlain = compression === null || bytes.length < compressMinBytes;
    const envelope = isPlain
      ? plain
      : encodeEnvelope(compressedFlag, await compression.compress(bytes));
    return this.#isWeb
      ? { headers, body: Buffer.concat([envelope, WEB_OK]) }
      : { headers, body: envelope, trailers: OK };
  }

  fail({ headers: asked }: LaneCall, { error }: ToldError): WholeAnswer {
    const headers = this.#headersOf(asked);
    const trailer = setTrailerStatus(new Headers(), error);
    respellMessage(trailer);
    return this.#isWeb
      ? { headers, body: encodeEnvelope(trailerFlag, trailerSerialize(trailer)) }
      : { headers, trailers: webHeaderToNodeHeaders(trailer) };
  }

  #headersOf(asked: IncomingHttpHeaders): OutgoingHttpHeaders {
    const compression = compressionOf(asked);
    if (compression === null) return this.#headers;
    return { ...this.#headers, 'grpc-encoding': compression.name };
  }
}

export const GRPC: Form = new EnvelopeForm(false);
export const GRPC_WEB: Form = new EnvelopeForm(true);

function compressionOf(headers: IncomingHttpHeaders) {
  return answerCompression(encodingOf(headers) ?? null, headers['grpc-accept-encoding']);
}

/** The encoding of the call's compressed messages; undefined if there is none. */
function encodingOf(headers: IncomingHttpHeaders): string | undefined {
  const encoding = headers['grpc-encoding'];
  return encoding === undefined || encoding === 'identity' ? undefined : String(encoding);
}

/** Whether the body is exactly one whole message, within the size limit. */
function isOneMessage(body: Buffer, headers: IncomingHttpHeaders, maxBytes: number): boolean {
  const length = body.length - ENVELOPE_HEADER_BYTES;
  if (length < 0 || length > maxBytes || body.readUInt32BE(1) !== length) return false;
  return body[0] === 0 || (body[0] === compressedFlag && encodingOf(headers) !== undefined);
}

function decode(desc: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(desc, bytes, READ_OPTIONS);
  } catch (error) {
    // The library's words, so that one table of refusals matches both.
    const text = error instanceof Error ? error.message : String(error);
    throw new ConnectError(`parse binary: ${text}`, Code.InvalidArgument);
  }
}

/** In an envelope. */
function encode(desc: DescMessage, message: Message, maxBytes: number): Uint8Array {
  const envelope = encodeInEnvelope(desc, message);
  assertFits(envelope.length - ENVELOPE_HEADER_BYTES, maxBytes);
  return envelope;
}

/** Throws the library's error for an answer that is too large. */
export function assertFits(length: number, maxBytes: number): void {
  if (length <= maxBytes) return;
  throw new ConnectError(
    `message size ${length} is larger than configured writeMaxBytes ${maxBytes}`,
    Code.ResourceExhausted,
  );
}
