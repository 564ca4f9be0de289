// Measures how busy processes and cores were, from /proc. Only on Linux.

import { readFileSync } from 'node:fs';
import type { Busy } from './messages.js';

/** The kernel counts in these units, whatever its own timer does (USER_HZ). */
const TICKS_PER_SECOND = 100;

interface Sample {
  readonly atMs: number;
  readonly serverSeconds: number | undefined;
  readonly loaderSeconds: number;
  readonly cores: readonly { readonly busy: number; readonly all: number }[];
}

/** Begins to measure a process, this one and the cores. Returns a function that ends it. */
export function watchProcessorTime(serverPid: number): () => Busy {
  const before = sample(serverPid);
  return () => {
    const after = sample(serverPid);
    const seconds = (after.atMs - before.atMs) / 1000;
    const server =
      after.serverSeconds === undefined || before.serverSeconds === undefined
        ? undefined
        : (after.serverSeconds - before.serverSeconds) / seconds;
    const cores = after.cores.map((core, index) => {
      const earlier = before.cores[index];
      if (earlier === undefined || core.all === earlier.all) return 0;
      return (core.busy - earlier.busy) / (core.all - earlier.all);
    });
    return { server, loader: (after.loaderSeconds - before.loaderSeconds) / seconds, cores };
  };
}

function sample(serverPid: number): Sample {
  const { user, system } = process.cpuUsage();
  return {
    atMs: performance.now(),
    serverSeconds: processSeconds(serverPid),
    loaderSeconds: (user + system) / 1e6,
    cores: coreTicks(),
  };
}

function processSeconds(pid: number): number | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may contain spaces. utime and stime are the 14th and 15th fields of the
  // line, so the 12th and 13th after the name.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function coreTicks(): Sample['cores'] {
  const stat = readProc('/proc/stat');
  if (stat === undefined) return [];
  return stat
    .split('\n')
    .filter((line) => /^cpu\d/.test(line))
    .map((line) => {
      const ticks = line.split(/\s+/).slice(1, 9).map(Number);
      const all = ticks.reduce((sum, each) => sum + each, 0);
      const [, , , idle = 0, waiting = 0] = ticks;
      return { busy: all - idle - waiting, all };
    });
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
