// Section A: a shift's window, grace and thresholds; absence, holidays, marks, the geofence.

import type { Case, ShiftSetup } from '../../support/scenario.js';
import { ABSENT, DAY_SHIFT, dayShift, onlyOnD, UNSCHEDULED } from './fixtures.js';

const source = 'Frappe HR';

const PUNCHED = { in: 'D 08:00', out: 'D 12:00', worked: '4:00' } as const;
const AT_WORK = ['D 08:00 P', 'D 12:00 P'];
const LEFT_AT_0930 = { in: 'D 08:00', out: 'D 09:30', worked: '1:30', early: '2:30' } as const;

const GRACE_AND_THRESHOLDS: readonly Case[] = [
  {
    id: 'A1',
    title: 'in and out of a plain shift',
    source,
    roster: dayShift(),
    punches: AT_WORK,
    days: { D: { status: 'PRESENT', ...PUNCHED, sessions: ['D 08:00 to D 12:00 day'] } },
  },
  {
    id: 'A2',
    title: 'a margin that grows between two punches leaves one day: two hours',
    source,
    roster: dayShift({ before: '2:00', after: '2:00' }),
    punches: AT_WORK,
    days: { D: { status: 'PRESENT', ...PUNCHED, sessions: ['D 08:00 to D 12:00 day'] } },
  },
  {
    id: 'A3',
    title: 'late and early beyond a grace of an hour, counted from start and end',
    source,
    roster: dayShift({ lateGrace: '1:00', earlyGrace: '1:00' }),
    punches: ['D 09:30 P', 'D 10:30 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:30',
        out: 'D 10:30',
        worked: '1:00',
        late: '1:30',
        early: '1:30',
        anomalies: ['LATE_IN', 'EARLY_OUT'],
      },
    },
  },
  {
    id: 'A5',
    title: 'leaving exactly at the end less the grace is not early',
    source,
    roster: dayShift({ earlyGrace: '1:00' }),
    punches: ['D 08:00 P', 'D 11:00 P'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 11:00', worked: '3:00' } },
  },
  {
    id: 'A5',
    title: 'leaving a second before that is',
    source,
    roster: dayShift({ earlyGrace: '1:00' }),
    punches: ['D 08:00 P', 'D 10:59:59 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 10:59:59',
        worked: '2:59:59',
        early: '1:00:01',
        anomalies: ['EARLY_OUT'],
      },
    },
  },
  {
    id: 'A6',
    title: 'below the half-day threshold',
    source,
    roster: dayShift({ halfDayBelow: '2:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'HALF_DAY', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A7',
    title: 'below the absent threshold; the time worked is still told',
    source,
    roster: dayShift({ absentBelow: '2:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'ABSENT', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A8',
    title: 'between the two thresholds',
    source,
    roster: dayShift({ halfDayBelow: '2:00', absentBelow: '1:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'HALF_DAY', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A8',
    title: 'below both is absent: that is looked at first',
    source,
    roster: dayShift({ halfDayBelow: '3:00', absentBelow: '2:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'ABSENT', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A10',
    title: 'exactly the half-day threshold is not below it',
    source,
    roster: dayShift({ halfDayBelow: '2:00' }),
    punches: ['D 08:00 P', 'D 10:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 10:00',
        worked: '2:00',
        early: '2:00',
        anomalies: ['EARLY_OUT'],
      },
    },
  },
  {
    id: 'A11',
    title: 'a single punch while its window is open: present, not final',
    source,
    roster: dayShift(),
    punches: ['D 08:00 P'],
    now: 'D 10:00',
    days: { D: { status: 'PRESENT', in: 'D 08:00', final: false, next: 'D 13:00' } },
  },
  {
    id: 'A11',
    title: 'a single punch once the window has closed: present, departure missing',
    source,
    roster: dayShift(),
    punches: ['D 08:00 P'],
    now: 'D 13:00',
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
    id: 'A11',
    title: 'a single punch under an absent threshold: present while it lasts',
    source,
    roster: dayShift({ absentBelow: '2:00' }),
    punches: ['D 08:00 P'],
    now: 'D 12:59:59',
    days: { D: { status: 'PRESENT', in: 'D 08:00', final: false, next: 'D 13:00' } },
  },
  {
    id: 'A11',
    title: 'a single punch under an absent threshold: absent in the end',
    source,
    roster: dayShift({ absentBelow: '2:00' }),
    punches: ['D 08:00 P'],
    days: { D: { status: 'ABSENT', in: 'D 08:00', anomalies: ['MISSING_OUT'] } },
  },
];

const OFF_SHIFT_ON_D = (at: string) =>
  ({
    ...ABSENT,
    origin: 'DERIVED',
    in: at,
    anomalies: ['MISSING_OUT', 'OFF_SHIFT'],
    sessions: [`${at} to ? -`],
  }) as const;

const MORNING: ShiftSetup = { ...DAY_SHIFT, id: 'A' };
const AFTERNOON: ShiftSetup = { ...DAY_SHIFT, id: 'B', hours: '12:30-16:30' };
const A_AND_B = {
  shifts: [MORNING, AFTERNOON],
  assigned: [{ shifts: ['A', 'B'], from: 'D', to: 'D+15' }],
} as const;

const WINDOWS: readonly Case[] = [
  {
    id: 'A12',
    title: 'a punch within the hours',
    source,
    roster: dayShift(),
    punches: ['D 08:45 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:45',
        late: '0:45',
        anomalies: ['MISSING_OUT', 'LATE_IN'],
        sessions: ['D 08:45 to ? day'],
      },
    },
  },
  {
    id: 'A12',
    title: 'a punch at the very start of the window',
    source,
    roster: dayShift(),
    punches: ['D 07:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:00',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 07:00 to ? day'],
      },
    },
  },
  {
    id: 'A12',
    title: 'a punch at the very end of the window',
    source,
    roster: dayShift(),
    punches: ['D 08:00 P', 'D 13:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 13:00',
        worked: '5:00',
        sessions: ['D 08:00 to D 13:00 day'],
      },
    },
  },
  {
    id: 'A12',
    title: 'a punch a minute after the window',
    source,
    roster: dayShift(),
    punches: ['D 13:01 P'],
    days: { D: OFF_SHIFT_ON_D('D 13:01') },
  },
  {
    id: 'A13',
    title: 'what the shift is on its date',
    source,
    roster: dayShift(),
    punches: ['D 08:45 P'],
    now: 'D 09:00',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:45',
        late: '0:45',
        anomalies: ['LATE_IN'],
        final: false,
        next: 'D 13:00',
        planned: ['day D 08:00 to D 12:00, accepts D 07:00 to D 13:00'],
      },
    },
  },
  {
    id: 'A14',
    title: 'before the window of the default shift: off shift',
    source,
    roster: { shifts: [DAY_SHIFT], defaultShift: 'day' },
    punches: ['D 06:00 P'],
    days: { D: OFF_SHIFT_ON_D('D 06:00') },
  },
  {
    id: 'A14',
    title: 'within the window of the default shift',
    source,
    roster: { shifts: [DAY_SHIFT], defaultShift: 'day' },
    punches: ['D 07:30 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:30',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 07:30 to ? day'],
      },
    },
  },
  {
    id: 'A15',
    title: 'off shift under a margin of an hour',
    source,
    roster: dayShift(),
    punches: ['D 06:30 P'],
    days: { D: OFF_SHIFT_ON_D('D 06:30') },
  },
  {
    id: 'A15',
    title: 'on shift once the margin is two hours',
    source,
    roster: dayShift({ before: '2:00', after: '2:00' }),
    punches: ['D 06:30 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 06:30',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 06:30 to ? day'],
      },
    },
  },
  {
    id: 'A17',
    title: 'two shifts a day: a punch in the hours of the first',
    source,
    roster: A_AND_B,
    punches: ['D 08:45 P'],
    days: {
      D: {
        status: 'HALF_DAY',
        in: 'D 08:45',
        late: '0:45',
        anomalies: ['MISSING_OUT', 'LATE_IN'],
        sessions: ['D 08:45 to ? A'],
        shifts: ['A PRESENT', 'B ABSENT'],
      },
    },
  },
  {
    id: 'A17',
    title: 'two shifts a day: a punch in the hours of the second, and in the margin of the first',
    source,
    roster: A_AND_B,
    punches: ['D 12:45 P'],
    days: {
      D: {
        status: 'HALF_DAY',
        in: 'D 12:45',
        late: '0:15',
        anomalies: ['MISSING_OUT', 'LATE_IN'],
        sessions: ['D 12:45 to ? B'],
        shifts: ['A ABSENT', 'B PRESENT'],
      },
    },
  },
  {
    id: 'A17',
    title: 'two shifts a day: a punch after the last date of both',
    source,
    roster: A_AND_B,
    punches: ['D+16 12:45 P'],
    days: {
      'D+15': { ...ABSENT, shifts: ['A ABSENT', 'B ABSENT'] },
      'D+16': {
        status: 'PRESENT',
        in: 'D+16 12:45',
        anomalies: ['MISSING_OUT'],
        sessions: ['D+16 12:45 to ? -'],
        shifts: [],
      },
    },
  },
  {
    id: 'A18',
    title: 'without an assignment the default shift applies',
    source,
    roster: {
      shifts: [{ ...DAY_SHIFT, id: 'afternoon', hours: '14:00-16:00' }],
      defaultShift: 'afternoon',
    },
    punches: ['D 14:45 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 14:45',
        late: '0:45',
        anomalies: ['MISSING_OUT', 'LATE_IN'],
        sessions: ['D 14:45 to ? afternoon'],
      },
    },
  },
  {
    id: 'A19',
    title: 'an assigned shift wins over the default one of the same hours',
    source,
    roster: {
      shifts: [
        { ...DAY_SHIFT, id: 'X' },
        { ...DAY_SHIFT, id: 'Y' },
      ],
      defaultShift: 'X',
      assigned: onlyOnD('Y'),
    },
    punches: ['D 08:00 P', 'D 10:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 10:00',
        worked: '2:00',
        early: '2:00',
        anomalies: ['EARLY_OUT'],
        shifts: ['Y PRESENT'],
        sessions: ['D 08:00 to D 10:00 Y'],
      },
    },
  },
];

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
    title: 'nobody came since D-5; at D 15:00 the window of D has closed too',
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
      'D+1': { status: 'SCHEDULED', origin: 'EXPECTED', final: false, next: 'D+1 13:00' },
    },
  },
  {
    id: 'A22',
    title: 'until it has closed nothing is said against D',
    source,
    roster: { shifts: [DAY_SHIFT], assigned: [{ shifts: ['day'], from: 'D-5' }] },
    now: 'D 12:59:59',
    days: {
      'D-1': ABSENT,
      D: { status: 'SCHEDULED', origin: 'EXPECTED', final: false, next: 'D 13:00' },
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
        next: 'D 19:00',
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
    roster: dayShift({ halfDayBelow: '3:00' }),
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
    roster: dayShift({ halfDayBelow: '1:00' }),
    marks: ['D ON_LEAVE FIRST_HALF'],
    days: {
      D: { status: 'ON_LEAVE', origin: 'MARKED', portion: 'FIRST_HALF', otherHalf: 'ABSENT' },
    },
  },
  {
    id: 'A35',
    title: 'half a day of leave, too little worked in the other half',
    source,
    roster: dayShift({ hours: '08:00-15:00', halfDayBelow: '4:00', absentBelow: '2:00' }),
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

/** Every row of section A. */
export const SHIFT_WINDOW_CASES: readonly Case[] = [
  ...GRACE_AND_THRESHOLDS,
  ...WINDOWS,
  ...HOLIDAYS_AND_ABSENCE,
  ...MARKS,
  ...GEOFENCE,
];
