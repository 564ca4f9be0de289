// The terms of a shift: what was declared for it, what leave excuses, when the employee is
// expected, and how much work makes a whole day or half of one.

import type { DeclaredShift } from '../facts/declaration.js';
import type { PlannedShift } from '../roster/planned-shift.js';
import type { Shift } from '../roster/shift.js';
import { type Excused, type ExpectedTime, excusedTime, expectedTime } from './expected-time.js';
import type { LeaveSpan } from './leave-times.js';

/** The terms that a shift is judged by. */
export interface Terms {
  readonly declared: DeclaredShift;
  readonly excused: Excused;
  /** Undefined if the employee is not expected at any time. */
  readonly expected: ExpectedTime | undefined;
  readonly thresholds: Thresholds;
}

/** A shift that leave by the hour excuses completely counts as leave. */
const ALL_LEAVE: DeclaredShift = {
  status: 'ON_LEAVE',
  isHalf: false,
  isAwayFirst: true,
  isAwayLast: true,
};

/** `leave` is leave by the hour, by start. */
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
 * The thresholds of the half that a declaration left open: half of what a whole day needs. There is
 * no half of a half, so less work than the half needs is ABSENT.
 */
function thresholdsOfHalf({ halfDayBelowSeconds, absentBelowSeconds }: Shift): Thresholds {
  const needed = Math.max(halfDayBelowSeconds, absentBelowSeconds);
  return { halfDayBelowSeconds: 0, absentBelowSeconds: Math.floor(needed / 2) };
}

/** The thresholds after leave by the hour, lowered in proportion. */
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
