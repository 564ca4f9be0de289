// Runs one of PostgreSQL's programs to its end, as the right account, and returns its output. For
// the server itself see server.ts.

import { spawn } from 'node:child_process';

import type { Account } from './account.js';
import { messageOf } from './error.js';

/** How much of a program's output is kept: the end, which has the reason of a failure. */
const MAX_OUTPUT_CHARACTERS = 8_192;

export interface RunResult {
  /** 0: success. -1: it could not be run, or was ended by a signal or by the time limit. */
  readonly code: number;
  /** The end of its output, on both channels. */
  readonly output: string;
}

export interface RunOptions {
  /** Undefined: the current user. */
  readonly account: Account | undefined;
  readonly timeoutMs: number;
  /** Its standard input. */
  readonly input?: string;
}

/** Never throws: a program that cannot be run is also a result. */
export function run(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...spawnIdentity(options.account),
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: string): void => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARACTERS);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    // If a program ends without reading its input, its exit code says so.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => resolve({ code: -1, output: messageOf(error) }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? -1, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });
}

/**
 * The options for spawning every child. We set the environment, because PG* variables would
 * redirect the programs, and secrets of the service are not for them. The working folder must be
 * one that the account can enter.
 */
export function spawnIdentity(account: Account | undefined): {
  uid?: number;
  gid?: number;
  cwd?: string;
  env: NodeJS.ProcessEnv;
} {
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot']) {
    if (process.env[name] !== undefined) env[name] = process.env[name];
  }
  const cwd = process.platform === 'win32' ? {} : { cwd: '/' };
  return account === undefined
    ? { env, ...cwd }
    : { env, ...cwd, uid: account.uid, gid: account.gid };
}
