// The types that a roster change is decided on, and the decision: between the store, which locks,
// reads and writes, and the rules, which decide.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { PolicyVersion } from '../../domain/roster/policy.js';
import type { Assignment, Holiday, Roster, ShiftVersion } from '../../domain/roster/roster.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type {
  AssignmentRecord,
  EmployeeDetail,
  HolidayRecord,
  PolicyRecord,
  RosterAnswer,
  ShiftRecord,
} from '../ports/roster-ports.js';
import type { DayRange } from './roster-conflicts.js';

/** An employee under lock, with their own roster now. */
export interface OwnState {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** The number of facts recorded for the employee so far. */
  readonly version: number;
  /** 0: nothing known but a name. */
  readonly detailChangeId: number;
  readonly detailUpdatedAt: RecordTime | undefined;
  readonly detail: EmployeeDetail;
  readonly assignments: readonly AssignmentRecord[];
  readonly overrides: ReadonlyMap<number, readonly string[]>;
}

/** What was read under the locks. */
export interface RosterChangeView {
  /** The number that the change will have. */
  readonly changeId: number;
  readonly defaultZone: Zone;
  /** The current date in UTC. */
  readonly nowDay: number;
  /** The shared roster; empty if `needsRoster` says that it is not needed. */
  readonly roster: Roster;
  /** The archived shifts among those that the command names. */
  readonly archivedShifts: ReadonlySet<string>;
  /** For commands about an employee; undefined for an unknown one. */
  readonly own: OwnState | undefined;
  /** For commands about a shift. */
  readonly shift: ShiftRecord | undefined;
  /** For commands about a holiday. */
  readonly holiday: HolidayRecord | undefined;
  /** For commands about a policy. */
  readonly policy: PolicyRecord | undefined;
  /** The number of existing shifts or holidays, if the command would add one. */
  readonly count: number;
}

/** An assignment after a change. */
export interface AssignmentEdit {
  readonly assignmentId: number;
  /** Undefined: removed. */
  readonly assignment: Assignment | undefined;
}

/** The edit of a command. It supersedes what it replaces. */
export type RosterEdit =
  | { readonly kind: 'DETAIL'; readonly employeeId: EmployeeId; readonly detail: EmployeeDetail }
  | {
      readonly kind: 'ASSIGNMENTS';
      readonly employeeId: EmployeeId;
      /** The assignment that the command is about, and those that end because of it. */
      readonly assignments: readonly AssignmentEdit[];
    }
  | {
      readonly kind: 'OVERRIDE';
      readonly employeeId: EmployeeId;
      readonly epochDay: number;
      /** Undefined: removed. */
      readonly shiftIds: readonly string[] | undefined;
    }
  | { readonly kind: 'SHIFT'; readonly version: ShiftVersion }
  | { readonly kind: 'ARCHIVE_SHIFT'; readonly shiftId: string }
  | {
      readonly kind: 'POLICY';
      readonly policyId: string;
      /** The versions to remove, by their first dates. */
      readonly replaced: readonly number[];
      /** Undefined: no version takes their place. */
      readonly version: PolicyVersion | undefined;
    }
  | {
      readonly kind: 'HOLIDAY';
      readonly calendarId: string;
      readonly epochDay: number;
      /** Undefined: removed. */
      readonly holiday: Holiday | undefined;
    };

export interface RosterDecision {
  /** Without the time of the change, which is not known yet: `updatedAt` is undefined. */
  readonly answer: RosterAnswer;
  /** Undefined if nothing would change. */
  readonly edit: RosterEdit | undefined;
  /** The dates that the change affects. */
  readonly dates: DayRange;
  /** Whether it can change any day at all. */
  readonly concernsDays: boolean;
}

/**
 * The most users of a shift whose rosters are checked when its hours change. Users beyond that
 * could get two shifts at once: their days have SHIFTS_OVERLAP.
 */
export const MAX_CHECKED_USERS = 10_000;

/** The most versions of one shift, which is always read and returned as a whole. */
export const MAX_SHIFT_VERSIONS = 200;

/** All employees' days depend on them, so every process keeps all of them in memory. */
export const MAX_SHIFTS = 20_000;
export const MAX_HOLIDAYS = 100_000;

/** All employees' days depend on them, and each is always read as a whole. */
export const MAX_POLICIES = 200;
export const MAX_POLICY_VERSIONS = 50;
