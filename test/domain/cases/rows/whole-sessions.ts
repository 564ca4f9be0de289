// Section K: a window says which shift a punch is one of; it never cuts an arrival from its departure.

import type { Case, RosterSetup, ShiftSetup } from '../../support/scenario.js';
import { ABSENT, onlyOnD } from './fixtures.js';

const MARGINS = { before: '2:00', after: '4:00' } as const;
const DAY: ShiftSetup = { id: 'day', hours: '09:00-17:00', ...MARGINS };
const NIGHT: ShiftSetup = { id: 'night', hours: '22:00-06:00', ...MARGINS };
const MORNING: ShiftSetup = { id: 'morning', hours: '06:00-14:00', ...MARGINS };
const LATE: ShiftSetup = { id: 'late', hours: '14:00-22:00', ...MARGINS };

const ON_D: RosterSetup = { shifts: [DAY], assigned: onlyOnD('day') };
const FROM_D: RosterSetup = {
  shifts: [DAY],
  assigned: [{ shifts: ['day'], from: 'D', to: 'D+1' }],
};
const NIGHT_THEN_MORNING: RosterSetup = {
  shifts: [NIGHT, MORNING],
  assigned: [
    { shifts: ['night'], from: 'D', to: 'D' },
    { shifts: ['morning'], from: 'D+1', to: 'D+1' },
  ],
};
const FROM_SEVEN: RosterSetup = {
  shifts: [{ ...DAY, hours: '07:00-16:00' }],
  assigned: onlyOnD('day'),
};

/** A day of one session of its shift. */
function whole(from: string, to: string, worked: string, shift = 'day') {
  const sessions = [`${from} to ${to} ${shift}`];
  return { status: 'PRESENT', in: from, out: to, worked, sessions } as const;
}

const WINDOWS: readonly Case[] = [
  {
    id: 'K1',
    title: 'an arrival before the window is the shift’s, with its departure',
    source: 'Frappe HR, hrms#4194',
    roster: FROM_SEVEN,
    punches: ['D 04:30 IN', 'D 16:00 OUT'],
    days: { D: { ...whole('D 04:30', 'D 16:00', '11:30'), anomalies: ['ARRIVED_BEFORE_WINDOW'] } },
  },
  {
    id: 'K2',
    title: 'a departure after the window is the shift’s, with its arrival',
    source: 'Frappe HR, hrms#788',
    roster: ON_D,
    punches: ['D 08:58 IN', 'D 21:30 OUT'],
    days: { D: { ...whole('D 08:58', 'D 21:30', '12:32'), anomalies: ['LEFT_AFTER_WINDOW'] } },
  },
  {
    id: 'K3',
    title: 'a second before the window is before it, and nothing else',
    source: 'field',
    roster: ON_D,
    punches: ['D 06:59:59 IN', 'D 17:00 OUT'],
    days: {
      D: { ...whole('D 06:59:59', 'D 17:00', '10:00:01'), anomalies: ['ARRIVED_BEFORE_WINDOW'] },
    },
  },
  {
    id: 'K3',
    title: 'around the whole window, both punches outside it',
    source: 'field',
    roster: { shifts: [{ ...DAY, hours: '11:00-13:00' }], assigned: onlyOnD('day') },
    punches: ['D 08:00 IN', 'D 17:30 OUT'],
    days: {
      D: {
        ...whole('D 08:00', 'D 17:30', '9:30'),
        anomalies: ['ARRIVED_BEFORE_WINDOW', 'LEFT_AFTER_WINDOW'],
      },
    },
  },
  {
    id: 'K3',
    title: 'with the breaks in it, also those after the window',
    source: 'field',
    roster: ON_D,
    punches: [
      ...['D 06:30 IN', 'D 12:00 BREAK', 'D 12:30 BACK'],
      ...['D 21:10 BREAK', 'D 21:20 BACK', 'D 22:00 OUT'],
    ],
    days: {
      D: {
        ...whole('D 06:30', 'D 22:00', '14:50'),
        anomalies: ['ARRIVED_BEFORE_WINDOW', 'LEFT_AFTER_WINDOW'],
      },
    },
  },
  {
    id: 'K3',
    title: 'a break ended by the key for arrivals, after the window',
    source: 'field',
    roster: ON_D,
    punches: ['D 09:00 IN', 'D 21:10 BREAK', 'D 21:30 IN', 'D 22:00 OUT'],
    days: { D: { ...whole('D 09:00', 'D 22:00', '12:40'), anomalies: ['LEFT_AFTER_WINDOW'] } },
  },
  {
    id: 'K3',
    title: 'a second session, begun in the window and ended after it',
    source: 'field',
    roster: ON_D,
    punches: ['D 09:00 IN', 'D 17:00 OUT', 'D 20:00 IN', 'D 23:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:00',
        out: 'D 23:00',
        worked: '11:00',
        sessions: ['D 09:00 to D 17:00 day', 'D 20:00 to D 23:00 day'],
        anomalies: ['LEFT_AFTER_WINDOW'],
      },
    },
  },
  {
    id: 'K3',
    title: 'work that has nothing to do with the shift stays outside it',
    source: 'field',
    roster: ON_D,
    punches: [
      'D 04:00 IN',
      'D 05:00 OUT',
      'D 09:00 IN',
      'D 17:00 OUT',
      'D 22:00 IN',
      'D 23:00 OUT',
    ],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 04:00',
        out: 'D 23:00',
        worked: '10:00',
        sessions: ['D 04:00 to D 05:00 -', 'D 09:00 to D 17:00 day', 'D 22:00 to D 23:00 -'],
        anomalies: ['OFF_SHIFT'],
      },
    },
  },
];

