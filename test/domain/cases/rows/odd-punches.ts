// Section N: punches that cannot be meant, and days that somebody should look at.

import type { Case, RosterSetup, ShiftSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

/** A shift on D. */
function onD(hours: string, rules: Partial<ShiftSetup> = {}): RosterSetup {
  return {
    shifts: [{ id: 'day', hours, before: '2:00', after: '4:00', ...rules }],
    assigned: onlyOnD(),
  };
}

const ANY_KEY = { rules: { repeat: '0:01', repeatsAnyKind: true } } as const;
const WRONG_KEY_FIRST = ['D 08:57:10 IN', 'D 08:57:14 OUT'];

const REPEATS: readonly Case[] = [
  {
    id: 'N1',
    title: 'a departure seconds after the arrival is none, whichever key was pressed',
    source: 'austin#21514',
    roster: onD('09:00-18:00', { ...ANY_KEY, earlyGrace: '0:30' }),
    punches: [...WRONG_KEY_FIRST, 'D 17:30:10 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:57:10',
        out: 'D 17:30:10',
        worked: '8:33',
        anomalies: ['DUPLICATE_PUNCH'],
        sessions: ['D 08:57:10 to D 17:30:10 day'],
      },
    },
  },
  {
    id: 'N1',
    title: 'without that rule only the same key repeats',
    source: 'austin#21514',
    roster: onD('09:00-18:00', { rules: { repeat: '0:01' }, earlyGrace: '0:30' }),
    punches: [...WRONG_KEY_FIRST, 'D 17:30:10 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:57:10',
        out: 'D 17:30:10',
        worked: '0:00:04',
        anomalies: ['MISSING_IN'],
      },
    },
  },
  {
    id: 'N1',
    title: 'at the end of the day the first departure counts',
    source: 'austin#21514',
    roster: onD('09:00-18:00', ANY_KEY),
    punches: ['D 08:57 IN', 'D 18:00:10 OUT', 'D 18:00:14 IN'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:57',
        out: 'D 18:00:10',
        worked: '9:03:10',
        anomalies: ['DUPLICATE_PUNCH'],
      },
    },
  },
  {
    id: 'N1',
    title: 'off shift likewise, and a second later than the window it is a departure',
    source: 'austin#21514',
    roster: { offShift: ANY_KEY },
    punches: ['D 08:57:10 IN', 'D 08:58:10 OUT', 'D 12:00 OUT', 'D 13:00 IN', 'D 13:01:01 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:57:10',
        out: 'D 13:01:01',
        worked: '3:03:51',
        anomalies: ['DUPLICATE_PUNCH'],
      },
    },
  },
];

const EIGHT_TO_FIVE = onD('08:00-17:00', { lateGrace: '0:15' });
const EXPECTED_STILL = { status: 'SCHEDULED', origin: 'EXPECTED', final: false } as const;

const NOBODY_YET: readonly Case[] = [
  {
    id: 'N6',
    title: 'after the start and the grace, whoever did not come is not yet in',
    source: 'field',
    roster: EIGHT_TO_FIVE,
    now: 'D 08:20',
    days: { D: { ...EXPECTED_STILL, next: 'D 17:00', anomalies: ['NOT_YET_IN'] } },
  },
  {
    id: 'N6',
    title: 'since the end of the grace',
    source: 'field',
    roster: EIGHT_TO_FIVE,
    now: 'D 08:15',
    days: { D: { ...EXPECTED_STILL, next: 'D 17:00', anomalies: ['NOT_YET_IN'] } },
  },
  {
    id: 'N6',
    title: 'a second before, the day says when to look again',
    source: 'field',
    roster: EIGHT_TO_FIVE,
    now: 'D 08:14:59',
    days: { D: { ...EXPECTED_STILL, next: 'D 08:15' } },
  },
  {
    id: 'N6',
    title: 'when the shift is over it is an absence',
    source: 'field',
    roster: EIGHT_TO_FIVE,
    now: 'D 17:00',
    days: { D: { status: 'ABSENT', origin: 'EXPECTED' } },
  },
  {
    id: 'N6',
    title: 'who is on leave is not waited for',
    source: 'field',
    roster: EIGHT_TO_FIVE,
    marks: ['D ON_LEAVE'],
    now: 'D 08:20',
    days: { D: { status: 'ON_LEAVE', origin: 'MARKED' } },
  },
];

