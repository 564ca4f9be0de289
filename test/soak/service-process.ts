// The service as its users start it, in a small heap, watched from outside (sockets, memory) and
// from inside (what is left after garbage collection).

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { residentMb } from '../../bench/support/memory.js';
import { MAIN, ROOT } from '../support/process.js';
import type { Inside } from './inside.js';
import { socketsOf } from './sockets.js';

const START_TIMEOUT_MS = 30_000;
const LOOK_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
/** Of its log and of its last words, kept for the report. */
const KEPT_LINES = 40;
const INSIDE = new URL('./inside.js', import.meta.url).href;

export interface ServiceOptions {
  readonly heapMb: number;
  readonly env: Readonly<Record<string, string>>;
  /** Ports of what the service itself connects to: those connections are its own. */
  readonly ownPorts: readonly number[];
}

export interface Looked {
  readonly sockets: number;
  readonly residentMb: number;
  readonly inside: Inside;
}

export interface ServiceProcess {
  readonly port: number;
  /** Resolves when it has ended, with the reason. */
  readonly exited: Promise<string>;
  readonly hasExited: () => boolean;
  /** The end of its log. */
  readonly lastWords: () => string;
  /** Log lines so far by level and text. */
  readonly logged: Readonly<Record<string, number>>;
  /** Sockets it holds, but for those to its own database and cache. */
  readonly sockets: () => number;
  readonly residentMb: () => number;
  /** All of it, after garbage collection. Rejects when the process has ended. */
  readonly look: () => Promise<Looked>;
  readonly stop: () => Promise<void>;
}

/** Starts it and waits until it serves. Throws with the end of its log. */
export async function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  const args = [
    '--enable-source-maps',
    `--max-old-space-size=${options.heapMb}`,
    '--expose-gc',
    '--import',
    INSIDE,
    MAIN,
  ];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = new Log(child);
  let reason: string | undefined;
  const exited = once(child, 'exit').then(([code, signal]) => {
    reason = `exit code ${code}, signal ${signal}`;
    return reason;
  });
  const port = await Promise.race([
    log.port,
    exited.then(() => Promise.reject(new Error(`the service did not start:\n${log.words()}`))),
    lateness('the service is not ready', START_TIMEOUT_MS),
  ]);
  const pid = child.pid ?? 0;
  const sockets = () => socketsOf(pid, options.ownPorts);
  const resident = () => residentMb(pid) ?? 0;
  return {
    port,
    exited,
    hasExited: () => reason !== undefined,
    lastWords: () => log.words(),
    logged: log.counts,
    sockets,
    residentMb: resident,
    async look() {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) });
      child.send('soak: look');
      const [inside] = (await answer) as [Inside];
      return { sockets: sockets(), residentMb: resident(), inside };
    },
    async stop() {
      if (reason !== undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

function lateness(what: string, ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms).unref();
  });
}

/** Counts what is logged, keeps its end, and finds the port. */
class Log {
  readonly port: Promise<number>;
  readonly counts: Record<string, number> = {};
  readonly #last: string[] = [];

  constructor({ stdout, stderr }: ChildProcess) {
    if (stdout === null || stderr === null) throw new Error('the service has no output');
    this.port = new Promise((resolve) => {
      createInterface({ input: stdout }).on('line', (text) => {
        this.#keep(text);
        const port = this.#count(text)?.match(/^ready on \S+:(\d+) /)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
    createInterface({ input: stderr }).on('line', (text) => this.#keep(text));
  }

  words(): string {
    return this.#last.join('\n');
  }

  #keep(text: string): void {
    this.#last.push(text);
    if (this.#last.length > KEPT_LINES) this.#last.shift();
  }

  #count(text: string): string | undefined {
    if (!text.startsWith('{')) return undefined;
    const { level, msg } = JSON.parse(text) as { level?: unknown; msg?: string };
    const kind = `${String(level)} ${msg ?? ''}`;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    return msg;
  }
}
