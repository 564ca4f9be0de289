// What timesheets are held against: the same days by GetAttendance, and their sums added up here.

import { create } from '@bufbuild/protobuf';
import type { Duration } from '@bufbuild/protobuf/wkt';
import {
  Anomaly,
  type Attendance,
  AttendanceStatus,
  DayPortion,
} from '../../gen/attendance/v1/attendance_pb.js';
import {
  type Timesheet,
  type TimesheetDay,
  TimesheetTotalsSchema,
} from '../../gen/attendance/v1/timesheet_pb.js';

const { PRESENT, ABSENT, ON_LEAVE, REMOTE, HOLIDAY, DAY_OFF, HALF_DAY, SCHEDULED, UNSCHEDULED } =
  AttendanceStatus;

export function secondsOf(duration: Duration | undefined): number {
  return Number(duration?.seconds ?? 0n);
}

/** What a timesheet and GetAttendance both say of a date. */
export function shared(day: Attendance | TimesheetDay): object {
  const { timeZone, status, origin, portion, otherHalfStatus, leaveTypeId, anomalies } = day;
  const ids = 'shifts' in day ? day.shifts.map(({ shiftId }) => shiftId) : day.shiftIds;
  return {
    ...{ date: day.date, timeZone, status, origin, portion, otherHalfStatus, leaveTypeId },
    ...{ other: day.otherHalfLeaveTypeId, leaveTimes: day.leaveTimes, ids, anomalies },
    ...{ first: day.firstInTime, last: day.lastOutTime, final: day.final },
    planned: secondsOf(day.plannedDuration),
    worked: secondsOf(day.workedDuration),
    uncounted: secondsOf(day.uncountedDuration),
    break: secondsOf(day.breakDuration),
    late: secondsOf(day.lateDuration),
    early: secondsOf(day.earlyDuration),
    short: secondsOf(day.shortfallDuration),
  };
}

/** Totals added up from the days, in the words of the page of rules. */
export function addedUp(days: readonly TimesheetDay[]) {
  const length = (field: (day: TimesheetDay) => Duration | undefined) =>
    days.reduce((sum, day) => sum + secondsOf(field(day)), 0);
  const dates = (isCounted: (day: TimesheetDay) => boolean) => days.filter(isCounted).length;
  const halves = new Map<AttendanceStatus, number>();
  const count = (status: AttendanceStatus, days: number) => {
    const counted = status === HALF_DAY ? PRESENT : status || UNSCHEDULED;
    halves.set(counted, (halves.get(counted) ?? 0) + (status === HALF_DAY ? 0.5 : days));
  };
  for (const { status, portion, otherHalfStatus } of days) {
    if (portion === DayPortion.WHOLE_DAY) count(status, 1);
    else {
      count(status, 0.5);
      count(otherHalfStatus, 0.5);
    }
  }
  const of = (status: AttendanceStatus) => halves.get(status) ?? 0;
  return {
    planned: length((day) => day.plannedDuration),
    worked: length((day) => day.workedDuration),
    credited: length((day) => day.creditedDuration),
    balance: days.reduce(
      (sum, day) =>
        day.final
          ? sum +
            secondsOf(day.workedDuration) +
            secondsOf(day.creditedDuration) -
            secondsOf(day.plannedDuration)
          : sum,
      0,
    ),
    break: length((day) => day.breakDuration),
    late: length((day) => day.lateDuration),
    early: length((day) => day.earlyDuration),
    days: [PRESENT, ABSENT, ON_LEAVE, REMOTE, HOLIDAY, DAY_OFF, SCHEDULED, UNSCHEDULED].map(of),
    counts: [
      dates(({ status, otherHalfStatus }) => [status, otherHalfStatus].includes(HALF_DAY)),
      dates(({ lateDuration }) => secondsOf(lateDuration) > 0),
      dates(({ earlyDuration }) => secondsOf(earlyDuration) > 0),
      dates(({ final }) => !final),
    ],
    anomalies: Object.values(Anomaly).flatMap((anomaly) => {
      const found = dates(({ anomalies }) => anomalies.includes(anomaly as Anomaly));
      return found === 0 ? [] : [`${anomaly} ${found}`];
    }),
  };
}

export function totalsOf({ totals = create(TimesheetTotalsSchema) }: Timesheet) {
  return {
    planned: secondsOf(totals.plannedDuration),
    worked: secondsOf(totals.workedDuration),
    credited: secondsOf(totals.creditedDuration),
    balance: secondsOf(totals.balanceDuration),
    break: secondsOf(totals.breakDuration),
    late: secondsOf(totals.lateDuration),
    early: secondsOf(totals.earlyDuration),
    days: [
      totals.presentDays,
      totals.absentDays,
      totals.onLeaveDays,
      totals.remoteDays,
      totals.holidayDays,
      totals.offDays,
      totals.scheduledDays,
      totals.unscheduledDays,
    ],
    counts: [totals.halfDayCount, totals.lateDayCount, totals.earlyDayCount, totals.openDayCount],
    anomalies: totals.anomalies.map(({ anomaly, dayCount }) => `${anomaly} ${dayCount}`),
  };
}
