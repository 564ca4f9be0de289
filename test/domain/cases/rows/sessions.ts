// Section E: sessions never overlap. What a clock would refuse as a command is here as facts:
// kept, flagged, and never counted twice.

import type { Case } from '../../support/scenario.js';
import { DAY_SHIFT, onlyOnD } from './fixtures.js';

const ODOO = 'Odoo';
const ORANGEHRM = 'OrangeHRM';
const TIMETREX = 'TimeTrex';

const BOTH_ENDS_MISSING = ['MISSING_IN', 'MISSING_OUT'] as const;
const EIGHT_TO_THREE = { in: 'D 08:00', out: 'D 15:00', worked: '7:00' } as const;

const OVERLAPS: readonly Case[] = [
  {
    id: 'E1',
    title: 'a departure before the arrival',
    source: ODOO,
    roster: {},
    punches: ['D 12:00 IN', 'D 11:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 12:00',
        out: 'D 11:00',
        anomalies: BOTH_ENDS_MISSING,
        sessions: ['? to D 11:00 -', 'D 12:00 to ? -'],
      },
    },
  },
  {
    id: 'E2',
    title: 'an arrival of somebody who is in: the first one keeps its session',
    source: ODOO,
    roster: {},
    punches: ['D 10:00 IN', 'D 11:00 IN'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 10:00',
        anomalies: ['MISSING_OUT', 'DUPLICATE_PUNCH'],
        sessions: ['D 10:00 to ? -'],
      },
    },
  },
  {
    id: 'E2',
    title: 'and the departure ends it',
    source: ODOO,
    roster: {},
    punches: ['D 10:00 IN', 'D 11:00 IN', 'D 12:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 10:00',
        out: 'D 12:00',
        worked: '2:00',
        anomalies: ['DUPLICATE_PUNCH'],
        sessions: ['D 10:00 to D 12:00 -'],
      },
    },
  },
  {
    id: 'E3',
    title: 'two spans that overlap: the first counts, nothing counts twice',
    source: ODOO,
    roster: {},
    punches: ['D 07:30 IN', 'D 09:00 OUT', 'D 08:30 IN', 'D 09:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:30',
        out: 'D 09:30',
        worked: '1:30',
        anomalies: ['MISSING_IN', 'DUPLICATE_PUNCH'],
        sessions: ['D 07:30 to D 09:00 -', '? to D 09:30 -'],
      },
    },
  },
  {
    id: 'E5',
    title: 'an arrival at the instant of a departure: sessions may touch',
    source: 'Odoo #18444, Frappe HR #621',
    roster: {},
    punches: ['D 08:00 IN', 'D 09:00 OUT', 'D 09:00 IN', 'D 10:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 10:00',
        worked: '2:00',
        sessions: ['D 08:00 to D 09:00 -', 'D 09:00 to D 10:00 -'],
      },
    },
  },
  {
    id: 'E5',
    title: 'also when the sessions are as long as the pause that begins a new stretch',
    source: 'Odoo #18444, Frappe HR #621',
    roster: {},
    punches: [
      'D 08:00 IN',
      'D 13:00 OUT',
      'D 13:00 IN',
      'D 18:00 OUT',
      'D 18:00 IN',
      'D 20:00 OUT',
    ],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 20:00',
        worked: '12:00',
        sessions: ['D 08:00 to D 13:00 -', 'D 13:00 to D 18:00 -', 'D 18:00 to D 20:00 -'],
      },
    },
  },
  {
    id: 'E6',
    title: 'an arrival days after one without a departure starts anew',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: {},
    punches: ['D 10:00 IN', 'D+4 10:22 IN'],
    now: 'D+4 11:00',
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 10:00',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 10:00 to ? -'],
      },
      'D+4': {
        status: 'PRESENT',
        in: 'D+4 10:22',
        final: false,
        next: 'D+5 02:22',
        sessions: ['D+4 10:22 to ? -'],
      },
    },
  },
  {
    id: 'E7',
    title: 'an arrival within a session that is over',
    source: ORANGEHRM,
    day: '2022-01-24',
    roster: { zone: 'Asia/Kolkata' },
    punches: ['D 14:55 IN', 'D 15:00 OUT', 'D 14:58 IN'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 14:55',
        out: 'D 15:00',
        worked: '0:05',
        anomalies: ['DUPLICATE_PUNCH'],
        sessions: ['D 14:55 to D 15:00 -'],
      },
    },
  },
  {
    id: 'E9',
    title: 'a departure of somebody who never came',
    source: ORANGEHRM,
    roster: {},
    punches: ['D 15:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        out: 'D 15:00',
        anomalies: ['MISSING_IN'],
        sessions: ['? to D 15:00 -'],
      },
    },
  },
  {
    id: 'E10',
    title: 'a departure on the morning of an afternoon arrival',
    source: ORANGEHRM,
    day: '2022-01-27',
    roster: { zone: 'Asia/Kolkata' },
    punches: ['D 14:53 IN', 'D 09:20 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 14:53',
        out: 'D 09:20',
        anomalies: BOTH_ENDS_MISSING,
        sessions: ['? to D 09:20 -', 'D 14:53 to ? -'],
      },
    },
  },
  {
    id: 'E12',
    title: 'a departure two days late falls into another session and ends only that',
    source: ORANGEHRM,
    day: '2022-04-25',
    roster: {},
    punches: ['D 09:25 IN', 'D+2 10:06 IN', 'D+2 10:30 OUT', 'D+2 15:40+05:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 09:25',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 09:25 to ? -'],
      },
      'D+2': {
        status: 'PRESENT',
        in: 'D+2 10:06',
        out: 'D+2 10:30',
        worked: '0:04',
        anomalies: ['MISSING_IN'],
        sessions: ['D+2 10:06 to D+2 10:10 -', '? to D+2 10:30 -'],
      },
    },
  },
];

