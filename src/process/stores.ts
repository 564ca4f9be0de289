// Opens the stores of one process by its configuration: PostgreSQL, with a cache where it is safe.

import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { AttendanceStore } from '../app/ports/attendance-store.js';
import type { BadgeStore } from '../app/ports/badges.js';
import type { FigureReads } from '../app/ports/figures.js';
import type { RebuildStore } from '../app/ports/rebuild-ports.js';
import type { RosterStore } from '../app/ports/roster-ports.js';
import type { StaleDaysStore } from '../app/ports/stale-days.js';
import type { TransitionStore } from '../app/ports/transitions.js';
import type { CacheHealth } from '../cache/block-cache.js';
import { createCachedStore } from '../cache/cached-store.js';
import { MemoryBlockCache } from '../cache/memory-block-cache.js';
import type { RedisBlockCache } from '../cache/redis-block-cache.js';
import type { Metrics } from '../metrics/metrics.js';
import { createPoolMetrics } from '../metrics/pool-metrics.js';
import type { WriteMetrics } from '../metrics/write-metrics.js';
import { createBadgeStore } from '../store/badges/badge-store.js';
import { createTransitionStore } from '../store/feed/transitions.js';
import {
  type Database,
  HEALTH_CONNECTIONS,
  openDatabase,
  READ_CONNECTIONS,
  SESSION,
  WRITE_CONNECTIONS,
} from '../store/postgres/database.js';
import { createPostgresStore, type Databases } from '../store/postgres-store.js';
import { createRosterStore } from '../store/roster-changes/roster-store.js';
import { createRosterReader } from '../store/rosters/roster-reader.js';
import { createFigureReads } from '../store/upkeep/figures.js';
import { createRebuildStore } from '../store/upkeep/rebuild.js';
import { createStaleDaysStore } from '../store/upkeep/stale-days.js';
import type { Config } from './config.js';

export interface StoresOptions {
  readonly config: Config;
  /** The URL of PostgreSQL, embedded or not. */
  readonly databaseUrl: string;
  /** Whether no other process writes to this database: only then may memory be a cache. */
  readonly onlyWriter: boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Takes what is recorded; undefined: nobody wants to know. */
  readonly writeMetrics?: WriteMetrics;
  /** Called for every lost connection to PostgreSQL, which may be away. Must be cheap. */
  readonly onConnectionLost: () => void;
}

export interface Stores {
  readonly databases: Databases;
  readonly attendance: AttendanceStore;
  readonly roster: RosterStore;
  readonly stale: StaleDaysStore;
  readonly facts: RebuildStore;
  readonly badges: BadgeStore;
  readonly figures: FigureReads;
  readonly transitions: TransitionStore;
  /** Sends the cache its outstanding invalidations, and closes everything. */
  close(): Promise<void>;
}

/** Connects to PostgreSQL only when a store is used. Redis, if configured, is connected at once. */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const { config, databaseUrl } = options;
  const databases = openDatabases(databaseUrl, options);
  const { requireKnownEmployees, defaultZone } = config;
  const rosters = createRosterReader({ defaultZone });
  const postgres = measured(
    createPostgresStore(databases, rosters, { requireKnownEmployees }),
    options.writeMetrics,
  );
  const cached = await cacheOf(
    postgres,
    createRosterStore({ ...databases, reader: rosters, defaultZone }),
    options,
  );
  return {
    databases,
    attendance: cached.attendance,
    roster: cached.roster,
    badges: createBadgeStore(databases),
    figures: createFigureReads(databases.reads),
    stale: createStaleDaysStore(databases.writes),
    transitions: createTransitionStore(databases.writes),
    facts: createRebuildStore(databases, rosters),
    async close() {
      await cached.close();
      await Promise.allSettled(Object.values(databases).map((database) => database.close()));
    },
  };
}

/** The same store, but what it records is counted. */
function measured(store: AttendanceStore, metrics: WriteMetrics | undefined): AttendanceStore {
  if (metrics === undefined) return store;
  return {
    ...store,
    async writeBatch(facts, rules, caller, patience) {
      const committed = await store.writeBatch(facts, rules, caller, patience);
      metrics.committed(facts, committed.decision, Date.now());
      return committed;
    },
  };
}

function openDatabases(url: string, { log, metrics, onConnectionLost }: StoresOptions): Databases {
  // A log line for each would be a flood in an outage. `onConnectionLost` leads to one for all.
  const onLost = (error: Error) => {
    log.debug({ reason: error.message }, 'a database connection was lost');
    onConnectionLost();
  };
  const pools = createPoolMetrics(metrics.registry);
  const open = (pool: string, connections: number): Database => {
    const onHeld = (heldMs: number) => pools.held(pool, heldMs);
    const database = openDatabase(url, onLost, connections, SESSION, onHeld);
    pools.watch(pool, database.load);
    return database;
  };
  return {
    writes: open('write', WRITE_CONNECTIONS),
    reads: open('read', READ_CONNECTIONS),
    health: open('health', HEALTH_CONNECTIONS),
  };
}

interface Cached {
  readonly attendance: AttendanceStore;
  readonly roster: RosterStore;
  close(): Promise<void>;
}

/** Redis if it is configured; memory if no other process can write; otherwise no cache. */
async function cacheOf(
  store: AttendanceStore,
  roster: RosterStore,
  options: StoresOptions,
): Promise<Cached> {
  const { config, onlyWriter, metrics } = options;
  const onEvent = (event: string, count: number) => metrics.countCache(event, count);
  const cache =
    config.redisUrl !== undefined
      ? await redisCache(config.redisUrl, store, onEvent, options.log)
      : onlyWriter
        ? new MemoryBlockCache()
        : undefined;
  if (cache === undefined) return { attendance: store, roster, close: async () => {} };
  const attendance = createCachedStore(store, cache, { onEvent });
  return {
    attendance,
    roster: attendance.cachedRoster(roster),
    close: () => attendance.close(),
  };
}

/** Loads the Redis library here: most processes do not need it, and loading takes a while. */
async function redisCache(
  url: string,
  store: AttendanceStore,
  onEvent: (event: string, count: number) => void,
  log: Logger,
): Promise<RedisBlockCache> {
  const { RedisBlockCache } = await import('../cache/redis-block-cache.js');
  const onAvailability = ({ up, detail }: CacheHealth) => {
    if (up) log.info('Redis is used as the cache');
    else log.warn({ detail }, 'Redis cannot be used: reads go to PostgreSQL');
  };
  const databaseId = async () => idOf(await store.pageTokenKey());
  return new RedisBlockCache({ url, databaseId, onEvent, onAvailability });
}

/** Identifies a database by part of the hash of the random key that it has from its creation. */
function idOf(key: Uint8Array): string {
  return createHash('sha256').update('cache').update(key).digest('hex').slice(0, 12);
}
