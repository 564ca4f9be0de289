// A team's month as people hang it on a wall: a row for each person, a narrow column for each date,
// totals at the right, and a legend. Pure.

import type { Timesheet, TimesheetTotals } from '../../client/index.js';
import { shownText } from '../terminal/console.js';
import { dateAfter, datesBetween } from '../text/calendar-dates.js';
import type { SaidPeriod } from '../time/period-argument.js';
import { dayMark, legendOf } from './day-mark.js';
import { columnsFor } from './shown-columns.js';
import { amountOf, type TotalColumn, valueText } from './total-columns.js';

/** A longer name is cut. The id before it identifies the employee. */
const MAX_NAME = 16;
const WEEKDAYS = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];

interface Cell {
  readonly text: string;
  readonly isRight?: boolean;
}

/** The grid and its legend. At least one timesheet. */
export function gridLines(sheets: readonly Timesheet[], period: SaidPeriod): readonly string[] {
  const dates = Array.from({ length: datesBetween(period.startDate, period.endDate) }, (_, days) =>
    dateAfter(period.startDate, days),
  );
  const marks = sheets.map(({ days }) => days.map(dayMark));
  const totals = sheets.flatMap((sheet) => sheet.totals ?? []);
  const columns = columnsFor(totals);
  const widths = dates.map((_, place) =>
    Math.max(2, ...marks.map((own) => own[place]?.length ?? 0)),
  );
  const block = (cells: readonly string[]) =>
    cells.map((cell, place) => cell.padEnd(widths[place] ?? 2)).join(' ');
  const rows: Cell[][] = [
    [
      { text: 'EMPLOYEE' },
      { text: 'NAME' },
      { text: block(dates.map(weekdayOf)) },
      ...columns.map(({ heading }) => ({ text: heading, isRight: true })),
    ],
    [{ text: '' }, { text: '' }, { text: block(dates.map((date) => date.slice(8))) }],
    ...sheets.map((sheet, place) => [
      { text: sheet.employeeId },
      { text: nameOf(sheet.employeeName) },
      { text: block(marks[place] ?? []) },
      ...columns.map((column) => ({ text: textOf(column, sheet.totals), isRight: true })),
    ]),
    ...(sheets.length > 1 ? [sumRow(sheets.length, columns, totals)] : []),
  ];
  return [
    `${period.startDate} to ${period.endDate}`,
    ...aligned(rows),
    '',
    ...legendOf(new Set(marks.flat())),
  ];
}

function weekdayOf(date: string): string {
  return WEEKDAYS[new Date(date).getUTCDay()] ?? '';
}

function nameOf(name: string): string {
  const characters = [...name];
  return characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME - 2).join('')}..` : name;
}

function textOf({ of }: TotalColumn, totals: TimesheetTotals | undefined): string {
  return totals === undefined ? '' : valueText(of(totals));
}

function sumRow(
  people: number,
  columns: readonly TotalColumn[],
  all: readonly TimesheetTotals[],
): Cell[] {
  const sums = columns.map(({ of }): Cell => {
    const sum = all.reduce((total, totals) => total + amountOf(of(totals)), 0);
    const [first] = all;
    const isTime = first !== undefined && of(first).unit === 'TIME';
    const value = isTime
      ? ({ unit: 'TIME', seconds: sum } as const)
      : ({ unit: 'COUNT', count: sum } as const);
    return { text: valueText(value), isRight: true };
  });
  return [{ text: 'ALL' }, { text: `${people} people` }, { text: '' }, ...sums];
}

/** Columns with two spaces between them. */
function aligned(rows: readonly (readonly Cell[])[]): readonly string[] {
  const shown = rows.map((row) => row.map((cell) => ({ ...cell, text: shownText(cell.text) })));
  const widths: number[] = [];
  for (const row of shown) {
    for (const [column, { text }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, [...text].length);
    }
  }
  return shown.map((row) =>
    row
      .map(({ text, isRight }, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - [...text].length);
        return isRight ? `${space}${text}` : `${text}${space}`;
      })
      .join('  ')
      .trimEnd(),
  );
}
