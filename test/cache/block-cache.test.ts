// What block-cache.ts promises, asked of both caches: the steps one by one, every interleaving of
// readers with writers, and random histories with lost invalidations and lost entries.

import { expect } from 'chai';
import fc from 'fast-check';
import type { MonthBlock } from '../../src/app/ports/day-reads.js';
import type { EmployeeChange } from '../../src/app/ports/fact-writes.js';
import {
  type BlockCache,
  type Lookup,
  MAX_MONTHS_PER_EMPLOYEE,
} from '../../src/cache/block-cache.js';
import { MemoryBlockCache } from '../../src/cache/memory-block-cache.js';
import { blockKey, RedisBlockCache } from '../../src/cache/redis-block-cache.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { LocalMonth } from '../../src/domain/time/local-date.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { runs } from '../support/runs.js';
import { waitUntil } from '../support/wait-until.js';
import { employee, JULY, JUNE, stateOf, Versions } from './controllable-store.js';

/** A cache as two processes see it. */
interface Setup {
  readonly name: string;
  readonly processes: () => readonly [BlockCache, BlockCache];
  /** Makes the entry vanish, as an expiry, an eviction or a flush does. */
  vanish(employeeId: EmployeeId): Promise<void>;
}

let redis: TestRedis;
const shared: RedisBlockCache[] = [];
const memory = new MemoryBlockCache();

const SETUPS: readonly Setup[] = [
  {
    name: 'Redis',
    processes: () => [shared[0] as BlockCache, shared[1] as BlockCache],
    vanish: async (employeeId) => void (await redis.cli('DEL', blockKey(employeeId))),
  },
  {
    name: 'memory',
    processes: () => [memory, memory],
    vanish: async (employeeId) => {
      // Evicted, expired or dropped: to whoever comes next it is all the same.
      await memory.invalidate([{ employeeId, change: undefined }]);
    },
  },
];

let employees = 0;
function somebody(): EmployeeId {
  employees += 1;
  return employee(`e${employees}`);
}

function ticketOf(found: Lookup): string {
  if (found.kind !== 'MISS' || found.ticket === undefined) throw new Error('no ticket');
  return found.ticket;
}

async function put(cache: BlockCache, block: MonthBlock): Promise<boolean> {
  return cache.fill(block, ticketOf(await cache.lookup(block.employeeId, block.month)));
}

async function found(cache: BlockCache, id: EmployeeId, month: LocalMonth): Promise<string> {
  const result = await cache.lookup(id, month);
  return result.kind === 'HIT' ? `${stateOf(result.block)} at ${result.block.version}` : 'MISS';
}

describe('A block cache', () => {
  before(async () => {
    redis = await startRedis();
    for (let process = 0; process < 2; process++) {
      shared.push(new RedisBlockCache({ url: redis.url, commandTimeoutMs: 5_000 }));
    }
    for (const cache of shared) {
      await waitUntil('Redis is used', async () => (await cache.health()).up);
    }
    // An entry that may be older than a process's use of Redis is thrown away, and that is told to
    // the time a command takes.
    const [one, other] = shared as unknown as [BlockCache, BlockCache];
    await waitUntil('each has used Redis for longer than a command takes', async () => {
      const id = somebody();
      const versions = new Versions();
      versions.commit(id, [JUNE]);
      return (
        (await put(one, versions.block(id, JUNE))) && (await found(other, id, JUNE)) !== 'MISS'
      );
    });
  });

  after(async () => {
    for (const cache of shared) await cache.close();
    await redis.stop();
  });

  for (const setup of SETUPS) {
    describe(`in ${setup.name}`, () => {
      steps(setup);
      interleavings(setup);
      histories(setup);
    });
  }
});

