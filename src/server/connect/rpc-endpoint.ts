// Calls: from an HTTP request to Connect's universal handler and back. Everything that must hold
// for every call in every protocol is put around the handler here: who is let in and when, bounds
// on its body and its reader, gRPC-Web's text form, a reason in every error, the figures for
// metrics. Never throws and never rejects: a call that fails is answered or cut.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { JsonReadOptions } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerResponse } from '@connectrpc/connect/protocol';
import type { Metrics } from '../../metrics/metrics.js';
import { DEFAULT_UNARY_DEADLINE_MS } from '../../rpc/edge/pipeline.js';
import { answerRefusal, isGrpcContentType } from '../exchange/answer-refusal.js';
import type { Connection } from '../exchange/connections.js';
import type { Exchange, RequestHeaders } from '../exchange/exchange.js';
import { ClientGoneError, writeResponse } from '../exchange/write-response.js';
import { createAdmission, type Place } from '../load/admission.js';
import { createBodyShares } from '../load/body-shares.js';
import { excessError, excessHeaders, refuseOverload } from '../load/excess-refusal.js';
import { createStreamCount, STREAM_RETRY_MS } from '../load/stream-count.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';
import type { MemoryBudget } from '../support/memory-budget.js';
import { cutInPieces, whole } from '../support/pieces.js';
import { hasErrorInfo, type Refusal, refusalError } from '../support/rpc-error.js';
import { badQuery } from './bad-query.js';
import { recordCall } from './call-record.js';
import { type CallInHand, completeErrors } from './complete-errors.js';
import { handleAsBinary } from './grpc-web-text.js';
import { prepareCall, prepareStream, smallJson } from './prepare-message.js';
import { type Body, readPieces, readWhole, tooLargeBody, tooSlow } from './request-body.js';
import { BAD_TARGET, type Call, CallSignals, callOf, timeoutMsOf } from './rpc-call.js';

export interface RpcEndpointOptions {
  readonly handlers: readonly UniversalHandler[];
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly jsonOptions: Partial<JsonReadOptions>;
  readonly isEncrypted: boolean;
  /** Aborted when calls that are still under way are cut off. */
  readonly ending: AbortSignal;
  /** What all answers that are not taken yet may hold. */
  readonly unread: MemoryBudget;
  /** How many requests have come and may begin before one that comes now on this connection. */
  readonly notBegun: (connection: Connection) => number;
}

export interface RpcEndpoint {
  /**
   * What a call is answered with that cannot be served now, before anything is made of it: while
   * too much is asked, most calls end here. Undefined for all else.
   */
  refuseEarly(connection: Connection, headers: RequestHeaders): OutgoingHttpHeaders | undefined;
  /** True when the path is a method's; then the call is handled. */
  handle(path: string, exchange: Exchange): boolean;
}

export function createRpcEndpoint(options: RpcEndpointOptions): RpcEndpoint {
  const paths = new Map(options.handlers.map((handler) => [handler.requestPath, handler]));
  const calls = new Calls(options);
  return {
    refuseEarly(connection, headers) {
      const handler = paths.get(headers[':path'] ?? '');
      return handler && calls.refuseEarly(handler, connection, headers);
    },
    handle(path, exchange) {
      const handler = paths.get(path);
      if (handler === undefined) return false;
      calls.serve(handler, exchange);
      return true;
    },
  };
}

/** Health and reflection: they tell how an overloaded service is, and are cheap. */
function isStandard({ service }: UniversalHandler): boolean {
  return service.typeName.startsWith('grpc.');
}

class Calls {
  readonly #options: RpcEndpointOptions;
  readonly #admission;
  readonly #bodies;
  readonly #streams;
  readonly #bounds;
  readonly #signals: CallSignals;

