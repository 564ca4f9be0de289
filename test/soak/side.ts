// A side of the soak in a process of its own: neither waits for the other's event loop, and its
// connections end with it, whatever pool of whatever library keeps them.

import { type ChildProcess, fork } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';

/** It holds a whole attack's bodies and sockets. */
const HEAP_MB = 2_048;
/** The word that asks a side to come to an end. */
export const END = 'END';

export class Side<Word> {
  readonly #process: ChildProcess;
  readonly #what: string;
  readonly #endTimeoutMs: number;

  /** Begins at once with its order; `heard` hears every word. */
  constructor(
    script: URL,
    order: object,
    heard: (word: Word) => void,
    { what, endTimeoutMs }: { readonly what: string; readonly endTimeoutMs: number },
  ) {
    this.#what = what;
    this.#endTimeoutMs = endTimeoutMs;
    const execArgv = ['--enable-source-maps', `--max-old-space-size=${HEAP_MB}`];
    this.#process = fork(script, { execArgv });
    this.#process.on('message', heard);
    this.#process.send(order);
  }

  /** Rejects when it ends before it is told to. */
  async failed(): Promise<never> {
    const [code, signal] = await once(this.#process, 'exit');
    throw new Error(`${this.#what} ended by themselves: ${code ?? signal}`);
  }

  /** Tells it to end and waits until all of it has. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), this.#endTimeoutMs);
    if (this.#process.connected) this.#process.send(END);
    await gone;
    clearTimeout(timer);
  }
}

/** The other end, in the side's own process: runs its order and says its last word. */
export function beSide<Order, Word>(
  run: (order: Order, ended: AbortSignal, say: (word: Word) => void) => Promise<Word>,
): void {
  const ending = new AbortController();
  // Everything that is going on listens; Node's warning of a leak at eleven does not apply.
  setMaxListeners(0, ending.signal);
  const say = (word: Word, said?: () => void) =>
    process.send?.(word, undefined, undefined, () => said?.());
  process.on('message', (message: Order | typeof END) => {
    if (message === END) ending.abort();
    else {
      const last = run(message as Order, ending.signal, (word) => say(word));
      void last.then((word) => say(word, () => process.exit(0)));
    }
  });
  process.once('disconnect', () => process.exit(1));
  // Ctrl-C reaches the whole group; the soak decides when its processes end.
  process.on('SIGINT', () => undefined);
}
