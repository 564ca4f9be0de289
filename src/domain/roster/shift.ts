// Defines shifts and how work is counted. Values here are checked (check-shift.ts), so the rules
// may rely on every stated bound.

import type { Zone } from '../time/zone.js';

/**
 * TYPED: a punch does what its kind says; UNSPECIFIED alternates. ALTERNATING: arrivals and
 * departures alternate whatever key was pressed, for clocks whose keys cannot be trusted. Breaks
 * keep their kind under both.
 */
export const PAIRINGS = ['TYPED', 'ALTERNATING'] as const;
export type Pairing = (typeof PAIRINGS)[number];

/**
 * EVERY_PAIR: the time inside. FIRST_IN_TO_LAST_OUT: from the first arrival to the last departure.
 */
export const HOURS_COUNTED = ['EVERY_PAIR', 'FIRST_IN_TO_LAST_OUT'] as const;
export type HoursCounted = (typeof HOURS_COUNTED)[number];

export const ROUNDING_DIRECTIONS = ['UP', 'DOWN', 'NEAREST'] as const;
export type RoundingDirection = (typeof ROUNDING_DIRECTIONS)[number];

/** Rounding to a multiple of a step. */
export interface Rounding {
  readonly direction: RoundingDirection;
  /** A divisor of an hour, in seconds. Times of day are rounded on the local clock. */
  readonly stepSeconds: number;
  /**
   * UP leaves values at most this far above a multiple alone; DOWN raises values at most this far
   * below one. Less than the step; 0 with NEAREST, which rounds a half up.
   */
  readonly graceSeconds: number;
}

/** A break that is required for work longer than `afterSeconds`. */
export interface BreakDeduction {
  /** Required above exactly this; 0 or more. */
  readonly afterSeconds: number;
  /** The part of it that was not taken is deducted; above 0. */
  readonly breakSeconds: number;
}

/** Times of day, seconds after midnight, 0 to 86,399; an end not after the start is on the next date. */
export interface TimesOfDay {
  readonly startSecond: number;
  readonly endSecond: number;
}

