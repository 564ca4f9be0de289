import { expect } from 'chai';
import { parsePeriod } from '../../../src/cli/time/period-argument.js';

const CASES: readonly (readonly [text: string, today: string, period: string | undefined])[] = [
  ['2026-03', '2026-05-15', '2026-03-01 2026-03-31'],
  ['2028-02', '2026-05-15', '2028-02-01 2028-02-29'],
  ['this-month', '2026-05-15', '2026-05-01 2026-05-31'],
  ['last-month', '2026-01-31', '2025-12-01 2025-12-31'],
  ['Last-Month', '2026-03-31', '2026-02-01 2026-02-28'],
  ['2026-03-16..2026-04-15', '2026-05-15', '2026-03-16 2026-04-15'],
  ['2026-03-16..2026-03-16', '2026-05-15', '2026-03-16 2026-03-16'],
  ['2026-03-16..2026-03-15', '2026-05-15', undefined],
  ['2026-02-30..2026-03-15', '2026-05-15', undefined],
  ['2026-13', '2026-05-15', undefined],
  ['2026-3', '2026-05-15', undefined],
  ['1899-12', '2026-05-15', undefined],
  ['2026-03-01', '2026-05-15', undefined],
  ['', '2026-05-15', undefined],
];

describe('a period on the command line', () => {
  for (const [text, today, expected] of CASES) {
    it(`"${text}" on ${today} is ${expected ?? 'none'}`, () => {
      const period = parsePeriod(text, today);
      expect(period && `${period.startDate} ${period.endDate}`).to.equal(expected);
    });
  }
});
