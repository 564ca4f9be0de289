// punches import: sends a device's log to the service.

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { AttendanceClientError } from '../../../client/index.js';
import { createImportReport } from '../../marks/import-report.js';
import type { PunchImportOptions, PunchImportResult } from '../../punches/punch-import.js';
import { importPunchFile } from '../../punches/punch-import.js';
import { punchSummary } from '../../punches/punch-report.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import {
  EXIT_INTERRUPTED,
  EXIT_REJECTS,
  EXIT_USAGE,
  ExitError,
  writeLine,
} from '../../terminal/console.js';
import { EMPLOYEE_ID } from '../../text/values.js';
import { isKnownZone } from '../../time/local-time.js';
import { examples } from '../day-commands.js';

interface ImportOptions extends SharedOptions {
  readonly zone?: string;
  readonly device: string;
  readonly dryRun: boolean;
  readonly compare: boolean;
  readonly rejects?: string;
  readonly importId?: string;
  readonly restore: boolean;
}

const EXPLANATION = `
The file is UTF-8 with a first line that names its columns, in any order; others are ignored:

  employee   the employee id; also employee_id
  badge      the badge, where the device does not know the employee; also badge_id
  time       an instant, 2026-03-02T09:00:00+01:00, or a local time, 2026-03-02 09:00
  date       the date, where time is only a time of day; may be left out
  zone       the zone of a local time, such as Europe/Berlin; without it --zone
  fold       of a local time that the clocks showed twice: 0 the earlier, 1 the later
  kind       IN, OUT, BREAK_START, BREAK_END, words such as check-in, 0 for in and 1 for out
  device     the device that took it; without it --device
  event_id   the device's own number for it

Only employee or badge, and time, must be there; a row names one of the two. A punch of a badge
that is nobody's waits in quarantine until attendance badges assign says whose it is. A punch without a kind, or with one that is not known, such
as 255, is taken by turns: arrivals and departures alternate. A local time that the clocks
skipped is refused; of one that they showed twice the earlier is taken, unless fold says
otherwise. How many of each there were is told at the end.

Rows that cannot be taken go to FILE.rejects.csv with their line and the reason. The
import can be interrupted and run again: what is there already counts once.

Every import has an id, which is printed at the end: attendance imports void ID takes back what it
recorded, and attendance imports list shows all of them. Without --import-id the id follows from the
file, --zone, --device and --restore: the same import, run again, has the same id.

A punch that was voided is a duplicate when it comes again, and does not count. --restore records it
once more, so that it counts; a punch that was replaced stays replaced.

--dry-run reads and checks the file, and needs no service. With --compare it also asks the service
which punches would be new, which are there already and which were voided, and how many days and
hours would be different.

Exit codes: 0 all rows taken, 3 done but some rows were rejected, 130 interrupted.`;

/** Adds the command to its group. */
export function addPunchImport(punches: Command, surroundings: Surroundings): void {
  punches
    .command('import')
    .summary("take in a device's log, a CSV file")
    .description("Takes in a device's log: a CSV file with one punch per row.")
    .argument('<file>', 'the log')
    .option('--zone <zone>', 'the zone of local times, such as Europe/Berlin', zoneArgument)
    .option('--device <id>', 'the device that took them, where no column says', '')
    .option(
      '--import-id <id>',
      'the id of this import, instead of one made of it',
      importIdArgument,
    )
    .option('--restore', 'make punches count again that were voided', false)
    .option('--dry-run', 'only read and check the file', false)
    .option('--compare', 'with --dry-run: also ask the service what is new', false)
    .option('--rejects <file>', 'where rejected rows go, instead of beside the file')
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'punches import examples/punches.csv --zone Europe/Berlin --dry-run',
        'punches import examples/punches.csv --zone Europe/Berlin',
      ),
    )
    .action(async (path: string, _: unknown, self: Command) => {
      await importFile(path, self.optsWithGlobals<ImportOptions>(), surroundings);
    });
}

export function importIdArgument(text: string): string {
  if (EMPLOYEE_ID.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 64 characters of A-Z a-z 0-9 . _ -');
}

/** An IANA name that this machine knows. */
export function zoneArgument(text: string): string {
  if (isKnownZone(text)) return text;
  throw new InvalidArgumentError('It must be the name of a time zone, such as Europe/Berlin.');
}

async function importFile(
  path: string,
  options: ImportOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout, stderr } = surroundings;
  if (options.compare && !options.dryRun) {
    throw new ExitError(EXIT_USAGE, '--compare belongs to --dry-run.');
  }
  const report = createImportReport(stderr);
  const stop = new AbortController();
  const release = surroundings.onInterrupt(() => {
    report.note('Stopping after the batches under way; once more to stop at once.');
    stop.abort(new ExitError(EXIT_INTERRUPTED, 'Stopped before anything was sent.'));
  });
  const importing = (client: PunchImportOptions['client']) =>
    importPunchFile({
      path,
      rejectsPath: options.rejects,
      defaults: { zone: options.zone, deviceId: options.device },
      importId: options.importId,
      restore: options.restore,
      compare: options.compare,
      client,
      stop: stop.signal,
      onStart: (rows) => report.start(rows, 0),
      onRows: report.rows,
      onOutage: report.outage,
    });
  let result: PunchImportResult;
  try {
    result =
      options.dryRun && !options.compare
        ? await importing(undefined)
        : await withClient(options, surroundings, async (client) => {
            // An import survives an outage of the service. One that was never there is reported at
            // once.
            await client.recordPunches({ punches: [] });
            return await importing(client);
          });
  } catch (error) {
    if (error instanceof AttendanceClientError) {
      report.note('What was taken so far is kept: run the same command again, nothing doubles.');
    }
    throw error;
  } finally {
    release();
    report.stop();
  }
  const again = againCommand(path, options);
  await writeLine(stdout, options.json ? JSON.stringify(result) : punchSummary(result, again));
  if (!result.complete) throw new ExitError(EXIT_INTERRUPTED);
  if (result.counts.rejected > 0) throw new ExitError(EXIT_REJECTS);
}

function againCommand(path: string, said: ImportOptions): string {
  const { zone, device, rejects, importId, restore } = said;
  const options = [
    ...(zone === undefined ? [] : ['--zone', zone]),
    ...(device === '' ? [] : ['--device', device]),
    ...(rejects === undefined ? [] : ['--rejects', rejects]),
    ...(importId === undefined ? [] : ['--import-id', importId]),
    ...(restore ? ['--restore'] : []),
  ];
  return ['attendance punches import', path, ...options].join(' ');
}
