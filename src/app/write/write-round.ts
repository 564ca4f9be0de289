// Calls about one employee that share a transaction: which of them can, and who of them is still
// there. Each gets the answer that it would have got alone.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { Fact } from '../ports/facts.js';
import type { RecordResult } from './record-facts.js';

/**
 * The most facts of several calls in one transaction. They are decided in one go and answered in
 * one burst, a few tenths of a millisecond each, and everybody else's calls wait for that.
 */
export const MAX_ROUND_FACTS = 64;

/** One call. */
export interface Turn {
  readonly facts: readonly Fact[];
  /** Its employees, and how many of its facts each has. */
  readonly shares: ReadonlyMap<EmployeeId, number>;
  readonly resolve: (results: readonly RecordResult[]) => void;
  readonly reject: (error: unknown) => void;
  /** How many of its employees it has: all, and it begins. */
  held: number;
  /** Undefined until it begins. */
  round: Round | undefined;
}

export class Round {
  readonly facts: Fact[] = [];
  readonly #turns: Turn[] = [];
  readonly #nobodyWaits = new AbortController();
  /** Whether others can go with it: more calls about its employee, and rounds about other ones. */
  readonly isForOthers: boolean;
  #hasCommand = false;
  #leftCount = 0;

  constructor(first: Turn) {
    this.isForOthers = goesWithOthers(first);
    this.#take(first);
  }

  /** Aborted when all have left. */
  get signal(): AbortSignal {
    return this.#nobodyWaits.signal;
  }

  /** False when the call has to wait for these. */
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

  /** Of one call; the others are still served. */
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
 * Not those about several employees, nor corrections: an answer shows its punch as the transaction
 * leaves it, and one that is taken back right behind was not so when it was recorded. Nor those
 * that are only judged: their transaction is not committed. Nor those that came by a badge: should
 * that be somebody else's meanwhile, all of them are asked again.
 */
function goesWithOthers({ shares, facts }: Turn): boolean {
  return shares.size === 1 && !facts.some(goesAlone);
}

function goesAlone(fact: Fact): boolean {
  if (fact.kind === 'PUNCH') return fact.validateOnly || fact.badge !== undefined;
  return fact.kind === 'VOID' || fact.kind === 'REPLACE' || fact.kind === 'CORRECT';
}

/**
 * There is one in a transaction. It may take the moment under the lock, of which there is one as
 * well: a second command of that moment would be the first said again, or done before it. And each
 * costs as much as ten other facts, since all sessions are looked at before and after.
 */
function isCommand({ kind }: Fact): boolean {
  return kind === 'COMMAND';
}
