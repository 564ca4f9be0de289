// Mistakes that properties (or reading with them in mind) found in the rules, each as the smallest
// case that shows it. They stay found.

import { expect } from 'chai';
import type { Anomaly, DayResult } from '../../../src/domain/facts/day.js';
import { type Found, resultsOf } from '../support/found.js';

/** The sessions of a date by the clock of UTC, `?` for an end that is not known. */
function shown({ work }: DayResult): readonly string[] {
  const at = (time: number | undefined) =>
    time === undefined ? '?' : new Date(time).toISOString().slice(8, 19).replace('T', ' ');
  return work.sessions.map(
    ({ in: start, out, shiftId }) => `${shiftId ?? 'off'} ${at(start)} to ${at(out)}`,
  );
}

const cases: readonly (Found & {
  readonly name: string;
  /** By date, from the first one on. */
  readonly expected: readonly {
    readonly sessions?: readonly string[];
    readonly last?: string;
    readonly worked?: number;
    readonly anomalies?: readonly Anomaly[];
  }[];
})[] = [
  {
    // A's window was cut at B's hours, and B takes nothing after its end; but A's whole window
    // was held against off-shift work, so that nobody read the punch.
    name: 'a punch behind a short shift that cut a long window short is off shift',
    shifts: { A: { hours: '00:00-15:00', after: 900 }, B: { hours: '15:00-15:05' } },
    works: ['A', 'B'],
    dates: ['2024-05-15'],
    punches: '2024-05-15: 15:06:00 IN, 15:10:00 OUT',
    expected: [{ sessions: ['off 15 15:06:00 to 15 15:10:00'] }],
  },
  {
    // Shifts up to two dates apart were looked at; in zones 26 hours apart it takes four.
    name: 'windows three dates apart, in zones a date apart, share no punch',
    zone: 'Pacific/Kiritimati',
    shifts: {
      W: { hours: '23:00-22:00', zone: 'Etc/GMT+12', after: 1800 },
      V: { hours: '00:15-08:00', before: 3600 },
    },
    works: [],
    overrides: { '2024-05-15': ['W'], '2024-05-18': ['V'] },
    dates: ['2024-05-15', '2024-05-18'],
    // 00:14 in Kiritimati on the 18th, and 08:00.
    punches: '2024-05-17: 10:14:00 IN, 18:00:00 OUT',
    expected: [{ sessions: [] }, { sessions: ['V 17 10:14:00 to 17 18:00:00'] }],
  },
  {
    // ALTERNATING ignores keys; an IN was taken for an arrival all the same.
    name: 'a repetition off shift is one whatever key was pressed',
    offShift: { newStretchGapSeconds: 0 },
    work: { pairing: 'ALTERNATING', repeatSeconds: 60 },
    dates: ['2024-05-15'],
    punches: '2024-05-15: 08:00:00 IN, 12:00:00 IN, 12:00:30 IN',
    expected: [{ sessions: ['off 15 08:00:00 to 15 12:00:00'], anomalies: ['DUPLICATE_PUNCH'] }],
  },
  {
    // The limit of a stretch was looked at before whether the punch repeats the one before.
    name: 'a departure told by two clocks is one after the longest session too',
    offShift: { maxLengthSeconds: 4 * 3600 },
    dates: ['2024-05-15'],
    punches: '2024-05-15: 08:00:00 IN, 12:00:00 OUT gate, 12:00:00 OUT door',
    expected: [{ sessions: ['off 15 08:00:00 to 15 12:00:00'], anomalies: ['DUPLICATE_PUNCH'] }],
  },
  {
    // Each session kept the bound, and then first-to-last made one of them.
    name: 'first to last off shift is no longer than the longest session',
    offShift: { maxLengthSeconds: 16 * 3600 },
    work: { hours: 'FIRST_IN_TO_LAST_OUT' },
    dates: ['2024-05-15'],
    punches: '2024-05-15: 06:00:00 IN, 12:00:00 OUT, 13:00:00 IN, 22:00:01 OUT',
    expected: [
      {
        sessions: [
          'off 15 06:00:00 to 15 12:00:00',
          'off 15 13:00:00 to ?',
          'off ? to 15 22:00:01',
        ],
        worked: 6 * 3600,
        anomalies: ['MISSING_IN'],
      },
    ],
  },
  {
    // Each date counted from where its own reach begins: on the 14th the arrival was one too
    // many, for the 15th it was not, and so the session was on neither.
    name: 'punches are too many or not whichever date asks',
    shifts: { A: { hours: '10:00-11:00' } },
    works: ['A'],
    dates: ['2024-05-14', '2024-05-15'],
    punches:
      `2024-05-14: ${many(190, 'UNSPECIFIED')}, ${many(20, 'UNSPECIFIED', 12)}, 23:00:00 IN; ` +
      '2024-05-15: 01:00:00 OUT',
    expected: [
      { last: 'off 14 23:00:00 to 15 01:00:00', anomalies: ['OFF_SHIFT'] },
      { sessions: [] },
    ],
  },
  {
    // The dates a stretch can run through were listed three dates back, and one of those was the
    // date that Apia left out: seen from 1 January, 28 December was not there to have the most.
    name: 'the date most worked is one, over a date that the zone left out',
    zone: 'Pacific/Apia',
    offShift: {
      attribution: 'MOST_WORKED_DATE',
      maxLengthSeconds: 36 * 3600,
      newStretchGapSeconds: 24 * 3600,
    },
    dates: ['2011-12-28', '2011-12-31', '2012-01-01'],
    // 50 minutes on 28 December, 10 on the 29th, 7 on the 31st, 30 on 1 January.
    punches:
      '2011-12-29: 09:00:00 IN, 09:50:00 OUT; ' +
      '2011-12-30: 06:00:00 IN, 06:10:00 OUT, 20:50:00 IN, 20:55:00 OUT, 20:58:00 IN, ' +
      '21:00:00 BREAK_START; 2011-12-31: 10:00:00 BREAK_END, 10:30:00 OUT',
    expected: [{ worked: 97 * 60 }, { sessions: [] }, { sessions: [] }],
  },
  {
    // Whether somebody only comes back is seen from the punch before: on the 14th, and out of
    // reach for the 15th, which took the pair as well.
    name: 'coming back late in the evening is the evening, for the next date too',
    shifts: {
      E: { hours: '14:00-23:00', after: 2700 },
      N: { hours: '00:30-06:00', before: 7200 },
    },
    works: ['E', 'N'],
    dates: ['2024-05-14', '2024-05-15'],
    punches: '2024-05-14: 14:00:00 IN, 22:00:00 OUT, 22:40:00 IN, 23:05:00 OUT',
    expected: [
      { sessions: ['E 14 14:00:00 to 14 22:00:00', 'E 14 22:40:00 to 14 23:05:00'] },
      { sessions: [] },
    ],
  },
  {
    // The punch before was looked for in the whole margin of the earlier shift, of which that
    // date had been cut off a part: the date alone came to another answer than its neighbours.
    name: 'whether somebody was there before is told from the hours of the shift itself',
    shifts: {
      P: { hours: '16:00-23:40', after: 300 },
      B: { hours: '00:30-23:00', before: 3600, after: 900 },
      C: { hours: '00:00-08:00', before: 5400 },
    },
    works: [],
    overrides: { '2024-05-14': ['P'], '2024-05-15': ['B'], '2024-05-16': ['C'] },
    dates: ['2024-05-15', '2024-05-16'],
    punches: '2024-05-14: 23:35:00 UNSPECIFIED; 2024-05-15: 22:40:00 IN, 22:50:00 OUT',
    expected: [{ sessions: ['B 15 22:40:00 to 15 22:50:00'] }, { sessions: [] }],
  },
  {
    name: 'an arrival forgotten to be left joins no other date: the next arrival has the departure',
    dates: ['2026-03-02', '2026-03-03'],
    punches: '2026-03-02: 18:00:00 IN; 2026-03-03: 06:00:00 IN, 14:00:00 OUT',
    expected: [
      { sessions: ['off 02 18:00:00 to ?'], anomalies: [] },
      { sessions: ['off 03 06:00:00 to 03 14:00:00'], anomalies: [] },
    ],
  },
  {
    name: 'punches that say nothing join no evening to the next morning',
    dates: ['2026-03-02', '2026-03-03'],
    punches:
      '2026-03-02: 18:00:00 UNSPECIFIED; 2026-03-03: 09:00:00 UNSPECIFIED, 17:00:00 UNSPECIFIED',
    expected: [
      { sessions: ['off 02 18:00:00 to ?'] },
      { sessions: ['off 03 09:00:00 to 03 17:00:00'] },
    ],
  },
  {
    name: 'shifts on both sides of the hour that the clocks skip share no time',
    zone: 'Europe/Berlin',
    shifts: { d: { hours: '00:00-02:30' }, e: { hours: '03:00-10:00' } },
    works: ['d', 'e'],
    dates: ['2025-03-30'],
    punches: '2025-03-29: 23:00:00 IN; 2025-03-30: 01:00:00 OUT, 01:00:00 IN, 08:00:00 OUT',
    expected: [{ worked: 9 * 3600, anomalies: [] }],
  },
  {
    name: 'a date that the zone left out has no shift, and takes no punch of the next',
    zone: 'Pacific/Apia',
    shifts: { d: { hours: '09:00-17:00', before: 3600, after: 3600 } },
    works: ['d'],
    dates: ['2011-12-30', '2011-12-31'],
    punches: '2011-12-30: 18:50:00 IN; 2011-12-31: 03:00:00 OUT',
    expected: [{ sessions: [] }, { sessions: ['d 30 18:50:00 to 31 03:00:00'] }],
  },
  {
    name: 'a break that began and ended in one second is none',
    shifts: { d: { hours: '09:00-17:00' } },
    works: ['d'],
    dates: ['2026-03-02'],
    punches: '2026-03-02: 09:00:00 IN, 12:00:00 BREAK_START, 12:00:00 BREAK_END, 17:00:00 OUT',
    expected: [{ worked: 8 * 3600, anomalies: [] }],
  },
];

/** Every second from an hour on. */
function many(count: number, kind: string, hour = 2): string {
  const clock = (index: number) => new Date(index * 1000).toISOString().slice(11, 19);
  return Array.from({ length: count }, (_, index) => `${clock(hour * 3600 + index)} ${kind}`).join(
    ', ',
  );
}

describe('found by properties', () => {
  for (const { name, expected, ...found } of cases) {
    it(name, () => {
      resultsOf(found).forEach((result, index) => {
        const { sessions, last, worked, anomalies } = expected[index] ?? {};
        if (sessions !== undefined) expect(shown(result)).to.deep.equal(sessions);
        if (last !== undefined) expect(shown(result).at(-1)).to.equal(last);
        if (worked !== undefined) expect(result.work.workedSeconds).to.equal(worked);
        if (anomalies !== undefined) expect(result.work.anomalies).to.deep.equal(anomalies);
      });
    });
  }
});
