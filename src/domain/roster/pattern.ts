// The repeating part of an employee's roster, without single dates. Many employees share a pattern,
// and what follows from it is derived once for all of them.

import { type EmployeeRoster, lastDayOf } from './roster.js';

const NO_OVERRIDES: ReadonlyMap<number, readonly string[]> = new Map();

/** Rosters never change, so each is written once. */
const patterns = new WeakMap<EmployeeRoster, string>();

/** The same text for rosters that differ at most in employment and overrides. */
export function patternOf(employee: EmployeeRoster): string {
  const known = patterns.get(employee);
  if (known !== undefined) return known;
  const { zones, defaultShiftId, calendarId, assignments } = employee;
  const pattern = JSON.stringify([
    zones.map(({ fromDay, zone }) => [fromDay, zone.name]),
    defaultShiftId,
    calendarId,
    assignments.map(({ fromDay, toDay, anchorDay, cycle }) => [fromDay, toDay, anchorDay, cycle]),
  ]);
  patterns.set(employee, pattern);
  return pattern;
}

/** The roster reduced to its pattern. */
export function patternAlone(employee: EmployeeRoster): EmployeeRoster {
  return {
    ...employee,
    joinedDay: -Infinity,
    leftDay: Infinity,
    archivedDay: undefined,
    overrides: NO_OVERRIDES,
  };
}

/** Whether the roster on these dates is its pattern alone, without a beginning, end or override. */
export function followsPattern(
  employee: EmployeeRoster,
  firstDay: number,
  lastDay: number,
): boolean {
  if (employee.joinedDay > firstDay || lastDayOf(employee) < lastDay) return false;
  if (employee.overrides.size > lastDay - firstDay) return false;
  for (const day of employee.overrides.keys()) if (day >= firstDay && day <= lastDay) return false;
  return true;
}
