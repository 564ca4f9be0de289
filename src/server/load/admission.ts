// Decides which calls run now, which wait, and which are refused at once. Without it, an overloaded
// service answers nobody: calls wait until their callers are gone, and the work goes into answers
// that nobody reads.
//
// A call is *running* while its handler works. The number that may run at a time is learnt
// (load-meter.ts). The others wait, each connection in a line of its own. The lines take turns, so
// a greedy connection delays only itself. A call that would wait longer than a share of its
// deadline is refused before it costs anything. Health checks do not pass through here.

import type { Connection } from '../exchange/connections.js';
import { LoadMeter, SAMPLE_MS } from './load-meter.js';

export interface AdmissionLimits {
  /** Calls that may run at a time, even if they only wait for something. */
  readonly runningCalls: number;
  /** Calls that may wait for their turn. */
  readonly waitingCalls: number;
}

/** A running call's place. `release` gives it back; safe to call again. */
export interface Place {
  release(): void;
}

export interface Caller {
  readonly connection: Connection;
  /** The time until its deadline, in ms. */
  readonly timeoutMs: number;
  readonly run: (place: Place) => void;
  readonly leave: (why: 'late' | 'refused', retryAfterMs: number) => void;
}

export interface Admission {
  /**
   * Undefined if a call of this connection with `timeoutMs` left may come in. Otherwise the delay
   * in ms after which a retry is worthwhile. Costs almost nothing, so ask it first. `before`: the
   * most calls that have arrived and will enter before this one.
   */
  refusal(connection: Connection, timeoutMs: number, before: number): number | undefined;
  /**
   * Calls `run` when it is this call's turn, perhaps at once, or `leave` if the call is too late or
   * refused. The returned function gives up waiting: then neither is called.
   */
  enter(caller: Caller): () => void;
  readonly waiting: number;
}

/** The share of its remaining time that a call may wait, because its work takes time too. */
const WAIT_SHARE = 1 / 4;
/** The longest wait, whatever the deadline: a caller that is refused at once can go elsewhere. */
const MAX_WAIT_MS = 4_000;
/** The share of the slots that one connection may take while others wait. */
const CONNECTION_SHARE = 1 / 2;
/**
 * The hard bound on waiting calls, as a multiple of `waitingCalls`, for connections with short
 * lines.
 */
const LAST_BOUND = 2;
/**
 * The most calls that start in one event-loop turn. A call that is answered from memory ends within
 * the turn, so without a bound all waiting calls would run at once, and nothing else.
 */
const MAX_BEGUN_A_TURN = 8;
/** The shortest delay for a refused caller. Delays are multiples of it. */
const RETRY_STEP_MS = 100;

interface Waiting {
  readonly caller: Caller;
  readonly untilMs: number;
}

interface Line {
  readonly calls: Waiting[];
  /** The running calls of this line that take a slot. */
  counted: number;
}

interface Running {
  readonly line: Line;
  readonly startedMs: number;
  /** Whether it takes a slot. A call that has run for too long takes none. */
  isCounted: boolean;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  return new FairAdmission(limits);
}

class FairAdmission implements Admission {
  waiting = 0;
  readonly #limits: AdmissionLimits;
  readonly #lines = new WeakMap<Connection, Line>();
  /** The lines with waiting calls, in the order of their turns. */
  readonly #turns = new Set<Line>();
  /** In the order in which they started. */
  readonly #running = new Set<Running>();
  #counted = 0;
  readonly #load = new LoadMeter();
  #timer: NodeJS.Timeout | undefined;
  #begunInTurn = 0;
  #isNextTurnAwaited = false;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  refusal(connection: Connection, timeoutMs: number, before: number): number | undefined {
    this.#look();
    if (this.waiting + before === 0 && this.#hasRoom()) return undefined;
    const line = this.#lineOf(connection);
    const waitMs = this.#waitMs(before + this.#ahead(line) - this.#free);
    return this.#areTooMany(line) || waitMs > allowedWaitMs(timeoutMs)
      ? retryAfterMs(waitMs)
      : undefined;
  }

  enter(caller: Caller): () => void {
    const retryMs = this.refusal(caller.connection, caller.timeoutMs, 0);
    if (retryMs !== undefined) {
      caller.leave('refused', retryMs);
      return () => {};
    }
    const line = this.#lineOf(caller.connection);
    if (this.waiting === 0 && this.#hasRoom()) {
      this.#run(line, caller);
      return () => {};
    }
    const waiting: Waiting = { caller, untilMs: performance.now() + caller.timeoutMs };
    line.calls.push(waiting);
    this.#count(1);
    this.#turns.add(line);
    this.#timer ??= setInterval(() => this.#tick(), SAMPLE_MS).unref();
    return () => this.#giveUp(line, waiting);
  }

