// Keeps month blocks in Redis, shared by all processes; block-cache.ts has the guarantees. One hash
// per employee; the braces in its key keep it on one slot of a Redis Cluster.

import { randomBytes } from 'node:crypto';
import type { ChainableCommander, Redis } from 'ioredis';
import type { MonthBlock } from '../app/ports/day-reads.js';
import type { EmployeeId } from '../domain/facts/employee-id.js';
import type { LocalMonth } from '../domain/time/local-date.js';
import {
  type BlockCache,
  type CacheHealth,
  type CacheObserver,
  CacheUnavailableError,
  type Invalidation,
  type Lookup,
  MAX_MONTHS_PER_EMPLOYEE,
  STALENESS_BOUND_MS,
} from './block-cache.js';
import { BLOCK_FORMAT, decodeBlock, encodeBlock } from './block-codec.js';
import { UnexpectedReplyError } from './redis-failure.js';
import { RedisLink } from './redis-link.js';

const KEY_PREFIX = `attendance:${BLOCK_FORMAT}`;
/**
 * The ticket if the entry has a version. The block is then kept only if that is still the version.
 */
const NO_LEASE = '';

export interface RedisBlockCacheOptions {
  /** `redis://` or `rediss://`, with user, password and database as ioredis reads them. */
  readonly url: string;
  /**
   * An id of the database, of letters and digits. It separates databases that share a Redis, and
   * the blocks of a recreated database from those of the one before. Called until it answers once;
   * until then the cache cannot be used. Default: none, for a Redis of one database.
   */
  readonly databaseId?: () => Promise<string>;
  /** Default STALENESS_BOUND_MS. The same in every process that shares a Redis. */
  readonly stalenessBoundMs?: number;
  /** How long one request may take. Default COMMAND_TIMEOUT_MS. */
  readonly commandTimeoutMs?: number;
  /**
   * How long a failing Redis is left alone, and the interval of probes otherwise. Default
   * PROBE_INTERVAL_MS.
   */
  readonly probeIntervalMs?: number;
  /** Counts 'invalid_entry'; the store that uses the cache counts the others. */
  readonly onEvent?: CacheObserver;
  /** Called for the log when Redis becomes usable, or with the reason if not. Must not throw. */
  readonly onAvailability?: (health: CacheHealth) => void;
}

/** The key of an employee's blocks; the braces keep it on one slot of a Redis Cluster. */
export function blockKey(employeeId: EmployeeId, databaseId = ''): string {
  return `${KEY_PREFIX}${databaseId === '' ? '' : `-${databaseId}`}:{${employeeId}}`;
}

export class RedisBlockCache implements BlockCache {
  readonly stalenessBoundMs: number;
  readonly #askDatabaseId: () => Promise<string>;
  #databaseId: Promise<string> | undefined;
  readonly #link: RedisLink;
  readonly #onEvent: CacheObserver;
  // A token is never used twice: the process's random prefix, and a count.
  readonly #tokenPrefix = `${randomBytes(12).toString('base64url')}.`;
  #tokens = 0;

