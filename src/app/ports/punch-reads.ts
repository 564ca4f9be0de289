// The port for reading punches.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import type { Instant } from '../../domain/time/time.js';

export interface PunchQuery {
  readonly employeeId: EmployeeId;
  /** The start is included, the end is not; undefined: no limit. */
  readonly startTime: Instant | undefined;
  readonly endTime: Instant | undefined;
  readonly includeVoided: boolean;
  /** Begin after this punch; undefined: at the first. */
  readonly after: PunchCursor | undefined;
  /** The most punches to return, at least 1. */
  readonly limit: number;
}

export interface PunchCursor {
  readonly time: Instant;
  readonly punchId: number;
}

export interface PunchPage {
  /** By time and number. */
  readonly punches: readonly RecordedPunch[];
  /** The last punch looked at, returned or not; undefined if the list ends here. */
  readonly next: PunchCursor | undefined;
}

export interface PunchReads {
  /** One employee's punches, by time and number; undefined for an unknown employee. */
  listPunches(query: PunchQuery, caller?: AbortSignal): Promise<PunchPage | undefined>;
}
