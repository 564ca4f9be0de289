// Decides what happens to an employee's assignments without an end when another one begins to share
// dates with them. Shifts of several assignments add up, so an employee who moves from days to
// nights would have both: the caller says which is meant. An assignment with an end is left alone,
// because it ends by itself on a date that a caller chose. Pure.

import {
  type AssignmentConcerned,
  AttendanceError,
  type Failure,
} from '../../domain/facts/errors.js';
import type { Assignment } from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { AssignmentRecord, OverlapAction } from '../ports/roster-ports.js';
import type { OwnState } from './roster-decision.js';

/** An assignment that a command adds or puts in the place of one. */
export interface AssignmentPut {
  readonly before: AssignmentRecord | undefined;
  readonly assignment: Assignment;
  readonly onOverlap: OverlapAction | undefined;
}

/**
 * The assignments that end because of it, in their new form. Throws ASSIGNMENTS_OVERLAP if the
 * caller did not say what to do, or if one of them would have to end before it begins.
 */
export function endedFor(
  own: OwnState,
  put: AssignmentPut,
  changeId: number,
): readonly AssignmentRecord[] {
  const { assignment, onOverlap } = put;
  const met = newlyMet(own, put);
  const [first] = met;
  if (first === undefined || onOverlap === 'ADD') return [];
  const endless = met.find((other) => other.assignment.fromDay >= assignment.fromDay);
  if (onOverlap === undefined || endless !== undefined) {
    throw new AttendanceError(overlapFailure(own, put, endless ?? first, met.length - 1));
  }
  const toDay = assignment.fromDay - 1;
  return met.map((other) => ({
    ...other,
    assignment: { ...other.assignment, toDay },
    changeId,
    updatedAt: undefined,
  }));
}

/** Sorted by start. Overlaps that existed before were accepted then, and stay. */
function newlyMet(
  { assignments }: OwnState,
  { before, assignment }: AssignmentPut,
): AssignmentRecord[] {
  return assignments
    .filter((other) => other !== before && meets(assignment, other.assignment))
    .filter((other) => before === undefined || !meets(before.assignment, other.assignment))
    .sort((a, b) => a.assignment.fromDay - b.assignment.fromDay);
}

function meets({ toDay }: Assignment, other: Assignment): boolean {
  return other.toDay === Infinity && toDay >= other.fromDay;
}

function overlapFailure(
  { employeeId }: OwnState,
  { before, assignment }: AssignmentPut,
  { assignmentId, assignment: other }: AssignmentRecord,
  more: number,
): Failure {
  const canEnd = other.fromDay < assignment.fromDay;
  return {
    kind: 'ASSIGNMENTS_OVERLAP',
    employeeId,
    assignment: concerned(before?.assignmentId, assignment),
    other: concerned(assignmentId, other),
    more,
    otherEndDate: canEnd ? fromEpochDay(assignment.fromDay - 1) : undefined,
  };
}

function concerned(
  assignmentId: number | undefined,
  { fromDay, toDay, cycle }: Assignment,
): AssignmentConcerned {
  return {
    assignmentId,
    startDate: fromEpochDay(fromDay),
    endDate: toDay === Infinity ? undefined : fromEpochDay(toDay),
    shiftIds: [...new Set(cycle.flat())],
  };
}
