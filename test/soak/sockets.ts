// How many sockets a process holds, from /proc.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Every socket among a process's files, but for those to `ownPorts`. A socket whose peer has reset
 * it is in no table of the kernel's any more; a process that forgot to close it still has it.
 */
export function socketsOf(pid: number, ownPorts: readonly number[]): number {
  const own = new Set(inodesTo(pid, ownPorts));
  let count = 0;
  for (const file of listed(`/proc/${pid}/fd`)) {
    const inode = linked(`/proc/${pid}/fd/${file}`)?.match(/^socket:\[(\d+)\]$/)?.[1];
    if (inode !== undefined && !own.has(inode)) count += 1;
  }
  return count;
}

/** The sockets connected to one of these ports, by inode. */
function inodesTo(pid: number, ports: readonly number[]): string[] {
  const lines = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1),
  );
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const remotePort = Number.parseInt(fields[2]?.split(':')[1] ?? '', 16);
    const inode = fields[9];
    return inode !== undefined && ports.includes(remotePort) ? [inode] : [];
  });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linked(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // Closed since it was listed.
  }
}
