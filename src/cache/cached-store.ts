// Puts a cache in front of a store's months, and of the roster store whose changes affect them.
// Only speed may differ from the stores themselves: a call never fails because of the cache, and
// every read that begins after a write of facts or roster has returned sees it, in every process
// that shares the cache. block-cache.ts names the one exception: a lost invalidation, bounded in
// time.

import type { AttendanceStore } from '../app/ports/attendance-store.js';
import type { MonthBlock } from '../app/ports/day-reads.js';
import {
  type CommittedBatch,
  type EmployeeChange,
  EmployeesBusy,
} from '../app/ports/fact-writes.js';
import type { DependencyHealth } from '../app/ports/health.js';
import type { RosterCommand, RosterStore } from '../app/ports/roster-ports.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import { AttendanceError } from '../domain/facts/errors.js';
import type { LocalMonth } from '../domain/time/local-date.js';
import {
  type BlockCache,
  type CacheObserver,
  CacheUnavailableError,
  type Invalidation,
  type Lookup,
} from './block-cache.js';
import { SharedReads } from './shared-reads.js';
import {
  EVERYBODY,
  fillShared,
  lookupShared,
  SHARED_CHANGED,
  type SharedLookup,
} from './shared-version.js';
import { Unconfirmed } from './unconfirmed.js';

/** The most fills at the same time. A block read meanwhile is not kept. */
export const MAX_PENDING_FILLS = 1_000;

export interface CachedStoreOptions {
  /** Counts events. */
  readonly onEvent?: CacheObserver;
  /** Default MAX_UNCONFIRMED. */
  readonly maxUnconfirmed?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export interface CachedStore extends AttendanceStore {
  /** The same roster store, which invalidates this store's cache before its changes return. */
  cachedRoster(rosters: RosterStore): RosterStore;
  /** Sends the outstanding invalidations and closes the cache. The store stays open. */
  close(): Promise<void>;
}

/** Puts `cache` in front of the months of `store`. The result owns the cache from then on. */
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

  /** Invalidates before the caller of a write gets its answer. */
  async function publish(invalidations: readonly Invalidation[]): Promise<void> {
    const failed = await cache.invalidate(invalidations);
    onEvent('invalidate', invalidations.length - failed.length);
    if (failed.length > 0) onEvent('invalidate_failed', failed.length);
    unconfirmed.add(failed);
  }

  return {
    cachedRoster: (rosters) => toldOf(rosters, publish),
    async writeBatch(facts, rules, caller, patience): Promise<CommittedBatch> {
      const touched = new Set(facts.map(({ employeeId }) => employeeId));
      let committed: CommittedBatch;
      try {
        committed = await store.writeBatch(facts, rules, caller, patience);
      } catch (error) {
        // It may have been committed: the connection may have broken before the answer.
        if (!wasNotBegun(error, caller)) await publish(invalidationsOf(touched, []));
        throw error;
      }
      await publish(invalidationsOf(touched, committed.changes));
      return committed;
    },
    // Reads are shared, so a caller who leaves must not end those of others.
    readMonth: (employeeId, month) => months.read(employeeId, month),
    readDayAsOf: (employeeId, date, asOf, caller) =>
      store.readDayAsOf(employeeId, date, asOf, caller),
    readDayFacts: (employeeId, date, asOf, caller) =>
      store.readDayFacts(employeeId, date, asOf, caller),
    readDaysAround: (employeeId, moment, caller) =>
      store.readDaysAround(employeeId, moment, caller),
    listPunches: (query, caller) => store.listPunches(query, caller),
    punchImports: store.punchImports,
    markImports: store.markImports,
    leaveTypes: store.leaveTypes,
    listSimilarIds: (employeeId, others, caller) =>
      store.listSimilarIds(employeeId, others, caller),
    listByDate: (query, caller) => store.listByDate(query, caller),
    listByEmployee: (query, caller) => store.listByEmployee(query, caller),
    listPeriods: (query, caller) => store.listPeriods(query, caller),
    listOpenDays: (query, caller) => store.listOpenDays(query, caller),
    listRevisions: (query, caller) => store.listRevisions(query, caller),
    settle: (wanted, caller) => store.settle(wanted, caller),
    readFeed: (after, filter, caller) => store.readFeed(after, filter, caller),
    readFeedHead: (caller) => store.readFeedHead(caller),
    beginTelling: (caller) => store.beginTelling(caller),
    holdsPlace: (place, caller) => store.holdsPlace(place, caller),
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

/** Whether a write was refused, or left by its caller, before anything was sent for it. */
function wasNotBegun(error: unknown, caller: AbortSignal | undefined): boolean {
  if (error instanceof EmployeesBusy) return true;
  if (caller?.aborted === true && error === caller.reason) return true;
  return error instanceof AttendanceError && error.failure.kind === 'OVERLOADED';
}

/**
 * The invalidations after a write. If the write did not change an employee it was about, everything
 * of theirs is dropped. The write may be a replay whose commit the cache never learned of, because
 * answer and invalidation were lost. And a caller refused for an outdated etag must not get the
 * outdated day.
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

/** A roster store that invalidates before its changes return. */
function toldOf(
  rosters: RosterStore,
  publish: (invalidations: readonly Invalidation[]) => Promise<void>,
): RosterStore {
  return {
    ...rosters,
    async changeRoster(command, caller) {
      try {
        return await rosters.changeRoster(command, caller);
      } finally {
        // After any outcome: a change may have lost only its answer, and a request that changed
        // nothing may be a replay whose commit the cache never learned of.
        await publish([concernedBy(command)]);
      }
    },
  };
}

/** An employee's own roster affects only that employee; shifts and holidays affect all. */
function concernedBy(command: RosterCommand): Invalidation {
  return 'employeeId' in command
    ? { employeeId: command.employeeId, change: undefined }
    : SHARED_CHANGED;
}

/** The result of the lookup, and what a fill needs. */
type Found =
  | { readonly kind: 'HIT'; readonly block: MonthBlock }
  | {
      readonly kind: 'MISS';
      readonly ticket: string | undefined;
      readonly shared: SharedLookup;
    };

/** A fill of an entry with a version needs no lease. */
const NO_LEASE = '';

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
    // Unknown employees are not kept, because they can become known without an invalidation.
    if (block !== undefined && found !== undefined) this.#keep(block, found);
    return block;
  }

