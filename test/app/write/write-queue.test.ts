// The turns that writes about one employee take in a process: who goes with whom, who waits for
// whom, and what becomes of those who wait when something goes wrong or somebody leaves. What is
// recorded and answered is shown over PostgreSQL (test/e2e/hot-employee.test.ts).

import { expect } from 'chai';
import fc from 'fast-check';
import type { AttendanceStore } from '../../../src/app/ports/attendance-store.js';
import type { BatchRules, BatchView } from '../../../src/app/ports/batch.js';
import {
  type CommittedBatch,
  EmployeesBusy,
  type LockPatience,
} from '../../../src/app/ports/fact-writes.js';
import type { Fact } from '../../../src/app/ports/facts.js';
import { atOnce } from '../../../src/app/ports/turns.js';
import { MAX_SHARED_FACTS } from '../../../src/app/write/shared-rounds.js';
import {
  MAX_WAITING_FACTS,
  MAX_WAITING_OF_ONE,
  WriteQueue,
} from '../../../src/app/write/write-queue.js';
import { MAX_ROUND_FACTS } from '../../../src/app/write/write-round.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';
import { runs } from '../../support/runs.js';
import { commandFact, markFact, TOLD_AT, voidFact } from '../support/facts.js';

const DAY = '2026-03-02' as LocalDate;
const AWAY = new AttendanceError({ kind: 'STORE_UNAVAILABLE', retryAfterMs: 500 });

/** One that nobody knows: each fact's outcome is its own employee. */
const NOBODY = { employee: () => undefined } as unknown as BatchView;

interface Batch {
  readonly facts: readonly Fact[];
  readonly caller: AbortSignal | undefined;
  readonly patience: LockPatience | undefined;
  end(error?: Error): void;
}

/** Batches that end when the test says so. It is no database: it shows who is in which batch. */
class HeldStore {
  /** Under way, in the order in which they began. */
  readonly batches: Batch[] = [];
  readonly queue = new WriteQueue(this as unknown as AttendanceStore);

