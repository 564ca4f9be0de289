// Section I: what is odd about a day, and from when on.

import type { Case, RosterSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

const source = 'TimeTrex';

const NINE_HOURS: RosterSetup = {
  shifts: [
    {
      id: 'day',
      hours: '08:00-17:00',
      lateGrace: '0:15',
      earlyGrace: '0:15',
      rules: { deduct: ['1:00 after 6:00'] },
    },
  ],
  assigned: onlyOnD(),
};

export const EXCEPTION_CASES: readonly Case[] = [
  {
    id: 'I1',
    title: 'a departure alone: its arrival is missing at once',
    source,
    roster: NINE_HOURS,
    punches: ['D 17:00 OUT'],
    now: 'D 17:00',
    days: {
      D: {
        status: 'PRESENT',
        out: 'D 17:00',
        anomalies: ['MISSING_IN'],
        sessions: ['? to D 17:00 day'],
      },
    },
  },
  {
    id: 'I2',
    title: 'an arrival alone, the day after: its departure is missing',
    source,
    roster: NINE_HOURS,
    punches: ['D 08:00 IN'],
    now: 'D+1 09:00',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 08:00 to ? day'],
      },
    },
  },
  {
    id: 'I2',
    title: 'an arrival alone, while somebody may still leave: nothing is missing',
    source,
    roster: NINE_HOURS,
    punches: ['D 08:00 IN'],
    now: 'D 17:59:59',
    days: { D: { status: 'PRESENT', in: 'D 08:00', final: false, next: 'D 18:00' } },
  },
  {
    id: 'I4',
    title: 'twenty minutes late with a grace of fifteen',
    source,
    roster: NINE_HOURS,
    punches: ['D 08:20 IN', 'D 17:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:20',
        out: 'D 17:00',
        worked: '7:40',
        late: '0:20',
        anomalies: ['LATE_IN'],
      },
    },
  },
  {
    id: 'I6',
    title: 'four minutes after the start',
    source,
    roster: NINE_HOURS,
    punches: ['D 08:04 IN'],
    now: 'D 08:04',
    days: { D: { status: 'PRESENT', in: 'D 08:04', final: false, next: 'D 18:00' } },
  },
  {
    id: 'I6',
    title: 'six minutes before the start',
    source,
    roster: NINE_HOURS,
    punches: ['D 07:54 IN'],
    now: 'D 07:54',
    days: { D: { status: 'PRESENT', in: 'D 07:54', final: false, next: 'D 18:00' } },
  },
  {
    id: 'I7',
    title: 'nobody came and the shift has ended: nothing is missing of a visit that never was',
    source,
    roster: NINE_HOURS,
    now: 'D 17:15',
    days: { D: { status: 'ABSENT', origin: 'EXPECTED' } },
  },
  {
    id: 'I7',
    title: 'until the shift has ended it is not even an absence',
    source,
    roster: NINE_HOURS,
    now: 'D 16:59:59',
    days: {
      D: {
        status: 'SCHEDULED',
        origin: 'EXPECTED',
        final: false,
        next: 'D 17:00',
        anomalies: ['NOT_YET_IN'],
      },
    },
  },
];
