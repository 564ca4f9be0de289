// leave-types list, set: the leave types that marks can name.

import { toJsonString } from '@bufbuild/protobuf';
import { type Command, Option } from 'commander';
import type { LeaveType } from '../../client/index.js';
import { LeaveTypeSchema } from '../../client/index.js';
import type { SharedOptions } from '../terminal/connection.js';
import { withClient } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { table, writeLine } from '../terminal/console.js';
import { timeText } from '../text/day-options.js';
import { examples } from './day-commands.js';

const HEADING = ['LEAVE TYPE', 'NAME', 'PAID', 'ARCHIVED', 'REVISION', 'CHANGED', 'WHO', 'REASON'];

interface ListOptions extends SharedOptions {
  readonly history: boolean;
}

interface SetOptions extends SharedOptions {
  readonly name: string;
  readonly paid?: boolean;
  readonly unpaid?: boolean;
  readonly archived: boolean;
  readonly reason: string;
}

/** Adds the commands to the program. */
export function addLeaveTypesCommands(program: Command, surroundings: Surroundings): void {
  const leaveTypes = program
    .command('leave-types')
    .summary('list and set the kinds of leave')
    .description(
      'Kinds of leave, such as vacation and sick leave: what marks of on-leave can name.',
    );
  addList(leaveTypes, surroundings);
  addSet(leaveTypes, surroundings);
}

function addList(leaveTypes: Command, surroundings: Surroundings): void {
  leaveTypes
    .command('list')
    .summary('list leave types')
    .description('Lists leave types, archived ones too.')
    .option('--history', 'all that they were before, too', false)
    .addHelpText('after', examples('leave-types list', 'leave-types list --history'))
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      await withClient(options, surroundings, async (client) => {
        const found: LeaveType[] = [];
        let pageToken = '';
        do {
          const request = { includeHistory: options.history, pageToken };
          const page = await client.listLeaveTypes(request);
          found.push(...page.leaveTypes);
          pageToken = page.nextPageToken;
        } while (pageToken !== '');
        await print(surroundings, options, found);
      });
    });
}

function addSet(leaveTypes: Command, surroundings: Surroundings): void {
  leaveTypes
    .command('set')
    .usage('[options] --name <text> <--paid|--unpaid> <leave-type>')
    .summary('add a leave type, or change it')
    .description(
      'Adds a leave type, or makes the one with this id what the options say. What it was before ' +
        'stays in its history. Days that have it keep it, also when it is archived.',
    )
    .argument('<leave-type>', 'its id, such as vacation')
    .requiredOption('--name <text>', 'what people call it')
    .addOption(new Option('--paid', 'it is paid').conflicts('unpaid'))
    .addOption(new Option('--unpaid', 'it is not paid').conflicts('paid'))
    .option('--archived', 'it can no longer be declared', false)
    .option('--reason <text>', 'why, for the history', '')
    .addHelpText(
      'after',
      examples(
        'leave-types set vacation --name Vacation --paid',
        'leave-types set unpaid --name "Unpaid leave" --unpaid --archived --reason "not in use"',
      ),
    )
    .action(async (leaveTypeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<SetOptions>();
      const { name, paid, unpaid, archived, reason } = options;
      if (paid !== true && unpaid !== true) self.error('error: say --paid or --unpaid');
      await withClient(options, surroundings, async (client) => {
        const request = { leaveTypeId, name, paid: paid === true, archived, reason };
        const { leaveType } = await client.setLeaveType(request);
        if (leaveType === undefined) throw new Error('The service answered without a leave type.');
        await print(surroundings, options, [leaveType]);
      });
    });
}

async function print(
  { stdout }: Surroundings,
  { json }: SharedOptions,
  leaveTypes: readonly LeaveType[],
): Promise<void> {
  const lines = json ? leaveTypes.map(jsonOf) : table(HEADING, leaveTypes.map(rowOf));
  for (const line of lines) await writeLine(stdout, line);
}

function jsonOf(leaveType: LeaveType): string {
  return toJsonString(LeaveTypeSchema, leaveType, { alwaysEmitImplicit: true });
}

function rowOf(leaveType: LeaveType): readonly string[] {
  const { leaveTypeId, name, paid, archived, revision, updateTime, actor, reason } = leaveType;
  const word = (value: boolean) => (value ? 'yes' : 'no');
  const said = [word(paid), word(archived), String(revision), timeText(updateTime)];
  return [leaveTypeId, name, ...said, actor, reason || '-'];
}
