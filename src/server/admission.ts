// Who is served now, who waits, and who is told at once to come again later. Without it, a service
// that is asked for more than it can do answers nobody: calls wait in line until their callers
// have gone, and the time goes into answers that nobody reads.
//
// A call is *running* while its handler works. How many may run at a time follows from how long
// they take: as many as keep the processor busy, and no more, since each further one only makes the
// others slower. The others wait, each connection in a line of its own, and the lines take turns, so
// that one greedy connection delays nobody but itself. A call that would wait for longer than a
// share of its deadline is refused before it costs anything. Health checks are not held up here.

import { performance } from 'node:perf_hooks';
import type { Connection } from './connections.js';

export interface AdmissionLimits {
  /** Calls that may run at a time, whatever they do: those that wait for a database cost memory. */
  readonly runningCalls: number;
  /** Calls that may wait. */
  readonly waitingCalls: number;
}

/** A call's place. `release` gives it back; safe to call again. */
export interface Place {
  release(): void;
}

export interface Admission {
  /**
   * Undefined when a call of this connection, with so much time left, may come in; else after how
   * many milliseconds it is worth trying again. Costs next to nothing: to be asked first.
   */
  refusal(connection: Connection, timeoutMs: number): number | undefined;
  /**
   * Calls `run` when it is this call's turn, maybe at once, and `leave` when it is not served any
   * more: too late, or refused. Exactly one of them. The returned function gives up waiting.
   */
  enter(caller: Caller): () => void;
  readonly running: number;
  readonly waiting: number;
}

export interface Caller {
  readonly connection: Connection;
  /** What is left of its deadline. */
  readonly timeoutMs: number;
  readonly run: (place: Place) => void;
  readonly leave: (why: 'late' | 'refused', retryAfterMs: number) => void;
}

/** Of what is left of a deadline, the share that a call may spend waiting: work takes time too. */
const WAIT_SHARE = 1 / 4;
/** The longest wait, whatever the deadline: a caller who hears at once can go elsewhere. */
const MAX_WAIT_MS = 4_000;
/** How long a call may take while the processor is busy: more at a time, and all are slower. */
const TARGET_RUN_MS = 40;
/** Calls at a time on a busy processor: the fewest, the first guess, and the most. */
const MIN_SLOTS = 4;
const FIRST_SLOTS = 24;
const MAX_SLOTS = 64;
/** Calls that may begin between two samples while the processor is not busy. */
const CALM_STARTS = 64;
/** Of the slots, the share that one connection may have while others wait. */
const CONNECTION_SHARE = 1 / 2;
/** How often is looked at how busy the processor is, how fast calls end and who is late. */
const SAMPLE_MS = 50;
/** Of the time, the share in which the loop worked, from which on it is called busy. */
const BUSY = 0.9;
/** How much of the latest sample goes into what is known of earlier ones. */
const SMOOTHING = 0.3;
/** Calls a second, as long as nothing has been measured. */
const FIRST_RATE = 1_000;
/** What a refused caller is told to wait at least. */
const MIN_RETRY_MS = 100;

interface Waiting {
  readonly caller: Caller;
  readonly untilMs: number;
}

interface Line {
  readonly calls: Waiting[];
  running: number;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  return new FairAdmission(limits);
}

class FairAdmission implements Admission {
  running = 0;
  waiting = 0;
  readonly #limits: AdmissionLimits;
  readonly #lines = new WeakMap<Connection, Line>();
  /** The lines in which somebody waits, in the order of their turns. */
  readonly #turns = new Set<Line>();
  readonly #load = new LoadMeter();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  refusal(connection: Connection, timeoutMs: number): number | undefined {
    this.#load.sample(this.waiting > 0);
    if (this.#mayRun(undefined) && this.waiting === 0) return undefined;
    const waitMs = this.#expectedWaitMs(this.#lineOf(connection));
    const isTooMany = this.waiting >= this.#limits.waitingCalls;
    return isTooMany || waitMs > allowedWaitMs(timeoutMs) ? retryAfterMs(waitMs) : undefined;
  }

  enter(caller: Caller): () => void {
    const retryMs = this.refusal(caller.connection, caller.timeoutMs);
    if (retryMs !== undefined) {
      caller.leave('refused', retryMs);
      return () => {};
    }
    const line = this.#lineOf(caller.connection);
    if (this.waiting === 0 && this.#mayRun(undefined)) {
      this.#run(line, caller);
      return () => {};
    }
    const untilMs = performance.now() + caller.timeoutMs;
    const waiting: Waiting = { caller, untilMs };
    line.calls.push(waiting);
    this.waiting += 1;
    this.#turns.add(line);
    this.#timer ??= setInterval(() => this.#tick(), SAMPLE_MS).unref();
    return () => this.#giveUp(line, waiting);
  }

