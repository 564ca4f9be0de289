// mark, get, list, clear: one command for each call of the service.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import { Option } from 'commander';
import type {
  Anomaly,
  Attendance,
  AttendanceClient,
  AttendanceStatus,
} from '../../client/index.js';
import { AttendanceOrigin, AttendanceSchema } from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { positiveInteger, withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { EXIT_USAGE, ExitError, shownText, table, writeLine } from '../terminal/console.js';
import {
  addAnomaly,
  addStatus,
  addText,
  HOURS_HELP,
  hoursArgument,
  leaveTimeOf,
  originWord,
  PORTION_WORDS,
  portionOf,
  statusArgument,
  statusText,
  timeArgument,
  timeText,
} from '../text/day-options.js';
import { anomaliesText, clockText, shiftsText } from '../text/day-text.js';
import {
  DATE_FORMS,
  DATE_ZONE_HELP,
  dateArgument,
  dateOf,
  type SaidDate,
} from '../time/date-argument.js';
import { dateOfEmployee } from '../time/zone-lookup.js';
import { zoneArgument } from './punches/punch-import-command.js';

const DEFAULT_LIST_LIMIT = 100;
const MAX_PAGE_SIZE = 1_000;

/** The options of commands about a date of one employee. */
interface DateOptions extends SharedOptions {
  readonly zone?: string;
}

interface MarkOptions extends DateOptions {
  readonly name?: string;
  readonly portion: (typeof PORTION_WORDS)[number];
  readonly leaveType: string;
  readonly hours?: ReturnType<typeof hoursArgument>;
  readonly note: string;
  readonly etag: string;
  readonly requestId: string;
}

interface ClearOptions extends DateOptions {
  readonly reason: string;
  readonly etag: string;
  readonly requestId: string;
}

interface ListOptions extends SharedOptions {
  readonly employee: string;
  readonly group: string;
  readonly from?: SaidDate;
  readonly to?: SaidDate;
  readonly zone?: string;
  readonly status?: readonly AttendanceStatus[];
  readonly anomaly?: readonly Anomaly[];
  readonly leaveType?: readonly string[];
  readonly open: boolean;
  readonly updatedAfter?: Timestamp;
  readonly limit: number;
  readonly stored: boolean;
  readonly asOf?: Timestamp;
}

interface GetOptions extends DateOptions {
  readonly asOf?: Timestamp;
}

/** Adds the commands to the program. */
export function addDayCommands(program: Command, surroundings: Surroundings): void {
  addMark(program, surroundings);
  addGet(program, surroundings);
  addList(program, surroundings);
  addClear(program, surroundings);
}

function addMark(program: Command, surroundings: Surroundings): void {
  program
    .command('mark')
    .summary("declare an employee's status for a date")
    .description("Declares an employee's status for a date, replacing what was declared before.")
    .argument('<employee>', 'the employee id')
    .argument('<date>', DATE_FORMS, dateArgument)
    .argument(
      '<status>',
      'present, absent, half-day, on-leave, remote, holiday, day-off',
      statusArgument,
    )
    .option('--zone <zone>', DATE_ZONE_HELP, zoneArgument)
    .option('--name <name>', "the employee's name; used only when the employee is new")
    .addOption(
      new Option('--portion <part>', 'which half of the day')
        .choices(PORTION_WORDS)
        .default('whole'),
    )
    .option('--hours <from-to>', HOURS_HELP, hoursArgument)
    .option('--leave-type <id>', 'the kind of leave: see attendance leave-types', '')
    .option('--note <text>', 'anything worth keeping with it', '')
    .option(
      '--etag <etag>',
      'only if the day is still at this etag; "0" with its quotes: only if new',
      '',
    )
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '')
    .addHelpText(
      'after',
      examples(
        'mark 007 today present',
        'mark 007 2026-03-03 on-leave --leave-type sick',
        'mark 007 2026-03-04 on-leave --portion first',
        'mark 007 2026-03-05 on-leave --hours 10:00-12:00',
      ),
    )
    .action(
      async (
        employeeId: string,
        said: SaidDate,
        status: AttendanceStatus,
        _: unknown,
        self: Command,
      ) => {
        const options = self.optsWithGlobals<MarkOptions>();
        const { name, note, etag, requestId, zone } = options;
        await withClient(options, surroundings, async (client) => {
          const date = await dateOfEmployee(client, said, employeeId, zone);
          const { attendance } = await client.markAttendance({
            employeeId,
            date,
            status,
            portion: portionOf(options.portion),
            leaveTypeId: options.leaveType,
            ...leaveTimeOf(options),
            note,
            etag,
            requestId,
            ...(name === undefined ? {} : { employeeName: name }),
          });
          await printDay(surroundings, options, attendance);
        });
      },
    );
}

