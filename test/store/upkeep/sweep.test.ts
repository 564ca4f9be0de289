// Who sweeps which roster change, and whom it concerns, against real PostgreSQL: leases exclude each
// other, a lease that was lost writes nothing, and writers under the old roster are waited for.

import { expect } from 'chai';
import type { ClaimedChange, Lease, SweepStore } from '../../../src/app/ports/sweep-ports.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import { type Database, openDatabase } from '../../../src/store/postgres/database.js';
import { migrateUp } from '../../../src/store/postgres/migrate.js';
import { NEXT_FACT, READ_EMPLOYEE } from '../../../src/store/upkeep/rebuild.js';
import { createSweepStore, LIST_PIECES, READ_EXTENTS } from '../../../src/store/upkeep/sweep.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { holdUp } from '../../support/hold-up.js';
import { waitUntil } from '../../support/wait-until.js';

const LEASE_MS = 60_000;

/** The pieces themselves, at most as many as were asked for, are read and put in order. */
const IS_OF_PIECES = /(Sort|Sort Key|WorkTable Scan|CTE Scan).*(piece|place|cost)/;

/** One that has run out when the next statement asks. */
const SHORT_LEASE_MS = 0;

describe('the sweep in PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;
  let store: SweepStore;

  beforeEach(async () => {
    test = await createTestDatabase();
    await migrateUp(test.url);
    database = openDatabase(test.url, () => {}, 4);
    store = createSweepStore(database);
  });

  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  const run = (text: string, ...values: unknown[]) => database.query({ name: '', text }, ...values);

  async function addChange(
    changeId: number,
    concerns: { employee?: string; shift?: string; calendar?: string },
    dates: { start?: string; end?: string } = {},
  ): Promise<void> {
    await run(
      `insert into roster_change (change_id, recorded_at, actor, reason, employee_id, shift_id,
                                  calendar_id, start_date, end_date)
       values ($1, now(), 'boss', 'moved', $2, $3, $4, $5, $6)`,
      changeId,
      concerns.employee ?? null,
      concerns.shift ?? null,
      concerns.calendar ?? null,
      dates.start ?? '-infinity',
      dates.end ?? 'infinity',
    );
  }

  async function claim(leaseMs = LEASE_MS): Promise<ClaimedChange> {
    const change = await store.claimChange(leaseMs);
    if (change === undefined) throw new Error('there was nothing to claim');
    return change;
  }

  it('is claimed in order, each change by one sweeper only, with all that is known of it', async () => {
    await addChange(2, { employee: 'b' }, { start: '2026-03-01', end: '2026-03-31' });
    await addChange(1, { shift: 'early' });
    const claims = await Promise.all([1, 2, 3, 4].map(() => store.claimChange(LEASE_MS)));
    const claimed = claims.filter((change) => change !== undefined);
    expect(claimed.map(({ changeId }) => changeId).sort()).to.deep.equal([1, 2]);
    const first = claimed.find(({ changeId }) => changeId === 1);
    expect(first).to.deep.include({
      actor: 'boss',
      reason: 'moved',
      employeeId: undefined,
      shiftId: 'early',
      calendarId: undefined,
      firstDay: -Infinity,
      lastDay: Infinity,
      sweptEmployeeId: '',
      employeesDone: 0,
    });
    const second = claimed.find(({ changeId }) => changeId === 2);
    expect(fromEpochDay(second?.firstDay ?? 0)).to.equal('2026-03-01');
    expect(fromEpochDay(second?.lastDay ?? 0)).to.equal('2026-03-31');
  });

  it('is claimed again where it was left when the lease has run out, and the former sweeper writes nothing', async () => {
    await addChange(1, { shift: 'early' });
    const first = await claim(SHORT_LEASE_MS);
    const second = await claim();
    const step = {
      sweptEmployeeId: 'm' as EmployeeId,
      employeesDone: 3,
      daysDerived: 40,
      daysChanged: 2,
    };
    expect(await store.saveProgress(1, first.lease, step, LEASE_MS)).to.equal(undefined);
    expect(await store.finishChange(1, first.lease)).to.equal(false);
    await store.releaseChange(1, first.lease, 0);
    expect(await store.claimChange(LEASE_MS)).to.equal(undefined);
    const lease = await store.saveProgress(1, second.lease, step, SHORT_LEASE_MS);
    expect(lease).to.be.greaterThan(second.lease - LEASE_MS * 1000);
    const third = await claim();
    expect(third).to.include({ sweptEmployeeId: 'm', employeesDone: 3 });
    expect(await store.saveProgress(1, third.lease, step, LEASE_MS)).to.be.a('number');
    const [row] = await run('select employees_done, days_derived, days_changed from roster_change');
    expect(row).to.deep.equal({ employees_done: 6, days_derived: 80, days_changed: 4 });
  });

  it('ends with the time of the feed, and is then no part of the backlog', async () => {
    await addChange(1, { shift: 'early' });
    await addChange(2, { employee: 'a' });
    const [made] = await run('select recorded_at from roster_change where change_id = 1');
    expect(await store.backlog()).to.deep.equal({
      unfinishedChanges: 2,
      failures: 0,
      oldestRecordedAt: made?.recorded_at,
    });
    const change = await claim();
    expect(await store.finishChange(1, change.lease)).to.equal(true);
    expect(await store.finishChange(1, change.lease)).to.equal(false);
    const [row] = await run(`
      select finished_at = (select recorded_at from feed_head) as is_head, leased_until
      from roster_change where change_id = 1`);
    expect(row).to.deep.equal({ is_head: true, leased_until: null });
    expect((await store.backlog()).unfinishedChanges).to.equal(1);
  });

  it('is left to others at once, or after a while', async () => {
    await addChange(1, { shift: 'early' });
    const first = await claim();
    await store.releaseChange(1, first.lease, 60_000);
    expect(await store.claimChange(LEASE_MS)).to.equal(undefined);
    await run('update roster_change set leased_until = null');
    const second = await claim();
    await store.releaseChange(1, second.lease, 0);
    expect((await claim()).changeId).to.equal(1);
  });

  async function addEmployees(...ids: string[]): Promise<void> {
    await run(`insert into employee (employee_id) select unnest($1::text[])`, ids);
  }

  const listed = async (change: Partial<ClaimedChange>, after = '', limit = 10) => {
    const whole = { employeeId: undefined, shiftId: undefined, calendarId: undefined, ...change };
    return await store.listConcerned(whole as ClaimedChange, after as EmployeeId, limit);
  };
  const idsOf = (found: readonly { employeeId: string }[]) =>
    found.map(({ employeeId }) => employeeId);

  it('concerns the employee, the users of the shift, or those of the calendar and of its shifts', async () => {
    await addEmployees('a', 'B', 'c', 'd', 'e');
    await run(
      `insert into shift_user values ('early', 'c'), ('early', 'a'), ('late', 'B'), ('late', 'a')`,
    );
    await run(`insert into calendar_user values ('xmas', 'd'), ('other', 'e')`);
    await run(`insert into shift_version (shift_id, effective_date, change_id, recorded_at, superseded_at, definition)
      values ('late', '-infinity', 1, now(), now(), '{"calendarId": "xmas"}'),
             ('early', '-infinity', 1, now(), 'infinity', '{}')`);
    expect(idsOf(await listed({ employeeId: 'a' as EmployeeId }))).to.deep.equal(['a']);
    expect(await listed({ employeeId: 'a' as EmployeeId }, 'a')).to.deep.equal([]);
    expect(idsOf(await listed({ shiftId: 'early' }))).to.deep.equal(['a', 'c']);
    expect(idsOf(await listed({ shiftId: 'early' }, 'a'))).to.deep.equal(['c']);
    expect(idsOf(await listed({ calendarId: 'xmas' }))).to.deep.equal(['B', 'a', 'd']);
    expect(idsOf(await listed({ calendarId: 'xmas' }, '', 2))).to.deep.equal(['B', 'a']);
    expect(idsOf(await listed({ calendarId: 'xmas' }, 'a'))).to.deep.equal(['d']);
  });

  it('finds the first and the last date of days and of punches', async () => {
    await addEmployees('a', 'b', 'c');
    await run(`insert into shift_user select 'early', unnest('{a,b,c}'::text[])`);
    await run(`insert into attendance_day (employee_id, date, revision, recorded_at, engine_version)
      values ('a', '2026-02-01', 1, now(), 1), ('a', '2026-02-05', 1, now(), 1)`);
    await run(`insert into punch (employee_id, sequence, time, kind, source, actor, received_at, recorded_at)
      values ('a', 1, '2026-01-31T23:59:59Z', 1, 1, 'x', now(), now()),
             ('b', 1, '1969-12-31T23:59:59Z', 1, 1, 'x', now(), now())`);
    const found = await listed({ shiftId: 'early' });
    const dates = found.map(
      ({ extent }) => extent && [extent.firstDay, extent.lastDay].map(fromEpochDay),
    );
    expect(dates).to.deep.equal([
      ['2026-01-31', '2026-02-05'],
      ['1969-12-31', '1969-12-31'],
      undefined,
    ]);
  });

  it('cuts the dates near to facts into pieces, and takes one step over each empty stretch', async () => {
    await addEmployees('a', 'b');
    await run(`insert into attendance_day (employee_id, date, revision, recorded_at, engine_version)
      select 'a', date '2026-01-01' + n, 1, now(), 1 from generate_series(0, 69) n
      union all select 'a', '9999-12-31', 1, now(), 1
      union all select 'b', '2500-01-01', 1, now(), 1`);
    await run(`insert into punch (employee_id, sequence, time, kind, source, actor, received_at, recorded_at)
      values ('a', 1, '1970-01-01T00:00:07Z', 1, 1, 'x', now(), now()),
             ('a', 2, '2999-12-31T23:59:59Z', 1, 1, 'x', now(), now())`);
    const listed = async (first: string, last: string, limit = 16) => {
      const [firstDay, lastDay] = [first, last].map((date) => toEpochDay(date as LocalDate));
      const span = { firstDay: firstDay ?? 0, lastDay: lastDay ?? 0 };
      const pieces = await store.listPieces('a' as EmployeeId, span, limit);
      return pieces.map((piece) => [piece.firstDay, piece.lastDay].map(fromEpochDay).join(' '));
    };
    const all = [
      '1969-12-25 1970-02-24',
      '2025-12-25 2026-02-24',
      '2026-02-25 2026-04-27',
      '2999-12-24 3000-02-23',
      '9999-12-24 9999-12-31',
    ];
    expect(await listed('1900-01-01', '9999-12-31')).to.deep.equal(all);
    expect(await listed('1900-01-01', '9999-12-31', 2)).to.deep.equal(all.slice(0, 2));
    expect(await listed('2026-02-25', '3000-01-02')).to.deep.equal([
      '2026-02-25 2026-04-27',
      '2999-12-24 3000-01-02',
    ]);
    // A punch of the week before can count for a date; one of the week after the span, too.
    expect(await listed('3000-01-07', '3000-01-08')).to.deep.equal(['3000-01-07 3000-01-08']);
    expect(await listed('3000-01-08', '3000-01-09')).to.deep.equal([]);
    expect(await listed('2999-12-20', '2999-12-24')).to.deep.equal(['2999-12-24 2999-12-24']);
    expect(await listed('2999-12-20', '2999-12-23')).to.deep.equal([]);
  });

  it('takes one step into an index for each end, however many rows there are and whatever is known of them', async () => {
    const plans = async () => {
      const lines: unknown[] = [];
      for (const [statement, ids] of [
        [READ_EXTENTS, ['{a}']],
        [READ_EMPLOYEE, ['a']],
        [NEXT_FACT, ['a', '2026-01-01']],
        [LIST_PIECES, ['a', '2026-01-01', '9999-12-31', 16]],
      ] as const) {
        const rows = await run(`explain ${statement.text}`, ...ids);
        lines.push(...rows.flatMap(Object.values).filter((line) => !IS_OF_PIECES.test(line)));
      }
      return lines.filter((line) => /Seq Scan|Sort|Bitmap/.test(String(line)));
    };
    expect(await plans()).to.deep.equal([]);
    await run(`insert into punch (employee_id, sequence, time, kind, source, actor, received_at, recorded_at)
      select 'a', n, now() + n * interval '1 hour', 1, 1, 'x', now(), now() from generate_series(1, 5000) n`);
    await run(`insert into attendance_day (employee_id, date, revision, recorded_at, engine_version)
      select 'a', date '2026-01-01' + n, 1, now(), 1 from generate_series(1, 5000) n`);
    expect(await plans()).to.deep.equal([]);
    await run('analyze punch, attendance_day, attendance_change');
    expect(await plans()).to.deep.equal([]);
  });

  it('waits for a writer who began before, and sees what they committed', async () => {
    await addEmployees('a', 'b');
    await run(`insert into shift_user select 'early', unnest('{a,b}'::text[])`);
    const writer = await holdUp(test.url, 'b');
    let found: Awaited<ReturnType<typeof listed>> | undefined;
    const listing = listed({ shiftId: 'early' }).then((extents) => {
      found = extents;
    });
    await writer.waiting(1);
    expect(found).to.equal(undefined);
    // In the writer's place: what it commits is there when its lock is gone.
    await run(`insert into attendance_day (employee_id, date, revision, recorded_at, engine_version)
      values ('b', '2026-02-01', 1, now(), 1)`);
    await writer.release();
    await waitUntil('the list is there', () => found !== undefined);
    await listing;
    expect(found?.[1]?.extent?.firstDay).to.be.a('number');
  });

  it('a lease is compared to the microsecond', async () => {
    await addChange(1, { shift: 'early' });
    const { lease } = await claim();
    expect(await store.finishChange(1, (lease + 1) as Lease)).to.equal(false);
    expect(await store.finishChange(1, (lease - 1) as Lease)).to.equal(false);
    expect(await store.finishChange(1, lease)).to.equal(true);
  });
});
