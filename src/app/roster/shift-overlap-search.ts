// Whether other hours of a shift put somebody who has it in two places at once. Its users are many, so
// of each only the dates are looked at on which the shift meets another: in one round of a pattern,
// where patterns change, and at single dates. What is looked at is bounded, of each user and of all
// together; one user takes milliseconds at most, and between two others may work. Pure.

import { type Overlap, shareHours } from '../../domain/roster/check-roster.js';
import { type RawShift, rawShift } from '../../domain/roster/planned-shift.js';
import {
  cycleDay,
  type EmployeeRoster,
  type Roster,
  rosterOn,
  zoneOn,
} from '../../domain/roster/roster.js';
import type { Shift } from '../../domain/roster/shift.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import type { Zone } from '../../domain/time/zone.js';
import { type DayRange, MAX_CHECKED_DAYS, patternDays, ROUNDS } from './roster-conflicts.js';
import { NEIGHBOUR_DAYS, type Partner, ShiftPartners } from './shift-partners.js';

/**
 * The most dates that are looked at for one change of a shift, over all who use it: about half a
 * second. Beyond that some could be left with two shifts at once; the engine then shares the time
 * between the two.
 */
export const MAX_LOOKED_DATES = 3_000_000;

/** The same of one user: some milliseconds, in which a process does nothing else. */
export const MAX_LOOKED_DATES_OF_USER = 20_000;

/** The most shifts on dates whose instants are remembered. */
const MAX_REMEMBERED = 50_000;

const YEAR_DAYS = 366;
const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);
const NO_OVERRIDES: ReadonlyMap<number, readonly string[]> = new Map();

/** A shift's other hours on some dates. */
export interface ShiftStep {
  readonly before: Roster;
  readonly after: Roster;
  readonly shift: Shift;
  /** Where `shift` is in effect afterwards. */
  readonly dates: DayRange;
  /** Where a pattern has no end and zones differ, the dates from a year before it matter. */
  readonly nowDay: number;
}

export class ShiftUsersCheck {
  readonly #step: ShiftStep;
  readonly #partners = new Map<Zone | undefined, ShiftPartners>();
  readonly #hours = new Hours();
  #left = MAX_LOOKED_DATES;

  constructor(step: ShiftStep) {
    const { firstDay, lastDay } = step.dates;
    const dates = { firstDay: Math.max(FIRST_DAY, firstDay), lastDay: Math.min(LAST_DAY, lastDay) };
    this.#step = { ...step, dates };
  }

