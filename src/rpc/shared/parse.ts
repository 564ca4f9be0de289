// Parses fields of requests into domain values, once, at the edge. A function throws INVALID_FIELDS
// with the field's path if its value is not valid.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  AttendanceStatus,
  type TimeOfDayRange,
  Anomaly as WireAnomaly,
  AttendanceOrigin as WireOrigin,
  DayPortion as WirePortion,
} from '../../../gen/attendance/v1/attendance_pb.js';
import {
  ANOMALIES,
  type Anomaly,
  type ClockRange,
  isMarkable,
  type MarkableStatus,
  ORIGINS,
  type Origin,
  PORTIONS,
  type Portion,
  STATUSES,
  type Status,
} from '../../domain/facts/day.js';
import { type EmployeeId, parseEmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError, invalidField } from '../../domain/facts/errors.js';
import { type LocalDate, parseLocalDate } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { refusal } from '../edge/field-help.js';
import { requireText } from '../edge/free-text.js';
import { recordTimeOf } from '../edge/instants.js';

const DAY_SECONDS = 86_400;

function refuse(prefix: string, name: string, value: unknown): AttendanceError {
  const violations = [refusal(`${prefix}${name}`, name, value)];
  return new AttendanceError({ kind: 'INVALID_FIELDS', violations });
}

export function parseId(value: string, prefix = ''): EmployeeId {
  const id = parseEmployeeId(value);
  if (id === undefined) throw refuse(prefix, 'employee_id', value);
  return id;
}

export function parseDate(value: string, name: string, prefix = ''): LocalDate {
  const date = parseLocalDate(value);
  if (date === undefined) throw refuse(prefix, name, value);
  return date;
}

/** Both dates included; `start` and `end` replace empty fields. */
export function parseRange(
  message: { readonly startDate: string; readonly endDate: string },
  start: LocalDate,
  end: LocalDate,
): { startDate: LocalDate; endDate: LocalDate } {
  const startDate = message.startDate === '' ? start : parseDate(message.startDate, 'start_date');
  const endDate = message.endDate === '' ? end : parseDate(message.endDate, 'end_date');
  if (endDate < startDate) {
    const description = `must not be before start_date; ${endDate} is before ${startDate}`;
    throw invalidField('end_date', 'END_DATE_BEFORE_START_DATE', description);
  }
  return { startDate, endDate };
}

export function parseStatus(value: AttendanceStatus): Status {
  const status = STATUSES[value - 1];
  if (status === undefined) throw refuse('', 'statuses', AttendanceStatus[value] ?? value);
  return status;
}

export function parseOrigin(value: WireOrigin): Origin {
  const origin = ORIGINS[value - 1];
  if (origin === undefined) throw refuse('', 'origins', WireOrigin[value] ?? value);
  return origin;
}

export function parseAnomaly(value: WireAnomaly): Anomaly {
  const anomaly = ANOMALIES[value - 1];
  if (anomaly === undefined) throw refuse('', 'anomalies', WireAnomaly[value] ?? value);
  return anomaly;
}

export function parseMarkable(value: AttendanceStatus, prefix: string): MarkableStatus {
  const status = STATUSES[value - 1];
  if (status === undefined || !isMarkable(status)) {
    throw refuse(prefix, 'status', AttendanceStatus[value] ?? value);
  }
  return status;
}

/** Undefined if none was given. Only leave has a leave type. */
export function parseLeaveTypeId(
  value: string,
  status: MarkableStatus,
  prefix: string,
): string | undefined {
  if (value === '' || status === 'ON_LEAVE') return optional(value);
  const description = `must be empty where status is not ON_LEAVE; status is ${status}`;
  throw invalidField(`${prefix}leave_type_id`, 'LEAVE_TYPE_WITHOUT_LEAVE', description);
}

export function parsePortion(value: WirePortion, prefix: string): Portion {
  if (value === WirePortion.UNSPECIFIED) return 'WHOLE_DAY';
  const portion = PORTIONS[value - 1];
  if (portion === undefined) throw refuse(prefix, 'portion', value);
  return portion;
}

/** Undefined if the mark is for its whole portion. */
export function parseLeaveTime(
  time: TimeOfDayRange | undefined,
  status: MarkableStatus,
  portion: Portion,
  prefix: string,
): ClockRange | undefined {
  if (time === undefined) return undefined;
  const field = `${prefix}leave_time`;
  if (status !== 'ON_LEAVE' || portion !== 'WHOLE_DAY') {
    const description =
      'must be left out where status is not ON_LEAVE, or portion is a half; ' +
      `status is ${status}, and portion is ${portion}`;
    throw invalidField(field, 'LEAVE_TIME_WITHOUT_LEAVE', description);
  }
  const [startSecond, endSecond] = [time.startTimeOfDay, time.endTimeOfDay].map(secondOfDay) as [
    number,
    number,
  ];
  if (startSecond === endSecond) {
    const description = `must not be ${time.startTimeOfDay}, as the start is; leave it out for the whole day`;
    throw invalidField(`${field}.end_time_of_day`, 'LEAVE_TIME_EMPTY', description);
  }
  return { startSecond, endSecond: endSecond + (endSecond < startSecond ? DAY_SECONDS : 0) };
}

/** `HH:MM` in seconds after midnight. */
export function secondOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 3600 + Number(time.slice(3, 5)) * 60;
}

/** A name as people write it: trimmed, not empty, on one line. */
export function parseName(value: string, prefix: string): string {
  const name = value.trim();
  if (name === '') throw refuse(prefix, 'employee_name', '');
  requireText(name, `${prefix}employee_name`, 'line');
  return name;
}

/** A free text, which may have several lines. */
export function parseText(value: string, name: string, prefix: string): string {
  requireText(value, `${prefix}${name}`, 'lines');
  return value;
}

/** A reason: a free text that is not blank. */
export function parseReason(value: string): string {
  if (value.trim() === '') throw refuse('', 'reason', '');
  return parseText(value, 'reason', '');
}

export function parseAsOf(value: Timestamp | undefined): RecordTime | undefined {
  if (value === undefined) return undefined;
  const time = recordTimeOf(value);
  if (time === undefined || time < 0) {
    throw invalidField('as_of_time', 'AS_OF_TIME_INVALID', 'must be between 1970 and now');
  }
  return time;
}

export function parseMoment(value: Timestamp | undefined, field: string): RecordTime | undefined {
  if (value === undefined) return undefined;
  const time = recordTimeOf(value);
  if (time === undefined) {
    throw invalidField(
      field,
      'TIME_OUT_OF_RANGE',
      'must be a time between 1700 and 2250, with 0 to 999,999,999 nanos',
    );
  }
  return time;
}

/** The number of items per page: `usual` for 0, at most `most`. */
export function pageSizeOf(value: number, usual: number, most: number): number {
  return value === 0 ? usual : Math.min(value, most);
}

/** Undefined for an empty text. */
export function optional(text: string): string | undefined {
  return text === '' ? undefined : text;
}
