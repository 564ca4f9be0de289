// What every call goes through, on every protocol: deadline, validate, handle, map errors, measure.
// Plain functions over (method, headers, message, signal); authentication takes its place first.

import { randomUUID } from 'node:crypto';
import type {
  DescMessage,
  DescMethod,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  Message,
  MessageShape,
} from '@bufbuild/protobuf';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { TURNS } from '../../app/ports/turns.js';
import { AttendanceError, type Failure } from '../../domain/facts/errors.js';
import type { Instant } from '../../domain/time/time.js';
import { INTERNAL, publicError, toConnectError } from './error-table.js';
import { validate, violationsOf } from './validate.js';

/** The deadline of a unary call that brings none. */
export const DEFAULT_UNARY_DEADLINE_MS = 15_000;

/** The deadline of a stream that brings none. */
export const DEFAULT_STREAM_DEADLINE_MS = 10 * 60_000;

/** Longer deadlines than this are taken as this. */
export const MAX_DEADLINE_MS = 60 * 60_000;

/** gRPC's code of a call that succeeded. */
const OK = 0;

/** What a handler knows of its call besides the message. */
export interface Call {
  /** Who calls; `anonymous` while callers are not authenticated. */
  readonly actor: string;
  /** When the call came in. */
  readonly now: Instant;
  /** What time it is now, for calls that go on. */
  clock(): Instant;
  /** Aborted at the deadline, or when the caller has gone. */
  readonly signal: AbortSignal;
  /** Logs an error nobody expected in a part of the call; returns the incident id to answer with. */
  report(error: unknown): string;
}

/** The end of a call from outside: its caller goes, or the service cuts it off. */
export interface Cancellation {
  readonly isCancelled: boolean;
  /** Why, once it is cancelled: what an abort signal has as its reason. */
  readonly reason: unknown;
  /** Calls back once it is cancelled, at most once. What it returns takes the listener back. */
  onceCancelled(listener: () => void): () => void;
}

/** As a signal says it. */
export function cancellationOf(signal: AbortSignal): Cancellation {
  return {
    get isCancelled() {
      return signal.aborted;
    },
    get reason() {
      return signal.reason;
    },
    onceCancelled(listener) {
      signal.addEventListener('abort', listener, { once: true });
      return () => signal.removeEventListener('abort', listener);
    },
  };
}

interface IncomingCall {
  readonly headers: RequestHeaders;
  readonly cancellation: Cancellation;
  /** Milliseconds the caller still waits; undefined when the call brought no deadline. */
  readonly timeoutMs: number | undefined;
}

/** What the caller sent beside the message. */
export interface RequestHeaders {
  /** Null when it is not there; the name in lower case. */
  get(name: string): string | null;
}

/** What came in: the same for every transport. */
export interface Incoming<I extends DescMessage = DescMessage> extends IncomingCall {
  readonly message: MessageShape<I>;
}

/** What comes in bit by bit; the transport reads on only when the next message is asked for. */
export interface IncomingStream<I extends DescMessage = DescMessage> extends IncomingCall {
  readonly messages: AsyncIterable<MessageShape<I>>;
}

export type UnaryHandler<I extends DescMessage, O extends DescMessage> = (
  message: MessageShape<I>,
  call: Call,
) => Promise<MessageShape<O>>;

export type StreamHandler<I extends DescMessage, O extends DescMessage> = (
  message: MessageShape<I>,
  call: Call,
) => AsyncIterable<MessageShape<O>>;

/** The messages are valid, and each is read when it is asked for. */
export type ClientStreamHandler<I extends DescMessage, O extends DescMessage> = (
  messages: AsyncIterable<MessageShape<I>>,
  call: Call,
) => Promise<MessageShape<O>>;

type HandlerOf<M> = M extends {
  readonly methodKind: infer K;
  readonly input: infer I extends DescMessage;
  readonly output: infer O extends DescMessage;
}
  ? K extends 'unary'
    ? UnaryHandler<I, O>
    : K extends 'server_streaming'
      ? StreamHandler<I, O>
      : K extends 'client_streaming'
        ? ClientStreamHandler<I, O>
        : never
  : never;

/** A unary method behind the pipeline. */
export type UnaryMethod = (incoming: Incoming) => Promise<Message>;

/** Where methods are registered. */
export interface MethodRouter {
  unary(method: DescMethodUnary, run: UnaryMethod): void;
  /** Takes streams, and whole services. */
  readonly connect: ConnectRouter;
}