  /** Undefined: bypass the cache. */
  async #lookup(employeeId: EmployeeId, month: LocalMonth): Promise<Found | undefined> {
    if (this.#unconfirmed.covers(employeeId) || this.#unconfirmed.covers(EVERYBODY)) {
      this.#onEvent('bypass', 1);
      return undefined;
    }
    try {
      const [shared, own] = await Promise.all([
        lookupShared(this.#cache),
        this.#cache.lookup(employeeId, month),
      ]);
      const found = inForce(shared, own);
      this.#onEvent(found.kind === 'HIT' ? 'hit' : 'miss', 1);
      return found;
    } catch (error) {
      this.#onEvent(error instanceof CacheUnavailableError ? 'bypass' : 'error', 1);
      return undefined;
    }
  }

  /** The caller need not wait: at worst, the next lookup comes too early and misses. */
  #keep(block: MonthBlock, { ticket, shared }: Found & { kind: 'MISS' }): void {
    const { rosterVersion } = block;
    const sharedTicket = ticketOf(shared, rosterVersion);
    if (sharedTicket !== undefined) {
      void this.#fill(
        () => fillShared(this.#cache, rosterVersion, sharedTicket),
        () => {},
      );
    }
    if (ticket !== undefined) {
      void this.#fill(() => this.#cache.fill(block, ticket), this.#onEvent);
    }
  }

  async #fill(fill: () => Promise<boolean>, onEvent: CacheObserver): Promise<void> {
    if (this.#pendingFills >= MAX_PENDING_FILLS) {
      onEvent('fill_refused', 1);
      return;
    }
    this.#pendingFills += 1;
    try {
      onEvent((await fill()) ? 'fill' : 'fill_refused', 1);
    } catch (error) {
      onEvent(error instanceof CacheUnavailableError ? 'fill_refused' : 'error', 1);
    } finally {
      this.#pendingFills -= 1;
    }
  }
}

/**
 * The ticket for keeping the version of the shared roster; undefined if it is already known. It is
 * also needed if another version is known: if that is the older one, its entry is dropped.
 */
function ticketOf(shared: SharedLookup, rosterVersion: number): string | undefined {
  if (shared.kind === 'UNKNOWN') return shared.ticket;
  return shared.rosterVersion === rosterVersion ? undefined : NO_LEASE;
}

/** A block is a hit only if it was read under the roster version in force. */
function inForce(shared: SharedLookup, own: Lookup): Found {
  if (own.kind === 'MISS') return { kind: 'MISS', ticket: own.ticket, shared };
  const { block } = own;
  const isInForce = shared.kind === 'KNOWN' && shared.rosterVersion === block.rosterVersion;
  return isInForce ? { kind: 'HIT', block } : { kind: 'MISS', ticket: NO_LEASE, shared };
}
