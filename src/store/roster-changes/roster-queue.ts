// Changes of the roster of one process take turns: all of them wait for one lock, and would do so on
// connections that punches need. What has queued up meanwhile shares one transaction where the
// changes have nothing to do with each other. Must never carry out a command twice, nor let what
// is wrong with one be another's failure.

import type { RosterCommand, RosterOutcome } from '../../app/ports/roster-ports.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { isRefusedForGood, STORE_RETRY_AFTER_MS } from '../postgres/errors.js';

/** Changes of the roster that wait in one process for those before them; more are refused. */
export const MAX_WAITING_CHANGES = 1000;

/**
 * The most changes of one transaction. They are decided under the roster's lock, in some tenths of a
 * millisecond each as a rule, and what they read is in memory together.
 */
export const MAX_CHANGES_TOGETHER = 64;

/** What came of each of some commands, in their order. */
export type ChangeResults = readonly PromiseSettledResult<RosterOutcome>[];

/**
 * Carries out commands in one transaction, each refused or done alone: one of any kind, or several
 * about employees' own rosters, of distinct employees and with distinct request ids. What it
 * throws says that none of them was done; of STORE_UNAVAILABLE nobody knows.
 */
export type ChangeTogether = (commands: readonly RosterCommand[]) => Promise<ChangeResults>;

interface Turn {
  readonly command: RosterCommand;
  readonly caller: AbortSignal | undefined;
  readonly resolve: (outcome: RosterOutcome) => void;
  readonly reject: (error: unknown) => void;
  /** It was with others in a transaction that failed. */
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
   * The outcome of the command, when its turn has come. Throws OVERLOADED when too many wait, and
   * the signal's reason when the caller has left by then: it is not carried out.
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

  /** The first who wait, as many as can go together; nobody who has left. */
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
      // Those who waited as long meanwhile would only wait as long again, one after the other.
      if (isAway(error)) for (const turn of this.#waiting.splice(0)) turn.reject(error);
    }
  }
}

/** Turns that can go together. */
class Group {
  readonly turns: Turn[] = [];
  readonly #employeeIds = new Set<string>();
  readonly #requestIds = new Set<string>();

  /** False when the turn has to wait for these. */
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

/** What all employees share is changed alone: who is put in two places by it must be seen. */
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
