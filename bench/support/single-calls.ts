// Calls one at a time over a connection of their own, beside a load: what somebody else sees of
// the service meanwhile.

import type { Answer } from '../load/connection.js';
import { type OpenCall, OpenClient } from '../load/open-client.js';
import { OutgoingCalls } from '../load/outgoing.js';
import type { RequestTemplate } from '../load/template.js';

/** How a call ended when its caller had given it up. */
export const NO_ANSWER = 'NO_ANSWER';

export class SingleCalls {
  readonly #client: OpenClient;
  readonly #calls: OutgoingCalls;
  readonly #deadlineMs: number;
  readonly #waiting = new Map<OpenCall, (verdict: string) => void>();
  #next: number;

  /** Calls count from `firstCall`. */
  constructor(port: number, request: RequestTemplate, deadlineMs: number, firstCall = 0) {
    this.#calls = new OutgoingCalls({ port, requests: [request], answersMatch: true }, true);
    this.#client = new OpenClient(port, this.#calls, (call, answer) => this.#ended(call, answer));
    this.#deadlineMs = deadlineMs;
    this.#next = firstCall;
  }

  /** Throws when the server takes no connection. */
  async connect(): Promise<void> {
    await this.#client.connect();
  }

  /** Makes the next call: `0` when it went well, otherwise what did not. Never rejects. */
  call(): Promise<string> {
    return new Promise((resolve) => {
      const dueAt = performance.now();
      const deadlineAt = dueAt + this.#deadlineMs;
      const call: OpenCall = { number: this.#next, dueAt, deadlineAt, state: 'QUEUED' };
      this.#next += 1;
      const timer = setTimeout(() => this.#giveUp(call), this.#deadlineMs);
      this.#waiting.set(call, (verdict) => {
        clearTimeout(timer);
        resolve(verdict);
      });
      this.#client.offer(call);
    });
  }

  /** Calls without an answer end. */
  close(): void {
    this.#client.close();
    for (const call of this.#waiting.keys()) this.#settle(call, NO_ANSWER);
  }

  #ended(call: OpenCall, answer: Answer): void {
    this.#settle(call, this.#calls.verdict(call.number, answer));
  }

  #giveUp(call: OpenCall): void {
    this.#client.giveUp(call);
    this.#settle(call, NO_ANSWER);
  }

  #settle(call: OpenCall, verdict: string): void {
    const settle = this.#waiting.get(call);
    this.#waiting.delete(call);
    settle?.(verdict);
  }
}
