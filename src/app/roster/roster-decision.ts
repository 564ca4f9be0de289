// A change of the roster between the store, which locks, reads and writes, and the rules, which decide:
// what was read, and what was decided.

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

/** An employee under lock, with what is their own now. */
export interface OwnState {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** The number of facts recorded for the employee so far. */
  readonly version: number;
  /** 0: nobody said more than a name. */
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
  /** The date that it is, in UTC. */
  readonly nowDay: number;
  /** What all employees share; empty where `needsRoster` says that it is not looked at. */
  readonly roster: Roster;
  /** Those that were archived of the shifts that the command names. */
  readonly archivedShifts: ReadonlySet<string>;
  /** Of commands about an employee; undefined for an unknown one. */
  readonly own: OwnState | undefined;
  /** Of commands about a shift. */
  readonly shift: ShiftRecord | undefined;
  /** Of commands about a holiday. */
  readonly holiday: HolidayRecord | undefined;
  /** Of commands about a policy. */
  readonly policy: PolicyRecord | undefined;
  /** How many there are of what the command would add: shifts or holidays. */
  readonly count: number;
}

/** An assignment as a change leaves it. */
export interface AssignmentEdit {
  readonly assignmentId: number;
  /** Undefined: taken back. */
  readonly assignment: Assignment | undefined;
}

/** What a command changes; what it replaces is superseded. */
export type RosterEdit =
  | { readonly kind: 'DETAIL'; readonly employeeId: EmployeeId; readonly detail: EmployeeDetail }
  | {
      readonly kind: 'ASSIGNMENTS';
      readonly employeeId: EmployeeId;
      /** The one that the command is about, and those that end for it. */
      readonly assignments: readonly AssignmentEdit[];
    }
  | {
      readonly kind: 'OVERRIDE';
      readonly employeeId: EmployeeId;
      readonly epochDay: number;
      /** Undefined: taken back. */
      readonly shiftIds: readonly string[] | undefined;
    }
  | { readonly kind: 'SHIFT'; readonly version: ShiftVersion }
  | { readonly kind: 'ARCHIVE_SHIFT'; readonly shiftId: string }
  | {
      readonly kind: 'POLICY';
      readonly policyId: string;
      /** The versions that are no more, by their first dates. */
      readonly replaced: readonly number[];
      /** Undefined: nothing in their place. */
      readonly version: PolicyVersion | undefined;
    }
  | {
      readonly kind: 'HOLIDAY';
      readonly calendarId: string;
      readonly epochDay: number;
      /** Undefined: taken out. */
      readonly holiday: Holiday | undefined;
    };

export interface RosterDecision {
  /** What of the change is not known yet, its time, is left out: `updatedAt` undefined. */
  readonly answer: RosterAnswer;
  /** Undefined when everything is as it was asked to be. */
  readonly edit: RosterEdit | undefined;
  /** The dates that it is about. */
  readonly dates: DayRange;
  /** Whether it can change any day at all. */
  readonly concernsDays: boolean;
}

/**
 * The most users of a shift whose rosters are looked at when its hours change. Beyond that some
 * could be left with two shifts at once: their days have SHIFTS_OVERLAP.
 */
export const MAX_CHECKED_USERS = 10_000;

/** The most versions of one shift: it is always read and told as a whole. */
export const MAX_SHIFT_VERSIONS = 200;

/** Everybody's days depend on them, so every process keeps all of them in memory. */
export const MAX_SHIFTS = 20_000;
export const MAX_HOLIDAYS = 100_000;

/** Everybody's days depend on them, and each is always read as a whole. */
export const MAX_POLICIES = 200;
export const MAX_POLICY_VERSIONS = 50;
