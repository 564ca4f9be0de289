// The holiday of an employee's date, for people who read the day: a day's status does not name it.

import type { Portion } from '../facts/day.js';
import type { DayPlan } from './plan.js';
import { holidayHalf, isOffForHoliday } from './planned-shift.js';

/** A holiday of a date. */
export interface DayHoliday {
  readonly name: string;
  /**
   * The part of the date's planned work that it cancels; undefined: nothing, because a shift works
   * on holidays or because half a holiday meets no shift.
   */
  readonly portion: Portion | undefined;
}

/**
 * The holiday of a date: that of its first shift with one, else that of the employee's calendar.
 * Undefined without a holiday, and on a date on which the employee is not employed.
 */
export function dayHolidayOf(plan: DayPlan): DayHoliday | undefined {
  if (!plan.isEmployed) return undefined;
  const name = (plan.shifts.find(({ holiday }) => holiday !== undefined)?.holiday ?? plan.holiday)
    ?.name;
  return name === undefined ? undefined : { name, portion: cancelled(plan) };
}

function cancelled({ shifts, holiday }: DayPlan): Portion | undefined {
  if (shifts.length === 0) return holiday?.portion === 'WHOLE_DAY' ? 'WHOLE_DAY' : undefined;
  const half = shifts.map(holidayHalf).find((one) => one !== undefined);
  if (half !== undefined) return half;
  if (shifts.every(isOffForHoliday)) return 'WHOLE_DAY';
  // Of several shifts, half a holiday cancels those of its half.
  return shifts.some(isOffForHoliday) ? holiday?.portion : undefined;
}
