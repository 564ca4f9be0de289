// A queue of callers that wait for one of a pool's connections, in order of arrival. A caller that
// would wait too long is refused at once, and a caller that leaves is removed at once. Nothing has
// been sent for waiting callers.

import { AttendanceError } from '../../domain/facts/errors.js';
import { STORE_RETRY_AFTER_MS } from './errors.js';

/**
 * The most waiting callers. A healthy database serves them within a tenth of a second. A longer
 * queue would hold callers past their deadlines, and then work in vain.
 */
export const MAX_WAITING = 256;

/** A caller whose expected wait is longer is refused on arrival. */
const MAX_EXPECTED_WAIT_MS = 2000;

/** The longest wait, whatever was expected. */
const MAX_WAIT_MS = 5000;

/**
 * The maximum that counts for a held connection. A longer hold means a stall (a lock, or the whole
 * database), and says nothing about later callers.
 */
const MAX_COUNTED_HOLD_MS = 250;

/** The weight of the latest value in the moving average. */
const LATEST_SHARE = 0.1;

interface Waiter {
  readonly serve: () => void;
}

export class ConnectionQueue {
  readonly #connections: number;
  readonly #now: () => number;
  readonly #waiting = new Set<Waiter>();
  #lent = 0;
  /** How long a connection is held, on average. */
  #holdMs = 0;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(connections: number, now = () => performance.now()) {
    this.#connections = connections;
    this.#now = now;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for the right to use one connection. Returns a function that gives it back; call it once.
   * Throws OVERLOADED if it would take too long, and the signal's reason when the caller leaves.
   */
  async take(caller: AbortSignal | undefined): Promise<() => void> {
    caller?.throwIfAborted();
    if (this.#lent < this.#connections) this.#lent += 1;
    else await this.#wait(caller);
    const sinceMs = this.#now();
    return () => {
      const heldMs = Math.min(this.#now() - sinceMs, MAX_COUNTED_HOLD_MS);
      this.#holdMs += LATEST_SHARE * (heldMs - this.#holdMs);
      this.#passOn();
    };
  }

  async #wait(caller: AbortSignal | undefined): Promise<void> {
    const expectedMs = ((this.#waiting.size + 1) * this.#holdMs) / this.#connections;
    if (this.#waiting.size >= MAX_WAITING || expectedMs > MAX_EXPECTED_WAIT_MS) throw overloaded();
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiter);
        clearTimeout(timer);
        caller?.removeEventListener('abort', leave);
      };
      const waiter: Waiter = {
        serve: () => {
          end();
          resolve();
        },
      };
      const leave = () => {
        end();
        reject(caller?.reason);
      };
      const timer = setTimeout(() => {
        end();
        reject(overloaded());
      }, MAX_WAIT_MS);
      caller?.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiter);
    });
  }

  /** Gives the connection to the first waiting caller, or back to the pool. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#lent -= 1;
    else next.serve();
  }
}

function overloaded(): AttendanceError {
  const retryAfterMs = STORE_RETRY_AFTER_MS;
  return new AttendanceError({ kind: 'OVERLOADED', queue: 'database connections', retryAfterMs });
}
