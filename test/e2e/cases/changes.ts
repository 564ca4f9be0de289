// The acceptance cases about what is stored when something changes afterwards: a rule, a zone, a
// mark, the same log again.

import { DAY_SHIFT, dayShift, PUNCHED } from '../../domain/cases/rows/fixtures.js';
import type { DayExpectation, RosterSetup } from '../../domain/support/scenario.js';
import { command, mark, record, recordAgain, type StepCase, see } from '../support/steps.js';

const FRAPPE = 'Frappe HR';
const TIMETREX = 'TimeTrex';

const WIDER = { ...DAY_SHIFT, before: '2:00', after: '2:00' };
const PRESENT_BY_MARK: DayExpectation = { status: 'PRESENT', origin: 'MARKED' };
const NIGHT = ['D 23:30 IN', 'D+1 07:30 OUT'];
const VANCOUVER: RosterSetup = { zone: 'America/Vancouver' };
const ON_D: Readonly<Record<string, DayExpectation>> = {
  D: { status: 'PRESENT', in: 'D 23:30', out: 'D+1 07:30', worked: '8:00' },
  'D+1': { status: 'UNSCHEDULED', origin: 'NONE' },
};
/** In Denver it is an hour later; told in the zone of the case. */
const ON_THE_NEXT_DATE: Readonly<Record<string, DayExpectation>> = {
  D: { status: 'UNSCHEDULED', origin: 'NONE' },
  'D+1': { status: 'PRESENT', in: 'D 23:30', out: 'D+1 07:30', worked: '8:00' },
};

const RULES: readonly StepCase[] = [
  {
    id: 'A2',
    title: 'a margin that grows between two punches leaves one day',
    source: FRAPPE,
    roster: dayShift(),
    steps: [record('D 08:00 P'), { does: 'updateShift', shift: WIDER }, record('D 12:00 P')],
    punches: ['D 08:00 P', 'D 12:00 P'],
    days: { D: { status: 'PRESENT', ...PUNCHED, sessions: ['D 08:00 to D 12:00 day'] } },
  },
  {
    id: 'A15',
    title: 'a punch off shift is on shift once the margin reaches it, and off again',
    source: FRAPPE,
    roster: dayShift(),
    steps: [
      record('D 06:30 P'),
      see({
        D: {
          status: 'ABSENT',
          in: 'D 06:30',
          anomalies: ['MISSING_OUT', 'OFF_SHIFT'],
          sessions: ['D 06:30 to ? -'],
        },
      }),
      { does: 'updateShift', shift: WIDER },
      see({
        D: {
          status: 'PRESENT',
          in: 'D 06:30',
          anomalies: ['MISSING_OUT'],
          sessions: ['D 06:30 to ? day'],
        },
      }),
      { does: 'updateShift', shift: DAY_SHIFT },
    ],
    punches: ['D 06:30 P'],
    days: {
      D: {
        status: 'ABSENT',
        in: 'D 06:30',
        anomalies: ['MISSING_OUT', 'OFF_SHIFT'],
        sessions: ['D 06:30 to ? -'],
      },
    },
  },
  {
    id: 'D6',
    title: 'the night moves to the next date with the employee’s zone, and back',
    source: TIMETREX,
    roster: VANCOUVER,
    steps: [
      record(...NIGHT),
      see(ON_D),
      { does: 'updateZone', zone: 'America/Denver' },
      see(ON_THE_NEXT_DATE),
      { does: 'updateZone', zone: 'America/Vancouver' },
    ],
    punches: NIGHT,
    days: ON_D,
  },
  {
    id: 'D11',
    title: 'ten minutes after the clocks went back, however often they are worked out',
    source: 'Odoo #277717',
    day: '2025-10-26',
    roster: { zone: 'Europe/Brussels' },
    steps: [
      record('D 03:30 IN', 'D 03:40 OUT'),
      { does: 'updateZone', zone: 'Europe/Berlin' },
      { does: 'updateZone', zone: 'Europe/Brussels' },
    ],
    punches: ['D 03:30 IN', 'D 03:40 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 03:30', out: 'D 03:40', worked: '0:10' } },
  },
];

const MARKS: readonly StepCase[] = [
  {
    id: 'A28',
    title: 'a marked day that is punched afterwards keeps its status',
    source: FRAPPE,
    roster: dayShift(),
    steps: [mark('D REMOTE'), record('D 08:00 P', 'D 12:00 P')],
    punches: ['D 08:00 P', 'D 12:00 P'],
    days: { D: { status: 'REMOTE', origin: 'MARKED', ...PUNCHED } },
  },
  {
    id: 'A30',
    title: 'a day there is cannot be created with another status',
    source: FRAPPE,
    roster: {},
    steps: [mark('D PRESENT', '"0"'), mark('D ABSENT', '"0"', 'ETAG_MISMATCH')],
    punches: [],
    days: { D: PRESENT_BY_MARK },
  },
  {
    id: 'A31',
    title: 'nor with the same, with a shift or without one',
    source: FRAPPE,
    roster: dayShift(),
    steps: [
      mark('D PRESENT', '"0"'),
      mark('D PRESENT', '"0"', 'ETAG_MISMATCH'),
      mark('D PRESENT FIRST_HALF', '"0"', 'ETAG_MISMATCH'),
    ],
    punches: [],
    days: { D: PRESENT_BY_MARK },
  },
  {
    id: 'A31',
    title: 'nor where punches made it',
    source: FRAPPE,
    roster: dayShift(),
    steps: [record('D 08:00 P', 'D 12:00 P'), mark('D PRESENT', '"0"', 'ETAG_MISMATCH')],
    punches: ['D 08:00 P', 'D 12:00 P'],
    days: { D: { status: 'PRESENT', ...PUNCHED } },
  },
];

const LOGS: readonly StepCase[] = [
  {
    id: 'E21',
    title: 'the same arrival again is kept once',
    source: TIMETREX,
    roster: {},
    steps: [record('D 08:00 IN'), recordAgain('D 08:00 IN')],
    punches: ['D 08:00 IN'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', anomalies: ['MISSING_OUT'] } },
  },
  {
    id: 'E28',
    title: 'a log fetched again; an arrival repeated; a departure after midnight',
    source: 'Horilla #1242, #1227, #985',
    roster: {},
    steps: [
      record('D 18:00 IN by gate#1', 'D 18:05 IN by gate#2'),
      recordAgain('D 18:00 IN by gate#1', 'D 18:05 IN by gate#2'),
      record('D+1 01:00 OUT by gate#3'),
      recordAgain('D+1 01:00 OUT by gate#3', 'D 18:05 IN by gate#2', 'D 18:00 IN by gate#1'),
    ],
    punches: ['D 18:00 IN', 'D 18:05 IN', 'D+1 01:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 18:00',
        out: 'D+1 01:00',
        worked: '7:00',
        anomalies: ['DUPLICATE_PUNCH'],
        sessions: ['D 18:00 to D+1 01:00 -'],
      },
    },
  },
  {
    id: 'E28',
    title: 'as commands: the repeated arrival is refused, the departure ends yesterday’s session',
    source: 'Horilla #1242, #1227, #985',
    roster: {},
    steps: [
      command('clockIn', 'D 18:00'),
      command('clockIn', 'D 18:05', 'ALREADY_CLOCKED_IN', 'D 18:00 to ?'),
      command('clockOut', 'D+1 01:00'),
    ],
    punches: ['D 18:00 IN', 'D+1 01:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 18:00', out: 'D+1 01:00', worked: '7:00' } },
  },
];

export const CHANGE_CASES: readonly StepCase[] = [...RULES, ...MARKS, ...LOGS];
