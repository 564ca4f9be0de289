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

export const ODD_PUNCH_CASES: readonly Case[] = [...REPEATS];
