// roster show: who should work when, as a grid of employees and dates.

import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { AttendanceClient, Employee, Holiday } from '../../../client/index.js';
import { AttendanceSchema } from '../../../client/index.js';
import {
  firstEmployees,
  MAX_GRID_DATES,
  MAX_GRID_EMPLOYEES,
  namedEmployees,
  readDays,
  todayOf,
} from '../../roster/roster-days.js';
import type { GridRow } from '../../roster/roster-grid.js';
import { gridLines } from '../../roster/roster-grid.js';
import { all, holidaysIn } from '../../roster/roster-pages.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { EXIT_USAGE, ExitError, shownText, writeLine } from '../../terminal/console.js';
import { dateAfter, datesBetween, weekOf } from '../../text/calendar-dates.js';
import {
  DATE_FORMS,
  dateArgument,
  dateOn,
  plainDateArgument,
  type SaidDate,
  TODAY,
} from '../../time/date-argument.js';
import { examples } from '../day-commands.js';

interface ShowOptions extends SharedOptions {
  readonly group: string;
  readonly week?: SaidDate;
  readonly from?: string;
  readonly to?: string;
}

const EXPLANATION = `
A cell has the shifts of the day. "off" is a day without a shift, "-" a day of which the roster says
nothing. What is declared of a day, such as leave, stands beside its shifts; a shift in parentheses is
not to be worked, because of a holiday, leave or a day off. The legend has the hours, on the clocks of the
shift or the employee. With --json each line is a day as \`list --json\` prints it, unplanned ones included.

At most ${MAX_GRID_EMPLOYEES} employees and ${MAX_GRID_DATES} dates.`;

/** Adds the command to the group. */
export function addRosterShow(roster: Command, surroundings: Surroundings): void {
  roster
    .command('show')
    .summary('show who works when, as a grid of employees and dates')
    .description(
      'Shows who is to work when: this week, in the zone of the employees or UTC when they are in ' +
        'several, of all employees, a group, or those who are named.',
    )
    .argument('[employee...]', 'the employees; all if not given')
    .option('--group <id>', 'only employees of this group', '')
    .option('--week <date>', `Monday to Sunday of the week of a date: ${DATE_FORMS}`, dateArgument)
    .option('--from <date>', 'the first date, YYYY-MM-DD, with --to', plainDateArgument)
    .option('--to <date>', 'the last date, YYYY-MM-DD, with --from', plainDateArgument)
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'roster show',
        'roster show --group bakery --week +7d',
        'roster show 101 102 --from 2026-03-01 --to 2026-03-31',
      ),
    )
    .action(async (employeeIds: readonly string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ShowOptions>();
      refuseWrongUse(employeeIds, options);
      await withClient(options, surroundings, (client) =>
        show(surroundings, options, client, employeeIds),
      );
    });
}

function refuseWrongUse(employeeIds: readonly string[], options: ShowOptions): void {
  const { group, week, from, to } = options;
  const wrong: [boolean, string][] = [
    [employeeIds.length > 0 && group !== '', 'Name employees or a group, not both.'],
    [week !== undefined && (from ?? to) !== undefined, 'Give --week, or --from and --to.'],
    [(from === undefined) !== (to === undefined), 'Give both --from and --to.'],
    [(from ?? '') > (to ?? ''), '--to must not be before --from.'],
    [
      datesBetween(from ?? '', to ?? '') > MAX_GRID_DATES,
      `At most ${MAX_GRID_DATES} dates: narrow --from and --to.`,
    ],
    [
      employeeIds.length > MAX_GRID_EMPLOYEES,
      `At most ${MAX_GRID_EMPLOYEES} employees: name fewer.`,
    ],
  ];
  const [says] = wrong.flatMap(([isWrong, message]) => (isWrong ? [message] : []));
  if (says !== undefined) throw new ExitError(EXIT_USAGE, says);
}

async function show(
  surroundings: Surroundings,
  options: ShowOptions,
  client: AttendanceClient,
  employeeIds: readonly string[],
): Promise<void> {
  const { stderr } = surroundings;
  const found =
    employeeIds.length > 0
      ? await namedEmployees(client, employeeIds)
      : await firstEmployees(client, options.group);
  const employees = found.slice(0, MAX_GRID_EMPLOYEES);
  if (employees.length === 0) await writeLine(stderr, nobody(options));
  else await printGrid(surroundings, options, client, employees);
  if (found.length > employees.length) {
    const most = `There are more than ${MAX_GRID_EMPLOYEES} employees; these are the first by id.`;
    await writeLine(stderr, `${most} Name employees, or a --group.`);
  }
}

function nobody({ group }: ShowOptions): string {
  const where = group === '' ? '' : ` in group ${shownText(group)}`;
  return `There is no employee${where}. See: attendance roster employees`;
}

async function printGrid(
  { stdout }: Surroundings,
  options: ShowOptions,
  client: AttendanceClient,
  employees: readonly Employee[],
): Promise<void> {
  const dates = datesOf(options, employees);
  const asked = employees.flatMap(({ employeeId }) => dates.map((date) => ({ employeeId, date })));
  const days = await readDays(client, asked);
  const rows = employees.map(({ employeeId, employeeName }, index): GridRow => {
    const own = days.slice(index * dates.length, (index + 1) * dates.length);
    return { employeeId, employeeName, days: own };
  });
  const lines = options.json
    ? days.map((day) => toJsonString(AttendanceSchema, day, { alwaysEmitImplicit: true }))
    : gridLines({ dates, rows, holidays: await holidaysOf(client, employees, dates) });
  for (const line of lines) await writeLine(stdout, line);
}

function datesOf(
  { week, from, to }: ShowOptions,
  employees: readonly Employee[],
): readonly string[] {
  const [first, last] =
    from !== undefined && to !== undefined
      ? [from, to]
      : weekOf(dateOn(week ?? TODAY, todayOf(employees, Date.now())));
  return Array.from({ length: datesBetween(first, last) }, (_, days) => dateAfter(first, days));
}

/** The holidays of the employees' calendars on these dates, by date. */
async function holidaysOf(
  client: AttendanceClient,
  employees: readonly Employee[],
  dates: readonly string[],
): Promise<readonly Holiday[]> {
  const range = { startDate: dates.at(0) ?? '', endDate: dates.at(-1) ?? '' };
  const holidays: Holiday[] = [];
  for (const calendarId of new Set(employees.map((employee) => employee.calendarId))) {
    if (calendarId === '') continue;
    holidays.push(...(await all(holidaysIn(client, { calendarId, ...range }))));
  }
  return holidays.sort((a, b) => (a.date < b.date ? -1 : 1));
}
