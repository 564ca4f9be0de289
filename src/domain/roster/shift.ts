// What a shift is and how work is counted. Values here were checked (check-shift.ts): the rules
// may rely on every bound that is stated.

import type { Zone } from '../time/zone.js';

/**
 * TYPED: a punch does what it says; one of kind UNSPECIFIED alternates. ALTERNATING: arrivals
 * and departures alternate whatever the key that was pressed, for clocks whose keys nobody
 * heeds. Breaks keep their kind under both.
 */
export const PAIRINGS = ['TYPED', 'ALTERNATING'] as const;
export type Pairing = (typeof PAIRINGS)[number];

/** EVERY_PAIR: the time inside. FIRST_IN_TO_LAST_OUT: from the first arrival to the last departure. */
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
   * UP leaves alone what is at most this far above a multiple, DOWN lifts what is at most this
   * far below one. Below the step; 0 with NEAREST, which rounds a half up.
   */
  readonly graceSeconds: number;
}

/** A break that must have been taken by whoever worked longer than `afterSeconds`. */
export interface BreakDeduction {
  /** More than this, exactly; 0 or more. */
  readonly afterSeconds: number;
  /** What was not taken of it is deducted; above 0. */
  readonly breakSeconds: number;
}

/** Times of day, seconds after midnight, 0 to 86,399; an end not after the start is on the next date. */
export interface TimesOfDay {
  readonly startSecond: number;
  readonly endSecond: number;
}

