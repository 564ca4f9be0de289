// Writes a whole roster as a file that `roster import` reads. Pure, and in a fixed order: two
// services with the same roster give the same bytes. Anything that the file cannot express is
// reported, never silently omitted.

import type {
  EmployeeAssignment,
  PolicyHistory,
  ShiftAssignment,
  ShiftHistory,
} from '../../client/index.js';
import { DayPortion } from '../../client/index.js';
import { MAX_ROW_BYTES } from '../csv/csv-file.js';
import { csvLine } from '../csv/csv-line.js';
import { portionWord } from '../text/day-options.js';
import { POLICY_COLUMNS } from './policy-columns.js';
import { MAX_ROSTER_BYTES, MAX_ROSTER_ROWS } from './roster-file.js';
import { cycleText, DAY_OFF_WORDS, ownPolicyText, shiftsText } from './roster-notation.js';
import type { OwnRoster } from './roster-pages.js';
import { COLUMNS_OF, ROW_TYPES, type RowType } from './roster-row.js';
import { SHIFT_COLUMNS, writeColumns } from './shift-columns.js';
import type { WholeRoster } from './whole-roster.js';

export interface RosterExport {
  readonly csv: string;
  readonly counts: Readonly<Record<RowType, number>>;
  /** What the file cannot express, and why. */
  readonly leftOut: readonly string[];
  /** Effects of an import of the file that a person may not expect. */
  readonly remarks: readonly string[];
}

/** The columns that identify a row come first, so that they are visible without scrolling. */
const FIRST_COLUMNS = [
  ...[
    'type',
    'employee',
    'name',
    'shift',
    'start',
    'end',
    'from',
    'to',
    'cycle',
    'anchor',
    'on_overlap',
  ],
  ...['calendar', 'date', 'portion', 'zone', 'policy', 'group', 'joined', 'left'],
];

/** All columns. An empty cell of an import removes what another service has. */
const EXPORTED_COLUMNS: readonly string[] = [
  ...new Set([
    ...FIRST_COLUMNS,
    ...[...SHIFT_COLUMNS, ...POLICY_COLUMNS].map(({ name }) => name),
    ...ROW_TYPES.flatMap((type) => COLUMNS_OF[type]),
  ]),
];

interface Row {
  readonly type: RowType;
  /** For people: `shift early`. */
  readonly what: string;
  readonly cells: Readonly<Record<string, string>>;
  /** The shifts that it names in the notation of days. */
  readonly shiftIds?: readonly string[];
}

/** Writes it down. */
export function exportRoster(roster: WholeRoster): RosterExport {
  const rows = [
    ...roster.shifts.flatMap(shiftRows),
    ...roster.holidays.map(({ calendarId, date, name, portion }) =>
      rowOf('holiday', `holiday ${calendarId} ${date}`, {
        calendar: calendarId,
        date,
        name,
        portion: portion === DayPortion.WHOLE_DAY ? '' : portionWord(portion),
      }),
    ),
    ...roster.policies.flatMap(policyRows),
    ...roster.employees.flatMap(employeeRows),
    ...roster.employees.flatMap(assignmentRows),
    ...roster.employees.flatMap(overrideRows),
  ];
  const lines = rows.map((row) => {
    const line = lineOf(row);
    return { row, line, why: whyUnsaid(row, line) };
  });
  const written = lines.filter(({ why }) => why === undefined);
  const csv = [csvLine(EXPORTED_COLUMNS), ...written.map(({ line }) => line)].join('');
  return {
    csv,
    counts: countsOf(written.map(({ row }) => row)),
    leftOut: [
      ...lines.flatMap(({ row, why }) => (why === undefined ? [] : [`${row.what}: ${why}`])),
      ...roster.employees.flatMap(sameStartProblems),
    ],
    remarks: [
      ...archivedRemarks(roster.employees),
      ...deletedPolicyRemarks(roster),
      ...sizeRemarks(csv, written.length),
    ],
  };
}

function rowOf(
  type: RowType,
  what: string,
  cells: Row['cells'],
  shiftIds?: readonly string[],
): Row {
  return { type, what, cells, ...(shiftIds === undefined ? {} : { shiftIds }) };
}

function lineOf({ type, cells }: Row): string {
  return csvLine(EXPORTED_COLUMNS.map((name) => (name === 'type' ? type : (cells[name] ?? ''))));
}

/** Why a row would be misread; undefined if it would not. */
function whyUnsaid(row: Row, line: string): string | undefined {
  const word = row.shiftIds?.find((id) => DAY_OFF_WORDS.includes(id));
  if (word !== undefined) return `left out: a file reads the shift's id "${word}" as a day off`;
  const isTooLong = Buffer.byteLength(line) > MAX_ROW_BYTES;
  return isTooLong ? `left out: a row takes at most ${MAX_ROW_BYTES / 1024} KiB` : undefined;
}

function countsOf(rows: readonly Row[]): Record<RowType, number> {
  const counts = Object.fromEntries(ROW_TYPES.map((type) => [type, 0])) as Record<RowType, number>;
  for (const { type } of rows) counts[type] += 1;
  return counts;
}

/** One row per version. */
function shiftRows({ shiftId, versions, archived }: ShiftHistory): Row[] {
  return versions.map((shift) => {
    const rules = writeColumns(SHIFT_COLUMNS, shift);
    const { effectiveDate: from, startTimeOfDay: start, endTimeOfDay: end } = shift;
    const cells = { shift: shiftId, from, start, end, ...rules, archived: yes(archived) };
    return rowOf('shift', `shift ${shiftId}${from === '' ? '' : ` from ${from}`}`, cells, [
      shiftId,
    ]);
  });
}

