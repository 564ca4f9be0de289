// punches list, void, replace: what was recorded of an employee, and its corrections.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { AttendanceClient, Punch } from '../client/index.js';
import {
  type PunchKind,
  PunchSchema,
  PunchSource,
  ReplacePunchResponseSchema,
} from '../client/index.js';
import type { SharedOptions } from './connection.js';
import { positiveInteger, withClient } from './connection.js';
import type { Surroundings } from './console.js';
import { EXIT_USAGE, ExitError, table, writeLine } from './console.js';
import { examples } from './day-commands.js';
import { timeArgument } from './day-options.js';
import { anomalyWord, dayLines } from './day-text.js';
import { isIsoDate } from './import-row.js';
import { instantsOfWallTime } from './local-instant.js';
import { localInstantText, shownZone } from './local-time.js';
import { addPunchImport, zoneArgument } from './punch-import-command.js';
import { kindWord, parseKind } from './punch-kind.js';
import { zoneOfDay } from './told-zone.js';

const DEFAULT_LIST_LIMIT = 100;
const MAX_PAGE_SIZE = 1_000;
const DAY_MS = 86_400_000;
const PUNCH_ID = /^[1-9]\d{0,14}$/;
const HEADING = ['ID', 'TIME', 'KIND', 'SOURCE', 'DEVICE', 'EVENT', 'REMARKS'] as const;

/** A moment, or a date whose bounds depend on --zone. */
type Bound = { readonly instant: Timestamp } | { readonly date: string };

interface ListOptions extends SharedOptions {
  readonly from?: Bound;
  readonly to?: Bound;
  readonly zone: string;
  readonly voided: boolean;
  readonly limit: number;
}

interface VoidOptions extends SharedOptions {
  readonly reason: string;
  readonly requestId: string;
}

interface ReplaceOptions extends VoidOptions {
  readonly time?: Timestamp;
  readonly kind?: PunchKind;
}

/** Adds the commands to the program. */
export function addPunchCommands(program: Command, surroundings: Surroundings): void {
  const punches = program
    .command('punches')
    .summary("import devices' logs; list and correct punches")
    .description("Devices' logs, and what was recorded of an employee: list it and correct it.")
    .addHelpText(
      'after',
      examples(
        'punches import examples/punches.csv --zone Europe/Berlin',
        'punches list 007 --from 2026-03-02 --to 2026-03-02',
      ),
    );
  addPunchImport(punches, surroundings);
  addList(punches, surroundings);
  addVoid(punches, surroundings);
  addReplace(punches, surroundings);
}

