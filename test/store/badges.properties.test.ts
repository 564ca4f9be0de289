// Whatever the order in which punches of a badge come, come again, and the badge is somebody's, its days
// are those of an employee whom the log had named at once. Two instances of the service take turns, and
// settling stops anywhere, as when a process is killed: each step is a transaction, and the next one to
// look goes on.

import { expect } from 'chai';
import fc from 'fast-check';
import { badgeRules } from '../../src/app/decide/decide-badge.js';
import type { BadgeChange, BadgePunch, BadgeStore } from '../../src/app/ports/badges.js';
import { NO_PAYLOAD_HASH, type PunchFact } from '../../src/app/ports/facts.js';
import { recordLog } from '../../src/app/write/record-log.js';
import { settleBadge } from '../../src/app/write/settle-badge.js';
import { WriteQueue } from '../../src/app/write/write-queue.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import { PUNCH_KINDS } from '../../src/domain/facts/punch.js';
import type { ToldPunch } from '../../src/domain/facts/recorded-punch.js';
import type { LocalDate, LocalMonth } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import { findZone } from '../../src/domain/time/zone.js';
import { createBadgeStore } from '../../src/store/badges/badge-store.js';
import { runs, seed } from '../support/runs.js';
import { allIn, openStore, type StoreFixture } from './support.js';

const UTC = findZone('UTC') ?? expect.fail('there is no UTC');
const RULES = badgeRules(UTC);
const FIRST_MS = Date.parse('2026-03-02T00:00:00Z');
const DAY_MS = 86_400_000;
const DAYS = 3;
const NOW = Date.parse('2026-04-01T00:00:00Z') as Instant;

/** What may happen, in any order: `piece` is some of the log, `step` may be cut after `steps`. */
type Happening =
  | { readonly kind: 'LOG'; readonly piece: readonly number[]; readonly instance: 0 | 1 }
  | { readonly kind: 'ASSIGN'; readonly who: 'right' | 'wrong'; readonly from: number }
  | { readonly kind: 'RETRACT' }
  | { readonly kind: 'SETTLE'; readonly steps: number; readonly instance: 0 | 1 };

const punchArb = fc.record({
  minute: fc.integer({ min: 0, max: DAYS * 24 * 60 - 1 }),
  kind: fc.constantFrom(...PUNCH_KINDS),
  event: fc.constantFrom('', '1', '2'),
});
const instance = fc.constantFrom<0 | 1>(0, 1);
const happening = (punches: number): fc.Arbitrary<Happening> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('LOG' as const),
        piece: fc.array(fc.nat(punches - 1), { minLength: 1, maxLength: 6 }),
        instance,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('ASSIGN' as const),
        who: fc.constantFrom<'right' | 'wrong'>('right', 'wrong'),
        from: fc.nat(DAYS - 1),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('RETRACT' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('SETTLE' as const), steps: fc.nat(2), instance }),
    },
  );
const story = fc.array(punchArb, { minLength: 1, maxLength: 12 }).chain((punches) =>
  fc.record({
    punches: fc.constant(punches),
    happenings: fc.array(happening(punches.length), { maxLength: 14 }),
  }),
);

