// imports list, void: what imports of punches and marks recorded, and how to void one.

import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { AttendanceClient, MarkImport, PunchImport } from '../../../client/index.js';
import {
  AttendanceClientError,
  MarkImportSchema,
  PunchImportSchema,
} from '../../../client/index.js';
import { grouped } from '../../marks/import-report.js';
import { leftOf, voidWholeImport } from '../../punches/void-import.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { positiveInteger, withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import {
  EXIT_INTERRUPTED,
  ExitError,
  shownText,
  table,
  writeLine,
} from '../../terminal/console.js';
import { timeText } from '../../text/day-options.js';
import { examples } from '../day-commands.js';
import { importIdArgument } from './punch-import-command.js';

const DEFAULT_LIST_LIMIT = 20;
const MAX_PAGE_SIZE = 1_000;
const HEADING = [
  'IMPORT',
  'OF',
  'WHO',
  'FIRST',
  'LAST',
  'RECORDED',
  'STANDING',
  'VOIDED',
  'REPLACED',
  'QUARANTINED',
];
const JSON_OPTIONS = { alwaysEmitImplicit: true };

/** The interval between progress lines. */
const LINE_INTERVAL_MS = 2_000;

interface ListOptions extends SharedOptions {
  readonly limit: number;
}

interface VoidOptions extends SharedOptions {
  readonly reason: string;
}

/** Adds the commands to the program. */
export function addImportsCommands(program: Command, surroundings: Surroundings): void {
  const imports = program
    .command('imports')
    .summary('list imports of punches and marks, and take one back')
    .description(
      'Imports: what attendance punches import and attendance import recorded, under one id each.',
    );
  addList(imports, surroundings);
  addVoid(imports, surroundings);
}

function addList(imports: Command, surroundings: Surroundings): void {
  imports
    .command('list')
    .summary('list imports, the newest first')
    .description(
      'Lists imports of punches and of marks, the newest first: how many each recorded, and how ' +
        'many of them stand, were voided, or were replaced by a person.',
    )
    .option('--limit <imports>', 'the most imports to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .addHelpText('after', examples('imports list'))
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      await withClient(options, surroundings, (client) =>
        listImports(surroundings, options, client),
      );
    });
}

async function listImports(
  { stdout, stderr }: Surroundings,
  { limit, json }: ListOptions,
  client: Pick<AttendanceClient, 'listImports' | 'listMarkImports'>,
): Promise<void> {
  const [ofPunches, ofMarks] = await Promise.all([
    firstOf(limit, async (page) => {
      const { punchImports, nextPageToken } = await client.listImports(page);
      return { imports: punchImports, nextPageToken };
    }),
    firstOf(limit, async (page) => {
      const { markImports, nextPageToken } = await client.listMarkImports(page);
      return { imports: markImports, nextPageToken };
    }),
  ]);
  const imports = [...ofPunches.imports, ...ofMarks.imports].sort(newestFirst);
  const shown = imports.slice(0, limit);
  const lines = json ? shown.map(jsonOf) : table(HEADING, shown.map(rowOf));
  for (const line of lines) await writeLine(stdout, line);
  if (ofPunches.isMore || ofMarks.isMore || shown.length < imports.length) {
    await writeLine(stderr, `There may be more than ${limit} imports: see --limit.`);
  }
}

type Import = PunchImport | MarkImport;

interface Page {
  readonly pageSize: number;
  readonly pageToken: string;
}

async function firstOf<T>(
  limit: number,
  read: (page: Page) => Promise<{ imports: readonly T[]; nextPageToken: string }>,
): Promise<{ readonly imports: readonly T[]; readonly isMore: boolean }> {
  const imports: T[] = [];
  let pageToken = '';
  do {
    const page = await read({ pageSize: Math.min(limit, MAX_PAGE_SIZE), pageToken });
    imports.push(...page.imports);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && imports.length < limit);
  return { imports: imports.slice(0, limit), isMore: pageToken !== '' || imports.length > limit };
}

function newestFirst({ firstRecordTime: a }: Import, { firstRecordTime: b }: Import): number {
  const seconds = Number((b?.seconds ?? 0n) - (a?.seconds ?? 0n));
  return seconds === 0 ? (b?.nanos ?? 0) - (a?.nanos ?? 0) : seconds;
}

function isOfMarks(one: Import): one is MarkImport {
  return 'markCount' in one;
}

function jsonOf(one: Import): string {
  return isOfMarks(one)
    ? toJsonString(MarkImportSchema, one, JSON_OPTIONS)
    : toJsonString(PunchImportSchema, one, JSON_OPTIONS);
}