  #lineOf(connection: Connection): Line {
    const known = this.#lines.get(connection);
    if (known !== undefined) return known;
    const line: Line = { calls: [], counted: 0 };
    this.#lines.set(connection, line);
    return line;
  }

  #hasRoom(): boolean {
    return (
      this.#begunInTurn < MAX_BEGUN_A_TURN &&
      this.#counted < this.#load.slots &&
      this.#running.size < this.#limits.runningCalls
    );
  }

  /** How many calls could start now, in this turn or the next ones. */
  get #free(): number {
    const { runningCalls } = this.#limits;
    const free = Math.min(this.#load.slots - this.#counted, runningCalls - this.#running.size);
    return Math.max(free, 0);
  }

  #count(change: 1 | -1): void {
    this.waiting += change;
    this.#load.waitedFor(this.waiting > 0);
  }

  /**
   * When all places are taken, a line with less than its share may still grow, up to a hard bound.
   */
  #areTooMany(line: Line): boolean {
    const { waitingCalls } = this.#limits;
    if (this.waiting < waitingCalls) return false;
    const share = waitingCalls / (this.#turns.size + 1);
    return line.calls.length >= share || this.waiting >= waitingCalls * LAST_BOUND;
  }

  /**
   * The calls that run before a new call of this line. As lines take turns, these are the calls
   * that wait in its own line, and as many of each other line.
   */
  #ahead(line: Line): number {
    const lines = this.#turns.size + (this.#turns.has(line) ? 0 : 1);
    return Math.min(this.waiting, (line.calls.length + 1) * lines);
  }

  #waitMs(ahead: number): number {
    return (Math.max(ahead, 0) / this.#load.callsPerSecond) * 1_000;
  }

  #run(line: Line, caller: Caller): void {
    const running: Running = { line, startedMs: performance.now(), isCounted: true };
    this.#running.add(running);
    this.#counted += 1;
    line.counted += 1;
    this.#begunInTurn += 1;
    this.#awaitNextTurn();
    caller.run({
      release: () => {
        if (!this.#running.delete(running)) return;
        const runMs = performance.now() - running.startedMs;
        // A call that waited for something else says nothing about how long work takes.
        if (running.isCounted || !this.#load.isIdle) this.#load.ended(runMs);
        this.#uncount(running);
        if (this.waiting > 0) this.#awaitNextTurn();
      },
    });
  }

  #uncount(running: Running): void {
    if (!running.isCounted) return;
    running.isCounted = false;
    this.#counted -= 1;
    running.line.counted -= 1;
  }

  #awaitNextTurn(): void {
    if (this.#isNextTurnAwaited) return;
    this.#isNextTurnAwaited = true;
    setImmediate(() => {
      this.#isNextTurnAwaited = false;
      this.#begunInTurn = 0;
      this.#next();
    });
  }

  /** Starts waiting calls, line by line. */
  #next(): void {
    this.#look();
    const most = Math.ceil(this.#load.slots * CONNECTION_SHARE);
    let passedOver = 0;
    for (const line of this.#turns) {
      if (passedOver >= this.#turns.size || !this.#hasRoom()) break;
      this.#turns.delete(line);
      const isTooGreedy = this.#turns.size > 0 && line.counted >= most;
      const first = isTooGreedy ? undefined : line.calls.shift();
      if (first !== undefined) {
        this.#count(-1);
        this.#run(line, first.caller);
      }
      passedOver = first === undefined ? passedOver + 1 : 0;
      // Moves the line to the end: a Set's iterator also visits entries that are added during the
      // loop.
      if (line.calls.length > 0) this.#turns.add(line);
    }
    if (this.waiting > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #giveUp(line: Line, waiting: Waiting): void {
    const index = line.calls.indexOf(waiting);
    if (index < 0) return;
    line.calls.splice(index, 1);
    this.#count(-1);
    if (line.calls.length === 0) this.#turns.delete(line);
  }

  /** For lines that no ending call moves on: deadlines pass in them, or calls run for too long. */
  #tick(): void {
    const nowMs = performance.now();
    for (const line of this.#turns) {
      const late = line.calls.filter(({ untilMs }) => untilMs <= nowMs);
      for (const waiting of late) {
        this.#giveUp(line, waiting);
        waiting.caller.leave('late', RETRY_STEP_MS);
      }
    }
    this.#next();
  }

  #look(): void {
    const nowMs = performance.now();
    if (!this.#load.sample(nowMs)) return;
    for (const running of this.#running) {
      if (nowMs - running.startedMs < this.#load.patienceMs) break;
      this.#uncount(running);
    }
  }
}

function allowedWaitMs(timeoutMs: number): number {
  return Math.min(timeoutMs * WAIT_SHARE, MAX_WAIT_MS);
}

function retryAfterMs(waitMs: number): number {
  const steps = Math.ceil(Math.min(waitMs, MAX_WAIT_MS) / RETRY_STEP_MS);
  return Math.max(steps, 1) * RETRY_STEP_MS;
}
