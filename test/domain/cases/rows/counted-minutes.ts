// Section M: which minutes count.

import type { Case, RosterSetup, ShiftSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

/** 09:00 to 18:00 on D. */
function nineToSix(rules: Partial<ShiftSetup>): RosterSetup {
  const shift = { id: 'day', hours: '09:00-18:00', before: '2:00', after: '4:00', ...rules };
  return { shifts: [shift], assigned: onlyOnD() };
}

const PLANNED = { countFromStart: true, countToEnd: true } as const;
const LONG_OVERTIME = { countFromStart: true, minOvertime: '0:30' } as const;
const source = 'hrms#4088, timetrack#147, manuals of nine systems';

/** In and out once. */
function present(from: string, to: string, worked: string, uncounted?: string) {
  const day = { status: 'PRESENT', in: `D ${from}`, out: `D ${to}`, worked } as const;
  return {
    punches: [`D ${from} IN`, `D ${to} OUT`],
    days: { D: uncounted === undefined ? day : { ...day, uncounted } },
  };
}

const WITHIN_THE_PLAN: readonly Case[] = [
  {
    id: 'M1',
    title: 'work counts from the planned start, and the arrival is shown as punched',
    source,
    roster: nineToSix(PLANNED),
    ...present('08:32', '18:00', '9:00', '0:28'),
  },
  {
    id: 'M1',
    title: 'and to the planned end',
    source,
    roster: nineToSix(PLANNED),
    ...present('08:32', '18:20', '9:00', '0:48'),
  },
  {
    id: 'M1',
    title: 'all of it counts unless the shift says otherwise',
    source,
    roster: nineToSix({}),
    ...present('08:32', '18:00', '9:28'),
  },
  {
    id: 'M1',
    title: 'rounding does not lead back before the start',
    source,
    roster: nineToSix({ ...PLANNED, hours: '09:10-18:00', rules: { roundIn: 'DOWN 0:15' } }),
    ...present('09:00', '18:00', '8:50', '0:10'),
  },
  {
    id: 'M1',
    title: 'a break outside the planned time is none, one across its start counts in part',
    source,
    roster: nineToSix(PLANNED),
    punches: ['D 08:00 IN', 'D 08:50 BREAK', 'D 09:10 BACK', 'D 18:00 OUT'],
    days: {
      D: { status: 'PRESENT', in: 'D 08:00', out: 'D 18:00', worked: '8:50', uncounted: '0:50' },
    },
  },
  {
    id: 'M1',
    title: 'a session wholly before the start does not count',
    source,
    roster: nineToSix(PLANNED),
    punches: ['D 07:30 IN', 'D 08:30 OUT', 'D 08:50 IN', 'D 18:00 OUT'],
    days: {
      D: { status: 'PRESENT', in: 'D 07:30', out: 'D 18:00', worked: '9:00', uncounted: '1:10' },
    },
  },
  {
    id: 'M1',
    title: 'on a holiday nothing was planned: all of it counts',
    source,
    roster: { ...nineToSix(PLANNED), holidays: ['D'] },
    punches: ['D 08:32 IN', 'D 12:00 OUT'],
    days: {
      D: {
        status: 'HOLIDAY',
        in: 'D 08:32',
        out: 'D 12:00',
        worked: '3:28',
        anomalies: ['WORKED_ON_HOLIDAY'],
      },
    },
  },
  {
    id: 'M2',
    title: 'who comes late is late by exactly that, and loses exactly that',
    source,
    roster: nineToSix(PLANNED),
    punches: ['D 09:03 IN', 'D 18:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:03',
        out: 'D 18:00',
        worked: '8:57',
        late: '0:03',
        anomalies: ['LATE_IN'],
      },
    },
  },
];

const OVERTIME: readonly Case[] = [
  {
    id: 'M3',
    title: 'twenty minutes after the end are too few to count',
    source,
    roster: nineToSix(LONG_OVERTIME),
    ...present('08:50', '18:20', '9:00', '0:30'),
  },
  {
    id: 'M3',
    title: 'forty-five count, all of them',
    source,
    roster: nineToSix(LONG_OVERTIME),
    ...present('08:50', '18:45', '9:45', '0:10'),
  },
  {
    id: 'M3',
    title: 'exactly thirty do not exceed thirty',
    source,
    roster: nineToSix(LONG_OVERTIME),
    ...present('09:00', '18:30', '9:00', '0:30'),
  },
];

