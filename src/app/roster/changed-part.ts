// Reads what a roster change was about, before and after it. This needs no storage of its own: rows
// keep from when until when they were known, and no two changes of one thing have the same time. So
// both sides are reads as of the change's time and as of the moment before.

import { isDeepStrictEqual } from 'node:util';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import type {
  AssignmentRecord,
  EmployeeRecord,
  HolidayRecord,
  OverrideRecord,
  PolicyRecord,
  RosterChangeRecord,
  RosterStore,
  ShiftRecord,
} from '../ports/roster-ports.js';

/** The part of the roster that a change is about, at one moment. One field is set. */
export interface RosterPart {
  readonly employee?: EmployeeRecord;
  readonly shift?: ShiftRecord;
  /** The assignments that the change is about, by start. */
  readonly assignments?: readonly AssignmentRecord[];
  readonly override?: OverrideRecord;
  readonly holiday?: HolidayRecord;
  readonly policy?: PolicyRecord;
}

/** A side is undefined if there was nothing. */
export interface ChangedPart {
  readonly before: RosterPart | undefined;
  readonly after: RosterPart | undefined;
}

type Reads = Pick<
  RosterStore,
  'getEmployee' | 'getShift' | 'getPolicy' | 'listAssignments' | 'listOverrides' | 'listHolidays'
>;

/** Reads both sides of something, one after the other. */
type BothSides = <T>(read: (asOf: RecordTime) => Promise<T>) => Promise<readonly [T, T]>;

/** Throws the signal's reason if it is aborted between two reads. */
export async function readChangedPart(
  roster: Reads,
  change: RosterChangeRecord,
  signal: AbortSignal,
): Promise<ChangedPart> {
  const { recordedAt, shiftId, calendarId, policyId, employeeId } = change;
  const both: BothSides = async (read) => {
    const before = await read((recordedAt - 1) as RecordTime);
    signal.throwIfAborted();
    const after = await read(recordedAt);
    signal.throwIfAborted();
    return [before, after];
  };
  if (shiftId !== undefined) {
    return partsOf(await both((asOf) => roster.getShift(shiftId, asOf)), (shift) => ({ shift }));
  }
  if (calendarId !== undefined) {
    const holidays = await both((asOf) => holidayOf(roster, calendarId, change, asOf));
    return partsOf(holidays, (holiday) => ({ holiday }));
  }
  if (policyId !== undefined) {
    const policies = await both((asOf) => roster.getPolicy(policyId, asOf));
    return partsOf(policies, (policy) => ({ policy }));
  }
  if (employeeId !== undefined) return await ownPart(roster, { employeeId, change }, both);
  return { before: undefined, after: undefined };
}

interface OwnChange {
  readonly employeeId: EmployeeId;
  readonly change: RosterChangeRecord;
}

/** Finds the employee's part that differs, because a change does not say which part it is about. */
async function ownPart(roster: Reads, own: OwnChange, both: BothSides): Promise<ChangedPart> {
  const { employeeId, change } = own;
  const employees = await both((asOf) => roster.getEmployee(employeeId, asOf));
  if (employees[1]?.changeId === change.changeId) {
    return partsOf(employees.map(unlessUntold), (employee) => ({ employee }));
  }
  if (change.firstDay === change.lastDay) {
    const overrides = await both((asOf) => overrideOf(roster, own, asOf));
    if (!isDeepStrictEqual(...overrides)) return partsOf(overrides, (override) => ({ override }));
  }
  const [before = [], after = []] = await both((asOf) => roster.listAssignments(employeeId, asOf));
  const changed = [without(before, after), without(after, before)];
  return partsOf(
    changed.map((some) => (some.length === 0 ? undefined : some)),
    (assignments) => ({ assignments }),
  );
}

function partsOf<T>(
  [before, after]: readonly (T | undefined)[],
  partOf: (item: T) => RosterPart,
): ChangedPart {
  return {
    before: before === undefined ? undefined : partOf(before),
    after: after === undefined ? undefined : partOf(after),
  };
}

/**
 * Undefined for an employee with facts only: no change was about them, and their name may be newer.
 */
function unlessUntold(employee: EmployeeRecord | undefined): EmployeeRecord | undefined {
  return employee?.changeId === 0 ? undefined : employee;
}

/** The assignments of `some` that are missing from `others` or differ there. */
function without(
  some: readonly AssignmentRecord[],
  others: readonly AssignmentRecord[],
): readonly AssignmentRecord[] {
  const keyOf = ({ assignmentId, changeId }: AssignmentRecord) => `${assignmentId} ${changeId}`;
  const keys = new Set(others.map(keyOf));
  return some.filter((one) => !keys.has(keyOf(one)));
}

/** A page with the one date that a change is about. */
function onDateOf({ firstDay }: RosterChangeRecord, asOf: RecordTime) {
  const date = fromEpochDay(firstDay);
  return { startDate: date, endDate: date, asOf, after: undefined, limit: 1 };
}

async function overrideOf(
  roster: Reads,
  { employeeId, change }: OwnChange,
  asOf: RecordTime,
): Promise<OverrideRecord | undefined> {
  const page = await roster.listOverrides({ employeeId, ...onDateOf(change, asOf) });
  return page?.items[0];
}

async function holidayOf(
  roster: Reads,
  calendarId: string,
  change: RosterChangeRecord,
  asOf: RecordTime,
): Promise<HolidayRecord | undefined> {
  const { items } = await roster.listHolidays({ calendarId, ...onDateOf(change, asOf) });
  return items[0];
}
