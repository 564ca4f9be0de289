// The decorator: what it asks the cache, the store, and nobody. The store is controllable, so
// that reads and writes can be stopped where it matters.

import { expect } from 'chai';
import type { MonthBlock } from '../../src/app/ports/day-reads.js';
import { CACHE_EVENTS, type Invalidation } from '../../src/cache/block-cache.js';
import { type CachedStore, createCachedStore } from '../../src/cache/cached-store.js';
import { MemoryBlockCache } from '../../src/cache/memory-block-cache.js';
import { SharedReads } from '../../src/cache/shared-reads.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { LocalMonth } from '../../src/domain/time/local-date.js';
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

/** A cache whose invalidations can be made to fail, as if Redis did not answer. */
class DeafCache extends MemoryBlockCache {
  readonly deafTo = new Set<EmployeeId>();
  heard: Invalidation[] = [];

  override async invalidate(list: readonly Invalidation[]): Promise<readonly Invalidation[]> {
    const failed = list.filter(({ employeeId }) => this.deafTo.has(employeeId));
    const told = list.filter(({ employeeId }) => !this.deafTo.has(employeeId));
    this.heard.push(...told);
    await super.invalidate(told);
    return failed;
  }
}

interface Scene {
  readonly store: ControllableStore;
  readonly cache: DeafCache;
  readonly cached: CachedStore;
  readonly events: EventCounts;
  readonly clock: { nowMs: number };
  write(employeeId: EmployeeId, ...months: LocalMonth[]): Promise<void>;
}

function scene(maxUnconfirmed = 100): Scene {
  const clock = { nowMs: 0 };
  const now = () => clock.nowMs;
  const store = new ControllableStore();
  const cache = new DeafCache({ now });
  const events = new EventCounts();
  const cached = createCachedStore(store, cache, { onEvent: events.observe, now, maxUnconfirmed });
  const write = async (employeeId: EmployeeId, ...months: LocalMonth[]) => {
    const facts = months.map((month) => markIn(employeeId, month));
    await cached.writeBatch(facts, NO_RULES);
  };
  return { store, cache, cached, events, clock, write };
}

