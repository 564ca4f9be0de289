// Reads for a write: adds employees not seen before, locks all of them sorted by id, and only then
// reads what the decision needs. Sorted inserts and then sorted locks cannot deadlock. It takes one
// round trip if the rosters in memory are those in force; otherwise up to three more: shared
// roster, employees' rosters, and whatever the guess missed.

import type {
  BatchRules,
  BatchView,
  LockedEmployee,
  Need,
  RosterView,
} from '../../app/ports/batch.js';
import type { LockPatience } from '../../app/ports/fact-writes.js';
import type { Fact } from '../../app/ports/facts.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import type { EmployeeRoster } from '../../domain/roster/roster.js';
import type { Instant } from '../../domain/time/time.js';
import { type Bound, bind, type Row, type Session } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { marksOn, readMarksOn } from './mark-imports.js';
import { areClaimsKept, claimsOf, lockBadges, lockQuarantined } from './moved-punches.js';
import { namedPunches, readFirstUses, readNamedPunches, readNextUses } from './named-punches.js';
import { Found, type NeedRanges, notWithin, rangesOf, readRanges } from './read-needs.js';
import { earlierFacts, readEarlier } from './repeated-requests.js';

export const ADD_EMPLOYEES = {
  name: 'add_employees',
  text: `
    insert into employee (employee_id, employee_name)
    select * from unnest($1::text[], $2::text[])
    on conflict (employee_id) do nothing
    returning employee_id`,
};

/**
 * Whether the employee `e` was added, by the roster or by a mark with a name. All other rows were
 * made by punches, or by marks without a name.
 */
export const IS_ADDED = `(e.employee_name <> '' or e.roster_version > 0)`;

export const LOCK_EMPLOYEES = {
  name: 'lock_employees',
  text: `
    select e.employee_id, e.employee_name, e.version, e.roster_version, ${IS_ADDED} as is_added
    from unnest($1::text[]) t (employee_id)
    cross join lateral (
      select * from employee e where e.employee_id = t.employee_id collate "C" for update
    ) e`,
};

/** Locks the employees that no other transaction holds. */
export const LOCK_FREE_EMPLOYEES = {
  name: 'lock_free_employees',
  text: LOCK_EMPLOYEES.text.replace('for update', 'for update skip locked'),
};

export const READ_KNOWN_EMPLOYEES = {
  name: 'read_known_employees',
  text: `
    select e.employee_id
    from unnest($1::text[]) t (employee_id)
    join employee e on e.employee_id = t.employee_id collate "C"`,
};

/**
 * The version of the shared roster, and the moment. It is the database's, which all instances
 * share, so that commands without a time follow each other.
 */
export const READ_ROSTER_HEAD = {
  name: 'read_roster_head',
  text: 'select shared_version, clock_timestamp() as now from roster_head where id = 1',
};

export interface WriteOptions {
  /** Whether an employee not seen before is refused instead of added. */
  readonly requireKnownEmployees: boolean;
}

/** A batch, and its rules. */
export interface Batch {
  readonly facts: readonly Fact[];
  readonly rules: BatchRules;
  readonly options: WriteOptions;
  readonly patience?: LockPatience | undefined;
}

/** What was read, and which employees this transaction added. */
export interface LockedRead {
  readonly view: BatchView;
  readonly now: Instant;
  readonly created: ReadonlySet<EmployeeId>;
  /** Whether the badges of the facts still have the versions that the facts name. */
  readonly areClaimsKept: boolean;
  /**
   * Employees that other transactions hold, with NONE_IS_WAITED_FOR. If any, nothing else was read.
   */
  readonly busy: readonly EmployeeId[];
}

