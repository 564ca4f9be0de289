// The port of the roster's use cases: changes under lock, and reads now or at an as-of time. store/
// implements it over PostgreSQL; cache/ decorates it to announce changes.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { PolicyStart, PolicyVersion } from '../../domain/roster/policy.js';
import type { Assignment, Holiday, ShiftVersion, ZoneVersion } from '../../domain/roster/roster.js';
import type { CountingRules, Shift } from '../../domain/roster/shift.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';

/** What belongs to one employee, except assignments and overrides. Dates are epoch days. */
export interface EmployeeDetail {
  /** Empty if nobody ever gave one. */
  readonly employeeName: string;
  /** Undefined: the service's default. */
  readonly zone: Zone | undefined;
  /** Later zones, by date, each date once. */
  readonly zoneChanges: readonly ZoneVersion[];
  /** Empty: none. */
  readonly groupId: string;
  readonly joinedDay: number;
  readonly leftDay: number;
  readonly defaultShiftId: string | undefined;
  readonly calendarId: string | undefined;
  /** The employee's date on which they were archived; undefined: not archived. */
  readonly archivedDay: number | undefined;
  /** Their own policies, by date, each date once. */
  readonly policies: readonly PolicyStart[];
}

/** The change that last set a resource (its etag), and the time of that change. */
interface Versioned {
  /** 0 for an employee with no more than a name. */
  readonly changeId: number;
  /** Undefined at change 0. */
  readonly updatedAt: RecordTime | undefined;
}

export interface EmployeeRecord extends Versioned {
  readonly employeeId: EmployeeId;
  readonly detail: EmployeeDetail;
}

export interface ShiftRecord extends Versioned {
  readonly shiftId: string;
  /** By `fromDay`, at least one. */
  readonly versions: readonly ShiftVersion[];
  readonly archived: boolean;
}

export interface PolicyRecord extends Versioned {
  readonly policyId: string;
  /** By `fromDay`, at least one. */
  readonly versions: readonly PolicyVersion[];
}

export interface AssignmentRecord extends Versioned {
  readonly employeeId: EmployeeId;
  readonly assignmentId: number;
  readonly assignment: Assignment;
}

export interface OverrideRecord {
  readonly epochDay: number;
  readonly shiftIds: readonly string[];
}

export interface HolidayRecord extends Holiday {
  readonly calendarId: string;
  readonly epochDay: number;
}

/** The fields of a holiday that an update changes. */
export type HolidayChange = Omit<HolidayRecord, keyof Holiday> & Partial<Holiday>;

/** A committed change, and how far the stored days follow it. */
export interface RosterChangeRecord {
  readonly changeId: number;
  readonly recordedAt: RecordTime;
  readonly actor: string;
  readonly reason: string;
  /** What was changed: exactly one of the four. */
  readonly employeeId: EmployeeId | undefined;
  readonly shiftId: string | undefined;
  readonly calendarId: string | undefined;
  readonly policyId: string | undefined;
  /** The dates that it affects, as epoch days; infinite if it has no end. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly employeesDone: number;
  readonly daysDerived: number;
  readonly daysChanged: number;
  /** The number of dates on which the changed shift now overlaps with overrides of its users. */
  readonly shiftOverlaps: number;
  readonly finishedAt: RecordTime | undefined;
}

interface CommandHeader {
  readonly requestId: string | undefined;
  readonly payloadHash: Uint8Array;
  readonly actor: string;
  /** Empty when none was given. */
  readonly reason: string;
  readonly receivedAt: Instant;
  /** Only validate it. Nothing is stored. */
  readonly validateOnly: boolean;
}

/** Undefined: write in any case. */
interface Conditional {
  readonly etag: string | undefined;
}

/** A shift from a date on. Missing fields are as in the version before. */
export interface ShiftVersionChange {
  readonly fromDay: number;
  readonly shift: Partial<Omit<Shift, 'counting'>> &
    Pick<Shift, 'shiftId'> & { readonly counting?: Partial<CountingRules> };
}

/** What to do with assignments without an end that a new or longer one overlaps. */
export type OverlapAction = 'REPLACE' | 'ADD';

/** Undefined: not given, so an overlap is refused. */
interface Overlapping {
  readonly onOverlap: OverlapAction | undefined;
}

