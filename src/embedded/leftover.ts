// Prepares the data folder for a new postmaster: ends processes that a killed service left in it,
// and removes a postmaster.pid that names no process, or one of another program. Only for the
// holder of the folder's lock: otherwise these processes may belong to a living service.

import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { EmbeddedPostgresError, systemCodeOf } from './error.js';
import type { Log } from './log.js';
import { findProcess, isAlive, isPostgresIn, postgresProcessesIn } from './processes.js';
import { signalServer } from './signal.js';

/** They are not our children, so there is no event for their end; it must be polled. */
const POLL_MS = 20;
/** The signals, from polite to final, and how long each has to work. */
const SIGNALS = [
  { signal: 'SIGINT', withinMs: 15_000 },
  { signal: 'SIGQUIT', withinMs: 5_000 },
  { signal: 'SIGKILL', withinMs: 5_000 },
] as const;
const STRAGGLERS_MS = 5_000;

export async function clearLeftovers(folder: string, pgCtl: string, log: Log): Promise<void> {
  const pgdata = await realpath(folder);
  const pidFile = join(pgdata, 'postmaster.pid');
  const pid = await readPid(pidFile);
  if (pid !== undefined && isPostgresIn(pid, pgdata)) {
    log('warn', 'stopping the PostgreSQL that an earlier run left behind', { pid });
    await endPostmaster(pid, pgdata, pgCtl);
  }
  // Children of a killed postmaster end by themselves once they notice, and hold its shared memory
  // until then.
  await endStragglers(pgdata);
  // PostgreSQL would take any living process with that pid for a postmaster, and refuse to start.
  await rm(pidFile, { force: true });
}

async function endPostmaster(pid: number, pgdata: string, pgCtl: string): Promise<void> {
  const postmaster = findProcess(pid);
  if (postmaster === undefined) return;
  for (const { signal, withinMs } of SIGNALS) {
    try {
      signalServer(pid, signal, pgCtl);
    } catch (cause) {
      throw stillRunning(pid, pgdata, cause);
    }
    if (await comesTrue(() => !isAlive(postmaster), withinMs)) return;
  }
  throw stillRunning(pid, pgdata);
}

async function endStragglers(pgdata: string): Promise<void> {
  for (const pid of postgresProcessesIn(pgdata)) signalServer(pid, 'SIGKILL', '');
  const gone = await comesTrue(() => postgresProcessesIn(pgdata).length === 0, STRAGGLERS_MS);
  if (!gone) throw stillRunning(postgresProcessesIn(pgdata)[0] ?? 0, pgdata);
}

function stillRunning(pid: number, pgdata: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'FOLDER_IN_USE',
    `A PostgreSQL left behind by an earlier run (process ${pid}) is still at work in ${pgdata} ` +
      'and could not be stopped. Stop it as the user it belongs to, then start again.',
    { cause },
  );
}

/** The first line of postmaster.pid is the postmaster's pid (negative for a single-user one). */
async function readPid(pidFile: string): Promise<number | undefined> {
  try {
    const pid = Math.abs(Number((await readFile(pidFile, 'utf8')).split('\n')[0]));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function comesTrue(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) return false;
    await delay(POLL_MS);
  }
  return true;
}