/** A type of break. Its lengths are totals of one shift, or one period of work. */
export interface BreakType {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`; each once in the rules. */
  readonly breakTypeId: string;
  /** Whether its breaks count as worked, up to `lengthSeconds`. */
  readonly isPaid: boolean;
  /** The expected length; 0: as long as they take, or with `isByClock` as long as the window. */
  readonly lengthSeconds: number;
  /** When it is taken; undefined: at any time. At most one type of the rules has no window. */
  readonly window: TimesOfDay | undefined;
  /** Whether the part not taken is deducted from work within the window. Not with `isPaid`. */
  readonly isByClock: boolean;
}

/**
 * What closes a session without a departure. PLANNED_END: the planned end. PLANNED_WORK: the planned
 * work of the shift is done. LENGTH: the time since the arrival.
 */
export const AUTO_CLOSE_RULES = ['PLANNED_END', 'PLANNED_WORK', 'LENGTH'] as const;
export type AutoCloseRule = (typeof AUTO_CLOSE_RULES)[number];

/** A rule that closes a session of a shift if nobody clocks out. */
export interface AutoClose {
  readonly by: AutoCloseRule;
  /** With LENGTH the length, 1 s to 36 h; otherwise the tolerance after it, 0 to 24 h. */
  readonly seconds: number;
}

/** How the time of one shift, or of one period of work off shift, is counted. */
export interface WorkRules {
  readonly pairing: Pairing;
  readonly hours: HoursCounted;
  /** A punch that repeats the one before within this time is ignored. 0: the same second. */
  readonly repeatSeconds: number;
  /** Whether punches of different kinds also repeat each other. */
  readonly repeatsAnyKind: boolean;
  /** Sorted by `afterSeconds`, each once. Only the last one exceeded counts. */
  readonly breakDeductions: readonly BreakDeduction[];
  /** Whether they deduct only work above `afterSeconds`, so that longer work is never paid less. */
  readonly deductExcessOnly: boolean;
  /** A shorter break does not count for them; 0: every break counts. */
  readonly minBreakSeconds: number;
  /** How much break time without a type counts as worked. */
  readonly paidBreakSeconds: number;
  readonly breakTypes: readonly BreakType[];
  /** For the first arrival. */
  readonly roundIn: Rounding | undefined;
  /** For the last departure. */
  readonly roundOut: Rounding | undefined;
  /** For the break time taken. */
  readonly roundBreaks: Rounding | undefined;
  /** For the worked time, last. */
  readonly roundWorked: Rounding | undefined;
  /** Undefined: no session closes by itself. Always undefined off shift. */
  readonly autoClose: AutoClose | undefined;
  /** The hours that `autoClose` counts by; absent: `hours`. Never configured (every-pair.ts). */
  readonly closingHours?: HoursCounted;
}

export const PLAIN_WORK_RULES: WorkRules = {
  pairing: 'TYPED',
  hours: 'EVERY_PAIR',
  repeatSeconds: 0,
  repeatsAnyKind: false,
  breakDeductions: [],
  deductExcessOnly: false,
  minBreakSeconds: 0,
  paidBreakSeconds: 0,
  breakTypes: [],
  roundIn: undefined,
  roundOut: undefined,
  roundBreaks: undefined,
  roundWorked: undefined,
  autoClose: undefined,
};

/** Which time of a shift counts. Time that does not count is still shown and reported. */
export interface CountingRules {
  /** Whether work before the planned start does not count. */
  readonly fromStart: boolean;
  /** Whether work after the planned end does not count. */
  readonly toEnd: boolean;
  /**
   * Work after the end counts only if it is longer than this, and then all of it; 0: always. Not
   * with `toEnd`.
   */
  readonly minOvertimeSeconds: number;
}

/** All time counts. */
export const PLAIN_COUNTING: CountingRules = {
  fromStart: false,
  toEnd: false,
  minOvertimeSeconds: 0,
};

/** Where a shift's punches are expected. */
export interface Geofence {
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusMeters: number;
}

/** Hours that employees choose within those of the shift. */
export interface FlexibleHours {
  /** How long to work; above 0, at most as long as the shift. */
  readonly targetSeconds: number;
  /** When all must be there, within the shift; undefined: never. */
  readonly core: TimesOfDay | undefined;
}

/** One version of a shift. */
export interface Shift {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
  readonly shiftId: string;
  /** Local time of day, seconds after midnight, 0 to 86,399. */
  readonly startSecond: number;
  /**
   * Likewise. Not after the start means the next date; equal to the start means a shift of 24
   * hours.
   */
  readonly endSecond: number;
  /** Undefined: the employee's zone on the date. */
  readonly zone: Zone | undefined;
  /** Punches this long before the start still belong to the shift. */
  readonly beforeSeconds: number;
  /** Punches this long after the end still belong to the shift. */
  readonly afterSeconds: number;
  /**
   * The longest session, 1 to 36 h; 0: 16 h, or the window's length if that is longer, or 28 h for
   * a shift of 24. A longer one counts as a missing departure and a missing arrival.
   */
  readonly maxSessionSeconds: number;
  /** Later than the start plus this is late. */
  readonly lateGraceSeconds: number;
  /** Earlier than the end less this is early. */
  readonly earlyGraceSeconds: number;
  /** Less work is HALF_DAY; 0: never. */
  readonly halfDayBelowSeconds: number;
  /** Less work is ABSENT; 0: never. Checked first. */
  readonly absentBelowSeconds: number;
  /** The time of day between its halves, within the shift; undefined: the middle. */
  readonly halvesMeetSecond: number | undefined;
  /** Undefined: fixed hours. */
  readonly flexible: FlexibleHours | undefined;
  readonly work: WorkRules;
  /**
   * Whether it has no work rules of its own, so that those of the employee's policy count, if any.
   */
  readonly followsPolicy?: true | undefined;
  readonly counting: CountingRules;
  /** Whether the shift works on holidays as on other days. */
  readonly worksOnHolidays: boolean;
  /** The calendar whose holidays count for it; undefined: the employee's. */
  readonly calendarId: string | undefined;
  readonly geofence: Geofence | undefined;
}

/** The date that work without a shift belongs to. */
export const ATTRIBUTIONS = [
  'START_DATE',
  'END_DATE',
  'MOST_WORKED_DATE',
  'SPLIT_AT_MIDNIGHT',
] as const;
export type Attribution = (typeof ATTRIBUTIONS)[number];

/** How punches outside every shift's window form periods of work, and their dates. */
export interface OffShiftRules {
  readonly work: WorkRules;
  /** An absence this long begins a new period of work; 0: every arrival does. At most 24 h. */
  readonly newStretchGapSeconds: number;
  /** The longest session. An arrival this long after a period began starts another. 1 to 36 h. */
  readonly maxLengthSeconds: number;
  readonly attribution: Attribution;
  /**
   * When a date begins for work outside shifts, local time of day in seconds: 0 to 43,200. Earlier
   * times belong to the date before.
   */
  readonly dayStartSecond: number;
}

/** The longest time through shifts that touch without a punch between them. */
export const MAX_THROUGH_SECONDS = 24 * 3600;

/** The longest session if nothing else is given. */
export const DEFAULT_MAX_SESSION_SECONDS = 16 * 3600;

export const DEFAULT_OFF_SHIFT_RULES: OffShiftRules = {
  work: PLAIN_WORK_RULES,
  newStretchGapSeconds: 4 * 3600,
  maxLengthSeconds: DEFAULT_MAX_SESSION_SECONDS,
  attribution: 'START_DATE',
  dayStartSecond: 0,
};

/**
 * The longest session that a punch without a kind can end: the rest of a day after the 11 hours of
 * rest that EU law requires (Directive 2003/88/EC, article 3). If it were longer, a punch forgotten
 * in the evening would join it to the next morning.
 */
export const MAX_UNTYPED_SECONDS = 13 * 3600;

/** The longest session that can be configured. */
export const MAX_SESSION_SECONDS = 36 * 3600;
/** The latest that a date may begin for off-shift work: at noon. */
export const MAX_DAY_START_SECOND = 12 * 3600;
/** The longest absence that can be required between periods of off-shift work. */
export const MAX_NEW_STRETCH_GAP_SECONDS = 24 * 3600;
