// Serves calls: takes an HTTP request, runs the call in the unary lane or by Connect's library, and
// writes the answer. It adds what must hold for every call in every protocol: admission, bounds on
// the body and on unread answers, answers to refusals, and the figures for metrics. Never throws
// and never rejects: a call that fails is answered or cut.

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { JsonReadOptions } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import type { Metrics } from '../../metrics/metrics.js';
import { type CallTrail, noteError, startTrail } from '../../rpc/edge/call-trail.js';
import { DEFAULT_UNARY_DEADLINE_MS } from '../../rpc/edge/deadline.js';
import type { CallerCheck, UnaryMethod } from '../../rpc/edge/pipeline.js';
import { answerRefusal, isGrpcContentType } from '../exchange/answer-refusal.js';
import type { Connection } from '../exchange/connections.js';
import type { Exchange, RequestHeaders } from '../exchange/exchange.js';
import { ClientGoneError, type WriteBounds, writeWhole } from '../exchange/write-response.js';
import { createAdmission, type Place } from '../load/admission.js';
import { createBodyShares } from '../load/body-shares.js';
import {
  EXCESSES,
  type Excess,
  excessError,
  excessHeaders,
  refuseOverload,
} from '../load/excess-refusal.js';
import { createStreamCount, STREAM_RETRY_MS } from '../load/stream-count.js';
import type { OnCallEnd } from '../support/ended-call.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';
import type { MemoryBudget } from '../support/memory-budget.js';
import { REQUEST_ID_HEADER, requestIdOf } from '../support/request-id.js';
import { hasErrorInfo, type Refusal, refusalError } from '../support/rpc-error.js';
import { badQuery } from './bad-query.js';
import {
  type LibraryOptions,
  type Observe,
  runMessage,
  runStream,
  tell,
  type Write,
} from './by-library.js';
import { NodeCallHeaders } from './call-headers.js';
import { Cancellations, signalOf } from './cancellations.js';
import type { Form, LaneCall, LaneOptions } from './lane/form.js';
import { laneFormOf, runInLane } from './lane/unary-lane.js';
import { type Body, readPieces, readWhole, tooLargeBody, tooSlow } from './request-body.js';
import { BAD_TARGET, type Call, callOf, timeoutMsOf } from './rpc-call.js';

export interface RpcEndpointOptions {
  readonly handlers: readonly UniversalHandler[];
  /** The unary methods that the lane may call, by the paths of their handlers. */
  readonly unaryMethods: ReadonlyMap<string, UnaryMethod>;
  /** Who may call a method, by the paths of their handlers. */
  readonly callerChecks: ReadonlyMap<string, CallerCheck>;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly jsonOptions: Partial<JsonReadOptions>;
  readonly isEncrypted: boolean;
  /** Aborts when the calls in flight are cut. */
  readonly ending: AbortSignal;
  /** The memory for all answers that clients have not read yet. */
  readonly unread: MemoryBudget;
  /** How many waiting requests may start before a new one of this connection. */
  readonly notBegun: (connection: Connection) => number;
  /** Undefined: nobody wants to know. */
  readonly onCallEnd?: OnCallEnd | undefined;
}

export interface RpcEndpoint {
  /**
   * The headers that refuse a call, if it cannot be served now, before any object is made for it.
   * Under overload, most calls end here. Undefined for all other calls.
   */
  refuseEarly(connection: Connection, headers: RequestHeaders): OutgoingHttpHeaders | undefined;
  /** Returns true if the path is a method's; the call is then handled. */
  handle(path: string, exchange: Exchange, trail: CallTrail): boolean;
}

export function createRpcEndpoint(options: RpcEndpointOptions): RpcEndpoint {
  const paths = new Map(options.handlers.map((handler) => [handler.requestPath, handler]));
  const calls = new Calls(options);
  return {
    refuseEarly(connection, headers) {
      const handler = paths.get(headers[':path'] ?? '');
      return handler && calls.refuseEarly(handler, connection, headers);
    },
    handle(path, exchange, trail) {
      const handler = paths.get(path);
      if (handler === undefined) return false;
      calls.serve(handler, exchange, trail);
      return true;
    },
  };
}

/**
 * Health and reflection need no admission: they show the state of an overloaded service, and are
 * cheap.
 */
