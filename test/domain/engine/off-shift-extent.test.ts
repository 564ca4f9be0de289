// How far a punch off shift can change other work: to the places where reading surely begins anew.
// That nothing outside is changed is a property of the batches (test/app).

import { expect } from 'chai';
import { changedOffShift } from '../../../src/domain/engine/off-shift-extent.js';
import { MAX_PUNCHES } from '../../../src/domain/engine/pairing.js';
import type { Punch } from '../../../src/domain/facts/punch.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  type OffShiftRules,
  PLAIN_WORK_RULES,
} from '../../../src/domain/roster/shift.js';
import { punchesIn } from '../support/found.js';

const RULES: OffShiftRules = DEFAULT_OFF_SHIFT_RULES;
const ALTERNATING: OffShiftRules = {
  ...RULES,
  work: { ...PLAIN_WORK_RULES, pairing: 'ALTERNATING' },
};

const WORKDAYS =
  '2025-03-03: 08:00:00 IN, 17:00:00 OUT; 2025-03-04: 08:00:00 IN, 17:00:00 OUT; ' +
  '2025-03-05: 08:00:00 IN, 17:00:00 OUT';

/** The punches by time, the place of the one that changes, and what is told of it. */
const CASES: readonly (readonly [
  title: string,
  punches: string,
  index: number,
  range: string,
  rules?: OffShiftRules,
])[] = [
  [
    'a departure: without it the next arrival is no sure place, the one after is',
    `${WORKDAYS}; 2025-03-06: 08:00:00 IN`,
    3,
    '2025-03-04T08:00 to 2025-03-05T17:00',
  ],
  ['a last departure changes its own day', WORKDAYS, 5, '2025-03-05T08:00 to 2025-03-05T17:00'],
  [
    'an arrival before others: the departure before it may have to do without',
    WORKDAYS,
    2,
    '2025-03-03T08:00 to 2025-03-04T17:00',
  ],
  [
    'a last arrival begins anew, since nothing would follow without it',
    '2025-03-03: 08:00:00 IN, 17:00:00 OUT; 2025-03-04: 08:00:00 IN',
    2,
    '2025-03-04T08:00 to 2025-03-04T08:00',
  ],
  [
    'beyond the longest session everything begins anew, whatever it says',
    '2025-03-03: 08:00:00 IN; 2025-03-04: 08:00:00 OUT; 2025-03-05: 08:00:00 IN',
    1,
    '2025-03-04T08:00 to 2025-03-04T08:00',
  ],
  [
    'the longest session itself is not beyond',
    '2025-03-03: 08:00:00 IN; 2025-03-04: 00:00:00 OUT, 16:00:00 IN',
    1,
    '2025-03-03T08:00 to 2025-03-04T16:00',
    { ...RULES, newStretchGapSeconds: 0 },
  ],
  [
    'two departures of one second: one of them may have left somebody inside',
    '2025-03-03: 08:00:00 IN, 17:00:00 OUT, 17:00:00 OUT gate; 2025-03-04: 08:00:00 IN, 09:00:00 OUT',
    4,
    '2025-03-03T08:00 to 2025-03-04T09:00',
  ],
  [
    'two arrivals of one second: the other one may be read first',
    '2025-03-03: 08:00:00 IN, 17:00:00 OUT; ' +
      '2025-03-04: 08:00:00 IN, 08:00:00 UNSPECIFIED, 09:00:00 OUT',
    4,
    '2025-03-03T08:00 to 2025-03-04T09:00',
  ],
  [
    'keys that nobody heeds say nothing',
    WORKDAYS,
    3,
    '2025-03-03T08:00 to 2025-03-05T17:00',
    ALTERNATING,
  ],
];

function say(time: number): string {
  return new Date(time).toISOString().slice(0, 16);
}

describe('how far a punch off shift changes other work', () => {
  for (const [title, punches, index, expected, rules = RULES] of CASES) {
    it(title, () => {
      const range = changedOffShift(punchesIn(punches), index, [rules], 0);
      expect(range && `${say(range.from)} to ${say(range.to)}`).to.equal(expected);
    });
  }

  it('of a stuck clock nobody can tell, from the first punch on that is one too many', () => {
    const [first] = punchesIn('2025-03-03: 08:00:00 IN');
    const burst = (count: number) =>
      Array.from({ length: count }, (_, index): Punch => {
        if (first === undefined) throw new Error('no punch');
        return { ...first, time: (first.time + index * 1000) as Punch['time'] };
      });
    for (const index of [0, 100, MAX_PUNCHES - 1]) {
      expect(changedOffShift(burst(MAX_PUNCHES), index, [RULES], 0)).to.not.equal(undefined);
      expect(changedOffShift(burst(MAX_PUNCHES + 1), index, [RULES], 0)).to.equal(undefined);
    }
  });
});
