// Two releases on one database, as while an update is rolled out: the release before punches writes
// days with statements that know nothing of them, and leaves the columns that it does not know
// as they were. What it left behind must be read, listed, mended and written over rightly.

import { expect } from 'chai';
import { type RebuildOptions, rebuild } from '../../src/app/upkeep/rebuild.js';
import { recordFact, recordFacts } from '../../src/app/write/record-facts.js';
import { WriteQueue } from '../../src/app/write/write-queue.js';
import { ENGINE_VERSION } from '../../src/domain/engine/derive.js';
import { ANY_DAY } from '../../src/domain/facts/day-filter.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import { type LocalDate, monthOf } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import { createRebuildStore } from '../../src/store/upkeep/rebuild.js';
import { markOf, openStore, punchOf, type StoreFixture, testRosters } from './support.js';

const DATE = '2026-03-02' as LocalDate;
const NOON = `${DATE}T12:00:00Z`;

/** As the release before punches has it, word for word; $9 is its ENGINE_VERSION, 1. */
const OLD_UPSERT_DAYS = `
    insert into attendance_day as d (employee_id, date, revision, status, origin, portion,
                                     other_half_status, note, engine_version, recorded_at)
    select t.*, $9::smallint, (select recorded_at from feed_head where id = 1)
    from unnest($1::text[], $2::date[], $3::integer[], $4::smallint[], $5::smallint[],
                $6::smallint[], $7::smallint[], $8::text[]) t
    on conflict (employee_id, date) do update set
      revision = excluded.revision, status = excluded.status, origin = excluded.origin,
      portion = excluded.portion, other_half_status = excluded.other_half_status,
      note = excluded.note, engine_version = excluded.engine_version,
      recorded_at = excluded.recorded_at`;

/** The same, of the feed; $13 is its ENGINE_VERSION. */
const OLD_APPEND_CHANGES = `
    with head as (
      update feed_head
      set position = position + cardinality($1::text[]),
          recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
      where id = 1
      returning position - cardinality($1::text[]) as base, recorded_at
    ), appended as (
      insert into attendance_change (position, recorded_at, employee_id, date, revision, sequence,
                                     cause, actor, reason, status, origin, portion,
                                     other_half_status, note, engine_version)
      select head.base + c.n, head.recorded_at, c.employee_id, c.date, c.revision, c.sequence,
             c.cause, c.actor, c.reason, c.status, c.origin, c.portion,
             c.other_half_status, c.note, $13::smallint
      from head,
           unnest($1::text[], $2::date[], $3::integer[], $4::bigint[], $5::smallint[], $6::text[],
                  $7::text[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[],
                  $12::text[]) with ordinality
             c (employee_id, date, revision, sequence, cause, actor, reason, status, origin,
                portion, other_half_status, note, n)
    )
    select recorded_at from head`;

const OLD_INSERT_MARKS = `
    insert into mark (employee_id, sequence, date, kind, status, portion, note, reason,
                      actor, received_at, request_id, payload_hash, revision)
    select * from unnest($1::text[], $2::bigint[], $3::date[], $4::smallint[], $5::smallint[],
                         $6::smallint[], $7::text[], $8::text[], $9::text[],
                         $10::timestamptz[], $11::uuid[], $12::bytea[], $13::integer[])`;

/** Status, origin and portion as the old release numbers them; null: a cleared day. */
type OldResult = readonly [status: number, origin: number, portion: number] | undefined;

const ABSENT: OldResult = [2, 1, 1];

