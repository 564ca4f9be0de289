// import: sends the old system's export to the service.

import type { Command } from 'commander';
import { createImportReport, summaryOf } from '../marks/import-report.js';
import type { ImportResult } from '../marks/import-run.js';
import { runImport } from '../marks/import-run.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { EXIT_INTERRUPTED, EXIT_REJECTS, ExitError, writeLine } from '../terminal/console.js';
import { examples } from './day-commands.js';
import { importIdArgument } from './punches/punch-import-command.js';

interface ImportOptions extends SharedOptions {
  readonly importId: string;
}

const EXPLANATION = `
The file is UTF-8 with a first line that names the columns id, name, status and date, in any
order, and may name leave_type: the kind of leave of a row that says leave, and hours: the hours
of leave of that row, such as 10:00-12:00, where it is not of the whole day. Other columns are
ignored. Statuses are taken in any case: present, absent, half day,
leave, remote or wfh, holiday, day off or weekly off. Dates are YYYY-MM-DD.

Rows that cannot be taken go to FILE.rejects.csv with their line and the reason, which each
run replaces. When several rows of the file are about one employee's day, the last one counts; rows
with other hours are about other leave.

It can be interrupted at any time and run again: the same row is recorded once, however often
and from whichever file it comes, and never undoes what a person changed since. To
make rows count as new statements nevertheless, give the import a name with --import-id. The
summary names the import id: attendance imports void takes its marks back. Rows that are the
same as those taken back are rejected then; they need another --import-id.

Exit codes: 0 all rows taken, 3 done but some rows were rejected, 130 interrupted.`;

/** Adds the command to the program. */
export function addImportCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('import')
    .summary("take in the old system's CSV export")
    .description("Takes in the old system's CSV export: id, name, status and date per row.")
    .argument('<file>', 'the export')
    .option(
      '--import-id <id>',
      'count the rows as new statements, recorded under this id',
      importIdArgument,
      '',
    )
    .addHelpText('after', EXPLANATION)
    .addHelpText('after', examples('import export.csv', 'import export.rejects.csv'))
    .action(async (path: string, _: unknown, self: Command) => {
      await importFile(path, self.optsWithGlobals<ImportOptions>(), surroundings);
    });
}

async function importFile(
  path: string,
  options: ImportOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout, stderr } = surroundings;
  const report = createImportReport(stderr);
  const stop = new AbortController();
  const release = surroundings.onInterrupt(() => {
    report.note('Stopping after the batches under way; once more to stop at once.');
    stop.abort(new ExitError(EXIT_INTERRUPTED, 'Stopped before anything was sent.'));
  });
  let result: ImportResult;
  try {
    result = await withClient(options, surroundings, (client) =>
      runImport({
        path,
        importId: options.importId,
        client,
        address: options.address,
        stop: stop.signal,
        onStart: report.start,
        onRows: report.rows,
        onOutage: report.outage,
      }),
    );
  } finally {
    release();
    report.stop();
  }
  const named = options.importId === '' ? '' : ` --import-id ${options.importId}`;
  const again = `attendance import ${path}${named}`;
  await writeLine(stdout, options.json ? JSON.stringify(result) : summaryOf(result, again));
  if (!result.complete) throw new ExitError(EXIT_INTERRUPTED);
  if (result.counts.rejected > 0) throw new ExitError(EXIT_REJECTS);
}
