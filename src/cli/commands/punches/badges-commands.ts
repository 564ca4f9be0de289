// badges assign, end, retract, list, waiting, discard: whose a badge is, and punches of badges
// without an owner.

import { create, type DescMessage, type MessageShape, toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { AttendanceClient, BadgeAssignment, QuarantinedPunch } from '../../../client/index.js';
import {
  AssignBadgeResponseSchema,
  BadgeAssignmentSchema,
  DiscardQuarantinedPunchesResponseSchema,
  EndBadgeResponseSchema,
  QuarantinedPunchSchema,
  RetractBadgeResponseSchema,
} from '../../../client/index.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { positiveInteger, withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { EXIT_USAGE, ExitError, shownText, table, writeLine } from '../../terminal/console.js';
import { timeText } from '../../text/day-options.js';
import { kindWord } from '../../text/punch-kind.js';
import { BADGE_ID, EMPLOYEE_ID } from '../../text/values.js';
import { plainDateArgument } from '../../time/date-argument.js';
import { examples } from '../day-commands.js';
import { zoneArgument } from './punch-import-command.js';

const DEFAULT_LIST_LIMIT = 100;
const MAX_PAGE_SIZE = 1_000;
const MAX_DISCARDED = 1_000;
const NUMBER = /^[1-9]\d{0,14}$/;
const JSON_OPTIONS = { alwaysEmitImplicit: true };
const ASSIGNMENT_HEADING = ['BADGE', 'ID', 'EMPLOYEE', 'FROM', 'TO', 'ZONE', 'WHO', 'SAID', 'WHY'];
const WAITING_HEADING = ['ID', 'BADGE', 'TIME', 'KIND', 'DEVICE', 'EVENT', 'SINCE', 'BLOCKED'];

interface ChangeOptions extends SharedOptions {
  readonly reason: string;
  readonly requestId: string;
}

interface AssignOptions extends ChangeOptions {
  readonly to: string;
  readonly zone: string;
  readonly handOn: boolean;
}

interface ListOptions extends SharedOptions {
  readonly badge: string;
  readonly employee: string;
  readonly history: boolean;
  readonly limit: number;
}

interface DiscardOptions extends SharedOptions {
  readonly badge: string;
  readonly reason: string;
}

/** Adds the commands to the program. */
export function addBadgesCommands(program: Command, surroundings: Surroundings): void {
  const badges = program
    .command('badges')
    .summary('say whose a badge is; list punches of unknown badges')
    .description(
      'Badges: whose they are, by date, and the punches that wait in quarantine since their badge ' +
        'is nobody’s.',
    )
    .addHelpText(
      'after',
      examples(
        'badges waiting',
        'badges assign 04:A2:19 007 2026-03-01',
        'badges assign 04:A2:19 008 2026-06-01 --hand-on --reason "007 left"',
      ),
    );
  addAssign(badges, surroundings);
  addEnd(badges, surroundings);
  addRetract(badges, surroundings);
  addList(badges, surroundings);
  addWaiting(badges, surroundings);
  addDiscard(badges, surroundings);
}

function addAssign(badges: Command, surroundings: Surroundings): void {
  withChangeOptions(
    badges
      .command('assign')
      .summary('say whose a badge is')
      .description(
        'Says whose a badge is from a date on. Punches of the badge that wait in quarantine count ' +
          'for the employee then, from the first on.',
      )
      .argument('<badge>', 'the badge', badgeArgument)
      .argument('<employee>', 'the employee id', employeeArgument)
      .argument('<from>', 'the first date, YYYY-MM-DD', plainDateArgument)
      .option('--to <date>', 'the last date', plainDateArgument, '')
      .option(
        '--zone <zone>',
        'where the dates begin and end; else the DEFAULT_TIME_ZONE of the service',
        zoneArgument,
        '',
      )
      .option('--hand-on', 'end the assignment of whoever has it, on the day before', false)
      .option('--reason <text>', 'why, for the history', ''),
  ).action(
    async (badgeId: string, employeeId: string, startDate: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<AssignOptions>();
      const { to: endDate, zone: timeZone, handOn, reason, requestId } = options;
      await withClient(options, surroundings, async (client) => {
        const dates = { startDate, endDate, timeZone, handOn };
        const request = { badgeId, employeeId, ...dates, reason, requestId };
        const answer = await client.assignBadge(request);
        await printChange(surroundings, options, AssignBadgeResponseSchema, answer, 'is that of');
      });
    },
  );
}

function addEnd(badges: Command, surroundings: Surroundings): void {
  withChangeOptions(
    badges
      .command('end')
      .summary('set the last date of an assignment')
      .description(
        'Sets the last date on which a badge is an employee’s. Punches of later dates go back into ' +
          'quarantine.',
      )
      .argument('<badge>', 'the badge', badgeArgument)
      .argument('<assignment>', 'its number, as `badges list` shows it', numberArgument)
      .argument('<to>', 'the last date, YYYY-MM-DD', plainDateArgument)
      .option('--reason <text>', 'why, for the history', ''),
  ).action(
    async (badgeId: string, assignmentId: string, endDate: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ChangeOptions>();
      const { reason, requestId } = options;
      await withClient(options, surroundings, async (client) => {
        const answer = await client.endBadge({ badgeId, assignmentId, endDate, reason, requestId });
        await printChange(surroundings, options, EndBadgeResponseSchema, answer, 'is that of');
      });
    },
  );
}

function addRetract(badges: Command, surroundings: Surroundings): void {
  withChangeOptions(
    badges
      .command('retract')
      .usage('[options] --reason <text> <badge> <assignment>')
      .summary('take back an assignment that was wrong')
      .description(
        'Takes back an assignment that was wrong from its first date on. The punches that it brought ' +
          'are voided, and wait in quarantine for the right employee.',
      )
      .argument('<badge>', 'the badge', badgeArgument)
      .argument('<assignment>', 'its number, as `badges list` shows it', numberArgument)
      .requiredOption('--reason <text>', 'why, for the history'),
  ).action(async (badgeId: string, assignmentId: string, _: unknown, self: Command) => {
    const options = self.optsWithGlobals<ChangeOptions>();
    const { reason, requestId } = options;
    await withClient(options, surroundings, async (client) => {
      const answer = await client.retractBadge({ badgeId, assignmentId, reason, requestId });
      await printChange(surroundings, options, RetractBadgeResponseSchema, answer, 'was never of');
    });
  });
}

function withChangeOptions(command: Command): Command {
  return command.option('--request-id <uuid>', 'makes the call safe to repeat by hand', '');
}

/** The fields that all answers to a change have. */
interface Changed {
  readonly badgeAssignment?: BadgeAssignment | undefined;
  readonly waitingCount: bigint;
  readonly settled: boolean;
}

async function printChange<Desc extends DescMessage>(
  { stdout }: Surroundings,
  { json }: SharedOptions,
  desc: Desc,
  answer: MessageShape<Desc> & Changed,
  verb: string,
): Promise<void> {
  if (json) {
    await writeLine(stdout, toJsonString(desc, answer, JSON_OPTIONS));
    return;
  }
  const { badgeAssignment: said, waitingCount, settled } = answer;
  if (said === undefined) throw new Error('The service answered without an assignment.');
  const until = said.endDate === '' ? '' : ` to ${said.endDate}`;
  const dates = `from ${said.startDate}${until} (${said.timeZone})`;
  const what = `badge ${said.badgeId} ${verb} ${said.employeeId} ${dates}`;
  await writeLine(stdout, shownText(`assignment ${said.assignmentId}: ${what}`));
  if (!settled) await writeLine(stdout, 'Its punches follow in the background.');
  await writeLine(stdout, `${waitingCount} of its punches wait in quarantine.`);
}

function addList(badges: Command, surroundings: Surroundings): void {
  badges
    .command('list')
    .summary('list whose badges are')
    .description('Lists whose badges are and were, by date, with who said so and why.')
    .option('--badge <badge>', 'only of this badge', badgeArgument, '')
    .option('--employee <employee>', 'only of this employee', employeeArgument, '')
    .option('--history', 'also what was said before and holds no more', false)
    .option('--limit <rows>', 'the most rows to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .addHelpText('after', examples('badges list --employee 007', 'badges list --history'))
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      const { badge: badgeId, employee: employeeId, history, limit } = options;
      await withClient(options, surroundings, async (client) => {
        const request = { badgeId, employeeId, includeSuperseded: history };
        const read = async (page: { pageSize: number; pageToken: string }) => {
          const answer = await client.listBadges({ ...request, ...page });
          return { items: answer.badgeAssignments, next: answer.nextPageToken };
        };
        const { items, hasMore } = await some(read, limit);
        const rows = items.map(assignmentRow);
        const json = items.map((one) => toJsonString(BadgeAssignmentSchema, one, JSON_OPTIONS));
        const lines = options.json ? json : table(ASSIGNMENT_HEADING, rows);
        await printLines(surroundings, lines, hasMore, limit);
      });
    });
}

