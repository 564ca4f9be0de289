// The unary lane takes a usual unary call of gRPC or gRPC-Web from its headers and its one message
// straight to its method and back. Connect's library creates web headers, a URL, signals and a
// chain of generators for each call, which takes longer than the rest of a small call. Unusual
// calls (JSON, text, more than one message) go to the library's handlers. Their answers are the
// same: test/server/connect/unary-lane.test.ts compares them byte by byte.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { type DescMessage, type DescMethod, fromBinary, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  type Compression,
  compressedFlag,
  compressionNegotiate,
  encodeEnvelope,
} from '@connectrpc/connect/protocol';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { trailerFlag, trailerSerialize } from '@connectrpc/connect/protocol-grpc-web';
import { TURNS } from '../../app/ports/turns.js';
import type { CallTrail } from '../../rpc/edge/call-trail.js';
import type { CallHeaders } from '../../rpc/edge/caller.js';
import type { Cancellation } from '../../rpc/edge/cancellation.js';
import type { Peer } from '../../rpc/edge/peer.js';
import type { UnaryMethod } from '../../rpc/edge/pipeline.js';
import type { Exchange } from '../exchange/exchange.js';
import type { WholeAnswer } from '../exchange/write-response.js';
import { respellMessage } from '../support/grpc-message.js';
import { webHeaderToNodeHeaders } from '../support/node-headers.js';
import { ENVELOPE_HEADER_BYTES } from '../support/pieces.js';
import { hasErrorInfo, refusalError } from '../support/rpc-error.js';
import { signalOf } from './cancellations.js';
import { COMPRESSIONS } from './compressions.js';
import { ENCODINGS } from './inflate.js';
import { openBinary, SMALL_BYTES } from './prepare-message.js';
import { encodeInEnvelope } from './quick-encoder.js';
import { CANCELLED, refusalFor } from './refusals.js';
import { isAuthority, isTimeout, timeoutMsOf } from './rpc-call.js';

export interface LaneBounds {
  /** The maximum size of a request or answer message, in bytes. */
  readonly messageBytes: number;
  /** Smaller answers are not compressed. */
  readonly compressMinBytes: number;
}

/** How a call encodes its messages and its end. */
export interface Form {
  readonly isWeb: boolean;
  /** The headers of every answer. */
  readonly headers: OutgoingHttpHeaders;
}

const GRPC: Form = { isWeb: false, headers: { 'content-type': 'application/grpc+proto' } };
const GRPC_WEB: Form = { isWeb: true, headers: { 'content-type': 'application/grpc-web+proto' } };
const FORMS = new Map([
  ['application/grpc', GRPC],
  ['application/grpc+proto', GRPC],
  ['application/grpc-web', GRPC_WEB],
  ['application/grpc-web+proto', GRPC_WEB],
]);

/** A call that may take the lane. */
export interface LaneCall {
  readonly form: Form;
  readonly method: DescMethod;
  readonly run: UnaryMethod;
  readonly headers: IncomingHttpHeaders;
  readonly peer: Peer | undefined;
  readonly cancellation: Cancellation;
  readonly trail: CallTrail;
  /** Called with an error that the pipeline has not seen, because it came before or after it. */
  readonly onRefused: (refused: ConnectError, original: ConnectError) => void;
}

/** The form of a call by its headers; undefined if the call must not take the lane. */
export function laneFormOf({ method, headers, authority }: Exchange): Form | undefined {
  const form = FORMS.get(headers['content-type'] ?? '');
  if (form === undefined || method !== 'POST' || !isAuthority(authority)) return undefined;
  const encoding = encodingOf(headers);
  if (encoding !== undefined && !ENCODINGS.includes(encoding)) return undefined;
  const timeout = headers['grpc-timeout'];
  if (timeout !== undefined && !isTimeout(timeout)) return undefined;
  return form.isWeb && headers.accept?.includes('text') === true ? undefined : form;
}

/** The encoding of the call's compressed messages; undefined if there is none. */
function encodingOf(headers: IncomingHttpHeaders): string | undefined {
  const encoding = headers['grpc-encoding'];
  return encoding === undefined || encoding === 'identity' ? undefined : String(encoding);
}

/** Whether the body is exactly one whole message, within the size limit. */
export function isOneMessage(
  body: Buffer,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): boolean {
  const length = body.length - ENVELOPE_HEADER_BYTES;
  if (length < 0 || length > maxBytes || body.readUInt32BE(1) !== length) return false;
  return body[0] === 0 || (body[0] === compressedFlag && encodingOf(headers) !== undefined);
}

/**
 * Runs a call whose body is one message. Throws if a large or compressed message cannot be read,
 * like every refusal before a handler. All other errors become answers.
 */
