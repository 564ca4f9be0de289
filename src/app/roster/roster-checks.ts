// Checks that the roster commands share: etags, and refusals as errors.

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

/** Throws ROSTER_ETAG_MISMATCH unless the caller sent no etag or the current one. */
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

/** Throws INVALID_FIELDS if there are any. */
export function refuseIfAny(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw new AttendanceError({ kind: 'INVALID_FIELDS', violations });
}

/** With `fromDay`, the version of that date was not found. */
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

/** Throws SHIFT_ARCHIVED if one of these is archived and was not assigned before. */
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

/** Names the changed shift first. `other`: the assignment that has the shift it overlaps. */
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
