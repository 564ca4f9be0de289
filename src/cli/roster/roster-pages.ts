// Reads the lists of the roster from first to last page, item by item.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type {
  AttendanceClient,
  DateOverride,
  Employee,
  EmployeeAssignment,
  Holiday,
  PolicyHistory,
  RosterChange,
  ShiftHistory,
} from '../../client/index.js';
import { AttendanceClientError } from '../../client/index.js';

const PAGE_SIZE = 1_000;

/** How a list may be restricted. */
interface DateRange {
  readonly startDate?: string;
  readonly endDate?: string;
  readonly asOfTime?: Timestamp;
}

export function shiftsIn(
  client: Pick<AttendanceClient, 'listShifts'>,
  scope: { readonly includeArchived: boolean },
): AsyncGenerator<ShiftHistory> {
  return itemsOf(async (page) => {
    const { shifts, nextPageToken } = await client.listShifts({ ...scope, ...page });
    return { items: shifts, nextPageToken };
  });
}

export function policiesIn(
  client: Pick<AttendanceClient, 'listPolicies'>,
): AsyncGenerator<PolicyHistory> {
  return itemsOf(async (page) => {
    const { policies, nextPageToken } = await client.listPolicies(page);
    return { items: policies, nextPageToken };
  });
}

export function employeesIn(
  client: Pick<AttendanceClient, 'listEmployees'>,
  scope: { readonly groupId?: string; readonly includeArchived: boolean },
): AsyncGenerator<Employee> {
  return itemsOf(async (page) => {
    const { employees, nextPageToken } = await client.listEmployees({ ...scope, ...page });
    return { items: employees, nextPageToken };
  });
}

export function holidaysIn(
  client: Pick<AttendanceClient, 'listHolidays'>,
  scope: { readonly calendarId?: string } & DateRange,
): AsyncGenerator<Holiday> {
  return itemsOf(async (page) => {
    const { holidays, nextPageToken } = await client.listHolidays({ ...scope, ...page });
    return { items: holidays, nextPageToken };
  });
}

export function overridesIn(
  client: Pick<AttendanceClient, 'listDateOverrides'>,
  scope: { readonly employeeId: string } & DateRange,
): AsyncGenerator<DateOverride> {
  return itemsOf(async (page) => {
    const { overrides, nextPageToken } = await client.listDateOverrides({ ...scope, ...page });
    return { items: overrides, nextPageToken };
  });
}

/** Roster changes, the latest first. */
export function changesIn(
  client: Pick<AttendanceClient, 'listRosterChanges'>,
): AsyncGenerator<RosterChange> {
  return itemsOf(async (page) => {
    const { rosterChanges, nextPageToken } = await client.listRosterChanges(page);
    return { items: rosterChanges, nextPageToken };
  });
}

/** All items at once, for lists that are held in memory anyway. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

async function* itemsOf<T>(read: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  let pageToken = '';
  do {
    const { items, nextPageToken } = await read({ pageSize: PAGE_SIZE, pageToken });
    yield* items;
    pageToken = nextPageToken;
  } while (pageToken !== '');
}

/** Shifts or employees read at the same time. */
export const READS_AT_A_TIME = 8;

/** An employee, with their own roster. */
export interface OwnRoster {
  readonly employee: Employee;
  readonly assignments: readonly EmployeeAssignment[];
  readonly overrides: readonly DateOverride[];
}

/** Undefined if it does not exist. */
export async function unlessUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const isUnknown = error instanceof AttendanceClientError && error.code === status.NOT_FOUND;
    if (isUnknown) return undefined;
    throw error;
  }
}
