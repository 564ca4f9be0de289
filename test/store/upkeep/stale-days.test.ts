// Stale days in real PostgreSQL: whose a change makes them, that each is one worker's at a time, what
// becomes of them, and that writers under the old roster are waited for.

import { expect } from 'chai';
import type { Settlement, StaleDays, StaleDaysStore } from '../../../src/app/ports/stale-days.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import { type Database, openDatabase } from '../../../src/store/postgres/database.js';
import {
  INSERT_STALE_OF_CALENDAR,
  INSERT_STALE_OF_EMPLOYEE,
  INSERT_STALE_OF_SHIFT,
} from '../../../src/store/roster-changes/roster-statements.js';
import { NEXT_FACT, READ_EMPLOYEE } from '../../../src/store/upkeep/rebuild.js';
import {
  createStaleDaysStore,
  LIST_PIECES,
  READ_EXTENTS,
} from '../../../src/store/upkeep/stale-days.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { holdUp } from '../../support/hold-up.js';
import { waitUntil } from '../../support/wait-until.js';

/** The pieces themselves, at most as many as were asked for, are read and put in order. */
const IS_OF_PIECES = /(Sort|Sort Key|WorkTable Scan|CTE Scan).*(piece|place|cost)/;

describe('stale days in PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;
  let store: StaleDaysStore;

  beforeEach(async () => {
    test = await createTestDatabase();
    database = openDatabase(test.url, () => {}, 6);
    store = createStaleDaysStore(database);
  });

  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  const run = (text: string, ...values: unknown[]) => database.query({ name: '', text }, ...values);

  interface Concerns {
    readonly employee?: string;
    readonly shift?: string;
    readonly calendar?: string;
    readonly start?: string;
    readonly end?: string;
    readonly isFinished?: boolean;
  }

  /** A change, and the stale days that it makes. */
  async function addChange(changeId: number, concerns: Concerns): Promise<void> {
    const { employee, shift, calendar, start, end, isFinished = false } = concerns;
    await run(
      `insert into roster_change (change_id, recorded_at, actor, reason, employee_id, shift_id,
                                  calendar_id, start_date, end_date, finished_at)
       values ($1, now(), 'boss', 'moved', $2, $3, $4, $5, $6, case when $7 then now() end)`,
      ...[changeId, employee ?? null, shift ?? null, calendar ?? null],
      ...[start ?? '-infinity', end ?? 'infinity', isFinished],
    );
    const ofShared = shift === undefined ? INSERT_STALE_OF_CALENDAR : INSERT_STALE_OF_SHIFT;
    const insert = employee === undefined ? ofShared : INSERT_STALE_OF_EMPLOYEE;
    await database.query(insert, changeId, employee ?? shift ?? calendar);
  }

  async function addEmployees(...ids: string[]): Promise<void> {
    await run(`insert into employee (employee_id) select unnest($1::text[])`, ids);
  }

  const whose = async (changeId: number) => {
    const text = 'select employee_id from stale_days where change_id = $1 order by employee_id';
    return (await run(text, changeId)).map((row) => row.employee_id);
  };

  const keyOf = ({ employeeId, changeId }: StaleDays) => ({ employeeId, changeId });
  const done = (stale: StaleDays): Settlement => ({
    ...keyOf(stale),
    daysDerived: 10,
    daysChanged: 2,
  });
  const failed = (stale: StaleDays): Settlement => ({
    ...keyOf(stale),
    failure: 'refused',
    retryAfterMs: 60_000,
  });
  const nameOf = ({ employeeId, changeId }: StaleDays) => `${employeeId} ${changeId}`;

  /** Takes some, settles them as told, and says which they were. */
  async function settle(
    limit: number,
    how: (stale: StaleDays) => Settlement | undefined = done,
  ): Promise<readonly StaleDays[]> {
    let all: readonly StaleDays[] = [];
    const count = await store.settle(limit, async (taken, goOn) => {
      all = taken;
      await goOn();
      return taken.flatMap((stale) => how(stale) ?? []);
    });
    expect(count).to.equal(all.length);
    return all;
  }

  async function changeOf(changeId: number) {
    const [row] = await run(
      `select employees_done, days_derived, days_changed,
              finished_at = (select recorded_at from feed_head) as is_finished
       from roster_change where change_id = $1`,
      changeId,
    );
    return row;
  }

  it('are of the employee, the users of the shift, or those of the calendar and of its shifts', async () => {
    await addEmployees('a', 'B', 'c', 'd', 'e');
    await run(
      `insert into shift_user values ('early', 'c'), ('early', 'a'), ('late', 'B'), ('late', 'a')`,
    );
    await run(`insert into calendar_user values ('xmas', 'd'), ('xmas', 'a'), ('other', 'e')`);
    await run(`insert into shift_version (shift_id, effective_date, change_id, recorded_at, superseded_at, definition)
      values ('late', '-infinity', 1, now(), now(), '{"calendarId": "xmas"}'),
             ('early', '-infinity', 1, now(), 'infinity', '{}')`);
    await addChange(1, { employee: 'a' });
    await addChange(2, { shift: 'early' });
    await addChange(3, { calendar: 'xmas' });
    await addChange(4, { shift: 'early', isFinished: true });
    expect(await whose(1)).to.deep.equal(['a']);
    expect(await whose(2)).to.deep.equal(['a', 'c']);
    expect(await whose(3)).to.deep.equal(['B', 'a', 'd']);
    expect(await whose(4), 'of one that days need not follow').to.deep.equal([]);
  });

  it('are taken by the order of changes, with all that is known of them', async () => {
    await addEmployees('a', 'b');
    await addChange(2, { employee: 'b', start: '2026-03-01', end: '2026-03-31' });
    await addChange(1, { employee: 'a' });
    const [first] = await settle(1);
    expect(first).to.deep.equal({
      employeeId: 'a',
      changeId: 1,
      firstDay: -Infinity,
      lastDay: Infinity,
      actor: 'boss',
      reason: 'moved',
      tries: 0,
    });
    const [second] = await settle(1);
    const dates = [second?.firstDay, second?.lastDay].map((day) => fromEpochDay(day ?? 0));
    expect(dates, 'with a margin').to.deep.equal(['2026-01-30', '2026-04-30']);
    expect(await settle(1)).to.deep.equal([]);
  });

  it('are one worker’s at a time, and all of an employee together', async () => {
    await addEmployees('a', 'b', 'c');
    await run(`insert into shift_user select 'early', unnest('{a,b,c}'::text[])`);
    await addChange(1, { shift: 'early' });
    await addChange(2, { employee: 'b' });
    const taken: string[][] = [];
    const worker = async () => {
      await store.settle(1, async (stale) => {
        taken.push(stale.map(nameOf).sort());
        await waitUntil('all have some', () => taken.length === 4);
        return stale.map(done);
      });
    };
    await Promise.all([
      ...Array.from({ length: 3 }, worker),
      waitUntil('three have some', () => taken.length === 3).then(async () => {
        taken.push((await settle(9)).map(nameOf));
      }),
    ]);
    expect(taken.sort()).to.deep.equal([[], ['a 1'], ['b 1', 'b 2'], ['c 1']]);
  });

  /** Whether no transaction keeps rows from others: a failed one is rolled back a little later. */
  async function areNoneHeld(): Promise<boolean> {
    const held = await run(`select 1 as held from pg_stat_activity
                            where xact_start is not null and pid <> pg_backend_pid()
                              and backend_type = 'client backend' and datname = current_database()`);
    return held.length === 0;
  }

  it('are there again when a worker fails, loses its connection, or leaves some', async () => {
    await addEmployees('a', 'b');
    await run(`insert into shift_user select 'early', unnest('{a,b}'::text[])`);
    await addChange(1, { shift: 'early' });
    const crashed = store.settle(9, async () => {
      throw new Error('crashed');
    });
    expect(await crashed.catch(String)).to.equal('Error: crashed');
    await waitUntil('no rows are held', areNoneHeld);
    const lost = store.settle(9, async (stale) => {
      await run(`select pg_terminate_backend(pid) from pg_stat_activity
                 where state = 'idle in transaction' and datname = current_database()`);
      return stale.map(done);
    });
    expect(String(await lost.catch(String))).to.include('STORE_UNAVAILABLE');
    await waitUntil('no rows are held', areNoneHeld);
    const some = await settle(9, (stale) => (stale.employeeId === 'a' ? done(stale) : undefined));
    expect(some.map(nameOf).sort()).to.deep.equal(['a 1', 'b 1']);
    expect(await changeOf(1)).to.include({ employees_done: 1, is_finished: null });
    expect((await settle(9)).map(nameOf)).to.deep.equal(['b 1']);
    expect(await changeOf(1)).to.deep.equal({
      employees_done: 2,
      days_derived: 20,
      days_changed: 4,
      is_finished: true,
    });
  });

  it('that failed are due later, and keep their change open until they are done', async () => {
    await addEmployees('a', 'b');
    await run(`insert into shift_user select 'early', unnest('{a,b}'::text[])`);
    await addChange(1, { shift: 'early' });
    await settle(9, (stale) => (stale.employeeId === 'a' ? failed(stale) : done(stale)));
    expect(await settle(9), 'not due').to.deep.equal([]);
    expect(await store.backlog()).to.include({ unfinishedChanges: 1, failures: 1 });
    const [row] = await run(`
      select reason, tries, retry_at between now() + interval '50 s' and now() + interval '70 s' as is_later
      from stale_days where done_at = 'infinity'`);
    expect(row).to.deep.equal({ reason: 'refused', tries: 1, is_later: true });
    await run('update stale_days set retry_at = now()');
    const [again] = await settle(9);
    expect(again).to.include({ employeeId: 'a', tries: 1 });
    expect(await changeOf(1)).to.include({ employees_done: 2, is_finished: true });
    expect(await store.backlog()).to.deep.equal({
      unfinishedChanges: 0,
      failures: 0,
      oldestRecordedAt: undefined,
    });
  });

  it('that two workers settle last at the same time finish their change', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `e${n}`);
    await addEmployees(...ids);
    await run(`insert into shift_user select 'early', unnest($1::text[])`, ids);
    for (let changeId = 1; changeId <= 3; changeId += 1)
      await addChange(changeId, { shift: 'early' });
    const worker = async () => {
      while ((await settle(5)).length > 0);
    };
    await Promise.all(Array.from({ length: 5 }, worker));
    // Who finds everything taken ends before it is done; whatever was left is here.
    await worker();
    for (let changeId = 1; changeId <= 3; changeId += 1) {
      expect(await changeOf(changeId)).to.include({ employees_done: 40, is_finished: true });
    }
  });

  const extentsOf = async (...ids: string[]) => await store.readExtents(ids as EmployeeId[]);

  it('finds the first and the last date of days and of punches', async () => {
    await addEmployees('a', 'b', 'c');
    await run(`insert into attendance_day (employee_id, date, revision, recorded_at, engine_version)
      values ('a', '2026-02-01', 1, now(), 1), ('a', '2026-02-05', 1, now(), 1)`);
    await run(`insert into punch (employee_id, sequence, time, kind, source, actor, received_at, recorded_at)
      values ('a', 1, '2026-01-31T23:59:59Z', 1, 1, 'x', now(), now()),
             ('b', 1, '1969-12-31T23:59:59Z', 1, 1, 'x', now(), now())`);
    const found = await extentsOf('a', 'b', 'c');
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
      '1969-12-24 1970-02-23',
      '2025-12-24 2026-02-23',
      '2026-02-24 2026-04-26',
      '2999-12-23 3000-02-22',
      '9999-12-23 9999-12-31',
    ];
    expect(await listed('1900-01-01', '9999-12-31')).to.deep.equal(all);
    expect(await listed('1900-01-01', '9999-12-31', 2)).to.deep.equal(all.slice(0, 2));
    expect(await listed('2026-02-25', '3000-01-02')).to.deep.equal([
      '2026-02-25 2026-04-27',
      '2999-12-23 3000-01-02',
    ]);
    // A punch of the week before can count for a date; one of the week after the span, too.
    expect(await listed('3000-01-08', '3000-01-09')).to.deep.equal(['3000-01-08 3000-01-09']);
    expect(await listed('3000-01-09', '3000-01-10')).to.deep.equal([]);
    expect(await listed('2999-12-20', '2999-12-23')).to.deep.equal(['2999-12-23 2999-12-23']);
    expect(await listed('2999-12-20', '2999-12-22')).to.deep.equal([]);
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
    const writer = await holdUp(test.url, 'b');
    let found: Awaited<ReturnType<typeof extentsOf>> | undefined;
    const listing = extentsOf('a', 'b').then((extents) => {
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
});