const FIRST_HALF_AWAY = {
  status: 'ON_LEAVE',
  origin: 'MARKED',
  portion: 'FIRST_HALF',
} as const;

const HALF_DAYS: readonly Case[] = [
  {
    id: 'M7',
    title: 'half of the day needs half of the time',
    source: 'hrms#4883',
    roster: nineToSix({ absentThreshold: '4:00', earlyGrace: '1:00', lateGrace: '1:00' }),
    marks: ['D ON_LEAVE FIRST_HALF'],
    punches: ['D 14:00 IN', 'D 17:30 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        otherHalf: 'PRESENT',
        in: 'D 14:00',
        out: 'D 17:30',
        worked: '3:30',
      },
    },
  },
  {
    id: 'M7',
    title: 'less than half of it is an absence from that half',
    source: 'hrms#4883',
    roster: nineToSix({ absentThreshold: '4:00', lateGrace: '3:00' }),
    marks: ['D ON_LEAVE FIRST_HALF'],
    punches: ['D 16:01 IN', 'D 18:00 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        otherHalf: 'ABSENT',
        in: 'D 16:01',
        out: 'D 18:00',
        worked: '1:59',
      },
    },
  },
  {
    id: 'M8',
    title: 'whoever has the first half off is late from where the halves meet',
    source: 'field',
    roster: nineToSix({ halvesMeet: '13:30' }),
    marks: ['D ON_LEAVE FIRST_HALF'],
    punches: ['D 15:00 IN', 'D 18:00 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        otherHalf: 'PRESENT',
        in: 'D 15:00',
        out: 'D 18:00',
        worked: '3:00',
        late: '1:30',
        anomalies: ['LATE_IN'],
      },
    },
  },
  {
    id: 'M8',
    title: 'which is the middle, unless the shift says so',
    source: 'field',
    roster: nineToSix({ hours: '08:00-18:00' }),
    marks: ['D ON_LEAVE FIRST_HALF'],
    punches: ['D 13:01 IN', 'D 18:00 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        otherHalf: 'PRESENT',
        in: 'D 13:01',
        out: 'D 18:00',
        worked: '4:59',
        late: '0:01',
        anomalies: ['LATE_IN'],
      },
    },
  },
  {
    id: 'M8',
    title: 'with the second half off, leaving before they meet is early',
    source: 'field',
    roster: nineToSix({ halvesMeet: '13:00' }),
    marks: ['D ON_LEAVE SECOND_HALF'],
    punches: ['D 09:00 IN', 'D 12:30 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        portion: 'SECOND_HALF',
        otherHalf: 'PRESENT',
        in: 'D 09:00',
        out: 'D 12:30',
        worked: '3:30',
        early: '0:30',
        anomalies: ['EARLY_OUT'],
      },
    },
  },
  {
    id: 'M8',
    title: 'by night they meet after midnight',
    source: 'field',
    roster: nineToSix({ hours: '22:00-06:00', halvesMeet: '01:00' }),
    marks: ['D ON_LEAVE FIRST_HALF'],
    punches: ['D+1 01:10 IN', 'D+1 06:00 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        otherHalf: 'PRESENT',
        in: 'D+1 01:10',
        out: 'D+1 06:00',
        worked: '4:50',
        late: '0:10',
        anomalies: ['LATE_IN'],
      },
    },
  },
];

/** From 08:00 to 08:00, on D and the two dates after it. */
const AROUND_THE_CLOCK: RosterSetup = {
  shifts: [{ id: 'day', hours: '08:00-08:00', before: '0:00', after: '0:00' }],
  assigned: [{ shifts: ['day'], from: 'D', to: 'D+2' }],
};

function around(from: string, to: string, worked: string) {
  return { status: 'PRESENT', in: from, out: to, worked } as const;
}

