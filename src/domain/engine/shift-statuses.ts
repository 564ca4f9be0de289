// Combines the statuses of several shifts into one for the day.

import type { Portion, Status } from '../facts/day.js';
import { halvesOf } from '../facts/declaration.js';

/**
 * PRESENT if all are, ABSENT if all are, else HALF_DAY. Shifts on a holiday or on leave count only
 * if there are no others. Shifts not due yet do not count either, but keep a day from being ABSENT.
 */
export function combineShifts(statuses: readonly Status[]): Status {
  const [first] = statuses;
  if (first === undefined) return 'UNSCHEDULED';
  if (statuses.every((status) => status === first)) return first;
  const counting = statuses.filter((status) => status !== 'HOLIDAY' && status !== 'ON_LEAVE');
  if (counting.length === 0) return 'ON_LEAVE';
  const due = counting.filter((status) => status !== 'SCHEDULED');
  if (due.length < counting.length && due.every((status) => status === 'ABSENT')) {
    return 'SCHEDULED';
  }
  if (due.every((status) => status === 'PRESENT')) return 'PRESENT';
  if (due.every((status) => status === 'ABSENT')) return 'ABSENT';
  return 'HALF_DAY';
}

/**
 * The status of the half that a mark for `portion` left open: from the shifts, by start, that lie
 * in that half.
 */
export function combineHalves(statuses: readonly Status[], portion: Portion): Status {
  const open = statuses.filter((_, index) =>
    halvesOf(index, statuses.length).some((half) => half !== portion),
  );
  for (const status of ['PRESENT', 'SCHEDULED', 'ABSENT', 'ON_LEAVE', 'HOLIDAY'] as const) {
    if (open.includes(status)) return status;
  }
  return 'ABSENT';
}
