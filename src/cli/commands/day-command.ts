// day: an employee's day as derived, and why it is so.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import { GetAttendanceResponseSchema } from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { shownText, writeLine } from '../terminal/console.js';
import { timeArgument } from '../text/day-options.js';
import { dayLines, sessionLines, shiftLines } from '../text/day-text.js';
import { DATE_FORMS, DATE_ZONE_HELP, dateArgument, type SaidDate } from '../time/date-argument.js';
import { dateOfEmployee } from '../time/zone-lookup.js';
import { examples } from './day-commands.js';
import { zoneArgument } from './punches/punch-import-command.js';

interface DayOptions extends SharedOptions {
  readonly zone?: string;
  readonly explain: boolean;
  readonly asOf?: Timestamp;
}

/** Adds the command to the program. */
export function addDayCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('day')
    .summary("show an employee's day with its times, and why it is so")
    .description(
      "Shows an employee's day: status, times, planned shifts, sessions, anomalies, in local time. With " +
        '--explain every rule that fired. `get` shows what is declared and stored instead.',
    )
    .argument('<employee>', 'the employee id')
    .argument('<date>', DATE_FORMS, dateArgument)
    .option('--zone <zone>', DATE_ZONE_HELP, zoneArgument)
    .option('--explain', 'say every rule that fired', false)
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument)
    .addHelpText('after', examples('day 007 yesterday', 'day 007 2026-03-02 --explain'))
    .action(async (employeeId: string, said: SaidDate, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<DayOptions>();
      await withClient(options, surroundings, async (client) => {
        const date = await dateOfEmployee(client, said, employeeId, options.zone);
        const answer = await client.getAttendance({
          employeeId,
          date,
          includeExplanations: options.explain,
          ...(options.asOf === undefined ? {} : { asOfTime: options.asOf }),
        });
        const { attendance } = answer;
        if (attendance === undefined) throw new Error('The service answered without a day.');
        const { stdout } = surroundings;
        if (options.json) {
          const schema = GetAttendanceResponseSchema;
          await writeLine(stdout, toJsonString(schema, answer, { alwaysEmitImplicit: true }));
          return;
        }
        const { employeeName } = attendance;
        await writeLine(stdout, shownText([employeeId, employeeName].join(' ').trim()));
        for (const line of dayLines([options.explain ? answer : { attendance }]))
          await writeLine(stdout, line);
        if (options.explain) return;
        const details = [...shiftLines(attendance), ...sessionLines(attendance)];
        for (const line of details) await writeLine(stdout, line);
      });
    });
}
