// Ends calls from outside: the caller goes, or the service cuts the calls that are left at the end
// of a drain. One listener watches the end of the service for all calls, because a listener or an
// abort signal for each call costs more than most calls do.

import { Code, ConnectError } from '@connectrpc/connect';
import type { Cancellation } from '../../rpc/edge/cancellation.js';
import type { Exchange } from '../exchange/exchange.js';

class CallCancellation implements Cancellation {
  isCancelled = false;
  reason: unknown;
  readonly #listeners: (() => void)[] = [];

  onceCancelled(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.indexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
    };
  }

  cancel(reason: unknown): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

export class Cancellations {
  readonly #underWay = new Set<CallCancellation>();
  readonly #ending: AbortSignal;

  /** `ending`: aborts when the remaining calls are cut. */
  constructor(ending: AbortSignal) {
    this.#ending = ending;
    ending.addEventListener('abort', () => {
      for (const cancellation of this.#underWay) cancellation.cancel(ending.reason);
    });
  }

  /** The cancellation of a call in flight. */
  of(exchange: Exchange): Cancellation {
    const cancellation = new CallCancellation();
    this.#underWay.add(cancellation);
    exchange.onceOver((outcome) => {
      this.#underWay.delete(cancellation);
      // A ConnectError, because the stack of a DOMException costs 50 us.
      if (outcome === 'gone')
        cancellation.cancel(new ConnectError('the caller is gone', Code.Canceled));
    });
    if (this.#ending.aborted) cancellation.cancel(this.#ending.reason);
    return cancellation;
  }
}

/** The cancellation as an abort signal. */
export function signalOf(cancellation: Cancellation): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(cancellation.reason);
  if (cancellation.isCancelled) abort();
  else cancellation.onceCancelled(abort);
  return controller.signal;
}