/** M5: outside shifts, dates begin at 04:00. */
const LATE_EVENINGS: readonly Case[] = [
  {
    id: 'M5',
    title: 'before the date begins, work is that of the date before',
    source: 'Square, Jibble, UKG',
    roster: { offShift: { dayStart: '4:00' } },
    punches: ['D+1 00:30 IN', 'D+1 03:30 OUT'],
    days: { D: around('D+1 00:30', 'D+1 03:30', '3:00') },
  },
  {
    id: 'M5',
    title: 'from that moment on, of the date itself',
    source: 'the same',
    roster: { offShift: { dayStart: '4:00' } },
    punches: ['D+1 04:00 IN', 'D+1 07:00 OUT'],
    days: { 'D+1': around('D+1 04:00', 'D+1 07:00', '3:00') },
  },
  {
    id: 'M5',
    title: 'and a session through it is split there, not at midnight',
    source: 'the same',
    roster: { offShift: { dayStart: '4:00', attribution: 'SPLIT_AT_MIDNIGHT' } },
    punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    days: {
      D: around('D 22:00', 'D+1 04:00', '6:00'),
      'D+1': around('D+1 04:00', 'D+1 06:00', '2:00'),
    },
  },
  {
    id: 'M5',
    title: 'work belongs to the date on which it ended',
    source: 'the same',
    roster: { offShift: { dayStart: '4:00', attribution: 'END_DATE' } },
    punches: ['D 20:00 IN', 'D+1 03:00 OUT', 'D+1 20:00 IN', 'D+2 05:00 OUT'],
    days: {
      D: around('D 20:00', 'D+1 03:00', '7:00'),
      'D+2': around('D+1 20:00', 'D+2 05:00', '9:00'),
    },
  },
];

const DAYS_AND_NIGHTS: readonly Case[] = [
  {
    id: 'M4',
    title: 'a shift of 24 hours counts for the date on which it begins',
    source: 'kimai#4230',
    roster: { ...AROUND_THE_CLOCK, assigned: onlyOnD() },
    punches: ['D 08:00 IN', 'D+1 08:00 OUT'],
    days: { D: around('D 08:00', 'D+1 08:00', '24:00') },
  },
  {
    id: 'M4',
    title: 'some minutes early and late are of it, although it has no margins',
    source: 'kimai#4230',
    roster: { ...AROUND_THE_CLOCK, assigned: onlyOnD() },
    punches: ['D 07:55 IN', 'D+1 08:10 OUT'],
    days: {
      D: {
        ...around('D 07:55', 'D+1 08:10', '24:15'),
        anomalies: ['ARRIVED_BEFORE_WINDOW', 'LEFT_AFTER_WINDOW', 'LONGER_THAN_A_DAY'],
      },
    },
  },
  {
    id: 'M4',
    title: 'back to back on many dates',
    source: 'kimai#4230',
    roster: AROUND_THE_CLOCK,
    punches: [
      ...['D 08:00 IN', 'D+1 08:00 OUT', 'D+1 08:00 IN', 'D+2 08:00 OUT'],
      ...['D+2 08:00 IN', 'D+3 08:00 OUT'],
    ],
    days: {
      D: around('D 08:00', 'D+1 08:00', '24:00'),
      'D+1': around('D+1 08:00', 'D+2 08:00', '24:00'),
      'D+2': around('D+2 08:00', 'D+3 08:00', '24:00'),
    },
  },
];

/** 8 hours between 06:00 and 20:00, with core time from 10:00 to 15:00. */
function flexible(rules: Partial<ShiftSetup> = {}): RosterSetup {
  return nineToSix({ hours: '06:00-20:00', target: '8:00', core: '10:00-15:00', ...rules });
}

const FLEXIBLE_SOURCE = 'manuals of Kimai, Odoo, Timetac';

