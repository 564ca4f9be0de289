// Decides a batch of facts under the employees' locks. Each item is replayed, refused or accepted
// on its own, in order, and sees the effects of the items before it. Pure.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { Instant } from '../../domain/time/time.js';
import type {
  BatchDecision,
  BatchRules,
  BatchView,
  LockedEmployee,
  RosterView,
} from '../ports/batch.js';
import { BatchRefused } from '../ports/fact-writes.js';
import type { Fact } from '../ports/facts.js';
import type { Steps } from '../ports/turns.js';
import { needsOf } from './batch-reads.js';
import { BatchState } from './batch-state.js';
import { refusedAsNotAdded } from './command-limits.js';
import { decideCommand } from './decide-clock.js';
import { decideCorrect, decideReplace } from './decide-corrections.js';
import { decideMark, decideRederive, decideVoidMarks } from './decide-day.js';
import { decidePunch, decideVoid } from './decide-punch.js';
import type { EmployeeState } from './employee-state.js';
import type { PlannedDays } from './planned-days.js';
import { keepFew, recentPlans } from './recent-plans.js';
import { UsedRequestIds } from './repeated-requests.js';

/** The rules of a batch. `facts` are its items, in order. */
export function rulesFor(facts: readonly Fact[]): BatchRules {
  const plans = new BatchPlans();
  return {
    needs(fact, view) {
      const employee = view.employee(fact.employeeId);
      if (employee === undefined) return [];
      try {
        const own = plans.of(employee, view);
        const needs = needsOf(fact, employee, own, view);
        keepFew(own);
        return needs;
      } catch (error) {
        throw undecided(error);
      }
    },
    *decide(view, now) {
      try {
        const decision = yield* decideBatch(facts, view, now, plans);
        plans.keepFew();
        return decision;
      } catch (error) {
        throw undecided(error);
      }
    },
  };
}

/**
 * Wraps an exception of the rules. One fact is at fault, and others wait in the same transaction.
 */
function undecided(cause: unknown): BatchRefused {
  return new BatchRefused('a fact could not be decided', { cause });
}

/** The employees' plans. Needs and derived days must use the same plans. */
class BatchPlans {
  readonly #known = new Map<EmployeeId, PlannedDays>();

  of({ employeeId, roster: own }: LockedEmployee, { roster }: RosterView): PlannedDays {
    const known = this.#known.get(employeeId);
    if (known !== undefined && known.roster === roster && known.employee === own) return known;
    const plans = recentPlans(roster, own);
    this.#known.set(employeeId, plans);
    return plans;
  }

  keepFew(): void {
    for (const plans of this.#known.values()) keepFew(plans);
  }
}

/** Decides the facts. A step is one fact, or one date that is derived for several facts. */
function* decideBatch(
  facts: readonly Fact[],
  view: BatchView,
  now: Instant,
  plans: BatchPlans,
): Steps<BatchDecision> {
  const batch = new BatchState(view, (employee) => plans.of(employee, view));
  const used = new UsedRequestIds();
  for (const [index, fact] of facts.entries()) {
    decideItem(fact, index, { batch, used, now });
    yield;
  }
  return yield* batch.decision();
}

interface Deciding {
  readonly batch: BatchState;
  readonly used: UsedRequestIds;
  readonly now: Instant;
}

function decideItem(fact: Fact, index: number, { batch, used, now }: Deciding): void {
  const { employeeId } = fact;
  const state = batch.employee(employeeId);
  if (state === undefined) {
    const notAdded = fact.kind === 'COMMAND' ? refusedAsNotAdded(fact, undefined) : undefined;
    batch.fail(notAdded ?? { kind: 'EMPLOYEE_NOT_FOUND', employeeId });
    return;
  }
  const repeated = used.replay(fact, state, batch);
  if (repeated !== undefined) {
    batch.replayed(state, fact, repeated);
    return;
  }
  const failure = decideFact(fact, index, state, batch, now);
  if (failure !== undefined) batch.fail(failure);
  else used.remember(fact, index);
}

/** Returns why a fact is refused; undefined if it is accepted. */
function decideFact(
  fact: Fact,
  index: number,
  state: EmployeeState,
  batch: BatchState,
  now: Instant,
): Failure | undefined {
  switch (fact.kind) {
    case 'MARK':
    case 'CLEAR':
      return decideMark(fact, index, state, batch);
    case 'VOID_MARKS':
      decideVoidMarks(fact, index, state, batch);
      return undefined;
    case 'PUNCH':
      return decidePunch(fact, index, state, batch);
    case 'VOID':
      return decideVoid(fact, index, state, batch);
    case 'REDERIVE':
      decideRederive(fact, index, state, batch);
      return undefined;
    case 'COMMAND':
      return decideCommand(fact, index, state, batch, now);
    case 'REPLACE':
      return decideReplace(fact, index, state, batch);
    case 'CORRECT':
      return decideCorrect(fact, index, state, batch);
  }
}
