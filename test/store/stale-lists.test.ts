// While somebody has stale days, what is stored of them is wrong and every list still tells what it tells
// once they have followed; and nobody else's days are derived for it.

import { expect } from 'chai';
import type { AttendanceStore } from '../../src/app/ports/attendance-store.js';
import type { DayCursor } from '../../src/app/ports/day-reads.js';
import { type ListQuery, listDays, streamDays } from '../../src/app/read/read-lists.js';
import type { ReadMoment } from '../../src/app/read/read-moment.js';
import { followRoster } from '../../src/app/upkeep/follow-roster.js';
import { rebuild } from '../../src/app/upkeep/rebuild.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import type { Attendance, Status } from '../../src/domain/facts/day.js';
import { ANY_DAY } from '../../src/domain/facts/day-filter.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../src/domain/time/time.js';
import type { Database } from '../../src/store/postgres/database.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { createRebuildStore } from '../../src/store/upkeep/rebuild.js';
import { createStaleDaysStore } from '../../src/store/upkeep/stale-days.js';
import { type Company, change, employeeId, hire, shiftAt, work } from '../support/company.js';
import { rosterOver } from './roster-support.js';
import { allIn, markOf, openStore, type StoreFixture, testRosters } from './support.js';

const COMPANY: Company = {
  employees: 6,
  firstDay: toEpochDay('2026-02-20' as LocalDate),
  days: 14,
};
const CHANGED_FROM = COMPANY.firstDay + 6;

/** The first, the last, and one between others. */
const STALE = [0, 3, 5].map(employeeId);

const RANGE = {
  startDate: fromEpochDay(COMPANY.firstDay - 3),
  endDate: fromEpochDay(COMPANY.firstDay + COMPANY.days + 5),
};
const NOW = Date.parse('2026-04-01T00:00:00Z') as Instant;

type Asked = Omit<ListQuery, 'after' | 'limit'>;

const FILTERS: readonly (readonly Status[] | undefined)[] = [
  undefined,
  ['HALF_DAY'],
  ['PRESENT', 'ON_LEAVE'],
  ['ABSENT'],
];

/** What is asked for, by what the test is called. */
const QUERIES: readonly (readonly [string, Asked])[] = FILTERS.flatMap((statuses) =>
  [false, true].flatMap((includeExpected) =>
    [undefined, employeeId(3), employeeId(4)].map((id) => {
      const who = id ?? 'everybody';
      const name = `${statuses?.join(' or ') ?? 'any'}${includeExpected ? ', expected too' : ''}, ${who}`;
      return [
        name,
        {
          ...RANGE,
          employeeId: id,
          groupId: undefined,
          filter: { ...ANY_DAY, statuses },
          includeExpected,
        },
      ] as const;
    }),
  ),
);

/** What a day comes to; its revision is another one once it is mended. */
function told({ revision: _, updateTime: __, ...day }: Attendance): unknown {
  return day;
}

