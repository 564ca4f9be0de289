// Changes of the roster at the same time, from processes that know nothing of each other: as if one
// had come after the other.

import { expect } from 'chai';
import type { RosterOutcome, RosterStore } from '../../src/app/ports/roster-ports.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import { AttendanceError, type Failure } from '../../src/domain/facts/errors.js';
import type { Database } from '../../src/store/postgres/database.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { holdUp } from '../support/hold-up.js';
import {
  assignmentOf,
  type Change,
  changing,
  detailOf,
  failureOf,
  id,
  rosterOver,
  shiftOf,
  versionOf,
} from './roster-support.js';
import { allIn, openStore, punchOf, type StoreFixture, testRosters } from './support.js';

const UUID = '6f1f4f0e-8b0e-4d6c-9f57-1f1f2a3b4c5d';

describe('changes of the roster at the same time', function () {
  this.timeout(60_000);
  let fixture: StoreFixture;
  let roster: RosterStore;
  let change: Change;
  /** As of another process: its own memory, its own turn. */
  let elsewhere: Change;

  beforeEach(async () => {
    fixture = await openStore();
    roster = rosterOver(fixture);
    change = changing(roster);
    elsewhere = changing(rosterOver(fixture));
    for (const [name, start, end] of [
      ['early', 6, 14],
      ['late', 13, 21],
      ['night', 22, 6],
    ] as const) {
      await change({ kind: 'CREATE_SHIFT', version: versionOf(shiftOf(name, start, end)) });
    }
  });

  afterEach(async () => await fixture.close());

  async function both(a: Promise<RosterOutcome>, b: Promise<RosterOutcome>) {
    const settled = await Promise.allSettled([a, b]);
    const done: RosterOutcome[] = [];
    const refused: Failure[] = [];
    for (const one of settled) {
      if (one.status === 'fulfilled') done.push(one.value);
      else if (one.reason instanceof AttendanceError) refused.push(one.reason.failure);
      else throw one.reason;
    }
    return { done, refused };
  }

  it('of two assignments that overlap one wins, and the other names it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const employeeId = id(`e${round}`);
      await change({ kind: 'CREATE_EMPLOYEE', employeeId, detail: detailOf('') });
      const assign = (by: Change, shiftId: string) =>
        by({
          kind: 'CREATE_ASSIGNMENT',
          employeeId,
          assignment: assignmentOf('2026-01-01', [[shiftId]]),
          onOverlap: 'ADD',
        });
      const { done, refused } = await both(assign(change, 'early'), assign(elsewhere, 'late'));
      expect([done.length, refused.length]).to.deep.equal([1, 1]);
      const [winner] = done;
      const record = winner?.answer.kind === 'ASSIGNMENT' ? winner.answer.assignment : undefined;
      const [won] = record?.assignment.cycle[0] ?? [];
      expect(refused[0]).to.deep.equal({
        kind: 'SHIFTS_OVERLAP',
        employeeId,
        date: '2026-01-01',
        shiftId: won === 'early' ? 'late' : 'early',
        otherDate: '2026-01-01',
        otherShiftId: won,
        otherAssignmentId: record?.assignmentId,
      });
      expect(await roster.listAssignments(employeeId, undefined)).to.deep.equal([record]);
    }
  });

  it('a shift that grows and an assignment that it would meet are never both accepted', async () => {
    await change({ kind: 'CREATE_EMPLOYEE', employeeId: id('ann'), detail: detailOf('') });
    await change({
      kind: 'CREATE_ASSIGNMENT',
      employeeId: id('ann'),
      assignment: assignmentOf('2026-01-01', [['night']]),
    });
    for (let round = 0; round < 10; round += 1) {
      const fits = shiftOf(`day${round}`, 7, 15);
      await change({ kind: 'CREATE_SHIFT', version: versionOf(fits) });
      const date = `2026-02-${10 + round}`;
      const once = assignmentOf(date, [[fits.shiftId]], date);
      const set = () =>
        change({
          kind: 'CREATE_ASSIGNMENT',
          employeeId: id('ann'),
          assignment: once,
          onOverlap: 'ADD',
        });
      const grown = versionOf({ ...fits, startSecond: 5 * 3600 });
      const grow = () => elsewhere({ kind: 'UPDATE_SHIFT', version: grown });
      const pair = round % 2 === 0 ? [set(), grow()] : [grow(), set()];
      const [a, b] = pair;
      if (a === undefined || b === undefined) throw new Error('there are two');
      const { done, refused } = await both(a, b);
      expect([done.length, refused.length], `round ${round}`).to.deep.equal([1, 1]);
      expect(refused[0]).to.include({ kind: 'SHIFTS_OVERLAP', employeeId: 'ann' });
    }
  });

  it('one request sent twice at once is done once, and answered twice', async () => {
    const command = {
      kind: 'CREATE_EMPLOYEE',
      employeeId: id('ann'),
      detail: detailOf('Ann'),
      requestId: UUID,
    } as const;
    const [first, second] = await Promise.all([change(command), elsewhere(command)]);
    expect(first).to.deep.equal(second);
    const [row] = await fixture.rows('select count(*) as count from employee_detail');
    expect(row).to.deep.equal({ count: 1 });
  });

  it('many at once, of many employees and shifts, all happen, numbered without a gap', async () => {
    const names = Array.from({ length: 40 }, (_, index) => id(`n${index}`));
    await Promise.all(
      names.map(async (employeeId, index) => {
        const by = index % 2 === 0 ? change : elsewhere;
        await by({ kind: 'CREATE_EMPLOYEE', employeeId, detail: detailOf('') });
        const other = index % 2 === 0 ? elsewhere : change;
        await other({
          kind: 'CREATE_ASSIGNMENT',
          employeeId,
          assignment: assignmentOf('2026-01-01', [['early'], ['late']]),
        });
      }),
    );
    const [row] = await fixture.rows(`
      select count(*) as count, max(change_id) as highest from roster_change`);
    expect(row).to.deep.equal({ count: 83, highest: 83 });
    // Those of one transaction have one time, and nothing to do with each other.
    const [sorted] = await fixture.rows(`
      select count(*) as count from roster_change a join roster_change b
      on a.change_id < b.change_id and (a.recorded_at > b.recorded_at
        or a.recorded_at = b.recorded_at and (a.employee_id = b.employee_id
          or a.employee_id is null or b.employee_id is null))`);
    expect(sorted).to.deep.equal({ count: 0 });
  });

  for (const first of ['punches', 'roster'] as const) {
    it(`together, beside punches of the same people, ${first} first: nobody waits in a circle`, async () => {
      const names = Array.from({ length: 9 }, (_, index) => `n${index}`);
      await recordFacts(
        fixture.store,
        names.map((name) => punchOf(name, '2026-01-01T08:00:00Z')),
      );
      const broken: unknown[] = [];
      const database: Database = {
        ...fixture.database,
        // A circle is broken by PostgreSQL, and then tried again: only here it can be seen.
        session: async (run) =>
          await fixture.database.session(run).catch((error: unknown) => {
            broken.push(error);
            throw error;
          }),
      };
      const store = createPostgresStore(allIn(database), testRosters(), {
        requireKnownEmployees: false,
      });
      const together = changing(rosterOver({ database }));
      const begin = {
        punches: () =>
          recordFacts(
            store,
            names.map((name) => punchOf(name, '2026-01-02T08:00:00Z')),
          ),
        // Behind one that is under way, the others wait and go together.
        roster: () =>
          Promise.all(
            ['alone', ...names.toReversed()].map((name) =>
              together({ kind: 'CREATE_EMPLOYEE', employeeId: id(name), detail: detailOf(name) }),
            ),
          ),
      };
      const held = await holdUp(fixture.url, 'n4');
      const one = begin[first]();
      await held.waiting(1);
      const other = begin[first === 'punches' ? 'roster' : 'punches']();
      await held.waiting(2);
      await held.release();
      await Promise.all([one, other]);
      expect(broken).to.deep.equal([]);
      const [row] = await fixture.rows(`
        select count(*) as changes, count(distinct recorded_at) as times
        from roster_change where employee_id like 'n%'`);
      expect(row).to.deep.equal({ changes: 9, times: 1 });
    });
  }

  it('more than may wait in a process are refused at once, and the others are not harmed', async () => {
    const archive = () => failureOf(change({ kind: 'ARCHIVE_SHIFT', shiftId: 'none' }));
    const failures = await Promise.all(Array.from({ length: 1001 }, archive));
    expect(failures.at(-1)).to.include({ kind: 'OVERLOADED', queue: 'roster changes' });
    const others = failures.slice(0, -1).map(({ kind }) => kind);
    expect(new Set(others)).to.deep.equal(new Set(['ROSTER_NOT_FOUND']));
  });

  describe('a shift that 1,000 employees have', () => {
    /** Behind the store's back, as a thousand changes would leave them. */
    async function users(cycleOf: string): Promise<void> {
      await fixture.rows(`
        with head as (
          update feed_head set recorded_at = recorded_at + interval '1 microsecond' where id = 1
          returning recorded_at
        )
        insert into roster_change (change_id, recorded_at, actor, employee_id, finished_at)
        select 1000, head.recorded_at, 'x', 'all', head.recorded_at from head`);
      await fixture.rows('update roster_head set change_id = 1000');
      await fixture.rows(`
        insert into employee (employee_id, version, roster_version)
        select 'u' || lpad(n::text, 4, '0'), 1, 1000 from generate_series(0, 999) n`);
      await fixture.rows(`
        insert into shift_assignment (employee_id, assignment_id, change_id, recorded_at, start_date,
                                      anchor_date, cycle)
        select employee_id, 1, 1000, (select recorded_at from roster_change where change_id = 1000),
               date '2026-01-01' + right(employee_id, 3)::integer % 300,
               date '2026-01-01' + right(employee_id, 3)::integer % 300, ${cycleOf}
        from employee`);
      await fixture.rows(
        `insert into shift_user (shift_id, employee_id) select 'early', employee_id from employee`,
      );
    }

    /** With nothing in memory. */
    const inNewProcess = () => changing(rosterOver(fixture));

    const patterns: readonly [name: string, cycle: string][] = [
      ['each from another date', `'[["early"],["early"],["early"],[],["night"],[],[]]'`],
      [
        'each in a cycle of another length',
        `(select jsonb_agg(case when n % 3 = 0 then '["early"]'::jsonb else '[]' end)
          from generate_series(0, right(employee_id, 3)::integer % 60) n)`,
      ],
    ];
    for (const [name, cycle] of patterns) {
      it(`is changed, ${name}`, async () => {
        await users(cycle);
        const version = versionOf(shiftOf('early', 7, 13), '2026-06-01');
        const outcome = await inNewProcess()({ kind: 'UPDATE_SHIFT', version });
        expect(outcome.change).to.not.equal(undefined);
      });
    }

    it('is refused for the last of them', async () => {
      await users(`case when employee_id < 'u0999' then '[["early"],[],["night"],[]]'::jsonb
                        else '[["night"],["early"]]' end`);
      const version = versionOf(shiftOf('early', 5, 15), '2026-06-01');
      const update = inNewProcess()({ kind: 'UPDATE_SHIFT', version });
      expect(await failureOf(update)).to.include({
        kind: 'SHIFTS_OVERLAP',
        employeeId: 'u0999',
        shiftId: 'early',
        otherShiftId: 'night',
        otherAssignmentId: 1,
      });
    });
  });
});
