// Everything that can go wrong, as values. The error table (rpc/edge/error-table.ts) gives each
// kind its code, reason and details; nothing else in the service knows gRPC codes.

import type { LocalDate } from '../time/local-date.js';
import type { Instant, RecordTime } from '../time/time.js';
import type { Zone } from '../time/zone.js';
import type { EmployeeId } from './employee-id.js';
import type { PunchKind } from './punch.js';

/** One refused field of a request. */
export interface FieldViolation {
  /** Its path from the request's root, in the names of the contract: `requests[3].date`. */
  readonly field: string;
  /** The broken rule, UPPER_SNAKE_CASE and stable. */
  readonly reason: string;
  /** What is wrong with its value, and what would be right. */
  readonly description: string;
}

/** Why a person's command, or a correction, is refused. */
export const CLOCK_REFUSALS = [
  'ALREADY_CLOCKED_IN',
  'NOT_CLOCKED_IN',
  'ALREADY_ON_BREAK',
  'NOT_ON_BREAK',
  'OUT_BEFORE_IN',
  'OVERLAPS',
  'SESSION_TOO_LONG',
] as const;
export type ClockRefusal = (typeof CLOCK_REFUSALS)[number];

/** What was attempted at the clock. */
export const CLOCK_ATTEMPTS = [
  'CLOCK_IN',
  'CLOCK_OUT',
  'START_BREAK',
  'END_BREAK',
  'REPLACE_PUNCH',
  'CORRECT_PUNCHES',
] as const;
export type ClockAttempt = (typeof CLOCK_ATTEMPTS)[number];

/** The session in conflict with a refused command. */
export interface SessionConcerned {
  readonly in: Instant | undefined;
  readonly out: Instant | undefined;
  readonly shiftId: string | undefined;
  /** The date that it counts for. */
  readonly date: LocalDate;
}

/** The parts of a roster, as errors name them. */
export const ROSTER_RESOURCES = [
  'employee',
  'shift',
  'assignment',
  'holiday',
  'policy',
  'roster_change',
] as const;
export type RosterResource = (typeof ROSTER_RESOURCES)[number];
/** The resources that a caller creates under an id. */
export type NamedResource = Exclude<RosterResource, 'assignment' | 'policy' | 'roster_change'>;

