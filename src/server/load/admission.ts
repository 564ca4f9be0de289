// Who is served now, who waits, and who is told at once to come again later. Without it, a service
// that is asked for more than it can do answers nobody: calls wait in line until their callers
// have gone, and the time goes into answers that nobody reads.
//
// A call is *running* while its handler works. How many may run at a time is learnt (load-meter.ts).
// The others wait, each connection in a line of its own, and the lines take turns, so that one
// greedy connection delays nobody but itself. A call that would wait for longer than a share of its
// deadline is refused before it costs anything. Health checks are not held up here.

import type { Connection } from '../exchange/connections.js';
import { LoadMeter, SAMPLE_MS } from './load-meter.js';

export interface AdmissionLimits {
  /** Calls that may run at a time, whatever they wait for. */
  readonly runningCalls: number;
  /** Calls that may wait for their turn. */
  readonly waitingCalls: number;
}

/** A call's place among those that run. `release` gives it back; safe to call again. */
export interface Place {
  release(): void;
}

export interface Caller {
  readonly connection: Connection;
  /** What is left of its deadline. */
  readonly timeoutMs: number;
  readonly run: (place: Place) => void;
  readonly leave: (why: 'late' | 'refused', retryAfterMs: number) => void;
}

export interface Admission {
  /**
   * Undefined when a call of this connection, with so much time left, may come in; else after how
   * many milliseconds it is worth trying again. Costs next to nothing: to be asked first. `before`:
   * how many have come, at most, that will ask to enter before it.
   */
  refusal(connection: Connection, timeoutMs: number, before: number): number | undefined;
  /**
   * Calls `run` when it is this call's turn, maybe at once, or `leave` when it is not served any
   * more: too late, or refused. The returned function gives up waiting: then neither is called.
   */
  enter(caller: Caller): () => void;
  readonly waiting: number;
}

/** Of what is left of a deadline, the share that a call may spend waiting: work takes time too. */
const WAIT_SHARE = 1 / 4;
/** The longest wait, whatever the deadline: a caller who hears at once can go elsewhere. */
const MAX_WAIT_MS = 4_000;
/** Of the slots, the share that one connection may have while others wait. */
const CONNECTION_SHARE = 1 / 2;
/** How many times the calls that may wait do wait at most, while their lines are short. */
const LAST_BOUND = 2;
/**
 * In one turn of the event loop so many begin. A call that is answered from memory ends before the
 * loop turns: without a bound all that wait would run in one piece, and nobody else.
 */
const MAX_BEGUN_A_TURN = 8;
/** What a refused caller is told to wait at least. Waits are told in steps of this. */
const RETRY_STEP_MS = 100;

interface Waiting {
  readonly caller: Caller;
  readonly untilMs: number;
}

interface Line {
  readonly calls: Waiting[];
  /** Of this line, those that are counted. */
  counted: number;
}

interface Running {
  readonly line: Line;
  readonly startedMs: number;
  /** Whether it takes a slot; not any more once it has run for too long. */
  isCounted: boolean;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  return new FairAdmission(limits);
}

class FairAdmission implements Admission {
  waiting = 0;
  readonly #limits: AdmissionLimits;
  readonly #lines = new WeakMap<Connection, Line>();
  /** The lines in which somebody waits, in the order of their turns. */
  readonly #turns = new Set<Line>();
  /** In the order in which they began. */
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

  /** How many could begin now, in this turn or the next ones. */
  get #free(): number {
    const { runningCalls } = this.#limits;
    const free = Math.min(this.#load.slots - this.#counted, runningCalls - this.#running.size);
    return Math.max(free, 0);
  }

  #count(change: 1 | -1): void {
    this.waiting += change;
    this.#load.waitedFor(this.waiting > 0);
  }

  /** A line that has less than its share may be joined when all are full, up to a last bound. */
  #areTooMany(line: Line): boolean {
    const { waitingCalls } = this.#limits;
    if (this.waiting < waitingCalls) return false;
    const share = waitingCalls / (this.#turns.size + 1);
    return line.calls.length >= share || this.waiting >= waitingCalls * LAST_BOUND;
  }

  /** As the lines take turns: what waits before it in its own line, and as many of each other's. */
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
        // One that waited for something else says nothing of how long work takes.
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

  /** Lets run who can, line by line. */
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
      // To the end of the order: a Set is walked on to what is added meanwhile.
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

  /** For lines that nobody's end moves on: in them deadlines pass, and calls run for too long. */
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
