// The version of what all employees share of the roster, as the cache knows it. It is kept as the
// blocks of one employee are, under an id that nobody can have, so that block-cache.ts promises
// the same of it: no version from before a change once that change was made known.

import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { LocalMonth } from '../domain/time/local-date.js';
import type { BlockCache, Invalidation } from './block-cache.js';

/** Whose entry it is: no form of an employee's id allows this. */
export const EVERYBODY = '*' as EmployeeId;
/** The one block of it, which has no days. */
const ALWAYS = '1900-01' as LocalMonth;

/** A change of what all employees share; it says no version, so the entry is dropped. */
export const SHARED_CHANGED: Invalidation = { employeeId: EVERYBODY, change: undefined };

/** The version in force, or the leave to say which one is. */
export type SharedLookup =
  | { readonly kind: 'KNOWN'; readonly rosterVersion: number }
  | { readonly kind: 'UNKNOWN'; readonly ticket: string | undefined };

/** Throws as BlockCache.lookup does. */
export async function lookupShared(cache: BlockCache): Promise<SharedLookup> {
  const found = await cache.lookup(EVERYBODY, ALWAYS);
  if (found.kind === 'MISS') return { kind: 'UNKNOWN', ticket: found.ticket };
  return { kind: 'KNOWN', rosterVersion: found.block.version };
}

/** Keeps a version read from the store under that ticket. Throws as BlockCache.fill does. */
export async function fillShared(
  cache: BlockCache,
  rosterVersion: number,
  ticket: string,
): Promise<boolean> {
  return await cache.fill(
    {
      employeeId: EVERYBODY,
      employeeName: '',
      version: rosterVersion,
      rosterVersion,
      month: ALWAYS,
      zones: [],
      days: [],
    },
    ticket,
  );
}
