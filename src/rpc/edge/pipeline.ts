// What every call goes through, on every protocol: deadline, authenticate, authorize, validate,
// handle, map errors, measure. Plain functions over (method, headers, message, signal).

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
import { actorOf } from './actor.js';
import { authorize, type Memberships, type MessageCheck, toldTo } from './authorize.js';
import { type CallTrail, noteEmployee, noteError } from './call-trail.js';
import type { Authenticator, Caller, CallHeaders } from './caller.js';
import type { Cancellation } from './cancellation.js';
import {
  admit,
  DEFAULT_STREAM_DEADLINE_MS,
  DEFAULT_UNARY_DEADLINE_MS,
  type Deadline,
  startDeadline,
  type TimedCall,
  whyCancelled,
} from './deadline.js';
import { INTERNAL, publicError, toConnectError } from './error-table.js';
import type { Peer } from './peer.js';
import { validate, violationsOf } from './validate.js';

/**
 * How old the check of whom a stream is about may be when it sends a message: employees leave groups
 * while streams go on.
 */
const CHECK_AGAIN_MS = 10_000;

/** gRPC's code of a call that succeeded. */
const OK = 0;

/** What a handler knows of its call besides the message. */
export interface Call {
  /**
   * Who calls, as it is recorded: the caller's name, with ` for ` and another one if the caller acts
   * for somebody; `anonymous` while callers are not authenticated.
   */
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

interface IncomingCall extends TimedCall {
  readonly headers: CallHeaders;
  /** Undefined without a client certificate. */
  readonly peer: Peer | undefined;
  /** Takes what becomes known of the call; undefined where nobody wants to know. */
  readonly trail?: CallTrail | undefined;
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

/**
 * Looks at the caller of a method before the request is read. Throws or rejects with the error to
 * answer; returns a promise only where there is something to wait for.
 */
export type CallerCheck = (
  incoming: Pick<IncomingCall, 'headers' | 'peer' | 'trail'>,
) => undefined | Promise<void>;

/** Where methods are registered. */
export interface MethodRouter {
  /** Whoever may not call the method need not send a large request first. */
  guard(method: DescMethod, check: CallerCheck): void;
  unary(method: DescMethodUnary, run: UnaryMethod): void;
  /** Takes streams, and whole services. */
  readonly connect: ConnectRouter;
}

/** One handler per method of a service. */
export type ServiceHandlers<S extends DescService> = {
  readonly [K in keyof S['method']]: HandlerOf<S['method'][K]>;
};

/** Failures of callers who could not prove who they are, or may not do what they ask. */
const ACCESS_FAILURES = [
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_KEYS_UNAVAILABLE',
  'SCOPE_REQUIRED',
  'OUT_OF_SCOPE',
] as const satisfies readonly Failure['kind'][];
export type AccessFailure = (typeof ACCESS_FAILURES)[number];

/** What the pipeline needs of its surroundings. */
export interface PipelineContext {
  now(): Instant;
  /** Who calls. */
  readonly authenticator: Authenticator;
  readonly memberships: Memberships;
  /** A call was refused for who made it. */
  denied(failure: AccessFailure): void;
  /** A call ended: its gRPC code, 0 for success, and how long it took. */
  observe(method: DescMethod, code: number, seconds: number): void;
  /**
   * An error nobody expected, with the incident id that the caller was given, and the call's id if it
   * is known.
   */
  unexpected(method: DescMethod, incident: string, error: unknown, requestId?: string): void;
  /** An expected failure whose cause the operators should see, such as a database that is away. */
  failed(method: DescMethod, failure: Failure, cause: unknown): void;
}

/**
 * The check of a method's callers, as the pipeline makes it again: who calls, and whether any scope
 * allows the method at all.
 */
export function callerCheck(context: PipelineContext, method: DescMethod): CallerCheck {
  return ({ headers, peer, trail }) => {
    const refused = (error: unknown) => {
      throw toAnswer(context, method, error, trail);
    };
    const permit = (caller: Caller) => {
      if (trail !== undefined) trail.caller = caller.name;
      authorize(method, caller, context.memberships, NEVER);
    };
    try {
      const identified = context.authenticator.authenticate(headers, peer);
      if (identified instanceof Promise) return identified.then(permit).catch(refused);
      permit(identified);
    } catch (error) {
      refused(error);
    }
    return undefined;
  };
}

/** Nothing is read for this check, so nothing is cancelled. */
const NEVER = new AbortController().signal;

/** Runs a unary call to its answer; throws only ConnectErrors with their details. */
export async function runUnary<I extends DescMessage, O extends DescMessage>(
  context: PipelineContext,
  method: DescMethodUnary<I, O>,
  handler: UnaryHandler<I, O>,
  incoming: Incoming<I>,
): Promise<MessageShape<O>> {
  const started = performance.now();
  const deadline = startDeadline(incoming, DEFAULT_UNARY_DEADLINE_MS);
  let check: MessageCheck | undefined;
  try {
    admit(incoming, deadline);
    const identified = context.authenticator.authenticate(incoming.headers, incoming.peer);
    const caller = identified instanceof Promise ? await deadline.race(identified) : identified;
    const call = callOf(context, method, incoming, deadline, caller);
    noteEmployee(incoming.trail, incoming.message);
    check = authorize(method, caller, context.memberships, call.signal);
    const checking = check(incoming.message);
    if (checking !== undefined) await deadline.race(checking);
    if (TURNS.isOver) await TURNS.next(call.signal);
    const looking = validate(method.input, incoming.message as Message, call.signal);
    if (looking !== undefined) await looking;
    const answer = await deadline.race(handler(incoming.message, call));
    // The transport encodes it in one piece, as soon as it has it.
    if (TURNS.isOver) await TURNS.next(call.signal);
    ended(context, method, started, incoming, OK);
    return answer;
  } catch (error) {
    throw refuse(context, method, started, incoming, toldTo(check, error));
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
    admit(incoming, deadline);
    const identified = context.authenticator.authenticate(incoming.headers, incoming.peer);
    const caller = identified instanceof Promise ? await deadline.race(identified) : identified;
    const call = callOf(context, method, incoming, deadline, caller);
    noteEmployee(incoming.trail, incoming.message);
    const check = authorize(method, caller, context.memberships, call.signal);
    const checking = check(incoming.message);
    if (checking !== undefined) await deadline.race(checking);
    let checkedMs: number = context.now();
    deadline.endAt(caller.expiresAtMs - context.now());
    const looking = validate(method.input, incoming.message as Message, call.signal);
    if (looking !== undefined) await looking;
    source = handler(incoming.message, call)[Symbol.asyncIterator]();
    for (;;) {
      const next = await deadline.race(source.next());
      if (next.done === true) break;
      if (TURNS.isOver) await TURNS.next(call.signal);
      if (context.now() - checkedMs > CHECK_AGAIN_MS) {
        const again = check(incoming.message);
        if (again !== undefined) await deadline.race(again);
        checkedMs = context.now();
      }
      yield next.value;
    }
    code = OK;
  } catch (error) {
    code = undefined;
    throw refuse(context, method, started, incoming, error);
  } finally {
    deadline.clear();
    // Not awaited: a source that hangs must not hold back the answer.
    source?.return?.().catch(() => {});
    if (code !== undefined) ended(context, method, started, incoming, code);
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
    admit(incoming, deadline);
    const identified = context.authenticator.authenticate(incoming.headers, incoming.peer);
    const caller = identified instanceof Promise ? await deadline.race(identified) : identified;
    const call = callOf(context, method, incoming, deadline, caller);
    const check = authorize(method, caller, context.memberships, call.signal);
    deadline.endAt(caller.expiresAtMs - context.now());
    const messages = validMessages(method.input, source, incoming.cancellation, deadline, check);
    const answer = await deadline.race(handler(messages, call));
    ended(context, method, started, incoming, OK);
    return answer;
  } catch (error) {
    throw refuse(context, method, started, incoming, error);
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

/** The messages as they come, each once it is known to be permitted and valid; none is read ahead. */
async function* validMessages<I extends DescMessage>(
  desc: I,
  source: AsyncIterator<MessageShape<I>>,
  cancellation: Cancellation,
  deadline: Deadline,
  check: MessageCheck,
): AsyncGenerator<MessageShape<I>, void, undefined> {
  for (let index = 0; ; index += 1) {
    const next = await deadline.race(source.next()).catch((error: unknown) => {
      if (cancellation.isCancelled) throw whyCancelled(cancellation);
      throw error instanceof ConnectError ? new UnreadableMessage(error) : error;
    });
    if (next.done === true) return;
    const checking = check(next.value);
    if (checking !== undefined) await deadline.race(checking);
    const violations = violationsOf(desc, next.value as Message, `[${index}].`);
    if (violations.length > 0) throw new AttendanceError({ kind: 'INVALID_FIELDS', violations });
    yield next.value;
  }
}

function callOf(
  context: PipelineContext,
  method: DescMethod,
  { headers, trail }: IncomingCall,
  deadline: Deadline,
  caller: Caller,
): Call {
  // First: a caller who may not act for others is known all the same.
  if (trail !== undefined) trail.caller = caller.name;
  const actor = actorOf(caller, headers);
  if (trail !== undefined) trail.actor = actor;
  return {
    actor,
    now: context.now(),
    clock: () => context.now(),
    signal: deadline.signal,
    report: (error) => reportIncident(context, method, error, trail),
  };
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function ended(
  context: PipelineContext,
  method: DescMethod,
  started: number,
  { trail }: IncomingCall,
  code: number,
): void {
  if (trail !== undefined) trail.code = code;
  context.observe(method, code, secondsSince(started));
}

/** The error to answer with, measured and logged. */
function refuse(
  context: PipelineContext,
  method: DescMethod,
  started: number,
  { cancellation, trail }: IncomingCall,
  error: unknown,
): ConnectError {
  const isTold = isForCaller(error, cancellation);
  const answer = isTold ? error : toAnswer(context, method, error, trail);
  noteError(trail, answer);
  context.observe(method, answer.code, secondsSince(started));
  return answer;
}

function isForCaller(error: unknown, { reason }: Cancellation): error is ConnectError {
  return error instanceof ConnectError && error === reason;
}

function toAnswer(
  context: PipelineContext,
  method: DescMethod,
  error: unknown,
  trail: CallTrail | undefined,
): ConnectError {
  if (error instanceof AttendanceError && error.failure.kind !== 'FACT_REFUSED') {
    if (isAccessFailure(error.failure.kind)) context.denied(error.failure.kind);
    if (error.cause !== undefined) context.failed(method, error.failure, error.cause);
    return toConnectError(publicError(error.failure));
  }
  if (error instanceof UnreadableMessage) return error.told;
  const incident = reportIncident(context, method, error, trail);
  return toConnectError({ ...INTERNAL, metadata: { incident } });
}

function isAccessFailure(kind: Failure['kind']): kind is AccessFailure {
  return (ACCESS_FAILURES as readonly Failure['kind'][]).includes(kind);
}

function reportIncident(
  context: PipelineContext,
  method: DescMethod,
  error: unknown,
  trail: CallTrail | undefined,
): string {
  const incident = randomUUID();
  context.unexpected(method, incident, error, trail?.requestId);
  return incident;
}
