// What is read of days: of one employee, of many, as known now or then.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import type { Session, StoredDay } from '../../domain/facts/day.js';
import type { DayFilter } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Timeline } from '../../domain/facts/punch.js';
import type { DayPlan } from '../../domain/roster/plan.js';
import type { LocalDate, LocalMonth } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type { ChangeCause } from './facts.js';

/**
 * One employee's days of one month under the roster in force, and the versions they were read at.
 * Days and versions come from one snapshot. The unit that is cached.
 */
export interface MonthBlock {
  readonly employeeId: EmployeeId;
  /** Empty when nobody ever gave one. */
  readonly employeeName: string;
  /** Raised by every commit that touches the employee, facts and roster. */
  readonly version: number;
  /** Raised by every commit that changes what all employees share of the roster. */
  readonly rosterVersion: number;
  readonly month: LocalMonth;
  /** The employee's zones, IANA names, by the first day of the month that each is in force on. */
  readonly zones: readonly { readonly firstDay: number; readonly name: string }[];
  /**
   * By date, each date once; cleared days too, for their revision. A date that is not here was
   * never stored, and nothing is expected on it: UNSCHEDULED.
   */
  readonly days: readonly KnownDay[];
}

/** A day under the roster in force and whose it is. */
export interface EmployeeDay {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  readonly day: KnownDay;
}

/** A place in a list of days: the last one already given. */
export interface DayCursor {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

export interface DayQuery {
  /** Undefined: everybody, or a group. */
  readonly employeeId: EmployeeId | undefined;
  /** Whose group this is now; undefined: any. Not together with an employee. */
  readonly groupId: string | undefined;
  /** Both included. */
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /**
   * Which days to keep, as they are at `now`. UNSCHEDULED is never listed. A store may give more than
   * these, never fewer: whoever presents the days looks once more.
   */
  readonly filter: DayFilter;
  /** Also days that nobody stored and something is expected on. */
  readonly includeExpected: boolean;
  /** The moment that statuses are looked at: days not settled by then are kept. */
  readonly now: Instant;
  /** Days as known then; undefined: as they are. Settled before it is asked for. */
  readonly asOf: RecordTime | undefined;
  /** Begin behind this day; undefined: at the beginning. */
  readonly after: DayCursor | undefined;
  /** The most days to return, at least 1. */
  readonly limit: number;
}

/** Days found, and where to go on. */
export interface DayPage {
  readonly days: readonly EmployeeDay[];
  /** Undefined when the list ends here. Present, the next page may still be empty. */
  readonly next: DayCursor | undefined;
}

/** One change of a day, with the day as it became. */
export interface DayRevision {
  readonly day: StoredDay;
  readonly actor: string;
  readonly cause: ChangeCause;
  /**
   * The reason of a clearing, a void, a replacement or a change of the roster, the note of a mark
   * or a punch; empty when none was given.
   */
  readonly reason: string;
}

export interface RevisionQuery {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  readonly asOf: RecordTime | undefined;
  /** Begin behind this revision; 0: at the first. */
  readonly afterRevision: number;
  readonly limit: number;
}

/** What a day follows from. */
export interface DayBasis {
  readonly employeeName: string;
  readonly plan: DayPlan;
  /** Of the plan's reach. */
  readonly punches: Timeline;
  readonly stored: StoredDay | undefined;
}

/** A day, and what the roster says of it. */
export interface DayUnderPlan {
  readonly plan: DayPlan;
  readonly day: KnownDay;
}

/** The days around a moment: sessions that are open then are on one of them. */
export interface DaysAround {
  readonly employeeName: string;
  /** The date that the moment is in, in the employee's zone. */
  readonly today: DayUnderPlan;
  /** By date, without a gap. */
  readonly days: readonly DayUnderPlan[];
}

/** How many dates before and behind today a session that is open now can belong to. */
export const OPEN_DAYS_BEFORE = 3;
export const OPEN_DAYS_AFTER = 2;

export interface OpenDaysQuery {
  /** Undefined: everybody. */
  readonly groupId: string | undefined;
  readonly now: Instant;
  /** Begin behind this employee; undefined: at the first. */
  readonly after: EmployeeId | undefined;
  /** The most employees to return. */
  readonly limit: number;
}

/** A session that somebody is in at a moment. */
export interface OpenSession {
  readonly session: Session;
  /** From when on they are not, should nobody end it. */
  readonly closesAt: Instant;
}

/** A day with a session that somebody is in. */
export interface OpenDay extends EmployeeDay {
  readonly plan: DayPlan;
  readonly open: OpenSession;
  /** The employee's on the date that the moment is in there. */
  readonly zoneToday: Zone;
}

export interface OpenDayPage {
  readonly days: readonly OpenDay[];
  /** The last employee looked at; undefined when the list ends here. */
  readonly next: EmployeeId | undefined;
}

export interface DayReads {
  /** Undefined for an employee who is not known. */
  readMonth(
    employeeId: EmployeeId,
    month: LocalMonth,
    caller?: AbortSignal,
  ): Promise<MonthBlock | undefined>;

  /** One day as known then, under the roster as known then. Undefined for an unknown employee. */
  readDayAsOf(
    employeeId: EmployeeId,
    date: LocalDate,
    asOf: RecordTime,
    caller?: AbortSignal,
  ): Promise<{ readonly employeeName: string; readonly day: KnownDay } | undefined>;

  /**
   * Everything that one day follows from, now or as known then: for explaining it. Undefined for
   * an unknown employee.
   */
  readDayFacts(
    employeeId: EmployeeId,
    date: LocalDate,
    asOf: RecordTime | undefined,
    caller?: AbortSignal,
  ): Promise<DayBasis | undefined>;

  /**
   * One employee's days around a moment, OPEN_DAYS_BEFORE to OPEN_DAYS_AFTER from the date it is in
   * the employee's zone; not from a cache. Undefined for an unknown employee.
   */
  readDaysAround(
    employeeId: EmployeeId,
    now: Instant,
    caller?: AbortSignal,
  ): Promise<DaysAround | undefined>;

  /** By date, then employee. */
  listByDate(query: DayQuery, caller?: AbortSignal): Promise<DayPage>;

  /** By employee, then date. */
  listByEmployee(query: DayQuery, caller?: AbortSignal): Promise<DayPage>;

  /** Days of the dates around `now` with an open session, by employee, then date. */
  listOpenDays(query: OpenDaysQuery, caller?: AbortSignal): Promise<OpenDayPage>;

  /** The oldest first; undefined for an employee who is not in the roster. */
  listRevisions(
    query: RevisionQuery,
    caller?: AbortSignal,
  ): Promise<
    { readonly employeeName: string; readonly revisions: readonly DayRevision[] } | undefined
  >;
}
