// Keeps month blocks in this process's memory; block-cache.ts has the guarantees. Only for a
// process that is the only writer of its database, because other processes' commits do not reach
// it. The same states and steps as in Redis; each call is one step, because nothing in it waits.

import { LRUCache } from 'lru-cache';
import type { MonthBlock } from '../app/ports/day-reads.js';
import type { DayWork } from '../domain/facts/day.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { LocalMonth } from '../domain/time/local-date.js';
import {
  type BlockCache,
  type Invalidation,
  type Lookup,
  MAX_MONTHS_PER_EMPLOYEE,
  STALENESS_BOUND_MS,
} from './block-cache.js';

/** The most employees kept at a time. The least recently used are dropped first. */
export const MAX_EMPLOYEES = 100_000;
/** The most memory for blocks, estimated. */
export const MAX_MEMORY_BYTES = 64 * 1024 * 1024;

const ENTRY_BYTES = 300;
const BLOCK_BYTES = 200;
const DAY_BYTES = 400;
const SHIFT_BYTES = 150;
const SESSION_BYTES = 150;
const BREAK_BYTES = 50;
const BYTES_PER_CHARACTER = 2;

export interface MemoryBlockCacheOptions {
  /** Default STALENESS_BOUND_MS. */
  readonly stalenessBoundMs?: number;
  /** Default MAX_EMPLOYEES. */
  readonly maxEmployees?: number;
  /** Default MAX_MEMORY_BYTES. */
  readonly maxMemoryBytes?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface Entry {
  /** Undefined while leased. */
  readonly version: number | undefined;
  readonly lease: string;
  readonly expiresAtMs: number;
  readonly blocks: ReadonlyMap<LocalMonth, MonthBlock>;
}

export class MemoryBlockCache implements BlockCache {
  readonly stalenessBoundMs: number;
  readonly #entries: LRUCache<EmployeeId, Entry>;
  readonly #now: () => number;
  #leases = 0;

  constructor(options: MemoryBlockCacheOptions = {}) {
    this.stalenessBoundMs = options.stalenessBoundMs ?? STALENESS_BOUND_MS;
    this.#now = options.now ?? (() => performance.now());
    this.#entries = new LRUCache({
      max: options.maxEmployees ?? MAX_EMPLOYEES,
      maxSize: options.maxMemoryBytes ?? MAX_MEMORY_BYTES,
      sizeCalculation: sizeOf,
    });
  }

  async lookup(employeeId: EmployeeId, month: LocalMonth): Promise<Lookup> {
    const entry = this.#entry(employeeId);
    if (entry === undefined) {
      this.#leases += 1;
      const lease = String(this.#leases);
      const expiresAtMs = this.#now() + this.stalenessBoundMs;
      this.#entries.set(employeeId, { version: undefined, lease, expiresAtMs, blocks: new Map() });
      return { kind: 'MISS', ticket: lease };
    }
    if (entry.version === undefined) return { kind: 'MISS', ticket: entry.lease };
    const block = entry.blocks.get(month);
    if (block === undefined) return { kind: 'MISS', ticket: '' };
    return { kind: 'HIT', block: { ...block, version: entry.version } };
  }

  async fill(block: MonthBlock, ticket: string): Promise<boolean> {
    const { employeeId, month, version } = block;
    const entry = this.#entry(employeeId);
    if (entry === undefined) return false;
    if (entry.version === undefined ? entry.lease !== ticket : entry.version > version) {
      return false;
    }
    if (entry.version !== undefined && entry.version < version) {
      this.#entries.delete(employeeId);
      return false;
    }
    const blocks = new Map(entry.blocks).set(month, block);
    if (blocks.size > MAX_MONTHS_PER_EMPLOYEE) return false;
    // A new object, because the cache asks for the size of an object only once.
    this.#entries.set(employeeId, { ...entry, version, blocks });
    // It was not kept if it is larger than the whole memory limit.
    return this.#entries.has(employeeId);
  }

  async invalidate(invalidations: readonly Invalidation[]): Promise<readonly Invalidation[]> {
    for (const { employeeId, change } of invalidations) {
      const entry = this.#entry(employeeId);
      if (entry === undefined) continue;
      const { version } = entry;
      if (change === undefined || version === undefined) {
        this.#entries.delete(employeeId);
      } else if (version === change.versionBefore) {
        const blocks = new Map(entry.blocks);
        for (const month of change.months) blocks.delete(month);
        this.#entries.set(employeeId, { ...entry, version: change.versionAfter, blocks });
      } else if (version < change.versionAfter) {
        this.#entries.delete(employeeId);
      }
    }
    return [];
  }

  async health(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }

  #entry(employeeId: EmployeeId): Entry | undefined {
    const entry = this.#entries.get(employeeId);
    if (entry === undefined || this.#now() < entry.expiresAtMs) return entry;
    this.#entries.delete(employeeId);
    return undefined;
  }
}

/** The approximate memory of an entry. */
function sizeOf(entry: Entry): number {
  let bytes = ENTRY_BYTES;
  for (const block of entry.blocks.values()) {
    bytes += BLOCK_BYTES + block.employeeName.length * BYTES_PER_CHARACTER;
    for (const { result } of block.days) {
      bytes += DAY_BYTES + result.note.length * BYTES_PER_CHARACTER + workSizeOf(result.work);
      const { untilClosed } = result.work;
      if (untilClosed === undefined) continue;
      for (const { work } of untilClosed) bytes += DAY_BYTES + workSizeOf(work);
    }
  }
  return bytes;
}

function workSizeOf({ shifts, sessions }: DayWork): number {
  let bytes = shifts.length * SHIFT_BYTES + sessions.length * SESSION_BYTES;
  for (const { breaks } of sessions) bytes += breaks.length * BREAK_BYTES;
  return bytes;
}
