// Whatever Redis does, no call fails, nothing wrong is served, and health says what is the matter.
// Real servers throughout; what answers garbage instead of Redis is a socket of the test's own.

import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { CacheHealth } from '../../src/cache/block-cache.js';
import type { CachedStore } from '../../src/cache/cached-store.js';
import { createCachedStore } from '../../src/cache/cached-store.js';
import type { RedisBlockCacheOptions } from '../../src/cache/redis-block-cache.js';
import { blockKey, RedisBlockCache } from '../../src/cache/redis-block-cache.js';
import { MAX_FAILURES_IN_A_ROW } from '../../src/cache/redis-link.js';
import { EVERYBODY } from '../../src/cache/shared-version.js';
import { type EmployeeId, parseEmployeeId } from '../../src/domain/facts/employee-id.js';
import type { RedisOptions, TestRedis } from '../support/redis.js';
import { freePort, startRedis } from '../support/redis.js';
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
const BEN = employee('ben');

interface Process {
  readonly store: ControllableStore;
  readonly cached: CachedStore;
  readonly events: EventCounts;
  /** What was told of Redis, in order. */
  readonly told: CacheHealth[];
  write(employeeId: EmployeeId): Promise<void>;
  read(employeeId: EmployeeId): Promise<number>;
  redisHealth(): Promise<CacheHealth>;
}

const endings: (() => Promise<void>)[] = [];

async function redisServer(options?: RedisOptions): Promise<TestRedis> {
  const redis = await startRedis(options);
  endings.push(() => redis.stop());
  return redis;
}

/** A process of the service, as far as its cache goes. Several share a store as they would. */
function serviceProcess(
  url: string,
  store = new ControllableStore(),
  options: Partial<RedisBlockCacheOptions> = {},
): Process {
  const events = new EventCounts();
  const told: CacheHealth[] = [];
  const onEvent = events.observe;
  const onAvailability = (health: CacheHealth) => told.push(health);
  const cache = new RedisBlockCache({
    url,
    onEvent,
    onAvailability,
    probeIntervalMs: 100,
    ...options,
  });
  const cached = createCachedStore(store, cache, { onEvent });
  endings.push(() => cached.close());
  const redisHealth = async () => {
    const redis = (await cached.health()).find(({ name }) => name === 'redis');
    if (redis === undefined) throw new Error('redis is missing from health');
    return { up: redis.up, detail: redis.detail };
  };
  const write = async (employeeId: EmployeeId) => {
    const facts = [markIn(employeeId, JUNE)];
    await cached.writeBatch(facts, NO_RULES);
  };
  const read = async (employeeId: EmployeeId) => stateOf(await cached.readMonth(employeeId, JUNE));
  return { store, cached, events, told, write, read, redisHealth };
}

async function inUse(process: Process): Promise<void> {
  await waitUntil('Redis is used', async () => (await process.redisHealth()).up);
}

/** Reads and writes as if there were no cache, whatever Redis does. */
async function worksWithoutCache(process: Process): Promise<void> {
  const before = process.store.versions.version(ANN);
  await process.write(ANN);
  expect(await process.read(ANN)).to.equal(before + 1);
  await process.write(ANN);
  expect(await process.read(ANN)).to.equal(before + 2);
}

async function isDown(process: Process, detail: RegExp): Promise<void> {
  await waitUntil(`health says ${detail}`, async () => {
    const health = await process.redisHealth();
    return !health.up && detail.test(health.detail);
  });
  const told = [...process.told, await process.redisHealth()].map((health) => health.detail);
  expect(told.join(' ')).not.to.match(/127\.0\.0\.1|localhost|geheim/);
}

/** How many of our requests Redis has seen since its figures were reset. */
async function scriptsRun(redis: TestRedis): Promise<number> {
  const text = String(await redis.cli('INFO', 'commandstats'));
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(text)?.[1] ?? 0);
}

