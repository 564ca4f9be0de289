// roster export: writes the whole roster as a file that roster import can read.

import { writeFile } from 'node:fs/promises';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type { RosterExport } from '../../roster/roster-export.js';
import { exportRoster } from '../../roster/roster-export.js';
import { ROW_TYPES } from '../../roster/roster-row.js';
import { latestChange, readWholeRoster } from '../../roster/whole-roster.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import {
  EXIT_FAILED,
  EXIT_REJECTS,
  EXIT_USAGE,
  ExitError,
  shownText,
  writeLine,
} from '../../terminal/console.js';
import { timeArgument } from '../../text/day-options.js';
import { examples } from '../day-commands.js';

interface ExportOptions extends SharedOptions {
  readonly file?: string;
  readonly asOf?: Timestamp;
}

const EXPLANATION = `
The file has every column that roster import knows. Importing it again changes nothing; importing it
into an empty service gives the same roster. One of before a wrong import, kept or with --as-of, is the
way back to what was there, together with roster delete for what the import added.

What the file cannot say is left out and told on stderr: several assignments of an employee from one
date, and anything that names a shift called "off" or "-". It does not say since when an employee is
archived: an import into another service archives as of its day.

Exit codes: 0 all of it is in the file, 1 failed, 3 some of it is left out.`;

/** Adds the command to the group. */
export function addRosterExport(roster: Command, surroundings: Surroundings): void {
  roster
    .command('export')
    .summary('write the whole roster as the CSV that roster import reads')
    .description('Writes the whole roster, archived things included, as a CSV file.')
    .option('--file <path>', 'where to write it, over what is there; stdout if not given')
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument)
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'roster export --file roster.csv',
        'roster export --as-of 2026-03-02T09:00:00Z --file before.csv',
        'roster export | grep ^shift,',
      ),
    )
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ExportOptions>();
      if (options.json) {
        const says = 'An export is CSV: for JSON see roster shifts, employees, assignments --json.';
        throw new ExitError(EXIT_USAGE, says);
      }
      await runExport(options, surroundings);
    });
}

async function runExport(options: ExportOptions, surroundings: Surroundings): Promise<void> {
  const { asOf } = options;
  const { exported, hasChanged } = await withClient(options, surroundings, async (client) => {
    const before = await latestChange(client);
    const exported = exportRoster(await readWholeRoster(client, asOf));
    // An as-of read is of one moment, whatever changes meanwhile.
    const hasChanged = asOf === undefined && (await latestChange(client)) !== before;
    return { exported, hasChanged };
  });
  const { stdout, stderr } = surroundings;
  if (options.file === undefined) await writeLine(stdout, exported.csv.trimEnd());
  else await writeExport(options.file, exported.csv);
  if (options.file !== undefined) await writeLine(stderr, summaryOf(exported, options.file));
  const { leftOut, remarks } = exported;
  for (const says of [...leftOut, ...remarks]) await writeLine(stderr, shownText(says));
  if (hasChanged) await writeLine(stderr, CHANGED);
  if (leftOut.length > 0 || hasChanged) throw new ExitError(EXIT_REJECTS);
}

const CHANGED =
  'The roster changed during the export: the file may have one part from before and one from after. Run it again.';

async function writeExport(path: string, csv: string): Promise<void> {
  try {
    await writeFile(path, csv);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ExitError(EXIT_FAILED, `Cannot write ${path}: ${why}.`);
  }
}

function summaryOf({ counts }: RosterExport, path: string): string {
  const parts = ROW_TYPES.map((type) => `${counts[type]} of type ${type}`);
  return `Rows in ${path}: ${parts.join(', ')}.`;
}
