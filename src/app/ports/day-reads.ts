// The port for reading days: of one employee or of many, as known now or at an as-of time.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import type { Session, StoredDay } from '../../domain/facts/day.js';
import type { DayFilter } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Timeline } from '../../domain/facts/punch.js';
import type { DayHoliday } from '../../domain/roster/day-holiday.js';
import type { DayPlan } from '../../domain/roster/plan.js';
import type { LocalDate, LocalMonth } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type { RuleDates } from '../../domain/timesheet/extra-time.js';
import type { ChangeCause } from './facts.js';

/**
 * One employee's days of one month under the roster in force, and the versions at which they were
 * read. Days and versions come from one snapshot. This is the unit that is cached.
 */
export interface MonthBlock {
  readonly employeeId: EmployeeId;
  /** Empty if nobody ever gave one. */
  readonly employeeName: string;
  /** Rises with every commit that touches the employee, by facts or roster. */
  readonly version: number;
  /** Rises with every commit that changes the shared roster. */
  readonly rosterVersion: number;
  readonly month: LocalMonth;
  /** The employee's zones (IANA names), by the first day of the month on which each is in force. */
  readonly zones: readonly { readonly firstDay: number; readonly name: string }[];
  /**
   * By date, each date once, with cleared days because of their revision. A date that is missing
   * was never stored and has nothing expected: UNSCHEDULED.
   */
  readonly days: readonly KnownDay[];
}

/** An employee's day under the roster in force. */
export interface EmployeeDay {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly day: KnownDay;
}

/** A place in a list of days: the last day that was returned. */
export interface DayCursor {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

export interface DayQuery {
  /** Undefined: all employees, or those of a group. */
  readonly employeeId: EmployeeId | undefined;
  /** Members of this group now; undefined: any employee. Not together with `employeeId`. */
  readonly groupId: string | undefined;
  /** Both included. */
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /**
   * The days to keep, by their status at `now`. UNSCHEDULED is never listed. A store may return
   * more days, but never fewer: the code that presents the days filters again.
   */
  readonly filter: DayFilter;
  /** Also return days that are not stored but expected. */
  readonly includeExpected: boolean;
  /** The moment at which statuses are judged. Days that are not final by then are kept. */
  readonly now: Instant;
  /** Days as known then; undefined: as known now. The caller must settle this moment first. */
  readonly asOf: RecordTime | undefined;
  /** Begin after this day; undefined: at the beginning. */
  readonly after: DayCursor | undefined;
  /** The most days to return, at least 1. */
  readonly limit: number;
}

/** The days found, and where to continue. */
export interface DayPage {
  readonly days: readonly EmployeeDay[];
  /** Undefined if the list ends here. If defined, the next page may still be empty. */
  readonly next: DayCursor | undefined;
}

/** Whose days of a period to read. */
export interface PeriodQuery {
  /** Sorted, each once; undefined: those of a group, or all. Not together with `groupId`. */
  readonly employeeIds: readonly EmployeeId[] | undefined;
  /** Members of this group now. */
  readonly groupId: string | undefined;
  /** Both included. At most MAX_PERIOD_DAYS in all. */
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /** Days as known then; undefined: as known now. The caller must settle this moment first. */
  readonly asOf: RecordTime | undefined;
  /** Begin after this employee; undefined: at the first. */
  readonly after: EmployeeId | undefined;
  /** The most employees to return, at least 1. */
  readonly limit: number;
}

/** The longest period, in days. */
export const MAX_PERIOD_DAYS = 366;

/** A day, and what only its plan says of it. */
export interface PeriodDay {
  readonly day: KnownDay;
  readonly holiday: DayHoliday | undefined;
}

/** An employee's days of a period. */
export interface EmployeePeriod {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** The group, as the roster is known at the moment of the read; undefined: none. */
  readonly groupId: string | undefined;
  /** Whether the employee is employed on any date of the period. */
  readonly isEmployed: boolean;
  /** One for every date, in order. */
  readonly days: readonly PeriodDay[];
  /** The days before the period of weeks that weekly overtime counts; empty without any. */
  readonly lead: readonly PeriodDay[];
  /** What rules for overtime and premiums look at; empty if there are no such rules. */
  readonly ruleDates: RuleDates;
}

export interface PeriodPage {
  /** By employee id. Employees who are not known are left out. */
  readonly employees: readonly EmployeePeriod[];
  /** The last employee looked at; undefined if the list ends here. */
  readonly next: EmployeeId | undefined;
}

/** One change of a day, with the day after it. */
export interface DayRevision {
  readonly day: StoredDay;
  readonly actor: string;
  readonly cause: ChangeCause;
  /**
   * The reason of a clearing, a correction or a roster change, or the note of a mark or a punch;
   * empty if none was given.
   */
  readonly reason: string;
}

export interface RevisionQuery {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  readonly asOf: RecordTime | undefined;
  /** Begin after this revision; 0: at the first. */
  readonly afterRevision: number;
  readonly limit: number;
}

/** Everything that a day follows from. */
export interface DayBasis {
  readonly employeeName: string;
  readonly plan: DayPlan;
  /** The punches within the plan's reach. */
  readonly punches: Timeline;
  readonly stored: StoredDay | undefined;
}

/** A day with its plan. */
export interface DayUnderPlan {
  readonly plan: DayPlan;
  readonly day: KnownDay;
}

/** The days around a moment. Any session that is open then is on one of them. */
export interface DaysAround {
  readonly employeeName: string;
  /** The employee's date at that moment. */
  readonly today: DayUnderPlan;
  /** By date, without a gap. */
  readonly days: readonly DayUnderPlan[];
}

/** How many dates before and after today a session that is open now can belong to. */
export const OPEN_DAYS_BEFORE = 3;
export const OPEN_DAYS_AFTER = 2;

export interface OpenDaysQuery {
  /** Undefined: all employees. */
  readonly groupId: string | undefined;
  readonly now: Instant;
  /** Begin after this employee; undefined: at the first. */
  readonly after: EmployeeId | undefined;
  /** The most employees to return. */
  readonly limit: number;
}

/** A session in which the employee is at a moment. */
export interface OpenSession {
  readonly session: Session;
  /** When the session closes by itself if nobody clocks out. */
  readonly closesAt: Instant;
}

/** A day with an open session. */
export interface OpenDay extends EmployeeDay {
  readonly plan: DayPlan;
  readonly open: OpenSession;
  /** The employee's zone on their date at that moment. */
  readonly zoneToday: Zone;
}

export interface OpenDayPage {
  readonly days: readonly OpenDay[];
  /** The last employee looked at; undefined if the list ends here. */
  readonly next: EmployeeId | undefined;
}

export interface DayReads {
  /** Undefined for an unknown employee. */
  readMonth(
    employeeId: EmployeeId,
    month: LocalMonth,
    caller?: AbortSignal,
  ): Promise<MonthBlock | undefined>;

