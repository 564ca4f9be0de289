// The zone that times are told in, which only the service knows. Of a day it is that of its shifts,
// else the employee's on the date: told beside the day's explanations. Of what happens at a clock
// it is that of the employee's clock state.

import type { Attendance, AttendanceClient, ClockState } from '../../client/index.js';

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

/** The same of an employee as a clock would show them now. */
export async function zoneAtClock(
  client: Pick<AttendanceClient, 'getClockState'>,
  employeeId: string,
): Promise<string> {
  return (await stateAtClock(client, employeeId))?.timeZone || 'UTC';
}

/** What a clock would show of an employee; undefined when it cannot be asked now. */
export async function stateAtClock(
  client: Pick<AttendanceClient, 'getClockState'>,
  employeeId: string,
): Promise<ClockState | undefined> {
  try {
    return (await client.getClockState({ employeeId })).clockState;
  } catch {
    return undefined;
  }
}
