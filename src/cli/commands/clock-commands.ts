// clock in, clock out, clock break start, clock break end, clock state: a person's actions at a
// clock, checked by the service.

import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Attendance, AttendanceClient, ClockState, Punch } from '../../client/index.js';
import {
  ClockInResponseSchema,
  ClockOutResponseSchema,
  ClockStateSchema,
  ClockStatus,
  EndBreakResponseSchema,
  StartBreakResponseSchema,
} from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { writeLine } from '../terminal/console.js';
import { commandSentence, recordedSentence, stateSentence } from '../text/clock-text.js';
import { dayLines } from '../text/day-text.js';
import { shownZone } from '../time/local-time.js';
import { isSameSecond, leftAt } from '../time/punch-date.js';
import type { SaidTime } from '../time/time-argument.js';
import { instantOfSaid, saidTimeArgument } from '../time/time-argument.js';
import { stateAtClock } from '../time/zone-lookup.js';
import { examples } from './day-commands.js';
import { zoneArgument } from './punches/punch-import-command.js';

interface ZoneOptions extends SharedOptions {
  readonly zone?: string;
}

interface ClockOptions extends ZoneOptions {
  readonly at?: SaidTime;
  readonly note: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly device: string;
  readonly requestId: string;
}

/** One of the four commands: the call that it makes, and its answer as JSON. */
interface Deed {
  readonly words: string;
  readonly summary: string;
  readonly description: string;
  readonly call: (client: AttendanceClient, request: ClockRequest) => Promise<Done>;
}

interface ClockRequest {
  readonly employeeId: string;
  readonly time?: Timestamp;
  readonly deviceId: string;
  readonly labels: Record<string, string>;
  readonly note: string;
  readonly requestId: string;
}

interface Done {
  readonly punch?: Punch | undefined;
  readonly attendance?: Attendance | undefined;
  readonly json: string;
}

const JSON_OPTIONS = { alwaysEmitImplicit: true };
const ZONE_HELP = 'of a local time, and to show times in; else those of the shift or employee';

const CLOCK_IN: Deed = {
  words: 'in',
  summary: 'clock an employee in',
  description:
    'Clocks an employee in, now or at a moment that has passed. Refused while a session is open.',
  call: async (client, request) => {
    const answer = await client.clockIn(request);
    return { ...answer, json: toJsonString(ClockInResponseSchema, answer, JSON_OPTIONS) };
  },
};

const CLOCK_OUT: Deed = {
  words: 'out',
  summary: 'clock an employee out',
  description: 'Clocks an employee out of the open session, now or at a moment that has passed.',
  call: async (client, request) => {
    const answer = await client.clockOut(request);
    return { ...answer, json: toJsonString(ClockOutResponseSchema, answer, JSON_OPTIONS) };
  },
};

const BREAK_START: Deed = {
  words: 'break start',
  summary: 'begin a break',
  description: 'Begins a break of the open session.',
  call: async (client, request) => {
    const answer = await client.startBreak(request);
    return { ...answer, json: toJsonString(StartBreakResponseSchema, answer, JSON_OPTIONS) };
  },
};

const BREAK_END: Deed = {
  words: 'break end',
  summary: 'end a break',
  description: 'Ends the break that the employee is on.',
  call: async (client, request) => {
    const answer = await client.endBreak(request);
    return { ...answer, json: toJsonString(EndBreakResponseSchema, answer, JSON_OPTIONS) };
  },
};

/** Adds the commands to the program. */
export function addClockCommands(program: Command, surroundings: Surroundings): void {
  const clock = program
    .command('clock')
    .summary('clock in and out, begin and end breaks')
    .description('What a person does at a clock. Refused where it does not add up.')
    .addHelpText('after', examples('clock in 007', 'clock state 007', 'clock out 007'));
  addDeed(clock, CLOCK_IN, surroundings);
  addDeed(clock, CLOCK_OUT, surroundings);
  const breaks = clock
    .command('break')
    .summary('begin and end a break')
    .description('Begins and ends a break of the open session.')
    .addHelpText('after', examples('clock break start 007', 'clock break end 007'));
  addDeed(breaks, BREAK_START, surroundings);
  addDeed(breaks, BREAK_END, surroundings);
  addState(clock, surroundings);
}

