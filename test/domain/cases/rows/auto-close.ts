// Sessions that a rule of their shift closes: this service's own rows beside those of
// forgotten-departures.ts.

import type { Case, DayExpectation, RosterSetup, ShiftSetup } from '../../support/scenario.js';
import { onlyOnD } from './fixtures.js';

/** A morning of four hours; punches until an hour after it. */
function morning(changes: Partial<ShiftSetup> = {}, more: Partial<RosterSetup> = {}): RosterSetup {
  const rules = { autoClose: 'PLANNED_END 0:30', ...changes.rules };
  const shift = { id: 'day', hours: '08:00-12:00', ...changes, rules };
  return { shifts: [shift], assigned: onlyOnD(), ...more };
}

const CLOSED: DayExpectation = {
  status: 'PRESENT',
  in: 'D 08:00',
  out: 'D 12:30',
  worked: '4:30',
  anomalies: ['AUTO_CLOSED'],
  sessions: ['D 08:00 to D 12:30 day'],
};

function row(title: string, roster: RosterSetup, punches: string, D: DayExpectation): Case {
  const told = punches.split(', ').map((punch) => `D ${punch}`);
  return { id: 'closing', title, source: 'this service', roster, punches: told, days: { D } };
}

export const CLOSINGS: readonly Case[] = [
  row('after the planned end and the tolerance', morning(), '08:00 IN', CLOSED),
  {
    ...row('nothing is counted a second before', morning(), '08:00 IN', {
      status: 'PRESENT',
      in: 'D 08:00',
      final: false,
      next: 'D 12:30',
      sessions: ['D 08:00 to ? day'],
    }),
    now: 'D 12:29:59',
  },
  { ...row('all of it is in that second', morning(), '08:00 IN', CLOSED), now: 'D 12:30' },
  row('a departure after it counts instead', morning(), '08:00 IN, 12:50 OUT', {
    status: 'PRESENT',
    in: 'D 08:00',
    out: 'D 12:50',
    worked: '4:50',
  }),
  row('a departure before it is one as ever', morning(), '08:00 IN, 12:10 OUT', {
    status: 'PRESENT',
    in: 'D 08:00',
    out: 'D 12:10',
    worked: '4:10',
  }),
  row('a punch without a kind after it is the departure', morning(), '08:00 P, 12:50 P', {
    status: 'PRESENT',
    in: 'D 08:00',
    out: 'D 12:50',
    worked: '4:50',
  }),
  row('an arrival after it begins another session', morning(), '08:00 IN, 12:40 IN, 12:55 OUT', {
    status: 'PRESENT',
    in: 'D 08:00',
    out: 'D 12:55',
    worked: '4:45',
    anomalies: ['AUTO_CLOSED'],
    sessions: ['D 08:00 to D 12:30 day', 'D 12:40 to D 12:55 day'],
  }),
  row('also in that second', morning(), '08:00 IN, 12:30 IN, 12:55 OUT', {
    ...CLOSED,
    out: 'D 12:55',
    worked: '4:55',
    sessions: ['D 08:00 to D 12:30 day', 'D 12:30 to D 12:55 day'],
  }),
  row('an arrival before it is ignored as ever', morning(), '08:00 IN, 12:20 IN', {
    ...CLOSED,
    anomalies: ['DUPLICATE_PUNCH', 'AUTO_CLOSED'],
  }),
  row('a session that begins after it is closed by no rule', morning(), '12:40 IN', {
    status: 'PRESENT',
    in: 'D 12:40',
    late: '4:40',
    anomalies: ['MISSING_OUT', 'LATE_IN'],
  }),
  row('a break that lasts counts until it', morning(), '08:00 IN, 11:00 BREAK', {
    ...CLOSED,
    worked: '3:00',
    anomalies: ['MISSING_BREAK_END', 'AUTO_CLOSED'],
    breaks: ['D 11:00 to D 12:30 -'],
  }),
  row('whoever is seen later is there: on a break', morning(), '08:00 IN, 12:40 BREAK', {
    status: 'PRESENT',
    in: 'D 08:00',
    anomalies: ['MISSING_OUT'],
    sessions: ['D 08:00 to ? day'],
  }),
  row('and back from one', morning(), '08:00 IN, 11:00 BREAK, 12:40 BACK', {
    status: 'PRESENT',
    in: 'D 08:00',
    anomalies: ['MISSING_OUT'],
  }),
  row(
    'an arrival after it ends no break',
    morning(),
    '08:00 IN, 11:00 BREAK, 12:40 IN, 12:50 OUT',
    {
      status: 'PRESENT',
      in: 'D 08:00',
      out: 'D 12:50',
      worked: '3:10',
      anomalies: ['MISSING_BREAK_END', 'AUTO_CLOSED'],
      sessions: ['D 08:00 to D 12:30 day', 'D 12:40 to D 12:50 day'],
    },
  ),
  row(
    'never after the window, whatever the tolerance',
    morning({ rules: { autoClose: 'PLANNED_END 9:00' } }),
    '08:00 IN',
    { ...CLOSED, out: 'D 13:00', worked: '5:00', sessions: ['D 08:00 to D 13:00 day'] },
  ),
  row(
    'never after the longest session',
    morning({ maxSession: '2:00', rules: { autoClose: 'PLANNED_END 0:30' } }),
    '08:00 IN',
    {
      ...CLOSED,
      out: 'D 10:00',
      worked: '2:00',
      early: '2:00',
      anomalies: ['EARLY_OUT', 'AUTO_CLOSED'],
      sessions: ['D 08:00 to D 10:00 day'],
    },
  ),
  row(
    'required breaks are deducted as from any work',
    morning({ rules: { deduct: ['0:45 after 4:00'] } }),
    '08:00 IN',
    { ...CLOSED, worked: '3:45' },
  ),
  row('rounded as any departure', morning({ rules: { roundOut: 'DOWN 1:00' } }), '08:00 IN', {
    ...CLOSED,
    worked: '4:00',
  }),
  row('work after the end counts only if it ever does', morning({ countToEnd: true }), '08:00 IN', {
    ...CLOSED,
    worked: '4:00',
    uncounted: '0:30',
  }),
  row(
    'from the first arrival',
    morning({ rules: { hours: 'FIRST_IN_TO_LAST_OUT' } }),
    '08:00 IN, 09:00 OUT, 10:00 IN',
    CLOSED,
  ),
  row(
    'whatever key was pressed',
    morning({ rules: { pairing: 'ALTERNATING' } }),
    '08:00 OUT',
    CLOSED,
  ),
  row(
    'after it, an arrival is believed even then',
    morning({ rules: { pairing: 'ALTERNATING' } }),
    '08:00 IN, 12:40 IN, 12:50 IN',
    {
      ...CLOSED,
      out: 'D 12:50',
      worked: '4:40',
      sessions: ['D 08:00 to D 12:30 day', 'D 12:40 to D 12:50 day'],
    },
  ),
  row(
    'on a holiday of half a day, after the half that is worked',
    morning({}, { holidays: ['D SECOND_HALF'] }),
    '08:00 IN',
    { ...CLOSED, out: 'D 10:30', worked: '2:30', sessions: ['D 08:00 to D 10:30 day'] },
  ),
  row('on a holiday nothing is planned', morning({}, { holidays: ['D'] }), '08:00 IN', {
    status: 'HOLIDAY',
    in: 'D 08:00',
    anomalies: ['MISSING_OUT', 'WORKED_ON_HOLIDAY'],
  }),
  {
    ...row('marks do not move it', morning(), '08:00 IN', {
      ...CLOSED,
      status: 'ON_LEAVE',
      origin: 'MARKED',
      portion: 'SECOND_HALF',
      otherHalf: 'PRESENT',
    }),
    marks: ['D ON_LEAVE SECOND_HALF'],
  },
  row(
    'a length after each arrival',
    morning({ rules: { autoClose: 'LENGTH 1:00' } }),
    '08:00 IN, 09:30 IN, 11:30 IN',
    {
      ...CLOSED,
      worked: '3:00',
      sessions: ['D 08:00 to D 09:00 day', 'D 09:30 to D 10:30 day', 'D 11:30 to D 12:30 day'],
    },
  ),
  {
    ...row(
      'after a length, the employee may come back before the end',
      morning({ rules: { autoClose: 'LENGTH 1:00' } }),
      '08:00 IN',
      {
        ...CLOSED,
        out: 'D 09:00',
        worked: '1:00',
        sessions: ['D 08:00 to D 09:00 day'],
        final: false,
        next: 'D 12:00',
      },
    ),
    now: 'D 09:00',
  },
  row(
    'each of two shifts by its own end',
    {
      shifts: [
        { id: 'a', hours: '08:00-12:00', rules: { autoClose: 'PLANNED_END 0:10' } },
        { id: 'b', hours: '14:00-18:00', rules: { autoClose: 'PLANNED_WORK 0:20' } },
      ],
      assigned: onlyOnD('a', 'b'),
    },
    '08:00 IN, 14:00 IN',
    {
      status: 'PRESENT',
      in: 'D 08:00',
      out: 'D 18:20',
      worked: '8:30',
      anomalies: ['AUTO_CLOSED'],
      sessions: ['D 08:00 to D 12:10 a', 'D 14:00 to D 18:20 b'],
    },
  ),
  {
    ...row(
      'between them, the first is closed and the second is not',
      {
        shifts: [
          { id: 'a', hours: '08:00-12:00', rules: { autoClose: 'PLANNED_END 0:10' } },
          { id: 'b', hours: '14:00-18:00', rules: { autoClose: 'PLANNED_WORK 0:20' } },
        ],
        assigned: onlyOnD('a', 'b'),
      },
      '08:00 IN, 14:00 IN',
      {
        status: 'PRESENT',
        in: 'D 08:00',
        out: 'D 12:10',
        worked: '4:10',
        anomalies: ['AUTO_CLOSED'],
        final: false,
        next: 'D 18:20',
        sessions: ['D 08:00 to D 12:10 a', 'D 14:00 to ? b'],
      },
    ),
    now: 'D 15:00',
  },
  {
    ...row(
      'a night in which the clocks go forward: the planned work is what is left of it',
      {
        zone: 'Europe/Berlin',
        shifts: [{ id: 'night', hours: '22:00-06:00', rules: { autoClose: 'PLANNED_WORK 0:30' } }],
        assigned: onlyOnD('night'),
      },
      '22:00 IN',
      {
        status: 'PRESENT',
        in: 'D 22:00',
        out: 'D+1 06:30',
        worked: '7:30',
        anomalies: ['AUTO_CLOSED'],
      },
    ),
    day: '2025-03-29',
  },
  {
    ...row(
      'a length is a length, whatever the clocks show',
      {
        zone: 'Europe/Berlin',
        shifts: [{ id: 'night', hours: '22:00-06:00', rules: { autoClose: 'LENGTH 8:00' } }],
        assigned: onlyOnD('night'),
      },
      '21:30 IN',
      {
        status: 'PRESENT',
        in: 'D 21:30',
        out: 'D+1 04:30',
        worked: '8:00',
        early: '1:30',
        anomalies: ['EARLY_OUT', 'AUTO_CLOSED'],
      },
    ),
    day: '2025-10-25',
  },
  row(
    'at the end of a shift in its own zone',
    morning({ zone: 'Asia/Tokyo' }, { zone: 'Asia/Kolkata' }),
    '04:30 IN',
    { ...CLOSED, in: 'D 04:30', out: 'D 09:00', sessions: ['D 04:30 to D 09:00 day'] },
  ),
];
