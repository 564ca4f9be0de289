// Rebuilding over real PostgreSQL: nothing is found where nothing is wrong, everything that is wrong
// is found, and mending puts it right through revisions and the feed.

import { expect } from 'chai';
import type { AttendanceStore } from '../../../src/app/ports/attendance-store.js';
import type { RebuildStore } from '../../../src/app/ports/rebuild-ports.js';
import {
  type RebuildOptions,
  type RebuiltEmployee,
  rebuild,
} from '../../../src/app/upkeep/rebuild.js';
import { recordFact, recordFacts } from '../../../src/app/write/record-facts.js';
import { WriteQueue } from '../../../src/app/write/write-queue.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import {
  fromEpochDay,
  type LocalDate,
  monthOf,
  toEpochDay,
} from '../../../src/domain/time/local-date.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { findZone } from '../../../src/domain/time/zone.js';
import { type Database, openDatabase } from '../../../src/store/postgres/database.js';
import { createPostgresStore } from '../../../src/store/postgres-store.js';
import { createRosterStore } from '../../../src/store/roster-changes/roster-store.js';
import { createRosterReader } from '../../../src/store/rosters/roster-reader.js';
import { createRebuildStore } from '../../../src/store/upkeep/rebuild.js';
import { type Company, employeeId, hire, punchFact, work } from '../../support/company.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { clearOf, markOf } from '../support.js';

const COMPANY: Company = {
  employees: 3,
  firstDay: toEpochDay('2026-01-20' as LocalDate),
  days: 100,
};
const [ANNA, BERT] = [employeeId(0), employeeId(1)];
const DAY_MS = 86_400_000;

function dateOf(index: number): LocalDate {
  return fromEpochDay(COMPANY.firstDay + index);
}

