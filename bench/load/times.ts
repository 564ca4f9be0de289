// Stores many durations compactly, to three digits.

import { createHistogram } from 'node:perf_hooks';

const NS_PER_MS = 1e6;
/** Longer than any wait. A longer duration counts as this. */
const MAX_NS = 600e9;

/** In milliseconds; undefined if there are none. */
export interface TimesSummary {
  readonly count: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly maxMs: number | undefined;
}

export class Times {
  readonly #histogram = createHistogram({ lowest: 1, highest: MAX_NS, figures: 3 });
  #count = 0;

  add(ms: number): void {
    this.#count += 1;
    this.#histogram.record(Math.min(MAX_NS, Math.max(1, Math.round(ms * NS_PER_MS))));
  }

  summary(): TimesSummary {
    const none = this.#count === 0;
    const at = (percent: number) =>
      none ? undefined : this.#histogram.percentile(percent) / NS_PER_MS;
    return { count: this.#count, p50Ms: at(50), p99Ms: at(99), maxMs: at(100) };
  }
}
