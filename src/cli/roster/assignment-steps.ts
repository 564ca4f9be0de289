// Plans the assignments of a roster file: the steps for each row, and the rows that do not say what
// happens to an assignment without an end that they overlap. Pure. A row that says replace ends
// earlier ones, also from the same file. So the order of the rows does not matter, and the same
// file again changes nothing.

import { clone, create, equals } from '@bufbuild/protobuf';
import type { EmployeeAssignment, ShiftAssignment } from '../../client/index.js';
import {
  EmployeeAssignmentSchema,
  OverlapAction,
  ShiftAssignmentSchema,
} from '../../client/index.js';
import { dateAfter } from '../text/calendar-dates.js';
import type { RosterProblem } from './roster-file.js';
import { cycleText, type OverlapWord } from './roster-notation.js';
import type { OwnRoster } from './roster-pages.js';
import type { RosterStep } from './roster-plan.js';
import { byEmployee, type RosterEntry } from './roster-row.js';
import type { KnownRoster } from './roster-snapshot.js';

type AssignmentEntry = Extract<RosterEntry, { type: 'assignment' }>;

/** A row, with the service's assignment in its place and the requested one. */
interface AssignmentRow {
  readonly entry: AssignmentEntry;
  readonly before: EmployeeAssignment | undefined;
  readonly assignment: ShiftAssignment;
  readonly onOverlap: OverlapWord | undefined;
  /** Whether the service already has what the row says, or will through another row's step. */
  readonly isSame: boolean;
}

export interface AssignmentPlan {
  /**
   * By employee. Each employee's are sorted by start, because a later one replaces an earlier one.
   */
  readonly steps: ReadonlyMap<string, readonly RosterStep[]>;
  readonly problems: readonly RosterProblem[];
}

/** `onOverlap`: for rows that do not say it. */
export function planAssignments(
  entries: readonly AssignmentEntry[],
  known: KnownRoster,
  onOverlap: OverlapWord | undefined,
): AssignmentPlan {
  const steps = new Map<string, readonly RosterStep[]>();
  const problems: RosterProblem[] = [];
  for (const [employeeId, own] of byEmployee(entries)) {
    const employee = known.employees.get(employeeId);
    const rows = rowsOf(own, employee, onOverlap);
    steps.set(employeeId, rows.map(stepOf));
    problems.push(...overlapProblems(rows, employee));
  }
  return { steps, problems };
}

/** The assignments that a row can be about: those that begin on its date. */
export function standingAssignments(
  known: OwnRoster | undefined,
  startDate: string,
): readonly EmployeeAssignment[] {
  return known?.assignments.filter(({ assignment }) => assignment?.startDate === startDate) ?? [];
}

function rowsOf(
  entries: readonly AssignmentEntry[],
  known: OwnRoster | undefined,
  onOverlap: OverlapWord | undefined,
): readonly AssignmentRow[] {
  const rows = entries.map((entry): AssignmentRow => {
    const [before] = standingAssignments(known, entry.startDate);
    const pattern = before?.assignment;
    const assignment =
      pattern === undefined ? create(ShiftAssignmentSchema) : clone(ShiftAssignmentSchema, pattern);
    Object.assign(assignment, entry.patch);
    const isSame = isSamePattern(pattern, assignment);
    return { entry, before, assignment, onOverlap: entry.onOverlap ?? onOverlap, isSame };
  });
  return rows
    .map((row) => endedByOthers(row, rows))
    .toSorted((a, b) => (a.entry.startDate < b.entry.startDate ? -1 : 1));
}

/** A row without an end, as changed by the next row that says replace. */
function endedByOthers(row: AssignmentRow, rows: readonly AssignmentRow[]): AssignmentRow {
  const { assignment, before, isSame, entry } = row;
  if (assignment.endDate !== '') return row;
  const [next] = rows
    .filter((other) => other.onOverlap === 'replace' && other.entry.startDate > entry.startDate)
    .toSorted((a, b) => (a.entry.startDate < b.entry.startDate ? -1 : 1));
  if (next === undefined) return row;
  const ended = { ...assignment, endDate: dateAfter(next.entry.startDate, -1) };
  // If the service has it, it ends with the change that creates the next one.
  const isEndedByService = isSame && next.before === undefined;
  return {
    ...row,
    assignment: ended,
    isSame: isEndedByService || isSamePattern(before?.assignment, ended),
  };
}

/** A cycle without an anchor is anchored where it starts, so both spellings are the same. */
function isSamePattern(before: ShiftAssignment | undefined, after: ShiftAssignment): boolean {
  if (before === undefined) return false;
  return equals(ShiftAssignmentSchema, anchored(before), anchored(after));
}

