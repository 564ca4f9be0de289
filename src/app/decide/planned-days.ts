// Finds the dates that a punch can change, and what has to be read to derive them: the dates whose
// plan's reach contains the punch. The engine promises that (plan.ts); no number of days is
// assumed.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { type DayPlan, neighbourDays, planDays } from '../../domain/roster/plan.js';
import { neededBy, type Window } from '../../domain/roster/planned-shift.js';
import { dateAt, type EmployeeRoster, type Roster } from '../../domain/roster/roster.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import { type Instant, wholeSecond } from '../../domain/time/time.js';
import type { Need } from '../ports/batch.js';

const SECOND_MS = 1000;

/** There are no days outside this range, so nothing is searched there. */
const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

/**
 * Plans are made for at least this many dates together, because neighbours share most of the work.
 */
const RUN_DAYS = 7;

/** One employee's plans. Each is made once. */
export class PlannedDays {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  readonly #plans = new Map<number, DayPlan>();
  /**
   * Dates within this distance of a moment are all checked; beyond it, up to the first untouched
   * one.
   */
  readonly #sureDays: number;

  constructor(roster: Roster, employee: EmployeeRoster) {
    this.roster = roster;
    this.employee = employee;
    // If the employee moves between zones, the date of a moment can be off by up to two dates.
    const off = employee.zones.length === 1 ? 0 : 2;
    this.#sureDays = neighbourDays(roster, employee) + off;
  }

  /** The number of plans made so far. */
  get size(): number {
    return this.#plans.size;
  }

  /** The plan of a date from 1900 to 9999. */
  plan(day: number): DayPlan {
    const known = this.#plans.get(day);
    if (known !== undefined) return known;
    this.prepare(day, day);
    return this.plan(day);
  }

  /** Makes the plans of a range of dates together. */
  prepare(firstDay: number, lastDay: number): void {
    let first = Math.max(firstDay, FIRST_DAY);
    let last = Math.min(lastDay, LAST_DAY);
    while (first <= last && this.#plans.has(first)) first += 1;
    while (last >= first && this.#plans.has(last)) last -= 1;
    if (first > last) return;
    for (const plan of planDays(this.roster, this.employee, first, last)) {
      if (!this.#plans.has(plan.epochDay)) this.#plans.set(plan.epochDay, plan);
    }
  }

  /** The employee's date at a moment, limited to the first and last date that exist. */
  dateAt(time: Instant): number {
    const day = dateAt(this.employee, time);
    return Math.min(Math.max(day, FIRST_DAY), LAST_DAY);
  }

  /**
   * The plans whose reach contains a second of the range, by date. These dates lie together: the
   * off-shift reach of a date begins no earlier than that of the date before and ends no later than
   * that of the next. Only shifts can reach across a date, and not far.
   */
  touchedBy(earliest: Instant, latest: Instant = earliest): readonly DayPlan[] {
    const [from, to] = [wholeSecond(earliest), wholeSecond(latest)];
    const [firstDate, lastDate] = [this.dateAt(from), this.dateAt(to)];
    const sure = this.#sureDays;
    this.prepare(firstDate - sure, lastDate + sure + 1);
    const touched: DayPlan[] = [];
    for (let day = firstDate; day >= FIRST_DAY; day -= 1) {
      const { reach } = this.#stepTo(day, -RUN_DAYS);
      if (reach.to < from && firstDate - day >= sure) break;
      if (reach.to >= from && reach.from <= to) touched.push(this.plan(day));
    }
    touched.reverse();
    for (let day = firstDate + 1; day <= LAST_DAY; day += 1) {
      const { reach } = this.#stepTo(day, RUN_DAYS);
      if (reach.from > to && day - lastDate > sure) break;
      if (reach.to >= from && reach.from <= to) touched.push(this.plan(day));
    }
    return touched;
  }

  #stepTo(day: number, ahead: number): DayPlan {
    const known = this.#plans.get(day);
    if (known !== undefined) return known;
    this.prepare(Math.min(day, day + ahead), Math.max(day, day + ahead));
    return this.plan(day);
  }

  /**
   * The plans that a moment touches, among those near it and those of a range of time. `range` is
   * where off-shift work can have changed (off-shift-extent.ts); undefined: everywhere.
   */
  touchedNear(time: Instant, range: Window | undefined): readonly DayPlan[] {
    if (range === undefined) return this.touchedBy(time);
    const date = this.dateAt(time);
    const sure = this.#sureDays;
    const first = Math.max(FIRST_DAY, Math.min(this.dateAt(range.from), date) - sure);
    const last = Math.min(LAST_DAY, Math.max(this.dateAt(range.to), date) + sure + 1);
    this.prepare(first, last);
    const touched: DayPlan[] = [];
    for (let day = first; day <= last; day += 1) {
      const plan = this.plan(day);
      if (isWithin(plan.reach, time)) touched.push(plan);
    }
    return touched;
  }

  /**
   * The plans of `touchedNear` that a punch at that moment can change. What has to be read before a
   * punch in the range can be decided.
   */
  changedBy(time: Instant, range: Window | undefined): readonly DayPlan[] {
    const touched = this.touchedNear(time, range);
    if (range === undefined) return touched;
    return touched.filter(
      ({ start, end, shifts, maxVisitMs }) =>
        (start <= range.to && end > range.from) ||
        shifts.some((shift) => isWithin(withVisits(neededBy(shift), maxVisitMs), time)),
    );
  }

  /** What has to be read before a punch of the range can be decided. */
  needAround(employeeId: EmployeeId, from: Instant, to: Instant = from): Need {
    const touched = this.touchedBy(from, to);
    const [first, last] = [touched[0], touched.at(-1)];
    let [earliest, latest] = [from, to];
    for (const { reach } of touched) {
      if (reach.from < earliest) earliest = reach.from;
      if (reach.to > latest) latest = reach.to;
    }
    const date = this.dateAt(from);
    const [firstDay, lastDay] = [first?.epochDay ?? date, last?.epochDay ?? date];
    return { employeeId, firstDay, lastDay, from: earliest, to: endOfSecond(latest) };
  }

  /** What has to be read to derive a range of dates. */
  needOf(employeeId: EmployeeId, firstDay: number, lastDay: number): Need {
    this.prepare(firstDay, lastDay);
    let { from, to } = this.plan(firstDay).reach;
    for (let day = firstDay + 1; day <= lastDay; day += 1) {
      const { reach } = this.plan(day);
      if (reach.from < from) from = reach.from;
      if (reach.to > to) to = reach.to;
    }
    return { employeeId, firstDay, lastDay, from, to: endOfSecond(to) };
  }
}

/**
 * The last millisecond of a second. Punches count in whole seconds but have times in milliseconds.
 */
function endOfSecond(time: Instant): Instant {
  return (wholeSecond(time) + SECOND_MS - 1) as Instant;
}

/**
 * Extends a range by the longest visit on both sides, for punches of one visit with those in it.
 */
function withVisits({ from, to }: Window, maxVisitMs: number): Window {
  return { from: (from - maxVisitMs) as Instant, to: (to + maxVisitMs) as Instant };
}

function isWithin({ from, to }: Window, time: Instant): boolean {
  const second = wholeSecond(time);
  return from <= second && second <= to;
}
