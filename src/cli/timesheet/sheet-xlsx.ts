// Timesheets as a spreadsheet: for each group a grid like that of the terminal, and behind them all
// days in one sheet. Times are real durations, so that a spreadsheet can add them up. A text is never
// a formula, because the file says that it is text.

import { writeFileSync } from 'node:fs';
import type { Cell, Row, Sheet } from 'write-excel-file/node';
import {
  Anomaly,
  AttendanceStatus,
  type Timesheet,
  type TimesheetDay,
} from '../../client/index.js';
import { dateAfter, datesBetween, dateWords } from '../text/calendar-dates.js';
import { anomalyWord, timeOfDay } from '../text/day-text.js';
import { shownZone } from '../time/local-time.js';
import type { SaidPeriod } from '../time/period-argument.js';
import { dayMark } from './day-mark.js';
import { type ExtraColumn, extraColumnsOf } from './extra-columns.js';
import { ruleColumnsOf } from './shown-columns.js';
import { secondsOf, TOTAL_COLUMNS, type TotalColumn } from './total-columns.js';

const DAY_SECONDS = 86_400;
/** Hours above 24 too. */
const DURATION_FORMAT = '[h]:mm';
/** A spreadsheet shows no negative durations, so what can be negative is hours as a number. */
const HOURS_FORMAT = '0.00';
const DAYS_FORMAT = '0.0';

/** The names of sheets are at most this long, and differ whatever the case of their letters. */
const MAX_SHEET_NAME = 31;
const NO_GROUP = 'no group';
const DAYS_SHEET = 'days';

/** Widths of columns, in characters. */
const ID_WIDTH = 14;
const NAME_WIDTH = 20;
const MARK_WIDTH = 4;
const VALUE_WIDTH = 11;

/** Writes a file, in place of one that is there. Throws what the file system throws. */
export async function writeXlsx(
  path: string,
  sheets: readonly Timesheet[],
  period: SaidPeriod,
): Promise<void> {
  // Loaded only for this: other commands begin sooner without it.
  const { default: writeExcel } = await import('write-excel-file/node');
  const workbook: Sheet<Buffer>[] = [];
  const taken = new Set([DAYS_SHEET]);
  for (const [groupId, own] of byGroup(sheets)) {
    workbook.push(groupSheet(sheetName(groupId || NO_GROUP, taken), own, period));
  }
  workbook.push(daysSheet(sheets));
  writeFileSync(path, await writeExcel(workbook).toBuffer());
}

/** By group id, those without a group last. */
function byGroup(sheets: readonly Timesheet[]): readonly [string, readonly Timesheet[]][] {
  const groups = new Map<string, Timesheet[]>();
  for (const sheet of sheets) {
    const own = groups.get(sheet.groupId) ?? [];
    groups.set(sheet.groupId, own);
    own.push(sheet);
  }
  const isBefore = (a: string, b: string) => b === '' || (a !== '' && a < b);
  return [...groups].sort(([a], [b]) => (isBefore(a, b) ? -1 : 1));
}

