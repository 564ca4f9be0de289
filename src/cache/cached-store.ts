// A store whose months are kept in a cache, and the roster store whose changes it must hear of.
// Nothing but speed may differ from the stores themselves: a call never fails because of the
// cache, and a write that has returned, of facts or of the roster, is seen by every read that
// begins after it, in every process that shares the cache. The one exception is named in
// block-cache.ts: a lost invalidation, bounded in time.

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
  /** The same roster, whose changes this store's cache is told of before they return. */
  cachedRoster(rosters: RosterStore): RosterStore;
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
    cachedRoster: (rosters) => toldOf(rosters, publish),
    async writeBatch(facts, rules, caller, patience): Promise<CommittedBatch> {
      const touched = new Set(facts.map(({ employeeId }) => employeeId));
      let committed: CommittedBatch;
      try {
        committed = await store.writeBatch(facts, rules, caller, patience);
      } catch (error) {
        // Nobody knows whether it was committed: the connection may have gone with the answer.
        if (!wasNotBegun(error, caller)) await publish(invalidationsOf(touched, []));
        throw error;
      }
      await publish(invalidationsOf(touched, committed.changes));
      return committed;
    },
    // Reads are shared: one caller who leaves must not end the others'.
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
    listOpenDays: (query, caller) => store.listOpenDays(query, caller),
    listRevisions: (query, caller) => store.listRevisions(query, caller),
    settle: (wanted, caller) => store.settle(wanted, caller),
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

/** A roster store that makes its changes known before their callers hear of them. */
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
        // Whatever came of it: a change of which only the answer was lost must be known too, and
        // one that changes nothing may repeat one whose commit the cache never heard of.
        await publish([concernedBy(command)]);
      }
    },
  };
}

/** What is an employee's own concerns nobody else; shifts and holidays are everybody's. */
function concernedBy(command: RosterCommand): Invalidation {
  return 'employeeId' in command
    ? { employeeId: command.employeeId, change: undefined }
    : SHARED_CHANGED;
}

/** What the cache said, and what it has to be given for a fill. */
type Found =
  | { readonly kind: 'HIT'; readonly block: MonthBlock }
  | {
      readonly kind: 'MISS';
      readonly ticket: string | undefined;
      readonly shared: SharedLookup;
    };

/** A fill of an entry that has a version needs no lease. */
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
    // Who is not in the roster is not kept: they may be at any moment, without an invalidation.
    if (block !== undefined && found !== undefined) this.#keep(block, found);
    return block;
  }

  /** Undefined: leave the cache aside. */
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

  /** The caller need not wait for it: at worst, the next lookup comes too early and misses. */
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
 * For telling the cache the version of what all employees share; undefined when there is no need.
 * Where another one is known it is told too: should that be the older one, its entry is dropped.
 */
function ticketOf(shared: SharedLookup, rosterVersion: number): string | undefined {
  if (shared.kind === 'UNKNOWN') return shared.ticket;
  return shared.rosterVersion === rosterVersion ? undefined : NO_LEASE;
}

/** A block is a hit only if it was read under the version of the roster that is in force. */
function inForce(shared: SharedLookup, own: Lookup): Found {
  if (own.kind === 'MISS') return { kind: 'MISS', ticket: own.ticket, shared };
  const { block } = own;
  const isInForce = shared.kind === 'KNOWN' && shared.rosterVersion === block.rosterVersion;
  return isInForce ? { kind: 'HIT', block } : { kind: 'MISS', ticket: NO_LEASE, shared };
}
