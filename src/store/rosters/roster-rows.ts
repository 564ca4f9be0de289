// Converts rows of the roster to the domain's types.

import type {
  AssignmentRecord,
  EmployeeDetail,
  HolidayRecord,
  PolicyRecord,
  ShiftRecord,
} from '../../app/ports/roster-ports.js';
import { employeeRosterOf, plainDetail } from '../../app/roster/employee-roster.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { PolicyVersion } from '../../domain/roster/policy.js';
import {
  type Assignment,
  EMPTY_ROSTER,
  type EmployeeRoster,
  type Holiday,
  type Roster,
  type ShiftVersion,
} from '../../domain/roster/roster.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type { Row } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import {
  decodeCycle,
  decodeDetail,
  decodePolicy,
  decodeShift,
  epochDayOf,
  portionOfCode,
} from './roster-codec.js';

/** Without a detail, the roster gives no name. */
const NO_DETAIL = plainDetail('');

/**
 * Makes the roster from rows sorted by shift and date, by calendar and date, and by policy and
 * date.
 */
export function rosterOf(
  versions: readonly Row[],
  holidays: readonly Row[],
  policyVersions: readonly Row[],
): Roster {
  const shifts = new Map<string, ShiftVersion[]>();
  for (const row of versions) {
    const version = shiftVersionOf(row);
    append(shifts, version.shift.shiftId, version);
  }
  const calendars = new Map<string, Map<number, Holiday>>();
  for (const row of holidays) {
    const { calendarId, epochDay, name, portion } = holidayRecordOf(row);
    const dates = calendars.get(calendarId) ?? new Map<number, Holiday>();
    calendars.set(calendarId, dates.set(epochDay, { name, portion }));
  }
  const policies = new Map<string, PolicyVersion[]>();
  for (const row of policyVersions) append(policies, text(row, 'policy_id'), policyVersionOf(row));
  return { ...EMPTY_ROSTER, shifts, calendars, policies };
}

function policyVersionOf(row: Row): PolicyVersion {
  return {
    fromDay: epochDayOf(text(row, 'effective_date')),
    policy: decodePolicy(text(row, 'policy_id'), row.definition),
  };
}

/**
 * A policy from the rows of its versions, by date, each with the latest change of the policy;
 * undefined without rows.
 */
export function policyRecordOf(rows: readonly Row[]): PolicyRecord | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    policyId: text(first, 'policy_id'),
    versions: rows.map(policyVersionOf),
    changeId: number(first, 'latest_change_id'),
    updatedAt: number(first, 'latest_recorded_at') as RecordTime,
  };
}

export function shiftVersionOf(row: Row): ShiftVersion {
  return {
    fromDay: epochDayOf(text(row, 'effective_date')),
    shift: decodeShift(text(row, 'shift_id'), row.definition),
  };
}

export function assignmentOf(row: Row): Assignment {
  return {
    fromDay: epochDayOf(text(row, 'start_date')),
    toDay: epochDayOf(text(row, 'end_date')),
    anchorDay: epochDayOf(text(row, 'anchor_date')),
    cycle: decodeCycle(row.cycle),
  };
}

export function shiftIdsOf(row: Row): readonly string[] {
  const ids = row.shift_ids;
  if (Array.isArray(ids)) return ids.map(String);
  throw new Error('column shift_ids is not a list');
}

/** An employee's own rows, as read. */
export interface OwnRows {
  readonly detail: EmployeeDetail | undefined;
  readonly assignments: readonly Row[];
  readonly overrides: readonly Row[];
}

export const NOTHING_OWN: OwnRows = { detail: undefined, assignments: [], overrides: [] };

/** The rows of the three statements by employee. Employees without a row of details are missing. */
export function ownRowsByEmployee(
  details: readonly Row[],
  assignments: readonly Row[],
  overrides: readonly Row[],
): ReadonlyMap<EmployeeId, OwnRows> {
  const assigned = rowsByEmployee(assignments);
  const overridden = rowsByEmployee(overrides);
  return new Map(
    details.map((row) => {
      const employeeId = text(row, 'employee_id') as EmployeeId;
      const detail = row.detail === null ? undefined : decodeDetail(row.detail);
      const own = {
        detail,
        assignments: assigned.get(employeeId) ?? [],
        overrides: overridden.get(employeeId) ?? [],
      };
      return [employeeId, own];
    }),
  );
}

export function rosterOfOwn(own: OwnRows, defaultZone: Zone): EmployeeRoster {
  const overrides = new Map<number, readonly string[]>();
  for (const row of own.overrides) {
    overrides.set(epochDayOf(text(row, 'date')), shiftIdsOf(row));
  }
  return employeeRosterOf(
    own.detail ?? NO_DETAIL,
    own.assignments.map(assignmentOf),
    overrides,
    defaultZone,
  );
}

export function rowsByEmployee(rows: readonly Row[]): Map<string, Row[]> {
  const byEmployee = new Map<string, Row[]>();
  for (const row of rows) append(byEmployee, text(row, 'employee_id'), row);
  return byEmployee;
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

export function assignmentRecordOf(row: Row): AssignmentRecord {
  return {
    employeeId: text(row, 'employee_id') as EmployeeId,
    assignmentId: number(row, 'assignment_id'),
    assignment: assignmentOf(row),
    changeId: number(row, 'change_id'),
    updatedAt: number(row, 'recorded_at') as RecordTime,
  };
}

export function holidayRecordOf(row: Row): HolidayRecord {
  return {
    calendarId: text(row, 'calendar_id'),
    epochDay: epochDayOf(text(row, 'date')),
    name: text(row, 'name'),
    portion: portionOfCode(row.portion),
  };
}

/**
 * A shift from the rows of its versions, by date; undefined without rows. `archived_by` and
 * `archived_at` are null if it was not archived at the moment of the read.
 */
export function shiftRecordOf(rows: readonly Row[]): ShiftRecord | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const archived = first.archived_at !== null;
  const stamps = rows.map((row) => ({
    changeId: number(row, 'change_id'),
    updatedAt: number(row, 'recorded_at'),
  }));
  if (archived) {
    stamps.push({
      changeId: number(first, 'archived_by'),
      updatedAt: number(first, 'archived_at'),
    });
  }
  const latest = stamps.reduce((a, b) => (b.changeId > a.changeId ? b : a));
  return {
    shiftId: text(first, 'shift_id'),
    versions: rows.map(shiftVersionOf),
    archived,
    changeId: latest.changeId,
    updatedAt: latest.updatedAt as RecordTime,
  };
}
