// What clocks recorded, accepted as it comes, and punches taken back. A punch that is there
// already changes nothing; one that was taken back is recorded once more if that is asked for.

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
 * The most punches that are kept of one employee and one day (UTC) of their times, those taken back
 * included: a row is never deleted, and all of them are read under the lock with every further
 * punch near them. Far more than any clock records of a person, and what a device in a loop
 * brings in minutes.
 */
export const MAX_PUNCHES_PER_DAY = 2000;

/**
 * Why no punch at a moment can be kept; undefined: there is room. `more`: how many others are to be
 * kept of its day.
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

/** Accepts a punch, finds the one that it repeats, or refuses it where there is no room. */
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
 * The punch that another one repeats, taken back or not; no correction is one. Of one that was
 * restored, the latest: the only one that can count.
 */
export function originalOf(punch: ToldPunch, state: EmployeeState): RecordedPunch | undefined {
  return state.punches
    .at(punch.time)
    .findLast((other) => other.replaces === undefined && isSamePunch(other, punch));
}

/**
 * Whether a punch can be recorded once more: it was taken back, nothing was put in its place, and no
 * command has said the same since. A void is never undone: what was known when stays known.
 */
function isRestorable(original: RecordedPunch, state: EmployeeState): boolean {
  if (original.voided === undefined || original.voided.replacedBy !== undefined) return false;
  return !state.punches
    .at(original.time)
    .some((other) => other.voided === undefined && isSamePunch(other, original));
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
    importId: fact.kind === 'PUNCH' ? fact.importId : undefined,
    badgeId: fact.kind === 'PUNCH' ? fact.badge?.badgeId : undefined,
    voided: undefined,
  };
  state.add(punch, isNumbered && !isConflict, index);
  return punch;
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

/**
 * Takes punches back: all of them, or none when one is missing or was taken back already. The latter
 * is passed over where only those that count are meant.
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
  // What punches before this one changed is theirs in the history.
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
