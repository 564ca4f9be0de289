// The numbers of words: one list for the contract, the database and the cache. A word that is moved or
// put in between would read what is stored as something else, so each list is written down once more.

import { expect } from 'chai';
import {
  Anomaly,
  AttendanceOrigin,
  AttendanceStatus,
  DayPortion,
} from '../../../gen/attendance/v1/attendance_pb.js';
import { RevisionCause } from '../../../gen/attendance/v1/attendance_service_pb.js';
import { ClockStatus } from '../../../gen/attendance/v1/clock_service_pb.js';
import { PunchKind, PunchSource } from '../../../gen/attendance/v1/punch_pb.js';
import {
  DateAttribution,
  HoursCounted,
  PunchPairing,
  RoundingDirection,
} from '../../../gen/attendance/v1/roster_pb.js';
import { CHANGE_CAUSES } from '../../../src/app/ports/facts.js';
import { CLOCK_STATUSES } from '../../../src/app/read/clock-state.js';
import { ANOMALIES, ORIGINS, PORTIONS, STATUSES } from '../../../src/domain/facts/day.js';
import { PUNCH_KINDS } from '../../../src/domain/facts/punch.js';
import { PUNCH_SOURCES } from '../../../src/domain/facts/recorded-punch.js';
import {
  ATTRIBUTIONS,
  HOURS_COUNTED,
  PAIRINGS,
  ROUNDING_DIRECTIONS,
} from '../../../src/domain/roster/shift.js';

/** The names of an enum by number, from 0; the first is UNSPECIFIED. */
function namesOf(wire: Readonly<Record<number, string>>): string[] {
  return Object.entries(wire)
    .filter(([key]) => /^\d+$/.test(key))
    .map(([, name]) => name);
}

/** Each word, in the order of its number; its name in the contract where that is another. */
const LISTS: readonly (readonly [
  name: string,
  words: readonly string[],
  wire: Readonly<Record<number, string>>,
  numbered: readonly (string | readonly [word: string, name: string])[],
])[] = [
  [
    'statuses',
    STATUSES,
    AttendanceStatus,
    [
      'PRESENT',
      'ABSENT',
      'HALF_DAY',
      'ON_LEAVE',
      'REMOTE',
      'HOLIDAY',
      'DAY_OFF',
      'SCHEDULED',
      'UNSCHEDULED',
    ],
  ],
  ['origins', ORIGINS, AttendanceOrigin, ['MARKED', 'DERIVED', 'EXPECTED']],
  ['portions', PORTIONS, DayPortion, ['WHOLE_DAY', 'FIRST_HALF', 'SECOND_HALF']],
  [
    'anomalies',
    ANOMALIES,
    Anomaly,
    [
      'MISSING_IN',
      'MISSING_OUT',
      'LATE_IN',
      'EARLY_OUT',
      'DUPLICATE_PUNCH',
      'OFF_SHIFT',
      'WORKED_ON_HOLIDAY',
      'OUTSIDE_GEOFENCE',
      'CLOCK_SKEW',
      'EVENT_ID_CONFLICT',
      'MISSING_BREAK_START',
      'MISSING_BREAK_END',
      'TOO_MANY_PUNCHES',
      'WORKED_ON_LEAVE',
      'SHIFTS_OVERLAP',
      'ARRIVED_BEFORE_WINDOW',
      'LEFT_AFTER_WINDOW',
      'NOT_YET_IN',
      'LONGER_THAN_A_DAY',
      'BREAK_TOO_LONG',
      'BELOW_TARGET',
      'AUTO_CLOSED',
    ],
  ],
  ['sources of punches', PUNCH_SOURCES, PunchSource, ['COMMAND', 'DEVICE', 'FILE', 'CORRECTION']],
  [
    'causes of revisions',
    CHANGE_CAUSES,
    RevisionCause,
    [
      ['MARK', 'MARKED'],
      ['CLEAR', 'CLEARED'],
      ['PUNCH', 'PUNCHED'],
      ['VOID', 'VOIDED'],
      ['REPLACE', 'REPLACED'],
      'ROSTER',
      ['VOID_MARKS', 'MARKS_VOIDED'],
      ['CORRECT', 'CORRECTED'],
    ],
  ],
  ['pairings', PAIRINGS, PunchPairing, ['TYPED', 'ALTERNATING']],
  ['hours counted', HOURS_COUNTED, HoursCounted, ['EVERY_PAIR', 'FIRST_IN_TO_LAST_OUT']],
  ['directions of rounding', ROUNDING_DIRECTIONS, RoundingDirection, ['UP', 'DOWN', 'NEAREST']],
  [
    'attributions',
    ATTRIBUTIONS,
    DateAttribution,
    ['START_DATE', 'END_DATE', 'MOST_WORKED_DATE', 'SPLIT_AT_MIDNIGHT'],
  ],
  ['clock statuses', CLOCK_STATUSES, ClockStatus, ['OUT', 'IN', 'ON_BREAK']],
];

describe('the numbers of words', () => {
  for (const [name, words, wire, numbered] of LISTS) {
    it(`${name}: the same in the contract, from 1`, () => {
      const pairs = numbered.map((each) => (typeof each === 'string' ? [each, each] : [...each]));
      expect(words).to.deep.equal(pairs.map(([word]) => word));
      expect(namesOf(wire)).to.deep.equal([
        'UNSPECIFIED',
        ...pairs.map(([, wireName]) => wireName),
      ]);
    });
  }

  it('kinds of punches: from 0, for one that was not told', () => {
    const numbered = ['UNSPECIFIED', 'IN', 'OUT', 'BREAK_START', 'BREAK_END'];
    expect(PUNCH_KINDS).to.deep.equal(numbered);
    expect(namesOf(PunchKind)).to.deep.equal(numbered);
  });
});
