// roster import, roster changes: who should work when, from a file that is written by hand; and how
// far the stored days have followed what was changed.

import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { AttendanceClient, RosterChange } from '../../client/index.js';
import { RosterChangeSchema } from '../../client/index.js';
import type { RosterResult } from '../roster/roster-apply.js';
import { applyRoster } from '../roster/roster-apply.js';
import type { RosterFile } from '../roster/roster-file.js';
import { readRosterFile } from '../roster/roster-file.js';
import { planRoster } from '../roster/roster-plan.js';
import { readKnownRoster } from '../roster/roster-snapshot.js';
import { followingHint, problemLines, rosterSummary } from '../roster/roster-text.js';
import type { SharedOptions } from '../terminal/connection.js';
import { positiveInteger, withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import {
  EXIT_INTERRUPTED,
  EXIT_REJECTS,
  ExitError,
  table,
  writeLine,
} from '../terminal/console.js';
import { timeText } from '../text/day-options.js';
import { examples } from './day-commands.js';
import { addRosterExport } from './roster-export-command.js';
import { addRosterShow } from './roster-show-command.js';

const DEFAULT_LIST_LIMIT = 20;
const MAX_PAGE_SIZE = 1_000;
const CHANGES_HEADING = [
  ...['CHANGE', 'WHEN', 'WHO', 'WHAT', 'DATES', 'EMPLOYEES', 'DERIVED', 'CHANGED', 'FOLLOWED'],
  'WHY',
] as const;

interface ImportOptions extends SharedOptions {
  readonly dryRun: boolean;
  readonly reason?: string;
}

interface ChangesOptions extends SharedOptions {
  readonly unfinished: boolean;
  readonly limit: number;
}

const EXPLANATION = `
The file is UTF-8. Its first line names the columns, in any order and only those you need; each
row has a type, which says what it is about and which columns count:

  shift       shift, start, end; and if you like from (a change of the shift: since which date),
              zone, calendar, late_grace, early_grace, accept_before, accept_after,
              half_day_threshold, absent_threshold, breaks, paid_break_limit, repeat_window,
              pairing, hours_counted, round_in, round_out, round_breaks, round_worked,
              works_on_holidays, geofence, archived
  holiday     calendar, date, name
  employee    employee; and name, zone, group, joined, left, shift (of every date without an
              assignment), calendar, archived; a move to another zone is a row of its own, with
              only employee, from and zone: a zone without from is that of all dates, past ones
              too
  assignment  employee, from, cycle; and to (the last date), anchor (the cycle's first day)
  override    employee, date, shift (instead of what is assigned; off: a day off)

Times of day are 06:00, lengths 15m, 2h, 1h30m or 90s, breaks "30m after 6h; 45m after 9h". A cycle
is its days, by spaces: early*5 off*2 is five days early and two off, early+late are two shifts
on one day. A shift that ends before it starts ends on the next date. A rounding is "nearest 15m",
"up 15m grace 5m" or down; a geofence is "52.52 13.405 200m": degrees north, degrees east, radius.
pairing is typed or alternating, hours_counted every-pair or first-in-to-last-out; archived and
works_on_holidays are yes or no. examples/roster.csv is a small company with a night shift, and
roster export writes the whole roster in this form.

What is there already is updated, the rest is created; the same file again changes nothing. A
column that the file does not have leaves things as they are, an empty cell takes them away.
Nothing is deleted: what the file does not mention stays; see roster delete. An assignment is known by its employee
and its from: to change a rota, give the old one a to and add a row with the new one. The order
of the rows does not matter. A row of an archived employee brings the employee back unless its
archived says yes; archived shifts stay archived. What is to be archived is archived last.

If any row cannot be read, all such rows are told and nothing is sent. What only the service can
judge, such as shifts that overlap, is told when that row's turn comes: what was done stays, and
the same file, mended, does the rest.

Exit codes: 0 all done, 1 the file is wrong, 3 the service refused some rows, 130 interrupted.`;

/** Adds the commands to the program. */
export function addRosterCommands(program: Command, surroundings: Surroundings): void {
  const roster = program
    .command('roster')
    .summary('import shifts, employees, rotas and holidays from a file')
    .description('Who should work when: imported from a CSV file that is written by hand.')
    .addHelpText(
      'after',
      examples('roster import examples/roster.csv', 'roster changes --unfinished'),
    );
  addRosterShow(roster, surroundings);
  addImport(roster, surroundings);
  addRosterExport(roster, surroundings);
  addChanges(roster, surroundings);
}

function addImport(roster: Command, surroundings: Surroundings): void {
  roster
    .command('import')
    .summary('bring the roster to what a CSV file says')
    .description('Brings shifts, holidays, employees and rotas to what a CSV file says.')
    .argument('<file>', 'the roster')
    .option('--dry-run', 'only tell what would be created and updated', false)
    .option('--reason <text>', 'why, for the history; the name of the file if not given')
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'roster import examples/roster.csv --dry-run',
        'roster import examples/roster.csv --reason "rota of March"',
      ),
    )
    .action(async (path: string, _: unknown, self: Command) => {
      await importRoster(path, self.optsWithGlobals<ImportOptions>(), surroundings);
    });
}