const EDITS: readonly Case[] = [
  {
    id: 'E14',
    title: 'an arrival moved into another session leaves its departure alone',
    source: ORANGEHRM,
    day: '2022-02-12',
    roster: {},
    punches: ['D 14:53 IN', 'D 15:49 OUT', 'D 14:55 IN', 'D+1 11:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 14:53',
        out: 'D 15:49',
        worked: '0:56',
        anomalies: ['DUPLICATE_PUNCH'],
        sessions: ['D 14:53 to D 15:49 -'],
      },
      'D+1': {
        status: 'PRESENT',
        out: 'D+1 11:00',
        anomalies: ['MISSING_IN'],
        sessions: ['? to D+1 11:00 -'],
      },
    },
  },
  {
    id: 'E17',
    title: 'an arrival moved half an hour behind its departure',
    source: TIMETREX,
    roster: {},
    punches: ['D 15:30 IN', 'D 15:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 15:30',
        out: 'D 15:00',
        anomalies: BOTH_ENDS_MISSING,
        sessions: ['? to D 15:00 -', 'D 15:30 to ? -'],
      },
    },
  },
  {
    id: 'E17',
    title: 'an arrival moved five hours behind its departure',
    source: TIMETREX,
    roster: {},
    punches: ['D 20:00 IN', 'D 15:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 20:00',
        out: 'D 15:00',
        anomalies: BOTH_ENDS_MISSING,
        sessions: ['? to D 15:00 -', 'D 20:00 to ? -'],
      },
    },
  },
  {
    id: 'E17',
    title: 'a departure moved before its arrival',
    source: TIMETREX,
    roster: {},
    punches: ['D 08:00 IN', 'D 07:30 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 07:30',
        anomalies: BOTH_ENDS_MISSING,
        sessions: ['? to D 07:30 -', 'D 08:00 to ? -'],
      },
    },
  },
  {
    id: 'E18',
    title: 'an arrival added within a session',
    source: TIMETREX,
    roster: {},
    punches: ['D 08:00 IN', 'D 15:00 OUT', 'D 09:00 IN'],
    days: { D: { status: 'PRESENT', ...EIGHT_TO_THREE, anomalies: ['DUPLICATE_PUNCH'] } },
  },
  {
    id: 'E19',
    title: 'an open arrival moved into the session before it',
    source: TIMETREX,
    roster: {},
    punches: ['D 08:00 IN', 'D 15:00 OUT', 'D 14:00 IN'],
    days: { D: { status: 'PRESENT', ...EIGHT_TO_THREE, anomalies: ['DUPLICATE_PUNCH'] } },
  },
  {
    id: 'E20',
    title: 'a second arrival at the instant where two sessions touch',
    source: TIMETREX,
    roster: {},
    punches: [
      'D 08:00 IN by gate-1',
      'D 13:00 OUT by gate-1',
      'D 13:00 IN by gate-1',
      'D 15:00 OUT by gate-1',
      'D 13:00 IN by gate-2',
    ],
    days: { D: { status: 'PRESENT', ...EIGHT_TO_THREE, anomalies: ['DUPLICATE_PUNCH'] } },
  },
  {
    id: 'E20',
    title: 'a second departure at that instant',
    source: TIMETREX,
    roster: {},
    punches: [
      'D 08:00 IN by gate-1',
      'D 13:00 OUT by gate-1',
      'D 13:00 IN by gate-1',
      'D 15:00 OUT by gate-1',
      'D 13:00 OUT by gate-2',
    ],
    days: { D: { status: 'PRESENT', ...EIGHT_TO_THREE, anomalies: ['DUPLICATE_PUNCH'] } },
  },
  {
    id: 'E23',
    title: 'two spans, the first cut into the second: the later arrival is set aside',
    source: TIMETREX,
    roster: {},
    punches: ['D 13:00 IN', 'D 23:00 OUT', 'D 12:00 IN', 'D 13:15 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 12:00',
        out: 'D 23:00',
        worked: '1:15',
        anomalies: ['MISSING_IN', 'DUPLICATE_PUNCH'],
        sessions: ['D 12:00 to D 13:15 -', '? to D 23:00 -'],
      },
    },
  },
  {
    id: 'E24',
    title: 'twelve hours',
    source: TIMETREX,
    roster: {},
    punches: ['D 10:00 IN', 'D 22:00 OUT'],
    days: { D: { status: 'PRESENT', in: 'D 10:00', out: 'D 22:00', worked: '12:00' } },
  },
  {
    id: 'E24',
    title: 'none of them without the departure',
    source: TIMETREX,
    roster: {},
    punches: ['D 10:00 IN'],
    days: { D: { status: 'PRESENT', in: 'D 10:00', anomalies: ['MISSING_OUT'] } },
  },
];

