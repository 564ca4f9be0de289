// A Redis that refuses writes but answers reads: invalidations do not arrive, and a process whose
// lookups are all hits writes nothing and so is refused nothing. Two caches, as two processes have
// them, over one real Redis and one store.

import { expect } from 'chai';
import type { CacheHealth } from '../../src/cache/block-cache.js';
import type { CachedStore } from '../../src/cache/cached-store.js';
import { createCachedStore } from '../../src/cache/cached-store.js';
import { RedisBlockCache } from '../../src/cache/redis-block-cache.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { LocalMonth } from '../../src/domain/time/local-date.js';
import type { TestRedis } from '../support/redis.js';
import { startRedis } from '../support/redis.js';
import { waitUntil } from '../support/wait-until.js';
import {
  ControllableStore,
  employee,
  JULY,
  JUNE,
  markIn,
  NO_RULES,
  stateOf,
} from './controllable-store.js';
import { EventCounts } from './event-counts.js';

const ANN = employee('ann');
/** What block-cache.ts promises, with the intervals a service has. */
const AT_MOST_MS = 2_000;
const NEVER_MS = 600_000;

const endings: (() => Promise<void>)[] = [];

interface Process {
  readonly cached: CachedStore;
  readonly events: EventCounts;
  /** What was told of Redis, in order. */
  readonly told: CacheHealth[];
  write(employeeId: EmployeeId): Promise<void>;
  read(employeeId: EmployeeId, month?: LocalMonth): Promise<number>;
}

async function serviceProcess(
  url: string,
  store: ControllableStore,
  probeIntervalMs?: number,
): Promise<Process> {
  const events = new EventCounts();
  const told: CacheHealth[] = [];
  const cache = new RedisBlockCache({
    url,
    onEvent: events.observe,
    onAvailability: (health) => told.push(health),
    ...(probeIntervalMs === undefined ? {} : { probeIntervalMs }),
  });
  const cached = createCachedStore(store, cache, { onEvent: events.observe });
  endings.push(() => cached.close());
  await waitUntil('Redis is used', () => told.at(-1)?.up === true);
  return {
    cached,
    events,
    told,
    async write(employeeId) {
      const facts = [markIn(employeeId, JUNE)];
      await cached.writeBatch(facts, NO_RULES);
    },
    read: async (employeeId, month = JUNE) => stateOf(await cached.readMonth(employeeId, month)),
  };
}

/** Reads until Redis is in use again; gives what was read, without repetitions. */
async function readUntilUp(process: Process, employeeId: EmployeeId): Promise<number[]> {
  const seen = new Set<number>();
  await waitUntil(
    'Redis is used again',
    async () => {
      seen.add(await process.read(employeeId));
      return process.told.at(-1)?.up === true;
    },
    AT_MOST_MS,
  );
  return [...seen];
}

