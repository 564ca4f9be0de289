// Who waits for one of a pool's connections, in the order they came. Nobody is kept waiting for
// what will not come in time: they are refused at once instead, and whoever has left is out of the
// queue that moment. Nothing has been sent for those who wait.

import { AttendanceError } from '../../domain/facts/errors.js';
import { STORE_RETRY_AFTER_MS } from './errors.js';

/**
 * The most who wait. A healthy database serves so many within a tenth of a second; a longer
 * queue keeps callers until their deadline has passed, and then works for nobody.
 */
export const MAX_WAITING = 256;

/** Who is expected to wait for longer is refused when they come. */
const MAX_EXPECTED_WAIT_MS = 2000;

/** The longest that anybody waits, whatever was expected. */
const MAX_WAIT_MS = 5000;

/**
 * What a connection held for longer counts as. It stood still, behind a lock or with the whole
 * database, and says nothing about those who come after it.
 */
const MAX_COUNTED_HOLD_MS = 250;

/** The share of the latest in the average. */
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
   * Waits for the right to use one connection; gives what returns it, to be called once. Throws
   * OVERLOADED when it would take too long, and the signal's reason when the caller has left.
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

  /** To the first who waits, or back. */
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
