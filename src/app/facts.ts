// What somebody told us, checked for form and ready to be recorded.

import type { MarkableStatus, Portion } from '../domain/day.js';
import type { EmployeeId } from '../domain/employee-id.js';
import type { LocalDate } from '../domain/local-date.js';
import type { Instant } from '../domain/time.js';

/** What every fact carries. */
interface FactHeader {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  /** A lower-case UUID; undefined when the caller sent none. */
  readonly requestId: string | undefined;
  /** 16 bytes that differ when any field but the request id differs. */
  readonly payloadHash: Uint8Array;
  /** The etag the caller insists on; undefined to write whatever the day is. */
  readonly etag: string | undefined;
  /** Who told us. */
  readonly actor: string;
  /** When we were told. */
  readonly receivedAt: Instant;
}

/** Somebody declared a status. */
export interface MarkFact extends FactHeader {
  readonly kind: 'MARK';
  /** Used only when the employee is new; undefined when not given. */
  readonly employeeName: string | undefined;
  readonly status: MarkableStatus;
  readonly portion: Portion;
  readonly note: string;
}

/** Somebody withdrew what was declared. */
export interface ClearFact extends FactHeader {
  readonly kind: 'CLEAR';
  readonly reason: string;
}

export type Fact = MarkFact | ClearFact;
