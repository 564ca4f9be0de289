// serve, migrate and rebuild: the commands that open the database. They load the service only when
// they run, so that the other commands start at once.

import type { Command } from 'commander';
import type { SharedOptions } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { table, writeLine } from '../terminal/console.js';
import { examples } from './day-commands.js';
import { addRebuildCommand } from './rebuild-command.js';

const NO_DATABASE = 'There is no database yet: the first serve or migrate up makes one.';

/** Adds the commands to the program. */
export function addOperatorCommands(program: Command, surroundings: Surroundings): void {
  const { env, stdout, stderr } = surroundings;
  program
    .command('serve')
    .summary('run the service')
    .description('Runs the service until it is told to stop. Configured by the environment.')
    // The global options do not configure it: --address could be mistaken for the address it
    // listens on.
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', examples('serve'))
    .action(async () => {
      const { serve } = await import('../../main.js');
      await serve(env);
    });

  const migrate = program.command('migrate').summary('bring the database to the current schema');
  migrate
    .command('up')
    .summary('apply what is missing')
    .description('Applies the migrations that are missing. Safe to run from several places.')
    .addHelpText('after', examples('migrate up'))
    .action(async (_: unknown, self: Command) => {
      const { migrateUp } = await import('../../main.js');
      const applied = await migrateUp(env);
      if (self.optsWithGlobals<SharedOptions>().json) {
        await writeLine(stdout, JSON.stringify({ applied }));
        return;
      }
      for (const name of applied) await writeLine(stdout, `applied ${name}`);
      if (applied.length === 0) await writeLine(stdout, 'The schema is current.');
    });
  migrate
    .command('status')
    .summary('show what is applied and what is not')
    .description(
      'Shows every migration and when it was applied. Changes nothing, and makes no database.',
    )
    .addHelpText('after', examples('migrate status', 'migrate status --json'))
    .action(async (_: unknown, self: Command) => {
      const { migrateStatus } = await import('../../main.js');
      const { hasDatabase, migrations } = await migrateStatus(env);
      if (!hasDatabase) await writeLine(stderr, NO_DATABASE);
      if (self.optsWithGlobals<SharedOptions>().json) {
        for (const migration of migrations) await writeLine(stdout, JSON.stringify(migration));
        return;
      }
      const rows = migrations.map(({ name, applied, appliedAt }) => [
        name,
        applied ? (appliedAt ?? 'applied') : 'missing',
      ]);
      for (const line of table(['MIGRATION', 'APPLIED'], rows)) await writeLine(stdout, line);
    });

  addRebuildCommand(program, surroundings);
}
