// Timestamps and lengths of the wire to the domain's times and back.

import {
  type Duration,
  DurationSchema,
  type Timestamp,
  TimestampSchema,
} from '@bufbuild/protobuf/wkt';
import type { Instant, RecordTime } from '../../domain/time/time.js';

const MICROS = 1_000_000;

export function timestampOfRecord(recorded: RecordTime): Timestamp {
  const seconds = Math.floor(recorded / MICROS);
  return timestamp(seconds, (recorded - seconds * MICROS) * 1000);
}

/** The last instant that a Timestamp can hold, to the millisecond: 9999-12-31T23:59:59.999Z. */
const LAST_INSTANT = 253_402_300_799_999;

/**
 * What lies past the last instant of 9999 is told as that instant: the night shift of 9999-12-31
 * ends in a year for which protobuf and its JSON have no form, and a message with it would be
 * refused as a whole. No instant of the domain lies before the year 1.
 */
export function timestampOfInstant(instant: Instant): Timestamp {
  const held = Math.min(instant, LAST_INSTANT);
  const seconds = Math.floor(held / 1000);
  return timestamp(seconds, (held - seconds * 1000) * 1_000_000);
}

/** What `create` makes, without its time: answers have a dozen of these for each day. */
function timestamp(seconds: number, nanos: number): Timestamp {
  return { $typeName: TimestampSchema.typeName, seconds: BigInt(seconds), nanos };
}

/** Rounded down to the millisecond. The caller bounds it: exact between the years 1 and 9999. */
export function instantOfTimestamp({ seconds, nanos }: Timestamp): Instant {
  return (Number(seconds) * 1000 + Math.floor(nanos / 1_000_000)) as Instant;
}

/** A length of whole seconds. */
export function durationOf(seconds: number): Duration {
  return { $typeName: DurationSchema.typeName, seconds: BigInt(seconds), nanos: 0 };
}

/** Rounded down to the microsecond; undefined when it is none, or a double cannot hold it exactly. */
export function recordTimeOf(timestamp: Timestamp): RecordTime | undefined {
  const { seconds, nanos } = timestamp;
  if (nanos < 0 || nanos > 999_999_999) return undefined;
  const micros = Number(seconds) * MICROS + Math.floor(nanos / 1000);
  return Number.isSafeInteger(micros) ? (micros as RecordTime) : undefined;
}

/** ISO 8601 in UTC with microseconds, as protobuf's JSON writes it. */
export function isoOf(recorded: RecordTime): string {
  const millis = Math.floor(recorded / 1000);
  const rest = String(recorded - millis * 1000).padStart(3, '0');
  return Number.isNaN(new Date(millis).getTime())
    ? `${recorded} us`
    : new Date(millis).toISOString().replace('Z', `${rest}Z`);
}