describe('A cached store', () => {
  it('reads a month once, and again after it was written', async () => {
    const { store, cached, events, write } = scene();
    await write(ANN, JUNE);
    for (let read = 0; read < 3; read++) {
      expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(1);
    }
    expect(store.reads).to.equal(1);
    await write(ANN, JUNE);
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(2);
    expect(store.reads).to.equal(2);
    expect([events.of('hit'), events.of('miss'), events.of('fill')]).to.deep.equal([2, 2, 2]);
    expect(events.of('invalidate')).to.equal(2);
  });

  it('never answers one employee or month with another', async () => {
    const { cached, write } = scene();
    await write(ANN, JUNE);
    await write(BEN, JULY);
    for (let read = 0; read < 2; read++) {
      for (const [id, month, days] of [
        [ANN, JUNE, 1],
        [ANN, JULY, 0],
        [BEN, JUNE, 0],
        [BEN, JULY, 1],
      ] as const) {
        const block = await cached.readMonth(id, month);
        expect([block?.employeeId, block?.month, block?.days.length]).to.deep.equal([
          id,
          month,
          days,
        ]);
      }
    }
  });

  it('does not remember that somebody was not in the roster', async () => {
    const { cached, store, write } = scene();
    expect(await cached.readMonth(ANN, JUNE)).to.equal(undefined);
    expect(await cached.readMonth(ANN, JUNE)).to.equal(undefined);
    expect(store.reads).to.equal(2);
    await write(ANN, JUNE);
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(1);
  });

  it('does not remember a failure', async () => {
    const { cached, store, write } = scene();
    await write(ANN, JUNE);
    store.readFailure = new Error('the database is away');
    const failed = await cached.readMonth(ANN, JUNE).catch((error: unknown) => error);
    expect(failed).to.equal(store.readFailure);
    store.readFailure = undefined;
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(1);
  });

  it('shares one read among calls, and none begun before a write with calls after it', async () => {
    const { cached, store, write } = scene();
    await write(ANN, JUNE);
    store.afterRead.close();
    const arrived = store.afterRead.arrival();
    const before = cached.readMonth(ANN, JUNE);
    await arrived;
    await write(ANN, JUNE);
    const after = Array.from({ length: 50 }, () => cached.readMonth(ANN, JUNE));
    store.afterRead.open();
    expect(stateOf(await before), 'read before the write').to.equal(1);
    for (const block of await Promise.all(after)) expect(stateOf(block)).to.equal(2);
    expect(store.reads, 'one before, one for all of those after').to.equal(2);
  });

  it('does not hand a call a read begun between a commit and the end of its write', async () => {
    const { cached, store, write } = scene();
    await write(ANN, JUNE);
    await cached.readMonth(ANN, JUNE);
    store.afterCommit.close();
    const committed = store.afterCommit.arrival();
    const writing = write(ANN, JUNE);
    await committed;
    // Both answers are right while the write is under way.
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.be.oneOf([1, 2]);
    store.afterCommit.open();
    await writing;
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(2);
  });

  it('drops what it has when the answer to a write was lost after its commit', async () => {
    const { cached, store, write } = scene();
    await write(ANN, JUNE);
    await cached.readMonth(ANN, JUNE);
    store.loseAnswerOfNextWrite = new Error('the connection went');
    const lost = store.loseAnswerOfNextWrite;
    expect(await write(ANN, JUNE).catch((error: unknown) => error)).to.equal(lost);
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(2);
  });

  it('drops what it has when a write only repeats one it never heard of', async () => {
    const { cached, store, write } = scene();
    await write(ANN, JUNE);
    await cached.readMonth(ANN, JUNE);
    // Another process commits and dies before it can tell.
    store.versions.commit(ANN, [JUNE]);
    expect(stateOf(await cached.readMonth(ANN, JUNE)), 'not known yet').to.equal(1);
    store.repeating.add(ANN);
    await write(ANN, JUNE);
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(2);
  });

  it('asks the store alone about an employee until their change is confirmed', async () => {
    const { cached, cache, store, events, write } = scene();
    await write(ANN, JUNE);
    await write(BEN, JUNE);
    await cached.readMonth(ANN, JUNE);
    await cached.readMonth(BEN, JUNE);
    cache.deafTo.add(ANN);
    await write(ANN, JUNE);
    expect(events.of('invalidate_failed')).to.equal(1);
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(2);
    expect(events.of('bypass')).to.equal(1);
    events.reset();
    await cached.readMonth(BEN, JUNE);
    expect(events.of('hit'), 'nobody else is concerned').to.equal(1);
    cache.deafTo.clear();
    cache.heard = [];
    await waitUntil('the change is told after all', () => cache.heard.length > 0);
    expect(cache.heard).to.deep.equal([{ employeeId: ANN, change: undefined }]);
    const reads = store.reads;
    await cached.readMonth(ANN, JUNE);
    await cached.readMonth(ANN, JUNE);
    expect(store.reads, 'one to fill the cache again').to.equal(reads + 1);
    await cached.close();
  });

  it('trusts the cache again once nothing old can be left in it', async () => {
    const { cached, cache, store, events, clock, write } = scene();
    await write(ANN, JUNE);
    await cached.readMonth(ANN, JUNE);
    cache.deafTo.add(ANN);
    await write(ANN, JUNE);
    clock.nowMs = cache.stalenessBoundMs - 1;
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(2);
    expect(events.of('bypass')).to.equal(1);
    clock.nowMs = cache.stalenessBoundMs;
    expect(stateOf(await cached.readMonth(ANN, JUNE)), 'its entry has expired').to.equal(2);
    expect(stateOf(await cached.readMonth(ANN, JUNE))).to.equal(2);
    expect([events.of('bypass'), events.of('hit'), store.reads]).to.deep.equal([1, 1, 3]);
    await cached.close();
  });

  it('asks the store about everybody when too many changes are unconfirmed', async () => {
    const { cached, cache, events, clock, write } = scene(2);
    const people = [ANN, BEN, employee('cleo'), employee('dan')];
    for (const id of people) {
      await write(id, JUNE);
      await cached.readMonth(id, JUNE);
      cache.deafTo.add(id);
    }
    await write(ANN, JUNE);
    await write(BEN, JUNE);
    await write(ANN, JUNE);
    expect(events.of('unconfirmed_overflow'), 'the same employee counts once').to.equal(0);
    await write(employee('cleo'), JUNE);
    expect(events.of('unconfirmed_overflow')).to.equal(1);
    events.reset();
    const states: number[] = [];
    for (const id of people) states.push(stateOf(await cached.readMonth(id, JUNE)));
    expect(states).to.deep.equal([3, 2, 2, 1]);
    expect(events.of('bypass'), 'dan, whom nobody wrote, included').to.equal(4);
    clock.nowMs = cache.stalenessBoundMs;
    for (const id of people) await cached.readMonth(id, JUNE);
    expect(events.of('bypass')).to.equal(4);
    await cached.close();
  });

  it('tells what it could not tell, once more, when it is closed', async () => {
    const { cached, cache, write } = scene();
    await write(ANN, JUNE);
    cache.deafTo.add(ANN);
    await write(ANN, JUNE);
    cache.deafTo.clear();
    cache.heard = [];
    await cached.close();
    expect(cache.heard).to.deep.equal([{ employeeId: ANN, change: undefined }]);
  });

  it('adds no dependency to the health of a store it caches in memory', async () => {
    const { cached } = scene();
    expect(await cached.health()).to.deep.equal([{ name: 'postgresql', up: true, detail: '' }]);
  });

  it('names each kind of event once', () => {
    expect(new Set(CACHE_EVENTS).size).to.equal(CACHE_EVENTS.length);
  });
});

