// Starts the service as its users do, `node dist/src/main.js` with an environment, on the servers'
// core. From the bench's environment it gets only PATH and the like.

import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adopt, stop } from './children.js';
import { onServerCore } from './pinning.js';
import { freePort } from './ports.js';
import type { RowContext } from './row.js';
import { TOKEN_SETTINGS } from './token.js';
import { until } from './wait.js';

const START_TIMEOUT_MS = 60_000;
const READY_REQUEST_TIMEOUT_MS = 2_000;
/** How much of its log is shown if it does not start. */
const LAST_WORDS_CHARACTERS = 2_000;
/** The variables that a process needs; none of them configures the service. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'USER', 'LD_LIBRARY_PATH'];
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export interface Service {
  readonly port: number;
  readonly pid: number;
}

/** Starts the service and waits until it is ready. Throws with the end of its log. */
export async function startService(
  { pinning, folder, cleanup }: RowContext,
  environment: Readonly<Record<string, string>>,
): Promise<Service> {
  if (!existsSync(MAIN)) throw new Error(`there is no service at ${MAIN}: build it first`);
  const port = await freePort();
  const log = join(folder, 'service.log');
  const output = openSync(log, 'a');
  const { file, args } = onServerCore(pinning, {
    file: process.execPath,
    args: ['--max-semi-space-size=32', '--enable-source-maps', MAIN],
  });
  const child = adopt(
    spawn(file, args, {
      env: {
        ...inherited(),
        HOST: '127.0.0.1',
        PORT: String(port),
        ...TOKEN_SETTINGS,
        ...environment,
      },
      stdio: ['ignore', output, output],
    }),
  );
  cleanup.add(() => stop(child));
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  try {
    await until('the service is ready', START_TIMEOUT_MS, async () => {
      if (ended) throw new Error('the service ended');
      return await isReady(port);
    });
  } catch (error) {
    const words = readFileSync(log, 'utf8').slice(-LAST_WORDS_CHARACTERS);
    throw new Error(`${error instanceof Error ? error.message : error}; its log ends:\n${words}`);
  }
  if (child.pid === undefined) throw new Error('the service has no process');
  return { port, pid: child.pid };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(READY_REQUEST_TIMEOUT_MS);
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false; // Not listening yet.
  }
}

function inherited(): Record<string, string> {
  const pairs = INHERITED.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
