// Starts a Redis for the bench, on the load's core, that writes nothing to disk.

import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { adopt, stop } from './children.js';
import { freePort } from './ports.js';
import type { RowContext } from './row.js';
import { until } from './wait.js';

/** Looked for on the PATH. */
const REDIS_SERVER = 'redis-server';
const START_TIMEOUT_MS = 10_000;

/** Starts redis-server and returns its URL. Throws if there is none on the PATH. */
export async function startRedis({ folder, cleanup }: RowContext): Promise<string> {
  const port = await freePort();
  const options = { '--port': String(port), '--bind': '127.0.0.1', '--save': '', '--dir': folder };
  const child = adopt(
    spawn(REDIS_SERVER, Object.entries(options).flat(), {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  cleanup.add(() => stop(child));
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = new Error(`redis-server does not start here (${error.message}); install Redis`);
  });
  child.once('exit', () => {
    failure ??= new Error('redis-server ended');
  });
  await until('redis-server listens', START_TIMEOUT_MS, () => {
    if (failure !== undefined) throw failure;
    return listens(port);
  });
  return `redis://127.0.0.1:${port}`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
