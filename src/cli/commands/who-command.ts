// who: all employees who are in or on break.

import { toJsonString } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type { AttendanceClient, ClockState } from '../../client/index.js';
import { ClockStateSchema, ClockStatus } from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { table, writeLine } from '../terminal/console.js';
import { localInstantText, shownZone } from '../time/local-time.js';
import { examples } from './day-commands.js';
import { zoneArgument } from './punches/punch-import-command.js';

const PAGE_SIZE = 1_000;
const HEADING = ['EMPLOYEE', 'NAME', 'IS', 'SINCE', 'SHIFT', 'DATE', 'OVER AT'] as const;

interface WhoOptions extends SharedOptions {
  readonly group: string;
  readonly zone?: string;
}

/** Adds the command to the program. */
export function addWhoCommand(program: Command, surroundings: Surroundings): void {
  program
    .command('who')
    .summary('show who is in or on break now')
    .description(
      'Shows who is in or on break now: since when, on which shift, for which date, and when a ' +
        'session that nobody ends is over. Times are local: those of the shift, else of the ' +
        'employee.',
    )
    .option('--group <id>', 'only employees of this group', '')
    .option('--zone <zone>', "show times in this zone, not in everybody's own", zoneArgument)
    .addHelpText('after', examples('who', 'who --group kitchen --zone Europe/Berlin'))
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<WhoOptions>();
      await withClient(options, surroundings, (client) => printWho(surroundings, options, client));
    });
}

/** Page by page, so that memory stays flat. */
async function printWho(
  { stdout, stderr }: Surroundings,
  { group, zone, json }: WhoOptions,
  client: Pick<AttendanceClient, 'listClockedIn'>,
): Promise<void> {
  let pageToken = '';
  let count = 0;
  do {
    const page = await client.listClockedIn({ groupId: group, pageSize: PAGE_SIZE, pageToken });
    const states = page.clockStates;
    pageToken = page.nextPageToken;
    const lines = json
      ? states.map((state) => toJsonString(ClockStateSchema, state, { alwaysEmitImplicit: true }))
      : table(
          HEADING,
          states.map((state) => rowOf(state, zone ?? shownZone(state.timeZone || 'UTC'))),
        ).slice(count === 0 && states.length > 0 ? 0 : 1);
    for (const line of lines) await writeLine(stdout, line);
    count += states.length;
  } while (pageToken !== '');
  if (count === 0 && !json) await writeLine(stderr, 'Nobody is in.');
}

function rowOf(state: ClockState, zone: string): readonly string[] {
  const { employeeId, employeeName, status, sinceTime, session, closeTime, attendance } = state;
  const time = (instant: typeof sinceTime) =>
    instant === undefined ? '-' : localInstantText(timestampMs(instant), zone);
  return [
    employeeId,
    employeeName || '-',
    status === ClockStatus.ON_BREAK ? 'on break' : 'in',
    time(sinceTime),
    session?.shiftId || '-',
    attendance?.date || '-',
    time(closeTime),
  ];
}
