// Records facts: one transaction for all of them, and one result for each. A single call is a batch
// of one.

import { present } from '../../domain/engine/present.js';
import type { Attendance } from '../../domain/facts/day.js';
import { AttendanceError, type Failure } from '../../domain/facts/errors.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import type { RecordTime } from '../../domain/time/time.js';
import { rulesFor } from '../decide/decide-batch.js';
import { NOT_YET } from '../decide/not-yet.js';
import type { AnswerDay, ItemOutcome } from '../ports/batch.js';
import {
  BatchRefused,
  type FactWrites,
  type LockPatience,
  MAX_BATCH_FACTS,
} from '../ports/fact-writes.js';
import type { Fact } from '../ports/facts.js';

/** The answer to a recorded fact. */
export interface Recorded {
  /** Whether the punch is a duplicate, so that nothing was recorded. */
  readonly duplicate: boolean;
  /** Whether the same punch had been voided, so that this one counts in its place. */
  readonly restored: boolean;
  /** Empty if nobody ever gave one. */
  readonly employeeName: string;
  /** Its days as of when the call was received; empty for facts that are answered without a day. */
  readonly attendances: readonly Attendance[];
  /** The punches recorded, the original of a duplicate, or the voided ones in the order named. */
  readonly punches: readonly RecordedPunch[];
  readonly failure?: never;
}

/** The result of one fact: its answer, or why it was not recorded. */
export type RecordResult = Recorded | { readonly failure: Failure };

/** Records the facts of calls. Facts about one employee keep the order in which the calls came. */
export interface FactRecorder {
  record(facts: readonly Fact[], caller?: AbortSignal): Promise<readonly RecordResult[]>;
}

/**
 * Records at most MAX_BATCH_FACTS facts. Results are in the order of the facts. Throws the signal's
 * reason if the caller leaves before anything was sent, and EmployeesBusy as writeBatch does.
 */
export async function recordFacts(
  store: FactWrites,
  facts: readonly Fact[],
  caller?: AbortSignal,
  patience?: LockPatience,
): Promise<readonly RecordResult[]> {
  if (facts.length === 0) return [];
  if (facts.length > MAX_BATCH_FACTS) throw new RangeError(`${facts.length} facts in one batch`);
  try {
    return await recordTogether(store, facts, caller, patience);
  } catch (error) {
    if (!(error instanceof BatchRefused) || facts.length === 1) throw error;
  }
  return await recordApart(store, facts, caller);
}

/** Records one fact. Throws AttendanceError if it is not recorded. */
export async function recordFact(
  recorder: FactRecorder,
  fact: Fact,
  caller?: AbortSignal,
): Promise<Recorded> {
  const [result] = await recorder.record([fact], caller);
  if (result === undefined) throw new Error('a batch of one has no result');
  const { failure } = result;
  if (failure === undefined) return result;
  throw new AttendanceError(failure, 'cause' in failure ? { cause: failure.cause } : undefined);
}

async function recordTogether(
  store: FactWrites,
  facts: readonly Fact[],
  caller: AbortSignal | undefined,
  patience: LockPatience | undefined,
): Promise<RecordResult[]> {
  const { recordedAt, decision } = await store.writeBatch(facts, rulesFor(facts), caller, patience);
  return facts.map((fact, index) => resultOf(fact, decision.outcomes[index], recordedAt));
}

/**
 * Records a refused batch in halves, to find the fact at fault so that it fails alone. Facts were
 * already checked in every other way, so this is for unforeseen causes.
 */
async function recordApart(
  store: FactWrites,
  facts: readonly Fact[],
  caller: AbortSignal | undefined,
): Promise<RecordResult[]> {
  const middle = Math.ceil(facts.length / 2);
  const results: RecordResult[] = [];
  for (const half of [facts.slice(0, middle), facts.slice(middle)]) {
    try {
      results.push(...(await recordFacts(store, half, caller)));
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
  const { kind, employeeName, days, punches, receivedAt } = outcome;
  const { employeeId } = fact;
  return {
    duplicate: kind === 'DUPLICATE',
    restored: kind === 'RESTORED',
    employeeName,
    attendances: days.map((day) => {
      const owner = { employeeId, employeeName, date: day.date };
      return present(owner, presentable(day, recordedAt), receivedAt);
    }),
    punches: punches.map((punch) => withTime(punch, recordedAt)),
  };
}

function presentable({ result, revision, changedAt }: AnswerDay, recordedAt: RecordTime) {
  return {
    result,
    revision,
    recordedAt: revision === 0 ? undefined : (changedAt ?? recordedAt),
  };
}

/** Adds the times that only the commit determined. */
function withTime(punch: RecordedPunch, recordedAt: RecordTime): RecordedPunch {
  const { voided } = punch;
  const isNew = punch.recordedAt === NOT_YET;
  const isTakenBack = voided?.at === NOT_YET;
  if (!isNew && !isTakenBack) return punch;
  return {
    ...punch,
    recordedAt: isNew ? recordedAt : punch.recordedAt,
    voided: voided && (isTakenBack ? { ...voided, at: recordedAt } : voided),
  };
}
