// Section L: which breaks are deducted, and how much of them.

import type { Case, DayExpectation, RosterSetup, RulesSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

/** 30 minutes after 6 hours and 45 after 9, as German law has it. */
const DEDUCT = ['0:30 after 6:00', '0:45 after 9:00'];
const NEVER_LESS: RulesSetup = { deduct: DEDUCT, deductExcessOnly: true };

/** A shift of these hours on D, counted by these rules. */
function counted(hours: string, rules: RulesSetup): RosterSetup {
  return { shifts: [{ id: 'day', hours, after: '4:00', rules }], assigned: onlyOnD() };
}

function noBreak(
  out: string,
  worked: string,
  rules: RulesSetup,
): Pick<Case, 'roster' | 'punches' | 'days'> {
  return {
    roster: counted('08:00-14:00', rules),
    punches: ['D 08:00 IN', `D ${out} OUT`],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: `D ${out}`, worked } },
  };
}

const source = 'zeiterfassung#94, German working time law';

const NEVER_BELOW: readonly Case[] = [
  {
    id: 'L2',
    title: 'ten minutes above six hours are what the break takes',
    source,
    ...noBreak('14:10', '6:00', NEVER_LESS),
  },
  { id: 'L2', title: 'and thirty', source, ...noBreak('14:30', '6:00', NEVER_LESS) },
  {
    id: 'L2',
    title: 'of more than that, all but the break is paid',
    source,
    ...noBreak('14:45', '6:15', NEVER_LESS),
  },
  {
    id: 'L2',
    title: 'above nine hours, no less than nine hours come to',
    source,
    ...noBreak('17:10', '8:30', NEVER_LESS),
  },
  {
    id: 'L2',
    title: 'until the longer break is worked off',
    source,
    ...noBreak('17:20', '8:35', NEVER_LESS),
  },
  {
    id: 'L2',
    title: 'a break that was taken in part leaves less to take',
    source,
    roster: counted('08:00-14:00', NEVER_LESS),
    punches: ['D 08:00 IN', 'D 11:00 OUT', 'D 11:20 IN', 'D 14:25 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 14:25', worked: '6:00' } },
  },
  {
    id: 'L2',
    title: 'and one that was taken leaves nothing',
    source,
    roster: counted('08:00-14:00', NEVER_LESS),
    punches: ['D 08:00 IN', 'D 11:00 OUT', 'D 11:30 IN', 'D 14:40 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 14:40', worked: '6:10' } },
  },
  {
    id: 'L3',
    title: 'flat, the break is taken whole',
    source,
    ...noBreak('14:10', '5:40', { deduct: DEDUCT }),
  },
];

/** Pieces of 10 minutes, where a break is at least 15. */
const PIECES: RulesSetup = { deduct: ['0:30 after 6:00'], minBreak: '0:15' };
const THREE_SHORT = [
  ...['D 06:00 IN', 'D 08:00 OUT', 'D 08:10 IN', 'D 09:10 OUT'],
  ...['D 09:20 IN', 'D 10:20 OUT', 'D 10:30 IN', 'D 12:50 OUT'],
];
const UNTIL_12_50 = { status: 'PRESENT', in: 'D 06:00', out: 'D 12:50' } as const;

const SHORT_PIECES: readonly Case[] = [
  {
    id: 'L1',
    title: 'pieces of ten minutes are no break',
    source,
    roster: counted('06:00-12:50', PIECES),
    punches: THREE_SHORT,
    days: { D: { ...UNTIL_12_50, worked: '5:50' } },
  },
  {
    id: 'L1',
    title: 'without a least length they are',
    source,
    roster: counted('06:00-12:50', { deduct: ['0:30 after 6:00'] }),
    punches: THREE_SHORT,
    days: { D: { ...UNTIL_12_50, worked: '6:20' } },
  },
  {
    id: 'L1',
    title: 'punched as breaks, they are none likewise',
    source,
    roster: counted('06:00-12:50', PIECES),
    punches: [
      ...['D 06:00 IN', 'D 08:00 BREAK', 'D 08:10 BACK', 'D 09:10 BREAK', 'D 09:20 BACK'],
      ...['D 10:20 BREAK', 'D 10:30 BACK', 'D 12:50 OUT'],
    ],
    days: { D: { ...UNTIL_12_50, worked: '5:50' } },
  },
  {
    id: 'L1',
    title: 'a piece of exactly fifteen minutes counts, and the rest is deducted',
    source,
    roster: counted('06:00-12:50', PIECES),
    punches: [
      'D 06:00 IN',
      'D 08:00 OUT',
      'D 08:15 IN',
      'D 10:00 OUT',
      'D 10:10 IN',
      'D 12:50 OUT',
    ],
    days: { D: { ...UNTIL_12_50, worked: '6:10' } },
  },
];

