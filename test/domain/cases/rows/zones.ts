// Section D: clocks that change, employees and devices in several zones.

import type { Case, ShiftSetup } from '../../support/scenario.js';
import { DAY_SHIFT, onlyOnD } from './fixtures.js';

const TIMETREX = 'TimeTrex';
const ORANGEHRM = 'OrangeHRM';

const NIGHT: ShiftSetup = { ...DAY_SHIFT, id: 'night', hours: '22:00-06:00' };
const NIGHT_PUNCHES = ['D 22:00 IN', 'D+1 06:00 OUT'];

const CLOCKS_CHANGE: readonly Case[] = [
  {
    id: 'D1',
    title: 'the night the clocks go back has nine hours',
    source: TIMETREX,
    day: '2013-11-02',
    roster: { zone: 'America/Vancouver' },
    punches: NIGHT_PUNCHES,
    days: { D: { status: 'PRESENT', in: 'D 22:00', out: 'D+1 06:00', worked: '9:00' } },
  },
  {
    id: 'D1',
    title: 'a night shift too, and nobody is early or late for it',
    source: TIMETREX,
    day: '2013-11-02',
    roster: { zone: 'America/Vancouver', shifts: [NIGHT], assigned: onlyOnD('night') },
    punches: NIGHT_PUNCHES,
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 22:00',
        out: 'D+1 06:00',
        worked: '9:00',
        sessions: ['D 22:00 to D+1 06:00 night'],
        planned: ['night D 22:00 to D+1 06:00, accepts D 21:00 to D+1 07:00'],
      },
    },
  },
  {
    id: 'D3',
    title: 'the night the clocks go forward has seven hours',
    source: TIMETREX,
    day: '2013-03-09',
    roster: { zone: 'America/Vancouver' },
    punches: NIGHT_PUNCHES,
    days: { D: { status: 'PRESENT', in: 'D 22:00', out: 'D+1 06:00', worked: '7:00' } },
  },
  {
    id: 'D3',
    title: 'a night shift too, and nobody is early or late for it',
    source: TIMETREX,
    day: '2013-03-09',
    roster: { zone: 'America/Vancouver', shifts: [NIGHT], assigned: onlyOnD('night') },
    punches: NIGHT_PUNCHES,
    days: { D: { status: 'PRESENT', in: 'D 22:00', out: 'D+1 06:00', worked: '7:00' } },
  },
  {
    id: 'D5',
    title: 'from 01:00 to 04:00 across the hour that is skipped: two hours',
    source: 'Personio',
    day: '2025-03-30',
    roster: { zone: 'Europe/Berlin' },
    punches: ['D 01:00 IN', 'D 04:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 01:00', out: 'D 04:00', worked: '2:00' } },
  },
  {
    id: 'D11',
    title: 'ten minutes after the clocks went back, however often they are worked out',
    source: 'Odoo #277717',
    day: '2025-10-26',
    roster: { zone: 'Europe/Brussels' },
    punches: ['D 03:30 IN', 'D 03:40 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 03:30', out: 'D 03:40', worked: '0:10' } },
  },
];

const EMPLOYEES_ZONE: readonly Case[] = [
  {
    id: 'D6',
    title: 'a night in Vancouver begins on D',
    source: TIMETREX,
    roster: { zone: 'America/Vancouver' },
    punches: ['D 23:30@America/Vancouver IN', 'D+1 07:30@America/Vancouver OUT'],
    days: { D: { status: 'PRESENT', in: 'D 23:30', out: 'D+1 07:30', worked: '8:00' } },
  },
  {
    id: 'D6',
    title: 'the same night begins on D+1 for an employee of Denver',
    source: TIMETREX,
    roster: { zone: 'America/Denver' },
    punches: ['D 23:30@America/Vancouver IN', 'D+1 07:30@America/Vancouver OUT'],
    days: {
      D: { status: 'UNSCHEDULED', origin: 'NONE' },
      'D+1': { status: 'PRESENT', in: 'D+1 00:30', out: 'D+1 08:30', worked: '8:00' },
    },
  },
  {
    id: 'D7',
    title: 'Tokyo, ahead of UTC',
    source: 'Odoo',
    day: '2021-01-04',
    roster: { zone: 'Asia/Tokyo' },
    punches: ['D 01:00Z IN', 'D 12:00Z OUT'],
    days: { D: { status: 'PRESENT', in: 'D 10:00', out: 'D 21:00', worked: '11:00' } },
  },
  {
    id: 'D7',
    title: 'Honolulu, behind UTC',
    source: 'Odoo',
    day: '2021-01-04',
    roster: { zone: 'Pacific/Honolulu' },
    punches: ['D 17:00Z IN', 'D+1 04:00Z OUT'],
    days: { D: { status: 'PRESENT', in: 'D 07:00', out: 'D 18:00', worked: '11:00' } },
  },
];

const LONG = { maxLength: '36:00' } as const;

const DEVICES_ZONE: readonly Case[] = [
  {
    id: 'D12',
    title: 'what a clock at +05:30 shows is an instant: 03:12 in UTC',
    source: ORANGEHRM,
    day: '2021-12-27',
    roster: {},
    punches: ['D 08:42+05:30 IN'],
    now: 'D 03:30',
    days: { D: { status: 'PRESENT', in: 'D 03:12', final: false, next: 'D 19:12' } },
  },
  {
    id: 'D12',
    title: 'and 08:42 for an employee of Kolkata',
    source: ORANGEHRM,
    day: '2021-12-27',
    roster: { zone: 'Asia/Kolkata' },
    punches: ['D 08:42+05:30 IN'],
    now: 'D 09:00',
    days: { D: { status: 'PRESENT', in: 'D 08:42', final: false, next: 'D+1 00:42' } },
  },
  {
    id: 'D13',
    title: 'a departure recorded farther east, the day after',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: { offShift: LONG },
    punches: ['D 14:53+05:30 IN', 'D+1 17:45+06:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:23',
        out: 'D+1 11:15',
        worked: '25:52',
        anomalies: ['LONGER_THAN_A_DAY'],
      },
    },
  },
  {
    id: 'D14',
    title: 'a departure recorded farther west',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: { offShift: LONG },
    punches: ['D 14:53+05:30 IN', 'D 19:28+04:30 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 09:23', out: 'D 14:58', worked: '5:35' } },
  },
  {
    id: 'D15',
    title: 'a departure before the arrival, compared as instants, does not end it',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: { offShift: LONG },
    punches: ['D 14:53+05:30 IN', 'D 13:24+04:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:23',
        out: 'D 08:54',
        anomalies: ['MISSING_IN', 'MISSING_OUT'],
        sessions: ['? to D 08:54 -', 'D 09:23 to ? -'],
      },
    },
  },
];

export const ZONE_CASES: readonly Case[] = [...CLOCKS_CHANGE, ...EMPLOYEES_ZONE, ...DEVICES_ZONE];
