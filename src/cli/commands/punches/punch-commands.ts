// punches list, void, replace: an employee's recorded punches, and single corrections of them.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type { AttendanceClient, PunchKind } from '../../../client/index.js';
import { ReplacePunchResponseSchema } from '../../../client/index.js';
import { addPunchId, punchIdArgument } from '../../punches/correction-argument.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { positiveInteger, withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { EXIT_USAGE, ExitError, writeLine } from '../../terminal/console.js';
import { timeArgument } from '../../text/day-options.js';
import { dayLines, zoneOf } from '../../text/day-text.js';
import { kindArgument } from '../../text/punch-kind.js';
import { printPunches } from '../../text/punch-table.js';
import { DATE_FORMS, dateOf, parseSaidDate, type SaidDate } from '../../time/date-argument.js';
import { instantsOfWallTime } from '../../time/local-instant.js';
import { shownZone } from '../../time/local-time.js';
import type { SaidTime } from '../../time/time-argument.js';
import { instantOfSaid, saidTimeArgument } from '../../time/time-argument.js';
import { zoneAtClock } from '../../time/zone-lookup.js';
import { examples } from '../day-commands.js';
import { addPunchAdd } from './punch-add-command.js';
import { addPunchCorrect } from './punch-correct-command.js';
import { addPunchImport, zoneArgument } from './punch-import-command.js';

const DEFAULT_LIST_LIMIT = 100;
const MAX_PAGE_SIZE = 1_000;
const DAY_MS = 86_400_000;
const ELSE = "else in the employee's";

/** A moment, or a date whose bounds depend on --zone. */
type Bound = { readonly instant: Timestamp } | { readonly said: SaidDate };

interface ListOptions extends SharedOptions {
  readonly from?: Bound;
  readonly to?: Bound;
  readonly zone?: string;
  readonly voided: boolean;
  readonly limit: number;
}

interface VoidOptions extends SharedOptions {
  readonly zone?: string;
  readonly reason: string;
  readonly requestId: string;
}

interface ReplaceOptions extends VoidOptions {
  readonly time?: SaidTime;
  readonly kind?: PunchKind;
}

/** Adds the commands to the program. */
export function addPunchCommands(program: Command, surroundings: Surroundings): void {
  const punches = program
    .command('punches')
    .summary("import devices' logs; add, list and correct punches")
    .description("Devices' logs, and what was recorded of an employee: list it and correct it.")
    .addHelpText(
      'after',
      examples(
        'punches import examples/punches.csv --zone Europe/Berlin',
        'punches list 007 --from 2026-03-02 --to 2026-03-02',
        'punches add 007 break-start 2026-03-02T12:00 --zone Europe/Berlin',
      ),
    );
  addPunchImport(punches, surroundings);
  addPunchAdd(punches, surroundings);
  addList(punches, surroundings);
  addVoid(punches, surroundings);
  addReplace(punches, surroundings);
  addPunchCorrect(punches, surroundings);
}

function addList(punches: Command, surroundings: Surroundings): void {
  punches
    .command('list')
    .summary("list an employee's punches")
    .description(
      "Lists an employee's punches by time, with the numbers that void and replace take.",
    )
    .argument('<employee>', 'the employee id')
    .option('--from <time>', `from this date (${DATE_FORMS}) or instant on`, boundArgument)
    .option('--to <time>', 'to the end of this date, or before this instant', boundArgument)
    .option('--zone <zone>', `show times, and take dates, in this zone; ${ELSE}`, zoneArgument)
    .option('--voided', 'also those that were taken back', false)
    .option('--limit <punches>', 'the most punches to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .addHelpText(
      'after',
      examples(
        'punches list 007 --from -7d',
        'punches list 007 --from 2026-03-02 --to 2026-03-08 --voided',
      ),
    )
    .action(async (employeeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      await withClient(options, surroundings, (client) =>
        listPunches(surroundings, options, client, employeeId),
      );
    });
}

function addVoid(punches: Command, surroundings: Surroundings): void {
  punches
    .command('void')
    .usage('[options] --reason <text> <employee> <punch...>')
    .summary('take punches back')
    .description(
      'Takes punches back, all of them or none. They stay listed with the reason and count no ' +
        'longer; a device that sends one again does not bring it back. A whole import: ' +
        'attendance imports void.',
    )
    .argument('<employee>', 'the employee id')
    .argument('<punch...>', 'their numbers, as `punches list` shows them', addPunchId)
    .requiredOption('--reason <text>', 'why, for the history')
    .option('--zone <zone>', `show times in this zone; ${ELSE}`, zoneArgument)
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '')
    .addHelpText('after', examples('punches void 007 12 13 --reason "wrong card"'))
    .action(async (employeeId: string, punchIds: string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<VoidOptions>();
      const { reason, requestId } = options;
      await withClient(options, surroundings, async (client) => {
        const answer = await client.voidPunch({ employeeId, punchIds, reason, requestId });
        const zone = await zoneToShow(client, employeeId, options);
        await printPunches(surroundings, options.json, answer.punches, zone, true);
      });
    });
}