/** One handler per method of a service. */
export type ServiceHandlers<S extends DescService> = {
  readonly [K in keyof S['method']]: HandlerOf<S['method'][K]>;
};

/** What the pipeline needs of its surroundings. */
export interface PipelineContext {
  now(): Instant;
  /** A call ended: its gRPC code, 0 for success, and how long it took. */
  observe(method: DescMethod, code: number, seconds: number): void;
  /** An error nobody expected, with the incident id that the caller was given. */
  unexpected(method: DescMethod, incident: string, error: unknown): void;
  /** An expected failure whose cause the operators should see, such as a database that is away. */
  failed(method: DescMethod, failure: Failure, cause: unknown): void;
}

/** Runs a unary call to its answer; throws only ConnectErrors with their details. */
export async function runUnary<I extends DescMessage, O extends DescMessage>(
  context: PipelineContext,
  method: DescMethodUnary<I, O>,
  handler: UnaryHandler<I, O>,
  incoming: Incoming<I>,
): Promise<MessageShape<O>> {
  const started = performance.now();
  const deadline = startDeadline(incoming, DEFAULT_UNARY_DEADLINE_MS);
  try {
    const call = admit(context, method, incoming, deadline);
    if (TURNS.isOver) await TURNS.next(call.signal);
    const looking = validate(method.input, incoming.message as Message, call.signal);
    if (looking !== undefined) await looking;
    const answer = await deadline.race(handler(incoming.message, call));
    // The transport encodes it in one piece, as soon as it has it.
    if (TURNS.isOver) await TURNS.next(call.signal);
    context.observe(method, OK, secondsSince(started));
    return answer;
  } catch (error) {
    throw refuse(context, method, started, incoming.cancellation, error);
  } finally {
    deadline.clear();
  }
}

/** Runs a server stream; throws only ConnectErrors with their details. */
export async function* runServerStream<I extends DescMessage, O extends DescMessage>(
  context: PipelineContext,
  method: DescMethodServerStreaming<I, O>,
  handler: StreamHandler<I, O>,
  incoming: Incoming<I>,
): AsyncGenerator<MessageShape<O>, void, undefined> {
  const started = performance.now();
  const deadline = startDeadline(incoming, DEFAULT_STREAM_DEADLINE_MS);
  let code: number | undefined = Code.Canceled;
  let source: AsyncIterator<MessageShape<O>> | undefined;
  try {
    const call = admit(context, method, incoming, deadline);
    const looking = validate(method.input, incoming.message as Message, call.signal);
    if (looking !== undefined) await looking;
    source = handler(incoming.message, call)[Symbol.asyncIterator]();
    for (;;) {
      const next = await deadline.race(source.next());
      if (next.done === true) break;
      if (TURNS.isOver) await TURNS.next(call.signal);
      yield next.value;
    }
    code = OK;
  } catch (error) {
    code = undefined;
    throw refuse(context, method, started, incoming.cancellation, error);
  } finally {
    deadline.clear();
    // Not awaited: a source that hangs must not hold back the answer.
    source?.return?.().catch(() => {});
    if (code !== undefined) context.observe(method, code, secondsSince(started));
  }
}

/**
 * Runs a client stream to its answer; throws only ConnectErrors with their details. A message that
 * breaks a rule ends the call: what the handler did with those before it stays done.
 */
export async function runClientStream<I extends DescMessage, O extends DescMessage>(
  context: PipelineContext,
  method: DescMethodClientStreaming<I, O>,
  handler: ClientStreamHandler<I, O>,
  incoming: IncomingStream<I>,
): Promise<MessageShape<O>> {
  const started = performance.now();
  const deadline = startDeadline(incoming, DEFAULT_STREAM_DEADLINE_MS);
  const source = incoming.messages[Symbol.asyncIterator]();
  try {
    const call = admit(context, method, incoming, deadline);
    const messages = validMessages(method.input, source, incoming.cancellation, deadline);
    const answer = await deadline.race(handler(messages, call));
    context.observe(method, OK, secondsSince(started));
    return answer;
  } catch (error) {
    throw refuse(context, method, started, incoming.cancellation, error);
  } finally {
    deadline.clear();
    // Not awaited: a caller who sends nothing more must not hold back the answer.
    source.return?.().catch(() => {});
  }
}

/** What the transport could not read: told as the transport tells it. */
class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
  readonly told: ConnectError;

  constructor(told: ConnectError) {
    super(told.message, { cause: told });
    this.told = told;
  }
}

