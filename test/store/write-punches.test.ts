// Punches, corrections and derived days as the store writes them, against real PostgreSQL. The
// rules are handcrafted: what is recorded, under which locks and in which order is the store's.

import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { BatchView } from '../../src/app/ports/batch.js';
import { BatchRefused } from '../../src/app/ports/fact-writes.js';
import type { Fact, PunchFact } from '../../src/app/ports/facts.js';
import { recordFacts } from '../../src/app/write/record-facts.js';
import { ENGINE_VERSION } from '../../src/domain/engine/derive.js';
import { ANOMALIES } from '../../src/domain/facts/day.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { RecordedPunch } from '../../src/domain/facts/recorded-punch.js';
import { type LocalDate, toEpochDay } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import {
  acceptedFact,
  acceptedPunch,
  countingRules,
  needOf,
  resultOf,
  type Script,
  scripted,
} from './scripted-rules.js';
import {
  markOf,
  openStore,
  punchOf,
  rederiveOf,
  replaceOf,
  type StoreFixture,
  voidOf,
} from './support.js';

const DATE = '2026-03-02' as LocalDate;
const MORNING = `${DATE}T09:00:00Z`;
const EVENING = `${DATE}T17:00:00Z`;

describe('punches as the store writes them', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  const write = async (facts: readonly Fact[], script: Script) =>
    await fixture.store.writeBatch(facts, scripted(script));
  const count = async (...facts: PunchFact[]) =>
    await fixture.store.writeBatch(facts, countingRules(facts));

  /** Records punches and nothing else, numbered on from the employee's version. */
  async function recordPunches(...facts: PunchFact[]) {
    return await write(facts, (view) => ({
      facts: facts.map((fact, index) =>
        acceptedPunch(fact, index, (view.employee(fact.employeeId)?.version ?? 0) + 1 + index),
      ),
    }));
  }

  /** What the next batch of these facts is shown. */
  async function seenBy(...facts: Fact[]): Promise<BatchView> {
    let seen: BatchView | undefined;
    await write(facts, (view) => {
      seen = view;
      return {};
    });
    if (seen === undefined) throw new Error('nothing was decided');
    return seen;
  }

  async function punchSeen(
    employeeId: string,
    punchId: number,
  ): Promise<RecordedPunch | undefined> {
    const view = await seenBy(voidOf(employeeId, [punchId]));
    return view.punch(employeeId as EmployeeId, punchId);
  }

  async function versionOf(employeeId: string): Promise<unknown> {
    const rows = await fixture.rows(
      'select version from employee where employee_id = $1',
      employeeId,
    );
    return rows[0]?.version;
  }

  async function head(): Promise<Record<string, unknown> | undefined> {
    return (await fixture.rows('select position, recorded_at from feed_head'))[0];
  }

  describe('what is recorded', () => {
    it('everything that was told comes back, with the time of the commit', async () => {
      const fact = punchOf('all-told', `${DATE}T09:00:00.123Z`, 'BREAK_END', {
        deviceId: 'gate-7',
        eventId: '4711',
        position: { latitude: 47.376_886_6, longitude: -8.541_694 },
        accuracyMeters: 12.5,
        timeZone: 'Europe/Zurich',
        labels: { gate: 'north "7"', empty: '', constructor: 'c', toString: 't' },
        note: 'with, commas {and} "quotes" \\ ',
        flags: ['CLOCK_SKEW', 'EVENT_ID_CONFLICT'],
        source: 'FILE',
        actor: 'somebody',
        importId: 'march',
      });
      const { recordedAt } = await recordPunches(fact);
      const punch = await punchSeen('all-told', 1);
      expect(punch).to.deep.equal({
        ...fact.punch,
        employeeId: 'all-told',
        punchId: 1,
        actor: 'somebody',
        receivedAt: fact.receivedAt,
        recordedAt,
        replaces: undefined,
        importId: 'march',
        badgeId: undefined,
        voided: undefined,
      });
    });

    it('punch, day and feed carry one time, the head’s, which rises with every commit', async () => {
      const first = await count(punchOf('timed', MORNING));
      const second = await count(punchOf('timed', EVENING, 'OUT'));
      expect(second.recordedAt).to.be.above(first.recordedAt);
      const rows = await fixture.rows(
        `select (select recorded_at from punch where employee_id = 'timed' and sequence = 2) as punch,
                (select recorded_at from attendance_day where employee_id = 'timed') as day,
                (select recorded_at from attendance_change
                 where employee_id = 'timed' and revision = 2) as change`,
      );
      const time = second.recordedAt;
      expect(rows).to.deep.equal([{ punch: time, day: time, change: time }]);
      expect((await head())?.recorded_at).to.equal(time);
    });

    it('a punch that changes no day moves the head’s time, and not its position', async () => {
      const before = await head();
      const { recordedAt, changes } = await recordPunches(punchOf('no-day', MORNING));
      expect(recordedAt).to.be.above(Number(before?.recorded_at));
      expect(await head()).to.deep.equal({ position: before?.position, recorded_at: recordedAt });
      expect(changes).to.deep.equal([
        { employeeId: 'no-day', versionBefore: 0, versionAfter: 1, months: [] },
      ]);
      expect(await versionOf('no-day')).to.equal(1);
    });

    it('a day keeps its work, the anomalies that it will have, and when it settles', async () => {
      await count(punchOf('whole-day', MORNING));
      const closesAt = Date.parse('2026-03-03T09:00:00Z') as Instant;
      const result = resultOf('open');
      const session = {
        in: Date.parse(MORNING) as Instant,
        out: undefined,
        shiftId: undefined,
        workedSeconds: 0,
        breaks: [],
        closesAt,
      };
      const open = { ...result, work: { ...result.work, sessions: [session] } };
      const facts = [rederiveOf('whole-day', toEpochDay(DATE), toEpochDay(DATE))];
      const id = 'whole-day' as EmployeeId;
      await write(facts, () => ({
        facts: [acceptedFact(0, 2)],
        changes: [{ index: 0, employeeId: id, date: DATE, revision: 2, result: open }],
      }));
      let seen: unknown;
      const rules = scripted(
        (view) => {
          seen = view.day(id, DATE);
          return {};
        },
        () => [needOf(id, Date.parse(MORNING))],
      );
      await fixture.store.writeBatch(facts, rules);
      expect(seen).to.deep.include({ date: DATE, result: open, revision: 2 });
      for (const table of ['attendance_day', 'attendance_change']) {
        const rows = await fixture.rows(
          `select anomalies, settles_at from ${table} where employee_id = $1 and revision = 2`,
          id,
        );
        expect(rows).to.deep.equal([
          { anomalies: 1 << ANOMALIES.indexOf('MISSING_OUT'), settles_at: closesAt * 1000 },
        ]);
      }
    });

    it('on the last date there is, and on the first', async () => {
      const facts = [
        punchOf('edges', '9999-12-31T23:59:59.999Z'),
        punchOf('edges', '1900-01-01T00:00:00Z', 'OUT'),
      ];
      const results = await recordFacts(fixture.store, facts);
      expect(results.map(({ failure }) => failure)).to.deep.equal([undefined, undefined]);
      expect((await punchSeen('edges', 1))?.time).to.equal(facts[0]?.punch.time);
      expect((await punchSeen('edges', 2))?.time).to.equal(facts[1]?.punch.time);
      const settled = await fixture.rows(
        `select settles_at from attendance_day where employee_id = 'edges' order by date desc`,
      );
      // The session that nobody ends closes beyond the last year.
      expect(Number(settled[0]?.settles_at) / 1000).to.be.above(Date.parse('+010000-01-01T00:00Z'));
    });

    it('a batch over many employees: each punch once, each version raised', async () => {
      const ids = Array.from({ length: 400 }, (_, index) => `many-${999 - index}`);
      const facts = ids.flatMap((id) => [
        punchOf(id, MORNING),
        punchOf(id, '2026-04-02T17:00:00Z', 'OUT'),
      ]);
      const { changes } = await count(...facts);
      expect(changes.map(({ employeeId }) => employeeId)).to.deep.equal([...ids].sort());
      for (const change of changes) {
        expect(change).to.deep.include({ versionBefore: 0, versionAfter: 2 });
        expect(change.months).to.deep.equal(['2026-03', '2026-04']);
      }
      const rows = await fixture.rows(
        `select count(*)::integer as punches, count(distinct employee_id)::integer as employees
         from punch where employee_id like 'many-%'`,
      );
      expect(rows).to.deep.equal([{ punches: 800, employees: 400 }]);
    });
  });

  describe('the same punch', () => {
    it('told by 20 batches at once is recorded once, and the others see it', async () => {
      const originals: RecordedPunch[] = [];
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const facts = [punchOf('same', MORNING, 'IN', { eventId: '1' })];
          await fixture.store.writeBatch(
            facts,
            countingRules(facts, (original) => originals.push(original)),
          );
        }),
      );
      expect(originals.map(({ punchId }) => punchId)).to.deep.equal(Array(19).fill(1));
      expect(await versionOf('same')).to.equal(1);
    });

    for (const eventId of ['', '77']) {
      const name = eventId === '' ? 'without an event id' : 'with an event id';
      it(`${name} cannot get in twice, even past rules that do not look`, async () => {
        const id = `blind${eventId}`;
        const results = await Promise.allSettled(
          Array.from({ length: 10 }, () => recordPunches(punchOf(id, MORNING, 'IN', { eventId }))),
        );
        const refused = results.flatMap((result) =>
          result.status === 'rejected' ? [result.reason] : [],
        );
        expect(refused).to.have.length(9);
        for (const reason of refused) expect(reason).to.be.instanceOf(BatchRefused);
        expect(await versionOf(id)).to.equal(1);
        const rows = await fixture.rows('select sequence from punch where employee_id = $1', id);
        expect(rows).to.deep.equal([{ sequence: 1 }]);
      });
    }

    it('of a device’s event id, the first by time and kind of those that count is shown', async () => {
      const at = (time: string, kind: 'IN' | 'OUT' = 'IN') =>
        punchOf('events', time, kind, { eventId: '9' });
      await recordPunches(at(EVENING), at(MORNING, 'OUT'), at(MORNING));
      await recordPunches(punchOf('events', MORNING, 'IN', { eventId: '10' }));
      await recordPunches(punchOf('events', EVENING, 'IN', { deviceId: 'gate', eventId: '9' }));
      const facts = [voidOf('events', [3])];
      await write(facts, () => ({ facts: [{ ...acceptedFact(0, 6), voids: [3] }] }));
      const view = await seenBy(at('2026-05-05T05:05:05Z'));
      const first = view.firstUse('events' as EmployeeId, 'door', '9');
      expect([first?.punchId, first?.voided]).to.deep.equal([2, undefined]);
      expect(view.firstUse('events' as EmployeeId, 'door', '10')).to.equal(undefined);
    });
  });

  describe('what becomes of a punch', () => {
    it('taken back: by whom, when and why', async () => {
      await recordPunches(punchOf('voided', MORNING), punchOf('voided', EVENING, 'OUT'));
      const facts = [voidOf('voided', [2, 1])];
      const { recordedAt } = await write(facts, () => ({
        facts: [{ ...acceptedFact(0, 3), voids: [2, 1] }],
      }));
      for (const punchId of [1, 2]) {
        expect((await punchSeen('voided', punchId))?.voided).to.deep.equal({
          by: 3,
          at: recordedAt,
          actor: 'test',
          reason: 'never was',
          replacedBy: undefined,
        });
      }
      expect(await versionOf('voided')).to.equal(3);
    });

    it('taken back once, it stays with the fact that did', async () => {
      await recordPunches(punchOf('twice', MORNING));
      for (const sequence of [2, 3]) {
        const facts = [voidOf('twice', [1])];
        await write(facts, () => ({ facts: [{ ...acceptedFact(0, sequence), voids: [1] }] }));
      }
      expect((await punchSeen('twice', 1))?.voided?.by).to.equal(2);
    });

    /** A correction, as the rules would have it. */
    function replacement(employeeId: string, punchId: number, sequence: number, index = 0) {
      const told = punchOf(employeeId, EVENING, 'IN', { source: 'CORRECTION' });
      const accepted = acceptedPunch(told, index, sequence);
      const punches = accepted.punches.map((punch) => ({ ...punch, replaces: punchId }));
      return { ...accepted, punches, voids: [punchId] };
    }

    it('replaced: the two point at each other', async () => {
      await recordPunches(punchOf('replaced', MORNING));
      const { recordedAt } = await write([replaceOf('replaced', 1, EVENING)], () => ({
        facts: [replacement('replaced', 1, 2)],
      }));
      expect((await punchSeen('replaced', 1))?.voided).to.deep.equal({
        by: 2,
        at: recordedAt,
        actor: 'test',
        reason: 'the clock was wrong',
        replacedBy: 2,
      });
      const punch = await punchSeen('replaced', 2);
      expect(punch).to.deep.include({ replaces: 1, voided: undefined, source: 'CORRECTION' });
    });

    it('a correction may say again what another corrected', async () => {
      await recordPunches(punchOf('again', EVENING), punchOf('again', MORNING));
      for (const [punchId, sequence] of [
        [1, 3],
        [2, 4],
      ] as const) {
        await write([replaceOf('again', punchId, EVENING)], () => ({
          facts: [replacement('again', punchId, sequence)],
        }));
      }
      expect(await versionOf('again')).to.equal(4);
    });

    it('recorded, replaced and taken back by one batch', async () => {
      const facts = [
        punchOf('at-once', MORNING),
        replaceOf('at-once', 1, EVENING),
        voidOf('at-once', [2]),
      ];
      await write(facts, () => ({
        facts: [
          acceptedPunch(facts[0] as PunchFact, 0, 1),
          replacement('at-once', 1, 2, 1),
          { ...acceptedFact(2, 3), voids: [2] },
        ],
      }));
      expect((await punchSeen('at-once', 1))?.voided?.replacedBy).to.equal(2);
      expect((await punchSeen('at-once', 2))?.voided?.by).to.equal(3);
    });

    it('found out later: its flags change, and nothing else', async () => {
      await recordPunches(punchOf('reflagged', MORNING, 'IN', { eventId: '5' }));
      const before = await punchSeen('reflagged', 1);
      const facts = [punchOf('reflagged', `${DATE}T08:00:00Z`, 'IN', { eventId: '5' })];
      await write(facts, () => ({
        facts: facts.map((fact) => acceptedPunch(fact, 0, 2)),
        reflags: [
          { employeeId: 'reflagged' as EmployeeId, punchId: 1, flags: ['EVENT_ID_CONFLICT'] },
        ],
      }));
      const after = await punchSeen('reflagged', 1);
      expect(after).to.deep.equal({ ...before, flags: ['EVENT_ID_CONFLICT'] });
    });
  });

  describe('a request id', () => {
    const id = 'repeating' as EmployeeId;

    /** What a repetition is shown. */
    async function earlier(fact: Fact) {
      return (await seenBy(fact)).earlier(id, fact.requestId ?? '');
    }

    it('of a punch that was answered with a day: the day as it was then', async () => {
      const fact = punchOf(id, MORNING, 'IN', { requestId: randomUUID() });
      const { recordedAt } = await write([fact], () => ({
        facts: [{ ...acceptedPunch(fact, 0, 1), days: [{ date: DATE, revision: 1 }] }],
        changes: [{ index: 0, employeeId: id, date: DATE, revision: 1, result: resultOf('1') }],
      }));
      await count(punchOf(id, EVENING, 'OUT'));
      const found = await earlier(fact);
      expect(found?.payloadHash).to.deep.equal(fact.payloadHash);
      expect(found?.receivedAt).to.equal(fact.receivedAt);
      const after = {
        date: DATE,
        revision: 1,
        result: resultOf('1'),
        engineVersion: ENGINE_VERSION,
        recordedAt,
      };
      expect(found?.days).to.deep.equal([{ date: DATE, after }]);
      expect(found?.punches.map(({ punchId }) => punchId)).to.deep.equal([1]);
    });

    it('of a punch that no day was answered for', async () => {
      const fact = punchOf(id, '2026-03-03T09:00:00Z', 'IN', { requestId: randomUUID() });
      await recordPunches(fact);
      const found = await earlier(fact);
      expect(found?.days).to.deep.equal([]);
      expect(found?.punches.map(({ time }) => time)).to.deep.equal([fact.punch.time]);
    });

    it('of a punch answered with a day that was never stored', async () => {
      const fact = punchOf(id, '2026-03-04T09:00:00Z', 'IN', { requestId: randomUUID() });
      const date = '2026-03-04' as LocalDate;
      await write([fact], () => ({
        facts: [{ ...acceptedPunch(fact, 0, 4), days: [{ date, revision: 0 }] }],
      }));
      expect((await earlier(fact))?.days).to.deep.equal([{ date, after: undefined }]);
    });

    it('of a mark', async () => {
      const fact = markOf(id, '2026-03-05', { requestId: randomUUID() });
      await write([fact], () => ({
        facts: [{ ...acceptedFact(0, 5), days: [{ date: fact.date, revision: 0 }] }],
      }));
      const found = await earlier(fact);
      expect(found?.days).to.deep.equal([{ date: '2026-03-05', after: undefined }]);
      expect(found?.punches).to.deep.equal([]);
    });

    it('of a replacement: the punch it made, as it is by now', async () => {
      const fact = replaceOf(id, 4, '2026-03-04T10:00:00Z', randomUUID());
      const told = punchOf(id, '2026-03-04T10:00:00Z', 'IN', { source: 'CORRECTION' });
      await write([fact], () => {
        const accepted = acceptedPunch(told, 0, 6);
        const punches = accepted.punches.map((punch) => ({ ...punch, replaces: 4 }));
        return { facts: [{ ...accepted, punches, voids: [4] }] };
      });
      const found = await earlier(fact);
      expect(found?.punches.map(({ punchId, replaces }) => [punchId, replaces])).to.deep.equal([
        [6, 4],
      ]);
    });

    it('of punches taken back: all of them, in the order they were named in', async () => {
      const fact = voidOf(id, [6, 1, 3], randomUUID());
      await write([fact], () => ({ facts: [{ ...acceptedFact(0, 7), voids: [6, 1, 3] }] }));
      const found = await earlier(fact);
      expect(found?.days).to.deep.equal([]);
      expect(found?.punches.map(({ punchId, voided }) => [punchId, voided?.by])).to.deep.equal([
        [6, 7],
        [1, 7],
        [3, 7],
      ]);
    });

    it('brought twice by one batch, it is shown as if brought once', async () => {
      const repeated = voidOf(id, [1], randomUUID());
      const known = { ...repeated, punchIds: [6, 1, 3] };
      await write([known], () => ({ facts: [{ ...acceptedFact(0, 8), voids: known.punchIds }] }));
      const view = await seenBy(known, repeated, known);
      const found = view.earlier(id, known.requestId ?? '');
      expect(found?.punches.map(({ punchId }) => punchId)).to.deep.equal([6, 1, 3]);
    });

    it('is looked for in all three tables, whatever kind of fact brings it again', async () => {
      const rows = await fixture.rows(
        `select request_id from mark where employee_id = $1 and request_id is not null
         union all select request_id from punch where employee_id = $1 and request_id is not null
         union all select request_id from punch_correction where employee_id = $1`,
        id,
      );
      expect(rows).to.have.length(7);
      for (const { request_id } of rows) {
        const requestId = String(request_id);
        for (const fact of [
          markOf(id, DATE, { requestId }),
          punchOf(id, MORNING, 'IN', { requestId }),
          voidOf(id, [1], requestId),
        ]) {
          expect((await earlier(fact))?.payloadHash.length).to.equal(36);
        }
      }
      const stranger = punchOf('somebody-else', MORNING, 'IN', {
        requestId: String(rows[0]?.request_id),
      });
      const view = await seenBy(stranger);
      expect(view.earlier(stranger.employeeId, stranger.requestId ?? '')).to.equal(undefined);
    });
  });
});
