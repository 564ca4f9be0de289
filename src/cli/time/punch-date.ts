// Finds the date that an employee's moment belongs to: that of the session that it begins, ends,
// interrupts or lies in, which may be yesterday's; otherwise the local date.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Attendance, AttendanceClient, Session } from '../../client/index.js';
import { localDate } from './local-time.js';

const DAY_MS = 86_400_000;

/** The most days between the date that a session counts for and the date of any of its moments. */
const DAYS_AROUND = 2;

/** The date, `YYYY-MM-DD`. Throws AttendanceClientError. */
export async function dateOfPunch(
  client: Pick<AttendanceClient, 'listAttendance'>,
  employeeId: string,
  time: Timestamp,
  zone: string,
): Promise<string> {
  const days = await daysAround(client, employeeId, time, zone);
  const own =
    days.find(({ sessions }) => sessions.some((session) => isOf(session, time))) ??
    days.find(({ sessions }) => sessions.some((session) => isWithin(session, time)));
  return own?.date ?? localDate(timestampMs(time), zone);
}

/** Whether the employee left at that moment. Throws AttendanceClientError. */
export async function leftAt(
  client: Pick<AttendanceClient, 'listAttendance'>,
  employeeId: string,
  time: Timestamp,
  zone: string,
): Promise<boolean> {
  const days = await daysAround(client, employeeId, time, zone);
  return days.some(({ sessions }) => sessions.some(({ outTime }) => isSameSecond(outTime, time)));
}

/** Sessions count in whole seconds. */
export function isSameSecond(one: Timestamp | undefined, other: Timestamp | undefined): boolean {
  return one !== undefined && one.seconds === other?.seconds;
}

async function daysAround(
  client: Pick<AttendanceClient, 'listAttendance'>,
  employeeId: string,
  time: Timestamp,
  zone: string,
): Promise<readonly Attendance[]> {
  const epochMs = timestampMs(time);
  const { attendances } = await client.listAttendance({
    employeeId,
    startDate: localDate(epochMs - DAYS_AROUND * DAY_MS, zone),
    endDate: localDate(epochMs + DAYS_AROUND * DAY_MS, zone),
  });
  return attendances;
}

function isWithin({ inTime, outTime }: Session, { seconds }: Timestamp): boolean {
  if (inTime === undefined || outTime === undefined) return false;
  return inTime.seconds < seconds && seconds < outTime.seconds;
}

function isOf({ inTime, outTime, breaks }: Session, time: Timestamp): boolean {
  const moments = [
    inTime,
    outTime,
    ...breaks.flatMap(({ startTime, endTime }) => [startTime, endTime]),
  ];
  return moments.some((moment) => isSameSecond(moment, time));
}
