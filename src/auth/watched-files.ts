// Notices that files have changed, by looking at them. Looking works where telling does not: on
// mounted secrets and network file systems.

import { stat } from 'node:fs/promises';

const LOOK_EVERY_MS = 1000;

export class WatchedFiles {
  readonly #paths: readonly string[];
  readonly #onChange: () => Promise<void>;
  /** What the files looked like when they were last read. */
  #seen = '';
  #timer: NodeJS.Timeout | undefined;

  /** `onChange` is called after each change, never twice at a time; it must not reject. */
  constructor(paths: readonly string[], onChange: () => Promise<void>) {
    this.#paths = paths;
    this.#onChange = onChange;
  }

  /** Reads the files by `read` for the first time and looks at them from then on. Rejects as it does. */
  async start<T>(read: () => Promise<T>): Promise<T> {
    this.#seen = await this.#look();
    const first = await read();
    this.#lookAgain();
    return first;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookAgain(): void {
    const timer = setTimeout(async () => {
      const found = await this.#look();
      if (found !== this.#seen) {
        // Remembered before the files are read: what is written meanwhile is another state.
        this.#seen = found;
        await this.#onChange();
      }
      if (this.#timer === timer) this.#lookAgain();
    }, LOOK_EVERY_MS);
    timer.unref();
    this.#timer = timer;
  }

  /** A text that differs when a file does; never rejects. */
  async #look(): Promise<string> {
    const looks = await Promise.all(this.#paths.map(lookOf));
    return looks.join(', ');
  }
}

async function lookOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
  }
}
