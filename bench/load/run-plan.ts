// Runs one plan of load: a closed loop of calls with messages encoded beforehand. Reads every
// grpc-status, and counts every failure by its kind.

import { createHistogram } from 'node:perf_hooks';
import { Connection } from './connection.js';
import { countKind } from './kinds.js';
import type { LoadPlan, LoadResult } from './messages.js';
import { OutgoingCalls } from './outgoing.js';
import { watchProcessorTime } from './processor-time.js';

/** How long calls still in flight may take after the window has closed. */
const DRAIN_TIMEOUT_MS = 10_000;

/** Runs the plan. Throws if the server cannot be reached or drops a connection. */
export async function runPlan(plan: LoadPlan): Promise<LoadResult> {
  const run = new Run(plan);
  try {
    return await run.result();
  } finally {
    run.close();
  }
}

class Run {
  readonly #plan: LoadPlan;
  readonly #connections: Connection[] = [];
  readonly #calls: OutgoingCalls;
  readonly #latency = createHistogram({ lowest: 1, highest: 60_000_000_000, figures: 3 });
  readonly #failures: Record<string, number> = {};
  #phase: 'LEAD_IN' | 'WINDOW' | 'DRAIN' = 'LEAD_IN';
  #sent = 0;
  #inFlight = 0;
  #succeeded = 0;
  #inWindow = 0;
  #drained: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  /** Rejects when a connection breaks. */
  readonly #broken: Promise<never>;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#calls = new OutgoingCalls(plan, false);
    this.#broken = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    // It may break when nothing waits any more, which is no reason to end the process.
    this.#broken.catch(() => undefined);
  }

  async result(): Promise<LoadResult> {
    const plan = this.#plan;
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    await this.#connect();
    this.#begin();
    await Promise.race([after(plan.leadInMs), this.#broken]);
    this.#phase = 'WINDOW';
    const openedAt = performance.now();
    const stopWatch = watchProcessorTime(plan.serverPid);
    await Promise.race([after(plan.windowMs), this.#broken]);
    this.#phase = 'DRAIN';
    const windowMs = performance.now() - openedAt;
    const busy = stopWatch();
    await Promise.race([drained, this.#broken, after(DRAIN_TIMEOUT_MS)]);
    if (this.#inFlight > 0) this.#failures.NO_ANSWER = this.#inFlight;
    return {
      sent: this.#sent,
      succeeded: this.#succeeded,
      failures: this.#failures,
      answeredInWindow: this.#inWindow,
      windowMs,
      p50Ms: this.#latency.percentile(50) / 1e6,
      p99Ms: this.#latency.percentile(99) / 1e6,
      busy,
    };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  async #connect(): Promise<void> {
    const broken = (error: Error) => this.#fail(error);
    for (let count = 0; count < this.#plan.connections; count += 1) {
      this.#connections.push(await Connection.open(this.#plan.port, { broken }));
    }
  }

  #begin(): void {
    for (const connection of this.#connections) {
      for (let stream = 0; stream < this.#plan.streams; stream += 1) this.#call(connection);
    }
  }

  /** Sends the next call, and so on until the window has closed. */
  #call(connection: Connection): void {
    const number = this.#plan.firstCall + this.#sent;
    this.#sent += 1;
    this.#inFlight += 1;
    const startedAt = performance.now();
    connection.call(this.#calls.headers(number), this.#calls.message(number), (answer) => {
      this.#finish(connection, startedAt, this.#calls.verdict(number, answer));
    });
  }

  #finish(connection: Connection, startedAt: number, verdict: string): void {
    this.#inFlight -= 1;
    if (verdict === '0') {
      this.#succeeded += 1;
      if (this.#phase === 'WINDOW') {
        this.#inWindow += 1;
        this.#latency.record(Math.max(1, Math.round((performance.now() - startedAt) * 1e6)));
      }
    } else {
      countKind(this.#failures, verdict);
    }
    if (this.#phase !== 'DRAIN') this.#call(connection);
    else if (this.#inFlight === 0) this.#drained();
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
