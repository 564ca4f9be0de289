// Keeps the roster in memory for the rest of the store: the shared roster by version, and
// employees' own rosters as long as their version holds. A version is the number of the change that
// made it, and is read as of that change, so later commits do not affect it. Must never keep
// anything under another version.

import { LRUCache } from 'lru-cache';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { EMPTY_ROSTER, type EmployeeRoster, type Roster } from '../../domain/roster/roster.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import { bind, formatTimestamp, type Session } from '../postgres/database.js';
import { number } from '../postgres/rows.js';
import { NOTHING_OWN, ownRowsByEmployee, rosterOf, rosterOfOwn } from './roster-rows.js';
import {
  EMPLOYEES_AT_CHANGE,
  EMPLOYEES_AT_TIME,
  READ_HOLIDAYS,
  READ_POLICY_VERSIONS,
  READ_SHIFT_VERSIONS,
  SHARED_VERSION_AS_OF,
} from './roster-statements.js';

/**
 * How many versions of the shared roster are kept: the one in force, the one before it for
 * transactions that began under it, and a few for as-of reads.
 */
const MAX_SHARED_VERSIONS = 4;

/**
 * How much of employees' own rosters is kept, in units of about 100 bytes: a hundred thousand
 * employees with a weekly pattern, or a thousand with a year of overrides.
 */
const MAX_EMPLOYEE_UNITS = 1_000_000;

/** An employee whose roster is wanted, at the version that was read in the same transaction. */
export interface WantedRoster {
  readonly employeeId: EmployeeId;
  /** `employee.roster_version`; 0: the roster has nothing about them, except perhaps a name. */
  readonly rosterVersion: number;
}

/** An employee's roster as known at a past moment. */
export interface RosterAsOf {
  readonly roster: Roster;
  readonly employee: EmployeeRoster;
  /** The roster's name for them then; undefined: it gave none. */
  readonly employeeName: string | undefined;
}

export interface RosterReader {
  /** That version from memory, without asking the database; undefined: not there. */
  knownShared(version: number): Roster | undefined;
  /** The latest version that this process has seen; undefined: none yet. For guesses only. */
  readonly latestShared: number | undefined;
  knownEmployee(wanted: WantedRoster): EmployeeRoster | undefined;
  /** The latest in memory, of any version. For guesses only. */
  latestEmployee(
    employeeId: EmployeeId,
  ): { readonly rosterVersion: number; readonly roster: EmployeeRoster } | undefined;

  /**
   * The shared roster at that version of `roster_head.shared_version`, which the session's snapshot
   * must show. If it is not in memory, one round trip, shared by all who want it meanwhile.
   */
  shared(session: Session, version: number): Promise<Roster>;
  /**
   * The employees' own rosters at these versions. One round trip for all that are not in memory.
   */
  employees(
    session: Session,
    wanted: readonly WantedRoster[],
  ): Promise<ReadonlyMap<EmployeeId, EmployeeRoster>>;
  /** All rosters as known at `asOf`. */
  asOf(session: Session, employeeId: EmployeeId, asOf: RecordTime): Promise<RosterAsOf>;
  /** The same for several employees. One or two round trips. */
  allAsOf(
    session: Session,
    employeeIds: readonly EmployeeId[],
    asOf: RecordTime,
  ): Promise<ReadonlyMap<EmployeeId, RosterAsOf>>;
}

/** `defaultZone`: the zone of employees without one of their own. */
export function createRosterReader(options: { readonly defaultZone: Zone }): RosterReader {
  return new Reader(options.defaultZone);
}

interface Kept {
  readonly rosterVersion: number;
  readonly roster: EmployeeRoster;
}