const UNTYPED: readonly Case[] = [
  {
    id: 'K1',
    title: 'also by clocks without keys, where each would be left over alone',
    source: 'field',
    roster: FROM_SEVEN,
    punches: ['D 04:30 P', 'D 12:00 P', 'D 12:30 P', 'D 16:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 04:30',
        out: 'D 16:00',
        worked: '11:00',
        sessions: ['D 04:30 to D 12:00 day', 'D 12:30 to D 16:00 day'],
        anomalies: ['ARRIVED_BEFORE_WINDOW'],
      },
    },
  },
  {
    id: 'K2',
    title: 'and after the window',
    source: 'field',
    roster: ON_D,
    punches: ['D 08:58 P', 'D 21:30 P'],
    days: { D: { ...whole('D 08:58', 'D 21:30', '12:32'), anomalies: ['LEFT_AFTER_WINDOW'] } },
  },
  {
    id: 'K2',
    title: 'and where only the departure says what it is',
    source: 'field',
    roster: ON_D,
    punches: ['D 08:58 P', 'D 21:30 OUT'],
    days: { D: { ...whole('D 08:58', 'D 21:30', '12:32'), anomalies: ['LEFT_AFTER_WINDOW'] } },
  },
  {
    id: 'K2',
    title: 'and where nobody heeds the keys',
    source: 'field',
    roster: {
      shifts: [{ ...DAY, rules: { pairing: 'ALTERNATING' } }],
      assigned: onlyOnD('day'),
    },
    punches: ['D 08:58 OUT', 'D 21:30 OUT'],
    days: { D: { ...whole('D 08:58', 'D 21:30', '12:32'), anomalies: ['LEFT_AFTER_WINDOW'] } },
  },
  {
    id: 'K5',
    title: 'a forgotten departure does not reach for the next morning’s arrival',
    source: 'field',
    roster: FROM_D,
    punches: ['D 20:30 P', 'D+1 08:55 P', 'D+1 17:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 20:30',
        late: '11:30',
        anomalies: ['MISSING_OUT', 'LATE_IN'],
      },
      'D+1': whole('D+1 08:55', 'D+1 17:00', '8:05'),
    },
  },
];

