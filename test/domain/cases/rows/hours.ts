// Section B: hours from lists of punches.

import type { Case } from '../../support/scenario.js';
import { dayShift, FIRST_TO_LAST } from './fixtures.js';

const source = 'Frappe HR';

const FIVE_PUNCHES = ['D 08:00 P', 'D 09:30 P', 'D 10:00 P', 'D 13:00 P', 'D 14:30 P'];
/** The same moments with keys nobody should heed. */
const FIVE_KEYS = ['D 08:00 OUT', 'D 09:30 OUT', 'D 10:00 IN', 'D 13:00 IN', 'D 14:30 IN'];

export const HOURS_CASES: readonly Case[] = [
  {
    id: 'B1',
    title: 'alternating, from first to last',
    source,
    roster: dayShift({ hours: '08:00-14:30', rules: FIRST_TO_LAST }),
    punches: FIVE_PUNCHES,
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 14:30',
        worked: '6:30',
        sessions: ['D 08:00 to D 14:30 day'],
      },
    },
  },
  {
    id: 'B1',
    title: 'alternating whatever key was pressed, from first to last',
    source,
    roster: dayShift({
      hours: '08:00-14:30',
      rules: { ...FIRST_TO_LAST, pairing: 'ALTERNATING' },
    }),
    punches: FIVE_KEYS,
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 14:30', worked: '6:30' } },
  },
  {
    id: 'B2',
    title: 'alternating, every pair: the odd last punch is the last departure, in no pair',
    source,
    roster: dayShift({ hours: '08:00-14:30', rules: { hours: 'EVERY_PAIR' } }),
    punches: FIVE_PUNCHES,
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 14:30',
        worked: '4:30',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 08:00 to D 09:30 day', 'D 10:00 to D 13:00 day', 'D 14:30 to ? day'],
      },
    },
  },
  {
    id: 'B2',
    title: 'alternating whatever key was pressed, every pair',
    source,
    roster: dayShift({ hours: '08:00-14:30', rules: { pairing: 'ALTERNATING' } }),
    punches: FIVE_KEYS,
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 14:30',
        worked: '4:30',
        anomalies: ['MISSING_OUT'],
      },
    },
  },
  {
    id: 'B5',
    title: 'typed, every pair',
    source,
    roster: dayShift({ hours: '08:30-13:30', rules: { hours: 'EVERY_PAIR' } }),
    punches: ['D 08:30 IN', 'D 13:30 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:30', out: 'D 13:30', worked: '5:00' } },
  },
];
