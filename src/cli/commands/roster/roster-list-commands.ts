// roster shifts, policies, employees, assignments, overrides, holidays: lists the items of the
// roster.

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { toJsonString } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import type {
  AttendanceClient,
  Employee,
  PolicyHistory,
  ShiftHistory,
} from '../../../client/index.js';
import {
  DateOverrideSchema,
  EmployeeAssignmentSchema,
  EmployeeSchema,
  HolidaySchema,
  PolicyHistorySchema,
  ShiftHistorySchema,
} from '../../../client/index.js';
import { POLICY_RULE_COLUMNS } from '../../roster/policy-columns.js';
import { cycleText, ownPolicyText, shiftsText } from '../../roster/roster-notation.js';
import {
  employeesIn,
  holidaysIn,
  overridesIn,
  policiesIn,
  shiftsIn,
} from '../../roster/roster-pages.js';
import { type Column, SHIFT_COLUMNS, writeColumns } from '../../roster/shift-columns.js';
import type { SharedOptions } from '../../terminal/connection.js';
import { positiveInteger, withClient } from '../../terminal/connection.js';
import type { Surroundings } from '../../terminal/console.js';
import { EXIT_USAGE, ExitError, table, writeLine } from '../../terminal/console.js';
import { portionWord, timeArgument } from '../../text/day-options.js';
import { plainDateArgument } from '../../time/date-argument.js';
import { asOf, examples } from '../day-commands.js';

const DEFAULT_LIST_LIMIT = 100;

interface ListOptions extends SharedOptions {
  readonly limit: number;
  readonly asOf?: Timestamp;
}

interface ArchivedOptions extends ListOptions {
  readonly archived: boolean;
  readonly group: string;
}

interface RangeOptions extends ListOptions {
  readonly calendar: string;
  readonly from: string;
  readonly to: string;
}

/** How to print the items of a list. */
interface Form<Desc extends DescMessage> {
  readonly desc: Desc;
  /** For the hint that there are more. */
  readonly plural: string;
  readonly heading: readonly string[];
  readonly rowsOf: (item: MessageShape<Desc>) => readonly (readonly string[])[];
}

/** Adds the commands to the group. */
export function addRosterLists(roster: Command, surroundings: Surroundings): void {
  addShifts(roster, surroundings);
  addPolicies(roster, surroundings);
  addEmployees(roster, surroundings);
  addAssignments(roster, surroundings);
  addOverrides(roster, surroundings);
  addHolidays(roster, surroundings);
}

/** The options of every list. */
function listCommand(roster: Command, name: string): Command {
  return roster
    .command(name)
    .option('--limit <items>', 'the most to print', positiveInteger, DEFAULT_LIST_LIMIT)
    .option('--as-of <instant>', 'as known then, such as 2026-03-02T09:00:00Z', timeArgument);
}

function addShifts(roster: Command, surroundings: Surroundings): void {
  listCommand(roster, 'shifts')
    .summary('list shifts with their hours and rules')
    .description(
      'Lists shifts by id, a row for each version, with the rules as roster import writes them.',
    )
    .argument('[shift...]', 'the shifts; all if not given. --as-of needs them')
    .option('--archived', 'also archived ones', false)
    .addHelpText(
      'after',
      examples('roster shifts', 'roster shifts night --as-of 2026-03-02T09:00:00Z'),
    )
    .action(async (shiftIds: readonly string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ArchivedOptions>();
      refuseAsOfOfAll(options, shiftIds, 'shifts');
      await withClient(options, surroundings, (client) =>
        printItems(surroundings, options, SHIFTS, shiftsAsked(client, options, shiftIds)),
      );
    });
}

/**
 * Refuses --as-of without ids: the contract reads only single shifts, policies and employees as of
 * a past moment.
 */
function refuseAsOfOfAll({ asOf }: ListOptions, ids: readonly string[], plural: string): void {
  if (asOf === undefined || ids.length > 0) return;
  throw new ExitError(EXIT_USAGE, `--as-of is of named ${plural} only: name those you want.`);
}

async function* shiftsAsked(
  client: AttendanceClient,
  options: ArchivedOptions,
  shiftIds: readonly string[],
): AsyncGenerator<ShiftHistory> {
  if (shiftIds.length === 0) yield* shiftsIn(client, { includeArchived: options.archived });
  for (const shiftId of shiftIds) {
    const { shift } = await client.getShift({ shiftId, ...asOf(options.asOf) });
    if (shift !== undefined) yield shift;
  }
}

const SHIFTS: Form<typeof ShiftHistorySchema> = {
  desc: ShiftHistorySchema,
  plural: 'shifts',
  heading: ['SHIFT', 'FROM', 'START', 'END', 'ARCHIVED', 'RULES'],
  rowsOf: ({ versions, archived }) =>
    versions.map((shift) => [
      shift.shiftId,
      shift.effectiveDate || '-',
      shift.startTimeOfDay,
      shift.endTimeOfDay,
      yesNo(archived),
      rulesText(SHIFT_COLUMNS, shift),
    ]),
};

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no';
}

