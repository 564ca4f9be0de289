// A store whose months are kept in a cache. Nothing but speed may differ from the store itself:
// a call never fails because of the cache, and a write that has returned is seen by every read
// that begins after it, in every process that shares the cache. The one exception is named in
// block-cache.ts: a lost invalidation, bounded in time.

import type {
  AttendanceStore,
  CommittedBatch,
  DependencyHealth,
  EmployeeChange,
  MonthBlock,
} from '../app/ports.js';
import type { EmployeeId } from '../domain/employee-id.js';
import type { LocalMonth } from '../domain/local-date.js';
import type { BlockCache, CacheObserver, Invalidation, Lookup } from './block-cache.js';
import { CacheUnavailableError } from './block-cache.js';
import { SharedReads } from './shared-reads.js';
import { Unconfirmed } from './unconfirmed.js';

/** The most fills under way; a block read while there are more is not kept. */
export const MAX_PENDING_FILLS = 1_000;

export interface CachedStoreOptions {
  /** Counts what happens. */
  readonly onEvent?: CacheObserver;
  /** Default MAX_UNCONFIRMED. */
  readonly maxUnconfirmed?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export interface CachedStore extends AttendanceStore {
  /** Tells the cache what it has not been told yet, and closes it. The store stays open. */
  close(): Promise<void>;
}

/** Puts `cache` in front of the months of `store`. The cache belongs to the result from then on. */
export function createCachedStore(
  store: AttendanceStore,
  cache: BlockCache,
  options: CachedStoreOptions = {},
): CachedStore {
  const onEvent = options.onEvent ?? (() => {});
  const now = options.now ?? (() => performance.now());
  const { maxUnconfirmed } = options;
  const unconfirmed = new Unconfirmed(cache, { maxUnconfirmed, onEvent, now });
  const months = new CachedMonths(store, cache, unconfirmed, onEvent);

  /** Before the caller of a write hears of it, the cache does. */
  async function publish(invalidations: readonly Invalidation[]): Promise<void> {
    const failed = await cache.invalidate(invalidations);
    onEvent('invalidate', invalidations.length - failed.length);
    if (failed.length > 0) onEvent('invalidate_failed', failed.length);
    unconfirmed.add(failed);
  }

  return {
    async writeBatch(facts, decide): Promise<CommittedBatch> {
      const touched = new Set(facts.map(({ employeeId }) => employeeId));
      let committed: CommittedBatch;
      try {
        committed = await store.writeBatch(facts, decide);
      } catch (error) {
        // Nobody knows whether it was committed: the connection may have gone with the answer.
        await publish(invalidationsOf(touched, []));
        throw error;
      }
      await publish(invalidationsOf(touched, committed.changes));
      return committed;
    },
    readMonth: (employeeId, month) => months.read(employeeId, month),
    readDayAsOf: (employeeId, date, asOf) => store.readDayAsOf(employeeId, date, asOf),
    listByDate: (query) => store.listByDate(query),
    listByEmployee: (query) => store.listByEmployee(query),
    listRevisions: (query) => store.listRevisions(query),
    settle: (wanted) => store.settle(wanted),
    pageTokenKey: () => store.pageTokenKey(),
    async health(): Promise<readonly DependencyHealth[]> {
      const [dependencies, redis] = await Promise.all([store.health(), cache.health()]);
      return redis === undefined ? dependencies : [...dependencies, { name: 'redis', ...redis }];
    },
    async close(): Promise<void> {
      await unconfirmed.close();
      await cache.close();
    },
  };
}

/**
 * What to tell the cache after a write. An employee the write was about but did not change is told
 * of without detail, which drops everything: the write may repeat one whose commit the cache never
 * heard of (its answer was lost, and so was its invalidation), and whoever was just refused for an
 * outdated etag must not be shown the outdated day.
 */
function invalidationsOf(
  touched: ReadonlySet<EmployeeId>,
  changes: readonly EmployeeChange[],
): readonly Invalidation[] {
  const known = new Map<EmployeeId, Invalidation>();
  for (const employeeId of touched) known.set(employeeId, { employeeId, change: undefined });
  for (const change of changes) {
    const { employeeId } = change;
    known.set(employeeId, { employeeId, change });
  }
  return [...known.values()];
}

/** The cached read. */
class CachedMonths {
  readonly #store: AttendanceStore;
  readonly #cache: BlockCache;
  readonly #unconfirmed: Unconfirmed;
  readonly #onEvent: CacheObserver;
  readonly #reads = new SharedReads<MonthBlock | undefined>();
  #pendingFills = 0;

  constructor(
    store: AttendanceStore,
    cache: BlockCache,
    unconfirmed: Unconfirmed,
    onEvent: CacheObserver,
  ) {
    this.#store = store;
    this.#cache = cache;
    this.#unconfirmed = unconfirmed;
    this.#onEvent = onEvent;
  }

  read(employeeId: EmployeeId, month: LocalMonth): Promise<MonthBlock | undefined> {
    return this.#reads.run(`${employeeId} ${month}`, () => this.#load(employeeId, month));
  }

  async #load(employeeId: EmployeeId, month: LocalMonth): Promise<MonthBlock | undefined> {
    const found = await this.#lookup(employeeId, month);
    if (found?.kind === 'HIT') return found.block;
    const block = await this.#store.readMonth(employeeId, month);
    // Who is not in the roster is not kept: they may be at any moment, without an invalidation.
    if (block !== undefined && found?.ticket !== undefined) void this.#fill(block, found.ticket);
    return block;
  }

  /** Undefined: leave the cache aside. */
  async #lookup(employeeId: EmployeeId, month: LocalMonth): Promise<Lookup | undefined> {
    if (this.#unconfirmed.covers(employeeId)) {
      this.#onEvent('bypass', 1);
      return undefined;
    }
    try {
      const found = await this.#cache.lookup(employeeId, month);
      this.#onEvent(found.kind === 'HIT' ? 'hit' : 'miss', 1);
      return found;
    } catch (error) {
      this.#onEvent(error instanceof CacheUnavailableError ? 'bypass' : 'error', 1);
      return undefined;
    }
  }

  /** The caller need not wait for it: at worst, the next lookup comes too early and misses. */
  async #fill(block: MonthBlock, ticket: string): Promise<void> {
    if (this.#pendingFills >= MAX_PENDING_FILLS) {
      this.#onEvent('fill_refused', 1);
      return;
    }
    this.#pendingFills += 1;
    try {
      this.#onEvent((await this.#cache.fill(block, ticket)) ? 'fill' : 'fill_refused', 1);
    } catch (error) {
      this.#onEvent(error instanceof CacheUnavailableError ? 'fill_refused' : 'error', 1);
    } finally {
      this.#pendingFills -= 1;
    }
  }
}