function steps(setup: Setup): void {
  it('keeps what it was given, for other processes too', async () => {
    const [one, other] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE]);
    expect(await put(one, versions.block(id, JUNE))).to.equal(true);
    const hit = await other.lookup(id, JUNE);
    expect(hit).to.deep.equal({ kind: 'HIT', block: versions.block(id, JUNE) });
    expect(await found(other, id, JULY)).to.equal('MISS');
    expect(await found(other, somebody(), JUNE)).to.equal('MISS');
  });

  it('keeps the months a commit did not touch, now as of its version', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE, JULY]);
    await put(cache, versions.block(id, JUNE));
    await put(cache, versions.block(id, JULY));
    const change = versions.commit(id, [JULY]);
    expect(await cache.invalidate([{ employeeId: id, change }])).to.deep.equal([]);
    expect(await found(cache, id, JUNE)).to.equal('1 at 2');
    expect(await found(cache, id, JULY)).to.equal('MISS');
    expect(await put(cache, versions.block(id, JULY))).to.equal(true);
    expect(await found(cache, id, JULY)).to.equal('2 at 2');
  });

  it('keeps everything when a commit changed no day', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE]);
    await put(cache, versions.block(id, JUNE));
    await cache.invalidate([{ employeeId: id, change: versions.commit(id, []) }]);
    expect(await found(cache, id, JUNE)).to.equal('1 at 2');
    const same = { employeeId: id, versionBefore: 2, versionAfter: 2, months: [] };
    await cache.invalidate([{ employeeId: id, change: same }]);
    expect(await found(cache, id, JUNE)).to.equal('1 at 2');
  });

  it('drops everything when an invalidation was missed', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE, JULY]);
    await put(cache, versions.block(id, JUNE));
    versions.commit(id, [JUNE]);
    await cache.invalidate([{ employeeId: id, change: versions.commit(id, [JULY]) }]);
    expect(await found(cache, id, JUNE)).to.equal('MISS');
  });

  it('drops everything when a block shows that an invalidation was missed', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE, JULY]);
    await put(cache, versions.block(id, JUNE));
    versions.commit(id, [JUNE]);
    expect(await put(cache, versions.block(id, JULY))).to.equal(false);
    expect(await found(cache, id, JUNE)).to.equal('MISS');
  });

  it('takes invalidations late, twice and out of order', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    const first = versions.commit(id, [JUNE]);
    const second = versions.commit(id, [JUNE]);
    await put(cache, versions.block(id, JUNE));
    for (const change of [second, first, second]) {
      await cache.invalidate([{ employeeId: id, change }]);
      expect(await found(cache, id, JUNE)).to.equal('2 at 2');
    }
  });

  it('drops everything of an employee whose change is not known, and any lease', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE]);
    const stale = versions.block(id, JUNE);
    const ticket = ticketOf(await cache.lookup(id, JUNE));
    await cache.invalidate([{ employeeId: id, change: undefined }]);
    expect(await cache.fill(stale, ticket)).to.equal(false);
    await put(cache, stale);
    await cache.invalidate([{ employeeId: id, change: undefined }]);
    expect(await found(cache, id, JUNE)).to.equal('MISS');
  });

  it('gives one lease to readers who share it, and each may fill', async () => {
    const [one, other] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE, JULY]);
    const ticket = ticketOf(await one.lookup(id, JUNE));
    expect(ticketOf(await other.lookup(id, JULY))).to.equal(ticket);
    expect(await one.fill(versions.block(id, JUNE), ticket)).to.equal(true);
    expect(await other.fill(versions.block(id, JULY), ticket)).to.equal(true);
    expect(await found(one, id, JULY)).to.equal('1 at 1');
  });

  it('takes no block without a lease of its own time', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, [JUNE]);
    const block = versions.block(id, JUNE);
    const old = ticketOf(await cache.lookup(id, JUNE));
    await setup.vanish(id);
    expect(await cache.fill(block, old), 'absent').to.equal(false);
    expect(await cache.fill(block, ''), 'absent, no lease').to.equal(false);
    const fresh = ticketOf(await cache.lookup(id, JUNE));
    expect(fresh).not.to.equal(old);
    expect(await cache.fill(block, old), "another's lease").to.equal(false);
    expect(await cache.fill(block, fresh), 'its own').to.equal(true);
  });

  it('bounds the months it keeps of one employee', async () => {
    const [cache] = setup.processes();
    const versions = new Versions();
    const id = somebody();
    versions.commit(id, []);
    const months = Array.from(
      { length: MAX_MONTHS_PER_EMPLOYEE + 5 },
      (_, index) => `${2000 + index}-01` as LocalMonth,
    );
    let kept = 0;
    for (const month of months) {
      if (await put(cache, versions.block(id, month))) kept += 1;
    }
    expect(kept).to.equal(MAX_MONTHS_PER_EMPLOYEE);
    // A change of more months than are kept drops them all.
    await cache.invalidate([{ employeeId: id, change: versions.commit(id, months) }]);
    for (const month of months) expect(await found(cache, id, month)).to.equal('MISS');
  });
}