/** Lunch by the clock, and a paid rest. */
const LUNCH = { id: 'lunch', window: '12:00-13:00', byClock: true } as const;
const REST = { id: 'rest', length: '0:15', paid: true } as const;
const LUNCH_AND_REST: RulesSetup = { breakTypes: [LUNCH, REST] };

const POLICY_SOURCE = 'manuals of Deputy, Jibble, UKG, TimeTrex';

/** `08:00-12:00 13:00-17:00` on D; breaks after a slash: `08:00-17:00/12:00-12:30`. */
function presence(text: string, worked: string, more: Partial<DayExpectation> = {}) {
  const pairs = text.split(' ').map((each) => each.split('/'));
  const moments = (pair: string | undefined) => (pair ?? '').split('-').map((time) => `D ${time}`);
  const punches = pairs.flatMap(([pair, ...breaks]) => {
    const [from, to] = moments(pair);
    const paused = breaks.flatMap((pause) => {
      const [start, end] = moments(pause);
      return [`${start} BREAK`, `${end} BACK`];
    });
    return [`${from} IN`, ...paused, `${to} OUT`];
  });
  const [first] = moments(pairs[0]?.[0]);
  const last = moments(pairs.at(-1)?.[0]).at(-1);
  return {
    punches,
    days: { D: { status: 'PRESENT', in: `${first}`, out: `${last}`, worked, ...more } },
  } as const;
}

type ByClockRow = readonly [
  title: string,
  text: string,
  worked: string,
  more?: Partial<DayExpectation>,
  rules?: RulesSetup,
];

const TOO_LONG = { anomalies: ['BREAK_TOO_LONG'] } as const;
const LUNCH_ALONE: RulesSetup = { breakTypes: [LUNCH] };

/** All on 08:00 to 17:00, with nobody judged late or early. */
const BY_CLOCK_ROWS: readonly ByClockRow[] = [
  ['lunch was taken', '08:00-12:00 13:00-17:00', '8:00', { plannedWork: '8:00' }],
  ['lunch was worked through: the clock takes it', '08:00-17:00', '8:00'],
  ['a rest of fifteen minutes counts as worked', '08:00-12:00 13:00-15:00 15:15-17:00', '8:00'],
  ['part of lunch was worked', '08:00-12:30 13:00-17:00', '8:00'],
  [
    'lunch punched as a break',
    '08:00-17:00/12:00-12:40',
    '8:00',
    { breaks: ['D 12:00 to D 12:40 lunch'] },
  ],
  ['lunch was taken half an hour later', '08:00-12:30 13:30-17:00', '8:00'],
  ['presence overlaps part of lunch', '12:30-17:00', '4:00'],
  ['presence ends within lunch', '08:00-12:20', '4:00'],
  ['presence ends before lunch', '08:00-12:00', '4:00'],
  ['nobody was there at lunch', '13:00-17:00', '4:00'],
  ['a longer lunch is flagged', '08:00-12:00 13:10-17:00', '7:50', TOO_LONG],
  [
    'of a longer rest, fifteen minutes are paid',
    '08:00-12:00 13:00-15:00 15:20-17:00',
    '7:55',
    TOO_LONG,
  ],
  ['two rests are one in all', '08:00-10:00 10:10-12:00 13:00-15:00 15:10-17:00', '7:55', TOO_LONG],
  [
    'a break at another time is lunch enough, where it is of no other type',
    '08:00-14:00 15:00-17:00',
    '8:00',
    {},
    LUNCH_ALONE,
  ],
  [
    'breaks of no type do not hide the lunch that was not taken',
    '08:00-14:00 14:20-17:00',
    '8:00',
    {},
    LUNCH_ALONE,
  ],
  [
    'thirty minutes of lunch within two hours',
    '08:00-17:00',
    '8:30',
    { plannedWork: '8:30' },
    { breakTypes: [{ ...LUNCH, window: '11:30-13:30', length: '0:30' }] },
  ],
  [
    'from the first arrival to the last departure, the clock takes lunch all the same',
    '08:00-12:00 13:00-17:00',
    '8:00',
    {},
    { ...LUNCH_ALONE, hours: 'FIRST_IN_TO_LAST_OUT' },
  ],
  [
    'what the clock takes is the break that the law requires',
    '08:00-17:00',
    '8:00',
    { plannedWork: '8:00' },
    { ...LUNCH_ALONE, deduct: ['0:30 after 6:00', '0:45 after 9:00'] },
  ],
  [
    'what is missing of the required break is deducted too',
    '08:00-17:00',
    '8:00',
    {},
    { breakTypes: [{ ...LUNCH, length: '0:30' }], deduct: ['1:00 after 6:00'] },
  ],
  [
    'the limit of paid breaks is for those without a type',
    '08:00-12:00 13:00-15:00 15:20-17:00',
    '8:00',
    {},
    { ...LUNCH_ALONE, paidBreaks: '0:20' },
  ],
  [
    'an arrival that counts from later loses nothing twice',
    '12:55-17:00',
    '4:00',
    {},
    { ...LUNCH_ALONE, roundIn: 'UP 0:15' },
  ],
  [
    'a break that is rounded up loses nothing twice',
    '08:00-12:05 12:58-17:00',
    '8:00',
    {},
    { ...LUNCH_ALONE, roundBreaks: 'UP 1:00' },
  ],
];

