// A roster change is seen by every read that begins after it returned, whichever process asks, and
// no block from before it is served again: in memory, over Redis, and when Redis fails.

import { expect } from 'chai';
import fc from 'fast-check';
import type { MonthBlock } from '../../src/app/ports/day-reads.js';
import type {
  RosterCommand,
  RosterOutcome,
  RosterStore,
} from '../../src/app/ports/roster-ports.js';
import type { BlockCache, CacheHealth, Invalidation } from '../../src/cache/block-cache.js';
import { type CachedStore, createCachedStore } from '../../src/cache/cached-store.js';
import { MemoryBlockCache } from '../../src/cache/memory-block-cache.js';
import { blockKey, RedisBlockCache } from '../../src/cache/redis-block-cache.js';
import { EVERYBODY, fillShared, lookupShared } from '../../src/cache/shared-version.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { Instant } from '../../src/domain/time/time.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { runs } from '../support/runs.js';
import { waitUntil } from '../support/wait-until.js';
import {
  ControllableStore,
  employee,
  Gate,
  JUNE,
  markIn,
  NO_RULES,
  rosterOf,
  stateOf,
} from './controllable-store.js';
import { EventCounts } from './event-counts.js';

const ANN = employee('ann');
const BEN = employee('ben');

const HEADER = {
  requestId: undefined,
  payloadHash: new Uint8Array(16),
  validateOnly: false,
  actor: 'test',
  reason: '',
  receivedAt: 0 as Instant,
};

/** Everybody's days may follow from it. */
const HOLIDAY: RosterCommand = {
  ...HEADER,
  kind: 'CREATE_HOLIDAY',
  holiday: { calendarId: 'c', epochDay: 0, name: 'Feast', portion: 'WHOLE_DAY' },
};

/** Only one employee's do. */
function archiving(employeeId: EmployeeId): RosterCommand {
  return { ...HEADER, kind: 'ARCHIVE_EMPLOYEE', employeeId, etag: undefined };
}

/** A roster beside a controllable store, whose changes can be held behind their commit. */
class ControllableRoster {
  readonly afterCommit = new Gate();
  /** Thrown by the next change, once it was committed. */
  loseAnswerOfNextChange: Error | undefined;
  readonly #store: ControllableStore;

  constructor(store: ControllableStore) {
    this.#store = store;
  }

  async changeRoster(command: RosterCommand): Promise<RosterOutcome> {
    const { versions } = this.#store;
    if ('employeeId' in command) versions.commit(command.employeeId, [JUNE]);
    else versions.rosterVersion += 1;
    await this.afterCommit.pass();
    const lost = this.loseAnswerOfNextChange;
    this.loseAnswerOfNextChange = undefined;
    if (lost !== undefined) throw lost;
    const holiday = { calendarId: 'c', epochDay: 0, name: 'Feast', portion: 'WHOLE_DAY' } as const;
    return { answer: { kind: 'HOLIDAY', holiday }, change: undefined };
  }
}

interface Process {
  readonly cached: CachedStore;
  readonly roster: ControllableRoster;
  readonly events: EventCounts;
  change(command: RosterCommand): Promise<unknown>;
  write(employeeId: EmployeeId): Promise<unknown>;
  read(employeeId: EmployeeId): Promise<MonthBlock | undefined>;
}

function processOf(store: ControllableStore, cache: BlockCache, now?: () => number): Process {
  const events = new EventCounts();
  const options = { onEvent: events.observe, ...(now === undefined ? {} : { now }) };
  const cached = createCachedStore(store, cache, options);
  const roster = new ControllableRoster(store);
  const rosters = cached.cachedRoster(roster as unknown as RosterStore);
  return {
    cached,
    roster,
    events,
    change: async (command) => await rosters.changeRoster(command),
    write: async (id) => await cached.writeBatch([markIn(id, JUNE)], NO_RULES),
    read: async (id) => await cached.readMonth(id, JUNE),
  };
}

/** Reads until a block is served from the cache. */
async function readFromCache(process: Process, id: EmployeeId): Promise<MonthBlock | undefined> {
  const hits = process.events.of('hit');
  let block: MonthBlock | undefined;
  await waitUntil('a block is served', async () => {
    block = await process.read(id);
    return process.events.of('hit') > hits;
  });
  return block;
}

/** A cache that can be deaf to some invalidations, as if Redis did not answer. */
class DeafCache extends MemoryBlockCache {
  readonly deafTo = new Set<EmployeeId>();

  override async invalidate(list: readonly Invalidation[]): Promise<readonly Invalidation[]> {
    const failed = list.filter(({ employeeId }) => this.deafTo.has(employeeId));
    await super.invalidate(list.filter((each) => !failed.includes(each)));
    return failed;
  }
}

