// Lets calls about one employee share a transaction: decides which of them can, and tracks which
// callers still wait. Each call gets the answer that it would have got alone.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Fact } from '../ports/facts.js';
import type { RecordResult } from './record-facts.js';

/**
 * The most facts of several calls in one transaction. They are answered in one burst, which
 * takes a few tenths of a millisecond per fact and holds up all other calls.
 */
export const MAX_ROUND_FACTS = 64;

/** One call. */
export interface Turn {
  readonly facts: readonly Fact[];
  /** Its employees, with the number of its facts about each. */
  readonly shares: ReadonlyMap<EmployeeId, number>;
  readonly resolve: (results: readonly RecordResult[]) => void;
  readonly reject: (error: unknown) => void;
  /** How many of its employees it holds. It begins when it holds all. */
  held: number;
  /** Undefined until it begins. */
  round: Round | undefined;
}

export class Round {
  readonly facts: Fact[] = [];
  readonly #turns: Turn[] = [];
  readonly #nobodyWaits = new AbortController();
  /** Whether it can share: with more calls about its employee, and with rounds about others. */
  readonly isForOthers: boolean;
  #hasCommand = false;
  #leftCount = 0;

  constructor(first: Turn) {
    this.isForOthers = goesWithOthers(first);
    this.#take(first);
  }

  /** Aborted when all callers have left. */
  get signal(): AbortSignal {
    return this.#nobodyWaits.signal;
  }

  /** Returns false if the call has to wait for this round. */
  add(turn: Turn): boolean {
    if (!this.isForOthers || !goesWithOthers(turn)) return false;
    if (this.facts.length + turn.facts.length > MAX_ROUND_FACTS) return false;
    if (this.#hasCommand && turn.facts.some(isCommand)) return false;
    this.#take(turn);
    return true;
  }

  #take(turn: Turn): void {
    this.#hasCommand ||= turn.facts.some(isCommand);
    turn.round = this;
    this.#turns.push(turn);
    this.facts.push(...turn.facts);
  }

  /** One caller leaves; the others are still served. */
  leave(reason: unknown): void {
    this.#leftCount += 1;
    if (this.#leftCount === this.#turns.length) this.#nobodyWaits.abort(reason);
  }

  /** `results`: of all facts, in order. */
  resolve(results: readonly RecordResult[]): void {
    let next = 0;
    for (const { facts, resolve } of this.#turns) {
      resolve(results.slice(next, next + facts.length));
      next += facts.length;
    }
  }

  reject(error: unknown): void {
    for (const turn of this.#turns) turn.reject(error);
  }
}

/**
 * Some calls must go alone. Calls about several employees and corrections: an answer shows its
 * punch as the transaction leaves it, so a void later in the same transaction would show.
 * Validations: their transaction is not committed. Punches of a badge: if the badge changes hands
 * meanwhile, the whole transaction is decided again.
 */
function goesWithOthers({ shares, facts }: Turn): boolean {
  return shares.size === 1 && !facts.some(goesAlone);
}

function goesAlone(fact: Fact): boolean {
  if (fact.kind === 'PUNCH') return fact.validateOnly || fact.badge !== undefined;
  return fact.kind === 'VOID' || fact.kind === 'REPLACE' || fact.kind === 'CORRECT';
}

/**
 * Only one command per transaction. A command without a time takes the moment under the lock, so a
 * second one would repeat the first or come before it. A command also costs as much as several
 * other facts, because all sessions are examined before and after.
 */
function isCommand({ kind }: Fact): boolean {
  return kind === 'COMMAND';
}
