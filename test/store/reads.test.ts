// What reads show, at every moment between roster changes, facts and the sweep that follows: held to
// days derived from scratch, from all facts and the roster in force. And as of a past moment: what
// was shown then.

import { expect } from 'chai';
import fc from 'fast-check';
import { rulesFor } from '../../src/app/decide/decide-batch.js';
import type { AttendanceStore } from '../../src/app/ports/attendance-store.js';
import type { DayQuery, EmployeeDay } from '../../src/app/ports/day-reads.js';
import type { Fact } from '../../src/app/ports/facts.js';
import type { PunchCursor } from '../../src/app/ports/punch-reads.js';
import { clockState, listClockedIn } from '../../src/app/read/clock-state.js';
import { explainDay, getDay } from '../../src/app/read/read-day.js';
import { listHistory, listPunches, type Revision } from '../../src/app/read/read-history.js';
import { createCachedStore } from '../../src/cache/cached-store.js';
import { MemoryBlockCache } from '../../src/cache/memory-block-cache.js';
import type { KnownDay } from '../../src/domain/engine/day-under-plan.js';
import { derive } from '../../src/domain/engine/derive.js';
import { present } from '../../src/domain/engine/present.js';
import type { Declaration, MarkableStatus } from '../../src/domain/facts/day.js';
import { ANY_DAY, type DayFilter, isWanted } from '../../src/domain/facts/day-filter.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import { type Punch, type PunchKind, timelineOf } from '../../src/domain/facts/punch.js';
import { planDays } from '../../src/domain/roster/plan.js';
import {
  fromEpochDay,
  type LocalDate,
  type LocalMonth,
  toEpochDay,
} from '../../src/domain/time/local-date.js';
import { type Instant, instantOf, type RecordTime } from '../../src/domain/time/time.js';
import type { Database } from '../../src/store/postgres/database.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { runs } from '../support/runs.js';
import { RosterScript, shiftFrom, zoneNamed } from './roster-script.js';
import {
  allIn,
  markOf,
  openStore,
  punchOf,
  rederiveOf,
  type StoreFixture,
  testRosters,
  voidOf,
} from './support.js';

const MAY = '2026-05' as LocalMonth;
const FIRST = '2026-05-01' as LocalDate;
const LAST = '2026-05-31' as LocalDate;
const FIRST_DAY = toEpochDay(FIRST);
const LAST_DAY = toEpochDay(LAST);
const NOW = Date.parse('2026-05-20T10:00:00Z') as Instant;

/** Facts and the roster, kept beside the store, and days derived from all of them. */
class Model {
  readonly #script: RosterScript;
  readonly punches = new Map<EmployeeId, Map<number, Punch>>();
  readonly marks = new Map<string, Declaration>();

  constructor(script: RosterScript) {
    this.#script = script;
  }

  /** All dates of May. */
  days(employeeId: EmployeeId): Omit<KnownDay, 'revision' | 'recordedAt'>[] {
    const punches = timelineOf([...(this.punches.get(employeeId)?.values() ?? [])]);
    const employee = this.#script.employee(employeeId);
    return planDays(this.#script.roster, employee, FIRST_DAY, LAST_DAY).map((plan) => {
      const declaration = this.marks.get(`${employeeId} ${plan.date}`);
      return { date: plan.date, result: derive({ declaration, punches }, plan) };
    });
  }

  /** Those that a list shows. */
  listed(employeeIds: readonly EmployeeId[], query: DayQuery): string[] {
    return employeeIds.flatMap((employeeId) =>
      this.days(employeeId)
        .filter(({ date, result }) => {
          if (result.status === 'UNSCHEDULED') return false;
          if (date < query.startDate || date > query.endDate) return false;
          if (result.origin === 'EXPECTED' && !query.includeExpected) return false;
          const known = { result, revision: 0, recordedAt: undefined };
          const day = present({ employeeId, employeeName: '', date }, known, query.now);
          return isWanted(day, query.filter);
        })
        .map(({ date, result }) => lineOf(employeeId, date, result)),
    );
  }
}

function lineOf(employeeId: EmployeeId, date: LocalDate, result: KnownDay['result']): string {
  return `${employeeId} ${date} ${JSON.stringify(result)}`;
}

/** A company of two or three, a store over it, and what must be seen of it. */
class Scene {
  readonly store: AttendanceStore;
  readonly script: RosterScript;
  readonly model: Model;
  readonly people: readonly EmployeeId[];
  readonly fixture: StoreFixture;

  constructor(fixture: StoreFixture, people: readonly EmployeeId[]) {
    this.fixture = fixture;
    this.script = new RosterScript(fixture);
    this.model = new Model(this.script);
    this.people = people;
    // A memory of its own: empty at first, as that of a process that has just begun.
    this.store = createPostgresStore(allIn(fixture.database), testRosters(), {
      requireKnownEmployees: false,
    });
  }

