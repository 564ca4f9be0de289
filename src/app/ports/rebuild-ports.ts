// What rebuilding needs of the world: everything that was ever told about an employee, and the
// stored days to hold against it, all as of one moment. store/ implements it over PostgreSQL.

import type { StoredDay } from '../../domain/facts/day.js';
import type { DeclarationFact } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Punch } from '../../domain/facts/punch.js';
import type { EmployeeRoster, Roster } from '../../domain/roster/roster.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';

/** A mark or a clearing. */
export interface MarkRow {
  /** Its number among the employee's facts. */
  readonly sequence: number;
  readonly date: LocalDate;
  readonly fact: DeclarationFact;
  /** Whether it was taken back with its import. */
  readonly isVoided: boolean;
}

/** A stored day with what is kept beside it for lists. */
export interface DayRow {
  readonly day: StoredDay;
  readonly settlesAt: Instant | undefined;
}

/** What is stored for a range of dates, and the punches that they may depend on. */
export interface StoredRange {
  readonly rows: readonly DayRow[];
  /** The latest revision that the feed told of each date. */
  readonly toldRevisions: ReadonlyMap<LocalDate, number>;
  /** Those that count, in any order, with their flags as stored. */
  readonly punches: readonly Punch[];
}

export interface DayRange {
  /** Epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/** One employee, as of one moment. */
export interface EmployeeSnapshot {
  readonly employeeId: EmployeeId;
  /** The number of facts recorded. */
  readonly version: number;
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** Of stored days, days on the feed, and punches by their dates in UTC; undefined: none. */
  readonly extent: DayRange | undefined;
  /** In the order of their numbers, behind `after`; fewer than `limit` at the end. */
  readMarks(after: number, limit: number): Promise<readonly MarkRow[]>;
  /** The first date from an epoch day on with a stored day, a day on the feed or a punch in UTC. */
  nextFact(fromDay: number): Promise<number | undefined>;
  /** Days of the dates, punches between the instants, both included. */
  readRange(dates: DayRange, from: Instant, to: Instant): Promise<StoredRange>;
}

/**
 * Facts and days, for holding one against the other. Every method throws AttendanceError
 * STORE_UNAVAILABLE or OVERLOADED when it cannot for now.
 */
export interface RebuildStore {
  /** All employees in id order, behind `after`; fewer than `limit` at the end. */
  listEmployeeIds(after: EmployeeId | '', limit: number): Promise<readonly EmployeeId[]>;

  /** What `look` sees is of one moment; undefined for an unknown employee. */
  look<T>(
    employeeId: EmployeeId,
    look: (snapshot: EmployeeSnapshot) => Promise<T>,
  ): Promise<T | undefined>;

  /**
   * Puts back rows of days that are gone, as the feed told them last: how many. A row that is
   * there is left as it is.
   */
  restoreDays(employeeId: EmployeeId): Promise<number>;
}
