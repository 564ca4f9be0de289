// The acceptance cases about what a clock refuses and what a correction moves: one step after
// another, with the punches and days that are left in the end.

import type { DayExpectation, RosterSetup } from '../../domain/support/scenario.js';
import { command, move, record, type StepCase, see, takeBack } from '../support/steps.js';

const ODOO = 'Odoo';
const ORANGEHRM = 'OrangeHRM';
const TIMETREX = 'TimeTrex';

const KOLKATA: RosterSetup = { zone: 'Asia/Kolkata' };
const VANCOUVER: RosterSetup = { zone: 'America/Vancouver' };

/** Somebody came and never left. */
function neverLeft(at: string): DayExpectation {
  const sessions = [`${at} to ? -`];
  return { status: 'PRESENT', in: at, anomalies: ['MISSING_OUT'], sessions };
}

/** One session without a shift. */
function worked(from: string, to: string, length: string): DayExpectation {
  const sessions = [`${from} to ${to} -`];
  return { status: 'PRESENT', in: from, out: to, worked: length, sessions };
}

const EIGHT_TO_THREE = [command('clockIn', 'D 08:00'), command('clockOut', 'D 15:00')];
const SEVEN_HOURS = { D: worked('D 08:00', 'D 15:00', '7:00') };
const EIGHT_TO_THREE_PUNCHES = ['D 08:00 IN', 'D 15:00 OUT'];

