// Section A: a shift's window, grace and thresholds.

import type { Case, ShiftSetup } from '../../support/scenario.js';
import { ABSENT, AT_WORK, DAY_SHIFT, dayShift, onlyOnD, PUNCHED } from './fixtures.js';

const source = 'Frappe HR';

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
    id: 'A3',
    title: 'arriving exactly at the start plus the grace is not late',
    source,
    roster: dayShift({ lateGrace: '1:00' }),
    punches: ['D 09:00 P', 'D 12:00 P'],
    days: { D: { status: 'PRESENT', in: 'D 09:00', out: 'D 12:00', worked: '3:00' } },
  },
  {
    id: 'A3',
    title: 'arriving a second after that is',
    source,
    roster: dayShift({ lateGrace: '1:00' }),
    punches: ['D 09:00:01 P', 'D 12:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:00:01',
        out: 'D 12:00',
        worked: '2:59:59',
        late: '1:00:01',
        anomalies: ['LATE_IN'],
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
    roster: dayShift({ halfDayThreshold: '2:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'HALF_DAY', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A7',
    title: 'below the absent threshold; the time worked is still told',
    source,
    roster: dayShift({ absentThreshold: '2:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'ABSENT', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A8',
    title: 'between the two thresholds',
    source,
    roster: dayShift({ halfDayThreshold: '2:00', absentThreshold: '1:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'HALF_DAY', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A8',
    title: 'below both is absent: that is looked at first',
    source,
    roster: dayShift({ halfDayThreshold: '3:00', absentThreshold: '2:00' }),
    punches: ['D 08:00 P', 'D 09:30 P'],
    days: { D: { status: 'ABSENT', ...LEFT_AT_0930, anomalies: ['EARLY_OUT'] } },
  },
  {
    id: 'A10',
    title: 'exactly the half-day threshold is not below it',
    source,
    roster: dayShift({ halfDayThreshold: '2:00' }),
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
    roster: dayShift({ absentThreshold: '2:00' }),
    punches: ['D 08:00 P'],
    now: 'D 12:59:59',
    days: { D: { status: 'PRESENT', in: 'D 08:00', final: false, next: 'D 13:00' } },
  },
  {
    id: 'A11',
    title: 'a single punch under an absent threshold: absent in the end',
    source,
    roster: dayShift({ absentThreshold: '2:00' }),
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

/** The rows of section A about a shift's hours. */
export const SHIFT_WINDOW_CASES: readonly Case[] = [...GRACE_AND_THRESHOLDS, ...WINDOWS];
