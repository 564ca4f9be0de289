// A file of keys for AUTH=keys, of callers with names that are their keys too.

import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyEntry {
  readonly caller: string;
  readonly scopes: readonly string[];
  readonly groups?: readonly string[];
  readonly employee?: string;
  readonly expires?: string;
  /** The key; `<caller>-key` when not given. */
  readonly key?: string;
}

export function keyOf({ caller, key = `${caller}-key` }: Pick<KeyEntry, 'caller' | 'key'>): string {
  return key;
}

export function keysText(entries: readonly KeyEntry[]): string {
  const keys = entries.map(({ key, ...entry }) => {
    const text = keyOf(key === undefined ? entry : { ...entry, key });
    return { ...entry, sha256: createHash('sha256').update(text).digest('hex') };
  });
  return JSON.stringify({ keys });
}

/** In a folder of its own. */
export class KeysFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'attendance-keys-'));
  readonly path = join(this.#folder, 'keys.json');

  constructor(...entries: readonly KeyEntry[]) {
    this.write(keysText(entries));
  }

  /** At once, as operators should: a reader sees the old file or the new one. */
  write(text: string): void {
    const next = `${this.path}.new`;
    writeFileSync(next, text);
    renameSync(next, this.path);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
