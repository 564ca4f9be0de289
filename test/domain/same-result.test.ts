// What counts as a change of a stored day.

import { expect } from 'chai';
import { sameResult } from '../../src/domain/engine/derive.js';
import { type DayResult, NO_WORK } from '../../src/domain/facts/day.js';

const DAY: DayResult = {
  status: 'ON_LEAVE',
  origin: 'MARKED',
  portion: 'FIRST_HALF',
  otherHalfStatus: 'PRESENT',
  leaveTypeId: 'vacation',
  otherHalfLeaveTypeId: undefined,
  leaveTimes: [],
  note: 'a note',
  work: { ...NO_WORK, workedSeconds: 60 },
};

const OTHERS: readonly (readonly [what: string, other: DayResult])[] = [
  ['status', { ...DAY, status: 'REMOTE' }],
  ['origin', { ...DAY, origin: 'DERIVED' }],
  ['portion', { ...DAY, portion: 'SECOND_HALF' }],
  ['status of the other half', { ...DAY, otherHalfStatus: undefined }],
  ['leave type', { ...DAY, leaveTypeId: 'sick' }],
  [
    'leave times',
    {
      ...DAY,
      leaveTimes: [{ startSecond: 0, endSecond: 3600, leaveTypeId: undefined, excusedSeconds: 0 }],
    },
  ],
  ['leave type of the other half', { ...DAY, otherHalfLeaveTypeId: 'sick' }],
  ['note', { ...DAY, note: '' }],
  ['work', { ...DAY, work: { ...DAY.work, workedSeconds: 61 } }],
];

describe('two results', () => {
  it('are the same when everything in them is', () => {
    expect(sameResult(DAY, DAY)).to.equal(true);
    expect(sameResult(DAY, { ...DAY, work: { ...DAY.work } })).to.equal(true);
    expect(sameResult(undefined, undefined)).to.equal(true);
  });

  it('are not when there is only one', () => {
    expect(sameResult(DAY, undefined)).to.equal(false);
    expect(sameResult(undefined, DAY)).to.equal(false);
  });

  for (const [what, other] of OTHERS) {
    it(`are not when the ${what} differs`, () => {
      expect(sameResult(DAY, other)).to.equal(false);
    });
  }
});