describe('rebuilding', function () {
  this.timeout(120_000);
  let test: TestDatabase;
  let database: Database;
  let store: AttendanceStore;
  let facts: RebuildStore;

  before(async () => {
    test = await createTestDatabase();
    database = openDatabase(test.url, () => {}, 8);
    const databases = { writes: database, reads: database, health: database };
    const defaultZone = findZone('UTC');
    if (defaultZone === undefined) throw new Error('no UTC');
    const rosters = createRosterReader({ defaultZone });
    store = createPostgresStore(databases, rosters, { requireKnownEmployees: false });
    facts = createRebuildStore(databases, rosters);
    await hire(createRosterStore({ ...databases, reader: rosters, defaultZone }), COMPANY);
    await work(store, COMPANY);
    await tellMore();
  });

  after(async () => {
    await database.close();
    await test.drop();
  });

  /** Marks of all kinds, clearings, a voided punch, a night's work, somebody the roster does not know. */
  async function tellMore(): Promise<void> {
    const results = await recordFacts(store, [
      markOf(ANNA, dateOf(3), { status: 'ON_LEAVE', portion: 'FIRST_HALF', note: 'dentist' }),
      markOf(ANNA, dateOf(3), { status: 'REMOTE', portion: 'SECOND_HALF' }),
      markOf(ANNA, dateOf(4), { status: 'HOLIDAY' }),
      clearOf(ANNA, dateOf(4)),
      markOf(ANNA, dateOf(300), { status: 'ON_LEAVE' }),
      markOf(ANNA, dateOf(301), { status: 'ON_LEAVE' }),
      clearOf(ANNA, dateOf(301)),
      markOf('stranger', dateOf(0)),
      punchFact('stranger' as EmployeeId, (COMPANY.firstDay + 1) * DAY_MS + 79_200_000, 'IN'),
      punchFact('stranger' as EmployeeId, (COMPANY.firstDay + 2) * DAY_MS + 21_600_000, 'OUT'),
      punchFact(BERT, (COMPANY.firstDay + 200) * DAY_MS, 'IN'),
    ]);
    expect(results.filter(({ failure }) => failure !== undefined)).to.deep.equal([]);
    const [last] = await run(
      'select max(sequence) as sequence from punch where employee_id = $1',
      BERT,
    );
    await recordFact(new WriteQueue(store), {
      kind: 'VOID',
      validateOnly: false,
      employeeId: BERT,
      requestId: undefined,
      payloadHash: new Uint8Array(16),
      actor: 'boss',
      receivedAt: Date.now() as Instant,
      punchIds: [Number(last?.sequence)],
      onlyStanding: false,
      reason: 'not him',
    });
  }

  const run = (text: string, ...values: unknown[]) => database.query({ name: '', text }, ...values);

  async function rebuilt(
    options: Partial<RebuildOptions> = {},
  ): Promise<readonly RebuiltEmployee[]> {
    const found: RebuiltEmployee[] = [];
    const all = { employeeIds: [], from: undefined, to: undefined, write: false, ...options };
    const ports = { facts, store, now: () => Date.now() as Instant };
    for await (const each of rebuild(ports, all)) found.push(each);
    return found;
  }

  /** Whose days differ, on which dates, in which fields. */
  async function differences(options: Partial<RebuildOptions> = {}): Promise<readonly string[]> {
    const found = await rebuilt(options);
    return found.flatMap((each) =>
      each.differences.map(({ employeeId: id, date, field }) => `${id} ${date} ${field}`),
    );
  }

  /** The whole table, as text. */
  async function table(): Promise<readonly unknown[]> {
    return await run('select d::text as row from attendance_day d order by employee_id, date');
  }

  it('finds no difference, and no day under another plan, and writes nothing', async () => {
    const before = await table();
    const found = await rebuilt({ write: true });
    expect(found.map((each) => each.employeeId)).to.deep.equal([
      employeeId(0),
      employeeId(1),
      employeeId(2),
      'stranger',
    ]);
    for (const each of found) {
      expect(each.differences).to.deep.equal([]);
      expect(each).to.include({ daysBehind: 0, differencesLeft: 0 });
      expect(each.daysDerived).to.be.at.least(3);
    }
    expect(await table()).to.deep.equal(before);
  });

  const tampered: readonly [name: string, sql: string, fields: readonly string[]][] = [
    [
      'another status',
      `update attendance_day set status = 2 where employee_id = $1 and date = $2`,
      ['status'],
    ],
    [
      'another note',
      `update attendance_day set note = 'x' where employee_id = $1 and date = $2`,
      ['note'],
    ],
    [
      'other work',
      `update attendance_day set work = null where employee_id = $1 and date = $2`,
      ['work'],
    ],
    [
      'a result taken away',
      `update attendance_day set status = null, origin = null, portion = null, work = null, settles_at = null
       where employee_id = $1 and date = $2`,
      ['status', 'origin', 'portion', 'work'],
    ],
  ];
  for (const [name, sql, fields] of tampered) {
    it(`finds ${name}, and mends it as a change that the feed tells`, async () => {
      const date = dateOf(10);
      const before = await store.readMonth(ANNA, monthOf(date));
      await run(sql, ANNA, date);
      const expected = fields.map((field) => `${ANNA} ${date} ${field}`);
      expect(await differences()).to.deep.equal(expected);
      const mended = await rebuilt({ write: true });
      expect(mended.map(({ differencesLeft }) => differencesLeft)).to.deep.equal([0, 0, 0, 0]);
      expect(await differences()).to.deep.equal([]);
      const after = await store.readMonth(ANNA, monthOf(date));
      const [was, is] = [before, after].map((block) =>
        block?.days.find((day) => day.date === date),
      );
      expect(is?.result).to.deep.equal(was?.result);
      expect(is?.revision).to.equal((was?.revision ?? 0) + 1);
      expect(after?.version).to.equal((before?.version ?? 0) + 1);
      const [told] = await run(
        'select cause, actor from attendance_change where employee_id = $1 and date = $2 order by revision desc limit 1',
        ANNA,
        date,
      );
      expect(told).to.deep.equal({ cause: 6, actor: 'rebuild' });
    });
  }

  it('finds days of which no fact tells', async () => {
    await run(
      `insert into attendance_day (employee_id, date, status, origin, portion, revision, recorded_at, engine_version)
       values ($1, $2, 1, 1, 1, 1, now(), 1)`,
      BERT,
      dateOf(400),
    );
    const fields = ['status', 'origin', 'portion', 'revision'];
    expect(await differences()).to.deep.equal(
      fields.map((field) => `${BERT} ${dateOf(400)} ${field}`),
    );
    await rebuilt({ write: true });
    expect(await differences()).to.deep.equal([]);
  });

  it('marks days as current that other rules stored', async () => {
    await run(
      'update attendance_day set engine_version = 1 where employee_id = $1 and date < $2',
      ANNA,
      dateOf(5),
    );
    const before = await rebuilt();
    expect(before.map(({ daysBehind }) => daysBehind)).to.deep.equal([5, 0, 0, 0]);
    expect(before.flatMap((each) => each.differences)).to.deep.equal([]);
    await rebuilt({ write: true });
    expect((await rebuilt()).map(({ daysBehind }) => daysBehind)).to.deep.equal([0, 0, 0, 0]);
  });

  it('looks only at the employees and dates named', async () => {
    await run(
      'update attendance_day set status = 2 where date in ($1, $2)',
      dateOf(20),
      dateOf(60),
    );
    const [early, late] = [dateOf(20), dateOf(60)].map((date) => `${BERT} ${date} status`);
    expect(await differences({ employeeIds: [BERT] })).to.deep.equal([early, late]);
    expect(await differences({ employeeIds: [BERT], to: dateOf(59) })).to.deep.equal([early]);
    expect(await differences({ employeeIds: [BERT], from: dateOf(21) })).to.deep.equal([late]);
    expect(await differences({ from: dateOf(21), to: dateOf(59) })).to.deep.equal([]);
    await rebuilt({ write: true });
    expect(await differences()).to.deep.equal([]);
  });

  it('puts a table that was lost back as it was, row by row', async () => {
    const before = await table();
    await run('delete from attendance_day');
    expect((await differences()).length).to.be.at.least(before.length);
    await rebuilt({ write: true });
    expect(await table()).to.deep.equal(before);
    expect(await differences()).to.deep.equal([]);
  });

  it('mends while facts go on coming in', async () => {
    await run(
      'update attendance_day set status = 2 where employee_id = $1 and status is not null',
      ANNA,
    );
    const marks = Array.from({ length: 40 }, (_, index) =>
      markOf(ANNA, dateOf(index), { status: index % 2 === 0 ? 'REMOTE' : 'ON_LEAVE' }),
    );
    const telling = (async () => {
      for (const mark of marks) await recordFact(new WriteQueue(store), mark);
    })();
    await rebuilt({ write: true, employeeIds: [ANNA] });
    await telling;
    await rebuilt({ write: true, employeeIds: [ANNA] });
    expect(await differences()).to.deep.equal([]);
  });

  it('refuses an employee who is not known', async () => {
    const refused = await rebuilt({ employeeIds: ['nobody' as EmployeeId] }).catch(String);
    expect(refused).to.contain('EMPLOYEE_NOT_FOUND');
  });
});
