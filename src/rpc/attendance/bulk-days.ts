// Marks and clearings of many days: turns a request into facts, and their outcomes into an answer.

import { create } from '@bufbuild/protobuf';
import {
  type BulkClearAttendanceRequest,
  BulkClearAttendanceRequestSchema,
  type BulkDaysResult,
  BulkDaysResultSchema,
  type BulkMarkAttendanceRequest,
  BulkMarkAttendanceRequestSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import type { RosterStore } from '../../app/ports/roster-ports.js';
import {
  type BulkDays,
  type BulkResult,
  MAX_BULK_DAYS,
  MAX_BULK_EMPLOYEES,
  recordBulk,
} from '../../app/write/bulk-days.js';
import type { FactRecorder } from '../../app/write/record-facts.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError, invalidField } from '../../domain/facts/errors.js';
import { refusedLeaveType } from '../../domain/facts/leave-type.js';
import { daysBetween, FIRST_DATE, LAST_DATE } from '../../domain/time/local-date.js';
import { itemError } from '../edge/item-error.js';
import type { Call } from '../edge/pipeline.js';
import {
  optional,
  parseId,
  parseLeaveTime,
  parseLeaveTypeId,
  parseMarkable,
  parsePortion,
  parseRange,
  parseReason,
  parseText,
} from '../shared/parse.js';
import { derivedRequestId, hashOfMessage, requestIdOf } from '../shared/payload-hash.js';
import { leaveTypesFor } from './leave-types.js';

/** The stores that bulk calls need. */
export interface BulkStores {
  readonly store: AttendanceStore;
  readonly writes: FactRecorder;
  readonly roster: Pick<RosterStore, 'listEmployees'>;
}

/** The fields of an answer, which are the same in both calls. */
interface BulkAnswer {
  readonly results: BulkDaysResult[];
  readonly changedCount: number;
}

export async function bulkMark(
  stores: BulkStores,
  message: BulkMarkAttendanceRequest,
  call: Call,
): Promise<BulkAnswer> {
  const status = parseMarkable(message.status, '');
  const leaveTypeId = parseLeaveTypeId(message.leaveTypeId, status, '');
  const portion = parsePortion(message.portion, '');
  const leaveTime = parseLeaveTime(message.leaveTime, status, portion, '');
  const note = parseText(message.note, 'note', '');
  const leaveTypes = await leaveTypesFor(stores.store.leaveTypes, [message], call);
  const refused = leaveTypeId === undefined ? undefined : refusedLeaveType(leaveTypeId, leaveTypes);
  if (refused !== undefined) throw new AttendanceError(refused);
  const leave = { leaveTypeId, leaveTypeFailure: undefined };
  const headerOf = headersOf(
    message,
    call,
    hashOfMessage(BulkMarkAttendanceRequestSchema, message),
  );
  return await bulkOf(stores, message, call, {
    ...message,
    factOf: (employeeId, date) => ({
      kind: 'MARK',
      ...headerOf(employeeId, date),
      employeeName: undefined,
      date,
      status,
      portion,
      leaveTime,
      ...leave,
      note,
      importId: optional(message.importId),
      etag: undefined,
    }),
  });
}

export async function bulkClear(
  stores: BulkStores,
  message: BulkClearAttendanceRequest,
  call: Call,
): Promise<BulkAnswer> {
  const reason = parseReason(message.reason);
  const headerOf = headersOf(
    message,
    call,
    hashOfMessage(BulkClearAttendanceRequestSchema, message),
  );
  return await bulkOf(stores, message, call, {
    ...message,
    skipDaysOff: false,
    skipHolidays: false,
    factOf: (employeeId, date) => ({
      kind: 'CLEAR',
      ...headerOf(employeeId, date),
      date,
      reason,
      etag: undefined,
    }),
  });
}

type BulkRequest = BulkMarkAttendanceRequest | BulkClearAttendanceRequest;

/** What the facts of a call share. Each fact has its own request id, derived from the call's. */
function headersOf(message: BulkRequest, { actor, now }: Call, payloadHash: Uint8Array) {
  const requestId = requestIdOf(message);
  return (employeeId: EmployeeId, date: string) => ({
    employeeId,
    requestId: requestId && derivedRequestId(requestId, employeeId, date),
    payloadHash,
    actor,
    receivedAt: now,
  });
}

async function bulkOf(
  { store, writes, roster }: BulkStores,
  message: BulkRequest,
  call: Call,
  asked: Pick<BulkDays, 'skipDaysOff' | 'skipHolidays' | 'validateOnly' | 'factOf'>,
): Promise<BulkAnswer> {
  const range = parseRange(message, FIRST_DATE, LAST_DATE);
  const dates = daysBetween(range.startDate, range.endDate) + 1;
  // Checked before employees are read, because the range alone may be too long.
  refuseTooMany(1, dates);
  const employeeIds = await employeesOf(roster, message);
  refuseTooMany(employeeIds.length, dates);
  const bulk = { ...asked, ...range, employeeIds };
  const results = await recordBulk(store, writes, bulk, call.signal);
  return {
    results: results.map((result) => toResult(result, call)),
    changedCount: results.reduce((sum, { changedDates }) => sum + changedDates.length, 0),
  };
}

function refuseTooMany(employees: number, dates: number): void {
  if (employees * dates <= MAX_BULK_DAYS) return;
  const description =
    `must come to at most ${MAX_BULK_DAYS} days; ${employees} employees and ${dates} dates come ` +
    `to ${employees * dates}: send shorter ranges, or fewer employees`;
  throw invalidField('end_date', 'TOO_MANY_DAYS', description);
}

async function employeesOf(
  roster: BulkStores['roster'],
  { employeeIds, groupId }: BulkRequest,
): Promise<readonly EmployeeId[]> {
  if ((groupId === '') === (employeeIds.length === 0)) {
    const description = 'must be given where group_id is empty, and empty where it is given';
    throw invalidField('employee_ids', 'EMPLOYEES_OR_GROUP', description);
  }
  if (groupId === '') {
    return employeeIds.map((id, index) => parseId(id, `employee_ids[${index}].`));
  }
  // One employee more than the limit shows that there are too many.
  const page = { after: undefined, limit: MAX_BULK_EMPLOYEES + 1 };
  const { items } = await roster.listEmployees({ groupId, includeArchived: false, ...page });
  if (items.length <= MAX_BULK_EMPLOYEES) return items.map(({ employeeId }) => employeeId);
  const description =
    `must be a group of at most ${MAX_BULK_EMPLOYEES} employees: send employee_ids instead, ` +
    'in several calls';
  throw invalidField('group_id', 'TOO_MANY_DAYS', description);
}

function toResult(result: BulkResult, call: Call): BulkDaysResult {
  const { employeeId, changedDates, unchangedCount, skippedDates, failure } = result;
  const message = create(BulkDaysResultSchema, {
    employeeId,
    changedDates: [...changedDates],
    unchangedCount,
    skippedDates: [...skippedDates],
  });
  if (failure !== undefined) message.error = itemError(failure, call);
  return message;
}