/** `late_grace 5m, breaks 30m after 6h`: the rules, each by its column of a roster file. */
function rulesText<M>(columns: readonly Column<M>[], message: M): string {
  const given = Object.entries(writeColumns(columns, message)).filter(([, value]) => value !== '');
  return given.map(([name, value]) => `${name} ${value}`).join(', ');
}

function addPolicies(roster: Command, surroundings: Surroundings): void {
  listCommand(roster, 'policies')
    .summary('list policies with their rules, and whom they are for')
    .description(
      'Lists policies by id, a row for each version, with the rules as roster import writes them.',
    )
    .argument('[policy...]', 'the policies; all if not given. --as-of needs them')
    .addHelpText(
      'after',
      examples('roster policies', 'roster policies nights --as-of 2026-03-02T09:00:00Z'),
    )
    .action(async (policyIds: readonly string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      refuseAsOfOfAll(options, policyIds, 'policies');
      await withClient(options, surroundings, (client) =>
        printItems(surroundings, options, POLICIES, policiesAsked(client, options, policyIds)),
      );
    });
}

async function* policiesAsked(
  client: AttendanceClient,
  options: ListOptions,
  policyIds: readonly string[],
): AsyncGenerator<PolicyHistory> {
  if (policyIds.length === 0) yield* policiesIn(client);
  for (const policyId of policyIds) {
    const { policy } = await client.getPolicy({ policyId, ...asOf(options.asOf) });
    if (policy !== undefined) yield policy;
  }
}

const POLICIES: Form<typeof PolicyHistorySchema> = {
  desc: PolicyHistorySchema,
  plural: 'policies',
  heading: ['POLICY', 'FROM', 'NAME', 'GROUPS', 'DEFAULT', 'RULES'],
  rowsOf: ({ versions }) =>
    versions.map((policy) => [
      policy.policyId,
      policy.effectiveDate || '-',
      policy.policyName || '-',
      policy.groupIds.join(' ') || '-',
      yesNo(policy.isDefault),
      rulesText(POLICY_RULE_COLUMNS, policy),
    ]),
};

function addEmployees(roster: Command, surroundings: Surroundings): void {
  listCommand(roster, 'employees')
    .summary('list employees')
    .description('Lists employees by id.')
    .argument('[employee...]', 'the employees; all if not given. --as-of needs them')
    .option('--group <id>', 'only employees of this group', '')
    .option('--archived', 'also archived ones', false)
    .addHelpText(
      'after',
      examples('roster employees --group bakery', 'roster employees 101 102 --json'),
    )
    .action(async (employeeIds: readonly string[], _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ArchivedOptions>();
      refuseAsOfOfAll(options, employeeIds, 'employees');
      await withClient(options, surroundings, (client) =>
        printItems(surroundings, options, EMPLOYEES, employeesAsked(client, options, employeeIds)),
      );
    });
}

async function* employeesAsked(
  client: AttendanceClient,
  options: ArchivedOptions,
  employeeIds: readonly string[],
): AsyncGenerator<Employee> {
  if (employeeIds.length === 0) {
    const scope = { groupId: options.group, includeArchived: options.archived };
    yield* employeesIn(client, scope);
  }
  for (const employeeId of employeeIds) {
    const { employee } = await client.getEmployee({ employeeId, ...asOf(options.asOf) });
    if (employee !== undefined) yield employee;
  }
}

const EMPLOYEES: Form<typeof EmployeeSchema> = {
  desc: EmployeeSchema,
  plural: 'employees',
  heading: [
    ...['EMPLOYEE', 'NAME', 'GROUP', 'JOINED', 'LEFT', 'SHIFT', 'CALENDAR', 'ARCHIVED', 'ZONE'],
    'POLICY',
  ],
  rowsOf: (employee) => [
    [
      employee.employeeId,
      employee.employeeName || '-',
      employee.groupId || '-',
      employee.joinDate || '-',
      employee.leaveDate || '-',
      employee.defaultShiftId || '-',
      employee.calendarId || '-',
      yesNo(employee.archived),
      zonesText(employee),
      policiesText(employee),
    ],
  ],
};

/** `Europe/Berlin, from 2026-09-01 Europe/Lisbon`. */
function zonesText({ timeZone, timeZoneChanges }: Employee): string {
  const later = timeZoneChanges.map((each) => `from ${each.startDate} ${each.timeZone}`);
  return [timeZone || '-', ...later].join(', ');
}

/** `nights, from 2026-09-01 days`: the employee's own policies. */
function policiesText({ policies }: Employee): string {
  const texts = policies.map(({ startDate, policyId }) =>
    startDate === '' ? ownPolicyText(policyId) : `from ${startDate} ${ownPolicyText(policyId)}`,
  );
  return texts.join(', ') || '-';
}