  /** The punches it recorded: one that repeats another, taken back or not, is none. */
  async write(...facts: Fact[]): Promise<readonly number[]> {
    const { decision } = await this.store.writeBatch(facts, rulesFor(facts));
    return decision.outcomes.flatMap((outcome) =>
      outcome.kind !== 'DONE' ? [] : outcome.punches.map(({ punchId }) => punchId),
    );
  }

  async punch(employeeId: EmployeeId, time: number, kind: 'IN' | 'OUT'): Promise<void> {
    const fact = punchOf(employeeId, new Date(time).toISOString(), kind);
    const [id] = await this.write(fact);
    const own = this.model.punches.get(employeeId) ?? new Map<number, Punch>();
    this.model.punches.set(employeeId, own);
    const { deviceId, eventId, position, flags } = fact.punch;
    if (id !== undefined) {
      own.set(id, { time: fact.punch.time, kind, deviceId, eventId, position, flags });
    }
  }

  async takeBack(employeeId: EmployeeId, pick: number): Promise<void> {
    const own = this.model.punches.get(employeeId);
    const ids = [...(own?.keys() ?? [])];
    const id = ids[pick % Math.max(1, ids.length)];
    if (id === undefined) return;
    await this.write(voidOf(employeeId, [id]));
    own?.delete(id);
  }

  async mark(employeeId: EmployeeId, day: number, status: MarkableStatus): Promise<void> {
    const date = fromEpochDay(day);
    await this.write(markOf(employeeId, date, { status }));
    const declared = {
      status,
      portion: 'WHOLE_DAY',
      otherHalfStatus: undefined,
      leaveTypeId: undefined,
      otherHalfLeaveTypeId: undefined,
      leaveTimes: [],
      note: '',
    } as const;
    this.model.marks.set(`${employeeId} ${date}`, declared);
  }

  /** What the sweep does: all days follow, then the changes are finished. */
  async sweep(): Promise<void> {
    for (const id of this.people) {
      await this.write(rederiveOf(id, FIRST_DAY - 15, FIRST_DAY + 15));
      await this.write(rederiveOf(id, FIRST_DAY + 16, LAST_DAY + 15));
    }
    await this.script.finish();
  }

  query(more: Partial<DayQuery> = {}): DayQuery {
    return {
      employeeId: undefined,
      startDate: FIRST,
      endDate: LAST,
      groupId: undefined,
      filter: ANY_DAY,
      includeExpected: false,
      now: NOW,
      asOf: undefined,
      after: undefined,
      limit: 7,
      ...more,
    };
  }
}

/** A list to its end, page by page. */
async function all(
  list: (query: DayQuery) => Promise<{ days: readonly EmployeeDay[]; next: DayQuery['after'] }>,
  query: DayQuery,
): Promise<EmployeeDay[]> {
  const days: EmployeeDay[] = [];
  let after: DayQuery['after'];
  for (let pages = 0; pages < 200; pages += 1) {
    const page = await list({ ...query, after });
    expect(page.days.length).to.be.at.most(query.limit);
    days.push(...page.days);
    if (page.next === undefined) return days;
    after = page.next;
  }
  throw new Error('the list does not end');
}

function linesOf(days: readonly EmployeeDay[]): string[] {
  return days.map(({ employeeId, day }) => lineOf(employeeId, day.date, day.result));
}

const FILTERS: readonly DayFilter[] = [
  ANY_DAY,
  { ...ANY_DAY, statuses: ['ABSENT', 'SCHEDULED', 'HALF_DAY'] },
  { ...ANY_DAY, anomalies: ['MISSING_OUT', 'LATE_IN', 'OFF_SHIFT'] },
  { ...ANY_DAY, anomalies: ['NOT_YET_IN'] },
  { ...ANY_DAY, final: false },
  { ...ANY_DAY, final: true, origins: ['DERIVED', 'EXPECTED'], statuses: ['HOLIDAY', 'ABSENT'] },
];

/** All of it, now or as of then. */
async function shown(scene: Scene, asOf: RecordTime | undefined): Promise<string[]> {
  const lines: string[] = [];
  for (const includeExpected of [false, true]) {
    for (const filter of FILTERS) {
      const query = scene.query({ includeExpected, filter, asOf });
      const byEmployee = await all((each) => scene.store.listByEmployee(each), query);
      const byDate = await all((each) => scene.store.listByDate(each), query);
      const sorted = [...byDate].sort((a, b) =>
        a.employeeId < b.employeeId ? -1 : a.employeeId > b.employeeId ? 1 : 0,
      );
      expect(linesOf(sorted), 'both orders show the same').to.deep.equal(linesOf(byEmployee));
      const dates = byDate.map(({ day }) => day.date);
      expect(dates).to.deep.equal([...dates].sort());
      lines.push(`expected ${includeExpected} ${JSON.stringify(filter)}`, ...linesOf(byEmployee));
      if (asOf === undefined) {
        expect(linesOf(byEmployee)).to.deep.equal(scene.model.listed(scene.people, query));
      }
    }
  }
  return lines;
}

