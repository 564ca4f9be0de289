// What every call goes through, on every protocol: deadline, validate, handle, map errors, measure.
// Plain functions over (method, headers, message, signal); authentication takes its place first.

import { randomUUID } from 'node:crypto';
import type {
  DescMessage,
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  Message,
  MessageShape,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { AttendanceError, type Failure } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import { INTERNAL, publicError, toConnectError } from './error-table.js';
import { validate } from './validate.js';

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
  /** Aborted at the deadline, or when the caller has gone. */
  readonly signal: AbortSignal;
  /** Logs an error nobody expected in a part of the call; returns the incident id to answer with. */
  report(error: unknown): string;
}

/** What came in: the same for every transport. */
export interface Incoming<I extends DescMessage = DescMessage> {
  readonly headers: Headers;
  readonly message: MessageShape<I>;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
  /** Milliseconds the caller still waits; undefined when the call brought no deadline. */
  readonly timeoutMs: number | undefined;
}

export type UnaryHandler<I extends DescMessage, O extends DescMessage> = (
  message: MessageShape<I>,
  call: Call,
) => Promise<MessageShape<O>>;

export type StreamHandler<I extends DescMessage, O extends DescMessage> = (
  message: MessageShape<I>,
  call: Call,
) => AsyncIterable<MessageShape<O>>;

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
    const answer = await deadline.race(handler(incoming.message, call));
    context.observe(method, OK, secondsSince(started));
    return answer;
  } catch (error) {
    throw refuse(context, method, started, incoming.signal, error);
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
    source = handler(incoming.message, call)[Symbol.asyncIterator]();
    for (;;) {
      const next = await deadline.race(source.next());
      if (next.done === true) break;
      yield next.value;
    }
    code = OK;
  } catch (error) {
    code = undefined;
    throw refuse(context, method, started, incoming.signal, error);
  } finally {
    deadline.clear();
    // Not awaited: a source that hangs must not hold back the answer.
    source?.return?.().catch(() => {});
    if (code !== undefined) context.observe(method, code, secondsSince(started));
  }
}

function admit<I extends DescMessage>(
  context: PipelineContext,
  method: DescMethod & { readonly input: I },
  incoming: Incoming<I>,
  deadline: Deadline,
): Call {
  if (deadline.timeoutMs <= 0) throw new AttendanceError({ kind: 'DEADLINE_EXCEEDED' });
  if (incoming.signal.aborted) throw whyAborted(incoming.signal);
  validate(method.input, incoming.message as Message);
  return {
    actor: 'anonymous',
    now: context.now(),
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

function startDeadline(incoming: Incoming, usualMs: number): Deadline {
  const timeoutMs = Math.min(incoming.timeoutMs ?? usualMs, MAX_DEADLINE_MS);
  const controller = new AbortController();
  let passed: Error | undefined;
  let reject: (error: Error) => void = () => {};
  const fail = (error: Error) => {
    passed = error;
    reject(error);
    controller.abort(error);
  };
  const late = () => fail(new AttendanceError({ kind: 'DEADLINE_EXCEEDED' }));
  const timer = setTimeout(late, Math.max(timeoutMs, 0));
  const gone = () => fail(whyAborted(incoming.signal));
  incoming.signal.addEventListener('abort', gone, { once: true });
  return {
    timeoutMs,
    signal: controller.signal,
    // Not Promise.race: racing every message of a long stream against one promise that lives as
    // long as the stream would keep something of each message until the stream's end.
    race: (promise) =>
      new Promise((resolve, refuse) => {
        reject = refuse;
        promise.then(resolve, refuse);
        if (passed !== undefined) refuse(passed);
      }),
    clear: () => {
      clearTimeout(timer);
      incoming.signal.removeEventListener('abort', gone);
    },
  };
}

/**
 * Why the transport gave a call up. It keeps the deadline too, a moment before or after us; and it
 * tells the calls that outlive a drain, with an error that is for the caller as it is.
 */
function whyAborted({ reason }: AbortSignal): Error {
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
  signal: AbortSignal,
  error: unknown,
): ConnectError {
  const isForCaller = error instanceof ConnectError && error === signal.reason;
  const answer = isForCaller ? error : toAnswer(context, method, error);
  context.observe(method, answer.code, secondsSince(started));
  return answer;
}

function toAnswer(context: PipelineContext, method: DescMethod, error: unknown): ConnectError {
  if (error instanceof AttendanceError && error.failure.kind !== 'FACT_REFUSED') {
    if (error.cause !== undefined) context.failed(method, error.failure, error.cause);
    return toConnectError(publicError(error.failure));
  }
  const incident = reportIncident(context, method, error);
  return toConnectError({ ...INTERNAL, metadata: { incident } });
}

function reportIncident(context: PipelineContext, method: DescMethod, error: unknown): string {
  const incident = randomUUID();
  context.unexpected(method, incident, error);
  return incident;
}
