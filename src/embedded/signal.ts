// Signals to a postmaster. SIGINT: fast shutdown; SIGQUIT: immediate; SIGKILL: as it says.

import { spawnSync } from 'node:child_process';

import { systemCodeOf } from './error.js';

const PG_CTL_TIMEOUT_MS = 5_000;

/** Does nothing when the process is gone. Throws EPERM when it is another user's. */
export function signalServer(pid: number, signal: NodeJS.Signals, pgCtl: string): void {
  if (process.platform === 'win32' && signal !== 'SIGKILL') {
    // Node's signals end a process at once there; pg_ctl speaks PostgreSQL's own emulation.
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
