// punches add: reports one punch afterwards, such as a forgotten break. It is a fact like a
// device's and not a command: nothing is refused, and inconsistencies become anomalies of its day.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type { AttendanceClient, PunchKind, RecordPunchResult } from '../../../client/index.js';
import {
  errorOfStatus,
  PunchOutcome,
  PunchSource,
  RecordPunchResultSchema,
} from '../../../client/index.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { shownText, writeLine } from '../../terminal/console.js';
import { punchText } from '../../text/clock-text.js';
import { dayLines, sessionLines } from '../../text/day-text.js';
import { kindArgument } from '../../text/punch-kind.js';
import { shownZone } from '../../time/local-time.js';
import { dateOfPunch } from '../../time/punch-date.js';
import type { SaidTime } from '../../time/time-argument.js';
import { instantOfSaid, saidTimeArgument } from '../../time/time-argument.js';
import { zoneAtClock } from '../../time/zone-lookup.js';
import { examples } from '../day-commands.js';
import { zoneArgument } from './punch-import-command.js';

interface AddOptions extends SharedOptions {
  readonly zone?: string;
  readonly note: string;
  readonly device: string;
  readonly restore: boolean;
}

interface Told {
  readonly employeeId: string;
  readonly kind: PunchKind;
  readonly time: Timestamp;
}

const EXPLANATION = `
It is recorded as a line of a device's log is: never refused because of other punches, and the
same one again counts once. If it was voided, that is said, and --restore makes it count again. What
does not add up is shown on the day, under ANOMALIES. A punch that is wrong: attendance punches
replace, void or correct.`;

/** Adds the command to its group. */
export function addPunchAdd(punches: Command, surroundings: Surroundings): void {
  punches
    .command('add')
    .summary('tell a punch that was forgotten')
    .description('Tells a punch that was forgotten, such as a break of a day that is over.')
    .argument('<employee>', 'the employee id')
    .argument('<kind>', 'in, out, break-start or break-end', kindArgument)
    .argument('<time>', 'when, such as 2026-03-02T12:00+01:00; local with --zone', saidTimeArgument)
    .option('--zone <zone>', 'the zone of a local time, such as Europe/Berlin', zoneArgument)
    .option('--note <text>', 'anything worth keeping with it', '')
    .option('--device <id>', 'the device whose log it is missing from', '')
    .option('--restore', 'make it count again if it was voided', false)
    .addHelpText('after', EXPLANATION)
    .addHelpText(
      'after',
      examples(
        'punches add 007 break-start 2026-03-02T12:00 --zone Europe/Berlin',
        'punches add 007 break-end 2026-03-02T12:30+01:00 --note "told by phone"',
      ),
    )
    .action(
      async (employeeId: string, kind: PunchKind, said: SaidTime, _: unknown, self: Command) => {
        const options = self.optsWithGlobals<AddOptions>();
        const told = { employeeId, kind, time: instantOfSaid(said, options.zone) };
        await withClient(options, surroundings, (client) =>
          addPunch(surroundings, options, client, told),
        );
      },
    );
}

async function addPunch(
  { stdout }: Surroundings,
  options: AddOptions,
  client: AttendanceClient,
  told: Told,
): Promise<void> {
  const { zone = '', note, device: deviceId, restore } = options;
  // Without a device it counts like a file: a person handed it in.
  const source = deviceId === '' ? PunchSource.FILE : PunchSource.DEVICE;
  const punch = { ...told, source, deviceId, note, timeZone: zone };
  const [result] = (await client.recordPunches({ punches: [punch], restore })).results;
  if (result === undefined) throw new Error('The service answered without a result.');
  if (result.error !== undefined) throw errorOfStatus(result.error);
  if (options.json) {
    const json = toJsonString(RecordPunchResultSchema, result, { alwaysEmitImplicit: true });
    await writeLine(stdout, json);
    return;
  }
  const shownIn = zone || (await zoneAtClock(client, told.employeeId));
  await writeLine(stdout, outcomeLine(result, told, shownZone(shownIn)));
  if (result.voided) await writeLine(stdout, await obstacleLine(client, told, result.punchId));
  await printDay(stdout, client, told, shownIn);
}

function outcomeLine(
  { outcome, punchId, voided, restored }: RecordPunchResult,
  told: Told,
  zone: string,
): string {
  const what = `punch ${punchId} of ${told.employeeId}, ${punchText(told, zone)}`;
  if (outcome === PunchOutcome.RECORDED) {
    return shownText(`recorded: ${what}${restored ? ', counts again' : ''}`);
  }
  const but = voided ? ' and does not count' : '';
  return shownText(`duplicate: ${what}, was there already${but}`);
}

/** Why an existing punch prevents this one, and the way out. */
async function obstacleLine(
  client: Pick<AttendanceClient, 'listPunches'>,
  { employeeId, time }: Told,
  punchId: string,
): Promise<string> {
  const endTime = { seconds: time.seconds + 1n, nanos: 0 };
  const request = { employeeId, startTime: time, endTime, includeVoided: true, pageSize: 1_000 };
  const { punches } = await client.listPunches(request);
  const voided = punches.find((punch) => punch.punchId === punchId)?.voided;
  if (voided === undefined) return 'Who voided it, and why: attendance punches list --voided';
  const { actor, reason, replacedByPunchId: other } = voided;
  const way =
    other === ''
      ? 'To make it count again: the same command with --restore'
      : `To correct it once more: attendance punches replace ${employeeId} ${other}`;
  const what = other === '' ? 'voided' : `replaced by punch ${other}`;
  return shownText(`It was ${what} by ${actor}: ${reason}. ${way}`);
}

/** Prints the day that it counts for now, with its sessions. */
async function printDay(
  stdout: Surroundings['stdout'],
  client: AttendanceClient,
  { employeeId, time }: Told,
  zone: string,
): Promise<void> {
  const date = await dateOfPunch(client, employeeId, time, shownZone(zone));
  const { attendance } = await client.getAttendance({ employeeId, date });
  if (attendance === undefined) throw new Error('The service answered without a day.');
  for (const line of dayLines([{ attendance }])) await writeLine(stdout, line);
  for (const line of sessionLines(attendance)) await writeLine(stdout, line);
}
