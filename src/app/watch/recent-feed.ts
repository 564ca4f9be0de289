// The latest changes of the feed in memory, without a gap: one copy for all streams of a process. A
// stream that has fallen behind it reads from the store instead, so it costs no memory here.

import type { FeedFilter, FeedPlace } from '../ports/feed.js';
import type { ShownEntry } from './shown-entry.js';

/** The most changes that are kept. */
const MAX_ENTRIES = 4000;

/** The most sessions and shifts of all kept days together: some 20 MB. */
const MAX_PARTS = 40_000;

/** How long a change is kept. So whom a group's stream tells of is never older than this. */
const MAX_AGE_MS = 10_000;

interface Kept {
  readonly shown: ShownEntry;
  readonly readMs: number;
}

export class RecentFeed {
  readonly #nowMs: () => number;
  #kept: Kept[] = [];
  #parts = 0;
  /** Everything behind this position, up to the head, is here. */
  #from: number;
  #head: FeedPlace;

  /** Begins behind `head`, with nothing. */
  constructor(head: FeedPlace, nowMs: () => number) {
    this.#from = head.position;
    this.#head = head;
    this.#nowMs = nowMs;
  }

  get head(): FeedPlace {
    return this.#head;
  }

  /** Adds everything between the head and `through`, which is the head then. */
  add(entries: readonly ShownEntry[], through: FeedPlace): void {
    const readMs = this.#nowMs();
    for (const shown of entries) {
      this.#kept.push({ shown, readMs });
      this.#parts += partsOf(shown);
    }
    this.#head = through;
    this.#trim();
  }

  /**
   * The changes behind a position that match, at most `limit`, and how far they go; undefined if not
   * all of them are here.
   */
  behind(
    position: number,
    filter: FeedFilter,
    limit: number,
  ): { readonly entries: readonly ShownEntry[]; readonly through: FeedPlace } | undefined {
    this.#trim();
    if (position < this.#from || position > this.#head.position) return undefined;
    const entries: ShownEntry[] = [];
    for (let place = this.#placeBehind(position); place < this.#kept.length; place += 1) {
      const shown = this.#kept[place]?.shown;
      if (shown === undefined || !matches(shown, filter)) continue;
      entries.push(shown);
      if (entries.length === limit) return { entries, through: placeOf(shown) };
    }
    return { entries, through: this.#head };
  }

  /** The place of the first change behind a position. */
  #placeBehind(position: number): number {
    let [low, high] = [0, this.#kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#kept[middle]?.shown.entry.position ?? Infinity;
      if (at <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #trim(): void {
    const oldestMs = this.#nowMs() - MAX_AGE_MS;
    let drop = 0;
    for (const { shown, readMs } of this.#kept) {
      const isMuch = this.#kept.length - drop > MAX_ENTRIES || this.#parts > MAX_PARTS;
      if (!isMuch && readMs >= oldestMs) break;
      this.#parts -= partsOf(shown);
      this.#from = shown.entry.position;
      drop += 1;
    }
    if (drop > 0) this.#kept = this.#kept.slice(drop);
  }
}

function partsOf({ attendance: { shifts, sessions } }: ShownEntry): number {
  return 1 + shifts.length + sessions.length;
}

export function placeOf({ entry: { position, recordedAt } }: ShownEntry): FeedPlace {
  return { position, recordedAt };
}

/** Whether a change is one that a stream tells. */
export function matches(
  { entry: { employeeId, groupId } }: ShownEntry,
  filter: FeedFilter,
): boolean {
  if (filter.employeeIds !== undefined) return filter.employeeIds.has(employeeId);
  return filter.groupId === undefined || filter.groupId === groupId;
}
