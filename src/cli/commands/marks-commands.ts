// marks set, clear: the same mark on many days of many employees, and how to clear it.

import { randomUUID } from 'node:crypto';
import { toJsonString } from '@bufbuild/protobuf';
import { type Command, Option } from 'commander';
import type { AttendanceClient, AttendanceStatus, BulkDaysResult } from '../../client/index.js';
import { BulkDaysResultSchema, errorOfStatus } from '../../client/index.js';
import { grouped } from '../marks/import-report.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import {
  EXIT_FAILED,
  EXIT_USAGE,
  ExitError,
  shownText,
  table,
  writeLine,
} from '../terminal/console.js';
import {
  addText,
  HOURS_HELP,
  hoursArgument,
  leaveTimeOf,
  PORTION_WORDS,
  portionOf,
  statusArgument,
} from '../text/day-options.js';
import { DATE_FORMS, dateArgument, dateOf, type SaidDate } from '../time/date-argument.js';
import { examples } from './day-commands.js';
import { zoneArgument } from './punches/punch-import-command.js';

const HEADING = ['EMPLOYEE', 'CHANGED', 'AS ASKED', 'LEFT OUT', 'DATES', 'PROBLEM'];

/** Deriving five thousand days takes the service a while. */
const DEADLINE_MS = 120_000;

interface DaysOptions extends SharedOptions {
  readonly employee?: readonly string[];
  readonly group: string;
  readonly from: SaidDate;
  readonly to?: SaidDate;
  readonly zone?: string;
  readonly dryRun: boolean;
  readonly requestId?: string;
}

interface SetOptions extends DaysOptions {
  readonly portion: (typeof PORTION_WORDS)[number];
  readonly leaveType: string;
  readonly hours?: ReturnType<typeof hoursArgument>;
  readonly note: string;
  readonly skipDaysOff: boolean;
  readonly skipHolidays: boolean;
}

interface ClearOptions extends DaysOptions {
  readonly reason: string;
}

/** Adds the commands to the program. */
export function addMarksCommands(program: Command, surroundings: Surroundings): void {
  const marks = program
    .command('marks')
    .summary('mark, or clear, many days of many employees at once')
    .description('The same mark on every date of a range, for several employees or a group.');
  addSet(marks, surroundings);
  addClear(marks, surroundings);
}

function withDays(command: Command): Command {
  return command
    .option('--employee <id>', 'an employee; may be given again', addText)
    .option('--group <id>', 'the employees of this group instead', '')
    .requiredOption('--from <date>', `the first date: ${DATE_FORMS}`, dateArgument)
    .option('--to <date>', 'the last date; the first one if not given', dateArgument)
    .option('--zone <zone>', 'the zone of today, yesterday and their like', zoneArgument)
    .option('--dry-run', 'only say which days would change', false)
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand');
}

function addSet(marks: Command, surroundings: Surroundings): void {
  withDays(
    marks
      .command('set')
      .summary('make the same mark on many days')
      .description(
        'Makes the same mark on every date of a range, at most 5,000 days in all. Each day is a mark ' +
          'of its own. After a failure, run the command again with the request id that it printed.',
      )
      .argument(
        '<status>',
        'present, absent, half-day, on-leave, remote, holiday, day-off',
        statusArgument,
      ),
  )
    .addOption(
      new Option('--portion <part>', 'which half of each day')
        .choices(PORTION_WORDS)
        .default('whole'),
    )
    .option('--hours <from-to>', HOURS_HELP, hoursArgument)
    .option('--leave-type <id>', 'the kind of leave: see attendance leave-types', '')
    .option('--note <text>', 'anything worth keeping with it', '')
    .option('--skip-days-off', 'leave out days off of the roster', false)
    .option('--skip-holidays', 'leave out holidays', false)
    .addHelpText(
      'after',
      examples(
        'marks set on-leave --employee 007 --from 2026-07-06 --to 2026-07-17 --skip-days-off',
        'marks set holiday --group night --from 2026-12-24 --note "closed" --dry-run',
      ),
    )
    .action(async (status: AttendanceStatus, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<SetOptions>();
      const { leaveType: leaveTypeId, note, skipDaysOff, skipHolidays } = options;
      const portion = portionOf(options.portion);
      const leave = { leaveTypeId, ...leaveTimeOf(options) };
      const mark = { status, portion, ...leave, note, skipDaysOff, skipHolidays };
      await run(options, surroundings, (client, days) =>
        client.bulkMarkAttendance({ ...days, ...mark }, { deadlineMs: DEADLINE_MS }),
      );
    });
}

