// Checks request messages before Connect's handlers, which decompress and decode any message in one
// piece. Here a message is decompressed within a bound, its parts are counted in its bytes, and a
// large message is decoded in turns; the handler then gets an empty message in its place
// (decoded-messages.ts). Small uncompressed messages pass untouched.

import type {
  DescMessage,
  DescMethod,
  JsonReadOptions,
  JsonValue,
  Message,
} from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { Code, ConnectError } from '@connectrpc/connect';
import { compressedFlag, encodeEnvelope } from '@connectrpc/connect/protocol';
import { endStreamFlag } from '@connectrpc/connect/protocol-connect';
import { TURNS } from '../../app/ports/turns.js';
import { ByteCollector } from '../support/byte-collector.js';
import type { MemoryBudget } from '../support/memory-budget.js';
import { ENVELOPE_HEADER_BYTES, inPieces } from '../support/pieces.js';
import { type Refusal, refusalError } from '../support/rpc-error.js';
import { type Counted, countBinary, countJson, MAX_JSON_DEPTH } from './count-elements.js';
import { decodeBinary, decodeJson, UnreadablePiece } from './decode-in-turns.js';
import { type DecodedMessages, setDecoded } from './decoded-messages.js';
import { ENCODINGS, inflateWithin } from './inflate.js';
import { isUnreadableJson, refusalFor } from './refusals.js';
import { messageTooLarge, tooMuchInFlight } from './request-body.js';
import type { Call } from './rpc-call.js';
import { refusePiece } from './unreadable-json.js';
import { decodeMarked, NOT_UTF8, UNREAL_TIME, UTF8_JSON } from './utf8-json.js';

/** The largest message decoded at once: some tens of thousands of parts, a few milliseconds. */
export const SMALL_BYTES = 16 * 1024;
/** 10,000 punches of a simulation have about 100,000 parts; 1,000 with all their labels 72,000. */
const MAX_PARTS = 200_000;
/**
 * A batch of similar items shrinks to a thirtieth; a message that shrinks further than this is an
 * attack.
 */
const MAX_RATIO = 100;
/** A compressed message may always have this many bytes, whatever the ratio. */
const FREE_INFLATED_BYTES = 64 * 1024;

export interface PrepareOptions {
  /** The maximum size of a message in bytes. */
  readonly maxBytes: number;
  readonly jsonOptions: Partial<JsonReadOptions>;
}

/** How a request encodes its messages. */
interface Form {
  readonly isJson: boolean;
  readonly isEnveloped: boolean;
  /** The name of the header with the encoding. */
  readonly encodingHeader: string;
}

/**
 * Prepares a call with one request message and the whole body `body`. Throws the error to answer.
 */
export async function prepareCall(
  call: Call,
  body: Buffer,
  method: DescMethod,
  options: PrepareOptions,
): Promise<Call> {
  if (call.method === 'GET') return await prepareGet(call, method, options);
  const form = formOf(call.header);
  const message = form && messageOf(body, form, call.header);
  const asItCame = { ...call, body: inPieces([body]) };
  if (form === undefined || message === undefined) return asItCame;
  if (message.bytes.length <= SMALL_BYTES && message.encoding === undefined) return asItCame;
  // Two messages: the handler refuses the call in its own words, without reading either.
  if (message.hasMore) return { ...call, body: inPieces([EMPTY_ENVELOPE, EMPTY_ENVELOPE]) };
  if (message.encoding !== undefined && !ENCODINGS.includes(message.encoding)) return asItCame;
  const opener = new Opener(method.input, form.isJson, options, call.signal);
  const decoded = await opener.open(message.bytes, message.encoding);
  setDecoded(call.contextValues, [decoded]);
  const header = new Headers(call.header);
  // An envelope's own flag says that it is not compressed. Its header stays, because it also names
  // a compression that the caller can read.
  if (!form.isEnveloped) header.delete(form.encodingHeader);
  header.delete('content-length');
  const empty = emptyMessage(form.isJson);
  return {
    ...call,
    header,
    body: inPieces([form.isEnveloped ? encodeEnvelope(0, empty) : empty]),
  };
}

/**
 * The JSON of a call whose message was left to the handler, because it is small and not compressed.
 */
export function smallJson(call: Call, body: Buffer): Uint8Array | undefined {
  if (call.method === 'GET') {
    const query = new URL(call.url).searchParams;
    return query.get('encoding') === 'json' ? messageOfQuery(query) : undefined;
  }
  const form = formOf(call.header);
  return form?.isJson === true ? messageOf(body, form, call.header)?.bytes : undefined;
}

function messageOfQuery(query: URLSearchParams): Uint8Array {
  const text = query.get('message') ?? '';
  return query.get('base64') === '1' ? base64Decode(text) : Buffer.from(text);
}