describe('A cache in memory', () => {
  const block = (id: EmployeeId, note: string): MonthBlock => ({
    employeeId: id,
    employeeName: note,
    version: 1,
    rosterVersion: 0,
    month: JUNE,
    zones: [],
    days: [],
  });
  const fill = async (cache: MemoryBlockCache, full: MonthBlock) => {
    const found = await cache.lookup(full.employeeId, JUNE);
    return found.kind === 'MISS' && (await cache.fill(full, found.ticket ?? ''));
  };

  it('holds no more employees than allowed', async () => {
    const cache = new MemoryBlockCache({ maxEmployees: 3 });
    const people = ['a', 'b', 'c', 'd', 'e'].map(employee);
    for (const id of people) expect(await fill(cache, block(id, ''))).to.equal(true);
    const kinds = [];
    for (const id of [...people].reverse().slice(0, 3)) {
      kinds.push((await cache.lookup(id, JUNE)).kind);
    }
    expect(kinds).to.deep.equal(['HIT', 'HIT', 'HIT']);
    expect((await cache.lookup(employee('a'), JUNE)).kind).to.equal('MISS');
  });

  it('holds no more bytes than allowed, however an entry grew', async () => {
    const cache = new MemoryBlockCache({ maxMemoryBytes: 10_000 });
    expect(await fill(cache, block(ANN, 'x'.repeat(2_000)))).to.equal(true);
    expect(await fill(cache, block(BEN, 'x'.repeat(2_000)))).to.equal(true);
    expect((await cache.lookup(ANN, JUNE)).kind).to.equal('HIT');
    // Ann is the more recent one now; Ben's entry grows to nearly all there is, and she must go.
    const grown = { ...block(BEN, 'x'.repeat(2_300)), month: JULY };
    expect((await cache.lookup(BEN, JULY)).kind).to.equal('MISS');
    expect(await cache.fill(grown, '')).to.equal(true);
    expect((await cache.lookup(BEN, JUNE)).kind).to.equal('HIT');
    expect((await cache.lookup(ANN, JUNE)).kind).to.equal('MISS');
    expect(await fill(cache, block(employee('big'), 'x'.repeat(6_000)))).to.equal(false);
  });

  it('serves nothing past the bound, which no fill extends', async () => {
    let nowMs = 0;
    const cache = new MemoryBlockCache({ stalenessBoundMs: 1_000, now: () => nowMs });
    await fill(cache, block(ANN, ''));
    nowMs = 900;
    expect(await cache.fill({ ...block(ANN, ''), month: JULY }, '')).to.equal(true);
    nowMs = 999;
    expect((await cache.lookup(ANN, JULY)).kind).to.equal('HIT');
    nowMs = 1_000;
    expect(await cache.fill(block(ANN, ''), ''), 'a late fill').to.equal(false);
    expect((await cache.lookup(ANN, JULY)).kind).to.equal('MISS');
  });
});

describe('Shared reads', () => {
  it('bound the keys they remember and keep none', async () => {
    const reads = new SharedReads<number>(1);
    let count = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const read = async () => {
      count += 1;
      const mine = count;
      await held;
      return mine;
    };
    const first = reads.run('a', read);
    const second = [reads.run('a', read), reads.run('a', read)];
    const beyond = [reads.run('b', read), reads.run('b', read)];
    expect(count, 'one for a, and each its own for b').to.equal(3);
    release();
    expect(await first).to.equal(1);
    expect(await Promise.all(beyond)).to.deep.equal([2, 3]);
    expect(await Promise.all(second)).to.deep.equal([4, 4]);
    expect(await reads.run('b', read), 'there is room again').to.equal(5);
  });

  it('give a failure to those who waited for it and to nobody later', async () => {
    const reads = new SharedReads<number>();
    let count = 0;
    const read = async () => {
      count += 1;
      if (count === 1) throw new Error('no');
      return 7;
    };
    const first = reads.run('a', read);
    const second = reads.run('a', read);
    expect(await first.catch(() => 'failed')).to.equal('failed');
    expect(await second).to.equal(7);
  });
});
