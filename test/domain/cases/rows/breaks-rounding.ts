// Section F: breaks that are deducted or paid, and rounding.

import type { Case, RosterSetup, RulesSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

const source = 'TimeTrex';

/** A shift of these hours on D, counted by these rules. */
function counted(hours: string, rules: RulesSetup = {}): RosterSetup {
  const shift = { id: 'day', hours, lateGrace: '0:05', rules };
  return { shifts: [shift], assigned: onlyOnD() };
}

const LUNCH_PUNCHED = ['D 08:00 IN', 'D 12:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'];
const ALL_DAY = { status: 'PRESENT', in: 'D 08:00', out: 'D 17:00' } as const;
const LEFT_AT_13 = {
  status: 'PRESENT',
  in: 'D 08:00',
  out: 'D 13:00',
  anomalies: ['EARLY_OUT'],
} as const;

const MEALS: readonly Case[] = [
  {
    id: 'F1',
    title: 'a lunch that was punched is not worked',
    source,
    roster: counted('08:00-17:00'),
    punches: LUNCH_PUNCHED,
    days: { D: { ...ALL_DAY, worked: '8:00' } },
  },
  {
    id: 'F1',
    title: 'nor when an hour is required: it was taken',
    source,
    roster: counted('08:00-17:00', { deduct: ['1:00 after 6:00'] }),
    punches: LUNCH_PUNCHED,
    days: { D: { ...ALL_DAY, worked: '8:00' } },
  },
  {
    id: 'F2',
    title: 'an hour of lunch is paid',
    source,
    roster: counted('08:00-17:00', { paidBreaks: '1:00' }),
    punches: LUNCH_PUNCHED,
    days: { D: { ...ALL_DAY, worked: '9:00' } },
  },
  {
    id: 'F4',
    title: 'an hour is deducted from whoever took none',
    source,
    roster: counted('08:00-17:00', { deduct: ['1:00 after 6:00'] }),
    punches: ['D 08:00 IN', 'D 17:00 OUT'],
    days: { D: { ...ALL_DAY, worked: '8:00' } },
  },
  {
    id: 'F4',
    title: 'but not below six hours',
    source,
    roster: counted('08:00-17:00', { deduct: ['1:00 after 6:00'] }),
    punches: ['D 08:00 IN', 'D 13:00 OUT'],
    days: { D: { ...LEFT_AT_13, worked: '5:00', early: '4:00' } },
  },
  {
    id: 'F4',
    title: 'nor at exactly six',
    source,
    roster: counted('08:00-14:00', { deduct: ['1:00 after 6:00'] }),
    punches: ['D 08:00 IN', 'D 14:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 14:00', worked: '6:00' } },
  },
];

const TWO_BREAKS = [
  'D 08:00 IN',
  'D 10:00 OUT',
  'D 10:15 IN',
  'D 12:00 OUT',
  'D 13:00 IN',
  'D 15:00 OUT',
  'D 15:15 IN',
  'D 17:30 OUT',
];
const UNTIL_HALF_PAST_FIVE = { status: 'PRESENT', in: 'D 08:00', out: 'D 17:30' } as const;

const BREAKS: readonly Case[] = [
  {
    id: 'F6',
    title: 'breaks that were punched are not worked',
    source,
    roster: counted('08:00-17:30'),
    punches: TWO_BREAKS,
    days: { D: { ...UNTIL_HALF_PAST_FIVE, worked: '8:00' } },
  },
  {
    id: 'F7',
    title: 'a quarter of an hour of them is paid',
    source,
    roster: counted('08:00-17:30', { paidBreaks: '0:15' }),
    punches: TWO_BREAKS,
    days: { D: { ...UNTIL_HALF_PAST_FIVE, worked: '8:15' } },
  },
  {
    id: 'F9',
    title: 'a quarter of an hour is deducted after six',
    source,
    roster: counted('08:00-17:15', { deduct: ['0:15 after 6:00'] }),
    punches: ['D 08:00 IN', 'D 17:15 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 17:15', worked: '9:00' } },
  },
  {
    id: 'F9',
    title: 'but not below',
    source,
    roster: counted('08:00-17:15', { deduct: ['0:15 after 6:00'] }),
    punches: ['D 08:00 IN', 'D 13:00 OUT'],
    days: { D: { ...LEFT_AT_13, worked: '5:00', early: '4:15' } },
  },
];

const QUARTERS_DOWN = 'DOWN 0:15 grace 0:03';

const ROUNDING: readonly Case[] = [
  {
    id: 'F10',
    title: 'five minutes in favour of neither: counted from 08:00 to 16:45, shown as punched',
    source,
    roster: counted('08:00-16:45', {
      roundIn: 'UP 0:05 grace 0:03',
      roundOut: 'DOWN 0:05 grace 0:03',
    }),
    punches: ['D 08:03 IN', 'D 16:46 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:03', out: 'D 16:46', worked: '8:45' } },
  },
  {
    id: 'F11',
    title: 'the day is rounded down to a quarter: as if the departure had been at 17:03',
    source,
    roster: counted('08:00-17:00', { roundWorked: QUARTERS_DOWN }),
    punches: ['D 08:03 IN', 'D 17:12 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:03',
        out: 'D 17:12',
        worked: '9:00',
        countedOut: 'D 17:03',
      },
    },
  },
  {
    id: 'F13',
    title: 'lunch and day are rounded down to a quarter',
    source,
    roster: counted('08:00-17:00', { roundBreaks: QUARTERS_DOWN, roundWorked: QUARTERS_DOWN }),
    punches: ['D 08:03 IN', 'D 12:06 OUT', 'D 13:12 IN', 'D 17:07 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:03',
        out: 'D 17:07',
        worked: '8:00',
        countedBreaks: '1:00',
        countedOut: 'D 17:03',
      },
    },
  },
  {
    id: 'F14',
    title: 'to the second, 31,384 of them',
    source,
    roster: counted('08:00-16:45', {
      roundIn: 'NEAREST 0:00:01',
      roundOut: 'NEAREST 0:00:01',
      roundWorked: 'NEAREST 0:00:01',
    }),
    punches: ['D 08:03:03 IN', 'D 16:46:07 OUT'],
    days: {
      D: { status: 'PRESENT', in: 'D 08:03:03', out: 'D 16:46:07', worked: '8:43:04' },
    },
  },
];

function kimai(rules: RulesSetup, end: 'long' | 'short', worked: string): Case {
  const [from, to] = end === 'long' ? ['D 12:10:51', 'D 14:40:52'] : ['D 12:17:35', 'D 13:32:52'];
  return {
    id: 'F15',
    title: `${JSON.stringify(rules)} gives ${worked}`,
    source: 'Kimai',
    roster: { offShift: { rules } },
    punches: [`${from} IN`, `${to} OUT`],
    days: { D: { status: 'PRESENT', in: from, out: to, worked } },
  };
}

export const BREAK_AND_ROUNDING_CASES: readonly Case[] = [
  ...MEALS,
  ...BREAKS,
  ...ROUNDING,
  kimai({ roundIn: 'DOWN 0:15', roundOut: 'UP 0:15' }, 'short', '1:30'),
  kimai({ roundIn: 'DOWN 0:01', roundOut: 'UP 0:01' }, 'short', '1:16'),
  kimai({}, 'short', '1:15:17'),
  kimai({ roundWorked: 'UP 0:30' }, 'long', '3:00'),
];
