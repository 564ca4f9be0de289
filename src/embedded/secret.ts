// The one secret of an embedded database, in the file `password` beside its data. Each role's
// password is derived from it, so that knowing the service's password does not give the
// superuser's.

import { createHmac, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { giveToFolderOwner } from './account.js';
import { systemCodeOf } from './error.js';

const SECRET_BYTES = 32;

export type RoleName = 'postgres' | 'attendance';

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex');
}

/** Hexadecimal: needs no quoting in SQL, in a URL or in a file. */
export function passwordOf(role: RoleName, secret: string): string {
  return createHmac('sha256', secret).update(role).digest('hex');
}

/** Undefined if there is none, or only an empty file. */
export async function readSecret(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    return secret === '' ? undefined : secret;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes it completely or not at all. Readable for the folder's owner only. */
export async function writeSecret(path: string, secret: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${secret}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await giveToFolderOwner(temporary, dirname(path));
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
