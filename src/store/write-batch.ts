// The one transaction behind every write: lock, then read, decide, persist, and last the feed.
// Two round trips. Must never read before the locks are held: two copies of one request
// would both miss each other.

import type { Fact } from '../app/facts.js';
import { BatchRefused, type CommittedBatch, type EmployeeChange } from '../app/ports.js';
import type { AcceptedFact, BatchDecision, BatchView, DayChange } from '../app/write-batch.js';
import { PORTIONS, STATUSES, type Status } from '../domain/day.js';
import { ENGINE_VERSION } from '../domain/derive.js';
import { compareEmployeeIds, type EmployeeId } from '../domain/employee-id.js';
import { type LocalDate, type LocalMonth, monthOf } from '../domain/local-date.js';
import type { RecordTime } from '../domain/time.js';
import {
  BEGIN,
  type Bound,
  bind,
  COMMIT,
  type Database,
  formatTimestamp,
  ROLLBACK,
  type Session,
} from './database.js';
import { isConnectionError, isPassing, toStoreError } from './errors.js';
import { readUnderLock } from './read-under-lock.js';
import { codeOf, number, resultArrays } from './rows.js';

/** How often a transaction that PostgreSQL rolled back for its own reasons is tried in all. */
const MAX_TRIES = 3;

/** Numbers of kinds of fact, as stored in `mark.kind` and `attendance_change.cause`. */
export const FACT_KINDS = ['MARK', 'CLEAR'] as const;

/** `unnest` of one row per item; each gets the columns named, in order. */
export const INSERT_MARKS = {
  name: 'insert_marks',
  text: `
    insert into mark (employee_id, sequence, date, kind, status, portion, note, reason,
                      actor, received_at, request_id, payload_hash, revision)
    select * from unnest($1::text[], $2::bigint[], $3::date[], $4::smallint[], $5::smallint[],
                         $6::smallint[], $7::text[], $8::text[], $9::text[],
                         $10::timestamptz[], $11::uuid[], $12::bytea[], $13::integer[])`,
};

export const RAISE_VERSIONS = {
  name: 'raise_versions',
  text: `
    update employee e set version = t.version
    from unnest($1::text[], $2::bigint[]) t (employee_id, version)
    where e.employee_id = t.employee_id collate "C"`,
};

/** Employees created for items that then failed: nobody else has seen them. */
export const FORGET_EMPLOYEES = {
  name: 'forget_employees',
  text: 'delete from employee where employee_id = any ($1::text[])',
};

/**
 * Takes the feed's head, which stays locked until the commit, and appends the changes behind it.
 * Its time rises with every transaction, also when the clock goes back.
 */
export const APPEND_CHANGES = {
  name: 'append_changes',
  text: `
    with head as (
      update feed_head
      set position = position + cardinality($1::text[]),
          recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
      where id = 1
      returning position - cardinality($1::text[]) as base, recorded_at
    ), appended as (
      insert into attendance_change (position, recorded_at, employee_id, date, revision, sequence,
                                     cause, actor, reason, status, origin, portion,
                                     other_half_status, note, engine_version)
      select head.base + c.n, head.recorded_at, c.employee_id, c.date, c.revision, c.sequence,
             c.cause, c.actor, c.reason, c.status, c.origin, c.portion,
             c.other_half_status, c.note, $13::smallint
      from head,
           unnest($1::text[], $2::date[], $3::integer[], $4::bigint[], $5::smallint[], $6::text[],
                  $7::text[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[],
                  $12::text[]) with ordinality
             c (employee_id, date, revision, sequence, cause, actor, reason, status, origin,
                portion, other_half_status, note, n)
    )
    select recorded_at from head`,
};

