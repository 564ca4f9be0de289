// What a shift is held to: what of it was declared, what leave excuses, when somebody is expected, and
// how much work makes it a whole day or half of one.

import type { DeclaredShift } from '../facts/declaration.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import type { Shift } from '../roster/shift.js';
import { type Excused, type ExpectedTime, excusedTime, expectedTime } from './expected-time.js';
import type { LeaveSpan } from './leave-times.js';

/** What a shift is held to. */
export interface Terms {
  readonly declared: DeclaredShift;
  readonly excused: Excused;
  /** Undefined where nobody is expected at any time. */
  readonly expected: ExpectedTime | undefined;
  readonly thresholds: Thresholds;
}

/** A shift of which nothing is left beside leave by the hour is one of leave. */
const ALL_LEAVE: DeclaredShift = {
  status: 'ON_LEAVE',
  isHalf: false,
  isAwayFirst: true,
  isAwayLast: true,
};

/** `leave`: by the hour, by start. */
export function termsOf(
  planned: PlannedShift,
  declared: DeclaredShift,
  leave: readonly LeaveSpan[],
): Terms {
  const excused = excusedTime(planned, declared, leave);
  const expected = expectedTime(planned, declared, excused);
  const isAllLeave = excused.leftSeconds === 0 && declared.status === undefined;
  return {
    declared: isAllLeave ? ALL_LEAVE : declared,
    excused,
    expected,
    thresholds: lowered(thresholdsFor(planned.shift, declared), excused),
  };
}

export type Thresholds = Pick<Shift, 'halfDayBelowSeconds' | 'absentBelowSeconds'>;

function thresholdsFor(shift: Shift, { isHalf }: DeclaredShift): Thresholds {
  return isHalf ? thresholdsOfHalf(shift) : shift;
}

/**
 * Those of the half that a declaration left open: half of what a whole day needs. There is no half of
 * a half, so whoever worked less than the half needs was not there for it.
 */
function thresholdsOfHalf({ halfDayBelowSeconds, absentBelowSeconds }: Shift): Thresholds {
  const needed = Math.max(halfDayBelowSeconds, absentBelowSeconds);
  return { halfDayBelowSeconds: 0, absentBelowSeconds: Math.floor(needed / 2) };
}

/** Those of what leave by the hour left: in proportion. */
export function lowered(
  thresholds: Thresholds,
  { wholeSeconds, leftSeconds }: Excused,
): Thresholds {
  const part = (seconds: number) => Math.floor((seconds * leftSeconds) / wholeSeconds);
  return {
    halfDayBelowSeconds: part(thresholds.halfDayBelowSeconds),
    absentBelowSeconds: part(thresholds.absentBelowSeconds),
  };
}
