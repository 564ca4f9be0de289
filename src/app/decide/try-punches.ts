// Derives what an employee's days would be with other punches, and records a person's punch with
// the day that it is answered with.

import type { ClockProblem } from '../../domain/clock/command.js';
import { type DerivedDay, type Presence, presencesOf } from '../../domain/clock/presence.js';
import type { SaidPunch } from '../../domain/clock/punch-roles.js';
import { BEFORE_ALL, sessionsOpenAt } from '../../domain/engine/closing-forms.js';
import { derive } from '../../domain/engine/derive.js';
import { mayBePunched } from '../../domain/engine/punched-day.js';
import { declarationIn } from '../../domain/facts/declaration.js';
import type { ClockAttempt, Failure } from '../../domain/facts/errors.js';
import type { Timeline } from '../../domain/facts/punch.js';
import type { RecordedPunch, ToldPunch } from '../../domain/facts/recorded-punch.js';
import type { DayPlan } from '../../domain/roster/plan.js';
import { zoneOn } from '../../domain/roster/roster.js';
import { type Instant, wholeSecond } from '../../domain/time/time.js';
import type { CommandFact, ReplaceFact } from '../ports/facts.js';
import type { BatchState } from './batch-state.js';
import type { EmployeeState } from './employee-state.js';
import type { PlannedDays } from './planned-days.js';
import type { Trial } from './punch-list.js';

/** The plans that a trial can change, by date and without repetition. */
export function plansTouched({ touched }: Trial, plans: PlannedDays): readonly DayPlan[] {
  const near = touched.flatMap(({ time, range }) => plans.touchedNear(time, range));
  const once = new Map(near.map((plan) => [plan.epochDay, plan]));
  return [...once.values()].sort((a, b) => a.epochDay - b.epochDay);
}

/** The days of some plans as punches alone make them. */
export function daysOn(plans: readonly DayPlan[], punches: Timeline): readonly DerivedDay[] {
  return plans
    .filter((plan) => mayBePunched(plan, punches))
    .map((plan) => ({ plan, result: derive({ declaration: undefined, punches }, plan) }));
}

export function sessionsOn(plans: readonly DayPlan[], punches: Timeline): readonly Presence[] {
  return presencesOf(daysOn(plans, punches), punches);
}

interface Tried {
  readonly days: readonly DerivedDay[];
  readonly sessions: readonly Presence[];
}

/**
 * What the days would be. Derived at the first call and then kept. A session that a rule closes by
 * `moment` has ended.
 */
export function tryOut(
  plans: readonly DayPlan[],
  punches: Timeline,
  moment: Instant = BEFORE_ALL,
): () => Tried {
  let tried: Tried | undefined;
  return () => {
    if (tried === undefined) {
      const days = daysOn(plans, punches);
      tried = { days, sessions: presencesOf(days, punches, moment) };
    }
    return tried;
  };
}

/** The date that a punch's session counts for. For a punch in no session, the date of its time. */
export function dateOf(
  days: readonly DerivedDay[],
  { time, kind }: ToldPunch,
  plans: PlannedDays,
): number {
  const second = wholeSecond(time);
  const isEdge = (first: 'in' | 'out', other: 'in' | 'out') => {
    const has = (end: 'in' | 'out') => (day: DerivedDay) =>
      sessionsOpenAt(day.result.work, BEFORE_ALL).some((session) => session[end] === second);
    return days.find(has(first)) ?? days.find(has(other));
  };
  const isAround = ({ result }: DerivedDay) =>
    sessionsOpenAt(result.work, BEFORE_ALL).some(
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

export interface AcceptedClocking {
  readonly fact: CommandFact | ReplaceFact;
  /** The index in the batch. */
  readonly index: number;
  readonly punch: RecordedPunch;
  readonly voids: readonly number[];
}

/** Records a fact that makes one punch, and answers it with the day that the punch counts for. */
export function acceptClocking(
  { fact, index, punch: { punchId }, voids }: AcceptedClocking,
  epochDay: number,
  state: EmployeeState,
  batch: BatchState,
): void {
  state.settle();
  // The punch may not touch the answer's day, which may have been stored under an older roster.
  state.deriveDay(epochDay, declarationIn(state.day(epochDay).result), index);
  const day = state.answer(epochDay);
  const told = { days: [day], punchIds: [punchId] };
  batch.done(state, fact, { kind: 'DONE', ...told }, { sequence: punchId, ...told, voids });
}

export function refusedAtClock(
  { refusal, session, robbed }: ClockProblem & { readonly robbed?: SaidPunch | undefined },
  command: ClockAttempt,
  { employeeId, plans }: EmployeeState,
  time: Instant,
  correction: number | undefined = undefined,
): Failure {
  return {
    kind: 'CLOCK_REFUSED',
    refusal,
    command,
    employeeId,
    time,
    correction,
    robbed,
    zone: zoneOn(plans.employee, plans.dateAt(time)),
    session: session && {
      in: session.in,
      out: session.out,
      shiftId: session.shiftId,
      date: session.date,
    },
  };
}
