// Decides a person's commands under the lock. It checks them against the sessions that all standing
// punches make under the roster in force, whatever is stored.

import { checkCommand } from '../../domain/clock/command.js';
import { BEFORE_ALL } from '../../domain/engine/closing-forms.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { ToldPunch } from '../../domain/facts/recorded-punch.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import { type Instant, wholeSecond } from '../../domain/time/time.js';
import { COMMAND_KINDS, type CommandFact } from '../ports/facts.js';
import { MAX_COMMAND_WAIT_MS } from './batch-reads.js';
import type { BatchState } from './batch-state.js';
import {
  refusedAsNotAdded,
  refusedAsNotEmployed,
  refusedAsOutside,
  refusedAsTooOld,
} from './command-limits.js';
import { originalOf, record, refusedAsTooMany } from './decide-punch.js';
import type { EmployeeState } from './employee-state.js';
import { acceptClocking, dateOf, plansTouched, refusedAtClock, tryOut } from './try-punches.js';

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
  const trial = state.punches.trial([], [told]);
  const { plans } = state;
  const near = plansTouched(trial, plans);
  // Nobody is in any more in a session that a rule has closed, but a departure can still end it.
  const moment = kind === 'IN' ? wholeSecond(time) : BEFORE_ALL;
  const before = tryOut(near, state.punches.timeline, moment)();
  const tried = tryOut(near, trial.punches, moment);
  const problem = checkCommand(kind, wholeSecond(time), before.sessions, () => tried().sessions);
  const date = problem === undefined ? dateOf(tried().days, told, plans) : plans.dateAt(time);
  const notEmployed = refusedAsNotEmployed(fact, problem, date, plans.employee);
  if (notEmployed !== undefined) return notEmployed;
  if (problem !== undefined) return refusedAtClock(problem, command, state, time);
  const outside = refusedAsOutside(fact, before.days, tried().days, state);
  if (outside !== undefined) return outside;
  state.settle();
  // If the same punch was recorded before and voided, this one repeats it.
  const punch = record(fact, told, originalOf(told, state)?.punchId, index, state, batch);
  acceptClocking({ fact, index, punch, voids: [] }, date, state, batch);
  return undefined;
}

/** An archived employee cannot clock. Earlier punches can still be recorded as facts. */
function refusedAsArchived(
  time: Instant,
  { employeeId, plans }: EmployeeState,
): Failure | undefined {
  const { archivedDay } = plans.employee;
  if (archivedDay === undefined || plans.dateAt(time) < archivedDay) return undefined;
  return { kind: 'EMPLOYEE_ARCHIVED', employeeId, date: fromEpochDay(archivedDay) };
}

/** The needs were read around `receivedAt`. They do not cover a moment that is far from it. */
function isFarFrom(receivedAt: Instant, now: Instant): boolean {
  return Math.abs(now - receivedAt) > MAX_COMMAND_WAIT_MS;
}

function clocksDiffer({ receivedAt }: CommandFact, decidedAt: Instant): Failure {
  const minutes = Math.round((decidedAt - receivedAt) / 60_000);
  const ahead = `${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead of' : 'behind'}`;
  const cause = new Error(`the database's clock is ${ahead} this host's: set both by NTP`);
  return { kind: 'CLOCKS_DIFFER', receivedAt, decidedAt, cause };
}
