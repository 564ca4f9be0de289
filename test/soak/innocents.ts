// The soak's end of the innocents' process: callers who do nothing wrong while others attack. No
// call of theirs may fail, and nothing acknowledged be lost.

import type { TimesSummary } from '../../bench/load/times.js';
import type { Target } from './bout.js';
import { Side } from './side.js';

/** Two calls in a row that get no answer, and more. */
const END_TIMEOUT_MS = 40_000;

export interface InnocentReport {
  readonly name: string;
  readonly calls: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly times: TimesSummary;
}

export interface InnocentOrder {
  readonly target: Target;
  readonly seed: number;
}

interface Done {
  readonly reports: readonly InnocentReport[];
  /** The request ids of marks that were answered with OK. */
  readonly acknowledged: readonly string[];
}

export type InnocentWord =
  | { readonly kind: 'sum'; readonly calls: number; readonly failed: readonly string[] }
  | ({ readonly kind: 'done' } & Done);

export class Innocents {
  readonly #side: Side<InnocentWord>;
  #sum: { readonly calls: number; readonly failed: readonly string[] } = { calls: 0, failed: [] };
  #done: Done = { reports: [], acknowledged: [] };

  /** They begin at once. */
  constructor(order: InnocentOrder) {
    const script = new URL('./innocent-main.js', import.meta.url);
    this.#side = new Side<InnocentWord>(script, order, (word) => this.#hear(word), {
      what: 'the innocents',
      endTimeoutMs: END_TIMEOUT_MS,
    });
  }

  /** Calls so far, and each kind of failure with whose it was. */
  get sum(): { readonly calls: number; readonly failed: readonly string[] } {
    return this.#sum;
  }

  /** Rejects when they end before they are told to. */
  failed(): Promise<never> {
    return this.#side.failed();
  }

  /** Ends them after the calls that are under way. Nothing when they do not say. */
  async end(): Promise<Done> {
    await this.#side.end();
    return this.#done;
  }

  #hear(word: InnocentWord): void {
    if (word.kind === 'sum') this.#sum = word;
    else this.#done = word;
  }
}