  constructor(options: RpcEndpointOptions) {
    const { limits, unread, metrics, ending } = options;
    this.#options = options;
    this.#admission = createAdmission(limits);
    this.#bodies = createBodyShares(limits.bodyBytes, limits.bodyBytesPerConnection);
    this.#streams = createStreamCount(limits);
    this.#signals = new CallSignals(ending);
    this.#bounds = { stallTimeoutMs: limits.writeStallTimeoutMs, unread };
    metrics.watchAdmission(() => this.#admission);
  }

  refuseEarly(
    handler: UniversalHandler,
    connection: Connection,
    headers: IncomingHttpHeaders,
  ): OutgoingHttpHeaders | undefined {
    const isFull =
      handler.method.methodKind !== 'unary' && this.#streams.isFull(handler, connection);
    const retryAfterMs = isFull
      ? STREAM_RETRY_MS
      : this.#retryAfterMs(handler, connection, headers, this.#options.notBegun(connection));
    if (retryAfterMs === undefined) return undefined;
    const excess = isFull ? 'open streams' : 'waiting calls';
    const refusal = excessHeaders(headers, excess, retryAfterMs);
    if (refusal !== undefined) this.#options.metrics.countRefused(handler.method);
    return refusal;
  }

  #retryAfterMs(
    handler: UniversalHandler,
    connection: Connection,
    headers: IncomingHttpHeaders,
    before: number,
  ): number | undefined {
    if (isStandard(handler)) return undefined;
    return this.#admission.refusal(connection, waitOf(headers), before);
  }

  serve(handler: UniversalHandler, exchange: Exchange): void {
    const { metrics, log } = this.#options;
    const { connection, headers } = exchange;
    const retryAfterMs = this.#retryAfterMs(handler, connection, headers, 0);
    if (retryAfterMs !== undefined && refuseOverload(exchange, retryAfterMs)) {
      metrics.countRefused(handler.method);
      return;
    }
    metrics.rpcStarted();
    this.#serve(handler, exchange)
      .catch((error: unknown) => {
        // Somebody hung up: nothing here to repair.
        const isOurs = !(error instanceof ClientGoneError) && !exchange.isOver;
        const fields = { method: handler.requestPath, err: error };
        if (isOurs) log.error(fields, 'a call could not be answered');
        else log.debug(fields, 'a client went away');
        exchange.cut();
      })
      .finally(() => metrics.rpcEnded());
  }

