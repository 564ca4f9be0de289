// Counts a cache's events.

import type { CacheEvent, CacheObserver } from '../../src/cache/block-cache.js';

export class EventCounts {
  readonly #counts = new Map<CacheEvent, number>();

  readonly observe: CacheObserver = (event, count) => {
    this.#counts.set(event, this.of(event) + count);
  };

  of(event: CacheEvent): number {
    return this.#counts.get(event) ?? 0;
  }

  reset(): void {
    this.#counts.clear();
  }
}