  #lineOf(connection: Connection): Line {
    const known = this.#lines.get(connection);
    if (known !== undefined) return known;
    const line: Line = { calls: [], running: 0 };
    this.#lines.set(connection, line);
    return line;
  }

  /** Whether one more may run; of that line, where one is given. */
  #mayRun(line: Line | undefined): boolean {
    if (this.running >= this.#limits.runningCalls) return false;
    return this.#load.mayStartMore || this.#hasSlot(line);
  }

  #hasSlot(line: Line | undefined): boolean {
    const { slots } = this.#load;
    if (this.running >= slots) return false;
    const isShared = this.#turns.size > 1;
    return !isShared || line === undefined || line.running < Math.ceil(slots * CONNECTION_SHARE);
  }

  /** As the lines take turns: what waits before it in its own line, and one of each other's. */
  #expectedWaitMs(line: Line): number {
    const lines = this.#turns.size + (this.#turns.has(line) ? 0 : 1);
    const ahead = Math.min(this.waiting, (line.calls.length + 1) * lines);
    return (ahead / this.#load.callsPerSecond) * 1_000;
  }

  #run(line: Line, caller: Caller): void {
    this.running += 1;
    line.running += 1;
    this.#load.started();
    const startedMs = performance.now();
    let isOver = false;
    caller.run({
      release: () => {
        if (isOver) return;
        isOver = true;
        this.running -= 1;
        line.running -= 1;
        this.#load.ended(performance.now() - startedMs);
        this.#next();
      },
    });
  }

  /** Lets run who can, line by line. */
  #next(): void {
    this.#load.sample(this.waiting > 0);
    let passedOver = 0;
    for (const line of this.#turns) {
      if (passedOver >= this.#turns.size || !this.#mayRun(undefined)) break;
      this.#turns.delete(line);
      const isServed = this.#mayRun(line) && this.#runFirst(line);
      passedOver = isServed ? 0 : passedOver + 1;
      // To the end of the order: a Set is walked on to what is added meanwhile.
      if (line.calls.length > 0) this.#turns.add(line);
    }
    if (this.waiting > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #runFirst(line: Line): boolean {
    const first = line.calls.shift();
    if (first === undefined) return false;
    this.waiting -= 1;
    this.#run(line, first.caller);
    return true;
  }

  #giveUp(line: Line, waiting: Waiting): void {
    const index = line.calls.indexOf(waiting);
    if (index < 0) return;
    line.calls.splice(index, 1);
    this.waiting -= 1;
    if (line.calls.length === 0) this.#turns.delete(line);
  }

  /** For lines that nobody's end moves on: in them deadlines pass, and the processor gets free. */
  #tick(): void {
    const nowMs = performance.now();
    for (const line of this.#turns) {
      const late = line.calls.filter(({ untilMs }) => untilMs <= nowMs);
      for (const waiting of late) {
        this.#giveUp(line, waiting);
        waiting.caller.leave('late', MIN_RETRY_MS);
      }
    }
    this.#next();
  }
}

function allowedWaitMs(timeoutMs: number): number {
  return Math.min(timeoutMs * WAIT_SHARE, MAX_WAIT_MS);
}

function retryAfterMs(waitMs: number): number {
  return Math.round(Math.min(Math.max(waitMs, MIN_RETRY_MS), MAX_WAIT_MS) / 100) * 100;
}

/** How busy the processor is, how many calls it can take at a time, and how many a second. */
class LoadMeter {
  slots = FIRST_SLOTS;
  callsPerSecond = FIRST_RATE;
  #isBusy = false;
  /** What a call takes while the processor is not busy: the waits for others, mostly. */
  #calmRunMs = 0;
  #startedSince = 0;
  #endedSince = 0;
  #runMsSince = 0;
  #sampledMs = performance.now();
  #utilization = performance.eventLoopUtilization();

  /** With time to spare, calls are not counted by their slots: they wait for something else. */
  get mayStartMore(): boolean {
    return !this.#isBusy && this.#startedSince < CALM_STARTS;
  }

  started(): void {
    this.#startedSince += 1;
  }

  ended(runMs: number): void {
    this.#endedSince += 1;
    this.#runMsSince += runMs;
  }

  /** `isWaitedFor`: only then calls end as fast as they can. */
  sample(isWaitedFor: boolean): void {
    const nowMs = performance.now();
    const tookMs = nowMs - this.#sampledMs;
    if (tookMs < SAMPLE_MS) return;
    const now = performance.eventLoopUtilization();
    this.#isBusy = performance.eventLoopUtilization(now, this.#utilization).utilization >= BUSY;
    this.#utilization = now;
    this.#sampledMs = nowMs;
    this.#startedSince = 0;
    if (this.#endedSince > 0) this.#learn(isWaitedFor, tookMs);
  }

  #learn(isWaitedFor: boolean, tookMs: number): void {
    const ended = this.#endedSince;
    const runMs = this.#runMsSince / ended;
    this.#endedSince = 0;
    this.#runMsSince = 0;
    if (isWaitedFor) this.callsPerSecond = smooth(this.callsPerSecond, (ended / tookMs) * 1_000);
    if (!this.#isBusy) {
      this.#calmRunMs = smooth(this.#calmRunMs, runMs);
      this.slots = smooth(this.slots, FIRST_SLOTS);
      return;
    }
    const targetMs = Math.max(TARGET_RUN_MS, this.#calmRunMs * 2);
    const wanted = Math.min(Math.max((this.slots * targetMs) / runMs, MIN_SLOTS), MAX_SLOTS);
    // Down at once: while too many run, all of them are late.
    this.slots = wanted < this.slots ? wanted : smooth(this.slots, wanted);
  }
}

function smooth(known: number, latest: number): number {
  return known + (latest - known) * SMOOTHING;
}
