// Follows the head of the feed for all streams of a process: one reader, however many streams there
// are. It wakes the streams that a change concerns, and each takes what it tells by itself, at its
// own pace. So a slow reader holds a place in the feed and nothing else. While nobody watches, it
// reads nothing. It must never end because of a failure.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { DayReads } from '../ports/day-reads.js';
import { EVERYBODY, type FeedFilter, type FeedPlace, type FeedReads } from '../ports/feed.js';
import { matches, RecentFeed } from './recent-feed.js';
import { type ShownEntry, showEntries } from './shown-entry.js';

/** How often the feed is read without a wake-up, which may have been lost. */
const LOOK_EVERY_MS = 1000;

/** The shortest time between two reads. Commits of that time share one. */
const MIN_GAP_MS = 10;

/** The wait after a failure. Streams that have something to tell fail by themselves. */
const RETRY_MS = 500;

/** The delay in RetryInfo for streams that end with the instance. */
const DRAIN_RETRY_MS = 200;

/** The most changes that a stream takes at a time. */
export const MAX_TOLD = 200;

export type WatchStore = FeedReads & Pick<DayReads, 'readDayAsOf'>;

/** What is counted. */
export interface WatchObserver {
  /** Changes that a stream takes to tell. `newestMs`: how long ago the last one was committed. */
  told(changes: number, newestMs: number): void;
  /** The feed could not be read. */
  failed(error: unknown): void;
}

const UNOBSERVED: WatchObserver = { told: () => {}, failed: () => {} };

/** What a stream tells next. */
export interface Told {
  readonly entries: readonly ShownEntry[];
  readonly through: FeedPlace;
  /** When the feed was read, as milliseconds since 1970; undefined if more may follow at once. */
  readonly readMs: number | undefined;
}

export class FeedTail {
  readonly #store: WatchStore;
  readonly #nowMs: () => number;
  observer: WatchObserver = UNOBSERVED;
  readonly #watchers = new Set<Watcher>();
  readonly #byEmployee = new Map<EmployeeId, Set<Watcher>>();
  /** Those who do not name employees. */
  readonly #wide = new Set<Watcher>();
  #recent: RecentFeed | undefined;
  #readMs = 0;
  #running = false;
  #ended = false;
  #rung = false;
  #hear: (() => void) | undefined;

  constructor(store: WatchStore, nowMs: () => number = Date.now) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /** How many streams are open. */
  get watching(): number {
    return this.#watchers.size;
  }

  /** Reports that something may have been committed. */
  wake(): void {
    this.#rung = true;
    this.#hear?.();
  }

