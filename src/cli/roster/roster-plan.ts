// Plans what to do so that the service's roster matches a file: what to create, what to update, and
// what is already right. Pure: sends nothing.

import { clone, create, equals } from '@bufbuild/protobuf';
import type { AttendanceClient, Employee, Holiday, RosterChange } from '../../client/index.js';
import {
  DayPortion,
  EmployeeSchema,
  PolicyStartSchema,
  TimeZoneChangeSchema,
} from '../../client/index.js';
import { archivingProblems, employeesToArchive, shiftsToArchive } from './archive-steps.js';
import { planAssignments, standingAssignments } from './assignment-steps.js';
import type { RosterProblem } from './roster-file.js';
import { NO_OWN_POLICY, type OverlapWord } from './roster-notation.js';
import type { PolicyEdit, RosterEntry, RowType, ZoneChange } from './roster-row.js';
import { byEmployee, policiesNamedBy, shiftsNamedBy } from './roster-row.js';
import type { KnownRoster } from './roster-snapshot.js';
import { holidayKey } from './roster-snapshot.js';
import { policySteps, shiftSteps } from './version-steps.js';

export type RosterWrites = Pick<
  AttendanceClient,
  | 'createShift'
  | 'updateShift'
  | 'createHoliday'
  | 'updateHoliday'
  | 'setPolicy'
  | 'createEmployee'
  | 'updateEmployee'
  | 'createShiftAssignment'
  | 'updateShiftAssignment'
  | 'setDateOverride'
  | 'archiveShift'
  | 'archiveEmployee'
>;

/** The answer to every change; without `rosterChange` if it changed nothing. */
export interface ChangeAnswer {
  readonly rosterChange?: RosterChange | undefined;
}

/** One thing in the file, and the step for it. */
export interface RosterStep {
  readonly line: number;
  readonly type: RowType;
  /** For people: `shift early`. */
  readonly what: string;
  readonly verb: 'CREATE' | 'UPDATE' | 'SAME';
  /** Whether it brings an archived employee back on the lists. */
  readonly bringsBack?: boolean;
  /** A possible mistake of the file's author, for a step that is not SAME. */
  readonly remark?: string | undefined;
  /** What it changes, and everything else that it depends on: `shift early`, `employee 101`. */
  readonly about: string;
  readonly needs: readonly string[];
  readonly send: (client: RosterWrites, sending: Sending) => Promise<ChangeAnswer>;
}

/** The options of every change. */
export interface Sending {
  readonly reason: string;
  readonly validateOnly: boolean;
}

export interface RosterPlan {
  /**
   * Stages run one after the other, because each needs the ones before. Steps of a queue run one by
   * one.
   */
  readonly stages: readonly { readonly queues: readonly (readonly RosterStep[])[] }[];
  /** What cannot be done as the file says. Nothing may be sent while there are any. */
  readonly problems: readonly RosterProblem[];
}

type EntryOf<T extends RowType> = Extract<RosterEntry, { type: T }>;

/** Makes the plan. `onOverlap` is for rows of assignments that do not say it. */
export function planRoster(
  entries: readonly RosterEntry[],
  known: KnownRoster,
  options: { readonly onOverlap?: OverlapWord | undefined } = {},
): RosterPlan {
  const shared: RosterStep[] = [
    ...shiftSteps(only(entries, 'shift'), known),
    ...only(entries, 'holiday').map((entry) => holidayStep(entry, known)),
  ];
  const employees = [...rowsOfEmployees(only(entries, 'employee')).values()].map((rows) =>
    employeeStep(rows, known),
  );
  const assignments = planAssignments(only(entries, 'assignment'), known, options.onOverlap);
  const queues = ownQueues(assignments.steps, only(entries, 'override'), known);
  const changed = new Set(employees.filter(({ verb }) => verb !== 'SAME').map(({ line }) => line));
  const archiving = [
    ...shiftsToArchive(only(entries, 'shift'), known),
    ...employeesToArchive(only(entries, 'employee'), known, changed),
  ];
  return {
    stages: [
      { queues: [shared, policySteps(only(entries, 'policy'), known)] },
      { queues: employees.map((step) => [step]) },
      { queues },
      { queues: archiving.map((step) => [step]) },
    ],
    problems: [
      ...problemsOf(entries, known),
      ...archivingProblems(only(entries, 'shift')),
      ...assignments.problems,
    ],
  };
}

