// Turns of the event loop. A long computation does a little work in each turn, so that it does not
// hold up other calls, and many of them together do not either. All computations of a process share
// the turns, because they share its loop: each iteration of the loop has one. Knows nothing of what
// the work is.

/**
 * How long computations run before everything else in the process proceeds, in milliseconds. Other
 * work takes several iterations of the loop, each longer by this much while something computes.
 */
export const MAX_TURN_MS = 5;

export class Turns {
  readonly #nowMs: () => number;
  /** When the turn of this iteration began; undefined until something computes. */
  #startedMs: number | undefined;
  /** Computations that continue in later iterations, in order of arrival: at most one per call. */
  readonly #waiting: (() => void)[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Whether this iteration's turn has used its time, for any computation. Cheap enough to ask after
   * every small piece of work.
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
   * Resolves when the caller has a turn: at once if this iteration's is not over. Throws the
   * signal's reason when it is aborted.
   */
  async next(signal?: AbortSignal): Promise<void> {
    if (this.isOver) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    signal?.throwIfAborted();
  }

  /** Maps the items, in as many turns as needed. Throws like `next`. */
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

  /** Takes all steps, in as many turns as needed, and returns their result. Throws like `next`. */
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

  /** Continues waiting computations one after the other until the turn is over. */
  #resume(): void {
    if (this.#waiting.length === 0 || this.isOver) return;
    this.#waiting.shift()?.();
    // After all that it does before it waits for something.
    queueMicrotask(() => process.nextTick(() => this.#resume()));
  }
}

/** Work that can pause after each of its steps, and its result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Takes all steps at once and returns their result. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The turns of this process. */
export const TURNS = new Turns(() => performance.now());
