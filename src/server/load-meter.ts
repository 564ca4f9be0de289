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

export class LoadMeter {
  slots = FIRST_SLOTS;
  callsPerSecond = FIRST_RATE;
  isIdle = true;
  /** How long a call takes while nobody waits. */
  #calmRunMs = 0;
  #ended = 0;
  #runMs = 0;
  #sampledMs = performance.now();
  #utilization = performance.eventLoopUtilization();

  get patienceMs(): number {
    return this.isIdle ? IDLE_PATIENCE_MS : PATIENCE_MS;
  }

  /** A call ended, and how long it ran. */
  ended(runMs: number): void {
    this.#ended += 1;
    this.#runMs += runMs;
  }

  /** True when a sample was taken. `isWaitedFor`: only then calls end as fast as they can. */
  sample(nowMs: number, isWaitedFor: boolean): boolean {
    const tookMs = nowMs - this.#sampledMs;
    if (tookMs < SAMPLE_MS) return false;
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.isIdle = utilization < IDLE_BELOW;
    this.#utilization = now;
    this.#sampledMs = nowMs;
    if (this.#ended > 0) this.#learn(isWaitedFor, tookMs);
    this.#ended = 0;
    this.#runMs = 0;
    return true;
  }

  #learn(isWaitedFor: boolean, tookMs: number): void {
    const runMs = this.#runMs / this.#ended;
    if (!isWaitedFor) {
      this.#calmRunMs = smooth(this.#calmRunMs, runMs);
      this.slots = smooth(this.slots, Math.max(this.slots, FIRST_SLOTS));
      return;
    }
    this.callsPerSecond = smooth(this.callsPerSecond, (this.#ended / tookMs) * 1_000);
    const targetMs = Math.max(TARGET_RUN_MS, this.#calmRunMs * 2);
    const wanted = Math.min(Math.max((this.slots * targetMs) / runMs, MIN_SLOTS), MAX_SLOTS);
    this.slots = smooth(this.slots, wanted);
  }
}

function smooth(known: number, latest: number): number {
  return known + (latest - known) * SMOOTHING;
}
