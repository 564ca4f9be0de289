// The quarantine in PostgreSQL: its bound, what no employee can have, and batches that come too late.

import { expect } from 'chai';
import { badgeRules } from '../../src/app/decide/decide-badge.js';
import { rulesFor } from '../../src/app/decide/decide-batch.js';
import {
  type BadgeChange,
  type BadgePunch,
  type BadgeStore,
  MAX_QUARANTINED,
} from '../../src/app/ports/badges.js';
import { BadgesChanged } from '../../src/app/ports/fact-writes.js';
import { NO_PAYLOAD_HASH, type PunchFact } from '../../src/app/ports/facts.js';
import { recordLog } from '../../src/app/write/record-log.js';
import { settleBadge } from '../../src/app/write/settle-badge.js';
import { WriteQueue } from '../../src/app/write/write-queue.js';
import type { EmployeeId } from '../../src/domain/facts/employee-id.js';
import type { ToldPunch } from '../../src/domain/facts/recorded-punch.js';
import type { Instant } from '../../src/domain/time/time.js';
import { findZone } from '../../src/domain/time/zone.js';
import { createBadgeStore } from '../../src/store/badges/badge-store.js';
import { allIn, openStore, type StoreFixture } from './support.js';

const RULES = badgeRules(findZone('UTC') ?? expect.fail('there is no UTC'));
const NOW = Date.parse('2026-03-02T08:00:00Z') as Instant;

