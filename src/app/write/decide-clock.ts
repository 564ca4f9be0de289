// A person's commands and corrections: checked under the lock against the sessions there are, as
// all standing punches make them under the roster in force, whatever is stored.

import { type ClockProblem, checkCommand } from '../../domain/clock/command.js';
import { checkCorrection } from '../../domain/clock/correction.js';
import { type DerivedDay, type Presence, presencesOf } from '../../domain/clock/presence.js';
import { derive } from '../../domain/engine/derive.js';
import { mayBePunched } from '../../domain/engine/punched-day.js';
import { declarationIn } from '../../domain/facts/declaration.js';
import type { ClockAttempt, Failure } from '../../domain/facts/errors.js';
import type { Timeline } from '../../domain/facts/punch.js';
import type { RecordedPunch, ToldPunch } from '../../domain/facts/recorded-punch.js';
import type { DayPlan } from '../../domain/roster/plan.js';
import { zoneOn } from '../../domain/roster/roster.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import { type Instant, wholeSecond } from '../../domain/time/time.js';
import { COMMAND_KINDS, type CommandFact, type ReplaceFact } from '../ports/facts.js';
import { MAX_COMMAND_WAIT_MS } from './batch-reads.js';
import type { BatchState } from './batch-state.js';
import {
  refusedAsNotAdded,
  refusedAsNotEmployed,
  refusedAsOutside,
  refusedAsTooOld,
} from './command-limits.js';
import { originalOf, record, refusedAsTooMany, standingPunch } from './decide-punch.js';
import type { EmployeeState } from './employee-state.js';
import { freeEventId } from './event-ids.js';
import { NOT_YET } from './not-yet.js';
import type { PlannedDays } from './planned-days.js';

/** Records a command's punch, or refuses it. `now` is its time when it brought none. */
export function decideCommand(
  fact: CommandFact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
  now: Instant,
): Failure | undefined {
  const { command } = fact;
  const outOfLimits = refusedAsNotAdded(fact, state) ?? refusedAsTooOld(fact, state);
  if (outOfLimits !== undefined) return outOfLimits;
  if (!fact.isTimeGiven && isFarFrom(fact.receivedAt, now)) return clocksDiffer(fact, now);
  const time = fact.isTimeGiven ? fact.punch.time : now;
  const failure = refusedAsArchived(time, state) ?? refusedAsTooMany(time, state);
  if (failure !== undefined) return failure;
  const kind = COMMAND_KINDS[command];
  const told: ToldPunch = { ...fact.punch, time, kind };
  const trial = state.punches.trialWith(told, undefined);
  const { plans } = state;
  const near = plans.touchedNear(time, trial.range);
  const before = tryOut(near, state.punches.timeline)();
  const tried = tryOut(near, trial.punches);
  const problem = checkCommand(kind, wholeSecond(time), before.sessions, () => tried().sessions);
  const date = problem === undefined ? dateOf(tried().days, told, plans) : plans.dateAt(time);
  const notEmployed = refusedAsNotEmployed(fact, problem, date, plans.employee);
  if (notEmployed !== undefined) return notEmployed;
  if (problem !== undefined) return refused(problem, command, state, time);
  const outside = refusedAsOutside(fact, before.days, tried().days, state);
  if (outside !== undefined) return outside;
  state.settle();
  // The same was said before and taken back: this says it again.
  const punch = record(fact, told, originalOf(told, state)?.punchId, index, state, batch);
  accept({ fact, index, punch, voids: [] }, date, state, batch);
  return undefined;
}

/** Puts another punch in the place of one, or refuses to. */
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
  const [without, trial] = [state.punches.trialWithout(old), state.punches.trialWith(told, old)];
  const plans = byDate([
    ...state.plans.touchedNear(old.time, without.range),
    ...state.plans.touchedNear(told.time, trial.range),
  ]);
  const tried = tryOut(plans, trial.punches);
  const problem = checkCorrection({
    oldKind: old.kind,
    newKind: told.kind,
    oldTime: wholeSecond(old.time),
    newTime: wholeSecond(told.time),
    before: sessionsOn(plans, state.punches.timeline),
    without: sessionsOn(plans, without.punches),
    after: tried().sessions,
  });
  if (problem !== undefined) return refused(problem, 'REPLACE_PUNCH', state, told.time);
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
  const date = dateOf(tried().days, punch, state.plans);
  accept({ fact, index, punch, voids: [punchId] }, date, state, batch);
  return undefined;
}

/** Who is archived clocks no longer; what happened before is recorded as a fact. */
function refusedAsArchived(
  time: Instant,
  { employeeId, plans }: EmployeeState,
): Failure | undefined {
  const { archivedDay } = plans.employee;
  if (archivedDay === undefined || plans.dateAt(time) < archivedDay) return undefined;
  return { kind: 'EMPLOYEE_ARCHIVED', employeeId, date: fromEpochDay(archivedDay) };
}

