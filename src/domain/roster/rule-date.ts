// What rules for overtime and premiums ask about a date: what its plan says, without punches.

import type { Portion } from '../facts/day.js';
import {
  type ExtraTimeRules,
  NO_EXTRA_TIME_RULES,
  type RuleDates,
  weekdayOf,
} from './extra-time.js';
import type { DayPlan } from './plan.js';

/** A date of an employee. */
export interface RuleDate {
  readonly epochDay: number;
  /** Of the policy that the employee follows on it. */
  readonly rules: ExtraTimeRules;
  /** Whether the roster says what is to be worked, be it nothing. */
  readonly isRostered: boolean;
  /** Whether the roster says that nothing is to be worked. */
  readonly isDayOff: boolean;
  /** The part of it that is a holiday of the calendar, also where shifts work on holidays. */
  readonly holiday: Portion | undefined;
}

export function ruleDateOf(plan: DayPlan): RuleDate {
  const { epochDay, policy, isEmployed, source, shifts } = plan;
  const isRostered = isEmployed && source !== undefined;
  const own = shifts.find(({ holiday }) => holiday !== undefined)?.holiday;
  return {
    epochDay,
    rules: policy?.policy.extraTime ?? NO_EXTRA_TIME_RULES,
    isRostered,
    isDayOff: isRostered && shifts.length === 0,
    holiday: isEmployed ? (plan.holiday ?? own)?.portion : undefined,
  };
}

/**
 * The part of a date that a rule is for; undefined: nothing of it. Half a holiday is that half, unless
 * the whole date is of another kind.
 */
export function ruledPart(dates: RuleDates, date: RuleDate): Portion | undefined {
  const { weekdays, holidays, daysOff } = dates;
  if (weekdays.length === 0 && !holidays && !daysOff) return 'WHOLE_DAY';
  if (weekdays.includes(weekdayOf(date.epochDay))) return 'WHOLE_DAY';
  if (daysOff && date.isDayOff) return 'WHOLE_DAY';
  return holidays ? date.holiday : undefined;
}
