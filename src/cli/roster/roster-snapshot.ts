// Reads what the service already has of the things in a roster file. Only reads.

import type { AttendanceClient, Holiday, PolicyHistory, ShiftHistory } from '../../client/index.js';
import { inParallel } from '../terminal/in-parallel.js';
import {
  all,
  holidaysIn,
  type OwnRoster,
  overridesIn,
  policiesIn,
  READS_AT_A_TIME,
  shiftsIn,
  unlessUnknown,
} from './roster-pages.js';
import type { RosterEntry } from './roster-row.js';

export interface KnownRoster {
  readonly shifts: ReadonlyMap<string, ShiftHistory>;
  /** By `calendar date`. */
  readonly holidays: ReadonlyMap<string, Holiday>;
  readonly policies: ReadonlyMap<string, PolicyHistory>;
  /** Assignments and overrides are read only for employees with rows about them in the file. */
  readonly employees: ReadonlyMap<string, OwnRoster>;
}

export type RosterReads = Pick<
  AttendanceClient,
  | 'listShifts'
  | 'listHolidays'
  | 'listPolicies'
  | 'getEmployee'
  | 'listShiftAssignments'
  | 'listDateOverrides'
>;

export function holidayKey({ calendarId, date }: { calendarId: string; date: string }): string {
  return `${calendarId} ${date}`;
}

/** Reads everything that the entries name. Throws AttendanceClientError. */
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
  const policies = new Map<string, PolicyHistory>();
  for await (const policy of policiesIn(client)) policies.set(policy.policyId, policy);
  const employees = new Map<string, OwnRoster>();
  await inParallel(wantedOf(entries), READS_AT_A_TIME, async (wanted) => {
    const known = await readEmployee(client, wanted);
    if (known !== undefined) employees.set(wanted.employeeId, known);
  });
  return { shifts, holidays, policies, employees };
}

/** What to read about an employee. */
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
): Promise<OwnRoster | undefined> {
  const employee = (await unlessUnknown(client.getEmployee({ employeeId })))?.employee;
  if (employee === undefined) return undefined;
  const standing = assignments ? await client.listShiftAssignments({ employeeId }) : undefined;
  const sorted = overrides.toSorted();
  const [first, last] = [sorted.at(0), sorted.at(-1)];
  const dates =
    first === undefined || last === undefined
      ? []
      : await all(overridesIn(client, { employeeId, startDate: first, endDate: last }));
  return { employee, assignments: standing?.assignments ?? [], overrides: dates };
}
