// Employees whose change could not be made known to the cache. This process reads them from the
// store until the cache was told after all, which is tried again in the background, or until
// nothing from before the change can be left in it (the staleness bound has passed). When there
// are too many to remember, it reads everybody from the store for that long.

import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { BlockCache, CacheObserver, Invalidation } from './block-cache.js';

/** The most employees remembered. */
export const MAX_UNCONFIRMED = 10_000;
/** The most told to the cache in one attempt. */
export const MAX_RETRIED_AT_ONCE = 500;
/**
 * Trying again begins after the first, doubles, and stays at the second. That is also how long a
 * cache that works again may go on without knowing: block-cache.ts counts on it.
 */
export const MIN_RETRY_DELAY_MS = 100;
export const MAX_RETRY_DELAY_MS = 500;

export interface UnconfirmedOptions {
  /** Default MAX_UNCONFIRMED. */
  readonly maxUnconfirmed?: number | undefined;
  readonly onEvent: CacheObserver;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Waiting {
  readonly untilMs: number;
}

export class Unconfirmed {
  readonly #cache: BlockCache;
  readonly #options: UnconfirmedOptions;
  // By the time they were added, so the first to run out stand first.
  readonly #waiting = new Map<EmployeeId, Waiting>();
  #everybodyUntilMs = Number.NEGATIVE_INFINITY;
  #retryDelayMs = MIN_RETRY_DELAY_MS;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(cache: BlockCache, options: UnconfirmedOptions) {
    this.#cache = cache;
    this.#options = options;
  }

  /** How many employees are remembered. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Whether the cache must not be asked about this employee now. */
  covers(employeeId: EmployeeId): boolean {
    const nowMs = this.#options.now();
    if (nowMs < this.#everybodyUntilMs) return true;
    const waiting = this.#waiting.get(employeeId);
    return waiting !== undefined && nowMs < waiting.untilMs;
  }

  /** From now on, reads of these employees leave the cache aside. */
  add(failed: readonly Invalidation[]): void {
    if (failed.length === 0) return;
    const nowMs = this.#options.now();
    this.#forgetOld(nowMs);
    const untilMs = nowMs + this.#cache.stalenessBoundMs;
    for (const { employeeId } of failed) {
      this.#waiting.delete(employeeId);
      if (this.#waiting.size >= (this.#options.maxUnconfirmed ?? MAX_UNCONFIRMED)) {
        this.#everybodyUntilMs = untilMs;
        this.#options.onEvent('unconfirmed_overflow', 1);
        break;
      }
      this.#waiting.set(employeeId, { untilMs });
    }
    this.#schedule();
  }

  /** Tries once more to tell the cache what it was not told, then gives up. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#retry();
  }

  #forgetOld(nowMs: number): void {
    for (const [employeeId, { untilMs }] of this.#waiting) {
      if (nowMs < untilMs) return;
      this.#waiting.delete(employeeId);
    }
  }

  #schedule(): void {
    if (this.#closed || this.#timer !== undefined || this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => void this.#tick(), this.#retryDelayMs);
    // It must not keep a process alive that has nothing else to do.
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    let confirmed = await this.#retry();
    // Others may be shown old blocks until they are all told.
    while (confirmed && this.#waiting.size > 0 && !this.#closed) confirmed = await this.#retry();
    this.#timer = undefined;
    this.#retryDelayMs = confirmed
      ? MIN_RETRY_DELAY_MS
      : Math.min(this.#retryDelayMs * 2, MAX_RETRY_DELAY_MS);
    this.#schedule();
  }

  /** Tells the cache about the oldest. True when it has taken everything it was told. */
  async #retry(): Promise<boolean> {
    this.#forgetOld(this.#options.now());
    const tried: [EmployeeId, Waiting][] = [];
    for (const entry of this.#waiting) {
      if (tried.push(entry) === MAX_RETRIED_AT_ONCE) break;
    }
    const failed = await this.#cache.invalidate(
      // What exactly was changed no longer matters: dropping everything covers it.
      tried.map(([employeeId]) => ({ employeeId, change: undefined })),
    );
    const stillFailed = new Set(failed.map(({ employeeId }) => employeeId));
    for (const [employeeId, waiting] of tried) {
      if (stillFailed.has(employeeId)) continue;
      // A change that came while this one was told has to be told by itself.
      if (this.#waiting.get(employeeId) === waiting) this.#waiting.delete(employeeId);
    }
    this.#options.onEvent('invalidate', tried.length - stillFailed.size);
    return stillFailed.size === 0;
  }
}