function sheetName(wanted: string, taken: Set<string>): string {
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? '' : `~${number}`;
    const name = `${wanted.slice(0, MAX_SHEET_NAME - end.length)}${end}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

function groupSheet(
  sheet: string,
  sheets: readonly Timesheet[],
  { startDate, endDate }: SaidPeriod,
): Sheet<Buffer> {
  const dates = Array.from({ length: datesBetween(startDate, endDate) }, (_, days) =>
    dateAfter(startDate, days),
  );
  const all = sheets.flatMap(({ totals }) => totals ?? []);
  const totalColumns = [...TOTAL_COLUMNS, ...ruleColumnsOf(all)];
  const heads = ['employee', 'name', ...dates.map((date) => dateWords(date)[0])];
  const data: Row[] = [
    [...heads, ...totalColumns.map(headOf)].map(bold),
    ['', '', ...dates.map((date) => date.slice(5))].map(bold),
    ...sheets.map(({ employeeId, employeeName, days, totals }) => [
      textCell(employeeId),
      textCell(employeeName),
      ...days.map((day) => textCell(dayMark(day))),
      ...totalColumns.map((column) => (totals === undefined ? null : valueCell(column, totals))),
    ]),
  ];
  const columns = [
    { width: ID_WIDTH },
    { width: NAME_WIDTH },
    ...dates.map(() => ({ width: MARK_WIDTH + 2 })),
    ...totalColumns.map(() => ({ width: VALUE_WIDTH })),
  ];
  return { sheet, data, columns, stickyRowsCount: 2, stickyColumnsCount: 2 };
}

function headOf({ word, name }: TotalColumn): string {
  return name === BALANCE ? `${word}, h` : word;
}

const BALANCE = 'balance_hours';

function valueCell({ name, of }: TotalColumn, totals: NonNullable<Timesheet['totals']>): Cell {
  const value = of(totals);
  if (value.unit === 'COUNT') return { value: value.count, type: Number, format: DAYS_FORMAT };
  return name === BALANCE ? hoursCell(value.seconds) : durationCell(value.seconds);
}

const DAY_HEADS = [
  ...['employee', 'name', 'date', 'status', 'holiday', 'shifts', 'in', 'out', 'zone', 'planned'],
  ...['worked', 'credited', 'balance, h', 'break', 'late', 'early', 'final', 'to check'],
];

function daysSheet(sheets: readonly Timesheet[]): Sheet<Buffer> {
  const extra = extraColumnsOf(sheets.flatMap(({ totals }) => totals ?? []));
  const heads = [...DAY_HEADS, ...extra.map(({ word }) => word)];
  const data: Row[] = [heads.map(bold)];
  for (const sheet of sheets) for (const day of sheet.days) data.push(dayRow(sheet, day, extra));
  const columns = heads.map((_, place) => ({ width: place === 1 ? NAME_WIDTH : ID_WIDTH }));
  return { sheet: DAYS_SHEET, data, columns, stickyRowsCount: 1, stickyColumnsCount: 3 };
}

function dayRow(
  { employeeId, employeeName }: Timesheet,
  day: TimesheetDay,
  extra: readonly ExtraColumn[],
): Row {
  const zone = shownZone(day.timeZone);
  const length = (duration: TimesheetDay['workedDuration']) => durationCell(secondsOf(duration));
  return [
    textCell(employeeId),
    textCell(employeeName),
    textCell(day.date),
    textCell(AttendanceStatus[day.status] ?? ''),
    textCell(day.holidayName),
    textCell(day.shiftIds.join('+')),
    textCell(day.firstInTime === undefined ? '' : timeOfDay(day.firstInTime, zone, day.date)),
    textCell(day.lastOutTime === undefined ? '' : timeOfDay(day.lastOutTime, zone, day.date)),
    textCell(day.timeZone),
    length(day.plannedDuration),
    length(day.workedDuration),
    length(day.creditedDuration),
    day.final ? hoursCell(secondsOf(day.balanceDuration)) : null,
    length(day.breakDuration),
    length(day.lateDuration),
    length(day.earlyDuration),
    textCell(day.final ? 'yes' : 'no'),
    textCell(
      day.anomalies
        .filter((anomaly) => anomaly in Anomaly)
        .map(anomalyWord)
        .join(', '),
    ),
    ...extra.map(({ secondsIn }) => durationCell(secondsIn(day))),
  ];
}

function bold(text: string): Cell {
  return { value: text, type: String, fontWeight: 'bold' };
}

function textCell(text: string): Cell {
  return text === '' ? null : { value: text, type: String };
}

function durationCell(seconds: number): Cell {
  return { value: seconds / DAY_SECONDS, type: Number, format: DURATION_FORMAT };
}

function hoursCell(seconds: number): Cell {
  return { value: seconds / 3600, type: Number, format: HOURS_FORMAT };
}