describe('A Redis that refuses writes and answers reads', () => {
  let redis: TestRedis;
  let store: ControllableStore;

  beforeEach(async () => {
    redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
    endings.push(() => redis.stop());
    store = new ControllableStore();
  });

  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  const refuse = () => redis.cli('CONFIG', 'SET', 'min-replicas-to-write', 1);
  const accept = () => redis.cli('CONFIG', 'SET', 'min-replicas-to-write', 0);

  /** A block of Ann's that the process finds in the cache. */
  async function cachedFor(process: Process, state: number): Promise<void> {
    const hits = process.events.of('hit');
    await waitUntil('it is cached', async () => {
      expect(await process.read(ANN)).to.equal(state);
      return process.events.of('hit') > hits;
    });
  }

  it('is used no more by a process that only reads what it has', async () => {
    const writer = await serviceProcess(redis.url, store);
    const reader = await serviceProcess(redis.url, store);
    await writer.write(ANN);
    await cachedFor(reader, 1);
    const misses = reader.events.of('miss');

    await refuse();
    await writer.write(ANN);
    expect(writer.events.of('invalidate_failed')).to.equal(1);
    expect(await writer.read(ANN), "the writer's own").to.equal(2);
    const isNew = async () => (await reader.read(ANN)) === 2;
    await waitUntil('the other process shows the write', isNew, AT_MOST_MS);
    expect(reader.events.of('miss'), 'only its probe could tell').to.equal(misses);
    expect(reader.told.at(-1)?.detail).to.match(/refuses writes.*NOREPLICAS/);
    await writer.write(ANN);
    expect(await reader.read(ANN), 'and every one after it').to.equal(3);
  });

  it('accepting them again, brings back no entry from before, whatever the writer does', async () => {
    const reader = await serviceProcess(redis.url, store);
    const late = await serviceProcess(redis.url, store);
    store.versions.commit(ANN, [JUNE]);
    await cachedFor(reader, 1);
    await cachedFor(late, 1);
    await refuse();
    // By a process that died before it told.
    store.versions.commit(ANN, [JUNE]);
    for (const process of [reader, late]) {
      const isNew = async () => (await process.read(ANN)) === 2;
      await waitUntil('the write is shown', isNew, AT_MOST_MS);
    }
    await accept();
    expect(await readUntilUp(reader, ANN)).to.deep.equal([2]);
    expect(await readUntilUp(late, ANN)).to.deep.equal([2]);
    await cachedFor(reader, 2);
    await cachedFor(late, 2);
  });

  it('accepting them again, is told by the writer, for those who noticed nothing', async () => {
    const writer = await serviceProcess(redis.url, store);
    const reader = await serviceProcess(redis.url, store, NEVER_MS);
    await writer.write(ANN);
    await cachedFor(reader, 1);
    await refuse();
    for (let write = 0; write < 3; write++) await writer.write(ANN);
    await waitUntil('the writer knows', () => writer.told.at(-1)?.up === false);
    expect(await reader.read(ANN), 'nothing to notice it by').to.equal(1);
    await accept();
    const isNew = async () => (await reader.read(ANN)) === 4;
    await waitUntil('the writes are shown', isNew, AT_MOST_MS);
    await cachedFor(reader, 4);
  });

  it('without traffic: the first read after a while is not answered by it', async () => {
    const reader = await serviceProcess(redis.url, store);
    store.versions.commit(ANN, [JUNE]);
    await cachedFor(reader, 1);
    await refuse();
    store.versions.commit(ANN, [JUNE]);
    await waitUntil('it is noticed', () => reader.told.at(-1)?.up === false, AT_MOST_MS);
    expect(await reader.read(ANN)).to.equal(2);
  });

  describe('for want of memory', () => {
    /** Fills what there is above what is used now, until a write is refused. */
    async function fillMemory(): Promise<void> {
      const info = String(await redis.cli('INFO', 'memory'));
      const used = Number(/used_memory:(\d+)/.exec(info)?.[1]);
      await redis.cli('CONFIG', 'SET', 'maxmemory', used + 3_000_000);
      const filler = Buffer.alloc(100_000, 'x');
      let refused = false;
      for (let key = 0; !refused && key < 100; key++) {
        refused = await redis.cli('SET', `filler:${key}`, filler).then(
          () => false,
          (error: unknown) => String(error).includes('OOM'),
        );
      }
      expect(refused, 'memory is full').to.equal(true);
      // What connections give back when they close must not make room again.
      await redis.cli('CONFIG', 'SET', 'maxmemory', used + 2_000_000);
    }

    it('still forgets, learns nothing, and fails nobody', async () => {
      const writer = await serviceProcess(redis.url, store, 100);
      const reader = await serviceProcess(redis.url, store, 100);
      const people = Array.from({ length: 50 }, (_, index) => employee(`e${index}`));
      for (const id of people) {
        await writer.write(id);
        await reader.read(id);
      }
      await fillMemory();
      // Blocks beyond those it has, many at once: refused one after the other, without an error.
      await Promise.all(people.map((id) => reader.read(id, JULY)));
      await waitUntil('all fills were tried', () => {
        const { events } = reader;
        return events.of('fill') + events.of('fill_refused') === 2 * people.length;
      });
      for (let round = 2; round < 5; round++) {
        await Promise.all(people.map((id) => writer.write(id)));
        const states = await Promise.all(people.map((id) => reader.read(id)));
        expect(new Set(states), 'every write is seen at once').to.deep.equal(new Set([round]));
      }
      expect(writer.events.of('invalidate_failed')).to.equal(0);
      expect(reader.events.of('error') + writer.events.of('error')).to.equal(0);
      const keys = await redis.cli('DBSIZE');
      for (let index = 0; index < 50; index++) {
        store.versions.commit(employee(`new${index}`), [JUNE]);
        await reader.read(employee(`new${index}`));
      }
      expect(await redis.cli('DBSIZE'), 'no lease takes more memory').to.be.at.most(Number(keys));

      await redis.cli('CONFIG', 'SET', 'maxmemory', 0);
      store.versions.commit(ANN, [JUNE]);
      await cachedFor(reader, 1);
      expect(reader.told, 'never out of use').to.deep.equal([{ up: true, detail: '' }]);
    });

    it('and of the right to delete: is used no more', async () => {
      await redis.cli('ACL', 'SETUSER', 'poor', 'on', '>geheim', '~*', '+@all', '-del');
      const url = redis.url.replace('redis://', 'redis://poor:geheim@');
      const reader = await serviceProcess(url, store, 100);
      await fillMemory();
      await waitUntil('it is noticed', () => reader.told.at(-1)?.up === false, AT_MOST_MS);
    });
  });
});
