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
  /** Who computes on in rounds to come, first come, first served; of each call at most one. */
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

  #begin(nowMs: number): void {
    this.#startedMs = nowMs;
    setImmediate(() => this.#end());
  }

  /** The round is over: one of those who wait has the next. */
  #end(): void {
    this.#startedMs = undefined;
    const resume = this.#waiting.shift();
    if (resume === undefined) return;
    this.#begin(this.#nowMs());
    resume();
  }
}

/** Those of this process. */
export const TURNS = new Turns(() => performance.now());
