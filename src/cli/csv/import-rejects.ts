// Writes the rejects file: `line,reason` and the row's own columns unchanged. After repair, it can
// be imported itself, because columns are found by name.

import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { csvLine } from './csv-line.js';

/** A row for the rejects file. */
export interface Reject {
  readonly line: number;
  readonly reason: string;
  readonly fields: readonly string[];
}

/** Between two flushes it grows at most by the rows that may be unsettled. */
export class RejectsFile {
  readonly #path: string;
  readonly #columns: readonly string[];
  #handle: FileHandle | undefined;
  #bytes: number;
  #unwritten = '';

  private constructor(path: string, columns: readonly string[], bytes: number) {
    this.#path = path;
    this.#columns = columns;
    this.#bytes = bytes;
  }

  /** Begins anew, and removes the rejects file of an earlier run. */
  static async begin(path: string, columns: readonly string[]): Promise<RejectsFile> {
    await rm(path, { force: true });
    return new RejectsFile(path, columns, 0);
  }

  /**
   * Continues after the first `bytes` of an earlier run's file and drops the rest. Undefined if the
   * file is no longer that long.
   */
  static async resume(
    path: string,
    columns: readonly string[],
    bytes: number,
  ): Promise<RejectsFile | undefined> {
    if (bytes === 0) return RejectsFile.begin(path, columns);
    const handle = await open(path, 'r+').catch(() => undefined);
    if (handle === undefined) return undefined;
    if ((await handle.stat()).size < bytes) {
      await handle.close();
      return undefined;
    }
    await handle.truncate(bytes);
    const rejects = new RejectsFile(path, columns, bytes);
    rejects.#handle = handle;
    return rejects;
  }

  get path(): string {
    return this.#path;
  }

  add({ line, reason, fields }: Reject): void {
    this.#unwritten += csvLine([String(line), reason, ...fields]);
  }

  /**
   * Writes everything added before the call to disk. Returns the file's length after it. Items
   * added meanwhile wait for the next flush. Only one at a time.
   */
  async flush(): Promise<number> {
    if (this.#unwritten === '') return this.#bytes;
    const heading = this.#bytes === 0 ? csvLine(['line', 'reason', ...this.#columns]) : '';
    const text = Buffer.from(heading + this.#unwritten);
    this.#unwritten = '';
    this.#handle ??= await open(this.#path, 'w');
    await this.#handle.write(text, 0, text.length, this.#bytes);
    await this.#handle.datasync();
    this.#bytes += text.length;
    return this.#bytes;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle?.close();
    this.#handle = undefined;
  }
}
