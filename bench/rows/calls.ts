// Templates of the rows' calls: which employees, which dates.

import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  AttendanceOrigin,
  AttendanceSchema,
  AttendanceStatus,
  DayPortion,
} from '../../gen/attendance/v1/attendance_pb.js';
import {
  AttendanceService,
  GetAttendanceRequestSchema,
  GetAttendanceResponseSchema,
  MarkAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { type MarkedField, type RequestTemplate, templateOf } from '../load/template.js';
import { signed } from '../support/token.js';

const SERVICE = AttendanceService.typeName;
export const MARK_PATH = `/${SERVICE}/${AttendanceService.method.markAttendance.name}`;
export const GET_PATH = `/${SERVICE}/${AttendanceService.method.getAttendance.name}`;
export const BATCH_MARK_PATH = `/${SERVICE}/${AttendanceService.method.batchMarkAttendance.name}`;

/** The part of an id before the employee's number. */
const EMPLOYEE_PREFIX = 'bench-';
const EMPLOYEE_DIGITS = 8;
const EMPLOYEE_MARKER = '#'.repeat(EMPLOYEE_DIGITS);
const DATE_MARKER = '@'.repeat('YYYY-MM-DD'.length);
/** The last group of a request id, which has the call's number. */
const REQUEST_ID_DIGITS = 12;
const REQUEST_ID_MARKER = '$'.repeat(REQUEST_ID_DIGITS);
const REQUEST_ID_PREFIX = '5f1b3c58-7d0e-4a6b-9c41-';

/** The employee with this number. */
export function employeeId(number: number): string {
  return EMPLOYEE_PREFIX + String(number).padStart(EMPLOYEE_DIGITS, '0');
}

/**
 * The employees and dates of calls: call by call through all employees, then on to the next date.
 */
export interface Calendar {
  readonly employees: number;
  /** `YYYY-MM-DD`. */
  readonly firstDate: string;
  readonly days: number;
}

/** The calendar's dates, within one month. */
export function datesOf({ firstDate, days }: Calendar): readonly string[] {
  const month = firstDate.slice(0, 'YYYY-MM-'.length);
  return Array.from({ length: days }, (_, day) => month + String(day + 1).padStart(2, '0'));
}

/** Marks: every call another employee's day, with its own request id. */
export function markTemplate(calendar: Calendar): RequestTemplate {
  const message = create(MarkAttendanceRequestSchema, {
    employeeId: EMPLOYEE_PREFIX + EMPLOYEE_MARKER,
    date: DATE_MARKER,
    status: AttendanceStatus.PRESENT,
    requestId: REQUEST_ID_PREFIX + REQUEST_ID_MARKER,
  });
  const requestId: MarkedField = {
    kind: 'HEX',
    marker: REQUEST_ID_MARKER,
    width: REQUEST_ID_DIGITS,
  };
  const bytes = toBinary(MarkAttendanceRequestSchema, message);
  return signed(templateOf(MARK_PATH, bytes, [...fieldsOf(calendar), requestId], EMPLOYEE_MARKER));
}

/** Gets: all employees in turn, then the next date, then again from the beginning. */
export function getTemplate(calendar: Calendar): RequestTemplate {
  const message = create(GetAttendanceRequestSchema, {
    employeeId: EMPLOYEE_PREFIX + EMPLOYEE_MARKER,
    date: DATE_MARKER,
  });
  const bytes = toBinary(GetAttendanceRequestSchema, message);
  return signed(templateOf(GET_PATH, bytes, fieldsOf(calendar), EMPLOYEE_MARKER));
}

function fieldsOf({ employees, firstDate, days }: Calendar): readonly MarkedField[] {
  return [
    {
      kind: 'NUMBER',
      marker: EMPLOYEE_MARKER,
      width: EMPLOYEE_DIGITS,
      every: 1,
      modulo: employees,
    },
    { kind: 'DATE', marker: DATE_MARKER, first: firstDate, every: employees, days },
  ];
}

/** A GetAttendanceResponse as the service would return it, for rows without a service. */
export const EXAMPLE_RESPONSE = Buffer.from(
  toBinary(
    GetAttendanceResponseSchema,
    create(GetAttendanceResponseSchema, {
      attendance: create(AttendanceSchema, {
        employeeId: employeeId(1),
        date: '2026-03-01',
        status: AttendanceStatus.PRESENT,
        origin: AttendanceOrigin.MARKED,
        portion: DayPortion.WHOLE_DAY,
        final: true,
        updateTime: timestampFromDate(new Date('2026-03-01T09:00:00.123Z')),
        revision: 1,
        etag: '"1"',
      }),
    }),
  ),
);