export async function runInLane(
  call: LaneCall,
  body: Buffer,
  bounds: LaneBounds,
): Promise<WholeAnswer> {
  const { form, method } = call;
  const compression = answerCompression(call.headers);
  const headers =
    compression === null ? form.headers : { ...form.headers, 'grpc-encoding': compression.name };
  const sent = body.subarray(ENVELOPE_HEADER_BYTES);
  const encoding = body[0] === compressedFlag ? encodingOf(call.headers) : undefined;
  const isSmall = sent.length <= SMALL_BYTES && encoding === undefined;
  const opened = isSmall ? undefined : await open(call, sent, encoding, bounds);
  try {
    const output = await outputOf(call, opened ?? decode(method.input, sent));
    const plain = encode(method.output, output, bounds.messageBytes);
    const bytes = plain.subarray(ENVELOPE_HEADER_BYTES);
    const isPlain = compression === null || bytes.length < bounds.compressMinBytes;
    const envelope = isPlain
      ? plain
      : encodeEnvelope(compressedFlag, await compression.compress(bytes));
    return form.isWeb
      ? { headers, body: Buffer.concat([envelope, WEB_OK]) }
      : { headers, body: envelope, trailers: OK };
  } catch (error) {
    return refused(form, headers, complete(call, error));
  }
}

function open(
  { method, cancellation }: LaneCall,
  bytes: Uint8Array,
  encoding: string | undefined,
  { messageBytes }: LaneBounds,
): Promise<Message> {
  return openBinary(method.input, bytes, encoding, messageBytes, signalOf(cancellation));
}

async function outputOf(call: LaneCall, message: Message): Promise<Message> {
  const { headers, peer, cancellation, trail } = call;
  const output = await call.run({
    message,
    headers: new LaneHeaders(headers),
    peer,
    cancellation,
    timeoutMs: timeoutMsOf(headers),
    trail,
  });
  // Calls of one transaction end together; a new turn separates the encoding of their answers.
  if (TURNS.isOver) await TURNS.next();
  return output;
}

/** Nobody asks for unknown fields, and they cost memory. */
const READ_OPTIONS = { readUnknownFields: false };

function decode(desc: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(desc, bytes, READ_OPTIONS);
  } catch (error) {
    // The library's words, so that one table of refusals matches both.
    throw new ConnectError(`parse binary: ${textOf(error)}`, Code.InvalidArgument);
  }
}

/** In an envelope. */
function encode(desc: DescMessage, message: Message, maxBytes: number): Uint8Array {
  const envelope = encodeInEnvelope(desc, message);
  const length = envelope.length - ENVELOPE_HEADER_BYTES;
  if (length <= maxBytes) return envelope;
  throw new ConnectError(
    `message size ${length} is larger than configured writeMaxBytes ${maxBytes}`,
    Code.ResourceExhausted,
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error, with a reason in any case. */
function complete({ method, cancellation, onRefused }: LaneCall, error: unknown): ConnectError {
  if (error instanceof ConnectError && hasErrorInfo(error)) return error;
  const original =
    error instanceof ConnectError
      ? error
      : new ConnectError('internal error', Code.Internal, undefined, undefined, error);
  const isGone = cancellation.isCancelled;
  const completed = refusalError(isGone ? CANCELLED : refusalFor(original, method.input));
  for (const [name, value] of original.metadata) completed.metadata.append(name, value);
  onRefused(completed, original);
  return completed;
}

const OK: OutgoingHttpHeaders = { 'grpc-status': '0' };
const WEB_OK = encodeEnvelope(trailerFlag, trailerSerialize(new Headers({ 'grpc-status': '0' })));

function refused(form: Form, headers: OutgoingHttpHeaders, error: ConnectError): WholeAnswer {
  const trailer = setTrailerStatus(new Headers(), error);
  respellMessage(trailer);
  return form.isWeb
    ? { headers, body: encodeEnvelope(trailerFlag, trailerSerialize(trailer)) }
    : { headers, trailers: webHeaderToNodeHeaders(trailer) };
}

/** The request's headers, as the pipeline reads them. */
class LaneHeaders implements CallHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    const value = this.#headers[name];
    return (typeof value === 'string' ? value : value?.join(', ')) ?? null;
  }
}

/**
 * Bounds the memory: clients have a handful of ways to list compressions, but attackers any number.
 */
const MAX_KNOWN_ACCEPTED = 64;
const compressionByAccepted = new Map<string, Compression | null>();

function answerCompression(headers: IncomingHttpHeaders): Compression | null {
  const sent = encodingOf(headers) ?? null;
  const accepted = headers['grpc-accept-encoding'];
  if (accepted === undefined && sent === null) return null;
  const key = `${sent} ${accepted}`;
  let found = compressionByAccepted.get(key);
  if (found === undefined) {
    const name = 'grpc-accept-encoding';
    const text = accepted === undefined ? null : String(accepted);
    found = compressionNegotiate([...COMPRESSIONS], sent, text, name).response;
    if (compressionByAccepted.size >= MAX_KNOWN_ACCEPTED) compressionByAccepted.clear();
    compressionByAccepted.set(key, found);
  }
  return found;
}
