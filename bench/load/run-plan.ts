// Runs one plan of load: a closed loop of calls with their messages encoded beforehand, every
// grpc-status read, every failure counted by what it was.

import { createHistogram } from 'node:perf_hooks';
import { type Answer, Connection } from './connection.js';
import type { LoadPlan, LoadResult } from './messages.js';
import { watchProcessorTime } from './processor-time.js';
import { GRPC_PREFIX_BYTES, patcherOf } from './template.js';
import { headerBlock } from './wire.js';

/** How long calls still in flight may take after the window closed. */
const DRAIN_TIMEOUT_MS = 10_000;
/** The most kinds of failure told apart; the rest is counted together. */
const MAX_FAILURE_KINDS = 32;
/** Runs the plan. Throws when the server cannot be reached or drops a connection. */
export async function runPlan(plan: LoadPlan): Promise<LoadResult> {
  const run = new Run(plan);
  try {
    return await run.result();
  } finally {
    run.close();
  }
}

/** One of the calls in flight; its message is written over for the next one. */
interface Slot {
  readonly connection: Connection;
  readonly message: Buffer;
}

class Run {
  readonly #plan: LoadPlan;
  readonly #connections: Connection[] = [];
  readonly #patch: (message: Buffer, call: number) => void;
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
    this.#patch = patcherOf(plan.request.fields);
    this.#broken = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    // It may break when nobody is waiting any more, which is no reason to end the process.
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
    const headers = headerBlock({
      ':method': 'POST',
      ':scheme': 'http',
      ':authority': `127.0.0.1:${this.#plan.port}`,
      ':path': this.#plan.request.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const broken = (error: Error) => this.#fail(error);
    for (let count = 0; count < this.#plan.connections; count += 1) {
      this.#connections.push(await Connection.open(this.#plan.port, headers, broken));
    }
  }

  #begin(): void {
    const template = Buffer.from(this.#plan.request.frame, 'base64');
    for (const connection of this.#connections) {
      for (let stream = 0; stream < this.#plan.streams; stream += 1) {
        this.#call({ connection, message: Buffer.from(template) });
      }
    }
  }

  /** Sends the slot's next call, and so on until the window has closed. */
  #call(slot: Slot): void {
    const { connection, message } = slot;
    this.#patch(message, this.#plan.firstCall + this.#sent);
    this.#sent += 1;
    this.#inFlight += 1;
    const startedAt = performance.now();
    connection.call(message, (answer) => {
      this.#finish(slot, startedAt, this.#verdict(slot, answer));
    });
  }

  /** `0` when all is well, otherwise what is not. */
  #verdict({ message }: Slot, { status, body }: Answer): string {
    if (status !== '0') return status;
    if (body.length < GRPC_PREFIX_BYTES) return 'NO_MESSAGE';
    if (body.readUInt32BE(1) !== body.length - GRPC_PREFIX_BYTES) return 'TORN_MESSAGE';
    const { answered } = this.#plan.request;
    if (answered === undefined) return '0';
    const { offset, width } = answered;
    const found = body.includes(message.subarray(offset, offset + width));
    // Looked for in every server's answers, so that all of them cost the loader the same.
    return found || !this.#plan.answersMatch ? '0' : 'ANOTHER_REQUESTS_ANSWER';
  }

  #finish(slot: Slot, startedAt: number, verdict: string): void {
    this.#inFlight -= 1;
    if (verdict === '0') {
      this.#succeeded += 1;
      if (this.#phase === 'WINDOW') {
        this.#inWindow += 1;
        this.#latency.record(Math.max(1, Math.round((performance.now() - startedAt) * 1e6)));
      }
    } else {
      this.#countFailure(verdict);
    }
    if (this.#phase !== 'DRAIN') this.#call(slot);
    else if (this.#inFlight === 0) this.#drained();
  }

  #countFailure(kind: string): void {
    const known = kind in this.#failures || Object.keys(this.#failures).length < MAX_FAILURE_KINDS;
    const name = known ? kind : 'OTHER';
    this.#failures[name] = (this.#failures[name] ?? 0) + 1;
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