const COMMANDS: readonly StepCase[] = [
  {
    id: 'D15',
    title: 'a departure that is before the arrival in UTC, though not on the clocks',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: {},
    steps: [
      command('clockIn', 'D 14:53+05:30'),
      command('clockOut', 'D 13:24+04:30', 'OUT_BEFORE_IN', 'D 09:23 to ?'),
    ],
    punches: ['D 09:23 IN'],
    days: { D: neverLeft('D 09:23') },
  },
  {
    id: 'E1',
    title: 'a departure before the arrival',
    source: ODOO,
    roster: {},
    steps: [
      command('clockIn', 'D 12:00'),
      command('clockOut', 'D 11:00', 'OUT_BEFORE_IN', 'D 12:00 to ?'),
    ],
    punches: ['D 12:00 IN'],
    days: { D: neverLeft('D 12:00') },
  },
  {
    id: 'E2',
    title: 'an arrival while a session is open',
    source: ODOO,
    roster: {},
    steps: [
      command('clockIn', 'D 10:00'),
      command('clockIn', 'D 11:00', 'ALREADY_CLOCKED_IN', 'D 10:00 to ?'),
    ],
    punches: ['D 10:00 IN'],
    days: { D: neverLeft('D 10:00') },
  },
  {
    id: 'E3',
    title: 'an arrival within a session that is over',
    source: ODOO,
    roster: {},
    steps: [
      command('clockIn', 'D 07:30'),
      command('clockOut', 'D 09:00'),
      command('clockIn', 'D 08:30', 'OVERLAPS', 'D 07:30 to D 09:00'),
    ],
    punches: ['D 07:30 IN', 'D 09:00 OUT'],
    days: { D: worked('D 07:30', 'D 09:00', '1:30') },
  },
  {
    id: 'E3',
    title: 'a session moved back over the one before',
    source: ODOO,
    roster: {},
    steps: [
      record('D 07:30 IN', 'D 09:00 OUT', 'D 09:10 IN', 'D 09:30 OUT'),
      move('D 09:10 IN', 'D 08:30', 'OVERLAPS', 'D 07:30 to D 09:00'),
      move('D 09:10 IN', 'D 09:00'),
    ],
    punches: ['D 07:30 IN', 'D 09:00 OUT', 'D 09:00 IN', 'D 09:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:30',
        out: 'D 09:30',
        worked: '2:00',
        sessions: ['D 07:30 to D 09:00 -', 'D 09:00 to D 09:30 -'],
      },
    },
  },
  {
    id: 'E6',
    title: 'an arrival days after one without a departure, and one within its hours',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: {},
    steps: [
      command('clockIn', 'D 10:00'),
      command('clockIn', 'D 20:00', 'ALREADY_CLOCKED_IN', 'D 10:00 to ?'),
      command('clockIn', 'D+4 10:22'),
      command('clockOut', 'D+4 12:22'),
    ],
    punches: ['D 10:00 IN', 'D+4 10:22 IN', 'D+4 12:22 OUT'],
    days: { D: neverLeft('D 10:00'), 'D+4': worked('D+4 10:22', 'D+4 12:22', '2:00') },
  },
  {
    id: 'E7',
    title: 'an arrival two minutes before a session of the same day ends',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: KOLKATA,
    steps: [
      command('clockIn', 'D 14:55'),
      command('clockOut', 'D 15:00'),
      command('clockIn', 'D 14:58', 'OVERLAPS', 'D 14:55 to D 15:00'),
    ],
    punches: ['D 14:55 IN', 'D 15:00 OUT'],
    days: { D: worked('D 14:55', 'D 15:00', '0:05') },
  },
  {
    id: 'E9',
    title: 'a departure while nothing is open',
    source: ORANGEHRM,
    roster: {},
    steps: [
      command('clockOut', 'D 15:00', 'NOT_CLOCKED_IN'),
      ...EIGHT_TO_THREE,
      command('clockOut', 'D 16:00', 'NOT_CLOCKED_IN', 'D 08:00 to D 15:00'),
    ],
    punches: EIGHT_TO_THREE_PUNCHES,
    days: SEVEN_HOURS,
  },
  {
    id: 'E10',
    title: 'a departure on the morning of an afternoon arrival',
    source: ORANGEHRM,
    day: '2022-01-27',
    roster: KOLKATA,
    steps: [
      command('clockIn', 'D 14:53'),
      command('clockOut', 'D 09:20', 'OUT_BEFORE_IN', 'D 14:53 to ?'),
    ],
    punches: ['D 14:53 IN'],
    days: { D: neverLeft('D 14:53') },
  },
  {
    id: 'E12',
    title: 'a departure within another session',
    source: ORANGEHRM,
    day: '2022-04-25',
    roster: {},
    steps: [
      command('clockIn', 'D 09:25'),
      record('D+2 10:06 IN', 'D+2 10:30 OUT'),
      command('clockOut', 'D+2 15:40+05:30', 'OVERLAPS', 'D+2 10:06 to D+2 10:30'),
    ],
    punches: ['D 09:25 IN', 'D+2 10:06 IN', 'D+2 10:30 OUT'],
    days: { D: neverLeft('D 09:25'), 'D+2': worked('D+2 10:06', 'D+2 10:30', '0:24') },
  },
  {
    id: 'E18',
    title: 'an arrival within a session',
    source: TIMETREX,
    roster: {},
    steps: [...EIGHT_TO_THREE, command('clockIn', 'D 09:00', 'OVERLAPS', 'D 08:00 to D 15:00')],
    punches: EIGHT_TO_THREE_PUNCHES,
    days: SEVEN_HOURS,
  },
  {
    id: 'E20',
    title: 'a third punch where two sessions touch',
    source: TIMETREX,
    roster: {},
    steps: [
      command('clockIn', 'D 08:00'),
      command('clockOut', 'D 13:00'),
      command('clockIn', 'D 13:00'),
      command('clockOut', 'D 15:00'),
      command('clockIn', 'D 13:00', 'OVERLAPS'),
      command('clockOut', 'D 13:00', 'NOT_CLOCKED_IN'),
    ],
    punches: ['D 08:00 IN', 'D 13:00 OUT', 'D 13:00 IN', 'D 15:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 15:00',
        worked: '7:00',
        sessions: ['D 08:00 to D 13:00 -', 'D 13:00 to D 15:00 -'],
      },
    },
  },
  {
    id: 'E22',
    title: 'a departure at the instant of its arrival',
    source: TIMETREX,
    roster: {},
    steps: [
      command('clockIn', 'D 08:00'),
      command('clockOut', 'D 08:00', 'OUT_BEFORE_IN', 'D 08:00 to ?'),
      command('clockOut', 'D 08:00:00.999', 'OUT_BEFORE_IN', 'D 08:00 to ?'),
    ],
    punches: ['D 08:00 IN'],
    days: { D: neverLeft('D 08:00') },
  },
  {
    id: 'E23',
    title: 'a departure that would cut another session',
    source: TIMETREX,
    roster: {},
    steps: [
      command('clockIn', 'D 13:00'),
      command('clockOut', 'D 23:00'),
      record('D 12:00 IN'),
      command('clockOut', 'D 13:15', 'OVERLAPS'),
    ],
    punches: ['D 12:00 IN', 'D 13:00 IN', 'D 23:00 OUT'],
    // As facts the first arrival keeps its session, and the second is set aside.
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 12:00',
        out: 'D 23:00',
        worked: '11:00',
        anomalies: ['DUPLICATE_PUNCH'],
        sessions: ['D 12:00 to D 23:00 -'],
      },
    },
  },
];