function addGet(program: Command, surroundings: Surroundings): void {
  program
    .command('get')
    .summary("show an employee's day")
    .description("Shows an employee's day, now or as it was known at a moment.")
    .argument('<employee>', 'the employee id')
    .argument('<date>', DATE_FORMS, dateArgument)
    .option('--zone <zone>', DATE_ZONE_HELP, zoneArgument)
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument)
    .addHelpText('after', examples('get 007 2026-03-02', 'get 007 today', '--json get 007 -7d'))
    .action(async (employeeId: string, said: SaidDate, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<GetOptions>();
      await withClient(options, surroundings, async (client) => {
        const date = await dateOfEmployee(client, said, employeeId, options.zone);
        const request = { employeeId, date, ...asOf(options.asOf) };
        const { attendance } = await client.getAttendance(request);
        await printDay(surroundings, options, attendance);
      });
    });
}

function addList(program: Command, surroundings: Surroundings): void {
  program
    .command('list')
    .summary('list days: recorded ones, and those that the roster expects')
    .description(
      'Lists days, by date and then by employee id. With --from and --to, at most 366 days, the list ' +
        'includes days that only the roster knows of: who is absent because nothing was recorded. ' +
        'Otherwise, and with --stored, it has recorded days only.',
    )
    .option('--employee <id>', 'only this employee', '')
    .option('--group <id>', 'only employees of this group', '')
    .option('--from <date>', `the first date: ${DATE_FORMS}`, dateArgument)
    .option('--to <date>', 'the last date', dateArgument)
    .option(
      '--zone <zone>',
      'the zone of today, yesterday and their like; else that of --employee',
      zoneArgument,
    )
    .option('--status <status>', 'only days with this status; may be given again', addStatus)
    .option('--anomaly <name>', 'only days with this anomaly; may be given again', addAnomaly)
    .option('--leave-type <id>', 'only days of this leave; may be given again', addText)
    .option('--open', 'only days that the clock still changes', false)
    .option('--updated-after <instant>', 'only days that changed after it', timeArgument)
    .option('--stored', 'only recorded days, not what only the roster knows of', false)
    .option('--limit <days>', 'the most days to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument)
    .addHelpText(
      'after',
      examples(
        'list --from 2026-03-01 --to 2026-03-31 --status absent',
        'list --from -7d --to yesterday --zone Europe/Berlin --status absent',
        'list --group night --from 2026-03-01 --to 2026-03-31 --anomaly missing-out',
        'list --employee 007 --limit 1000 --json',
      ),
    )
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      await withClient(options, surroundings, (client) => printList(surroundings, options, client));
    });
}

function addClear(program: Command, surroundings: Surroundings): void {
  program
    .command('clear')
    .usage('[options] --reason <text> <employee> <date>')
    .summary('withdraw what was declared for a date')
    .description('Withdraws what was declared for a date. The history of the day stays.')
    .argument('<employee>', 'the employee id')
    .argument('<date>', DATE_FORMS, dateArgument)
    .requiredOption('--reason <text>', 'why, for the history')
    .option('--zone <zone>', DATE_ZONE_HELP, zoneArgument)
    .option('--etag <etag>', 'only if the day is still at this etag', '')
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '')
    .addHelpText('after', examples('clear 007 2026-03-02 --reason "wrong person"'))
    .action(async (employeeId: string, said: SaidDate, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ClearOptions>();
      const { reason, etag, requestId, zone } = options;
      await withClient(options, surroundings, async (client) => {
        const date = await dateOfEmployee(client, said, employeeId, zone);
        const request = { employeeId, date, reason, etag, requestId };
        const { attendance } = await client.clearAttendance(request);
        await printDay(surroundings, options, attendance);
      });
    });
}

