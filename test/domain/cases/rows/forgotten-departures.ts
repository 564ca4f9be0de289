// Section G: departures that were forgotten. A rule of the shift closes the session; a departure
// that is known after all counts instead.

import type { Case, RosterSetup, ShiftSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

const ODOO = 'Odoo';

/** Eight hours and a lunch of one, which the clock takes from whoever works through it. */
function officeHours(autoClose: string, hours = '08:00-17:00', id = 'day'): ShiftSetup {
  const lunch = { id: 'lunch', window: '12:00-13:00', byClock: true };
  // Time away at another time is not the lunch.
  const rules = { breakTypes: [lunch, { id: 'away' }], autoClose };
  return { id, hours, before: '6:00', after: '7:00', rules };
}

function office(autoClose: string): RosterSetup {
  return { shifts: [officeHours(autoClose)], assigned: onlyOnD() };
}

/** The cases of the page. */
export const FORGOTTEN_DEPARTURES: readonly Case[] = [
  {
    id: 'G1',
    title: 'lunch that was worked is taken off before the day is full',
    source: ODOO,
    roster: office('PLANNED_WORK 1:00'),
    punches: ['D 08:00 IN', 'D 11:00 OUT', 'D 11:00 IN', 'D 13:00 OUT', 'D 14:00 IN'],
    now: 'D 23:00',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 19:00',
        worked: '9:00',
        anomalies: ['AUTO_CLOSED'],
        sessions: ['D 08:00 to D 11:00 day', 'D 11:00 to D 13:00 day', 'D 14:00 to D 19:00 day'],
      },
    },
  },
  {
    id: 'G3',
    title: 'whoever looks days later finds the day closed in its own evening',
    source: ODOO,
    day: '2024-02-01',
    roster: office('PLANNED_WORK 1:00'),
    punches: ['D 14:00 IN'],
    now: 'D+4 23:00',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 14:00',
        out: 'D 23:00',
        worked: '9:00',
        late: '6:00',
        anomalies: ['LATE_IN', 'AUTO_CLOSED'],
      },
    },
  },
  {
    id: 'G4',
    title: 'the afternoon ends when the morning and it are the planned work and the tolerance',
    source: ODOO,
    roster: office('PLANNED_WORK 1:00'),
    punches: ['D 08:00 IN', 'D 12:00 OUT', 'D 13:00 IN'],
    now: 'D 22:00',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 18:00',
        worked: '9:00',
        anomalies: ['AUTO_CLOSED'],
      },
    },
  },
  {
    id: 'G6',
    title: 'each week has its own hours',
    source: ODOO,
    day: '2025-03-05',
    roster: {
      shifts: [
        officeHours('PLANNED_WORK 0:00', '13:00-17:00', 'afternoon'),
        officeHours('PLANNED_WORK 0:00'),
      ],
      assigned: [
        { shifts: ['afternoon'], from: 'D', to: 'D' },
        { shifts: ['day'], from: 'D+7', to: 'D+7' },
      ],
    },
    punches: ['D 08:00 IN', 'D+7 08:00 IN'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 12:00',
        worked: '4:00',
        early: '5:00',
        anomalies: ['EARLY_OUT', 'AUTO_CLOSED'],
      },
      'D+7': {
        status: 'PRESENT',
        in: 'D+7 08:00',
        out: 'D+7 17:00',
        worked: '8:00',
        anomalies: ['AUTO_CLOSED'],
      },
    },
  },
  {
    id: 'G8',
    title: 'without a plan nothing says when to close',
    source: ODOO,
    roster: {},
    punches: ['D 08:00 IN'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', anomalies: ['MISSING_OUT'] } },
  },
  {
    id: 'G8',
    title: 'within the planned hours the employee is still there',
    source: ODOO,
    roster: office('PLANNED_WORK 1:00'),
    punches: ['D 08:00 IN'],
    now: 'D 17:59:59',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        final: false,
        next: 'D 18:00',
        sessions: ['D 08:00 to ? day'],
      },
    },
  },
  {
    id: 'G9',
    title: 'the next morning is a day of its own, not the end of the day before',
    source: 'Odoo issue 29645',
    roster: {
      shifts: [{ id: 'day', hours: '08:00-17:00' }],
      assigned: [{ shifts: ['day'], from: 'D', to: 'D+1' }],
    },
    punches: ['D 08:00 IN', 'D+1 08:00 P'],
    days: {
      D: { status: 'PRESENT', in: 'D 08:00', anomalies: ['MISSING_OUT'] },
      'D+1': { status: 'PRESENT', in: 'D+1 08:00', anomalies: ['MISSING_OUT'] },
    },
  },
  {
    id: 'G9',
    title: 'with a rule, the day before is closed and counts',
    source: 'Odoo issue 29645',
    roster: {
      shifts: [{ id: 'day', hours: '08:00-17:00', rules: { autoClose: 'PLANNED_END 0:00' } }],
      assigned: [{ shifts: ['day'], from: 'D', to: 'D+1' }],
    },
    punches: ['D 08:00 IN', 'D+1 08:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 17:00',
        worked: '9:00',
        anomalies: ['AUTO_CLOSED'],
      },
      'D+1': {
        status: 'PRESENT',
        in: 'D+1 08:00',
        out: 'D+1 17:00',
        worked: '9:00',
        anomalies: ['AUTO_CLOSED'],
      },
    },
  },
];
