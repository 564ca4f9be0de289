// Measures several servers under the same load in alternating rounds: A B C A B C. So drift of the
// machine affects all of them.

import type { Loader } from '../load/client.js';
import type { LoadPlan, LoadResult } from '../load/messages.js';
import type { RequestTemplate } from '../load/template.js';

/** The layout of a run, the same for all of its rows. */
export interface Layout {
  readonly rounds: number;
  readonly windowMs: number;
  /** One step of the warm-up. There are as many as needed, up to MAX_WARM_UP_STEPS. */
  readonly warmUpMs: number;
}

/**
 * A server that still gets faster after this many steps is measured as it is, and that is reported.
 */
export const MAX_WARM_UP_STEPS = 12;
/** A step this much faster than the best one before: the compiler is still at work. */
export const STILL_RISING = 1.05;

export const CONNECTIONS = 4;
/** Calls in flight on each connection, unless a subject asks for fewer. */
const STREAMS = 32;
/** Load before each window, so that no window includes the opening of connections. */
const LEAD_IN_MS = 300;

/** A server to be measured. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly requests: readonly RequestTemplate[];
  /** The number of its first call. */
  readonly firstCall: number;
  /** Whether its answers must repeat their request's range. Those of a limit cannot. */
  readonly answersMatch: boolean;
  /** Calls in flight on each connection: 32, or fewer if a call is a whole batch. */
  readonly streams?: number;
}

/** A subject's rounds. */
export interface Measured {
  readonly name: string;
  /** Calls in flight on each connection. */
  readonly streams: number;
  readonly rounds: readonly LoadResult[];
  /** Whether its warm-up ended because it no longer got faster. */
  readonly warm: boolean;
  /** In the warm-up and all rounds. */
  readonly sent: number;
  readonly succeeded: number;
  readonly failures: Readonly<Record<string, number>>;
}

/** Warms every subject up, calls `onWarm`, then measures them in turns. */
export async function alternate(
  loader: Loader,
  layout: Layout,
  subjects: readonly Subject[],
  onWarm: () => Promise<void> = async () => undefined,
): Promise<readonly Measured[]> {
  const tallies = subjects.map((subject) => new Tally(subject));
  for (const tally of tallies) await tally.warmUp(loader, layout.warmUpMs);
  await onWarm();
  for (let round = 0; round < layout.rounds; round += 1) {
    for (const tally of tallies) await tally.round(loader, layout.windowMs);
  }
  return tallies.map((tally) => tally.measured());
}

class Tally {
  readonly #subject: Subject;
  readonly #rounds: LoadResult[] = [];
  readonly #failures: Record<string, number> = {};
  #warm = false;
  #sent = 0;
  #succeeded = 0;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /**
   * Loads the server until it gets no faster. On one core its compiler shares the time with its
   * code, so a slow server takes many seconds.
   */
  async warmUp(loader: Loader, stepMs: number): Promise<void> {
    let best = 0;
    for (let step = 0; step < MAX_WARM_UP_STEPS && !this.#warm; step += 1) {
      const { answeredInWindow } = await this.#load(loader, stepMs);
      this.#warm = answeredInWindow <= best * STILL_RISING;
      best = Math.max(best, answeredInWindow);
    }
  }

  async round(loader: Loader, windowMs: number): Promise<void> {
    this.#rounds.push(await this.#load(loader, windowMs));
  }

  async #load(loader: Loader, windowMs: number): Promise<LoadResult> {
    const { name, port, pid, requests, firstCall, answersMatch } = this.#subject;
    const { streams = STREAMS } = this.#subject;
    const plan: LoadPlan = {
      port,
      connections: CONNECTIONS,
      streams,
      leadInMs: LEAD_IN_MS,
      windowMs,
      firstCall: firstCall + this.#sent,
      requests,
      answersMatch,
      serverPid: pid,
    };
    const result = await loader.run(plan).catch((error: unknown) => {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#sent += result.sent;
    this.#succeeded += result.succeeded;
    for (const [kind, count] of Object.entries(result.failures)) {
      this.#failures[kind] = (this.#failures[kind] ?? 0) + count;
    }
    return result;
  }

  measured(): Measured {
    return {
      name: this.#subject.name,
      streams: this.#subject.streams ?? STREAMS,
      rounds: this.#rounds,
      warm: this.#warm,
      sent: this.#sent,
      succeeded: this.#succeeded,
      failures: this.#failures,
    };
  }
}
