// The two questions that an import asks the service before it sends anything.

import { status } from '@grpc/grpc-js';
import type { AttendanceClient } from '../../client/index.js';
import { AttendanceClientError } from '../../client/index.js';
import type { SettledDay } from './import-ledger.js';

/** Further ahead than any clock of a service could reasonably be. */
const AHEAD_MS = 86_400_000;

const ISO_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/;

/**
 * The service's own record clock, in microseconds since 1970. Later changes have a later time,
 * earlier ones an earlier or the same time. It asks to read as of the future, and the service's
 * refusal names the moment up to which everything is known. Undefined if the refusal does not say.
 * Throws AttendanceClientError if the service does not answer.
 */
export async function readServiceClock(
  client: Pick<AttendanceClient, 'listAttendance'>,
): Promise<bigint | undefined> {
  const seconds = BigInt(Math.floor((Date.now() + AHEAD_MS) / 1000));
  try {
    await client.listAttendance({ pageSize: 1, asOfTime: { seconds } });
  } catch (error) {
    if (!(error instanceof AttendanceClientError)) throw error;
    if (error.reason === 'AS_OF_TIME_NOT_SETTLED') return microsOf(error.info.settled_time ?? '');
    throw error;
  }
  return undefined;
}

/** Microseconds since 1970 of an ISO 8601 time in UTC; undefined for another text. */
export function microsOf(isoTime: string): bigint | undefined {
  const match = ISO_TIME.exec(isoTime);
  if (match === null) return undefined;
  const [, toSeconds = '', fraction = ''] = match;
  return BigInt(Date.parse(`${toSeconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

/**
 * Whether the service still has a day that an earlier run recorded. If not, the address now leads
 * to another database, or to one restored from before, and nothing may be skipped.
 */
export async function stillHasDay(
  client: Pick<AttendanceClient, 'getAttendance'>,
  { employeeId, date, revision }: SettledDay,
): Promise<boolean> {
  try {
    const { attendance } = await client.getAttendance({ employeeId, date });
    return attendance !== undefined && attendance.revision >= revision;
  } catch (error) {
    const isUnknown = error instanceof AttendanceClientError && error.code === status.NOT_FOUND;
    if (isUnknown) return false;
    throw error;
  }
}