describe('A cached roster', () => {
  let redis: TestRedis;
  const endings: (() => Promise<void>)[] = [];

  before(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
    await redis.cli('FLUSHALL');
  });
  after(async () => await redis.stop());

  /** Two processes of one service over Redis. */
  async function overRedis(store: ControllableStore): Promise<readonly [Process, Process]> {
    const processes: Process[] = [];
    for (let count = 0; count < 2; count += 1) {
      const told: CacheHealth[] = [];
      const cache = new RedisBlockCache({
        url: redis.url,
        commandTimeoutMs: 5000,
        onAvailability: (health) => told.push(health),
      });
      const process = processOf(store, cache);
      endings.push(async () => await process.cached.close());
      await waitUntil('Redis is used', () => told.at(-1)?.up === true);
      processes.push(process);
    }
    return [processes[0] as Process, processes[1] as Process];
  }

  /** Twice the same process, as there is only one. */
  async function inMemory(store: ControllableStore): Promise<readonly [Process, Process]> {
    const process = processOf(store, new MemoryBlockCache());
    endings.push(async () => await process.cached.close());
    return [process, process];
  }

  for (const [name, open] of [
    ['Redis', overRedis],
    ['memory', inMemory],
  ] as const) {
    describe(`in ${name}`, () => {
      it('shows a change of what all share to every read after it, in every process', async () => {
        const store = new ControllableStore();
        const [one, other] = await open(store);
        for (const id of [ANN, BEN]) await one.write(id);
        for (const id of [ANN, BEN]) await readFromCache(other, id);
        for (let version = 1; version <= 5; version += 1) {
          await one.change(HOLIDAY);
          for (const id of [ANN, BEN]) {
            expect(rosterOf(await other.read(id)), 'at once').to.equal(version);
            expect(rosterOf(await readFromCache(other, id)), 'and from then on').to.equal(version);
          }
        }
      });

      it("shows a change of one's own, and keeps the others' blocks", async () => {
        const store = new ControllableStore();
        const [one, other] = await open(store);
        for (const id of [ANN, BEN]) await one.write(id);
        for (const id of [ANN, BEN]) await readFromCache(other, id);
        await one.change(archiving(ANN));
        expect(stateOf(await other.read(ANN))).to.equal(2);
        const reads = store.reads;
        await readFromCache(other, BEN);
        expect(store.reads).to.equal(reads);
      });

      it('makes a change known of which only the answer was lost', async () => {
        const store = new ControllableStore();
        const [one, other] = await open(store);
        await one.write(ANN);
        await readFromCache(other, ANN);
        const lost = new Error('the connection went');
        one.roster.loseAnswerOfNextChange = lost;
        expect(await one.change(HOLIDAY).catch((error: unknown) => error)).to.equal(lost);
        expect(rosterOf(await other.read(ANN))).to.equal(1);
      });

      it('keeps no block of a reader who read before a change and returns after it', async () => {
        const store = new ControllableStore();
        const [one, other] = await open(store);
        await one.write(ANN);
        store.afterRead.close();
        const arrived = store.afterRead.arrival();
        const slow = other.read(ANN);
        await arrived;
        await one.change(HOLIDAY);
        store.afterRead.open();
        expect(rosterOf(await slow), 'begun before').to.equal(0);
        for (let read = 0; read < 5; read += 1) {
          expect(rosterOf(await other.read(ANN))).to.equal(1);
          expect(rosterOf(await one.read(ANN))).to.equal(1);
        }
      });

      it('answers with either while a change is under way, and with it afterwards', async () => {
        const store = new ControllableStore();
        const [one, other] = await open(store);
        await one.write(ANN);
        await readFromCache(other, ANN);
        one.roster.afterCommit.close();
        const committed = one.roster.afterCommit.arrival();
        const changing = one.change(HOLIDAY);
        await committed;
        expect(rosterOf(await other.read(ANN))).to.be.oneOf([0, 1]);
        one.roster.afterCommit.open();
        await changing;
        expect(rosterOf(await other.read(ANN))).to.equal(1);
      });

      it('holds for any order of reads, writes and changes under way together', async () => {
        const step = fc.record({
          what: fc.constantFrom('read', 'read', 'read', 'read', 'read', 'write', 'change', 'own'),
          who: fc.constantFrom(ANN, BEN),
          at: fc.nat({ max: 1 }),
        });
        const store = new ControllableStore();
        const processes = await open(store);
        await fc.assert(
          fc.asyncProperty(
            fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }),
            async (steps) => {
              const running: Promise<unknown>[] = [];
              // What has returned by now must be seen by whoever begins now.
              const returned = { roster: store.versions.rosterVersion, own: new Map() };
              for (const { what, who, at } of steps) {
                const process = processes[at] as Process;
                const { versions } = store;
                if (what === 'read') {
                  const [roster, own] = [returned.roster, returned.own.get(who) ?? 0];
                  running.push(
                    process.read(who).then((block) => {
                      if (block === undefined) return;
                      expect(block.rosterVersion).to.be.least(roster);
                      expect(block.version).to.be.least(own);
                      if (stateOf(block) > 0) expect(rosterOf(block)).to.equal(block.rosterVersion);
                      expect(stateOf(block)).to.equal(
                        versions.lastChange(who, JUNE, block.version),
                      );
                    }),
                  );
                } else if (what === 'change') {
                  const before = versions.rosterVersion;
                  running.push(
                    process.change(HOLIDAY).then(() => {
                      returned.roster = Math.max(returned.roster, before + 1);
                    }),
                  );
                } else {
                  const before = versions.version(who);
                  const done = what === 'own' ? process.change(archiving(who)) : process.write(who);
                  running.push(
                    done.then(() => {
                      returned.own.set(who, Math.max(returned.own.get(who) ?? 0, before + 1));
                    }),
                  );
                }
                if (running.length > 4) await running.shift();
              }
              await Promise.all(running);
            },
          ),
          { numRuns: runs(50) },
        );
        const hits = processes.reduce((sum, { events }) => sum + events.of('hit'), 0);
        expect(hits, 'without hits it proves nothing').to.be.above(runs(50) / 2);
      }).timeout(60_000);
    });
  }

  it('survives the loss of the entry that everybody shares', async () => {
    const store = new ControllableStore();
    const [one, other] = await overRedis(store);
    await one.write(ANN);
    await readFromCache(other, ANN);
    await redis.cli('DEL', blockKey(EVERYBODY));
    const reads = store.reads;
    await other.read(ANN);
    expect(store.reads, 'nobody knows which version is in force').to.equal(reads + 1);
    await readFromCache(other, ANN);
    await redis.cli('DEL', blockKey(EVERYBODY));
    await one.change(HOLIDAY);
    expect(rosterOf(await other.read(ANN))).to.equal(1);
  });

  it('gives leases of the shared entry that a change takes away', async () => {
    const cache = new MemoryBlockCache();
    const before = await lookupShared(cache);
    if (before.kind !== 'UNKNOWN' || before.ticket === undefined) throw new Error('no lease');
    await cache.invalidate([{ employeeId: EVERYBODY, change: undefined }]);
    expect(await fillShared(cache, 3, before.ticket), 'read before the change').to.equal(false);
    const after = await lookupShared(cache);
    if (after.kind !== 'UNKNOWN' || after.ticket === undefined) throw new Error('no lease');
    expect(await fillShared(cache, 3, before.ticket), 'nor with the lease lost').to.equal(false);
    expect(await fillShared(cache, 4, after.ticket)).to.equal(true);
    expect(await lookupShared(cache)).to.deep.equal({ kind: 'KNOWN', rosterVersion: 4 });
    expect(await fillShared(cache, 3, ''), 'the older one is not put over it').to.equal(false);
    expect(await lookupShared(cache)).to.deep.equal({ kind: 'KNOWN', rosterVersion: 4 });
    expect(await fillShared(cache, 5, ''), 'a change was missed').to.equal(false);
    expect((await lookupShared(cache)).kind).to.equal('UNKNOWN');
  });

  it('asks the store about everybody until a change of what all share is confirmed', async () => {
    const store = new ControllableStore();
    const clock = { nowMs: 0 };
    const cache = new DeafCache({ now: () => clock.nowMs });
    const process = processOf(store, cache, () => clock.nowMs);
    for (const id of [ANN, BEN]) await process.write(id);
    for (const id of [ANN, BEN]) await readFromCache(process, id);
    cache.deafTo.add(EVERYBODY);
    await process.change(HOLIDAY);
    expect(process.events.of('invalidate_failed')).to.equal(1);
    process.events.reset();
    for (const id of [ANN, BEN]) expect(rosterOf(await process.read(id))).to.equal(1);
    expect(process.events.of('bypass')).to.equal(2);
    cache.deafTo.clear();
    await waitUntil('it is told after all', () => process.events.of('invalidate') > 0);
    for (const id of [ANN, BEN]) {
      expect(rosterOf(await readFromCache(process, id))).to.equal(1);
    }
    await process.cached.close();
  });

  it('works without Redis, and shows what was changed meanwhile once it is back', async () => {
    const own = await startRedis();
    const store = new ControllableStore();
    const process = processOf(store, new RedisBlockCache({ url: own.url, probeIntervalMs: 100 }));
    try {
      await process.write(ANN);
      await readFromCache(process, ANN);
      await own.kill9();
      await process.change(HOLIDAY);
      expect(rosterOf(await process.read(ANN))).to.equal(1);
      await own.start();
      expect(rosterOf(await readFromCache(process, ANN))).to.equal(1);
    } finally {
      await process.cached.close();
      await own.stop();
    }
  });
});
