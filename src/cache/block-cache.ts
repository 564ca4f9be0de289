// What a cache of month blocks promises, whatever keeps the blocks, and why no reader can be given
// an old one. Implementations: redis-block-cache.ts and memory-block-cache.ts; one set of tests
// holds both to this page.
//
// An employee's blocks lie together in one entry, in one of three states:
//
//   absent    nothing is known
//   leased    a token and nothing else: a lookup found nothing and was told to read the store
//   standing  a version v and blocks by month, each correct as of v
//
//   lookup      finds the block, whose version is then v; or misses. On an absent entry it leaves
//               a lease, and the expiry: STALENESS_BOUND_MS from then. Nothing ever extends it.
//   fill        a block read at version r is kept when v = r, or when the entry still has the
//               lease this reader got, which then becomes v = r. It is refused when v > r or the
//               lease is gone, and when v < r the entry is dropped: an invalidation was missed.
//   invalidate  of a commit that raised the version from a to b: v = a loses the commit's months
//               and becomes b; v >= b has seen it; anything else, a lease included, is dropped.
//               A change that is not known in detail drops the entry whatever it is.
//
// Once an invalidation was delivered, no block from before its commit can be kept. A reader that
// read before the commit got its lease before it, and that lease is gone; or it relies on v = r,
// and v is now above r. An entry that vanished in between (expired, evicted, flushed) took the
// lease with it, and no v comes back without a lease given later. No clock takes part in this.
//
// An invalidation can be late. Its writer then leaves the cache aside for that employee and goes on
// trying; what everybody else may be shown meanwhile depends on what is the matter:
//
//   Redis refuses writes and answers reads (a demoted primary, too few replicas, a full disk): every
//   process probes it each second and uses it no more once it refuses. Nobody is shown an old
//   block for more than 1 to 2 s. Nor once it accepts writes again: no process uses an entry that
//   was set up before the process itself came to use Redis, whatever happened to the invalidations
//   by then, and a writer's own return, with what it has to tell, takes 1 to 2 s at most. (That
//   also ends what was missed in a refusal too short for a reader's probes.)
//
//   Redis is out of memory (noeviction): it still deletes, so invalidations arrive and nothing is
//   late. It stays in use for what it has, and its health says what is the matter.
//
//   One process cannot reach a Redis that others reach: nothing tells the others. No block from
//   before a commit is served later than STALENESS_BOUND_MS after it. The same holds when an
//   invalidation is lost: its process died before it, or Redis lost writes in a failover.
//
// Of that bound: a version enters an entry only by a lease given after the entry's expiry was set,
// so by a read that began after that. An entry set up after the commit never holds a version from
// before it, and one set up before the commit has expired by then. That is why a fill does not
// extend the expiry, and why what is left of it tells an entry's age.

//
// A block also depends on what all employees share of the roster: shifts and holidays. Dropping
// everybody's entries with each change of those would take as long as there are employees.
// Instead a block says under which version of it it was read, and is used only if that is the
// version in force; which one is has an entry of its own (shared-version.ts), an employee's in
// all but its id, whose v is that version. A change of shifts or holidays invalidates this entry
// before it returns, so by what is said above no lookup that begins after it finds a version from
// before; a block from before it then has another version than what is found, if anything is, and
// is a miss. A change of what is an employee's own raises their version and drops their entry.
//
// The two entries are not looked up in one step, and need not be. Say a read is given a block of
// the version r. Then r was in force at some moment since the read began, or the change that
// ended it had not returned by then; and no commit of the employee's own that returned before the
// read began is missing in the block, by the employee's own entry. A read under r that arrives
// late can put its block over one read under a later version: that costs a miss, and no more, as
// it is not used. Where the shared entry vanished, everybody reads from the store once, and the
// first to return brings it back. Its bound is that of any entry: STALENESS_BOUND_MS.

import type { MonthBlock } from '../app/ports/day-reads.js';
import type { EmployeeChange } from '../app/ports/fact-writes.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { LocalMonth } from '../domain/time/local-date.js';

/** The longest a block can be served after a commit whose invalidation was lost or cut off. */
export const STALENESS_BOUND_MS = 60_000;

/** The most months kept of one employee at a time; further blocks are refused. */
export const MAX_MONTHS_PER_EMPLOYEE = 64;

/** What a lookup found. */
export type Lookup =
  | { readonly kind: 'HIT'; readonly block: MonthBlock }
  | {
      readonly kind: 'MISS';
      /** To be given back with the block read next; undefined: a fill would be refused. */
      readonly ticket: string | undefined;
    };

/** What has to be forgotten of one employee. */
export interface Invalidation {
  readonly employeeId: EmployeeId;
  /** What the commit did; undefined when that is not known, so that everything is dropped. */
  readonly change: EmployeeChange | undefined;
}

/** Whether a cache can be used, as a person is told. */
export interface CacheHealth {
  readonly up: boolean;
  /** Why not, without hosts or secrets; empty when up. */
  readonly detail: string;
}

/** What happened in a cache, to be counted. A closed set. */
export const CACHE_EVENTS = [
  /** A block was found. */
  'hit',
  /** No block was found, and the store was read. */
  'miss',
  /** The cache was not asked: it cannot be used now, or not for this employee. */
  'bypass',
  /** The cache was asked and failed. */
  'error',
  /** An entry was thrown away because it was not what it should be. */
  'invalid_entry',
  /** A block read from the store was kept. */
  'fill',
  /** It was not: too old, too large, too many under way, or the entry has changed. */
  'fill_refused',
  /** An employee's change was made known. */
  'invalidate',
  /** It could not be: this process leaves the cache aside for the employee until it was. */
  'invalidate_failed',
  /** There were too many of those: this process leaves the cache aside for everybody. */
  'unconfirmed_overflow',
] as const;
export type CacheEvent = (typeof CACHE_EVENTS)[number];

/** Told of every event; `count` of the kind at once. Must not throw. */
export type CacheObserver = (event: CacheEvent, count: number) => void;

/** The cache cannot be used now. Quick to find out: nothing was asked and nothing waited for. */
export class CacheUnavailableError extends Error {
  override readonly name = 'CacheUnavailableError';
}

/** A place where month blocks are kept for a while. */
export interface BlockCache {
  /** The bound this cache keeps: no entry outlives it. */
  readonly stalenessBoundMs: number;

  /**
   * The block, or the leave to fill it. The ticket must be asked for before the store is read.
   * Throws CacheUnavailableError when it was not asked, another error when asking failed.
   */
  lookup(employeeId: EmployeeId, month: LocalMonth): Promise<Lookup>;

  /** Keeps a block read from the store; false when that was refused. Throws as `lookup` does. */
  fill(block: MonthBlock, ticket: string): Promise<boolean>;

  /** Makes changes known, and returns those it could not. Never throws; bounded in time. */
  invalidate(invalidations: readonly Invalidation[]): Promise<readonly Invalidation[]>;

  /** Asks, within a bounded time; undefined for a cache that is part of this process. */
  health(): Promise<CacheHealth | undefined>;

  /** Lets go of connections and memory. */
  close(): Promise<void>;
}
