// What a cache of month blocks guarantees, wherever it keeps them, and why no reader can get an old
// block. Implementations: redis-block-cache.ts and memory-block-cache.ts; one set of tests holds
// both to this page.
//
// An employee's blocks are together in one entry, in one of three states:
//
//   absent    nothing is known
//   leased    a token only: a lookup found nothing, and its reader reads the store
//   standing  a version v and blocks by month, each correct as of v
//
//   lookup      finds the block, whose version is then v; or misses. On an absent entry it leaves a
//               lease and the expiry: STALENESS_BOUND_MS from then. Nothing ever extends it.
//   fill        keeps a block read at version r if v = r, or if the entry still has this reader's
//               lease, which then becomes v = r. It is refused if v > r or if the lease is gone. If
//               v < r, the entry is dropped: an invalidation was missed.
//   invalidate  for a commit that raised the version from a to b: v = a loses the commit's months
//               and becomes b; v >= b has seen it; anything else, a lease included, is dropped.
//               A change without known details drops the entry in any state.
//
// After an invalidation is delivered, no block from before its commit can be kept. A reader that
// read before the commit got its lease before it, and that lease is gone; or it relies on v = r,
// and v is now above r. An entry that vanished in between (expired, evicted, flushed) took the
// lease with it, and v returns only by a later lease. None of this depends on a clock.
//
// An invalidation can be late. Its writer then bypasses the cache for that employee and keeps
// trying. What other processes may show meanwhile depends on the cause:
//
//   Redis refuses writes and answers reads (a demoted primary, too few replicas, a full disk):
//   every process probes it each second, and stops using it once it refuses. Nobody is shown an
//   old block for more than 1 to 2 s. This also holds once Redis accepts writes again: a process
//   uses no entry that was set up before the process itself began to use Redis, whatever happened
//   to invalidations by then; and a writer returns, with its outstanding invalidations, within 1 to
//   2 s. (That also ends what was missed in a refusal too short for a reader's probes.)
//
//   Redis is out of memory (noeviction): it still deletes, so invalidations arrive and nothing is
//   late. It stays in use for what it has, and its health reports the problem.
//
//   One process cannot reach a Redis that others reach: nothing tells the others. No block from
//   before a commit is served later than STALENESS_BOUND_MS after it. The same holds if an
//   invalidation is lost: its process died first, or Redis lost writes in a failover.
//
// Why that bound holds: a version enters an entry only by a lease given after the entry's expiry
// was set, and so by a read that began after that. An entry set up after the commit never holds a
// version from before it, and one set up before the commit has expired by then. That is why a fill
// does not extend the expiry, and why the remaining time tells an entry's age.

// A block also depends on the shared roster: shifts and holidays. Dropping all employees' entries
// with each change of it would take time proportional to their number. Instead a block says under
// which version of the shared roster it was read, and is used only if that is the version in force.
// The version in force has its own entry (shared-version.ts), like an employee's in all but its id,
// and its v is that version. A change of shifts or holidays invalidates this entry before it
// returns. So no lookup that begins after it finds an older version; an older block then has
// another version than the one found, if any, and is a miss. A change of an employee's own roster
// raises their version and drops their entry.
//
// The two entries are not looked up in one step, and need not be. Suppose a read gets a block of
// the version r. Then r was in force at some moment since the read began, or the change that ended
// it had not returned by then. By the employee's own entry, the block has every commit about the
// employee that returned before the read began. A late read under r can put its block over one read
// under a later version: that costs only a miss, because the block is not used. If the shared entry
// vanishes, all processes read from the store once, and the first to return restores it. Its bound
// is that of any entry: STALENESS_BOUND_MS.

import type { MonthBlock } from '../app/ports/day-reads.js';
import type { EmployeeChange } from '../app/ports/fact-writes.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { LocalMonth } from '../domain/time/local-date.js';

/** The longest a block can be served after a commit whose invalidation was lost or cut off. */
export const STALENESS_BOUND_MS = 60_000;

/** The most months kept of one employee at a time. Further blocks are refused. */
export const MAX_MONTHS_PER_EMPLOYEE = 64;

/** The result of a lookup. */
export type Lookup =
  | { readonly kind: 'HIT'; readonly block: MonthBlock }
  | {
      readonly kind: 'MISS';
      /** To be passed to `fill` with the block read next; undefined: a fill would be refused. */
      readonly ticket: string | undefined;
    };

/** What to drop for one employee. */
export interface Invalidation {
  readonly employeeId: EmployeeId;
  /** The change of the commit; undefined if it is not known, so that everything is dropped. */
  readonly change: EmployeeChange | undefined;
}

/** Whether a cache can be used, for a person. */
export interface CacheHealth {
  readonly up: boolean;
  /** Why not, without host names or secrets; empty when up. */
  readonly detail: string;
}

/** Events in a cache, to be counted. A closed set. */
export const CACHE_EVENTS = [
  /** A block was found. */
  'hit',
  /** No block was found, and the store was read. */
  'miss',
  /** The cache was not asked: it cannot be used now, or not for this employee. */
  'bypass',
  /** The cache was asked and failed. */
  'error',
  /** An invalid entry was dropped. */
  'invalid_entry',
  /** A block read from the store was kept. */
  'fill',
  /**
   * The block was not kept: it was too old or too large, too many fills ran, or the entry has
   * changed.
   */
  'fill_refused',
  /** An employee's entry was invalidated. */
  'invalidate',
  /** An invalidation failed. This process bypasses the cache for the employee until it succeeds. */
  'invalidate_failed',
  /** Too many invalidations failed. This process bypasses the cache for all employees. */
  'unconfirmed_overflow',
] as const;
export type CacheEvent = (typeof CACHE_EVENTS)[number];

/** Receives every event. `count` is the number of events of that kind. Must not throw. */
export type CacheObserver = (event: CacheEvent, count: number) => void;

/** The cache cannot be used now. Found out at once, without a request or a wait. */
export class CacheUnavailableError extends Error {
  override readonly name = 'CacheUnavailableError';
}

/** Keeps month blocks for a while. */
export interface BlockCache {
  /** The bound of this cache: no entry lives longer. */
  readonly stalenessBoundMs: number;

  /**
   * The block, or the right to fill it. Get the ticket before reading the store. Throws
   * CacheUnavailableError if the cache was not asked, and another error if the request failed.
   */
  lookup(employeeId: EmployeeId, month: LocalMonth): Promise<Lookup>;

  /** Keeps a block read from the store. Returns false if it was refused. Throws like `lookup`. */
  fill(block: MonthBlock, ticket: string): Promise<boolean>;

  /** Invalidates, and returns those that failed. Never throws; bounded in time. */
  invalidate(invalidations: readonly Invalidation[]): Promise<readonly Invalidation[]>;

  /** Checks the cache within a bounded time; undefined for a cache that is part of this process. */
  health(): Promise<CacheHealth | undefined>;

  /** Releases connections and memory. */
  close(): Promise<void>;
}
