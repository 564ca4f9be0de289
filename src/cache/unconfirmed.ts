// Remembers employees whose invalidation failed. This process reads them from the store until a
// retry in the background succeeds, or until the staleness bound has passed, so that the cache can
// hold nothing from before the change. If there are too many to remember, it reads all employees
// from the store for that long.

import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { BlockCache, CacheObserver, Invalidation } from './block-cache.js';

/** The most employees remembered. */
export const MAX_UNCONFIRMED = 10_000;
/** The most invalidations in one attempt. */
export const MAX_RETRIED_AT_ONCE = 500;
/**
 * Retry delays begin at the first, double, and stay at the second. The second is also how long a
 * working cache may be unaware: block-cache.ts relies on it.
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
  // In the order of adding, so that the first to expire come first.
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

  /** Whether the cache must be bypassed for this employee now. */
  covers(employeeId: EmployeeId): boolean {
    const nowMs = this.#options.now();
    if (nowMs < this.#everybodyUntilMs) return true;
    const waiting = this.#waiting.get(employeeId);
    return waiting !== undefined && nowMs < waiting.untilMs;
  }

  /** From now on, reads of these employees bypass the cache. */
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

  /** Tries the outstanding invalidations once more, then gives up. */
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
    // It must not keep an otherwise idle process alive.
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    let confirmed = await this.#retry();
    // Other processes may show old blocks until all are invalidated.
    while (confirmed && this.#waiting.size > 0 && !this.#closed) confirmed = await this.#retry();
    this.#timer = undefined;
    this.#retryDelayMs = confirmed
      ? MIN_RETRY_DELAY_MS
      : Math.min(this.#retryDelayMs * 2, MAX_RETRY_DELAY_MS);
    this.#schedule();
  }

  /** Invalidates the oldest. Returns true if all of them succeeded. */
  async #retry(): Promise<boolean> {
    this.#forgetOld(this.#options.now());
    const tried: [EmployeeId, Waiting][] = [];
    for (const entry of this.#waiting) {
      if (tried.push(entry) === MAX_RETRIED_AT_ONCE) break;
    }
    const failed = await this.#cache.invalidate(
      // The exact change no longer matters, because dropping everything covers it.
      tried.map(([employeeId]) => ({ employeeId, change: undefined })),
    );
    const stillFailed = new Set(failed.map(({ employeeId }) => employeeId));
    for (const [employeeId, waiting] of tried) {
      if (stillFailed.has(employeeId)) continue;
      // A change that came during this attempt needs its own.
      if (this.#waiting.get(employeeId) === waiting) this.#waiting.delete(employeeId);
    }
    this.#options.onEvent('invalidate', tried.length - stillFailed.size);
    return stillFailed.size === 0;
  }
}
