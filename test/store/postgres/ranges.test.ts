// Joined ranges hold exactly the numbers of the ranges they were made of.

import { expect } from 'chai';
import fc from 'fast-check';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { type Range, Ranges } from '../../../src/store/postgres/ranges.js';

const range = fc.record({
  employeeId: fc.constantFrom('a' as EmployeeId, 'b' as EmployeeId),
  from: fc.integer({ min: 0, max: 30 }),
  to: fc.integer({ min: 0, max: 30 }),
});

function numbersOf(ranges: readonly Range[]): string[] {
  return ranges.flatMap(({ employeeId, from, to }) =>
    Array.from(
      { length: Math.max(0, to - from + 1) },
      (_, index) => `${employeeId} ${from + index}`,
    ),
  );
}

describe('ranges', () => {
  it('hold each number once, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const joined = numbersOf(new Ranges(ranges).list());
        expect(joined).to.have.members([...new Set(numbersOf(ranges))]);
      }),
    );
  });

  it('do not touch each other', () => {
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const list = new Ranges(ranges).list();
        list.slice(1).forEach((next, index) => {
          const before = list[index];
          if (before?.employeeId === next.employeeId) expect(next.from).to.be.above(before.to + 1);
        });
      }),
    );
  });

  it('cover what they hold all of', () => {
    fc.assert(
      fc.property(fc.array(range), range, (ranges, wanted) => {
        const held = new Set(numbersOf(ranges));
        const isHeld = numbersOf([wanted]).every((one) => held.has(one));
        expect(new Ranges(ranges).covers(wanted)).to.equal(isHeld);
      }),
    );
  });
});
