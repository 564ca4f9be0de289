// Section C: shifts across midnight, and the date that work without a shift belongs to.

import type { Attribution } from '../../../../src/domain/roster/shift.js';
import type { Case, RosterSetup, ShiftSetup } from '../../support/scenario.js';
import { ABSENT, DAY_SHIFT, onlyOnD } from './fixtures.js';

const FRAPPE = 'Frappe HR';
const TIMETREX = 'TimeTrex';

const NIGHT: ShiftSetup = { ...DAY_SHIFT, id: 'night', hours: '23:00-07:00' };
const EVENING: ShiftSetup = { ...DAY_SHIFT, id: 'evening', hours: '19:00-00:30' };
const NIGHT_ON_D: RosterSetup = { shifts: [NIGHT], assigned: onlyOnD('night') };
const EVENING_ON_D: RosterSetup = { shifts: [EVENING], assigned: onlyOnD('evening') };

/** A date without a roster that saw one arrival. */
function arrivedOffShift(at: string) {
  const sessions = [`${at} to ? -`];
  return { status: 'PRESENT', in: at, anomalies: ['MISSING_OUT'], sessions } as const;
}

/** D with its shift, and a punch outside of it. */
function missedItsShift(at: string) {
  return {
    ...arrivedOffShift(at),
    status: 'ABSENT',
    anomalies: ['MISSING_OUT', 'OFF_SHIFT'],
  } as const;
}

const NIGHT_SHIFTS: readonly Case[] = [
  {
    id: 'C1',
    title: 'an arrival before and a departure after midnight are of the date it began',
    source: FRAPPE,
    roster: {
      shifts: [{ ...NIGHT, hours: '23:00-01:00' }],
      assigned: [{ shifts: ['night'], from: 'D' }],
    },
    punches: ['D 23:00 P', 'D+1 01:30 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 23:00',
        out: 'D+1 01:30',
        worked: '2:30',
        sessions: ['D 23:00 to D+1 01:30 night'],
        planned: ['night D 23:00 to D+1 01:00, accepts D 22:00 to D+1 02:00'],
      },
      'D+1': ABSENT,
    },
  },
  {
    id: 'C2',
    title: 'a night on a single date',
    source: FRAPPE,
    roster: NIGHT_ON_D,
    punches: ['D 23:00 P', 'D+1 07:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 23:00',
        out: 'D+1 07:00',
        worked: '8:00',
        sessions: ['D 23:00 to D+1 07:00 night'],
      },
      'D+1': { status: 'UNSCHEDULED', origin: 'NONE' },
    },
  },
  {
    id: 'C3',
    title: 'a night on D alone: the next evening is not of it',
    source: FRAPPE,
    roster: NIGHT_ON_D,
    punches: ['D+1 23:00 P'],
    days: { D: ABSENT, 'D+1': arrivedOffShift('D+1 23:00') },
  },
  {
    id: 'C3',
    title: 'a night on D alone: the morning of D is not of it',
    source: FRAPPE,
    roster: NIGHT_ON_D,
    punches: ['D 07:00 P'],
    days: { D: missedItsShift('D 07:00') },
  },
  {
    id: 'C3',
    title: 'a night on D alone: the evening before is not of it',
    source: FRAPPE,
    roster: NIGHT_ON_D,
    punches: ['D-1 23:00 P'],
    days: { 'D-1': arrivedOffShift('D-1 23:00'), D: ABSENT },
  },
  {
    id: 'C4',
    title: 'an evening past midnight on D alone: the next evening is not of it',
    source: FRAPPE,
    roster: EVENING_ON_D,
    punches: ['D+1 19:00 P'],
    days: { D: ABSENT, 'D+1': arrivedOffShift('D+1 19:00') },
  },
  {
    id: 'C4',
    title: 'an evening past midnight on D alone: the midnight before is not of it',
    source: FRAPPE,
    roster: EVENING_ON_D,
    punches: ['D 00:30 P'],
    days: { D: missedItsShift('D 00:30') },
  },
  {
    id: 'C4',
    title: 'an evening past midnight on D alone: the evening before is not of it',
    source: FRAPPE,
    roster: EVENING_ON_D,
    punches: ['D-1 19:00 P'],
    days: { 'D-1': arrivedOffShift('D-1 19:00'), D: ABSENT },
  },
  {
    id: 'C7',
    title: 'a shift soon after midnight: its window begins on the date before',
    source: FRAPPE,
    roster: { shifts: [{ ...DAY_SHIFT, hours: '00:30-10:00' }], assigned: onlyOnD() },
    punches: ['D 00:30 P', 'D 10:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 00:30',
        out: 'D 10:00',
        worked: '9:30',
        planned: ['day D 00:30 to D 10:00, accepts D-1 23:30 to D 11:00'],
      },
    },
  },
  {
    id: 'C7',
    title: 'an arrival before midnight is of the date of its shift',
    source: FRAPPE,
    roster: { shifts: [{ ...DAY_SHIFT, hours: '00:30-10:00' }], assigned: onlyOnD() },
    punches: ['D-1 23:45 P', 'D 10:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D-1 23:45',
        out: 'D 10:00',
        worked: '10:15',
        sessions: ['D-1 23:45 to D 10:00 day'],
      },
    },
  },
  {
    id: 'C11',
    title: 'the departure from a night is not an arrival for the next afternoon',
    source: 'Frappe HR #3298',
    roster: {
      shifts: [
        { ...NIGHT, hours: '18:00-07:00' },
        { ...DAY_SHIFT, id: 'afternoon', hours: '14:00-20:00' },
      ],
      assigned: [
        { shifts: ['night'], from: 'D', to: 'D' },
        { shifts: ['afternoon'], from: 'D+1', to: 'D+1' },
      ],
    },
    day: '2024-05-13',
    punches: ['D 18:30 IN', 'D+1 07:10 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 18:30',
        out: 'D+1 07:10',
        worked: '12:40',
        late: '0:30',
        anomalies: ['LATE_IN'],
        sessions: ['D 18:30 to D+1 07:10 night'],
      },
      'D+1': ABSENT,
    },
  },
];

