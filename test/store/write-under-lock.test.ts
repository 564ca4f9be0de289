// What a batch is decided on, and what is left behind when it is not: needs, newcomers, dates
// derived again, refusals. Against real PostgreSQL, with handcrafted rules.

import { expect } from 'chai';
import type { AttendanceStore } from '../../src/app/ports/attendance-store.js';
import type { BatchView, Need } from '../../src/app/ports/batch.js';
import { BatchRefused, EmployeesBusy } from '../../src/app/ports/fact-writes.js';
import type { Fact } from '../../src/app/ports/facts.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import { type LocalDate, toEpochDay } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import type { Database } from '../../src/store/postgres/database.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { NO_LIMITS } from '../app/support/facts.js';
import { holdUp } from '../support/hold-up.js';
import {
  acceptedFact,
  acceptedPunch,
  countingRules,
  needOf,
  resultOf,
  scripted,
} from './scripted-rules.js';
import {
  allIn,
  clearOf,
  markOf,
  openStore,
  punchOf,
  rederiveOf,
  replaceOf,
  type StoreFixture,
  testRosters,
  voidOf,
} from './support.js';

const DATE = '2026-03-02' as LocalDate;
const DAY = toEpochDay(DATE);
const MORNING = `${DATE}T09:00:00Z`;
const NOON = Date.parse(`${DATE}T12:00:00Z`);