  /**
   * One day as known at `asOf`, under the roster as known then. Undefined for an unknown employee.
   */
  readDayAsOf(
    employeeId: EmployeeId,
    date: LocalDate,
    asOf: RecordTime,
    caller?: AbortSignal,
  ): Promise<{ readonly employeeName: string; readonly day: KnownDay } | undefined>;

  /**
   * Everything that one day follows from, now or as known at `asOf`, to explain the day. Undefined
   * for an unknown employee.
   */
  readDayFacts(
    employeeId: EmployeeId,
    date: LocalDate,
    asOf: RecordTime | undefined,
    caller?: AbortSignal,
  ): Promise<DayBasis | undefined>;

  /**
   * One employee's days around a moment: from OPEN_DAYS_BEFORE before to OPEN_DAYS_AFTER after the
   * date of the moment in the employee's zone. Not from a cache. Undefined for an unknown employee.
   */
  readDaysAround(
    employeeId: EmployeeId,
    now: Instant,
    caller?: AbortSignal,
  ): Promise<DaysAround | undefined>;

  /** Sorted by date, then employee. */
  listByDate(query: DayQuery, caller?: AbortSignal): Promise<DayPage>;

  /** Sorted by employee, then date. */
  listByEmployee(query: DayQuery, caller?: AbortSignal): Promise<DayPage>;

  /**
   * Every date of a period of several employees, by employee, all of one moment. Not from a cache.
   * Takes a bounded number of round trips, however many employees there are.
   */
  listPeriods(query: PeriodQuery, caller?: AbortSignal): Promise<PeriodPage>;

  /** Days around `now` with an open session, by employee, then date. */
  listOpenDays(query: OpenDaysQuery, caller?: AbortSignal): Promise<OpenDayPage>;

  /** Sorted oldest first; undefined for an employee who is not in the roster. */
  listRevisions(
    query: RevisionQuery,
    caller?: AbortSignal,
  ): Promise<
    { readonly employeeName: string; readonly revisions: readonly DayRevision[] } | undefined
  >;
}
