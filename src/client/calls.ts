// One attempt of one call over grpc-js, for any method of any service: bytes out, messages in.
// Knows neither retries nor request ids.

import type { DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import type { Client, Metadata } from '@grpc/grpc-js';
import { errorOfCall } from './errors.js';
import { cancelledError } from './retry.js';

/** What an attempt needs beside its method. */
export interface Attempt {
  /** The request, encoded once for all attempts. */
  readonly request: Uint8Array;
  readonly metadata: Metadata;
  /** Milliseconds since the epoch; Infinity for a stream without an end. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
}

/** Asks once and answers once. Throws AttendanceClientError. */
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
 * Asks once and yields what comes, no faster than it is taken. Leaving the loop early cancels the
 * call. Throws AttendanceClientError.
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

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decoderOf(schema: DescMessage): (bytes: Buffer) => Message {
  return (bytes) => fromBinary(schema, bytes);
}
