// Rosters of nobody: everybody in UTC, without a shift.

import type { EmployeeRoster, Roster } from '../../src/domain/roster.js';
import { DEFAULT_OFF_SHIFT_RULES } from '../../src/domain/shift.js';
import { findZone } from '../../src/domain/zone.js';
import type { RosterReader } from '../../src/store/roster-reader.js';

const ROSTER: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};

export function plainRosters(): RosterReader {
  const zone = findZone('UTC');
  if (zone === undefined) throw new Error('there is no UTC');
  const employee: EmployeeRoster = {
    zones: [{ fromDay: Number.NEGATIVE_INFINITY, zone }],
    joinedDay: Number.NEGATIVE_INFINITY,
    leftDay: Number.POSITIVE_INFINITY,
    defaultShiftId: undefined,
    calendarId: undefined,
    assignments: [],
    overrides: new Map(),
  };
  return {
    knownShared: () => ROSTER,
    latestShared: 0,
    knownEmployee: () => employee,
    latestEmployee: () => undefined,
    shared: async () => ROSTER,
    employees: async (_, wanted) =>
      new Map(wanted.map(({ employeeId }) => [employeeId, employee] as const)),
    asOf: async () => ({ roster: ROSTER, employee, employeeName: undefined }),
  };
}