describe('a batch under its locks', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  const count = async (...facts: Fact[]) =>
    await fixture.store.writeBatch(facts, countingRules(facts));

  async function employees(like: string): Promise<unknown[]> {
    const rows = await fixture.rows(
      `select employee_id from employee where employee_id like $1 order by employee_id`,
      like,
    );
    return rows.map((row) => row.employee_id);
  }

  /** The fixture's database, and how often it was asked. */
  function counted(): { store: AttendanceStore; roundTrips(): number } {
    let asked = 0;
    const database: Database = {
      ...fixture.database,
      session: async (run) =>
        await fixture.database.session((session) =>
          run({
            pipeline: (statements) => {
              asked += 1;
              return session.pipeline(statements);
            },
          }),
        ),
    };
    const options = { requireKnownEmployees: false };
    const store = createPostgresStore(allIn(database), testRosters(), options);
    return {
      store,
      roundTrips() {
        const before = asked;
        asked = 0;
        return before;
      },
    };
  }

  describe('needs', () => {
    const id = 'needs' as EmployeeId;

    before(async () => {
      for (const date of ['2026-03-01', DATE, '2026-03-03']) {
        await count(punchOf(id, `${date}T09:00:00Z`), punchOf(id, `${date}T17:00:00Z`, 'OUT'));
      }
    });

    async function look<T>(
      store: AttendanceStore,
      needs: (isGuess: boolean) => readonly Need[],
      see: (view: BatchView) => T,
    ): Promise<T> {
      const seen: T[] = [];
      const rules = scripted(
        (view) => {
          seen.push(see(view));
          return {};
        },
        (_, view) => needs(view.employee(id)?.version === 0),
      );
      await store.writeBatch([rederiveOf(id, DAY, DAY)], rules);
      expect(seen).to.have.length(1);
      return seen[0] as T;
    }

    const punchIds = (view: BatchView) => view.punches(id).map(({ punchId }) => punchId);
    const noteOf = (view: BatchView, date: string) => view.day(id, date as LocalDate)?.result?.note;

    it('overlapping, apart and in any order: each day and punch once', async () => {
      const ids = await look(
        fixture.store,
        () =>
          [needOf(id, NOON + 86_400_000), needOf(id, NOON - 86_400_000), needOf(id, NOON)].flatMap(
            (need) => [need, need],
          ),
        (view) => [...punchIds(view), noteOf(view, '2026-03-01'), noteOf(view, '2026-03-03')],
      );
      expect(ids).to.deep.equal([1, 2, 3, 4, 5, 6, '2', '2']);
    });

    it('both ends are included, to the millisecond', async () => {
      const time = Date.parse(MORNING);
      for (const [from, to, found] of [
        [time, time, [3]],
        [time + 1, time + 9, []],
        [time - 9, time - 1, []],
      ] as const) {
        const need = { ...needOf(id, NOON), from: from as Instant, to: to as Instant };
        expect(await look(fixture.store, () => [need], punchIds)).to.deep.equal(found);
      }
    });

    it('what was not asked for is not shown, and asking for it fails', async () => {
      await look(
        fixture.store,
        () => [needOf(id, NOON)],
        (view) => {
          expect(punchIds(view)).to.deep.equal([3, 4]);
          expect(noteOf(view, DATE)).to.equal('2');
          expect(() => noteOf(view, '2026-03-01')).to.throw(RangeError, 'not among the needs');
          expect(() => view.day('nobody' as EmployeeId, DATE)).to.throw(RangeError);
          expect(view.punches('nobody' as EmployeeId)).to.deep.equal([]);
        },
      );
    });

    it('no needs at all, or beyond all dates: nothing', async () => {
      const ends = { firstDay: -10_000_000, lastDay: 10_000_000 };
      const need = { ...needOf(id, NOON), ...ends, from: -1e14 as Instant, to: 1e15 as Instant };
      expect(await look(fixture.store, () => [], punchIds)).to.deep.equal([]);
      expect(await look(fixture.store, () => [need], punchIds)).to.have.length(6);
    });

    it('guessed right, they cost no round trip of their own', async () => {
      const { store, roundTrips } = counted();
      const need = () => [needOf(id, NOON)];
      // The process has seen no roster yet: nothing to guess by.
      expect(await look(store, need, punchIds)).to.deep.equal([3, 4]);
      expect(roundTrips()).to.equal(3);
      expect(await look(store, need, punchIds)).to.deep.equal([3, 4]);
      expect(roundTrips()).to.equal(2);
    });

    it('guessed wrong, the rest is read, and what was too much is not shown', async () => {
      const { store, roundTrips } = counted();
      await look(store, () => [], punchIds);
      for (const [guess, need, trips] of [
        [[NOON], [NOON, NOON + 86_400_000], 3],
        [[NOON, NOON - 86_400_000], [NOON], 2],
        [[], [NOON], 3],
        [[NOON], [], 2],
      ] as const) {
        roundTrips();
        const seen = await look(
          store,
          (isGuess) => (isGuess ? guess : need).map((time) => needOf(id, time)),
          punchIds,
        );
        const expected = await look(
          fixture.store,
          () => need.map((time) => needOf(id, time)),
          punchIds,
        );
        expect(seen).to.deep.equal(expected);
        expect(roundTrips()).to.equal(trips);
      }
    });

    it('are read behind the lock: what somebody else was about to commit is seen', async () => {
      const held = await holdUp(fixture.url, id);
      const late = count(punchOf(id, `${DATE}T20:00:00Z`, 'IN'));
      await held.waiting(1);
      const seen = look(fixture.store, () => [needOf(id, NOON)], punchIds);
      await held.waiting(2);
      await held.release();
      await late;
      // They wait in a row: the second reads once the first has committed.
      expect(await seen).to.deep.equal([3, 4, 7]);
    });
  });

  describe('newcomers', () => {
    it('whoever is marked or touches a clock is added, in the default zone', async () => {
      const command: Fact = {
        ...punchOf('new-3', MORNING),
        kind: 'COMMAND',
        command: 'CLOCK_IN',
        isTimeGiven: true,
        limits: NO_LIMITS,
      };
      const facts = [markOf('new-1', DATE), punchOf('new-2', MORNING), command];
      const seen: unknown[] = [];
      await fixture.store.writeBatch(
        facts,
        scripted((view) => {
          for (const { employeeId } of facts) {
            const employee = view.employee(employeeId);
            seen.push([employee?.version, employee?.roster.zones[0]?.zone.name]);
          }
          return {
            facts: [
              acceptedFact(0, 1),
              acceptedPunch(facts[1] as Fact, 1, 1),
              acceptedPunch(command, 2, 1),
            ],
          };
        }),
      );
      expect(seen).to.deep.equal(Array(3).fill([0, 'UTC']));
      expect(await employees('new-%')).to.deep.equal(['new-1', 'new-2', 'new-3']);
    });

    it('the first name that a mark gives counts, whatever else came before it', async () => {
      const named = (name: string) => ({ ...markOf('named', DATE), employeeName: name });
      const facts = [punchOf('named', MORNING), named(''), named('Ada'), named('Bob')];
      const rules = scripted(() => ({ facts: [acceptedPunch(facts[0] as Fact, 0, 1)] }));
      await fixture.store.writeBatch(facts, rules);
      const rows = await fixture.rows(
        `select employee_name from employee where employee_id = 'named'`,
      );
      expect(rows).to.deep.equal([{ employee_name: 'Ada' }]);
    });

    it('those of whom nothing was recorded are forgotten, and nobody hears of them', async () => {
      const facts = [punchOf('kept', MORNING), punchOf('forgotten', MORNING)];
      const { changes } = await fixture.store.writeBatch(
        facts,
        scripted(() => ({ facts: [acceptedPunch(facts[0] as Fact, 0, 1)] })),
      );
      expect(changes.map(({ employeeId }) => employeeId)).to.deep.equal(['kept']);
      expect(await employees('forgotten')).to.deep.equal([]);
    });

    it('taking back, replacing, clearing and deriving again add nobody', async () => {
      const facts = [
        voidOf('nobody-1', [1]),
        replaceOf('nobody-2', 1, MORNING),
        clearOf('nobody-3', DATE),
        rederiveOf('nobody-4', DAY, DAY),
      ];
      const seen: unknown[] = [];
      const { changes } = await fixture.store.writeBatch(
        facts,
        scripted((view) => {
          seen.push(...facts.map(({ employeeId }) => view.employee(employeeId)));
          return {};
        }),
      );
      expect(seen).to.deep.equal(Array(4).fill(undefined));
      expect(changes).to.deep.equal([]);
      expect(await employees('nobody-%')).to.deep.equal([]);
    });

    it('where only known employees are taken, a punch adds nobody', async () => {
      const options = { requireKnownEmployees: true };
      const store = createPostgresStore(allIn(fixture.database), testRosters(), options);
      const facts = [punchOf('unknown', MORNING)];
      const [result] = await recordFacts(store, facts);
      expect(result?.failure).to.deep.equal({ kind: 'EMPLOYEE_NOT_FOUND', employeeId: 'unknown' });
      expect(await employees('unknown')).to.deep.equal([]);
    });
  });

  describe('dates derived again', () => {
    const id = 'again' as EmployeeId;

    async function stored(): Promise<Record<string, unknown> | undefined> {
      const rows = await fixture.rows(
        `select d.revision, d.recorded_at, d.engine_version, d.note, e.version, h.position
         from attendance_day d join employee e using (employee_id) cross join feed_head h
         where d.employee_id = $1`,
        id,
      );
      return rows[0];
    }

    before(async () => {
      await count(punchOf(id, MORNING));
    });

    it('the same by other rules: stamped anew, and neither number nor feed moves', async () => {
      const before = await stored();
      await fixture.rows('update attendance_day set engine_version = 1 where employee_id = $1', id);
      const result = resultOf('1');
      const { changes } = await fixture.store.writeBatch(
        [rederiveOf(id, DAY, DAY)],
        scripted(() => ({ restamps: [{ employeeId: id, date: DATE, result }] })),
      );
      expect(await stored()).to.deep.equal(before);
      expect(changes).to.deep.equal([
        { employeeId: id, versionBefore: 1, versionAfter: 1, months: [] },
      ]);
    });

    it('changed: a revision of the roster’s, with a number of its own', async () => {
      const before = await stored();
      const result = resultOf('moved');
      const { changes } = await fixture.store.writeBatch(
        [rederiveOf(id, DAY, DAY)],
        scripted(() => ({
          facts: [acceptedFact(0, 2)],
          changes: [{ index: 0, employeeId: id, date: DATE, revision: 2, result }],
        })),
      );
      expect(changes).to.deep.equal([
        { employeeId: id, versionBefore: 1, versionAfter: 2, months: ['2026-03'] },
      ]);
      expect(await stored()).to.deep.include({
        revision: 2,
        note: 'moved',
        version: 2,
        position: Number(before?.position) + 1,
      });
      const page = await fixture.store.listRevisions({
        employeeId: id,
        date: DATE,
        asOf: undefined,
        afterRevision: 1,
        limit: 10,
      });
      expect(page?.revisions).to.have.length(1);
      expect(page?.revisions[0]).to.deep.include({
        cause: 'ROSTER',
        reason: 'night',
        actor: 'test',
      });
    });
  });

  describe('a fact that PostgreSQL refuses', () => {
    const poison = () => punchOf('refused-x', MORNING, 'IN', { note: 'nul \u0000 inside' });

    it('takes its batch with it: nothing of it is left', async () => {
      const facts = [punchOf('refused-a', MORNING), poison()];
      const error = await count(...facts).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(BatchRefused);
      expect(await employees('refused-%')).to.deep.equal([]);
      const rows = await fixture.rows(`select 1 from punch where employee_id like 'refused-%'`);
      expect(rows).to.deep.equal([]);
    });

    it('fails alone once the halves were tried', async () => {
      const healthy = Array.from({ length: 6 }, (_, index) => punchOf(`half-${index}`, MORNING));
      const results = await recordFacts(fixture.store, [
        ...healthy.slice(0, 4),
        poison(),
        ...healthy.slice(4),
      ]);
      expect(results.map(({ failure }) => failure?.kind)).to.deep.equal([
        ...Array(4).fill(undefined),
        'FACT_REFUSED',
        ...Array(2).fill(undefined),
      ]);
      expect(await employees('half-%')).to.have.length(6);
    });
  });

  it('where none is waited for, says who is held elsewhere, and has written nothing', async () => {
    await count(punchOf('busy', MORNING), punchOf('free', MORNING));
    const held = await holdUp(fixture.url, 'busy');
    const facts = ['busy', 'free', 'stranger'].map((id) => punchOf(id, `${DATE}T17:00:00Z`));
    const write = () =>
      fixture.store.writeBatch(facts, countingRules(facts), undefined, 'NONE_IS_WAITED_FOR');
    const refused = await write().catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(EmployeesBusy);
    expect((refused as EmployeesBusy).employeeIds).to.deep.equal(['busy']);
    expect(await employees('stranger')).to.deep.equal([]);
    await held.release();
    const { changes } = await write();
    expect(changes.map(({ employeeId }) => employeeId)).to.deep.equal(['busy', 'free', 'stranger']);
  });

  it('the moment under the locks is the database’s, and behind the wait for them', async () => {
    await count(punchOf('moment', MORNING));
    const held = await holdUp(fixture.url, 'moment');
    let moment = 0;
    const written = fixture.store.writeBatch(
      [punchOf('moment', MORNING)],
      scripted((_, now) => {
        moment = now;
        return {};
      }),
    );
    await held.waiting(1);
    const [row] = await fixture.rows('select clock_timestamp() as now');
    await held.release();
    await written;
    expect(moment * 1000).to.be.above(Number(row?.now) - 1000);
  });
});
