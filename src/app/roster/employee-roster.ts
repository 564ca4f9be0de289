// Assembles an employee's own roster in the form that the engine takes.

import type { Assignment, EmployeeRoster } from '../../domain/roster/roster.js';
import type { Zone } from '../../domain/time/zone.js';
import type { EmployeeDetail } from '../ports/roster-ports.js';

/** The detail of an employee with no more than a name. */
export function plainDetail(employeeName: string): EmployeeDetail {
  return {
    employeeName,
    zone: undefined,
    zoneChanges: [],
    groupId: '',
    joinedDay: -Infinity,
    leftDay: Infinity,
    defaultShiftId: undefined,
    calendarId: undefined,
    archivedDay: undefined,
    policies: [],
  };
}

export function employeeRosterOf(
  detail: EmployeeDetail,
  assignments: readonly Assignment[],
  overrides: ReadonlyMap<number, readonly string[]>,
  defaultZone: Zone,
): EmployeeRoster {
  const {
    zone = defaultZone,
    zoneChanges,
    joinedDay,
    leftDay,
    defaultShiftId,
    calendarId,
    archivedDay,
    groupId,
    policies,
  } = detail;
  return {
    zones: [{ fromDay: -Infinity, zone }, ...zoneChanges],
    joinedDay,
    leftDay,
    archivedDay,
    defaultShiftId,
    calendarId,
    groupId,
    policies,
    assignments,
    overrides,
  };
}
