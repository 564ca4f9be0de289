// The end of a call from outside its handler. Not an abort signal: a signal and its listeners cost
// more than most of a small call.

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