const FLEXIBLE: readonly Case[] = [
  {
    id: 'M6',
    title: 'who comes within the frame, before the core time, is not late',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    punches: ['D 07:10 IN', 'D 15:40 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:10',
        out: 'D 15:40',
        worked: '8:30',
        plannedWork: '8:00',
      },
    },
  },
  {
    id: 'M6',
    title: 'who comes after the start of the core time is late by that',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    punches: ['D 10:20 IN', 'D 18:50 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 10:20',
        out: 'D 18:50',
        worked: '8:30',
        late: '0:20',
        anomalies: ['LATE_IN'],
      },
    },
  },
  {
    id: 'M6',
    title: 'who leaves before the end of the core time is early, and short of the target',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    punches: ['D 07:00 IN', 'D 14:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:00',
        out: 'D 14:30',
        worked: '7:30',
        early: '0:30',
        short: '0:30',
        anomalies: ['EARLY_OUT', 'BELOW_TARGET'],
      },
    },
  },
  {
    id: 'M6',
    title: 'without core time nobody is late or early, whatever the hours',
    source: FLEXIBLE_SOURCE,
    roster: nineToSix({ hours: '06:00-20:00', target: '8:00' }),
    punches: ['D 11:59 IN', 'D 19:59 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 11:59', out: 'D 19:59', worked: '8:00' } },
  },
  {
    id: 'M6',
    title: 'a target missed by no more than the grace is met',
    source: FLEXIBLE_SOURCE,
    roster: flexible({ earlyGrace: '0:05' }),
    punches: ['D 08:00 IN', 'D 15:55 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 08:00', out: 'D 15:55', worked: '7:55' } },
  },
  {
    id: 'M6',
    title: 'a break within the core time is none of its ends',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    punches: ['D 09:00 IN', 'D 12:00 OUT', 'D 13:00 IN', 'D 18:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 09:00', out: 'D 18:00', worked: '8:00' } },
  },
  {
    id: 'M6',
    title: 'thresholds are as of any shift',
    source: FLEXIBLE_SOURCE,
    roster: flexible({ halfDayThreshold: '6:00', absentThreshold: '2:00' }),
    punches: ['D 10:00 IN', 'D 15:00 OUT'],
    days: {
      D: {
        status: 'HALF_DAY',
        in: 'D 10:00',
        out: 'D 15:00',
        worked: '5:00',
        short: '3:00',
        anomalies: ['BELOW_TARGET'],
      },
    },
  },
  {
    id: 'M6',
    title: 'half a day of leave halves the target, and the core time begins where the halves meet',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    marks: ['D ON_LEAVE FIRST_HALF'],
    punches: ['D 12:40 IN', 'D 16:10 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        otherHalf: 'PRESENT',
        in: 'D 12:40',
        out: 'D 16:10',
        worked: '3:30',
        late: '0:10',
        short: '0:30',
        anomalies: ['LATE_IN', 'BELOW_TARGET'],
      },
    },
  },
  {
    id: 'M6',
    title: 'a day of leave has no target',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    marks: ['D ON_LEAVE'],
    punches: ['D 10:30 IN', 'D 11:00 OUT'],
    days: {
      D: {
        status: 'ON_LEAVE',
        origin: 'MARKED',
        in: 'D 10:30',
        out: 'D 11:00',
        worked: '0:30',
        anomalies: ['WORKED_ON_LEAVE'],
      },
    },
  },
  {
    id: 'M6',
    title: 'nobody is missing before the core time begins',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    now: 'D 09:59',
    days: { D: { status: 'SCHEDULED', origin: 'EXPECTED', final: false, next: 'D 10:00' } },
  },
  {
    id: 'M6',
    title: 'who has not come by then is missing until the frame ends',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    now: 'D 10:00',
    days: {
      D: {
        status: 'SCHEDULED',
        origin: 'EXPECTED',
        final: false,
        next: 'D 20:00',
        anomalies: ['NOT_YET_IN'],
      },
    },
  },
  {
    id: 'M6',
    title: 'and then absent',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    now: 'D 20:00',
    days: { D: { status: 'ABSENT', origin: 'EXPECTED' } },
  },
  {
    id: 'M6',
    title: 'until the frame ends, who left may come back for the rest of the target',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    punches: ['D 07:00 IN', 'D 14:30 OUT'],
    now: 'D 19:00',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:00',
        out: 'D 14:30',
        worked: '7:30',
        final: false,
        next: 'D 20:00',
      },
    },
  },
  {
    id: 'M6',
    title: 'whose day lacks nothing, it is final',
    source: FLEXIBLE_SOURCE,
    roster: flexible(),
    punches: ['D 07:00 IN', 'D 15:30 OUT'],
    now: 'D 16:00',
    days: { D: { status: 'PRESENT', in: 'D 07:00', out: 'D 15:30', worked: '8:30' } },
  },
  {
    id: 'M6',
    title: 'by night the core time is after midnight',
    source: FLEXIBLE_SOURCE,
    roster: flexible({ hours: '20:00-08:00', core: '01:00-05:00' }),
    punches: ['D+1 01:10 IN', 'D+1 08:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D+1 01:10',
        out: 'D+1 08:00',
        worked: '6:50',
        late: '0:10',
        short: '1:10',
        anomalies: ['LATE_IN', 'BELOW_TARGET'],
      },
    },
  },
];

const SECOND_HALF_OFF = { holidays: ['D SECOND_HALF'] } as const;
const HALF_HOLIDAY = 'hrms#100, zeiterfassung#1445';
const THRESHOLDS = { halfDayThreshold: '6:00', absentThreshold: '3:00' } as const;