function isStandard({ service }: UniversalHandler): boolean {
  return service.typeName.startsWith('grpc.');
}

class Calls {
  readonly #options: RpcEndpointOptions;
  readonly #admission;
  readonly #bodies;
  readonly #streams;
  readonly #bounds: WriteBounds;
  readonly #library: LibraryOptions;
  readonly #lane: LaneOptions;
  readonly #cancellations: Cancellations;

  constructor(options: RpcEndpointOptions) {
    const { limits, unread, metrics, ending, jsonOptions, log } = options;
    this.#options = options;
    this.#admission = createAdmission(limits);
    this.#bodies = createBodyShares(limits.bodyBytes, limits.bodyBytesPerConnection);
    this.#streams = createStreamCount(limits);
    this.#cancellations = new Cancellations(ending);
    this.#bounds = { stallTimeoutMs: limits.writeStallTimeoutMs, unread };
    const { messageBytes, compressMinBytes } = limits;
    this.#lane = { messageBytes, compressMinBytes, jsonOptions };
    this.#library = {
      messageBytes: limits.messageBytes,
      jsonOptions,
      memory: this.#bodies.memory,
      bounds: this.#bounds,
      log,
    };
    metrics.watchAdmission(() => this.#admission);
    const streams = options.handlers.filter(({ method }) => method.methodKind !== 'unary');
    metrics.watchStreams(() =>
      streams.map((handler) => [handler.method, this.#streams.open(handler)] as const),
    );
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
    if (refusal === undefined) return undefined;
    const trail = startTrail(requestIdOf(headers));
    this.#refused(handler, headers, trail, excess);
    return { ...refusal, [REQUEST_ID_HEADER]: trail.requestId };
  }

  /** Counts and logs a call that was refused before it began. */
  #refused(
    { method }: UniversalHandler,
    headers: IncomingHttpHeaders,
    trail: CallTrail,
    excess: Excess,
  ): void {
    const { metrics, onCallEnd } = this.#options;
    metrics.countRefused(method);
    trail.code = Code.ResourceExhausted;
    trail.reason = EXCESSES[excess].reason;
    onCallEnd?.({ method, headers, trail, durationMs: 0, isAnswered: true });
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

  serve(handler: UniversalHandler, exchange: Exchange, trail: CallTrail): void {
    const { metrics, log, onCallEnd } = this.#options;
    const { connection, headers } = exchange;
    const retryAfterMs = this.#retryAfterMs(handler, connection, headers, 0);
    if (retryAfterMs !== undefined && refuseOverload(exchange, retryAfterMs)) {
      this.#refused(handler, headers, trail, 'waiting calls');
      return;
    }
    metrics.rpcStarted();
    const startedMs = performance.now();
    let isAnswered = true;
    this.#serve(handler, exchange, trail, startedMs)
      .catch((error: unknown) => {
        // A client that hung up needs no repair here.
        const isOurs = !(error instanceof ClientGoneError) && !exchange.isOver;
        const fields = { method: handler.requestPath, err: error };
        if (isOurs) log.error(fields, 'a call could not be answered');
        else log.debug(fields, 'a client went away');
        isAnswered = false;
        trail.code ??= isOurs ? Code.Internal : Code.Canceled;
        exchange.cut();
      })
      .finally(() => {
        metrics.rpcEnded();
        const durationMs = performance.now() - startedMs;
        onCallEnd?.({ method: handler.method, headers, trail, durationMs, isAnswered });
      });
  }

  async #serve(
    handler: UniversalHandler,
    exchange: Exchange,
    trail: CallTrail,
    startedMs: number,
  ): Promise<void> {
    const observe: Observe = (error) => {
      noteError(trail, error);
      const seconds = (performance.now() - startedMs) / 1000;
      this.#options.metrics.observeRpc(handler.method, error.code, seconds);
    };
    try {
      const run = this.#options.unaryMethods.get(exchange.target);
      const form = run === undefined ? undefined : laneFormOf(exchange);
      await (run === undefined || form === undefined
        ? this.#serveByLibrary(handler, exchange, trail, observe)
        : this.#serveInLane(handler, run, form, exchange, trail, observe));
    } catch (error) {
      // An error with a reason was thrown before the handler ran, so nothing was sent yet.
      if (!(error instanceof ConnectError) || !hasErrorInfo(error)) throw error;
      observe(error);
      await answerRefusal(exchange, error, this.#bounds);
    }
  }

  async #serveInLane(
    handler: UniversalHandler,
    run: UnaryMethod,
    form: Form,
    exchange: Exchange,
    trail: CallTrail,
    observe: Observe,
  ): Promise<void> {
    const { log } = this.#options;
    await this.#serveMessage(handler, exchange, trail, async (body) => {
      const laneCall: LaneCall = {
        form,
        run,
        method: handler.method,
        headers: exchange.headers,
        peer: exchange.connection.peer,
        cancellation: this.#cancellations.of(exchange),
        trail,
        onRefused: (refused, original) => tell(handler, refused, original, observe, log),
      };
      const answer = await runInLane(laneCall, body, this.#lane);
      if (answer !== undefined) return () => writeWhole(answer, exchange, this.#bounds);
      const call = this.#callOf(exchange, trail);
      return await runMessage(handler, exchange, call, body, observe, this.#library);
    });
  }

  async #serveByLibrary(
    handler: UniversalHandler,
    exchange: Exchange,
    trail: CallTrail,
    observe: Observe,
  ): Promise<void> {
    const call = this.#callOf(exchange, trail);
    const { methodKind } = handler.method;
    if (methodKind === 'unary') {
      await this.#serveMessage(handler, exchange, trail, (body) =>
        runMessage(handler, exchange, call, body, observe, this.#library),
      );
    } else if (methodKind === 'server_streaming') {
      // A stream counts once its request has arrived: a body that never ends must not take the
      // place of a stream from callers who may have one.
      await this.#serveMessage(handler, exchange, trail, async (body) => {
        const leave = this.#streams.enter(handler, exchange.connection);
        try {
          const write = await runMessage(handler, exchange, call, body, observe, this.#library);
          return () => write().finally(leave);
        } catch (error) {
          leave();
          throw error;
        }
      });
    } else {
      const leave = this.#streams.enter(handler, exchange.connection);
      try {
        const body = readPieces(exchange, this.#options.limits.requestTimeoutMs);
        const streaming = { ...call, body };
        const write = await runStream(handler, exchange, streaming, observe, this.#library);
        await write();
      } finally {
        leave();
      }
    }
  }

  #callOf(exchange: Exchange, trail: CallTrail): Call {
    const signal = signalOf(this.#cancellations.of(exchange));
    const call = callOf(exchange, this.#options.isEncrypted, signal, trail);
    if (call === undefined) throw refusalError(BAD_TARGET);
    const unreadable = badQuery(call);
    if (unreadable !== undefined) throw refusalError(unreadable);
    return call;
  }

  /** Reads the whole message, waits for the call's turn, and answers. */
  async #serveMessage(
    handler: UniversalHandler,
    exchange: Exchange,
    trail: CallTrail,
    run: (body: Buffer) => Promise<Write>,
  ): Promise<void> {
    const startedMs = performance.now();
    if (!exchange.isComplete) await this.#checkCaller(handler, exchange, trail);
    const body = exchange.method === 'GET' ? undefined : await this.#read(exchange);
    try {
      const leftMs = waitOf(exchange.headers) - (performance.now() - startedMs);
      const place = isStandard(handler) ? undefined : await this.#enter(exchange, leftMs);
      let write: Write;
      try {
        write = await run(body?.bytes ?? EMPTY);
      } finally {
        place?.release();
      }
      await write();
    } finally {
      body?.held.release();
    }
  }

  /** Refuses whoever may not call this, before a body that has not come yet is read. */
  async #checkCaller(
    { requestPath }: UniversalHandler,
    { headers, connection: { peer } }: Exchange,
    trail: CallTrail,
  ): Promise<void> {
    const check = this.#options.callerChecks.get(requestPath);
    await check?.({ headers: new NodeCallHeaders(headers), peer, trail });
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
}

/** How long the caller waits for its answer, in ms. */
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

/** Whether an RPC client made the request, whatever its path. */
export function isRpcContentType(contentType: string): boolean {
  return (
    isGrpcContentType(contentType) || /^application\/(connect\+)?(json|proto)\b/i.test(contentType)
  );
}

/** The refusal for a method that does not exist. */
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
