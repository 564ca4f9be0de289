// Makes the plan of an employee and a date, with all times as instants: the shifts, the windows in
// which their punches are accepted, and the punches that the day depends on.

import { fromEpochDay, type LocalDate } from '../time/local-date.js';
import type { Instant } from '../time/time.js';
import { instantReached, startOfDay, type Zone } from '../time/zone.js';
import {
  longestGapSeconds,
  longestOffShiftSeconds,
  type OffShiftSpan,
  type OffShiftSpans,
} from './off-shift-spans.js';
import {
  compareRaw,
  holidayOf,
  maxSessionSeconds,
  neededBy,
  type PlannedShift,
  plannedShift,
  type RawShift,
  rawShift,
  shareHours,
  takesPlace,
  type Window,
} from './planned-shift.js';
import type { FollowedPolicy, PolicyStep } from './policy.js';
import { FAR_NEIGHBOUR_DAYS, NEIGHBOUR_DAYS, OFF_SHIFT_DAYS } from './reach.js';
import {
  type DayRoster,
  type EmployeeRoster,
  type Holiday,
  isEmployed,
  type PlanSource,
  policyStepOn,
  policyStepsOf,
  type Roster,
  rosterOn,
  zoneOn,
} from './roster.js';
import {
  DEFAULT_MAX_SESSION_SECONDS,
  MAX_DAY_START_SECOND,
  MAX_THROUGH_SECONDS,
  type OffShiftRules,
  type Shift,
} from './shift.js';

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;

/** No roster applies, so nothing is expected, and the employee's zone is unknown. */
interface NoPlan {
  readonly kind: 'NONE';
}

export interface DayPlan {
  readonly kind: 'ROSTER';
  readonly date: LocalDate;
  readonly epochDay: number;
  /** The employee's zone on the date. */
  readonly zone: Zone;
  /**
   * The date in the employee's zone for off-shift work, up to the start of the next date. It begins
   * at midnight, or when the policy lets it begin.
   */
  readonly start: Instant;
  readonly end: Instant;
  /** The starts of the dates that a period of off-shift work on this date can touch. */
  readonly dayStarts: readonly Instant[];
  readonly isEmployed: boolean;
  /** Undefined: the roster says nothing about the date. */
  readonly source: PlanSource | undefined;
  /** The date's own shifts, by start. */
  readonly shifts: readonly PlannedShift[];
  /** Shifts that do not take place because the clocks skip their time. */
  readonly leftOut: readonly Shift[];
  /** The holiday in the employee's calendar. */
  readonly holiday: Holiday | undefined;
  /** The policy that the employee follows on the date; undefined: none. */
  readonly policy: FollowedPolicy | undefined;
  /** The off-shift rules for any period of work that the date looks at. */
  readonly offShift: OffShiftSpans;
  /** Every shift to which a punch in the date's reach can belong, the date's own too, by start. */
  readonly near: readonly PlannedShift[];
  /**
   * The longest visit that counts near the date, in milliseconds. Use it only to bound what is read
   * and examined, because it depends on shifts that others work.
   */
  readonly maxVisitMs: number;
  /** The range of off-shift punches from which the date's off-shift work is read. */
  readonly offShiftRange: Window;
  /** Only punches in this range affect the date: those to read before deriving it. */
  readonly reach: Window;
}

export type Plan = NoPlan | DayPlan;

export const NO_PLAN: Plan = { kind: 'NONE' };

/**
 * Off-shift punches are read in blocks of this length, aligned to 1970-01-01: see off-shift.ts. The
 * blocks are the same for all employees and dates, so that all dates agree.
 */
export const OFF_SHIFT_BLOCK_MS = 7 * DAY_MS;

/** The UTC day as days since 1970-01-01. Off-shift punches are bounded per UTC day. */
export function utcDay(time: number): number {
  return Math.floor(time / DAY_MS);
}

export function blockStart(time: number): number {
  return Math.floor(time / OFF_SHIFT_BLOCK_MS) * OFF_SHIFT_BLOCK_MS;
}

/** The zone in which to show a date's times: that of its shifts, else the employee's. */
export function zoneOfDay(plan: DayPlan): Zone {
  const [first, ...others] = plan.shifts;
  const zone = first?.zone ?? plan.zone;
  return others.every((shift) => shift.zone === zone) ? zone : plan.zone;
}