/** A kind of break. Its lengths are of all its breaks in one shift, or one stretch. */
export interface BreakType {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`; each once in the rules. */
  readonly breakTypeId: string;
  /** Whether its breaks count as worked, up to `lengthSeconds`. */
  readonly isPaid: boolean;
  /** How long they are expected to be; 0: as long as they take, or by the clock as the window. */
  readonly lengthSeconds: number;
  /** When it is taken; undefined: at any time. One type of the rules at most has none. */
  readonly window: TimesOfDay | undefined;
  /** Whether what was not taken of it is deducted from work within the window. Not with `isPaid`. */
  readonly isByClock: boolean;
}

/** How the time of one shift, or of one stretch of work without a shift, is counted. */
export interface WorkRules {
  readonly pairing: Pairing;
  readonly hours: HoursCounted;
  /** A punch that repeats the one before it within this time is set aside. 0: the same second. */
  readonly repeatSeconds: number;
  /** Whether it repeats that one whatever the two say. */
  readonly repeatsAnyKind: boolean;
  /** By `afterSeconds`, each once; the last one exceeded counts, alone. */
  readonly breakDeductions: readonly BreakDeduction[];
  /** Whether they take only what is above their `afterSeconds`: working longer never pays less. */
  readonly deductExcessOnly: boolean;
  /** A shorter break is none for them; 0: every break counts. */
  readonly minBreakSeconds: number;
  /** Break time of no type that counts as worked, up to this much. */
  readonly paidBreakSeconds: number;
  readonly breakTypes: readonly BreakType[];
  /** Of the first arrival. */
  readonly roundIn: Rounding | undefined;
  /** Of the last departure. */
  readonly roundOut: Rounding | undefined;
  /** Of the break time taken. */
  readonly roundBreaks: Rounding | undefined;
  /** Of the worked time, last. */
  readonly roundWorked: Rounding | undefined;
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
};

/** Which time of a shift counts. What does not is shown all the same, and is said. */
export interface CountingRules {
  /** Whether work counts from the planned start, and what is before it does not. */
  readonly fromStart: boolean;
  /** Whether work counts to the planned end, and what is after it does not. */
  readonly toEnd: boolean;
  /** Work after the end counts, all of it, only where it is longer; 0: always. Not with `toEnd`. */
  readonly minOvertimeSeconds: number;
}

/** All of it. */
export const PLAIN_COUNTING: CountingRules = {
  fromStart: false,
  toEnd: false,
  minOvertimeSeconds: 0,
};

/** Where punches of a shift are expected from. */
export interface Geofence {
  readonly latitude: number;
  readonly longitude: number;
  readonly radiusMeters: number;
}

/** Hours that people choose within those of the shift. */
export interface FlexibleHours {
  /** How long to work; above 0, at most as long as the shift. */
  readonly targetSeconds: number;
  /** When everybody is there, within the shift; undefined: never. */
  readonly core: TimesOfDay | undefined;
}

/** One version of a shift. */
export interface Shift {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
  readonly shiftId: string;
  /** Local time of day, seconds after midnight, 0 to 86,399. */
  readonly startSecond: number;
  /** Likewise; not after the start means on the next date: equal to it, a shift of 24 hours. */
  readonly endSecond: number;
  /** Undefined: the employee's zone on the date. */
  readonly zone: Zone | undefined;
  /** Punches this long before the start still belong to the shift. */
  readonly beforeSeconds: number;
  /** Punches this long after the end still belong to the shift. */
  readonly afterSeconds: number;
  /**
   * A session is never longer, 1 to 36 h; 0: 16 h, or as long as the window where that is longer, or
   * 28 h of a shift of 24.
   * What is longer has lost its departure and its arrival.
   */
  readonly maxSessionSeconds: number;
  /** Late is later than the start plus this. */
  readonly lateGraceSeconds: number;
  /** Early is earlier than the end less this. */
  readonly earlyGraceSeconds: number;
  /** Less worked is HALF_DAY; 0: never. */
  readonly halfDayBelowSeconds: number;
  /** Less worked is ABSENT; 0: never. Looked at first. */
  readonly absentBelowSeconds: number;
  /** Where its halves meet, a time of day between its start and its end; undefined: in the middle. */
  readonly halvesMeetSecond: number | undefined;
  /** Undefined: its hours are fixed. */
  readonly flexible: FlexibleHours | undefined;
  readonly work: WorkRules;
  /** Whether nobody gave it work rules: then those of its employee's policy count, if it has any. */
  readonly followsPolicy?: true | undefined;
  readonly counting: CountingRules;
  /** Whether a holiday is a day like any other for this shift. */
  readonly worksOnHolidays: boolean;
  /** Whose holidays count for it; undefined: those of the employee's calendar. */
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

/** How punches outside every shift's window are taken together and dated. */
export interface OffShiftRules {
  readonly work: WorkRules;
  /** Being away this long begins a new stretch of work; 0: every arrival does. At most 24 h. */
  readonly newStretchGapSeconds: number;
  /** A session is never longer; an arrival this long after a stretch began starts another. 1 to 36 h. */
  readonly maxLengthSeconds: number;
  readonly attribution: Attribution;
  /**
   * When a date begins for work outside shifts, local time of day in seconds: 0 to 43,200. What is
   * before it is still the date before.
   */
  readonly dayStartSecond: number;
}

/** The longest that somebody can work through shifts that touch without a punch between them. */
export const MAX_THROUGH_SECONDS = 24 * 3600;

/** The longest session, where nothing else is said. */
export const DEFAULT_MAX_SESSION_SECONDS = 16 * 3600;

export const DEFAULT_OFF_SHIFT_RULES: OffShiftRules = {
  work: PLAIN_WORK_RULES,
  newStretchGapSeconds: 4 * 3600,
  maxLengthSeconds: DEFAULT_MAX_SESSION_SECONDS,
  attribution: 'START_DATE',
  dayStartSecond: 0,
};

/**
 * The longest session that a punch closes which does not say what it is: what is left of a day
 * after the 11 hours of rest that EU law asks for (Directive 2003/88/EC, article 3). Longer, and a
 * punch forgotten in the evening would join it to the next morning.
 */
export const MAX_UNTYPED_SECONDS = 13 * 3600;

/** The longest that a session may be allowed to be. */
export const MAX_SESSION_SECONDS = 36 * 3600;
/** The latest that a date may begin for off-shift work: at noon. */
export const MAX_DAY_START_SECOND = 12 * 3600;
/** The longest pause that may be asked for between stretches of off-shift work. */
export const MAX_NEW_STRETCH_GAP_SECONDS = 24 * 3600;