function anchored(assignment: ShiftAssignment): ShiftAssignment {
  const { anchorDate, startDate } = assignment;
  return { ...assignment, anchorDate: anchorDate || startDate };
}

const OVERLAP_ACTIONS: Readonly<Record<OverlapWord, OverlapAction>> = {
  replace: OverlapAction.REPLACE,
  add: OverlapAction.ADD,
};

function stepOf({ entry, before, assignment, onOverlap: word, isSame }: AssignmentRow): RosterStep {
  const { line, employeeId, startDate } = entry;
  const onOverlap = word === undefined ? OverlapAction.UNSPECIFIED : OVERLAP_ACTIONS[word];
  const assignmentId = before?.assignmentId ?? '';
  const whole = create(EmployeeAssignmentSchema, { employeeId, assignmentId, assignment });
  return {
    line,
    type: 'assignment',
    what: `assignment of ${employeeId} from ${startDate}`,
    about: `employee ${employeeId}`,
    needs: assignment.cycle.flatMap(({ shiftIds }) => shiftIds.map((id) => `shift ${id}`)),
    verb: isSame ? 'SAME' : before === undefined ? 'CREATE' : 'UPDATE',
    send: (client, sending) =>
      before === undefined
        ? client.createShiftAssignment({ assignment: whole, ...sending, onOverlap })
        : client.updateShiftAssignment({
            assignment: whole,
            ...sending,
            onOverlap,
            etag: before.etag,
            updateMask: { paths: ['*'] },
          }),
  };
}

/** Another assignment of the employee, as it will be when the row is sent. */
interface Other {
  /** For people: `line 3`, `assignment 7 of the service`. */
  readonly where: string;
  readonly assignment: ShiftAssignment;
  /** As in the service; undefined if the service does not have it. */
  readonly before: ShiftAssignment | undefined;
}

function overlapProblems(
  rows: readonly AssignmentRow[],
  known: OwnRoster | undefined,
): RosterProblem[] {
  const starts = new Set(rows.map(({ entry }) => entry.startDate));
  const unmentioned = (known?.assignments ?? []).flatMap(
    ({ assignmentId, assignment }): Other[] => {
      if (assignment === undefined || starts.has(assignment.startDate)) return [];
      return [
        { where: `assignment ${assignmentId} of the service`, assignment, before: assignment },
      ];
    },
  );
  return rows.flatMap((row) => {
    if (row.isSame || row.onOverlap === 'add') return [];
    const others = [...unmentioned, ...doneBefore(row, rows)];
    const other = others.find((each) => isUnsaid(row, each));
    if (other === undefined) return [];
    return [{ line: row.entry.line, says: overlapSays(row, other) }];
  });
}

/** The other rows whose assignments exist when this one is sent. */
function doneBefore(row: AssignmentRow, rows: readonly AssignmentRow[]): Other[] {
  return rows
    .filter(
      (other) =>
        other !== row && (other.isSame || other.assignment.startDate < row.assignment.startDate),
    )
    .map(({ entry, assignment, before }) => {
      return { where: `that of line ${entry.line}`, assignment, before: before?.assignment };
    });
}

/** Whether the service would refuse the row because it does not say what to do about the other. */
function isUnsaid(row: AssignmentRow, other: Other): boolean {
  if (!meets(row.assignment, other.assignment)) return false;
  const met = row.before?.assignment;
  if (met !== undefined && other.before !== undefined && meets(met, other.before)) return false;
  return row.onOverlap === undefined || !isBefore(other, row);
}

function meets({ endDate }: ShiftAssignment, other: ShiftAssignment): boolean {
  return other.endDate === '' && (endDate === '' || endDate >= other.startDate);
}

function isBefore(other: Other, { assignment }: AssignmentRow): boolean {
  return other.assignment.startDate < assignment.startDate;
}

function overlapSays(row: AssignmentRow, other: Other): string {
  const { employeeId } = row.entry;
  const says =
    `assignment of ${employeeId} ${described(row.assignment)} shares dates with ${other.where}, ` +
    `${described(other.assignment)}`;
  const { startDate } = row.assignment;
  if (isBefore(other, row)) {
    const ends = `replace ends that on ${dateAfter(startDate, -1)}, add keeps both`;
    return `${says}: say so under on_overlap or with --on-overlap: ${ends}`;
  }
  return (
    `${says}, which does not begin before and cannot be replaced: say add under on_overlap to keep ` +
    `both, give this one a to before ${other.assignment.startDate}, or delete that one`
  );
}

function described({ startDate, endDate, cycle }: ShiftAssignment): string {
  const until = endDate === '' ? 'without an end' : `to ${endDate}`;
  return `from ${startDate} ${until} (${cycleText(cycle.map(({ shiftIds }) => shiftIds))})`;
}
