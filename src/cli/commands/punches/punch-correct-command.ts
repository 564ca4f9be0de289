// punches correct: several corrections of an employee's punches at once, all of them or none.

import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { CorrectPunchesResponse } from '../../../client/index.js';
import { AttendanceClientError, CorrectPunchesResponseSchema } from '../../../client/index.js';
import {
  addAddition,
  addPunchId,
  addReplacement,
  correctionOf,
  removalOf,
  type SaidPunch,
} from '../../punches/correction-argument.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { EXIT_USAGE, ExitError, writeLine } from '../../terminal/console.js';
import { dayLines, sessionLines } from '../../text/day-text.js';
import { printPunches } from '../../text/punch-table.js';
import { shownZone } from '../../time/local-time.js';
import { zoneAtClock } from '../../time/zone-lookup.js';
import { examples } from '../day-commands.js';
import { zoneArgument } from './punch-import-command.js';

interface CorrectOptions extends SharedOptions {
  readonly void: readonly string[];
  readonly replace: readonly SaidPunch[];
  readonly add: readonly SaidPunch[];
  readonly zone?: string;
  readonly reason: string;
  readonly requestId: string;
  readonly dryRun: boolean;
}

const EXPLANATION = `
They are judged by what they come to together, in any order: an OUT and an IN can become a break in
one step. Every punch that stays keeps what it did; otherwise they are refused, and nothing is done.`;

/** Adds the command to its group. */
export function addPunchCorrect(punches: Command, surroundings: Surroundings): void {
  punches
    .command('correct')
    .usage('[options] --reason <text> <employee>')
    .summary('correct several punches at once')
    .description('Voids, replaces and adds punches of an employee, all of them or none.')
    .argument('<employee>', 'the employee id')
    .option('--void <punch>', 'take this one back; as often as needed', addPunchId, [])
    .option(
      '--replace <punch=kind@time>',
      'another kind, time or both for this one: 12=out, 12=2026-03-02T17:00+01:00',
      addReplacement,
      [],
    )
    .option('--add <kind@time>', 'one that is missing: in@2026-03-02T08:00+01:00', addAddition, [])
    .requiredOption('--reason <text>', 'why, for the history')
    .option(
      '--zone <zone>',
      "the zone of times without an offset; also to show times in, else the employee's",
      zoneArgument,
    )
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '')
    .option('--dry-run', 'only show the days that would change, or why it is refused', false)
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'punches correct 007 --replace 12=break-start --replace 13=break-end --reason "a break"',
        'punches correct 007 --zone Europe/Berlin --void 12 --add in@2026-03-02T08:00 ' +
          '--add out@2026-03-02T12:00 --reason "forgot the card" --dry-run',
      ),
    )
    .action(async (employeeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<CorrectOptions>();
      const { reason, requestId, zone, dryRun: validateOnly } = options;
      const said = [...options.replace, ...options.add].map((each) => correctionOf(each, zone));
      const corrections = [...options.void.map(removalOf), ...said];
      if (corrections.length === 0) {
        throw new ExitError(EXIT_USAGE, 'Say what is wrong: --void, --replace or --add.');
      }
      await withClient(options, surroundings, async (client) => {
        const request = { employeeId, corrections, reason, requestId, validateOnly };
        const answer = await client.correctPunches(request).catch((error: unknown) => {
          throw inTypedWords(error, typedWords(options));
        });
        const shown = options.json
          ? ''
          : (zone ?? shownZone(await zoneAtClock(client, employeeId)));
        await print(surroundings, options, answer, shown);
      });
    });
}

/** The corrections as they were typed, in the order in which they are sent. */
function typedWords(options: CorrectOptions): readonly string[] {
  return [
    ...options.void.map((punchId) => `--void ${punchId}`),
    ...options.replace.map(({ text }) => `--replace ${text}`),
    ...options.add.map(({ text }) => `--add ${text}`),
  ];
}

/** The error with `corrections[1]` replaced by what was typed. */
function inTypedWords(error: unknown, typed: readonly string[]): unknown {
  if (!(error instanceof AttendanceClientError)) return error;
  const said = (text: string) =>
    text.replace(/\bcorrections\[(\d+)\]/g, (place, index) => typed[Number(index)] ?? place);
  const fieldViolations = error.fieldViolations.map((violation) => ({
    ...violation,
    field: said(violation.field),
    description: said(violation.description),
  }));
  const { code, reason, domain, info, retryDelayMs, metadata } = error;
  const details = { reason, domain, info, retryDelayMs, fieldViolations };
  return new AttendanceClientError(code, said(error.message), details, metadata, { cause: error });
}

async function print(
  surroundings: Surroundings,
  { json, dryRun }: CorrectOptions,
  answer: CorrectPunchesResponse,
  zone: string,
): Promise<void> {
  const { stdout } = surroundings;
  if (json) {
    const text = toJsonString(CorrectPunchesResponseSchema, answer, { alwaysEmitImplicit: true });
    await writeLine(stdout, text);
    return;
  }
  const { punches, attendances } = answer;
  if (dryRun) await writeLine(stdout, dryRunLine(attendances.length));
  else {
    await printPunches(surroundings, false, punches, zone, true);
    if (attendances.length === 0) await writeLine(stdout, 'No day changed.');
  }
  for (const attendance of attendances) {
    for (const line of dayLines([{ attendance }], zone)) await writeLine(stdout, line);
    for (const line of sessionLines(attendance)) await writeLine(stdout, line);
  }
}

function dryRunLine(days: number): string {
  if (days === 0) return 'Nothing was done; no day would change.';
  return `Nothing was done; ${days === 1 ? 'this day would be' : 'these days would be'}:`;
}