/** `begin` opens the transaction in the same round trip. */
export async function readUnderLock(
  session: Session,
  begin: Bound,
  rosters: RosterReader,
  batch: Batch,
): Promise<LockedRead> {
  const guessed = rangesOf(guessNeeds(rosters, batch));
  const first = await readFirst(session, begin, guessed, batch);
  const busy = await busyOnes(session, first, batch);
  const view = await rosterView(session, first, rosters);
  const needs = batch.facts.flatMap((fact) => batch.rules.needs(fact, view));
  const missed = readRanges(rangesOf(notWithin(guessed, needs)));
  if (missed.length > 0) {
    const [days = [], punches = []] = await session.pipeline(missed);
    first.found.add(days, punches);
  }
  return {
    view: { ...view, ...first.found.within(rangesOf(needs)) },
    now: first.now,
    created: first.created,
    areClaimsKept: first.areClaimsKept,
    busy,
  };
}

/** Employees that exist and were not locked. Unknown employees need no lock. */
async function busyOnes(
  session: Session,
  { locked }: FirstRead,
  { facts, patience }: Batch,
): Promise<readonly EmployeeId[]> {
  if (patience !== 'NONE_IS_WAITED_FOR') return [];
  const held = new Set(locked.map((row) => text(row, 'employee_id')));
  const missing = [...new Set(facts.map(({ employeeId }) => employeeId))].filter(
    (employeeId) => !held.has(employeeId),
  );
  if (missing.length === 0) return [];
  const [rows = []] = await session.pipeline([bind(READ_KNOWN_EMPLOYEES, missing)]);
  return rows.map((row) => text(row, 'employee_id') as EmployeeId);
}

/**
 * What the facts will need if the rosters in memory are still those in force. Nothing depends on
 * this guess: anything it misses is read once the rosters are known.
 */
function guessNeeds(rosters: RosterReader, { facts, rules }: Batch): Need[] {
  const { latestShared } = rosters;
  const roster = latestShared === undefined ? undefined : rosters.knownShared(latestShared);
  if (roster === undefined) return [];
  const view: RosterView = {
    roster,
    employee: (employeeId) => {
      const latest = rosters.latestEmployee(employeeId);
      const own = latest?.roster ?? rosters.knownEmployee({ employeeId, rosterVersion: 0 });
      return own && { employeeId, employeeName: '', isAdded: true, version: 0, roster: own };
    },
    punch: () => undefined,
    firstUse: () => undefined,
    nextUse: () => undefined,
    marksOn: () => [],
    earlier: () => undefined,
  };
  return facts.flatMap((fact) => rules.needs(fact, view));
}

interface FirstRead {
  readonly created: ReadonlySet<EmployeeId>;
  readonly locked: readonly Row[];
  readonly sharedVersion: number;
  readonly now: Instant;
  readonly answers: Pick<RosterView, 'earlier' | 'punch' | 'firstUse' | 'nextUse' | 'marksOn'>;
  readonly found: Found;
  readonly areClaimsKept: boolean;
}

async function readFirst(
  session: Session,
  begin: Bound,
  guessed: NeedRanges,
  { facts, options, patience }: Batch,
): Promise<FirstRead> {
  const lock = patience === 'NONE_IS_WAITED_FOR' ? LOCK_FREE_EMPLOYEES : LOCK_EMPLOYEES;
  const newcomers = options.requireKnownEmployees ? [] : possibleNewcomers(facts);
  const employeeIds = [...new Set(facts.map((fact) => fact.employeeId))];
  const [days, punches] = readRanges(guessed);
  const earlier = readEarlier(facts);
  const claims = claimsOf(facts);
  const rows = await askInOrder(session, {
    begin,
    badges: lockBadges(claims),
    quarantined: lockQuarantined(claims),
    created: newcomers.length > 0 ? addEmployees(newcomers) : undefined,
    locked: bind(lock, employeeIds.sort(compareEmployeeIds)),
    head: bind(READ_ROSTER_HEAD),
    earlier: earlier.facts,
    earlierPunches: earlier.punches,
    named: readNamedPunches(facts),
    firstUses: readFirstUses(facts),
    nextUses: readNextUses(facts),
    marks: readMarksOn(facts),
    days,
    punches,
  });
  const [head] = rows.head;
  if (head === undefined) throw new Error('roster_head has lost its row');
  const found = new Found();
  found.add(rows.days, rows.punches);
  return {
    created: new Set(rows.created.map((row) => text(row, 'employee_id') as EmployeeId)),
    locked: rows.locked,
    sharedVersion: number(head, 'shared_version'),
    now: Math.floor(number(head, 'now') / 1000) as Instant,
    answers: {
      earlier: earlierFacts(rows.earlier, rows.earlierPunches),
      marksOn: marksOn(rows.marks),
      ...namedPunches(rows.named, rows.firstUses, rows.nextUses),
    },
    found,
    areClaimsKept: claims.length === 0 || areClaimsKept(claims, rows.badges, rows.quarantined),
  };
}

