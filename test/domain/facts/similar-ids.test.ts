// Which id somebody meant: what is looked for, what counts as near, and how much is looked at.

import { expect } from 'chai';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import {
  idsOneErrorAway,
  MAX_TYPED_LENGTH,
  nearestId,
} from '../../../src/domain/facts/similar-ids.js';

const ids = (...texts: string[]) => texts as EmployeeId[];
const id = (text: string) => text as EmployeeId;

describe('the ids one typing error away', () => {
  const rows: readonly [id: string, typed: string, meant: string][] = [
    ['I1 a character left out', 'E101', 'E1001'],
    ['I2 one added at the end', 'E10011', 'E1001'],
    ['I3 one added at the beginning', 'EE1001', 'E1001'],
    ['I4 one left out at the beginning', '007', 'E007'],
    ['I5 a mistaken one', 'E1OO1', 'E1O01'],
    ['I6 two swapped', 'E0101', 'E1001'],
    ['I7 the case of one', 'e1001', 'E1001'],
    ['I8 the case throughout', 'ANNA.BERG', 'anna.berg'],
    ['I9 a sign', 'anna-berg', 'anna.berg'],
  ];
  for (const [name, typed, meant] of rows) {
    it(`${name}: ${meant} for ${typed}`, () => {
      expect(idsOneErrorAway(id(typed))).to.include(meant);
      expect(nearestId(id(typed), ids('Z', meant))).to.equal(meant);
    });
  }

  it('I10 are bounded by the length, and none of a longer id', () => {
    const longest = 'a'.repeat(MAX_TYPED_LENGTH);
    expect(idsOneErrorAway(id(longest)).length).to.be.within(1000, 2800);
    expect(idsOneErrorAway(id(`${longest}a`))).to.deep.equal([]);
  });

  it('I11 are ids, each once, and never the typed one', () => {
    const found = idsOneErrorAway(id('7a'));
    expect(found.filter((text) => !/^[A-Za-z0-9._-]{1,64}$/.test(text))).to.deep.equal([]);
    expect(new Set(found).size).to.equal(found.length);
    expect(found).to.not.include('7a');
  });
});

describe('the nearest id', () => {
  const rows: readonly [name: string, typed: string, among: string[], nearest?: string][] = [
    ['I12 the fewer errors', 'E1001', ['E1199', 'E1002'], 'E1002'],
    ['I13 of two as near, the first in order', 'E1001', ['E1003', 'E1002'], 'E1002'],
    ['I14 the case counts for nothing', 'e1001', ['e1002', 'E1001'], 'E1001'],
    ['I15 two errors in five characters', 'E1001', ['E2002'], 'E2002'],
    ['I16 not in four', 'E101', ['E202']],
    ['I17 never three', 'anna.berg', ['anne.borgs']],
    ['I18 nor the typed one', 'E1001', ['E1001']],
    ['I19 among nobody', 'E1001', []],
  ];
  for (const [name, typed, among, nearest] of rows) {
    it(`${name}: ${nearest ?? 'none'} for ${typed} among ${among.join(', ') || 'nobody'}`, () => {
      expect(nearestId(id(typed), ids(...among))).to.equal(nearest);
    });
  }
});
