// rebuild: compares every stored day with what follows from the facts, and mends it if asked.
// Prints lines as they are found, because there can be many.

import { type Command, Option } from 'commander';
import type { RebuildArguments, RebuildFinding, RebuildTotals } from '../../main.js';
import type { SharedOptions } from '../terminal/connection.js';
import {
  EXIT_FAILED,
  ExitError,
  escapedText,
  type Surroundings,
  writeLine,
} from '../terminal/console.js';
import { DATE_FORMS, dateArgument, dateOf, type SaidDate } from '../time/date-argument.js';
import { isKnownZone } from '../time/local-time.js';
import { examples } from './day-commands.js';
import { zoneArgument } from './punches/punch-import-command.js';

const NO_DATABASE = 'There is no database yet: there is nothing to rebuild.';

interface RebuildFlags extends SharedOptions {
  readonly employee?: readonly string[];
  readonly from?: SaidDate;
  readonly to?: SaidDate;
  readonly zone?: string;
  readonly write?: boolean;
}

/** Adds the command to the program. */
export function addRebuildCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('rebuild')
    .summary('derive days again from all facts and report differences')
    .description(
      'Derives days again from everything that was ever told and compares them with what is stored. ' +
        'There must be no difference. Opens the database itself: with one of your own (DATABASE_URL) ' +
        "the service may go on running; the embedded one is either the service's or this command's.",
    )
    .addOption(
      new Option('--employee <id>', 'only this employee; may be given several times').argParser(
        (id, before: readonly string[] | undefined) => [...(before ?? []), id],
      ),
    )
    .addOption(
      new Option('--from <date>', `only dates from this one on: ${DATE_FORMS}`).argParser(
        dateArgument,
      ),
    )
    .addOption(new Option('--to <date>', 'only dates up to this one').argParser(dateArgument))
    .addOption(
      new Option(
        '--zone <zone>',
        'the zone of today, yesterday and their like; else DEFAULT_TIME_ZONE',
      ).argParser(zoneArgument),
    )
    .option('--write', 'store days as they should be, with a revision for each')
    .addHelpText('after', '\nExits with 1 when there were differences, mended or not.')
    .addHelpText(
      'after',
      examples('rebuild', 'rebuild --employee 007 --from 2026-03-01', 'rebuild --write'),
    )
    .action(async (_: unknown, self: Command) => {
      await runRebuild(self.optsWithGlobals<RebuildFlags>(), surroundings);
    });
}

async function runRebuild(flags: RebuildFlags, surroundings: Surroundings): Promise<void> {
  const { env, stdout, stderr } = surroundings;
  const { employee: employeeIds = [], write = false, json = false } = flags;
  const zone = flags.zone ?? defaultZone(env);
  const [from, to] = [await rebuiltDate(flags.from, zone), await rebuiltDate(flags.to, zone)];
  const options: RebuildArguments = { employeeIds, from, to, write };
  const { rebuild } = await import('../../main.js');
  const totals = await rebuild(env, options, async ({ differences }) => {
    for (const found of differences) {
      await writeLine(stdout, json ? JSON.stringify(found) : differenceText(found));
    }
  });
  if (totals === undefined) {
    await writeLine(stderr, NO_DATABASE);
    return;
  }
  if (json) await writeLine(stdout, JSON.stringify(totals));
  else for (const line of totalLines(totals, write)) await writeLine(stdout, line);
  if (totals.unfinishedChanges > 0) await writeLine(stderr, unfinishedText(totals));
  if (totals.differences > 0) throw new ExitError(EXIT_FAILED);
}

async function rebuiltDate(said: SaidDate | undefined, zone: string): Promise<string | undefined> {
  return said === undefined ? undefined : await dateOf(said, () => zone);
}

/** The zone of the service, which itself reports an invalid one. */
function defaultZone({ DEFAULT_TIME_ZONE: zone = '' }: Surroundings['env']): string {
  return isKnownZone(zone.trim()) ? zone.trim() : 'UTC';
}

/** `007 2026-03-02 status: stored PRESENT, derived ABSENT` */
function differenceText({ employeeId, date, field, stored, derived }: RebuildFinding): string {
  const [was, is] = [stored, derived].map((value) =>
    value === null ? 'nothing' : typeof value === 'number' ? value : JSON.stringify(value),
  );
  return escapedText(`${employeeId} ${date} ${field}: stored ${was}, derived ${is}`);
}

function totalLines(totals: RebuildTotals, write: boolean): readonly string[] {
  const { employees, daysDerived, differences, differencesLeft, daysBehind } = totals;
  const lines = [
    `${counted(daysDerived, 'day')} of ${counted(employees, 'employee')} derived again: ` +
      (differences === 0 ? 'no difference' : counted(differences, 'difference')),
  ];
  if (write && differences > 0) lines.push(`${differences - differencesLeft} of them mended`);
  if (daysBehind > 0) {
    const behind = `${counted(daysBehind, 'day')} right though derived by other rules`;
    lines.push(write ? `${behind}: current now` : behind);
  }
  return lines;
}

function unfinishedText({ unfinishedChanges }: RebuildTotals): string {
  const [changes, are] = [
    counted(unfinishedChanges, 'roster change'),
    unfinishedChanges === 1 ? 'is' : 'are',
  ];
  return (
    `${changes} ${are} still being followed by stored days: differences that come from that go ` +
    'away by themselves while the service runs.'
  );
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