/**
 * Runs the statements in one pipeline, in the order in which they are written. Skipped ones have no
 * rows.
 */
async function askInOrder<K extends string>(
  session: Session,
  statements: Readonly<Record<K, Bound | undefined>>,
): Promise<Record<K, Row[]>> {
  const named = Object.entries<Bound | undefined>(statements);
  const answers = await session.pipeline(
    named.flatMap(([, bound]) => (bound === undefined ? [] : [bound])),
  );
  const rows = named.map(([name, bound]) => [name, bound && answers.shift()] as const);
  return Object.fromEntries(rows.map(([name, found]) => [name, found ?? []])) as Record<K, Row[]>;
}

/** The rosters in force, from memory or through the session. */
async function rosterView(
  session: Session,
  { locked, sharedVersion, answers }: FirstRead,
  rosters: RosterReader,
): Promise<RosterView> {
  const roster = await rosters.shared(session, sharedVersion);
  const wanted = locked.map((row) => ({
    employeeId: text(row, 'employee_id') as EmployeeId,
    rosterVersion: number(row, 'roster_version'),
  }));
  const own = await rosters.employees(session, wanted);
  const employees = new Map(
    locked.map((row) => {
      const employee = lockedEmployee(row, own);
      return [employee.employeeId, employee];
    }),
  );
  return { roster, employee: (employeeId) => employees.get(employeeId), ...answers };
}

function lockedEmployee(
  row: Row,
  rosters: ReadonlyMap<EmployeeId, EmployeeRoster>,
): LockedEmployee {
  const employeeId = text(row, 'employee_id') as EmployeeId;
  const roster = rosters.get(employeeId);
  if (roster === undefined) throw new Error(`the roster of ${employeeId} was not read`);
  return {
    employeeId,
    employeeName: text(row, 'employee_name'),
    isAdded: row.is_added === true,
    version: number(row, 'version'),
    roster,
  };
}

interface Newcomer {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
}

/**
 * The employees to add. A mark or a punch of a device may be about a new employee, and so may a
 * command if the deployment allows it. Voids and derivations never add anyone. The first name given
 * counts.
 */
function possibleNewcomers(facts: readonly Fact[]): Newcomer[] {
  const names = new Map<EmployeeId, string>();
  for (const fact of facts) {
    if (!mayAdd(fact)) continue;
    const name = fact.kind === 'MARK' ? fact.employeeName : undefined;
    names.set(fact.employeeId, names.get(fact.employeeId) || (name ?? ''));
  }
  return [...names]
    .map(([employeeId, employeeName]) => ({ employeeId, employeeName }))
    .sort((a, b) => compareEmployeeIds(a.employeeId, b.employeeId));
}

function mayAdd(fact: Fact): boolean {
  if (fact.kind === 'COMMAND') return !fact.limits.employedOnly;
  return fact.kind === 'MARK' || fact.kind === 'PUNCH';
}

function addEmployees(newcomers: readonly Newcomer[]): Bound {
  return bind(
    ADD_EMPLOYEES,
    newcomers.map((newcomer) => newcomer.employeeId),
    newcomers.map((newcomer) => newcomer.employeeName),
  );
}