function addClear(marks: Command, surroundings: Surroundings): void {
  withDays(
    marks
      .command('clear')
      .usage('[options] --from <date> --reason <text>')
      .summary('withdraw the marks of many days')
      .description(
        'Withdraws all marks of every date of a range, whoever made them: the way back of marks set. ' +
          'The history of the days stays.',
      ),
  )
    .requiredOption('--reason <text>', 'why, for the history')
    .addHelpText(
      'after',
      examples('marks clear --group night --from 2026-12-24 --reason "open after all"'),
    )
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ClearOptions>();
      const { reason } = options;
      await run(options, surroundings, (client, days) =>
        client.bulkClearAttendance({ ...days, reason }, { deadlineMs: DEADLINE_MS }),
      );
    });
}

interface Days {
  readonly employeeIds: string[];
  readonly groupId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly validateOnly: boolean;
  readonly requestId: string;
}

async function run(
  options: DaysOptions,
  surroundings: Surroundings,
  call: (
    client: AttendanceClient,
    days: Days,
  ) => Promise<{ readonly results: readonly BulkDaysResult[]; readonly changedCount: number }>,
): Promise<void> {
  const { employee = [], group, dryRun } = options;
  if ((employee.length === 0) === (group === '')) {
    throw new ExitError(EXIT_USAGE, 'Give either --employee, once or more, or --group.');
  }
  const startDate = await dateIn(options, options.from);
  const endDate = options.to === undefined ? startDate : await dateIn(options, options.to);
  const requestId = options.requestId ?? randomUUID();
  const days = { startDate, endDate, validateOnly: dryRun, requestId };
  await withClient(options, surroundings, async (client) => {
    try {
      const request = { employeeIds: [...employee], groupId: group, ...days };
      const { results, changedCount } = await call(client, request);
      await print(surroundings, options, results, changedCount);
    } catch (error) {
      if (!(error instanceof ExitError) && !dryRun) {
        const hint = `Some days may be recorded. To go on, add --request-id ${requestId}`;
        await writeLine(surroundings.stderr, hint);
      }
      throw error;
    }
  });
}

async function dateIn({ zone }: DaysOptions, said: SaidDate): Promise<string> {
  return await dateOf(said, () => {
    if (zone !== undefined) return zone;
    throw new ExitError(EXIT_USAGE, `${said.text} is a date in a zone: give it with --zone.`);
  });
}

async function print(
  { stdout, stderr }: Surroundings,
  { json, dryRun }: DaysOptions,
  results: readonly BulkDaysResult[],
  changedCount: number,
): Promise<void> {
  const lines = json ? results.map(jsonOf) : table(HEADING, results.map(rowOf));
  for (const line of lines) await writeLine(stdout, line);
  const failed = results.filter(({ error }) => error !== undefined).length;
  if (!json) {
    const days = `${grouped(changedCount)} days ${dryRun ? 'would change' : 'changed'}`;
    await writeLine(stdout, `${days}, of ${grouped(results.length)} employees.`);
  }
  if (failed === 0) return;
  await writeLine(stderr, `${grouped(failed)} employees failed: see PROBLEM.`);
  throw new ExitError(EXIT_FAILED);
}

function jsonOf(result: BulkDaysResult): string {
  return toJsonString(BulkDaysResultSchema, result, { alwaysEmitImplicit: true });
}

function rowOf(result: BulkDaysResult): readonly string[] {
  const { employeeId, changedDates, unchangedCount, skippedDates, error } = result;
  const counts = [changedDates.length, unchangedCount, skippedDates.length].map(String);
  const problem = error === undefined ? '-' : shownText(errorOfStatus(error).message);
  return [employeeId, ...counts, datesText(changedDates), problem];
}

/** The first and the last changed date. */
function datesText(dates: readonly string[]): string {
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined) return '-';
  return first === last ? first : `${first} to ${last}`;
}
