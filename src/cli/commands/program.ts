// The command line: its commands, and how each ends.

import { Command, CommanderError } from 'commander';
import type { SharedOptions } from '../terminal/connection.js';
import { addSharedOptions } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, ExitError } from '../terminal/console.js';
import { packageVersion } from '../terminal/version.js';
import { failureText } from '../text/failure-text.js';
import { withDatesBehind } from '../time/date-argument.js';
import { addClockCommands } from './clock-commands.js';
import { addCompareCommand } from './compare-command.js';
import { addDayCommand } from './day-command.js';
import { addDayCommands, examples } from './day-commands.js';
import { addImportCommand } from './import-command.js';
import { addLeaveTypesCommands } from './leave-types-commands.js';
import { addMarksCommands } from './marks-commands.js';
import { addOperatorCommands } from './operator-commands.js';
import { addProtoCommand } from './proto-command.js';
import { addBadgesCommands } from './punches/badges-commands.js';
import { addImportsCommands } from './punches/imports-commands.js';
import { addPunchCommands } from './punches/punch-commands.js';
import { addRevisionsCommand } from './revisions-command.js';
import { addRosterCommands } from './roster/roster-command.js';
import { addSimulateCommand } from './simulate-command.js';
import { addMonthCommand } from './timesheets/month-command.js';
import { addTimesheetCommand } from './timesheets/timesheet-command.js';
import { addTokenCommands } from './token-commands.js';
import { addWatchCommand } from './watch-command.js';
import { addWhoCommand } from './who-command.js';

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong usage; of imports also 3 rows rejected, 130 interrupted.`;

/** Runs one command line, without the program's name. Returns the exit code. */
export async function runProgram(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const program = createProgram(surroundings);
  try {
    const flags = flagsOf(program);
    await program.parseAsync(
      withDatesBehind(args, (option) => flags.has(option)),
      { from: 'user' },
    );
    return EXIT_OK;
  } catch (error) {
    // Commander has printed its own message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    const { address } = program.opts<SharedOptions>();
    const text = failureText(error, address);
    if (text !== '') surroundings.stderr.write(`${text}\n`);
    return exitCodeOf(error);
  }
}

/** All options without a value, of all commands, as they are typed. */
function flagsOf(command: Command): Set<string> {
  const own = command.options.filter((option) => !option.required && !option.optional);
  const flags = own.flatMap(({ short, long }) => [short ?? [], long ?? []].flat());
  return new Set([...flags, ...command.commands.flatMap((each) => [...flagsOf(each)])]);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ExitError) return error.exitCode;
  // By its name, because its class would load the service.
  return error instanceof Error && error.name === 'ConfigError' ? EXIT_USAGE : EXIT_FAILED;
}

function createProgram(surroundings: Surroundings): Command {
  const { env, stdout, stderr } = surroundings;
  const program = new Command('attendance')
    .description('The attendance service: run it, and talk to one that runs.')
    .version(packageVersion(), '--version', 'print the version of this command')
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .addHelpText('after', EXIT_CODES)
    .addHelpText(
      'after',
      examples(
        'serve',
        'roster import examples/roster.csv',
        'clock in 007',
        'who',
        'clock out 007',
      ),
    );
  addSharedOptions(program, env);
  addOperatorCommands(program, surroundings);
  addClockCommands(program, surroundings);
  addWhoCommand(program, surroundings);
  addDayCommand(program, surroundings);
  addPunchCommands(program, surroundings);
  addImportsCommands(program, surroundings);
  addBadgesCommands(program, surroundings);
  addRosterCommands(program, surroundings);
  addDayCommands(program, surroundings);
  addMonthCommand(program, surroundings);
  addTimesheetCommand(program, surroundings);
  addRevisionsCommand(program, surroundings);
  addWatchCommand(program, surroundings);
  addImportCommand(program, surroundings);
  addLeaveTypesCommands(program, surroundings);
  addMarksCommands(program, surroundings);
  addSimulateCommand(program, surroundings);
  addCompareCommand(program, surroundings);
  addProtoCommand(program, surroundings);
  addTokenCommands(program, surroundings);
  return program;
}
