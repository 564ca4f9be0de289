// The cases of corrections that are made together: judged by what they come to, in any order.

import type { RosterSetup } from '../domain/support/scenario.js';
import { type ClockCase, describeClockCases } from './support/clock-case.js';

const NIGHTS: RosterSetup = {
  shifts: [{ id: 'night', hours: '22:00-06:00' }],
  assigned: [{ shifts: ['night'], from: 'D' }],
};
const WHOLE: RosterSetup = {
  shifts: [{ id: 'day', hours: '08:00-17:00', rules: { hours: 'FIRST_IN_TO_LAST_OUT' } }],
  assigned: [{ shifts: ['day'], from: 'D-1' }],
};
const UNHEEDED: RosterSetup = { offShift: { rules: { pairing: 'ALTERNATING', repeat: '0:01' } } };
const TYPED_DAY = ['D 08:00 IN', 'D 12:00 OUT', 'D 12:30 IN', 'D 16:30 OUT'];
const WHOLE_DAY = ['D 08:00 IN', 'D 12:00 BREAK', 'D 12:30 BACK', 'D 16:30 OUT'];
const BOTH_HALVES = ['D: D 08:00 to D 12:00 -', 'D: D 12:30 to D 16:30 -'];
const WITH_PAUSE = ['D: D 08:00 to D 16:30 - pause D 12:00 to D 12:30'];

