// What clocks recorded, accepted as it comes, and punches taken back. A punch that is there
// already changes nothing. Which punch of a reused event id is the clean one does not depend on
// what came first: it is the earliest by its own time.

import type { Failure } from '../../domain/facts/errors.js';
import { PUNCH_KINDS, type PunchFlag } from '../../domain/facts/punch.js';
import {
  isSamePunch,
  type RecordedPunch,
  type ToldPunch,
} from '../../domain/facts/recorded-punch.js';
import { utcDay } from '../../domain/roster/plan.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import type { PunchReflag } from '../ports/batch.js';
import type { Fact, PunchFact, VoidFact } from '../ports/facts.js';
import type { BatchState } from './batch-state.js';
import type { EmployeeState } from './employee-state.js';

/** Until the commit tells it. */
export const NOT_YET = 0 as RecordTime;

/**
 * The most punches that are kept of one employee and one day (UTC) of their times, those taken back
 * included: a row is never deleted, and all of them are read under the lock with every further
 * punch near them. Far more than any clock records of a person, and what a device in a loop
 * brings in minutes.
 */
export const MAX_PUNCHES_PER_DAY = 2000;

/** Why no punch at a moment can be kept; undefined: there is room. */
export function refusedAsTooMany(time: Instant, state: EmployeeState): Failure | undefined {
  const day = utcDay(time);
  if (state.punches.countOn(day) < MAX_PUNCHES_PER_DAY) return undefined;
  const { employeeId } = state;
  const utcDate = fromEpochDay(day);
  return { kind: 'TOO_MANY_PUNCHES', employeeId, utcDate, maxPunches: MAX_PUNCHES_PER_DAY };
}

/** Accepts a punch, finds the one that it repeats, or refuses it where there is no room. */
export function decidePunch(
  fact: PunchFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): Failure | undefined {
  const original = originalOf(fact.punch, state);
  if (original !== undefined) {
    const { punchId } = state.named(original);
    const outcome = { kind: 'DUPLICATE', day: undefined, punchIds: [punchId] } as const;
    batch.done(state, fact, outcome, undefined);
    return undefined;
  }
  const failure = refusedAsTooMany(fact.punch.time, state);
  if (failure !== undefined) return failure;
  const punch = record(fact, fact.punch, undefined, index, state, batch);
  const outcome = { kind: 'DONE', day: undefined, punchIds: [punch.punchId] } as const;
  const sequence = punch.punchId;
  batch.done(state, fact, outcome, { sequence, day: undefined, isPunch: true, voids: [] });
  return undefined;
}

/** The punch that another one repeats, taken back or not; no correction is one. */
export function originalOf(punch: ToldPunch, state: EmployeeState): RecordedPunch | undefined {
  return state.punches
    .at(punch.time)
    .find((other) => other.replaces === undefined && isSamePunch(other, punch));
}

/** Keeps a punch under the next number, with all of its flags. */
export function record(
  fact: Fact,
  told: ToldPunch,
  replaces: number | undefined,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): RecordedPunch {
  const { employeeId, actor, receivedAt } = fact;
  const isNumbered = told.eventId !== '';
  const isConflict = isNumbered && isLaterUse(told, index, state, batch);
  const punch: RecordedPunch = {
    ...told,
    flags: isConflict ? withConflict(told.flags) : told.flags,
    employeeId,
    punchId: state.takeSequence(),
    actor,
    receivedAt,
    recordedAt: NOT_YET,
    replaces,
    voided: undefined,
  };
  state.add(punch, isNumbered && !isConflict, index);
  return punch;
}

/**
 * Whether an earlier punch has the event id; if not, the one that was the earliest so far is a
 * later use from now on.
 */
function isLaterUse(
  told: ToldPunch,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): boolean {
  const first = state.firstUse(told);
  if (first !== undefined && compareUses(first, told) <= 0) return true;
  if (first !== undefined) flagConflict(state.named(first), index, state, batch);
  return false;
}

/** By time, then by the order of kinds. */
function compareUses(a: ToldPunch, b: ToldPunch): number {
  return a.time - b.time || PUNCH_KINDS.indexOf(a.kind) - PUNCH_KINDS.indexOf(b.kind);
}

function flagConflict(
  punch: RecordedPunch,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): void {
  if (punch.flags.includes('EVENT_ID_CONFLICT')) return;
  const flags = withConflict(punch.flags);
  state.change({ ...punch, flags }, index);
  if (punch.recordedAt === NOT_YET) return;
  const { employeeId, punchId } = punch;
  const reflag: PunchReflag = { employeeId, punchId, flags };
  batch.reflags.set(`${employeeId} ${punchId}`, reflag);
}

function withConflict(flags: readonly PunchFlag[]): readonly PunchFlag[] {
  return [...new Set([...flags, 'EVENT_ID_CONFLICT' as const])].sort();
}

/** A punch that a correction names, if it counts. */
export type Standing =
  | { readonly punch: RecordedPunch; readonly failure?: never }
  | { readonly failure: Failure; readonly punch?: never };

export function standingPunch(state: EmployeeState, punchId: number): Standing {
  const { employeeId } = state;
  const punch = state.punch(punchId);
  if (punch === undefined) return { failure: { kind: 'PUNCH_NOT_FOUND', employeeId, punchId } };
  if (punch.voided === undefined) return { punch };
  return { failure: { kind: 'PUNCH_VOIDED', employeeId, punchId, by: punch.voided.by } };
}

/** Takes punches back: all of them, or none when one is missing or was taken back already. */
export function decideVoid(
  fact: VoidFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): Failure | undefined {
  const punches: RecordedPunch[] = [];
  for (const punchId of fact.punchIds) {
    const { punch, failure } = standingPunch(state, punchId);
    if (punch === undefined) return failure;
    punches.push(punch);
  }
  // What punches before this one changed is theirs in the history.
  state.settle();
  const sequence = state.takeSequence();
  const { actor, reason, punchIds } = fact;
  const voided = { by: sequence, at: NOT_YET, actor, reason, replacedBy: undefined };
  for (const punch of punches) state.change({ ...punch, voided }, index);
  state.settle();
  const accepted = { sequence, day: undefined, isPunch: false, voids: punchIds };
  batch.done(state, fact, { kind: 'DONE', day: undefined, punchIds }, accepted);
  return undefined;
}
