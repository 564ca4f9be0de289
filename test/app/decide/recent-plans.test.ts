// What is remembered of plans is bounded by how many they are, whatever the batches were about.

import { expect } from 'chai';
import { rulesFor } from '../../../src/app/decide/decide-batch.js';
import { plansHeld } from '../../../src/app/decide/recent-plans.js';
import type { RosterView } from '../../../src/app/ports/batch.js';
import type { Fact } from '../../../src/app/ports/facts.js';
import type { EmployeeRoster } from '../../../src/domain/roster/roster.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { zoneNamed } from '../../domain/support/arbitraries.js';
import { rosterOf } from '../support/any-roster.js';
import { MIA, punchFact, TOLD_AT } from '../support/facts.js';
import { ModelStore } from '../support/model-store.js';

const ROSTER = rosterOf(new Map());
/** Of one employee's roster, as recent-plans.ts bounds it. */
const MAX_PLANS = 512;

/** Nobody else's: plans are remembered by it. */
function newRoster(): EmployeeRoster {
  return {
    zones: [{ fromDay: Number.NEGATIVE_INFINITY, zone: zoneNamed('UTC') }],
    joinedDay: Number.NEGATIVE_INFINITY,
    leftDay: Number.POSITIVE_INFINITY,
    defaultShiftId: undefined,
    calendarId: undefined,
    assignments: [],
    overrides: new Map(),
  };
}

/** One punch a day. */
function punchesOf(days: number): Fact[] {
  return Array.from({ length: days }, (_, day) =>
    punchFact({
      time: (TOLD_AT - day * 86_400_000) as Instant,
      kind: 'IN',
      deviceId: '',
      eventId: '',
      position: undefined,
      flags: [],
    }),
  );
}

describe('plans that are remembered', () => {
  it('those of a batch of few dates, and once only', () => {
    const roster = newRoster();
    const store = new ModelStore(ROSTER);
    store.addEmployee(MIA, roster);
    store.write(punchesOf(1), TOLD_AT);
    const held = plansHeld(roster);
    expect(held).to.be.within(1, MAX_PLANS);
    store.write(punchesOf(1), TOLD_AT);
    expect(plansHeld(roster)).to.equal(held);
  });

  it('not those of a batch of very many dates', () => {
    const roster = newRoster();
    const store = new ModelStore(ROSTER);
    store.addEmployee(MIA, roster);
    const { outcomes } = store.write(punchesOf(1000), TOLD_AT);
    expect(outcomes.filter(({ kind }) => kind === 'DONE').length).to.equal(1000);
    expect(plansHeld(roster)).to.be.at.most(MAX_PLANS);
  });

  it('nor those of one that was never decided', () => {
    const facts = punchesOf(1000);
    const rules = rulesFor(facts);
    const roster = newRoster();
    const view: RosterView = {
      roster: ROSTER,
      employee: (employeeId) => ({
        employeeId,
        employeeName: '',
        isAdded: true,
        version: 0,
        roster,
      }),
      punch: () => undefined,
      firstUse: () => undefined,
      nextUse: () => undefined,
      marksOn: () => [],
      earlier: () => undefined,
    };
    for (const fact of facts) rules.needs(fact, view);
    expect(plansHeld(roster)).to.be.at.most(MAX_PLANS);
  });
});
