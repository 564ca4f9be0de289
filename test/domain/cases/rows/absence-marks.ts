// Section A, the rest: absence, holidays, marks, the geofence.

import type { Case } from '../../support/scenario.js';
import { ABSENT, AT_WORK, DAY_SHIFT, dayShift, onlyOnD, PUNCHED, UNSCHEDULED } from './fixtures.js';

const source = 'Frappe HR';

const HOLIDAYS_AND_ABSENCE: readonly Case[] = [
  {
    id: 'A20',
    title: 'a holiday for a shift that works on holidays',
    source,
    roster: { ...dayShift({ worksOnHolidays: true }), holidays: ['D'] },
    punches: AT_WORK,
    days: { D: { status: 'PRESENT', ...PUNCHED } },
  },
  {
    id: 'A21',
    title: 'a holiday for a shift that does not: the time is kept',
    source,
    roster: { ...dayShift(), holidays: ['D'] },
    punches: AT_WORK,
    days: {
      D: {
        status: 'HOLIDAY',
        ...PUNCHED,
        anomalies: ['WORKED_ON_HOLIDAY'],
        sessions: ['D 08:00 to D 12:00 day'],
      },
    },
  },
  {
    id: 'A22',
    title: 'nobody came since D-5; at D 15:00 the shift of D is over too',
    source,
    roster: { shifts: [DAY_SHIFT], assigned: [{ shifts: ['day'], from: 'D-5' }] },
    now: 'D 15:00',
    days: {
      'D-6': UNSCHEDULED,
      'D-5': ABSENT,
      'D-4': ABSENT,
      'D-3': ABSENT,
      'D-2': ABSENT,
      'D-1': ABSENT,
      D: ABSENT,
      'D+1': { status: 'SCHEDULED', origin: 'EXPECTED', final: false, next: 'D+1 08:00' },
    },
  },
  {
    id: 'A22',
    title: 'until it is over nothing is said against D',
    source,
    roster: { shifts: [DAY_SHIFT], assigned: [{ shifts: ['day'], from: 'D-5' }] },
    now: 'D 11:59:59',
    days: {
      'D-1': ABSENT,
      D: {
        status: 'SCHEDULED',
        origin: 'EXPECTED',
        final: false,
        next: 'D 12:00',
        anomalies: ['NOT_YET_IN'],
      },
    },
  },
  {
    id: 'A23',
    title: 'two assignments of a date each: two absences',
    source,
    roster: {
      shifts: [{ ...DAY_SHIFT, id: 'late', hours: '15:00-23:30', after: '2:00' }],
      assigned: [
        { shifts: ['late'], from: 'D-5', to: 'D-5' },
        { shifts: ['late'], from: 'D-4', to: 'D-4' },
      ],
    },
    now: 'D 15:00',
    days: {
      'D-6': UNSCHEDULED,
      'D-5': ABSENT,
      'D-4': ABSENT,
      'D-3': UNSCHEDULED,
      'D-2': UNSCHEDULED,
      'D-1': UNSCHEDULED,
      D: UNSCHEDULED,
    },
  },
  {
    id: 'A25',
    title: 'a change of shift: the new one has not begun, so nobody is absent',
    source,
    roster: {
      shifts: [
        { ...DAY_SHIFT, id: 'morning', hours: '07:00-12:30' },
        { ...DAY_SHIFT, id: 'afternoon', hours: '09:30-18:00' },
      ],
      assigned: [
        { shifts: ['morning'], from: 'D-10', to: 'D-1' },
        { shifts: ['afternoon'], from: 'D' },
      ],
    },
    now: 'D 09:01',
    days: {
      'D-1': { ...ABSENT, shifts: ['morning ABSENT'] },
      D: {
        status: 'SCHEDULED',
        origin: 'EXPECTED',
        final: false,
        next: 'D 09:30',
        shifts: ['afternoon SCHEDULED'],
      },
    },
  },
  {
    id: 'A26',
    title: 'nothing is expected before the assignment or after the last day of employment',
    source,
    roster: {
      shifts: [DAY_SHIFT],
      joined: 'D-30',
      left: 'D-5',
      assigned: [{ shifts: ['day'], from: 'D-25' }],
    },
    now: 'D 15:00',
    days: {
      'D-30': UNSCHEDULED,
      'D-26': UNSCHEDULED,
      'D-25': ABSENT,
      'D-5': ABSENT,
      'D-4': UNSCHEDULED,
      D: UNSCHEDULED,
    },
  },
  {
    id: 'A27',
    title: 'nothing is expected of somebody who left long ago',
    source,
    roster: {
      shifts: [DAY_SHIFT],
      left: 'D-20',
      defaultShift: 'day',
      assigned: [{ shifts: ['day'], from: 'D-10' }],
    },
    days: { 'D-10': UNSCHEDULED, D: UNSCHEDULED },
  },
];