function addAssignments(roster: Command, surroundings: Surroundings): void {
  listCommand(roster, 'assignments')
    .summary("list an employee's assignments")
    .description(
      "Lists an employee's assignments by their first date, with the ids that roster delete takes " +
        'and the cycles as roster import writes them.',
    )
    .argument('<employee>', 'the employee id')
    .addHelpText(
      'after',
      examples('roster assignments 101', 'roster assignments 101 --as-of 2026-03-02T09:00:00Z'),
    )
    .action(async (employeeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      await withClient(options, surroundings, async (client) => {
        const request = { employeeId, ...asOf(options.asOf) };
        const { assignments } = await client.listShiftAssignments(request);
        await printItems(surroundings, options, ASSIGNMENTS, assignments);
      });
    });
}

const ASSIGNMENTS: Form<typeof EmployeeAssignmentSchema> = {
  desc: EmployeeAssignmentSchema,
  plural: 'assignments',
  heading: ['ID', 'FROM', 'TO', 'ANCHOR', 'CYCLE'],
  rowsOf: ({ assignmentId, assignment }) => [
    [
      assignmentId,
      assignment?.startDate || '-',
      assignment?.endDate || '-',
      assignment?.anchorDate || '-',
      cycleText(assignment?.cycle.map(({ shiftIds }) => shiftIds) ?? []),
    ],
  ],
};

/** The options of a list with a range of dates. */
function rangeCommand(roster: Command, name: string): Command {
  return listCommand(roster, name)
    .option('--from <date>', 'the first date, YYYY-MM-DD', plainDateArgument, '')
    .option('--to <date>', 'the last date, YYYY-MM-DD', plainDateArgument, '');
}

function rangeOf({ from, to, asOf: moment }: RangeOptions) {
  return { startDate: from, endDate: to, ...asOf(moment) };
}

function addOverrides(roster: Command, surroundings: Surroundings): void {
  rangeCommand(roster, 'overrides')
    .summary("list an employee's overrides of single dates")
    .description("Lists an employee's overrides by date: the shifts instead of those assigned.")
    .argument('<employee>', 'the employee id')
    .addHelpText('after', examples('roster overrides 101 --from 2026-03-01 --to 2026-03-31'))
    .action(async (employeeId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<RangeOptions>();
      await withClient(options, surroundings, (client) => {
        const overrides = overridesIn(client, { employeeId, ...rangeOf(options) });
        return printItems(surroundings, options, OVERRIDES, overrides);
      });
    });
}

const OVERRIDES: Form<typeof DateOverrideSchema> = {
  desc: DateOverrideSchema,
  plural: 'overrides',
  heading: ['DATE', 'SHIFTS'],
  rowsOf: ({ date, shiftIds }) => [[date, shiftsText(shiftIds)]],
};

function addHolidays(roster: Command, surroundings: Surroundings): void {
  rangeCommand(roster, 'holidays')
    .summary('list holidays')
    .description('Lists holidays by calendar and date.')
    .option('--calendar <id>', 'only this calendar', '')
    .addHelpText(
      'after',
      examples('roster holidays', 'roster holidays --calendar berlin --from 2026-01-01'),
    )
    .action(async (_: unknown, self: Command) => {
      const options = self.optsWithGlobals<RangeOptions>();
      await withClient(options, surroundings, (client) => {
        const scope = { calendarId: options.calendar, ...rangeOf(options) };
        return printItems(surroundings, options, HOLIDAYS, holidaysIn(client, scope));
      });
    });
}

const HOLIDAYS: Form<typeof HolidaySchema> = {
  desc: HolidaySchema,
  plural: 'holidays',
  heading: ['CALENDAR', 'DATE', 'PORTION', 'NAME'],
  rowsOf: ({ calendarId, date, portion, name }) => [[calendarId, date, portionWord(portion), name]],
};

/**
 * Prints the first items, up to --limit, as a table or JSON. Reports on stderr if there are more.
 */
async function printItems<Desc extends DescMessage>(
  { stdout, stderr }: Surroundings,
  { json, limit }: ListOptions,
  { desc, plural, heading, rowsOf }: Form<Desc>,
  items: AsyncIterable<MessageShape<Desc>> | Iterable<MessageShape<Desc>>,
): Promise<void> {
  const shown: MessageShape<Desc>[] = [];
  let hasMore = false;
  for await (const item of items) {
    hasMore = shown.length === limit;
    if (hasMore) break;
    shown.push(item);
  }
  const lines = json
    ? shown.map((item) => toJsonString(desc, item, { alwaysEmitImplicit: true }))
    : table(heading, shown.flatMap(rowsOf));
  for (const line of lines) await writeLine(stdout, line);
  if (hasMore) await writeLine(stderr, `There are more than ${limit} ${plural}: see --limit.`);
}
