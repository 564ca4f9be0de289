// Lets rounds about different employees share a transaction. While the maximum of transactions is
// under way, new rounds wait together for the next one. No round waits for others to come, and a
// single call begins at once. Must never let a lock held elsewhere delay a round that does not need
// it.

import { EmployeesBusy, type FactWrites } from '../ports/fact-writes.js';
import type { Fact } from '../ports/facts.js';
import { recordFacts } from './record-facts.js';
import type { Round } from './write-round.js';

/** The most shared transactions under way: one is decided while another one commits. */
export const MAX_SHARED_TRANSACTIONS = 2;

/**
 * The most facts of one transaction. They are decided in turns but answered in one burst, which
 * takes a few tenths of a millisecond per fact and holds up all other calls.
 */
export const MAX_SHARED_FACTS = 64;

/** A command costs as much as this many other facts: it examines all sessions, before and after. */
const COMMAND_WEIGHT = 8;

interface Waiting {
  readonly round: Round;
  /** Called after the answer, with the error if the round failed. */
  readonly done: (error: unknown) => void;
}

export class SharedRounds {
  readonly #store: FactWrites;
  readonly #waiting: Waiting[] = [];
  #waitingFacts = 0;
  #underWay = 0;

  constructor(store: FactWrites) {
    this.#store = store;
  }

  get waitingFacts(): number {
    return this.#waitingFacts;
  }

  /** Answers a round, at once or with others. Returns its error, undefined if it was recorded. */
  run(round: Round): Promise<unknown> {
    return new Promise((done) => {
      this.#waiting.push({ round, done });
      this.#waitingFacts += round.facts.length;
      this.#begin();
    });
  }

  #begin(): void {
    while (this.#underWay < MAX_SHARED_TRANSACTIONS && this.#waiting.length > 0) {
      const some = this.#take();
      if (some.length === 0) continue;
      this.#underWay += 1;
      void this.#share(some).then(() => {
        this.#underWay -= 1;
        this.#begin();
      });
    }
  }

  /** The first rounds that fit together. Rounds whose callers left are answered and skipped. */
  #take(): readonly Waiting[] {
    const taken: Waiting[] = [];
    let weight = 0;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { round, done } = next;
      if (round.signal.aborted) {
        this.#shift();
        fail(round, round.signal.reason, done);
        continue;
      }
      weight += weightOf(round.facts);
      if (taken.length > 0 && weight > MAX_SHARED_FACTS) break;
      taken.push(next);
      this.#shift();
    }
    return taken;
  }

  #shift(): void {
    this.#waitingFacts -= this.#waiting.shift()?.round.facts.length ?? 0;
  }

  async #share(some: readonly Waiting[]): Promise<void> {
    const rounds = some.map(({ round }) => round);
    const facts = rounds.flatMap((round) => round.facts);
    try {
      const results = await recordFacts(this.#store, facts, allOf(rounds), 'NONE_IS_WAITED_FOR');
      let next = 0;
      for (const { round, done } of some) {
        round.resolve(results.slice(next, next + round.facts.length));
        next += round.facts.length;
        done(undefined);
      }
    } catch (error) {
      if (error instanceof EmployeesBusy) await this.#goOn(some, error);
      else for (const { round, done } of some) fail(round, error, done);
    }
  }

  /** Rounds whose employees another process holds wait for them alone, beside all others. */
  async #goOn(some: readonly Waiting[], { employeeIds }: EmployeesBusy): Promise<void> {
    const busy = new Set(employeeIds);
    const isBusy = ({ round }: Waiting) => round.facts.some((fact) => busy.has(fact.employeeId));
    for (const waiting of some.filter(isBusy)) void alone(this.#store, waiting);
    const others = some.filter((waiting) => !isBusy(waiting));
    if (others.length > 0) await this.#share(others);
  }
}

/** Answers a round in its own transaction. */
export async function runAlone(store: FactWrites, round: Round): Promise<unknown> {
  return await new Promise((done) => {
    void alone(store, { round, done });
  });
}

async function alone(store: FactWrites, { round, done }: Waiting): Promise<void> {
  try {
    round.resolve(await recordFacts(store, round.facts, round.signal));
    done(undefined);
  } catch (error) {
    fail(round, error, done);
  }
}

function fail(round: Round, error: unknown, done: Waiting['done']): void {
  round.reject(error);
  done(error);
}

function weightOf(facts: readonly Fact[]): number {
  return facts.reduce((sum, { kind }) => sum + (kind === 'COMMAND' ? COMMAND_WEIGHT : 1), 0);
}

/** Aborted when nobody waits for any of them. */
function allOf(rounds: readonly Round[]): AbortSignal {
  const [first] = rounds;
  if (first !== undefined && rounds.length === 1) return first.signal;
  const nobody = new AbortController();
  let left = 0;
  for (const { signal } of rounds) {
    const leave = () => {
      left += 1;
      if (left === rounds.length) nobody.abort(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  }
  return nobody.signal;
}