const BY_CLOCK: readonly Case[] = BY_CLOCK_ROWS.map(([title, text, worked, more, rules]) => {
  const shift = { id: 'day', hours: '08:00-17:00', lateGrace: '9:00', earlyGrace: '9:00' };
  return {
    id: 'L4',
    title,
    source: POLICY_SOURCE,
    roster: { shifts: [{ ...shift, rules: rules ?? LUNCH_AND_REST }], assigned: onlyOnD() },
    ...presence(text, worked, more),
  };
});

const MEAL = { id: 'meal', window: '01:00-02:00', byClock: true } as const;
const NIGHT: RosterSetup = {
  shifts: [{ id: 'night', hours: '22:00-06:00', rules: { breakTypes: [MEAL] } }],
  assigned: onlyOnD('night'),
};

const BY_NIGHT: readonly Case[] = [
  {
    id: 'L4',
    title: 'of a night, the clock takes a meal after midnight',
    source: POLICY_SOURCE,
    roster: NIGHT,
    punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 22:00', out: 'D+1 06:00', worked: '7:00' } },
  },
  {
    id: 'L4',
    title: 'a meal in time that the clocks skip is none',
    source: 'Europe/Berlin in spring',
    day: '2024-03-30',
    roster: {
      ...NIGHT,
      zone: 'Europe/Berlin',
      shifts: [
        {
          id: 'night',
          hours: '22:00-06:00',
          rules: { breakTypes: [{ ...MEAL, window: '02:00-03:00' }] },
        },
      ],
    },
    punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 22:00', out: 'D+1 06:00', worked: '7:00' } },
  },
  {
    id: 'L4',
    title: 'in the hour that comes twice, the clock takes its length once',
    source: 'Europe/Berlin in autumn',
    day: '2024-10-26',
    roster: {
      ...NIGHT,
      zone: 'Europe/Berlin',
      shifts: [
        {
          id: 'night',
          hours: '22:00-06:00',
          rules: { breakTypes: [{ ...MEAL, window: '02:00-03:00' }] },
        },
      ],
    },
    punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 22:00', out: 'D+1 06:00', worked: '8:00' } },
  },
  {
    id: 'L4',
    title: 'off shift the clock takes it likewise',
    source: POLICY_SOURCE,
    roster: { offShift: { rules: LUNCH_ALONE } },
    ...presence('08:00-17:00', '8:00'),
  },
];

const TYPED: readonly Case[] = [
  {
    id: 'L5',
    title: 'a break says its type, by the time of the day',
    source: POLICY_SOURCE,
    roster: counted('08:00-17:00', {
      breakTypes: [
        { id: 'breakfast', window: '08:30-10:00', length: '0:15', paid: true },
        { id: 'lunch', window: '12:00-13:00', length: '0:30' },
      ],
    }),
    punches: [
      ...['D 08:00 IN', 'D 09:00 BREAK', 'D 09:15 BACK', 'D 11:50 BREAK', 'D 12:20 BACK'],
      ...['D 15:00 BREAK', 'D 15:05 BACK', 'D 17:00 OUT'],
    ],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 17:00',
        worked: '8:25',
        plannedWork: '9:00',
        breaks: [
          'D 09:00 to D 09:15 breakfast',
          'D 11:50 to D 12:20 lunch',
          'D 15:00 to D 15:05 -',
        ],
      },
    },
  },
  {
    id: 'L5',
    title: 'one that is too long is flagged, and paid up to its length',
    source: POLICY_SOURCE,
    roster: counted('08:00-17:00', { breakTypes: [REST] }),
    punches: ['D 08:00 IN', 'D 15:00 BREAK', 'D 15:15:01 BACK', 'D 17:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 17:00',
        worked: '8:59:59',
        breaks: ['D 15:00 to D 15:15:01 rest'],
        ...TOO_LONG,
      },
    },
  },
  {
    id: 'L5',
    title: 'one of any length is paid whole',
    source: POLICY_SOURCE,
    roster: counted('08:00-17:00', { breakTypes: [{ id: 'rest', paid: true }] }),
    ...presence('08:00-17:00/10:00-11:00', '9:00'),
  },
];

export const BREAK_RULE_CASES: readonly Case[] = [
  ...NEVER_BELOW,
  ...SHORT_PIECES,
  ...BY_CLOCK,
  ...BY_NIGHT,
  ...TYPED,
];