/** Prepares a Connect read over GET: its message is in the query. */
async function prepareGet(call: Call, method: DescMethod, options: PrepareOptions): Promise<Call> {
  const url = new URL(call.url);
  const query = url.searchParams;
  const encoding = query.get('compression') ?? '';
  // The bound on headers includes the query, so only a compressed message can be large.
  if (!ENCODINGS.includes(encoding)) return call;
  const isJson = query.get('encoding') === 'json';
  const opener = new Opener(method.input, isJson, options, call.signal);
  const decoded = await opener.open(messageOfQuery(query), encoding);
  query.delete('compression');
  query.delete('base64');
  query.set('message', isJson ? '{}' : '');
  setDecoded(call.contextValues, [decoded]);
  return { ...call, url: url.toString() };
}

/**
 * Prepares a call with many messages; each is checked on arrival. `memory` holds partial messages.
 */
export function prepareStream(
  call: Call,
  method: DescMethod,
  memory: MemoryBudget,
  options: PrepareOptions,
): Call {
  const form = formOf(call.header);
  if (form === undefined || !form.isEnveloped) return call;
  const decoded: DecodedMessages = [];
  setDecoded(call.contextValues, decoded);
  const opener = new Opener(method.input, form.isJson, options, call.signal);
  const encoding = call.header.get(form.encodingHeader) ?? 'identity';
  async function* body(): AsyncGenerator<Uint8Array> {
    for await (const envelope of envelopes(call.body, options.maxBytes, memory)) {
      const flags = envelope[0] ?? 0;
      const isMessage = envelope.length >= ENVELOPE_HEADER_BYTES && (flags & endStreamFlag) === 0;
      const used = (flags & compressedFlag) === 0 ? undefined : encoding;
      const bytes = envelope.subarray(ENVELOPE_HEADER_BYTES);
      const isSmall = bytes.length <= SMALL_BYTES && used === undefined;
      if (!isMessage || isSmall || (used !== undefined && !ENCODINGS.includes(used))) {
        if (isMessage) decoded.push(undefined);
        yield envelope;
      } else {
        decoded.push(await opener.open(bytes, used));
        yield encodeEnvelope(0, emptyMessage(form?.isJson === true));
      }
    }
  }
  return { ...call, body: body() };
}

/**
 * Decodes a large or compressed message in protobuf's binary form, in turns. Throws the error to
 * answer.
 */
