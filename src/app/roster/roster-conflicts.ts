// Whether a change of the roster would have somebody in two places at once. Dates are looked at by
// the clock first, which is quick: only those that may be in conflict are planned in full. A
// pattern repeats, so a few rounds of it stand for years. Pure.

import {
  findOverlaps,
  MAX_SHIFTS_PER_DATE,
  type Overlap,
} from '../../domain/roster/check-roster.js';
import { planDays } from '../../domain/roster/plan.js';
import { clockSeconds } from '../../domain/roster/planned-shift.js';
import {
  type EmployeeRoster,
  type Roster,
  rosterOn,
  type ShiftVersion,
  zoneOn,
} from '../../domain/roster/roster.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import type { Zone } from '../../domain/time/zone.js';

/**
 * The most dates of one employee that are looked at in each stretch in which one pattern holds, and
 * the most that are planned in full: three years. Patterns that need longer to repeat (several
 * cycles that are no multiples of each other) are looked at for that long.
 */
export const MAX_CHECKED_DAYS = 1100;

/**
 * The most dates of one employee that are looked at by the clock, in all such stretches: some
 * milliseconds, in which a process does nothing else. Beyond that, after years of a roster that has a
 * single date of its own every few days, two shifts could overlap; the engine then shares the time
 * between the two.
 */
export const MAX_WALKED_DAYS = 30_000;

/** How many dates apart two shifts can share some time, in whatever zones they are. */
const NEIGHBOUR_DAYS = 4;

/**
 * Of a pattern, this often: once in a while the clocks skip the very hour in which two shifts meet,
 * but not twice in a row.
 */
export const ROUNDS = 2;

/** No two zones' clocks were ever further apart. */
const MOST_APART_SECONDS = 28 * 3600;

const DAY_SECONDS = 86_400;
const YEAR_DAYS = 366;
const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

/** Dates, both included; infinite where they have no end. */
export interface DayRange {
  readonly firstDay: number;
  readonly lastDay: number;
}

export const ALL_DATES: DayRange = { firstDay: -Infinity, lastDay: Infinity };

/** An employee's roster as it was and as it would be. */
export interface RosterStep {
  readonly before: Side;
  readonly after: Side;
}

interface Side {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
}

export interface Conflicts {
  /** The first overlap that was not there before. */
  readonly overlap: Overlap | undefined;
  /** The first date with more shifts than there may be. */
  readonly crowdedDay: number | undefined;
  /** How many dates were planned in full. */
  readonly plannedDays: number;
}

/** Where to look, and how much. */
export interface Look {
  /** The dates that a step is about. */
  readonly range: DayRange;
  /** Where a pattern has no end and does not repeat, the dates from a year before it matter. */
  readonly nowDay: number;
  readonly maxPlannedDays: number;
}

/**
 * What a step brings about on these dates and with their neighbours. What was in conflict before does
 * not stand in the way of mending something else.
 */
export function findConflicts({ before, after }: RosterStep, look: Look): Conflicts {
  const { range, maxPlannedDays } = look;
  const { suspects, crowdedDay } = suspectDays(after, look);
  let plannedDays = 0;
  for (const { firstDay, lastDay } of suspects) {
    if (plannedDays >= maxPlannedDays) break;
    const until = Math.min(lastDay, firstDay + maxPlannedDays - plannedDays - 1);
    plannedDays += until - firstDay + 1;
    const overlap = newOverlap(before, after, firstDay, until, range);
    if (overlap !== undefined) return { overlap, crowdedDay, plannedDays };
  }
  return { overlap: undefined, crowdedDay, plannedDays };
}

function newOverlap(
  before: Side,
  after: Side,
  firstDay: number,
  lastDay: number,
  range: DayRange,
): Overlap | undefined {
  const found = overlapsOf(after, firstDay, lastDay).filter(
    ({ epochDay, otherEpochDay }) => isWithin(range, epochDay) || isWithin(range, otherEpochDay),
  );
  if (found.length === 0) return undefined;
  const known = new Set(overlapsOf(before, firstDay, lastDay).map(keyOf));
  return found.find((overlap) => !known.has(keyOf(overlap)));
}

function overlapsOf({ roster, employee }: Side, firstDay: number, lastDay: number) {
  return findOverlaps(planDays(roster, employee, firstDay, lastDay));
}

function keyOf({ epochDay, shiftId, otherEpochDay, otherShiftId }: Overlap): string {
  return `${epochDay} ${shiftId} ${otherEpochDay} ${otherShiftId}`;
}

function isWithin({ firstDay, lastDay }: DayRange, day: number): boolean {
  return day >= firstDay && day <= lastDay;
}

/** A shift on the clock of its zone: seconds since 1970 as that clock shows them. */
interface ClockTime {
  readonly day: number;
  readonly start: number;
  readonly end: number;
  readonly zone: Zone;
}

/** Whether no pattern of the employee's shifts, on whatever dates, could be in conflict. */
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

/** Above it, walking the dates is as quick as comparing all versions with each other. */
const MAX_PAIRED_VERSIONS = 16;

/** `b` on the same date, where it is another shift, or the next one: none is longer than a day. */
function canMeet(
  a: { readonly shiftId: string; readonly start: number; readonly end: number },
  b: { readonly shiftId: string; readonly start: number; readonly end: number },
): boolean {
  if (b.start + DAY_SECONDS < a.end) return true;
  return a.shiftId !== b.shiftId && a.start < b.end && b.start < a.end;
}

