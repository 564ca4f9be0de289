// Decides punches of clocks, which are accepted in any order, and voids. A duplicate changes
// nothing; a voided punch is restored if the fact asks for it.

import type { Failure } from '../../domain/facts/errors.js';
import {
  isSamePunch,
  type RecordedPunch,
  type ToldPunch,
} from '../../domain/facts/recorded-punch.js';
import { utcDay } from '../../domain/roster/plan.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import type { Fact, PunchFact, VoidFact } from '../ports/facts.js';
import type { BatchState } from './batch-state.js';
import type { EmployeeState } from './employee-state.js';
import { freeEventId, isLaterUse, withConflict } from './event-ids.js';
import { NOT_YET } from './not-yet.js';

/**
 * The most punches of one employee on one UTC day of their times, voided ones included. Rows are
 * never deleted, and each further punch nearby reads all of them under the lock. Far more than any
 * clock records of a person; a device in a loop sends as many in minutes.
 */
export const MAX_PUNCHES_PER_DAY = 2000;

/**
 * Returns why no punch at a moment can be kept; undefined if there is room. `more` is the number of
 * other punches to be kept on the same UTC day.
 */
export function refusedAsTooMany(
  time: Instant,
  state: EmployeeState,
  more = 0,
): Failure | undefined {
  const day = utcDay(time);
  if (state.punches.countOn(day) + more < MAX_PUNCHES_PER_DAY) return undefined;
  const { employeeId } = state;
  const utcDate = fromEpochDay(day);
  return { kind: 'TOO_MANY_PUNCHES', employeeId, utcDate, maxPunches: MAX_PUNCHES_PER_DAY };
}

/** Accepts a punch, finds the punch that it duplicates, or refuses it if there is no room. */
export function decidePunch(
  fact: PunchFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): Failure | undefined {
  const original = originalOf(fact.punch, state);
  if (original !== undefined && !(fact.restore && isRestorable(original, state))) {
    const { punchId } = state.named(original);
    const outcome = { kind: 'DUPLICATE', days: [], punchIds: [punchId] } as const;
    batch.done(state, fact, outcome, undefined);
    return undefined;
  }
  const failure = refusedAsTooMany(fact.punch.time, state);
  if (failure !== undefined) return failure;
  const punch = record(fact, fact.punch, undefined, index, state, batch);
  const kind = original === undefined ? 'DONE' : 'RESTORED';
  const outcome = { kind, days: [], punchIds: [punch.punchId] } as const;
  const sequence = punch.punchId;
  batch.done(state, fact, outcome, { sequence, days: [], punchIds: [punch.punchId], voids: [] });
  return undefined;
}

/**
 * The punch that this one duplicates, voided or not, and never a correction. If it was restored,
 * the latest one, because only that can count.
 */
export function originalOf(punch: ToldPunch, state: EmployeeState): RecordedPunch | undefined {
  return state.punches
    .at(punch.time)
    .findLast((other) => other.replaces === undefined && isSamePunch(other, punch));
}

/**
 * Whether a punch can be restored: it was voided, not replaced, and no command has said the same
 * since. A void itself is never undone, so that as-of reads stay true.
 */
function isRestorable(original: RecordedPunch, state: EmployeeState): boolean {
  if (original.voided === undefined || original.voided.replacedBy !== undefined) return false;
  return !state.punches
    .at(original.time)
    .some((other) => other.voided === undefined && isSamePunch(other, original));
}

/** Records a punch under the next number, with all of its flags. */
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
    importId: fact.kind === 'PUNCH' ? fact.importId : undefined,
    badgeId: fact.kind === 'PUNCH' ? fact.badge?.badgeId : undefined,
    voided: undefined,
  };
  state.add(punch, isNumbered && !isConflict, index);
  return punch;
}

/** A punch that a correction names, if it counts; otherwise the failure. */
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

/**
 * Voids punches: all of them, or none if one is missing or already voided. With `onlyStanding`,
 * voided ones are skipped.
 */
export function decideVoid(
  fact: VoidFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): Failure | undefined {
  const punches: RecordedPunch[] = [];
  for (const punchId of fact.punchIds) {
    const { punch, failure } = standingPunch(state, punchId);
    if (punch !== undefined) punches.push(punch);
    else if (!fact.onlyStanding || failure.kind !== 'PUNCH_VOIDED') return failure;
  }
  const punchIds = punches.map(({ punchId }) => punchId);
  if (punches.length === 0) {
    batch.done(state, fact, { kind: 'DONE', days: [], punchIds }, undefined);
    return undefined;
  }
  // Changes by punches before this fact belong to those punches in the history.
  state.settle();
  const sequence = state.takeSequence();
  const { actor, reason } = fact;
  const voided = { by: sequence, at: NOT_YET, actor, reason, replacedBy: undefined };
  for (const punch of punches) state.change({ ...punch, voided }, index);
  for (const punch of punches) freeEventId(punch, index, state, batch);
  state.settle();
  const accepted = { sequence, days: [], punchIds: [], voids: punchIds };
  batch.done(state, fact, { kind: 'DONE', days: [], punchIds }, accepted);
  return undefined;
}
