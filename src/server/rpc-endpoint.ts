// Calls: from Node's request to Connect's universal handler and back. Everything that must
// hold for every call in every protocol is put around the handler here: bounds on its body and
// its reader, gRPC-Web's text form, a reason in every error, the figures for metrics.
// Never throws and never rejects: a call that fails is answered or cut.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Code, ConnectError } from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { universalRequestFromNodeRequest } from '@connectrpc/connect-node';
import { answerRefusal, isGrpcContentType } from './answer-refusal.js';
import { badQuery } from './bad-query.js';
import { recordCall } from './call-record.js';
import { type CallInHand, completeErrors } from './complete-errors.js';
import { handleAsBinary } from './grpc-web-text.js';
import type { Limits } from './limits.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';
import { type NodeRequest, readBody } from './request-body.js';
import type { Refusal } from './rpc-error.js';
import {
  ClientGoneError,
  cut,
  isGone,
  type NodeResponse,
  writeResponse,
} from './write-response.js';

export interface RpcEndpointOptions {
  readonly handlers: readonly UniversalHandler[];
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export interface RpcEndpoint {
  /** True when the path is a method's; then the call is handled. */
  handle(path: string, request: NodeRequest, response: NodeResponse): boolean;
}

/** setTimeout takes no more, and fires at once instead. About 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_GRPC_TIMEOUT = `${Math.floor(MAX_TIMER_MS / 1000)}S`;

export function createRpcEndpoint(options: RpcEndpointOptions): RpcEndpoint {
  const { metrics, log } = options;
  const paths = new Map(options.handlers.map((handler) => [handler.requestPath, handler]));
  return {
    handle(path, request, response) {
      const handler = paths.get(path);
      if (handler === undefined) return false;
      metrics.rpcStarted();
      serve(handler, request, response, options)
        .catch((error: unknown) => {
          // Somebody hung up: nothing here to repair.
          const isOurs = !(error instanceof ClientGoneError) && !isGone(response);
          const fields = { method: handler.requestPath, err: error };
          if (isOurs) log.error(fields, 'a call could not be answered');
          else log.debug(fields, 'a client went away');
          cut(response);
        })
        .finally(() => metrics.rpcEnded());
      return true;
    },
  };
}

async function serve(
  handler: UniversalHandler,
  request: NodeRequest,
  response: NodeResponse,
  { limits, metrics, log }: RpcEndpointOptions,
): Promise<void> {
  const startedMs = performance.now();
  const call = parseRequest(request, response);
  if (call === undefined) return await answerRefusal(request, response, BAD_TARGET, limits);
  const unreadable = badQuery(call);
  if (unreadable !== undefined) {
    metrics.observeRpc(handler.method, unreadable.code, (performance.now() - startedMs) / 1000);
    return await answerRefusal(request, response, unreadable, limits);
  }
  capTimeout(call.header);
  const { methodKind } = handler.method;
  const isStreamed = methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
  const body = readBody(request, { timeoutMs: limits.requestTimeoutMs, isStreamed });
  const observe = (code: Code) =>
    metrics.observeRpc(handler.method, code, (performance.now() - startedMs) / 1000);
  const answer = await handleAsBinary({ ...call, body }, async (binary) => {
    const { request: recorded, record } = recordCall(binary, isStreamed);
    const inHand: CallInHand = {
      input: handler.method.input,
      signal: call.signal,
      refused: () => ({ ...binary, received: record.received, maxBytes: limits.messageBytes }),
      onCompleted({ code }, original) {
        // An answer that cannot be encoded fails after the pipeline, which logs all else.
        const fields = { method: handler.requestPath, err: record.failure ?? original };
        if (code === Code.Internal) log.error(fields, 'a call failed');
        observe(code);
      },
    };
    return await completeErrors(await handler(recorded), inHand);
  });
  const refusal = refusalOfBareAnswer(answer, handler);
  if (refusal === undefined) {
    return await writeResponse(answer, response, {
      stallTimeoutMs: limits.writeStallTimeoutMs,
      lingerMs: limits.lingerMs,
    });
  }
  observe(refusal.code);
  await answerRefusal(request, response, refusal, limits, answer);
}

/** Undefined when the client's path or authority make no URL. */
function parseRequest(request: NodeRequest, response: NodeResponse) {
  try {
    // One function for both versions of HTTP; its overloads do not take the union.
    return universalRequestFromNodeRequest(
      request as IncomingMessage,
      response as ServerResponse,
      undefined,
      undefined,
    );
  } catch (error) {
    if (error instanceof TypeError || error instanceof ConnectError) return undefined;
    throw error;
  }
}

const BAD_TARGET: Refusal = {
  code: Code.InvalidArgument,
  reason: 'MALFORMED_REQUEST',
  message: 'The request needs a valid Host header (HTTP/1.1) or :authority (HTTP/2).',
};

/** A deadline further away than a timer can count means "very long", and is treated so. */
function capTimeout(header: Headers): void {
  const grpc = /^(\d{1,8})([HMS])$/.exec(header.get('grpc-timeout') ?? '');
  if (grpc !== null) {
    const seconds = Number(grpc[1]) * { H: 3600, M: 60, S: 1 }[grpc[2] as 'H' | 'M' | 'S'];
    if (seconds * 1000 > MAX_TIMER_MS) header.set('grpc-timeout', MAX_GRPC_TIMEOUT);
  }
  const connect = header.get('connect-timeout-ms') ?? '';
  if (/^\d{1,10}$/.test(connect) && Number(connect) > MAX_TIMER_MS) {
    header.set('connect-timeout-ms', String(MAX_TIMER_MS));
  }
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
        code: Code.Unimplemented,
        reason: 'HTTP_METHOD_NOT_ALLOWED',
        message: `${method.name} is called with ${allowedMethods.join(' or ')}.`,
      };
    case 415:
      return {
        code: Code.InvalidArgument,
        reason: 'UNSUPPORTED_CONTENT_TYPE',
        message:
          `${method.name} is called with the Content-Type ` +
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

/** True for a request that some RPC client made, whatever its path. */
export function isRpcContentType(contentType: string): boolean {
  return (
    isGrpcContentType(contentType) || /^application\/(connect\+)?(json|proto)\b/i.test(contentType)
  );
}

/** What a call of a method that is not there is answered with. */
export function methodNotFound(path: string): Refusal {
  const [, service = '', method = ''] = /^\/([\w.]{1,200})\/(\w{1,100})$/.exec(path) ?? [];
  const what =
    service === '' ? 'This path is not a method' : `${service}/${method} is not a method`;
  return {
    code: Code.Unimplemented,
    reason: 'METHOD_NOT_FOUND',
    message: `${what} of this server; server reflection lists what there is.`,
  };
}
