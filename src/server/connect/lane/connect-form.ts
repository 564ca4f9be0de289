// Connect's unary calls in the lane: the bare message each way, as JSON or protobuf, and errors as JSON
// under HTTP's own statuses. Compressed, large and unreadable requests are left to the library: they
// are rare, and their refusals need its words.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import {
  type DescMethod,
  fromBinary,
  fromJsonString,
  type Message,
  toJsonString,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import type { WholeAnswer } from '../../exchange/write-response.js';
import { webHeaderToNodeHeaders } from '../../support/node-headers.js';
import { ENVELOPE_HEADER_BYTES } from '../../support/pieces.js';
import { SMALL_BYTES } from '../prepare-message.js';
import { UTF8_JSON } from '../utf8-json.js';
import { answerCompression } from './answer-compression.js';
import { assertFits } from './envelope-form.js';
import type { Form, LaneCall, LaneOptions, Opened, ToldError } from './form.js';
import { encodeInEnvelope } from './quick-encoder.js';

const JSON_TYPE = 'application/json';
const PROTO_TYPE = 'application/proto';
const OK_STATUS = 200;

class ConnectForm implements Form {
  readonly #isJson: boolean;

  constructor(isJson: boolean) {
    this.#isJson = isJson;
  }

  takes(headers: IncomingHttpHeaders): boolean {
    const timeout = headers['connect-timeout-ms'];
    return (
      headers['content-encoding'] === undefined &&
      // Means nothing here, but the timeout of a call is looked for under both names.
      headers['grpc-timeout'] === undefined &&
      (timeout === undefined || /^\d{1,10}$/.test(String(timeout)))
    );
  }

  open({ method }: LaneCall, body: Buffer, { jsonOptions }: LaneOptions): Opened | undefined {
    if (body.length > SMALL_BYTES) return undefined;
    try {
      const message = this.#isJson
        ? fromJsonString(method.input, UTF8_JSON.textDecoder.decode(body), jsonOptions)
        : fromBinary(method.input, body, { readUnknownFields: false });
      return () => message;
    } catch {
      return undefined;
    }
  }

  succeed({ method, headers }: LaneCall, output: Message, options: LaneOptions) {
    const body = this.#isJson
      ? jsonOf(method, output, options)
      : encodeInEnvelope(method.output, output).subarray(ENVELOPE_HEADER_BYTES);
    assertFits(body.length, options.messageBytes);
    const type = this.#isJson ? JSON_TYPE : PROTO_TYPE;
    return answer(OK_STATUS, { 'content-type': type }, body, headers, options);
  }

  fail({ headers }: LaneCall, { error, isCompleted }: ToldError, options: LaneOptions) {
    const metadata = webHeaderToNodeHeaders(error.metadata);
    // Without options, details are written without their readable form; so does the library.
    const body = errorToJsonBytes(error, isCompleted ? undefined : options.jsonOptions);
    const status = codeToHttpStatus(error.code);
    return answer(status, { ...metadata, 'content-type': JSON_TYPE }, body, headers, options);
  }
}

export const CONNECT_JSON: Form = new ConnectForm(true);
export const CONNECT_PROTO: Form = new ConnectForm(false);

function jsonOf(method: DescMethod, output: Message, { jsonOptions }: LaneOptions): Uint8Array {
  try {
    return Buffer.from(toJsonString(method.output, output, jsonOptions));
  } catch (error) {
    throw ConnectError.from(error, Code.Internal);
  }
}

function answer(
  status: number,
  headers: OutgoingHttpHeaders,
  body: Uint8Array,
  asked: IncomingHttpHeaders,
  { compressMinBytes }: LaneOptions,
): WholeAnswer | Promise<WholeAnswer> {
  const compression = answerCompression(null, asked['accept-encoding']);
  if (compression === null || body.length < compressMinBytes) {
    return { status, headers: { ...headers, 'content-length': String(body.length) }, body };
  }
  return compression.compress(body).then((bytes) => ({
    status,
    headers: {
      ...headers,
      'content-encoding': compression.name,
      'content-length': String(bytes.length),
    },
    body: bytes,
  }));
}
