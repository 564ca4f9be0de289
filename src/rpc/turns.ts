// Turns that long work gives to the rest of the process: one call that computes must not hold up
// the others, nor outlive its own deadline. Knows nothing of what the work is.

import { setImmediate } from 'node:timers/promises';

/** How long a call computes before the other calls get a turn, in milliseconds. */
const MAX_TURN_MS = 10;

export class Turns {
  readonly #signal: AbortSignal;
  #startedMs = performance.now();

  /** The first turn begins now. `signal` is the call's. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether the turn has taken its time. Cheap: to be asked after every small piece of work. */
  get isOver(): boolean {
    return performance.now() - this.#startedMs >= MAX_TURN_MS;
  }

  /** Resolves when it is this call's turn again; throws the signal's reason when it is aborted. */
  async next(): Promise<void> {
    await setImmediate();
    this.throwIfAborted();
    this.#startedMs = performance.now();
  }

  /** Throws the reason of the call's end, once it has ended. */
  throwIfAborted(): void {
    this.#signal.throwIfAborted();
  }
}
