// Adds an entry to the service's file of keys. The service may read the file at any moment, so the
// new one takes the place of the old one at once.

import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { EXIT_FAILED, ExitError } from '../terminal/console.js';
import type { NewKey } from './new-key.js';

/** Its owner's to write, and its group's to read: the service may run as another user. */
const NEW_FILE_MODE = 0o640;

/** Makes the file where there is none. Throws ExitError when it is no file of keys. */
export function addToKeysFile(path: string, entry: NewKey['entry']): void {
  const keys = [...entriesIn(path), entry];
  const next = `${path}.${process.pid}.new`;
  const lines = keys.map((each) => `    ${JSON.stringify(each)}`).join(',\n');
  try {
    writeFileSync(next, `{\n  "keys": [\n${lines}\n  ]\n}\n`, { mode: modeOf(path) });
    renameSync(next, path);
  } catch (error) {
    throw new ExitError(EXIT_FAILED, `Cannot write ${path}: ${(error as Error).message}.`);
  }
}

function entriesIn(path: string): readonly unknown[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new ExitError(EXIT_FAILED, `Cannot read ${path}: ${message}.`);
  }
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: unknown };
    if (Array.isArray(keys)) return keys;
  } catch {
    // Told below.
  }
  throw new ExitError(EXIT_FAILED, `${path} is no file of keys: it must be {"keys": [...]}.`);
}

function modeOf(path: string): number {
  try {
    return statSync(path).mode & 0o777;
  } catch {
    return NEW_FILE_MODE;
  }
}
