// A data folder of ours: chosen, locked, initialised, with programs that run; and one server at a
// time on it. Does not restart a server that dies (supervisor.ts).

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import {
  type Binaries,
  type BinariesPackage,
  findBinariesPackage,
  prepareBinaries,
} from './binaries.js';
import { type DataFolder, type DataFolderOptions, openDataFolder } from './data-folder.js';
import { connectionUrl, ensureDatabase } from './database.js';
import { systemCodeOf } from './error.js';
import { type FolderLock, lockFolder } from './folder-lock.js';
import { initialise, removeHalfMade, resetPassword } from './initdb.js';
import { clearLeftovers } from './leftover.js';
import type { Log } from './log.js';
import { findFreePort } from './port.js';
import { newSecret, type RoleName, readSecret, writeSecret } from './secret.js';
import { type RunningServer, type ServerSpec, ServerStartError, startServer } from './server.js';

/**
 * Start attempts, because another program may take the port, or earlier processes may still be
 * ending.
 */
const MAX_START_ATTEMPTS = 5;
const BUSY_PAUSE_MS = 200;

export interface ClusterOptions extends DataFolderOptions {
  readonly log: Log;
  /** Server parameters by name, which override the built-in ones. Default: none. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /** The programs. Default: those of the npm package for this platform. */
  readonly programs?: BinariesPackage | undefined;
  /** Where a copy of the programs goes if needed. Default: `runtime` in the data folder. */
  readonly runtimeDir?: string | undefined;
}

export interface Cluster {
  readonly dataDir: string;
  /** A URL for a database of the server on this port. */
  url(port: number, role: RoleName, database: string): string;
  /**
   * Starts a server, on a free port if none is given. It is ready, and has the role and database
   * `attendance`. Removes what an earlier server left.
   */
  start(port?: number, signal?: AbortSignal): Promise<RunningServer>;
  /** Releases the folder. The server must be stopped. */
  close(): Promise<void>;
}

/**
 * Opens the folder, and makes a new database in it if there is none. If it throws, it releases the
 * folder.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const source = options.programs ?? (await findBinariesPackage());
  const folder = await openDataFolder(options, source.major, options.log);
  const lock = await lockFolder(folder.path);
  try {
    const copyFolder = options.runtimeDir ?? join(folder.path, 'runtime');
    const binaries = await prepareBinaries(source, folder.account, copyFolder, options.log);
    const secret = await prepareData(folder, binaries, options.log);
    return clusterOf(folder, binaries, secret, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (systemCodeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

/** Returns the secret. */
async function prepareData(folder: DataFolder, binaries: Binaries, log: Log): Promise<string> {
  await removeHalfMade(folder, log);
  const secretFile = join(folder.path, 'password');
  const known = await readSecret(secretFile);
  if (await exists(folder.pgdata)) {
    await clearLeftovers(folder.pgdata, binaries.pg_ctl, log);
    if (known !== undefined) return known;
    log('warn', 'the password file is missing; setting a new password', { file: secretFile });
    const secret = newSecret();
    await resetPassword(folder, binaries, secret);
    await writeSecret(secretFile, secret);
    return secret;
  }
  log('info', 'making a new database', { dataDir: folder.path, user: folder.account?.name });
  const secret = newSecret();
  // Writes the secret first: if killed before pgdata exists, the next start begins anew.
  await writeSecret(secretFile, secret);
  await initialise(folder, binaries, secret);
  return secret;
}

function clusterOf(
  folder: DataFolder,
  binaries: Binaries,
  secret: string,
  lock: FolderLock,
  { log, settings }: ClusterOptions,
): Cluster {
  return {
    dataDir: folder.path,
    url: (port, role, database) => connectionUrl(port, role, secret, database),
    async start(port, signal) {
      const { pgdata, account } = folder;
      const spec = { binaries, account, pgdata, settings: settings ?? {}, log };
      const server = await startOnSomePort(spec, port, signal);
      try {
        await ensureDatabase(server.port, secret);
      } catch (error) {
        await server.stop();
        throw error;
      }
      return server;
    },
    close: () => lock.release(),
  };
}

async function startOnSomePort(
  spec: Omit<ServerSpec, 'port'>,
  fixedPort: number | undefined,
  signal: AbortSignal | undefined,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    await clearLeftovers(spec.pgdata, spec.binaries.pg_ctl, spec.log);
    const port = fixedPort ?? (await findFreePort());
    try {
      return await startServer({ ...spec, port }, signal);
    } catch (error) {
      const passing =
        error instanceof ServerStartError &&
        (error.folderBusy || (error.portTaken && fixedPort === undefined));
      if (!passing || attempt === MAX_START_ATTEMPTS) throw error;
      await delay(BUSY_PAUSE_MS * attempt);
    }
  }
}
