// A day that the service sent, as the acceptance cases look at days.

import { type Duration, type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import {
  Anomaly,
  type Attendance,
  AttendanceOrigin,
  AttendanceStatus,
  DayPortion,
} from '../../../gen/attendance/v1/attendance_pb.js';
import type { Explanation, SimulatedDay } from '../../../gen/attendance/v1/simulation_pb.js';
import type { SeenDay, SeenFinding } from '../../domain/support/day-view.js';

export function seenDayOf(day: Attendance): SeenDay {
  return {
    status: AttendanceStatus[day.status],
    origin: day.origin === AttendanceOrigin.UNSPECIFIED ? undefined : AttendanceOrigin[day.origin],
    portion: DayPortion[day.portion],
    otherHalfStatus:
      day.otherHalfStatus === AttendanceStatus.UNSPECIFIED
        ? undefined
        : AttendanceStatus[day.otherHalfStatus],
    shifts: day.shifts.map(({ shiftId, status }) => ({
      shiftId,
      status: AttendanceStatus[status],
    })),
    sessions: day.sessions.map(({ inTime, outTime, shiftId, breaks }) => ({
      in: millis(inTime),
      out: millis(outTime),
      shiftId: shiftId === '' ? undefined : shiftId,
      breaks: breaks.map(({ startTime, endTime, breakTypeId }) => ({
        start: millis(startTime) ?? Number.NaN,
        end: millis(endTime),
        typeId: breakTypeId === '' ? undefined : breakTypeId,
      })),
    })),
    firstIn: millis(day.firstInTime),
    lastOut: millis(day.lastOutTime),
    workedSeconds: seconds(day.workedDuration),
    uncountedSeconds: seconds(day.uncountedDuration),
    plannedSeconds: seconds(day.plannedDuration),
    lateBySeconds: seconds(day.lateDuration),
    earlyBySeconds: seconds(day.earlyDuration),
    shortBySeconds: seconds(day.shortfallDuration),
    leaveTimes: day.leaveTimes.map(({ time, excusedDuration }) => {
      const [startSecond, endSecond] = [time?.startTimeOfDay, time?.endTimeOfDay].map(secondOfDay);
      return {
        startSecond: startSecond ?? Number.NaN,
        endSecond: endSecond ?? Number.NaN,
        excusedSeconds: seconds(excusedDuration),
      };
    }),
    anomalies: day.anomalies.map((anomaly) => Anomaly[anomaly]),
    final: day.final,
    nextTransitionTime: millis(day.nextTransitionTime),
  };
}

/** The findings that were explained, with their fields as finding.ts names them. */
export function seenFindingsOf({ explanations }: SimulatedDay): readonly SeenFinding[] {
  return explanations.map(findingOf);
}

function findingOf({ rule, inputs }: Explanation): SeenFinding {
  const fields = inputs.map(({ name, value }): [string, unknown] => {
    const field = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (value.case === 'instant') return [field, timestampMs(value.value)];
    if (value.case === 'length') return [`${field}Seconds`, seconds(value.value)];
    return [field, value.value];
  });
  return { rule, ...Object.fromEntries(fields) };
}

function secondOfDay(time = ''): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? Number.NaN) * 3600 + (minutes ?? Number.NaN) * 60;
}

function millis(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : timestampMs(time);
}

function seconds(length: Duration | undefined): number {
  return Number(length?.seconds ?? 0n);
}