/** Every other connection has to authenticate anew. */
async function killClients(redis: TestRedis, password: string): Promise<void> {
  const client = new Redis(redis.url, { password, protocol: 2 });
  await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  client.disconnect();
}

describe('A cache over Redis', () => {
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  describe('Redis away', () => {
    it('at the start: calls work, and it is used once it is there', async () => {
      const redis = await redisServer();
      await redis.stop();
      const process = serviceProcess(redis.url);
      await worksWithoutCache(process);
      await isDown(process, /cannot be reached \(ECONNREFUSED\)/);
      await redis.start();
      await inUse(process);
      await waitUntil('reads are answered by it', async () => {
        await process.read(ANN);
        return process.events.of('hit') > 0;
      });
      expect(process.told.at(-1)).to.deep.equal({ up: true, detail: '' });
    });

    it('in the middle: calls work, and what was written meanwhile is seen', async () => {
      const redis = await redisServer();
      const process = serviceProcess(redis.url);
      await inUse(process);
      await process.write(ANN);
      await process.read(ANN);
      await process.read(ANN);
      expect(process.events.of('hit')).to.equal(1);
      await redis.kill9();
      await worksWithoutCache(process);
      expect(process.events.of('invalidate_failed')).to.be.above(0);
      await redis.start();
      await inUse(process);
      const events = process.events;
      events.reset();
      await waitUntil('the cache is trusted again', async () => {
        expect(await process.read(ANN)).to.equal(3);
        return events.of('hit') > 0;
      });
    });

    it('behind a name there is none for', async () => {
      const process = serviceProcess('redis://no-such-host.invalid:6379');
      await worksWithoutCache(process);
      await isDown(process, /cannot be reached \(E[A-Z_]+\)/);
    });

    it('because this process closes its connection: nobody is warned of that', async () => {
      const redis = await redisServer();
      const process = serviceProcess(redis.url);
      await waitUntil('Redis is used', () => process.told.length > 0);
      await process.cached.close();
      // Its end of the connection is gone when the server lists none of that name.
      await waitUntil('the connection is closed', async () => {
        const clients = String(await redis.cli('CLIENT', 'LIST'));
        return !clients.includes('name=attendance');
      });
      expect(process.told).to.deep.equal([{ up: true, detail: '' }]);
      expect(await process.redisHealth()).to.have.property('up', false);
    });

    it('for good: a write costs no wait', async () => {
      const url = `redis://127.0.0.1:${await freePort()}`;
      // A single wait for an answer would take longer than the test may.
      const process = serviceProcess(url, undefined, { commandTimeoutMs: 3_600_000 });
      for (let call = 0; call < 100; call++) await worksWithoutCache(process);
    });
  });

  describe('Redis hanging', () => {
    it('costs its timeout a few times, not on every call, and misleads nobody after', async () => {
      const redis = await redisServer();
      const store = new ControllableStore();
      const writer = serviceProcess(redis.url, store, { probeIntervalMs: 5_000 });
      const reader = serviceProcess(redis.url, store);
      await inUse(writer);
      await inUse(reader);
      await writer.write(ANN);
      await reader.read(ANN);
      await reader.read(ANN);
      expect(reader.events.of('hit')).to.equal(1);

      await redis.cli('CONFIG', 'RESETSTAT');
      redis.pause();
      await writer.write(ANN);
      for (let call = 0; call < 200; call++) {
        await writer.write(BEN);
        expect(await writer.read(BEN)).to.equal(call + 1);
        expect(await writer.read(ANN)).to.equal(2);
      }
      await isDown(writer, /does not answer in time/);
      // So does a reader that only reads: what it may see is what was there.
      expect(await reader.read(BEN)).to.equal(200);

      redis.resume();
      await inUse(reader);
      // What was sent meanwhile is carried out now: by 600 calls, and by the reader's probes.
      expect(await scriptsRun(redis), 'requests').to.be.within(MAX_FAILURES_IN_A_ROW, 200);
      // The late invalidation is carried out, or told again; then everybody sees the write.
      await waitUntil(
        'the other process sees the write',
        async () => (await reader.read(ANN)) === 2,
      );
      expect(await reader.read(ANN)).to.equal(2);
    });

    it('from the first connection on', async () => {
      const redis = await redisServer();
      redis.pause();
      const process = serviceProcess(redis.url);
      await worksWithoutCache(process);
      await isDown(process, /does not answer in time/);
      redis.resume();
      await inUse(process);
    });
  });

  describe('Redis refusing', () => {
    it('a wrong password', async () => {
      const redis = await redisServer({ password: 'right' });
      const process = serviceProcess(redis.url.replace('right', 'geheim'));
      await worksWithoutCache(process);
      await isDown(process, /user or password.*WRONGPASS/);
    });

    it('a missing password', async () => {
      const redis = await redisServer({ password: 'right' });
      const process = serviceProcess(redis.url.replace(':right@', ''));
      await worksWithoutCache(process);
      await isDown(process, /asks for a password \(NOAUTH\)/);
    });

    it('a password asked for in the middle', async () => {
      const redis = await redisServer();
      const process = serviceProcess(redis.url);
      await inUse(process);
      await process.write(ANN);
      await redis.cli('CONFIG', 'SET', 'requirepass', 'geheim');
      await killClients(redis, 'geheim');
      await worksWithoutCache(process);
      await isDown(process, /NOAUTH/);
    });

    it('nothing to a good password', async () => {
      const redis = await redisServer({ password: 'right' });
      const process = serviceProcess(redis.url);
      await inUse(process);
      await worksWithoutCache(process);
    });

    it('writes, as a replica: its entries are not trusted', async () => {
      const primary = await redisServer({ args: ['--repl-diskless-sync-delay', '0'] });
      const args = ['--replicaof', '127.0.0.1', String(primary.port)];
      const replica = await redisServer({ args });
      const store = new ControllableStore();
      const good = serviceProcess(primary.url, store);
      await inUse(good);
      await good.write(ANN);
      await good.read(ANN);
      await waitUntil('the entry is on the replica', async () => {
        const value = await replica.cli('EXISTS', blockKey(ANN)).catch(() => 0);
        return value === 1;
      });
      const process = serviceProcess(replica.url, store);
      await isDown(process, /read-only replica \(READONLY\)/);
      await worksWithoutCache(process);
      expect(process.events.of('hit')).to.equal(0);
    });

    it('writes from some moment on, as a primary that was demoted', async () => {
      const [primary, other] = [await redisServer(), await redisServer()];
      const process = serviceProcess(primary.url);
      await inUse(process);
      await process.write(ANN);
      await process.read(ANN);
      await primary.cli('REPLICAOF', '127.0.0.1', other.port);
      await worksWithoutCache(process);
      await isDown(process, /READONLY|MASTERDOWN|LOADING/);
      await primary.cli('REPLICAOF', 'NO', 'ONE');
      await inUse(process);
    });

    it('more memory: what it has is still right, and writes still reach it', async () => {
      const redis = await redisServer({ args: ['--maxmemory-policy', 'noeviction'] });
      const store = new ControllableStore();
      const [one, other] = [serviceProcess(redis.url, store), serviceProcess(redis.url, store)];
      await inUse(one);
      await inUse(other);
      for (const id of [ANN, BEN]) {
        await one.write(id);
        await one.read(id);
      }
      await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
      expect(await other.read(ANN)).to.equal(1);
      expect(other.events.of('hit'), 'it still answers').to.equal(1);
      await one.write(ANN);
      expect(one.events.of('invalidate_failed')).to.equal(0);
      expect(await other.read(ANN), 'and still forgets').to.equal(2);
      expect(await other.read(ANN), 'though it learns nothing').to.equal(2);
      await worksWithoutCache(one);
      await isDown(one, /out of memory \(OOM\)/);
      await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
      await inUse(one);
    });

    it('the database of the URL: no other is used instead', async () => {
      const redis = await redisServer({ args: ['--databases', '1'] });
      const process = serviceProcess(`${redis.url}/3`);
      await worksWithoutCache(process);
      await isDown(process, /refuses the database number/);
      expect(await redis.cli('DBSIZE')).to.equal(0);
    });

    it('scripts, to a user without the right', async () => {
      const redis = await redisServer();
      await redis.cli('ACL', 'SETUSER', 'poor', 'on', '>geheim', '~*', '+@all', '-@scripting');
      const process = serviceProcess(redis.url.replace('redis://', 'redis://poor:geheim@'));
      await worksWithoutCache(process);
      await isDown(process, /may not run scripts.*NOPERM/);
    });
  });

  describe('Redis holding what it should not', () => {
    let redis: TestRedis;
    let process: Process;

    beforeEach(async () => {
      redis = await redisServer();
      process = serviceProcess(redis.url);
      await inUse(process);
      await process.write(ANN);
      await process.write(BEN);
      await process.read(ANN);
      await process.read(BEN);
    });

    const key = blockKey(ANN);
    const field = (name: string, value: string | Buffer) => () =>
      redis.cli('HSET', key, name, value);
    const others = async () => (await redis.cli('DUMP', blockKey(BEN))) as string;
    const garbage: Record<string, () => Promise<unknown>> = {
      'a string under the key': async () => {
        await redis.cli('SET', key, 'no hash');
      },
      'a list under the key': async () => {
        await redis.cli('DEL', key);
        await redis.cli('RPUSH', key, 'x');
      },
      'bytes that are no block': field(JUNE, Buffer.from([1, 2, 3])),
      'nothing in the field': field(JUNE, ''),
      'a pickle': field(JUNE, Buffer.from("cos\nsystem\n(S'id'\ntR.", 'latin1')),
      'a version that is no number': field('v', 'abc'),
      'a version in another notation': field('v', '0x10'),
      'an infinite version': field('v', 'inf'),
      'a version beyond exact numbers': field('v', '99999999999999999999'),
      'a version before its block': field('v', '0'),
      'a lease beside a version': field('l', 'x'),
      'blocks without a version': () => redis.cli('HDEL', key, 'v'),
      'no expiry': () => redis.cli('PERSIST', key),
      'an expiry beyond the bound': () => redis.cli('PEXPIRE', key, 10 * 60_000),
    };
    for (const [what, spoil] of Object.entries(garbage)) {
      it(`${what}: a miss, thrown away, and then used as ever`, async () => {
        await spoil();
        process.events.reset();
        expect(await process.read(ANN)).to.equal(1);
        expect([process.events.of('hit'), process.events.of('error')]).to.deep.equal([0, 0]);
        expect(await process.read(ANN)).to.equal(1);
        expect(await process.read(ANN)).to.equal(1);
        expect(process.events.of('hit')).to.be.above(0);
        await process.write(ANN);
        expect(await process.read(ANN)).to.equal(2);
      });

      it(`${what}: a write is not kept from being seen`, async () => {
        await spoil();
        await process.write(ANN);
        expect(process.events.of('invalidate_failed')).to.equal(0);
        expect(await process.read(ANN)).to.equal(2);
        expect(await process.read(ANN)).to.equal(2);
      });
    }

    it("another employee's hash: not served", async () => {
      expect(await others()).to.be.a('string');
      await redis.cli('DEL', key);
      await redis.cli('COPY', blockKey(BEN), key);
      process.events.reset();
      expect((await process.cached.readMonth(ANN, JUNE))?.employeeId).to.equal(ANN);
      expect(process.events.of('invalid_entry')).to.equal(1);
    });

    it('nothing any more (FLUSHALL, SCRIPT FLUSH): reads go on and fill it again', async () => {
      await redis.cli('FLUSHALL');
      await redis.cli('SCRIPT', 'FLUSH');
      process.events.reset();
      await waitUntil('it is filled again', async () => {
        expect(await process.read(ANN)).to.equal(1);
        return process.events.of('hit') > 0;
      });
      expect(process.events.of('error')).to.equal(0);
      await process.write(ANN);
      expect(await process.read(ANN)).to.equal(2);
    });

    it('keys with nothing but the employee, the version and blocks, and an expiry', async () => {
      expect(key).to.equal('attendance:6:{ann}');
      expect(await redis.cli('HKEYS', key)).to.have.members(['v', JUNE]);
      expect(await redis.cli('HGET', key, 'v')).to.equal('1');
      expect(await redis.cli('PTTL', key)).to.be.within(1, 60_000);
    });

    it('one key for what all employees share, which no employee id can have', async () => {
      const shared = blockKey(EVERYBODY);
      expect(shared).to.equal('attendance:6:{*}');
      expect(parseEmployeeId(EVERYBODY)).to.equal(undefined);
      expect(await redis.cli('HGET', shared, 'v')).to.equal('0');
      expect(await redis.cli('PTTL', shared)).to.be.within(1, 60_000);
    });
  });

  describe('A Redis shared by two databases', () => {
    it('keeps them apart by the ids of their databases', async () => {
      const redis = await redisServer();
      const one = serviceProcess(redis.url, new ControllableStore(), {
        databaseId: async () => 'one',
      });
      const two = serviceProcess(redis.url, new ControllableStore(), {
        databaseId: async () => 'two',
      });
      await inUse(one);
      await inUse(two);
      await one.write(ANN);
      await one.write(ANN);
      await two.write(ANN);
      for (let read = 0; read < 3; read++) {
        expect([await one.read(ANN), await two.read(ANN)]).to.deep.equal([2, 1]);
      }
      expect([one.events.of('hit'), two.events.of('hit')]).to.deep.equal([2, 2]);
      expect(await redis.cli('KEYS', 'attendance:6-*:{ann}')).to.have.length(2);
    });
  });

  describe('Something else than Redis', () => {
    async function listening(answer: (bytes: Buffer) => string): Promise<[Server, string]> {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (bytes) => void socket.write(answer(bytes)));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      endings.push(async () => void server.close());
      return [server, `redis://127.0.0.1:${(server.address() as AddressInfo).port}`];
    }

    it('that answers OK to everything', async () => {
      const [, url] = await listening((bytes) =>
        '+OK\r\n'.repeat(bytes.toString('latin1').split(/\*\d+\r\n/).length - 1),
      );
      const process = serviceProcess(url);
      await waitUntil('it passes for Redis', async () => (await process.redisHealth()).up);
      await worksWithoutCache(process);
      expect(process.events.of('hit')).to.equal(0);
      expect(process.events.of('error') + process.events.of('bypass')).to.be.above(0);
    });

    it('that speaks another protocol', async () => {
      const [, url] = await listening(() => 'HTTP/1.1 400 Bad Request\r\n\r\n');
      const process = serviceProcess(url);
      await worksWithoutCache(process);
      await isDown(process, /Redis|REDIS_URL/);
    });

    it('is spoken to in TLS when the URL says rediss', async () => {
      const firstBytes: number[] = [];
      const [, url] = await listening((bytes) => {
        firstBytes.push(bytes[0] ?? -1);
        return '-ERR no TLS here\r\n';
      });
      const process = serviceProcess(url.replace('redis://', 'rediss://'));
      await worksWithoutCache(process);
      await isDown(process, /cannot be reached \([A-Z_]+\)/);
      expect(firstBytes[0], 'a TLS handshake').to.equal(0x16);
    });

    it('is not connected to when the URL is none, and the error keeps the URL to itself', () => {
      for (const url of ['', 'geheim', 'http://geheim@host', 'redis://u:geheim@host:port']) {
        expect(() => new RedisBlockCache({ url }))
          .to.throw(/^REDIS_URL is not a URL/)
          .and.satisfy(
            (error: Error) => !JSON.stringify([error.message, error]).includes('geheim'),
          );
      }
    });
  });

  describe('The staleness bound', () => {
    const BOUND_MS = 1_500;
    /** What Redis says of a key that there is not. */
    const GONE = -2;

    it('ends what a lost invalidation left behind, however much was filled since', async () => {
      const redis = await redisServer();
      const store = new ControllableStore();
      const process = serviceProcess(redis.url, store, { stalenessBoundMs: BOUND_MS });
      await inUse(process);
      await process.write(ANN);
      await process.read(ANN);
      // Committed by a process that died before it told.
      store.versions.commit(ANN, [JULY]);
      const expiry = await redis.cli('PEXPIRETIME', blockKey(ANN));
      expect(expiry).to.be.above(0);
      let served = 0;
      await waitUntil('the entry has expired', async () => {
        // A reader from before the commit, arriving late, must not prolong it either.
        await process.cached.readMonth(BEN, JUNE);
        const block = await process.cached.readMonth(ANN, JUNE);
        if (block?.version !== 1) return true;
        served += 1;
        expect(await redis.cli('PEXPIRETIME', blockKey(ANN))).to.be.oneOf([expiry, GONE]);
        return false;
      });
      expect(served, 'stale reads there were').to.be.at.least(1);
    });

    it('is set when an entry begins and moved by nothing', async () => {
      const redis = await redisServer();
      const store = new ControllableStore();
      const cache = new RedisBlockCache({ url: redis.url, stalenessBoundMs: BOUND_MS * 100 });
      endings.push(() => cache.close());
      await waitUntil('Redis is used', async () => (await cache.health()).up);
      store.versions.commit(ANN, [JUNE, JULY]);
      const found = await cache.lookup(ANN, JUNE);
      const ticket = found.kind === 'MISS' ? (found.ticket ?? '') : '';
      const expiry = () => redis.cli('PEXPIRETIME', blockKey(ANN));
      const begun = await expiry();
      expect(Number(begun) - Date.now()).to.be.within(1, BOUND_MS * 100);
      const steps: (() => Promise<unknown>)[] = [
        () => cache.lookup(ANN, JULY),
        () => cache.fill(store.versions.block(ANN, JUNE), ticket),
        () => cache.fill(store.versions.block(ANN, JULY), ticket),
        () => cache.lookup(ANN, JULY),
        async () => {
          const change = store.versions.commit(ANN, [JULY]);
          await cache.invalidate([{ employeeId: ANN, change }]);
        },
        () => cache.fill(store.versions.block(ANN, JULY), ''),
        () => cache.lookup(ANN, JUNE),
      ];
      for (const [index, step] of steps.entries()) {
        await step();
        expect(await expiry(), `after step ${index}`).to.equal(begun);
      }
    });

    it('holds when a failover brings back what Redis had before the invalidation', async () => {
      const redis = await redisServer();
      const store = new ControllableStore();
      const cache = new RedisBlockCache({ url: redis.url });
      endings.push(() => cache.close());
      await waitUntil('Redis is used', async () => (await cache.health()).up);
      store.versions.commit(ANN, [JUNE, JULY]);
      for (const month of [JUNE, JULY]) {
        const found = await cache.lookup(ANN, month);
        if (found.kind === 'MISS')
          await cache.fill(store.versions.block(ANN, month), found.ticket ?? '');
      }
      await redis.cli('COPY', blockKey(ANN), 'saved');
      const begun = await redis.cli('PEXPIRETIME', blockKey(ANN));
      const change = store.versions.commit(ANN, [JUNE]);
      await cache.invalidate([{ employeeId: ANN, change }]);
      await redis.cli('COPY', 'saved', blockKey(ANN), 'REPLACE');
      // Old, within its bound, which is the old one; and the next change shows that it is old.
      expect((await cache.lookup(ANN, JUNE)).kind).to.equal('HIT');
      expect(await redis.cli('PEXPIRETIME', blockKey(ANN))).to.equal(begun);
      const next = store.versions.commit(ANN, [JULY]);
      await cache.invalidate([{ employeeId: ANN, change: next }]);
      expect((await cache.lookup(ANN, JUNE)).kind).to.equal('MISS');
    });
  });
});