const HALF_HOLIDAYS: readonly Case[] = [
  {
    id: 'M9',
    title: 'half of the date is worked: nothing is missing, thresholds are halved',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix(THRESHOLDS), ...SECOND_HALF_OFF },
    punches: ['D 09:00 IN', 'D 13:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:00',
        out: 'D 13:30',
        worked: '4:30',
        plannedWork: '4:30',
      },
    },
  },
  {
    id: 'M9',
    title: 'less than half of the threshold is an absence',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({ ...THRESHOLDS, earlyGrace: '4:00' }), ...SECOND_HALF_OFF },
    punches: ['D 09:00 IN', 'D 11:59 OUT'],
    days: { D: { status: 'ABSENT', in: 'D 09:00', out: 'D 11:59', worked: '2:59' } },
  },
  {
    id: 'M9',
    title: 'nobody came for the other half',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({}), ...SECOND_HALF_OFF },
    days: { D: { status: 'ABSENT', origin: 'EXPECTED', plannedWork: '4:30' } },
  },
  {
    id: 'M9',
    title: 'which is known when that half is over',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({}), ...SECOND_HALF_OFF },
    now: 'D 13:29',
    days: {
      D: {
        status: 'SCHEDULED',
        origin: 'EXPECTED',
        final: false,
        next: 'D 13:30',
        anomalies: ['NOT_YET_IN'],
      },
    },
  },
  {
    id: 'M9',
    title: 'leaving before the halves meet is early',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({ halvesMeet: '13:00' }), ...SECOND_HALF_OFF },
    punches: ['D 09:00 IN', 'D 12:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:00',
        out: 'D 12:30',
        worked: '3:30',
        early: '0:30',
        plannedWork: '4:00',
        anomalies: ['EARLY_OUT'],
      },
    },
  },
  {
    id: 'M9',
    title: 'a holiday for the first half: who comes for the second is not late',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({}), holidays: ['D FIRST_HALF'] },
    punches: ['D 13:30 IN', 'D 18:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 13:30', out: 'D 18:00', worked: '4:30' } },
  },
  {
    id: 'M9',
    title: 'leave for the first half and a holiday for the second leave nothing to come for',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({}), ...SECOND_HALF_OFF },
    marks: ['D ON_LEAVE FIRST_HALF'],
    days: { D: { ...FIRST_HALF_AWAY, otherHalf: 'HOLIDAY' } },
  },
  {
    id: 'M9',
    title: 'leave for the half that is a holiday leaves the other one',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({}), ...SECOND_HALF_OFF },
    marks: ['D ON_LEAVE SECOND_HALF'],
    punches: ['D 09:00 IN', 'D 13:30 OUT'],
    days: {
      D: {
        ...FIRST_HALF_AWAY,
        portion: 'SECOND_HALF',
        otherHalf: 'PRESENT',
        in: 'D 09:00',
        out: 'D 13:30',
        worked: '4:30',
      },
    },
  },
  {
    id: 'M9',
    title: 'a shift that works on holidays works the whole date',
    source: HALF_HOLIDAY,
    roster: { ...nineToSix({ worksOnHolidays: true }), ...SECOND_HALF_OFF },
    punches: ['D 09:00 IN', 'D 18:00 OUT'],
    days: {
      D: { status: 'PRESENT', in: 'D 09:00', out: 'D 18:00', worked: '9:00', plannedWork: '9:00' },
    },
  },
  {
    id: 'M9',
    title: 'of two shifts the later one is off',
    source: HALF_HOLIDAY,
    roster: {
      shifts: [
        { id: 'early', hours: '06:00-10:00' },
        { id: 'late', hours: '14:00-18:00' },
      ],
      assigned: onlyOnD('early', 'late'),
      ...SECOND_HALF_OFF,
    },
    punches: ['D 06:00 IN', 'D 10:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 06:00',
        out: 'D 10:00',
        worked: '4:00',
        plannedWork: '4:00',
        shifts: ['early PRESENT', 'late HOLIDAY'],
      },
    },
  },
  {
    id: 'M9',
    title: 'of flexible hours the target is halved',
    source: HALF_HOLIDAY,
    roster: { ...flexible(), ...SECOND_HALF_OFF },
    punches: ['D 08:00 IN', 'D 12:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 12:30',
        worked: '4:30',
        plannedWork: '4:00',
      },
    },
  },
];

export const COUNTED_MINUTES_CASES: readonly Case[] = [
  ...LATE_EVENINGS,
  ...DAYS_AND_NIGHTS,
  ...WITHIN_THE_PLAN,
  ...OVERTIME,
  ...HALF_DAYS,
  ...FLEXIBLE,
  ...HALF_HOLIDAYS,
];
