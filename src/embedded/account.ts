// Chooses the user that the server runs as. PostgreSQL refuses root, so root runs it as another
// user; an ordinary user runs it as themselves. That other user may be unable to enter folders that
// root can enter (a clone below /root). Which folders it can reach is tested, never guessed from
// modes.

import { chown, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { EmbeddedPostgresError, systemCodeOf } from './error.js';
import { run } from './run.js';

/** Users that systems have for such work, the best first. */
const CANDIDATES = ['postgres', '_postgres', 'nobody'] as const;
const PROBE_TIMEOUT_MS = 10_000;

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The account for a server whose data is in `pgdata`: the owner of existing data, else a system
 * user. Undefined: the current user.
 */
export async function chooseAccount(pgdata: string): Promise<Account | undefined> {
  if (!runsAsRoot()) return undefined;
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const owner = await ownerOf(pgdata);
  if (owner !== undefined && owner.uid !== 0) {
    const name = users.find((user) => user.uid === owner.uid)?.name ?? `uid ${owner.uid}`;
    return { name, ...owner };
  }
  for (const name of CANDIDATES) {
    const user = users.find((each) => each.name === name && each.uid !== 0);
    if (user !== undefined) return user;
  }
  throw new EmbeddedPostgresError(
    'FOLDER_UNREACHABLE',
    'PostgreSQL does not run as root, and /etc/passwd has no user "postgres" or "nobody" to run ' +
      'it as. Start the service as an ordinary user, or set DATABASE_URL.',
  );
}

/** Whether the account can enter this folder. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  const result = await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    account,
    timeoutMs: PROBE_TIMEOUT_MS,
  });
  return result.code === 0;
}

/**
 * Gives a file that root made to the owner of its folder. Otherwise that owner could not start the
 * service as themselves later. Does nothing for other users.
 */
export async function giveToFolderOwner(path: string, folder: string): Promise<void> {
  if (!runsAsRoot()) return;
  const { uid, gid } = await stat(folder);
  await chown(path, uid, gid);
}

/** The folder itself if it exists, else its nearest existing ancestor. */
export async function nearestExisting(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      await stat(at);
      return at;
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT' || dirname(at) === at) return at;
    }
  }
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (!name || name.startsWith('#') || !uid || !gid) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
