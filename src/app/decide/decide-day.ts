// Decides facts about dates: a mark, a clearing, marks of an import to void, and a roster change.

import { etagOf } from '../../domain/facts/day.js';
import {
  declarationIn,
  declarationOf,
  foldDeclaration,
  MAX_LEAVE_TIMES,
} from '../../domain/facts/declaration.js';
import type { Failure } from '../../domain/facts/errors.js';
import { toEpochDay } from '../../domain/time/local-date.js';
import { MAX_VOIDED_MARKS } from '../ports/batch.js';
import type { ClearFact, MarkFact, RederiveFact, VoidMarksFact } from '../ports/facts.js';
import type { BatchState } from './batch-state.js';
import type { EmployeeState } from './employee-state.js';

/** Declares a status, or withdraws it. Derives the day under the plan in force. */
export function decideMark(
  fact: MarkFact | ClearFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): Failure | undefined {
  if (fact.kind === 'MARK' && fact.leaveTypeFailure !== undefined) return fact.leaveTypeFailure;
  state.settle();
  const { employeeId, date, etag } = fact;
  const epochDay = toEpochDay(date);
  const { revision, result } = state.day(epochDay);
  const current = etagOf(revision);
  if (etag !== undefined && etag !== current) {
    return { kind: 'ETAG_MISMATCH', employeeId, date, sent: etag, current };
  }
  const declaration = foldDeclaration(declarationIn(result), fact);
  // A void can restore more leave times than the maximum, so only marks that add one are refused.
  const isAdding = fact.kind === 'MARK' && fact.leaveTime !== undefined;
  if (isAdding && (declaration?.leaveTimes.length ?? 0) > MAX_LEAVE_TIMES) {
    return { kind: 'TOO_MANY_LEAVE_TIMES', employeeId, date, maxLeaveTimes: MAX_LEAVE_TIMES };
  }
  state.declare(epochDay, declaration, index);
  const day = state.answer(epochDay);
  const sequence = state.takeSequence();
  const importId = fact.kind === 'MARK' ? fact.importId : undefined;
  state.noteMark(epochDay, { sequence, importId, fact });
  const accepted = { sequence, days: [day], punchIds: [], voids: [] };
  batch.done(state, fact, { kind: 'DONE', days: [day], punchIds: [] }, accepted);
  return undefined;
}

/** Voids the marks of an import on a date. The day then follows from the other marks. */
export function decideVoidMarks(
  fact: VoidMarksFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): void {
  state.settle();
  const epochDay = toEpochDay(fact.date);
  // Empty if this batch already voided some: the next call continues.
  const standing = state.standingMarks(epochDay, fact.importId) ?? [];
  const taken = standing
    .flatMap(({ importId, sequence }) => (importId === fact.importId ? [sequence] : []))
    .slice(0, MAX_VOIDED_MARKS);
  const outcome = { kind: 'DONE', days: [], punchIds: [] } as const;
  if (taken.length === 0) {
    batch.done(state, fact, outcome, undefined);
    return;
  }
  const left = standing.filter(({ sequence }) => !taken.includes(sequence));
  state.noteVoidedMarks(epochDay);
  state.declare(epochDay, declarationOf(left.map((mark) => mark.fact)), index);
  const sequence = state.takeSequence();
  batch.done(state, fact, outcome, { sequence, days: [], punchIds: [], voids: taken });
}

/** Derives a range of dates again. Takes a sequence number only if something changes. */
export function decideRederive(
  fact: RederiveFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): void {
  state.settle();
  const { firstDay, lastDay } = fact;
  state.plans.prepare(firstDay, lastDay);
  let isChanged = false;
  for (let day = firstDay; day <= lastDay; day += 1) {
    const { result } = state.day(day);
    if (state.deriveDay(day, declarationIn(result), index)) isChanged = true;
  }
  const accepted = isChanged
    ? { sequence: state.takeSequence(), days: [], punchIds: [], voids: [] }
    : undefined;
  batch.done(state, fact, { kind: 'DONE', days: [], punchIds: [] }, accepted);
}
