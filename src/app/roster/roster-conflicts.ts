// Checks whether a roster change puts an employee in two places at once. It plans the dates that
// the change affects, and shifts that share time refuse it. On dates that are not checked (beyond
// these, and single dates of a shift's users) the day itself has the anomaly SHIFTS_OVERLAP. Pure.

import {
  findOverlaps,
  MAX_SHIFTS_PER_DATE,
  type Overlap,
} from '../../domain/roster/check-roster.js';
import { patternAlone, patternOf } from '../../domain/roster/pattern.js';
import { planDays } from '../../domain/roster/plan.js';
import { clockSeconds } from '../../domain/roster/planned-shift.js';
import { FAR_NEIGHBOUR_DAYS } from '../../domain/roster/reach.js';
import {
  type EmployeeRoster,
  isEmployed,
  type Roster,
  rosterOn,
  type ShiftVersion,
} from '../../domain/roster/roster.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';

/** The days to check: around today, from the first and up to the last date of a change. */
export const LOOK_BACK_DAYS = 31;
export const LOOK_AHEAD_DAYS = 400;
const EDGE_DAYS = 31;

/** The most dates of patterns that are planned for one change of a shift: about two seconds. */
export const MAX_PLANNED_DATES = 200_000;

/** The most overrides that are planned for one user of a changed shift. */
const MAX_OVERRIDES_LOOKED_AT = 200;

/** Dates planned at a time: few enough that no overlap goes unreported (findOverlaps). */
const PIECE_DAYS = 40;

const DAY_SECONDS = 86_400;
const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

/** Dates, both included; infinite if there is no end. */
export interface DayRange {
  readonly firstDay: number;
  readonly lastDay: number;
}

export const ALL_DATES: DayRange = { firstDay: -Infinity, lastDay: Infinity };

/** An employee's roster before or after a change. */
export interface Side {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
}

export interface Conflicts {
  /** The first new overlap. */
  readonly overlap: Overlap | undefined;
  /** The first date with too many shifts. */
  readonly crowdedDay: number | undefined;
}

/**
 * The conflicts that one employee's step causes on dates of a range, or between them and their
 * neighbours. Older conflicts are ignored, so that they do not prevent other repairs.
 */
export function findConflicts(
  before: Side,
  after: Side,
  range: DayRange,
  nowDay: number,
): Conflicts {
  if (isFreeOfConflicts(after)) return { overlap: undefined, crowdedDay: undefined };
  const parts = datesLookedAt(range, nowDay);
  const isConcerned = ({ epochDay, otherEpochDay }: Overlap) =>
    isWithin(range, epochDay) || isWithin(range, otherEpochDay);
  return {
    overlap: newOverlaps(before, after, parts).find(isConcerned),
    crowdedDay: crowdedDayOf(after, range, parts),
  };
}

function crowdedDayOf(
  { roster, employee }: Side,
  range: DayRange,
  parts: readonly DayRange[],
): number | undefined {
  for (const { firstDay, lastDay } of parts) {
    for (let day = firstDay; day <= lastDay; day += 1) {
      if (!isWithin(range, day)) continue;
      if (rosterOn(roster, employee, day).shifts.length > MAX_SHIFTS_PER_DATE) return day;
    }
  }
  return undefined;
}

/** Separate ranges by date: the first and the last dates of a range, and those around today. */
export function datesLookedAt({ firstDay, lastDay }: DayRange, nowDay: number): DayRange[] {
  const first = Math.max(FIRST_DAY, firstDay - FAR_NEIGHBOUR_DAYS);
  const last = Math.min(LAST_DAY, lastDay + FAR_NEIGHBOUR_DAYS);
  const wanted = [{ firstDay: nowDay - LOOK_BACK_DAYS, lastDay: nowDay + LOOK_AHEAD_DAYS }];
  if (firstDay !== -Infinity) wanted.push({ firstDay: first, lastDay: first + EDGE_DAYS });
  if (lastDay !== Infinity) wanted.push({ firstDay: last - EDGE_DAYS, lastDay: last });
  const parts: DayRange[] = [];
  let next = first;
  for (const part of wanted.sort((a, b) => a.firstDay - b.firstDay)) {
    const from = Math.max(next, part.firstDay);
    const to = Math.min(last, part.lastDay);
    if (from > to) continue;
    parts.push({ firstDay: from, lastDay: to });
    next = to + 1;
  }
  return parts;
}

