// What one batch of facts does, decided under the employees' locks: each item is replayed,
// refused or accepted on its own, in order, and sees what the items before it did. Pure.

import type { DayResult, StoredDay } from '../domain/day.js';
import { etagOf } from '../domain/day.js';
import { declarationIn, foldDeclaration } from '../domain/declaration.js';
import { derive, sameResult } from '../domain/derive.js';
import type { EmployeeId } from '../domain/employee-id.js';
import type { Failure } from '../domain/errors.js';
import type { LocalDate } from '../domain/local-date.js';
import { NO_PLAN } from '../domain/plan.js';
import { NO_PUNCHES } from '../domain/punch.js';
import type { Instant, RecordTime } from '../domain/time.js';
import type { Fact } from './facts.js';

/** An employee under lock. */
export interface LockedEmployee {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
  /** The number of facts recorded for the employee so far. */
  readonly version: number;
}

/** A fact recorded earlier under a request id, and the day as it left it. */
export interface EarlierFact {
  readonly payloadHash: Uint8Array;
  readonly date: LocalDate;
  readonly receivedAt: Instant;
  /** Undefined when the day had never been stored by then. */
  readonly after: StoredDay | undefined;
}

/** What was read under the locks. */
export interface BatchView {
  employee(employeeId: EmployeeId): LockedEmployee | undefined;
  day(employeeId: EmployeeId, date: LocalDate): StoredDay | undefined;
  earlier(employeeId: EmployeeId, requestId: string): EarlierFact | undefined;
}

/** A fact to insert. */
export interface AcceptedFact {
  /** Its place in the batch. */
  readonly index: number;
  /** Its number among the employee's facts, from 1. */
  readonly sequence: number;
  /** The day's revision after it. */
  readonly revision: number;
}

/** A day as one fact of the batch left it: a row of the feed. */
export interface DayChange {
  /** The place in the batch of the fact that made it. */
  readonly index: number;
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
  readonly revision: number;
  readonly result: DayResult | undefined;
}

/** What became of one item. */
export type ItemOutcome =
  | { readonly kind: 'FAILED'; readonly failure: Failure }
  | {
      readonly kind: 'DONE';
      readonly employeeName: string;
      readonly revision: number;
      readonly result: DayResult | undefined;
      /** When the day was last changed; undefined: by this batch. Meaningless at revision 0. */
      readonly changedAt: RecordTime | undefined;
      /** When we were told; of a repeated request, the first time. */
      readonly receivedAt: Instant;
    };

export interface BatchDecision {
  /** One per item, in order. */
  readonly outcomes: readonly ItemOutcome[];
  readonly facts: readonly AcceptedFact[];
  /** In the order in which they happened; a day can stand here more than once. */
  readonly changes: readonly DayChange[];
}

interface DayState {
  readonly revision: number;
  readonly result: DayResult | undefined;
  readonly changedAt: RecordTime | undefined;
}

interface Answered {
  readonly payloadHash: Uint8Array;
  readonly outcome: ItemOutcome;
}

/** Decides a batch. `facts` are the batch's items, in order. */
export function decideBatch(facts: readonly Fact[], view: BatchView): BatchDecision {
  const outcomes: ItemOutcome[] = [];
  const accepted: AcceptedFact[] = [];
  const changes: DayChange[] = [];
  const sequences = new Map<EmployeeId, number>();
  const days = new Map<string, DayState>();
  const answered = new Map<string, Answered>();

  facts.forEach((fact, index) => {
    const employee = view.employee(fact.employeeId);
    if (employee === undefined) {
      outcomes.push(failed({ kind: 'EMPLOYEE_NOT_FOUND', employeeId: fact.employeeId }));
      return;
    }
    const repeated = replay(fact, employee, view, answered);
    if (repeated !== undefined) {
      outcomes.push(repeated);
      return;
    }
    const dayKey = `${fact.employeeId} ${fact.date}`;
    const before = days.get(dayKey) ?? stateOf(view.day(fact.employeeId, fact.date));
    const current = etagOf(before.revision);
    if (fact.etag !== undefined && fact.etag !== current) {
      const { employeeId, date, etag: sent } = fact;
      outcomes.push(failed({ kind: 'ETAG_MISMATCH', employeeId, date, sent, current }));
      return;
    }
    const after = applyFact(fact, before);
    const sequence = (sequences.get(fact.employeeId) ?? employee.version) + 1;
    sequences.set(fact.employeeId, sequence);
    accepted.push({ index, sequence, revision: after.revision });
    if (after !== before) {
      const { employeeId, date } = fact;
      const { revision, result } = after;
      changes.push({ index, employeeId, date, revision, result });
    }
    days.set(dayKey, after);
    const { employeeName } = employee;
    const outcome: ItemOutcome = {
      kind: 'DONE',
      employeeName,
      ...after,
      receivedAt: fact.receivedAt,
    };
    outcomes.push(outcome);
    if (fact.requestId !== undefined) {
      answered.set(requestKey(fact.employeeId, fact.requestId), {
        payloadHash: fact.payloadHash,
        outcome,
      });
    }
  });
  return { outcomes, facts: accepted, changes };
}

function failed(failure: Failure): ItemOutcome {
  return { kind: 'FAILED', failure };
}

function requestKey(employeeId: EmployeeId, requestId: string): string {
  return `${employeeId} ${requestId}`;
}

function stateOf(stored: StoredDay | undefined): DayState {
  if (stored === undefined) return { revision: 0, result: undefined, changedAt: undefined };
  const { revision, result, recordedAt } = stored;
  return { revision, result, changedAt: recordedAt };
}

/** The day after one more fact: the same object when nothing changed. */
function applyFact(fact: Fact, before: DayState): DayState {
  const declaration = foldDeclaration(declarationIn(before.result), fact);
  const result = declaration && derive({ declaration, punches: NO_PUNCHES }, NO_PLAN);
  if (sameResult(result, before.result)) return before;
  return { revision: before.revision + 1, result, changedAt: undefined };
}

/** The answer to a request id already used: the first answer again, or a refusal. */
function replay(
  fact: Fact,
  employee: LockedEmployee,
  view: BatchView,
  answered: ReadonlyMap<string, Answered>,
): ItemOutcome | undefined {
  const { employeeId, requestId } = fact;
  if (requestId === undefined) return undefined;
  const earlier =
    answered.get(requestKey(employeeId, requestId)) ??
    fromStore(view.earlier(employeeId, requestId), employee);
  if (earlier === undefined) return undefined;
  return sameBytes(earlier.payloadHash, fact.payloadHash)
    ? earlier.outcome
    : failed({ kind: 'REQUEST_ID_REUSED', employeeId, requestId });
}

function fromStore(
  earlier: EarlierFact | undefined,
  employee: LockedEmployee,
): Answered | undefined {
  if (earlier === undefined) return undefined;
  const { payloadHash, receivedAt, after } = earlier;
  const { employeeName } = employee;
  return {
    payloadHash,
    outcome: { kind: 'DONE', employeeName, ...stateOf(after), receivedAt },
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