function addReplace(punches: Command, surroundings: Surroundings): void {
  punches
    .command('replace')
    .usage('[options] --reason <text> <employee> <punch>')
    .summary('put another punch in the place of a wrong one')
    .description(
      'Puts another punch in the place of a wrong one, at another time, of another kind, or ' +
        'both. Refused where the sessions would not add up.',
    )
    .argument('<employee>', 'the employee id')
    .argument('<punch>', 'its number, as `punches list` shows it', punchIdArgument)
    .option('--time <time>', 'when it should have been; a local time with --zone', saidTimeArgument)
    .option(
      '--kind <kind>',
      'what it should have been: in, out, break-start, break-end',
      kindArgument,
    )
    .requiredOption('--reason <text>', 'why, for the history')
    .option(
      '--zone <zone>',
      `the zone of a time without an offset; also to show times in, ${ELSE}`,
      zoneArgument,
    )
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '')
    .addHelpText(
      'after',
      examples(
        'punches replace 007 12 --time 2026-03-02T17:00+01:00 --reason "left at five"',
        'punches replace 007 13 --kind break-start --reason "pressed the wrong key"',
      ),
    )
    .action(async (employeeId: string, punchId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ReplaceOptions>();
      const { kind, reason, requestId, zone } = options;
      if (options.time === undefined && kind === undefined) {
        throw new ExitError(EXIT_USAGE, 'Say what it should have been: --time, --kind or both.');
      }
      const time = options.time === undefined ? undefined : instantOfSaid(options.time, zone);
      await withClient(options, surroundings, async (client) => {
        const answer = await client.replacePunch({
          employeeId,
          punchId,
          reason,
          requestId,
          ...(time === undefined ? {} : { time }),
          ...(kind === undefined ? {} : { kind }),
        });
        if (options.json) {
          const json = toJsonString(ReplacePunchResponseSchema, answer, JSON_OPTIONS);
          await writeLine(surroundings.stdout, json);
          return;
        }
        const { punch, attendance } = answer;
        if (punch === undefined || attendance === undefined) {
          throw new Error('The service answered without a punch or a day.');
        }
        const timeZone = zone ?? zoneOf(attendance);
        await printPunches(surroundings, false, [punch], shownZone(timeZone), true);
        for (const line of dayLines([answer], shownZone(timeZone)))
          await writeLine(surroundings.stdout, line);
      });
    });
}

/** Page by page, so that memory stays flat. Reports on stderr if there are more than the limit. */
async function listPunches(
  surroundings: Surroundings,
  options: ListOptions,
  client: Pick<AttendanceClient, 'listPunches' | 'getClockState'>,
  employeeId: string,
): Promise<void> {
  const { from, to, voided, limit, json } = options;
  const zone = await zoneToShow(client, employeeId, options);
  const bounds = {
    ...(from === undefined ? {} : { startTime: await instantOf(from, zone, 0) }),
    ...(to === undefined ? {} : { endTime: await instantOf(to, zone, 1) }),
  };
  let pageToken = '';
  let left = limit;
  let isFirst = true;
  do {
    const page = await client.listPunches({
      employeeId,
      ...bounds,
      includeVoided: voided,
      // The same for all pages, because a token is bound to its request.
      pageSize: Math.min(limit, MAX_PAGE_SIZE),
      pageToken,
    });
    const punches = page.punches.slice(0, left);
    left -= punches.length;
    pageToken = page.nextPageToken;
    const isHeaded = isFirst && (punches.length > 0 || pageToken === '');
    await printPunches(surroundings, json, punches, zone, isHeaded);
    if (punches.length > 0) isFirst = false;
    if (punches.length < page.punches.length) pageToken ||= 'more';
  } while (pageToken !== '' && left > 0);
  if (pageToken !== '') {
    const hint = `There may be more than ${limit} punches: see --limit, or narrow --from and --to.`;
    await writeLine(surroundings.stderr, hint);
  }
}

const JSON_OPTIONS = { alwaysEmitImplicit: true };

/** --zone, else the employee's zone. */
async function zoneToShow(
  client: Pick<AttendanceClient, 'getClockState'>,
  employeeId: string,
  { zone }: { readonly zone?: string },
): Promise<string> {
  return zone ?? shownZone(await zoneAtClock(client, employeeId));
}

function boundArgument(text: string): Bound {
  const said = parseSaidDate(text);
  return said === undefined ? { instant: timeArgument(text) } : { said };
}

/**
 * The instant itself, or the midnight `days` after the date began; if it is skipped, the first
 * instant after it.
 */
async function instantOf(bound: Bound, zone: string, days: number): Promise<Timestamp> {
  if ('instant' in bound) return bound.instant;
  const date = await dateOf(bound.said, () => zone);
  const wallMs = Date.parse(`${date}T00:00:00Z`) + days * DAY_MS;
  // Some zones skip midnight. The date then begins within the next few hours.
  const hours = Array.from({ length: 25 }, (_, hour) => wallMs + hour * 3_600_000);
  const [first = wallMs] = hours.flatMap((at) => instantsOfWallTime(at, zone).slice(0, 1));
  const iso = new Date(first).toISOString();
  return timeArgument(iso);
}
