// Finds a free port for the server, below the range from which systems pick the local ends of
// outgoing connections. Otherwise, while the server is down, one of the service's own attempts to
// reconnect could get the same port, connect to itself, and keep the server out.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

import { EmbeddedPostgresError } from './error.js';

const FIRST_PORT = 15_000;
/** Linux uses 32768 and above for these, others 49152 and above. */
const END_PORT = 32_000;
const MAX_TRIES = 50;

/** Free at this moment. Another program may take it at the next. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const port = randomInt(FIRST_PORT, END_PORT);
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError(
    'START_FAILED',
    `No free port on 127.0.0.1 among ${MAX_TRIES} tried from ${FIRST_PORT} to ${END_PORT - 1}.`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
