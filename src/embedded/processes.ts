// Finds out which processes live. A pid alone proves nothing: it is reused, and after a reboot or
// in another container it names another process. So a process is identified by its pid and start
// time, and a zombie (dead, not yet collected) counts as dead.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { systemCodeOf } from './error.js';

/** How long `ps` and similar tools may take. */
const TOOL_TIMEOUT_MS = 5_000;

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; empty if the system does not say. */
  readonly startedAt: string;
}

/** The living process with this pid; undefined if there is none. */
export function findProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !takesSignals(pid)) return undefined;
  if (process.platform === 'linux') return findInProc(pid);
  if (process.platform === 'win32') return { pid, startedAt: '' };
  const [state, startedAt] = [ps(pid, 'stat'), ps(pid, 'lstart')];
  return state === '' || state.startsWith('Z') ? undefined : { pid, startedAt };
}

/**
 * Whether this same process still lives. Where start times are unknown, only the pid is compared.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  const found = findProcess(identity.pid);
  if (found === undefined) return false;
  if (found.startedAt === '' || identity.startedAt === '') return true;
  return found.startedAt === identity.startedAt;
}

/**
 * The space in which pids are meaningful: one boot of one machine, and one container in it.
 * Processes in different spaces cannot tell whether the other lives.
 */
export function pidSpace(): string {
  if (process.platform !== 'linux') return process.platform;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return 'linux';
  }
}

/**
 * Whether `pid` is a PostgreSQL process working in `pgdata` (a real path). Servers change into
 * their data folder, which distinguishes ours from another process with the same pid.
 */
export function isPostgresIn(pid: number, pgdata: string): boolean {
  if (findProcess(pid) === undefined) return false;
  if (process.platform === 'linux') return worksIn(pid, pgdata);
  if (process.platform === 'win32') return tasklist(pid).includes('postgres.exe');
  const command = ps(pid, 'command');
  return command.includes('postgres') && command.includes(pgdata);
}

/** Every PostgreSQL process working in `pgdata`. Known on Linux only; elsewhere empty. */
export function postgresProcessesIn(pgdata: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && worksIn(pid, pgdata) && findInProc(pid));
}

function worksIn(pid: number, pgdata: string): boolean {
  try {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'postgres') return false;
  } catch {
    return false;
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === pgdata;
  } catch {
    // Another user's process does not show its folder, and we could not act on it anyway.
    return false;
  }
}

function findInProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may contain anything. After the last parenthesis come the fields.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startedAt] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' ? undefined : { pid, startedAt: startedAt ?? '' };
  } catch {
    // It ended meanwhile, or is hidden from us (hidepid).
    return takesSignals(pid) ? { pid, startedAt: '' } : undefined;
  }
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

function ps(pid: number, column: string): string {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const args = ['-ww', '-o', `${column}=`, '-p', String(pid)];
  const result = spawnSync('ps', args, { encoding: 'utf8', env, timeout: TOOL_TIMEOUT_MS });
  return (result.stdout ?? '').trim();
}

function tasklist(pid: number): string {
  const args = ['/NH', '/FO', 'CSV', '/FI', `PID eq ${pid}`];
  const result = spawnSync('tasklist', args, { encoding: 'utf8', timeout: TOOL_TIMEOUT_MS });
  return (result.stdout ?? '').toLowerCase();
}
