// The port of the rebuild: all facts about an employee and the stored days to compare them with, as
// of one moment. store/ implements it over PostgreSQL.

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
  /** Whether it was voided with its import. */
  readonly isVoided: boolean;
}

/** A stored day, with the time when it is final, which is kept beside it for lists. */
export interface DayRow {
  readonly day: StoredDay;
  readonly settlesAt: Instant | undefined;
}

/** What is stored for a range of dates, and the punches that they may depend on. */
export interface StoredRange {
  readonly rows: readonly DayRow[];
  /** The latest revision of each date in the feed. */
  readonly toldRevisions: ReadonlyMap<LocalDate, number>;
  /** The punches that count, in any order, with their stored flags. */
  readonly punches: readonly Punch[];
}

export interface DayRange {
  /** Epoch days, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/** One employee as of one moment. */
export interface EmployeeSnapshot {
  readonly employeeId: EmployeeId;
  /** The number of facts recorded. */
  readonly version: number;
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** The dates of stored days, days in the feed and punches (in UTC); undefined: none. */
  readonly extent: DayRange | undefined;
  /** Sorted by number, after `after`; fewer than `limit` at the end. */
  readMarks(after: number, limit: number): Promise<readonly MarkRow[]>;
  /**
   * The first date from an epoch day on with a stored day, a day in the feed or a punch (in UTC).
   */
  nextFact(fromDay: number): Promise<number | undefined>;
  /** The days of the dates, and the punches between the instants, all bounds included. */
  readRange(dates: DayRange, from: Instant, to: Instant): Promise<StoredRange>;
}

/**
 * Facts and days, for comparison. Every method throws AttendanceError STORE_UNAVAILABLE or
 * OVERLOADED if it cannot work for now.
 */
export interface RebuildStore {
  /** All employees by id, after `after`; fewer than `limit` at the end. */
  listEmployeeIds(after: EmployeeId | '', limit: number): Promise<readonly EmployeeId[]>;

  /** Everything that `look` reads is of one moment. Undefined for an unknown employee. */
  look<T>(
    employeeId: EmployeeId,
    look: (snapshot: EmployeeSnapshot) => Promise<T>,
  ): Promise<T | undefined>;

  /**
   * Restores missing rows of days from their latest revisions in the feed. Existing rows stay as
   * they are. Returns the number restored.
   */
  restoreDays(employeeId: EmployeeId): Promise<number>;
}
