// Section P: leave by the hour, beside work.

import type { Case, DayExpectation, ShiftSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

const source = 'BambooHR, Personio';

const DAY: ShiftSetup = {
  id: 'day',
  hours: '08:00-16:00',
  halfDayThreshold: '6:00',
  absentThreshold: '3:00',
};

function onD(...shifts: readonly ShiftSetup[]) {
  return { shifts, assigned: onlyOnD(...shifts.map(({ id }) => id)) };
}

function row(
  id: string,
  title: string,
  marks: readonly string[],
  punches: readonly string[],
  day: DayExpectation,
  rest: Partial<Case> = {},
): Case {
  return { id, title, source, roster: onD(DAY), marks, punches, days: { D: day }, ...rest };
}

const DOCTOR = ['D ON_LEAVE 10:00-12:00'];
const TWO_HOURS = ['10:00-12:00 excuses 2:00'];
const ALL_DAY = ['D 08:00 IN', 'D 16:00 OUT'];
const AROUND = ['D 08:00 IN', 'D 10:00 OUT', 'D 12:00 IN', 'D 16:00 OUT'];
const AROUND_IT = { in: 'D 08:00', out: 'D 16:00', worked: '6:00' } as const;

const MEASURED: readonly Case[] = [
  row('P1', 'a shift worked but for the leave', DOCTOR, AROUND, {
    status: 'PRESENT',
    ...AROUND_IT,
    leave: TWO_HOURS,
    plannedWork: '8:00',
  }),
  row(
    'P2',
    'leave at the start: who comes after it is late from its end',
    ['D ON_LEAVE 08:00-10:00'],
    ['D 10:20 IN', 'D 16:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 10:20',
      out: 'D 16:00',
      worked: '5:40',
      late: '0:20',
      anomalies: ['LATE_IN'],
      leave: ['08:00-10:00 excuses 2:00'],
    },
  ),
  row(
    'P3',
    'leave from before the start excuses what is in the shift',
    ['D ON_LEAVE 06:00-10:00'],
    ['D 10:00 IN', 'D 16:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 10:00',
      out: 'D 16:00',
      worked: '6:00',
      leave: ['06:00-10:00 excuses 2:00'],
    },
  ),
  row(
    'P4',
    'leave at the end: who goes before it is early before its start',
    ['D ON_LEAVE 14:00-18:00'],
    ['D 08:00 IN', 'D 13:30 OUT'],
    {
      status: 'PRESENT',
      in: 'D 08:00',
      out: 'D 13:30',
      worked: '5:30',
      early: '0:30',
      anomalies: ['EARLY_OUT'],
      leave: ['14:00-18:00 excuses 2:00'],
    },
  ),
  row(
    'P5',
    'who comes only after leave in the middle is late without it',
    DOCTOR,
    ['D 12:00 IN', 'D 16:00 OUT'],
    {
      status: 'HALF_DAY',
      in: 'D 12:00',
      out: 'D 16:00',
      worked: '4:00',
      late: '2:00',
      anomalies: ['LATE_IN'],
    },
  ),
  row(
    'P5',
    'who goes before it for good is early without it',
    DOCTOR,
    ['D 08:00 IN', 'D 09:00 OUT'],
    {
      status: 'ABSENT',
      in: 'D 08:00',
      out: 'D 09:00',
      worked: '1:00',
      early: '5:00',
      anomalies: ['EARLY_OUT'],
    },
  ),
  row(
    'P6',
    'half of the shift on leave: the thresholds are half of what they are',
    ['D ON_LEAVE 12:00-16:00'],
    ['D 08:00 IN', 'D 09:30 OUT'],
    {
      status: 'HALF_DAY',
      in: 'D 08:00',
      out: 'D 09:30',
      worked: '1:30',
      early: '2:30',
      anomalies: ['EARLY_OUT'],
      leave: ['12:00-16:00 excuses 4:00'],
    },
  ),
  row(
    'P7',
    'a grace that the leave comes into goes on behind it',
    ['D ON_LEAVE 08:05-10:00'],
    ['D 10:05 IN', 'D 16:00 OUT'],
    { status: 'PRESENT', in: 'D 10:05', out: 'D 16:00', worked: '5:55' },
    { roster: onD({ ...DAY, lateGrace: '0:10' }) },
  ),
];

const ALL_OF_IT: readonly Case[] = [
  row('P8', 'leave for all of the shift', ['D ON_LEAVE 07:00-16:00'], [], {
    status: 'ON_LEAVE',
    leave: ['07:00-16:00 excuses 8:00'],
  }),
  row('P8', 'in two parts of two kinds', ['D ON_LEAVE 12:00-16:00', 'D ON_LEAVE 08:00-12:00'], [], {
    status: 'ON_LEAVE',
    leave: ['08:00-12:00 excuses 4:00', '12:00-16:00 excuses 4:00'],
  }),
  row(
    'P9',
    'leave for all of the shift, and somebody came',
    ['D ON_LEAVE 08:00-16:00'],
    ['D 10:00 IN', 'D 12:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 10:00',
      out: 'D 12:00',
      worked: '2:00',
      anomalies: ['WORKED_ON_LEAVE'],
    },
  ),
  row('P10', 'nobody came for what the leave left', DOCTOR, [], {
    status: 'ABSENT',
    leave: TWO_HOURS,
  }),
  row('P11', 'who works on through the leave', DOCTOR, ALL_DAY, {
    status: 'PRESENT',
    in: 'D 08:00',
    out: 'D 16:00',
    worked: '8:00',
    anomalies: ['WORKED_ON_LEAVE'],
    leave: TWO_HOURS,
  }),
  row(
    'P11',
    'who is back a little early, within the graces',
    DOCTOR,
    ['D 08:00 IN', 'D 10:02 OUT', 'D 11:57 IN', 'D 16:00 OUT'],
    { status: 'PRESENT', in: 'D 08:00', out: 'D 16:00', worked: '6:05' },
    { roster: onD({ ...DAY, lateGrace: '0:05' }) },
  ),
];

const OTHER_MARKS: readonly Case[] = [
  row('P12', 'a later mark of the whole day replaces it', [...DOCTOR, 'D PRESENT'], [], {
    status: 'PRESENT',
    origin: 'MARKED',
    leave: [],
  }),
  row('P13', 'it stands beside an earlier mark of the whole day', ['D REMOTE', ...DOCTOR], AROUND, {
    status: 'REMOTE',
    origin: 'MARKED',
    ...AROUND_IT,
    leave: TWO_HOURS,
  }),
  row(
    'P13',
    'of flexible hours too: the core time begins with its end',
    ['D REMOTE', ...DOCTOR],
    ['D 12:30 IN', 'D 16:00 OUT'],
    {
      status: 'REMOTE',
      origin: 'MARKED',
      in: 'D 12:30',
      out: 'D 16:00',
      worked: '3:30',
      late: '0:30',
      anomalies: ['LATE_IN'],
      leave: TWO_HOURS,
    },
    { roster: onD({ ...DAY, hours: '06:00-20:00', target: '8:00', core: '10:00-15:00' }) },
  ),
  row(
    'P14',
    'a later one replaces those that it overlaps, and no other',
    ['D ON_LEAVE 08:00-10:00', 'D ON_LEAVE 09:00-12:00', 'D ON_LEAVE 12:00-13:00'],
    ['D 08:00 IN', 'D 09:00 OUT', 'D 13:00 IN', 'D 16:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 08:00',
      out: 'D 16:00',
      worked: '4:00',
      leave: ['09:00-12:00 excuses 3:00', '12:00-13:00 excuses 1:00'],
    },
  ),
  row(
    'P15',
    'half a day of leave, and hours of the other half',
    ['D ON_LEAVE 14:00-16:00', 'D ON_LEAVE FIRST_HALF'],
    ['D 12:00 IN', 'D 14:00 OUT'],
    {
      status: 'ON_LEAVE',
      origin: 'MARKED',
      portion: 'FIRST_HALF',
      otherHalf: 'PRESENT',
      in: 'D 12:00',
      out: 'D 14:00',
      worked: '2:00',
      leave: ['14:00-16:00 excuses 2:00'],
    },
  ),
  row(
    'P15',
    'hours that are in a half of leave already are not excused again',
    ['D ON_LEAVE FIRST_HALF', 'D ON_LEAVE 10:00-16:00'],
    [],
    {
      status: 'ON_LEAVE',
      origin: 'MARKED',
      portion: 'FIRST_HALF',
      otherHalf: 'ON_LEAVE',
      leave: ['10:00-16:00 excuses 4:00'],
    },
  ),
  row(
    'P16',
    'on a holiday nothing is excused',
    DOCTOR,
    [],
    { status: 'HOLIDAY', leave: ['10:00-12:00 excuses 0:00'] },
    { roster: { ...onD(DAY), holidays: ['D'] } },
  ),
  row(
    'P17',
    'without a roster it is all that is known',
    DOCTOR,
    [],
    { status: 'ON_LEAVE', leave: ['10:00-12:00 excuses 0:00'] },
    { roster: {} },
  ),
];

const OTHER_SHIFTS: readonly Case[] = [
  row(
    'P18',
    'hours after midnight are those of the night',
    ['D ON_LEAVE 04:00-06:00'],
    ['D 22:00 IN', 'D+1 04:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 22:00',
      out: 'D+1 04:00',
      worked: '6:00',
      leave: ['04:00-06:00 excuses 2:00'],
    },
    { roster: onD({ ...DAY, hours: '22:00-06:00' }) },
  ),
  row(
    'P19',
    'one of two shifts on leave: the other decides',
    ['D ON_LEAVE 08:00-12:00'],
    ['D 13:00 IN', 'D 17:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 13:00',
      out: 'D 17:00',
      worked: '4:00',
      shifts: ['am ON_LEAVE', 'pm PRESENT'],
      leave: ['08:00-12:00 excuses 4:00'],
    },
    {
      roster: onD(
        { id: 'am', hours: '08:00-12:00', after: '0:00' },
        { id: 'pm', hours: '13:00-17:00', before: '0:00' },
      ),
    },
  ),
  row(
    'P20',
    'a target is lowered by it',
    DOCTOR,
    AROUND,
    { status: 'PRESENT', ...AROUND_IT, leave: TWO_HOURS },
    { roster: onD({ ...DAY, hours: '06:00-20:00', target: '8:00', core: '10:00-15:00' }) },
  ),
  row(
    'P20',
    'leave as long as the target is leave for all of it',
    ['D ON_LEAVE 08:00-18:00'],
    [],
    { status: 'ON_LEAVE', leave: ['08:00-18:00 excuses 8:00'] },
    { roster: onD({ ...DAY, hours: '06:00-20:00', target: '8:00' }) },
  ),
  row(
    'P21',
    'where the clocks skip an hour it excuses the time that passed',
    ['D ON_LEAVE 01:00-03:00'],
    ['D 03:00 IN', 'D 05:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 03:00',
      out: 'D 05:00',
      worked: '2:00',
      leave: ['01:00-03:00 excuses 1:00'],
    },
    {
      day: '2026-03-29',
      roster: { zone: 'Europe/Berlin', ...onD({ id: 'day', hours: '01:00-05:00' }) },
    },
  ),
];

const MEANWHILE: readonly Case[] = [
  row(
    'P22',
    'while leave at the start lasts nobody is missing',
    ['D ON_LEAVE 08:00-10:00'],
    [],
    { status: 'SCHEDULED', final: false, next: 'D 10:00' },
    { now: 'D 09:00' },
  ),
  row(
    'P22',
    'from its end on whoever did not come is',
    ['D ON_LEAVE 08:00-10:00'],
    [],
    { status: 'SCHEDULED', final: false, next: 'D 16:00', anomalies: ['NOT_YET_IN'] },
    { now: 'D 10:00' },
  ),
  row(
    'P23',
    'with leave at the end whoever did not come is absent from its start on',
    ['D ON_LEAVE 14:00-16:00'],
    [],
    { status: 'ABSENT' },
    { now: 'D 14:00' },
  ),
  row(
    'P23',
    'whoever is on leave in the middle may come back',
    DOCTOR,
    ['D 08:00 IN', 'D 10:00 OUT'],
    {
      status: 'PRESENT',
      in: 'D 08:00',
      out: 'D 10:00',
      worked: '2:00',
      final: false,
      next: 'D 16:00',
    },
    { now: 'D 11:00' },
  ),
  row(
    'P24',
    'leave for all of the shift is settled before it begins',
    ['D ON_LEAVE 08:00-16:00'],
    [],
    { status: 'ON_LEAVE' },
    { now: 'D 07:00' },
  ),
];

export const LEAVE_TIME_CASES: readonly Case[] = [
  ...MEASURED,
  ...ALL_OF_IT,
  ...OTHER_MARKS,
  ...OTHER_SHIFTS,
  ...MEANWHILE,
];