async function showsTheModel(scene: Scene): Promise<void> {
  for (const id of scene.people) {
    const block = await scene.store.readMonth(id, MAY);
    const expected = scene.model.days(id).filter(({ result }) => result.status !== 'UNSCHEDULED');
    const found = (block?.days ?? []).filter(({ result }) => result.status !== 'UNSCHEDULED');
    expect(found.map(({ date, result }) => lineOf(id, date, result))).to.deep.equal(
      block === undefined ? [] : expected.map(({ date, result }) => lineOf(id, date, result)),
    );
  }
}

type Step =
  | {
      readonly kind: 'PUNCH';
      readonly who: number;
      readonly quarter: number;
      readonly isIn: boolean;
    }
  | { readonly kind: 'VOID'; readonly who: number; readonly pick: number }
  | { readonly kind: 'MARK'; readonly who: number; readonly day: number }
  | { readonly kind: 'SHIFT'; readonly startHour: number; readonly hours: number }
  | { readonly kind: 'OWN'; readonly who: number; readonly has: boolean; readonly zone: string }
  | { readonly kind: 'HOLIDAY'; readonly day: number }
  | { readonly kind: 'SWEEP' };

const who = fc.nat({ max: 1 });
const day = fc.integer({ min: 3, max: 12 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('PUNCH' as const),
      who,
      quarter: fc.integer({ min: 3 * 96, max: 10 * 96 }),
      isIn: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('VOID' as const), who, pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('MARK' as const), who, day }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('SHIFT' as const),
      // Few, so that the roster often comes back to what it was.
      startHour: fc.constantFrom(0, 5, 14, 22),
      hours: fc.constantFrom(6, 8, 11),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('OWN' as const),
      who,
      has: fc.boolean(),
      zone: fc.constantFrom('UTC', 'America/Vancouver', 'Pacific/Kiritimati'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('HOLIDAY' as const), day }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'SWEEP' as const }) },
);

async function take(scene: Scene, step: Step): Promise<void> {
  const id = 'who' in step ? (scene.people[step.who] as EmployeeId) : undefined;
  const start = Date.parse('2026-05-01T00:00:00Z');
  if (step.kind === 'SWEEP') await scene.sweep();
  else if (step.kind === 'HOLIDAY') await scene.script.holiday(FIRST_DAY + step.day, 'Feast');
  else if (step.kind === 'SHIFT') {
    const end = (step.startHour + step.hours) % 24;
    await scene.script.shift(shiftFrom('s', step.startHour, end));
  } else if (id === undefined) throw new Error('everything else is about somebody');
  else if (step.kind === 'PUNCH') {
    await scene.punch(id, start + step.quarter * 900_000, step.isIn ? 'IN' : 'OUT');
  } else if (step.kind === 'VOID') await scene.takeBack(id, step.pick);
  else if (step.kind === 'MARK') await scene.mark(id, FIRST_DAY + step.day, 'ON_LEAVE');
  else {
    const defaultShiftId = step.has ? 's' : undefined;
    const zone = zoneNamed(step.zone);
    await scene.script.detail(id, { defaultShiftId, zone, calendarId: 'c' });
  }
}