const CASES: readonly ClockCase[] = [
  {
    id: 'T1',
    title: 'a departure and an arrival become a break, whichever comes first',
    punches: TYPED_DAY,
    steps: [['CORRECT REPLACE 3 as BREAK_END, REPLACE 2 as BREAK_START', 'ok on D']],
    sessions: WITH_PAUSE,
  },
  {
    id: 'T1',
    title: 'and a break a departure and an arrival',
    punches: WHOLE_DAY,
    steps: [['CORRECT REPLACE 2 as OUT, REPLACE 3 as IN', 'ok on D']],
    sessions: BOTH_HALVES,
  },
  {
    id: 'T2',
    title: 'a session moves by more than its length: each end alone would be refused',
    punches: ['D 08:00 IN', 'D 09:00 OUT'],
    steps: [
      ['REPLACE 1 to D 18:00', 'OUT_BEFORE_IN D 08:00 to D 09:00 - on D'],
      ['CORRECT REPLACE 1 to D 18:00, REPLACE 2 to D 19:00', 'ok on D'],
    ],
    sessions: ['D: D 18:00 to D 19:00 -'],
  },
  {
    id: 'T2',
    title: 'to another date: both dates change',
    punches: ['D 08:00 IN', 'D 16:00 OUT'],
    steps: [['CORRECT REPLACE 1 to D+1 08:00, REPLACE 2 to D+1 16:00', 'ok on D D+1']],
    sessions: ['D+1: D+1 08:00 to D+1 16:00 -'],
  },
  {
    id: 'T3',
    title: 'a whole session is added',
    punches: [],
    steps: [['CORRECT ADD OUT D 16:00, ADD IN D 08:00', 'ok on D']],
    sessions: ['D: D 08:00 to D 16:00 -'],
  },
  {
    id: 'T3',
    title: 'between two others',
    punches: ['D 06:00 IN', 'D 08:00 OUT', 'D 14:00 IN', 'D 16:00 OUT'],
    steps: [['CORRECT ADD IN D 09:00, ADD OUT D 13:00', 'ok on D']],
    sessions: ['D: D 06:00 to D 08:00 -', 'D: D 09:00 to D 13:00 -', 'D: D 14:00 to D 16:00 -'],
  },
  {
    id: 'T3',
    title: 'but not across one: what its punches did would be lost',
    punches: ['D 09:00 IN', 'D 10:00 OUT'],
    steps: [
      ['CORRECT ADD IN D 08:00, ADD OUT D 12:00', 'NOT_CLOCKED_IN by 1 D 08:00 to D 10:00 - on D'],
      ['CORRECT ADD IN D 08:00, ADD OUT D 12:00, VOID 1, VOID 2', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 12:00 -'],
  },
  {
    id: 'T4',
    title: 'a break of a finished session is added with both its ends',
    punches: ['D 08:00 IN', 'D 16:30 OUT'],
    steps: [['CORRECT ADD BREAK_START D 12:00, ADD BREAK_END D 12:30', 'ok on D']],
    sessions: WITH_PAUSE,
  },
  {
    id: 'T4',
    title: 'its end alone ends nothing, a break where nobody is is none',
    punches: ['D 08:00 IN', 'D 16:30 OUT'],
    steps: [
      ['CORRECT ADD BREAK_END D 12:30', 'NOT_ON_BREAK by 0 D 08:00 to D 16:30 - on D'],
      ['CORRECT ADD BREAK_START D 18:00', 'NOT_CLOCKED_IN by 0 D 08:00 to D 16:30 - on D'],
      ['CORRECT ADD BREAK_START D-9 18:00', 'NOT_CLOCKED_IN by 0'],
    ],
    sessions: ['D: D 08:00 to D 16:30 -'],
  },
  {
    id: 'T5',
    title: 'a departure that belongs to nothing is refused, and one too far away',
    punches: ['D 08:00 IN'],
    steps: [
      ['CORRECT ADD OUT D 07:00', 'OUT_BEFORE_IN by 0 D 08:00 to ? - on D'],
      ['CORRECT ADD OUT D+1 09:00', 'SESSION_TOO_LONG by 0 D 08:00 to ? - on D'],
      ['CORRECT ADD OUT D 16:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 16:00 -'],
  },
  {
    id: 'T6',
    title: 'a punch that stays keeps what it did: taking one end of a session is refused',
    punches: TYPED_DAY,
    steps: [
      ['CORRECT VOID 1', 'OVERLAPS D 08:00 to D 12:00 - on D'],
      ['CORRECT VOID 2', 'OVERLAPS D 12:30 to D 16:30 - on D'],
      ['CORRECT VOID 4', 'OVERLAPS D 12:30 to D 16:30 - on D'],
      ['CORRECT VOID 2, VOID 3', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 16:30 -'],
  },
  {
    id: 'T6',
    title: 'and one end of a break',
    punches: WHOLE_DAY,
    steps: [
      ['CORRECT VOID 2', 'OVERLAPS D 08:00 to D 16:30 - on D'],
      ['CORRECT VOID 3', 'OVERLAPS D 08:00 to D 16:30 - on D'],
      ['CORRECT VOID 3, VOID 2', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 16:30 -'],
  },
  {
    id: 'T7',
    title: 'two punches change places',
    punches: ['D 08:00 OUT', 'D 16:00 IN'],
    steps: [['CORRECT REPLACE 1 as IN, REPLACE 2 as OUT', 'ok on D']],
    sessions: ['D: D 08:00 to D 16:00 -'],
  },
  {
    id: 'T7',
    title: 'or their times: what each was before is no reason to refuse it',
    punches: ['D 16:00 IN', 'D 08:00 OUT'],
    steps: [['CORRECT REPLACE 1 to D 08:00, REPLACE 2 to D 16:00', 'ok on D']],
    sessions: ['D: D 08:00 to D 16:00 -'],
  },
  {
    id: 'T8',
    title: 'what says nothing new is refused, whoever said it',
    punches: ['D 08:00 IN', 'D 16:00 OUT'],
    steps: [
      ['CORRECT ADD OUT D 16:00', 'PUNCH_REPEATED corrections[0]'],
      ['CORRECT ADD IN D 18:00, ADD OUT D 20:00, ADD IN D 18:00', 'PUNCH_REPEATED corrections[2]'],
      ['CORRECT REPLACE 1 to D 16:00 as OUT', 'PUNCH_REPEATED corrections[0]'],
      ['CORRECT VOID 2, ADD OUT D 16:00', 'ok'],
    ],
    sessions: ['D: D 08:00 to D 16:00 -'],
  },
  {
    id: 'T9',
    title: 'punches that are not there, or count no more, are named, and nothing is done',
    punches: ['D 08:00 IN', 'D 16:00 OUT'],
    steps: [
      ['CORRECT REPLACE 1 to D 09:00, VOID 9', 'PUNCH_NOT_FOUND 9'],
      ['VOID 2', 'ok'],
      ['CORRECT REPLACE 1 to D 09:00, VOID 2', 'PUNCH_VOIDED 2 by 3'],
      ['CORRECT REPLACE 1 to D 09:00, ADD OUT D 16:00', 'ok on D'],
    ],
    sessions: ['D: D 09:00 to D 16:00 -'],
  },
  {
    id: 'T10',
    title: 'a night in one call: it counts for the date on which it began',
    roster: NIGHTS,
    punches: ['D+1 06:00 OUT'],
    steps: [
      ['CORRECT ADD IN D 22:00, ADD BREAK_START D+1 01:00, ADD BREAK_END D+1 01:30', 'ok on D'],
    ],
    sessions: ['D: D 22:00 to D+1 06:00 night pause D+1 01:00 to D+1 01:30'],
  },
  {
    id: 'T11',
    title: 'an arrival alone is one that is still there',
    punches: [],
    steps: [['CORRECT ADD IN D 08:00', 'ok on D']],
    sessions: ['D: D 08:00 to ? -'],
  },
  {
    id: 'T12',
    title: 'the break of a session that moves goes along, or is refused',
    punches: WHOLE_DAY,
    steps: [
      ['CORRECT REPLACE 1 to D 18:00, REPLACE 4 to D 23:00', 'OVERLAPS D 08:00 to D 16:30 - on D'],
      [
        'CORRECT REPLACE 1 to D 13:00, REPLACE 2 to D 17:00, REPLACE 3 to D 17:30, REPLACE 4 to D 22:00',
        'ok on D',
      ],
    ],
    sessions: ['D: D 13:00 to D 22:00 - pause D 17:00 to D 17:30'],
  },
  {
    id: 'T13',
    title: 'where only the first arrival and the last departure count, each keeps what it did',
    roster: WHOLE,
    punches: TYPED_DAY,
    steps: [
      ['CORRECT VOID 4', 'OVERLAPS D 12:30 to D 16:30 day on D'],
      ['CORRECT VOID 1', 'OVERLAPS D 08:00 to D 12:00 day on D'],
      ['CORRECT VOID 2', 'OVERLAPS D 12:30 to D 16:30 day on D'],
      ['REPLACE 4 to D 12:15', 'OUT_BEFORE_IN D 12:30 to D 16:30 day on D'],
      ['REPLACE 1 to D 12:15', 'OUT_BEFORE_IN D 08:00 to D 12:00 day on D'],
      ['CORRECT ADD IN D 10:00', 'OVERLAPS by 0 D 08:00 to D 12:00 day on D'],
      ['REPLACE 4 to D+2 08:00', 'SESSION_TOO_LONG D 12:30 to D 16:30 day on D'],
      ['CORRECT VOID 2, VOID 3', 'ok'],
    ],
    sessions: ['D: D 08:00 to D 16:30 day'],
  },
  {
    id: 'T13',
    title: 'also after a day on which a departure was forgotten',
    roster: WHOLE,
    punches: ['D-1 09:00 IN', 'D 09:00 IN', 'D 17:00 OUT'],
    steps: [
      ['CORRECT VOID 2', 'OVERLAPS D 09:00 to D 17:00 day on D'],
      ['CORRECT VOID 3', 'OVERLAPS D 09:00 to D 17:00 day on D'],
      ['REPLACE 2 as OUT', 'SESSION_TOO_LONG D-1 09:00 to ? day on D-1'],
      ['CORRECT ADD OUT D 20:00', 'NOT_CLOCKED_IN by 0 D 09:00 to D 17:00 day on D'],
      ['CORRECT ADD OUT D-1 17:00', 'ok on D-1'],
    ],
    sessions: ['D-1: D-1 09:00 to D-1 17:00 day', 'D: D 09:00 to D 17:00 day'],
  },
  {
    id: 'T14',
    title: 'untyped punches take their turns anew: one that was forgotten is added',
    punches: ['D 08:00 P', 'D 12:00 P', 'D 17:00 P'],
    steps: [['CORRECT ADD IN D 13:00', 'ok on D']],
    sessions: ['D: D 08:00 to D 12:00 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'T14',
    title: 'the first one of them',
    punches: ['D 12:00 P', 'D 13:00 P', 'D 17:00 P'],
    steps: [['CORRECT ADD IN D 09:00', 'ok on D']],
    sessions: ['D: D 09:00 to D 12:00 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'T14',
    title: 'a departure between an arrival and what was meant as the next one',
    punches: ['D 09:00 P', 'D 13:00 P', 'D 17:00 P'],
    steps: [['CORRECT ADD OUT D 12:00', 'ok on D']],
    sessions: ['D: D 09:00 to D 12:00 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'T14',
    title: 'or one that should not be there is voided; but none is left without its other end',
    punches: ['D 08:00 P', 'D 12:00 P', 'D 17:00 P'],
    steps: [
      ['CORRECT VOID 2', 'ok on D'],
      ['CORRECT VOID 3', 'OVERLAPS D 08:00 to D 17:00 - on D'],
    ],
    sessions: ['D: D 08:00 to D 17:00 -'],
  },
  {
    id: 'T14',
    title: 'and so do keys that nobody heeds',
    roster: UNHEEDED,
    punches: ['D 09:00 IN', 'D 12:00 OUT', 'D 17:00 OUT', 'D 15:13 IN'],
    steps: [
      ['CORRECT VOID 4, ADD IN D 13:00', 'ok on D'],
      ['CORRECT VOID 3', 'OVERLAPS D 13:00 to D 17:00 - on D'],
    ],
    sessions: ['D: D 09:00 to D 12:00 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'T15',
    title: 'a punch keeps what it did also beside one of the same second that is corrected',
    punches: ['D 06:00 IN', 'D 14:00 OUT', 'D 14:00 IN', 'D 22:00 OUT'],
    steps: [
      ['CORRECT VOID 1, REPLACE 3 to D 15:00', 'OVERLAPS D 06:00 to D 14:00 - on D'],
      ['CORRECT VOID 1, VOID 3, ADD IN D 15:00', 'OVERLAPS D 06:00 to D 14:00 - on D'],
      ['CORRECT REPLACE 3 to D 15:00', 'ok on D'],
    ],
    sessions: ['D: D 06:00 to D 14:00 -', 'D: D 15:00 to D 22:00 -'],
  },
  {
    id: 'T15',
    title: 'what is added may be what another correction takes away',
    punches: ['D 06:00 IN', 'D 14:00 OUT', 'D 22:00 OUT'],
    steps: [['CORRECT ADD OUT D 14:00, REPLACE 2 as IN', 'ok on D']],
    sessions: ['D: D 06:00 to D 14:00 -', 'D: D 14:00 to D 22:00 -'],
  },
  {
    id: 'T16',
    title: 'a departure becomes the beginning of a break of its own session, and of no other',
    punches: ['D 08:00 IN', 'D 17:00 OUT'],
    steps: [
      [
        'CORRECT REPLACE 2 to D+1 12:00 as BREAK_START, ADD IN D+1 08:00, ADD BREAK_END D+1 12:30, ADD OUT D+1 17:00',
        'OVERLAPS D 08:00 to D 17:00 - on D',
      ],
      ['CORRECT REPLACE 2 as BREAK_START, ADD BREAK_END D 17:30, ADD OUT D 19:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 19:00 - pause D 17:00 to D 17:30'],
  },
  {
    id: 'T17',
    title: 'a departure that ends nothing is refused, whatever it was',
    punches: ['D 08:00 IN', 'D 12:00 BREAK'],
    steps: [
      ['CORRECT VOID 1, REPLACE 2 as OUT', 'NOT_CLOCKED_IN by 1'],
      ['CORRECT REPLACE 2 as OUT', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 12:00 -'],
  },
  {
    id: 'T18',
    title:
      'a break of a finished session that is added has an end, or lasts until nobody came back',
    punches: ['D 08:00 IN', 'D 16:30 OUT'],
    steps: [
      ['CORRECT ADD BREAK_START D 12:00', 'OVERLAPS by 0 D 08:00 to D 16:30 - on D'],
      ['VOID 2', 'ok'],
      ['CORRECT ADD BREAK_START D 12:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to ? - pause D 12:00 to ?'],
  },
];

describeClockCases('acceptance: corrections made together', CASES);
