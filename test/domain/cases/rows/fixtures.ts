// What the rows of several sections share.

import type {
  AssignedSetup,
  DayExpectation,
  RulesSetup,
  ShiftSetup,
} from '../../support/scenario.js';

/** Whole presence counts: from the first arrival to the last departure. */
export const FIRST_TO_LAST: RulesSetup = { hours: 'FIRST_IN_TO_LAST_OUT' };

/** The page's plain shift: 08:00 to 12:00, an hour's margin on both sides. */
export const DAY_SHIFT: ShiftSetup = { id: 'day', hours: '08:00-12:00', rules: FIRST_TO_LAST };

/** Dates that nobody came to. */
export const ABSENT: DayExpectation = { status: 'ABSENT', origin: 'EXPECTED' };
/** Dates of which the roster says nothing. */
export const UNSCHEDULED: DayExpectation = { status: 'UNSCHEDULED', origin: 'NONE' };

/** These shifts, or the day shift, on D alone. */
export function onlyOnD(...shifts: readonly string[]): readonly AssignedSetup[] {
  return [{ shifts: shifts.length === 0 ? ['day'] : shifts, from: 'D', to: 'D' }];
}

/** The plain shift, changed, on D alone. */
export function dayShift(changes: Partial<ShiftSetup> = {}): {
  readonly shifts: readonly ShiftSetup[];
  readonly assigned: readonly AssignedSetup[];
} {
  return { shifts: [{ ...DAY_SHIFT, ...changes }], assigned: onlyOnD() };
}

/** The punches of the plain shift, and what they come to. */
export const AT_WORK: readonly string[] = ['D 08:00 P', 'D 12:00 P'];
export const PUNCHED = { in: 'D 08:00', out: 'D 12:00', worked: '4:00' } as const;
