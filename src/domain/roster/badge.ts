// Whose a badge is, by date. A badge is one employee's at a time.

import type { EmployeeId } from '../facts/employee-id.js';
import type { LocalDate } from '../time/local-date.js';
import type { Instant } from '../time/time.js';

/**
 * The term of an assignment: its dates, and the instants at which they begin and end in its zone.
 */
export interface BadgeTerm {
  readonly employeeId: EmployeeId;
  readonly startDate: LocalDate;
  /** Included; undefined: no end. */
  readonly endDate: LocalDate | undefined;
  /** An IANA name. */
  readonly timeZone: string;
  readonly startTime: Instant;
  /** Not included; Infinity: no end. */
  readonly endTime: number;
}

/** Whether both would have the badge at some moment. */
export function shareTime(a: BadgeTerm, b: BadgeTerm): boolean {
  return a.startTime < b.endTime && b.startTime < a.endTime;
}