  async #serve(handler: UniversalHandler, exchange: Exchange): Promise<void> {
    const startedMs = performance.now();
    const observe = (code: Code) =>
      this.#options.metrics.observeRpc(
        handler.method,
        code,
        (performance.now() - startedMs) / 1000,
      );
    try {
      const call = callOf(exchange, this.#options.isEncrypted, this.#signals);
      if (call === undefined) throw refusalError(BAD_TARGET);
      const unreadable = badQuery(call);
      if (unreadable !== undefined) throw refusalError(unreadable);
      const { methodKind } = handler.method;
      const hasOneMessage = methodKind === 'unary' || methodKind === 'server_streaming';
      const leave =
        methodKind === 'unary' ? undefined : this.#streams.enter(handler, exchange.connection);
      try {
        await (hasOneMessage
          ? this.#serveMessage(handler, exchange, call, observe)
          : this.#serveStream(handler, exchange, call, observe));
      } finally {
        leave?.();
      }
    } catch (error) {
      // What has its reason was refused here, before the handler; it has sent nothing yet.
      if (!(error instanceof ConnectError) || !hasErrorInfo(error)) throw error;
      observe(error.code);
      await answerRefusal(exchange, error, this.#bounds);
    }
  }

  /** Reads the whole message, waits for the call's turn, answers. */
  async #serveMessage(
    handler: UniversalHandler,
    exchange: Exchange,
    call: Call,
    observe: (code: Code) => void,
  ): Promise<void> {
    const startedMs = performance.now();
    const body = call.method === 'GET' ? undefined : await this.#read(exchange);
    try {
      const leftMs = waitOf(exchange.headers) - (performance.now() - startedMs);
      const place = isStandard(handler) ? undefined : await this.#enter(exchange, leftMs);
      let answer: UniversalServerResponse;
      try {
        answer = await this.#run(
          handler,
          { ...call, body: cutInPieces(body?.bytes ?? EMPTY) },
          true,
          observe,
        );
      } finally {
        place?.release();
      }
      await this.#write(handler, exchange, answer, observe);
    } finally {
      body?.held.release();
    }
  }

  async #serveStream(
    handler: UniversalHandler,
    exchange: Exchange,
    call: Call,
    observe: (code: Code) => void,
  ): Promise<void> {
    const body = readPieces(exchange, this.#options.limits.requestTimeoutMs);
    const answer = await this.#run(handler, { ...call, body }, false, observe);
    await this.#write(handler, exchange, answer, observe);
  }

  #read(exchange: Exchange): Promise<Body> {
    const { requestTimeoutMs, messageBytes } = this.#options.limits;
    const ownMs = timeoutMsOf(exchange.headers) ?? Number.POSITIVE_INFINITY;
    return readWhole(exchange, this.#bodies, {
      timeoutMs: Math.min(requestTimeoutMs, ownMs),
      late: () => (ownMs < requestTimeoutMs ? refusalError(TOO_LATE) : tooSlow(requestTimeoutMs)),
      ...tooLargeBody(exchange, messageBytes),
    });
  }

  /** Resolves when it is this call's turn. */
  #enter(exchange: Exchange, timeoutMs: number): Promise<Place> {
    return new Promise((resolve, reject) => {
      let forget = () => {};
      const giveUp = this.#admission.enter({
        connection: exchange.connection,
        timeoutMs,
        run(place) {
          forget();
          resolve(place);
        },
        leave(why, retryAfterMs) {
          forget();
          reject(
            why === 'late' ? refusalError(TOO_LATE) : excessError('waiting calls', retryAfterMs),
          );
        },
      });
      forget = exchange.onceOver(() => {
        giveUp();
        reject(new ClientGoneError('closed while it waited for its turn'));
      });
    });
  }

  /** The answer, up to its first piece. */
  async #run(
    handler: UniversalHandler,
    call: Call,
    hasOneMessage: boolean,
    observe: (code: Code) => void,
  ): Promise<UniversalServerResponse> {
    const { limits, jsonOptions, log } = this.#options;
    const record = recordCall(call.contextValues);
    const prepare = { maxBytes: limits.messageBytes, jsonOptions };
    return await handleAsBinary(call, async (binary) => {
      const body = hasOneMessage ? await whole(binary.body) : EMPTY;
      const prepared = hasOneMessage
        ? await prepareCall(binary, body, handler.method, prepare)
        : prepareStream(binary, handler.method, this.#bodies.memory, prepare);
      const inHand: CallInHand = {
        input: handler.method.input,
        signal: call.signal,
        json: () => (hasOneMessage ? smallJson(binary, body) : undefined),
        onCompleted({ code }, original) {
          // An answer that cannot be encoded fails after the pipeline, which logs all else.
          const fields = { method: handler.requestPath, err: record.failure ?? original };
          if (code === Code.Internal) log.error(fields, 'a call failed');
          observe(code);
        },
      };
      return await completeErrors(await handler(prepared), inHand);
    });
  }

  async #write(
    handler: UniversalHandler,
    exchange: Exchange,
    answer: UniversalServerResponse,
    observe: (code: Code) => void,
  ): Promise<void> {
    const refusal = refusalOfBareAnswer(answer, handler);
    if (refusal !== undefined) {
      observe(refusal.code);
      const header = new Headers(answer.header);
      if (answer.status === 405) header.set('allow', handler.allowedMethods.join(', '));
      const base = { ...answer, header };
      return await answerRefusal(exchange, refusalError(refusal), this.#bounds, base);
    }
    const isRead = exchange.method === 'GET';
    await writeResponse(isRead ? uncached(answer) : answer, exchange, this.#bounds);
  }
}

/** How long the caller waits for its answer. */
function waitOf(headers: IncomingHttpHeaders): number {
  return timeoutMsOf(headers) ?? DEFAULT_UNARY_DEADLINE_MS;
}

const TOO_LATE: Refusal = {
  code: Code.DeadlineExceeded,
  reason: 'DEADLINE_EXCEEDED',
  message:
    'The deadline passed before the call began, so nothing was done; send the request without pauses, ' +
    'or allow more time.',
};

const EMPTY = Buffer.alloc(0);

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
    message: `${what} of this server; server reflection lists the methods.`,
  };
}
