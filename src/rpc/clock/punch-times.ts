// The times that punches may have, and when a device's clock counts as wrong.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { MAX_AHEAD_MS } from '../../app/read/clock-state.js';
import type { PunchFlag } from '../../domain/facts/punch.js';
import type { Window } from '../../domain/roster/planned-shift.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { TIME_HELP } from '../edge/field-help.js';
import { instantOfTimestamp } from '../edge/instants.js';
import type { Problems } from '../edge/problems.js';

const DAY_MS = 86_400_000;
const NANOS_PER_MS = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000;

/** The times that have a date in the contract, 1900-01-01 to 9999-12-31, in UTC. */
const TIMES: Window = {
  from: (toEpochDay(FIRST_DATE) * DAY_MS) as Instant,
  to: ((toEpochDay(LAST_DATE) + 1) * DAY_MS - 1) as Instant,
};

/** The times that have a date in every zone: a punch without a date would go unnoticed. */
const PUNCH_TIMES: Window = {
  from: (TIMES.from + DAY_MS) as Instant,
  to: (TIMES.to - DAY_MS) as Instant,
};

const PUNCH_TIME_HELP =
  'must be a time such as 2026-03-02T08:00:00Z, ' +
  'from 1900-01-02T00:00:00Z and before 9999-12-31T00:00:00Z';

/** How far a device's clock may differ from the service's, and a punch may be in the future. */
export const MAX_SKEW_MS = 5 * 60_000;

const NO_FLAGS: readonly PunchFlag[] = [];
const SKEWED: readonly PunchFlag[] = ['CLOCK_SKEW'];

/** Whether the nanoseconds are in range: a binary message may have any number. */
function isTimestamp({ nanos }: Timestamp): boolean {
  return nanos >= 0 && nanos < NANOS_PER_SECOND;
}

/**
 * A punch's time, in whole milliseconds. Returns undefined, and adds a problem, if it is out of
 * range. Checked here because a rule in the proto would take ten times as long as all the others.
 */
export function parsePunchTime(
  time: Timestamp,
  path: string,
  problems: Problems,
): Instant | undefined {
  const instant = instantOfTimestamp(time);
  if (isTimestamp(time) && instant >= PUNCH_TIMES.from && instant <= PUNCH_TIMES.to) return instant;
  problems.add(`${path}time`, 'TIME_INVALID', PUNCH_TIME_HELP);
  return undefined;
}

/**
 * The time that a person gives; undefined if there is none. `path` leads to it; `otherwise` says
 * what leaving it out means.
 */
export function parseSaidTime(
  time: Timestamp | undefined,
  path: string,
  now: Instant,
  problems: Problems,
  otherwise = '',
): Instant | undefined {
  if (time === undefined) return undefined;
  const instant = parsePunchTime(time, path, problems);
  if (instant !== undefined && instant > now + MAX_AHEAD_MS) {
    const description =
      `must be at most 2 minutes in the future${otherwise}; ` +
      `it is ${new Date(instant).toISOString()}, the service's clock ${new Date(now).toISOString()}`;
    problems.add(`${path}time`, 'TIME_IN_FUTURE', description);
  }
  return instant;
}

/** Any moment with a date in the contract. Returns undefined, and adds a problem, for others. */
export function parseMoment(
  time: Timestamp,
  field: string,
  problems: Problems,
): Instant | undefined {
  const instant = instantOfTimestamp(time);
  if (isTimestamp(time) && instant >= TIMES.from && instant <= TIMES.to) return instant;
  problems.add(field, `${field.toUpperCase()}_INVALID`, TIME_HELP);
  return undefined;
}

/**
 * A limit of a range of times, rounded up to a whole millisecond, because punches have whole ones.
 */
export function parseLimit(
  time: Timestamp | undefined,
  field: string,
  problems: Problems,
): Instant | undefined {
  if (time === undefined) return undefined;
  const instant = parseMoment(time, field, problems);
  const isBetween = time.nanos % NANOS_PER_MS !== 0;
  return instant !== undefined && isBetween ? ((instant + 1) as Instant) : instant;
}

/** Whether a device's clock is off by more than MAX_SKEW_MS, by the time that it sent. */
export function isSkewed(deviceTime: Timestamp | undefined, now: Instant): boolean {
  if (deviceTime === undefined) return false;
  return Math.abs(instantOfTimestamp(deviceTime) - now) > MAX_SKEW_MS;
}

/** The flags of a punch on arrival; `isDeviceSkewed`: whether its device's clock is off. */
export function toldFlags(
  time: Instant,
  now: Instant,
  isDeviceSkewed: boolean,
): readonly PunchFlag[] {
  return isDeviceSkewed || time - now > MAX_SKEW_MS ? SKEWED : NO_FLAGS;
}