function addDeed(group: Command, deed: Deed, surroundings: Surroundings): void {
  group
    .command(deed.words.split(' ').at(-1) ?? deed.words)
    .summary(deed.summary)
    .description(deed.description)
    .argument('<employee>', 'the employee id')
    .option(
      '--at <instant>',
      'when, such as 2026-03-02T09:00+01:00; a local time with --zone; now if not given',
      saidTimeArgument,
    )
    .option('--zone <zone>', ZONE_HELP, zoneArgument)
    .option('--note <text>', 'anything worth keeping with it', '')
    .option('--label <key=value>', 'such as job=4711; may be given again', addLabel)
    .option('--device <id>', 'the device that it is said with', '')
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '')
    .addHelpText(
      'after',
      examples(
        `clock ${deed.words} 007`,
        `clock ${deed.words} 007 --at 2026-03-02T09:00 --zone Europe/Berlin --note "gate was down"`,
      ),
    )
    .action(async (employeeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ClockOptions>();
      const { at, zone, note, label = {}, device, requestId } = options;
      const time = at === undefined ? undefined : instantOfSaid(at, zone);
      await withClient(options, surroundings, async (client) => {
        const done = await deed.call(client, {
          employeeId,
          deviceId: device,
          labels: { ...label },
          note,
          requestId,
          ...(time === undefined ? {} : { time }),
        });
        await printDone(surroundings, options, client, done);
      });
    });
}

function addState(clock: Command, surroundings: Surroundings): void {
  clock
    .command('state')
    .summary('show whether an employee is in')
    .description('Shows whether an employee is in, on break or out, since when, and the day.')
    .argument('<employee>', 'the employee id')
    .option('--zone <zone>', ZONE_HELP, zoneArgument)
    .addHelpText('after', examples('clock state 007', '--json clock state 007'))
    .action(async (employeeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ZoneOptions>();
      await withClient(options, surroundings, async (client) => {
        const { clockState } = await client.getClockState({ employeeId });
        const day = clockState?.attendance;
        if (clockState === undefined || day === undefined) throw withoutDay();
        if (options.json) {
          await writeLine(
            surroundings.stdout,
            toJsonString(ClockStateSchema, clockState, JSON_OPTIONS),
          );
          return;
        }
        const timeZone = options.zone ?? (clockState.timeZone || 'UTC');
        await printState(surroundings, client, clockState, shownZone(timeZone));
        await printDay(surroundings, day, timeZone);
      });
    });
}

async function printState(
  { stdout }: Surroundings,
  client: Pick<AttendanceClient, 'listAttendance'>,
  state: ClockState,
  zone: string,
  told?: Done,
): Promise<void> {
  const { status, employeeId, sinceTime, attendance } = state;
  if (attendance === undefined) throw withoutDay();
  let hasLeft = true;
  if (status === ClockStatus.OUT && sinceTime !== undefined) {
    // The start of OUT is either a departure, or the time when an open session closed by itself.
    hasLeft = await leftAt(client, employeeId, sinceTime, zone).catch(() => true);
  } else if (told !== undefined) {
    hasLeft = !isWithoutEnd(told);
  }
  await writeLine(stdout, stateSentence(state, attendance, zone, hasLeft));
}

async function printDone(
  surroundings: Surroundings,
  { json, at, zone }: ClockOptions,
  client: AttendanceClient,
  done: Done,
): Promise<void> {
  const { punch, attendance, json: text } = done;
  if (json) {
    await writeLine(surroundings.stdout, text);
    return;
  }
  if (punch === undefined || attendance === undefined) throw withoutDay();
  const { stdout } = surroundings;
  const state = await stateAtClock(client, attendance.employeeId);
  const timeZone = zone ?? (state?.timeZone || 'UTC');
  const shown = shownZone(timeZone);
  if (at === undefined) {
    await writeLine(stdout, commandSentence(punch, attendance, shown));
  } else {
    // The answer for an earlier moment may no longer be the current state, so print both.
    await writeLine(stdout, recordedSentence(punch, attendance, shown));
    if (state?.attendance !== undefined) await printState(surroundings, client, state, shown, done);
  }
  await printDay(surroundings, attendance, timeZone);
}

/** Whether the session of a command has no end. */
function isWithoutEnd({ punch, attendance }: Done): boolean {
  const sessions = attendance?.sessions ?? [];
  return sessions.some(
    ({ inTime, outTime }) => isSameSecond(inTime, punch?.time) && outTime === undefined,
  );
}

async function printDay(
  { stdout }: Surroundings,
  attendance: Attendance,
  timeZone: string,
): Promise<void> {
  for (const line of dayLines([{ attendance }], shownZone(timeZone))) {
    await writeLine(stdout, line);
  }
}

function withoutDay(): Error {
  return new Error('The service answered without a punch or a day.');
}

/** For an option that may be given several times. */
function addLabel(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim();
  if (at === -1 || key === '') throw new InvalidArgumentError('It must be KEY=VALUE.');
  // fromEntries, so that a key such as __proto__ is a key like any other.
  return Object.fromEntries([...Object.entries(before ?? {}), [key, text.slice(at + 1)]]);
}
