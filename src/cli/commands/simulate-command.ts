// simulate: the running service derives days from a file, each with its reasons. Stores nothing.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type { SimulateAttendanceRequest } from '../../client/index.js';
import { SimulateAttendanceRequestSchema, SimulatedDaySchema } from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { writeLine } from '../terminal/console.js';
import { timeArgument } from '../text/day-options.js';
import { dayLines } from '../text/day-text.js';
import { readRequest } from '../text/request-file.js';
import { examples } from './day-commands.js';

interface SimulateOptions extends SharedOptions {
  readonly now?: Timestamp;
}

const FORM = `
The file is a SimulateAttendanceRequest as JSON: an employee with a time zone, shifts,
assignments, punches, marks. A "description" beside them is for its readers. See docs/rules.md
for the rules, and examples/ for files to begin with.`;

/** Adds the command to the program. */
export function addSimulateCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('simulate')
    .summary('work out days from a file, and say why')
    .description(
      'Works out days from the shifts, punches and marks in a file, by the rules that stored ' +
        'days are made by, and says every rule that fired. Stores nothing.',
    )
    .argument('<file>', 'a scenario as JSON; - reads standard input')
    .option('--now <instant>', "look from then, instead of the file's now_time", timeArgument)
    .addHelpText('after', FORM)
    .addHelpText(
      'after',
      examples(
        'simulate examples/night-shift-spring-change.json',
        'simulate examples/still-at-work.json --now 2026-03-02T17:00:00Z',
        'simulate - --json < scenario.json',
      ),
    )
    .action(async (path: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<SimulateOptions>();
      const form = { schema: SimulateAttendanceRequestSchema, what: 'scenario' };
      const request = await readRequest(form, path, surroundings.stdin);
      if (options.now !== undefined) request.nowTime = options.now;
      await simulate(surroundings, options, request);
    });
}

async function simulate(
  surroundings: Surroundings,
  options: SimulateOptions,
  request: SimulateAttendanceRequest,
): Promise<void> {
  const { stdout } = surroundings;
  await withClient(options, surroundings, async (client) => {
    const { days } = await client.simulateAttendance(request);
    const lines = options.json
      ? days.map((day) => toJsonString(SimulatedDaySchema, day, { alwaysEmitImplicit: true }))
      : dayLines(days);
    for (const line of lines) await writeLine(stdout, line);
  });
}
