// The bench's side of the load process.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adopt, nextMessage, stop } from '../support/children.js';
import type {
  LoaderReply,
  LoaderRequest,
  LoadPlan,
  LoadResult,
  OpenPlan,
  OpenResult,
} from './messages.js';

/** The additional time beyond a plan's lead-in and window: for connecting and draining. */
const GRACE_MS = 20_000;

export class Loader {
  readonly #process: ChildProcess;

  /** Starts a load process on the cores of this one. */
  constructor() {
    const script = fileURLToPath(new URL('./loader.js', import.meta.url));
    this.#process = adopt(fork(script, { execArgv: [] }));
  }

  /** Runs a plan; one at a time. Throws if the plan could not be run completely. */
  async run(plan: LoadPlan): Promise<LoadResult> {
    const reply = await this.#ask({ kind: 'CLOSED', plan });
    if (reply.kind === 'RESULT') return reply.result;
    throw failureOf(reply);
  }

  /** The same for an open loop. */
  async runOpen(plan: OpenPlan): Promise<OpenResult> {
    const reply = await this.#ask({ kind: 'OPEN', plan });
    if (reply.kind === 'OPEN_RESULT') return reply.result;
    throw failureOf(reply);
  }

  #ask(request: LoaderRequest): Promise<LoaderReply> {
    const { leadInMs, windowMs } = request.plan;
    const timeoutMs = leadInMs + windowMs + GRACE_MS;
    const answer = nextMessage<LoaderReply>(this.#process, 'the load process', timeoutMs);
    this.#process.send(request);
    return answer;
  }

  async stop(): Promise<void> {
    await stop(this.#process);
  }
}

function failureOf(reply: LoaderReply): Error {
  return new Error(`under load: ${reply.kind === 'FAILED' ? reply.message : reply.kind}`);
}