function newOverlaps(before: Side, after: Side, parts: readonly DayRange[]): Overlap[] {
  const found = overlapsOf(after, parts);
  if (found.length === 0) return found;
  const known = new Set(overlapsOf(before, parts).map(keyOf));
  return found.filter((overlap) => !known.has(keyOf(overlap)));
}

/** Each overlap once, by date. */
function overlapsOf({ roster, employee }: Side, parts: readonly DayRange[]): Overlap[] {
  const found = new Map<string, Overlap>();
  for (const { firstDay, lastDay } of parts) {
    for (let day = firstDay; day <= lastDay; day += PIECE_DAYS) {
      const until = Math.min(lastDay, day + PIECE_DAYS - 1) + FAR_NEIGHBOUR_DAYS;
      const plans = planDays(
        roster,
        employee,
        Math.max(FIRST_DAY, day - FAR_NEIGHBOUR_DAYS),
        Math.min(LAST_DAY, until),
      );
      for (const overlap of findOverlaps(plans)) found.set(keyOf(overlap), overlap);
    }
  }
  return [...found.values()];
}

/** The same key for both orders, because other hours can change which of the two begins first. */
function keyOf({ epochDay, shiftId, otherEpochDay, otherShiftId }: Overlap): string {
  return [`${epochDay} ${shiftId}`, `${otherEpochDay} ${otherShiftId}`].sort().join(' ');
}

function isWithin({ firstDay, lastDay }: DayRange, day: number): boolean {
  return day >= firstDay && day <= lastDay;
}

/**
 * Whether no two of the employee's shifts could share time on any date, so that no plan is needed.
 */
function isFreeOfConflicts({ roster, employee }: Side): boolean {
  const ids = shiftIdsOf(employee);
  const versions = [...ids].flatMap((id) => roster.shifts.get(id) ?? []);
  if (ids.size > MAX_SHIFTS_PER_DATE || versions.length > MAX_PAIRED_VERSIONS) return false;
  if (!isInOneZone(employee, versions)) return false;
  const times = versions.map(({ shift }) => ({
    shiftId: shift.shiftId,
    start: shift.startSecond,
    end: shift.startSecond + clockSeconds(shift),
  }));
  return times.every((a) => times.every((b) => !canMeet(a, b)));
}

function isInOneZone({ zones }: EmployeeRoster, versions: readonly ShiftVersion[]): boolean {
  const [first, ...others] = zones.map(({ zone }) => zone);
  return (
    others.every((zone) => zone === first) &&
    versions.every(({ shift: { zone } }) => zone === undefined || zone === first)
  );
}

/** Above this, planning the dates is as quick as comparing all versions with each other. */
const MAX_PAIRED_VERSIONS = 16;

/**
 * Whether `b` can overlap `a` on the same date, as another shift, or on the next: no shift exceeds
 * a day.
 */
function canMeet(
  a: { readonly shiftId: string; readonly start: number; readonly end: number },
  b: { readonly shiftId: string; readonly start: number; readonly end: number },
): boolean {
  if (b.start + DAY_SECONDS < a.end) return true;
  return a.shiftId !== b.shiftId && a.start < b.end && b.start < a.end;
}

