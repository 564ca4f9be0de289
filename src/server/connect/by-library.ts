// Calls that Connect's library answers: streams, Connect's own unary calls, and whatever is unusual.
// What must hold for every call is put around the library's handlers here: messages are looked at
// before it decodes them, gRPC-Web's text form is translated, and every error gets its reason.

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
  /** The most bytes of a message. */
  readonly messageBytes: number;
  readonly jsonOptions: Partial<JsonReadOptions>;
  /** Holds the messages of streams that are on their way. */
  readonly memory: MemoryBudget;
  readonly bounds: WriteBounds;
  readonly log: Logger;
}

/** Told of the code of a call that ended before or after its pipeline. */
export type Observe = (code: Code) => void;

/** Writes an answer. */
export type Write = () => Promise<void>;

/** Answers a call of which `body` is all, up to the answer's first piece. */
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

/** Answers a call whose messages come bit by bit, up to the answer's first piece. */
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

/** An answer that cannot be encoded fails after the pipeline, which logs all else. */
export function tell(
  { requestPath }: UniversalHandler,
  { code }: ConnectError,
  err: unknown,
  observe: Observe,
  log: Logger,
): void {
  if (code === Code.Internal) log.error({ method: requestPath, err }, 'a call failed');
  observe(code);
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
    observe(refusal.code);
    const header = new Headers(answer.header);
    if (answer.status === 405) header.set('allow', handler.allowedMethods.join(', '));
    const base = { ...answer, header };
    return await answerRefusal(exchange, refusalError(refusal), bounds, base);
  }
  const isRead = exchange.method === 'GET';
  await writeResponse(isRead ? uncached(answer) : answer, exchange, bounds);
}

/** A read over GET could be kept on its way by anybody: it is of this moment, and of this caller. */
function uncached(answer: UniversalServerResponse): UniversalServerResponse {
  const header = new Headers(answer.header);
  header.set('cache-control', 'private, no-store');
  header.append('vary', 'Accept-Encoding');
  return { ...answer, header };
}

/** Answers that Connect's negotiation gives as a bare status, without a word for the caller. */
function refusalOfBareAnswer(
  answer: UniversalServerResponse,
  handler: UniversalHandler,
): Refusal | undefined {
  if (answer.body !== undefined) return undefined;
  const { method, allowedMethods } = handler;
  switch (answer.status) {
    case 405:
      return {
        // What Connect makes of this status when nothing else is said; so below.
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
