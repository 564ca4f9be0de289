// Writes the lines of the log to a file descriptor, without ever holding up the process. The reader
// of the log may be slow or go away, or the disk may be full: then lines are lost and counted, and
// nothing else happens. It must never throw, and never wait longer than its caller allows.
//
// pino's own destination keeps everything for a stuck reader, throws when a disk is full, and at
// the end of a process tries for ever to write to a reader that is gone.

import { write } from 'node:fs';
import { within } from '../metrics/timeout.js';

/** The text that may wait for a slow reader: some thousand lines. Further lines are lost. */
const MAX_WAITING_CHARS = 1024 * 1024;

/** The pause between two attempts while the reader of a pipe is behind. */
const BEHIND_PAUSE_MS = 100;

const NEWLINE = 10;

export class LogWriter {
  readonly #fd: number;
  readonly #lostLine: (lines: number) => string;
  #waiting = '';
  #isWriting = false;
  #lostLines = 0;
  #onIdle: (() => void)[] = [];

  /**
   * `lostLine` makes the line that reports the number of lost lines, when lines can be written
   * again.
   */
  constructor(fd: number, lostLine: (lines: number) => string) {
    this.#fd = fd;
    this.#lostLine = lostLine;
  }

  /** Takes whole lines only. */
  write(text: string): void {
    if (this.#waiting.length + text.length > MAX_WAITING_CHARS) {
      this.#lostLines += 1;
      return;
    }
    this.#waiting += text;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Resolves when all lines are written or lost, or after `timeoutMs`. */
  async written(timeoutMs: number): Promise<void> {
    if (!this.#isWriting) return;
    const idle = new Promise<void>((resolve) => this.#onIdle.push(resolve));
    await within(idle, timeoutMs, undefined);
  }

  #writeNext(): void {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    this.#isWriting = true;
    this.#put(bytes);
  }

  #put(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#put(bytes), BEHIND_PAUSE_MS);
      } else if (error !== null) {
        // An error such as EPIPE or ENOSPC; the next line tries again.
        this.#lostLines += bytes.filter((byte) => byte === NEWLINE).length;
        this.#goOn();
      } else if (written < bytes.length) {
        this.#put(bytes.subarray(written));
      } else {
        this.#tellLost();
        this.#goOn();
      }
    });
  }

  #tellLost(): void {
    if (this.#lostLines === 0) return;
    this.#waiting += this.#lostLine(this.#lostLines);
    this.#lostLines = 0;
  }

  #goOn(): void {
    if (this.#waiting !== '') {
      this.#writeNext();
      return;
    }
    this.#isWriting = false;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
