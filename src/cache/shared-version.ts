// The cached version of the shared roster. It is kept like an employee's blocks, under an id that
// no employee can have, so that block-cache.ts guarantees the same for it: no version from before a
// change after that change was invalidated.

import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { LocalMonth } from '../domain/time/local-date.js';
import type { BlockCache, Invalidation } from './block-cache.js';

/** The id of its entry, which is not a valid employee id. */
export const EVERYBODY = '*' as EmployeeId;
/** The month of its only block, which has no days. */
const ALWAYS = '1900-01' as LocalMonth;

/** A change of the shared roster. It names no version, so the entry is dropped. */
export const SHARED_CHANGED: Invalidation = { employeeId: EVERYBODY, change: undefined };

/** The version in force, or the right to fill it in. */
export type SharedLookup =
  | { readonly kind: 'KNOWN'; readonly rosterVersion: number }
  | { readonly kind: 'UNKNOWN'; readonly ticket: string | undefined };

/** Throws like BlockCache.lookup. */
export async function lookupShared(cache: BlockCache): Promise<SharedLookup> {
  const found = await cache.lookup(EVERYBODY, ALWAYS);
  if (found.kind === 'MISS') return { kind: 'UNKNOWN', ticket: found.ticket };
  return { kind: 'KNOWN', rosterVersion: found.block.version };
}

/** Keeps a version read from the store with that ticket. Throws like BlockCache.fill. */
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