const THROUGH: readonly Case[] = [
  {
    id: 'K4',
    title: 'worked through from one date’s shift into the next one’s',
    source: 'field',
    roster: NIGHT_THEN_MORNING,
    punches: ['D 22:00 IN', 'D+1 14:00 OUT'],
    days: {
      D: whole('D 22:00', 'D+1 06:00', '8:00', 'night'),
      'D+1': whole('D+1 06:00', 'D+1 14:00', '8:00', 'morning'),
    },
  },
  {
    id: 'K4',
    title: 'on a break as the one ends and the other begins',
    source: 'field',
    roster: NIGHT_THEN_MORNING,
    punches: ['D 22:00 IN', 'D+1 05:45 BREAK', 'D+1 06:15 BACK', 'D+1 13:00 OUT'],
    days: {
      D: whole('D 22:00', 'D+1 06:00', '7:45', 'night'),
      'D+1': {
        ...whole('D+1 06:00', 'D+1 13:00', '6:45', 'morning'),
        early: '1:00',
        anomalies: ['EARLY_OUT'],
      },
    },
  },
  {
    id: 'K4',
    title: 'from before the first window to after the second',
    source: 'field',
    roster: {
      shifts: [
        { ...MORNING, hours: '09:00-13:00' },
        { ...LATE, hours: '13:00-17:00' },
      ],
      assigned: onlyOnD('morning', 'late'),
    },
    punches: ['D 06:30 IN', 'D 21:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 06:30',
        out: 'D 21:30',
        worked: '15:00',
        sessions: ['D 06:30 to D 13:00 morning', 'D 13:00 to D 21:30 late'],
        anomalies: ['ARRIVED_BEFORE_WINDOW', 'LEFT_AFTER_WINDOW'],
      },
    },
  },
  {
    id: 'K4',
    title: 'through three of them, without a punch in the middle one',
    source: 'field',
    roster: {
      shifts: [
        { ...MORNING, hours: '06:00-10:00' },
        { ...DAY, hours: '10:00-14:00' },
        { ...LATE, hours: '14:00-18:00' },
      ],
      assigned: onlyOnD('morning', 'day', 'late'),
    },
    punches: ['D 06:00 IN', 'D 18:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 06:00',
        out: 'D 18:00',
        worked: '12:00',
        sessions: [
          'D 06:00 to D 10:00 morning',
          'D 10:00 to D 14:00 day',
          'D 14:00 to D 18:00 late',
        ],
      },
    },
  },
  {
    id: 'K4',
    title: 'where there is time between two shifts it is one session, and nobody is absent',
    source: 'field',
    roster: {
      shifts: [
        { ...MORNING, hours: '08:00-12:00' },
        { ...LATE, hours: '13:00-17:00' },
      ],
      assigned: onlyOnD('morning', 'late'),
    },
    punches: ['D 08:00 IN', 'D 17:00 OUT'],
    days: {
      D: {
        ...whole('D 08:00', 'D 17:00', '9:00', 'morning'),
        shifts: ['morning PRESENT', 'late PRESENT'],
        anomalies: ['LEFT_AFTER_WINDOW'],
      },
    },
  },
];

const RETURNS: readonly Case[] = [
  {
    id: 'K2',
    title: 'a repetition by another key is no departure',
    source: 'field',
    roster: {
      shifts: [{ ...DAY, rules: { repeat: '0:01', repeatsAnyKind: true } }],
      assigned: onlyOnD('day'),
    },
    punches: ['D 08:57:10 IN', 'D 08:57:14 OUT', 'D 21:30 OUT'],
    days: {
      D: {
        ...whole('D 08:57:10', 'D 21:30', '12:32:50'),
        anomalies: ['DUPLICATE_PUNCH', 'LEFT_AFTER_WINDOW'],
      },
    },
  },
  {
    id: 'K3',
    title: 'a break within the window, ended by the key for arrivals after it',
    source: 'field',
    roster: ON_D,
    punches: ['D 09:00 IN', 'D 20:45 BREAK', 'D 21:15 IN', 'D 21:30 OUT'],
    days: { D: { ...whole('D 09:00', 'D 21:30', '12:00'), anomalies: ['LEFT_AFTER_WINDOW'] } },
  },
  {
    id: 'K3',
    title: 'a break before the window, ended by the key for arrivals in it',
    source: 'field',
    roster: ON_D,
    punches: ['D 06:00 IN', 'D 06:45 BREAK', 'D 07:15 IN', 'D 17:00 OUT'],
    days: { D: { ...whole('D 06:00', 'D 17:00', '10:30'), anomalies: ['ARRIVED_BEFORE_WINDOW'] } },
  },
  {
    id: 'K4',
    title: 'a break over the touch of two shifts, ended by the key for arrivals',
    source: 'field',
    roster: { shifts: [MORNING, LATE], assigned: onlyOnD('morning', 'late') },
    punches: ['D 06:00 IN', 'D 13:50 BREAK', 'D 14:10 IN', 'D 22:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 06:00',
        out: 'D 22:00',
        worked: '15:40',
        sessions: ['D 06:00 to D 14:00 morning', 'D 14:00 to D 22:00 late'],
      },
    },
  },
  {
    id: 'K4',
    title: 'nothing is counted twice where a second departure is punched',
    source: 'field',
    roster: {
      shifts: [
        { ...MORNING, hours: '09:00-10:15', before: '0:15' },
        { ...LATE, hours: '10:15-14:15' },
      ],
      assigned: onlyOnD('morning', 'late'),
    },
    punches: ['D 08:40 IN', 'D 12:00 OUT', 'D 12:15 OUT'],
    days: {
      D: {
        status: 'HALF_DAY',
        in: 'D 08:40',
        out: 'D 12:15',
        worked: '3:20',
        sessions: ['D 08:40 to D 12:00 morning', '? to D 12:15 morning'],
        shifts: ['morning PRESENT', 'late ABSENT'],
        anomalies: ['MISSING_IN', 'ARRIVED_BEFORE_WINDOW'],
      },
    },
  },
  {
    id: 'K4',
    title: 'a short longest session does not end work through shifts that touch',
    source: 'field',
    roster: {
      shifts: [
        { ...MORNING, maxSession: '10:00' },
        { ...LATE, maxSession: '10:00' },
      ],
      assigned: onlyOnD('morning', 'late'),
    },
    punches: ['D 06:00 IN', 'D 17:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 06:00',
        out: 'D 17:00',
        worked: '11:00',
        early: '5:00',
        sessions: ['D 06:00 to D 14:00 morning', 'D 14:00 to D 17:00 late'],
        anomalies: ['EARLY_OUT'],
      },
    },
  },
  {
    id: 'K2',
    title: 'of the shift whose hours it shares most, also within the window of another',
    source: 'field',
    roster: {
      shifts: [NIGHT, DAY],
      assigned: [
        { shifts: ['night'], from: 'D', to: 'D' },
        { shifts: ['day'], from: 'D+1', to: 'D+1' },
      ],
    },
    punches: ['D 22:00 IN', 'D+1 06:00 OUT', 'D+1 06:45 IN', 'D+1 10:00 OUT'],
    days: {
      D: whole('D 22:00', 'D+1 06:00', '8:00', 'night'),
      'D+1': {
        ...whole('D+1 06:45', 'D+1 10:00', '3:15'),
        early: '7:00',
        anomalies: ['EARLY_OUT', 'ARRIVED_BEFORE_WINDOW'],
      },
    },
  },
];

