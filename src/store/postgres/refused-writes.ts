// What a pool remembers of a database that took no writes: its disk was full, or it was read-only.
// Only a write that succeeds shows that it is over (health.ts).

import { writeRefusal } from './errors.js';

/** One refusal; a new object each time. */
interface Refusal {
  readonly why: string;
}

export class RefusedWrites {
  #latest: Refusal | undefined;

  /** Undefined when none was refused since a write last succeeded. */
  get latest(): Refusal | undefined {
    return this.#latest;
  }

  /** To be told of whatever failed. */
  note(error: unknown): void {
    const why = writeRefusal(error);
    if (why !== undefined) this.#latest = { why };
  }

  /** That refusal is over; a later one is not. */
  forget(refusal: Refusal): void {
    if (this.#latest === refusal) this.#latest = undefined;
  }
}
