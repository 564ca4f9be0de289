// Facts recorded with the real rules over real PostgreSQL, where neither alone tells it all.

import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { CommandFact, Fact } from '../../src/app/ports/facts.js';
import { recordFact, recordFacts } from '../../src/app/write/record-facts.js';
import { WriteQueue } from '../../src/app/write/write-queue.js';
import { AttendanceError } from '../../src/domain/facts/errors.js';
import type { Instant } from '../../src/domain/time/time.js';
import { NO_LIMITS } from '../app/support/facts.js';
import { openStore, punchOf, type StoreFixture, voidOf } from './support.js';

const HOUR_MS = 3_600_000;

function clockIn(employeeId: string, requestId: string, receivedAt = Date.now()): CommandFact {
  const { punch, ...header } = punchOf(employeeId, '2026-03-02T08:00:00Z', 'IN', { requestId });
  return {
    ...header,
    kind: 'COMMAND',
    command: 'CLOCK_IN',
    receivedAt: receivedAt as Instant,
    punch: { ...punch, source: 'COMMAND' },
    isTimeGiven: false,
    limits: NO_LIMITS,
  };
}

describe('recording facts', function () {
  this.timeout(120_000);
  let fixture: StoreFixture;

  before(async () => {
    fixture = await openStore();
  });

  after(async () => await fixture.close());

  const record = async (...facts: Fact[]) => await recordFacts(fixture.store, facts);
  const rowsOf = async (table: 'punch' | 'punch_correction', employeeId: string) =>
    (await fixture.rows(`select from ${table} where employee_id = $1`, employeeId)).length;

  describe('one request id more than once in a batch: one fact, one answer', () => {
    it('of a command', async () => {
      const fact = clockIn('eva', randomUUID());
      const other = { ...fact, payloadHash: Uint8Array.of(1) };
      const results = await record(fact, fact, other, fact);
      expect(results[0]?.failure).to.equal(undefined);
      expect(results[1]).to.deep.equal(results[0]);
      expect(results[2]?.failure?.kind).to.equal('REQUEST_ID_REUSED');
      expect(await rowsOf('punch', 'eva')).to.equal(1);
      const again = await record(fact, other, fact);
      expect([again[0], again[1]?.failure?.kind, again[2]]).to.deep.equal([
        results[0],
        'REQUEST_ID_REUSED',
        results[0],
      ]);
    });

    it('of punches taken back', async () => {
      await record(punchOf('ben', '2026-03-02T08:00:00Z'), punchOf('ben', '2026-03-02T09:00:00Z'));
      const fact = voidOf('ben', [2, 1], randomUUID());
      const [first, ...others] = await record(fact, fact, fact);
      expect(others).to.deep.equal([first, first]);
      expect(await rowsOf('punch_correction', 'ben')).to.equal(1);
      expect(await record(fact, fact)).to.deep.equal([first, first]);
      const numbers = first?.failure === undefined ? first?.punches : [];
      expect(numbers?.map(({ punchId }) => punchId)).to.deep.equal([2, 1]);
    });

    it('of punches', async () => {
      const fact = punchOf('ina', '2026-03-02T08:00:00Z', 'IN', { requestId: randomUUID() });
      const [first, second] = await record(fact, fact);
      expect(second).to.deep.equal(first);
      expect(await record(fact, fact)).to.deep.equal([first, first]);
      expect(await rowsOf('punch', 'ina')).to.equal(1);
    });
  });

  describe('a command whose service has another time than the database', () => {
    for (const offMs of [-2 * HOUR_MS, 2 * HOUR_MS]) {
      it(`${offMs / HOUR_MS} hours apart: refused as such, with a line for the log`, async () => {
        const id = `off${offMs}`;
        const fact = clockIn(id, randomUUID(), Date.now() + offMs);
        const error = await recordFact(new WriteQueue(fixture.store), fact).catch(
          (thrown: unknown) => thrown,
        );
        if (!(error instanceof AttendanceError)) throw new Error('not refused');
        expect(error.failure.kind).to.equal('CLOCKS_DIFFER');
        expect(String(error.cause)).to.match(
          offMs > 0 ? /120 minutes behind this host's/ : /120 minutes ahead of this host's/,
        );
        expect(await rowsOf('punch', id)).to.equal(0);
        // The clocks were set, and the caller comes again.
        const { punches } = await recordFact(new WriteQueue(fixture.store), {
          ...fact,
          receivedAt: now(),
        });
        expect(punches.length).to.equal(1);
      });
    }

    it('minutes apart: the database’s counts', async () => {
      const { punches } = await recordFact(
        new WriteQueue(fixture.store),
        clockIn('near', randomUUID(), Date.now() + 50 * 60_000),
      );
      const [punch] = punches;
      expect(Math.abs((punch?.time ?? 0) - Date.now())).to.be.below(60_000);
    });
  });
});

function now(): Instant {
  return Date.now() as Instant;
}