class Reader implements RosterReader {
  readonly #defaultZone: Zone;
  /** The roster of all employees whom the roster does not have: one object. */
  readonly #unknown: EmployeeRoster;
  readonly #shared = new LRUCache<number, Roster>({ max: MAX_SHARED_VERSIONS });
  /** The versions that are being read: at most as many as there are connections. */
  readonly #loads = new Map<number, Promise<Roster>>();
  readonly #employees = new LRUCache<EmployeeId, Kept>({
    maxSize: MAX_EMPLOYEE_UNITS,
    sizeCalculation: ({ roster }) => unitsOf(roster),
  });
  #latestShared: number | undefined;

  constructor(defaultZone: Zone) {
    this.#defaultZone = defaultZone;
    this.#unknown = rosterOfOwn(NOTHING_OWN, defaultZone);
  }

  get latestShared(): number | undefined {
    return this.#latestShared;
  }

  knownShared(version: number): Roster | undefined {
    return version === 0 ? EMPTY_ROSTER : this.#shared.get(version);
  }

  knownEmployee({ employeeId, rosterVersion }: WantedRoster): EmployeeRoster | undefined {
    if (rosterVersion === 0) return this.#unknown;
    const kept = this.#employees.get(employeeId);
    return kept?.rosterVersion === rosterVersion ? kept.roster : undefined;
  }

  latestEmployee(employeeId: EmployeeId): Kept | undefined {
    return this.#employees.get(employeeId);
  }

  async shared(session: Session, version: number): Promise<Roster> {
    const known = this.knownShared(version) ?? (await this.#readShared(session, version));
    if (version > (this.#latestShared ?? -1)) this.#latestShared = version;
    return known;
  }

  /**
   * If several want one version at the same time, the first reads it for all, because a version is
   * the same in every snapshot. If it fails, all fail, and later callers read again.
   */
  async #readShared(session: Session, version: number): Promise<Roster> {
    const underWay = this.#loads.get(version);
    if (underWay !== undefined) return await underWay;
    const load = this.#loadShared(session, version).finally(() => this.#loads.delete(version));
    this.#loads.set(version, load);
    return await load;
  }

  async #loadShared(session: Session, version: number): Promise<Roster> {
    const [versions = [], holidays = [], policies = []] = await session.pipeline([
      bind(READ_SHIFT_VERSIONS, version),
      bind(READ_HOLIDAYS, version),
      bind(READ_POLICY_VERSIONS, version),
    ]);
    if (versions.length === 0)
      throw new Error(`the roster is at change ${version}, which is missing`);
    const roster = rosterOf(
      versions.filter((row) => row.shift_id !== null),
      holidays,
      policies,
    );
    this.#shared.set(version, roster);
    return roster;
  }

  async employees(
    session: Session,
    wanted: readonly WantedRoster[],
  ): Promise<ReadonlyMap<EmployeeId, EmployeeRoster>> {
    const found = new Map<EmployeeId, EmployeeRoster>();
    const missing: WantedRoster[] = [];
    for (const one of wanted) {
      const known = this.knownEmployee(one);
      if (known === undefined) missing.push(one);
      else found.set(one.employeeId, known);
    }
    if (missing.length === 0) return found;
    const read = await this.#readEmployees(session, missing);
    for (const one of missing) found.set(one.employeeId, this.#keep(one, read));
    return found;
  }

  async #readEmployees(
    session: Session,
    wanted: readonly WantedRoster[],
  ): Promise<ReadonlyMap<EmployeeId, EmployeeRoster>> {
    const ids = wanted.map(({ employeeId }) => employeeId);
    const versions = wanted.map(({ rosterVersion }) => rosterVersion);
    const [details = [], assignments = [], overrides = []] = await session.pipeline([
      bind(EMPLOYEES_AT_CHANGE.details, ids, versions),
      bind(EMPLOYEES_AT_CHANGE.assignments, ids, versions),
      bind(EMPLOYEES_AT_CHANGE.overrides, ids, versions),
    ]);
    const rosters = new Map<EmployeeId, EmployeeRoster>();
    for (const [employeeId, own] of ownRowsByEmployee(details, assignments, overrides)) {
      rosters.set(employeeId, rosterOfOwn(own, this.#defaultZone));
    }
    return rosters;
  }

  /** A late read of an older version does not replace a newer one. */
  #keep(
    { employeeId, rosterVersion }: WantedRoster,
    read: ReadonlyMap<EmployeeId, EmployeeRoster>,
  ): EmployeeRoster {
    const roster = read.get(employeeId);
    if (roster === undefined) {
      throw new Error(
        `the roster of ${employeeId} is at change ${rosterVersion}, which is missing`,
      );
    }
    const kept = this.#employees.peek(employeeId);
    if (kept === undefined || kept.rosterVersion < rosterVersion) {
      this.#employees.set(employeeId, { rosterVersion, roster });
    }
    return roster;
  }

  async asOf(session: Session, employeeId: EmployeeId, asOf: RecordTime): Promise<RosterAsOf> {
    const known = (await this.allAsOf(session, [employeeId], asOf)).get(employeeId);
    if (known === undefined) throw new Error(`nothing was read of ${employeeId}`);
    return known;
  }

  async allAsOf(
    session: Session,
    employeeIds: readonly EmployeeId[],
    asOf: RecordTime,
  ): Promise<ReadonlyMap<EmployeeId, RosterAsOf>> {
    const at = formatTimestamp(asOf);
    const [[head] = [], details = [], assignments = [], overrides = []] = await session.pipeline([
      bind(SHARED_VERSION_AS_OF, at),
      bind(EMPLOYEES_AT_TIME.details, employeeIds, at),
      bind(EMPLOYEES_AT_TIME.assignments, employeeIds, at),
      bind(EMPLOYEES_AT_TIME.overrides, employeeIds, at),
    ]);
    const version = head === undefined ? 0 : number(head, 'change_id');
    const roster = this.knownShared(version) ?? (await this.#readShared(session, version));
    const known = new Map<EmployeeId, RosterAsOf>();
    for (const [employeeId, own] of ownRowsByEmployee(details, assignments, overrides)) {
      const employee = rosterOfOwn(own, this.#defaultZone);
      known.set(employeeId, { roster, employee, employeeName: own.detail?.employeeName });
    }
    return known;
  }
}

/** The approximate memory that it takes, in units of 100 bytes; at least 1. */
function unitsOf({ zones, assignments, overrides }: EmployeeRoster): number {
  const cycleDays = assignments.reduce((sum, { cycle }) => sum + 2 + cycle.length, 0);
  return 3 + zones.length + cycleDays + 2 * overrides.size;
}
