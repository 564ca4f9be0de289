// Settings that hold a secret may stand in a file instead of the environment, where `docker inspect` and
// every child process would see them: NAME_FILE names the file.

import { readFileSync, statSync } from 'node:fs';

/** The settings that may hold a password. (Those of keys and certificates name files anyway.) */
export const SECRET_SETTINGS: readonly string[] = ['DATABASE_URL', 'REDIS_URL'];

/** A URL is far shorter. */
const MAX_SECRET_BYTES = 16 * 1024;

type Read = (name: string) => string | undefined;
type Fail = (problem: string) => undefined;

/** Reads settings, and those that hold a secret from their files too. Never shows what is in a file. */
export function readingSecretFiles(read: Read, fail: Fail): Read {
  const found = new Map<string, string | undefined>();
  for (const name of SECRET_SETTINGS) {
    const file = read(`${name}_FILE`);
    if (file === undefined) continue;
    if (read(name) !== undefined) {
      fail(`${name} and ${name}_FILE are both set: set one of them`);
    } else {
      found.set(name, contentOf(`${name}_FILE`, file, fail));
    }
  }
  return (name) => read(name) ?? found.get(name);
}

function contentOf(setting: string, file: string, fail: Fail): string | undefined {
  try {
    // Opening a pipe would wait for its writer.
    const { size } = statSync(file);
    if (!statSync(file).isFile() || size > MAX_SECRET_BYTES) {
      return fail(`${setting} must name a file of at most ${MAX_SECRET_BYTES} bytes`);
    }
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? fail(`${setting} names an empty file`) : text;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return fail(`${setting} names a file that cannot be read (${code})`);
  }
}