/** The days as the batch leaves them, with the time of the head that this transaction holds. */
export const UPSERT_DAYS = {
  name: 'upsert_days',
  text: `
    insert into attendance_day as d (employee_id, date, revision, status, origin, portion,
                                     other_half_status, note, engine_version, recorded_at)
    select t.*, $9::smallint, (select recorded_at from feed_head where id = 1)
    from unnest($1::text[], $2::date[], $3::integer[], $4::smallint[], $5::smallint[],
                $6::smallint[], $7::smallint[], $8::text[]) t
    on conflict (employee_id, date) do update set
      revision = excluded.revision, status = excluded.status, origin = excluded.origin,
      portion = excluded.portion, other_half_status = excluded.other_half_status,
      note = excluded.note, engine_version = excluded.engine_version,
      recorded_at = excluded.recorded_at`,
};

export interface WriteOptions {
  /** Whether an employee not seen before is refused instead of added. */
  readonly requireKnownEmployees: boolean;
}

type Decide = (view: BatchView) => BatchDecision;

/** Writes one batch; see AttendanceStore.writeBatch. */
export async function writeBatch(
  database: Database,
  options: WriteOptions,
  facts: readonly Fact[],
  decide: Decide,
): Promise<CommittedBatch> {
  for (let tries = 1; ; tries += 1) {
    const progress = { committing: false };
    try {
      return await database.session((session) =>
        runTransaction(session, options, facts, decide, progress),
      );
    } catch (error) {
      if (!isPassing(error)) {
        throw isDataError(error) ? new BatchRefused('a fact was refused', { cause: error }) : error;
      }
      // Once the commit is under way, a broken connection leaves it unknown whether it happened:
      // only the caller, with its request id, can safely ask again.
      const unknown = progress.committing && isConnectionError(error);
      if (unknown || tries === MAX_TRIES || !isWorthRepeating(error)) throw toStoreError(error);
    }
  }
}

/** Classes 22 (data) and 23 (constraints), and 54 (limits): the fault is in the facts. */
function isDataError(error: unknown): boolean {
  const code = sqlState(error);
  return code.startsWith('22') || code.startsWith('23') || code.startsWith('54');
}

/** Deadlocks, serialization failures, and connections that were found dead. */
function isWorthRepeating(error: unknown): boolean {
  return sqlState(error).startsWith('40') || isConnectionError(error);
}

function sqlState(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' && error.code.length === 5 ? error.code : '';
}

async function runTransaction(
  session: Session,
  options: WriteOptions,
  facts: readonly Fact[],
  decide: Decide,
  progress: { committing: boolean },
): Promise<CommittedBatch> {
  const { view, created } = await readUnderLock(session, bind(BEGIN), facts, options);
  const decision = decide(view);
  const accepted = decision.facts.map((item) => ({ ...item, fact: factAt(facts, item.index) }));
  const kept = new Set(accepted.map(({ fact }) => fact.employeeId));
  const known = facts.filter(({ employeeId }) => kept.has(employeeId) || !created.has(employeeId));
  const changes = employeeChanges(known, accepted, decision.changes, view);
  if (accepted.length === 0) {
    await session.pipeline([bind(ROLLBACK)]);
    return { recordedAt: 0 as RecordTime, changes };
  }
  const statements = [
    ...forget([...created].filter((id) => !kept.has(id))),
    insertMarks(accepted),
    raiseVersions(changes.filter(({ employeeId }) => kept.has(employeeId))),
    ...persistDays(facts, decision),
    bind(COMMIT),
  ];
  progress.committing = true;
  const rows = await session.pipeline(statements);
  const head = rows.flat().find((row) => 'recorded_at' in row);
  const recordedAt = (head === undefined ? 0 : number(head, 'recorded_at')) as RecordTime;
  return { recordedAt, changes };
}

interface Accepted extends AcceptedFact {
  readonly fact: Fact;
}

function factAt(facts: readonly Fact[], index: number): Fact {
  const fact = facts[index];
  if (fact === undefined) throw new RangeError(`there is no fact ${index} in the batch`);
  return fact;
}

function forget(employeeIds: readonly EmployeeId[]): Bound[] {
  return employeeIds.length === 0 ? [] : [bind(FORGET_EMPLOYEES, employeeIds)];
}