/** Short ranges of dates to plan in full, in order. Never misses one; may name too many. */
function suspectDays(
  side: Side,
  look: Look,
): { readonly suspects: readonly DayRange[]; readonly crowdedDay: number | undefined } {
  const suspects: DayRange[] = [];
  let crowdedDay: number | undefined;
  if (isFreeOfConflicts(side)) return { suspects, crowdedDay };
  let recent: ClockTime[] = [];
  let walkedDays = 0;
  for (const day of daysToCheck(side, look)) {
    if (walkedDays >= MAX_WALKED_DAYS) break;
    walkedDays += 1;
    const { shifts } = rosterOn(side.roster, side.employee, day);
    if (shifts.length > MAX_SHIFTS_PER_DATE && isWithin(look.range, day)) crowdedDay ??= day;
    recent = recent.filter((other) => other.day >= day - NEIGHBOUR_DAYS);
    for (const shift of shifts) {
      const start = day * DAY_SECONDS + shift.startSecond;
      const zone = shift.zone ?? zoneOn(side.employee, day);
      const time = { day, start, end: start + clockSeconds(shift), zone };
      if (recent.some((other) => mayMeet(other, time))) suspect(suspects, day);
      recent.push(time);
    }
  }
  return { suspects, crowdedDay };
}

/** Within one zone shifts that are apart on its clock are apart; between zones, only far apart. */
function mayMeet(a: ClockTime, b: ClockTime): boolean {
  const apart = a.zone === b.zone ? 0 : MOST_APART_SECONDS;
  return a.start < b.end + apart && b.start < a.end + apart;
}

/** Joined to the range before where they touch, as long as that stays within what is planned. */
function suspect(suspects: DayRange[], day: number): void {
  const last = suspects.at(-1);
  const firstDay = Math.max(FIRST_DAY, day - NEIGHBOUR_DAYS);
  const isJoined = last !== undefined && firstDay <= last.lastDay + 1;
  if (isJoined && day - last.firstDay < MAX_CHECKED_DAYS) {
    suspects[suspects.length - 1] = { firstDay: last.firstDay, lastDay: day };
  } else {
    suspects.push({ firstDay, lastDay: day });
  }
}

/**
 * The dates that stand for all of a range, in order: of each stretch in which one pattern holds,
 * its first rounds and its last dates. How far zones are apart changes with the seasons: where there
 * are several, as many dates as may be looked at.
 */
function* daysToCheck(side: Side, { range, nowDay }: Look): Generator<number> {
  const first = Math.max(FIRST_DAY, range.firstDay - NEIGHBOUR_DAYS);
  const last = Math.min(LAST_DAY, range.lastDay + NEIGHBOUR_DAYS);
  const versions = [...shiftIdsOf(side.employee)].flatMap((id) => side.roster.shifts.get(id) ?? []);
  const repeats = isInOneZone(side.employee, versions);
  const starts = [...stretchStarts(side, first, last)].sort((a, b) => a - b);
  for (const [index, start] of starts.entries()) {
    const end = (starts[index + 1] ?? last + 1) - 1;
    const from = repeats ? start : Math.max(start, Math.min(nowDay - YEAR_DAYS, end - YEAR_DAYS));
    const rounds = repeats
      ? ROUNDS * patternDays(side.employee, start) + NEIGHBOUR_DAYS
      : MAX_CHECKED_DAYS;
    const stop = Math.min(end, from + Math.min(rounds, MAX_CHECKED_DAYS));
    const parts: readonly DayRange[] = [
      { firstDay: start, lastDay: Math.min(end, start + NEIGHBOUR_DAYS) },
      { firstDay: from, lastDay: stop },
      { firstDay: end - NEIGHBOUR_DAYS, lastDay: end },
    ];
    let next = start;
    for (const { firstDay, lastDay } of parts) {
      for (next = Math.max(next, firstDay); next <= lastDay; next += 1) yield next;
    }
  }
}

/** Where anything of the roster changes, between two dates. */
function stretchStarts({ roster, employee }: Side, first: number, last: number): Set<number> {
  const starts = new Set<number>([first]);
  const add = (day: number) => {
    if (day > first && day <= last) starts.add(day);
  };
  add(employee.joinedDay);
  add(employee.leftDay + 1);
  for (const { fromDay } of employee.zones) add(fromDay);
  for (const day of employee.overrides.keys()) {
    add(day);
    add(day + 1);
  }
  for (const { fromDay, toDay } of employee.assignments) {
    add(fromDay);
    add(toDay + 1);
  }
  for (const shiftId of shiftIdsOf(employee)) {
    for (const { fromDay } of roster.shifts.get(shiftId) ?? []) add(fromDay);
  }
  return starts;
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

/** After how many dates everything that is assigned on a date repeats, or more than is looked at. */
export function patternDays({ assignments }: EmployeeRoster, day: number): number {
  let period = 1;
  for (const { fromDay, toDay, cycle } of assignments) {
    if (day < fromDay || day > toDay) continue;
    period = (period / greatestDivisor(period, cycle.length)) * cycle.length;
    if (period > MAX_CHECKED_DAYS) return MAX_CHECKED_DAYS;
  }
  return period;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
