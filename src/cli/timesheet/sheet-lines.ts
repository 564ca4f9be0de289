// One person's timesheet: the days as rows, and the totals below. Pure.

import type {
  AnomalyTotal,
  LeaveTotal,
  Timesheet,
  TimesheetDay,
  TotalExplanation,
  TotalPart,
} from '../../client/index.js';
import { AttendanceStatus, DayPortion } from '../../client/index.js';
import { shownText, table } from '../terminal/console.js';
import { dateWords } from '../text/calendar-dates.js';
import { statusText } from '../text/day-options.js';
import { anomaliesText, anomalyWord, timeOfDay } from '../text/day-text.js';
import { shownZone } from '../time/local-time.js';
import { overtimeText, premiumsText } from './extra-columns.js';
import { columnsFor } from './shown-columns.js';
import { minutesText, secondsOf, valueText } from './total-columns.js';

const HEADING = [
  ...['DATE', '', 'STATUS', 'SHIFTS', 'IN', 'OUT', 'PLANNED', 'WORKED', 'CREDITED', 'BALANCE'],
  ...['LATE', 'EARLY'],
];

/** Shown where a day has any. */
const EXTRA: readonly (readonly [heading: string, text: (day: TimesheetDay) => string])[] = [
  ['OVERTIME', overtimeText],
  ['PREMIUMS', premiumsText],
];

/** The days, then every total that is not zero. */
export function sheetLines(sheet: Timesheet): readonly string[] {
  const { employeeId, employeeName, startDate, endDate, days, totals } = sheet;
  const who = employeeName === '' ? employeeId : `${employeeId} ${employeeName}`;
  const lines = [shownText(`${who}, ${startDate} to ${endDate}`), ...dayTable(days), ''];
  if (totals === undefined) return lines;
  const said: (readonly [string, string])[] = [
    ...columnsFor([totals]).map(({ word, of }) => [word, valueText(of(totals))] as const),
    ...totals.leaves.map(leaveTotal),
    ...totals.anomalies.map(anomalyTotal),
  ];
  return [...lines, ...columns(said)];
}

function dayTable(days: readonly TimesheetDay[]): readonly string[] {
  const extra = EXTRA.filter(([, text]) => days.some((day) => text(day) !== '-'));
  const heading = [...HEADING, ...extra.map(([name]) => name), 'CHECK'];
  const rows = days.map((day) => [
    ...rowOf(day),
    ...extra.map(([, text]) => text(day)),
    anomaliesText(day),
  ]);
  return table(heading, rows);
}

function rowOf(day: TimesheetDay): readonly string[] {
  const zone = shownZone(day.timeZone);
  return [
    day.date,
    dateWords(day.date)[0],
    withHoliday(day),
    day.shiftIds.join('+') || '-',
    timeOfDay(day.firstInTime, zone, day.date),
    timeOfDay(day.lastOutTime, zone, day.date),
    lengthText(day.plannedDuration),
    lengthText(day.workedDuration),
    lengthText(day.creditedDuration),
    day.final ? lengthText(day.balanceDuration) : 'open',
    lengthText(day.lateDuration),
    lengthText(day.earlyDuration),
  ];
}

function withHoliday(day: TimesheetDay): string {
  const { holidayName, holidayPortion, status } = day;
  const text = statusText(day);
  if (holidayName === '') return text;
  const halves = new Map([
    [DayPortion.FIRST_HALF, ' (first half)'],
    [DayPortion.SECOND_HALF, ' (second half)'],
  ]);
  const half = halves.get(holidayPortion) ?? '';
  return status === AttendanceStatus.HOLIDAY && half === ''
    ? `${text}: ${holidayName}`
    : `${text}, ${holidayName}${half}`;
}

/** `-` for nothing. */
function lengthText(length: TimesheetDay['workedDuration']): string {
  const seconds = secondsOf(length);
  return seconds === 0 ? '-' : minutesText(seconds);
}

function leaveTotal({ leaveTypeId, leaveTypeName, days, duration }: LeaveTotal) {
  const kind = leaveTypeName || leaveTypeId || 'of no kind';
  return [`leave: ${kind}`, `${days} (${minutesText(secondsOf(duration))})`] as const;
}

function anomalyTotal({ anomaly, dayCount }: AnomalyTotal) {
  return [anomalyWord(anomaly), String(dayCount)] as const;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([word]) => [...word].length));
  return rows.map(([word, says]) => shownText(`${word.padEnd(width)}  ${says}`));
}

/** A line for each total: its dates, with what each of them adds. */
export function explanationLines(explanations: readonly TotalExplanation[]): readonly string[] {
  return explanations.map(({ total, parts }) =>
    shownText(`${total}: ${parts.map(partText).join(', ')}`),
  );
}

function partText({ date, amount }: TotalPart): string {
  switch (amount.case) {
    case 'duration':
      return `${date} ${minutesText(secondsOf(amount.value))}`;
    case 'days':
      return amount.value === 1 ? date : `${date} (${amount.value})`;
    default:
      return date;
  }
}
