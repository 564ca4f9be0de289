// roster changes: who changed the roster, when and why, and how far the stored days follow.

import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { AttendanceClient, RosterChange } from '../../../client/index.js';
import { RosterChangeSchema } from '../../../client/index.js';
import { changeLines } from '../../roster/change-text.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { positiveInteger, withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { table, writeLine } from '../../terminal/console.js';
import { timeText } from '../../text/day-options.js';
import { examples } from '../day-commands.js';

const DEFAULT_LIST_LIMIT = 20;
const MAX_PAGE_SIZE = 1_000;
const CHANGES_HEADING = [
  ...['CHANGE', 'WHEN', 'WHO', 'WHAT', 'DATES', 'EMPLOYEES', 'DERIVED', 'CHANGED', 'FOLLOWED'],
  'WHY',
] as const;

interface ChangesOptions extends SharedOptions {
  readonly unfinished: boolean;
  readonly limit: number;
}

/** Adds the command to the group. */
export function addRosterChanges(roster: Command, surroundings: Surroundings): void {
  roster
    .command('changes')
    .summary('show changes of the roster, and how far stored days followed')
    .description(
      'Shows the changes of the roster, the latest first. Every read follows a change at once; ' +
        'stored days are caught up behind it, and FOLLOWED tells when that was done.',
    )
    .argument('[change...]', 'only these, and what each was about before and after', addChangeId)
    .option('--unfinished', 'only those that stored days have not all followed yet', false)
    .option('--limit <changes>', 'the most changes to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .addHelpText(
      'after',
      examples('roster changes', 'roster changes 12', 'roster changes --unfinished'),
    )
    .action(async (changeIds: readonly string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ChangesOptions>();
      await withClient(options, surroundings, (client) =>
        changeIds.length === 0
          ? listChanges(surroundings, options, client)
          : getChanges(surroundings, options, client, changeIds),
      );
    });
}

/** For an argument that may be given several times. */
function addChangeId(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a number.');
  return [...(before ?? []), text];
}

async function getChanges(
  surroundings: Surroundings,
  options: ChangesOptions,
  client: Pick<AttendanceClient, 'getRosterChange'>,
  changeIds: readonly string[],
): Promise<void> {
  const changes: RosterChange[] = [];
  for (const changeId of changeIds) {
    const { rosterChange } = await client.getRosterChange({ changeId });
    if (rosterChange !== undefined) changes.push(rosterChange);
  }
  await printChanges(surroundings, options, changes);
  if (options.json) return;
  for (const change of changes) {
    for (const line of changeLines(change)) {
      await writeLine(surroundings.stdout, `${change.changeId}  ${line}`);
    }
  }
}

async function listChanges(
  surroundings: Surroundings,
  options: ChangesOptions,
  client: Pick<AttendanceClient, 'listRosterChanges'>,
): Promise<void> {
  const { unfinished, limit } = options;
  const pageSize = Math.min(limit, MAX_PAGE_SIZE);
  const changes: RosterChange[] = [];
  let pageToken = '';
  do {
    const request = { unfinishedOnly: unfinished, pageSize, pageToken };
    const page = await client.listRosterChanges(request);
    changes.push(...page.rosterChanges);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && changes.length < limit);
  await printChanges(surroundings, options, changes.slice(0, limit));
  if (pageToken !== '' || changes.length > limit) {
    const hint = `There may be more than ${limit} changes: see --limit.`;
    await writeLine(surroundings.stderr, hint);
  }
}

async function printChanges(
  { stdout }: Surroundings,
  { json }: ChangesOptions,
  changes: readonly RosterChange[],
): Promise<void> {
  const lines = json
    ? changes.map((change) =>
        toJsonString(RosterChangeSchema, change, { alwaysEmitImplicit: true }),
      )
    : table(CHANGES_HEADING, changes.map(rowOf));
  for (const line of lines) await writeLine(stdout, line);
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

function whatOf({ employeeId, shiftId, calendarId, policyId }: RosterChange): string {
  if (employeeId !== '') return `employee ${employeeId}`;
  if (policyId !== '') return `policy ${policyId}`;
  return shiftId === '' ? `calendar ${calendarId}` : `shift ${shiftId}`;
}
