// month: a team's month as a grid, as CSV or as a spreadsheet.

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { AttendanceClient, Timesheet } from '../../../client/index.js';
import { TimesheetView } from '../../../client/index.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import {
  EXIT_FAILED,
  EXIT_USAGE,
  ExitError,
  shownText,
  writeLine,
} from '../../terminal/console.js';
import { addText, timeArgument } from '../../text/day-options.js';
import {
  PERIOD_FORMS,
  periodArgument,
  type SaidPeriod,
  thisMonth,
} from '../../time/period-argument.js';
import { gridLines } from '../../timesheet/month-grid.js';
import { MAX_SHEETS, readSheets } from '../../timesheet/read-sheets.js';
import { dayCsv, totalCsv } from '../../timesheet/sheet-csv.js';
import { writeXlsx } from '../../timesheet/sheet-xlsx.js';
import { examples } from '../day-commands.js';
import { type SheetOptions, sheetJson } from './sheet-options.js';

interface MonthOptions extends SheetOptions {
  readonly group: string;
  readonly employee?: readonly string[];
  readonly csv: boolean;
  readonly totals: boolean;
  readonly delimiter: string;
  readonly decimal: string;
  readonly xlsx?: string;
}

const EXPLANATION = `
The grid has a row for each person, a column for each date, and totals at the right: hours and
minutes, and days in steps of half a day. The legend below says what the letters mean.

--csv writes a line for each person and day; with --totals a line for each person. Lengths are hours as
decimal numbers. For a spreadsheet that expects them, --delimiter ';' --decimal ',' writes 7,5 instead
of 7.5. A text that a spreadsheet would take for a formula begins with an apostrophe. With --json each
line is a timesheet.

--xlsx writes a file for Excel and its like, with times as durations that can be added up; only the
balance is hours as a number, because a spreadsheet shows no negative durations.

At most ${MAX_SHEETS} employees.`;

/** Adds the command to the program. */
export function addMonthCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('month')
    .summary("show a team's month as a grid, with its sums")
    .description(
      'Shows the days of all employees, a group or some employees, and what they come to.',
    )
    .argument('[period]', `${PERIOD_FORMS}; this month if not given`, periodArgument)
    .option('--group <id>', 'only employees of this group', '')
    .option('--employee <id>', 'only this employee; may be given again', addText)
    .option('--csv', 'write CSV: a line for each person and day', false)
    .option('--totals', 'with --csv or --json: totals alone', false)
    .option('--delimiter <character>', 'of CSV: between fields', delimiterArgument, ',')
    .option('--decimal <character>', 'of CSV: . or ,', decimalArgument, '.')
    .option('--xlsx <file>', 'write a spreadsheet: a sheet for each group, and one of all days')
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument)
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'month 2026-03 --group bakery',
        "month last-month --csv --totals --delimiter ';' --decimal ','",
        'month 2026-03-16..2026-04-15 --employee 101 --employee 102',
      ),
    )
    .action(async (said: SaidPeriod | undefined, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<MonthOptions>();
      refuseWrongUse(options);
      await withClient(options, surroundings, (client) =>
        printMonth(surroundings, options, client, said ?? thisMonth()),
      );
    });
}

function delimiterArgument(text: string): string {
  const known = text === '\\t' || text === 'tab' ? '\t' : text;
  if (known.length === 1 && !/["\r\n]/.test(known)) return known;
  throw new InvalidArgumentError("It must be one character, such as ';', or tab.");
}

function decimalArgument(text: string): string {
  if (text === '.' || text === ',') return text;
  throw new InvalidArgumentError("It must be '.' or ','.");
}

function refuseWrongUse({ csv, json, totals, delimiter, decimal, ...options }: MonthOptions): void {
  const wrong: [boolean, string][] = [
    [
      options.employee !== undefined && options.group !== '',
      'Give --employee or --group, not both.',
    ],
    [
      [csv, json, options.xlsx !== undefined].filter(Boolean).length > 1,
      'Give one of --csv, --json and --xlsx.',
    ],
    [totals && !csv && !json, '--totals goes with --csv or --json.'],
    [
      csv && delimiter === decimal,
      "--delimiter and --decimal must differ: for --decimal ',' give --delimiter ';'.",
    ],
  ];
  const says = wrong.find(([isWrong]) => isWrong)?.[1];
  if (says !== undefined) throw new ExitError(EXIT_USAGE, says);
}

async function printMonth(
  { stdout, stderr }: Surroundings,
  options: MonthOptions,
  client: AttendanceClient,
  period: SaidPeriod,
): Promise<void> {
  const { sheets, isCut } = await readSheets(client, {
    employeeIds: options.employee ?? [],
    groupId: options.group,
    period,
    view: options.totals ? TimesheetView.TOTALS : TimesheetView.FULL,
    asOfTime: options.asOf,
  });
  if (sheets.length === 0) {
    const where = options.group === '' ? '' : ` in group ${shownText(options.group)}`;
    await writeLine(stderr, `There is nobody${where} in that period.`);
    return;
  }
  if (options.xlsx !== undefined) await writeFile(options.xlsx, sheets, period, stdout);
  else for (const line of linesOf(sheets, options, period)) await writeLine(stdout, line);
  if (isCut) {
    const most = `There are more than ${MAX_SHEETS} employees; these are the first by id.`;
    await writeLine(stderr, `${most} Give a --group.`);
  }
}

async function writeFile(
  path: string,
  sheets: readonly Timesheet[],
  period: SaidPeriod,
  stdout: NodeJS.WritableStream,
): Promise<void> {
  try {
    await writeXlsx(path, sheets, period);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ExitError(EXIT_FAILED, `Cannot write ${path}: ${message}`);
  }
  await writeLine(stdout, `${sheets.length} timesheets are in ${shownText(path)}.`);
}

function linesOf(
  sheets: readonly Timesheet[],
  options: MonthOptions,
  period: SaidPeriod,
): Iterable<string> {
  if (options.json) return sheets.map(sheetJson);
  if (!options.csv) return gridLines(sheets, period);
  return options.totals ? totalCsv(sheets, options) : dayCsv(sheets, options);
}