function rowOf(one: Import): readonly string[] {
  const { importId, actor, firstRecordTime, lastRecordTime, standingCount } = one;
  const counts = isOfMarks(one)
    ? [one.markCount, standingCount, one.markCount - standingCount, '-', '-']
    : [one.punchCount, standingCount, one.voidedCount, one.replacedCount, one.quarantinedCount];
  return [
    importId,
    isOfMarks(one) ? 'marks' : 'punches',
    actor,
    timeText(firstRecordTime),
    timeText(lastRecordTime),
    ...counts.map(String),
  ];
}

function addVoid(imports: Command, surroundings: Surroundings): void {
  imports
    .command('void')
    .usage('[options] --reason <text> <import>')
    .summary('take back the punches or the marks of an import')
    .description(
      'Takes back all punches of an import that count. They stay listed with the reason. A punch ' +
        'that somebody voided or replaced before stays as it is; one in quarantine is discarded. Of an ' +
        'import of marks, days become ' +
        'what the other marks say: those that it had replaced, and those made since. It can be ' +
        'interrupted and run again: each punch and each mark is taken back once.',
    )
    .argument('<import>', 'its id, as `imports list` shows it', importIdArgument)
    .requiredOption('--reason <text>', 'why, for the history')
    .addHelpText('after', examples('imports void march-gate-7 --reason "wrong time zone"'))
    .action(async (importId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<VoidOptions>();
      await withClient(options, surroundings, (client) =>
        voidImport(surroundings, options, client, importId),
      );
    });
}

async function voidImport(
  surroundings: Surroundings,
  options: VoidOptions,
  client: Pick<AttendanceClient, 'voidImport' | 'voidMarkImport'>,
  importId: string,
): Promise<void> {
  const { stdout, stderr, onInterrupt } = surroundings;
  const { reason, json } = options;
  const note = (line: string) => stderr.write(`${line}\n`);
  const stop = new AbortController();
  const release = onInterrupt(() => {
    note('Stopping after the call under way; once more to stop at once.');
    stop.abort(new ExitError(EXIT_INTERRUPTED, 'Stopped. Run the same command again to go on.'));
  });
  const common = {
    stop: stop.signal,
    onStep: progressOf(note),
    onOutage: ({ codeName }: AttendanceClientError) =>
      note(`The service does not answer now (${codeName}); trying again.`),
  };
  let left: Import;
  try {
    left = await voidWholeImport<Import>({
      ...common,
      voidSome: async (maxPunches, callOptions) =>
        (await client.voidImport({ importId, reason, maxPunches }, callOptions)).punchImport,
    }).catch(async (error: unknown) => {
      if (!isUnknownImport(error)) throw error;
      return await voidWholeImport<Import>({
        ...common,
        voidSome: async (maxMarks, callOptions) =>
          (await client.voidMarkImport({ importId, reason, maxMarks }, callOptions)).markImport,
      });
    });
  } catch (error) {
    if (error instanceof AttendanceClientError && !isUnknownImport(error)) {
      note('What was voided so far stays so: run the same command again to go on.');
    }
    throw error;
  } finally {
    release();
  }
  await writeLine(stdout, json ? jsonOf(left) : resultText(left));
  if (leftOf(left) > 0n) throw new ExitError(EXIT_INTERRUPTED);
}

function isUnknownImport(error: unknown): boolean {
  return error instanceof AttendanceClientError && error.reason === 'IMPORT_NOT_FOUND';
}

/** A line every few seconds, while there is something left. */
function progressOf(note: (line: string) => void): (left: Import) => void {
  let lineAt = performance.now();
  return (left) => {
    const now = performance.now();
    if (leftOf(left) === 0n || now - lineAt < LINE_INTERVAL_MS) return;
    lineAt = now;
    note(`${shownCount(leftOf(left))} of ${countsText(left).all} are left`);
  };
}

function shownCount(count: bigint): string {
  return grouped(Number(count));
}

function countsText(one: Import): { readonly all: string; readonly voided: string } {
  return isOfMarks(one)
    ? {
        all: `${shownCount(one.markCount)} marks`,
        voided: shownCount(one.markCount - one.standingCount),
      }
    : { all: `${shownCount(one.punchCount)} punches`, voided: shownCount(one.voidedCount) };
}

function resultText(left: Import): string {
  const { importId } = left;
  const standing = leftOf(left);
  const { all, voided } = countsText(left);
  const lines = [`Import ${shownText(importId)}: ${voided} of its ${all} are voided.`];
  if (!isOfMarks(left) && left.replacedCount > 0n) {
    lines.push(
      `${shownCount(left.replacedCount)} had been replaced by a person: their replacements count ` +
        'on. attendance punches list EMPLOYEE --voided shows them.',
    );
  }
  const again = isOfMarks(left) ? 'another --import-id' : '--restore';
  lines.push(
    standing > 0n
      ? `Stopped: ${shownCount(standing)} are left. Run the same command again to go on.`
      : 'Nothing of it counts any more. Now import the right file; rows that are the same as ' +
          `before need ${again}.`,
  );
  return lines.join('\n');
}
