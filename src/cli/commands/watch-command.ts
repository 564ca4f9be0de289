// watch: changes of days as they happen.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type {
  Attendance,
  AttendanceChange,
  AttendanceClient,
  WatchAttendanceResponse,
} from '../../client/index.js';
import { WatchAttendanceResponseSchema } from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import {
  EXIT_INTERRUPTED,
  EXIT_USAGE,
  ExitError,
  shownText,
  writeLine,
} from '../terminal/console.js';
import { addText, statusText, timeText } from '../text/day-options.js';
import { anomaliesText } from '../text/day-text.js';
import { causeText } from '../text/revision-text.js';
import { plainDateArgument } from '../time/date-argument.js';
import { examples } from './day-commands.js';

interface WatchCommandOptions extends SharedOptions {
  readonly employee?: readonly string[];
  readonly group: string;
  readonly from?: string;
  readonly to?: string;
  readonly since: string;
}

/** The widths of all columns but the last. A table that grows cannot know its widest cell. */
const WIDTHS = [27, 12, 10, 12, 18, 16] as const;
const HEADING = ['WHEN', 'EMPLOYEE', 'DATE', 'STATUS', 'CAUSE', 'WHO', 'ANOMALIES'] as const;

/** Adds the command to the program. */
export function addWatchCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('watch')
    .summary('follow changes of days as they happen')
    .description(
      'Prints each change of a day as it is committed: once, in order, and also what time alone ' +
        'changes. Goes on by itself after a restart of the service. Ctrl-C ends it and prints the ' +
        'cursor with which --since goes on behind the last line. With --json, a line is a message ' +
        'of WatchAttendance, heartbeats included.',
    )
    .option('--employee <id>', 'only this employee; may be given several times', addText)
    .option('--group <id>', 'only employees of this group', '')
    .option('--from <date>', 'begin with the days from this date on', plainDateArgument)
    .option('--to <date>', 'the last date to begin with; --from if not given', plainDateArgument)
    .option('--since <cursor>', 'go on behind this cursor', '')
    .addHelpText(
      'after',
      examples('watch', 'watch --group kitchen --from 2026-03-02', 'watch --employee 007 --json'),
    )
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<WatchCommandOptions>();
      if (options.to !== undefined && options.from === undefined) {
        throw new ExitError(EXIT_USAGE, '--to needs --from: they are the dates to begin with.');
      }
      await withClient(options, surroundings, (client) => follow(surroundings, options, client));
    });
}

async function follow(
  surroundings: Surroundings,
  { employee = [], group, from, to, since, json }: WatchCommandOptions,
  client: Pick<AttendanceClient, 'watch'>,
): Promise<void> {
  const { stdout, stderr, onInterrupt } = surroundings;
  const stopping = new AbortController();
  const release = onInterrupt(() => stopping.abort());
  const snapshot = from === undefined ? {} : { snapshot: { startDate: from, endDate: to ?? from } };
  const request = { employeeIds: employee, groupId: group, cursor: since, ...snapshot };
  const onBroken = ({ message }: Error) => {
    stderr.write(`The stream was broken and goes on: ${shownText(message)}\n`);
  };
  let cursor = since;
  try {
    if (!json) await writeLine(stdout, lineOf(HEADING));
    for await (const message of client.watch(request, { signal: stopping.signal, onBroken })) {
      for (const line of linesOf(message, json)) await writeLine(stdout, line);
      cursor = message.cursor;
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    await writeLine(stderr, `Go on with --since ${cursor}`);
    throw new ExitError(EXIT_INTERRUPTED);
  } finally {
    release();
  }
}

function linesOf(message: WatchAttendanceResponse, json: boolean): readonly string[] {
  if (json) return [toJsonString(WatchAttendanceResponseSchema, message)];
  return [...message.snapshotDays.map(lineOfDay), ...message.changes.map(lineOfChange)];
}

/** A day of the snapshot. */
function lineOfDay(day: Attendance): string {
  return lineOf([...startOf(undefined, day), '-', '-', anomaliesText(day)]);
}

function lineOfChange({ attendance, changeTime, cause, actor }: AttendanceChange): string {
  if (attendance === undefined) return '';
  const who = actor || '-';
  return lineOf([
    ...startOf(changeTime, attendance),
    causeText(cause),
    who,
    anomaliesText(attendance),
  ]);
}

function startOf(time: Timestamp | undefined, day: Attendance): readonly string[] {
  return [timeText(time), day.employeeId, day.date, statusText(day)];
}

function lineOf(cells: readonly string[]): string {
  return cells
    .map((cell, column) => shownText(cell).padEnd(WIDTHS[column] ?? 0))
    .join('  ')
    .trimEnd();
}
