// Queues the roster changes of one process. All of them wait for one lock, and would do so on
// connections that punches need. Changes that queue up meanwhile share one transaction if they are
// independent. Must never carry out a command twice, nor let one command's error fail another.

import type { RosterCommand, RosterOutcome } from '../../app/ports/roster-ports.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { isRefusedForGood, STORE_RETRY_AFTER_MS } from '../postgres/errors.js';

/** The most roster changes that wait in one process. More are refused. */
export const MAX_WAITING_CHANGES = 1000;

/**
 * The most changes of one transaction. They are decided under the roster's lock, usually in some
 * tenths of a millisecond each, and everything that they read is in memory together.
 */
export const MAX_CHANGES_TOGETHER = 64;

/** The results of some commands, in order. */
export type ChangeResults = readonly PromiseSettledResult<RosterOutcome>[];

/**
 * Carries out commands in one transaction, each refused or done alone: one of any kind, or several
 * about the own rosters of distinct employees with distinct request ids. If it throws, none of them
 * was done; after STORE_UNAVAILABLE that is unknown.
 */
export type ChangeTogether = (commands: readonly RosterCommand[]) => Promise<ChangeResults>;

interface Turn {
  readonly command: RosterCommand;
  readonly caller: AbortSignal | undefined;
  readonly resolve: (outcome: RosterOutcome) => void;
  readonly reject: (error: unknown) => void;
  /** Whether it shared a transaction that failed. */
  isAlone: boolean;
}

export class RosterQueue {
  readonly #change: ChangeTogether;
  readonly #waiting: Turn[] = [];
  #underWay = 0;

  constructor(change: ChangeTogether) {
    this.#change = change;
  }

  /**
   * Runs the command in its turn and returns its outcome. Throws OVERLOADED if too many wait, and
   * the signal's reason if the caller has left by then: the command is not carried out.
   */
  async run(command: RosterCommand, caller: AbortSignal | undefined): Promise<RosterOutcome> {
    if (this.#waiting.length + this.#underWay >= MAX_WAITING_CHANGES) {
      const retryAfterMs = STORE_RETRY_AFTER_MS;
      throw new AttendanceError({ kind: 'OVERLOADED', queue: 'roster changes', retryAfterMs });
    }
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ command, caller, resolve, reject, isAlone: false });
      if (this.#underWay === 0) void this.#work();
    });
  }

  async #work(): Promise<void> {
    for (let turns = this.#next(); turns.length > 0; turns = this.#next()) {
      this.#underWay = turns.length;
      await this.#take(turns);
      this.#underWay = 0;
    }
  }

  /** The first waiting commands that can share a transaction. Skips callers who have left. */
  #next(): readonly Turn[] {
    const group = new Group();
    for (;;) {
      const [turn] = this.#waiting;
      if (turn === undefined) return group.turns;
      if (turn.caller?.aborted === true) turn.reject(turn.caller.reason);
      else if (!group.add(turn)) return group.turns;
      this.#waiting.shift();
    }
  }

  async #take(turns: readonly Turn[]): Promise<void> {
    try {
      const results = await this.#change(turns.map(({ command }) => command));
      for (const [index, turn] of turns.entries()) settle(turn, results[index]);
    } catch (error) {
      if (turns.length > 1 && isRefusedForGood(error)) {
        for (const turn of turns) turn.isAlone = true;
        this.#waiting.unshift(...turns);
        return;
      }
      for (const turn of turns) turn.reject(error);
      // Commands that waited meanwhile would only wait as long again, one after the other.
      if (isAway(error)) for (const turn of this.#waiting.splice(0)) turn.reject(error);
    }
  }
}

/** Turns that can share a transaction. */
class Group {
  readonly turns: Turn[] = [];
  readonly #employeeIds = new Set<string>();
  readonly #requestIds = new Set<string>();

  /** Returns false if the turn has to wait for these. */
  add(turn: Turn): boolean {
    const { command } = turn;
    const [first] = this.turns;
    if (first !== undefined && !(goesWithOthers(first) && this.#fits(turn))) return false;
    this.turns.push(turn);
    if ('employeeId' in command) this.#employeeIds.add(command.employeeId);
    if (command.requestId !== undefined) this.#requestIds.add(command.requestId);
    return true;
  }

  #fits(turn: Turn): boolean {
    const { command } = turn;
    if (this.turns.length >= MAX_CHANGES_TOGETHER || !goesWithOthers(turn)) return false;
    if ('employeeId' in command && this.#employeeIds.has(command.employeeId)) return false;
    return command.requestId === undefined || !this.#requestIds.has(command.requestId);
  }
}

/**
 * A change of the shared roster goes alone, because all employees whom it puts in two places must
 * be seen.
 */
function goesWithOthers({ command, isAlone }: Turn): boolean {
  return !isAlone && 'employeeId' in command;
}

function settle(turn: Turn, result: ChangeResults[number] | undefined): void {
  if (result === undefined) turn.reject(new Error('a change of the roster was not answered'));
  else if (result.status === 'fulfilled') turn.resolve(result.value);
  else turn.reject(result.reason);
}

function isAway(error: unknown): boolean {
  if (!(error instanceof AttendanceError)) return false;
  return error.failure.kind === 'STORE_UNAVAILABLE' || error.failure.kind === 'OVERLOADED';
}