/** Page by page, so that memory stays flat. Reports on stderr if there are more than the limit. */
async function printList(
  surroundings: Surroundings,
  options: ListOptions,
  client: AttendanceClient,
): Promise<void> {
  const [startDate, endDate] = [
    await listedDate(client, options, options.from),
    await listedDate(client, options, options.to),
  ];
  let pageToken = '';
  let left = options.limit;
  let isFirst = true;
  const recorded = [AttendanceOrigin.MARKED, AttendanceOrigin.DERIVED];
  do {
    const page = await client.listAttendance({
      employeeId: options.employee,
      groupId: options.group,
      startDate,
      endDate,
      statuses: [...(options.status ?? [])],
      anomalies: [...(options.anomaly ?? [])],
      leaveTypeIds: [...(options.leaveType ?? [])],
      ...(options.open ? { final: false } : {}),
      ...(options.updatedAfter === undefined ? {} : { updatedAfter: options.updatedAfter }),
      origins: options.stored ? recorded : [],
      // The same for all pages, because a token is bound to its request.
      pageSize: Math.min(options.limit, MAX_PAGE_SIZE),
      pageToken,
      ...asOf(options.asOf),
    });
    const days = page.attendances.slice(0, left);
    left -= days.length;
    pageToken = page.nextPageToken;
    await printDays(surroundings, options, days, isFirst && (days.length > 0 || pageToken === ''));
    if (days.length > 0) isFirst = false;
    if (days.length < page.attendances.length) pageToken ||= 'more';
  } while (pageToken !== '' && left > 0);
  if (pageToken !== '') {
    const hint = `There may be more than ${options.limit} days: see --limit, or narrow --from and --to.`;
    await writeLine(surroundings.stderr, hint);
  }
  // For callers who may take missing days for days that the roster expects.
  const isOpenEnded = startDate === '' || endDate === '';
  if (options.status !== undefined && isOpenEnded && !options.stored) {
    const hint =
      'Only recorded days. With --from and --to the list includes days that only the roster knows of.';
    await writeLine(surroundings.stderr, hint);
  }
}

/** Empty if none was given. For several employees, only --zone decides what today is. */
async function listedDate(
  client: AttendanceClient,
  { employee, zone }: ListOptions,
  said: SaidDate | undefined,
): Promise<string> {
  if (said === undefined) return '';
  if (employee !== '') return await dateOfEmployee(client, said, employee, zone);
  return await dateOf(said, () => {
    if (zone !== undefined) return zone;
    const message = `${said.text} is a date in a zone: give it with --zone, or give --employee.`;
    throw new ExitError(EXIT_USAGE, message);
  });
}

async function printDay(
  surroundings: Surroundings,
  options: SharedOptions,
  day: Attendance | undefined,
): Promise<void> {
  if (day === undefined) throw new Error('The service answered without a day.');
  if (options.json) {
    await writeLine(surroundings.stdout, dayJson(day));
    return;
  }
  const lines: [string, string][] = [
    [
      'employee',
      day.employeeName === '' ? day.employeeId : `${day.employeeId}  ${day.employeeName}`,
    ],
    ['date', day.date],
    ['status', statusText(day)],
    ['origin', originWord(day.origin)],
    ['note', day.note],
    ['updated', timeText(day.updateTime)],
    ['revision', `${day.revision}  etag ${day.etag}`],
  ];
  for (const [label, value] of lines) {
    if (value === '') continue;
    await writeLine(surroundings.stdout, `${label.padEnd(10)}${shownText(value)}`);
  }
}

async function printDays(
  { stdout }: Surroundings,
  { json }: SharedOptions,
  days: readonly Attendance[],
  withHeading: boolean,
): Promise<void> {
  if (json) {
    for (const day of days) await writeLine(stdout, dayJson(day));
    return;
  }
  const rows = days.map((day) => [
    day.date,
    day.employeeId,
    day.employeeName || '-',
    shiftsText(day),
    statusText(day),
    originWord(day.origin),
    clockText(day.workedDuration),
    anomaliesText(day),
    day.note,
  ]);
  const lines = table(
    ['DATE', 'EMPLOYEE', 'NAME', 'SHIFTS', 'STATUS', 'ORIGIN', 'WORKED', 'ANOMALIES', 'NOTE'],
    rows,
  );
  for (const line of withHeading ? lines : lines.slice(1)) await writeLine(stdout, line);
}

function dayJson(day: Attendance): string {
  return toJsonString(AttendanceSchema, day, { alwaysEmitImplicit: true });
}

/** The field of a request, if given. */
export function asOf(time: Timestamp | undefined): { asOfTime?: Timestamp } {
  return time === undefined ? {} : { asOfTime: time };
}

export function examples(...commands: readonly string[]): string {
  return `\nExamples:\n${commands.map((command) => `  attendance ${command}`).join('\n')}`;
}
