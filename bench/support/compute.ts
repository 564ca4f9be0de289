// Measures pure work in this process, in alternating rounds as `rounds.ts` does with servers. It
// measures processor time, including garbage collection: nothing waits here, and other programs on
// the machine then affect the figure little.

import { setImmediate as breathe } from 'node:timers/promises';
import { type Layout, MAX_WARM_UP_STEPS, STILL_RISING } from './rounds.js';

/** Work that can be repeated any number of times. */
export interface Work {
  readonly name: string;
  /** The number of items (days, punches and so on) in one run. */
  readonly items: number;
  /** The result that every `run` must return. */
  readonly expected: number;
  /** Does the work once. At most a millisecond, so that a window is hardly exceeded. */
  readonly run: () => number;
}

/** A window of one work. */
export interface ComputeRound {
  readonly items: number;
  readonly windowMs: number;
  readonly processorMs: number;
}

/** A work's rounds. */
export interface Computed {
  readonly name: string;
  readonly expected: number;
  readonly rounds: readonly ComputeRound[];
  /** Whether the warm-up ended because the work no longer got faster. */
  readonly warm: boolean;
  /** The number of all runs, including the warm-up. */
  readonly runs: number;
  /** How many of them returned a wrong result, and the last wrong one. */
  readonly wrong: number;
  readonly lastWrong: string | undefined;
}

/**
 * Warms all works up together, then measures them in turns. A compiler that has seen all of them
 * makes the code that a server would run. All of them share a window of the layout.
 */
export async function computeInTurns(
  works: readonly Work[],
  { rounds, windowMs, warmUpMs }: Layout,
): Promise<readonly Computed[]> {
  const tallies = works.map((work) => new Tally(work));
  const warm = await warmUp(tallies, warmUpMs / works.length);
  for (let round = 0; round < rounds; round += 1) {
    for (const tally of tallies) await tally.round(windowMs / works.length);
  }
  return tallies.map((tally) => tally.computed(warm));
}

/** Until a step over all works was no faster than the best one before. */
async function warmUp(tallies: readonly Tally[], windowMs: number): Promise<boolean> {
  let best = 0;
  for (let step = 0; step < MAX_WARM_UP_STEPS; step += 1) {
    let speed = 0;
    for (const tally of tallies) speed += await tally.warmUp(windowMs);
    if (speed <= best * STILL_RISING) return true;
    best = Math.max(best, speed);
  }
  return false;
}

class Tally {
  readonly #work: Work;
  readonly #rounds: ComputeRound[] = [];
  #firstSpeed: number | undefined;
  #runs = 0;
  #wrong = 0;
  #lastWrong: string | undefined;

  constructor(work: Work) {
    this.#work = work;
  }

  /** Returns the speed as a multiple of its first step's, so that every work counts equally. */
  async warmUp(windowMs: number): Promise<number> {
    const { items, processorMs } = await this.#runFor(windowMs);
    const speed = items / processorMs;
    this.#firstSpeed ??= speed;
    return speed / this.#firstSpeed;
  }

  async round(windowMs: number): Promise<void> {
    this.#rounds.push(await this.#runFor(windowMs));
  }

  async #runFor(forMs: number): Promise<ComputeRound> {
    await breathe(); // So that the process still receives a request to end.
    const { run, expected } = this.#work;
    const processorBefore = process.cpuUsage();
    const startedAt = performance.now();
    let runs = 0;
    let windowMs = 0;
    while (windowMs < forMs) {
      const found = run();
      if (found !== expected) {
        this.#wrong += 1;
        this.#lastWrong = String(found);
      }
      runs += 1;
      windowMs = performance.now() - startedAt;
    }
    const { user, system } = process.cpuUsage(processorBefore);
    this.#runs += runs;
    return { items: runs * this.#work.items, windowMs, processorMs: (user + system) / 1000 };
  }

  computed(warm: boolean): Computed {
    return {
      name: this.#work.name,
      expected: this.#work.expected,
      rounds: this.#rounds,
      warm,
      runs: this.#runs,
      wrong: this.#wrong,
      lastWrong: this.#lastWrong,
    };
  }
}
