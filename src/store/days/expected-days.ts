// Finds the dates without facts that a list keeps. Most employees share their pattern of shifts
// with many others, so the expected days of a pattern are derived once for all of them.

import { derive, NO_FACTS } from '../../domain/engine/derive.js';
import { present } from '../../domain/engine/present.js';
import { type DayFilter, isWanted } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { followsPattern, patternOf } from '../../domain/roster/pattern.js';
import { type DayPlan, planDays } from '../../domain/roster/plan.js';
import { NEAR_DAYS } from '../../domain/roster/reach.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { Instant } from '../../domain/time/time.js';

/** Dates as bits, the first date lowest. */
export type DateBits = number;

/** The dates of one range, at most 31 days, with an expected day that the list keeps. */
export class ExpectedDays {
  readonly #roster: Roster;
  readonly #firstDay: number;
  readonly #lastDay: number;
  readonly #filter: DayFilter;
  readonly #now: Instant;
  readonly #byPattern = new Map<string, DateBits>();

  constructor(
    roster: Roster,
    range: { readonly firstDay: number; readonly lastDay: number },
    wanted: { readonly filter: DayFilter; readonly now: Instant },
  ) {
    this.#roster = roster;
    this.#firstDay = range.firstDay;
    this.#lastDay = range.lastDay;
    this.#filter = wanted.filter;
    this.#now = wanted.now;
  }

  of(employee: EmployeeRoster): DateBits {
    const [first, last] = [this.#firstDay - NEAR_DAYS, this.#lastDay + NEAR_DAYS];
    if (!followsPattern(employee, first, last)) return this.#bits(employee);
    const pattern = patternOf(employee);
    const known = this.#byPattern.get(pattern);
    if (known !== undefined) return known;
    const bits = this.#bits(employee);
    this.#byPattern.set(pattern, bits);
    return bits;
  }

  #bits(employee: EmployeeRoster): DateBits {
    let bits = 0;
    const plans = planDays(this.#roster, employee, this.#firstDay, this.#lastDay);
    for (const [place, plan] of plans.entries()) if (this.#isKept(plan)) bits |= 1 << place;
    return bits;
  }

  #isKept(plan: DayPlan): boolean {
    const result = derive(NO_FACTS, plan);
    if (result.status === 'UNSCHEDULED') return false;
    const known = { result, revision: 0, recordedAt: undefined };
    return isWanted(present({ ...NOBODY, date: plan.date }, known, this.#now), this.#filter);
  }
}

const NOBODY = { employeeId: '' as EmployeeId, employeeName: '' };
