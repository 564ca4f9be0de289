// What the commands on the roster have in common: etags, and refusals as errors.

import { etagOf } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import {
  AttendanceError,
  type FieldViolation,
  type NamedResource,
  type RosterResource,
} from '../../domain/facts/errors.js';
import type { Overlap } from '../../domain/roster/check-roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { AssignmentRecord } from '../ports/roster-ports.js';

/** Throws ROSTER_ETAG_MISMATCH unless the caller insists on nothing or on what is there. */
export function checkRosterEtag(
  sent: string | undefined,
  changeId: number,
  resource: RosterResource,
  id: string,
): void {
  const current = etagOf(changeId);
  if (sent === undefined || sent === current) return;
  throw new AttendanceError({ kind: 'ROSTER_ETAG_MISMATCH', resource, id, sent, current });
}

/** Throws INVALID_FIELDS when there is anything. */
export function refuseIfAny(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw new AttendanceError({ kind: 'INVALID_FIELDS', violations });
}

/** With `fromDay` it is the version of that date that is not found. */
export function rosterNotFound(
  resource: RosterResource,
  id: string,
  fromDay?: number,
): AttendanceError {
  const failure = { kind: 'ROSTER_NOT_FOUND', resource, id } as const;
  if (fromDay === undefined) return new AttendanceError(failure);
  const versionDate = fromDay === -Infinity ? '' : fromEpochDay(fromDay);
  return new AttendanceError({ ...failure, versionDate });
}

export function rosterExists(resource: NamedResource, id: string): AttendanceError {
  return new AttendanceError({ kind: 'ROSTER_EXISTS', resource, id });
}

export function employeeNotFound(employeeId: EmployeeId): AttendanceError {
  return new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
}

/** Throws SHIFT_ARCHIVED when one of these may be assigned no longer and was not before. */
export function refuseArchived(
  shiftIds: Iterable<string>,
  before: ReadonlySet<string>,
  archived: ReadonlySet<string>,
): void {
  for (const shiftId of shiftIds) {
    if (archived.has(shiftId) && !before.has(shiftId)) {
      throw new AttendanceError({ kind: 'SHIFT_ARCHIVED', shiftId });
    }
  }
}

/** Told from the side of what was changed; `other`: the assignment that has the shift it met. */
export function overlapRefusal(
  employeeId: EmployeeId,
  { epochDay, shiftId, otherEpochDay, otherShiftId }: Overlap,
  other: AssignmentRecord | undefined,
): AttendanceError {
  return new AttendanceError({
    kind: 'SHIFTS_OVERLAP',
    employeeId,
    date: fromEpochDay(epochDay),
    shiftId,
    otherDate: fromEpochDay(otherEpochDay),
    otherShiftId,
    otherAssignmentId: other?.assignmentId,
  });
}
