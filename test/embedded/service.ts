// Runs child.ts as a process of its own and speaks with it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { EmbeddedPostgresOptions } from '../../src/embedded/supervisor.js';

export type Outcome =
  | {
      readonly connectionString: string;
      readonly adminConnectionString: string;
      readonly dataDir: string;
      readonly messages: readonly string[];
    }
  | { readonly code: string; readonly message: string; readonly messages: readonly string[] };

export type Started = Extract<Outcome, { connectionString: string }>;
export type Refused = Extract<Outcome, { code: string }>;

export interface Service {
  readonly pid: number;
  readonly outcome: Promise<Outcome>;
  /** Says one word and waits for the process to end. */
  say(word: 'stop' | 'exit'): Promise<void>;
  kill9(): Promise<void>;
}

export interface ServiceIdentity {
  readonly uid?: number;
  readonly gid?: number;
  /** The root of the compiled program; by default the one these tests are part of. */
  readonly program?: string;
}

/** Where the compiled program of this test run has its root: what contains test/ and src/. */
export const compiledRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const running = new Set<ChildProcess>();

export function startService(
  options: Omit<EmbeddedPostgresOptions, 'log'>,
  { uid, gid, program = compiledRoot }: ServiceIdentity = {},
): Service {
  const script = join(program, 'test', 'embedded', 'child.js');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  running.add(child);
  const ended = once(child, 'exit').then(() => running.delete(child));
  const outcome = new Promise<Outcome>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`ended early: ${code ?? signal}`)));
  });
  // Killed on purpose, nobody asks for its outcome; ended by itself, it hears nothing.
  outcome.catch(() => {});
  child.stdin.on('error', () => {});
  return {
    pid: child.pid ?? 0,
    outcome,
    async say(word) {
      child.stdin.write(`${word}\n`);
      await ended;
    },
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** For an afterEach: a failed test leaves no service behind. */
export async function stopServices(): Promise<void> {
  for (const child of running) {
    child.stdin?.write('stop\n');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

export async function started(service: Service): Promise<Started> {
  const outcome = await service.outcome;
  if ('code' in outcome) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome;
}

export async function refused(service: Service): Promise<Refused> {
  const outcome = await service.outcome;
  if ('code' in outcome) return outcome;
  throw new Error(`started in ${outcome.dataDir}, and should have been refused`);
}