describe('the quarantine', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;
  let badges: BadgeStore;
  let writes: WriteQueue;

  before(async () => {
    fixture = await openStore();
    badges = createBadgeStore(allIn(fixture.database));
    writes = new WriteQueue(fixture.store);
  });

  after(() => fixture?.close());

  function told(second: number): ToldPunch {
    return {
      ...{ time: (NOW + second * 1000) as Instant, kind: 'IN', deviceId: 'gate', eventId: '' },
      ...{ position: undefined, accuracyMeters: 0, flags: [], source: 'DEVICE', timeZone: '' },
      ...{ labels: {}, note: '' },
    };
  }

  const shared = {
    kind: 'PUNCH',
    ...{ importId: undefined, restore: false, validateOnly: false },
    ...{ requestId: undefined, payloadHash: NO_PAYLOAD_HASH, actor: 'gate', receivedAt: NOW },
  } as const;
  const ofBadge = (badgeId: string, second = 0, more = {}): BadgePunch => {
    return { ...shared, badgeId, punch: told(second), ...more };
  };
  const ofEmployee = (employeeId: string, second: number): PunchFact => {
    return { ...shared, employeeId: employeeId as EmployeeId, punch: told(second) };
  };
  const log = (...punches: readonly BadgePunch[]) => recordLog(badges, writes, punches);
  const settle = (badgeId: string) =>
    settleBadge(badges, writes, badgeId, { maxSteps: 10, now: NOW });

  async function change(badgeId: string, asked: object): Promise<number> {
    const header = { badgeId, reason: '', actor: 'planner', requestId: undefined };
    const full = { ...header, payloadHash: NO_PAYLOAD_HASH, ...asked } as BadgeChange;
    const rules = { decide: (c: BadgeChange, held: never) => RULES.decide(c, held, true) };
    return (await badges.change(full, rules as never)).assignmentId;
  }

  const assign = (badgeId: string, employeeId: string) => {
    const dates = { startDate: '2026-01-01', endDate: undefined, zone: undefined, handOn: false };
    return change(badgeId, { kind: 'ASSIGN', employeeId, ...dates });
  };

  async function countOf(employeeId: string): Promise<unknown> {
    const [row] = await fixture.rows(
      'select count(*) as n from punch where employee_id = $1 and voided_by is null',
      employeeId,
    );
    return row?.n;
  }

  it('takes as many as are left, rejects the others, and takes them once there is room', async () => {
    const [head] = await fixture.rows('select waiting from quarantine_head');
    await fixture.rows(`update quarantine_head set waiting = ${MAX_QUARANTINED - 1}`);
    const results = await log(ofBadge('full', 1), ofBadge('full', 2), ofBadge('full', 1));
    expect(
      results.map((result) =>
        'quarantine' in result ? result.quarantine.kind : result.failure?.kind,
      ),
    ).to.deep.equal(['QUARANTINED', 'QUARANTINE_FULL', 'DUPLICATE']);
    // What was refused left nothing behind, not even a badge.
    await log(ofBadge('never', 1));
    expect(await fixture.rows(`select from badge where badge_id = 'never'`)).to.deep.equal([]);
    await fixture.rows(`update quarantine_head set waiting = ${Number(head?.waiting) + 1}`);
    const [again] = await log(ofBadge('full', 2));
    expect(again).to.deep.include({}).and.have.property('quarantine');
    expect(await badges.countWaiting('full')).to.equal(2);
  });

  it('keeps what no employee can have, says why, and gives it to the next one', async () => {
    const many = Array.from({ length: 1000 }, (_, second) => second);
    for (const from of [0, 1000]) {
      await writes.record(many.map((second) => ofEmployee('busy', 1 + from + second)));
    }
    await log(ofBadge('late', 5000));
    const assignmentId = await assign('late', 'busy');
    expect(await settle('late')).to.equal(true);
    const query = { badgeId: 'late', after: 0, limit: 10 };
    expect((await badges.listQuarantined(query)).map(({ blocked }) => blocked)).to.deep.equal([
      'TOO_MANY_PUNCHES',
    ]);
    await change('late', { kind: 'RETRACT', assignmentId });
    await assign('late', 'idle');
    expect(await settle('late')).to.equal(true);
    expect([await countOf('busy'), await countOf('idle')]).to.deep.equal([2000, 1]);
    expect(await badges.countWaiting('late')).to.equal(0);
  });

  it('the same log from two devices’ hands at once is kept once', async () => {
    const punches = Array.from({ length: 50 }, (_, second) => ofBadge('twice', second));
    const both = await Promise.all([log(...punches), log(...[...punches].reverse())]);
    const kinds = both
      .flat()
      .map((result) => ('quarantine' in result ? result.quarantine.kind : 'none'));
    expect(kinds.filter((kind) => kind === 'QUARANTINED')).to.have.length(50);
    expect(kinds.filter((kind) => kind === 'DUPLICATE')).to.have.length(50);
    expect(await badges.countWaiting('twice')).to.equal(50);
  });

  it('a batch for a badge that is somebody else’s by now writes nothing', async () => {
    const assignmentId = await assign('quick', 'first');
    const [owner] = await badges.locate([ofBadge('quick')]);
    await change('quick', { kind: 'RETRACT', assignmentId });
    const badge = { badgeId: 'quick', version: owner?.version ?? 0, quarantineId: undefined };
    const facts = [{ ...ofEmployee('first', 1), badge }];
    const failed = await fixture.store.writeBatch(facts, rulesFor(facts)).catch((e: unknown) => e);
    expect(failed).to.be.instanceOf(BadgesChanged);
    expect(await countOf('first')).to.equal(0);
  });

  it('a punch that was released by somebody else is not released again', async () => {
    await log(ofBadge('race', 1));
    await assign('race', 'runner');
    const work = (await badges.readWork('race', 10)) ?? expect.fail('nothing to do');
    const [due] = work.due;
    if (due === undefined) expect.fail('nothing is due');
    const badge = { badgeId: 'race', version: work.version, quarantineId: due.quarantineId };
    const facts = [{ ...ofEmployee('runner', 1), badge }];
    expect(await settle('race')).to.equal(true);
    const failed = await fixture.store.writeBatch(facts, rulesFor(facts)).catch((e: unknown) => e);
    expect(failed).to.be.instanceOf(BadgesChanged);
    expect(await countOf('runner')).to.equal(1);
  });

  it('what is only judged leaves a discarded punch where it is', async () => {
    await log(ofBadge('judged', 1));
    await assign('judged', 'guest');
    const [waiting] = await badges.listQuarantined({ badgeId: 'judged', after: 0, limit: 1 });
    await badges.discard([waiting?.quarantineId ?? 0], { actor: 'x', reason: 'x' });
    const before = await badges.countWaiting(undefined);
    await log(ofBadge('judged', 1, { restore: true, validateOnly: true }));
    const [owner] = await badges.locate([ofBadge('judged', 1)]);
    expect(owner?.discarded).to.equal(waiting?.quarantineId);
    await log(ofBadge('judged', 1, { restore: true }));
    expect((await badges.locate([ofBadge('judged', 1)]))[0]?.discarded).to.equal(undefined);
    expect([await countOf('guest'), await badges.countWaiting(undefined)]).to.deep.equal([
      1,
      before,
    ]);
  });
});
