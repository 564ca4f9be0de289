// Remembers for a pool that the database accepted no writes: its disk was full, or it was
// read-only. Only a successful write shows that this is over (health.ts).

import { writeRefusal } from './errors.js';

/** One refusal; a new object each time. */
interface Refusal {
  readonly why: string;
}

export class RefusedWrites {
  #latest: Refusal | undefined;

  /** Undefined if none was refused since the last successful write. */
  get latest(): Refusal | undefined {
    return this.#latest;
  }

  /** Call it with every error. */
  note(error: unknown): void {
    const why = writeRefusal(error);
    if (why !== undefined) this.#latest = { why };
  }

  /** Ends that refusal, but not a later one. */
  forget(refusal: Refusal): void {
    if (this.#latest === refusal) this.#latest = undefined;
  }
}
