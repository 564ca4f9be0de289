// Measures the memory of a process, from /proc. Only on Linux.

import { readFileSync } from 'node:fs';

const INTERVAL_MS = 100;
const KIB_PER_MB = 1e6 / 1024;

/** Resident set in megabytes; undefined if the system does not report it. */
export function residentMb(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = status.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
    return kib === undefined ? undefined : Number(kib) / KIB_PER_MB;
  } catch {
    return undefined;
  }
}

/** Watches a process from now on. Returns a function that ends this and returns the maximum. */
export function watchMemory(pid: number): () => number | undefined {
  let most = residentMb(pid);
  const look = () => {
    const now = residentMb(pid);
    if (now !== undefined) most = Math.max(most ?? 0, now);
  };
  const timer = setInterval(look, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}
