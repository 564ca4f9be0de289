// Two shifts of one date that claim the same time: whose is a punch?

import { expect } from 'chai';
import { presentResult } from '../../src/domain/engine/present.js';
import type { Instant } from '../../src/domain/time/time.js';
import { type Found, resultsOf } from './support/found.js';

const HOUR = 3600;
const DATE = '2025-03-03';
/** Long after everything. */
const LATER = Date.parse('2025-04-01T00:00:00Z') as Instant;

const TOUCHING: NonNullable<Found['shifts']> = {
  early: { hours: '06:00-14:00', before: HOUR, after: HOUR },
  late: { hours: '14:00-22:00', before: HOUR, after: HOUR },
};
const APART: NonNullable<Found['shifts']> = {
  early: { hours: '08:00-12:00', before: HOUR, after: HOUR },
  late: { hours: '12:30-16:30', before: HOUR, after: HOUR },
};

const SHORT: NonNullable<Found['shifts']> = {
  early: { hours: '12:00-13:00', before: 2 * HOUR, after: 4 * HOUR },
  late: { hours: '13:00-17:00', before: 2 * HOUR, after: 4 * HOUR },
};
const WIDE: NonNullable<Found['shifts']> = {
  early: { hours: '08:00-12:00', before: 2 * HOUR, after: 4 * HOUR },
  late: { hours: '12:00-17:00', before: 2 * HOUR, after: 4 * HOUR },
};

/** What was punched, and what each shift and the anomalies of the day come to. */
const CASES: readonly (readonly [
  id: string,
  shifts: NonNullable<Found['shifts']>,
  punches: string,
  shown: string,
])[] = [
  [
    'N1 out late, in late',
    TOUCHING,
    '06:00 IN, 14:05 OUT, 14:10 IN, 22:00 OUT',
    '8:05 7:50 LATE_IN',
  ],
  [
    'N2 out early, in early',
    TOUCHING,
    '06:00 IN, 13:58 OUT, 13:59 IN, 22:00 OUT',
    '7:58 8:01 EARLY_OUT',
  ],
  ['N3 out and in at once', TOUCHING, '06:00 IN, 14:00 OUT, 14:00 IN, 22:00 OUT', '8:00 8:00'],
  [
    'N4 back for the last hour of the first',
    TOUCHING,
    '06:00 IN, 13:05 OUT, 13:15 IN, 14:05 OUT',
    '7:55 ABSENT',
  ],
  ['N5 only the second, early', TOUCHING, '13:50 IN, 22:00 OUT', 'ABSENT 8:10'],
  ['N6 only the second, and soon ill', TOUCHING, '13:50 IN, 14:30 OUT', 'ABSENT 0:40 EARLY_OUT'],
  ['N7 only the first, late', TOUCHING, '06:00 IN, 14:45 OUT', '8:45 ABSENT'],
  ['N8 through both without a punch between', TOUCHING, '06:00 IN, 22:00 OUT', '8:00 8:00'],
  [
    'N9 through both, on a break between',
    TOUCHING,
    '06:00 IN, 13:50 BREAK_START, 14:10 BREAK_END, 22:00 OUT',
    '7:50 7:50',
  ],
  [
    'N10 left, and came for the second without punching in',
    TOUCHING,
    '06:00 IN, 14:00 OUT, 22:00 OUT',
    '8:00 0:00 MISSING_IN',
  ],
  ['N11 gone in the middle', APART, '08:00 IN, 12:20 OUT, 12:25 IN, 16:30 OUT', '4:20 4:05'],
  [
    'N12 an arrival ends nothing, and begins the second',
    APART,
    '08:00 IN, 12:25 IN, 16:30 OUT',
    '0:00 4:05 MISSING_OUT',
  ],
  [
    'N13 a departure without an arrival after it ends the first',
    APART,
    '08:00 IN, 12:25 OUT, 16:30 OUT',
    '4:25 0:00 MISSING_IN',
  ],
  [
    'N14 what says nothing goes to the nearer',
    APART,
    '08:00 UNSPECIFIED, 12:15 UNSPECIFIED, 12:16 UNSPECIFIED, 16:30 UNSPECIFIED',
    '4:15 4:14',
  ],
  [
    'N16 through both, on a break in the second',
    TOUCHING,
    '06:00 IN, 18:00 BREAK_START, 18:30 BREAK_END, 22:00 OUT',
    '8:00 7:30',
  ],
  [
    'N17 through both, on a break that nobody ended',
    TOUCHING,
    '06:00 IN, 10:00 BREAK_START, 22:00 OUT',
    '4:00 0:00 MISSING_BREAK_END',
  ],
  [
    'N18 a short shift whose start the next one would take too',
    SHORT,
    '12:00 IN, 13:00 OUT, 13:00 IN, 17:00 OUT',
    '1:00 4:00',
  ],
  ['N19 late for the short one, then through', SHORT, '12:25 IN, 17:00 OUT', '0:35 4:00 LATE_IN'],
  [
    'N20 back with a card held twice',
    WIDE,
    '08:00 IN, 11:05 OUT, 11:20 IN, 11:20 IN gate, 12:00 OUT',
    '3:45 ABSENT DUPLICATE_PUNCH',
  ],
  [
    'N21 back, with a break after it',
    WIDE,
    '08:00 IN, 11:05 OUT, 11:20 IN, 11:30 BREAK_START, 11:40 BREAK_END, 12:00 OUT',
    '3:35 ABSENT',
  ],
  [
    'N22 wide margins do not make a handover a coming back',
    WIDE,
    '08:00 IN, 11:58 OUT, 11:59 IN, 14:00 OUT, 14:30 IN, 17:00 OUT',
    '3:58 4:31 EARLY_OUT',
  ],
  [
    'N15 through both, with time between them: one session, of the first of equals',
    APART,
    '08:00 IN, 16:30 OUT',
    '8:30 0:00 LEFT_AFTER_WINDOW',
  ],
];

function clock(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

function shown(found: Found): string {
  const [result] = resultsOf(found);
  if (result === undefined) throw new Error('no day');
  const subject = { employeeId: 'e1', employeeName: '', date: DATE };
  const day = presentResult(subject as Parameters<typeof presentResult>[0], result, LATER);
  const shifts = day.shifts.map(({ status, workedSeconds }) =>
    status === 'ABSENT' ? status : clock(workedSeconds),
  );
  return [...shifts, ...day.anomalies].join(' ');
}

describe('two shifts that meet are told apart by what was punched', () => {
  for (const [id, shifts, punches, expected] of CASES) {
    it(`${id}: ${punches}`, () => {
      const works = ['early', 'late'];
      const found = { shifts, works, dates: [DATE], punches: `${DATE}: ${seconds(punches)}` };
      expect(shown(found)).to.equal(expected);
    });
  }
});

/** The notation of Found wants seconds. */
function seconds(punches: string): string {
  return punches.replaceAll(/(\d\d:\d\d) /g, '$1:00 ');
}
