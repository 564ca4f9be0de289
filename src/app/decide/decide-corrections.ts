// Decides replacements and several corrections at once, under the lock. It checks them against the
// sessions that all standing punches make under the roster in force.

import {
  type CorrectionProblem,
  type Corrections,
  checkCorrections,
} from '../../domain/clock/corrections.js';
import { everyPair } from '../../domain/clock/every-pair.js';
import type { SaidPunch } from '../../domain/clock/punch-roles.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { Punch } from '../../domain/facts/punch.js';
import type { RecordedPunch, ToldPunch } from '../../domain/facts/recorded-punch.js';
import { type DayPlan, utcDay } from '../../domain/roster/plan.js';
import { toEpochDay } from '../../domain/time/local-date.js';
import { wholeSecond } from '../../domain/time/time.js';
import type { AnswerDay } from '../ports/batch.js';
import type { CorrectFact, ReplaceFact } from '../ports/facts.js';
import type { BatchState } from './batch-state.js';
import { record, refusedAsTooMany, standingPunch } from './decide-punch.js';
import type { EmployeeState } from './employee-state.js';
import { freeEventId } from './event-ids.js';
import { NOT_YET } from './not-yet.js';
import type { Trial } from './punch-list.js';
import {
  acceptClocking,
  dateOf,
  daysOn,
  plansTouched,
  refusedAtClock,
  sessionsOn,
} from './try-punches.js';

/** Replaces a punch by another, or refuses to. */
export function decideReplace(
  fact: ReplaceFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): Failure | undefined {
  const { actor, reason, punchId } = fact;
  const { punch: old, failure } = standingPunch(state, punchId);
  if (old === undefined) return failure;
  const told = correctionOf(old, fact);
  const full = refusedAsTooMany(told.time, state);
  if (full !== undefined) return full;
  const trial = state.punches.trial([old], [told]);
  const plans = plansTouched(trial, state.plans);
  const problem = checkCorrections(judged([{ old, told }], plans, trial, state));
  if (problem !== undefined) return refusedAtClock(problem, 'REPLACE_PUNCH', state, told.time);
  state.settle();
  const punch = record(fact, told, punchId, index, state, batch);
  const voided = {
    by: punch.punchId,
    at: NOT_YET,
    actor,
    reason,
    replacedBy: punch.punchId,
  };
  state.change({ ...old, voided }, index);
  freeEventId(old, index, state, batch);
  const date = dateOf(daysOn(plans, trial.punches), punch, state.plans);
  acceptClocking({ fact, index, punch, voids: [punchId] }, date, state, batch);
  return undefined;
}

/** Corrects several punches at once, or refuses to. */
export function decideCorrect(
  fact: CorrectFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
): Failure | undefined {
  const { steps, failure } = stepsOf(fact, state);
  if (steps === undefined) return failure;
  const removed = steps.flatMap(({ old }) => old ?? []);
  const added = steps.flatMap(({ told }) => told ?? []);
  const impossible = refusedAsRepeated(steps, removed, state) ?? refusedAsTooManyOf(added, state);
  if (impossible !== undefined) return impossible;
  const trial = state.punches.trial(removed, added);
  const plans = plansTouched(trial, state.plans);
  const problem = checkCorrections(judged(steps, plans, trial, state));
  if (problem !== undefined) return refusedTogether(problem, steps, state);
  state.settle();
  const recorded = steps.map(({ old, told }) =>
    told === undefined ? undefined : record(fact, told, old?.punchId, index, state, batch),
  );
  const sequence = state.takeSequence();
  for (const [place, { old }] of steps.entries()) {
    if (old === undefined) continue;
    const replacedBy = recorded[place]?.punchId;
    const { actor, reason } = fact;
    const voided = { by: replacedBy ?? sequence, at: NOT_YET, actor, reason, replacedBy };
    state.change({ ...old, voided }, index);
  }
  for (const old of removed) freeEventId(old, index, state, batch);
  state.settle();
  const days = changedDays(index, state);
  const punchIds = steps.flatMap(
    ({ old }, place) => recorded[place]?.punchId ?? old?.punchId ?? [],
  );
  const accepted = {
    sequence,
    days,
    punchIds: recorded.flatMap((punch) => punch?.punchId ?? []),
    voids: removed.map(({ punchId }) => punchId),
  };
  batch.done(state, fact, { kind: 'DONE', days, punchIds }, accepted);
  return undefined;
}

/** One correction: the punch that no longer counts, the punch that will count, or both. */
interface Step {
  readonly old: RecordedPunch | undefined;
  readonly told: ToldPunch | undefined;
}

