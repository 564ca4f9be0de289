// The zone of an employee's clock, which only the service knows: to show times in, and to tell
// which date today is.

import type { AttendanceClient, ClockState } from '../../client/index.js';
import { AttendanceClientError } from '../../client/index.js';
import { EXIT_USAGE, ExitError } from '../terminal/console.js';
import { dateOf, type SaidDate } from './date-argument.js';
import { isKnownZone } from './local-time.js';

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

/**
 * The date that was said about an employee, in --zone or in the employee's. Never guesses: a date
 * is what facts are recorded for. Throws ExitError, and AttendanceClientError of the question.
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

/** Empty for an employee whom the service does not know. */
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
