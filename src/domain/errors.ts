// Everything that can go wrong, as values. One table (rpc/error-table.ts) gives each kind its
// code, its reason and its details; nothing else in the service knows gRPC codes.

import type { EmployeeId } from './employee-id.js';
import type { LocalDate } from './local-date.js';
import type { RecordTime } from './time.js';

/** One refused field of a request. */
export interface FieldViolation {
  /** Its path from the request's root, in the contract's names: `requests[3].date`. */
  readonly field: string;
  /** The broken rule, UPPER_SNAKE_CASE and stable. */
  readonly reason: string;
  /** What is wrong with its value and what would be right. */
  readonly description: string;
}

export type Failure =
  | { readonly kind: 'INVALID_FIELDS'; readonly violations: readonly FieldViolation[] }
  | {
      readonly kind: 'REQUEST_ID_REUSED';
      readonly employeeId: EmployeeId;
      readonly requestId: string;
    }
  | {
      readonly kind: 'ETAG_MISMATCH';
      readonly employeeId: EmployeeId;
      readonly date: LocalDate;
      readonly sent: string;
      readonly current: string;
    }
  | { readonly kind: 'EMPLOYEE_NOT_FOUND'; readonly employeeId: EmployeeId }
  /** Transactions may still be recorded at or before the time sent. */
  | {
      readonly kind: 'AS_OF_TIME_NOT_SETTLED';
      readonly sent: RecordTime;
      readonly settled: RecordTime;
    }
  /** PostgreSQL refused one fact of a batch for what is in it: a fault of this service. */
  | { readonly kind: 'FACT_REFUSED'; readonly cause: Error }
  | { readonly kind: 'DEADLINE_EXCEEDED' }
  | { readonly kind: 'CANCELLED' }
  /** PostgreSQL cannot be reached, is starting, or gave up on the transaction. */
  | { readonly kind: 'STORE_UNAVAILABLE'; readonly retryAfterMs: number }
  /** A bounded queue is full. */
  | { readonly kind: 'OVERLOADED'; readonly queue: string; readonly retryAfterMs: number };

/** A failure on its way to the caller. `cause` is for the log and never leaves the service. */
export class AttendanceError extends Error {
  override readonly name = 'AttendanceError';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.kind, options);
    this.failure = failure;
  }
}

/** A single refused field, as an error. */
export function invalidField(field: string, reason: string, description: string): AttendanceError {
  return new AttendanceError({
    kind: 'INVALID_FIELDS',
    violations: [{ field, reason, description }],
  });
}
