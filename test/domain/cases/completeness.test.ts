// Every case of the acceptance page is tested, or says what it waits for; and every row is a
// definition that the service would take.

import { expect } from 'chai';
import { checkOffShiftRules, checkShift } from '../../../src/domain/check-shift.js';
import { shiftOf, valuesOf } from '../support/scenario-values.js';
import { ALL_CASES } from './rows/all.js';
import { DEFINITIONS } from './rows/definitions.js';
import { SHIFTS_ON_ONE_DATE } from './rows/nights.js';
import { WAITING_FOR_OVERTIME, WAITING_FOR_THE_CLOCK } from './rows/waiting.js';

/** The ids of the page's sections A to F and I. */
const PAGE: Readonly<Record<string, readonly number[]>> = {
  A: [
    1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30,
    31, 32, 33, 34, 35, 38, 39, 40,
  ],
  B: [1, 2, 5],
  C: [1, 2, 3, 4, 7, 9, 10, 11, 12, 13, 14, 16, 18, 20, 21, 22, 23, 24, 25, 27],
  D: [1, 3, 5, 6, 7, 11, 12, 13, 14, 15],
  E: [1, 2, 3, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 31],
  F: [1, 2, 4, 6, 7, 9, 10, 11, 13, 14, 15],
  I: [1, 2, 4, 6, 7],
};

const PAGE_IDS = Object.entries(PAGE).flatMap(([section, numbers]) =>
  numbers.map((number) => `${section}${number}`),
);

/** Cases that have no part which the engine could answer. */
const NOT_THE_ENGINES = ['A30', 'A31', 'A39', 'E15', 'E16', 'E25', 'E26', 'E31'];

const tested = new Set([...ALL_CASES, ...SHIFTS_ON_ONE_DATE, ...DEFINITIONS].map(({ id }) => id));
const waiting = [...WAITING_FOR_THE_CLOCK, ...WAITING_FOR_OVERTIME];

describe('acceptance: nothing is left out', () => {
  it('every case is tested, or waits for what is not the engine', () => {
    const missing = PAGE_IDS.filter((id) => !tested.has(id));
    expect(missing).to.deep.equal(NOT_THE_ENGINES);
    const waits = new Set(waiting.map(({ id }) => id));
    expect(missing.filter((id) => !waits.has(id))).to.deep.equal([]);
  });

  it('no row and no waiting case has an id that is not on the page', () => {
    const ids = [...tested, ...waiting.map(({ id }) => id)];
    expect(ids.filter((id) => !PAGE_IDS.includes(id))).to.deep.equal([]);
  });

  it('a case waits once for each thing', () => {
    for (const list of [WAITING_FOR_THE_CLOCK, WAITING_FOR_OVERTIME]) {
      expect(new Set(list.map(({ id }) => id))).to.have.length(list.length);
    }
  });

  it('no two rows have the same id and title', () => {
    const names = ALL_CASES.map(({ id, title }) => `${id} ${title}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
  });

  it('rows are plain data', () => {
    for (const row of ALL_CASES) expect(JSON.parse(JSON.stringify(row))).to.deep.equal(row);
  });
});

describe('acceptance A: definitions', () => {
  for (const { id, title, shift, reason } of DEFINITIONS) {
    it(`${id} ${title} (Frappe HR)`, () => {
      const reasons = checkShift(shiftOf(shift), 'shift').map((violation) => violation.reason);
      expect(reasons).to.deep.equal(reason === undefined ? [] : [reason]);
    });
  }

  it('every shift and rule of the rows can be defined', () => {
    for (const row of ALL_CASES) {
      const { roster } = valuesOf(row);
      const versions = [...roster.shifts.values()].flat();
      const wrong = [
        ...versions.flatMap(({ shift }) => checkShift(shift, `${row.id} ${shift.shiftId}`)),
        ...checkOffShiftRules(roster.offShift, row.id),
      ];
      expect(wrong).to.deep.equal([]);
    }
  });
});