/** One row per version. */
function policyRows({ policyId, versions }: PolicyHistory): Row[] {
  return versions.map((policy) => {
    const { effectiveDate: from } = policy;
    const what = `policy ${policyId}${from === '' ? '' : ` from ${from}`}`;
    return rowOf('policy', what, {
      policy: policyId,
      from,
      ...writeColumns(POLICY_COLUMNS, policy),
    });
  });
}

function yes(is: boolean): string {
  return is ? 'yes' : '';
}

/** The employee, and a row for each later date with another zone, policy or both. */
function employeeRows({ employee }: OwnRoster): Row[] {
  const { employeeId } = employee;
  const what = `employee ${employeeId}`;
  const zones = new Map(
    employee.timeZoneChanges.map(({ startDate, timeZone }) => [startDate, timeZone]),
  );
  const policies = new Map(
    employee.policies.map(({ startDate, policyId }) => [startDate, ownPolicyText(policyId)]),
  );
  const dates = [...new Set([...zones.keys(), ...policies.keys()])].filter((date) => date !== '');
  const later = dates.sort().map((from) => {
    const [zone, policy] = [zones.get(from) ?? '', policies.get(from) ?? ''];
    return rowOf('employee', what, { employee: employeeId, from, zone, policy });
  });
  const self = rowOf('employee', what, {
    employee: employeeId,
    name: employee.employeeName,
    zone: employee.timeZone,
    group: employee.groupId,
    joined: employee.joinDate,
    left: employee.leaveDate,
    shift: employee.defaultShiftId,
    calendar: employee.calendarId,
    policy: policies.get('') ?? '',
    archived: yes(employee.archived),
  });
  return [self, ...later];
}

function assignmentRows(own: OwnRoster): Row[] {
  const repeated = repeatedStarts(own);
  return own.assignments.flatMap(({ employeeId, assignment }) => {
    if (assignment === undefined || repeated.has(assignment.startDate)) return [];
    const { startDate: from, endDate: to, anchorDate: anchor } = assignment;
    const days = assignment.cycle.map(({ shiftIds }) => shiftIds);
    const cells = {
      ...{ employee: employeeId, from, to, anchor, cycle: cycleText(days) },
      on_overlap: meetsEndless(assignment, own) ? 'add' : '',
    };
    return [rowOf('assignment', `assignment of ${employeeId} from ${from}`, cells, days.flat())];
  });
}

/** Whether an import must be told that both are meant. */
function meetsEndless({ startDate, endDate }: ShiftAssignment, own: OwnRoster): boolean {
  return own.assignments.some(({ assignment: other }) => {
    if (other === undefined || other.endDate !== '' || other.startDate === startDate) return false;
    return endDate === '' || endDate >= other.startDate;
  });
}

function overrideRows({ employee: { employeeId }, overrides }: OwnRoster): Row[] {
  return overrides.map(({ date, shiftIds }) => {
    const cells = { employee: employeeId, date, shift: shiftsText(shiftIds) };
    return rowOf('override', `override of ${employeeId} on ${date}`, cells, shiftIds);
  });
}

/**
 * Dates from which an employee has several assignments. A file identifies one by its first date.
 */
function repeatedStarts({ assignments }: OwnRoster): ReadonlyMap<string, EmployeeAssignment[]> {
  const byStart = new Map<string, EmployeeAssignment[]>();
  for (const one of assignments) {
    const startDate = one.assignment?.startDate ?? '';
    byStart.set(startDate, [...(byStart.get(startDate) ?? []), one]);
  }
  return new Map([...byStart].filter(([, those]) => those.length > 1));
}

function sameStartProblems(own: OwnRoster): string[] {
  return [...repeatedStarts(own)].map(([date, those]) => {
    const which = those.map(({ assignmentId, assignment }) => {
      const days = assignment?.cycle.map(({ shiftIds }) => shiftIds) ?? [];
      return `${assignmentId} (${cycleText(days)})`;
    });
    return (
      `assignments of ${own.employee.employeeId} from ${date}: left out: a file says one from a ` +
      `date, and there are ${which.join(' and ')}`
    );
  });
}

/** The most ids in one remark. */
const MAX_NAMED = 20;

/** The contract says that an employee is archived, but not since when. */
function archivedRemarks(employees: readonly OwnRoster[]): string[] {
  const ids = employees
    .filter(({ employee }) => employee.archived && employee.leaveDate === '')
    .map(({ employee }) => employee.employeeId);
  if (ids.length === 0) return [];
  const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : '';
  return [
    `archived employees without a last date: an import into another service archives them as of ` +
      `its day: ${ids.slice(0, MAX_NAMED).join(', ')}${more}`,
  ];
}

/** An employee with a deleted policy keeps it, and no other employee can get it. */
function deletedPolicyRemarks({ policies, employees }: WholeRoster): string[] {
  const known = new Set(policies.map(({ policyId }) => policyId));
  const named = employees.flatMap(({ employee }) => employee.policies);
  const ids = named.map(({ policyId }) => policyId).filter((id) => id !== '' && !known.has(id));
  return [...new Set(ids)]
    .sort()
    .map(
      (id) =>
        `policy ${id} is deleted, and employees still have it: an import into another service asks ` +
        `for a row of it`,
    );
}

function sizeRemarks(csv: string, rows: number): string[] {
  if (rows <= MAX_ROSTER_ROWS && Buffer.byteLength(csv) <= MAX_ROSTER_BYTES) return [];
  return [
    `the file is larger than one import takes, ${MAX_ROSTER_ROWS} rows and ` +
      `${MAX_ROSTER_BYTES / 1024 / 1024} MiB: split it, with shifts, holidays and policies in the first part`,
  ];
}
