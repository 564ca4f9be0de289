// What the clock adds to a day on every read. Pure: the moment is an argument.

import type { Attendance, StoredDay } from './day.js';
import type { EmployeeId } from './employee-id.js';
import type { LocalDate } from './local-date.js';
import type { Plan } from './plan.js';
import type { Instant } from './time.js';

/** Whose day it is. */
export interface DaySubject {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly date: LocalDate;
}

/**
 * A day as a caller sees it at `now`. `stored` is undefined for a day never stored.
 * A day without a standing fact comes from the plan; without one it is UNSCHEDULED, and the
 * clock does not change that.
 */
export function present(
  subject: DaySubject,
  stored: StoredDay | undefined,
  _plan: Plan,
  _now: Instant,
): Attendance {
  const result = stored?.result;
  return {
    ...subject,
    status: result?.status ?? 'UNSCHEDULED',
    origin: result?.origin,
    portion: result?.portion ?? 'WHOLE_DAY',
    otherHalfStatus: result?.otherHalfStatus,
    note: result?.note ?? '',
    final: true,
    nextTransitionTime: undefined,
    updateTime: stored?.recordedAt,
    revision: stored?.revision ?? 0,
  };
}
