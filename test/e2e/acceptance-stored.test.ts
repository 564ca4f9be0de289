// The acceptance cases a third time, as they are lived: the roster created over the wire, the
// punches recorded and the marks made, and each date read back. Each case is lived in one of three
// orders, with Redis in another one; ../app/acceptance-orders.test.ts has all of them for every case.

import { expect } from 'chai';
import { PunchOutcome } from '../../gen/attendance/v1/clock_service_pb.js';
import { ALL_CASES } from '../domain/cases/rows/all.js';
import type { Case } from '../domain/support/scenario.js';
import { datesOf } from '../domain/support/scenario-values.js';
import { SEEN_TOO_LATE } from './cases/seen-too-late.js';
import { Stage } from './support/stage.js';
import { describeVariants } from './support/variants.js';

/** How a case is lived. */
type Order = (stage: Stage, row: Case) => Promise<void>;

const inOneCall: Order = async (stage, { punches = [], marks = [] }) => {
  await stage.createEmployee();
  for (const mark of marks) await stage.mark(mark);
  const results = await stage.record(punches);
  expect(results.map(({ outcome }) => outcome)).to.not.include(PunchOutcome.REJECTED);
};

const backwardsAndTwice: Order = async (stage, { punches = [], marks = [] }) => {
  await stage.createEmployee();
  for (const punch of punches.toReversed()) {
    await stage.record([punch]);
    const [again] = await stage.record([punch]);
    expect(again?.outcome).to.equal(PunchOutcome.DUPLICATE);
  }
  for (const mark of marks) await stage.mark(mark);
};

const beforeTheRoster: Order = async (stage, { punches = [], marks = [] }) => {
  await stage.record(punches);
  for (const mark of marks) await stage.mark(mark);
  await stage.createEmployee();
};

const ORDERS: readonly Order[] = [inOneCall, backwardsAndTwice, beforeTheRoster];

describeVariants('acceptance, stored', (serviceOf, _, hasRedis) => {
  let count = 0;
  for (const row of ALL_CASES) {
    it(`${row.id} ${row.title} (${row.source})`, async () => {
      count += 1;
      await new Stage(serviceOf(), row, `a${count}`).createShared();
      const { firstDay, lastDay } = datesOf(row);
      const live = ORDERS[(count + (hasRedis ? 1 : 0)) % ORDERS.length] ?? inOneCall;
      const stage = new Stage(serviceOf(), row, `a${count}`);
      await live(stage, row);
      await stage.expectDays(row.days, firstDay, lastDay);
    });
  }
});

describe('acceptance: what is only simulated', () => {
  it('a moment that is over is looked at by SimulateAttendance alone', () => {
    const late = ALL_CASES.filter((row) =>
      Object.values(row.days).every(({ final }) => final === false),
    );
    expect(late.map(({ id, title }) => `${id} ${title}`)).to.deep.equal(SEEN_TOO_LATE);
  });
});
