// The acceptance cases as the write path keeps them, in every order in which facts come: what is stored
// is what follows from them at once. What follows is told by ../domain/cases/; that the service does the
// same over the wire, by ../e2e/acceptance-stored.test.ts, in one of these orders a case.

import { expect } from 'chai';
import type { Fact } from '../../src/app/ports/facts.js';
import { ALL_CASES } from '../domain/cases/rows/all.js';
import type { Case } from '../domain/support/scenario.js';
import { datesOf, valuesOf } from '../domain/support/scenario-values.js';
import { MIA, markFact, punchFact, TOLD_AT } from './support/facts.js';
import { ModelStore } from './support/model-store.js';

/** What each transaction records. */
type Order = (punches: readonly Fact[], marks: readonly Fact[]) => readonly (readonly Fact[])[];

const ORDERS: Readonly<Record<string, Order>> = {
  'in one transaction': (punches, marks) => [[...marks, ...punches]],
  'backwards, and each twice': (punches, marks) => [
    ...punches.toReversed().map((punch) => [punch, punch]),
    ...marks.map((mark) => [mark]),
  ],
  'every other one late': (punches, marks) => [
    punches.filter((_, place) => place % 2 === 1),
    ...marks.map((mark) => [mark]),
    ...punches.filter((_, place) => place % 2 === 0).map((punch) => [punch]),
  ],
};

/** The days that are stored in the end. */
function storedAfter(row: Case, order: Order): Record<string, string> {
  const values = valuesOf(row);
  const store = new ModelStore(values.roster);
  store.addEmployee(MIA, values.employee);
  const punches = values.punches.map((punch) => punchFact(punch));
  const marks = values.marks.map(({ date, status, portion, leaveTime }) =>
    markFact(date, status, { portion, leaveTime }),
  );
  for (const facts of order(punches, marks)) store.write(facts, TOLD_AT);
  const { firstDay, lastDay } = datesOf(row);
  const stored = store.stored(MIA, firstDay, lastDay);
  expect(stored).to.deep.equal(store.rebuilt(MIA, firstDay, lastDay));
  return stored;
}

describe('acceptance: whatever the order of the facts', () => {
  for (const row of ALL_CASES) {
    it(`${row.id} ${row.title} (${row.source})`, () => {
      const [first, ...others] = Object.entries(ORDERS).map(
        ([name, order]) => [name, storedAfter(row, order)] as const,
      );
      for (const [name, stored] of others) expect(stored, name).to.deep.equal(first?.[1]);
    });
  }
});