/** A requested change. Definitions were checked for form and bounds. */
export type RosterCommand = CommandHeader &
  (
    | {
        readonly kind: 'CREATE_EMPLOYEE';
        readonly employeeId: EmployeeId;
        readonly detail: EmployeeDetail;
      }
    | ({
        readonly kind: 'UPDATE_EMPLOYEE';
        readonly employeeId: EmployeeId;
        /** Missing fields stay as they are. */
        readonly detail: Partial<EmployeeDetail>;
      } & Conditional)
    | ({ readonly kind: 'ARCHIVE_EMPLOYEE'; readonly employeeId: EmployeeId } & Conditional)
    | { readonly kind: 'CREATE_SHIFT'; readonly version: ShiftVersion }
    | ({ readonly kind: 'UPDATE_SHIFT'; readonly version: ShiftVersionChange } & Conditional)
    | ({ readonly kind: 'ARCHIVE_SHIFT'; readonly shiftId: string } & Conditional)
    | ({
        readonly kind: 'CREATE_ASSIGNMENT';
        readonly employeeId: EmployeeId;
        readonly assignment: Assignment;
      } & Overlapping)
    | ({
        readonly kind: 'UPDATE_ASSIGNMENT';
        readonly employeeId: EmployeeId;
        readonly assignmentId: number;
        /** Missing fields stay as they are. */
        readonly assignment: Partial<Assignment>;
      } & Conditional &
        Overlapping)
    | ({
        readonly kind: 'ARCHIVE_ASSIGNMENT';
        readonly employeeId: EmployeeId;
        readonly assignmentId: number;
      } & Conditional)
    | {
        readonly kind: 'SET_OVERRIDE';
        readonly employeeId: EmployeeId;
        readonly override: OverrideRecord;
      }
    | {
        readonly kind: 'CLEAR_OVERRIDE';
        readonly employeeId: EmployeeId;
        readonly epochDay: number;
      }
    | ({ readonly kind: 'SET_POLICY'; readonly version: PolicyVersion } & Conditional)
    | ({
        readonly kind: 'DELETE_POLICY';
        readonly policyId: string;
        /** The date of one version; undefined: all of them. */
        readonly fromDay: number | undefined;
      } & Conditional)
    | { readonly kind: 'CREATE_HOLIDAY'; readonly holiday: HolidayRecord }
    | { readonly kind: 'UPDATE_HOLIDAY'; readonly holiday: HolidayChange }
    | {
        readonly kind: 'ARCHIVE_HOLIDAY';
        readonly calendarId: string;
        readonly epochDay: number;
      }
  );

/** The resource after a command. */
export type RosterAnswer =
  | { readonly kind: 'EMPLOYEE'; readonly employee: EmployeeRecord }
  | { readonly kind: 'SHIFT'; readonly shift: ShiftRecord }
  | { readonly kind: 'ASSIGNMENT'; readonly assignment: AssignmentRecord }
  | { readonly kind: 'OVERRIDE'; readonly override: OverrideRecord | undefined }
  | { readonly kind: 'HOLIDAY'; readonly holiday: HolidayRecord }
  | { readonly kind: 'POLICY'; readonly policy: PolicyRecord };

export interface RosterOutcome {
  readonly answer: RosterAnswer;
  /** Undefined if the command changed nothing. */
  readonly change: RosterChangeRecord | undefined;
}

/** A page of any list, and where the next one continues; undefined if the list ends here. */
export interface RosterPage<T> {
  readonly items: readonly T[];
  readonly next: readonly string[] | undefined;
}

interface PageQuery {
  /** `next` of the page before. */
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

interface DateRangeQuery extends PageQuery {
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  readonly asOf: RecordTime | undefined;
}

/**
 * The roster, durable. Every method throws AttendanceError STORE_UNAVAILABLE or OVERLOADED if it
 * cannot work for now. Reads of one resource return undefined if it does not exist.
 */
export interface RosterStore {
  /**
   * Changes the roster in one transaction, under the locks of what the change depends on. Throws
   * the ROSTER_* failures, EMPLOYEE_NOT_FOUND, SHIFTS_OVERLAP, ASSIGNMENTS_OVERLAP and
   * INVALID_FIELDS. Changes wait for each other: if `caller` is aborted before the turn of its
   * change, the change is not made, and the signal's reason is thrown.
   */
  changeRoster(command: RosterCommand, caller?: AbortSignal): Promise<RosterOutcome>;

  getEmployee(
    employeeId: EmployeeId,
    asOf: RecordTime | undefined,
  ): Promise<EmployeeRecord | undefined>;
  listEmployees(
    query: PageQuery & {
      readonly groupId: string | undefined;
      readonly includeArchived: boolean;
    },
  ): Promise<RosterPage<EmployeeRecord>>;
  getShift(shiftId: string, asOf: RecordTime | undefined): Promise<ShiftRecord | undefined>;
  listShifts(
    query: PageQuery & { readonly includeArchived: boolean },
  ): Promise<RosterPage<ShiftRecord>>;
  getPolicy(policyId: string, asOf: RecordTime | undefined): Promise<PolicyRecord | undefined>;
  listPolicies(query: PageQuery): Promise<RosterPage<PolicyRecord>>;
  /** All assignments of an employee, by start; undefined for an unknown employee. */
  listAssignments(
    employeeId: EmployeeId,
    asOf: RecordTime | undefined,
  ): Promise<readonly AssignmentRecord[] | undefined>;
  /** Undefined for an unknown employee. */
  listOverrides(
    query: DateRangeQuery & { readonly employeeId: EmployeeId },
  ): Promise<RosterPage<OverrideRecord> | undefined>;
  listHolidays(
    query: DateRangeQuery & { readonly calendarId: string | undefined },
  ): Promise<RosterPage<HolidayRecord>>;
  getRosterChange(changeId: number): Promise<RosterChangeRecord | undefined>;
  /** The latest first. */
  listRosterChanges(
    query: PageQuery & { readonly unfinishedOnly: boolean },
  ): Promise<RosterPage<RosterChangeRecord>>;
}

/** The most assignments that one employee has at a time. */
export const MAX_ASSIGNMENTS = 200;

/** The most overrides of one employee. */
export const MAX_OVERRIDES = 5000;
