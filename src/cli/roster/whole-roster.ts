// Reads a service's whole roster, archived things included. Only reads. Held in memory: an export
// is no larger than the files that an import takes.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type {
  AttendanceClient,
  Employee,
  Holiday,
  PolicyHistory,
  ShiftHistory,
} from '../../client/index.js';
import { inParallel } from '../terminal/in-parallel.js';
import {
  all,
  changesIn,
  employeesIn,
  holidaysIn,
  type OwnRoster,
  overridesIn,
  policiesIn,
  READS_AT_A_TIME,
  shiftsIn,
  unlessUnknown,
} from './roster-pages.js';

export interface WholeRoster {
  /** Sorted by id. */
  readonly shifts: readonly ShiftHistory[];
  /** Sorted by calendar and date. */
  readonly holidays: readonly Holiday[];
  /** Sorted by id. */
  readonly policies: readonly PolicyHistory[];
  /** Sorted by id. */
  readonly employees: readonly OwnRoster[];
}

export type WholeRosterReads = Pick<
  AttendanceClient,
  | 'getShift'
  | 'listShifts'
  | 'listHolidays'
  | 'getPolicy'
  | 'listPolicies'
  | 'getEmployee'
  | 'listEmployees'
  | 'listShiftAssignments'
  | 'listDateOverrides'
  | 'listRosterChanges'
>;

/**
 * The roster now, or as known at a past moment. Throws AttendanceClientError. A past moment is
 * exact; without one, a simultaneous change can be in one part and not in another.
 */
export async function readWholeRoster(
  client: WholeRosterReads,
  asOfTime: Timestamp | undefined,
): Promise<WholeRoster> {
  const everything = { includeArchived: true };
  const moment = asOfTime === undefined ? {} : { asOfTime };
  const shifts = await all(shiftsIn(client, everything));
  const holidays = await all(holidaysIn(client, moment));
  const policies = await policiesThen(client, asOfTime);
  const employees = await all(employeesIn(client, everything));
  return {
    shifts: await inOrder(shifts, (shift) => shiftThen(client, shift, moment)),
    holidays,
    policies,
    employees: await inOrder(employees, (employee) => ownThen(client, employee, moment)),
  };
}

/** The moment of a read; empty: now. */
interface Moment {
  readonly asOfTime?: Timestamp;
}

/** The results of `read`, in the order of the items, without undefined ones. */
async function inOrder<T, U>(
  items: readonly T[],
  read: (item: T) => Promise<U | undefined>,
): Promise<U[]> {
  const found: (U | undefined)[] = [];
  await inParallel(items.entries(), READS_AT_A_TIME, async ([index, item]) => {
    found[index] = await read(item);
  });
  return found.filter((each) => each !== undefined);
}

/**
 * The lists of shifts and employees are current, so those of another moment are read one by one.
 */
async function shiftThen(
  client: WholeRosterReads,
  shift: ShiftHistory,
  moment: Moment,
): Promise<ShiftHistory | undefined> {
  if (moment.asOfTime === undefined) return shift;
  const answer = await unlessUnknown(client.getShift({ shiftId: shift.shiftId, ...moment }));
  return answer?.shift;
}

/**
 * At a past moment, there were also policies that were deleted since. The changes since then name
 * them.
 */
async function policiesThen(
  client: WholeRosterReads,
  asOfTime: Timestamp | undefined,
): Promise<readonly PolicyHistory[]> {
  const now = await all(policiesIn(client));
  if (asOfTime === undefined) return now;
  const ids = new Set(now.map(({ policyId }) => policyId));
  for await (const { policyId, createTime } of changesIn(client)) {
    if (createTime !== undefined && timestampMs(createTime) < timestampMs(asOfTime)) break;
    if (policyId !== '') ids.add(policyId);
  }
  return await inOrder([...ids].sort(), async (policyId) => {
    const answer = await unlessUnknown(client.getPolicy({ policyId, asOfTime }));
    return answer?.policy;
  });
}

async function ownThen(
  client: WholeRosterReads,
  now: Employee,
  moment: Moment,
): Promise<OwnRoster | undefined> {
  const { employeeId } = now;
  const answer =
    moment.asOfTime === undefined
      ? { employee: now }
      : await unlessUnknown(client.getEmployee({ employeeId, ...moment }));
  if (answer?.employee === undefined) return undefined;
  const { assignments } = await client.listShiftAssignments({ employeeId, ...moment });
  const overrides = await all(overridesIn(client, { employeeId, ...moment }));
  return { employee: answer.employee, assignments, overrides };
}

/**
 * The number of the latest roster change, which tells whether the roster changed between two reads.
 */
export async function latestChange(client: WholeRosterReads): Promise<string> {
  const { rosterChanges } = await client.listRosterChanges({ pageSize: 1 });
  return rosterChanges.at(0)?.changeId ?? '0';
}
