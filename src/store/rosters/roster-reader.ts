// The roster as the store's other files need it: what all employees share, by version, and what is
// an employee's own, kept in memory as long as its version stands. A version is the number of the
// change that made it, and is read as of that change: it is what it was, whatever has been committed
// since. Must never keep anything under a version that is not its own.

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
 * Versions of what all employees share that are kept: the one in force, the one before it for
 * transactions that began under it, and a few that were asked for as of a past moment.
 */
const MAX_SHARED_VERSIONS = 4;

/**
 * How much of employees' own is kept, in units of about 100 bytes: a hundred thousand people with a
 * weekly pattern, or a thousand with a year of overrides.
 */
const MAX_EMPLOYEE_UNITS = 1_000_000;

/** Whose roster is wanted, at the version that was read in the same transaction. */
export interface WantedRoster {
  readonly employeeId: EmployeeId;
  /** `employee.roster_version`; 0: the roster knows nothing of them but perhaps a name. */
  readonly rosterVersion: number;
}

/** An employee's roster as it was known at a past moment. */
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
   * session's snapshot must show. One round trip when it is not in memory, of one for all who
   * want it meanwhile.
   */
  shared(session: Session, version: number): Promise<Roster>;
  /** Theirs, at these versions; one round trip for all that are not in memory. */
  employees(
    session: Session,
    wanted: readonly WantedRoster[],
  ): Promise<ReadonlyMap<EmployeeId, EmployeeRoster>>;
  /** Everything as known then. */
  asOf(session: Session, employeeId: EmployeeId, asOf: RecordTime): Promise<RosterAsOf>;
  /** The same of several employees, each of them; one round trip, or two. */
  allAsOf(
    session: Session,
    employeeIds: readonly EmployeeId[],
    asOf: RecordTime,
  ): Promise<ReadonlyMap<EmployeeId, RosterAsOf>>;
}

/** `defaultZone`: of employees for whom nobody gave a zone. */
export function createRosterReader(options: { readonly defaultZone: Zone }): RosterReader {
  return new Reader(options.defaultZone);
}

interface Kept {
  readonly rosterVersion: number;
  readonly roster: EmployeeRoster;
}

class Reader implements RosterReader {
  readonly #defaultZone: Zone;
  /** Of everybody whom the roster knows nothing of: one object. */
  readonly #unknown: EmployeeRoster;
  readonly #shared = new LRUCache<number, Roster>({ max: MAX_SHARED_VERSIONS });
  /** By version, those being read: as many at most as there are connections. */
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
   * Of those who want one version at the same time, the first reads it for all: a version is the same
   * in every snapshot. They fail with it, and whoever comes later reads again.
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

  /** A late reader of an older version does not put it over a newer one. */
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

/** About how much memory it takes, in units of 100 bytes; at least 1. */
function unitsOf({ zones, assignments, overrides }: EmployeeRoster): number {
  const cycleDays = assignments.reduce((sum, { cycle }) => sum + 2 + cycle.length, 0);
  return 3 + zones.length + cycleDays + 2 * overrides.size;
}
