import { expect } from 'chai';
import { findOverlaps } from '../../../src/domain/roster/check-roster.js';
import { planDays } from '../../../src/domain/roster/plan.js';
import { describeCases } from '../support/run-cases.js';
import type { Case } from '../support/scenario.js';
import { datesOf, valuesOf } from '../support/scenario-values.js';
import { NIGHT_CASES, SHIFTS_ON_ONE_DATE } from './rows/nights.js';

describeCases('acceptance C: night shifts and dates', NIGHT_CASES);

describe('acceptance C: shifts on one date', () => {
  for (const { id, hours, overlap } of SHIFTS_ON_ONE_DATE) {
    const title = `${id} ${hours.join(' and ')} ${overlap ? 'overlap' : 'may both be assigned'}`;
    // Whichever of them was assigned first.
    for (const inOrder of [hours, [...hours].reverse()]) {
      it(`${title}, given ${inOrder[0]} first (Frappe HR)`, () => {
        const { roster, employee, row } = assignedOnD(inOrder);
        const { firstDay, lastDay } = datesOf(row);
        const found = findOverlaps(planDays(roster, employee, firstDay, lastDay));
        expect(found).to.have.length(overlap ? 1 : 0);
      });
    }
  }
});

function assignedOnD(hours: readonly string[]) {
  const shifts = hours.map((each, index) => ({ id: `shift-${index}`, hours: each }));
  const assigned = shifts.map(({ id }) => ({ shifts: [id], from: 'D', to: 'D' }));
  const row: Case = {
    id: '',
    title: '',
    source: '',
    roster: { shifts, assigned },
    days: { D: { status: 'SCHEDULED' } },
  };
  return { ...valuesOf(row), row };
}
