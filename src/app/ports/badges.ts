// The port for badges: whose each badge is at which time, and the quarantine, where punches of
// badges wait that are nobody's. store/ implements it over PostgreSQL.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { ToldPunch } from '../../domain/facts/recorded-punch.js';
import type { BadgeTerm } from '../../domain/roster/badge.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type { PunchFact } from './facts.js';
import type { PunchName } from './import-reads.js';

/** The most punches in quarantine, of all badges together: as many as a person can look through. */
export const MAX_QUARANTINED = 100_000;

/** One revision of an assignment. */
export interface BadgeAssignment extends BadgeTerm {
  readonly badgeId: string;
  readonly assignmentId: number;
  /** The number of this revision, from 1. */
  readonly revision: number;
  readonly actor: string;
  readonly reason: string;
  readonly recordedAt: RecordTime;
  /** Undefined while this revision holds. */
  readonly superseded:
    | { readonly at: RecordTime; readonly actor: string; readonly reason: string }
    | undefined;
}

/** Who changes a badge's owner, and why. */
interface ChangeHeader {
  readonly badgeId: string;
  readonly reason: string;
  readonly actor: string;
  readonly requestId: string | undefined;
  readonly payloadHash: Uint8Array;
}

export interface AssignBadge extends ChangeHeader {
  readonly kind: 'ASSIGN';
  readonly employeeId: EmployeeId;
  readonly startDate: LocalDate;
  readonly endDate: LocalDate | undefined;
  /** Undefined: the deployment's default. */
  readonly zone: Zone | undefined;
  /** Whether to end an assignment that began earlier. */
  readonly handOn: boolean;
}

export interface EndBadge extends ChangeHeader {
  readonly kind: 'END';
  readonly assignmentId: number;
  readonly endDate: LocalDate;
}

export interface RetractBadge extends ChangeHeader {
  readonly kind: 'RETRACT';
  readonly assignmentId: number;
}

export type BadgeChange = AssignBadge | EndBadge | RetractBadge;

/** The effect of a change on the assignments of its badge. */
export interface BadgeDecision {
  /** Revisions that no longer hold. */
  readonly superseded: readonly BadgeAssignment[];
  /** New revisions. Without an assignment id, it is a new assignment. */
  readonly said: readonly (BadgeTerm & {
    readonly assignmentId: number | undefined;
    readonly revision: number;
  })[];
  readonly failure?: never;
}

export interface BadgeRules {
  /** `held`: the assignments of the badge that hold. `isAdded`: whether the employee was added. */
  decide(
    change: BadgeChange,
    held: readonly BadgeAssignment[],
    isAdded: boolean,
  ): BadgeDecision | { readonly failure: Failure };
}

export interface BadgeQuery {
  readonly badgeId: string | undefined;
  readonly employeeId: EmployeeId | undefined;
  /** As known then; undefined: as known now. The caller must settle this moment first. */
  readonly asOf: RecordTime | undefined;
  readonly includeSuperseded: boolean;
  readonly after:
    | { readonly badgeId: string; readonly assignmentId: number; readonly revision: number }
    | undefined;
  readonly limit: number;
}

/** A punch that names a badge: a PunchFact without its employee. */
export type BadgePunch = Omit<PunchFact, 'employeeId' | 'badge'> & { readonly badgeId: string };

/** The employee whose a punch is. */
export interface BadgeOwner {
  /** The version of the badge; 0 for an unknown badge. */
  readonly version: number;
  /** Undefined: nobody's at that time. */
  readonly employeeId: EmployeeId | undefined;
  /** The row under which a person discarded this same punch; undefined: nobody did. */
  readonly discarded: number | undefined;
}

/**
 * The outcome for a punch of a badge that is nobody's; undefined: the badge has an owner by now.
 */
export type QuarantineOutcome =
  | {
      readonly kind: 'QUARANTINED' | 'DUPLICATE';
      /** Undefined if it was only validated. */
      readonly quarantineId: number | undefined;
      /** Whether a person discarded it. */
      readonly discarded: boolean;
    }
  | { readonly kind: 'FULL' }
  | undefined;

/** A punch in quarantine. */
export interface QuarantinedPunch {
  readonly quarantineId: number;
  readonly badgeId: string;
  readonly punch: ToldPunch;
  readonly actor: string;
  readonly receivedAt: Instant;
  readonly importId: string | undefined;
  readonly quarantinedAt: RecordTime;
  /** Whether to restore it for an employee from whom it was voided with an assignment. */
  readonly restore: boolean;
  /** Why no employee can have it; empty: not tried. */
  readonly blocked: string;
}

/** A part of the work that remains until a badge's punches follow its assignments. */
export interface BadgeWork {
  readonly version: number;
  /** Who changed the assignments last, and why. */
  readonly actor: string;
  readonly reason: string;
  /** Punches of the badge that count for an employee whose badge it was not. */
  readonly astray: readonly PunchName[];
  /** Punches in quarantine, with the employees whose they are now. */
  readonly due: readonly (QuarantinedPunch & { readonly employeeId: EmployeeId })[];
}

/** Badges, durable. Throws like AttendanceStore. */
export interface BadgeStore {
  /** In one transaction, under the badge's lock. Throws AttendanceError if it is refused. */
  change(change: BadgeChange, rules: BadgeRules, caller?: AbortSignal): Promise<BadgeAssignment>;
  /** By badge, assignment and revision. */
  list(query: BadgeQuery, caller?: AbortSignal): Promise<readonly BadgeAssignment[]>;
  /** The owners of punches, in the same order, all as of one moment. */
  locate(punches: readonly BadgePunch[], caller?: AbortSignal): Promise<readonly BadgeOwner[]>;
  /** Keeps punches of badges that are nobody's. Returns one outcome for each, in order. */
  quarantine(
    punches: readonly BadgePunch[],
    caller?: AbortSignal,
  ): Promise<readonly QuarantineOutcome[]>;
  /** Punches in quarantine, by id, after `after`. */
  listQuarantined(
    query: { readonly badgeId: string | undefined; readonly after: number; readonly limit: number },
    caller?: AbortSignal,
  ): Promise<readonly QuarantinedPunch[]>;
  /** The first `limit` punches of an import in quarantine. */
  listQuarantinedOfImport(
    importId: string,
    limit: number,
    caller?: AbortSignal,
  ): Promise<readonly number[]>;
  /** Returns how many of them were still in quarantine. */
  discard(
    quarantineIds: readonly number[],
    why: { readonly actor: string; readonly reason: string },
    caller?: AbortSignal,
  ): Promise<number>;
  /** The number of punches in quarantine, of one badge or of all. */
  countWaiting(badgeId: string | undefined, caller?: AbortSignal): Promise<number>;
  /** Undefined if the punches of the badge follow its assignments. */
  readWork(badgeId: string, limit: number, caller?: AbortSignal): Promise<BadgeWork | undefined>;
  /** Records that nothing is left to do for a version. */
  markSettled(badgeId: string, version: number): Promise<void>;
  /** Badges with punches that do not follow the assignments yet, by id, after `after`. */
  listUnsettled(after: string, limit: number): Promise<readonly string[]>;
}
