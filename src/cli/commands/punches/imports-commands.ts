// imports list, void: what imports of punches recorded, and how one is taken back.

import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { AttendanceClient, PunchImport } from '../../../client/index.js';
import { AttendanceClientError, PunchImportSchema } from '../../../client/index.js';
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
  'WHO',
  'FIRST',
  'LAST',
  'PUNCHES',
  'STANDING',
  'VOIDED',
  'REPLACED',
  'WAITING',
];
const JSON_OPTIONS = { alwaysEmitImplicit: true };

/** Between two lines of progress. */
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
    .summary('list imports of punches, and take one back')
    .description('Imports of punches: what attendance punches import recorded, under one id each.');
  addList(imports, surroundings);
  addVoid(imports, surroundings);
}

function addList(imports: Command, surroundings: Surroundings): void {
  imports
    .command('list')
    .summary('list imports of punches, the newest first')
    .description(
      'Lists imports of punches, the newest first: how many punches each recorded, and how many ' +
        'of them count, were voided, or were replaced by a person; and how many more wait in ' +
        'quarantine.',
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
  client: Pick<AttendanceClient, 'listImports'>,
): Promise<void> {
  const imports: PunchImport[] = [];
  let pageToken = '';
  do {
    const page = await client.listImports({ pageSize: Math.min(limit, MAX_PAGE_SIZE), pageToken });
    imports.push(...page.punchImports);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && imports.length < limit);
  const shown = imports.slice(0, limit);
  const lines = json ? shown.map(jsonOf) : table(HEADING, shown.map(rowOf));
  for (const line of lines) await writeLine(stdout, line);
  if (pageToken !== '' || shown.length < imports.length) {
    await writeLine(stderr, `There may be more than ${limit} imports: see --limit.`);
  }
}

function jsonOf(punchImport: PunchImport): string {
  return toJsonString(PunchImportSchema, punchImport, JSON_OPTIONS);
}

function rowOf(punchImport: PunchImport): readonly string[] {
  const { importId, actor, firstRecordTime, lastRecordTime } = punchImport;
  const { punchCount, standingCount, voidedCount, replacedCount, quarantinedCount } = punchImport;
  return [
    importId,
    actor,
    timeText(firstRecordTime),
    timeText(lastRecordTime),
    ...[punchCount, standingCount, voidedCount, replacedCount, quarantinedCount].map(String),
  ];
}

function addVoid(imports: Command, surroundings: Surroundings): void {
  imports
    .command('void')
    .usage('[options] --reason <text> <import>')
    .summary('take back the punches of an import')
    .description(
      'Takes back all punches of an import that count. They stay listed with the reason. A punch ' +
        'that somebody voided or replaced before stays as it is; one in quarantine is discarded. It can be interrupted and run ' +
        'again: each punch is voided once.',
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
  { stdout, stderr, onInterrupt }: Surroundings,
  { reason, json }: VoidOptions,
  client: Pick<AttendanceClient, 'voidImport'>,
  importId: string,
): Promise<void> {
  const note = (line: string) => stderr.write(`${line}\n`);
  const stop = new AbortController();
  const release = onInterrupt(() => {
    note('Stopping after the call under way; once more to stop at once.');
    stop.abort(new ExitError(EXIT_INTERRUPTED, 'Stopped. Run the same command again to go on.'));
  });
  let left: PunchImport;
  try {
    const onStep = progressOf(note);
    const onOutage = ({ codeName }: AttendanceClientError) =>
      note(`The service does not answer now (${codeName}); trying again.`);
    const { signal } = stop;
    left = await voidWholeImport({ importId, reason, client, stop: signal, onStep, onOutage });
  } catch (error) {
    if (error instanceof AttendanceClientError && error.reason !== 'IMPORT_NOT_FOUND') {
      note('What was voided so far stays so: run the same command again to go on.');
    }
    throw error;
  } finally {
    release();
  }
  await writeLine(stdout, json ? jsonOf(left) : resultText(left));
  if (leftOf(left) > 0n) throw new ExitError(EXIT_INTERRUPTED);
}

/** A line every few seconds, while there is something left. */
function progressOf(note: (line: string) => void): (punchImport: PunchImport) => void {
  let lineAt = performance.now();
  return (punchImport) => {
    const now = performance.now();
    const left = leftOf(punchImport);
    if (left === 0n || now - lineAt < LINE_INTERVAL_MS) return;
    lineAt = now;
    const { punchCount } = punchImport;
    note(`${grouped(Number(left))} of ${grouped(Number(punchCount))} punches are left`);
  };
}

function resultText(left: PunchImport): string {
  const { importId, punchCount, voidedCount, replacedCount } = left;
  const standing = leftOf(left);
  const counts = `${grouped(Number(voidedCount))} of its ${grouped(Number(punchCount))} punches`;
  const lines = [`Import ${shownText(importId)}: ${counts} are voided.`];
  if (replacedCount > 0n) {
    lines.push(
      `${grouped(Number(replacedCount))} had been replaced by a person: their replacements count ` +
        'on. attendance punches list EMPLOYEE --voided shows them.',
    );
  }
  lines.push(
    standing > 0n
      ? `Stopped: ${grouped(Number(standing))} are left. Run the same command again to go on.`
      : 'Nothing of it counts any more. Now import the right file; rows that are the same as ' +
          'before need --restore.',
  );
  return lines.join('\n');
}