const CORRECTIONS: readonly StepCase[] = [
  {
    id: 'C24',
    title: 'a departure moved so that the session is longer than the longest',
    source: TIMETREX,
    roster: VANCOUVER,
    steps: [
      command('clockIn', 'D 01:00'),
      command('clockOut', 'D 16:30'),
      move('D 16:30 OUT', 'D 17:30', 'SESSION_TOO_LONG', 'D 01:00 to D 16:30'),
    ],
    punches: ['D 01:00 IN', 'D 16:30 OUT'],
    days: { D: worked('D 01:00', 'D 16:30', '15:30') },
  },
  {
    id: 'C24',
    title: 'and a departure that comes so late',
    source: TIMETREX,
    roster: VANCOUVER,
    steps: [
      command('clockIn', 'D 01:00'),
      command('clockOut', 'D 17:30', 'NOT_CLOCKED_IN', 'D 01:00 to ?'),
    ],
    punches: ['D 01:00 IN'],
    days: { D: neverLeft('D 01:00') },
  },
  {
    id: 'C27',
    title: 'an arrival moved past midnight takes the work to the next date',
    source: TIMETREX,
    roster: VANCOUVER,
    steps: [
      command('clockIn', 'D 23:00'),
      command('clockOut', 'D+1 13:00'),
      see({
        D: worked('D 23:00', 'D+1 13:00', '14:00'),
        'D+1': { status: 'UNSCHEDULED', origin: 'NONE' },
      }),
      move('D 23:00 IN', 'D+1 01:00'),
    ],
    punches: ['D+1 01:00 IN', 'D+1 13:00 OUT'],
    days: {
      D: { status: 'UNSCHEDULED', origin: 'NONE' },
      'D+1': worked('D+1 01:00', 'D+1 13:00', '12:00'),
    },
  },
  {
    id: 'E14',
    title: 'an arrival moved into the session of the day before',
    source: ORANGEHRM,
    day: '2022-02-12',
    roster: {},
    steps: [
      record('D 14:53 IN', 'D 15:49 OUT', 'D+1 10:00 IN', 'D+1 11:00 OUT'),
      move('D+1 10:00 IN', 'D 14:55', 'OVERLAPS', 'D 14:53 to D 15:49'),
    ],
    punches: ['D 14:53 IN', 'D 15:49 OUT', 'D+1 10:00 IN', 'D+1 11:00 OUT'],
    days: {
      D: worked('D 14:53', 'D 15:49', '0:56'),
      'D+1': worked('D+1 10:00', 'D+1 11:00', '1:00'),
    },
  },
  {
    id: 'E17',
    title: 'an end moved past the other',
    source: TIMETREX,
    roster: {},
    steps: [
      ...EIGHT_TO_THREE,
      move('D 08:00 IN', 'D 15:30', 'OUT_BEFORE_IN'),
      move('D 08:00 IN', 'D 20:00', 'OUT_BEFORE_IN'),
      move('D 08:00 IN', 'D 15:00', 'OUT_BEFORE_IN'),
      move('D 15:00 OUT', 'D 07:30', 'OUT_BEFORE_IN'),
      move('D 15:00 OUT', 'D 08:00', 'OUT_BEFORE_IN'),
    ],
    punches: EIGHT_TO_THREE_PUNCHES,
    days: SEVEN_HOURS,
  },
  {
    id: 'E19',
    title: 'an open arrival moved into the session before it',
    source: TIMETREX,
    roster: {},
    steps: [
      ...EIGHT_TO_THREE,
      command('clockIn', 'D 16:00'),
      move('D 16:00 IN', 'D 14:00', 'OVERLAPS', 'D 08:00 to D 15:00'),
    ],
    punches: [...EIGHT_TO_THREE_PUNCHES, 'D 16:00 IN'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 15:00',
        worked: '7:00',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 08:00 to D 15:00 -', 'D 16:00 to ? -'],
      },
    },
  },
  {
    id: 'E24',
    title: 'the departure taken back: one punch is left, and no time',
    source: TIMETREX,
    roster: {},
    steps: [
      command('clockIn', 'D 10:00'),
      command('clockOut', 'D 22:00'),
      see({ D: worked('D 10:00', 'D 22:00', '12:00') }),
      takeBack('D 22:00 OUT'),
    ],
    punches: ['D 10:00 IN'],
    days: { D: neverLeft('D 10:00') },
  },
];

export const CLOCK_CASES: readonly StepCase[] = [...COMMANDS, ...CORRECTIONS];
