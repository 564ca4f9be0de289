import { expect } from 'chai';
import fc from 'fast-check';
import {
  daysBetween,
  firstDateOf,
  fromEpochDay,
  type LocalDate,
  lastDateOf,
  monthOf,
  monthsBetween,
  parseLocalDate,
  toEpochDay,
} from '../../../src/domain/time/local-date.js';

const FIRST_DAY = toEpochDay('1900-01-01' as LocalDate);
const LAST_DAY = toEpochDay('9999-12-31' as LocalDate);
const anyDate = fc.integer({ min: FIRST_DAY, max: LAST_DAY }).map(fromEpochDay);

describe('local dates', () => {
  const cases: readonly [text: string, real: boolean][] = [
    ['2026-11-22', true],
    ['1900-01-01', true],
    ['9999-12-31', true],
    ['2024-02-29', true],
    ['2000-02-29', true],
    ['1900-02-29', false],
    ['2023-02-29', false],
    ['2023-02-30', false],
    ['2023-04-31', false],
    ['2023-13-01', false],
    ['2023-00-10', false],
    ['2023-01-00', false],
    ['1899-12-31', false],
    ['0000-01-01', false],
    ['10000-01-01', false],
    ['2023-1-1', false],
    ['01/02/2023', false],
    ['infinity', false],
    ['2023-01-01T00:00:00Z', false],
    [' 2023-01-01', false],
    ['2023-01-01\n', false],
    ['２０２３-01-01', false],
    ['', false],
  ];
  for (const [text, real] of cases) {
    it(`${JSON.stringify(text)} is ${real ? 'a date' : 'refused'}`, () => {
      expect(parseLocalDate(text)).to.equal(real ? text : undefined);
    });
  }

  it('epoch days and dates are each other’s inverse', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST_DAY, max: LAST_DAY }), (day) => {
        expect(toEpochDay(fromEpochDay(day))).to.equal(day);
      }),
    );
  });

  it('text order is date order', () => {
    fc.assert(
      fc.property(anyDate, anyDate, (a, b) => {
        expect(a < b).to.equal(daysBetween(a, b) > 0);
      }),
    );
  });

  it('a month holds exactly the dates from its first to its last', () => {
    fc.assert(
      fc.property(anyDate, (date) => {
        const month = monthOf(date);
        expect(firstDateOf(month) <= date && date <= lastDateOf(month)).to.equal(true);
        expect(monthOf(lastDateOf(month))).to.equal(month);
        expect(parseLocalDate(lastDateOf(month))).to.not.equal(undefined);
      }),
    );
  });

  it('months between two dates are all there, once, in order', () => {
    const near = fc.tuple(
      fc.integer({ min: FIRST_DAY, max: LAST_DAY - 1000 }),
      fc.integer({ min: 0, max: 1000 }),
    );
    fc.assert(
      fc.property(near, ([day, length]) => {
        const days = Array.from({ length: length + 1 }, (_, index) => fromEpochDay(day + index));
        const expected = [...new Set(days.map(monthOf))];
        expect(monthsBetween(fromEpochDay(day), fromEpochDay(day + length))).to.deep.equal(
          expected,
        );
      }),
      { numRuns: 30 },
    );
    expect(monthsBetween('2023-02-01' as LocalDate, '2023-01-31' as LocalDate)).to.deep.equal([]);
    expect(monthsBetween('9999-11-30' as LocalDate, '9999-12-01' as LocalDate)).to.deep.equal([
      '9999-11',
      '9999-12',
    ]);
  });
});