  /** Nobody else will be looked at. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** The first overlap of the changed shift with another that was not there before. */
  overlapOf(employee: EmployeeRoster): Overlap | undefined {
    const [first, ...others] = employee.zones.map(({ zone }) => zone);
    const zone = others.every((other) => other === first) ? first : undefined;
    const partners =
      this.#partners.get(zone) ??
      new ShiftPartners(this.#step.after, this.#step.shift, this.#step.dates, zone);
    this.#partners.set(zone, partners);
    const budget = Math.min(this.#left, MAX_LOOKED_DATES_OF_USER);
    const search = new UserSearch(this.#step, employee, partners, this.#hours, budget);
    const overlap = search.run();
    this.#left -= budget - search.left;
    return overlap;
  }
}

/** When shifts on dates begin and end: the same for all users. */
class Hours {
  #known = new Map<Shift, Map<Zone, Map<number, RawShift>>>();
  #count = 0;

  of(shift: Shift, day: number, zone: Zone): RawShift {
    const days = this.#known.get(shift)?.get(zone);
    const known = days?.get(day);
    if (known !== undefined) return known;
    const raw = rawShift(shift, day, zone);
    this.#keep(shift, zone, raw);
    return raw;
  }

  #keep(shift: Shift, zone: Zone, raw: RawShift): void {
    if (this.#count >= MAX_REMEMBERED) {
      this.#known = new Map();
      this.#count = 0;
    }
    this.#count += 1;
    const zones = this.#known.get(shift) ?? new Map<Zone, Map<number, RawShift>>();
    const days = zones.get(zone) ?? new Map<number, RawShift>();
    days.set(raw.epochDay, raw);
    this.#known.set(shift, zones.set(zone, days));
  }
}

/** Two dates that a pattern brings together, time and again. */
interface Meeting {
  readonly day: number;
  readonly offset: number;
  readonly shift: Shift;
  readonly period: number;
  /** The dates on which the pattern holds. */
  readonly stretch: DayRange;
}

/** What is looked for in one user's roster. */
class UserSearch {
  readonly #step: ShiftStep;
  readonly #employee: EmployeeRoster;
  /** The same without single dates: what repeats. */
  readonly #pattern: EmployeeRoster;
  readonly #partners: ShiftPartners;
  readonly #hours: Hours;
  /** How many dates apart the changed shift may meet one of the pattern. */
  readonly #offsets = new Set<number>();
  #found: Overlap | undefined;
  /** How many dates may still be looked at. */
  left: number;

  constructor(
    step: ShiftStep,
    employee: EmployeeRoster,
    partners: ShiftPartners,
    hours: Hours,
    budget: number,
  ) {
    this.#step = step;
    this.#employee = employee;
    this.#pattern = { ...employee, overrides: NO_OVERRIDES };
    this.#partners = partners;
    this.#hours = hours;
    this.left = budget;
  }

  run(): Overlap | undefined {
    this.#lookAtPattern();
    this.#lookAtOverrides();
    return this.#found;
  }

  /** Single dates that bring the changed shift, or one that it may meet. */
  #lookAtOverrides(): void {
    const { shift, dates } = this.#step;
    for (const [day, shiftIds] of this.#employee.overrides) {
      if (!this.#spend(1)) return;
      if (day < dates.firstDay - NEIGHBOUR_DAYS || day > dates.lastDay + NEIGHBOUR_DAYS) continue;
      const isChanged = shiftIds.includes(shift.shiftId);
      if (isChanged) this.#lookAround(day);
      for (const shiftId of shiftIds) {
        for (const offset of this.#partners.of(shiftId).offsets) {
          if (offset !== 0 || isChanged) this.#lookAt(day - offset, offset);
        }
      }
    }
  }

  /** What of the pattern is near; other single dates look here themselves. */
  #lookAround(day: number): void {
    for (const offset of this.#offsets) if (offset !== 0) this.#lookAt(day, offset);
  }

  /** Whether the changed shift is on the date, and what is so many dates after it. */
  #lookAt(day: number, offset: number): void {
    const { after, shift, dates } = this.#step;
    if (day < dates.firstDay || day > dates.lastDay || !this.#spend(1)) return;
    if (!rosterOn(after, this.#employee, day).shifts.includes(shift)) return;
    for (const other of rosterOn(after, this.#employee, day + offset).shifts) {
      if (offset !== 0 || other !== shift) this.#meet(day, offset, other);
    }
  }

  #lookAtPattern(): void {
    const { shift, dates } = this.#step;
    const named = this.#namedInPattern();
    for (const { offsets } of named.values()) for (const one of offsets) this.#offsets.add(one);
    if (!named.has(shift.shiftId) || this.#offsets.size === 0) return;
    const starts = this.#edges(named);
    for (const [index, firstDay] of starts.entries()) {
      if (this.left <= 0) return;
      // Where a pattern begins, dates of the one before meet dates of this one.
      for (const offset of this.#offsets) this.#lookAcross(firstDay, offset);
      const lastDay = (starts[index + 1] ?? Infinity) - 1;
      if (firstDay < dates.firstDay || firstDay > dates.lastDay) continue;
      this.#lookInStretch({ firstDay, lastDay: Math.min(lastDay, dates.lastDay) });
    }
  }

  /** The shifts of what repeats on the dates concerned, as partners. */
  #namedInPattern(): Map<string, Partner> {
    const { dates } = this.#step;
    const { defaultShiftId, assignments } = this.#employee;
    const named = new Map<string, Partner>();
    const add = (shiftId: string) => {
      if (!named.has(shiftId)) named.set(shiftId, this.#partners.of(shiftId));
    };
    if (defaultShiftId !== undefined) add(defaultShiftId);
    for (const { fromDay, toDay, cycle } of assignments) {
      if (toDay < dates.firstDay - NEIGHBOUR_DAYS) continue;
      if (fromDay > dates.lastDay + NEIGHBOUR_DAYS || !this.#spend(1)) continue;
      for (const day of cycle) for (const shiftId of day) add(shiftId);
    }
    return named;
  }

  /** Where anything of the pattern changes on the dates concerned and their neighbours, in order. */
  #edges(named: ReadonlyMap<string, Partner>): readonly number[] {
    const { dates } = this.#step;
    const edges = new Set<number>([dates.firstDay, dates.lastDay + 1]);
    const first = dates.firstDay - NEIGHBOUR_DAYS;
    const last = dates.lastDay + NEIGHBOUR_DAYS + 1;
    const add = (day: number) => {
      if (day >= first && day <= last) edges.add(day);
    };
    const { joinedDay, leftDay, zones, assignments } = this.#employee;
    add(joinedDay);
    add(leftDay + 1);
    for (const { fromDay } of zones) add(fromDay);
    for (const { fromDay, toDay } of assignments) {
      add(fromDay);
      add(toDay + 1);
    }
    for (const { offsets, edges: some } of named.values()) {
      if (offsets.length > 0) for (const day of some) add(day);
    }
    return [...edges].sort((a, b) => a - b);
  }

  /** The dates before an edge, and those behind it, that are so far apart. */
  #lookAcross(edge: number, offset: number): void {
    const first = offset > 0 ? edge - offset : edge;
    const end = offset > 0 ? edge : edge - offset;
    for (let day = first; day < end; day += 1) this.#lookAt(day, offset);
  }

  /** One round of the pattern, and a few dates more, so that every meeting lies within. */
  #lookInStretch(stretch: DayRange): void {
    const { after, shift } = this.#step;
    const period = patternDays(this.#employee, stretch.firstDay);
    const until = Math.min(stretch.lastDay, stretch.firstDay + period + NEIGHBOUR_DAYS - 1);
    for (let day = stretch.firstDay; day <= until; day += 1) {
      if (!this.#spend(1)) return;
      if (!this.#mayHave(day) || !rosterOn(after, this.#pattern, day).shifts.includes(shift))
        continue;
      for (const offset of this.#offsets) {
        const otherDay = day + offset;
        if (otherDay < stretch.firstDay || otherDay > stretch.lastDay) continue;
        for (const other of rosterOn(after, this.#pattern, otherDay).shifts) {
          if (!this.#partners.of(other.shiftId).offsets.includes(offset)) continue;
          this.#lookThrough({ day, offset, shift: other, period, stretch });
        }
      }
    }
  }

  /** Whether the pattern names the changed shift for the date: quicker than all that it names. */
  #mayHave(day: number): boolean {
    const { shiftId } = this.#step.shift;
    const { assignments, defaultShiftId } = this.#employee;
    if (defaultShiftId === shiftId) return true;
    return assignments.some(
      (one) => day >= one.fromDay && day <= one.toDay && cycleDay(one, day).includes(shiftId),
    );
  }

  /**
   * The first rounds in which no single date gets in between: once in a while the clocks skip the
   * very hour in which two shifts meet, but not twice in a row. How far zones are apart changes with
   * the seasons: with several, as many dates as may be looked at, from a year ago.
   */
  #lookThrough({ day: first, offset, shift, period, stretch }: Meeting): void {
    // What takes longer to repeat than is looked at is looked at once.
    const repeats = period < MAX_CHECKED_DAYS;
    const last = repeats ? stretch.lastDay - Math.max(offset, 0) : first;
    const isSeasonal =
      this.#zoneOf(this.#step.shift, first) !== this.#zoneOf(shift, first + offset);
    const rounds = isSeasonal ? Math.ceil(MAX_CHECKED_DAYS / period) : ROUNDS;
    const ago = Math.min(this.#step.nowDay, last) - YEAR_DAYS;
    const skipped =
      isSeasonal && repeats ? Math.max(0, Math.ceil((ago - first) / period)) * period : 0;
    if (skipped > 0 && this.#spend(1) && this.#meetInPattern(first, offset, shift)) return;
    let tried = 0;
    for (let day = first + skipped; day <= last && tried < rounds; day += period) {
      if (!this.#spend(1)) return;
      const { overrides } = this.#employee;
      if (overrides.has(day) || overrides.has(day + offset)) continue;
      if (this.#meet(day, offset, shift)) return;
      tried += 1;
    }
  }

  #meetInPattern(day: number, offset: number, other: Shift): boolean {
    const { overrides } = this.#employee;
    if (overrides.has(day) || overrides.has(day + offset)) return false;
    return this.#meet(day, offset, other);
  }

  /** Whether the changed shift on the date now overlaps the other one, and did not before. */
  #meet(day: number, offset: number, other: Shift): boolean {
    const { before, shift } = this.#step;
    if (!this.#overlap(shift, day, other, day + offset)) return false;
    const shiftBefore = versionOn(before, shift.shiftId, day);
    const otherBefore = versionOn(before, other.shiftId, day + offset);
    const wasThere =
      shiftBefore !== undefined &&
      otherBefore !== undefined &&
      this.#overlap(shiftBefore, day, otherBefore, day + offset);
    if (wasThere) return false;
    if (this.#found !== undefined && this.#found.epochDay <= day) return true;
    this.#found = {
      epochDay: day,
      shiftId: shift.shiftId,
      otherEpochDay: day + offset,
      otherShiftId: other.shiftId,
    };
    return true;
  }

  #overlap(shift: Shift, day: number, other: Shift, otherDay: number): boolean {
    const a = this.#hours.of(shift, day, this.#zoneOf(shift, day));
    const b = this.#hours.of(other, otherDay, this.#zoneOf(other, otherDay));
    return a.start < a.end && b.start < b.end && shareHours(a, b);
  }

  #zoneOf(shift: Shift, day: number): Zone {
    return shift.zone ?? zoneOn(this.#employee, day);
  }

  /** False when nothing is left. */
  #spend(dates: number): boolean {
    if (this.left < dates) {
      this.left = 0;
      return false;
    }
    this.left -= dates;
    return true;
  }
}

function versionOn({ shifts }: Roster, shiftId: string, day: number): Shift | undefined {
  return shifts.get(shiftId)?.findLast(({ fromDay }) => fromDay <= day)?.shift;
}