/** One step of somebody: a reader's lookup, read and fill, a writer's commit and publication. */
type Step = () => Promise<void>;

/** Every order of the actors' steps that keeps each actor's own order. */
function* merges(lengths: readonly number[]): Generator<readonly number[]> {
  if (lengths.every((length) => length === 0)) yield [];
  for (let actor = 0; actor < lengths.length; actor++) {
    const left = lengths[actor] ?? 0;
    if (left === 0) continue;
    for (const rest of merges(lengths.with(actor, left - 1))) yield [actor, ...rest];
  }
}

const BEGINNINGS = ['absent', 'the month standing', 'another month standing'] as const;

/** Runs one order of steps and says what was served although it was known to be old. */
async function violation(
  [one, other]: readonly [BlockCache, BlockCache],
  vanish: Setup['vanish'],
  beginning: (typeof BEGINNINGS)[number],
  order: readonly number[],
  cast: string,
): Promise<string | undefined> {
  const versions = new Versions();
  const id = somebody();
  let delivered = 0;
  let seen: string | undefined;
  versions.commit(id, [JUNE, JULY]);
  if (beginning === 'the month standing') await put(one, versions.block(id, JUNE));
  if (beginning === 'another month standing') await put(one, versions.block(id, JULY));

  const check = (found: Lookup) => {
    if (found.kind === 'MISS') return;
    const { version } = found.block;
    const right = versions.lastChange(id, JUNE, version);
    if (version >= delivered && stateOf(found.block) === right) return;
    seen = `${cast} from ${beginning}, ${order.join('')}: ${stateOf(found.block)} at ${version}`;
  };
  const reader = (cache: BlockCache): Step[] => {
    let ticket: string | undefined;
    let block: MonthBlock | undefined;
    const look = async () => {
      const found = await cache.lookup(id, JUNE);
      check(found);
      if (found.kind === 'MISS') ticket = found.ticket;
    };
    const read = async () => {
      block = versions.block(id, JUNE);
    };
    const fill = async () => {
      if (block !== undefined && ticket !== undefined) await cache.fill(block, ticket);
    };
    return [look, read, fill];
  };
  const writer = (cache: BlockCache): Step[] => {
    let change: EmployeeChange | undefined;
    const commit = async () => {
      change = versions.commit(id, [JUNE]);
    };
    const publish = async () => {
      await cache.invalidate([{ employeeId: id, change }]);
      delivered = Math.max(delivered, change?.versionAfter ?? 0);
    };
    return [commit, publish];
  };
  const actors: Record<string, () => Step[]> = {
    r: () => reader(one),
    R: () => reader(other),
    w: () => writer(one),
    W: () => writer(other),
    x: () => [() => vanish(id)],
  };
  const steps = [...cast].map((actor) => (actors[actor] as () => Step[])());
  for (const actor of order) await steps[actor]?.shift()?.();
  check(await one.lookup(id, JUNE));
  check(await other.lookup(id, JUNE));
  return seen;
}

const STEPS_OF: Record<string, number> = { r: 3, R: 3, w: 2, W: 2, x: 1 };

async function violations(
  processes: readonly [BlockCache, BlockCache],
  vanish: Setup['vanish'],
  cast: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  const runs: Promise<void>[] = [];
  const run = async (beginning: (typeof BEGINNINGS)[number], order: readonly number[]) => {
    const seen = await violation(processes, vanish, beginning, order, cast);
    if (seen !== undefined) found.push(seen);
  };
  for (const order of merges([...cast].map((actor) => STEPS_OF[actor] ?? 0))) {
    for (const beginning of BEGINNINGS) runs.push(run(beginning, order));
    // Side by side, since each has an employee of its own; but not without a bound.
    if (runs.length >= 300) await Promise.all(runs.splice(0));
  }
  await Promise.all(runs);
  return found;
}

/** What everybody writes first: a block read from the store is kept. */
class NaiveCache extends MemoryBlockCache {
  override async fill(block: MonthBlock): Promise<boolean> {
    const { employeeId, month } = block;
    const found = await this.lookup(employeeId, month);
    if (found.kind === 'MISS' && found.ticket !== undefined) {
      return super.fill(block, found.ticket);
    }
    return false;
  }
}

