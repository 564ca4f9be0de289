// Queues the writes of one process about one employee here and not on connections. All of them need
// that employee's lock, and would keep others from the database while they wait for it. Calls that
// arrive meanwhile share the next transaction (write-round.ts), and rounds about different
// employees share one while others are under way (shared-rounds.ts). Must never change the order of
// the writes about an employee, nor begin a call that nobody waits for.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { FactWrites } from '../ports/fact-writes.js';
import type { Fact } from '../ports/facts.js';
import type { FactRecorder, RecordResult } from './record-facts.js';
import { runAlone, SharedRounds } from './shared-rounds.js';
import { Round, type Turn } from './write-round.js';

/** The most facts that wait for one employee: a few seconds of consecutive transactions. */
export const MAX_WAITING_OF_ONE = 2_000;

/** The most facts that wait in all: about 20 MB of memory, and never more than 80. */
export const MAX_WAITING_FACTS = 20_000;

/** When to retry, in milliseconds: some transactions are over by then. */
const RETRY_AFTER_MS = 500;

/** The calls about one employee: the one that holds it, and those that wait. */
interface Lane {
  holder: Turn;
  readonly waiting: Set<Turn>;
  /** The waiting facts about this employee. */
  waitingFacts: number;
}

/**
 * Each call enters the lanes of all its employees at once, and begins when it holds all of them. So
 * of two calls the earlier one is ahead in every lane: there is no deadlock and no starvation. In
 * the database, a write about an employee waits for other processes only.
 */
export class WriteQueue implements FactRecorder {
  readonly #store: FactWrites;
  readonly #lanes = new Map<EmployeeId, Lane>();
  readonly #shared: SharedRounds;
  #waitingFacts = 0;

  constructor(store: FactWrites) {
    this.#store = store;
    this.#shared = new SharedRounds(store);
  }

  /** Facts that wait for their employees, or for a shared transaction. */
  get waitingFacts(): number {
    return this.#waitingFacts + this.#shared.waitingFacts;
  }

  /**
   * See recordFacts. Throws OVERLOADED if too many facts wait, and the signal's reason if the
   * caller leaves before anything was sent.
   */
  async record(facts: readonly Fact[], caller?: AbortSignal): Promise<readonly RecordResult[]> {
    if (facts.length === 0) return [];
    caller?.throwIfAborted();
    const shares = sharesOf(facts);
    this.#refuseTooMany(facts.length, shares);
    return await new Promise((resolve, reject) => {
      const leave = () => {
        if (turn.round === undefined) this.#giveUp(turn, caller?.reason);
        else turn.round.leave(caller?.reason);
      };
      const stay = () => caller?.removeEventListener('abort', leave);
      const turn: Turn = {
        facts,
        shares,
        held: 0,
        round: undefined,
        resolve(results) {
          stay();
          resolve(results);
        },
        reject(error) {
          stay();
          reject(error);
        },
      };
      caller?.addEventListener('abort', leave, { once: true });
      this.#enter(turn);
    });
  }

  #refuseTooMany(count: number, shares: Turn['shares']): void {
    const lanes = [...shares].flatMap(([id, share]) => {
      const lane = this.#lanes.get(id);
      return lane === undefined ? [] : [lane.waitingFacts + share];
    });
    if (lanes.length === 0 && this.#shared.waitingFacts === 0) return;
    const isLong = lanes.some((facts) => facts > MAX_WAITING_OF_ONE);
    if (!isLong && this.waitingFacts + count <= MAX_WAITING_FACTS) return;
    const queue = isLong ? 'the writes about one employee' : 'other writes';
    throw new AttendanceError({ kind: 'OVERLOADED', queue, retryAfterMs: RETRY_AFTER_MS });
  }

  #enter(turn: Turn): void {
    for (const [employeeId, share] of turn.shares) {
      const lane = this.#lanes.get(employeeId);
      if (lane === undefined) {
        this.#lanes.set(employeeId, { holder: turn, waiting: new Set(), waitingFacts: 0 });
        turn.held += 1;
      } else {
        lane.waiting.add(turn);
        lane.waitingFacts += share;
      }
    }
    this.#waitingFacts += turn.facts.length;
    this.#beginIfReady(turn);
  }

  #beginIfReady(turn: Turn): void {
    if (turn.held < turn.shares.size) return;
    this.#waitingFacts -= turn.facts.length;
    const round = new Round(turn);
    if (turn.shares.size === 1) this.#fill(round, turn);
    void this.#run(round, turn);
  }

  /** Adds the next calls in its only lane, as many as can share the transaction. */
  #fill(round: Round, { shares }: Turn): void {
    for (const employeeId of shares.keys()) {
      for (const turn of this.#lanes.get(employeeId)?.waiting ?? []) {
        if (!round.add(turn)) return;
        this.#dequeue(turn, employeeId);
        this.#waitingFacts -= turn.facts.length;
      }
    }
  }

  async #run(round: Round, { shares }: Turn): Promise<void> {
    const error = round.isForOthers
      ? await this.#shared.run(round)
      : await runAlone(this.#store, round);
    if (isAway(error)) this.#giveUpBehind(shares.keys(), error);
    for (const employeeId of shares.keys()) this.#passOn(employeeId);
  }

  /**
   * Fails the calls that wait: each would only wait as long again, one transaction after the other.
   */
  #giveUpBehind(employeeIds: Iterable<EmployeeId>, error: unknown): void {
    for (const employeeId of employeeIds) {
      for (const turn of this.#lanes.get(employeeId)?.waiting ?? []) this.#giveUp(turn, error);
    }
  }

  /** Removes a call that has not begun. */
  #giveUp(turn: Turn, error: unknown): void {
    this.#waitingFacts -= turn.facts.length;
    turn.reject(error);
    for (const employeeId of turn.shares.keys()) {
      if (this.#lanes.get(employeeId)?.holder === turn) this.#passOn(employeeId);
      else this.#dequeue(turn, employeeId);
    }
  }

  #dequeue(turn: Turn, employeeId: EmployeeId): void {
    const lane = this.#lanes.get(employeeId);
    if (lane?.waiting.delete(turn)) lane.waitingFacts -= turn.shares.get(employeeId) ?? 0;
  }

  #passOn(employeeId: EmployeeId): void {
    const lane = this.#lanes.get(employeeId);
    const [next] = lane?.waiting ?? [];
    if (lane === undefined || next === undefined) {
      this.#lanes.delete(employeeId);
      return;
    }
    this.#dequeue(next, employeeId);
    lane.holder = next;
    next.held += 1;
    this.#beginIfReady(next);
  }
}

/** The number of facts about each employee. */
function sharesOf(facts: readonly Fact[]): ReadonlyMap<EmployeeId, number> {
  const shares = new Map<EmployeeId, number>();
  for (const { employeeId } of facts) shares.set(employeeId, (shares.get(employeeId) ?? 0) + 1);
  return shares;
}

function isAway(error: unknown): boolean {
  if (!(error instanceof AttendanceError)) return false;
  return error.failure.kind === 'STORE_UNAVAILABLE' || error.failure.kind === 'OVERLOADED';
}
