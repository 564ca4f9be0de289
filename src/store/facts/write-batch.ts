// The one transaction of every write: lock, then read, decide, persist, and last the feed. Two
// round trips if the rosters in memory are those in force. Must never read before the locks are
// held: two copies of one request would both miss each other.

import type { BatchDecision, BatchView, TouchedDay } from '../../app/ports/batch.js';
import {
  BadgesChanged,
  BatchRefused,
  type CommittedBatch,
  type EmployeeChange,
  EmployeesBusy,
} from '../../app/ports/fact-writes.js';
import type { Fact } from '../../app/ports/facts.js';
import { TURNS } from '../../app/ports/turns.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import { type LocalMonth, monthOf } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import {
  BEGIN,
  type Bound,
  bind,
  COMMIT,
  type Database,
  ROLLBACK,
  type Session,
} from '../postgres/database.js';
import { isDataError } from '../postgres/errors.js';
import { inTries, type Progress } from '../postgres/retry.js';
import { number } from '../postgres/rows.js';
import type { RosterReader } from '../rosters/roster-reader.js';
import { type Accepted, insertMarks, persistPunches } from './insert-facts.js';
import { type Batch, readUnderLock } from './lock-and-read.js';
import { persistMarkImports } from './mark-imports.js';
import { movePunches } from './moved-punches.js';
import { appendChanges, needsHead, restampDays, upsertDays } from './upsert-days.js';

export const RAISE_VERSIONS = {
  name: 'raise_versions',
  text: `
    update employee e set version = t.version
    from unnest($1::text[], $2::bigint[]) t (employee_id, version)
    where e.employee_id = t.employee_id collate "C"`,
};

/** Employees created for items that then failed. No other transaction has seen them. */
export const FORGET_EMPLOYEES = {
  name: 'forget_employees',
  text: 'delete from employee where employee_id = any ($1::text[])',
};

/** Writes one batch; see FactWrites.writeBatch. */
export async function writeBatch(
  database: Database,
  rosters: RosterReader,
  batch: Batch,
): Promise<CommittedBatch> {
  let written: CommittedBatch | Unwritten;
  try {
    written = await inTries(database, (session, progress) =>
      runTransaction(session, rosters, batch, progress),
    );
  } catch (error) {
    throw isDataError(error) ? new BatchRefused('a fact was refused', { cause: error }) : error;
  }
  if ('decision' in written) return written;
  if (written.busy.length > 0) throw new EmployeesBusy(written.busy);
  throw new BadgesChanged('a badge is somebody else’s by now');
}

/**
 * Nothing was written: other transactions hold employees, or the badge of a fact changed its owner.
 */
interface Unwritten {
  readonly busy: readonly EmployeeId[];
}

async function runTransaction(
  session: Session,
  rosters: RosterReader,
  batch: Batch,
  progress: Progress,
): Promise<CommittedBatch | Unwritten> {
  const { facts, rules } = batch;
  const read = await readUnderLock(session, bind(BEGIN), rosters, batch);
  const { view, now, created } = read;
  if (read.busy.length > 0 || !read.areClaimsKept) {
    await session.pipeline([bind(ROLLBACK)]);
    return { busy: read.busy };
  }
  const decision = await TURNS.run(rules.decide(view, now));
  const accepted = decision.facts.map((item) => ({ ...item, fact: factAt(facts, item.index) }));
  const kept = new Set(accepted.map(({ fact }) => fact.employeeId));
  const known = facts.filter(({ employeeId }) => kept.has(employeeId) || !created.has(employeeId));
  const changes = employeeChanges(
    known,
    accepted,
    [...decision.changes, ...decision.touched],
    view,
  );
  const judged = accepted.find(({ fact }) => isOnlyJudged(fact));
  if (judged !== undefined) {
    await session.pipeline([bind(ROLLBACK)]);
    return { recordedAt: (judged.fact.receivedAt * 1000) as RecordTime, changes: [], decision };
  }
  const moves = movePunches(facts, decision.outcomes, accepted);
  if (accepted.length === 0 && decision.restamps.length === 0 && moves.length === 0) {
    await session.pipeline([bind(ROLLBACK)]);
    return { recordedAt: 0 as RecordTime, changes, decision };
  }
  const ahead = [
    ...forget([...created].filter((id) => !kept.has(id))),
    ...insertMarks(accepted),
    ...raiseVersions(changes.filter(({ employeeId }) => kept.has(employeeId))),
    ...restampDays(decision.restamps),
  ];
  const behind = needsHead(decision, accepted) ? persistBehindHead(decision, accepted) : [];
  progress.committing = true;
  const rows = await session.pipeline([...ahead, ...behind, ...moves, bind(COMMIT)]);
  const [head] = behind.length > 0 ? (rows[ahead.length] ?? []) : [];
  const recordedAt = (head === undefined ? 0 : number(head, 'recorded_at')) as RecordTime;
  return { recordedAt, changes, decision };
}

/** Whether it is only validated. All facts of a batch are, or none. */
function isOnlyJudged(fact: Fact): boolean {
  return 'validateOnly' in fact && fact.validateOnly;
}

/**
 * Everything that is recorded at the head's time. All writers wait for the head, so nothing else is
 * here.
 */
function persistBehindHead(decision: BatchDecision, accepted: readonly Accepted[]): Bound[] {
  return [
    appendChanges(decision.changes, accepted),
    ...persistPunches(accepted, decision.reflags),
    ...persistMarkImports(accepted),
    ...upsertDays(decision.changes),
  ];
}

function factAt(facts: readonly Fact[], index: number): Fact {
  const fact = facts[index];
  if (fact === undefined) throw new RangeError(`there is no fact ${index} in the batch`);
  return fact;
}

function forget(employeeIds: readonly EmployeeId[]): Bound[] {
  return employeeIds.length === 0 ? [] : [bind(FORGET_EMPLOYEES, employeeIds)];
}

function raiseVersions(changes: readonly EmployeeChange[]): Bound[] {
  if (changes.length === 0) return [];
  return [
    bind(
      RAISE_VERSIONS,
      changes.map((change) => change.employeeId),
      changes.map((change) => change.versionAfter),
    ),
  ];
}

/** The change of each locked employee, whether or not anything changed, by employee id. */
function employeeChanges(
  known: readonly Fact[],
  accepted: readonly Accepted[],
  touched: readonly TouchedDay[],
  view: BatchView,
): EmployeeChange[] {
  const after = new Map(accepted.map(({ fact, sequence }) => [fact.employeeId, sequence]));
  const months = new Map<EmployeeId, Set<LocalMonth>>();
  for (const { employeeId, date } of touched) {
    // If nothing was recorded about an employee, their days look the same.
    if (!after.has(employeeId)) continue;
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
