// Measures several servers under the same load in alternating rounds: A B C A B C. What drifts
// on the machine meanwhile then meets all of them.

import type { Loader } from '../load/client.js';
import type { LoadPlan, LoadResult } from '../load/messages.js';
import type { RequestTemplate } from '../load/template.js';

/** How a run is laid out; the same for every row of a run. */
export interface Layout {
  readonly rounds: number;
  readonly windowMs: number;
  readonly warmUpMs: number;
}

export const CONNECTIONS = 4;
export const STREAMS = 32;
/** Load before each window, so that a window never sees connections being opened. */
const LEAD_IN_MS = 300;

/** A server to be measured. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly request: RequestTemplate;
  /** The number of its first call. */
  readonly firstCall: number;
  /** Whether its answers must repeat their request's range; a limit's cannot. */
  readonly answersMatch: boolean;
}

/** A subject's rounds. */
export interface Measured {
  readonly name: string;
  readonly rounds: readonly LoadResult[];
  /** Over the warm-up and all rounds. */
  readonly sent: number;
  readonly succeeded: number;
  readonly failures: Readonly<Record<string, number>>;
}

/** Warms every subject up, then measures them in turns. */
export async function alternate(
  loader: Loader,
  layout: Layout,
  subjects: readonly Subject[],
): Promise<readonly Measured[]> {
  const tallies = subjects.map((subject) => new Tally(subject));
  for (const tally of tallies) await tally.load(loader, layout.warmUpMs, false);
  for (let round = 0; round < layout.rounds; round += 1) {
    for (const tally of tallies) await tally.load(loader, layout.windowMs, true);
  }
  return tallies.map((tally) => tally.measured());
}

class Tally {
  readonly #subject: Subject;
  readonly #rounds: LoadResult[] = [];
  readonly #failures: Record<string, number> = {};
  #sent = 0;
  #succeeded = 0;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  async load(loader: Loader, windowMs: number, counts: boolean): Promise<void> {
    const { name, port, pid, request, firstCall, answersMatch } = this.#subject;
    const plan: LoadPlan = {
      port,
      connections: CONNECTIONS,
      streams: STREAMS,
      leadInMs: LEAD_IN_MS,
      windowMs,
      firstCall: firstCall + this.#sent,
      request,
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
    if (counts) this.#rounds.push(result);
  }

  measured(): Measured {
    return {
      name: this.#subject.name,
      rounds: this.#rounds,
      sent: this.#sent,
      succeeded: this.#succeeded,
      failures: this.#failures,
    };
  }
}
