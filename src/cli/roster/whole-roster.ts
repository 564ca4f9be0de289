// Everything that a service's roster says, archived things included. Only reads. Held in memory:
// an export is no larger than the files that an import takes.

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
  /** By id. */
  readonly shifts: readonly ShiftHistory[];
  /** By calendar and date. */
  readonly holidays: readonly Holiday[];
  /** By id. */
  readonly policies: readonly PolicyHistory[];
  /** By id. */
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
 * As it is now, or as it was known at a past moment. Throws AttendanceClientError. The moment is
 * exact; without one, a change meanwhile can be in one part and not in another.
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

/** The moment of a read; empty for now. */
interface Moment {
  readonly asOfTime?: Timestamp;
}

/** What `read` gives for each, in the order of the items; without those it gives nothing for. */
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

/** The lists of shifts and employees are of now: those of another moment are asked for singly. */
async function shiftThen(
  client: WholeRosterReads,
  shift: ShiftHistory,
  moment: Moment,
): Promise<ShiftHistory | undefined> {
  if (moment.asOfTime === undefined) return shift;
  const answer = await unlessUnknown(client.getShift({ shiftId: shift.shiftId, ...moment }));
  return answer?.shift;
}

/** Those of a past moment are also those that were deleted since: the changes since then name them. */
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

/** The number of the latest change of the roster: whether it changed between two reads. */
export async function latestChange(client: WholeRosterReads): Promise<string> {
  const { rosterChanges } = await client.listRosterChanges({ pageSize: 1 });
  return rosterChanges.at(0)?.changeId ?? '0';
}
