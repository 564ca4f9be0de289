// Calls that Connect's library answers: streams, unary calls of the Connect protocol, and unusual
// calls. This file adds to the library's handlers what must hold for every call: messages are
// checked before the library decodes them, gRPC-Web's text form is translated, and every error gets
// a reason.

import type { JsonReadOptions } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { answerRefusal } from '../exchange/answer-refusal.js';
import type { Exchange } from '../exchange/exchange.js';
import { type WriteBounds, writeResponse } from '../exchange/write-response.js';
import type { Logger } from '../support/log.js';
import type { MemoryBudget } from '../support/memory-budget.js';
import { cutInPieces, whole } from '../support/pieces.js';
import { type Refusal, refusalError } from '../support/rpc-error.js';
import { recordCall } from './call-record.js';
import { completeErrors } from './complete-errors.js';
import { handleAsBinary } from './grpc-web-text.js';
import { prepareCall, prepareStream, smallJson } from './prepare-message.js';
import type { Call } from './rpc-call.js';

export interface LibraryOptions {
  /** The maximum size of a message in bytes. */
  readonly messageBytes: number;
  readonly jsonOptions: Partial<JsonReadOptions>;
  /** The memory for messages of streams that have arrived in part. */
  readonly memory: MemoryBudget;
  readonly bounds: WriteBounds;
  readonly log: Logger;
}

/** Takes the error of a call that ended before or after its pipeline. */
export type Observe = (error: ConnectError) => void;

/** Writes an answer. */
export type Write = () => Promise<void>;

/** Runs a call with the whole body `body` until its answer begins; the result writes the answer. */
export async function runMessage(
  handler: UniversalHandler,
  exchange: Exchange,
  call: Call,
  body: Buffer,
  observe: Observe,
  options: LibraryOptions,
): Promise<Write> {
  const { messageBytes, jsonOptions } = options;
  const prepare = { maxBytes: messageBytes, jsonOptions };
  const answer = await handleAsBinary({ ...call, body: cutInPieces(body) }, async (binary) => {
    const bytes = await whole(binary.body);
    const prepared = await prepareCall(binary, bytes, handler.method, prepare);
    const json = () => smallJson(binary, bytes);
    return await run(handler, prepared, json, observe, options);
  });
  return () => write(handler, exchange, answer, observe, options.bounds);
}

/** Runs a call with a streamed body until its answer begins; the result writes the answer. */
export async function runStream(
  handler: UniversalHandler,
  exchange: Exchange,
  call: Call,
  observe: Observe,
  options: LibraryOptions,
): Promise<Write> {
  const { messageBytes, jsonOptions, memory } = options;
  const prepare = { maxBytes: messageBytes, jsonOptions };
  const answer = await handleAsBinary(call, (binary) => {
    const prepared = prepareStream(binary, handler.method, memory, prepare);
    return run(handler, prepared, () => undefined, observe, options);
  });
  return () => write(handler, exchange, answer, observe, options.bounds);
}

async function run(
  handler: UniversalHandler,
  call: Call,
  json: () => Uint8Array | undefined,
  observe: Observe,
  { log }: LibraryOptions,
): Promise<UniversalServerResponse> {
  const record = recordCall(call.contextValues);
  return await completeErrors(await handler(call), {
    input: handler.method.input,
    signal: call.signal,
    json,
    onCompleted: (completed, original) =>
      tell(handler, completed, record.failure ?? original, observe, log),
  });
}

/**
 * Counts a call that failed before or after its pipeline, and logs an internal failure, such as an
 * answer that cannot be encoded. The pipeline logs all others.
 */
export function tell(
  { requestPath }: UniversalHandler,
  completed: ConnectError,
  err: unknown,
  observe: Observe,
  log: Logger,
): void {
  if (completed.code === Code.Internal) log.error({ method: requestPath, err }, 'a call failed');
  observe(completed);
}

async function write(
  handler: UniversalHandler,
  exchange: Exchange,
  answer: UniversalServerResponse,
  observe: Observe,
  bounds: WriteBounds,
): Promise<void> {
  const refusal = refusalOfBareAnswer(answer, handler);
  if (refusal !== undefined) {
    const error = refusalError(refusal);
    observe(error);
    const header = new Headers(answer.header);
    if (answer.status === 405) header.set('allow', handler.allowedMethods.join(', '));
    const base = { ...answer, header };
    return await answerRefusal(exchange, error, bounds, base);
  }
  const isRead = exchange.method === 'GET';
  await writeResponse(isRead ? uncached(answer) : answer, exchange, bounds);
}

/** Forbids caches to keep an answer to a GET: it holds only for this moment and this caller. */
function uncached(answer: UniversalServerResponse): UniversalServerResponse {
  const header = new Headers(answer.header);
  header.set('cache-control', 'private, no-store');
  header.append('vary', 'Accept-Encoding');
  return { ...answer, header };
}

/** The refusal for an answer that Connect's negotiation gives as a bare status without an error. */
function refusalOfBareAnswer(
  answer: UniversalServerResponse,
  handler: UniversalHandler,
): Refusal | undefined {
  if (answer.body !== undefined) return undefined;
  const { method, allowedMethods } = handler;
  switch (answer.status) {
    case 405:
      return {
        // The code that Connect derives from this status by default; also for 415.
        code: Code.Unknown,
        reason: 'HTTP_METHOD_NOT_ALLOWED',
        message: `Call ${method.name} with ${allowedMethods.join(' or ')}.`,
      };
    case 415:
      return {
        code: Code.Unknown,
        reason: 'UNSUPPORTED_CONTENT_TYPE',
        message:
          `Call ${method.name} with the Content-Type ` +
          (method.methodKind === 'unary'
            ? 'application/json, application/proto, '
            : 'application/connect+json, application/connect+proto, ') +
          'application/grpc, application/grpc-web or application/grpc-web-text.',
      };
    case 505:
      return {
        code: Code.Unimplemented,
        reason: 'HTTP2_REQUIRED',
        message: `${method.name} streams in both directions; call it over HTTP/2.`,
      };
    default:
      return undefined;
  }
}