function insertMarks(accepted: readonly Accepted[]): Bound {
  const facts = accepted.map(({ fact }) => fact);
  return bind(
    INSERT_MARKS,
    facts.map((fact) => fact.employeeId),
    accepted.map(({ sequence }) => sequence),
    facts.map((fact) => fact.date),
    facts.map((fact) => codeOf(FACT_KINDS, fact.kind)),
    facts.map((fact) => (fact.kind === 'MARK' ? codeOf<Status>(STATUSES, fact.status) : null)),
    facts.map((fact) => (fact.kind === 'MARK' ? codeOf(PORTIONS, fact.portion) : null)),
    facts.map((fact) => (fact.kind === 'MARK' ? fact.note : '')),
    facts.map((fact) => (fact.kind === 'CLEAR' ? fact.reason : '')),
    facts.map((fact) => fact.actor),
    facts.map((fact) => formatTimestamp(fact.receivedAt * 1000)),
    facts.map((fact) => fact.requestId ?? null),
    facts.map((fact) => (fact.requestId === undefined ? null : fact.payloadHash)),
    accepted.map(({ revision }) => revision),
  );
}

function raiseVersions(changes: readonly EmployeeChange[]): Bound {
  return bind(
    RAISE_VERSIONS,
    changes.map((change) => change.employeeId),
    changes.map((change) => change.versionAfter),
  );
}

/** The feed and the days; nothing when nothing changed, so that no head is taken. */
function persistDays(facts: readonly Fact[], decision: BatchDecision): Bound[] {
  const { changes } = decision;
  if (changes.length === 0) return [];
  const sequences = new Map(decision.facts.map((fact) => [fact.index, fact.sequence]));
  const causes = changes.map((change) => factAt(facts, change.index));
  const latest = [...new Map(changes.map((change) => [dayKey(change), change])).values()];
  return [
    bind(
      APPEND_CHANGES,
      changes.map((change) => change.employeeId),
      changes.map((change) => change.date),
      changes.map((change) => change.revision),
      changes.map((change) => sequences.get(change.index)),
      causes.map((fact) => codeOf(FACT_KINDS, fact.kind)),
      causes.map((fact) => fact.actor),
      causes.map((fact) => (fact.kind === 'CLEAR' ? fact.reason : fact.note)),
      ...resultArrays(changes.map((change) => change.result)),
      ENGINE_VERSION,
    ),
    bind(
      UPSERT_DAYS,
      latest.map((change) => change.employeeId),
      latest.map((change) => change.date),
      latest.map((change) => change.revision),
      ...resultArrays(latest.map((change) => change.result)),
      ENGINE_VERSION,
    ),
  ];
}

function dayKey(change: { employeeId: EmployeeId; date: LocalDate }): string {
  return `${change.employeeId} ${change.date}`;
}

/** What became of each employee locked, changed or not, by employee id. */
function employeeChanges(
  known: readonly Fact[],
  accepted: readonly Accepted[],
  dayChanges: readonly DayChange[],
  view: BatchView,
): EmployeeChange[] {
  const after = new Map(accepted.map(({ fact, sequence }) => [fact.employeeId, sequence]));
  const months = new Map<EmployeeId, Set<LocalMonth>>();
  for (const { employeeId, date } of dayChanges) {
    months.set(employeeId, (months.get(employeeId) ?? new Set()).add(monthOf(date)));
  }
  const employeeIds = [...new Set(known.map(({ employeeId }) => employeeId))];
  return employeeIds.sort(compareEmployeeIds).flatMap((employeeId) => {
    const versionBefore = view.employee(employeeId)?.version;
    if (versionBefore === undefined) return [];
    const versionAfter = after.get(employeeId) ?? versionBefore;
    return [
      { employeeId, versionBefore, versionAfter, months: [...(months.get(employeeId) ?? [])] },
    ];
  });
}