describe('punches of badges', function () {
  this.timeout(300_000);
  let fixture: StoreFixture;
  let badges: BadgeStore;
  let writes: readonly [WriteQueue, WriteQueue];
  let stories = 0;

  before(async () => {
    fixture = await openStore();
    badges = createBadgeStore(allIn(fixture.database));
    writes = [new WriteQueue(fixture.store), new WriteQueue(fixture.store)];
  });

  after(() => fixture?.close());

  const nameOf = (who: string) => `${who}-${stories}` as EmployeeId;
  const shared = {
    kind: 'PUNCH',
    importId: undefined,
    restore: false,
    validateOnly: false,
    requestId: undefined,
    payloadHash: NO_PAYLOAD_HASH,
    actor: 'gate',
    receivedAt: NOW,
  } as const;

  function told({ minute, kind, event }: { minute: number; kind: string; event: string }) {
    return {
      time: (FIRST_MS + minute * 60_000) as Instant,
      kind,
      deviceId: 'gate',
      eventId: event,
      position: undefined,
      accuracyMeters: 0,
      flags: [],
      source: 'DEVICE',
      timeZone: '',
      labels: {},
      note: '',
    } as ToldPunch;
  }

  function dateOf(day: number): LocalDate {
    return new Date(FIRST_MS + day * DAY_MS).toISOString().slice(0, 10) as LocalDate;
  }

  async function change(asked: Record<string, unknown>): Promise<void> {
    const header = { reason: 'a test', actor: 'planner', requestId: undefined };
    const full = { ...header, payloadHash: NO_PAYLOAD_HASH, ...asked } as unknown as BadgeChange;
    await badges.change(full, { decide: (c, held) => RULES.decide(c, held, true) });
  }

  async function held(badgeId: string) {
    const query = { badgeId, employeeId: undefined, asOf: undefined, includeSuperseded: false };
    return await badges.list({ ...query, after: undefined, limit: 100 });
  }

  const settle = (badgeId: string, maxSteps: number, by: 0 | 1) =>
    settleBadge(badges, writes[by], badgeId, { maxSteps, now: NOW });

  async function happen(badgeId: string, log: readonly ToldPunch[], what: Happening) {
    switch (what.kind) {
      case 'LOG': {
        const punches = what.piece.map((index) => ({ ...shared, badgeId, punch: log[index] }));
        const results = await recordLog(badges, writes[what.instance], punches as BadgePunch[]);
        for (const result of results) expect('failure' in result && result.failure).to.equal(false);
        return;
      }
      case 'ASSIGN': {
        // Somebody's already from then on: then nothing happens.
        const zone = undefined;
        const dates = { startDate: dateOf(what.from), endDate: undefined, zone, handOn: true };
        const asked = { kind: 'ASSIGN', badgeId, employeeId: nameOf(what.who), ...dates };
        await change(asked).catch((error: unknown) => {
          expect(String(error)).to.include('BADGE_ASSIGNED');
        });
        return;
      }
      case 'RETRACT': {
        const [first] = await held(badgeId);
        if (first === undefined) return;
        await change({ kind: 'RETRACT', badgeId, assignmentId: first.assignmentId });
        return;
      }
      case 'SETTLE':
        await settle(badgeId, what.steps, what.instance);
    }
  }

  /** The stored days of an employee, and how many punches count. */
  async function stateOf(employeeId: EmployeeId): Promise<unknown> {
    const block = await fixture.store.readMonth(employeeId, '2026-03' as LocalMonth);
    const page = await fixture.store.listPunches({
      employeeId,
      startTime: undefined,
      endTime: undefined,
      includeVoided: false,
      after: undefined,
      limit: 1000,
    });
    return {
      days: (block?.days ?? []).flatMap(({ date, result }) =>
        result === undefined || result.origin === 'EXPECTED' ? [] : [{ date, result }],
      ),
      punches: (page?.punches ?? [])
        .map(({ time, kind, eventId, flags }) => [...[time, kind, eventId], flags])
        .map(String)
        .sort(),
    };
  }

  it('make the days that they would have made of the employee, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ punches, happenings }) => {
        stories += 1;
        const badgeId = `badge-${stories}`;
        const log = punches.map(told);
        for (const what of happenings) await happen(badgeId, log, what);
        // In the end the log has come, and the badge is the right one's.
        for (const { assignmentId } of await held(badgeId)) {
          await change({ kind: 'RETRACT', badgeId, assignmentId });
        }
        const all = log.map((_, index) => index);
        await happen(badgeId, log, { kind: 'LOG', piece: all, instance: 1 });
        await happen(badgeId, log, { kind: 'ASSIGN', who: 'right', from: 0 });
        // Both at the same time, as two followers do.
        await Promise.all([settle(badgeId, 50, 0), settle(badgeId, 50, 1)]);
        expect(await settle(badgeId, 50, 0)).to.equal(true);
        const named = log.map((punch): PunchFact => {
          return { ...shared, employeeId: nameOf('named'), punch };
        });
        await writes[0].record(named);
        const [right, once] = [await stateOf(nameOf('right')), await stateOf(nameOf('named'))];
        expect(right).to.deep.equal(once);
        expect(await stateOf(nameOf('wrong'))).to.deep.equal({ days: [], punches: [] });
        expect(await badges.countWaiting(badgeId)).to.equal(0);
      }),
      { numRuns: runs(40), seed: seed() },
    );
  });
});
