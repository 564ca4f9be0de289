// The soak's end of the attackers' process.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ActorRecord, Target } from './bout.js';

/** Longer than any actor takes to let go. */
const END_TIMEOUT_MS = 20_000;
/** It holds a whole attack's bodies and sockets. */
const HEAP_MB = 2_048;

export interface HostileOrder {
  readonly target: Target;
  /** Of the actors that attack. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly scale: number;
  readonly boutMs: number;
  readonly patientBoutMs: number;
}

export type HostileWord =
  | { readonly kind: 'began' | 'ended'; readonly actor: string }
  | { readonly kind: 'records'; readonly records: Readonly<Record<string, ActorRecord>> };

export class Attackers {
  readonly #process: ChildProcess;
  readonly #attacking = new Map<string, number>();
  #records: Readonly<Record<string, ActorRecord>> | undefined;

  constructor(order: HostileOrder) {
    const script = fileURLToPath(new URL('./hostile-main.js', import.meta.url));
    const execArgv = ['--enable-source-maps', `--max-old-space-size=${HEAP_MB}`];
    this.#process = fork(script, { execArgv });
    this.#process.on('message', (word: HostileWord) => this.#hear(word));
    this.#process.send(order);
  }

  /** Rejects when they end before they are told to. */
  async failed(): Promise<never> {
    const [code, signal] = await once(this.#process, 'exit');
    throw new Error(`the attackers ended by themselves: ${code ?? signal}`);
  }

  /** Who attacks at this moment. */
  get attacking(): readonly string[] {
    return [...this.#attacking].filter(([, count]) => count > 0).map(([name]) => name);
  }

  /** Ends them with all their connections. What each came to; empty when they do not say. */
  async end(): Promise<Readonly<Record<string, ActorRecord>>> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'exit');
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_TIMEOUT_MS);
      if (this.#process.connected) this.#process.send('END');
      await gone;
      clearTimeout(timer);
    }
    return this.#records ?? {};
  }

  #hear(word: HostileWord): void {
    if (word.kind === 'records') {
      this.#records = word.records;
      return;
    }
    const change = word.kind === 'began' ? 1 : -1;
    this.#attacking.set(word.actor, (this.#attacking.get(word.actor) ?? 0) + change);
  }
}
