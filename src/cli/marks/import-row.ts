// Reads one row of the old system's export, or says why it is unusable. Pure. Strict where a guess
// could put a wrong day on a payslip, lenient about case and spaces.

import { AttendanceStatus } from '../../client/index.js';
import { parseStatus, STATUS_WORDS } from '../text/status-words.js';
import { EMPLOYEE_ID, isIsoDate, parseHours, shown } from '../text/values.js';

/** The columns that an export must have, in any order, among any others. */
export const REQUIRED_COLUMNS = ['id', 'name', 'status', 'date'] as const;
export type RequiredColumn = (typeof REQUIRED_COLUMNS)[number];

/** The columns that it may have. */
export const LEAVE_TYPE_COLUMN = 'leave_type';
export const HOURS_COLUMN = 'hours';

/** The position of each column in a row; undefined: the export has no such column. */
export interface ColumnPlaces extends Readonly<Record<RequiredColumn, number>> {
  readonly leaveType: number | undefined;
  readonly hours: number | undefined;
}

/** A row to send. */
export interface LegacyMark {
  readonly employeeId: string;
  readonly employeeName: string;
  readonly date: string;
  readonly status: AttendanceStatus;
  /** Empty: leave without a type, or no leave. */
  readonly leaveTypeId: string;
  /** Hours of leave, `10:00-12:00`; empty: the whole day. */
  readonly hours: string;
}

/** Why a row is refused: a stable code, and a sentence with the way out. */
interface RowProblem {
  readonly code:
    | 'BAD_ROW'
    | 'BAD_ID'
    | 'BAD_NAME'
    | 'BAD_STATUS'
    | 'BAD_LEAVE_TYPE'
    | 'BAD_HOURS'
    | 'BAD_DATE';
  readonly description: string;
}

export type ParsedRow =
  | { readonly kind: 'MARK'; readonly mark: LegacyMark }
  | { readonly kind: 'BAD'; readonly problem: RowProblem };

const MAX_NAME_CHARACTERS = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const NOT_UTF8 = '\uFFFD';

/** Reads one row, which must have `columnCount` fields. */
export function parseLegacyRow(
  fields: readonly string[],
  places: ColumnPlaces,
  columnCount: number,
): ParsedRow {
  if (fields.length !== columnCount) {
    const found = `${fields.length} field${fields.length === 1 ? '' : 's'}`;
    return bad(
      'BAD_ROW',
      `has ${found}, not ${columnCount}; put quotes around a field that contains a comma`,
    );
  }
  const field = (column: RequiredColumn) => (fields[places[column]] ?? '').trim();
  const employeeId = field('id');
  const employeeName = field('name');
  const date = field('date');
  const status = parseStatus(field('status'));
  if (!EMPLOYEE_ID.test(employeeId)) {
    return bad('BAD_ID', `id ${shown(employeeId)} is not 1 to 64 of A-Z a-z 0-9 . _ -`);
  }
  const nameProblem = problemOfName(employeeName);
  if (nameProblem !== undefined) return bad('BAD_NAME', nameProblem);
  if (status === undefined) {
    return bad(
      'BAD_STATUS',
      `status ${shown(field('status'))} is not one of ${STATUS_WORDS.join(', ')}`,
    );
  }
  const optional = (place: number | undefined) =>
    place === undefined ? '' : (fields[place] ?? '').trim();
  const leaveTypeId = optional(places.leaveType);
  const leaveTypeProblem = problemOfLeaveType(leaveTypeId, status);
  if (leaveTypeProblem !== undefined) return bad('BAD_LEAVE_TYPE', leaveTypeProblem);
  const hours = optional(places.hours);
  const hoursProblem = problemOfHours(hours, status);
  if (hoursProblem !== undefined) return bad('BAD_HOURS', hoursProblem);
  if (!isIsoDate(date)) {
    return bad('BAD_DATE', `date ${shown(date)} is not a real date written YYYY-MM-DD`);
  }
  return { kind: 'MARK', mark: { employeeId, employeeName, date, status, leaveTypeId, hours } };
}

function bad(code: RowProblem['code'], description: string): ParsedRow {
  return { kind: 'BAD', problem: { code, description } };
}

function problemOfLeaveType(leaveTypeId: string, status: AttendanceStatus): string | undefined {
  if (leaveTypeId === '') return undefined;
  if (status !== AttendanceStatus.ON_LEAVE) {
    return `leave_type ${shown(leaveTypeId)} is given, and the status is not on leave`;
  }
  // Ids of leave types have the same form as those of employees.
  return EMPLOYEE_ID.test(leaveTypeId)
    ? undefined
    : `leave_type ${shown(leaveTypeId)} is not 1 to 64 of A-Z a-z 0-9 . _ -`;
}

function problemOfHours(hours: string, status: AttendanceStatus): string | undefined {
  if (hours === '') return undefined;
  if (status !== AttendanceStatus.ON_LEAVE) {
    return `hours ${shown(hours)} are given, and the status is not on leave`;
  }
  return parseHours(hours) === undefined
    ? `hours ${shown(hours)} are not written as 10:00-12:00`
    : undefined;
}

function problemOfName(name: string): string | undefined {
  if (name === '') return 'name is empty';
  if (CONTROL_CHARACTERS.test(name)) {
    return 'name contains a line break or a control character; look for a quote never closed';
  }
  if (name.includes(NOT_UTF8)) return 'name is not valid UTF-8; save the file as UTF-8';
  if ((name.split('"').length - 1) % 2 === 1) {
    return 'name contains a single quotation mark; double it inside a quoted field';
  }
  if ([...name].length > MAX_NAME_CHARACTERS) {
    return `name is longer than ${MAX_NAME_CHARACTERS} characters`;
  }
  return undefined;
}