  async writeBatch(
    facts: readonly Fact[],
    rules: BatchRules,
    caller?: AbortSignal,
    patience?: LockPatience,
  ): Promise<CommittedBatch> {
    await new Promise<void>((resolve, reject) => {
      const batch: Batch = {
        facts,
        caller,
        patience,
        end: (error) => {
          this.batches.splice(this.batches.indexOf(batch), 1);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.batches.push(batch);
    });
    const decision = atOnce(rules.decide(NOBODY, 0 as Instant));
    return { recordedAt: 0 as RecordTime, changes: [], decision };
  }

  names(): string[] {
    return this.batches.map(({ facts }) => facts.map(nameOf).join(' '));
  }
}

function nameOf(fact: Fact): string {
  return 'note' in fact && fact.note !== '' ? fact.note : fact.kind;
}

/** Marks of employees, named by a word for the call. */
function marks(name: string, ...employees: readonly string[]): Fact[] {
  return employees.map((id) =>
    markFact(DAY, 'PRESENT', { employeeId: id as EmployeeId, note: name }),
  );
}

const of = (employeeId: string) => ({ employeeId: employeeId as EmployeeId });
const timed = (employee: string) => [commandFact('CLOCK_IN', TOLD_AT, of(employee))];
const untimed = (employee: string) => [commandFact('CLOCK_IN', undefined, of(employee))];
const taken = (employee: string) => [voidFact([1], of(employee))];

/** Whatever is to happen without anybody's doing has happened then. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the queue of writes', () => {
  const full = Array.from({ length: MAX_ROUND_FACTS }, () => 'a');
  const rows: readonly [string, readonly (readonly Fact[])[], readonly string[]][] = [
    ['all about one employee go together', [marks('1', 'a'), marks('2', 'a', 'a')], ['1 2 2']],
    [
      'but one command at a time: it may take the moment, and there is one',
      [untimed('a'), marks('2', 'a'), timed('a'), untimed('a'), marks('5', 'a')],
      ['COMMAND 2', 'COMMAND', 'COMMAND 5'],
    ],
    [
      'a correction goes alone, in its place',
      [marks('1', 'a'), taken('a'), marks('2', 'a')],
      ['1', 'VOID', '2'],
    ],
    [
      'a call about several employees goes alone, in its place',
      [marks('1', 'a'), marks('2', 'b', 'a'), marks('3', 'a')],
      ['1', '2 2', '3'],
    ],
    [
      'not more than so many together',
      [marks('1', 'a'), marks('2', ...full), marks('3', ...full.slice(1)), marks('4', 'a')],
      ['1', full.map(() => '2').join(' '), [...full.slice(1).map(() => '3'), '4'].join(' ')],
    ],
  ];
  for (const [name, calls, expected] of rows) {
    it(name, async () => {
      const { queue, batches, names } = bound(new HeldStore());
      const answers = [marks('first', 'a'), ...calls].map((facts) => queue.record(facts));
      const seen: string[] = [];
      while (batches.length > 0) {
        seen.push(...names());
        batches[0]?.end();
        await settled();
      }
      expect(seen).to.deep.equal(['first', ...expected]);
      const counts = (await Promise.all(answers)).slice(1).map(({ length }) => length);
      expect(counts).to.deep.equal(calls.map(({ length }) => length));
    });
  }

  it('those about other employees begin at once, and go together while enough are under way', async () => {
    const { queue, batches, names } = bound(new HeldStore());
    const answers = ['a', 'a', 'b', 'c', 'd', 'c'].map((employee, index) =>
      queue.record(marks(String(index), employee)),
    );
    expect(names()).to.deep.equal(['0', '2']);
    expect(queue.waitingFacts).to.equal(4);
    batches[1]?.end();
    await settled();
    expect(names(), 'as many as there are, each once').to.deep.equal(['0', '3 4']);
    batches[0]?.end();
    await settled();
    expect(names(), 'in the order of those before them').to.deep.equal(['3 4', '1']);
    batches[0]?.end();
    await settled();
    expect(names()).to.deep.equal(['1', '5']);
    for (const batch of [...batches]) batch.end();
    expect((await Promise.all(answers)).map(({ length }) => length)).to.deep.equal(
      Array(6).fill(1),
    );
  });

  it('not more than so many together, of which a command counts for several', async () => {
    const { queue, batches } = bound(new HeldStore());
    for (const employee of ['x', 'y']) void queue.record(marks(employee, employee));
    const half = MAX_SHARED_FACTS / 2;
    for (let index = 0; index < half; index += 1) void queue.record(marks('m', `m-${index}`));
    for (let index = 0; index < half; index += 1) void queue.record(timed(`c-${index}`));
    batches[0]?.end();
    await settled();
    const { facts = [] } = batches[1] ?? {};
    expect(facts.filter(({ kind }) => kind === 'MARK').length).to.equal(half);
    const commands = facts.filter(({ kind }) => kind === 'COMMAND').length;
    expect(commands).to.be.within(1, half / 8);
  });

  it('waits for nobody whom another process holds: those wait alone, and the others go on', async () => {
    const { queue, batches, names } = bound(new HeldStore());
    for (const employee of ['x', 'y']) void queue.record(marks(employee, employee));
    const answers = ['a', 'b', 'c'].map((employee) => queue.record(marks(employee, employee)));
    batches[0]?.end();
    await settled();
    expect(batches.map(({ patience }) => patience)).to.deep.equal(
      Array(2).fill('NONE_IS_WAITED_FOR'),
    );
    batches[1]?.end(new EmployeesBusy(['b' as EmployeeId]));
    await settled();
    expect(names()).to.deep.equal(['y', 'b', 'a c']);
    expect(batches[1]?.patience).to.equal(undefined);
    void queue.record(marks('later', 'd'));
    batches[2]?.end();
    await settled();
    expect(names(), 'who waits for a lock takes nobody’s place').to.deep.equal(['y', 'b', 'later']);
    for (const batch of [...batches]) batch.end();
    expect((await Promise.all(answers)).map(({ length }) => length)).to.deep.equal([1, 1, 1]);
  });

  it('who leaves while they wait for a shared transaction is not recorded, and the others are', async () => {
    const { queue, batches, names } = bound(new HeldStore());
    for (const employee of ['x', 'y']) void queue.record(marks(employee, employee));
    const gone = new AbortController();
    const left = queue.record(marks('a', 'a'), gone.signal).catch((error: unknown) => error);
    void queue.record(marks('b', 'b'));
    const reason = new Error('left');
    gone.abort(reason);
    batches[0]?.end();
    await settled();
    expect(await left).to.equal(reason);
    expect([names(), queue.waitingFacts]).to.deep.equal([['y', 'b'], 0]);
  });

  it('a call about many waits for all of them, and later ones about any of them for it', async () => {
    const { queue, batches, names } = bound(new HeldStore());
    const calls = [
      ['1', 'a'],
      ['2', 'c'],
      ['3', 'a', 'b', 'c'],
      ['4', 'b'],
      ['5', 'c'],
      ['6', 'd'],
    ];
    for (const [name = '', ...employees] of calls) void queue.record(marks(name, ...employees));
    expect(names()).to.deep.equal(['1', '2']);
    batches[0]?.end();
    await settled();
    expect(names(), 'c is not free yet').to.deep.equal(['2', '6']);
    batches[0]?.end();
    await settled();
    expect(names()).to.deep.equal(['6', '3 3 3']);
    batches[1]?.end();
    await settled();
    expect(names()).to.deep.equal(['6', '4']);
    batches[0]?.end();
    await settled();
    expect(names()).to.deep.equal(['4', '5']);
  });

  it('who leaves while they wait is not begun, and holds up nobody', async () => {
    const { queue, batches, names } = bound(new HeldStore());
    const gone = new AbortController();
    void queue.record(marks('1', 'a'));
    const left = queue.record(marks('2', 'b', 'a'), gone.signal).catch((error: unknown) => error);
    void queue.record(marks('3', 'b'));
    void queue.record(marks('4', 'a'));
    expect([names(), queue.waitingFacts]).to.deep.equal([['1'], 4]);
    const reason = new Error('left');
    gone.abort(reason);
    expect(await left).to.equal(reason);
    expect([names(), queue.waitingFacts]).to.deep.equal([['1', '3'], 1]);
    batches[0]?.end();
    await settled();
    expect(names()).to.deep.equal(['3', '4']);
    await expectThrown(queue.record(marks('5', 'e'), gone.signal), reason);
    expect(names()).to.deep.equal(['3', '4']);
  });

  it('a transaction is told that nobody waits for it only once all have left', async () => {
    const { queue, batches } = bound(new HeldStore());
    const callers = [new AbortController(), new AbortController()];
    void queue.record(marks('1', 'a'));
    for (const { signal } of callers) void queue.record(marks('2', 'a'), signal);
    batches[0]?.end();
    await settled();
    const isTold = () => batches[0]?.caller?.aborted;
    callers[0]?.abort();
    expect(isTold()).to.equal(false);
    callers[1]?.abort();
    expect(isTold()).to.equal(true);
  });

  it('while the database is away all who wait for the same fail with the first, and nobody later', async () => {
    const { queue, batches, names } = bound(new HeldStore());
    const calls = [['a'], ['a'], ['a', 'b'], ['b']].map((employees, index) =>
      queue.record(marks(String(index), ...employees)).catch((error: unknown) => error),
    );
    batches[0]?.end(AWAY);
    expect(await Promise.all(calls.slice(0, 3))).to.deep.equal([AWAY, AWAY, AWAY]);
    expect([names(), queue.waitingFacts]).to.deep.equal([['3'], 0]);
    void queue.record(marks('later', 'a'));
    expect(names()).to.deep.equal(['3', 'later']);
  });

  it('refuses at once beyond its bounds: of one employee, and in all', async () => {
    const { queue } = bound(new HeldStore());
    const many = (length: number, employee: string) =>
      marks('x', ...Array.from({ length }, () => employee));
    void queue.record(marks('1', 'a'));
    void queue.record(many(MAX_WAITING_OF_ONE, 'a'));
    await expectOverloaded(queue.record(marks('2', 'a')));
    const others = Math.floor(MAX_WAITING_FACTS / MAX_WAITING_OF_ONE) - 2;
    for (let index = 0; index < others; index += 1) {
      void queue.record(marks('1', `b-${index}`));
      void queue.record(many(MAX_WAITING_OF_ONE, `b-${index}`));
    }
    await expectOverloaded(queue.record(many(MAX_WAITING_OF_ONE * 2, 'c')));
    void queue.record(many(MAX_WAITING_FACTS - queue.waitingFacts, 'c'));
    expect(queue.waitingFacts).to.equal(MAX_WAITING_FACTS);
    await expectOverloaded(queue.record(marks('2', 'd')));
  });

  it('whatever comes, leaves and fails: never two at a time about one, in order, none forgotten', async () => {
    const call = fc.record({
      employees: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 }),
      kind: fc.constantFrom('mark', 'mark', 'void', 'untimed'),
    });
    const step = fc.oneof(
      { arbitrary: fc.record({ enter: call }), weight: 4 },
      { arbitrary: fc.record({ end: fc.nat(), fails: fc.boolean() }), weight: 3 },
      { arbitrary: fc.record({ leave: fc.nat() }), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await live(steps);
      }),
      { numRuns: runs(300) },
    );
  });
});

interface Call {
  readonly number: number;
  readonly employees: readonly string[];
  readonly kind: string;
}

type Step =
  | { readonly enter: Omit<Call, 'number'> }
  | { readonly end: number; readonly fails: boolean }
  | { readonly leave: number };

async function live(steps: readonly Step[]): Promise<void> {
  const store = new HeldStore();
  const { queue, batches } = store;
  const callers: AbortController[] = [];
  const answers: Promise<unknown>[] = [];
  const lastOf = new Map<string, number>();
  const look = () => {
    const busy = batches.flatMap(({ facts }) => [...new Set(facts.map((fact) => fact.employeeId))]);
    expect(new Set(busy).size, 'one transaction of an employee at a time').to.equal(busy.length);
  };
  const checked = new Set<Batch>();
  const checkOrder = () => {
    for (const batch of batches) {
      if (checked.has(batch)) continue;
      checked.add(batch);
      for (const fact of batch.facts) {
        const number = Number(fact.requestId);
        const last = lastOf.get(fact.employeeId) ?? -1;
        expect(number, `behind those about ${fact.employeeId}`).to.be.at.least(last);
        lastOf.set(fact.employeeId, number);
      }
    }
  };
  const then = async () => {
    await settled();
    look();
    checkOrder();
  };
  for (const each of steps) {
    if ('enter' in each) {
      const caller = new AbortController();
      const call = { number: callers.length, ...each.enter };
      callers.push(caller);
      answers.push(queue.record(factsOf(call), caller.signal).catch((error: unknown) => error));
    } else if ('leave' in each) {
      callers[each.leave % Math.max(callers.length, 1)]?.abort(new Error('left'));
    } else if (batches.length > 0) {
      batches[each.end % batches.length]?.end(each.fails ? AWAY : undefined);
    }
    await then();
  }
  while (batches.length > 0) {
    batches[0]?.end();
    await then();
  }
  await Promise.all(answers);
  expect(queue.waitingFacts).to.equal(0);
}

function factsOf({ number, employees, kind }: Call): Fact[] {
  return employees.map((id) => {
    const header = { employeeId: id as EmployeeId, requestId: String(number) };
    if (kind === 'void') return voidFact([1], header);
    if (kind === 'untimed') return commandFact('CLOCK_IN', undefined, header);
    return markFact(DAY, 'PRESENT', header);
  });
}

function bound(store: HeldStore) {
  return { queue: store.queue, batches: store.batches, names: () => store.names() };
}

async function expectThrown(promise: Promise<unknown>, error: unknown): Promise<void> {
  const thrown = await promise.then(
    () => expect.fail('it was recorded'),
    (reason: unknown) => reason,
  );
  expect(thrown).to.equal(error);
}

async function expectOverloaded(promise: Promise<unknown>): Promise<void> {
  const thrown = await promise.then(
    () => expect.fail('it was recorded'),
    (reason: unknown) => reason,
  );
  expect(thrown).to.be.instanceOf(AttendanceError);
  expect((thrown as AttendanceError).failure.kind).to.equal('OVERLOADED');
}
