// The state of a batch while it is decided: employees touched, facts accepted, outcomes of items.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Failure } from '../../domain/facts/errors.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import { fromEpochDay } from '../../domain/time/local-date.js';
import type {
  AnswerDay,
  BatchDecision,
  BatchView,
  ItemOutcome,
  LockedEmployee,
  PunchReflag,
} from '../ports/batch.js';
import type { Fact } from '../ports/facts.js';
import type { Steps } from '../ports/turns.js';
import { EmployeeState } from './employee-state.js';
import type { PlannedDays } from './planned-days.js';

/** The outcome of an item. Later items of the batch can still change its punches. */
export interface Outcome {
  readonly kind: 'DONE' | 'DUPLICATE' | 'RESTORED';
  readonly days: readonly AnswerDay[];
  /** By number: shown as the batch leaves them. */
  readonly punchIds: readonly number[];
}

/** A fact to insert. Later items of the batch can still change its punches. */
export interface Accepted {
  readonly sequence: number;
  /** Empty for facts that are answered without a day. */
  readonly days: readonly AnswerDay[];
  /** The punches that it records, by number. */
  readonly punchIds: readonly number[];
  readonly voids: readonly number[];
}

interface Item {
  readonly state: EmployeeState;
  readonly outcome: Outcome | { readonly kind: 'REPLAYED'; readonly as: ItemOutcome };
  readonly fact: Fact;
  readonly accepted: Accepted | undefined;
}

export class BatchState {
  readonly view: BatchView;
  readonly #plansOf: (employee: LockedEmployee, view: BatchView) => PlannedDays;
  readonly #states = new Map<EmployeeId, EmployeeState>();
  readonly #items: (Item | Failure)[] = [];
  /** Earlier recorded punches whose flags the batch changed. */
  readonly reflags = new Map<string, PunchReflag>();

  constructor(
    view: BatchView,
    plansOf: (employee: LockedEmployee, view: BatchView) => PlannedDays,
  ) {
    this.view = view;
    this.#plansOf = plansOf;
  }

  /** Undefined for an employee who is not known. */
  employee(employeeId: EmployeeId): EmployeeState | undefined {
    const known = this.#states.get(employeeId);
    if (known !== undefined) return known;
    const employee = this.view.employee(employeeId);
    if (employee === undefined) return undefined;
    const state = new EmployeeState(employee, this.#plansOf(employee, this.view), this.view);
    this.#states.set(employeeId, state);
    return state;
  }

  fail(failure: Failure): void {
    this.#items.push(failure);
  }

  /** `accepted` undefined: nothing is recorded. */
  done(state: EmployeeState, fact: Fact, outcome: Outcome, accepted: Accepted | undefined): void {
    this.#items.push({ state, fact, outcome, accepted });
  }

  /** Nothing is recorded: the answer was given before. */
  replayed(state: EmployeeState, fact: Fact, as: ItemOutcome): void {
    this.#items.push({ state, fact, outcome: { kind: 'REPLAYED', as }, accepted: undefined });
  }

  /** The outcome of an earlier item of the batch. */
  outcomeAt(index: number): ItemOutcome {
    const item = this.#items[index];
    if (item === undefined) throw new RangeError(`item ${index} is not decided`);
    return 'state' in item ? outcomeOf(item) : { kind: 'FAILED', failure: item };
  }

  /** The decision of the whole batch. Call it last. */
  *decision(): Steps<BatchDecision> {
    const states = [...this.#states.values()];
    for (const state of states) yield* state.settling();
    return {
      outcomes: this.#items.map((_, index) => this.outcomeAt(index)),
      facts: this.#items.flatMap((item, index) => {
        if (!('state' in item) || item.accepted === undefined) return [];
        const { state, accepted } = item;
        const { sequence, days, punchIds, voids } = accepted;
        return [
          {
            index,
            sequence,
            days: days.map(({ date, revision }) => ({ date, revision })),
            punches: punchIds.map((punchId) => punchOf(state, punchId)),
            voids,
          },
        ];
      }),
      // Sorts the changes of one fact by date; each employee's already are.
      changes: states.flatMap(({ changes }) => changes).sort((a, b) => a.index - b.index),
      touched: states.flatMap(({ employeeId, touched }) =>
        [...touched].map((day) => ({ employeeId, date: fromEpochDay(day) })),
      ),
      restamps: states.flatMap(({ restamps }) => [...restamps.values()]),
      reflags: [...this.reflags.values()],
      derivedDays: states.reduce((sum, { derivedDays }) => sum + derivedDays, 0),
    };
  }
}

function outcomeOf({ state, outcome, fact }: Item): ItemOutcome {
  if (outcome.kind === 'REPLAYED') return outcome.as;
  const { kind, days, punchIds } = outcome;
  const { employeeName } = state;
  const punches = punchIds.map((punchId) => punchOf(state, punchId));
  return { kind, employeeName, days, punches, receivedAt: fact.receivedAt };
}

function punchOf(state: EmployeeState, punchId: number): RecordedPunch {
  const punch = state.punch(punchId);
  if (punch === undefined) throw new Error(`punch ${punchId} is answered with and not known`);
  return punch;
}
