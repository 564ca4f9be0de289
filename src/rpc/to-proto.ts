// Domain values to messages.

import { create } from '@bufbuild/protobuf';
import {
  AttendanceSchema,
  AttendanceStatus,
  type Attendance as WireAttendance,
  Origin as WireOrigin,
  type Portion as WirePortion,
} from '../../gen/attendance/v1/attendance_pb.js';
import {
  type AttendanceRevision,
  AttendanceRevisionSchema,
  RevisionCause,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import type { Revision } from '../app/read-attendance.js';
import {
  type Attendance,
  etagOf,
  ORIGINS,
  type Origin,
  PORTIONS,
  type Portion,
  STATUSES,
  type Status,
} from '../domain/day.js';
import { timestampOfInstant, timestampOfRecord } from './instants.js';

/** The domain's lists are in the order of the contract's numbers, which begin at 1. */
function statusNumber(status: Status | undefined): AttendanceStatus {
  return status === undefined
    ? AttendanceStatus.UNSPECIFIED
    : ((STATUSES.indexOf(status) + 1) as AttendanceStatus);
}

function originNumber(origin: Origin | undefined): WireOrigin {
  return origin === undefined
    ? WireOrigin.UNSPECIFIED
    : ((ORIGINS.indexOf(origin) + 1) as WireOrigin);
}

function portionNumber(portion: Portion): WirePortion {
  return (PORTIONS.indexOf(portion) + 1) as WirePortion;
}

export function toAttendance(day: Attendance): WireAttendance {
  const message = create(AttendanceSchema);
  message.employeeId = day.employeeId;
  message.employeeName = day.employeeName;
  message.date = day.date;
  message.status = statusNumber(day.status);
  message.origin = originNumber(day.origin);
  message.portion = portionNumber(day.portion);
  message.otherHalfStatus = statusNumber(day.otherHalfStatus);
  message.note = day.note;
  message.final = day.final;
  if (day.nextTransitionTime !== undefined) {
    message.nextTransitionTime = timestampOfInstant(day.nextTransitionTime);
  }
  if (day.updateTime !== undefined) message.updateTime = timestampOfRecord(day.updateTime);
  message.revision = day.revision;
  message.etag = etagOf(day.revision);
  return message;
}

const CAUSES = { MARK: RevisionCause.MARKED, CLEAR: RevisionCause.CLEARED } as const;

export function toRevision(revision: Revision): AttendanceRevision {
  const { before, after, actor, cause, reason } = revision;
  const message = create(AttendanceRevisionSchema, {
    revision: after.revision,
    actor,
    cause: CAUSES[cause],
    reason,
    before: toAttendance(before),
    after: toAttendance(after),
  });
  if (after.updateTime !== undefined) message.updateTime = timestampOfRecord(after.updateTime);
  return message;
}
