// Every case of the acceptance page is tested, by the rules alone or over the wire, or says what it
// waits for; and every row is a definition that the service would take.

import { expect } from 'chai';
import { checkOffShiftRules, checkShift } from '../../../src/domain/roster/check-shift.js';
import { CALL_CASES } from '../../e2e/cases/calls.js';
import { CHANGE_CASES } from '../../e2e/cases/changes.js';
import { CLOCK_CASES } from '../../e2e/cases/clock.js';
import { shiftOf, valuesOf } from '../support/scenario-values.js';
import { ALL_CASES } from './rows/all.js';
import { DEFINITIONS } from './rows/definitions.js';
import { SHIFTS_ON_ONE_DATE } from './rows/nights.js';
import {
  WAITING_FOR_OVERTIME,
  WAITING_FOR_THE_PERIOD_LOCK,
  WAITING_FOR_TOKENS,
} from './rows/waiting.js';

/** The ids of the page's sections A to G, I, K to N and P, as far as they are about these rules. */
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
  G: [1, 3, 4, 6, 8, 9],
  I: [1, 2, 4, 6, 7],
  K: [1, 2, 3, 4, 5, 6],
  L: [1, 2, 3, 4, 5],
  M: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  N: [1, 2, 3, 5, 6, 7],
  P: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24],
};

const PAGE_IDS = Object.entries(PAGE).flatMap(([section, numbers]) =>
  numbers.map((number) => `${section}${number}`),
);

/** Cases that have no part which the engine could answer. */
const NOT_THE_ENGINES = ['A30', 'A31', 'A39', 'E15', 'E16', 'E25', 'E26', 'E31', 'N3'];

/** Cases that tell of what a clock refuses, and of storing: over the wire they must be. */
const OVER_THE_WIRE = [
  ...['A2', 'A15', 'A28', 'A30', 'A31', 'A32', 'A38', 'C9', 'C10', 'C24', 'C27', 'D6', 'D11'],
  ...['D12', 'D15', 'E1', 'E2', 'E3', 'E6', 'E7', 'E9', 'E10', 'E12', 'E14', 'E15', 'E16', 'E17'],
  ...['E18', 'E19', 'E20', 'E21', 'E22', 'E23', 'E24', 'E25', 'E26', 'E28', 'E31', 'N3'],
];

const WAITING_LISTS = [WAITING_FOR_THE_PERIOD_LOCK, WAITING_FOR_TOKENS, WAITING_FOR_OVERTIME];

const ids = (rows: readonly { readonly id: string }[]) => new Set(rows.map(({ id }) => id));
const tested = ids([...ALL_CASES, ...SHIFTS_ON_ONE_DATE, ...DEFINITIONS]);
const wired = ids([...CLOCK_CASES, ...CHANGE_CASES, ...CALL_CASES]);
const waiting = ids(WAITING_LISTS.flat());

describe('acceptance: nothing is left out', () => {
  it('every case is tested, by the rules or over the wire, or waits for what is to come', () => {
    const missing = PAGE_IDS.filter((id) => !tested.has(id));
    expect(missing).to.deep.equal(NOT_THE_ENGINES);
    expect(missing.filter((id) => !wired.has(id) && !waiting.has(id))).to.deep.equal([]);
    expect(missing.filter((id) => !wired.has(id))).to.deep.equal(['A39']);
  });

  it('every case about storing and refusing is told over the wire', () => {
    expect([...wired].sort()).to.deep.equal(OVER_THE_WIRE.toSorted());
  });

  it('no row and no waiting case has an id that is not on the page', () => {
    const all = [...tested, ...wired, ...waiting];
    expect(all.filter((id) => !PAGE_IDS.includes(id))).to.deep.equal([]);
  });

  it('a case waits once for each thing', () => {
    for (const list of WAITING_LISTS) expect(ids(list)).to.have.length(list.length);
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
