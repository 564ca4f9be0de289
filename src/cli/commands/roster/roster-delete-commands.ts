// roster delete, roster archive: remove something from the roster. Each prints what it was, so that
// it can be put back.

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { toJsonString } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { AttendanceClient, RosterChange } from '../../../client/index.js';
import {
  ArchiveEmployeeResponseSchema,
  ArchiveShiftResponseSchema,
  DeleteDateOverrideResponseSchema,
  DeleteHolidayResponseSchema,
  DeletePolicyResponseSchema,
  DeleteShiftAssignmentResponseSchema,
} from '../../../client/index.js';
import { cycleText, shiftsText } from '../../roster/roster-notation.js';
import { all, overridesIn } from '../../roster/roster-pages.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { shownText, writeLine } from '../../terminal/console.js';
import { plainDateArgument } from '../../time/date-argument.js';
import { examples } from '../day-commands.js';

interface RemovalOptions extends SharedOptions {
  readonly reason: string;
  readonly dryRun: boolean;
  readonly etag?: string;
  readonly from?: string;
  readonly requestId: string;
}

/** The fields that all of these calls take. */
interface Common {
  readonly reason: string;
  readonly requestId: string;
  readonly validateOnly: boolean;
}

/** The result of a call. */
interface Removed {
  /** For people: `assignment 5 of 101 from 2026-03-02: early*5 off*2`. */
  readonly what: string;
  readonly rosterChange?: RosterChange | undefined;
  readonly json: string;
}

interface Argument {
  readonly name: string;
  readonly help: string;
  readonly parse?: (text: string) => string;
}

/** A command that removes one thing from the roster. */
interface Removal {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** One or two arguments. */
  readonly args: readonly Argument[];
  readonly hasEtag: boolean;
  /** Whether the thing has versions by date. */
  readonly hasFrom?: boolean;
  readonly examples: readonly string[];
  readonly call: (
    client: AttendanceClient,
    ids: readonly [string, string],
    common: Common,
    etag: string,
    from: string | undefined,
  ) => Promise<Removed>;
}

/** The words of a group for a completed removal and for a dry run. */
interface Verb {
  readonly done: string;
  readonly wouldBe: string;
  /** For a call that changed nothing. */
  readonly isAlready: string;
}

const DELETE: Verb = {
  done: 'Deleted',
  wouldBe: 'Would delete',
  isAlready: 'is not there: nothing was deleted',
};

const ARCHIVE: Verb = {
  done: 'Archived',
  wouldBe: 'Would archive',
  isAlready: 'is archived already',
};

/** Adds the commands to the group. */
export function addRosterRemovals(roster: Command, surroundings: Surroundings): void {
  const deletion = roster
    .command('delete')
    .summary('delete an assignment, an override, a holiday or a policy')
    .description('Deletes something of the roster, as if it had never been. The history keeps it.')
    .addHelpText('after', examples(...DELETIONS.flatMap(firstExample)));
  for (const one of DELETIONS) addRemoval(deletion, DELETE, one, surroundings);
  const archiving = roster
    .command('archive')
    .summary('archive a shift or an employee')
    .description('Archives what is no longer used. What was planned and recorded stays.')
    .addHelpText('after', examples(...[SHIFT, EMPLOYEE].flatMap(firstExample)));
  for (const one of [SHIFT, EMPLOYEE]) addRemoval(archiving, ARCHIVE, one, surroundings);
}

function firstExample({ examples: all }: Removal): readonly string[] {
  return all.slice(0, 1);
}

function addRemoval(
  group: Command,
  verb: Verb,
  removal: Removal,
  surroundings: Surroundings,
): void {
  const { name, summary, description, args, hasEtag, hasFrom = false } = removal;
  const command = group
    .command(name)
    .usage(`[options] --reason <text> ${args.map((each) => `<${each.name}>`).join(' ')}`)
    .summary(summary)
    .description(description);
  for (const { name: argument, help, parse } of args) {
    if (parse === undefined) command.argument(`<${argument}>`, help);
    else command.argument(`<${argument}>`, help, parse);
  }
  command
    .requiredOption('--reason <text>', 'why, for the history')
    .option('--dry-run', 'only say what it would do, or why it is refused', false)
    .option('--request-id <uuid>', 'makes the call safe to repeat by hand', '');
  if (hasEtag) command.option('--etag <etag>', 'only if it is still at this etag', '');
  if (hasFrom) command.addOption(new Option('--from <date>', FROM_IS).argParser(fromArgument));
  command.addHelpText('after', examples(...removal.examples)).action(async () => {
    const ids = command.processedArgs as readonly string[];
    await remove(surroundings, command.optsWithGlobals<RemovalOptions>(), verb, removal, ids);
  });
}