describe('two releases on one database', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  /** What the old release does of a call that it took: the third fact and revision of the day. */
  async function oldWrites(id: string, result: OldResult): Promise<void> {
    const [status, origin, portion] = result ?? [null, null, null];
    const [own] = await fixture.rows(
      `select e.version + 1 as sequence, d.revision + 1 as revision
       from employee e join attendance_day d using (employee_id) where employee_id = $1`,
      id,
    );
    const [sequence, revision] = [Number(own?.sequence), Number(own?.revision)];
    const kind = result === undefined ? 2 : 1;
    const day = [[status], [origin], [portion], [null], ['']];
    const received = [new Date().toISOString()];
    await fixture.rows(
      OLD_INSERT_MARKS,
      ...[[id], [sequence], [DATE], [kind], [status], [portion], [''], ['']],
      ...[['boss'], received, [null], [null], [revision]],
    );
    await fixture.rows('update employee set version = $2 where employee_id = $1', id, sequence);
    const told = [[id], [DATE], [revision], [sequence], [kind], ['boss'], ['']];
    await fixture.rows(OLD_APPEND_CHANGES, ...told, ...day, 1);
    await fixture.rows(OLD_UPSERT_DAYS, [id], [DATE], [revision], ...day, 1);
  }

  /** IN, OUT and a mark by this release; then what the old one makes of the day. */
  async function mixed(id: string, result: OldResult): Promise<void> {
    await recordFacts(fixture.store, [
      punchOf(id, `${DATE}T09:00:00Z`, 'IN'),
      punchOf(id, `${DATE}T17:00:00Z`, 'OUT'),
    ]);
    await recordFact(new WriteQueue(fixture.store), markOf(id, DATE));
    await oldWrites(id, result);
  }

  async function monthsDay(id: string) {
    const block = await fixture.store.readMonth(id as EmployeeId, monthOf(DATE));
    return block?.days.find(({ date }) => date === DATE);
  }

  async function listed(id: string) {
    const page = await fixture.store.listByDate({
      employeeId: id as EmployeeId,
      startDate: DATE,
      endDate: DATE,
      groupId: undefined,
      filter: { ...ANY_DAY, statuses: ['PRESENT'] },
      includeExpected: false,
      asOf: undefined,
      now: (Date.parse(NOON) + 30 * 86_400_000) as Instant,
      after: undefined,
      limit: 10,
    });
    return page.days.map(({ day }) => day);
  }

  async function rebuilt(id: string, options: Partial<RebuildOptions> = {}) {
    const { database: reads, store } = fixture;
    const facts = createRebuildStore({ reads, writes: reads }, testRosters());
    const ports = { facts, store, now: () => Date.now() as Instant };
    const employeeIds = [id as EmployeeId];
    const all = { employeeIds, from: undefined, to: undefined, write: false, ...options };
    const found = [];
    for await (const each of rebuild(ports, all)) found.push(each);
    return found.flatMap(({ differences }) => differences.map(({ field }) => field));
  }

  async function versionOf(id: string): Promise<unknown> {
    const [row] = await fixture.rows(
      'select engine_version from attendance_day where employee_id = $1 and date = $2',
      id,
      DATE,
    );
    return row?.engine_version;
  }

  it('a mark that the old one cleared leaves what the punches say', async () => {
    await mixed('cleared', undefined);
    const day = await monthsDay('cleared');
    expect(day?.result).to.deep.include({ status: 'PRESENT', origin: 'DERIVED' });
    expect(day?.result.work.workedSeconds).to.equal(8 * 3600);
    expect(await listed('cleared')).to.deep.equal([day]);
  });

  it('a day that the old one marked has its punches still', async () => {
    await mixed('marked', ABSENT);
    const day = await monthsDay('marked');
    expect(day?.result).to.deep.include({ status: 'ABSENT', origin: 'MARKED' });
    expect(day?.result.work.workedSeconds).to.equal(8 * 3600);
  });

  it('the next write puts right a day without a result, and so does a rebuild', async () => {
    for (const [id, result] of [
      ['w-cleared', undefined],
      ['w-marked', ABSENT],
    ] as const) {
      await mixed(id, result);
      const before = await monthsDay(id);
      await recordFact(new WriteQueue(fixture.store), punchOf(id, NOON, 'BREAK_START'));
      expect(await versionOf(id)).to.equal(ENGINE_VERSION);
      expect((await monthsDay(id))?.revision).to.equal((before?.revision ?? 0) + 1);
      expect(await rebuilt(id)).to.deep.equal([]);
    }
    for (const [id, result, wrong] of [
      ['r-cleared', undefined, ['status', 'origin', 'portion', 'work']],
      ['r-marked', ABSENT, []],
    ] as const) {
      await mixed(id, result);
      const before = await monthsDay(id);
      expect(await rebuilt(id)).to.include.members([...wrong]);
      await rebuilt(id, { write: true });
      expect(await rebuilt(id)).to.deep.equal([]);
      expect(await versionOf(id)).to.equal(ENGINE_VERSION);
      expect((await monthsDay(id))?.result).to.deep.equal(before?.result);
    }
  });

  it('a day that is nothing any more is written anew without a revision', async () => {
    await recordFact(new WriteQueue(fixture.store), markOf('nothing', DATE));
    await oldWrites('nothing', undefined);
    expect(await monthsDay('nothing')).to.deep.include({ revision: 2 });
    await rebuilt('nothing', { write: true });
    expect(await versionOf('nothing')).to.equal(ENGINE_VERSION);
    expect(await rebuilt('nothing')).to.deep.equal([]);
    expect(await monthsDay('nothing')).to.deep.include({ revision: 2 });
  });
});
