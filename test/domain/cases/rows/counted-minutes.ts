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

export const COUNTED_MINUTES_CASES: readonly Case[] = [...WITHIN_THE_PLAN, ...OVERTIME];