function assignmentRow(said: BadgeAssignment): readonly string[] {
  const { supersedeTime, supersedeActor, supersedeReason } = said;
  const until =
    supersedeTime === undefined
      ? []
      : [`until ${timeText(supersedeTime)} by ${supersedeActor}: ${supersedeReason}`];
  return [
    ...[said.badgeId, said.assignmentId, said.employeeId, said.startDate, said.endDate || '-'],
    ...[said.timeZone, said.actor, timeText(said.recordTime)],
    shownText([said.reason || '-', ...until].join('; ')),
  ];
}

function addWaiting(badges: Command, surroundings: Surroundings): void {
  badges
    .command('waiting')
    .summary('list punches in quarantine')
    .description(
      'Lists punches of badges that are nobody’s, the oldest first. They count as soon as the badge ' +
        'is assigned; those of no employee can be discarded.',
    )
    .option('--badge <badge>', 'only of this badge', badgeArgument, '')
    .option('--limit <punches>', 'the most punches to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .addHelpText('after', examples('badges waiting', 'badges waiting --badge 04:A2:19 --json'))
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      const { badge: badgeId, limit } = options;
      await withClient(options, surroundings, async (client) => {
        const { items, hasMore } = await someWaiting(client, badgeId, limit);
        const rows = items.map(waitingRow);
        const json = items.map((one) => toJsonString(QuarantinedPunchSchema, one, JSON_OPTIONS));
        const lines = options.json ? json : table(WAITING_HEADING, rows);
        await printLines(surroundings, lines, hasMore, limit);
      });
    });
}