function interleavings(setup: Setup): void {
  const casts = {
    rW: 'a reader and a writer',
    rRW: 'two readers and a writer',
    rwW: 'a reader and two writers',
    rWx: 'a reader, a writer and the loss of the entry',
  };
  for (const [cast, what] of Object.entries(casts)) {
    it(`never serves an old block, in any interleaving of ${what}`, async () => {
      const vanish = (id: EmployeeId) => setup.vanish(id);
      expect(await violations(setup.processes(), vanish, cast)).to.deep.equal([]);
    });
  }

  it('would be caught if it kept whatever was read', async () => {
    const naive = new NaiveCache();
    const vanish = async () => {};
    expect(await violations([naive, naive], vanish, 'rW')).not.to.deep.equal([]);
  });
}

type Event =
  | {
      readonly kind: 'look';
      readonly process: number;
      readonly who: number;
      readonly month: number;
    }
  | { readonly kind: 'fill'; readonly pick: number }
  | { readonly kind: 'commit'; readonly who: number; readonly months: readonly number[] }
  | { readonly kind: 'deliver'; readonly process: number; readonly pick: number }
  | { readonly kind: 'lose'; readonly pick: number }
  | { readonly kind: 'vanish'; readonly who: number };

const MONTHS = [JUNE, JULY];
const process = fc.nat({ max: 1 });
const who = fc.nat({ max: 1 });
const pick = fc.nat({ max: 7 });
const events: fc.Arbitrary<Event> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('look'), process, who, month: process }), weight: 6 },
  { arbitrary: fc.record({ kind: fc.constant('fill'), pick }), weight: 5 },
  {
    arbitrary: fc.record({
      kind: fc.constant('commit'),
      who,
      months: fc.uniqueArray(process, { maxLength: 2 }),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constant('deliver'), process, pick }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant('lose'), pick }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('vanish'), who }), weight: 1 },
) as fc.Arbitrary<Event>;

/** Lives through a history, and checks every block served on the way. Returns how many. */
async function live(setup: Setup, history: readonly Event[]): Promise<number> {
  const processes = setup.processes();
  const versions = new Versions();
  const people = [somebody(), somebody()] as const;
  const delivered = new Map<EmployeeId, number>();
  const reading: { cache: BlockCache; block: MonthBlock; ticket: string }[] = [];
  const pending: EmployeeChange[] = [];
  let served = 0;
  for (const id of people) versions.commit(id, [JUNE]);
  const take = <T>(list: T[], at: number): T | undefined =>
    list.splice(at % Math.max(list.length, 1), 1)[0];

  async function look(cache: BlockCache, id: EmployeeId, month: LocalMonth): Promise<void> {
    const found = await cache.lookup(id, month);
    if (found.kind === 'MISS') {
      if (found.ticket === undefined) throw new Error('nothing may stop a reader from filling');
      reading.push({ cache, block: versions.block(id, month), ticket: found.ticket });
      return;
    }
    served += 1;
    const { version } = found.block;
    expect(version, 'a version from before a delivered change').to.be.least(delivered.get(id) ?? 0);
    expect(stateOf(found.block), `as of version ${version}`).to.equal(
      versions.lastChange(id, month, version),
    );
  }

  for (const event of history) {
    if (event.kind === 'look') {
      const cache = processes[event.process] as BlockCache;
      await look(cache, people[event.who] as EmployeeId, MONTHS[event.month] as LocalMonth);
    } else if (event.kind === 'fill') {
      const read = take(reading, event.pick);
      if (read !== undefined) await read.cache.fill(read.block, read.ticket);
    } else if (event.kind === 'commit') {
      const months = event.months.map((month) => MONTHS[month] as LocalMonth);
      pending.push(versions.commit(people[event.who] as EmployeeId, months));
    } else if (event.kind === 'deliver') {
      const change = take(pending, event.pick);
      if (change === undefined) continue;
      const { employeeId, versionAfter } = change;
      await processes[event.process]?.invalidate([{ employeeId, change }]);
      delivered.set(employeeId, Math.max(delivered.get(employeeId) ?? 0, versionAfter));
    } else if (event.kind === 'lose') {
      take(pending, event.pick);
    } else {
      await setup.vanish(people[event.who] as EmployeeId);
    }
  }
  return served;
}

function histories(setup: Setup): void {
  it('serves nothing older than a delivered change, in any history', async () => {
    let served = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(events, { minLength: 10, maxLength: 60, size: 'max' }),
        async (history) => {
          served += await live(setup, history);
        },
      ),
      { numRuns: runs(100) },
    );
    // Histories that never hit would prove nothing.
    expect(served).to.be.above(runs(100));
  });
}