async function remove(
  surroundings: Surroundings,
  options: RemovalOptions,
  verb: Verb,
  { call }: Removal,
  [first = '', second = '']: readonly string[],
): Promise<void> {
  const { reason, requestId, dryRun, etag = '', from } = options;
  const common = { reason, requestId, validateOnly: dryRun };
  const removed = await withClient(options, surroundings, (client) =>
    call(client, [first, second], common, etag, from),
  );
  const says = options.json ? removed.json : sentenceOf(removed, verb, dryRun);
  await writeLine(surroundings.stdout, options.json ? says : shownText(says));
  if (isFollowed(removed)) await writeLine(surroundings.stderr, FOLLOWING);
}

function sentenceOf({ what, rosterChange }: Removed, verb: Verb, dryRun: boolean): string {
  if (dryRun) return `${verb.wouldBe} ${what}`;
  if (rosterChange === undefined) return `${what} ${verb.isAlready}`;
  return `${verb.done} ${what} (change ${rosterChange.changeId})`;
}

function isFollowed({ rosterChange }: Removed): boolean {
  return rosterChange !== undefined && rosterChange.finishTime === undefined;
}

const FOLLOWING =
  'Reads follow at once. Stored days are still following: attendance roster changes --unfinished';

function removed<Desc extends DescMessage>(
  what: string,
  desc: Desc,
  answer: MessageShape<Desc> & { readonly rosterChange?: RosterChange | undefined },
): Removed {
  const json = toJsonString(desc, answer, { alwaysEmitImplicit: true });
  return { what, rosterChange: answer.rosterChange, json };
}

const EMPLOYEE_ARGUMENT: Argument = { name: 'employee', help: 'the employee id' };
const DATE_ARGUMENT: Argument = { name: 'date', help: 'YYYY-MM-DD', parse: plainDateArgument };

const ASSIGNMENT: Removal = {
  name: 'assignment',
  summary: 'delete an assignment of an employee',
  description:
    'Deletes an assignment, as if it had never been: past days follow too. To end one instead, ' +
    'import a row of it with a to.',
  args: [
    EMPLOYEE_ARGUMENT,
    { name: 'assignment', help: 'its id, as `roster assignments` shows it', parse: idArgument },
  ],
  hasEtag: true,
  examples: [
    'roster delete assignment 101 12 --reason "wrong rota"',
    'roster delete assignment 101 12 --reason "wrong rota" --dry-run',
  ],
  call: async (client, [employeeId, assignmentId], common, etag) => {
    const request = { employeeId, assignmentId, etag, ...common };
    const answer = await client.deleteShiftAssignment(request);
    const pattern = answer.assignment?.assignment;
    const cycle = cycleText(pattern?.cycle.map(({ shiftIds }) => shiftIds) ?? []);
    const dates = `from ${pattern?.startDate}${pattern?.endDate ? ` to ${pattern.endDate}` : ''}`;
    const what = `assignment ${assignmentId} of ${employeeId} ${dates}: ${cycle}`;
    return removed(what, DeleteShiftAssignmentResponseSchema, answer);
  },
};

