// The service as users run it: a separate process with its own embedded database.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const MAIN = join(ROOT, 'dist/src/main.js');

export type LogLine = Record<string, unknown> & { readonly msg?: string };

export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** All lines logged so far. */
  readonly lines: readonly LogLine[];
  readonly errors: () => string;
  /**
   * The next line, or one already logged, with that beginning. Rejects if the process ends first.
   */
  line(beginning: string): Promise<LogLine>;
  /** `http://host:port`, once calls are served. */
  ready(): Promise<string>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** A folder that a database user can enter, with a function to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'attendance-process-'));
  await chmod(path, 0o755);
  return { path, remove: async () => await rm(path, { recursive: true, force: true }) };
}

/** Starts a command; `env` is added to this process's environment. */
export function startProcess(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  options: { readonly ownGroup?: boolean; readonly cwd?: string; readonly isAsked?: boolean } = {},
): ServiceProcess {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.isAsked === true ? (['ipc'] as const) : [])],
    detached: options.ownGroup === true,
  });
  const lines: LogLine[] = [];
  const listeners = new Set<() => void>();
  let errors = '';
  child.stderr?.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      lines.push(text.startsWith('{') ? (JSON.parse(text) as LogLine) : { msg: text });
      for (const listener of listeners) listener();
    });
  }
  const exited = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const line = (beginning: string) =>
    new Promise<LogLine>((resolve, reject) => {
      const look = () => {
        const found = lines.find((candidate) => String(candidate.msg).startsWith(beginning));
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
      const ended = () => reject(new Error(`it ended first: ${JSON.stringify(lines)} ${errors}`));
      void exited.then(ended);
    });
  return {
    child,
    pid: child.pid ?? 0,
    lines,
    errors: () => errors,
    line,
    ready: async () => {
      const { msg = '' } = await line('ready on ');
      return msg.split(' ')[2] ?? '';
    },
    exited,
  };
}

export function startMain(env: Readonly<Record<string, string>>): ServiceProcess {
  return startProcess([process.execPath, MAIN], env);
}

/** Whether a process exists and is not a zombie. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !/^\d+ \(.*\) Z/s.test(stat);
  } catch {
    return false;
  }
}

/** Child processes of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}
