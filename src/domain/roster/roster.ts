// What is known of who should work when, as far as one employee's days need it: already the
// versions known at the moment that is asked about. Dates are epoch days (local-date.ts).

import type { Portion } from '../facts/day.js';
import type { Instant } from '../time/time.js';
import { epochDayAt, type Zone } from '../time/zone.js';
import { type Policies, type PolicyStart, type PolicyStep, policySteps } from './policy.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  type OffShiftRules,
  type Shift,
  type WorkRules,
} from './shift.js';

const DAY_MS = 86_400_000;

/** A shift as it is from a date on. */
export interface ShiftVersion {
  /** The first date it is like this; -Infinity: always was. */
  readonly fromDay: number;
  readonly shift: Shift;
}

/** The order of versions; infinite dates too, whose difference is no number. */
export function byFromDay(
  a: { readonly fromDay: number },
  b: { readonly fromDay: number },
): number {
  return a.fromDay < b.fromDay ? -1 : a.fromDay > b.fromDay ? 1 : 0;
}

/** A holiday on a date, or on half of it. */
export interface Holiday {
  readonly name: string;
  readonly portion: Portion;
}

/** What all employees share. */
export interface Roster {
  /** By shift id; each shift's versions by `fromDay`, at least one. */
  readonly shifts: ReadonlyMap<string, readonly ShiftVersion[]>;
  /** By calendar id: its holidays, by epoch day. */
  readonly calendars: ReadonlyMap<string, ReadonlyMap<number, Holiday>>;
  readonly policies: Policies;
  /** Of whoever no policy is for. */
  readonly offShift: OffShiftRules;
}

/** Where nobody has defined anything. */
export const EMPTY_ROSTER: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  policies: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};

/** A pattern of shifts that an employee follows for a while. */
export interface Assignment {
  /** Both included; Infinity: open-ended. */
  readonly fromDay: number;
  readonly toDay: number;
  /** The date that is the cycle's first day. */
  readonly anchorDay: number;
  /** What each day of the cycle has: shift ids, none for a day off. At least one day. */
  readonly cycle: readonly (readonly string[])[];
}

/** An employee's zone from a date on. */
export interface ZoneVersion {
  /** -Infinity: from the beginning. */
  readonly fromDay: number;
  readonly zone: Zone;
}

/** What is the employee's own. */
export interface EmployeeRoster {
  /** By `fromDay`; the first is -Infinity. */
  readonly zones: readonly ZoneVersion[];
  /** First and last date of employment, both included; infinite when not known. */
  readonly joinedDay: number;
  readonly leftDay: number;
  /** The date on which they were archived, the last one: nothing is expected after it. */
  readonly archivedDay?: number | undefined;
  /** Worked on every date that no assignment covers. */
  readonly defaultShiftId: string | undefined;
  /** Whose holidays are theirs. */
  readonly calendarId: string | undefined;
  /** Their group, whose policy they follow without one of their own; absent: none. */
  readonly groupId?: string;
  /** Their own policies, by `fromDay`; absent: none. */
  readonly policies?: readonly PolicyStart[];
  /** Their shifts on one date add up. */
  readonly assignments: readonly Assignment[];
  /** Single dates, by epoch day: these shifts, or none, whatever else is assigned. */
  readonly overrides: ReadonlyMap<number, readonly string[]>;
}

/** Where the shifts of a date come from. */
export const PLAN_SOURCES = ['OVERRIDE', 'ASSIGNMENT', 'DEFAULT_SHIFT'] as const;
export type PlanSource = (typeof PLAN_SOURCES)[number];

/** What the roster names for a date, before any time is worked out. */
export interface DayRoster {
  /** Undefined: the roster says nothing about the date. */
  readonly source: PlanSource | undefined;
  readonly shifts: readonly Shift[];
}

const NOTHING: DayRoster = { source: undefined, shifts: [] };

/** The last date of employment; infinite when not known. */
export function lastDayOf({
  leftDay,
  archivedDay = Infinity,
}: Pick<EmployeeRoster, 'leftDay' | 'archivedDay'>): number {
  return Math.min(leftDay, archivedDay);
}