const ENDS: readonly Case[] = [
  {
    id: 'K5',
    title: 'a later arrival ends the search for a departure',
    source: 'field',
    roster: FROM_D,
    punches: ['D 09:00 IN', 'D+1 09:00 IN', 'D+1 17:00 OUT'],
    days: {
      D: { status: 'PRESENT', in: 'D 09:00', anomalies: ['MISSING_OUT'] },
      'D+1': whole('D+1 09:00', 'D+1 17:00', '8:00'),
    },
  },
  {
    id: 'K6',
    title: 'longer than 16 hours is no session',
    source: 'Odoo',
    roster: FROM_D,
    punches: ['D 09:00 IN', 'D+1 03:00 OUT'],
    days: {
      D: { status: 'PRESENT', in: 'D 09:00', anomalies: ['MISSING_OUT'] },
      'D+1': {
        status: 'ABSENT',
        out: 'D+1 03:00',
        anomalies: ['MISSING_IN', 'OFF_SHIFT'],
        sessions: ['? to D+1 03:00 -'],
      },
    },
  },
  {
    id: 'K6',
    title: 'exactly 16 hours is one',
    source: 'field',
    roster: FROM_D,
    punches: ['D 09:00 IN', 'D+1 01:00 OUT'],
    days: {
      D: { ...whole('D 09:00', 'D+1 01:00', '16:00'), anomalies: ['LEFT_AFTER_WINDOW'] },
      'D+1': ABSENT,
    },
  },
  {
    id: 'K6',
    title: 'the longest session is a setting of the shift: longer',
    source: 'field',
    roster: { shifts: [{ ...DAY, maxSession: '20:00' }], assigned: onlyOnD('day') },
    punches: ['D 09:00 IN', 'D+1 03:00 OUT'],
    days: { D: { ...whole('D 09:00', 'D+1 03:00', '18:00'), anomalies: ['LEFT_AFTER_WINDOW'] } },
  },
  {
    id: 'K6',
    title: 'or shorter, within its window too',
    source: 'field',
    roster: { shifts: [{ ...DAY, maxSession: '10:00' }], assigned: onlyOnD('day') },
    punches: ['D 08:00 IN', 'D 18:00:01 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 18:00:01',
        anomalies: ['MISSING_IN', 'MISSING_OUT'],
        sessions: ['D 08:00 to ? day', '? to D 18:00:01 day'],
      },
    },
  },
  {
    id: 'K6',
    title: 'a departure too late for the first arrival is that of a second one',
    source: 'field',
    roster: { shifts: [{ ...DAY, maxSession: '10:00' }], assigned: onlyOnD('day') },
    punches: ['D 07:30 IN', 'D 12:00 IN', 'D 18:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:30',
        out: 'D 18:00',
        worked: '6:00',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 07:30 to ? day', 'D 12:00 to D 18:00 day'],
      },
    },
  },
];

export const WHOLE_SESSION_CASES: readonly Case[] = [
  ...WINDOWS,
  ...UNTYPED,
  ...THROUGH,
  ...RETURNS,
  ...ENDS,
];
