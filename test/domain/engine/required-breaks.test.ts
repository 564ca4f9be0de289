import { expect } from 'chai';
import fc from 'fast-check';
import { missingBreak } from '../../../src/domain/engine/required-breaks.js';
import { anyWorkRules, HOUR } from '../support/arbitraries.js';

const anyLength = fc.integer({ min: 0, max: 24 * HOUR });

describe('a required break', () => {
  it('that takes only the excess never pays less for working longer', () => {
    fc.assert(
      fc.property(anyWorkRules, anyLength, anyLength, anyLength, (rules, taken, a, b) => {
        const paid = (worked: number) =>
          worked - missingBreak(worked, taken, { ...rules, deductExcessOnly: true });
        expect(paid(Math.max(a, b))).to.be.at.least(paid(Math.min(a, b)));
      }),
    );
  });

  it('takes no more than is missing, and no less than it could without paying more', () => {
    fc.assert(
      fc.property(anyWorkRules, anyLength, anyLength, (rules, taken, worked) => {
        const flat = missingBreak(worked, taken, { ...rules, deductExcessOnly: false });
        const excess = missingBreak(worked, taken, { ...rules, deductExcessOnly: true });
        expect(excess).to.be.within(0, flat);
        const least = rules.breakDeductions[0]?.afterSeconds ?? Infinity;
        if (excess < flat) expect(worked - excess).to.be.at.least(least);
      }),
    );
  });
});
