// Asks the service for the zone of an employee's clock, to show times in and to determine today.

import type { AttendanceClient, ClockState } from '../../client/index.js';
import { AttendanceClientError } from '../../client/index.js';
import { EXIT_USAGE, ExitError } from '../terminal/console.js';
import { dateOf, type SaidDate } from './date-argument.js';
import { isKnownZone } from './local-time.js';

/** Its IANA name. UTC if the service cannot be asked now, because completed actions must stand. */
export async function zoneAtClock(
  client: Pick<AttendanceClient, 'getClockState'>,
  employeeId: string,
): Promise<string> {
  return (await stateAtClock(client, employeeId))?.timeZone || 'UTC';
}

/** The state of an employee's clock; undefined if the service cannot be asked now. */
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

/**
 * The date that was given for an employee, in --zone or the employee's zone. Never guesses, because
 * facts are recorded for that date. Throws ExitError, and AttendanceClientError if asking fails.
 */
export async function dateOfEmployee(
  client: Pick<AttendanceClient, 'getClockState'>,
  said: SaidDate,
  employeeId: string,
  zone: string | undefined,
): Promise<string> {
  return await dateOf(said, async () => zone ?? (await zoneOf(client, said, employeeId)));
}

async function zoneOf(
  client: Pick<AttendanceClient, 'getClockState'>,
  { text }: SaidDate,
  employeeId: string,
): Promise<string> {
  const timeZone = await askedZone(client, employeeId);
  if (isKnownZone(timeZone)) return timeZone;
  const why = timeZone === '' ? `no employee ${employeeId}` : `no zone ${timeZone} on this machine`;
  throw new ExitError(EXIT_USAGE, `${text} is a date in a zone, and there is ${why}: give --zone.`);
}

/** Empty for an employee unknown to the service. */
async function askedZone(
  client: Pick<AttendanceClient, 'getClockState'>,
  employeeId: string,
): Promise<string> {
  try {
    const { clockState } = await client.getClockState({ employeeId });
    return clockState?.timeZone || 'UTC';
  } catch (error) {
    const isUnknown =
      error instanceof AttendanceClientError && error.reason === 'EMPLOYEE_NOT_FOUND';
    if (isUnknown) return '';
    throw error;
  }
}
