// Recording facts: one transaction for all of them, and one result for each. A single call is a
// batch of one.

import type { Attendance } from '../domain/day.js';
import { AttendanceError, type Failure } from '../domain/errors.js';
import { NO_PLAN } from '../domain/plan.js';
import { present } from '../domain/present.js';
import type { RecordTime } from '../domain/time.js';
import type { Fact } from './facts.js';
import { type AttendanceStore, BatchRefused, MAX_BATCH_FACTS } from './ports.js';
import { type BatchDecision, decideBatch, type ItemOutcome } from './write-batch.js';

/** What became of one fact: the day with it in effect, or why it was not recorded. */
export type RecordResult =
  | { readonly attendance: Attendance; readonly failure?: never }
  | { readonly failure: Failure; readonly attendance?: never };

/** Records facts; results are in the order of the facts. At most MAX_BATCH_FACTS. */
export async function recordFacts(
  store: AttendanceStore,
  facts: readonly Fact[],
): Promise<readonly RecordResult[]> {
  if (facts.length === 0) return [];
  if (facts.length > MAX_BATCH_FACTS) throw new RangeError(`${facts.length} facts in one batch`);
  try {
    return await recordTogether(store, facts);
  } catch (error) {
    if (!(error instanceof BatchRefused) || facts.length === 1) throw error;
  }
  return await recordApart(store, facts);
}

/** Records one fact; throws AttendanceError when it is not recorded. */
export async function recordFact(store: AttendanceStore, fact: Fact): Promise<Attendance> {
  const [result] = await recordFacts(store, [fact]);
  if (result === undefined) throw new Error('a batch of one has no result');
  if (result.failure !== undefined) throw new AttendanceError(result.failure);
  return result.attendance;
}

async function recordTogether(
  store: AttendanceStore,
  facts: readonly Fact[],
): Promise<RecordResult[]> {
  let decision: BatchDecision | undefined;
  const { recordedAt } = await store.writeBatch(facts, (view) => {
    decision = decideBatch(facts, view);
    return decision;
  });
  const outcomes = decision?.outcomes ?? [];
  return facts.map((fact, index) => resultOf(fact, outcomes[index], recordedAt));
}

/**
 * The halves of a batch that PostgreSQL refused, so that the fact at fault is found and fails
 * alone. Everything else about a fact was checked before, so this is for what nobody thought of.
 */
async function recordApart(
  store: AttendanceStore,
  facts: readonly Fact[],
): Promise<RecordResult[]> {
  const middle = Math.ceil(facts.length / 2);
  const results: RecordResult[] = [];
  for (const half of [facts.slice(0, middle), facts.slice(middle)]) {
    try {
      results.push(...(await recordFacts(store, half)));
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error;
      results.push({ failure: { kind: 'FACT_REFUSED', cause: error } });
    }
  }
  return results;
}

function resultOf(
  fact: Fact,
  outcome: ItemOutcome | undefined,
  recordedAt: RecordTime,
): RecordResult {
  if (outcome === undefined) throw new Error('a batch has fewer outcomes than facts');
  if (outcome.kind === 'FAILED') return { failure: outcome.failure };
  const { employeeId, date } = fact;
  const { employeeName, revision, result, changedAt, receivedAt } = outcome;
  const stored =
    revision === 0 ? undefined : { date, result, revision, recordedAt: changedAt ?? recordedAt };
  const subject = { employeeId, employeeName, date };
  return { attendance: present(subject, stored, NO_PLAN, receivedAt) };
}
