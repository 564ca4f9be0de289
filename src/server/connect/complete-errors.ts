// Gives every failed answer its google.rpc.ErrorInfo. The pipeline's errors have one, but the
// refusals of Connect's own handlers do not. So each answer is checked on its way out: gRPC's
// trailers, gRPC-Web's trailer frame, Connect's error body and end-of-stream message. A successful
// answer passes untouched, and an error with a reason is never changed.

import type { DescMessage } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import {
  compressedFlag,
  encodeEnvelope,
  type UniversalServerResponse,
} from '@connectrpc/connect/protocol';
import {
  codeToHttpStatus,
  endStreamFlag,
  endStreamFromJson,
  endStreamToJson,
  errorFromJsonBytes,
  errorToJsonBytes,
} from '@connectrpc/connect/protocol-connect';
import { findTrailerError, setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { trailerFlag, trailerParse, trailerSerialize } from '@connectrpc/connect/protocol-grpc-web';
import { respellMessage } from '../support/grpc-message.js';
import { ENVELOPE_HEADER_BYTES, inPieces } from '../support/pieces.js';
import { hasErrorInfo, refusalError } from '../support/rpc-error.js';
import { inflate } from './inflate.js';
import { CANCELLED, isUnreadableJson, refusalFor } from './refusals.js';
import { refuseJson } from './unreadable-json.js';

/** An error is small; a larger body is not searched for one. */
const MAX_ERROR_BYTES = 64 * 1024;

export interface CallInHand {
  /** The type of the request. */
  readonly input: DescMessage;
  /** Aborts when the client is gone; a later failure then counts as cancelled. */
  readonly signal: AbortSignal;
  /** Returns the JSON of the request, if it could not be read. */
  readonly json: () => Uint8Array | undefined;
  /**
   * Called with each error that is completed here: the pipeline has not seen these calls.
   * `original` is the error as Connect's handlers would have sent it.
   */
  readonly onCompleted: (completed: ConnectError, original: ConnectError) => void;
}

/** Returns the completed error; undefined if there is nothing to complete. */
type Complete = (error: ConnectError | undefined) => Promise<ConnectError | undefined>;

/** Returns the answer. If it is an error, it is completed. */
export async function completeErrors(
  response: UniversalServerResponse,
  { input, signal, json, onCompleted }: CallInHand,
): Promise<UniversalServerResponse> {
  const complete: Complete = async (error) => {
    if (error === undefined || hasErrorInfo(error)) return undefined;
    const bytes = isUnreadableJson(error) ? json() : undefined;
    const places = bytes && refuseJson(bytes, input);
    const refusal = signal.aborted ? CANCELLED : (places ?? refusalFor(error, input));
    const completed = refusalError(refusal);
    onCompleted(completed, error);
    return completed;
  };
  const { body, trailer, header } = response;
  const contentType = header?.get('content-type') ?? '';
  if (trailer !== undefined) {
    return { ...response, body: thenTrailer(body, trailer, complete) };
  }
  if (body === undefined || header === undefined) return response;
  if (contentType.startsWith('application/grpc-web')) {
    return { ...response, body: mapLast(body, trailerFlag, completeWebTrailer(header, complete)) };
  }
  if (contentType.startsWith('application/connect+')) {
    return { ...response, body: mapLast(body, endStreamFlag, completeEndStream(header, complete)) };
  }
  return response.status === 200 ? response : await completeUnary(response, body, header, complete);
}

/** gRPC: the trailers are final once the body has ended. */
async function* thenTrailer(
  body: AsyncIterable<Uint8Array> | undefined,
  trailer: Headers,
  complete: Complete,
): AsyncIterable<Uint8Array> {
  if (body !== undefined) yield* body;
  const completed = await complete(findTrailerError(trailer));
  if (completed !== undefined) setTrailerStatus(trailer, completed);
  respellMessage(trailer);
}

/** Connect's handlers yield one envelope per piece; the envelope with this flag is the last. */
async function* mapLast(
  body: AsyncIterable<Uint8Array>,
  flag: number,
  map: (envelope: Uint8Array) => Promise<Uint8Array>,
): AsyncIterable<Uint8Array> {
  for await (const envelope of body) {
    yield ((envelope[0] ?? 0) & flag) === flag ? await map(envelope) : envelope;
  }
}

function completeWebTrailer(header: Headers, complete: Complete) {
  return async (envelope: Uint8Array): Promise<Uint8Array> => {
    const data = await inflateEnvelope(envelope, header.get('grpc-encoding'));
    if (data === undefined) return envelope;
    const trailer = trailerParse(data);
    const completed = await complete(findTrailerError(trailer));
    if (completed !== undefined) setTrailerStatus(trailer, completed);
    if (!respellMessage(trailer)) return envelope;
    return encodeEnvelope(trailerFlag, trailerSerialize(trailer));
  };
}

function completeEndStream(header: Headers, complete: Complete) {
  return async (envelope: Uint8Array): Promise<Uint8Array> => {
    const data = await inflateEnvelope(envelope, header.get('connect-content-encoding'));
    if (data === undefined) return envelope;
    const end = endStreamFromJson(data);
    const completed = await complete(end.error);
    if (completed === undefined) return envelope;
    const json = JSON.stringify(endStreamToJson(end.metadata, completed, undefined));
    return encodeEnvelope(endStreamFlag, new TextEncoder().encode(json));
  };
}

async function completeUnary(
  response: UniversalServerResponse,
  body: AsyncIterable<Uint8Array>,
  header: Headers,
  complete: Complete,
): Promise<UniversalServerResponse> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const sent = Buffer.concat(pieces);
  const data = await inflate(sent, header.get('content-encoding'), MAX_ERROR_BYTES);
  const completed = data && (await complete(parseUnaryError(data)));
  if (completed === undefined) return { ...response, body: inPieces([sent]) };
  const bytes = errorToJsonBytes(completed, undefined);
  header.delete('content-encoding');
  header.set('content-length', String(bytes.byteLength));
  return {
    ...response,
    status: codeToHttpStatus(completed.code),
    header,
    body: inPieces([bytes]),
  };
}

function parseUnaryError(data: Uint8Array): ConnectError | undefined {
  const unreadable = new ConnectError('');
  try {
    return errorFromJsonBytes(data, undefined, unreadable);
  } catch {
    return undefined;
  }
}

/** Undefined if the content is too large for an error without a reason. */
function inflateEnvelope(
  envelope: Uint8Array,
  encoding: string | null,
): Promise<Uint8Array | undefined> {
  const isCompressed = ((envelope[0] ?? 0) & compressedFlag) === compressedFlag;
  return inflate(
    envelope.subarray(ENVELOPE_HEADER_BYTES),
    isCompressed ? encoding : null,
    MAX_ERROR_BYTES,
  );
}