/** The needs were told without knowing the moment: far from when we were told, they do not do. */
function isFarFrom(receivedAt: Instant, now: Instant): boolean {
  return Math.abs(now - receivedAt) > MAX_COMMAND_WAIT_MS;
}

function clocksDiffer({ receivedAt }: CommandFact, decidedAt: Instant): Failure {
  const minutes = Math.round((decidedAt - receivedAt) / 60_000);
  const ahead = `${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead of' : 'behind'}`;
  const cause = new Error(`the database's clock is ${ahead} this host's: set both by NTP`);
  return { kind: 'CLOCKS_DIFFER', receivedAt, decidedAt, cause };
}

/** What came with the old punch stays, as evidence; but its device said no such thing. */
function correctionOf(old: RecordedPunch, fact: ReplaceFact): ToldPunch {
  const { deviceId, position, timeZone, accuracyMeters, labels, note } = old;
  const time = fact.time ?? old.time;
  // That a clock was wrong counts no longer when somebody said what the time was.
  const isTimeKept = time === old.time && old.flags.includes('CLOCK_SKEW');
  return {
    time,
    kind: fact.punchKind ?? old.kind,
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

/** Each once. */
function byDate(plans: readonly DayPlan[]): readonly DayPlan[] {
  const once = new Map(plans.map((plan) => [plan.epochDay, plan]));
  return [...once.values()].sort((a, b) => a.epochDay - b.epochDay);
}

function deriveAll(plans: readonly DayPlan[], punches: Timeline): readonly DerivedDay[] {
  return plans
    .filter((plan) => mayBePunched(plan, punches))
    .map((plan) => ({ plan, result: derive({ declaration: undefined, punches }, plan) }));
}

function sessionsOn(plans: readonly DayPlan[], punches: Timeline): readonly Presence[] {
  return presencesOf(deriveAll(plans, punches), punches);
}

interface Tried {
  readonly days: readonly DerivedDay[];
  readonly sessions: readonly Presence[];
}

/** What would become of the days; worked out when asked, once. */
function tryOut(plans: readonly DayPlan[], punches: Timeline): () => Tried {
  let tried: Tried | undefined;
  return () => {
    if (tried === undefined) {
      const days = deriveAll(plans, punches);
      tried = { days, sessions: presencesOf(days, punches) };
    }
    return tried;
  };
}

/** The date that a punch's session counts for; of one that is in none, the date it is on. */
function dateOf(
  days: readonly DerivedDay[],
  { time, kind }: ToldPunch,
  plans: PlannedDays,
): number {
  const second = wholeSecond(time);
  const isEdge = (first: 'in' | 'out', other: 'in' | 'out') => {
    const has = (end: 'in' | 'out') => (day: DerivedDay) =>
      day.result.work.sessions.some((session) => session[end] === second);
    return days.find(has(first)) ?? days.find(has(other));
  };
  const isAround = ({ result }: DerivedDay) =>
    result.work.sessions.some(
      ({ in: start, out, closesAt }) =>
        start !== undefined && start <= second && second < (out ?? closesAt ?? Infinity),
    );
  const day =
    kind === 'OUT'
      ? isEdge('out', 'in')
      : kind === 'BREAK_START' || kind === 'BREAK_END'
        ? days.findLast(isAround)
        : isEdge('in', 'out');
  return (day ?? days.findLast(isAround))?.plan.epochDay ?? plans.dateAt(time);
}

interface AcceptedClocking {
  readonly fact: CommandFact | ReplaceFact;
  /** Its place in the batch. */
  readonly index: number;
  readonly punch: RecordedPunch;
  readonly voids: readonly number[];
}

function accept(
  { fact, index, punch: { punchId }, voids }: AcceptedClocking,
  epochDay: number,
  state: EmployeeState,
  batch: BatchState,
): void {
  state.settle();
  // The answer's day may be one the punch did not touch, and stored under an older roster.
  state.deriveDay(epochDay, declarationIn(state.day(epochDay).result), index);
  const day = state.answer(epochDay);
  const accepted = { sequence: punchId, day, isPunch: true, voids };
  batch.done(state, fact, { kind: 'DONE', day, punchIds: [punchId] }, accepted);
}

function refused(
  { refusal, session }: ClockProblem,
  command: ClockAttempt,
  { employeeId, plans }: EmployeeState,
  time: Instant,
): Failure {
  return {
    kind: 'CLOCK_REFUSED',
    refusal,
    command,
    employeeId,
    time,
    zone: zoneOn(plans.employee, plans.dateAt(time)),
    session: session && {
      in: session.in,
      out: session.out,
      shiftId: session.shiftId,
      date: session.date,
    },
  };
}