/** The messages as they come, each once it is known to be valid; none is read ahead. */
async function* validMessages<I extends DescMessage>(
  desc: I,
  source: AsyncIterator<MessageShape<I>>,
  cancellation: Cancellation,
  deadline: Deadline,
): AsyncGenerator<MessageShape<I>, void, undefined> {
  for (let index = 0; ; index += 1) {
    const next = await deadline.race(source.next()).catch((error: unknown) => {
      if (cancellation.isCancelled) throw whyCancelled(cancellation);
      throw error instanceof ConnectError ? new UnreadableMessage(error) : error;
    });
    if (next.done === true) return;
    const violations = violationsOf(desc, next.value as Message, `[${index}].`);
    if (violations.length > 0) throw new AttendanceError({ kind: 'INVALID_FIELDS', violations });
    yield next.value;
  }
}

function admit(
  context: PipelineContext,
  method: DescMethod,
  incoming: IncomingCall,
  deadline: Deadline,
): Call {
  if (deadline.timeoutMs <= 0) throw new AttendanceError({ kind: 'DEADLINE_EXCEEDED' });
  if (incoming.cancellation.isCancelled) throw whyCancelled(incoming.cancellation);
  return {
    actor: 'anonymous',
    now: context.now(),
    clock: () => context.now(),
    signal: deadline.signal,
    report: (error) => reportIncident(context, method, error),
  };
}

interface Deadline {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The promise's outcome, or the failure if the deadline passes or the caller goes first. */
  race<T>(promise: Promise<T>): Promise<T>;
  clear(): void;
}

function startDeadline(incoming: IncomingCall, usualMs: number): Deadline {
  const timeoutMs = Math.min(incoming.timeoutMs ?? usualMs, MAX_DEADLINE_MS);
  const controller = new AbortController();
  let passed: Error | undefined;
  // Of those who wait: at most one for the handler, and one for the handler's next message.
  const waiting = new Set<(error: Error) => void>();
  const fail = (error: Error) => {
    passed = error;
    for (const reject of waiting) reject(error);
    controller.abort(error);
  };
  const late = () => fail(new AttendanceError({ kind: 'DEADLINE_EXCEEDED' }));
  const timer = setTimeout(late, Math.max(timeoutMs, 0));
  const { cancellation } = incoming;
  const forget = cancellation.onceCancelled(() => fail(whyCancelled(cancellation)));
  return {
    timeoutMs,
    signal: controller.signal,
    // Not Promise.race: racing every message of a long stream against one promise that lives as
    // long as the stream would keep something of each message until the stream's end.
    race: (promise) =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        const settle = () => waiting.delete(reject);
        promise.then(settle, settle);
        promise.then(resolve, reject);
        if (passed !== undefined) reject(passed);
      }),
    clear: () => {
      clearTimeout(timer);
      forget();
    },
  };
}

/**
 * Why the transport gave a call up. It keeps the deadline too, a moment before or after us; and it
 * tells the calls that outlive a drain, with an error that is for the caller as it is.
 */
function whyCancelled({ reason }: Cancellation): Error {
  if (reason instanceof ConnectError && reason.code === Code.Unavailable) return reason;
  const late = reason instanceof ConnectError && reason.code === Code.DeadlineExceeded;
  return new AttendanceError({ kind: late ? 'DEADLINE_EXCEEDED' : 'CANCELLED' });
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

/** The error to answer with, measured and logged. */
function refuse(
  context: PipelineContext,
  method: DescMethod,
  started: number,
  cancellation: Cancellation,
  error: unknown,
): ConnectError {
  const answer = isForCaller(error, cancellation) ? error : toAnswer(context, method, error);
  context.observe(method, answer.code, secondsSince(started));
  return answer;
}

function isForCaller(error: unknown, { reason }: Cancellation): error is ConnectError {
  return error instanceof ConnectError && error === reason;
}

function toAnswer(context: PipelineContext, method: DescMethod, error: unknown): ConnectError {
  if (error instanceof AttendanceError && error.failure.kind !== 'FACT_REFUSED') {
    if (error.cause !== undefined) context.failed(method, error.failure, error.cause);
    return toConnectError(publicError(error.failure));
  }
  if (error instanceof UnreadableMessage) return error.told;
  const incident = reportIncident(context, method, error);
  return toConnectError({ ...INTERNAL, metadata: { incident } });
}

function reportIncident(context: PipelineContext, method: DescMethod, error: unknown): string {
  const incident = randomUUID();
  context.unexpected(method, incident, error);
  return incident;
}
