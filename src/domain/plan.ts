// What the roster says for an employee and a date, with every time worked out: the shifts and
// the windows in which their punches are accepted, and which punches the day depends on.

import { fromEpochDay, type LocalDate } from './local-date.js';
import {
  type DayRoster,
  type EmployeeRoster,
  isEmployed,
  type PlanSource,
  type Roster,
  rosterOn,
  zoneOn,
} from './roster.js';
import type { OffShiftRules, Shift } from './shift.js';
import type { Instant } from './time.js';
import { instantAt, startOfDay, type Zone } from './zone.js';

/**
 * Windows of shifts this many dates apart can touch: a window covers less than 24 hours, so it
 * begins after the midnight before its date and ends before the second midnight after it.
 */
const NEIGHBOUR_DAYS = 2;

const DAY_SECONDS = 86_400;

/** Both included: a punch in the same second still belongs. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * Where the windows of two shifts that follow each other both claim the time: after the earlier
 * one's end and before the later one's start.
 */
export interface Contested extends Window {
  /** Half of it, in whole seconds: what is nearer to the one or to the other. */
  readonly middle: Instant;
}

/** A shift on a date. */
export interface PlannedShift {
  readonly shift: Shift;
  readonly epochDay: number;
  /** The shift's own zone, or the employee's on the date. */
  readonly zone: Zone;
  readonly start: Instant;
  readonly end: Instant;
  /** From the margins, cut where a neighbour's hours begin or end. */
  readonly window: Window;
  /** What its window shares with the shift before, and with the one after. */
  readonly contestedBefore: Contested | undefined;
  readonly contestedAfter: Contested | undefined;
  /** The shift that follows, if their windows touch. */
  readonly nextShiftId: string | undefined;
  /** The holiday of its calendar that falls on its date. */
  readonly holiday: string | undefined;
}

/** No roster applies, so nothing is expected, and nothing is known of the employee's zone. */
interface NoPlan {
  readonly kind: 'NONE';
}

export interface DayPlan {
  readonly kind: 'ROSTER';
  readonly date: LocalDate;
  readonly epochDay: number;
  /** The employee's on the date. */
  readonly zone: Zone;
  /** The date in the employee's zone: from its start, until the next date's. */
  readonly start: Instant;
  readonly end: Instant;
  readonly isEmployed: boolean;
  /** Undefined: the roster says nothing about the date. */
  readonly source: PlanSource | undefined;
  /** The date's own shifts, by start. */
  readonly shifts: readonly PlannedShift[];
  /** The holiday of the employee's calendar. */
  readonly holiday: string | undefined;
  readonly offShift: OffShiftRules;
  /** Every window that a punch near the date can fall into, the date's own too, by start. */
  readonly windows: readonly Window[];
  /** Only punches in this range matter to the date: what has to be read to derive it. */
  readonly reach: Window;
}

export type Plan = NoPlan | DayPlan;

export const NO_PLAN: Plan = { kind: 'NONE' };