function addList(punches: Command, surroundings: Surroundings): void {
  punches
    .command('list')
    .summary("list an employee's punches")
    .description(
      "Lists an employee's punches by time, with the numbers that void and replace take.",
    )
    .argument('<employee>', 'the employee id')
    .option('--from <time>', 'from this date or instant on', boundArgument)
    .option('--to <time>', 'to the end of this date, or before this instant', boundArgument)
    .option('--zone <zone>', 'show times, and take dates, in this zone', zoneArgument, 'UTC')
    .option('--voided', 'also those that were taken back', false)
    .option('--limit <punches>', 'the most punches to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .addHelpText(
      'after',
      examples(
        'punches list 007',
        'punches list 007 --from 2026-03-02 --to 2026-03-08 --zone Europe/Berlin --voided',
      ),
    )
    .action(async (employeeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      await withClient(options, surroundings, (client) =>
        printPunches(surroundings, options, client, employeeId),
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
        'longer; a device that sends one again does not bring it back.',
    )
    .argument('<employee>', 'the employee id')
    .argument('<punch...>', 'their numbers, as `punches list` shows them', addPunchId)
    .requiredOption('--reason <text>', 'why, for the history')
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '')
    .addHelpText('after', examples('punches void 007 12 13 --reason "wrong card"'))
    .action(async (employeeId: string, punchIds: string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<VoidOptions>();
      const { reason, requestId } = options;
      await withClient(options, surroundings, async (client) => {
        const answer = await client.voidPunch({ employeeId, punchIds, reason, requestId });
        await printRows(surroundings, options.json, answer.punches, 'UTC', true);
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
    .option('--time <instant>', 'when it should have been', timeArgument)
    .option(
      '--kind <kind>',
      'what it should have been: in, out, break-start, break-end',
      kindArgument,
    )
    .requiredOption('--reason <text>', 'why, for the history')
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
      const { time, kind, reason, requestId } = options;
      if (time === undefined && kind === undefined) {
        throw new ExitError(EXIT_USAGE, 'Say what it should have been: --time, --kind or both.');
      }
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
        const timeZone = await zoneOfDay(client, attendance);
        await printRows(surroundings, false, [punch], shownZone(timeZone), true);
        const day = { attendance, explanations: [], timeZone };
        for (const line of dayLines([day])) await writeLine(surroundings.stdout, line);
      });
    });
}

/** Page by page, so that memory stays flat; says on stderr when there is more than the limit. */
async function printPunches(
  surroundings: Surroundings,
  options: ListOptions,
  client: Pick<AttendanceClient, 'listPunches'>,
  employeeId: string,
): Promise<void> {
  const { from, to, zone, voided, limit, json } = options;
  const bounds = {
    ...(from === undefined ? {} : { startTime: instantOf(from, zone, 0) }),
    ...(to === undefined ? {} : { endTime: instantOf(to, zone, 1) }),
  };
  let pageToken = '';
  let left = limit;
  let isFirst = true;
  do {
    const page = await client.listPunches({
      employeeId,
      ...bounds,
      includeVoided: voided,
      // The same for all pages: a token is bound to its request.
      pageSize: Math.min(limit, MAX_PAGE_SIZE),
      pageToken,
    });
    const punches = page.punches.slice(0, left);
    left -= punches.length;
    pageToken = page.nextPageToken;
    const isHeaded = isFirst && (punches.length > 0 || pageToken === '');
    await printRows(surroundings, json, punches, zone, isHeaded);
    if (punches.length > 0) isFirst = false;
    if (punches.length < page.punches.length) pageToken ||= 'more';
  } while (pageToken !== '' && left > 0);
  if (pageToken !== '') {
    const hint = `There may be more than ${limit} punches: see --limit, or narrow --from and --to.`;
    await writeLine(surroundings.stderr, hint);
  }
}

const JSON_OPTIONS = { alwaysEmitImplicit: true };

async function printRows(
  { stdout }: Surroundings,
  json: boolean,
  punches: readonly Punch[],
  zone: string,
  withHeading: boolean,
): Promise<void> {
  if (json) {
    for (const punch of punches) {
      await writeLine(stdout, toJsonString(PunchSchema, punch, JSON_OPTIONS));
    }
    return;
  }
  const lines = table(
    HEADING,
    punches.map((punch) => rowOf(punch, zone)),
  );
  for (const line of withHeading ? lines : lines.slice(1)) await writeLine(stdout, line);
}

function rowOf(punch: Punch, zone: string): readonly string[] {
  const { time, deviceId, eventId } = punch;
  return [
    punch.punchId,
    time === undefined ? '-' : localInstantText(timestampMs(time), zone),
    kindWord(punch.kind),
    (PunchSource[punch.source] ?? `source ${punch.source}`).toLowerCase(),
    deviceId || '-',
    eventId || '-',
    remarksOf(punch).join('; '),
  ];
}

function remarksOf({ voided, replacesPunchId, anomalies, note, labels }: Punch): string[] {
  const remarks: string[] = [];
  if (voided !== undefined) {
    const by = voided.replacedByPunchId;
    const what = by === '' ? 'taken back' : `replaced by ${by}`;
    remarks.push(`${what} by ${voided.actor}: ${voided.reason}`);
  }
  if (replacesPunchId !== '') remarks.push(`replaces ${replacesPunchId}`);
  remarks.push(...anomalies.map(anomalyWord));
  remarks.push(...Object.entries(labels).map(([key, value]) => `${key}=${value}`));
  if (note !== '') remarks.push(note);
  return remarks;
}

function boundArgument(text: string): Bound {
  return isIsoDate(text) ? { date: text } : { instant: timeArgument(text) };
}

/** The instant itself, or the midnight `days` after the date began; the first one if skipped. */
function instantOf(bound: Bound, zone: string, days: number): Timestamp {
  if ('instant' in bound) return bound.instant;
  const wallMs = Date.parse(`${bound.date}T00:00:00Z`) + days * DAY_MS;
  // Midnight is skipped in some zones: then the date began within the next few hours.
  const hours = Array.from({ length: 25 }, (_, hour) => wallMs + hour * 3_600_000);
  const [first = wallMs] = hours.flatMap((at) => instantsOfWallTime(at, zone).slice(0, 1));
  const iso = new Date(first).toISOString();
  return timeArgument(iso);
}

function punchIdArgument(text: string): string {
  if (!PUNCH_ID.test(text)) throw new InvalidArgumentError('It must be the number of a punch.');
  return text;
}

/** For an argument that may be given several times. */
function addPunchId(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), punchIdArgument(text)];
}

function kindArgument(text: string): PunchKind {
  const kind = parseKind(text);
  if (kind === undefined) {
    throw new InvalidArgumentError('It must be one of in, out, break-start, break-end.');
  }
  return kind;
}
