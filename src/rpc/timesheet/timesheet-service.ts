// The handlers of TimesheetService.

import { create } from '@bufbuild/protobuf';
import {
  type GetTimesheetRequest,
  type GetTimesheetResponse,
  GetTimesheetResponseSchema,
  type ListTimesheetsRequest,
  type ListTimesheetsResponse,
  ListTimesheetsResponseSchema,
  type TimesheetService,
  TimesheetView,
} from '../../../gen/attendance/v1/timesheet_service_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import { MAX_PERIOD_DAYS } from '../../app/ports/day-reads.js';
import { TURNS } from '../../app/ports/turns.js';
import { readMoment } from '../../app/read/read-moment.js';
import {
  getTimesheet,
  listTimesheets,
  type Period,
  type Timesheet,
} from '../../app/read/read-timesheets.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { invalidField } from '../../domain/facts/errors.js';
import { MAX_LEAVE_TYPES } from '../../domain/facts/leave-type.js';
import { daysBetween } from '../../domain/time/local-date.js';
import { totalPartsOf } from '../../domain/timesheet/totals.js';
import type { Call, ServiceHandlers } from '../edge/pipeline.js';
import { countOfPage } from '../shared/answer-size.js';
import { placeOf, tokenOf } from '../shared/pages.js';
import { optional, pageSizeOf, parseAsOf, parseDate, parseId } from '../shared/parse.js';
import { timesheetSize } from './timesheet-size.js';
import { type LeaveTypeNames, toTimesheet, toTotalExplanation } from './timesheet-to-proto.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

/**
 * The most dates on a page with days: the month of 50 people. About as many fit into an answer, so
 * nothing is read in vain.
 */
const MAX_DATES_OF_PAGE = 1600;

export function timesheetHandlers(
  store: AttendanceStore,
): ServiceHandlers<typeof TimesheetService> {
  return {
    getTimesheet: (message, call) => get(store, message, call),
    listTimesheets: (message, call) => list(store, message, call),
  };
}

async function get(
  store: AttendanceStore,
  message: GetTimesheetRequest,
  call: Call,
): Promise<GetTimesheetResponse> {
  const employeeId = parseId(message.employeeId);
  const period = periodOf(message);
  const moment = await readMoment(store, parseAsOf(message.asOfTime), call.now, call.signal);
  const found = await getTimesheet(store, employeeId, period, moment, call.signal);
  const names = await leaveTypeNames(store, [found], call);
  const timesheet = toTimesheet(found, period, names, true);
  if (message.includeExplanations) {
    const parts = totalPartsOf(found.days);
    timesheet.explanations = await TURNS.map(parts, toTotalExplanation, call.signal);
  }
  return create(GetTimesheetResponseSchema, { timesheet });
}

async function list(
  store: AttendanceStore,
  message: ListTimesheetsRequest,
  call: Call,
): Promise<ListTimesheetsResponse> {
  const who = whoOf(message);
  const period = periodOf(message);
  const isFull = message.view !== TimesheetView.TOTALS;
  const asOf = parseAsOf(message.asOfTime);
  const bound = ['ListTimesheets', who, period, isFull, asOf ?? null];
  const place = await placeOf(store, bound, message.pageToken);
  const after = place === undefined ? undefined : (String(place[0]) as EmployeeId);
  const moment = await readMoment(store, asOf, call.now, call.signal);
  const limit = limitOf(message, period, isFull);
  const query = { ...who, ...period, after, limit };
  const page = await listTimesheets(store, query, moment, call.signal);
  const fit = await countOfPage(page.timesheets, (sheet) => timesheetSize(sheet, isFull));
  const sheets = page.timesheets.slice(0, fit);
  const next = fit < page.timesheets.length ? sheets.at(-1)?.employeeId : page.next;
  const names = await leaveTypeNames(store, sheets, call);
  return create(ListTimesheetsResponseSchema, {
    timesheets: await TURNS.map(
      sheets,
      (sheet) => toTimesheet(sheet, period, names, isFull),
      call.signal,
    ),
    nextPageToken: await tokenOf(store, bound, next === undefined ? undefined : [next]),
  });
}

/** The most timesheets on a page, at least one. */
function limitOf(message: ListTimesheetsRequest, period: Period, isFull: boolean): number {
  const asked = pageSizeOf(message.pageSize, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  if (!isFull) return asked;
  return Math.min(asked, Math.max(1, Math.floor(MAX_DATES_OF_PAGE / daysOf(period))));
}

function daysOf({ startDate, endDate }: Period): number {
  return daysBetween(startDate, endDate) + 1;
}

function whoOf(message: ListTimesheetsRequest) {
  const groupId = optional(message.groupId);
  const employeeIds = message.employeeIds.map((id) => parseId(id));
  if (employeeIds.length > 0 && groupId !== undefined) {
    const description = 'must be empty where employee_ids are given: send one of the two';
    throw invalidField('group_id', 'GROUP_WITH_EMPLOYEE', description);
  }
  return { employeeIds: employeeIds.length === 0 ? undefined : employeeIds, groupId };
}

function periodOf(message: { readonly startDate: string; readonly endDate: string }): Period {
  const startDate = parseDate(message.startDate, 'start_date');
  const endDate = parseDate(message.endDate, 'end_date');
  const days = daysOf({ startDate, endDate });
  if (days < 1) {
    const description = `must not be before start_date; ${endDate} is before ${startDate}`;
    throw invalidField('end_date', 'END_DATE_BEFORE_START_DATE', description);
  }
  if (days > MAX_PERIOD_DAYS) {
    const description =
      `must be at most ${MAX_PERIOD_DAYS} days from start_date, both included: ask for shorter ` +
      `periods; the period has ${days}`;
    throw invalidField('end_date', 'RANGE_TOO_LONG', description);
  }
  return { startDate, endDate };
}

/** Reads nothing if no timesheet has leave of a kind. */
async function leaveTypeNames(
  store: AttendanceStore,
  timesheets: readonly Timesheet[],
  { signal }: Call,
): Promise<LeaveTypeNames> {
  const isAny = timesheets.some(({ totals }) =>
    totals.leaves.some(({ leaveTypeId }) => leaveTypeId !== ''),
  );
  if (!isAny) return new Map();
  const query = { includeHistory: false, after: undefined, limit: MAX_LEAVE_TYPES };
  const known = await store.leaveTypes.list(query, signal);
  return new Map(known.map(({ leaveTypeId, name }) => [leaveTypeId, name]));
}
