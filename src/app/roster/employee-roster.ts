// What is an employee's own, put together as the engine takes it.

import type { Assignment, EmployeeRoster } from '../../domain/roster/roster.js';
import type { Zone } from '../../domain/time/zone.js';
import type { EmployeeDetail } from '../ports/roster-ports.js';

/** Of one whom nobody said more of than a name. */
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
