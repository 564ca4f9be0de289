// Imports of marks taken back: whatever was marked, cleared and taken back in whichever batches, days
// are what the marks that stand say.

import { expect } from 'chai';
import fc from 'fast-check';
import type { Fact } from '../../../src/app/ports/facts.js';
import { type MarkableStatus, PORTIONS } from '../../../src/domain/facts/day.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import { toEpochDay } from '../../../src/domain/time/local-date.js';
import { anyClockRange, scenarios } from '../../domain/support/arbitraries.js';
import { runs } from '../../support/runs.js';
import { clearFact, MIA, markFact, TOLD_AT, voidMarksFact } from '../support/facts.js';
import { ModelStore } from '../support/model-store.js';

const DATES = ['2026-03-02', '2026-03-03'] as LocalDate[];
const IMPORTS = ['one', 'two'];
const STATUSES: MarkableStatus[] = ['PRESENT', 'ABSENT', 'ON_LEAVE', 'REMOTE'];

const anyMark = fc
  .record({
    date: fc.constantFrom(...DATES),
    status: fc.constantFrom(...STATUSES),
    portion: fc.constantFrom(...PORTIONS),
    leaveTime: fc.option(anyClockRange, { nil: undefined }),
    importId: fc.option(fc.constantFrom(...IMPORTS), { nil: undefined }),
  })
  .map(({ date, status, portion, leaveTime, importId }) => {
    const options = importId === undefined ? {} : { importId };
    return leaveTime === undefined
      ? markFact(date, status, { portion, ...options })
      : markFact(date, 'ON_LEAVE', { leaveTime, ...options });
  });

const anyVoid = fc
  .record({ date: fc.constantFrom(...DATES), importId: fc.constantFrom(...IMPORTS) })
  .map(({ date, importId }) => voidMarksFact(date, importId));

const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 6, arbitrary: anyMark },
  { weight: 2, arbitrary: anyVoid },
  { weight: 1, arbitrary: fc.constantFrom(...DATES).map((date) => clearFact(date)) },
);

const batches = fc.array(fc.array(anyFact, { minLength: 1, maxLength: 6 }), { maxLength: 5 });

describe('marks taken back with their import', () => {
  it('leave days that follow from the marks that stand, and none of the import', () => {
    fc.assert(
      fc.property(scenarios(), batches, (scenario, all) => {
        const store = new ModelStore(scenario.roster);
        store.addEmployee(MIA, scenario.employee);
        const range = DATES.map(toEpochDay) as [number, number];
        for (const facts of all) {
          store.write(facts, TOLD_AT);
          expect(store.stored(MIA, ...range)).to.deep.equal(store.rebuilt(MIA, ...range));
        }
        const once = IMPORTS.map((importId) => DATES.map((date) => voidMarksFact(date, importId)));
        for (const facts of once) store.write(facts, TOLD_AT);
        expect(store.stored(MIA, ...range)).to.deep.equal(store.rebuilt(MIA, ...range));
        expect(store.standingImports(MIA)).to.deep.equal([]);
        // Again changes nothing.
        for (const facts of once) expect(store.write(facts, TOLD_AT).facts).to.deep.equal([]);
      }),
      { numRuns: runs(100) },
    );
  });
});