/** An assignment that a refusal names. */
export interface AssignmentConcerned {
  /** Undefined if it would be new. */
  readonly assignmentId: number | undefined;
  readonly startDate: LocalDate;
  /** Undefined if it has no end. */
  readonly endDate: LocalDate | undefined;
  /** All of its cycle, each once. */
  readonly shiftIds: readonly string[];
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
  /** A command about an employee who was not added. */
  | {
      readonly kind: 'EMPLOYEE_NOT_ADDED';
      readonly employeeId: EmployeeId;
      /** Whether punches, or marks without a name, exist under this id. */
      readonly isKnown: boolean;
      /** The most similar id; undefined if none is near. */
      readonly nearestId: EmployeeId | undefined;
    }
  | {
      readonly kind: 'CLOCK_REFUSED';
      readonly refusal: ClockRefusal;
      readonly command: ClockAttempt;
      readonly employeeId: EmployeeId;
      /** The moment of the command, or of the corrected punch. */
      readonly time: Instant;
      /** With several corrections, the index of the refused one. */
      readonly correction?: number | undefined;
      /** A punch that stays but would lose its role. */
      readonly robbed?: { readonly kind: PunchKind; readonly time: Instant } | undefined;
      /** The employee's zone at that moment. */
      readonly zone: Zone;
      /** Undefined if there is none, as for an employee never seen. */
      readonly session: SessionConcerned | undefined;
    }
  | {
      readonly kind: 'EMPLOYEE_ARCHIVED';
      readonly employeeId: EmployeeId;
      readonly date: LocalDate;
    }
  | { readonly kind: 'PUNCH_NOT_FOUND'; readonly employeeId: EmployeeId; readonly punchId: number }
  | { readonly kind: 'IMPORT_NOT_FOUND'; readonly importId: string }
  | {
      readonly kind: 'BADGE_ASSIGNMENT_NOT_FOUND';
      readonly badgeId: string;
      readonly assignmentId: number;
    }
  /** The badge has an owner on one of the dates. */
  | {
      readonly kind: 'BADGE_ASSIGNED';
      readonly badgeId: string;
      readonly assignmentId: number;
      readonly employeeId: EmployeeId;
      readonly startDate: LocalDate;
      /** Undefined if it has no end. */
      readonly endDate: LocalDate | undefined;
    }
  | { readonly kind: 'QUARANTINE_FULL'; readonly maxPunches: number }
  /** The mark of a replay was voided with its import. */
  | { readonly kind: 'MARK_VOIDED'; readonly employeeId: EmployeeId; readonly requestId: string }
  | {
      readonly kind: 'LEAVE_TYPE_NOT_FOUND';
      readonly leaveTypeId: string;
      /** The ids that can be declared; only the first ones if there are many. */
      readonly knownIds: readonly string[];
      /** The most similar id; undefined if none is near. */
      readonly nearestId: string | undefined;
    }
  | { readonly kind: 'LEAVE_TYPE_ARCHIVED'; readonly leaveTypeId: string }
  | { readonly kind: 'TOO_MANY_LEAVE_TYPES'; readonly maxLeaveTypes: number }
  | {
      readonly kind: 'TOO_MANY_LEAVE_TIMES';
      readonly employeeId: EmployeeId;
      readonly date: LocalDate;
      readonly maxLeaveTimes: number;
    }
  /** The punch was already voided, by the fact with the number `by`. */
  | {
      readonly kind: 'PUNCH_VOIDED';
      readonly employeeId: EmployeeId;
      readonly punchId: number;
      readonly by: number;
    }
  /** No more punches are kept of that day, from any caller. */
  | {
      readonly kind: 'TOO_MANY_PUNCHES';
      readonly employeeId: EmployeeId;
      /** The date of the punch in UTC. */
      readonly utcDate: LocalDate;
      readonly maxPunches: number;
    }
  | {
      readonly kind: 'ROSTER_NOT_FOUND';
      readonly resource: RosterResource;
      /** Its id, or `calendar/date` for a holiday. */
      readonly id: string;
      /** The date of a missing version; empty: the one without a date. */
      readonly versionDate?: LocalDate | '' | undefined;
    }
  | { readonly kind: 'ROSTER_EXISTS'; readonly resource: NamedResource; readonly id: string }
  | {
      readonly kind: 'ROSTER_ETAG_MISMATCH';
      readonly resource: RosterResource;
      readonly id: string;
      readonly sent: string;
      readonly current: string;
    }
  /** An archived shift can no longer be assigned. */
  | { readonly kind: 'SHIFT_ARCHIVED'; readonly shiftId: string }
  /** Two shifts of one employee would overlap. */
  | {
      readonly kind: 'SHIFTS_OVERLAP';
      readonly employeeId: EmployeeId;
      readonly date: LocalDate;
      readonly shiftId: string;
      readonly otherDate: LocalDate;
      readonly otherShiftId: string;
      /** The assignment that has the other shift; undefined: an override or the default. */
      readonly otherAssignmentId: number | undefined;
    }
  /** Two assignments would share dates, and the caller did not say what to do. */
  | {
      readonly kind: 'ASSIGNMENTS_OVERLAP';
      readonly employeeId: EmployeeId;
      readonly assignment: AssignmentConcerned;
      /** The assignment that it overlaps, which has no end. */
      readonly other: AssignmentConcerned;
      /** How many others it overlaps. */
      readonly more: number;
      /** The date on which the other would end; undefined if it begins too late for that. */
      readonly otherEndDate: LocalDate | undefined;
    }
  /** A request id of a roster change was used for another one. */
  | { readonly kind: 'ROSTER_REQUEST_ID_REUSED'; readonly requestId: string }
  /** Transactions may still be recorded at or before the time sent. */
  | {
      readonly kind: 'AS_OF_TIME_NOT_SETTLED';
      readonly sent: RecordTime;
      readonly settled: RecordTime;
    }
  /** The service cannot tell which clock is wrong, so it cannot give a command a time. */
  | {
      readonly kind: 'CLOCKS_DIFFER';
      /**
       * When the call was received, by the service's clock, and the moment under the lock, by
       * PostgreSQL's.
       */
      readonly receivedAt: Instant;
      readonly decidedAt: Instant;
      readonly cause: Error;
    }
  /** PostgreSQL refused the content of one fact of a batch: a bug of this service. */
  | { readonly kind: 'FACT_REFUSED'; readonly cause: Error }
  /** The call came without a token. */
  | { readonly kind: 'TOKEN_MISSING' }
  /** Why is for the log alone, as the cause: it would help whoever tries tokens. */
  | { readonly kind: 'TOKEN_INVALID' }
  | { readonly kind: 'TOKEN_EXPIRED' }
  /** The keys that tokens are checked with cannot be had for now. */
  | { readonly kind: 'TOKEN_KEYS_UNAVAILABLE'; readonly retryAfterMs: number }
  /** Any one of these scopes would do. */
  | { readonly kind: 'SCOPE_REQUIRED'; readonly scopes: readonly string[] }
  /** The scopes held allow such a call, but not for what this one is about. */
  | {
      readonly kind: 'OUT_OF_SCOPE';
      readonly why: 'EMPLOYEE' | 'EVERYBODY' | 'TIME' | 'TOO_MANY';
      readonly held: readonly string[];
      /** Any one of these would allow it. */
      readonly wide: readonly string[];
    }
  /** The feed does not hold what a cursor names. */
  | { readonly kind: 'CURSOR_OUT_OF_RANGE' }
  /** This instance is stopping. */
  | { readonly kind: 'DRAINING'; readonly retryAfterMs: number }
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