/** The plan of one date. */
export function plan(roster: Roster, employee: EmployeeRoster, epochDay: number): DayPlan {
  return planDay(new Calendar(roster, employee), epochDay);
}

/** The plans of all dates from the first to the last, in order, in time linear in their number. */
export function planDays(
  roster: Roster,
  employee: EmployeeRoster,
  firstDay: number,
  lastDay: number,
): DayPlan[] {
  const calendar = new Calendar(roster, employee);
  const plans: DayPlan[] = [];
  for (let day = firstDay; day <= lastDay; day += 1) plans.push(planDay(calendar, day));
  return plans;
}

interface RosteredDay extends DayRoster {
  /** Sorted by start, without shifts that the clocks skip. */
  readonly raw: readonly RawShift[];
}

const NO_SHIFTS: readonly PlannedShift[] = [];
const NO_SHIFTS_LEFT_OUT: readonly Shift[] = [];

/** An employee's dates, each planned once. */
class Calendar {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** How many dates away a shift can be whose window touches a date's. */
  readonly neighbourDays: number;
  readonly offShift: OffShiftSpans;
  readonly #days = new Map<number, RosteredDay>();
  readonly #starts = new Map<number, Instant>();
  readonly #shifts = new Map<number, readonly PlannedShift[]>();

  constructor(roster: Roster, employee: EmployeeRoster) {
    this.roster = roster;
    this.employee = employee;
    this.neighbourDays = neighbourDays(roster, employee);
    this.offShift = offShiftSpans(roster, employee);
  }

  day(epochDay: number): RosteredDay {
    const known = this.#days.get(epochDay);
    if (known !== undefined) return known;
    const rostered = rosterOn(this.roster, this.employee, epochDay);
    const raw = rostered.shifts
      .map((shift) => rawShift(shift, epochDay, shift.zone ?? zoneOn(this.employee, epochDay)))
      .filter(takesPlace)
      .sort(compareRaw);
    const day = { source: rostered.source, shifts: rostered.shifts, raw };
    this.#days.set(epochDay, day);
    return day;
  }

  /** The date's shifts, with their windows cut at their neighbours. */
  shifts(epochDay: number): readonly PlannedShift[] {
    if (this.day(epochDay).raw.length === 0) return NO_SHIFTS;
    const known = this.#shifts.get(epochDay);
    if (known !== undefined) return known;
    const shifts = plannedShifts(this, epochDay);
    this.#shifts.set(epochDay, shifts);
    return shifts;
  }

  holiday(calendarId: string | undefined, epochDay: number): Holiday | undefined {
    const id = calendarId ?? this.employee.calendarId;
    return id === undefined ? undefined : this.roster.calendars.get(id)?.get(epochDay);
  }

  startOf(epochDay: number): Instant {
    const known = this.#starts.get(epochDay);
    if (known !== undefined) return known;
    const start = startOf(this.roster, this.employee, epochDay);
    this.#starts.set(epochDay, start);
    return start;
  }
}

/**
 * The first instant of a date in the employee's zone, for off-shift work. Never after that of the
 * next date: an employee who moves across the date line can have a date without any time.
 */
function startOf(roster: Roster, employee: EmployeeRoster, epochDay: number): Instant {
  const own = ownStart(roster, employee, epochDay);
  if (zoneOn(employee, epochDay) === zoneOn(employee, epochDay + 1)) return own;
  return Math.min(own, ownStart(roster, employee, epochDay + 1)) as Instant;
}

function ownStart(roster: Roster, employee: EmployeeRoster, epochDay: number): Instant {
  const { dayStartSecond } = offShiftOn(roster, policyStepOn(roster, employee, epochDay));
  const zone = zoneOn(employee, epochDay);
  if (dayStartSecond === 0) return startOfDay(zone, epochDay);
  return instantReached(zone, epochDay, dayStartSecond);
}

function offShiftOn(roster: Roster, step: PolicyStep | undefined): OffShiftRules {
  return step?.followed?.policy.offShift ?? roster.offShift;
}