describe('reads under the roster in force', function () {
  this.timeout(240_000);
  const fixtures: StoreFixture[] = [];

  async function open(...people: string[]): Promise<Scene> {
    const fixture = await openStore();
    fixtures.push(fixture);
    return new Scene(fixture, people as EmployeeId[]);
  }

  afterEach(async () => {
    for (const fixture of fixtures.splice(0)) await fixture.close();
  });

  it('show what all facts come to under it, at every moment, and as of then ever after', async () => {
    let behind = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 14 }), async (history) => {
        const scene = await open('ann', 'ben');
        const told: { readonly asOf: RecordTime; readonly lines: readonly string[] }[] = [];
        for (const step of history) {
          await take(scene, step);
          await showsTheModel(scene);
          const lines = await shown(scene, undefined);
          const asOf = await scene.script.now();
          // Statuses are those of the same moment.
          if (told.length < 4) told.push({ asOf, lines });
          const [row] = await scene.fixture.rows(
            'select count(*)::integer as open from roster_change where finished_at is null',
          );
          if (Number(row?.open) > 0) behind += 1;
        }
        for (const { asOf, lines } of told) {
          expect(await shown(scene, asOf), 'as of then').to.deep.equal(lines);
        }
        for (const fixture of fixtures.splice(0)) await fixture.close();
      }),
      { numRuns: runs(8) },
    );
    expect(behind, 'always swept, it proves little').to.be.above(runs(8) / 2);
  });

  it('find a day that only a roster change has made, before and after the sweep', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    await scene.script.shift(shiftFrom('s', 22, 6));
    await scene.script.detail(ann, { defaultShiftId: 's' });
    await scene.script.finish();
    await scene.punch(ann, Date.parse('2026-04-30T22:05:00Z'), 'IN');
    await scene.punch(ann, Date.parse('2026-05-01T06:05:00Z'), 'OUT');
    const dates = async () =>
      (await all((query) => scene.store.listByDate(query), scene.query())).map(
        ({ day: found }) => found.date,
      );
    expect(await dates(), 'nothing is stored in May').to.deep.equal([]);
    // The night counts for the date that it ends on.
    await scene.script.shift(shiftFrom('s', 0, 6));
    await showsTheModel(scene);
    expect(await dates()).to.deep.equal(['2026-05-01']);
    await scene.sweep();
    expect(await dates()).to.deep.equal(['2026-05-01']);
    expect(
      (await getDay(scene.store, ann, '2026-04-30' as LocalDate, { now: NOW, asOf: undefined }))
        .status,
    ).to.equal('ABSENT');
  });

  it('know a punch that came between a roster change and its return, before the sweep', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    await scene.script.shift(shiftFrom('night', 22, 6));
    await scene.script.shift(shiftFrom('early', 5, 13));
    await scene.script.detail(ann, { defaultShiftId: 'night' });
    await scene.script.finish();
    const night = '2026-05-04' as LocalDate;
    await scene.punch(ann, Date.parse(`${night}T22:00:00Z`), 'IN');
    await scene.script.detail(ann, { defaultShiftId: 'early' });
    await scene.punch(ann, Date.parse('2026-05-05T06:00:00Z'), 'OUT');
    const between = await scene.script.now();
    const toldBetween = await shown(scene, undefined);
    await scene.script.detail(ann, { defaultShiftId: 'night' });
    await showsTheModel(scene);
    const asOf = await scene.script.now();
    const told = await shown(scene, undefined);
    const workOf = async (moment: { now: Instant; asOf: RecordTime | undefined }) => {
      const { status, workedSeconds } = await getDay(scene.store, ann, night, moment);
      return [status, workedSeconds];
    };
    const expected = ['PRESENT', 8 * 3600];
    expect(await workOf({ now: NOW, asOf: undefined })).to.deep.equal(expected);
    expect(await workOf({ now: NOW, asOf })).to.deep.equal(expected);
    await scene.sweep();
    expect(await workOf({ now: NOW, asOf: undefined })).to.deep.equal(expected);
    expect(await workOf({ now: NOW, asOf }), 'as of then, after the sweep').to.deep.equal(expected);
    expect(await shown(scene, undefined)).to.deep.equal(told);
    expect(await shown(scene, asOf)).to.deep.equal(told);
    expect(await shown(scene, between)).to.deep.equal(toldBetween);
  });

  it('are of the days after a write, also where a day is shown that has no row', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    await scene.script.detail(ann, {});
    await scene.script.finish();
    await scene.punch(ann, Date.parse('2026-06-01T01:00:00Z'), 'IN');
    await scene.punch(ann, Date.parse('2026-06-01T05:00:00Z'), 'OUT');
    await scene.script.shift(shiftFrom('night', 22, 6));
    await scene.script.detail(ann, { defaultShiftId: 'night' });
    const cached = createCachedStore(scene.store, new MemoryBlockCache());
    const lastOfMay = async () => {
      const block = await cached.readMonth(ann, MAY);
      const last = block?.days.find(({ date }) => date === LAST);
      return [last?.revision, last?.result.work.workedSeconds];
    };
    expect(await lastOfMay()).to.deep.equal([0, 4 * 3600]);
    const facts = [voidOf(ann, [...(scene.model.punches.get(ann)?.keys() ?? [])])];
    const { changes } = await cached.writeBatch(facts, rulesFor(facts));
    expect(changes.flatMap(({ months }) => months)).to.include.members([MAY, '2026-06']);
    expect(await lastOfMay()).to.deep.equal([0, 0]);
    await cached.close();
  });

  it('find a rare day among thousands by date, in few round trips, while days are behind', async () => {
    const scene = await open('ann', 'ben');
    const [ann, ben] = scene.people as [EmployeeId, EmployeeId];
    await scene.script.shift(shiftFrom('s', 9, 17));
    await scene.script.detail(ann, { defaultShiftId: 's' });
    await scene.script.detail(ben, {});
    for (const [id, offset] of [
      [ann, 3],
      [ben, 2990],
    ] as const) {
      await scene.mark(id, FIRST_DAY + offset, 'ON_LEAVE');
      await scene.fixture.rows(
        `insert into attendance_day
           select (jsonb_populate_record(d, jsonb_build_object('date', d.date + n, 'status', 1))).*
           from attendance_day d, generate_series(1, 3000) n
           where d.employee_id = $1 and d.date = date '1970-01-01' + $2::integer
         on conflict do nothing`,
        id,
        FIRST_DAY + offset,
      );
    }
    let trips = 0;
    const counting: Database = {
      ...scene.fixture.database,
      session: async (run) =>
        await scene.fixture.database.session(async (session) => {
          return await run({
            ...session,
            pipeline: async (bounds) => {
              trips += 1;
              return await session.pipeline(bounds);
            },
          });
        }),
    };
    const store = createPostgresStore(allIn(counting), testRosters(), {
      requireKnownEmployees: false,
    });
    const range = { startDate: FIRST, endDate: fromEpochDay(FIRST_DAY + 6500) };
    const found: string[] = [];
    let pages = 0;
    let after: DayQuery['after'];
    do {
      trips = 0;
      const query = scene.query({
        ...range,
        filter: { ...ANY_DAY, statuses: ['HALF_DAY', 'ON_LEAVE'] },
        limit: 7,
        after,
      });
      const page = await store.listByDate(query);
      expect(trips).to.be.below(40);
      found.push(...page.days.map(({ employeeId, day: { date } }) => `${date} ${employeeId}`));
      after = page.next;
      pages += 1;
    } while (after !== undefined && pages < 10);
    expect([after, pages < 6]).to.deep.equal([undefined, true]);
    const [first, second] = [fromEpochDay(FIRST_DAY + 3), fromEpochDay(FIRST_DAY + 2990)];
    expect(found).to.deep.equal([`${first} ann`, `${second} ben`]);
  });

  it('explain a day by the rules that made it, and keep its revision', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    await scene.script.shift(shiftFrom('s', 9, 17));
    await scene.script.detail(ann, { defaultShiftId: 's', zone: zoneNamed('Europe/Berlin') });
    await scene.punch(ann, Date.parse('2026-05-05T08:00:00Z'), 'IN');
    await scene.punch(ann, Date.parse('2026-05-05T15:00:00Z'), 'OUT');
    const moment = { now: NOW, asOf: undefined };
    const date = '2026-05-05' as LocalDate;
    const explained = await explainDay(scene.store, ann, date, moment);
    expect(explained.attendance).to.deep.equal(await getDay(scene.store, ann, date, moment));
    expect(explained.attendance.revision).to.equal(2);
    expect(explained.findings.map(({ rule }) => rule)).to.include.members(['SESSION', 'LATE']);
    expect(explained.zone.name).to.equal('Europe/Berlin');
    const before = { now: NOW, asOf: 1 as RecordTime };
    const then = await explainDay(scene.store, ann, date, before);
    expect([then.attendance.status, then.attendance.revision]).to.deep.equal(['UNSCHEDULED', 0]);
  });

  it('tell a history that begins with the day as it was expected', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    await scene.script.shift(shiftFrom('s', 9, 17));
    await scene.script.detail(ann, { defaultShiftId: 's' });
    await scene.mark(ann, toEpochDay('2026-05-05' as LocalDate), 'ON_LEAVE');
    const page = { afterRevision: 0, limit: 10, fits: () => true };
    const moment = { now: NOW, asOf: undefined };
    const { revisions } = await listHistory(
      scene.store,
      ann,
      '2026-05-05' as LocalDate,
      page,
      moment,
    );
    expect(
      revisions.map(({ cause, before, after }) => [
        cause,
        before.status,
        before.revision,
        after.status,
      ]),
    ).to.deep.equal([['MARK', 'ABSENT', 0, 'ON_LEAVE']]);
  });

  it('tell a long history whole and in order, in pages of any size and cut anywhere', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    const date = '2026-05-05' as LocalDate;
    const count = 120;
    for (let n = 0; n < count; n += 1) {
      await scene.mark(ann, toEpochDay(date), n % 2 === 0 ? 'ON_LEAVE' : 'PRESENT');
    }
    const moment = { now: NOW, asOf: undefined };
    const history = async (limit: number, most: number) => {
      const told: Revision[] = [];
      for (let next: number | undefined = 0; next !== undefined; ) {
        let left = most;
        const fits = () => {
          left -= 1;
          return left >= 0;
        };
        const page = { afterRevision: next, limit, fits };
        const { revisions, next: then } = await listHistory(scene.store, ann, date, page, moment);
        expect(revisions.length).to.be.within(1, Math.min(limit, most));
        told.push(...revisions);
        next = then;
      }
      return told;
    };
    const whole = await history(1000, 1000);
    expect(whole.map(({ after }) => after.revision)).to.deep.equal(
      Array.from({ length: count }, (_, n) => n + 1),
    );
    expect(whole.slice(1).map(({ before }) => before)).to.deep.equal(
      whole.slice(0, -1).map(({ after }) => after),
    );
    for (const [limit, most] of [
      [1000, 7],
      [50, 1000],
      [51, 50],
      [120, 119],
    ] as const) {
      expect(await history(limit, most), `${limit}, ${most}`).to.deep.equal(whole);
    }
  });

  it('list punches by time in pages, and those taken back on request', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    const start = Date.parse('2026-05-05T08:00:00Z');
    for (let count = 0; count < 5; count += 1) {
      await scene.punch(ann, start + (4 - count) * 3_600_000, count % 2 === 0 ? 'OUT' : 'IN');
    }
    await scene.takeBack(ann, 1);
    const query = {
      employeeId: ann,
      startTime: undefined,
      endTime: undefined,
      includeVoided: true,
      after: undefined,
      limit: 2,
    };
    const found: (readonly [number, number | undefined])[] = [];
    let after: PunchCursor | undefined;
    do {
      const page = await listPunches(scene.store, { ...query, after });
      expect(page.punches.length).to.be.within(1, 2);
      found.push(
        ...page.punches.map(
          ({ time, voided }) => [(time - start) / 3_600_000, voided?.by] as const,
        ),
      );
      after = page.next;
    } while (after !== undefined);
    expect(found).to.deep.equal([
      [0, undefined],
      [1, undefined],
      [2, undefined],
      [3, 6],
      [4, undefined],
    ]);
    const standing = await listPunches(scene.store, { ...query, includeVoided: false, limit: 10 });
    expect(standing.punches.map(({ punchId }) => punchId)).to.deep.equal([5, 4, 3, 1]);
    const [from, to] = [start + 3_600_000, start + 4 * 3_600_000];
    const range = await listPunches(scene.store, {
      ...query,
      limit: 10,
      startTime: from as Instant,
      endTime: to as Instant,
    });
    expect(range.punches.map(({ punchId }) => punchId)).to.deep.equal([4, 3, 2]);
    expect(range.punches[2]?.voided).to.include({ actor: 'test', reason: 'never was' });
  });

  it('say who is in, on a break or out, and until when', async () => {
    const scene = await open('ann', 'ben', 'cleo', 'dan');
    const [ann, ben, cleo, dan] = scene.people as [EmployeeId, EmployeeId, EmployeeId, EmployeeId];
    await scene.script.detail(ben, { groupId: 'g', employeeName: 'Ben' });
    await scene.script.detail(dan, { groupId: 'g' });
    await scene.script.finish();
    const at = (time: string) => Date.parse(`2026-05-20T${time}:00Z`);
    await scene.punch(ann, at('07:00'), 'IN');
    await scene.punch(ben, at('08:00'), 'IN');
    await scene.write(punchOf(ben, '2026-05-20T09:30:00Z', 'BREAK_START'));
    await scene.punch(cleo, at('06:00'), 'IN');
    await scene.punch(cleo, at('09:00'), 'OUT');
    const states = await listClockedIn(
      scene.store,
      { groupId: undefined, after: undefined, limit: 10 },
      NOW,
    );
    expect(
      states.states.map(({ employeeId, status, since, closesAt }) => [
        employeeId,
        status,
        since,
        closesAt,
      ]),
    ).to.deep.equal([
      [ann, 'IN', at('07:00'), at('07:00') + 16 * 3_600_000],
      [ben, 'ON_BREAK', at('09:30'), at('08:00') + 16 * 3_600_000],
    ]);
    const group = await listClockedIn(
      scene.store,
      { groupId: 'g', after: undefined, limit: 10 },
      NOW,
    );
    expect(group.states.map(({ employeeName }) => employeeName)).to.deep.equal(['Ben']);
    const first = await listClockedIn(
      scene.store,
      { groupId: undefined, after: undefined, limit: 1 },
      NOW,
    );
    expect([first.states.length, first.next]).to.deep.equal([1, ann]);
    const second = await listClockedIn(
      scene.store,
      { groupId: undefined, after: first.next, limit: 1 },
      NOW,
    );
    expect(second.states.map(({ employeeId }) => employeeId)).to.deep.equal([ben]);
    for (const { employeeId, status, session } of states.states) {
      const own = await clockState(scene.store, employeeId, NOW);
      expect([own.status, own.session]).to.deep.equal([status, session]);
    }
    const out = await clockState(scene.store, cleo, NOW);
    expect([out.status, out.since, out.session, out.attendance.date]).to.deep.equal([
      'OUT',
      at('09:00'),
      undefined,
      '2026-05-20',
    ]);
    const never = await clockState(scene.store, dan, NOW);
    expect([never.status, never.since]).to.deep.equal(['OUT', undefined]);
    // Sixteen hours later nobody is in any more.
    const later = (NOW + 16 * 3_600_000) as Instant;
    expect(
      (await listClockedIn(scene.store, { groupId: undefined, after: undefined, limit: 10 }, later))
        .states,
    ).to.deep.equal([]);
    expect((await clockState(scene.store, ann, later)).since).to.equal(
      at('07:00') + 16 * 3_600_000,
    );
  });

  it('say that somebody is in who came before the window opened, until they leave', async () => {
    const scene = await open('ann', 'ben', 'cleo', 'dan');
    const [ann, ben, cleo, dan] = scene.people as [EmployeeId, EmployeeId, EmployeeId, EmployeeId];
    await scene.script.shift(shiftFrom('day', 11, 19));
    await scene.script.shift(shiftFrom('night', 1, 4));
    for (const id of [ann, ben]) await scene.script.detail(id, { defaultShiftId: 'day' });
    for (const id of [cleo, dan]) await scene.script.detail(id, { defaultShiftId: 'night' });
    await scene.script.finish();
    const at = (time: string) => Date.parse(`2026-05-${time}:00Z`);
    for (const id of [ann, ben]) await scene.punch(id, at('20T08:30'), 'IN');
    for (const id of [cleo, dan]) await scene.punch(id, at('19T22:30'), 'IN');
    await scene.punch(ben, at('20T09:30'), 'OUT');
    // Of a day that the clock alone changes no more.
    await scene.punch(dan, at('20T01:00'), 'IN');
    await scene.punch(dan, at('20T04:00'), 'OUT');
    const page = { groupId: undefined, after: undefined, limit: 10 };
    const isIn = async (now: number) => {
      const { states } = await listClockedIn(scene.store, page, now as Instant);
      const own = scene.people.map((id) => clockState(scene.store, id, now as Instant));
      const shown = (await Promise.all(own)).filter(({ status }) => status !== 'OUT');
      expect(states).to.deep.equal(shown);
      return states.map(({ employeeId, status, since, closesAt }) => {
        return [employeeId, status, since, closesAt];
      });
    };
    const longest = 16 * 3_600_000;
    const ofAnn = [ann, 'IN', at('20T08:30'), at('20T08:30') + longest];
    const ofCleo = [cleo, 'IN', at('19T22:30'), at('19T22:30') + longest];
    expect(await isIn(NOW)).to.deep.equal([ofAnn, ofCleo]);
    expect(await isIn(at('20T14:30') + 999)).to.deep.equal([ofAnn, ofCleo]);
    expect(await isIn(at('20T14:30') + 1000)).to.deep.equal([ofAnn]);
    await scene.punch(ann, at('20T15:00'), 'OUT');
    expect(await isIn(at('20T15:00'))).to.deep.equal([]);
  });

  it('say that nobody is in from the second on in which a rule closes the session', async () => {
    const scene = await open('ann', 'ben');
    const [ann, ben] = scene.people as [EmployeeId, EmployeeId];
    const day = shiftFrom('day', 8, 16);
    const autoClose = { by: 'PLANNED_END', seconds: 1800 } as const;
    await scene.script.shift({ ...day, work: { ...day.work, autoClose } });
    for (const id of [ann, ben]) await scene.script.detail(id, { defaultShiftId: 'day' });
    await scene.script.finish();
    const at = (time: string) => Date.parse(`2026-05-20T${time}:00Z`);
    for (const id of [ann, ben]) await scene.punch(id, at('08:00'), 'IN');
    const closing = at('16:30');
    const page = { groupId: undefined, after: undefined, limit: 10 };
    const isIn = async (now: number) => {
      const { states } = await listClockedIn(scene.store, page, now as Instant);
      const own = scene.people.map((id) => clockState(scene.store, id, now as Instant));
      const all = await Promise.all(own);
      expect(states).to.deep.equal(all.filter(({ status }) => status !== 'OUT'));
      return all.map(({ status, since, closesAt, attendance: { workedSeconds, anomalies } }) => {
        return [status, since, closesAt, workedSeconds / 3600, anomalies.join()];
      });
    };
    const there = ['IN', at('08:00'), closing, 0, ''];
    const closed = ['OUT', closing, undefined, 8.5, 'AUTO_CLOSED'];
    expect(await isIn(closing - 1000)).to.deep.equal([there, there]);
    expect(await isIn(closing - 1)).to.deep.equal([there, there]);
    expect(await isIn(closing)).to.deep.equal([closed, closed]);
    expect(await isIn(closing + 1000)).to.deep.equal([closed, closed]);
    // A device that was offline sends the departure, another one an arrival.
    await scene.punch(ann, at('17:00'), 'OUT');
    await scene.punch(ben, at('17:00'), 'IN');
    expect(await isIn(at('17:10'))).to.deep.equal([
      ['OUT', at('17:00'), undefined, 9, ''],
      // No rule closes a session that begins after its closing time.
      ['IN', at('17:00'), at('17:00') + 16 * 3_600_000, 8.5, 'AUTO_CLOSED'],
    ]);
  });

  it('say of what a clock a little ahead recorded that it has happened', async () => {
    const seconds = (after: number) => new Date(NOW + after * 1000).toISOString();
    type Told = readonly [kind: PunchKind, after: number];
    const cases: readonly [punches: readonly Told[], status: string, since: number | undefined][] =
      [
        [[['IN', 3]], 'IN', 3],
        [[['IN', 120]], 'IN', 120],
        [[['IN', 121]], 'OUT', undefined],
        [
          [
            ['IN', -3600],
            ['BREAK_START', 5],
          ],
          'ON_BREAK',
          5,
        ],
        [
          [
            ['IN', -3600],
            ['BREAK_START', 121],
          ],
          'IN',
          -3600,
        ],
        [
          [
            ['IN', -3600],
            ['BREAK_START', -60],
            ['BREAK_END', 5],
          ],
          'IN',
          5,
        ],
        [
          [
            ['IN', -3600],
            ['OUT', 5],
          ],
          'OUT',
          5,
        ],
      ];
    const people = cases.map((_, index) => `e${index}`);
    const scene = await open(...people);
    for (const [index, [punches]] of cases.entries()) {
      for (const [kind, after] of punches) {
        await scene.write(punchOf(people[index] ?? '', seconds(after), kind));
      }
    }
    const page = { groupId: undefined, after: undefined, limit: 100 };
    const { states } = await listClockedIn(scene.store, page, NOW);
    const listed = new Map(states.map((state) => [state.employeeId, state]));
    for (const [index, [punches, status, since]] of cases.entries()) {
      const employeeId = people[index] as EmployeeId;
      const own = await clockState(scene.store, employeeId, NOW);
      const after = own.since === undefined ? undefined : (own.since - NOW) / 1000;
      expect([punches, own.status, after]).to.deep.equal([punches, status, since]);
      expect(listed.get(employeeId)).to.deep.equal(status === 'OUT' ? undefined : own);
    }
  });

  it('say who is in across a midnight that the service’s clock has yet to see', async () => {
    const scene = await open('eve');
    const [eve] = scene.people as [EmployeeId];
    const midnight = Date.parse('2026-05-21T00:00:00Z');
    const now = (midnight - 1000) as Instant;
    await scene.punch(eve, midnight + 2000, 'IN');
    const own = await clockState(scene.store, eve, now);
    expect([own.status, own.attendance.date]).to.deep.equal(['IN', '2026-05-21']);
    const page = { groupId: undefined, after: undefined, limit: 100 };
    expect((await listClockedIn(scene.store, page, now)).states).to.deep.equal([own]);
  });

  it('know nobody who is not there', async () => {
    const scene = await open();
    const nobody = 'nobody' as EmployeeId;
    expect(await scene.store.readMonth(nobody, MAY)).to.equal(undefined);
    expect(await scene.store.readDayAsOf(nobody, FIRST, 1 as RecordTime)).to.equal(undefined);
    expect(await scene.store.readDayFacts(nobody, FIRST, undefined)).to.equal(undefined);
    expect(await scene.store.readDaysAround(nobody, NOW)).to.equal(undefined);
    const query = {
      employeeId: nobody,
      startTime: undefined,
      endTime: undefined,
      includeVoided: true,
      after: undefined,
      limit: 1,
    };
    expect(await scene.store.listPunches(query)).to.equal(undefined);
    for (const includeExpected of [false, true]) {
      const page = await scene.store.listByDate(
        scene.query({ employeeId: nobody, includeExpected }),
      );
      expect(page).to.deep.equal({ days: [], next: undefined });
    }
  });

  it('take days from before there were plans for what their marks say', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    await scene.script.shift(shiftFrom('s', 9, 17));
    await scene.script.detail(ann, { defaultShiftId: 's' });
    await scene.script.finish();
    await scene.mark(ann, FIRST_DAY + 4, 'ON_LEAVE');
    await scene.fixture.rows(
      'update attendance_day set engine_version = 1, work = null, settles_at = null',
    );
    await showsTheModel(scene);
    await shown(scene, undefined);
  });

  it('are of a moment: as of one between two commits', async () => {
    const scene = await open('ann');
    const [ann] = scene.people as [EmployeeId];
    await scene.script.shift(shiftFrom('s', 9, 17));
    await scene.script.detail(ann, { defaultShiftId: 's', employeeName: 'Ann' });
    const before = await scene.script.now();
    await scene.script.detail(ann, { employeeName: 'Anna' });
    await scene.punch(ann, Date.parse('2026-05-05T09:00:00Z'), 'IN');
    const then = { now: instantOf(before), asOf: before };
    const old = await getDay(scene.store, ann, '2026-05-05' as LocalDate, then);
    expect([old.employeeName, old.revision]).to.deep.equal(['Ann', 0]);
    const now = await getDay(scene.store, ann, '2026-05-05' as LocalDate, {
      now: NOW,
      asOf: undefined,
    });
    expect([now.employeeName, now.revision]).to.deep.equal(['Anna', 1]);
  });
});
