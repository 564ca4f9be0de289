// Sends signals to a postmaster. SIGINT: fast shutdown; SIGQUIT: immediate; SIGKILL: at once.

import { spawnSync } from 'node:child_process';

import { systemCodeOf } from './error.js';

const PG_CTL_TIMEOUT_MS = 5_000;

/** Does nothing if the process is gone. Throws EPERM if it is another user's. */
export function signalServer(pid: number, signal: NodeJS.Signals, pgCtl: string): void {
  if (process.platform === 'win32' && signal !== 'SIGKILL') {
    // There, Node's signals end a process at once. pg_ctl uses PostgreSQL's own emulation.
    const args = ['kill', signal.slice('SIG'.length), String(pid)];
    spawnSync(pgCtl, args, { timeout: PG_CTL_TIMEOUT_MS, windowsHide: true });
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCodeOf(error) !== 'ESRCH') throw error;
  }
}
