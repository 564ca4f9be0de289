// Makes a new pgdata/. It is made under another name and renamed when complete, so that a killed
// start leaves nothing that a later start could mistake for a database.

import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import type { DataFolder } from './data-folder.js';
import { EmbeddedPostgresError, messageOf } from './error.js';
import type { Log } from './log.js';
import { run } from './run.js';
import { passwordOf } from './secret.js';

const INITDB_TIMEOUT_MS = 300_000;
const SINGLE_USER_TIMEOUT_MS = 300_000;
const PREFIX = 'initdb-';

/** Removes what killed starts left. Only for the holder of the folder's lock. */
export async function removeHalfMade(folder: DataFolder, log: Log): Promise<void> {
  for (const name of await readdir(folder.path)) {
    if (!name.startsWith(PREFIX)) continue;
    // An initdb that outlived its killed service may still be writing. Retries, and if that does
    // not help, leaves the folder to the next start. It does no harm.
    const path = join(folder.path, name);
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch(
      (error: unknown) =>
        log('warn', 'a half made database is left over', {
          path,
          reason: messageOf(error),
        }),
    );
  }
}

/** Creates `pgdata` completely. The superuser's password follows from `secret`. */
export async function initialise(
  folder: DataFolder,
  binaries: Binaries,
  secret: string,
): Promise<void> {
  const { account } = folder;
  const workshop = join(folder.path, `${PREFIX}${randomBytes(6).toString('hex')}`);
  const pgdata = join(workshop, 'pgdata');
  const passwordFile = join(workshop, 'superuser-password');
  try {
    await mkdir(workshop, { mode: 0o700 });
    await writeFile(passwordFile, passwordOf('postgres', secret), { mode: 0o600, flag: 'wx' });
    await giveTo(account, workshop, passwordFile);
    await runInitdb(binaries, account, pgdata, passwordFile);
    await rename(pgdata, folder.pgdata);
    await syncFolder(folder.path);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function runInitdb(
  binaries: Binaries,
  account: Account | undefined,
  pgdata: string,
  passwordFile: string,
): Promise<void> {
  const args = [
    ...['-D', pgdata, '--username=postgres', `--pwfile=${passwordFile}`],
    '--auth=scram-sha-256',
    '--data-checksums',
    '--encoding=UTF8',
    // Sorts by bytes, with Unicode letters, by PostgreSQL itself. The same on every system, and no
    // upgrade of the system's libraries can break an index.
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    ...['--set', 'timezone=UTC', '--set', 'log_timezone=UTC'],
    '--no-instructions',
  ];
  const result = await run(binaries.initdb, args, { account, timeoutMs: INITDB_TIMEOUT_MS });
  if (result.code === 0) return;
  throw new EmbeddedPostgresError(
    'INIT_FAILED',
    `Making a new database in ${dirname(dirname(pgdata))} failed: ${result.output.trim()}. ` +
      'Check that the disk has room, or set DATA_DIR to another folder.',
  );
}

/**
 * Gives the superuser the password that follows from `secret`, if the old one was lost. Needs no
 * password: the owner of the files may do it. No server may be running.
 */
export async function resetPassword(
  folder: DataFolder,
  binaries: Binaries,
  secret: string,
): Promise<void> {
  const args = ['--single', '-D', folder.pgdata, '-c', 'exit_on_error=on', 'postgres'];
  const result = await run(binaries.postgres, args, {
    account: folder.account,
    timeoutMs: SINGLE_USER_TIMEOUT_MS,
    input: `ALTER ROLE postgres PASSWORD '${passwordOf('postgres', secret)}'\n`,
  });
  if (result.code === 0) return;
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `The password of the database in ${folder.path} was lost and could not be set anew: ` +
      `${result.output.trim()}.`,
  );
}

async function giveTo(account: Account | undefined, ...paths: string[]): Promise<void> {
  if (account === undefined) return;
  for (const path of paths) await chown(path, account.uid, account.gid);
}

/** Makes the rename durable. Windows cannot open a folder, and needs no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
