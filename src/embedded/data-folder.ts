// Chooses the data folder and checks whether we may use it. Everything of one embedded database is
// below one folder:
//   pgdata/     PostgreSQL's own data folder
//   password    the secret from which its passwords are made, mode 0600
//   lock.<n>    which service holds it (folder-lock.ts)
//   runtime/    a copy of PostgreSQL's programs, only if needed (binaries.ts)
//   initdb-*/   a new pgdata/ being made; a leftover is removed at the next start
// Nothing here writes into a folder that belongs to others, or to another major version.

import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { type Account, canEnter, chooseAccount, nearestExisting } from './account.js';
import { EmbeddedPostgresError, messageOf, systemCodeOf } from './error.js';
import type { Log } from './log.js';

/** Where root's data goes if the server's user cannot enter the default folder. */
export const DEFAULT_FALLBACK_ROOT = '/var/lib/attendance';
/** Length of the hash that separates the data of several clones there. */
const HASH_CHARACTERS = 12;

export interface DataFolderOptions {
  /** Chosen by the operator: used or refused, never replaced. Undefined: the default. */
  readonly dataDir?: string | undefined;
  readonly defaultDataDir: string;
  /** Default: /var/lib/attendance. */
  readonly fallbackRoot?: string | undefined;
}

export interface DataFolder {
  readonly path: string;
  readonly pgdata: string;
  /** The user that the server runs as; undefined: the current user. */
  readonly account: Account | undefined;
}

/** Chooses, checks and creates the folder. Throws FOLDER_UNREACHABLE or FOREIGN_FOLDER. */
export async function openDataFolder(
  options: DataFolderOptions,
  major: string,
  log: Log,
): Promise<DataFolder> {
  const folder = await chooseFolder(options, log);
  try {
    await refuseForeign(folder, major);
    await createFolder(folder);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw unusable(folder.path, error);
  }
  if (folder.account !== undefined && !(await canEnter(folder.account, folder.path))) {
    throw unreachable(folder.path, folder.account);
  }
  return folder;
}

/**
 * Whether opening the folder would find data in it, ours or to be refused, and not make a new
 * database. Changes nothing. Throws FOLDER_UNREACHABLE.
 */
export async function hasData(options: DataFolderOptions, log: Log): Promise<boolean> {
  const { path, pgdata } = await chooseFolder(options, log);
  try {
    return (await nearestExisting(pgdata)) === pgdata || (await readVersion(path)) !== undefined;
  } catch (error) {
    throw unusable(path, error);
  }
}

async function chooseFolder(options: DataFolderOptions, log: Log): Promise<DataFolder> {
  const wanted = await describe(resolve(options.dataDir ?? options.defaultDataDir));
  const { account } = wanted;
  if (account === undefined) return wanted;
  if (await canEnter(account, await nearestExisting(wanted.path))) return wanted;
  if (options.dataDir !== undefined) throw unreachable(wanted.path, account);

  const hash = createHash('sha256').update(wanted.path).digest('hex').slice(0, HASH_CHARACTERS);
  const path = join(options.fallbackRoot ?? DEFAULT_FALLBACK_ROOT, hash);
  log('info', 'the default data folder is out of reach for the user PostgreSQL runs as', {
    default: wanted.path,
    user: account.name,
    instead: path,
  });
  return describe(path);
}

async function describe(path: string): Promise<DataFolder> {
  const pgdata = join(path, 'pgdata');
  return { path, pgdata, account: await chooseAccount(pgdata) };
}

async function refuseForeign(folder: DataFolder, major: string): Promise<void> {
  if ((await readVersion(folder.path)) !== undefined) {
    throw new EmbeddedPostgresError(
      'FOREIGN_FOLDER',
      `${folder.path} is itself the data folder of a PostgreSQL server, not of this service. ` +
        'Nothing was touched. Set DATA_DIR to a folder of its own, or, to use that server, start ' +
        'it and set DATABASE_URL.',
    );
  }
  const found = await readVersion(folder.pgdata);
  if (found === undefined || found === major) return;
  throw new EmbeddedPostgresError(
    'FOREIGN_FOLDER',
    `The data in ${folder.pgdata} was written by PostgreSQL ${found}, and this service brings ` +
      `PostgreSQL ${major}, which cannot read it. Nothing was touched. To keep the data, dump it ` +
      `with PostgreSQL ${found} (start the version of this service that wrote it, then pg_dump) ` +
      'and restore it into a new folder; to begin anew, set DATA_DIR to another folder.',
  );
}

/** The major version of a PostgreSQL data folder; undefined if it is none. */
async function readVersion(folder: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * An existing folder keeps its owner and mode. A new one belongs to the account and is closed to
 * others.
 */
async function createFolder({ path, account }: DataFolder): Promise<void> {
  const missing: string[] = [];
  for (let at = path; at !== (await nearestExisting(at)); at = dirname(at)) missing.unshift(at);
  for (const each of missing) {
    await mkdir(each).catch((error: unknown) => {
      // Another start made it at the same instant.
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
    if (each === path) await chmod(each, 0o700);
    else if (account !== undefined) await chmod(each, 0o755);
  }
  if (account !== undefined && missing.length > 0) await chown(path, account.uid, account.gid);
  if (!(await stat(path)).isDirectory()) throw new Error('it is not a folder');
}

function unreachable(path: string, account: Account): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'FOLDER_UNREACHABLE',
    `PostgreSQL does not run as root, so it runs as the user "${account.name}", who cannot enter ` +
      `the data folder ${path}. Set DATA_DIR to a folder that this user can enter (such as ` +
      `${DEFAULT_FALLBACK_ROOT}), or give it the way: chmod o+x on the folders above, and chown ` +
      `${account.name} on the folder itself.`,
  );
}

function unusable(path: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'FOLDER_UNREACHABLE',
    `The data folder ${path} cannot be used: ${messageOf(cause)}. Set DATA_DIR to a folder that ` +
      'the user who starts the service can write to, or start it as the user who owns this one.',
    { cause },
  );
}