  /** Ends all streams: they fail with DRAINING, as do new ones. */
  end(): void {
    this.#ended = true;
    for (const watcher of this.#watchers) watcher.wake();
    this.wake();
  }

  /** Opens a stream behind a place. Close it at its end. Throws DRAINING. */
  watch(filter: FeedFilter, place: FeedPlace): Watcher {
    this.throwIfEnded();
    const watcher = new Watcher(this, filter, place);
    this.#watchers.add(watcher);
    for (const set of this.#setsOf(filter)) set.add(watcher);
    void this.#run();
    return watcher;
  }

  /** For a watcher: it leaves. */
  leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    for (const set of this.#setsOf(watcher.filter)) set.delete(watcher);
    for (const employeeId of watcher.filter.employeeIds ?? []) {
      if (this.#byEmployee.get(employeeId)?.size === 0) this.#byEmployee.delete(employeeId);
    }
    if (this.#watchers.size === 0) this.wake();
  }

  /** For a watcher: the head of what is in memory; undefined until it is read. */
  get head(): FeedPlace | undefined {
    return this.#recent?.head;
  }

  get readMs(): number {
    return this.#readMs;
  }

  throwIfEnded(): void {
    if (this.#ended) throw new AttendanceError({ kind: 'DRAINING', retryAfterMs: DRAIN_RETRY_MS });
  }

  /** For a watcher: what follows a position, from memory or from the store. */
  async read(position: number, filter: FeedFilter, caller: AbortSignal): Promise<Told> {
    const recent = this.#recent?.behind(position, filter, MAX_TOLD);
    if (recent !== undefined) {
      const isAll = recent.through.position === this.head?.position;
      this.#observe(recent.entries);
      return { ...recent, readMs: isAll ? this.#readMs : undefined };
    }
    const readMs = this.#nowMs();
    const page = await this.#store.readFeed(position, filter, caller);
    const entries = await showEntries(this.#store, page, caller);
    this.#observe(entries);
    const { through } = page;
    return { entries, through, readMs: through.position === page.head ? readMs : undefined };
  }

  #observe(entries: readonly ShownEntry[]): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    this.observer.told(entries.length, this.#nowMs() - last.entry.recordedAt / 1000);
  }

  #setsOf({ employeeIds }: FeedFilter): readonly Set<Watcher>[] {
    if (employeeIds === undefined) return [this.#wide];
    return [...employeeIds].map((employeeId) => {
      const set = this.#byEmployee.get(employeeId) ?? new Set();
      this.#byEmployee.set(employeeId, set);
      return set;
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#watchers.size > 0 && !this.#ended) {
      try {
        await this.#look();
      } catch (error) {
        this.observer.failed(error);
        await pause(RETRY_MS);
      }
    }
    this.#recent = undefined;
    this.#running = false;
    // Somebody may have come while it ended.
    if (this.#watchers.size > 0 && !this.#ended) void this.#run();
  }

  /** Reads what is behind the head, and waits for more if that was all. */
  async #look(): Promise<void> {
    this.#rung = false;
    const readMs = this.#nowMs();
    if (this.#recent === undefined) {
      const { place } = await this.#store.readFeedHead();
      this.#recent = new RecentFeed(place, () => this.#nowMs());
      this.#readMs = readMs;
      for (const watcher of this.#watchers) watcher.wake();
    } else {
      const page = await this.#store.readFeed(this.#recent.head.position, EVERYBODY);
      const entries = await showEntries(this.#store, page);
      this.#recent.add(entries, page.through);
      this.#tell(entries);
      if (page.through.position < page.head) return;
      this.#readMs = readMs;
    }
    await pause(MIN_GAP_MS);
    if (!this.#rung) await this.#heard(LOOK_EVERY_MS);
  }

  #tell(entries: readonly ShownEntry[]): void {
    for (const shown of entries) {
      for (const watcher of this.#byEmployee.get(shown.entry.employeeId) ?? []) watcher.hear(shown);
      for (const watcher of this.#wide) if (matches(shown, watcher.filter)) watcher.hear(shown);
    }
  }

  async #heard(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#hear = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    this.#hear = undefined;
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** One stream: its place in the feed. */
export class Watcher {
  readonly filter: FeedFilter;
  readonly #tail: FeedTail;
  #place: FeedPlace;
  /** Whether the tail has told this stream of every match behind its place. */
  #isCaughtUp = false;
  /** The first match behind its place, if it is caught up and there is one. */
  #firstMatch: number | undefined;
  #readMs = 0;
  #resume: (() => void) | undefined;

  constructor(tail: FeedTail, filter: FeedFilter, place: FeedPlace) {
    this.#tail = tail;
    this.filter = filter;
    this.#place = place;
  }

  /**
   * What follows, as soon as there is anything; after `waitMs` also without. Throws DRAINING, the
   * signal's reason, and what the store throws. Ask again only when the answer is told.
   */
  async next(waitMs: number, caller: AbortSignal): Promise<Told> {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      this.#tail.throwIfEnded();
      caller.throwIfAborted();
      if (!this.#isQuiet()) {
        const told = await this.#read(caller);
        if (told.entries.length > 0 || told.readMs === undefined) return told;
      }
      const leftMs = untilMs - performance.now();
      const isQuiet = this.#isQuiet();
      if (isQuiet) this.#readMs = Math.max(this.#readMs, this.#tail.readMs);
      if (leftMs <= 0) return { entries: [], through: this.#place, readMs: this.#readMs };
      if (isQuiet) await this.#wait(leftMs, caller);
      else await this.#wait(Math.min(leftMs, LOOK_EVERY_MS), caller);
    }
  }

  /** For the tail: a change that this stream tells. */
  hear(shown: ShownEntry): void {
    const { position } = shown.entry;
    if (!this.#isCaughtUp || this.#firstMatch !== undefined) return;
    if (position <= this.#place.position) return;
    this.#firstMatch = position;
    this.wake();
  }

  wake(): void {
    this.#resume?.();
  }

  close(): void {
    this.#tail.leave(this);
  }

  /** Whether there is nothing to tell. Its place is the head then. */
  #isQuiet(): boolean {
    if (!this.#isCaughtUp || this.#firstMatch !== undefined) return false;
    const { head } = this.#tail;
    if (head !== undefined && head.position > this.#place.position) this.#place = head;
    return true;
  }

  async #read(caller: AbortSignal): Promise<Told> {
    const from = this.#firstMatch === undefined ? this.#place.position : this.#firstMatch - 1;
    this.#isCaughtUp = false;
    this.#firstMatch = undefined;
    const told = await this.#tail.read(from, this.filter, caller);
    this.#place = told.through;
    this.#readMs = told.readMs ?? this.#readMs;
    const { head } = this.#tail;
    this.#isCaughtUp = head !== undefined && head.position <= told.through.position;
    return told;
  }

  async #wait(ms: number, caller: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const resume = () => {
        clearTimeout(timer);
        caller.removeEventListener('abort', resume);
        this.#resume = undefined;
        resolve();
      };
      const timer = setTimeout(resume, ms);
      caller.addEventListener('abort', resume, { once: true });
      this.#resume = resume;
      if (caller.aborted) resume();
    });
  }
}
