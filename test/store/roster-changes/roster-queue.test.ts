// The turns that changes of the roster take in one process: who goes with whom, and what becomes of
// those who wait when something goes wrong.

import { expect } from 'chai';
import pg from 'pg';
import type { RosterCommand, RosterOutcome } from '../../../src/app/ports/roster-ports.js';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import {
  type ChangeTogether,
  MAX_CHANGES_TOGETHER,
  MAX_WAITING_CHANGES,
  RosterQueue,
} from '../../../src/store/roster-changes/roster-queue.js';
import { asked, detailOf, id, shiftOf, versionOf } from '../roster-support.js';

const AWAY = new AttendanceError({ kind: 'STORE_UNAVAILABLE', retryAfterMs: 500 });
const REFUSED = new pg.DatabaseError('refused', 7, 'error');
REFUSED.code = '23514';

const create = (name: string, requestId?: string): RosterCommand =>
  asked({
    kind: 'CREATE_EMPLOYEE',
    employeeId: id(name),
    detail: detailOf(name),
    ...(requestId === undefined ? {} : { requestId }),
  });
const shift = (name: string): RosterCommand =>
  asked({ kind: 'CREATE_SHIFT', version: versionOf(shiftOf(name, 6, 14)) });

const nameOf = (command: RosterCommand): string =>
  'employeeId' in command ? command.employeeId : command.kind;

const ANSWER: RosterOutcome = {
  answer: { kind: 'OVERRIDE', override: undefined },
  change: undefined,
};

/** Writes down the groups; each but the first ends at once, the first when it is let go. */
class Groups {
  readonly seen: string[][] = [];
  readonly queue: RosterQueue;
  letGo: () => void = () => {};
  /** Thrown for groups that it says so of. */
  failure: (names: readonly string[]) => unknown = () => undefined;

  constructor() {
    const first = new Promise<void>((resolve) => {
      this.letGo = resolve;
    });
    const change: ChangeTogether = async (commands) => {
      const names = commands.map(nameOf);
      this.seen.push(names);
      if (this.seen.length === 1) await first;
      const failure = this.failure(names);
      if (failure !== undefined) throw failure;
      return commands.map(() => ({ status: 'fulfilled', value: ANSWER }));
    };
    this.queue = new RosterQueue(change);
  }

  /** Sends all at once, behind one that is under way until then. */
  async send(commands: readonly RosterCommand[], callers: readonly AbortSignal[] = []) {
    const all = [create('first'), ...commands].map((command, index) =>
      this.queue.run(command, callers[index - 1]),
    );
    const settled = Promise.allSettled(all);
    this.letGo();
    return (await settled).slice(1).map((one) => (one.status === 'fulfilled' ? 'OK' : one.reason));
  }
}

const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';

describe('the queue of changes of the roster', () => {
  const many = Array.from({ length: MAX_CHANGES_TOGETHER + 1 }, (_, index) => `e${index}`);
  const rows: readonly [string, readonly RosterCommand[], readonly string[][]][] = [
    ['distinct employees go together', [create('a'), create('b')], [['a', 'b']]],
    ['one employee twice does not', [create('a'), create('b'), create('a')], [['a', 'b'], ['a']]],
    [
      'what is shared goes alone, in its place',
      [create('a'), shift('s'), create('b'), create('c')],
      [['a'], ['CREATE_SHIFT'], ['b', 'c']],
    ],
    [
      'one request id twice does not go together',
      [create('a', UUID), create('b', UUID), create('c')],
      [['a'], ['b', 'c']],
    ],
    [
      'not more than so many',
      many.map((name) => create(name)),
      [many.slice(0, MAX_CHANGES_TOGETHER), many.slice(MAX_CHANGES_TOGETHER)],
    ],
  ];
  for (const [name, commands, groups] of rows) {
    it(name, async () => {
      const test = new Groups();
      const results = await test.send(commands);
      expect(results).to.deep.equal(commands.map(() => 'OK'));
      expect(test.seen).to.deep.equal([['first'], ...groups]);
    });
  }

  it('passes over callers who have left, and tells them why', async () => {
    const test = new Groups();
    const gone = new AbortController();
    const left = new Error('left');
    gone.abort(left);
    const here = new AbortController().signal;
    const commands = [create('a'), create('b'), create('c')];
    const results = await test.send(commands, [gone.signal, here, gone.signal]);
    expect(results).to.deep.equal([left, 'OK', left]);
    expect(test.seen).to.deep.equal([['first'], ['b']]);
  });

  it('fails everybody who waited while the database was away, and nobody later', async () => {
    const test = new Groups();
    test.failure = () => AWAY;
    const results = await test.send([create('a'), create('a'), shift('s')]);
    expect(results).to.deep.equal([AWAY, AWAY, AWAY]);
    expect(test.seen).to.deep.equal([['first']]);
    test.failure = () => undefined;
    expect(await test.queue.run(create('a'), undefined)).to.equal(ANSWER);
  });

  it('repeats one by one what PostgreSQL refused together, so that one fails alone', async () => {
    const test = new Groups();
    test.failure = (names) => (names.includes('b') ? REFUSED : undefined);
    const results = await test.send([create('a'), create('b'), create('c'), create('a')]);
    expect(results).to.deep.equal(['OK', REFUSED, 'OK', 'OK']);
    expect(test.seen).to.deep.equal([['first'], ['a', 'b', 'c'], ['a'], ['b'], ['c'], ['a']]);
  });

  it('repeats nothing of which it is not known that it was undone', async () => {
    const test = new Groups();
    const unknown = new Error('whatever it is');
    test.failure = (names) => (names.includes('b') ? unknown : undefined);
    const results = await test.send([create('a'), create('b'), create('a')]);
    expect(results).to.deep.equal([unknown, unknown, 'OK']);
    expect(test.seen).to.deep.equal([['first'], ['a', 'b'], ['a']]);
  });

  it('refuses those beyond its bound at once, counting those under way', async () => {
    const test = new Groups();
    const all = Array.from({ length: MAX_WAITING_CHANGES }, (_, index) => create(`e${index}`));
    const results = await test.send(all);
    const refusals = results.filter((result) => result !== 'OK');
    expect(refusals).to.have.length(1);
    expect(results.at(-1)).to.equal(refusals[0]);
    expect(refusals[0].failure).to.include({ kind: 'OVERLOADED', queue: 'roster changes' });
  });
});
