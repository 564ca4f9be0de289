// Whose a badge is, by date. A badge is one employee's at a time.

import type { EmployeeId } from '../facts/employee-id.js';
import type { LocalDate } from '../time/local-date.js';
import type { Instant } from '../time/time.js';

/** What an assignment says: dates, and the instants at which they begin and end in its zone. */
export interface BadgeTerm {
  readonly employeeId: EmployeeId;
  readonly startDate: LocalDate;
  /** Included; undefined: it has no end. */
  readonly endDate: LocalDate | undefined;
  /** An IANA name. */
  readonly timeZone: string;
  readonly startTime: Instant;
  /** Not included; Infinity: it has no end. */
  readonly endTime: number;
}

/** Whether there is a moment at which a badge would be that of both. */
export function shareTime(a: BadgeTerm, b: BadgeTerm): boolean {
  return a.startTime < b.endTime && b.startTime < a.endTime;
}