export function isEmployed(employee: EmployeeRoster, day: number): boolean {
  return day >= employee.joinedDay && day <= lastDayOf(employee);
}

/** The shifts of an employee's date: a single date's override, else assignments, else the default. */
export function rosterOn(roster: Roster, employee: EmployeeRoster, day: number): DayRoster {
  if (!isEmployed(employee, day)) return NOTHING;
  const override = employee.overrides.get(day);
  const work = policyStepOn(roster, employee, day)?.followed?.policy.work;
  if (override !== undefined) {
    return { source: 'OVERRIDE', shifts: shiftsNamed(roster, override, day, work) };
  }
  const covering = employee.assignments.filter(
    (assignment) => day >= assignment.fromDay && day <= assignment.toDay,
  );
  if (covering.length > 0) {
    const ids: string[] = [];
    for (const assignment of covering) ids.push(...cycleDay(assignment, day));
    return { source: 'ASSIGNMENT', shifts: shiftsNamed(roster, ids, day, work) };
  }
  const { defaultShiftId } = employee;
  if (defaultShiftId === undefined) return NOTHING;
  return { source: 'DEFAULT_SHIFT', shifts: shiftsNamed(roster, [defaultShiftId], day, work) };
}

/** The shifts of a date; the cycle runs on in both directions from its anchor. */
export function cycleDay({ cycle, anchorDay }: Assignment, day: number): readonly string[] {
  const index = (((day - anchorDay) % cycle.length) + cycle.length) % cycle.length;
  return cycle[index] ?? [];
}

/** Each shift once, though two assignments may name it. An id without a version then is nothing. */
function shiftsNamed(
  roster: Roster,
  ids: readonly string[],
  day: number,
  work: WorkRules | undefined,
): Shift[] {
  const shifts: Shift[] = [];
  for (const id of new Set(ids)) {
    const version = roster.shifts.get(id)?.findLast(({ fromDay }) => fromDay <= day);
    if (version !== undefined) shifts.push(underPolicy(version.shift, work));
  }
  return shifts;
}

/** Shifts under the rules of policies: each made once, as plans compare them by what they are. */
const underPolicies = new WeakMap<WorkRules, WeakMap<Shift, Shift>>();

/** A shift with the work rules of a policy, where it has none of its own. */
function underPolicy(shift: Shift, work: WorkRules | undefined): Shift {
  if (work === undefined || shift.followsPolicy !== true) return shift;
  const known = underPolicies.get(work) ?? new WeakMap<Shift, Shift>();
  underPolicies.set(work, known);
  const made = known.get(shift) ?? { ...shift, work };
  known.set(shift, made);
  return made;
}

/** What each employee follows, in the roster that they were last looked at with. */
const stepsKnown = new WeakMap<
  EmployeeRoster,
  { readonly policies: Policies; readonly steps: readonly PolicyStep[] }
>();

/** The policies that an employee follows, by date; the first step is from the beginning. */
export function policyStepsOf(
  { policies }: Roster,
  employee: EmployeeRoster,
): readonly PolicyStep[] {
  const known = stepsKnown.get(employee);
  if (known?.policies === policies) return known.steps;
  const { groupId = '', policies: own = [] } = employee;
  const steps = policySteps(policies, { groupId, policies: own });
  stepsKnown.set(employee, { policies, steps });
  return steps;
}

/** What an employee follows on a date. */
export function policyStepOn(
  roster: Roster,
  employee: EmployeeRoster,
  day: number,
): PolicyStep | undefined {
  if (roster.policies.size === 0) return undefined;
  return policyStepsOf(roster, employee).findLast(({ fromDay }) => fromDay <= day);
}

export function zoneOn(employee: EmployeeRoster, day: number): Zone {
  const { zones } = employee;
  const version = zones.length === 1 ? zones[0] : zones.findLast(({ fromDay }) => fromDay <= day);
  if (version === undefined) throw new RangeError('an employee has no zone from the beginning');
  return version.zone;
}

/** The date that a moment is on for the employee. */
export function dateAt(employee: EmployeeRoster, time: Instant): number {
  return epochDayAt(zoneOn(employee, Math.floor(time / DAY_MS)), time);
}
