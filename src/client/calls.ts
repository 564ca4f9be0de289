// One attempt of one call over grpc-js, for any method of any service: bytes out, messages in.
// Knows nothing of retries or request ids.

import type { DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import type { Client, ClientWritableStream, Metadata } from '@grpc/grpc-js';
import { errorOfCall } from './errors.js';
import { cancelledError } from './retry.js';

interface AttemptBounds {
  readonly metadata: Metadata;
  /** Milliseconds since the epoch; Infinity for a stream without an end. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
}

/** What an attempt needs besides its method. */
export interface Attempt extends AttemptBounds {
  /** The request, encoded once for all attempts. */
  readonly request: Uint8Array;
}

/** The same for a request stream. */
export interface StreamAttempt extends AttemptBounds {
  /** Returns the next message, encoded; undefined after the last. Called when there is room. */
  readonly next: () => Promise<Uint8Array | undefined>;
}

/** Sends one request and returns one answer. Throws AttendanceClientError. */
export function unaryAttempt(
  client: Client,
  method: DescMethod,
  { request, metadata, deadlineAt, signal }: Attempt,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelledError(signal));
      return;
    }
    const call = client.makeUnaryRequest(
      pathOf(method),
      asBuffer,
      decoderOf(method.output),
      request,
      metadata,
      { deadline: deadlineAt },
      (error, answer) => {
        signal?.removeEventListener('abort', cancel);
        if (error !== null) reject(signal?.aborted ? cancelledError(signal) : errorOfCall(error));
        else if (answer !== undefined) resolve(answer);
      },
    );
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

/**
 * Sends one request and yields the messages of the answer, no faster than they are taken. Leaving
 * the loop early cancels the call. Throws AttendanceClientError.
 */
export async function* serverStreamAttempt(
  client: Client,
  method: DescMethod,
  { request, metadata, deadlineAt, signal }: Attempt,
): AsyncGenerator<Message, void, void> {
  if (signal?.aborted) throw cancelledError(signal);
  const call = client.makeServerStreamRequest(
    pathOf(method),
    asBuffer,
    decoderOf(method.output),
    request,
    metadata,
    { deadline: deadlineAt },
  );
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const message of call) yield message as Message;
  } catch (error) {
    throw signal?.aborted ? cancelledError(signal) : errorOfCall(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/**
 * Sends messages, no faster than the service takes them, and returns one answer, perhaps before the
 * last message. Throws AttendanceClientError, and any error of `next`, which cancels the call.
 */
export async function clientStreamAttempt(
  client: Client,
  method: DescMethod,
  { next, metadata, deadlineAt, signal }: StreamAttempt,
): Promise<Message> {
  if (signal?.aborted) throw cancelledError(signal);
  let call: ClientWritableStream<Uint8Array> | undefined;
  const answered = new Promise<Message>((resolve, reject) => {
    call = client.makeClientStreamRequest(
      pathOf(method),
      asBuffer,
      decoderOf(method.output),
      metadata,
      { deadline: deadlineAt },
      (error, answer) => {
        if (error !== null) reject(signal?.aborted ? cancelledError(signal) : errorOfCall(error));
        else if (answer !== undefined) resolve(answer);
      },
    );
  });
  if (call === undefined) throw new Error('grpc-js made no call');
  const open = call;
  const cancel = () => open.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  let isOver = false;
  const settled = () => {
    isOver = true;
  };
  answered.then(settled, settled);
  try {
    await Promise.race([answered, sendAll(open, next, () => isOver)]);
    return await answered;
  } catch (error) {
    cancel();
    // It also fails because the call was cancelled. Ignore that failure.
    answered.catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/**
 * Gives each message to the connection before asking for the next. grpc-js takes up to its own
 * retry buffer (1 MiB) at once, and beyond that as much as the service makes room for.
 */
async function sendAll(
  call: ClientWritableStream<Uint8Array>,
  next: StreamAttempt['next'],
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const message = await next();
    // The answer may have come while the message was awaited.
    if (isOver()) return;
    if (message === undefined) {
      call.end();
      return;
    }
    await new Promise<void>((resolve) => call.write(message, () => resolve()));
  }
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decoderOf(schema: DescMessage): (bytes: Buffer) => Message {
  return (bytes) => fromBinary(schema, bytes);
}
