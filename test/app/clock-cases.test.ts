// The acceptance cases of commands and corrections: what a person is refused, with the session
// that is in the way, and what becomes of the sessions when they are not.

import { expect } from 'chai';
import type { ItemOutcome } from '../../src/app/ports/batch.js';
import { CLOCK_COMMANDS, type ClockCommand, type Fact } from '../../src/app/ports/facts.js';
import type { Session } from '../../src/domain/facts/day.js';
import type { SessionConcerned } from '../../src/domain/facts/errors.js';
import { PUNCH_KINDS } from '../../src/domain/facts/punch.js';
import { fromEpochDay, toEpochDay } from '../../src/domain/time/local-date.js';
import type { Instant } from '../../src/domain/time/time.js';
import { Notation } from '../domain/support/notation.js';
import type { Case, RosterSetup } from '../domain/support/scenario.js';
import { valuesOf } from '../domain/support/scenario-values.js';
import { commandFact, MIA, punchFact, replaceFact, TOLD_AT, voidFact } from './support/facts.js';
import { ModelStore } from './support/model-store.js';

interface ClockCase {
  readonly id: string;
  readonly title: string;
  readonly day?: string;
  readonly roster?: RosterSetup;
  /** Recorded before, as facts; the first one is punch 1. */
  readonly punches: readonly string[];
  /**
   * Each alone: `CLOCK_IN D 08:00`, `REPLACE 2 to D 16:00`, `REPLACE 2 as OUT`, `VOID 1 2`;
   * then what it comes to: `ok`, a refusal and its session, `PUNCH_NOT_FOUND`.
   */
  readonly steps: readonly (readonly [step: string, outcome: string])[];
  /** All sessions in the end: `D 08:00 to D 12:00 -`, by beginning; `D:` tells the date. */
  readonly sessions: readonly string[];
}

const TOUCHING: RosterSetup = {
  shifts: [
    { id: 'early', hours: '06:00-14:00' },
    { id: 'late', hours: '14:00-22:00' },
  ],
  assigned: [{ shifts: ['early', 'late'], from: 'D' }],
};
const WHOLE: RosterSetup = {
  shifts: [{ id: 'day', hours: '08:00-17:00', rules: { hours: 'FIRST_IN_TO_LAST_OUT' } }],
  assigned: [{ shifts: ['day'], from: 'D' }],
};
const OFFICE: RosterSetup = {
  shifts: [{ id: 'office', hours: '08:00-17:00', before: '1:00', after: '2:00' }],
  assigned: [{ shifts: ['office'], from: 'D' }],
};
const UNHEEDED: RosterSetup = { offShift: { rules: { pairing: 'ALTERNATING', repeat: '0:01' } } };

const ANY_KEY: RosterSetup = {
  shifts: [{ id: 'day', hours: '09:00-18:00', rules: { repeat: '0:01', repeatsAnyKind: true } }],
  assigned: [{ shifts: ['day'], from: 'D', to: 'D' }],
};

