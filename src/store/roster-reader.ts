// The roster as the store's other files need it: what all employees share, by version, and what is
// an employee's own, kept in memory as long as its version stands.

import type { EmployeeId } from '../domain/employee-id.js';
import type { EmployeeRoster, Roster } from '../domain/roster.js';
import type { RecordTime } from '../domain/time.js';
import type { Session } from './database.js';

/** Whose roster is wanted, at the version that was read in the same transaction. */
export interface WantedRoster {
  readonly employeeId: EmployeeId;
  /** `employee.roster_version`; 0: the roster knows nothing of them. */
  readonly rosterVersion: number;
}

/** What an employee's own was at a past moment. */
export interface RosterAsOf {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** The name the roster gave then; undefined: it gave none. */
  readonly employeeName: string | undefined;
}

export interface RosterReader {
  /** What is in memory of that version, without asking the database; undefined: not there. */
  knownShared(version: number): Roster | undefined;
  /** The latest version that this process has seen; undefined: none yet. For guesses only. */
  readonly latestShared: number | undefined;
  knownEmployee(wanted: WantedRoster): EmployeeRoster | undefined;
  /** The latest in memory, of whatever version. For guesses only. */
  latestEmployee(
    employeeId: EmployeeId,
  ): { readonly rosterVersion: number; readonly roster: EmployeeRoster } | undefined;

  /**
   * What all employees share, at that version of `roster_head.shared_version`, which the
   * session's snapshot must show. One round trip when it is not in memory.
   */
  shared(session: Session, version: number): Promise<Roster>;
  /** Theirs, at these versions; one round trip for all that are not in memory. */
  employees(
    session: Session,
    wanted: readonly WantedRoster[],
  ): Promise<ReadonlyMap<EmployeeId, EmployeeRoster>>;
  /** Everything as known then. Not kept in memory. */
  asOf(session: Session, employeeId: EmployeeId, asOf: RecordTime): Promise<RosterAsOf>;
}
