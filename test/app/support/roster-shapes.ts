// The kinds of rosters that people have, for the properties of the clock: each with whatever is
// easily got wrong about it, around a date on which it matters.

import fc from 'fast-check';
import { type DayPlan, planDays } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import { Notation } from '../../domain/support/notation.js';
import type { RosterSetup } from '../../domain/support/scenario.js';
import { valuesOf } from '../../domain/support/scenario-values.js';

export interface Shape {
  readonly name: string;
  readonly day: string;
  readonly roster: RosterSetup;
}

/** No clock changes near it. */
const PLAIN_DAY = '2026-03-02';
const NARROW = { before: '0:30', after: '1:00' } as const;
const DAILY = 'D-9';
const NIGHT = { id: 'night', hours: '22:00-06:00' } as const;
const NARROW_NIGHT = { ...NIGHT, ...NARROW } as const;

/** Rosters whose shifts' windows never meet: who is in can be told without asking whose a punch is. */
export const APART: readonly Shape[] = [
  {
    name: 'a shift a day',
    day: PLAIN_DAY,
    roster: {
      shifts: [{ id: 'day', hours: '09:00-17:00' }],
      assigned: [{ shifts: ['day'], from: DAILY }],
    },
  },
  {
    name: 'two shifts a date',
    day: PLAIN_DAY,
    roster: {
      shifts: [
        { id: 'morning', hours: '08:00-12:00', ...NARROW },
        { id: 'evening', hours: '17:00-20:00', ...NARROW },
      ],
      assigned: [{ shifts: ['morning', 'evening'], from: DAILY }],
    },
  },
  {
    name: 'nights',
    day: PLAIN_DAY,
    roster: { shifts: [NIGHT], assigned: [{ shifts: ['night'], from: DAILY }] },
  },
  ...['2024-03-30', '2024-10-26'].map(
    (day): Shape => ({
      name: `nights through the change of the clocks after ${day}`,
      day,
      roster: {
        zone: 'Europe/Berlin',
        shifts: [NARROW_NIGHT],
        assigned: [{ shifts: ['night'], from: DAILY }],
      },
    }),
  ),
  {
    name: 'a shift that begins in time that the clocks skip',
    day: '2024-03-30',
    roster: {
      zone: 'Europe/Berlin',
      shifts: [{ id: 'early', hours: '02:30-08:00', ...NARROW }],
      assigned: [{ shifts: ['early'], from: DAILY }],
    },
  },
  {
    name: 'days without a shift, and holidays',
    day: PLAIN_DAY,
    roster: {
      shifts: [{ id: 'day', hours: '09:00-17:00' }],
      assigned: [
        { shifts: ['day'], from: DAILY, to: 'D' },
        { shifts: [], from: 'D+1', to: 'D+2' },
        { shifts: ['day'], from: 'D+3' },
      ],
      holidays: ['D', 'D+2', 'D+3'],
    },
  },
  {
    name: 'a shop with its own zone, and short sessions off shift that midnight divides',
    day: PLAIN_DAY,
    roster: {
      zone: 'America/New_York',
      shifts: [{ id: 'day', hours: '09:00-17:00', zone: 'Europe/Berlin', ...NARROW }],
      assigned: [{ shifts: ['day'], from: DAILY }],
      offShift: { maxLength: '5:00', attribution: 'SPLIT_AT_MIDNIGHT' },
    },
  },
];

/** Rosters whose windows meet, so that what was punched divides them. */
export const MEETING: readonly Shape[] = [
  {
    name: 'a morning and an afternoon',
    day: PLAIN_DAY,
    roster: {
      shifts: [
        { id: 'morning', hours: '08:00-12:00' },
        { id: 'afternoon', hours: '13:00-17:00' },
      ],
      assigned: [{ shifts: ['morning', 'afternoon'], from: DAILY }],
    },
  },
  {
    name: 'double shifts that touch',
    day: PLAIN_DAY,
    roster: {
      shifts: [
        { id: 'early', hours: '06:00-14:00' },
        { id: 'late', hours: '14:00-22:00' },
      ],
      assigned: [{ shifts: ['early', 'late'], from: DAILY }],
    },
  },
  {
    name: 'a double shift, and the next date',
    day: PLAIN_DAY,
    roster: {
      shifts: [
        { id: 'late', hours: '14:00-22:00' },
        { id: 'night', hours: '22:00-06:00' },
      ],
      assigned: [{ shifts: ['late', 'night'], from: DAILY }],
    },
  },
  {
    name: 'a night and the morning after it',
    day: '2024-03-30',
    roster: {
      zone: 'Europe/Berlin',
      shifts: [NIGHT, { id: 'early', hours: '06:00-14:00' }],
      assigned: [{ shifts: ['early', 'night'], from: DAILY }],
    },
  },
  {
    name: 'three that touch, with narrow windows',
    day: PLAIN_DAY,
    roster: {
      shifts: [
        { id: 'a', hours: '06:00-10:00', ...NARROW },
        { id: 'b', hours: '10:00-14:00', ...NARROW },
        { id: 'c', hours: '14:00-18:00', ...NARROW },
      ],
      assigned: [{ shifts: ['a', 'b', 'c'], from: DAILY }],
    },
  },
];

export const SHAPES: readonly Shape[] = [...APART, ...MEETING];

/** A roster as the engine's own values, and the plans of the dates around its own. */
export interface Shaped {
  readonly name: string;
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  readonly notation: Notation;
  /** From some days before the date until some days after it. */
  readonly plans: readonly DayPlan[];
  /** By when things begin and end. */
  readonly edges: readonly number[];
  /** What a failed run shows. */
  readonly toString: () => string;
}

/** How many dates there are plans of on either side. */
const PLANNED_DAYS = 12;
/** How many dates behind the first things happen on. */
const EDGE_DAYS = 3;

export function shaped({ name, day, roster: setup }: Shape): Shaped {
  const row = { id: name, title: name, source: '', day, roster: setup, days: {} };
  const { roster, employee } = valuesOf(row);
  const notation = new Notation(row);
  const first = notation.epochDay('D');
  const plans = planDays(roster, employee, first - PLANNED_DAYS, first + PLANNED_DAYS);
  const edges = edgesOf(plans, first, first + EDGE_DAYS);
  return { name, roster, employee, notation, plans, edges, toString: () => name };
}

/** When anything begins or ends on the dates from the first to the last. */
export function edgesOf(
  plans: readonly DayPlan[],
  firstDay: number,
  lastDay: number,
): readonly number[] {
  return plans
    .filter(({ epochDay }) => epochDay >= firstDay && epochDay <= lastDay)
    .flatMap(({ start, shifts }): number[] => [
      start,
      ...shifts.flatMap((each) => [each.start, each.end, each.window.from, each.window.to]),
    ])
    .sort((a, b) => a - b);
}

export function anyOf(shapes: readonly Shape[]): fc.Arbitrary<Shaped> {
  return fc.constantFrom(...shapes.map(shaped));
}
