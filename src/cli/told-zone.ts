// The zone that a day's times are told in, which only the service knows: that of the day's shifts,
// else the employee's on the date. It says so beside the day's explanations.

import type { Attendance, AttendanceClient } from '../client/index.js';

/** Its IANA name. UTC when it cannot be asked now: what was done before stays done. */
export async function zoneOfDay(
  client: Pick<AttendanceClient, 'getAttendance'>,
  { employeeId, date }: Pick<Attendance, 'employeeId' | 'date'>,
): Promise<string> {
  try {
    const request = { employeeId, date, includeExplanations: true };
    return (await client.getAttendance(request)).timeZone || 'UTC';
  } catch {
    return 'UTC';
  }
}