export function openBinary(
  desc: DescMessage,
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Message> {
  return new Opener(desc, false, { maxBytes, jsonOptions: {} }, signal).open(bytes, encoding);
}

/** Decompresses, counts and decodes messages of one type. Throws the error to answer. */
class Opener {
  readonly #desc: DescMessage;
  readonly #isJson: boolean;
  readonly #options: PrepareOptions;
  readonly #signal: AbortSignal;

  constructor(desc: DescMessage, isJson: boolean, options: PrepareOptions, signal: AbortSignal) {
    this.#desc = desc;
    this.#isJson = isJson;
    this.#options = options;
    this.#signal = signal;
  }

  async open(sent: Uint8Array, encoding: string | undefined) {
    const { maxBytes } = this.#options;
    if (sent.length > maxBytes) throw messageTooLarge(maxBytes, sent.length);
    const bytes = encoding === undefined ? sent : await this.#inflate(sent, encoding);
    // A new turn: reading the message, and other work meanwhile, may have used up the current one.
    await TURNS.next(this.#signal);
    const counted = this.#isJson
      ? countJson(bytes, MAX_PARTS)
      : countBinary(this.#desc, bytes, MAX_PARTS);
    if (counted !== 'fits') throw refusalError(refusalOfCount(counted));
    if (this.#isJson) return await this.#readJson(bytes);
    try {
      return await decodeBinary(this.#desc, bytes, this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw this.#unreadable(new ConnectError(`parse binary: ${textOf(error)}`, Code.Internal));
    }
  }

  async #inflate(sent: Uint8Array, encoding: string): Promise<Uint8Array> {
    const { maxBytes } = this.#options;
    const ratioBytes = Math.max(FREE_INFLATED_BYTES, sent.length * MAX_RATIO);
    const inflated = await inflateWithin(sent, encoding, Math.min(maxBytes, ratioBytes));
    if ('bytes' in inflated) return inflated.bytes;
    if (inflated.why === 'malformed') {
      throw this.#unreadable(new ConnectError('decompression failed', Code.InvalidArgument));
    }
    if (ratioBytes < maxBytes) throw refusalError(RATIO_TOO_HIGH);
    throw messageTooLarge(maxBytes, undefined);
  }

  async #readJson(bytes: Uint8Array) {
    try {
      const json = parseJson(bytes, this.#desc);
      return await decodeJson(this.#desc, json, this.#options.jsonOptions, this.#signal);
    } catch (error) {
      if (!(error instanceof UnreadablePiece)) throw error;
      const failure = new ConnectError(error.message, Code.InvalidArgument);
      const places = isUnreadableJson(failure) ? refusePiece(this.#desc, error) : undefined;
      throw places === undefined ? this.#unreadable(failure) : refusalError(places);
    }
  }

  /** The error in this service's words. */
  #unreadable(error: ConnectError): ConnectError {
    return refusalError(refusalFor(error, this.#desc));
  }
}

/** Throws UnreadablePiece. */
function parseJson(bytes: Uint8Array, desc: DescMessage): JsonValue {
  try {
    return JSON.parse(UTF8_JSON.textDecoder.decode(bytes)) as JsonValue;
  } catch (error) {
    const why = textOf(error);
    const isSmall = bytes.length <= SMALL_BYTES;
    if (why === NOT_UTF8 || why === UNREAL_TIME)
      throw new UnreadablePiece(isSmall ? markedJson(bytes) : {}, undefined, error);
    const text = `cannot decode message ${desc.typeName} from JSON: ${why}`;
    throw new UnreadablePiece({}, undefined, new Error(text));
  }
}

/**
 * Parses with marks in place of invalid UTF-8, so that the fields can be named; empty if it is not
 * JSON.
 */
function markedJson(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(decodeMarked(bytes)) as JsonValue;
  } catch {
    return {};
  }
}

function refusalOfCount(counted: Exclude<Counted | 'too deep', 'fits'>): Refusal {
  return counted === 'too deep'
    ? {
        code: Code.InvalidArgument,
        reason: 'MALFORMED_REQUEST',
        message: `The JSON of the request is nested deeper than ${MAX_JSON_DEPTH} levels.`,
      }
    : {
        code: Code.ResourceExhausted,
        reason: 'MESSAGE_TOO_LARGE',
        message: `The request message has more than ${MAX_PARTS} fields and list items; send fewer items per call.`,
      };
}

const RATIO_TOO_HIGH: Refusal = {
  code: Code.ResourceExhausted,
  reason: 'MESSAGE_TOO_LARGE',
  message:
    `The request message is more than ${MAX_RATIO} times as large as its compressed form; ` +
    'send it uncompressed, or fewer items per call.',
};

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Undefined for content types that no handler accepts. */
function formOf(header: Headers): Form | undefined {
  const type = /^application\/(grpc-web|grpc|connect)?\+?(json|proto)?\s*(;|$)/i.exec(
    header.get('content-type') ?? '',
  );
  if (type === null) return undefined;
  const [, protocol = '', codec = 'proto'] = type;
  const isJson = codec.toLowerCase() === 'json';
  if (protocol === '') return { isJson, isEnveloped: false, encodingHeader: 'content-encoding' };
  const isConnect = protocol.toLowerCase() === 'connect';
  const encodingHeader = isConnect ? 'connect-content-encoding' : 'grpc-encoding';
  return { isJson, isEnveloped: true, encodingHeader };
}

interface SentMessage {
  readonly bytes: Uint8Array;
  /** Undefined if the message is not compressed. */
  readonly encoding: string | undefined;
  /** Whether more bytes follow the message. */
  readonly hasMore: boolean;
}

/** Undefined if the message is cut short; the handler reports that. */
function messageOf(body: Buffer, form: Form, header: Headers): SentMessage | undefined {
  const named = header.get(form.encodingHeader) ?? 'identity';
  if (!form.isEnveloped) {
    const encoding = named === 'identity' ? undefined : named;
    return { bytes: body, encoding, hasMore: false };
  }
  if (body.length < ENVELOPE_HEADER_BYTES) return undefined;
  const end = ENVELOPE_HEADER_BYTES + body.readUInt32BE(1);
  if (body.length < end) return undefined;
  const isCompressed = ((body[0] ?? 0) & compressedFlag) === compressedFlag;
  return {
    bytes: body.subarray(ENVELOPE_HEADER_BYTES, end),
    // A compressed message with the encoding `identity` is left to the handler, which refuses it.
    encoding: isCompressed ? named : undefined,
    hasMore: body.length > end,
  };
}

/**
 * Yields the whole envelopes of a stream, on demand. An envelope that declares too large a size, or
 * is cut short, is passed on unchanged: the handler refuses it without reading on.
 */
async function* envelopes(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
  memory: MemoryBudget,
): AsyncGenerator<Uint8Array> {
  const collected = new ByteCollector();
  let mustGo = false;
  const held = memory.hold(() => {
    mustGo = true;
  });
  try {
    for await (const piece of pieces) {
      collected.append(piece);
      held.add(piece.length);
      if (mustGo) throw tooMuchInFlight();
      for (let end = wholeLength(collected, maxBytes); end > 0; ) {
        const envelope = collected.take(end);
        held.add(-envelope.length);
        yield envelope;
        end = wholeLength(collected, maxBytes);
      }
    }
    if (collected.length > 0) yield collected.take(collected.length);
  } finally {
    held.release();
  }
}

/**
 * The length of the first envelope with its header: 0 while it is incomplete, and all collected
 * bytes if it is too large.
 */
function wholeLength({ bytes, length }: ByteCollector, maxBytes: number): number {
  if (length < ENVELOPE_HEADER_BYTES) return 0;
  const end = ENVELOPE_HEADER_BYTES + bytes.readUInt32BE(1);
  if (end > maxBytes + ENVELOPE_HEADER_BYTES) return length;
  return length < end ? 0 : end;
}

function emptyMessage(isJson: boolean): Uint8Array {
  return Buffer.from(isJson ? '{}' : '');
}

const EMPTY_ENVELOPE = encodeEnvelope(0, new Uint8Array(0));