const CASES: readonly ClockCase[] = [
  {
    id: 'N1',
    title: 'a command within the time in which any key repeats is refused: it would do nothing',
    roster: ANY_KEY,
    punches: ['D 08:57:10 IN'],
    steps: [
      ['CLOCK_OUT D 08:57:14', 'OVERLAPS D 08:57:10 to ? day on D'],
      ['START_BREAK D 08:58', 'OVERLAPS D 08:57:10 to ? day on D'],
      ['CLOCK_OUT D 17:30:10', 'ok on D'],
      ['CLOCK_IN D 17:30:20', 'OVERLAPS D 08:57:10 to D 17:30:10 day on D'],
    ],
    sessions: ['D: D 08:57:10 to D 17:30:10 day'],
  },
  {
    id: 'C24',
    title: 'a departure moved beyond the longest session',
    punches: ['D 01:00 IN', 'D 16:30 OUT'],
    steps: [
      ['REPLACE 2 to D 17:30', 'SESSION_TOO_LONG D 01:00 to D 16:30 - on D'],
      ['REPLACE 2 to D 17:00', 'ok on D'],
      ['REPLACE 1 to D 00:59:59', 'SESSION_TOO_LONG D 01:00 to D 17:00 - on D'],
    ],
    sessions: ['D: D 01:00 to D 17:00 -'],
  },
  {
    id: 'C27',
    title: 'an arrival moved to the next date takes the session with it',
    punches: ['D 23:00 IN', 'D+1 13:00 OUT'],
    steps: [['REPLACE 1 to D+1 01:00', 'ok on D+1']],
    sessions: ['D+1: D+1 01:00 to D+1 13:00 -'],
  },
  {
    id: 'D15',
    title: 'out is later than in by UTC, whatever the clocks on the walls say',
    day: '2022-01-24',
    roster: { zone: 'Asia/Kolkata' },
    punches: ['D 14:53 IN'],
    steps: [
      ['CLOCK_OUT D 13:24+04:30', 'OUT_BEFORE_IN D 14:53 to ? - on D'],
      ['CLOCK_OUT D 13:54+04:30', 'ok on D'],
    ],
    sessions: ['D: D 14:53 to D 14:54 -'],
  },
  {
    id: 'E1',
    title: 'a departure before the arrival',
    punches: ['D 12:00 IN'],
    steps: [['CLOCK_OUT D 11:00', 'OUT_BEFORE_IN D 12:00 to ? - on D']],
    sessions: ['D: D 12:00 to ? -'],
  },
  {
    id: 'E2',
    title: 'an arrival of somebody who is in',
    punches: ['D 10:00 IN'],
    steps: [['CLOCK_IN D 11:00', 'ALREADY_CLOCKED_IN D 10:00 to ? - on D']],
    sessions: ['D: D 10:00 to ? -'],
  },
  {
    id: 'E3',
    title: 'an arrival within a session, and a departure',
    punches: ['D 07:30 IN', 'D 09:00 OUT'],
    steps: [
      ['CLOCK_IN D 08:30', 'OVERLAPS D 07:30 to D 09:00 - on D'],
      ['CLOCK_OUT D 08:30', 'OVERLAPS D 07:30 to D 09:00 - on D'],
      ['CLOCK_OUT D 09:30', 'NOT_CLOCKED_IN D 07:30 to D 09:00 - on D'],
    ],
    sessions: ['D: D 07:30 to D 09:00 -'],
  },
  {
    id: 'E5',
    title: 'an arrival at the instant of a departure, and before one',
    punches: ['D 08:00 IN', 'D 09:00 OUT'],
    steps: [
      ['CLOCK_IN D 09:00', 'ok on D'],
      ['CLOCK_OUT D 10:00', 'ok on D'],
      ['CLOCK_IN D 07:00', 'OVERLAPS D 08:00 to D 09:00 - on D'],
    ],
    sessions: ['D: D 08:00 to D 09:00 -', 'D: D 09:00 to D 10:00 -'],
  },
  {
    id: 'E6',
    title: 'an arrival days later, and one while the session is open',
    day: '2022-01-24',
    punches: ['D 10:00 IN'],
    steps: [
      ['CLOCK_IN D+1 01:59:59', 'ALREADY_CLOCKED_IN D 10:00 to ? - on D'],
      ['CLOCK_IN D+4 10:22', 'ok on D+4'],
      ['CLOCK_OUT D+4 12:00', 'ok on D+4'],
    ],
    sessions: ['D: D 10:00 to ? -', 'D+4: D+4 10:22 to D+4 12:00 -'],
  },
  {
    id: 'E6',
    title: 'within a shift whoever comes after its window ends a forgotten session',
    roster: OFFICE,
    punches: ['D 08:00 IN'],
    steps: [
      ['CLOCK_IN D 18:59:59', 'ALREADY_CLOCKED_IN D 08:00 to ? office on D'],
      ['CLOCK_IN D 19:00:01', 'ok on D'],
      ['CLOCK_OUT D 18:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 18:00 office', 'D: D 19:00:01 to ? -'],
  },
  {
    id: 'E7',
    title: 'an arrival within a session that is over',
    day: '2022-01-24',
    roster: { zone: 'Asia/Kolkata' },
    punches: ['D 14:55 IN', 'D 15:00 OUT'],
    steps: [['CLOCK_IN D 14:58', 'OVERLAPS D 14:55 to D 15:00 - on D']],
    sessions: ['D: D 14:55 to D 15:00 -'],
  },
  {
    id: 'E9',
    title: 'a departure of somebody who never came',
    punches: [],
    steps: [
      ['CLOCK_OUT D 15:00', 'NOT_CLOCKED_IN'],
      ['START_BREAK D 15:00', 'NOT_CLOCKED_IN'],
      ['END_BREAK D 15:00', 'NOT_CLOCKED_IN'],
    ],
    sessions: [],
  },
  {
    id: 'E10',
    title: 'a departure on the morning of an afternoon arrival',
    day: '2022-01-27',
    roster: { zone: 'Asia/Kolkata' },
    punches: ['D 14:53 IN'],
    steps: [['CLOCK_OUT D 09:20', 'OUT_BEFORE_IN D 14:53 to ? - on D']],
    sessions: ['D: D 14:53 to ? -'],
  },
  {
    id: 'E12',
    title: 'a departure two days late, within another session',
    day: '2022-04-25',
    punches: ['D 09:25 IN', 'D+2 10:06 IN', 'D+2 10:30 OUT'],
    steps: [['CLOCK_OUT D+2 10:10', 'OVERLAPS D+2 10:06 to D+2 10:30 - on D+2']],
    sessions: ['D: D 09:25 to ? -', 'D+2: D+2 10:06 to D+2 10:30 -'],
  },
  {
    id: 'E14',
    title: 'an arrival moved into the session of another day',
    punches: ['D 10:00 IN', 'D 11:00 OUT', 'D-1 14:53 IN', 'D-1 15:49 OUT'],
    steps: [['REPLACE 1 to D-1 14:55', 'OVERLAPS D-1 14:53 to D-1 15:49 - on D-1']],
    sessions: ['D-1: D-1 14:53 to D-1 15:49 -', 'D: D 10:00 to D 11:00 -'],
  },
  {
    id: 'E15',
    title: 'a punch that is not there, and one that was taken back',
    punches: ['D 10:00 IN'],
    steps: [
      ['REPLACE 400 to D 11:00', 'PUNCH_NOT_FOUND 400'],
      ['VOID 1', 'ok'],
      ['REPLACE 1 to D 11:00', 'PUNCH_VOIDED 1 by 2'],
      ['VOID 1', 'PUNCH_VOIDED 1 by 2'],
    ],
    sessions: [],
  },
  {
    id: 'E16',
    title: 'one of several is missing, so none is taken back',
    punches: ['D 10:00 IN', 'D 11:00 OUT'],
    steps: [['VOID 2 15', 'PUNCH_NOT_FOUND 15']],
    sessions: ['D: D 10:00 to D 11:00 -'],
  },
  {
    id: 'E17',
    title: 'an end moved past the other',
    punches: ['D 08:00 IN', 'D 15:00 OUT'],
    steps: [
      ['REPLACE 1 to D 15:30', 'OUT_BEFORE_IN D 08:00 to D 15:00 - on D'],
      ['REPLACE 1 to D 20:00', 'OUT_BEFORE_IN D 08:00 to D 15:00 - on D'],
      ['REPLACE 2 to D 07:30', 'OUT_BEFORE_IN D 08:00 to D 15:00 - on D'],
      ['REPLACE 2 to D 08:00:00.900', 'OUT_BEFORE_IN D 08:00 to D 15:00 - on D'],
    ],
    sessions: ['D: D 08:00 to D 15:00 -'],
  },
  {
    id: 'E18',
    title: 'an arrival within a session',
    punches: ['D 08:00 IN', 'D 15:00 OUT'],
    steps: [['CLOCK_IN D 09:00', 'OVERLAPS D 08:00 to D 15:00 - on D']],
    sessions: ['D: D 08:00 to D 15:00 -'],
  },
  {
    id: 'E19',
    title: 'an arrival moved into another session',
    punches: ['D 08:00 IN', 'D 15:00 OUT', 'D 16:00 IN'],
    steps: [
      ['REPLACE 3 to D 14:00', 'OVERLAPS D 08:00 to D 15:00 - on D'],
      ['REPLACE 3 to D 15:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 15:00 -', 'D: D 15:00 to ? -'],
  },
  {
    id: 'E20',
    title: 'a third punch where two sessions touch',
    punches: ['D 08:00 IN', 'D 13:00 OUT', 'D 13:00 IN', 'D 15:00 OUT'],
    steps: [
      ['CLOCK_IN D 13:00', 'OVERLAPS D 13:00 to D 15:00 - on D'],
      ['CLOCK_OUT D 13:00', 'NOT_CLOCKED_IN D 13:00 to D 15:00 - on D'],
    ],
    sessions: ['D: D 08:00 to D 13:00 -', 'D: D 13:00 to D 15:00 -'],
  },
  {
    id: 'E21',
    title: 'two arrivals within a second',
    punches: ['D 08:00:00.100 IN'],
    steps: [['CLOCK_IN D 08:00:00.900', 'ALREADY_CLOCKED_IN D 08:00 to ? - on D']],
    sessions: ['D: D 08:00 to ? -'],
  },
  {
    id: 'E22',
    title: 'a departure in the second of the arrival',
    punches: ['D 08:00:00.100 IN'],
    steps: [
      ['CLOCK_OUT D 08:00:00.900', 'OUT_BEFORE_IN D 08:00 to ? - on D'],
      ['CLOCK_OUT D 08:00:01', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 08:00:01 -'],
  },
  {
    id: 'E23',
    title: 'a departure between two arrivals of one session',
    punches: ['D 13:00 IN', 'D 23:00 OUT', 'D 12:00 IN'],
    steps: [['CLOCK_OUT D 13:15', 'OVERLAPS D 12:00 to D 23:00 - on D']],
    sessions: ['D: D 12:00 to D 23:00 -'],
  },
  {
    id: 'E23',
    title: 'and the second arrival is refused as a command',
    punches: ['D 13:00 IN', 'D 23:00 OUT'],
    steps: [['CLOCK_IN D 12:00', 'OVERLAPS D 13:00 to D 23:00 - on D']],
    sessions: ['D: D 13:00 to D 23:00 -'],
  },
  {
    id: 'E24',
    title: 'a departure taken back, and said again',
    punches: ['D 10:00 IN', 'D 22:00 OUT'],
    steps: [
      ['VOID 2', 'ok'],
      ['CLOCK_OUT D 22:00', 'ok on D'],
      ['VOID 1 4', 'ok'],
      ['CLOCK_IN D 10:00', 'ok on D'],
    ],
    sessions: ['D: D 10:00 to ? -'],
  },
  {
    id: 'K1',
    title: 'breaks begin and end within a session, once each',
    punches: ['D 08:00 IN'],
    steps: [
      ['END_BREAK D 09:00', 'NOT_ON_BREAK D 08:00 to ? - on D'],
      ['START_BREAK D 12:00', 'ok on D'],
      ['START_BREAK D 12:10', 'ALREADY_ON_BREAK D 08:00 to ? - on D'],
      ['CLOCK_IN D 12:10', 'ALREADY_CLOCKED_IN D 08:00 to ? - on D'],
      ['END_BREAK D 11:00', 'OVERLAPS D 08:00 to ? - on D'],
      ['END_BREAK D 12:30', 'ok on D'],
      ['START_BREAK D 12:15', 'OVERLAPS D 08:00 to ? - on D'],
      ['CLOCK_OUT D 12:15', 'OVERLAPS D 08:00 to ? - on D'],
      ['START_BREAK D 12:30', 'ok on D'],
      ['CLOCK_OUT D 13:00', 'ok on D'],
      ['START_BREAK D 12:45', 'OVERLAPS D 08:00 to D 13:00 - on D'],
      ['START_BREAK D 13:00', 'NOT_CLOCKED_IN D 08:00 to D 13:00 - on D'],
    ],
    sessions: ['D: D 08:00 to D 13:00 - pause D 12:00 to D 12:30 pause D 12:30 to D 13:00'],
  },
  {
    id: 'K2',
    title: 'an arrival told late belongs to the departure that had none',
    punches: ['D 17:00 OUT'],
    steps: [
      ['CLOCK_IN D 17:00', 'OVERLAPS ? to D 17:00 - on D'],
      ['CLOCK_IN D 08:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 17:00 -'],
  },
  {
    id: 'K3',
    title: 'a departure that was meant to be an arrival',
    punches: ['D 08:00 OUT', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 1 as IN', 'ok on D'],
      ['REPLACE 2 as IN', 'OVERLAPS D 08:00 to ? - on D'],
      ['REPLACE 3 to D 09:00', 'ok on D'],
    ],
    sessions: ['D: D 09:00 to D 17:00 -'],
  },
  {
    id: 'K4',
    title: 'moved ends keep their breaks',
    punches: ['D 08:00 IN', 'D 12:00 BREAK', 'D 12:30 BACK', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 4 to D 12:15', 'OVERLAPS D 08:00 to D 17:00 - on D'],
      ['REPLACE 1 to D 12:15', 'OVERLAPS D 08:00 to D 17:00 - on D'],
      ['REPLACE 2 to D 12:45', 'OVERLAPS D 08:00 to D 17:00 - on D'],
      ['REPLACE 2 to D 07:45', 'OVERLAPS D 08:00 to D 17:00 - on D'],
      ['REPLACE 2 to D 11:45', 'ok on D'],
      ['REPLACE 3 to D 12:15', 'ok on D'],
      ['REPLACE 4 to D 16:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 16:00 - pause D 11:45 to D 12:15'],
  },
  {
    id: 'K5',
    title: 'a session that midnight divides is one',
    roster: { offShift: { attribution: 'SPLIT_AT_MIDNIGHT' } },
    punches: ['D 22:00 IN'],
    steps: [
      ['CLOCK_OUT D+1 06:00', 'ok on D+1'],
      ['CLOCK_IN D+1 00:00', 'OVERLAPS D 22:00 to D+1 06:00 - on D'],
      ['REPLACE 2 to D+1 05:00', 'ok on D+1'],
      ['REPLACE 1 to D+1 01:00', 'ok on D+1'],
    ],
    sessions: ['D+1: D+1 01:00 to D+1 05:00 -'],
  },
  {
    id: 'K6',
    title: 'through two shifts that touch, on a break between them',
    roster: TOUCHING,
    punches: ['D 06:00 IN'],
    steps: [
      ['START_BREAK D 13:50', 'ok on D'],
      ['END_BREAK D 14:10', 'ok on D'],
      ['CLOCK_OUT D 22:00', 'ok on D'],
    ],
    sessions: [
      'D: D 06:00 to D 14:00 early pause D 13:50 to D 14:00',
      'D: D 14:00 to D 22:00 late pause D 14:00 to D 14:10',
    ],
  },
  {
    id: 'K7',
    title: 'and home soon after the break',
    roster: TOUCHING,
    punches: ['D 06:00 IN'],
    steps: [
      ['START_BREAK D 13:50', 'ok on D'],
      ['END_BREAK D 14:10', 'ok on D'],
      ['CLOCK_OUT D 14:30', 'ok on D'],
    ],
    sessions: ['D: D 06:00 to D 14:30 early pause D 13:50 to D 14:10'],
  },
  {
    id: 'K7',
    title: 'through two shifts that touch, and not a punch between them',
    roster: TOUCHING,
    punches: ['D 06:00 IN'],
    steps: [
      ['END_BREAK D 19:00', 'NOT_ON_BREAK D 06:00 to ? early on D'],
      ['CLOCK_OUT D+1 06:00:01', 'NOT_CLOCKED_IN D 06:00 to ? early on D'],
      ['CLOCK_OUT D 23:00:01', 'ok on D'],
      ['REPLACE 2 to D 22:00', 'ok on D'],
      ['CLOCK_OUT D 22:30', 'NOT_CLOCKED_IN D 06:00 to D 22:00 early on D'],
    ],
    sessions: ['D: D 06:00 to D 14:00 early', 'D: D 14:00 to D 22:00 late'],
  },
  {
    id: 'K7',
    title: 'with a break of the second, and all of it put right afterwards',
    roster: TOUCHING,
    punches: ['D 06:00 IN'],
    steps: [
      ['START_BREAK D 19:00', 'ok on D'],
      ['START_BREAK D 19:10', 'ALREADY_ON_BREAK D 06:00 to ? early on D'],
      ['END_BREAK D 19:30', 'ok on D'],
      ['CLOCK_OUT D 22:00', 'ok on D'],
      ['REPLACE 4 to D 14:00', 'OVERLAPS D 06:00 to D 22:00 early on D'],
      ['REPLACE 4 to D 21:30', 'ok on D'],
    ],
    sessions: [
      'D: D 06:00 to D 14:00 early',
      'D: D 14:00 to D 21:30 late pause D 19:00 to D 19:30',
    ],
  },
  {
    id: 'K7',
    title: 'on a break for longer than the first takes an end',
    roster: TOUCHING,
    punches: ['D 06:00 IN', 'D 13:50 BREAK'],
    steps: [
      ['END_BREAK D 18:30', 'ok on D'],
      ['CLOCK_OUT D 22:00', 'ok on D'],
    ],
    sessions: [
      'D: D 06:00 to D 14:00 early pause D 13:50 to D 14:00',
      'D: D 14:00 to D 22:00 late pause D 14:00 to D 18:30',
    ],
  },
  {
    id: 'K7',
    title: 'home from a break that began in the first',
    roster: TOUCHING,
    punches: ['D 06:00 IN', 'D 13:50 BREAK'],
    steps: [['CLOCK_OUT D 18:30', 'ok on D']],
    sessions: [
      'D: D 06:00 to D 14:00 early pause D 13:50 to D 14:00',
      'D: D 14:00 to D 18:30 late pause D 14:00 to D 18:30',
    ],
  },
  {
    id: 'K7',
    title: 'whoever comes for the second did not work through, until they say they left before',
    roster: TOUCHING,
    punches: ['D 06:00 IN'],
    steps: [
      ['CLOCK_IN D 14:59:59', 'ALREADY_CLOCKED_IN D 06:00 to ? early on D'],
      ['CLOCK_IN D 20:00', 'ok on D'],
      ['START_BREAK D 19:00', 'OVERLAPS D 20:00 to ? late on D'],
      ['CLOCK_OUT D 19:00', 'ok on D'],
      ['CLOCK_OUT D 22:00', 'ok on D'],
    ],
    sessions: [
      'D: D 06:00 to D 14:00 early',
      'D: D 14:00 to D 19:00 late',
      'D: D 20:00 to D 22:00 late',
    ],
  },
  {
    id: 'K7',
    title: 'a shift that begins later, or whose keys nobody heeds, is not worked through to',
    roster: {
      shifts: [
        { id: 'early', hours: '06:00-13:59' },
        { id: 'late', hours: '14:00-20:00', rules: { pairing: 'ALTERNATING' } },
        { id: 'night', hours: '20:00-23:00' },
      ],
      assigned: [{ shifts: ['early', 'late', 'night'], from: 'D' }],
    },
    punches: ['D 06:00 IN'],
    steps: [
      ['CLOCK_OUT D 20:00', 'NOT_CLOCKED_IN D 06:00 to ? early on D'],
      ['CLOCK_IN D 14:30', 'ok on D'],
      ['CLOCK_OUT D 22:30', 'ok on D'],
    ],
    sessions: ['D: D 06:00 to ? early', 'D: D 14:30 to D 22:30 late'],
  },
  {
    id: 'K8',
    title: 'a day that counts from the first arrival to the last departure',
    roster: WHOLE,
    punches: [],
    steps: [
      ['CLOCK_IN D 08:00', 'ok on D'],
      ['CLOCK_OUT D 12:00', 'ok on D'],
      ['CLOCK_IN D 13:00', 'ok on D'],
      ['CLOCK_OUT D 17:00', 'ok on D'],
      ['REPLACE 2 to D 12:15', 'ok on D'],
      ['REPLACE 4 to D 17:30', 'ok on D'],
      ['REPLACE 1 to D 08:30', 'ok on D'],
      ['CLOCK_IN D 10:00', 'OVERLAPS D 08:30 to D 17:30 day on D'],
    ],
    sessions: ['D: D 08:30 to D 17:30 day'],
  },
  {
    id: 'K9',
    title: 'clocks whose keys nobody heeds',
    roster: UNHEEDED,
    punches: ['D 08:00 IN', 'D 17:00 IN'],
    steps: [
      ['REPLACE 2 to D 16:30', 'ok on D'],
      ['CLOCK_IN D 16:30:30', 'OVERLAPS D 08:00 to D 16:30 - on D'],
      ['CLOCK_IN D 18:00', 'ok on D'],
      ['CLOCK_OUT D 19:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 16:30 -', 'D: D 18:00 to D 19:00 -'],
  },
  {
    id: 'K10',
    title: 'a shift takes both ends of its session, as far from each other as one may be',
    roster: OFFICE,
    punches: ['D 08:00 IN', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 2 to D 21:00', 'ok on D'],
      ['REPLACE 3 to D+1 00:00:01', 'SESSION_TOO_LONG D 08:00 to D 21:00 office on D'],
      ['REPLACE 1 to D 04:59:59', 'SESSION_TOO_LONG D 08:00 to D 21:00 office on D'],
      ['REPLACE 1 to D 05:00', 'ok on D'],
    ],
    sessions: ['D: D 05:00 to D 21:00 office'],
  },
  {
    id: 'K11',
    title: 'what a clock told twice can be corrected where it does no harm',
    punches: ['D 08:00 IN', 'D 08:05 IN', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 2 to D 08:10', 'ok on D'],
      ['REPLACE 2 to D 08:15', 'PUNCH_VOIDED 2 by 4'],
      ['REPLACE 4 to D 18:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 17:00 -', 'D: D 18:00 to ? -'],
  },
  {
    id: 'K12',
    title: 'untyped ends are moved as what they are',
    punches: ['D 08:00 P', 'D 15:00 P'],
    steps: [
      ['REPLACE 1 to D 15:30', 'OUT_BEFORE_IN D 08:00 to D 15:00 - on D'],
      ['REPLACE 2 to D 16:00', 'ok on D'],
      ['REPLACE 2 to D 16:00', 'PUNCH_VOIDED 2 by 3'],
    ],
    sessions: ['D: D 08:00 to D 16:00 -'],
  },
  {
    id: 'K13',
    title: 'an arrival that was meant to be a departure divides its session',
    punches: ['D 09:00 IN', 'D 12:00 IN', 'D 13:00 IN', 'D 17:00 OUT'],
    steps: [['REPLACE 2 as OUT', 'ok on D']],
    sessions: ['D: D 09:00 to D 12:00 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'K13',
    title: 'also while they are still in, and told with another time',
    punches: ['D 09:00 IN', 'D 12:00 IN', 'D 13:00 IN'],
    steps: [
      ['REPLACE 2 to D 08:00 as OUT', 'OUT_BEFORE_IN D 09:00 to ? - on D'],
      ['REPLACE 2 to D 11:50 as OUT', 'ok on D'],
      ['CLOCK_OUT D 17:00', 'ok on D'],
    ],
    sessions: ['D: D 09:00 to D 11:50 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'K13',
    title: 'a departure and an arrival that were meant to be a break',
    punches: ['D 09:00 IN', 'D 12:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 2 as BREAK_START', 'ok on D'],
      ['REPLACE 3 as BREAK_END', 'ok on D'],
    ],
    sessions: ['D: D 09:00 to D 17:00 - pause D 12:00 to D 13:00'],
  },
  {
    id: 'K13',
    title: 'but not its end first: the last departure would have no arrival',
    punches: ['D 09:00 IN', 'D 12:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 3 as BREAK_END', 'NOT_CLOCKED_IN D 09:00 to D 12:00 - on D'],
      ['REPLACE 2 as BREAK_START', 'ok on D'],
    ],
    sessions: ['D: D 09:00 to D 17:00 - pause D 12:00 to D 13:00'],
  },
  {
    id: 'K13',
    title: 'and with somebody still in',
    punches: ['D 09:00 IN', 'D 12:00 OUT', 'D 13:00 IN'],
    steps: [
      ['REPLACE 2 as BREAK_START', 'ok on D'],
      ['REPLACE 3 as BREAK_END', 'ok on D'],
    ],
    sessions: ['D: D 09:00 to ? - pause D 12:00 to D 13:00'],
  },
  {
    id: 'K13',
    title: 'within a shift',
    roster: OFFICE,
    punches: ['D 08:00 IN', 'D 12:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 2 as BREAK_START', 'ok on D'],
      ['REPLACE 3 as BREAK_END', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 17:00 office pause D 12:00 to D 13:00'],
  },
  {
    id: 'K13',
    title: 'a break that was meant to be a departure and an arrival: its end first',
    punches: ['D 09:00 IN', 'D 12:00 BREAK', 'D 13:00 BACK', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 2 as OUT', 'OVERLAPS D 09:00 to D 17:00 - on D'],
      ['REPLACE 3 as OUT', 'OVERLAPS D 09:00 to D 17:00 - on D'],
      ['REPLACE 3 as IN', 'ok on D'],
      ['REPLACE 2 as OUT', 'ok on D'],
    ],
    sessions: ['D: D 09:00 to D 12:00 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'K13',
    title: 'a departure that was meant to end a break',
    punches: ['D 09:00 IN', 'D 12:00 BREAK', 'D 13:00 OUT', 'D 17:00 OUT'],
    steps: [['REPLACE 3 as BREAK_END', 'ok on D']],
    sessions: ['D: D 09:00 to D 17:00 - pause D 12:00 to D 13:00'],
  },
  {
    id: 'K13',
    title: 'both keys mixed up: the last one first',
    punches: ['D 08:00 OUT', 'D 17:00 IN'],
    steps: [
      ['REPLACE 1 as IN', 'OVERLAPS D 17:00 to ? - on D'],
      ['REPLACE 2 as OUT', 'ok on D'],
      ['REPLACE 1 as IN', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 17:00 -'],
  },
  {
    id: 'K13',
    title: 'a kind that takes an end from a session, or does nothing, is refused',
    punches: ['D 08:00 IN', 'D 12:00 OUT', 'D 13:00 IN', 'D 17:00 OUT'],
    steps: [
      ['REPLACE 1 as OUT', 'NOT_CLOCKED_IN'],
      ['REPLACE 2 as IN', 'OVERLAPS D 08:00 to D 17:00 - on D'],
      ['REPLACE 3 as OUT', 'NOT_CLOCKED_IN D 08:00 to D 12:00 - on D'],
      ['REPLACE 1 as BREAK_END', 'NOT_CLOCKED_IN'],
      ['REPLACE 2 to D 14:00 as BREAK_START', 'OVERLAPS D 08:00 to D 17:00 - on D'],
    ],
    sessions: ['D: D 08:00 to D 12:00 -', 'D: D 13:00 to D 17:00 -'],
  },
  {
    id: 'K13',
    title: 'within a shift, and with nobody gone yet',
    roster: OFFICE,
    punches: ['D 08:00 IN', 'D 10:00 BREAK', 'D 10:30 BACK'],
    steps: [
      ['REPLACE 2 as OUT', 'OVERLAPS D 08:00 to ? office on D'],
      ['CLOCK_OUT D 16:00', 'ok on D'],
      ['REPLACE 2 as OUT', 'OVERLAPS D 08:00 to D 16:00 office on D'],
      ['REPLACE 3 as OUT', 'OVERLAPS D 08:00 to D 16:00 office on D'],
      ['REPLACE 2 to D 18:00 as IN', 'OVERLAPS D 08:00 to D 16:00 office on D'],
    ],
    sessions: ['D: D 08:00 to D 16:00 office pause D 10:00 to D 10:30'],
  },
  {
    id: 'K13',
    title: 'the last punch, which was meant to be a departure',
    punches: ['D 08:00 IN', 'D 10:00 BREAK'],
    steps: [['REPLACE 2 as OUT', 'ok on D']],
    sessions: ['D: D 08:00 to D 10:00 -'],
  },
  {
    id: 'K13',
    title: 'counted as a whole, a break stays in its session, and is ended',
    roster: WHOLE,
    punches: ['D 08:00 IN', 'D 10:00 BREAK', 'D 10:30 BACK', 'D 16:00 OUT'],
    steps: [
      ['REPLACE 2 to D 07:00', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 2 to D 17:00', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 3 to D 07:00', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 3 to D 16:30', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 2 as OUT', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 3 as OUT', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 3 as IN', 'ok on D'],
      ['REPLACE 2 to D 09:45', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 16:00 day pause D 09:45 to D 10:30'],
  },
  {
    id: 'K13',
    title: 'counted as a whole, a beginning without an end stays in its session too',
    roster: WHOLE,
    punches: ['D 08:00 IN', 'D 10:00 BREAK', 'D 16:00 OUT'],
    steps: [
      ['REPLACE 2 to D 07:00', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 2 to D 17:00', 'OVERLAPS D 08:00 to D 16:00 day on D'],
      ['REPLACE 2 to D 09:45', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 16:00 day pause D 09:45 to D 16:00'],
  },
  {
    id: 'K13',
    title: 'a break that reaches into the next shift is a departure and an arrival',
    roster: {
      shifts: [
        { id: 'am', hours: '08:00-12:00' },
        { id: 'pm', hours: '13:00-17:00' },
      ],
      assigned: [{ shifts: ['am', 'pm'], from: 'D' }],
    },
    punches: ['D 08:00 IN', 'D 12:00 BREAK'],
    steps: [
      ['REPLACE 2 as OUT', 'ok on D'],
      ['CLOCK_IN D 13:00', 'ok on D'],
      ['CLOCK_OUT D 17:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 12:00 am', 'D: D 13:00 to D 17:00 pm'],
  },
  {
    id: 'K14',
    title: 'whoever came before the window opened is in like anybody',
    roster: OFFICE,
    punches: ['D 06:59:59 IN'],
    steps: [
      ['START_BREAK D 12:00', 'ok on D'],
      ['END_BREAK D 12:30', 'ok on D'],
      ['CLOCK_OUT D 17:00', 'ok on D'],
      ['CLOCK_OUT D 17:05', 'NOT_CLOCKED_IN D 06:59:59 to D 17:00 office on D'],
    ],
    sessions: ['D: D 06:59:59 to D 17:00 office pause D 12:00 to D 12:30'],
  },
  {
    id: 'K14',
    title: 'and so is whoever stays after it closed',
    roster: OFFICE,
    punches: ['D 08:00 IN'],
    steps: [
      ['START_BREAK D 19:30', 'ok on D'],
      ['END_BREAK D 20:00', 'ok on D'],
      ['CLOCK_OUT D+1 00:00:01', 'NOT_CLOCKED_IN D 08:00 to ? office on D'],
      ['CLOCK_OUT D+1 00:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D+1 00:00 office pause D 19:30 to D 20:00'],
  },
  {
    id: 'K14',
    title: 'but not after the longest session, and not of who came again',
    roster: OFFICE,
    punches: ['D 02:30 IN'],
    steps: [
      ['CLOCK_OUT D 18:30:01', 'NOT_CLOCKED_IN D 02:30 to ? - on D'],
      ['CLOCK_IN D 08:00', 'ok on D'],
      ['CLOCK_OUT D 20:00', 'ok on D'],
      ['CLOCK_OUT D 20:30', 'NOT_CLOCKED_IN D 08:00 to D 20:00 office on D'],
    ],
    sessions: ['D: D 02:30 to ? -', 'D: D 08:00 to D 20:00 office'],
  },
  {
    id: 'K14',
    title: 'whoever came shortly before the window cannot come for it again',
    roster: OFFICE,
    punches: ['D 06:30 IN'],
    steps: [
      ['CLOCK_IN D 08:00', 'ALREADY_CLOCKED_IN D 06:30 to ? - on D'],
      ['CLOCK_IN D 18:59:59', 'ALREADY_CLOCKED_IN D 06:30 to ? - on D'],
      ['CLOCK_OUT D 20:00', 'ok on D'],
    ],
    sessions: ['D: D 06:30 to D 20:00 office'],
  },
  {
    id: 'K14',
    title: 'also in the very second in which the window opens',
    roster: OFFICE,
    punches: ['D 06:30 IN'],
    steps: [
      ['END_BREAK D 07:00', 'NOT_ON_BREAK D 06:30 to ? - on D'],
      ['CLOCK_OUT D 07:00', 'ok on D'],
    ],
    sessions: ['D: D 06:30 to D 07:00 office'],
  },
  {
    id: 'K14',
    title: 'and of who came before midnight',
    roster: OFFICE,
    punches: ['D 22:00 IN'],
    steps: [
      ['START_BREAK D+1 09:00', 'ok on D+1'],
      ['CLOCK_OUT D+1 09:30', 'ok on D+1'],
    ],
    sessions: ['D+1: D 22:00 to D+1 09:30 office pause D+1 09:00 to D+1 09:30'],
  },
  {
    id: 'K7',
    title: 'with a break that ends, or begins, as the second shift does',
    roster: TOUCHING,
    punches: ['D 06:00 IN'],
    steps: [
      ['START_BREAK D 13:30', 'ok on D'],
      ['END_BREAK D 14:00', 'ok on D'],
      ['CLOCK_OUT D 22:00', 'ok on D'],
      ['CLOCK_IN D+1 06:00', 'ok on D+1'],
      ['START_BREAK D+1 14:00', 'ok on D+1'],
      ['END_BREAK D+1 14:30', 'ok on D+1'],
      ['CLOCK_OUT D+1 22:00', 'ok on D+1'],
    ],
    sessions: [
      'D: D 06:00 to D 14:00 early pause D 13:30 to D 14:00',
      'D: D 14:00 to D 22:00 late',
      'D+1: D+1 06:00 to D+1 14:00 early',
      'D+1: D+1 14:00 to D+1 22:00 late pause D+1 14:00 to D+1 14:30',
    ],
  },
  {
    id: 'K7',
    title: 'or left in the very second in which they came again',
    roster: TOUCHING,
    punches: ['D 06:00 IN', 'D 14:00 IN'],
    steps: [
      ['CLOCK_OUT D 14:00', 'ok on D'],
      ['CLOCK_OUT D 22:00', 'ok on D'],
    ],
    sessions: ['D: D 06:00 to D 14:00 early', 'D: D 14:00 to D 22:00 late'],
  },
  {
    id: 'K15',
    title: 'the last second of a window is within it',
    roster: OFFICE,
    punches: ['D 08:00 IN'],
    steps: [
      ['CLOCK_IN D 19:00', 'ALREADY_CLOCKED_IN D 08:00 to ? office on D'],
      ['CLOCK_OUT D 19:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D 19:00 office'],
  },
  {
    id: 'K15',
    title: 'and so is that of the longest session',
    punches: ['D 08:00 IN'],
    steps: [
      ['CLOCK_IN D+1 00:00', 'ALREADY_CLOCKED_IN D 08:00 to ? - on D'],
      ['CLOCK_OUT D+1 00:00', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to D+1 00:00 -'],
  },
  {
    id: 'K15',
    title: "but what is at the beginning of a window is the window's",
    roster: OFFICE,
    punches: ['D 02:30 IN'],
    steps: [['CLOCK_IN D 07:00', 'ok on D']],
    sessions: ['D: D 02:30 to ? -', 'D: D 07:00 to ? office'],
  },
  {
    id: 'K16',
    title: 'clocks whose keys nobody heeds take a departure for 13 hours, and then an arrival',
    roster: UNHEEDED,
    punches: ['D 08:00 IN'],
    steps: [
      ['CLOCK_IN D 21:00', 'ALREADY_CLOCKED_IN D 08:00 to ? - on D'],
      ['CLOCK_OUT D 21:00:01', 'NOT_CLOCKED_IN D 08:00 to ? - on D'],
      ['CLOCK_IN D 21:00:01', 'ok on D'],
    ],
    sessions: ['D: D 08:00 to ? -', 'D: D 21:00:01 to ? -'],
  },
];

const STEP = /^(\w+)(?: (\d+(?: \d+)*))?(?: to)?(?: (D\S* \S+))?(?: as (\w+))?$/;

function factOf(step: string, notation: Notation): Fact {
  const [, word = '', ids = '', moment, kind] = STEP.exec(step) ?? [];
  const time = moment === undefined ? undefined : (notation.moment(moment) as Instant);
  const numbers = ids.split(' ').map(Number);
  if (word === 'VOID') return voidFact(numbers);
  const punchKind = PUNCH_KINDS.find((each) => each === kind);
  if (word === 'REPLACE') return replaceFact(numbers[0] ?? 0, time, punchKind);
  if (!CLOCK_COMMANDS.some((each) => each === word)) throw new Error(`not a step: "${step}"`);
  return commandFact(word as ClockCommand, time);
}

function say(notation: Notation, { in: start, out, shiftId }: SessionConcerned | Session): string {
  const end = (at: Instant | undefined) => (at === undefined ? '?' : notation.say(at));
  return `${end(start)} to ${end(out)} ${shiftId ?? '-'}`;
}

function sayOutcome(outcome: ItemOutcome | undefined, notation: Notation): string {
  if (outcome?.kind !== 'FAILED') {
    const date = outcome?.day?.date;
    return date === undefined ? 'ok' : `ok on ${notation.sayDate(date)}`;
  }
  const { failure } = outcome;
  if (failure.kind === 'PUNCH_NOT_FOUND') return `${failure.kind} ${failure.punchId}`;
  if (failure.kind === 'PUNCH_VOIDED') {
    return `${failure.kind} ${failure.punchId} by ${failure.by}`;
  }
  if (failure.kind !== 'CLOCK_REFUSED') return failure.kind;
  const { refusal, session } = failure;
  if (session === undefined) return refusal;
  return `${refusal} ${say(notation, session)} on ${notation.sayDate(session.date)}`;
}

function sessionsOf(store: ModelStore, notation: Notation): string[] {
  return [...store.storedDates(MIA)]
    .sort((a, b) => a - b)
    .flatMap((epochDay) => {
      const date = fromEpochDay(epochDay);
      const sessions = store.day(MIA, date)?.result?.work.sessions ?? [];
      return sessions.map((session) => {
        const pauses = session.breaks.map(({ start, end }) => {
          const until = end === undefined ? '?' : notation.say(end);
          return ` pause ${notation.say(start)} to ${until}`;
        });
        return `${notation.sayDate(date)}: ${say(notation, session)}${pauses.join('')}`;
      });
    });
}

describe('acceptance: what a clock refuses', () => {
  for (const { id, title, day, roster = {}, punches, steps, sessions } of CASES) {
    it(`${id} ${title}`, () => {
      const row: Case = { id, title, source: '', roster, punches, days: {}, ...(day && { day }) };
      const notation = new Notation(row);
      const values = valuesOf(row);
      const store = new ModelStore(values.roster);
      store.addEmployee(MIA, values.employee);
      store.write(
        values.punches.map((punch) => punchFact(punch)),
        TOLD_AT,
      );
      for (const [step, expected] of steps) {
        const [outcome] = store.write([factOf(step, notation)], TOLD_AT).outcomes;
        expect(`${step}: ${sayOutcome(outcome, notation)}`).to.equal(`${step}: ${expected}`);
      }
      expect(sessionsOf(store, notation)).to.deep.equal(sessions);
      const [from, to] = [toEpochDay(notation.date('D-9') as never), notation.epochDay('D+30')];
      expect(store.stored(MIA, from, to)).to.deep.equal(store.rebuilt(MIA, from, to));
    });
  }
});
