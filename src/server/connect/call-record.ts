// What a call failed with under Connect's handlers, which tell a caller an error's text and nobody
// else the error. Kept in memory for the length of the call only.

import { type ContextValues, createContextKey, type Interceptor } from '@connectrpc/connect';

export interface CallRecord {
  /** Where Connect tells it; its streams tell only that they ended. */
  failure: Error | undefined;
}

const RECORD = createContextKey<CallRecord | undefined>(undefined);

/** A record, which is filled while the call with these values is answered. */
export function recordCall(values: ContextValues): CallRecord {
  const record: CallRecord = { failure: undefined };
  values.set(RECORD, record);
  return record;
}

/** Connect aborts a call's signal with what ended it, and comes here once there is a message. */
export const fillRecord: Interceptor = (next) => (request) => {
  const record = request.contextValues.get(RECORD);
  if (record !== undefined) {
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