/** Every shift that an employee's roster names. */
function shiftIdsOf({ defaultShiftId, assignments, overrides }: EmployeeRoster): Set<string> {
  const ids = new Set<string>(defaultShiftId === undefined ? [] : [defaultShiftId]);
  for (const { cycle } of assignments) {
    for (const day of cycle) for (const id of day) ids.add(id);
  }
  for (const day of overrides.values()) for (const id of day) ids.add(id);
  return ids;
}

/** A shift's new hours on some dates. */
export interface ShiftStep {
  readonly before: Roster;
  readonly after: Roster;
  readonly shiftId: string;
  /** The dates on which the new hours are in effect. */
  readonly dates: DayRange;
  readonly nowDay: number;
}

/**
 * Checks new hours of a shift for its users. Conflicts with their patterns refuse the change, and
 * each pattern is planned once. Conflicts with overrides are counted.
 */
export class ShiftUsersCheck {
  readonly #step: ShiftStep;
  readonly #parts: readonly DayRange[];
  readonly #byPattern = new Map<string, readonly Overlap[]>();
  #planned = 0;
  #overlaps = 0;

  constructor(step: ShiftStep) {
    this.#step = step;
    this.#parts = datesLookedAt(step.dates, step.nowDay);
  }

  /** Whether the planning budget is used up, so that no more users are checked. */
  get isSpent(): boolean {
    return this.#planned >= MAX_PLANNED_DATES;
  }

  /** The number of dates on which overrides of the checked users now overlap with the shift. */
  get overlaps(): number {
    return this.#overlaps;
  }

  /** The first new overlap of the changed shift with another shift of the employee's pattern. */
  overlapOf(employee: EmployeeRoster): Overlap | undefined {
    const isTheirs = (day: number) => isEmployed(employee, day) && !employee.overrides.has(day);
    const found = this.#overlapsOf(employee).find(
      ({ epochDay, otherEpochDay }) => isTheirs(epochDay) && isTheirs(otherEpochDay),
    );
    if (found === undefined) this.#countOverrides(employee);
    return found;
  }

  #overlapsOf(employee: EmployeeRoster): readonly Overlap[] {
    const pattern = patternOf(employee);
    const known = this.#byPattern.get(pattern);
    if (known !== undefined) return known;
    const found = this.#look(patternAlone(employee), this.#parts);
    this.#byPattern.set(pattern, found);
    return found;
  }

  #countOverrides(employee: EmployeeRoster): void {
    const days = [...employee.overrides.keys()].filter((day) =>
      this.#parts.some((part) => isWithin(part, day)),
    );
    for (const day of days.slice(0, MAX_OVERRIDES_LOOKED_AT)) {
      if (this.isSpent) return;
      const around = [{ firstDay: day, lastDay: day }];
      const isOnDay = ({ epochDay, otherEpochDay }: Overlap) =>
        epochDay === day || otherEpochDay === day;
      if (this.#look(employee, around).some(isOnDay)) this.#overlaps += 1;
    }
  }

  /** New overlaps, with the changed shift named first. */
  #look(employee: EmployeeRoster, parts: readonly DayRange[]): Overlap[] {
    const { before, after, shiftId, dates } = this.#step;
    if (isFreeOfConflicts({ roster: after, employee })) return [];
    for (const { firstDay, lastDay } of parts) this.#planned += lastDay - firstDay + 1;
    const isChanged = (id: string, day: number) => id === shiftId && isWithin(dates, day);
    return newOverlaps({ roster: before, employee }, { roster: after, employee }, parts).flatMap(
      (overlap) => {
        if (isChanged(overlap.shiftId, overlap.epochDay)) return [overlap];
        return isChanged(overlap.otherShiftId, overlap.otherEpochDay) ? [turned(overlap)] : [];
      },
    );
  }
}

/** The same overlap with its two shifts exchanged. */
export function turned(overlap: Overlap): Overlap {
  return {
    epochDay: overlap.otherEpochDay,
    shiftId: overlap.otherShiftId,
    otherEpochDay: overlap.epochDay,
    otherShiftId: overlap.shiftId,
  };
}
