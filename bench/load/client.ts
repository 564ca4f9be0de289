// The bench's end of the load process.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adopt, nextMessage, stop } from '../support/children.js';
import type { LoaderReply, LoadPlan, LoadResult } from './messages.js';

/** What a plan may take beyond its own lead-in and window: connecting and draining. */
const GRACE_MS = 20_000;

export class Loader {
  readonly #process: ChildProcess;

  /** Starts a load process on the cores of this one. */
  constructor() {
    const script = fileURLToPath(new URL('./loader.js', import.meta.url));
    this.#process = adopt(fork(script, { execArgv: [] }));
  }

  /** Runs a plan; one at a time. Throws when the plan could not be run to its end. */
  async run(plan: LoadPlan): Promise<LoadResult> {
    const timeoutMs = plan.leadInMs + plan.windowMs + GRACE_MS;
    const answer = nextMessage<LoaderReply>(this.#process, 'the load process', timeoutMs);
    this.#process.send(plan);
    const reply = await answer;
    if (reply.kind === 'FAILED') throw new Error(`under load: ${reply.message}`);
    return reply.result;
  }

  async stop(): Promise<void> {
    await stop(this.#process);
  }
}
