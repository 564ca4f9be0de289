// The rules of a policy for overtime and premiums. They change no day: they say which part of the
// worked time a timesheet shows as overtime, and which part of it lies in a window with a premium.

/**
 * What overtime is beyond. DAY: the planned time of the date, or a fixed length. WEEK: a fixed length
 * in a week. ALL_WORK: nothing, so that all work of the rule's dates is overtime.
 */
export const OVERTIME_BASES = ['DAY', 'WEEK', 'ALL_WORK'] as const;
export type OvertimeBasis = (typeof OVERTIME_BASES)[number];

/** A day of the week: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The dates of a rule: those of any of these kinds; every date if no kind is given. */
export interface RuleDates {
  readonly weekdays: readonly Weekday[];
  /** Whether holidays of the calendar are among them. */
  readonly holidays: boolean;
  /** Whether dates are among them on which the roster says that nothing is to be worked. */
  readonly daysOff: boolean;
}

/** Every date. */
export const EVERY_DATE: RuleDates = { weekdays: [], holidays: false, daysOff: false };

/** A part of the overtime of a rule. */
export interface OvertimeTier {
  /** Up to 64 characters of `A-Z a-z 0-9 . _ -`; empty: none. */
  readonly label: string;
  /** How much of the overtime it takes, after the tiers before it; undefined: the rest. */
  readonly lengthSeconds: number | undefined;
  /** For payroll, 0 to 1,000; 0: not said. Nothing is computed from it. */
  readonly percent: number;
}

/** Which worked time is overtime. */
export interface OvertimeRule {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
  readonly ruleId: string;
  readonly basis: OvertimeBasis;
  /** DAY: undefined means the planned time. WEEK: always given. ALL_WORK: undefined. */
  readonly afterSeconds: number | undefined;
  /** Every date for WEEK. */
  readonly dates: RuleDates;
  /** Overtime of a day, or of a week, up to this does not count; a longer one counts wholly. */
  readonly toleranceSeconds: number;
  /** Only whole blocks of this length count; 0: every second. */
  readonly blockSeconds: number;
  /** The most that counts of a day, or of a week; 0: all. */
  readonly limitSeconds: number;
  /** In order; all have a length but the last. Empty: one tier without a label. */
  readonly tiers: readonly OvertimeTier[];
}

/** A window of the clock, half-open. */
export interface RuleWindow {
  /** Local time of day in seconds after midnight, 0 to 86,399. */
  readonly startSecond: number;
  /** Likewise; not after the start means the next date. */
  readonly endSecond: number;
}

/** Which worked time has a premium. */
export interface PremiumRule {
  /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
  readonly ruleId: string;
  /** For payroll, 0 to 1,000; 0: not said. Nothing is computed from it. */
  readonly percent: number;
  /** The dates on which its window begins. */
  readonly dates: RuleDates;
  /** Undefined: from midnight to midnight. */
  readonly window: RuleWindow | undefined;
  /** Whether it counts beside other rules, instead of only what no rule before it has. */
  readonly isAdded: boolean;
}

/** The rules of a policy for overtime and premiums. */
export interface ExtraTimeRules {
  /** In the order in which they take worked time. */
  readonly overtime: readonly OvertimeRule[];
  /** In the order in which they take worked time. */
  readonly premiums: readonly PremiumRule[];
  /** On which weeks of overtime rules begin. */
  readonly weekStart: Weekday;
  /**
   * Missing time of a day up to this does not count as undertime; longer one counts wholly.
   * Undefined: undertime is not measured.
   */
  readonly undertimeToleranceSeconds: number | undefined;
}

/** Neither overtime nor premiums. */
export const NO_EXTRA_TIME_RULES: ExtraTimeRules = {
  overtime: [],
  premiums: [],
  weekStart: 1,
  undertimeToleranceSeconds: undefined,
};

/** The most rules of each kind in a policy. */
export const MAX_OVERTIME_RULES = 10;
export const MAX_PREMIUM_RULES = 20;
/** The most tiers of a rule. */
export const MAX_OVERTIME_TIERS = 5;
/** The highest factor that can be said. */
export const MAX_PERCENT = 1000;

/** Whether they make anything of any day. */
export function hasRules(rules: ExtraTimeRules): boolean {
  const { overtime, premiums, undertimeToleranceSeconds } = rules;
  return overtime.length > 0 || premiums.length > 0 || undertimeToleranceSeconds !== undefined;
}

/** The day of the week of a date. */
export function weekdayOf(epochDay: number): Weekday {
  // 1970-01-01 was a Thursday.
  return (((((epochDay + 3) % 7) + 7) % 7) + 1) as Weekday;
}

/** The first date of the week that has a date, as an epoch day. */
export function weekStartOf(epochDay: number, weekStart: Weekday): number {
  return epochDay - ((weekdayOf(epochDay) - weekStart + 7) % 7);
}
