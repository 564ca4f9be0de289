// Sweeps over real PostgreSQL: a shift that fifty people work changes from a date on, and
// their stored days follow: each changed day once, whatever happens to a sweeper.

import { expect } from 'chai';
import type { AttendanceStore } from '../../src/app/ports/ports.js';
import type { RosterStore } from '../../src/app/ports/roster-ports.js';
import type { ClaimedChange, SweepStep, SweepStore } from '../../src/app/ports/sweep-ports.js';
import { type RebuiltEmployee, rebuild } from '../../src/app/upkeep/rebuild.js';
import {
  LEASE_MS,
  type SweepPorts,
  sweepChange,
  sweepSetAside,
} from '../../src/app/upkeep/sweep.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import {
  fromEpochDay,
  type LocalDate,
  monthOf,
  toEpochDay,
} from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import { findZone } from '../../src/domain/time/zone.js';
import { type Database, openDatabase } from '../../src/store/postgres/database.js';
import { migrateUp } from '../../src/store/postgres/migrate.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { createRosterStore } from '../../src/store/roster-changes/roster-store.js';
import { createRosterReader } from '../../src/store/rosters/roster-reader.js';
import { createRebuildStore } from '../../src/store/upkeep/rebuild.js';
import { createSweepStore } from '../../src/store/upkeep/sweep.js';
import { type Company, change, employeeId, hire, shiftAt, work } from '../support/company.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { markOf } from './support.js';

const COMPANY: Company = {
  employees: 50,
  firstDay: toEpochDay('2026-01-01' as LocalDate),
  days: 60,
};
const CHANGED_FROM = COMPANY.firstDay + 40;
const CHANGED_DAYS = COMPANY.employees * 20;

