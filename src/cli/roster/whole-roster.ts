// Everything that a service's roster says, archived things included. Only reads. Held in memory:
// an export is no larger than the files that an import takes.

import type {
  AttendanceClient,
  DateOverride,
  Employee,
  EmployeeAssignment,
  Holiday,
  ShiftHistory,
} from '../../client/index.js';
import { inParallel } from '../terminal/in-parallel.js';
import { all, employeesIn, holidaysIn, overridesIn, shiftsIn } from './roster-pages.js';

/** Employees asked about at a time. */
const READS_AT_A_TIME = 8;

export interface OwnRoster {
  readonly employee: Employee;
  readonly assignments: readonly EmployeeAssignment[];
  readonly overrides: readonly DateOverride[];
}

export interface WholeRoster {
  /** By id. */
  readonly shifts: readonly ShiftHistory[];
  /** By calendar and date. */
  readonly holidays: readonly Holiday[];
  /** By id. */
  readonly employees: readonly OwnRoster[];
}

export type WholeRosterReads = Pick<
  AttendanceClient,
  | 'listShifts'
  | 'listHolidays'
  | 'listEmployees'
  | 'listShiftAssignments'
  | 'listDateOverrides'
  | 'listRosterChanges'
>;

/** Throws AttendanceClientError. */
export async function readWholeRoster(client: WholeRosterReads): Promise<WholeRoster> {
  const everything = { includeArchived: true };
  const shifts = await all(shiftsIn(client, everything));
  const holidays = await all(holidaysIn(client, {}));
  const employees = await all(employeesIn(client, everything));
  const own = new Map<string, OwnRoster>();
  await inParallel(employees, READS_AT_A_TIME, async (employee) => {
    own.set(employee.employeeId, await readOwn(client, employee));
  });
  return {
    shifts,
    holidays,
    employees: employees.flatMap((each) => own.get(each.employeeId) ?? []),
  };
}

async function readOwn(client: WholeRosterReads, employee: Employee): Promise<OwnRoster> {
  const { employeeId } = employee;
  const { assignments } = await client.listShiftAssignments({ employeeId });
  const overrides = await all(overridesIn(client, { employeeId }));
  return { employee, assignments, overrides };
}

/** The number of the latest change of the roster: whether it changed between two reads. */
export async function latestChange(client: WholeRosterReads): Promise<string> {
  const { rosterChanges } = await client.listRosterChanges({ pageSize: 1 });
  return rosterChanges.at(0)?.changeId ?? '0';
}