const REPETITIONS: readonly Case[] = [
  {
    id: 'E21',
    title: 'the same arrival twice is one',
    source: TIMETREX,
    roster: {},
    punches: ['D 08:00 IN', 'D 08:00 IN'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        anomalies: ['MISSING_OUT'],
        sessions: ['D 08:00 to ? -'],
      },
    },
  },
  {
    id: 'E21',
    title: 'from two devices they are two, and one is set aside',
    source: TIMETREX,
    roster: {},
    punches: ['D 08:00 IN by gate-1', 'D 08:00 IN by gate-2'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        anomalies: ['MISSING_OUT', 'DUPLICATE_PUNCH'],
        sessions: ['D 08:00 to ? -'],
      },
    },
  },
  {
    id: 'E22',
    title: 'a departure at the instant of its arrival is no session',
    source: TIMETREX,
    roster: {},
    punches: ['D 08:00 IN', 'D 08:00 OUT'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 08:00',
        anomalies: ['MISSING_OUT', 'DUPLICATE_PUNCH'],
        sessions: ['D 08:00 to ? -'],
      },
    },
  },
  {
    id: 'E28',
    title: 'a log sent again, a repeated arrival, a departure after midnight',
    source: 'Horilla #1242, #1227, #985',
    roster: {},
    punches: [
      'D 18:00 IN by gate#1',
      'D 18:05 IN by gate#2',
      'D+1 01:00 OUT by gate#3',
      'D 18:00 IN by gate#1',
      'D 18:05 IN by gate#2',
      'D+1 01:00 OUT by gate#3',
    ],
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
    title: 'the same for an evening shift',
    source: 'Horilla #1242, #1227, #985',
    roster: {
      shifts: [{ ...DAY_SHIFT, id: 'evening', hours: '18:00-01:00' }],
      assigned: onlyOnD('evening'),
    },
    punches: [
      'D 18:00 IN by gate#1',
      'D 18:05 IN by gate#2',
      'D+1 01:00 OUT by gate#3',
      'D 18:00 IN by gate#1',
    ],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 18:00',
        out: 'D+1 01:00',
        worked: '7:00',
        anomalies: ['DUPLICATE_PUNCH'],
        sessions: ['D 18:00 to D+1 01:00 evening'],
      },
    },
  },
  {
    id: 'E29',
    title: 'punches of an undefined kind: the first is the arrival, the last the departure',
    source: 'Horilla #1115',
    roster: {},
    punches: ['D 07:05 P', 'D 17:00 P'],
    days: {
      D: {
        status: 'PRESENT',
        in: 'D 07:05',
        out: 'D 17:00',
        worked: '9:55',
        sessions: ['D 07:05 to D 17:00 -'],
      },
    },
  },
];

export const SESSION_CASES: readonly Case[] = [...OVERLAPS, ...EDITS, ...REPETITIONS];
