// Runs one plan of an open loop: calls arrive at times drawn beforehand, however long answers take,
// and each has a deadline that its client enforces. A call's time counts from its arrival time, so
// that a late sender does not make a slow server look fast.

import { performance } from 'node:perf_hooks';
import { poissonArrivals } from './arrivals.js';
import type { Answer } from './connection.js';
import type { OpenPlan, OpenResult } from './messages.js';
import { type OpenCall, OpenClient } from './open-client.js';
import { OpenTally } from './open-tally.js';
import { OutgoingCalls } from './outgoing.js';
import { watchProcessorTime } from './processor-time.js';
import { Queue } from './queue.js';

/** How often arrivals and deadlines are checked: the finest interval of a Node timer. */
const TICK_MS = 1;

/** Runs the plan. Throws if the server cannot be reached at the beginning. */
export async function runOpenPlan(plan: OpenPlan): Promise<OpenResult> {
  const run = new OpenRun(plan);
  try {
    return await run.result();
  } finally {
    run.close();
  }
}

interface Pending {
  readonly call: OpenCall;
  readonly client: OpenClient;
}

class OpenRun {
  readonly #plan: OpenPlan;
  readonly #arrivals: Float64Array;
  readonly #clients: readonly OpenClient[];
  readonly #calls: OutgoingCalls;
  readonly #tally: OpenTally;
  /** Calls sorted by deadline, which is the order of arrival. */
  readonly #pending = new Queue<Pending>();
  #startedAt = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(plan: OpenPlan) {
    this.#plan = plan;
    this.#arrivals = poissonArrivals({
      perSecond: plan.perSecond,
      durationMs: plan.leadInMs + plan.windowMs,
      seed: plan.seed,
    });
    this.#calls = new OutgoingCalls(plan, true);
    this.#tally = new OpenTally(plan);
    const ended = (call: OpenCall, answer: Answer) => this.#ended(call, answer);
    this.#clients = Array.from(
      { length: plan.connections },
      () => new OpenClient(plan.port, this.#calls, ended),
    );
  }

  async result(): Promise<OpenResult> {
    await Promise.all(this.#clients.map((client) => client.connect()));
    this.#startedAt = performance.now();
    const stopWatch = watchProcessorTime(this.#plan.serverPid);
    await this.#arrive();
    const busy = stopWatch();
    const endedAt = performance.now();
    await this.#settle();
    const { reconnects, goAways, lost } = this.#counts();
    return {
      ...this.#tally.result(),
      sent: this.#arrivals.length,
      reconnects,
      goAways,
      lost,
      busy,
      startedAtMs: performance.timeOrigin + this.#startedAt,
      endedAtMs: performance.timeOrigin + endedAt,
    };
  }

  close(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.close();
  }

  /** Until the last call has arrived. */
  #arrive(): Promise<void> {
    return this.#tickUntil(() => this.#next >= this.#arrivals.length);
  }

  /** Until the last call has ended, which its deadline ensures. */
  #settle(): Promise<void> {
    return this.#tickUntil(() => this.#pending.first === undefined);
  }

  #tickUntil(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#timer = setInterval(() => {
        this.#tick(performance.now());
        if (!done()) return;
        clearInterval(this.#timer);
        resolve();
      }, TICK_MS);
    });
  }

  #tick(now: number): void {
    for (let next = this.#due(now); next !== undefined; next = this.#due(now)) {
      this.#offer(next, now);
    }
    this.#giveUpUntil(now);
  }

  /** The arrival time of the next call, if it has passed. */
  #due(now: number): number | undefined {
    const offset = this.#arrivals[this.#next];
    if (offset === undefined || this.#startedAt + offset > now) return undefined;
    return this.#startedAt + offset;
  }

  #offer(dueAt: number, now: number): void {
    const client = this.#clients[this.#next % this.#clients.length];
    if (client === undefined) throw new Error('a plan needs a connection');
    const call: OpenCall = {
      number: this.#plan.firstCall + this.#next,
      dueAt,
      deadlineAt: dueAt + this.#plan.deadlineMs,
      state: 'QUEUED',
    };
    this.#next += 1;
    this.#tally.arrived(dueAt - this.#startedAt, now - dueAt);
    this.#pending.push({ call, client });
    client.offer(call);
  }

  /**
   * First the calls without a stream: cancelling a call with a stream makes room, and no client
   * should send a call that it is about to cancel.
   */
  #giveUpUntil(now: number): void {
    const sent: Pending[] = [];
    for (let first = this.#pending.first; first !== undefined; first = this.#pending.first) {
      const { state, deadlineAt } = first.call;
      if (state !== 'ENDED' && deadlineAt > now) break;
      this.#pending.shift();
      if (state === 'QUEUED') this.#giveUp(first);
      if (state === 'SENT') sent.push(first);
    }
    for (const each of sent) this.#giveUp(each);
  }

  #giveUp({ call, client }: Pending): void {
    const was = client.giveUp(call);
    if (was !== 'ENDED') this.#tally.gaveUp(call.dueAt - this.#startedAt, was);
  }

  #ended(call: OpenCall, answer: Answer): void {
    const { number, dueAt } = call;
    this.#tally.ended({
      number,
      dueMs: dueAt - this.#startedAt,
      verdict: this.#calls.verdict(number, answer),
      tookMs: performance.now() - dueAt,
    });
  }

  #counts(): { reconnects: number; goAways: number; lost: number } {
    const sum = { reconnects: 0, goAways: 0, lost: 0 };
    for (const { counts } of this.#clients) {
      sum.reconnects += counts.reconnects;
      sum.goAways += counts.goAways;
      sum.lost += counts.lost;
    }
    return sum;
  }
}