async function importRoster(
  path: string,
  options: ImportOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout, stderr } = surroundings;
  const file = await readRosterFile(path);
  await refuseIfWrong(file.problems, path, surroundings);
  const stop = new AbortController();
  const release = surroundings.onInterrupt(() => {
    stderr.write('Stopping after the calls under way; once more to stop at once.\n');
    const message = `Stopped. What was done stays done: attendance roster import ${path} goes on.`;
    stop.abort(new ExitError(EXIT_INTERRUPTED, message));
  });
  let result: RosterResult;
  try {
    result = await withClient(options, surroundings, async (client) => {
      const plan = planRoster(file.entries, await readKnownRoster(client, file.entries));
      await refuseIfWrong(plan.problems, path, surroundings);
      return await applyRoster(plan, {
        client: options.dryRun ? undefined : client,
        reason: options.reason ?? `roster import ${path}`,
        stop: stop.signal,
      });
    });
  } finally {
    release();
  }
  const lines = options.json ? [JSON.stringify(result)] : rosterSummary(result, path);
  for (const line of lines) await writeLine(stdout, line);
  const hint = followingHint(result);
  if (hint !== undefined) await writeLine(stderr, hint);
  if (result.refused.length > 0) throw new ExitError(EXIT_REJECTS);
}

async function refuseIfWrong(
  problems: RosterFile['problems'],
  path: string,
  { stderr }: Surroundings,
): Promise<void> {
  if (problems.length === 0) return;
  for (const line of problemLines(problems)) await writeLine(stderr, line);
  throw new ExitError(1, `Nothing was sent. Mend ${path} and import it again.`);
}

function addChanges(roster: Command, surroundings: Surroundings): void {
  roster
    .command('changes')
    .summary('show changes of the roster, and how far stored days followed')
    .description(
      'Shows the changes of the roster, the latest first. Every read follows a change at once; ' +
        'stored days are caught up behind it, and FOLLOWED tells when that was done.',
    )
    .option('--unfinished', 'only those that stored days have not all followed yet', false)
    .option('--limit <changes>', 'the most changes to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .addHelpText('after', examples('roster changes', 'roster changes --unfinished'))
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ChangesOptions>();
      await withClient(options, surroundings, (client) =>
        printChanges(surroundings, options, client),
      );
    });
}

async function printChanges(
  { stdout, stderr }: Surroundings,
  { unfinished, limit, json }: ChangesOptions,
  client: Pick<AttendanceClient, 'listRosterChanges'>,
): Promise<void> {
  const pageSize = Math.min(limit, MAX_PAGE_SIZE);
  const changes: RosterChange[] = [];
  let pageToken = '';
  do {
    const request = { unfinishedOnly: unfinished, pageSize, pageToken };
    const page = await client.listRosterChanges(request);
    changes.push(...page.rosterChanges);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && changes.length < limit);
  const shown = changes.slice(0, limit);
  const lines = json
    ? shown.map((change) => toJsonString(RosterChangeSchema, change, { alwaysEmitImplicit: true }))
    : table(CHANGES_HEADING, shown.map(rowOf));
  for (const line of lines) await writeLine(stdout, line);
  if (pageToken !== '' || changes.length > limit) {
    await writeLine(stderr, `There may be more than ${limit} changes: see --limit.`);
  }
}

function rowOf(change: RosterChange): readonly string[] {
  const { startDate, endDate, finishTime } = change;
  return [
    change.changeId,
    timeText(change.createTime),
    change.actor,
    whatOf(change),
    startDate === '' && endDate === '' ? 'all' : `${startDate || '...'} to ${endDate || '...'}`,
    String(change.employeesDone),
    String(change.daysDerived),
    String(change.daysChanged),
    finishTime === undefined ? 'under way' : timeText(finishTime),
    change.reason,
  ];
}

function whatOf({ employeeId, shiftId, calendarId }: RosterChange): string {
  if (employeeId !== '') return `employee ${employeeId}`;
  return shiftId === '' ? `calendar ${calendarId}` : `shift ${shiftId}`;
}
