// Reads the days of some employees on some dates from the service. Bounded.

import { status } from '@grpc/grpc-js';
import type { Attendance, AttendanceClient, Employee } from '../../client/index.js';
import { errorOfStatus } from '../../client/index.js';
import { inParallel } from '../terminal/in-parallel.js';
import { localDate, shownZone } from '../time/local-time.js';
import { employeesIn } from './roster-pages.js';

/** The most employees of one grid. */
export const MAX_GRID_EMPLOYEES = 200;
/** The most dates of one grid: five weeks cover any month. */
export const MAX_GRID_DATES = 35;

/** The most days per call. */
const DAYS_PER_CALL = 300;
/** Employees read at the same time. */
const READS_AT_A_TIME = 8;

interface EmployeeDate {
  readonly employeeId: string;
  readonly date: string;
}

/** The employees of these ids, in order, each once. Throws if one is unknown. */
export async function namedEmployees(
  client: Pick<AttendanceClient, 'getEmployee'>,
  employeeIds: readonly string[],
): Promise<Employee[]> {
  const ids = [...new Set(employeeIds)];
  const found = new Map<string, Employee>();
  await inParallel(ids, READS_AT_A_TIME, async (employeeId) => {
    const { employee } = await client.getEmployee({ employeeId });
    if (employee !== undefined) found.set(employeeId, employee);
  });
  return ids.flatMap((id) => found.get(id) ?? []);
}

/**
 * The first employees of a group or of all, by id; one more than a grid takes if there are more.
 */
export async function firstEmployees(
  client: Pick<AttendanceClient, 'listEmployees'>,
  groupId: string,
): Promise<Employee[]> {
  const employees: Employee[] = [];
  for await (const employee of employeesIn(client, { groupId, includeArchived: false })) {
    employees.push(employee);
    if (employees.length > MAX_GRID_EMPLOYEES) break;
  }
  return employees;
}

/** The employees' current date; in UTC if they are in several zones, or have none. */
export function todayOf(employees: readonly Employee[], nowMs: number): string {
  const zones = new Set(employees.map((employee) => zoneOn(employee, localDate(nowMs, 'UTC'))));
  const [zone = ''] = zones;
  return localDate(nowMs, zones.size === 1 ? shownZone(zone || 'UTC') : 'UTC');
}

function zoneOn({ timeZone, timeZoneChanges }: Employee, date: string): string {
  return timeZoneChanges.findLast(({ startDate }) => startDate <= date)?.timeZone ?? timeZone;
}

/** The requested days, in order. Throws AttendanceClientError. */
export async function readDays(
  client: Pick<AttendanceClient, 'batchGetAttendance'>,
  asked: readonly EmployeeDate[],
): Promise<Attendance[]> {
  const days = new Map<string, Attendance>();
  let left = asked;
  while (left.length > 0) {
    const part = left.slice(0, DAYS_PER_CALL);
    const missing = await readPart(client, part, days);
    left = [...missing, ...left.slice(part.length)];
  }
  return asked.flatMap((each) => days.get(keyOf(each)) ?? []);
}

function keyOf({ employeeId, date }: EmployeeDate): string {
  return `${employeeId} ${date}`;
}

/** Puts the days of one call into `days`. Returns those that did not fit into the answer. */
async function readPart(
  client: Pick<AttendanceClient, 'batchGetAttendance'>,
  part: readonly EmployeeDate[],
  days: Map<string, Attendance>,
): Promise<readonly EmployeeDate[]> {
  const { results } = await client.batchGetAttendance({ days: part });
  return part.filter((each, index) => {
    const result = results[index]?.result;
    if (result?.case === 'attendance') days.set(keyOf(each), result.value);
    if (result?.case !== 'error') return false;
    // The first day of a call always fits, so the rest gets smaller.
    const isFull = result.value.code === status.RESOURCE_EXHAUSTED && index > 0;
    if (!isFull) throw errorOfStatus(result.value);
    return true;
  });
}