  /** Begins to connect; blocks are cached once that succeeds. Throws for an invalid URL. */
  constructor(options: RedisBlockCacheOptions) {
    const { url, commandTimeoutMs, probeIntervalMs, onAvailability } = options;
    this.stalenessBoundMs = options.stalenessBoundMs ?? STALENESS_BOUND_MS;
    this.#askDatabaseId = options.databaseId ?? (async () => '');
    this.#onEvent = options.onEvent ?? (() => {});
    const probeKey = `${KEY_PREFIX}:probe`;
    this.#link = new RedisLink({
      url,
      probeKey,
      commandTimeoutMs,
      probeIntervalMs,
      onAvailability,
    });
  }

  async lookup(employeeId: EmployeeId, month: LocalMonth): Promise<Lookup> {
    this.#tokens += 1;
    const token = this.#tokenPrefix + this.#tokens.toString(36);
    const key = await this.#key(employeeId);
    const boundMs = this.stalenessBoundMs;
    const found = await this.#link.run(async (redis) => {
      // The remaining expiry tells an entry's age. Entries from before Redis came into use have
      // less left.
      const leastMs = Math.max(0, boundMs - this.#link.inUseForMs);
      return parseLookup(await redis.attendanceLookupBuffer(key, month, token, boundMs, leastMs));
    });
    if (found.version === undefined) return { kind: 'MISS', ticket: found.lease };
    if (found.bytes === undefined) return { kind: 'MISS', ticket: NO_LEASE };
    const block = decodeBlock(found.bytes, employeeId, month, found.version);
    if (block !== undefined) return { kind: 'HIT', block };
    this.#onEvent('invalid_entry', 1);
    await this.#link.run((redis) => redis.del(key));
    return { kind: 'MISS', ticket: undefined };
  }

  async fill(block: MonthBlock, ticket: string): Promise<boolean> {
    const { employeeId, month, version } = block;
    const bytes = encodeBlock(block);
    if (bytes === undefined) return false;
    const key = await this.#key(employeeId);
    return this.#link.run(async (redis) => {
      const limit = MAX_MONTHS_PER_EMPLOYEE;
      return flagOf(await redis.attendanceFill(key, version, ticket, month, bytes, limit));
    });
  }

  async invalidate(invalidations: readonly Invalidation[]): Promise<readonly Invalidation[]> {
    if (invalidations.length === 0) return [];
    const failed: Invalidation[] = [];
    try {
      const keys = await Promise.all(
        invalidations.map((invalidation) => this.#key(invalidation.employeeId)),
      );
      await this.#link.run(async (redis) => {
        const replies = await pipelineOf(redis, invalidations, keys).exec();
        let firstError: unknown;
        invalidations.forEach((invalidation, index) => {
          const [error, reply] = replies?.[index] ?? [null, undefined];
          if (error === null && typeof reply === 'number') return;
          failed.push(invalidation);
          firstError ??= error ?? new UnexpectedReplyError('invalidate');
        });
        if (firstError !== undefined) throw firstError;
      }, invalidations.length);
    } catch {
      return failed.length === 0 ? invalidations : failed;
    }
    return failed;
  }

  async #key(employeeId: EmployeeId): Promise<string> {
    // One request for all who wait. After a failure, the next caller asks again.
    this.#databaseId ??= this.#askDatabaseId();
    const asked = this.#databaseId;
    try {
      return blockKey(employeeId, await asked);
    } catch {
      if (this.#databaseId === asked) this.#databaseId = undefined;
      throw new CacheUnavailableError('the database has not said yet which one it is');
    }
  }

  health(): Promise<CacheHealth> {
    return this.#link.health();
  }

  async close(): Promise<void> {
    this.#link.close();
  }
}

interface Found {
  readonly version: number | undefined;
  readonly bytes: Buffer | undefined;
  readonly lease: string | undefined;
}

function parseLookup(reply: unknown): Found {
  if (!Array.isArray(reply) || reply.length !== 3) throw new UnexpectedReplyError('lookup');
  const [version, bytes, lease] = reply.map(bufferOrNothing);
  const parsed = version === undefined ? undefined : Number(version.toString('latin1'));
  if (parsed !== undefined && !Number.isSafeInteger(parsed)) {
    throw new UnexpectedReplyError('version');
  }
  return { version: parsed, bytes, lease: lease?.toString('latin1') };
}

function bufferOrNothing(value: unknown): Buffer | undefined {
  if (value === null) return undefined;
  if (!Buffer.isBuffer(value)) throw new UnexpectedReplyError('lookup');
  return value;
}

function flagOf(reply: unknown): boolean {
  if (reply === 1) return true;
  if (reply === 0) return false;
  throw new UnexpectedReplyError('fill');
}

/** All in one round trip. `keys` are those of the invalidations' employees. */
function pipelineOf(
  redis: Redis,
  invalidations: readonly Invalidation[],
  keys: readonly string[],
): ChainableCommander {
  const pipeline = redis.pipeline();
  invalidations.forEach(({ change }, index) => {
    const key = keys[index] ?? '';
    // For very many changed months, deleting has the same effect and is shorter.
    if (change === undefined || change.months.length > MAX_MONTHS_PER_EMPLOYEE) {
      pipeline.del(key);
    } else {
      const { versionBefore, versionAfter, months } = change;
      pipeline.attendanceInvalidate(key, versionBefore, versionAfter, ...months);
    }
  });
  return pipeline;
}
