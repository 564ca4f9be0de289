// Turns of the event loop: long work does a little of itself in each, so that one call that computes
// does not hold up the others, and neither do many such calls together. All of a process share them,
// since they share its loop: in each round of it there is one turn for whoever computes.
// Knows nothing of what the work is.

/**
 * How long is computed before everything else in the process gets its turn, in milliseconds. What
 * others do takes several rounds of the loop, each of them this much longer while somebody computes.
 */
export const MAX_TURN_MS = 5;

export class Turns {
  readonly #nowMs: () => number;
  /** When the turn of this round began; undefined until somebody computes. */
  #startedMs: number | undefined;
  /** Who computes on in rounds to come, first come, first served: at most one of each call in flight. */
  readonly #waiting: (() => void)[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Whether this round's turn has taken its time, whoever took it. Cheap: to be asked after every
   * small piece of work.
   */
  get isOver(): boolean {
    const nowMs = this.#nowMs();
    if (this.#startedMs === undefined) {
      this.#begin(nowMs);
      return false;
    }
    return nowMs - this.#startedMs >= MAX_TURN_MS;
  }

  /**
   * Resolves when a turn is the caller's: at once while this round's is not over. Throws the
   * signal's reason when it is aborted.
   */
  async next(signal?: AbortSignal): Promise<void> {
    if (this.isOver) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    signal?.throwIfAborted();
  }

  /** The items, each made into something else, in as many turns as that takes; throws as `next`. */
  async map<T, U>(
    items: readonly T[],
    make: (item: T, index: number) => U,
    signal?: AbortSignal,
  ): Promise<U[]> {
    const made: U[] = [];
    for (const [index, item] of items.entries()) {
      if (this.isOver) await this.next(signal);
      made.push(make(item, index));
    }
    return made;
  }

  /** What steps come to, taken in as many turns as that needs; throws as `next`. */
  async run<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      if (this.isOver) await this.next(signal);
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  #begin(nowMs: number): void {
    this.#startedMs = nowMs;
    setImmediate(() => {
      this.#startedMs = undefined;
      this.#resume();
    });
  }

  /** Those who wait go on, one after the other, until the turn is over; the others in the next. */
  #resume(): void {
    if (this.#waiting.length === 0 || this.isOver) return;
    this.#waiting.shift()?.();
    // Behind all that it does before it waits for something.
    queueMicrotask(() => process.nextTick(() => this.#resume()));
  }
}

/** Work that may be interrupted behind each of its steps, and what it comes to. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** What steps come to, all of them taken at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Those of this process. */
export const TURNS = new Turns(() => performance.now());
