// Turns domain values into messages.

import { create } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  AttendanceSchema,
  AttendanceStatus,
  BreakSchema,
  LeaveTimeSchema,
  SessionSchema,
  ShiftResultSchema,
  type Anomaly as WireAnomaly,
  type Attendance as WireAttendance,
  type LeaveTime as WireLeaveTime,
  AttendanceOrigin as WireOrigin,
  type DayPortion as WirePortion,
  type Session as WireSession,
  type ShiftResult as WireShiftResult,
} from '../../../gen/attendance/v1/attendance_pb.js';
import {
  type AttendanceRevision,
  AttendanceRevisionSchema,
  type RevisionCause,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import { CHANGE_CAUSES } from '../../app/ports/facts.js';
import type { Revision } from '../../app/read/read-history.js';
import {
  ANOMALIES,
  type Anomaly,
  type Attendance,
  type ExcusedTime,
  etagOf,
  ORIGINS,
  type Origin,
  PORTIONS,
  type Portion,
  type Session,
  type ShiftAttendance,
  STATUSES,
  type Status,
} from '../../domain/facts/day.js';
import { timeOfDayText } from '../../domain/time/duration-text.js';
import type { Instant } from '../../domain/time/time.js';
import { emptyMessagesOf } from '../edge/empty-message.js';
import { durationOf, timestampOfInstant, timestampOfRecord } from '../edge/instants.js';

/** The domain's lists have the order of the contract's numbers, which begin at 1. */
export function statusNumber(status: Status | undefined): AttendanceStatus {
  return status === undefined
    ? AttendanceStatus.UNSPECIFIED
    : ((STATUSES.indexOf(status) + 1) as AttendanceStatus);
}

export function originNumber(origin: Origin | undefined): WireOrigin {
  return origin === undefined
    ? WireOrigin.UNSPECIFIED
    : ((ORIGINS.indexOf(origin) + 1) as WireOrigin);
}

export function portionNumber(portion: Portion): WirePortion {
  return (PORTIONS.indexOf(portion) + 1) as WirePortion;
}

export function anomalyNumber(anomaly: Anomaly): WireAnomaly {
  return (ANOMALIES.indexOf(anomaly) + 1) as WireAnomaly;
}

const emptyAttendance = emptyMessagesOf(AttendanceSchema);
const emptyShiftResult = emptyMessagesOf(ShiftResultSchema);
const emptySession = emptyMessagesOf(SessionSchema);
const emptyBreak = emptyMessagesOf(BreakSchema);

export function toAttendance(day: Attendance): WireAttendance {
  const message = emptyAttendance();
  message.employeeId = day.employeeId;
  message.employeeName = day.employeeName;
  message.date = day.date;
  message.timeZone = day.timeZone;
  message.status = statusNumber(day.status);
  message.origin = originNumber(day.origin);
  message.portion = portionNumber(day.portion);
  message.otherHalfStatus = statusNumber(day.otherHalfStatus);
  message.leaveTypeId = day.leaveTypeId ?? '';
  message.otherHalfLeaveTypeId = day.otherHalfLeaveTypeId ?? '';
  if (day.leaveTimes.length > 0) message.leaveTimes = day.leaveTimes.map(toLeaveTime);
  message.note = day.note;
  if (hasWork(day)) addWork(message, day);
  message.final = day.final;
  if (day.nextTransitionTime !== undefined) {
    message.nextTransitionTime = timestampOfInstant(day.nextTransitionTime);
  }
  if (day.updateTime !== undefined) message.updateTime = timestampOfRecord(day.updateTime);
  message.revision = day.revision;
  message.etag = etagOf(day.revision);
  return message;
}

export function toLeaveTime(leaveTime: ExcusedTime): WireLeaveTime {
  const { startSecond, endSecond, leaveTypeId, excusedSeconds } = leaveTime;
  return create(LeaveTimeSchema, {
    time: {
      startTimeOfDay: timeOfDayText(startSecond),
      endTimeOfDay: timeOfDayText(endSecond),
    },
    leaveTypeId: leaveTypeId ?? '',
    excusedDuration: durationOf(excusedSeconds),
  });
}

/** Most stored days are marks alone, so their messages skip the fields below. */
function hasWork({ shifts, sessions, anomalies }: Attendance): boolean {
  return shifts.length > 0 || sessions.length > 0 || anomalies.length > 0;
}

function addWork(message: WireAttendance, day: Attendance): void {
  message.shifts = day.shifts.map(toShiftResult);
  message.sessions = day.sessions.map(toSession);
  setTime(message, 'firstInTime', day.firstIn);
  setTime(message, 'lastOutTime', day.lastOut);
  message.workedDuration = durationOf(day.workedSeconds);
  message.plannedDuration = durationOf(day.plannedSeconds);
  if (day.uncountedSeconds !== 0) message.uncountedDuration = durationOf(day.uncountedSeconds);
  message.breakDuration = durationOf(day.onBreakSeconds);
  message.lateDuration = durationOf(day.lateBySeconds);
  message.earlyDuration = durationOf(day.earlyBySeconds);
  if (day.shortBySeconds !== 0) message.shortfallDuration = durationOf(day.shortBySeconds);
  message.anomalies = day.anomalies.map(anomalyNumber);
}

function setTime<Name extends string>(
  message: { [K in Name]?: Timestamp | undefined },
  name: Name,
  instant: Instant | undefined,
): void {
  if (instant !== undefined) message[name] = timestampOfInstant(instant);
}

function toShiftResult(shift: ShiftAttendance): WireShiftResult {
  const message = emptyShiftResult();
  message.shiftId = shift.shiftId;
  message.scheduledStartTime = timestampOfInstant(shift.start);
  message.scheduledEndTime = timestampOfInstant(shift.end);
  message.status = statusNumber(shift.status);
  setTime(message, 'firstInTime', shift.firstIn);
  setTime(message, 'lastOutTime', shift.lastOut);
  message.workedDuration = durationOf(shift.workedSeconds);
  message.lateDuration = durationOf(shift.lateBySeconds);
  message.earlyDuration = durationOf(shift.earlyBySeconds);
  if (shift.shortBySeconds !== 0) message.shortfallDuration = durationOf(shift.shortBySeconds);
  return message;
}

export function toSession(session: Session): WireSession {
  const message = emptySession();
  setTime(message, 'inTime', session.in);
  setTime(message, 'outTime', session.out);
  message.shiftId = session.shiftId ?? '';
  message.workedDuration = durationOf(session.workedSeconds);
  message.breaks = session.breaks.map(({ start, end, typeId }) => {
    const brk = emptyBreak();
    brk.startTime = timestampOfInstant(start);
    setTime(brk, 'endTime', end);
    brk.breakTypeId = typeId ?? '';
    return brk;
  });
  return message;
}

export function toRevision(revision: Revision): AttendanceRevision {
  const { before, after, actor, cause, reason } = revision;
  const message = create(AttendanceRevisionSchema, {
    revision: after.revision,
    actor,
    // The domain's list has the order of the contract's numbers, which begin at 1.
    cause: (CHANGE_CAUSES.indexOf(cause) + 1) as RevisionCause,
    reason,
    before: toAttendance(before),
    after: toAttendance(after),
  });
  if (after.updateTime !== undefined) message.updateTime = timestampOfRecord(after.updateTime);
  return message;
}
