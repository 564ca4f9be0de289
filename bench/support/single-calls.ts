// Makes calls one at a time over a separate connection, beside a load: what another caller sees of
// the service meanwhile.

import type { Answer } from '../load/connection.js';
import { type OpenCall, OpenClient } from '../load/open-client.js';
import { OutgoingCalls } from '../load/outgoing.js';
import type { RequestTemplate } from '../load/template.js';

/** The result of a call that its caller cancelled. */
export const NO_ANSWER = 'NO_ANSWER';

export class SingleCalls {
  readonly #client: OpenClient;
  readonly #calls: OutgoingCalls;
  readonly #deadlineMs: number;
  readonly #waiting = new Map<OpenCall, (verdict: string) => void>();
  #next: number;

  /** The numbers of calls begin at `firstCall`. */
  constructor(port: number, request: RequestTemplate, deadlineMs: number, firstCall = 0) {
    this.#calls = new OutgoingCalls({ port, requests: [request], answersMatch: true }, true);
    this.#client = new OpenClient(port, this.#calls, (call, answer) => this.#ended(call, answer));
    this.#deadlineMs = deadlineMs;
    this.#next = firstCall;
  }

  /** Throws if the server refuses the connection. */
  async connect(): Promise<void> {
    await this.#client.connect();
  }

  /** Makes the next call. Returns `0` if it succeeded, otherwise the failure. Never rejects. */
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

  /** Ends calls without an answer. */
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