type Steps =
  | { readonly steps: readonly Step[]; readonly failure?: never }
  | { readonly steps?: never; readonly failure: Failure };

/** The effects of the corrections in the form that the rules judge: in all pairs of punches. */
function judged(
  steps: readonly Step[],
  plans: readonly DayPlan[],
  trial: Trial,
  { punches }: EmployeeState,
): Corrections {
  const paired = plans.map(everyPair);
  return {
    corrections: steps.map(({ old, told }) => ({
      old: old && saidOf(old),
      now: told && saidOf(told),
    })),
    others: trial.others.map(saidOf),
    before: sessionsOn(paired, punches.timeline),
    after: sessionsOn(paired, trial.punches),
  };
}

function saidOf({ kind, time }: Punch): SaidPunch {
  return { kind, time: wholeSecond(time) };
}

function stepsOf({ corrections }: CorrectFact, state: EmployeeState): Steps {
  const steps: Step[] = [];
  for (const correction of corrections) {
    if (correction.kind === 'ADD') {
      steps.push({ old: undefined, told: correction.punch });
      continue;
    }
    const { punch: old, failure } = standingPunch(state, correction.punchId);
    if (old === undefined) return { failure };
    steps.push({
      old,
      told: correction.kind === 'VOID' ? undefined : correctionOf(old, correction),
    });
  }
  return { steps };
}

/** Refuses a punch that another correction, or a punch that stays, already says. */
function refusedAsRepeated(
  steps: readonly Step[],
  removed: readonly RecordedPunch[],
  state: EmployeeState,
): Failure | undefined {
  const said = new Map<string, number>();
  for (const [place, { told }] of steps.entries()) {
    if (told === undefined) continue;
    const key = `${told.kind} ${wholeSecond(told.time)}`;
    const earlier = said.get(key);
    if (earlier !== undefined) return repeated(place, `corrections[${earlier}]`);
    said.set(key, place);
    const same = state.punches
      .standingIn(wholeSecond(told.time))
      .filter((other) => other.kind === told.kind);
    const stays = same.find(({ punchId }) => !removed.some((gone) => gone.punchId === punchId));
    if (stays !== undefined) return repeated(place, `punch ${stays.punchId}`);
  }
  return undefined;
}

function repeated(place: number, other: string): Failure {
  const field = `corrections[${place}]`;
  const description = `would be the same as ${other}, in kind and time: leave this correction out`;
  return {
    kind: 'INVALID_FIELDS',
    violations: [{ field, reason: 'PUNCH_REPEATED', description }],
  };
}

function refusedAsTooManyOf(
  added: readonly ToldPunch[],
  state: EmployeeState,
): Failure | undefined {
  const counts = new Map<number, number>();
  for (const { time } of added) {
    const day = utcDay(time);
    const failure = refusedAsTooMany(time, state, counts.get(day));
    if (failure !== undefined) return failure;
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return undefined;
}

function refusedTogether(
  problem: CorrectionProblem,
  steps: readonly Step[],
  state: EmployeeState,
): Failure {
  const { place } = problem;
  // If no single correction is at fault, the conflicting session gives the time.
  const { told, old } = steps[place ?? 0] ?? {};
  const { in: start, out } = problem.session ?? {};
  const time = place === undefined ? (start ?? out) : told?.time;
  const at = time ?? told?.time ?? old?.time;
  if (at === undefined) throw new Error('corrections were refused that are none');
  return refusedAtClock(problem, 'CORRECT_PUNCHES', state, at, place);
}

/** The days that the fact changed, by date, as it left them. */
function changedDays(index: number, state: EmployeeState): readonly AnswerDay[] {
  const dates = state.changes.flatMap((change) => (change.index === index ? [change.date] : []));
  return [...new Set(dates)].sort().map((date) => state.answer(toEpochDay(date)));
}

/** The time and kind that a person gives instead. */
type Replacement = Pick<ReplaceFact, 'time' | 'punchKind'>;

/**
 * Keeps the data of the old punch as evidence, but not its event id: its device did not report
 * this.
 */
function correctionOf(old: RecordedPunch, said: Replacement): ToldPunch {
  const { deviceId, position, timeZone, accuracyMeters, labels, note } = old;
  const time = said.time ?? old.time;
  // A clock error no longer matters when a person gave the time.
  const isTimeKept = said.time === undefined && old.flags.includes('CLOCK_SKEW');
  return {
    time,
    kind: said.punchKind ?? old.kind,
    source: 'CORRECTION',
    deviceId,
    eventId: '',
    position,
    flags: isTimeKept ? ['CLOCK_SKEW'] : [],
    timeZone,
    accuracyMeters,
    labels,
    note,
  };
}
