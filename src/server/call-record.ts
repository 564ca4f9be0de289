// What is remembered of a call under Connect's handlers, which tell a caller an error's text and
// nobody else the error: the request's bytes until they have been read as a message, and what the
// call failed with. Kept in memory for the length of the call only.

import { createContextKey, createContextValues, type Interceptor } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';

export interface CallRecord {
  /** Pieces of the body that is not a message yet; Connect's own bound is a bound of them. */
  received: Uint8Array[];
  /** What the call failed with, where Connect tells it; its streams tell only that they ended. */
  failure: Error | undefined;
}

const RECORD = createContextKey<CallRecord | undefined>(undefined);

/**
 * The request with its record, which is filled while a handler reads and answers it. Of a body of
 * many messages no bytes are kept: it has no bound.
 */
export function recordCall<R extends UniversalServerRequest & { body: AsyncIterable<Uint8Array> }>(
  request: R,
  isStreamed: boolean,
): { readonly request: R; readonly record: CallRecord } {
  const record: CallRecord = { received: [], failure: undefined };
  const contextValues = createContextValues().set(RECORD, record);
  const body = isStreamed ? request.body : kept(request.body, record);
  return { request: { ...request, contextValues, body }, record };
}

async function* kept(
  body: AsyncIterable<Uint8Array>,
  record: CallRecord,
): AsyncIterable<Uint8Array> {
  for await (const piece of body) {
    record.received.push(piece);
    yield piece;
  }
}

/** Connect aborts a call's signal with what ended it, and comes here once there is a message. */
export const fillRecord: Interceptor = (next) => (request) => {
  const record = request.contextValues.get(RECORD);
  if (record !== undefined) {
    record.received = [];
    const { signal } = request;
    signal.addEventListener(
      'abort',
      () => {
        const { reason } = signal;
        if (reason instanceof Error && reason.name !== 'AbortError') record.failure = reason;
      },
      { once: true },
    );
  }
  return next(request);
};