describe('lists with employees who have stale days', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;
  let store: AttendanceStore;
  let statements: Set<string>;
  let mend: () => Promise<void>;

  before(async () => {
    fixture = await openStore();
    statements = new Set();
    const database: Database = {
      ...fixture.database,
      session: (run) =>
        fixture.database.session((session) =>
          run({
            pipeline: async (bound) => {
              for (const { statement } of bound) statements.add(statement.name);
              return await session.pipeline(bound);
            },
          }),
        ),
    };
    store = createPostgresStore(allIn(database), testRosters(), { requireKnownEmployees: false });
    const roster = rosterOver(fixture);
    const stale = createStaleDaysStore(fixture.database);
    const ports = { stale, store, now: () => NOW };
    const options = {
      signal: new AbortController().signal,
      giveWay: async () => {},
      onDone: () => {},
      onFailure: () => {},
    };
    const followAll = async () => {
      while ((await followRoster(ports, options)) > 0);
    };
    await hire(roster, COMPANY);
    await work(store, COMPANY);
    for (const index of [2, 3]) {
      const date = fromEpochDay(CHANGED_FROM + index);
      await recordFacts(store, [markOf(employeeId(index), date, { status: 'ON_LEAVE' })]);
    }
    await followAll();
    await fixture.rows(`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'this day is refused'; end $$`);
    await fixture.rows(`create trigger refuse before insert or update on attendance_day for each row
      when (new.employee_id in (${STALE.map((id) => `'${id}'`).join()})) execute function refuse()`);
    // What was a whole day is half of one.
    const shift = { ...shiftAt(9), halfDayBelowSeconds: 9 * 3600 };
    const version = { fromDay: CHANGED_FROM, shift };
    await change(roster, { kind: 'UPDATE_SHIFT', version, etag: undefined });
    await followAll();
    expect(await stale.backlog()).to.include({ failures: STALE.length });
    mend = async () => {
      await fixture.rows('drop trigger refuse on attendance_day');
      await fixture.rows('update stale_days set retry_at = now()');
      await followAll();
      expect((await stale.backlog()).unfinishedChanges).to.equal(0);
      const facts = createRebuildStore(allIn(fixture.database), testRosters());
      const all = { employeeIds: [], from: undefined, to: undefined, write: false };
      for await (const { differences } of rebuild({ facts, store, now: () => NOW }, all)) {
        expect(differences).to.deep.equal([]);
      }
    };
  });

  after(async () => await fixture.close());

  async function listed(query: Asked, moment: ReadMoment, limit: number): Promise<Attendance[]> {
    const days: Attendance[] = [];
    let after: DayCursor | undefined;
    do {
      const page = await listDays(store, { ...query, after, limit }, moment);
      expect(page.attendances.length).to.be.at.most(limit);
      days.push(...page.attendances);
      after = page.next;
    } while (after !== undefined);
    return days;
  }

  async function streamed(query: Asked, moment: ReadMoment): Promise<Attendance[]> {
    const days: Attendance[] = [];
    for await (const run of streamDays(store, query, moment)) days.push(...run);
    return days;
  }

  it('answer as after a clean rebuild, in both orders, in pages, now and as of then', async () => {
    const [head] = await fixture.rows('select recorded_at from feed_head');
    const asOf = Number(head?.recorded_at) as RecordTime;
    const now = { now: NOW, asOf: undefined };
    const then = { now: NOW, asOf };
    const answersOf = async (query: Asked, moment: ReadMoment) => ({
      'in pages of 4': await listed(query, moment, 4),
      'in pages of 100': await listed(query, moment, 100),
      streamed: await streamed(query, moment),
    });
    const before = new Map<string, Awaited<ReturnType<typeof answersOf>>>();
    for (const [name, query] of QUERIES) {
      before.set(`${name}, now`, await answersOf(query, now));
      before.set(`${name}, as of then`, await answersOf(query, then));
    }
    await mend();
    const counts = new Map<string, number>();
    for (const [name, query] of QUERIES) {
      const clean = await answersOf(query, now);
      const mended = await answersOf(query, then);
      counts.set(name, clean.streamed.length);
      for (const [form, days] of Object.entries(clean)) {
        const key = form as keyof typeof clean;
        const expected = days.map(told);
        for (const when of ['now', 'as of then']) {
          const answer = before.get(`${name}, ${when}`)?.[key].map(told);
          expect(answer, `${name}, ${when}, ${form}`).to.deep.equal(expected);
        }
        expect(mended[key].map(told), `${name}, mended, ${form}`).to.deep.equal(expected);
      }
    }
    for (const wanted of ['HALF_DAY', 'PRESENT or ON_LEAVE', 'ABSENT, expected too', 'any']) {
      expect(counts.get(`${wanted}, everybody`), wanted).to.be.above(20);
    }
  });

  /** Of some people, some stale days each, from a date on. */
  const aside = async (people: number, count: number, from = RANGE.startDate as string) => {
    await fixture.rows('delete from stale_days');
    await fixture.rows(
      `insert into stale_days (employee_id, change_id, first_date, last_date, since)
       select 'e' || lpad((n % $2::integer)::text, 5, '0'), n, $3::date, 'infinity', now()
       from generate_series(1, $1::integer) n`,
      count,
      people,
      from,
    );
    statements.clear();
    const moment = { now: NOW, asOf: undefined };
    const query = {
      ...RANGE,
      employeeId: undefined,
      groupId: undefined,
      filter: ANY_DAY,
      includeExpected: false,
    };
    const days = await listed(query, moment, 100);
    expect(await streamed(query, moment)).to.have.length(days.length);
    return { days: days.length, statements: [...statements].filter((name) => /^step_/.test(name)) };
  };

  it('derive the days of those only, while they are few', async () => {
    const none = await aside(1, 0);
    expect(none.statements).to.deep.equal([]);
    const few = await aside(2, 40);
    expect(few.statements).to.deep.equal(['step_employee']);
    const many = await aside(11, 40);
    expect(many.statements).to.include('step_date');
    const tooMany = await aside(1, 1000);
    expect(tooMany.statements, 'too many to look at').to.include('step_date');
    const elsewhere = await aside(11, 40, '2027-01-01');
    expect(elsewhere.statements, 'of other dates').to.deep.equal([]);
    for (const { days } of [few, many, tooMany, elsewhere]) expect(days).to.equal(none.days);
  });
});