/** The off-shift rules of each employee, in the last roster that they were planned with. */
const spansKnown = new WeakMap<
  EmployeeRoster,
  { readonly roster: Roster; readonly spans: OffShiftSpans }
>();

/** An employee's off-shift rules by time. A policy begins with its first date. */
export function offShiftSpans(roster: Roster, employee: EmployeeRoster): OffShiftSpans {
  const known = spansKnown.get(employee);
  if (known?.roster === roster) return known.spans;
  const [first, ...later] = policyStepsOf(roster, employee);
  const spans: [OffShiftSpan, ...OffShiftSpan[]] = [
    { from: -Infinity, rules: offShiftOn(roster, first) },
  ];
  for (const step of later) {
    const rules = offShiftOn(roster, step);
    if (spans.at(-1)?.rules === rules) continue;
    spans.push({ from: startOf(roster, employee, step.fromDay), rules });
  }
  spansKnown.set(employee, { roster, spans });
  return spans;
}

/** How many dates away a shift can be whose window touches one of a date's. */
export function neighbourDays(roster: Roster, employee: EmployeeRoster): number {
  const isOneZone = employee.zones.length === 1 && !hasOwnZones(roster);
  return isOneZone ? NEIGHBOUR_DAYS : FAR_NEIGHBOUR_DAYS;
}

/** Rosters never change and many plans share them, so each is examined once. */
const ownZones = new WeakMap<Roster, boolean>();

function hasOwnZones(roster: Roster): boolean {
  const known = ownZones.get(roster);
  if (known !== undefined) return known;
  let isAny = false;
  for (const versions of roster.shifts.values()) {
    if (versions.some(({ shift }) => shift.zone !== undefined)) isAny = true;
  }
  ownZones.set(roster, isAny);
  return isAny;
}

function planDay(calendar: Calendar, epochDay: number): DayPlan {
  const { roster, employee } = calendar;
  const { source, shifts: named, raw } = calendar.day(epochDay);
  const shifts = calendar.shifts(epochDay);
  const leftOut =
    raw.length === named.length
      ? NO_SHIFTS_LEFT_OUT
      : named.filter((shift) => !raw.some((each) => each.shift === shift));
  const [start, end] = [calendar.startOf(epochDay), calendar.startOf(epochDay + 1)];
  const { near, offShiftRange, reach } = reachOf(calendar, epochDay, { from: start, to: end });
  const dayStarts: Instant[] = [];
  for (let near = -OFF_SHIFT_DAYS; near <= OFF_SHIFT_DAYS + 1; near += 1) {
    dayStarts.push(calendar.startOf(epochDay + near));
  }
  return {
    kind: 'ROSTER',
    date: fromEpochDay(epochDay),
    epochDay,
    zone: zoneOn(employee, epochDay),
    start,
    end,
    dayStarts,
    isEmployed: isEmployed(employee, epochDay),
    source,
    shifts,
    leftOut,
    holiday: calendar.holiday(undefined, epochDay),
    policy: policyStepOn(roster, employee, epochDay)?.followed,
    offShift: calendar.offShift,
    near,
    maxVisitMs: longestVisitMs(roster),
    offShiftRange,
    reach,
  };
}

function hull(a: Window, b: Window): Window {
  return {
    from: Math.min(a.from, b.from) as Instant,
    to: Math.max(a.to, b.to) as Instant,
  };
}

function plannedShifts(calendar: Calendar, epochDay: number): PlannedShift[] {
  const line: RawShift[] = [];
  const { neighbourDays } = calendar;
  for (let day = epochDay - neighbourDays; day <= epochDay + neighbourDays; day += 1) {
    line.push(...calendar.day(day).raw);
  }
  line.sort(compareRaw);
  const planned: PlannedShift[] = [];
  const { length: count } = calendar.day(epochDay).raw;
  line.forEach((raw, index) => {
    if (raw.epochDay === epochDay) {
      const ofDate = calendar.holiday(raw.shift.calendarId, epochDay);
      const holiday = holidayOf(ofDate, planned.length, count);
      const overlaps = line.find((other) => other !== raw && shareHours(other, raw));
      planned.push(plannedShift(line[index - 1], raw, line[index + 1], overlaps, holiday));
    }
  });
  return planned;
}

