// Assigns the cores: the servers have one to themselves, load and database share another. So a
// server's figure is what one core of it can do, and the load takes nothing from it.

import { spawnSync } from 'node:child_process';

export type Pinning =
  | { readonly pinned: true; readonly serverCore: number; readonly loadCore: number }
  | { readonly pinned: false; readonly reason: string };

/** A command and its arguments. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** From util-linux. If it is missing, nothing is pinned, and the bench reports that. */
const TASKSET = 'taskset';
const TASKSET_TIMEOUT_MS = 5_000;

/**
 * Picks two cores that this process may use, and moves this process to the load's. Everything that
 * it starts from then on (loader, database) stays there, unless started with `onServerCore`.
 */
export function pinSelf(): Pinning {
  const cores = allowedCores();
  if (cores === undefined) return { pinned: false, reason: 'there is no taskset here' };
  const [serverCore, loadCore] = cores;
  if (serverCore === undefined || loadCore === undefined) {
    return { pinned: false, reason: 'this process may use one core only' };
  }
  return moveProcess(process.pid, loadCore)
    ? { pinned: true, serverCore, loadCore }
    : { pinned: false, reason: 'taskset could not move this process' };
}

/** The command, changed to run on the servers' core. */
export function onServerCore(pinning: Pinning, { file, args }: Command): Command {
  if (!pinning.pinned) return { file, args };
  return { file: TASKSET, args: ['-c', String(pinning.serverCore), file, ...args] };
}

/** Moves a process with all its threads. Returns whether that worked. */
export function moveProcess(pid: number, core: number): boolean {
  return taskset(['-a', '-c', '-p', String(core), String(pid)]) !== undefined;
}

/** The cores this process may use, lowest first; undefined without taskset. */
function allowedCores(): readonly number[] | undefined {
  const answer = taskset(['-c', '-p', String(process.pid)]);
  // pid 123's current affinity list: 0,2-3
  const list = answer?.match(/:\s*([\d,-]+)\s*$/)?.[1];
  return list?.split(',').flatMap((range) => {
    const [first = '', last = first] = range.split('-');
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, index) => Number(first) + index);
  });
}

function taskset(args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(TASKSET, args, {
    encoding: 'utf8',
    timeout: TASKSET_TIMEOUT_MS,
  });
  return status === 0 ? stdout : undefined;
}
