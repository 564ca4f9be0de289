// What is to be done so that the service's roster says what a file says: which things to create,
// which to update, which are as they should be. Pure: sends nothing.

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

/** What every change answers with; no `rosterChange` where it changed nothing. */
export interface ChangeAnswer {
  readonly rosterChange?: RosterChange | undefined;
}

/** One thing of the file and what it takes. */
export interface RosterStep {
  readonly line: number;
  readonly type: RowType;
  /** For people: `shift early`. */
  readonly what: string;
  readonly verb: 'CREATE' | 'UPDATE' | 'SAME';
  /** An archived employee, who will be on the lists again. */
  readonly bringsBack?: boolean;
  /** What a person may not have meant, of a step that is not SAME. */
  readonly remark?: string | undefined;
  /** What it changes; and all that it depends on, itself aside: `shift early`, `employee 101`. */
  readonly about: string;
  readonly needs: readonly string[];
  readonly send: (client: RosterWrites, sending: Sending) => Promise<ChangeAnswer>;
}

/** What every change is sent with. */
export interface Sending {
  readonly reason: string;
  readonly validateOnly: boolean;
}

export interface RosterPlan {
  /** One after the other: each needs what is before it. Steps of one queue go one by one. */
  readonly stages: readonly { readonly queues: readonly (readonly RosterStep[])[] }[];
  /** What cannot be done as the file says it. Nothing is to be sent while there are any. */
  readonly problems: readonly RosterProblem[];
}

type EntryOf<T extends RowType> = Extract<RosterEntry, { type: T }>;

/** Works out the plan. `onOverlap` is that of rows of assignments that do not say it. */
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

/** What is each employee's own, one after the other. */
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
    // What gives way first: an assignment that ends earlier makes room for one that begins there.
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

/** Whoever has a policy that was deleted keeps it, and nobody else gets it. */
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

/** Shifts that may be assigned no longer: whoever has one keeps it, and nobody else gets it. */
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

/** What is sent is what the service has with the row's cells in it: all of it counts. */
const WHOLE = { paths: ['*'] };

/** The shifts of what the service has in the place of an entry. */
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

/** An assignment is known by its employee and its first date, which several may have. */
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

/** The row that says who somebody is, and those that say what holds later: together one change. */
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
  // Whom a mark or a punch brought in has no roster yet, and is created as if new.
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

/** By date; the one of the same date is replaced. */
function setZoneChange(employee: Employee, change: ZoneChange): void {
  const others = employee.timeZoneChanges.filter(({ startDate }) => startDate !== change.startDate);
  employee.timeZoneChanges = [...others, create(TimeZoneChangeSchema, change)].sort((a, b) =>
    byText(a.startDate, b.startDate),
  );
}

/** By date; the one of the same date is replaced, or taken away. */
function editPolicy(employee: Employee, { startDate, policyId }: PolicyEdit): void {
  const others = employee.policies.filter((each) => each.startDate !== startDate);
  const added = policyId === undefined ? [] : [create(PolicyStartSchema, { startDate, policyId })];
  employee.policies = [...others, ...added].sort((a, b) => byText(a.startDate, b.startDate));
}

/** A zone or a policy without a date is that of all dates: whoever moved was never there before. */
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

/** Empty for none. */
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
