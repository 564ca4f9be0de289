// The moment of a read: now, or a past one.

import { AttendanceError } from '../../domain/facts/errors.js';
import { type Instant, instantOf, type RecordTime } from '../../domain/time/time.js';
import type { Moments } from '../ports/attendance-store.js';

/** The moment of a read: now, or a past one whose commits are all known. */
export interface ReadMoment {
  readonly now: Instant;
  readonly asOf: RecordTime | undefined;
}

/**
 * The moment at which a caller wants to read. Throws AS_OF_TIME_NOT_SETTLED if commits can still be
 * recorded before it.
 */
export async function readMoment(
  store: Moments,
  asOf: RecordTime | undefined,
  now: Instant,
  caller?: AbortSignal,
): Promise<ReadMoment> {
  if (asOf === undefined) return { now, asOf };
  const settled = await store.settle(asOf, caller);
  if (asOf > settled) {
    throw new AttendanceError({ kind: 'AS_OF_TIME_NOT_SETTLED', sent: asOf, settled });
  }
  return { now: instantOf(asOf), asOf };
}
