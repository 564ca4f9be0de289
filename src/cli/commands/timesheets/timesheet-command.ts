// timesheet: one person's days of a period, and what they come to.

import type { Command } from 'commander';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { writeLine } from '../../terminal/console.js';
import { timeArgument } from '../../text/day-options.js';
import {
  PERIOD_FORMS,
  periodArgument,
  type SaidPeriod,
  thisMonth,
} from '../../time/period-argument.js';
import { explanationLines, sheetLines } from '../../timesheet/sheet-lines.js';
import { asOf, examples } from '../day-commands.js';
import { type SheetOptions, sheetJson } from './sheet-options.js';

interface TimesheetOptions extends SheetOptions {
  readonly explain: boolean;
}

const EXPLANATION = `
Times of the clock are in the zone of the day, lengths are hours and minutes. "credited" is planned
time that counts without a punch, such as leave. "balance" is worked and credited time less planned
time, of days that are over: the others say "open". With --json it is one timesheet, to the second.`;

/** Adds the command to the program. */
export function addTimesheetCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('timesheet')
    .summary("show a person's month: its days and their sums")
    .description("Shows one employee's days of a period, and what they come to.")
    .argument('<employee>', 'the employee id')
    .argument('[period]', `${PERIOD_FORMS}; this month if not given`, periodArgument)
    .option('--explain', 'say which dates each total is made of', false)
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument)
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'timesheet 007',
        'timesheet 007 2026-03 --explain',
        '--json timesheet 007 last-month',
      ),
    )
    .action(async (employeeId: string, said: SaidPeriod | undefined, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<TimesheetOptions>();
      await withClient(options, surroundings, async (client) => {
        const { timesheet } = await client.getTimesheet({
          employeeId,
          ...(said ?? thisMonth()),
          includeExplanations: options.explain,
          ...asOf(options.asOf),
        });
        if (timesheet === undefined) throw new Error('The service answered without a timesheet.');
        const lines = options.json
          ? [sheetJson(timesheet)]
          : [...sheetLines(timesheet), ...explained(timesheet.explanations)];
        for (const line of lines) await writeLine(surroundings.stdout, line);
      });
    });
}

function explained(explanations: Parameters<typeof explanationLines>[0]): readonly string[] {
  return explanations.length === 0 ? [] : ['', ...explanationLines(explanations)];
}
