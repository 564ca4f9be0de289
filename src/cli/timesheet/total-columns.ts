// The totals of timesheets as columns: their headings, and how each value is said.

import type { Duration } from '@bufbuild/protobuf/wkt';
import type { TimesheetTotals } from '../../client/index.js';

/** A number of a timesheet, and what it counts. */
export type TotalValue =
  | { readonly unit: 'TIME'; readonly seconds: number }
  | { readonly unit: 'COUNT'; readonly count: number };

export interface TotalColumn {
  /** In tables of people. */
  readonly heading: string;
  /** In lists of totals. */
  readonly word: string;
  /** In files. */
  readonly name: string;
  /** Whether it is shown where nobody has any. */
  readonly isAlways: boolean;
  readonly of: (totals: TimesheetTotals) => TotalValue;
}

export function secondsOf(length: Duration | undefined): number {
  return Number(length?.seconds ?? 0n);
}

function time(
  heading: string,
  name: string,
  of: (totals: TimesheetTotals) => Duration | undefined,
  isAlways = false,
): TotalColumn {
  const value = (totals: TimesheetTotals): TotalValue => ({
    unit: 'TIME',
    seconds: secondsOf(of(totals)),
  });
  return { heading, word: heading.toLowerCase(), name, isAlways, of: value };
}

function count(
  heading: string,
  name: string,
  of: (totals: TimesheetTotals) => number,
  isAlways = false,
): TotalColumn {
  const value = (totals: TimesheetTotals): TotalValue => ({ unit: 'COUNT', count: of(totals) });
  return { heading, word: heading.toLowerCase(), name, isAlways, of: value };
}

/** In the order in which people read them. */
export const TOTAL_COLUMNS: readonly TotalColumn[] = [
  time('PLANNED', 'planned_hours', (totals) => totals.plannedDuration, true),
  time('WORKED', 'worked_hours', (totals) => totals.workedDuration, true),
  time('CREDITED', 'credited_hours', (totals) => totals.creditedDuration, true),
  time('BALANCE', 'balance_hours', (totals) => totals.balanceDuration, true),
  time('BREAK', 'break_hours', (totals) => totals.breakDuration),
  time('UNCOUNTED', 'uncounted_hours', (totals) => totals.uncountedDuration),
  time('LATE', 'late_hours', (totals) => totals.lateDuration),
  time('EARLY', 'early_hours', (totals) => totals.earlyDuration),
  time('SHORT', 'shortfall_hours', (totals) => totals.shortfallDuration),
  count('PRESENT', 'present_days', (totals) => totals.presentDays, true),
  count('ABSENT', 'absent_days', (totals) => totals.absentDays, true),
  count('LEAVE', 'on_leave_days', (totals) => totals.onLeaveDays, true),
  count('REMOTE', 'remote_days', (totals) => totals.remoteDays),
  count('HOLIDAY', 'holiday_days', (totals) => totals.holidayDays),
  count('OFF', 'off_days', (totals) => totals.offDays),
  count('TO COME', 'scheduled_days', (totals) => totals.scheduledDays),
  count('UNKNOWN', 'unscheduled_days', (totals) => totals.unscheduledDays),
  count('HALF', 'half_day_count', (totals) => totals.halfDayCount),
  count('TIMES LATE', 'late_day_count', (totals) => totals.lateDayCount),
  count('TIMES EARLY', 'early_day_count', (totals) => totals.earlyDayCount),
  count('OPEN', 'open_day_count', (totals) => totals.openDayCount),
  count('TO CHECK', 'anomaly_count', (totals) =>
    totals.anomalies.reduce((sum, { dayCount }) => sum + dayCount, 0),
  ),
  time('UNDERTIME', 'undertime_hours', (totals) => totals.undertimeDuration),
];

/** Seconds, or a count. */
export function amountOf(value: TotalValue): number {
  return value.unit === 'TIME' ? value.seconds : value.count;
}

/** `162:30`, `-1:05`, `19.5`; `0` for nothing. Seconds are left out. */
export function valueText(value: TotalValue): string {
  return value.unit === 'TIME' ? minutesText(value.seconds) : String(value.count);
}

/** Hours and minutes, `-1:05`: whole minutes, towards zero. */
export function minutesText(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const text = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
  return seconds < 0 && minutes > 0 ? `-${text}` : text;
}
