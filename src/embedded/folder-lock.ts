// Allows one living service per data folder. The lock does not outlive its holder: pid and start
// time show that a holder killed with -9 is dead, and no later process with the same pid is
// mistaken for it.
//
// Locks are numbered files, `lock.<n>`; the owner of the highest number holds the folder. To take
// it over from a dead holder of n, a process must succeed with link(2) to n + 1. The highest file
// is never deleted, only marked free. So a slow rival that still believes in n finds n + 1 in its
// way, or, if that is gone, a higher one when it looks again. (The usual way, to delete a stale
// lock file and create one's own, lets two through: the second deletes the new file of the first.)

import { randomBytes } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { giveToFolderOwner } from './account.js';
import { EmbeddedPostgresError, systemCodeOf } from './error.js';
import { findProcess, isAlive, pidSpace } from './processes.js';

/** How often a holder touches its file, for services that cannot see its process. */
const HEARTBEAT_MS = 2_000;
/** How long such a service watches for a touch before it considers the holder dead. */
const WATCH_MS = 3 * HEARTBEAT_MS;
const WATCH_STEP_MS = 250;
/** A file that was not touched for this long is not watched at all. */
const HEARTBEAT_STALE_MS = 60_000;
/** The most lost races before an error. For each, another service won one. */
const MAX_ATTEMPTS = 20;

export interface FolderLock {
  /** Releases the folder. Safe to call twice. */
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly space: string;
  readonly host: string;
  readonly since: string;
}

/** Locks the folder, which must exist. Throws FOLDER_IN_USE, which names the holder. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const highest = await highestNumber(folder);
    const path = join(folder, `lock.${highest}`);
    const holder = highest === 0 ? undefined : await readHolder(path);
    if (holder !== undefined && (await isHeld(path, holder))) throw inUse(folder, path, holder);

    const mine = highest + 1;
    if (!(await create(folder, mine))) continue;
    if ((await highestNumber(folder)) !== mine) {
      await rm(join(folder, `lock.${mine}`), { force: true });
      continue;
    }
    await tidy(folder, mine);
    return hold(folder, mine);
  }
  throw new EmbeddedPostgresError(
    'FOLDER_IN_USE',
    `Too many services try to start in ${folder} at once. Start one, or give each its own DATA_DIR.`,
  );
}

function hold(folder: string, number: number): FolderLock {
  const path = join(folder, `lock.${number}`);
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A failed touch is not reported: the folder is gone or full, and the server reports that.
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS).unref();
  let held = true;
  return {
    async release() {
      if (!held) return;
      held = false;
      clearInterval(heartbeat);
      // If the folder was deleted meanwhile, there is nothing to release.
      const free = await writeTemporary(folder, '').catch(() => undefined);
      if (free !== undefined) await rename(free, path);
    },
  };
}

async function isHeld(path: string, holder: Holder): Promise<boolean> {
  if (holder.space === pidSpace()) return isAlive(holder);
  // In another container, or before a reboot, a pid means nothing, but the heartbeat does.
  const first = await touchedAt(path);
  if (Math.abs(Date.now() - first) > HEARTBEAT_STALE_MS) return false;
  for (let waitedMs = 0; waitedMs < WATCH_MS; waitedMs += WATCH_STEP_MS) {
    await delay(WATCH_STEP_MS);
    if ((await touchedAt(path)) !== first) return true;
  }
  return false;
}

async function touchedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    // Another service took the folder over while we watched.
    if (systemCodeOf(error) === 'ENOENT') return -1;
    throw error;
  }
}

function inUse(folder: string, path: string, holder: Holder): EmbeddedPostgresError {
  const who =
    holder.pid === process.pid && holder.space === pidSpace()
      ? 'this very process'
      : `process ${holder.pid} on ${holder.host}`;
  return new EmbeddedPostgresError(
    'FOLDER_IN_USE',
    `The data folder ${folder} is in use by ${who}, since ${holder.since}. Stop that service ` +
      `first, give this one another DATA_DIR, or set DATABASE_URL. (If you are sure that no ` +
      `service uses it, delete ${path}.)`,
  );
}

/** Undefined: free. An unreadable text is a write cut off by a power loss: also free. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isHolder(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startedAt, space } = value as Partial<Holder>;
  return typeof pid === 'number' && typeof startedAt === 'string' && typeof space === 'string';
}

/** Creates the numbered file completely or not at all. Returns false if another service has it. */
async function create(folder: string, number: number): Promise<boolean> {
  const me: Holder = {
    pid: process.pid,
    startedAt: findProcess(process.pid)?.startedAt ?? '',
    space: pidSpace(),
    host: hostname(),
    since: new Date().toISOString(),
  };
  const temporary = await writeTemporary(folder, `${JSON.stringify(me)}\n`);
  try {
    await link(temporary, join(folder, `lock.${number}`));
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeTemporary(folder: string, text: string): Promise<string> {
  const path = join(folder, `lock-${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
    await giveToFolderOwner(path, folder);
  } finally {
    await file.close();
  }
  return path;
}

async function highestNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder)));
}

/** Removes what earlier holders left: lower numbers, and temporary files of killed ones. */
async function tidy(folder: string, number: number): Promise<void> {
  for (const each of await numbers(folder)) {
    if (each < number) await rm(join(folder, `lock.${each}`), { force: true });
  }
  for (const name of await readdir(folder)) {
    if (!/^lock-[0-9a-f]{16}\.tmp$/.test(name)) continue;
    const path = join(folder, name);
    // A recent one may belong to a rival at work.
    if (Date.now() - (await touchedAt(path)) > HEARTBEAT_STALE_MS) await rm(path, { force: true });
  }
}

async function numbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const match = /^lock\.([1-9]\d{0,14})$/.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}
