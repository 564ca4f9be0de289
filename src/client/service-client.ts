// A typed client of any service of the contract, made from its generated descriptor: a promise for
// each unary method and client stream, an async iterable for each server stream. Methods that
// stream both ways are not in the type until a service has one; add them to ClientMethod and
// `bind`.

import type {
  DescMessage,
  DescMethod,
  DescService,
  Message,
  MessageShape,
} from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import type { Client, Metadata } from '@grpc/grpc-js';
import { clientStreamAttempt, serverStreamAttempt, unaryAttempt } from './calls.js';
import { Replayable } from './replayable.js';
import { requestIdFiller } from './request-id.js';
import { requestMessage } from './request-message.js';
import type { RequestOf } from './request-types.js';
import type { RetryBounds, RetryPolicy } from './retry.js';
import { withRetries } from './retry.js';
import type { RetryBudget } from './retry-budget.js';

/** The options of one call. */
export interface CallOptions {
  /** Aborting it cancels the call on both sides; the call throws CANCELLED. */
  readonly signal?: AbortSignal;
  /**
   * How long the call may take, waits and retries included, in milliseconds, above 0. Use
   * `Infinity` for a stream without an end.
   */
  readonly deadlineMs?: number;
  /** Headers for this call, in addition to the client's own. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** For whom this call acts, instead of the client's `actor`. */
  readonly actor?: string;
}

type ClientMethod<M> = M extends {
  readonly methodKind: infer K;
  readonly input: infer I extends DescMessage;
  readonly output: infer O extends DescMessage;
}
  ? K extends 'unary'
    ? (request: RequestOf<MessageShape<I>>, options?: CallOptions) => Promise<MessageShape<O>>
    : K extends 'server_streaming'
      ? (
          request: RequestOf<MessageShape<I>>,
          options?: CallOptions,
        ) => AsyncIterable<MessageShape<O>>
      : K extends 'client_streaming'
        ? (
            requests: MessageStream<RequestOf<MessageShape<I>>>,
            options?: CallOptions,
          ) => Promise<MessageShape<O>>
        : never
  : never;

/** The messages of a client stream. The next one is requested when there is room for it. */
export type MessageStream<T> = AsyncIterable<T> | Iterable<T>;

/** The methods of a service, by their local names. */
export type ServiceClient<S extends DescService> = {
  readonly [K in keyof S['method']]: ClientMethod<S['method'][K]>;
};

/** What the methods of a client share. */
export interface Caller {
  readonly client: Client;
  readonly retry: RetryPolicy;
  readonly budget: RetryBudget;
  /** Aborted when the client is closed. */
  readonly closed: AbortSignal;
  readonly unaryDeadlineMs: number;
  readonly streamDeadlineMs: number;
  /** The headers of one call. Called once per attempt, so that a token can be renewed in between. */
  readonly metadata: (own: CallOptions) => Promise<Metadata>;
}

type AnyInit = RequestOf<Message>;
type AnyMethod = (request: never, options?: CallOptions) => unknown;

/** The typed methods of `service`, called through `caller`. */
export function createServiceClient<S extends DescService>(
  service: S,
  caller: Caller,
): ServiceClient<S> {
  const methods: Record<string, AnyMethod> = {};
  for (const method of service.methods) {
    const bound = bind(caller, method);
    if (bound !== undefined) methods[method.localName] = bound;
  }
  return methods as ServiceClient<S>;
}

function bind(caller: Caller, method: DescMethod): AnyMethod | undefined {
  const fill = requestIdFiller(method);
  const encode = (init: AnyInit) =>
    toBinary(method.input, fill(requestMessage(method.input, init)));
  switch (method.methodKind) {
    case 'unary':
      return async (request: AnyInit, options = {}) =>
        callUnary(caller, method, encode(request), options);
    case 'server_streaming':
      return (request: AnyInit, options = {}) =>
        callStream(caller, method, () => encode(request), options);
    case 'client_streaming':
      return async (requests: MessageStream<AnyInit>, options = {}) =>
        callClientStream(caller, method, requests, encode, options);
    default:
      return undefined;
  }
}

function callUnary(
  caller: Caller,
  method: DescMethod,
  request: Uint8Array,
  options: CallOptions,
): Promise<Message> {
  const bounds = unaryBounds(caller, options);
  const { deadlineAt, signal } = bounds;
  return withRetries(bounds, async () => {
    const metadata = await caller.metadata(options);
    return unaryAttempt(caller.client, method, { request, metadata, deadlineAt, signal });
  });
}

/** The bounds of a unary call: attempts continue until its deadline. */
function unaryBounds(caller: Caller, { signal, deadlineMs }: CallOptions): RetryBounds {
  return {
    policy: caller.retry,
    budget: caller.budget,
    closed: caller.closed,
    deadlineAt: Date.now() + (deadlineMs ?? caller.unaryDeadlineMs),
    patienceMs: Number.POSITIVE_INFINITY,
    signal,
    isRepeatable: () => true,
  };
}

/** A stream may last for hours, but its beginning should not wait that long. */
function streamBounds(caller: Caller, { signal, deadlineMs }: CallOptions): RetryBounds {
  return {
    ...unaryBounds(caller, { deadlineMs: deadlineMs ?? caller.streamDeadlineMs }),
    patienceMs: caller.unaryDeadlineMs,
    signal,
  };
}

/**
 * Nothing is sent before the first message is requested. The first message is retried like a unary
 * call. A stream that breaks later throws, because only the caller knows where to continue.
 */
async function* callStream(
  caller: Caller,
  method: DescMethod,
  encode: () => Uint8Array,
  options: CallOptions,
): AsyncGenerator<Message, void, void> {
  const request = encode();
  const bounds = streamBounds(caller, options);
  const { deadlineAt, signal } = bounds;
  const begun = await withRetries(bounds, async () => {
    const metadata = await caller.metadata(options);
    const attempt = { request, metadata, deadlineAt, signal };
    const messages = serverStreamAttempt(caller.client, method, attempt);
    return { messages, first: await messages.next() };
  });
  try {
    if (begun.first.done) return;
    yield begun.first.value;
    yield* begun.messages;
  } finally {
    await begun.messages.return();
  }
}

/**
 * Retried like a unary call as long as all messages taken are still kept. After that a failure is
 * thrown, because only the caller knows where to continue. Repeated messages must be safe to
 * repeat.
 */
async function callClientStream(
  caller: Caller,
  method: DescMethod,
  requests: MessageStream<AnyInit>,
  encode: (init: AnyInit) => Uint8Array,
  options: CallOptions,
): Promise<Message> {
  const source = iteratorOf(requests);
  const messages = new Replayable(async () => {
    const next = await source.next();
    return next.done === true ? undefined : encode(next.value);
  });
  const bounds = { ...streamBounds(caller, options), isRepeatable: () => messages.isWhole };
  const { deadlineAt, signal } = bounds;
  try {
    return await withRetries(bounds, async () => {
      const metadata = await caller.metadata(options);
      const attempt = { next: messages.reader(), metadata, deadlineAt, signal };
      return clientStreamAttempt(caller.client, method, attempt);
    });
  } finally {
    // Not awaited, because a source that hangs must not delay the answer.
    Promise.resolve(source.return?.()).catch(() => {});
  }
}

function iteratorOf<T>(items: MessageStream<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
