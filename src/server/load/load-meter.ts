// Learns from the calls that ran how many may run at a time and how many end per second. Enough
// calls should run to keep the processor and the database busy, and no more: each further call only
// slows the others and lengthens an event-loop turn.

import { performance } from 'node:perf_hooks';

/** How long a call may run while others wait; at least twice its run time while none waits. */
const TARGET_RUN_MS = 25;
/** The lowest, first and highest number of slots. */
const MIN_SLOTS = 4;
const FIRST_SLOTS = 24;
const MAX_SLOTS = 64;
/** Calls per second, until something is measured. */
const FIRST_RATE = 1_000;
/** The interval at which the meter learns. */
export const SAMPLE_MS = 50;
/** The weight of the latest sample against the earlier ones. */
const SMOOTHING = 0.3;
/**
 * A call that runs longer than this waits for something: a lock, or a database that stands still.
 * It does not keep others from running, so it gives up its slot; sooner if the processor is idle.
 */
const PATIENCE_MS = 3_000;
const IDLE_PATIENCE_MS = 100;
/** The processor counts as idle if the event loop works for less than this share of the time. */
const IDLE_BELOW = 0.5;
/** A sample counts as busy if calls waited for at least this share of it. */
const BUSY_FROM = 0.5;

export class LoadMeter {
  slots = FIRST_SLOTS;
  callsPerSecond = FIRST_RATE;
  isIdle = true;
  /** How long a call runs while none waits, in ms. */
  #calmRunMs = 0;
  #ended = 0;
  #runMs = 0;
  /**
   * In this sample: the time in which calls waited, and the number of calls that ended in that
   * time.
   */
  #waitedForMs = 0;
  #endedMeanwhile = 0;
  #waitedForSinceMs: number | undefined;
  #sampledMs = performance.now();
  #utilization = performance.eventLoopUtilization();

  get patienceMs(): number {
    return this.isIdle ? IDLE_PATIENCE_MS : PATIENCE_MS;
  }

  /** Reports whether calls wait. Only while calls wait, the others end as fast as they can. */
  waitedFor(isWaitedFor: boolean): void {
    if (isWaitedFor === (this.#waitedForSinceMs !== undefined)) return;
    const nowMs = performance.now();
    this.#addWaitedFor(nowMs);
    this.#waitedForSinceMs = isWaitedFor ? nowMs : undefined;
  }

  /** Reports that a call ended after `runMs`. */
  ended(runMs: number): void {
    this.#ended += 1;
    this.#runMs += runMs;
    if (this.#waitedForSinceMs !== undefined) this.#endedMeanwhile += 1;
  }

  /** Returns true if a sample was taken. */
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
      // Little is learnt while few calls wait, so a bad moment must not keep its influence.
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