function waitingRow(waiting: QuarantinedPunch): readonly string[] {
  const { punch, quarantineTime, blockedReason } = waiting;
  if (punch === undefined) throw new Error('The service answered without a punch.');
  return [
    ...[waiting.quarantineId, punch.badgeId, secondText(punch.time), kindWord(punch.kind)],
    ...[shownText(punch.deviceId) || '-', shownText(punch.eventId) || '-'],
    ...[timeText(quarantineTime), blockedReason || '-'],
  ];
}

/** Punches have no fractions of a second. */
function secondText(time: Timestamp | undefined): string {
  return timeText(time).replace(/\.0+Z$/, 'Z');
}

function addDiscard(badges: Command, surroundings: Surroundings): void {
  badges
    .command('discard')
    .usage('[options] --reason <text> [punch...]')
    .summary('discard punches in quarantine')
    .description(
      'Discards punches in quarantine: they count for nobody, and do not come back when the log is ' +
        'sent again.',
    )
    .argument('[punch...]', 'their numbers, as `badges waiting` shows them', addNumber)
    .option('--badge <badge>', 'all punches of this badge instead', badgeArgument, '')
    .requiredOption('--reason <text>', 'why, for the history')
    .addHelpText(
      'after',
      examples(
        'badges discard 12 13 --reason "a visitor"',
        'badges discard --badge 04:A2:19 --reason "a visitor"',
      ),
    )
    .action(async (named: readonly string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<DiscardOptions>();
      const { badge } = options;
      if (named.length > 0 === (badge !== '')) {
        throw new ExitError(EXIT_USAGE, 'Give the numbers of punches, or --badge.');
      }
      await withClient(options, surroundings, (client) =>
        discard(surroundings, options, client, named),
      );
    });
}

