// Where the lines of the log go: a file descriptor, written without ever holding up the process.
// Whoever reads the log may be slow, go away, or have a full disk: lines are lost then, and counted,
// and nothing else happens. Must never throw, and never wait longer than it was told to.
//
// pino's own destination keeps everything for a reader who is stuck, throws when a disk is full,
// and at the end of a process tries for ever to write to a reader who has gone.

import { write } from 'node:fs';
import { within } from '../metrics/timeout.js';

/** What waits for a slow reader; lines beyond it are lost. Some thousand lines. */
const MAX_WAITING_CHARS = 1024 * 1024;

/** From one try to the next when the reader of a pipe is behind. */
const BEHIND_PAUSE_MS = 100;

const NEWLINE = 10;

export class LogWriter {
  readonly #fd: number;
  readonly #lostLine: (lines: number) => string;
  #waiting = '';
  #isWriting = false;
  #lostLines = 0;
  #onIdle: (() => void)[] = [];

  /** `lostLine` tells, once lines can be written again, how many were lost. */
  constructor(fd: number, lostLine: (lines: number) => string) {
    this.#fd = fd;
    this.#lostLine = lostLine;
  }

  /** Whole lines only. */
  write(text: string): void {
    if (this.#waiting.length + text.length > MAX_WAITING_CHARS) {
      this.#lostLines += 1;
      return;
    }
    this.#waiting += text;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Resolves when everything was written or lost, or `timeoutMs` later. */
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
        // Such as EPIPE, ENOSPC: the next line tries again.
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