/** 120 m north of the centre of a circle of 50 m. */
const FENCED = onD('09:00-18:00', {
  geofence: { latitude: 24, longitude: 72, radiusMeters: 50 },
});
const AWAY = '24.001079,72';
const ALL_DAY = { status: 'PRESENT', in: 'D 09:00', out: 'D 18:00', worked: '9:00' } as const;

const POSITIONS: readonly Case[] = [
  {
    id: 'N2',
    title: 'a position that may be inside the circle is not outside',
    source: 'Tracelet#274',
    roster: FENCED,
    punches: [`D 09:00 IN at ${AWAY} within 150`, 'D 18:00 OUT at 24,72 within 5'],
    days: { D: ALL_DAY },
  },
  {
    id: 'N2',
    title: 'one that is surely outside is',
    source: 'Tracelet#274',
    roster: FENCED,
    punches: [`D 09:00 IN at ${AWAY} within 20`, 'D 18:00 OUT at 24,72 within 5'],
    days: { D: { ...ALL_DAY, anomalies: ['OUTSIDE_GEOFENCE'] } },
  },
  {
    id: 'N2',
    title: 'so is one whose accuracy is not known',
    source: 'Tracelet#274',
    roster: FENCED,
    punches: [`D 09:00 IN at ${AWAY}`, 'D 18:00 OUT at 24,72'],
    days: { D: { ...ALL_DAY, anomalies: ['OUTSIDE_GEOFENCE'] } },
  },
];

/** Every arrival of the date counts for it: two long periods of work are more than a day has. */
const LONG_DAYS: readonly Case[] = [
  {
    id: 'N5',
    title: 'more than 24 hours on one date are counted and flagged',
    source: 'field',
    roster: {},
    punches: ['D 01:00 IN', 'D 14:30 OUT', 'D 18:15 IN', 'D+1 08:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 01:00',
        out: 'D+1 08:00',
        worked: '27:15',
        anomalies: ['LONGER_THAN_A_DAY'],
      },
    },
  },
  {
    id: 'N5',
    title: 'exactly 24 hours are not more',
    source: 'field',
    roster: {},
    punches: ['D 01:00 IN', 'D 14:30 OUT', 'D 18:15 IN', 'D+1 04:45 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 01:00', out: 'D+1 04:45', worked: '24:00' } },
  },
];

/** The 30th of December 2011 was left out on Samoa, which moved across the date line. */
const APIA: RosterSetup = {
  zone: 'Pacific/Apia',
  shifts: [{ id: 'night', hours: '22:00-06:00', before: '2:00', after: '4:00' }],
  assigned: [{ shifts: ['night'], from: 'D', to: 'D+1' }],
};

const LEFT_OUT_DATES: readonly Case[] = [
  {
    id: 'N7',
    title: 'the night of a date that did not take place is skipped, the one before it is worked',
    source: 'field',
    day: '2011-12-29',
    roster: APIA,
    punches: ['D 22:00 IN', 'D+2 06:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 22:00',
        out: 'D+2 06:00',
        worked: '8:00',
        anomalies: ['LEFT_AFTER_WINDOW'],
      },
      'D+1': { status: 'DAY_OFF', origin: 'EXPECTED' },
    },
  },
];

export const ODD_PUNCH_CASES: readonly Case[] = [
  ...REPEATS,
  ...NOBODY_YET,
  ...POSITIONS,
  ...LONG_DAYS,
  ...LEFT_OUT_DATES,
];
