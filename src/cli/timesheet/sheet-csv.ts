// Timesheets as CSV for spreadsheets and payroll: a row for each person and day, or for each person.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  Anomaly,
  AttendanceStatus,
  DayPortion,
  type Timesheet,
  type TimesheetDay,
} from '../../client/index.js';
import { localDate, localInstantText, shownZone } from '../time/local-time.js';
import { extraColumnsOf } from './extra-columns.js';
import { ruleColumnsOf } from './shown-columns.js';
import { secondsOf, TOTAL_COLUMNS, type TotalValue } from './total-columns.js';

/** How a spreadsheet of some country reads CSV. */
export interface CsvForm {
  /** Between fields: one character. */
  readonly delimiter: string;
  /** `.` or `,`: not the delimiter. */
  readonly decimal: string;
}

const DAY_HEADING = [
  ...['employee_id', 'employee_name', 'date', 'status', 'other_half_status', 'portion'],
  ...['leave_type_id', 'other_half_leave_type_id', 'holiday', 'shifts', 'in', 'out', 'time_zone'],
  ...['planned_hours', 'worked_hours', 'credited_hours', 'balance_hours', 'break_hours'],
  ...['uncounted_hours', 'late_hours', 'early_hours', 'shortfall_hours', 'final', 'anomalies'],
  'undertime_hours',
];

/** A line for each day, below a heading, with a column for each rule of overtime and premiums. */
export function* dayCsv(sheets: readonly Timesheet[], form: CsvForm): Generator<string> {
  const extra = extraColumnsOf(sheets.flatMap(({ totals }) => totals ?? []));
  yield csvRow([...DAY_HEADING, ...extra.map(({ name }) => name)].map(textField), form);
  for (const sheet of sheets) {
    for (const day of sheet.days) {
      const lines = extra.map(({ secondsIn }) => hoursText(secondsIn(day), form));
      yield csvRow([...dayFields(sheet, day, form), ...lines], form);
    }
  }
}

/** A line for each person, below a heading, with a column for each kind of leave and for each rule. */
export function* totalCsv(sheets: readonly Timesheet[], form: CsvForm): Generator<string> {
  const kinds = [
    ...new Set(
      sheets.flatMap(({ totals }) => (totals?.leaves ?? []).map(({ leaveTypeId }) => leaveTypeId)),
    ),
  ].sort();
  const leaveHeading = kinds.flatMap((id) => [
    `leave_${id || 'none'}_days`,
    `leave_${id || 'none'}_hours`,
  ]);
  const heading = ['employee_id', 'employee_name', 'start_date', 'end_date'];
  const columns = [
    ...TOTAL_COLUMNS,
    ...ruleColumnsOf(sheets.flatMap(({ totals }) => totals ?? [])),
  ];
  const names = columns.map(({ name }) => name);
  yield csvRow([...heading, ...names, ...leaveHeading].map(textField), form);
  for (const { employeeId, employeeName, startDate, endDate, totals } of sheets) {
    if (totals === undefined) continue;
    const leaves = kinds.flatMap((id) => {
      const leave = totals.leaves.find(({ leaveTypeId }) => leaveTypeId === id);
      return [numberText(leave?.days ?? 0, form), hoursText(secondsOf(leave?.duration), form)];
    });
    const values = columns.map(({ of }) => valueField(of(totals), form));
    const who = [employeeId, employeeName, startDate, endDate].map(textField);
    yield csvRow([...who, ...values, ...leaves], form);
  }
}

function dayFields(
  { employeeId, employeeName }: Timesheet,
  day: TimesheetDay,
  form: CsvForm,
): readonly string[] {
  const zone = shownZone(day.timeZone);
  const hours = (length: TimesheetDay['workedDuration']) => hoursText(secondsOf(length), form);
  return [
    ...[employeeId, employeeName, day.date, AttendanceStatus[day.status] ?? ''].map(textField),
    day.otherHalfStatus === 0 ? '' : (AttendanceStatus[day.otherHalfStatus] ?? ''),
    DayPortion[day.portion] ?? '',
    ...[day.leaveTypeId, day.otherHalfLeaveTypeId, day.holidayName].map(textField),
    textField(day.shiftIds.join('+')),
    timeField(day.firstInTime, zone, day.date),
    timeField(day.lastOutTime, zone, day.date),
    textField(day.timeZone),
    hours(day.plannedDuration),
    hours(day.workedDuration),
    hours(day.creditedDuration),
    day.final ? hours(day.balanceDuration) : '',
    hours(day.breakDuration),
    hours(day.uncountedDuration),
    hours(day.lateDuration),
    hours(day.earlyDuration),
    hours(day.shortfallDuration),
    day.final ? 'yes' : 'no',
    day.anomalies.map((anomaly) => Anomaly[anomaly] ?? '').join('+'),
    hours(day.undertimeDuration),
  ];
}

function valueField(value: TotalValue, form: CsvForm): string {
  return value.unit === 'TIME' ? hoursText(value.seconds, form) : numberText(value.count, form);
}

/** Local clock time, `08:58:00`; with its date if it is another one. */
function timeField(instant: Timestamp | undefined, zone: string, date: string): string {
  if (instant === undefined) return '';
  const ms = Number(instant.seconds) * 1000;
  const [, clock = ''] = /T(\d\d:\d\d:\d\d)/.exec(localInstantText(ms, zone)) ?? [];
  const own = localDate(ms, zone);
  return own === date ? clock : `${own} ${clock}`;
}

/** A second is 0.00028 h: four decimals keep every second apart. */
const DECIMALS = 4;

/** Seconds as hours: `7.5`, `-0.2572`. */
function hoursText(seconds: number, form: CsvForm): string {
  return numberText(Number((seconds / 3600).toFixed(DECIMALS)), form);
}

function numberText(value: number, { decimal }: CsvForm): string {
  return String(value).replace('.', decimal);
}

/**
 * A text that a spreadsheet cannot take for a formula: with an apostrophe before a beginning that
 * would make it one. Numbers are not written this way.
 */
export function textField(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}

/** RFC 4180 with another delimiter and `\n`. */
function csvRow(fields: readonly string[], { delimiter }: CsvForm): string {
  const isQuoted = (field: string) => field.includes(delimiter) || /["\r\n]/.test(field);
  return fields
    .map((field) => (isQuoted(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(delimiter);
}
