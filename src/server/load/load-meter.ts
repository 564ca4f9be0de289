// How many calls may run at a time, and how many end in a second, learnt from those that ran. As
// many as keep the processor and the database busy, and no more: each further one only makes the
// others slower, and a turn of the event loop longer.

import { performance } from 'node:perf_hooks';

/** How long a call may take while others wait; where it takes longer even alone, twice that. */
const TARGET_RUN_MS = 25;
/** The fewest, the first guess, the most. */
const MIN_SLOTS = 4;
const FIRST_SLOTS = 24;
const MAX_SLOTS = 64;
/** Calls a second, as long as nothing has been measured. */
const FIRST_RATE = 1_000;
/** How often is learnt. */
export const SAMPLE_MS = 50;
/** How much of the latest sample goes into what is known of earlier ones. */
const SMOOTHING = 0.3;
/**
 * A call that runs for longer waits for something: a lock, a database that stands still. It does
 * not keep others from running; the sooner, the more time the processor has to spare.
 */
const PATIENCE_MS = 3_000;
const IDLE_PATIENCE_MS = 100;
/** Of the time, the share in which the loop works, below which the processor is called idle. */
const IDLE_BELOW = 0.5;
/** Of a sample, the share in which somebody waited, from which on there was enough to do. */
const BUSY_FROM = 0.5;

export class LoadMeter {
  slots = FIRST_SLOTS;
  callsPerSecond = FIRST_RATE;
  isIdle = true;
  /** How long a call takes while nobody waits. */
  #calmRunMs = 0;
  #ended = 0;
  #runMs = 0;
  /** Of the sample, the time in which somebody waited, and what ended in it. */
  #waitedForMs = 0;
  #endedMeanwhile = 0;
  #waitedForSinceMs: number | undefined;
  #sampledMs = performance.now();
  #utilization = performance.eventLoopUtilization();

  get patienceMs(): number {
    return this.isIdle ? IDLE_PATIENCE_MS : PATIENCE_MS;
  }

  /** Only while somebody waits, calls end as fast as they can. */
  waitedFor(isWaitedFor: boolean): void {
    if (isWaitedFor === (this.#waitedForSinceMs !== undefined)) return;
    const nowMs = performance.now();
    this.#addWaitedFor(nowMs);
    this.#waitedForSinceMs = isWaitedFor ? nowMs : undefined;
  }

  /** A call ended, and how long it ran. */
  ended(runMs: number): void {
    this.#ended += 1;
    this.#runMs += runMs;
    if (this.#waitedForSinceMs !== undefined) this.#endedMeanwhile += 1;
  }

  /** True when a sample was taken. */
  sample(nowMs: number): boolean {
    const tookMs = nowMs - this.#sampledMs;
    if (tookMs < SAMPLE_MS) return false;
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.isIdle = utilization < IDLE_BELOW;
    this.#utilization = now;
    this.#sampledMs = nowMs;
    this.#addWaitedFor(nowMs);
    if (this.#ended > 0) this.#learn(this.#waitedForMs / tookMs);
    this.#ended = 0;
    this.#runMs = 0;
    this.#waitedForMs = 0;
    this.#endedMeanwhile = 0;
    return true;
  }

  #addWaitedFor(nowMs: number): void {
    if (this.#waitedForSinceMs === undefined) return;
    this.#waitedForMs += nowMs - this.#waitedForSinceMs;
    this.#waitedForSinceMs = nowMs;
  }

  #learn(waitedForShare: number): void {
    const runMs = this.#runMs / this.#ended;
    if (this.#endedMeanwhile > 0) {
      const rate = (this.#endedMeanwhile / this.#waitedForMs) * 1_000;
      this.callsPerSecond = smooth(this.callsPerSecond, rate, SMOOTHING * waitedForShare);
    }
    if (waitedForShare < BUSY_FROM) {
      this.#calmRunMs = smooth(this.#calmRunMs, runMs);
      this.slots = smooth(this.slots, Math.max(this.slots, FIRST_SLOTS));
      // Little is learnt while few wait: what was learnt in a bad moment is not to stay.
      this.callsPerSecond = smooth(this.callsPerSecond, Math.max(this.callsPerSecond, FIRST_RATE));
      return;
    }
    const targetMs = Math.max(TARGET_RUN_MS, this.#calmRunMs * 2);
    const wanted = Math.min(Math.max((this.slots * targetMs) / runMs, MIN_SLOTS), MAX_SLOTS);
    this.slots = smooth(this.slots, wanted);
  }
}

function smooth(known: number, latest: number, share = SMOOTHING): number {
  return known + (latest - known) * share;
}
