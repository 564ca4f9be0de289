// Closes everything when the bench ends, however it ends. The latest is closed first.

/** How long one thing may take to close before the next one is closed. */
const CLOSE_TIMEOUT_MS = 15_000;

type Close = () => Promise<void> | void;

export class Cleanup {
  readonly #open: Close[] = [];
  #run: Promise<void> | undefined;

  /** Registers how to close something. After `run`, it is closed at once. */
  add(close: Close): void {
    this.#open.push(close);
    if (this.#run !== undefined) this.#run = this.#run.then(() => this.#closeAll());
  }

  /**
   * Closes everything; safe to call twice. Never throws: a failure to close is reported on stderr
   * and ignored.
   */
  run(): Promise<void> {
    this.#run ??= this.#closeAll();
    return this.#run;
  }

  async #closeAll(): Promise<void> {
    for (let close = this.#open.pop(); close !== undefined; close = this.#open.pop()) {
      await bounded(close).catch((error: unknown) => {
        process.stderr.write(`bench: while cleaning up: ${String(error)}\n`);
      });
    }
  }
}

async function bounded(close: Close): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('did not end in time')), CLOSE_TIMEOUT_MS);
  });
  try {
    await Promise.race([close(), late]);
  } finally {
    clearTimeout(timer);
  }
}
