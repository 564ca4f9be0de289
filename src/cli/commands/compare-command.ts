// compare: what days would become under another policy or shift version. Stores nothing.

import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type {
  CompareAttendanceRequest,
  CompareAttendanceResponse,
  ComparisonTotals,
  DayComparison,
  EmployeeComparison,
} from '../../client/index.js';
import {
  CompareAttendanceRequestSchema,
  CompareAttendanceResponseSchema,
} from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { table, writeLine } from '../terminal/console.js';
import { statusWord } from '../text/day-options.js';
import { anomaliesText, clockText } from '../text/day-text.js';
import { readRequest } from '../text/request-file.js';
import { plainDateArgument } from '../time/date-argument.js';
import { examples } from './day-commands.js';

interface CompareOptions extends SharedOptions {
  readonly from?: string;
  readonly to?: string;
  readonly group?: string;
  readonly employee?: readonly string[];
  readonly days: boolean;
}

/** The interval between progress lines. */
const LINE_INTERVAL_MS = 2_000;

const FORM = `
The file is a CompareAttendanceRequest as JSON: a "policy" as SetPolicy takes it, or a "shift" as
UpdateShift takes it. Dates and employees may be in it too; the options replace them.`;

/** Adds the command to the program. */
export function addCompareCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('compare')
    .summary('what days would become under other rules')
    .description(
      'Works out the stored days of a time twice: as they are, and as they would be with another ' +
        'policy, or another version of a shift. Prints the hours that would change. Stores nothing.',
    )
    .argument('<file>', 'the other rules as JSON; - reads standard input')
    .option('--from <date>', 'the first date, YYYY-MM-DD', plainDateArgument)
    .option('--to <date>', 'the last date, YYYY-MM-DD; at most 366 days in all', plainDateArgument)
    .option('--group <id>', 'only employees of this group')
    .option('--employee <id>', 'only this employee; may be given again', addEmployee)
    .option('--days', 'each day that would be different', false)
    .addHelpText('after', FORM)
    .addHelpText(
      'after',
      examples(
        'compare examples/compare/breaks-by-law.json --from 2026-03-01 --to 2026-03-31',
        'compare examples/compare/breaks-by-law.json --from 2026-03-01 --to 2026-03-31 --employee 101 --days',
      ),
    )
    .action(async (path: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<CompareOptions>();
      const form = { schema: CompareAttendanceRequestSchema, what: 'comparison' };
      const request = withOptions(await readRequest(form, path, surroundings.stdin), options);
      await compare(surroundings, options, request);
    });
}

function addEmployee(id: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), id];
}

function withOptions(
  request: CompareAttendanceRequest,
  options: CompareOptions,
): CompareAttendanceRequest {
  const { from, to, group, employee } = options;
  if (from !== undefined) request.startDate = from;
  if (to !== undefined) request.endDate = to;
  if (group !== undefined || employee !== undefined) {
    request.groupId = group ?? '';
    request.employeeIds = [...(employee ?? [])];
  }
  return request;
}

async function compare(
  surroundings: Surroundings,
  options: CompareOptions,
  request: CompareAttendanceRequest,
): Promise<void> {
  const { stdout, stderr } = surroundings;
  await withClient(options, surroundings, async (client) => {
    const employees: EmployeeComparison[] = [];
    let last: CompareAttendanceResponse | undefined;
    let lineAt = performance.now();
    for await (const part of client.compareAttendance(request)) {
      last = part;
      if (options.json) {
        const json = toJsonString(CompareAttendanceResponseSchema, part, {
          alwaysEmitImplicit: true,
        });
        await writeLine(stdout, json);
        continue;
      }
      employees.push(...part.employees);
      if (options.days) for (const day of part.changedDays) await writeLine(stdout, dayLine(day));
      if (part.done || performance.now() - lineAt < LINE_INTERVAL_MS) continue;
      lineAt = performance.now();
      await writeLine(stderr, `${part.totals?.employees ?? 0n} employees`);
    }
    if (last?.totals === undefined || options.json) return;
    for (const line of sumLines(employees, last.totals)) await writeLine(stdout, line);
  });
}

function dayLine({ before, after }: DayComparison): string {
  const side = (day: DayComparison['before']) => {
    if (day === undefined) return '-';
    const anomalies = anomaliesText(day);
    const words = [statusWord(day.status), clockText(day.workedDuration)];
    return [...words, ...(anomalies === '-' || anomalies === '' ? [] : [anomalies])].join(' ');
  };
  return `${before?.date} ${before?.employeeId}: ${side(before)} -> ${side(after)}`;
}

function sumLines(
  employees: readonly EmployeeComparison[],
  totals: ComparisonTotals,
): readonly string[] {
  const rows = employees.map((each) => [
    each.employeeId,
    each.employeeName || '-',
    String(each.daysChanged),
    clockText(each.workedBefore),
    clockText(each.workedAfter),
  ]);
  const { workedBefore, workedAfter } = totals;
  return [
    ...(rows.length === 0 ? [] : table(['EMPLOYEE', 'NAME', 'DAYS', 'WORKED', 'WOULD BE'], rows)),
    ...totals.statuses.map(
      ({ status, daysBefore, daysAfter }) =>
        `${statusWord(status)}: ${daysBefore} days, would be ${daysAfter}`,
    ),
    `${totals.daysChanged} days of ${totals.employeesChanged} of ${totals.employees} employees ` +
      `would be different: ${clockText(workedBefore)} worked, would be ${clockText(workedAfter)}`,
  ];
}
