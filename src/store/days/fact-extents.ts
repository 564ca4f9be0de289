// Finds the dates near an employee's days and punches: one step into an index for each end, and for
// each gap between them.

import { type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import type { Row } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';

const DAY_MICROS = 86_400_000_000;

const DATES = ['first_date', 'last_date', 'first_told', 'last_told'];
const TIMES = ['first_time', 'last_time'];

/** Columns with the first and the last stored day and punch of the employee with that id. */
export function extentColumns(employeeId: string): string {
  return [
    ...ends('attendance_day', employeeId, 'date'),
    // This bound allows the use of the index by time.
    ...ends('punch', `${employeeId} and r.time >= '-infinity'`, 'time', 'sequence'),
  ].join(', ');
}

/** The same for the days in the feed. */
export function toldExtentColumns(employeeId: string): string {
  return ends('attendance_change', employeeId, 'date', 'revision')
    .map((column) => column.replace(/_date$/, '_told'))
    .join(', ');
}

function ends(table: string, employeeId: string, ...columns: readonly string[]): string[] {
  return ['first', 'last'].map((end) => {
    const order = columns.map((column) => `r.${column}${end === 'last' ? ' desc' : ''}`).join(', ');
    return `
      (select r.${columns[0]} from ${table} r where r.employee_id = ${employeeId}
       order by ${order} limit 1) as ${end}_${columns[0]}`;
  });
}

/** SQL: the date of the first stored day or punch (in UTC) from a date on; null: none. */
export function nextFact(employeeId: string, date: string): string {
  return `least((
      select r.date from attendance_day r
      where r.employee_id = ${employeeId} and r.date >= ${date}
      order by r.date limit 1
    ), (
      select (r.time at time zone 'UTC')::date from punch r
      where r.employee_id = ${employeeId} and r.time >= (${date})::timestamp at time zone 'UTC'
      order by r.time, r.sequence limit 1
    ))`;
}

/** As epoch days, of punches in UTC; undefined if there are none. */
export function extentOf(
  row: Row,
): { readonly firstDay: number; readonly lastDay: number } | undefined {
  const isThere = (column: string) => row[column] !== null && row[column] !== undefined;
  const days = [
    ...DATES.filter(isThere).map((column) => toEpochDay(text(row, column) as LocalDate)),
    ...TIMES.filter(isThere).map((column) => Math.floor(number(row, column) / DAY_MICROS)),
  ];
  if (days.length === 0) return undefined;
  return { firstDay: Math.min(...days), lastDay: Math.max(...days) };
}
