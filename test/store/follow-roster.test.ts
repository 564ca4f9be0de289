// Stored days that follow the roster, over real PostgreSQL: a shift that fifty people work changes from a
// date on, and each changed day is written once, whatever happens to a worker.

import { expect } from 'chai';
import type { AttendanceStore } from '../../src/app/ports/attendance-store.js';
import type { RosterStore } from '../../src/app/ports/roster-ports.js';
import type { StaleDaysStore } from '../../src/app/ports/stale-days.js';
import {
  type FollowOptions,
  type FollowPorts,
  followRoster,
  MAX_TAKEN,
} from '../../src/app/upkeep/follow-roster.js';
import { type RebuiltEmployee, rebuild } from '../../src/app/upkeep/rebuild.js';
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
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { createRosterStore } from '../../src/store/roster-changes/roster-store.js';
import { createRosterReader } from '../../src/store/rosters/roster-reader.js';
import { createRebuildStore } from '../../src/store/upkeep/rebuild.js';
import { createStaleDaysStore } from '../../src/store/upkeep/stale-days.js';
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

describe('stored days that follow the roster', function () {
  this.timeout(120_000);
  let test: TestDatabase;
  let database: Database;
  let roster: RosterStore;
  let store: AttendanceStore;
  let stale: StaleDaysStore;
  let ports: FollowPorts;
  let rebuildAll: (write?: boolean) => Promise<readonly RebuiltEmployee[]>;

  before(async () => {
    test = await createTestDatabase();
    database = openDatabase(test.url, () => {}, 8);
    const databases = { writes: database, reads: database, health: database };
    const defaultZone = findZone('UTC');
    if (defaultZone === undefined) throw new Error('no UTC');
    const rosters = createRosterReader({ defaultZone });
    store = createPostgresStore(databases, rosters, { requireKnownEmployees: false });
    roster = createRosterStore({ ...databases, reader: rosters, defaultZone });
    stale = createStaleDaysStore(database);
    const now = () => Date.now() as Instant;
    ports = { stale, store, now };
    const facts = createRebuildStore(databases, rosters);
    rebuildAll = async (write = false) => {
      const found: RebuiltEmployee[] = [];
      const options = { employeeIds: [], from: undefined, to: undefined, write };
      for await (const each of rebuild({ facts, store, now }, options)) found.push(each);
      return found;
    };
    await hire(roster, COMPANY);
    await work(store, COMPANY);
    await followAll();
  });

  const failed: string[] = [];

  const optionsOf = (more: Partial<FollowOptions> = {}): FollowOptions => ({
    signal: new AbortController().signal,
    giveWay: async () => {},
    onDone: () => {},
    onFailure: ({ employeeId: id }) => {
      failed.push(id);
    },
    ...more,
  });

  /** Until nothing is left to do for now. */
  async function followAll(more: Partial<FollowOptions> = {}): Promise<void> {
    while ((await followRoster(ports, optionsOf(more))) > 0);
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

  it('are written where they come out differently, and restamped where not', async () => {
    expect(
      await rebuildAll().then((all) => all.flatMap(({ differences }) => differences)),
    ).to.deep.equal([]);
    const changeId = await changeShift();
    const before = await monthsOf(7);
    await followAll();
    const record = await roster.getRosterChange(changeId);
    expect(record?.daysChanged).to.equal(CHANGED_DAYS);
    expect(record?.daysDerived).to.be.at.least(CHANGED_DAYS);
    await expectFollowed(changeId);
    // Reads were right before.
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

  it('go on with another worker where one was stopped, and show how far they got', async () => {
    const changeId = await changeShift();
    const stopping = new AbortController();
    let batches = 0;
    const onDone = () => {
      batches += 1;
      if (batches === 2) stopping.abort();
    };
    const taken = await followRoster(ports, optionsOf({ onDone, signal: stopping.signal }));
    expect(taken).to.equal(MAX_TAKEN);
    const half = await roster.getRosterChange(changeId);
    expect(half?.finishedAt).to.equal(undefined);
    expect(half?.employeesDone).to.be.within(1, COMPANY.employees - 1);
    expect(half?.daysChanged).to.be.within(1, CHANGED_DAYS - 1);
    await followAll();
    await expectFollowed(changeId);
    expect((await roster.getRosterChange(changeId))?.daysChanged).to.equal(CHANGED_DAYS);
  });

  it('are written once by several workers at once', async () => {
    const changeId = await changeShift();
    const few: FollowPorts = {
      ...ports,
      stale: { ...stale, settle: (_limit, work) => stale.settle(7, work) },
    };
    const worker = async () => {
      while ((await followRoster(few, optionsOf())) > 0);
    };
    await Promise.all([worker(), worker(), worker()]);
    await followAll();
    await expectFollowed(changeId);
  });

  it('follow several changes that have queued up in one go', async () => {
    const first = await changeShift();
    const second = await changeShift();
    let derived = 0;
    await followAll({
      onDone: ({ daysDerived }) => {
        derived += daysDerived;
      },
    });
    const once = (await roster.getRosterChange(second))?.daysDerived ?? 0;
    expect(derived).to.be.at.most(once);
    for (const changeId of [first, second]) {
      const record = await roster.getRosterChange(changeId);
      expect(record?.employeesDone).to.equal(COMPANY.employees);
      expect(record?.finishedAt).to.not.equal(undefined);
    }
    expect((await rebuildAll()).flatMap(({ differences }) => differences)).to.deep.equal([]);
  });

  it('are done again after a crash before anything was settled, and nothing is changed twice', async () => {
    const changeId = await changeShift();
    const crashing: FollowPorts = {
      ...ports,
      stale: {
        ...stale,
        settle: (limit, work) =>
          stale.settle(limit, async (taken, goOn) => {
            await work(taken, goOn);
            throw new Error('crashed');
          }),
      },
    };
    expect(await followRoster(crashing, optionsOf()).catch(String)).to.contain('crashed');
    // That was the worker's own: nobody's days failed.
    expect((await stale.backlog()).failures).to.equal(0);
    expect((await roster.getRosterChange(changeId))?.employeesDone).to.equal(0);
    await followAll();
    const record = await roster.getRosterChange(changeId);
    expect(record?.employeesDone).to.equal(COMPANY.employees);
    const [told] = await run(
      `select count(*) as changes, count(distinct (employee_id, date)) as days
       from attendance_change where reason = $1`,
      `roster change ${changeId}`,
    );
    expect(told).to.deep.equal({ changes: CHANGED_DAYS, days: CHANGED_DAYS });
  });

  it('that cannot be written hold up nobody else, are read right, and are tried again', async () => {
    const id = employeeId(4);
    await run(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'this day is refused'; end $$`);
    await run(`create trigger refuse before insert or update on attendance_day for each row
      when (new.employee_id = '${id}') execute function refuse()`);
    const changeId = await changeShift();
    const before = await monthsOf(4);
    await followAll();
    expect(failed).to.deep.equal([id]);
    expect(await stale.backlog()).to.include({ unfinishedChanges: 1, failures: 1 });
    const record = await roster.getRosterChange(changeId);
    expect(record?.employeesDone).to.equal(COMPANY.employees - 1);
    expect(record?.daysChanged).to.equal(CHANGED_DAYS - 20);
    expect(record?.finishedAt).to.equal(undefined);
    expect(await monthsOf(4)).to.deep.equal(before);
    const open = `from stale_days where done_at = 'infinity'`;
    const [row] = await run(`select employee_id, change_id, reason ${open}`);
    expect(row).to.include({ employee_id: id, change_id: changeId });
    expect(row?.reason).to.contain('this day is refused');
    // Due, and still failing; then mended.
    await run('update stale_days set retry_at = now()');
    await followAll();
    expect(failed).to.deep.equal([id, id]);
    const [again] = await run(
      `select tries, retry_at > now() + interval '90 s' as is_later ${open}`,
    );
    expect(again).to.deep.equal({ tries: 2, is_later: true });
    await run('drop trigger refuse on attendance_day');
    await run('update stale_days set retry_at = now()');
    await followAll();
    expect((await stale.backlog()).failures).to.equal(0);
    expect(await monthsOf(4)).to.deep.equal(before);
    await expectFollowed(changeId);
  });

  it('are looked for over the centuries between facts in a few steps, as rebuilding does', async () => {
    const id = employeeId(3);
    const dates = ['1970-01-01', '2999-12-31', '9999-12-31'];
    await recordFacts(
      store,
      dates.map((date) => markOf(id, date)),
    );
    const assignment = { fromDay: -9000, toDay: Infinity, anchorDay: 0, cycle: [[]] };
    const assigned = { kind: 'CREATE_ASSIGNMENT', employeeId: id, assignment } as const;
    await change(roster, { ...assigned, onOverlap: undefined });
    const derived: number[] = [];
    await followAll({ onDone: ({ daysDerived }) => derived.push(daysDerived) });
    expect(derived.reduce((sum, days) => sum + days, 0)).to.be.below(600);
    expect(derived.length).to.be.below(8);
    const found = (await rebuildAll()).find(({ employeeId: each }) => each === id);
    expect(found?.differences).to.deep.equal([]);
    expect(found?.daysBehind).to.equal(0);
    expect(found?.daysDerived).to.be.below(900);
  });

  it('have nothing to follow in a shift that nobody has yet', async () => {
    const shift = { ...shiftAt(8), shiftId: 'unused' };
    await change(roster, { kind: 'CREATE_SHIFT', version: { fromDay: -Infinity, shift } });
    expect((await stale.backlog()).unfinishedChanges).to.equal(0);
  });
});
