// Records the error with which a call failed inside Connect's handlers. They send its text to the
// caller, and report the error itself to nobody. The record lives in memory as long as the call.

import { type ContextValues, createContextKey, type Interceptor } from '@connectrpc/connect';

export interface CallRecord {
  /** Undefined if Connect does not report it: for its streams it reports only that they ended. */
  failure: Error | undefined;
}

const RECORD = createContextKey<CallRecord | undefined>(undefined);

/** Creates a record, which is filled while the call with these values is answered. */
export function recordCall(values: ContextValues): CallRecord {
  const record: CallRecord = { failure: undefined };
  values.set(RECORD, record);
  return record;
}

/**
 * Fills the record from the call's signal, which Connect aborts with the error that ended the call.
 * Connect runs this once there is a message.
 */
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