const MARKS: readonly Case[] = [
  {
    id: 'A28',
    title: 'a marked day keeps its status; its punches still give sessions and time',
    source,
    roster: dayShift(),
    marks: ['D PRESENT'],
    punches: AT_WORK,
    days: {
      D: {
        status: 'PRESENT',
        origin: 'MARKED',
        ...PUNCHED,
        sessions: ['D 08:00 to D 12:00 day'],
      },
    },
  },
  {
    id: 'A28',
    title: 'even where the punches say otherwise',
    source,
    roster: dayShift(),
    marks: ['D REMOTE'],
    punches: AT_WORK,
    days: { D: { status: 'REMOTE', origin: 'MARKED', ...PUNCHED } },
  },
  {
    id: 'A29',
    title: 'a mark does not care for which hours it was meant; the punches of another shift count',
    source,
    roster: {
      shifts: [
        { ...DAY_SHIFT, id: 'early', hours: '08:00-10:00' },
        { ...DAY_SHIFT, id: 'late', hours: '09:30-11:00' },
      ],
      assigned: onlyOnD('late'),
    },
    marks: ['D PRESENT'],
    punches: ['D 09:30 P', 'D 11:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        origin: 'MARKED',
        in: 'D 09:30',
        out: 'D 11:00',
        worked: '1:30',
        sessions: ['D 09:30 to D 11:00 late'],
      },
    },
  },
  {
    id: 'A33',
    title: 'half a day of leave, the other half worked: a threshold for whole days does not apply',
    source,
    roster: dayShift({ halfDayThreshold: '3:00' }),
    marks: ['D ON_LEAVE SECOND_HALF'],
    punches: ['D 08:00 P', 'D 10:00 P'],
    days: {
      D: {
        status: 'ON_LEAVE',
        origin: 'MARKED',
        portion: 'SECOND_HALF',
        otherHalf: 'PRESENT',
        in: 'D 08:00',
        out: 'D 10:00',
        worked: '2:00',
      },
    },
  },
  {
    id: 'A34',
    title: 'half a day of leave, nobody came for the other half',
    source,
    roster: dayShift({ halfDayThreshold: '1:00' }),
    marks: ['D ON_LEAVE FIRST_HALF'],
    days: {
      D: { status: 'ON_LEAVE', origin: 'MARKED', portion: 'FIRST_HALF', otherHalf: 'ABSENT' },
    },
  },
  {
    id: 'A35',
    title: 'half a day of leave, too little worked in the other half',
    source,
    roster: dayShift({ hours: '08:00-15:00', halfDayThreshold: '4:00', absentThreshold: '2:00' }),
    marks: ['D ON_LEAVE SECOND_HALF'],
    punches: ['D 08:00 P', 'D 09:00 P'],
    days: {
      D: {
        status: 'ON_LEAVE',
        origin: 'MARKED',
        portion: 'SECOND_HALF',
        otherHalf: 'ABSENT',
        in: 'D 08:00',
        out: 'D 09:00',
        worked: '1:00',
        early: '2:30',
        anomalies: ['EARLY_OUT'],
      },
    },
  },
];

const FENCED = dayShift({ geofence: { latitude: 24, longitude: 72, radiusMeters: 500 } });

const GEOFENCE: readonly Case[] = [
  {
    id: 'A40',
    title: 'a punch 150 m from the centre of a fence of 500 m',
    source,
    roster: FENCED,
    punches: ['D 08:00 P at 24.001,72.001', 'D 12:00 P'],
    days: { D: { status: 'PRESENT', ...PUNCHED } },
  },
  {
    id: 'A40',
    title: 'a punch 1,506 m from it is flagged, and counts',
    source,
    roster: FENCED,
    punches: ['D 08:00 P at 24.01,72.01', 'D 12:00 P'],
    days: { D: { status: 'PRESENT', ...PUNCHED, anomalies: ['OUTSIDE_GEOFENCE'] } },
  },
  {
    id: 'A40',
    title: 'outside the window of the shift its fence does not apply',
    source,
    roster: FENCED,
    punches: ['D 15:00 IN at 24.01,72.01', 'D 16:00 OUT at 24.01,72.01'],
    days: {
      D: {
        status: 'ABSENT',
        in: 'D 15:00',
        out: 'D 16:00',
        worked: '1:00',
        anomalies: ['OFF_SHIFT'],
        sessions: ['D 15:00 to D 16:00 -'],
      },
    },
  },
];

/** The rows of section A that are not about the shift's hours. */
export const ABSENCE_AND_MARK_CASES: readonly Case[] = [
  ...HOLIDAYS_AND_ABSENCE,
  ...MARKS,
  ...GEOFENCE,
];