function offShift(attribution: Attribution): RosterSetup {
  return { zone: 'America/Vancouver', offShift: { attribution } };
}

const WITHOUT_SHIFT: readonly Case[] = [
  {
    id: 'C12',
    title: 'by the date it starts on',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 23:00 IN', 'D+1 06:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 23:00', out: 'D+1 06:00', worked: '7:00' } },
  },
  {
    id: 'C13',
    title: 'by the date it ends on',
    source: TIMETREX,
    roster: offShift('END_DATE'),
    punches: ['D 23:00 IN', 'D+1 06:00 OUT'],
    days: { 'D+1': { status: 'PRESENT', in: 'D 23:00', out: 'D+1 06:00', worked: '7:00' } },
  },
  {
    id: 'C14',
    title: 'by the date with most of it: the first',
    source: TIMETREX,
    roster: offShift('MOST_WORKED_DATE'),
    punches: ['D 18:00 IN', 'D+1 01:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 18:00', out: 'D+1 01:00', worked: '7:00' } },
  },
  {
    id: 'C14',
    title: 'by the date with most of it: the second',
    source: TIMETREX,
    roster: offShift('MOST_WORKED_DATE'),
    punches: ['D 23:00 IN', 'D+1 06:00 OUT'],
    days: { 'D+1': { status: 'PRESENT', in: 'D 23:00', out: 'D+1 06:00', worked: '7:00' } },
  },
  {
    id: 'C16',
    title: 'split at midnight',
    source: TIMETREX,
    roster: offShift('SPLIT_AT_MIDNIGHT'),
    punches: ['D 18:00 IN', 'D+1 02:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 18:00',
        out: 'D+1 00:00',
        worked: '6:00',
        sessions: ['D 18:00 to D+1 00:00 -'],
      },
      'D+1': {
        status: 'PRESENT',
        in: 'D+1 00:00',
        out: 'D+1 02:00',
        worked: '2:00',
        sessions: ['D+1 00:00 to D+1 02:00 -'],
      },
    },
  },
  {
    id: 'C18',
    title: 'split at midnight, but nobody worked then: all on the first date',
    source: TIMETREX,
    roster: offShift('SPLIT_AT_MIDNIGHT'),
    punches: ['D 17:30 IN', 'D 23:30 OUT', 'D+1 00:30 IN', 'D+1 02:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 17:30',
        out: 'D+1 02:30',
        worked: '8:00',
        sessions: ['D 17:30 to D 23:30 -', 'D+1 00:30 to D+1 02:30 -'],
      },
    },
  },
  {
    id: 'C20',
    title: 'lunch across midnight: one stretch of work',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 20:00 IN', 'D 23:30 OUT', 'D+1 00:30 IN', 'D+1 04:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 20:00',
        out: 'D+1 04:00',
        worked: '7:00',
        stretches: ['D 20:00 to D+1 04:00'],
      },
    },
  },
  {
    id: 'C21',
    title: 'three hours away: one stretch',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 07:00 IN', 'D 11:00 OUT', 'D 14:00 IN', 'D 18:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:00',
        out: 'D 18:00',
        worked: '8:00',
        stretches: ['D 07:00 to D 18:00'],
      },
    },
  },
  {
    id: 'C21',
    title: 'five hours away: two stretches',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 07:00 IN', 'D 11:00 OUT', 'D 16:00 IN', 'D 20:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:00',
        out: 'D 20:00',
        worked: '8:00',
        stretches: ['D 07:00 to D 11:00', 'D 16:00 to D 20:00'],
      },
    },
  },
  {
    id: 'C22',
    title: 'three pairs are one stretch',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: [
      'D 10:00 IN',
      'D 14:00 OUT',
      'D 16:00 IN',
      'D 20:00 OUT',
      'D 20:00 IN',
      'D 21:00 OUT',
    ],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 10:00',
        out: 'D 21:00',
        worked: '9:00',
        stretches: ['D 10:00 to D 21:00'],
      },
    },
  },
  {
    id: 'C23',
    title: 'a day and night without end, relieved and back at the same instant',
    source: TIMETREX,
    roster: { zone: 'America/Vancouver', offShift: { gap: '0:00', maxLength: '25:00' } },
    punches: [
      'D 15:00 IN',
      'D+1 15:00 OUT',
      'D+1 15:00 IN',
      'D+2 15:00 OUT',
      'D+2 15:00 IN',
      'D+3 15:00 OUT',
    ],
    days: {
      D: { status: 'PRESENT', in: 'D 15:00', out: 'D+1 15:00', worked: '24:00' },
      'D+1': { status: 'PRESENT', in: 'D+1 15:00', out: 'D+2 15:00', worked: '24:00' },
      'D+2': { status: 'PRESENT', in: 'D+2 15:00', out: 'D+3 15:00', worked: '24:00' },
    },
  },
  {
    id: 'C24',
    title: 'fifteen and a half hours are within the longest of sixteen',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 01:00 IN', 'D 16:30 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 01:00', out: 'D 16:30', worked: '15:30' } },
  },
  {
    id: 'C24',
    title: 'sixteen hours are too',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 01:00 IN', 'D 17:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 01:00', out: 'D 17:00', worked: '16:00' } },
  },
  {
    id: 'C24',
    title: 'sixteen and a half are not one session: each end lacks the other',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 01:00 IN', 'D 17:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 01:00',
        out: 'D 17:30',
        anomalies: ['MISSING_IN', 'MISSING_OUT'],
        sessions: ['D 01:00 to ? -', '? to D 17:30 -'],
      },
    },
  },
  {
    id: 'C25',
    title: 'four hours away begin a new stretch, and both began on D',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 01:00 IN', 'D 14:30 OUT', 'D 18:30 IN', 'D+1 06:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 01:00',
        out: 'D+1 06:30',
        worked: '25:30',
        anomalies: ['LONGER_THAN_A_DAY'],
        stretches: ['D 01:00 to D 14:30', 'D 18:30 to D+1 06:30'],
      },
    },
  },
  {
    id: 'C27',
    title: 'before its arrival is corrected',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D 23:00 IN', 'D+1 13:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 23:00', out: 'D+1 13:00', worked: '14:00' } },
  },
  {
    id: 'C27',
    title: 'after: the work moves to the next date, and D is empty',
    source: TIMETREX,
    roster: offShift('START_DATE'),
    punches: ['D+1 01:00 IN', 'D+1 13:00 OUT'],
    days: {
      D: { status: 'UNSCHEDULED', origin: 'NONE' },
      'D+1': { status: 'PRESENT', in: 'D+1 01:00', out: 'D+1 13:00', worked: '12:00' },
    },
  },
];

/** Every row of section C that is about punches. */
export const NIGHT_CASES: readonly Case[] = [...NIGHT_SHIFTS, ...WITHOUT_SHIFT];

/** C9, C10 and A32: whether two shifts may be assigned on one date. Touching is allowed. */
export const SHIFTS_ON_ONE_DATE: readonly {
  readonly id: string;
  readonly hours: readonly [string, string];
  readonly overlap: boolean;
}[] = [
  { id: 'C9', hours: ['22:00-02:00', '21:00-23:00'], overlap: true },
  { id: 'C9', hours: ['22:00-02:00', '20:00-01:00'], overlap: true },
  { id: 'C9', hours: ['01:00-02:00', '01:30-03:00'], overlap: true },
  { id: 'C9', hours: ['21:00-23:00', '22:00-03:00'], overlap: true },
  { id: 'C10', hours: ['20:00-01:00', '15:00-20:00'], overlap: false },
  { id: 'C10', hours: ['20:00-01:00', '21:00-02:00'], overlap: true },
  { id: 'A32', hours: ['08:00-10:00', '09:30-11:00'], overlap: true },
  { id: 'A32', hours: ['08:00-10:00', '11:00-12:00'], overlap: false },
];