async function discard(
  { stdout, stderr }: Surroundings,
  { json, badge, reason }: DiscardOptions,
  client: AttendanceClient,
  named: readonly string[],
): Promise<void> {
  const { items, hasMore } =
    badge === '' ? { items: named, hasMore: false } : await waitingOf(client, badge);
  const quarantineIds = [...items];
  const answer =
    quarantineIds.length === 0
      ? create(DiscardQuarantinedPunchesResponseSchema)
      : await client.discardQuarantinedPunches({ quarantineIds, reason });
  const text = `${answer.discardedCount} of ${quarantineIds.length} discarded`;
  const asJson = toJsonString(DiscardQuarantinedPunchesResponseSchema, answer, JSON_OPTIONS);
  await writeLine(stdout, json ? asJson : text);
  const others = quarantineIds.length - answer.discardedCount;
  const hint = `${others} not in quarantine: see attendance badges waiting.`;
  if (others > 0) await writeLine(stderr, hint);
  if (hasMore) await writeLine(stderr, 'There are more: run it again.');
}

/** The numbers of a badge's punches in quarantine, as many as can be discarded at once. */
async function waitingOf(client: AttendanceClient, badgeId: string): Promise<Some<string>> {
  const { items, hasMore } = await someWaiting(client, badgeId, MAX_DISCARDED);
  return { items: items.map(({ quarantineId }) => quarantineId), hasMore };
}

function someWaiting(
  client: AttendanceClient,
  badgeId: string,
  limit: number,
): Promise<Some<QuarantinedPunch>> {
  const read = async (page: { pageSize: number; pageToken: string }) => {
    const answer = await client.listQuarantinedPunches({ badgeId, ...page });
    return { items: answer.quarantinedPunches, next: answer.nextPageToken };
  };
  return some(read, limit);
}

interface Some<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

/** Page by page, up to a limit. */
async function some<T>(
  read: (page: { pageSize: number; pageToken: string }) => Promise<{ items: T[]; next: string }>,
  limit: number,
): Promise<Some<T>> {
  const items: T[] = [];
  let pageToken = '';
  do {
    const page = await read({ pageSize: Math.min(limit, MAX_PAGE_SIZE), pageToken });
    items.push(...page.items);
    pageToken = page.next;
  } while (pageToken !== '' && items.length < limit);
  return { items: items.slice(0, limit), hasMore: pageToken !== '' || items.length > limit };
}

async function printLines(
  { stdout, stderr }: Surroundings,
  lines: readonly string[],
  hasMore: boolean,
  limit: number,
): Promise<void> {
  for (const line of lines) await writeLine(stdout, line);
  if (hasMore) await writeLine(stderr, `There may be more than ${limit}: see --limit.`);
}

function badgeArgument(text: string): string {
  if (BADGE_ID.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 64 characters of A-Z a-z 0-9 . _ : -');
}

function employeeArgument(text: string): string {
  if (EMPLOYEE_ID.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 64 characters of A-Z a-z 0-9 . _ -');
}

function numberArgument(text: string): string {
  if (!NUMBER.test(text)) throw new InvalidArgumentError('It must be a number from a list.');
  return text;
}

/** For an argument that may be given several times. */
function addNumber(text: string, before: readonly string[] | undefined): readonly string[] {
  const all = [...(before ?? []), numberArgument(text)];
  if (all.length <= MAX_DISCARDED) return all;
  throw new InvalidArgumentError(`At most ${MAX_DISCARDED} at a time.`);
}
