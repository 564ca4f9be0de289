// Badges: whose each is at which time, and the quarantine, where punches of badges wait that are
// nobody's. store/ implements it over PostgreSQL.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { ToldPunch } from '../../domain/facts/recorded-punch.js';
import type { BadgeTerm } from '../../domain/roster/badge.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type { PunchFact } from './facts.js';
import type { PunchName } from './import-reads.js';

/** The most punches that wait in quarantine, of all badges: what a person can still look through. */
export const MAX_QUARANTINED = 100_000;

/** What was said of an assignment at one time. */
export interface BadgeAssignment extends BadgeTerm {
  readonly badgeId: string;
  readonly assignmentId: number;
  /** Counts what was said of it from 1. */
  readonly revision: number;
  readonly actor: string;
  readonly reason: string;
  readonly recordedAt: RecordTime;
  /** Undefined while it holds. */
  readonly superseded:
    | { readonly at: RecordTime; readonly actor: string; readonly reason: string }
    | undefined;
}

/** Who changes whose a badge is, and why. */
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
  /** Undefined: the deployment's. */
  readonly zone: Zone | undefined;
  /** Whether an assignment that began before ends for it. */
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

/** What a change does to the assignments of its badge. */
export interface BadgeDecision {
  /** Rows that hold no more. */
  readonly superseded: readonly BadgeAssignment[];
  /** What is said from now on; without an assignment id: a new one. */
  readonly said: readonly (BadgeTerm & {
    readonly assignmentId: number | undefined;
    readonly revision: number;
  })[];
  /** What the caller is answered with: the last one said, or the one superseded. */
  readonly failure?: never;
}

export interface BadgeRules {
  /** `held`: the assignments of the badge that hold. `isAdded`: whether somebody added the employee. */
  decide(
    change: BadgeChange,
    held: readonly BadgeAssignment[],
    isAdded: boolean,
  ): BadgeDecision | { readonly failure: Failure };
}

export interface BadgeQuery {
  readonly badgeId: string | undefined;
  readonly employeeId: EmployeeId | undefined;
  /** As known then; undefined: as known now. Settled before it is asked for. */
  readonly asOf: RecordTime | undefined;
  readonly includeSuperseded: boolean;
  readonly after:
    | { readonly badgeId: string; readonly assignmentId: number; readonly revision: number }
    | undefined;
  readonly limit: number;
}

/** A punch that names a badge: a PunchFact but for whose it is. */
export type BadgePunch = Omit<PunchFact, 'employeeId' | 'badge'> & { readonly badgeId: string };

/** Whose a punch is. */
export interface BadgeOwner {
  /** Of the badge; 0 for one never heard of. */
  readonly version: number;
  /** Undefined: nobody's at that time. */
  readonly employeeId: EmployeeId | undefined;
  /** The row under which a person discarded this very punch; undefined: nobody did. */
  readonly discarded: number | undefined;
}

/** What became of a punch of a badge that is nobody's; undefined: the badge is somebody's by now. */
export type QuarantineOutcome =
  | {
      readonly kind: 'QUARANTINED' | 'DUPLICATE';
      /** Undefined where it was only judged. */
      readonly quarantineId: number | undefined;
      /** Whether a person discarded it. */
      readonly discarded: boolean;
    }
  | { readonly kind: 'FULL' }
  | undefined;

/** A punch that waits. */
export interface QuarantinedPunch {
  readonly quarantineId: number;
  readonly badgeId: string;
  readonly punch: ToldPunch;
  readonly actor: string;
  readonly receivedAt: Instant;
  readonly importId: string | undefined;
  readonly quarantinedAt: RecordTime;
  /** Whether it counts again for an employee from whom it was taken back with an assignment. */
  readonly restore: boolean;
  /** Why no employee can have it; empty: not tried. */
  readonly blocked: string;
}

/** What the punches of a badge have yet to follow: some of it. */
export interface BadgeWork {
  readonly version: number;
  /** Why the assignments changed last. */
  readonly actor: string;
  readonly reason: string;
  /** Punches that came by the badge, count, and are of an employee whose badge it was not. */
  readonly astray: readonly PunchName[];
  /** Punches that wait, and whose they are. */
  readonly due: readonly (QuarantinedPunch & { readonly employeeId: EmployeeId })[];
}

/** Badges, durable. Throws as AttendanceStore does. */
export interface BadgeStore {
  /** In one transaction, under the badge's lock. Throws AttendanceError where it is refused. */
  change(change: BadgeChange, rules: BadgeRules, caller?: AbortSignal): Promise<BadgeAssignment>;
  /** By badge, assignment and revision. */
  list(query: BadgeQuery, caller?: AbortSignal): Promise<readonly BadgeAssignment[]>;
  /** Of each punch, in order, all as of one moment. */
  locate(punches: readonly BadgePunch[], caller?: AbortSignal): Promise<readonly BadgeOwner[]>;
  /** Keeps punches of badges that are nobody's; one outcome for each, in order. */
  quarantine(
    punches: readonly BadgePunch[],
    caller?: AbortSignal,
  ): Promise<readonly QuarantineOutcome[]>;
  /** Punches that wait, by id, behind `after`. */
  listQuarantined(
    query: { readonly badgeId: string | undefined; readonly after: number; readonly limit: number },
    caller?: AbortSignal,
  ): Promise<readonly QuarantinedPunch[]>;
  /** Those of an import that wait: the first ones. */
  listQuarantinedOfImport(
    importId: string,
    limit: number,
    caller?: AbortSignal,
  ): Promise<readonly number[]>;
  /** Returns how many of them waited until now. */
  discard(
    quarantineIds: readonly number[],
    why: { readonly actor: string; readonly reason: string },
    caller?: AbortSignal,
  ): Promise<number>;
  /** How many wait: of a badge, or of all. */
  countWaiting(badgeId: string | undefined, caller?: AbortSignal): Promise<number>;
  /** Undefined: the punches of the badge follow its assignments. */
  readWork(badgeId: string, limit: number, caller?: AbortSignal): Promise<BadgeWork | undefined>;
  /** Nothing is left to do for a version. */
  markSettled(badgeId: string, version: number): Promise<void>;
  /** Badges with punches that have yet to follow, by id, behind `after`. */
  listUnsettled(after: string, limit: number): Promise<readonly string[]>;
}
