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
  readonly #onHeld: (heldMs: number) => void;
  /** Since when each lent connection is held, the first one first. */
  readonly #heldSince = new Set<{ readonly sinceMs: number }>();
  #lent = 0;
  /** How long a connection is held, on average. */
  #holdMs = 0;

  /**
   * `now`: milliseconds of a clock that never goes back. `onHeld` is told how long each connection was
   * held, when it is given back.
   */
  constructor(
    connections: number,
    now = () => performance.now(),
    onHeld: (heldMs: number) => void = () => {},
  ) {
    this.#connections = connections;
    this.#now = now;
    this.#onHeld = onHeld;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get lent(): number {
    return this.#lent;
  }

  /** How long the connection that was lent first has been held, in ms; 0 if none is lent. */
  get oldestMs(): number {
    const [oldest] = this.#heldSince;
    return oldest === undefined ? 0 : this.#now() - oldest.sinceMs;
  }

  /**
   * Waits for the right to use one connection. Returns a function that gives it back; call it once.
   * Throws OVERLOADED if it would take too long, and the signal's reason when the caller leaves.
   */
  async take(caller: AbortSignal | undefined): Promise<() => void> {
    caller?.throwIfAborted();
    if (this.#lent < this.#connections) this.#lent += 1;
    else await this.#wait(caller);
    const held = { sinceMs: this.#now() };
    this.#heldSince.add(held);
    return () => {
      this.#heldSince.delete(held);
      const heldMs = this.#now() - held.sinceMs;
      this.#onHeld(heldMs);
      this.#holdMs += LATEST_SHARE * (Math.min(heldMs, MAX_COUNTED_HOLD_MS) - this.#holdMs);
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