function idArgument(text: string): string {
  if (/^[1-9]\d{0,14}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be the id of an assignment.');
}

const OVERRIDE: Removal = {
  name: 'override',
  summary: "delete an employee's override of a date",
  description:
    'Deletes the override of a date: what is assigned counts again. Without one, changes nothing.',
  args: [EMPLOYEE_ARGUMENT, DATE_ARGUMENT],
  hasEtag: false,
  examples: ['roster delete override 101 2026-03-07 --reason "the fair is cancelled"'],
  call: async (client, [employeeId, date], common) => {
    // The answer does not say what was there, so it is read first.
    const range = { employeeId, startDate: date, endDate: date };
    const [override] = await all(overridesIn(client, range));
    const answer = await client.deleteDateOverride({ employeeId, date, ...common });
    const shifts = override === undefined ? '' : `: ${shiftsText(override.shiftIds)}`;
    const what = `override of ${employeeId} on ${date}${shifts}`;
    return removed(what, DeleteDateOverrideResponseSchema, answer);
  },
};

const HOLIDAY: Removal = {
  name: 'holiday',
  summary: 'delete a holiday from a calendar',
  description: 'Deletes a holiday from a calendar: its shifts are worked like on any other date.',
  args: [{ name: 'calendar', help: 'the calendar id' }, DATE_ARGUMENT],
  hasEtag: false,
  examples: ['roster delete holiday berlin 2026-04-03 --reason "wrong year"'],
  call: async (client, [calendarId, date], common) => {
    const answer = await client.deleteHoliday({ calendarId, date, ...common });
    const what = `holiday ${date} of ${calendarId}: ${answer.holiday?.name ?? ''}`;
    return removed(what, DeleteHolidayResponseSchema, answer);
  },
};

const FROM_IS =
  'only the version from this date, as `roster policies` shows it: YYYY-MM-DD, or - for the one ' +
  'without a date';

/** Empty for the version without a date. */
function fromArgument(text: string): string {
  return text === '-' ? '' : plainDateArgument(text);
}

const POLICY: Removal = {
  name: 'policy',
  summary: 'delete a policy, or one version of it',
  description:
    'Deletes a policy, as if it had never been: past days follow too. Its employees follow the ' +
    'policy of their group, or the default. With --from, deletes only the version from that date: ' +
    'the version before it then holds on.',
  args: [{ name: 'policy', help: 'the policy id' }],
  hasEtag: true,
  hasFrom: true,
  examples: [
    'roster delete policy nights --from 2026-05-01 --reason "put off"',
    'roster delete policy nights --reason "never agreed" --dry-run',
  ],
  call: async (client, [policyId], common, etag, from) => {
    const versions =
      from === undefined
        ? { case: 'all' as const, value: true }
        : { case: 'effectiveDate' as const, value: from };
    const answer = await client.deletePolicy({ policyId, versions, etag, ...common });
    const what = `${versionsText(answer.policy?.versions.length ?? 0, from)} of policy ${policyId}`;
    return removed(what, DeletePolicyResponseSchema, answer);
  },
};

function versionsText(count: number, from: string | undefined): string {
  if (from === '') return 'the version without a date';
  if (from !== undefined) return `the version from ${from}`;
  return count === 1 ? 'the only version' : `all ${count} versions`;
}

const DELETIONS: readonly Removal[] = [ASSIGNMENT, OVERRIDE, HOLIDAY, POLICY];

const SHIFT: Removal = {
  name: 'shift',
  summary: 'archive a shift, which nobody can be assigned any more',
  description:
    'Archives a shift: it can no longer be assigned, and assignments that have it keep it. ' +
    'Nothing brings an archived shift back.',
  args: [{ name: 'shift', help: 'the shift id' }],
  hasEtag: true,
  examples: ['roster archive shift night --reason "no night shift any more"'],
  call: async (client, [shiftId], common, etag) => {
    const answer = await client.archiveShift({ shiftId, etag, ...common });
    return removed(`shift ${shiftId}`, ArchiveShiftResponseSchema, answer);
  },
};

const EMPLOYEE: Removal = {
  name: 'employee',
  summary: 'archive an employee who left',
  description:
    'Archives an employee who left: the roster expects nothing from tomorrow on, and the clock ' +
    'takes no commands. Days and punches stay. roster import of a row of the employee is the way ' +
    'back.',
  args: [EMPLOYEE_ARGUMENT],
  hasEtag: true,
  examples: ['roster archive employee 101 --reason "left the company"'],
  call: async (client, [employeeId], common, etag) => {
    const answer = await client.archiveEmployee({ employeeId, etag, ...common });
    return removed(`employee ${employeeId}`, ArchiveEmployeeResponseSchema, answer);
  },
};