describe('a sweep', function () {
  this.timeout(120_000);
  let test: TestDatabase;
  let database: Database;
  let roster: RosterStore;
  let store: AttendanceStore;
  let changes: SweepStore;
  let ports: SweepPorts;
  let rebuildAll: (write?: boolean) => Promise<readonly RebuiltEmployee[]>;

  before(async () => {
    test = await createTestDatabase();
    await migrateUp(test.url);
    database = openDatabase(test.url, () => {}, 8);
    const databases = { writes: database, reads: database, health: database };
    const defaultZone = findZone('UTC');
    if (defaultZone === undefined) throw new Error('no UTC');
    const rosters = createRosterReader({ defaultZone });
    store = createPostgresStore(databases, rosters, { requireKnownEmployees: false });
    roster = createRosterStore({ ...databases, reader: rosters, defaultZone });
    changes = createSweepStore(database);
    const now = () => Date.now() as Instant;
    ports = { changes, store, now };
    const facts = createRebuildStore(databases, rosters);
    rebuildAll = async (write = false) => {
      const found: RebuiltEmployee[] = [];
      const options = { employeeIds: [], from: undefined, to: undefined, write };
      for await (const each of rebuild({ facts, store, now }, options)) found.push(each);
      return found;
    };
    await hire(roster, COMPANY);
    await work(store, COMPANY);
    await sweepAll();
  });

  /** What hiring left to do, and whatever else there is. */
  async function sweepAll(): Promise<number> {
    for (let swept = 0; ; swept += 1) {
      const claimed = await changes.claimChange(LEASE_MS);
      if (claimed === undefined) return swept;
      expect(await sweep(claimed)).to.equal('FINISHED');
    }
  }

  after(async () => {
    await database.close();
    await test.drop();
  });

  const run = (text: string, ...values: unknown[]) => database.query({ name: '', text }, ...values);

  let startHour = 8;

  /** Everybody who comes at eight is an hour later than before, or earlier, from then on. */
  async function changeShift(): Promise<number> {
    startHour = startHour === 7 ? 6 : 7;
    const version = { fromDay: CHANGED_FROM, shift: shiftAt(startHour) };
    const made = await change(roster, { kind: 'UPDATE_SHIFT', version, etag: undefined });
    expect(made.finishedAt).to.equal(undefined);
    return made.changeId;
  }

  async function claim(leaseMs = LEASE_MS): Promise<ClaimedChange> {
    const claimed = await changes.claimChange(leaseMs);
    if (claimed === undefined) throw new Error('there was nothing to claim');
    return claimed;
  }

  const failed: string[] = [];
  const onFailure = ({ employeeId: id }: { employeeId: string }) => {
    failed.push(id);
  };

  async function sweep(
    claimed: ClaimedChange,
    onStep: (step: SweepStep) => void = () => {},
    signal = new AbortController().signal,
  ): Promise<string> {
    const giveWay = async () => {};
    return await sweepChange(ports, claimed, {
      signal,
      giveWay,
      onStep,
      onFailure,
      retryAfterMs: 0,
    });
  }

  async function expectFollowed(changeId: number): Promise<void> {
    const record = await roster.getRosterChange(changeId);
    expect(record?.finishedAt).to.be.greaterThan(record?.recordedAt ?? Infinity);
    expect(record?.employeesDone).to.equal(COMPANY.employees);
    const [told] = await run(
      `select count(*) as changes, count(distinct (employee_id, date)) as days, min(date) as first,
              min(cause) as cause, min(actor) as actor
       from attendance_change where reason = $1`,
      `roster change ${changeId}`,
    );
    expect(told).to.deep.equal({
      changes: CHANGED_DAYS,
      days: CHANGED_DAYS,
      first: fromEpochDay(CHANGED_FROM),
      cause: 6,
      actor: 'boss',
    });
    const found = await rebuildAll();
    expect(found).to.have.length(COMPANY.employees);
    expect(found.flatMap(({ differences }) => differences)).to.deep.equal([]);
    expect(found.filter(({ daysBehind }) => daysBehind > 0)).to.deep.equal([]);
  }

  it('changes the days that come out differently, and restamps the others', async () => {
    expect(
      await rebuildAll().then((all) => all.flatMap(({ differences }) => differences)),
    ).to.deep.equal([]);
    const changeId = await changeShift();
    const before = await monthsOf(7);
    expect(await sweep(await claim())).to.equal('FINISHED');
    const record = await roster.getRosterChange(changeId);
    expect(record?.daysChanged).to.equal(CHANGED_DAYS);
    expect(record?.daysDerived).to.be.at.least(CHANGED_DAYS);
    await expectFollowed(changeId);
    // Reads were right before the sweep came by.
    expect(await monthsOf(7)).to.deep.equal(before);
  });

  /** What readers see of one employee, without revisions. */
  async function monthsOf(index: number): Promise<unknown> {
    const months = [COMPANY.firstDay, CHANGED_FROM].map((day) => monthOf(fromEpochDay(day)));
    const blocks = await Promise.all(
      months.map((month) => store.readMonth(employeeId(index), month)),
    );
    return blocks.map((block) => block?.days.map(({ date, result }) => ({ date, result })));
  }

  it('goes on where it was stopped, in another sweeper, and shows how far it got', async () => {
    const changeId = await changeShift();
    const stopping = new AbortController();
    let steps = 0;
    const end = await sweep(
      await claim(),
      () => {
        steps += 1;
        if (steps === 2) stopping.abort();
      },
      stopping.signal,
    );
    expect(end).to.equal('STOPPED');
    const half = await roster.getRosterChange(changeId);
    expect(half?.finishedAt).to.equal(undefined);
    expect(half?.employeesDone).to.be.within(1, COMPANY.employees - 1);
    expect(half?.daysChanged).to.be.within(1, CHANGED_DAYS - 1);
    const again = await claim();
    expect(again).to.include({ changeId, employeesDone: half?.employeesDone });
    let first = '';
    const rest = await sweep(again, ({ sweptEmployeeId }) => {
      first ||= sweptEmployeeId;
    });
    expect(rest).to.equal('FINISHED');
    expect(first > again.sweptEmployeeId).to.equal(true);
    await expectFollowed(changeId);
    expect((await roster.getRosterChange(changeId))?.daysChanged).to.equal(CHANGED_DAYS);
  });

  it('by two sweepers at once, one of which lost its lease, changes each day once', async () => {
    const changeId = await changeShift();
    const first = await claim(0);
    const second = await claim();
    const ends = await Promise.all([sweep(first), sweep(second)]);
    expect(ends).to.deep.equal(['LOST', 'FINISHED']);
    await expectFollowed(changeId);
  });

  it('is done again after a crash before anything was written down, and changes nothing twice', async () => {
    const changeId = await changeShift();
    const crashing: SweepPorts = {
      ...ports,
      changes: {
        ...changes,
        saveProgress: async () => {
          throw new Error('crashed');
        },
      },
    };
    const options = {
      signal: new AbortController().signal,
      giveWay: async () => {},
      onStep: () => {},
      onFailure,
      retryAfterMs: 0,
    };
    const crashed = await sweepChange(crashing, await claim(), options).catch(String);
    expect(crashed).to.contain('crashed');
    // That was the sweeper's own: nobody is set aside for it.
    expect((await changes.backlog()).failures).to.equal(0);
    const again = await claim();
    expect(again).to.include({ changeId, sweptEmployeeId: '', employeesDone: 0 });
    expect(await sweep(again)).to.equal('FINISHED');
    await expectFollowed(changeId);
  });

  it('sets aside whom it cannot sweep, finishes without them, reads right, and tries again', async () => {
    const id = employeeId(4);
    await run(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'this day is refused'; end $$`);
    await run(`create trigger refuse before insert or update on attendance_day for each row
      when (new.employee_id = '${id}') execute function refuse()`);
    const changeId = await changeShift();
    const before = await monthsOf(4);
    expect(await sweep(await claim())).to.equal('FINISHED');
    expect(failed).to.deep.equal([id]);
    expect(await changes.backlog()).to.include({ unfinishedChanges: 0, failures: 1 });
    const record = await roster.getRosterChange(changeId);
    expect(record?.employeesDone).to.equal(COMPANY.employees);
    expect(record?.daysChanged).to.equal(CHANGED_DAYS - 20);
    expect(await monthsOf(4)).to.deep.equal(before);
    const [row] = await run('select employee_id, change_id, reason from sweep_failure');
    expect(row).to.include({ employee_id: id, change_id: changeId });
    expect(row?.reason).to.contain('this day is refused');
    const options = {
      signal: new AbortController().signal,
      giveWay: async () => {},
      onStep: () => {},
      onFailure,
      retryAfterMs: 0,
    };
    // Not due yet; then due, and still failing; then mended.
    expect(await sweepSetAside(ports, options)).to.equal(false);
    await run('update sweep_failure set retry_at = now()');
    expect(await sweepSetAside(ports, options)).to.equal(true);
    expect(failed).to.deep.equal([id, id]);
    const [again] = await run(
      `select tries, retry_at > now() + interval '90 s' as is_later from sweep_failure`,
    );
    expect(again).to.deep.equal({ tries: 2, is_later: true });
    await run('drop trigger refuse on attendance_day');
    await run('update sweep_failure set retry_at = now()');
    expect(await sweepSetAside(ports, options)).to.equal(true);
    expect((await changes.backlog()).failures).to.equal(0);
    expect(await monthsOf(4)).to.deep.equal(before);
    await expectFollowed(changeId);
  });

  it('steps over the centuries between facts, as rebuilding does', async () => {
    const id = employeeId(3);
    const dates = ['1970-01-01', '2999-12-31', '9999-12-31'];
    await recordFacts(
      store,
      dates.map((date) => markOf(id, date)),
    );
    const [before] = await run('select max(change_id) as id from roster_change');
    const assignment = { fromDay: -9000, toDay: Infinity, anchorDay: 0, cycle: [[]] };
    await change(roster, { kind: 'CREATE_ASSIGNMENT', employeeId: id, assignment });
    const claimed = await claim();
    expect(claimed.changeId).to.be.greaterThan(Number(before?.id));
    const derived: number[] = [];
    expect(await sweep(claimed, ({ daysDerived }) => derived.push(daysDerived))).to.equal(
      'FINISHED',
    );
    expect(derived.reduce((sum, days) => sum + days, 0)).to.be.below(600);
    expect(derived.length).to.be.below(8);
    const found = (await rebuildAll()).find(({ employeeId: each }) => each === id);
    expect(found?.differences).to.deep.equal([]);
    expect(found?.daysBehind).to.equal(0);
    expect(found?.daysDerived).to.be.below(900);
  });

  it('of a shift that nobody has yet has nothing to do', async () => {
    const shift = { ...shiftAt(8), shiftId: 'unused' };
    await change(roster, { kind: 'CREATE_SHIFT', version: { fromDay: -Infinity, shift } });
    expect(await sweepAll()).to.be.at.most(1);
    expect((await changes.backlog()).unfinishedChanges).to.equal(0);
  });
});