function only<T extends RowType>(entries: readonly RosterEntry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

/** The steps of each employee's own roster, one after the other. */
function ownQueues(
  assignments: ReadonlyMap<string, readonly RosterStep[]>,
  overrides: readonly EntryOf<'override'>[],
  known: KnownRoster,
): readonly (readonly RosterStep[])[] {
  const overridden = byEmployee(overrides);
  const ids = new Set([...assignments.keys(), ...overridden.keys()]);
  return [...ids].map((employeeId) => {
    const steps = [
      ...(assignments.get(employeeId) ?? []),
      ...(overridden.get(employeeId) ?? []).map((entry) => overrideStep(entry, known)),
    ];
    // First the steps that make room: an assignment that ends earlier frees the dates of the next
    // one.
    return steps.sort(updatesFirst);
  });
}

function updatesFirst(one: RosterStep, other: RosterStep): number {
  return Number(one.verb === 'CREATE') - Number(other.verb === 'CREATE');
}

function problemsOf(entries: readonly RosterEntry[], known: KnownRoster): RosterProblem[] {
  const shifts = new Set([
    ...known.shifts.keys(),
    ...only(entries, 'shift').map(({ shiftId }) => shiftId),
  ]);
  const policies = new Set([
    ...known.policies.keys(),
    ...only(entries, 'policy').map(({ policyId }) => policyId),
  ]);
  const employees = new Set([
    ...known.employees.keys(),
    ...only(entries, 'employee').map(({ employeeId }) => employeeId),
  ]);
  return entries.flatMap((entry) => {
    const { line } = entry;
    const problems = shiftsNamedBy(entry)
      .filter((shiftId) => !shifts.has(shiftId))
      .map(
        (id) => `shift ${id} is neither in the file nor in the service: add a row of type shift`,
      );
    problems.push(...unknownPolicies(entry, policies, known));
    if ('employeeId' in entry && !employees.has(entry.employeeId)) {
      problems.push(
        `employee ${entry.employeeId} is neither in the file nor in the service: ` +
          'add a row of type employee',
      );
    }
    problems.push(...archivedIn(entry, known), ...ambiguityOf(entry, known));
    return problems.map((says) => ({ line, says }));
  });
}

/** An employee with a deleted policy keeps it, and no other employee can get it. */
function unknownPolicies(
  entry: RosterEntry,
  policies: ReadonlySet<string>,
  known: KnownRoster,
): string[] {
  if (entry.type !== 'employee') return [];
  const kept = known.employees.get(entry.employeeId)?.employee.policies ?? [];
  const missing = policiesNamedBy(entry).filter(
    (policyId) => !policies.has(policyId) && !kept.some((each) => each.policyId === policyId),
  );
  const way = 'add a row of type policy';
  return missing.map((id) => `policy ${id} is neither in the file nor in the service: ${way}`);
}

/** Archived shifts: an employee who has one keeps it, and no other employee can get it. */
function archivedIn(entry: RosterEntry, known: KnownRoster): string[] {
  const isArchived = (shiftId: string) => known.shifts.get(shiftId)?.archived === true;
  if (entry.type === 'shift') {
    if (!isArchived(entry.shiftId) || entry.archived) return [];
    const way = 'take the row out, say yes under archived, or give the shift another id';
    return [`shift ${entry.shiftId} is archived in the service, which brings none back: ${way}`];
  }
  const kept = new Set(shiftsBefore(entry, known));
  return shiftsNamedBy(entry)
    .filter((shiftId) => isArchived(shiftId) && !kept.has(shiftId))
    .map((id) => `shift ${id} is archived in the service and assigned no more: name another`);
}

/** The request is the service's version with the row's cells in it, so all fields count. */
const WHOLE = { paths: ['*'] };

/** The shifts of the service's version of an entry. */
function shiftsBefore(entry: RosterEntry, known: KnownRoster): readonly string[] {
  if (!('employeeId' in entry)) return [];
  const before = known.employees.get(entry.employeeId);
  switch (entry.type) {
    case 'employee':
      return before === undefined ? [] : [before.employee.defaultShiftId];
    case 'assignment': {
      const [standing] = standingAssignments(before, entry.startDate);
      return standing?.assignment?.cycle.flatMap(({ shiftIds }) => shiftIds) ?? [];
    }
    case 'override':
      return before?.overrides.find(({ date }) => date === entry.override.date)?.shiftIds ?? [];
  }
}

/** An assignment is identified by its employee and first date, which several may share. */
function ambiguityOf(entry: RosterEntry, known: KnownRoster): string[] {
  if (entry.type !== 'assignment') return [];
  const { employeeId, startDate } = entry;
  const standing = standingAssignments(known.employees.get(employeeId), startDate);
  if (standing.length < 2) return [];
  const ids = standing.map(({ assignmentId }) => assignmentId).join(' and ');
  return [
    `employee ${employeeId} has ${standing.length} assignments from ${startDate} in the service, ` +
      `${ids}: which one is meant cannot be told. Take the row out, or delete all but one: ` +
      `attendance roster delete assignment ${employeeId} ID`,
  ];
}

function holidayStep({ line, holiday }: EntryOf<'holiday'>, known: KnownRoster): RosterStep {
  const before = known.holidays.get(holidayKey(holiday));
  return {
    line,
    type: 'holiday',
    what: `holiday ${holiday.calendarId} ${holiday.date}`,
    about: `holiday ${holidayKey(holiday)}`,
    needs: [],
    verb: before === undefined ? 'CREATE' : isSameHoliday(before, holiday) ? 'SAME' : 'UPDATE',
    send: (client, sending) =>
      before === undefined
        ? client.createHoliday({ holiday, ...sending })
        : client.updateHoliday({ holiday, ...sending }),
  };
}

function isSameHoliday(before: Holiday, { name, portion }: EntryOf<'holiday'>['holiday']): boolean {
  const isKept = portion === DayPortion.UNSPECIFIED || before.portion === portion;
  return isKept && before.name === name;
}

type EmployeeRows = readonly [EntryOf<'employee'>, ...EntryOf<'employee'>[]];

/** The row about an employee, and those about later dates: together one change. */
function rowsOfEmployees(
  entries: readonly EntryOf<'employee'>[],
): ReadonlyMap<string, EmployeeRows> {
  const rows = new Map<string, EmployeeRows>();
  for (const entry of entries) {
    const before = rows.get(entry.employeeId) ?? [];
    rows.set(entry.employeeId, [entry, ...before].sort(undatedFirst) as [typeof entry]);
  }
  return rows;
}

function undatedFirst(one: EntryOf<'employee'>, other: EntryOf<'employee'>): number {
  return byText(one.startDate, other.startDate);
}

function employeeStep(rows: EmployeeRows, known: KnownRoster): RosterStep {
  const [{ line, employeeId, patch, archived }] = rows;
  const before = known.employees.get(employeeId)?.employee;
  const employee: Employee =
    before === undefined ? create(EmployeeSchema) : clone(EmployeeSchema, before);
  // An update brings an employee back, and refuses a message that says otherwise.
  Object.assign(employee, { ...patch, employeeId, archived: false });
  for (const { zoneChange, policyEdit } of rows) {
    if (zoneChange !== undefined) setZoneChange(employee, zoneChange);
    if (policyEdit !== undefined) editPolicy(employee, policyEdit);
  }
  // An employee known only from a mark or a punch has no roster yet, and is created as if new.
  const isNew = before === undefined || before.updateTime === undefined;
  const isKeptArchived = before?.archived === true && archived === true;
  const isSame =
    before !== undefined &&
    equals(EmployeeSchema, before, { ...employee, archived: isKeptArchived });
  return {
    line,
    type: 'employee',
    what: `employee ${employeeId}`,
    about: `employee ${employeeId}`,
    needs: [
      `shift ${employee.defaultShiftId}`,
      ...employee.policies.map(({ policyId }) => `policy ${policyId}`),
    ],
    verb: isSame ? 'SAME' : isNew ? 'CREATE' : 'UPDATE',
    bringsBack: before?.archived === true && archived !== true,
    remark: allDatesRemark(before, employee),
    send: (client, sending) =>
      isNew
        ? client.createEmployee({ employee, ...sending })
        : client.updateEmployee({ employee, ...sending, etag: before.etag, updateMask: WHOLE }),
  };
}

/** Sorted by date. Replaces the one of the same date. */
function setZoneChange(employee: Employee, change: ZoneChange): void {
  const others = employee.timeZoneChanges.filter(({ startDate }) => startDate !== change.startDate);
  employee.timeZoneChanges = [...others, create(TimeZoneChangeSchema, change)].sort((a, b) =>
    byText(a.startDate, b.startDate),
  );
}

/** Sorted by date. Replaces or removes the one of the same date. */
function editPolicy(employee: Employee, { startDate, policyId }: PolicyEdit): void {
  const others = employee.policies.filter((each) => each.startDate !== startDate);
  const added = policyId === undefined ? [] : [create(PolicyStartSchema, { startDate, policyId })];
  employee.policies = [...others, ...added].sort((a, b) => byText(a.startDate, b.startDate));
}

/** A zone or a policy without a date counts for all dates, also those before a move. */
function allDatesRemark(before: Employee | undefined, after: Employee): string | undefined {
  if (before === undefined) return undefined;
  const undated: [what: string, was: string, is: string][] = [
    ['zone', before.timeZone, after.timeZone || "the service's own"],
    ['policy', undatedPolicy(before), undatedPolicy(after) || NO_OWN_POLICY],
  ];
  const remarks = undated
    .filter(([, was, is]) => was !== '' && was !== is)
    .map(
      ([what, was, is]) =>
        `${what} ${is} instead of ${was} applies to all dates, past ones too; for a move, keep ` +
        `the old ${what} and add a row with from and the new one`,
    );
  return remarks.length === 0 ? undefined : remarks.join('; ');
}

/** Empty: none. */
function undatedPolicy({ policies }: Employee): string {
  return policies.find(({ startDate }) => startDate === '')?.policyId ?? '';
}

function overrideStep(entry: EntryOf<'override'>, known: KnownRoster): RosterStep {
  const { line, employeeId, override } = entry;
  const overrides = known.employees.get(employeeId)?.overrides ?? [];
  const before = overrides.find(({ date }) => date === override.date);
  const isSame = before?.shiftIds.join('+') === override.shiftIds.join('+');
  return {
    line,
    type: 'override',
    what: `override of ${employeeId} on ${override.date}`,
    about: `employee ${employeeId}`,
    needs: override.shiftIds.map((id) => `shift ${id}`),
    verb: isSame ? 'SAME' : before === undefined ? 'CREATE' : 'UPDATE',
    send: (client, sending) => client.setDateOverride({ employeeId, override, ...sending }),
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
