// What the service knows already of the things that a roster file is about. Only reads.

import { status } from '@grpc/grpc-js';
import type {
  AttendanceClient,
  DateOverride,
  Employee,
  EmployeeAssignment,
  Holiday,
  ShiftHistory,
} from '../../client/index.js';
import { AttendanceClientError } from '../../client/index.js';
import { inParallel } from '../terminal/in-parallel.js';
import { holidaysIn, overridesIn, shiftsIn } from './roster-pages.js';
import type { RosterEntry } from './roster-row.js';

/** Employees asked about at a time. */
const READS_AT_A_TIME = 8;

export interface KnownEmployee {
  readonly employee: Employee;
  /** Empty unless the file has rows about them. */
  readonly assignments: readonly EmployeeAssignment[];
  readonly overrides: readonly DateOverride[];
}

export interface KnownRoster {
  readonly shifts: ReadonlyMap<string, ShiftHistory>;
  /** By `calendar date`. */
  readonly holidays: ReadonlyMap<string, Holiday>;
  readonly employees: ReadonlyMap<string, KnownEmployee>;
}

export type RosterReads = Pick<
  AttendanceClient,
  'listShifts' | 'listHolidays' | 'getEmployee' | 'listShiftAssignments' | 'listDateOverrides'
>;

export function holidayKey({ calendarId, date }: { calendarId: string; date: string }): string {
  return `${calendarId} ${date}`;
}

/** Asks about everything that the entries name. Throws AttendanceClientError. */
export async function readKnownRoster(
  client: RosterReads,
  entries: readonly RosterEntry[],
): Promise<KnownRoster> {
  const shifts = new Map<string, ShiftHistory>();
  for await (const shift of shiftsIn(client, { includeArchived: true }))
    shifts.set(shift.shiftId, shift);
  const holidays = new Map<string, Holiday>();
  const calendars = entries.flatMap((entry) =>
    entry.type === 'holiday' ? [entry.holiday.calendarId] : [],
  );
  for (const calendarId of new Set(calendars)) {
    for await (const holiday of holidaysIn(client, { calendarId })) {
      holidays.set(holidayKey(holiday), holiday);
    }
  }
  const employees = new Map<string, KnownEmployee>();
  await inParallel(wantedOf(entries), READS_AT_A_TIME, async (wanted) => {
    const known = await readEmployee(client, wanted);
    if (known !== undefined) employees.set(wanted.employeeId, known);
  });
  return { shifts, holidays, employees };
}

/** What is to be asked about an employee. */
interface Wanted {
  readonly employeeId: string;
  assignments: boolean;
  /** The dates with an override in the file. */
  readonly overrides: string[];
}

function wantedOf(entries: readonly RosterEntry[]): Iterable<Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const entry of entries) {
    if (!('employeeId' in entry)) continue;
    const { employeeId } = entry;
    const one = wanted.get(employeeId) ?? { employeeId, assignments: false, overrides: [] };
    wanted.set(employeeId, one);
    if (entry.type === 'assignment') one.assignments = true;
    if (entry.type === 'override') one.overrides.push(entry.override.date);
  }
  return wanted.values();
}

async function readEmployee(
  client: RosterReads,
  { employeeId, assignments, overrides }: Wanted,
): Promise<KnownEmployee | undefined> {
  let employee: Employee | undefined;
  try {
    ({ employee } = await client.getEmployee({ employeeId }));
  } catch (error) {
    const isUnknown = error instanceof AttendanceClientError && error.code === status.NOT_FOUND;
    if (isUnknown) return undefined;
    throw error;
  }
  if (employee === undefined) return undefined;
  const standing = assignments ? await client.listShiftAssignments({ employeeId }) : undefined;
  const dates: DateOverride[] = [];
  const sorted = overrides.toSorted();
  const [first, last] = [sorted.at(0), sorted.at(-1)];
  if (first !== undefined && last !== undefined) {
    const range = { employeeId, startDate: first, endDate: last };
    for await (const override of overridesIn(client, range)) dates.push(override);
  }
  return { employee, assignments: standing?.assignments ?? [], overrides: dates };
}
