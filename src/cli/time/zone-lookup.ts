// The zone to show times at a clock in, which only the service knows: that of the employee's clock
// state.

import type { AttendanceClient, ClockState } from '../../client/index.js';

/** Its IANA name. UTC when it cannot be asked now: what was done before stays done. */
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
