// Who should work when, as far as one employee's days need it. It holds the versions that were
// known at the moment of the read. Dates are epoch days (local-date.ts).

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

/** A shift from a date on. */
export interface ShiftVersion {
  /** The first date of this version; -Infinity: from the beginning. */
  readonly fromDay: number;
  readonly shift: Shift;
}

/** The order of versions. Dates may be infinite, and have no difference then. */
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

/** The shared roster. */
export interface Roster {
  /** By shift id; each shift's versions by `fromDay`, at least one. */
  readonly shifts: ReadonlyMap<string, readonly ShiftVersion[]>;
  /** By calendar id: its holidays, by epoch day. */
  readonly calendars: ReadonlyMap<string, ReadonlyMap<number, Holiday>>;
  readonly policies: Policies;
  /** For employees without a policy. */
  readonly offShift: OffShiftRules;
}

/** The roster without any definitions. */
export const EMPTY_ROSTER: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  policies: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};

/** A pattern of shifts that an employee follows for a while. */
export interface Assignment {
  /** Both included; Infinity: no end. */
  readonly fromDay: number;
  readonly toDay: number;
  /** The date of the cycle's first day. */
  readonly anchorDay: number;
  /** The shift ids of each day of the cycle; none for a day off. At least one day. */
  readonly cycle: readonly (readonly string[])[];
}

/** An employee's zone from a date on. */
export interface ZoneVersion {
  /** -Infinity: from the beginning. */
  readonly fromDay: number;
  readonly zone: Zone;
}

/** An employee's own roster. */
export interface EmployeeRoster {
  /** Sorted by `fromDay`; the first is -Infinity. */
  readonly zones: readonly ZoneVersion[];
  /** First and last date of employment, both included; infinite if not known. */
  readonly joinedDay: number;
  readonly leftDay: number;
  /** The date of archiving, the last on which anything is expected. */
  readonly archivedDay?: number | undefined;
  /** Worked on every date without an assignment. */
  readonly defaultShiftId: string | undefined;
  /** The calendar whose holidays are theirs. */
  readonly calendarId: string | undefined;
  /** The group whose policy they follow without one of their own; absent: none. */
  readonly groupId?: string;
  /** Their own policies, by `fromDay`; absent: none. */
  readonly policies?: readonly PolicyStart[];
  /** The shifts of several assignments on one date add up. */
  readonly assignments: readonly Assignment[];
  /** The shifts of single dates, by epoch day, or none; they replace all others. */
  readonly overrides: ReadonlyMap<number, readonly string[]>;
}

/** Where the shifts of a date come from. */
export const PLAN_SOURCES = ['OVERRIDE', 'ASSIGNMENT', 'DEFAULT_SHIFT'] as const;
export type PlanSource = (typeof PLAN_SOURCES)[number];

/** The shifts that the roster names for a date, before times are calculated. */
export interface DayRoster {
  /** Undefined: the roster says nothing about the date. */
  readonly source: PlanSource | undefined;
  readonly shifts: readonly Shift[];
}

const NOTHING: DayRoster = { source: undefined, shifts: [] };

/** The last date of employment; infinite if not known. */
export function lastDayOf({
  leftDay,
  archivedDay = Infinity,
}: Pick<EmployeeRoster, 'leftDay' | 'archivedDay'>): number {
  return Math.min(leftDay, archivedDay);
}

export function isEmployed(employee: EmployeeRoster, day: number): boolean {
  return day >= employee.joinedDay && day <= lastDayOf(employee);
}

/** The shifts of an employee's date: its override, else the assignments, else the default shift. */
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

/** The shifts of a date. The cycle repeats in both directions from its anchor. */
export function cycleDay({ cycle, anchorDay }: Assignment, day: number): readonly string[] {
  const index = (((day - anchorDay) % cycle.length) + cycle.length) % cycle.length;
  return cycle[index] ?? [];
}

/** Each shift once, even if two assignments name it. Ignores ids without a version on the date. */
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

/**
 * Shifts under the rules of policies. Each is made once, because plans compare them by identity.
 */
const underPolicies = new WeakMap<WorkRules, WeakMap<Shift, Shift>>();

/** A shift with the work rules of a policy, if it has none of its own. */
function underPolicy(shift: Shift, work: WorkRules | undefined): Shift {
  if (work === undefined || shift.followsPolicy !== true) return shift;
  const known = underPolicies.get(work) ?? new WeakMap<Shift, Shift>();
  underPolicies.set(work, known);
  const made = known.get(shift) ?? { ...shift, work };
  known.set(shift, made);
  return made;
}

/** The policies that each employee follows, in the last roster that they were read with. */
const stepsKnown = new WeakMap<
  EmployeeRoster,
  { readonly policies: Policies; readonly steps: readonly PolicyStep[] }
>();

/** The policies that an employee follows, by date. The first step is from the beginning. */
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

/** The policy that an employee follows on a date. */
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

/** The employee's date at a moment. */
export function dateAt(employee: EmployeeRoster, time: Instant): number {
  return epochDayAt(zoneOn(employee, Math.floor(time / DAY_MS)), time);
}