interface Reach {
  readonly near: readonly PlannedShift[];
  readonly offShiftRange: Window;
  readonly reach: Window;
}

/**
 * What a date depends on. Its off-shift work needs the punches from the window before it to the
 * window after it, because no off-shift work runs through a window; without a window nearby, as far
 * as off-shift.ts may look. Those punches and its own shifts' can be part of a session of another
 * shift, so it also needs the punches within the longest session, and what decides to which shift
 * they belong.
 */
function reachOf(calendar: Calendar, epochDay: number, day: Window): Reach {
  const maxLengthSeconds = longestOffShiftSeconds(calendar.offShift);
  const pause = Math.max(maxLengthSeconds, longestGapSeconds(calendar.offShift)) * 1000;
  const own = calendar.shifts(epochDay);
  const longest = longestVisitMs(calendar.roster);
  const margin = calendar.neighbourDays * DAY_MS + longest + MAX_DAY_START_SECOND * 1000;
  const near = [...own];
  // Whole UTC days, because they decide which punches are too many.
  let from = utcDay(blockStart(day.from) - OFF_SHIFT_BLOCK_MS - pause - 1000) * DAY_MS;
  let least = own.reduce((first, { window }) => Math.min(first, window.from), Infinity);
  for (
    let back = epochDay - 1;
    calendar.startOf(back) + margin >= Math.min(from, least);
    back -= 1
  ) {
    for (const shift of calendar.shifts(back)) {
      near.push(shift);
      if (shift.window.to <= day.from) from = Math.max(from, shift.window.to);
    }
  }
  let to = blockStart(day.to + 2 * maxLengthSeconds * 1000) + OFF_SHIFT_BLOCK_MS + pause + 1000;
  least = own.reduce((last, { window }) => Math.max(last, window.to), -Infinity);
  for (
    let ahead = epochDay + 1;
    calendar.startOf(ahead) - margin <= Math.max(to, least);
    ahead += 1
  ) {
    for (const shift of calendar.shifts(ahead)) {
      near.push(shift);
      if (shift.window.from >= day.to) to = Math.min(to, shift.window.from);
    }
  }
  const offShiftRange = { from: from as Instant, to: to as Instant };
  return { offShiftRange, ...widened(near, own, offShiftRange, longest) };
}

/** The reach, extended by what a session can join to it, with the shifts in it. */
function widened(
  shifts: readonly PlannedShift[],
  own: readonly PlannedShift[],
  offShiftRange: Window,
  longest: number,
): Omit<Reach, 'offShiftRange'> {
  if (shifts.length === 0) return { near: NO_SHIFTS, reach: offShiftRange };
  const { from, to } = own.reduce((whole, shift) => hull(whole, shift.window), offShiftRange);
  const range = { from: (from - longest) as Instant, to: (to + longest) as Instant };
  const near = shifts.filter(({ window }) => window.to >= range.from && window.from <= range.to);
  if (near.length === 0) return { near, reach: offShiftRange };
  near.sort((a, b) => compareRaw(a, b));
  return { near, reach: near.reduce((whole, shift) => hull(whole, neededBy(shift)), range) };
}

/** The longest visit, through shifts that touch, in milliseconds. */
export function longestVisitMs(roster: Roster): number {
  return Math.max(longestSessionMs(roster), MAX_THROUGH_SECONDS * 1000);
}

/** Rosters never change and many plans share them, so each is examined once. */
const longestSessions = new WeakMap<Roster, number>();

/** The longest session of any shift or of off-shift work, in milliseconds. */
function longestSessionMs(roster: Roster): number {
  const known = longestSessions.get(roster);
  if (known !== undefined) return known;
  let longest = Math.max(DEFAULT_MAX_SESSION_SECONDS, roster.offShift.maxLengthSeconds);
  for (const versions of roster.shifts.values()) {
    for (const { shift } of versions) longest = Math.max(longest, maxSessionSeconds(shift));
  }
  for (const versions of roster.policies.values()) {
    for (const { policy } of versions) {
      longest = Math.max(longest, policy.offShift.maxLengthSeconds);
    }
  }
  longestSessions.set(roster, longest * 1000);
  return longest * 1000;
}
