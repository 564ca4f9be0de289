// A service of one part, for tests that kill it: starts the embedded PostgreSQL with the options
// in its first argument, prints the outcome as one line of JSON, and obeys one word on its
// standard input: "stop" (in order) or "exit" (without a goodbye).

import { createInterface } from 'node:readline';

import { EmbeddedPostgresError } from '../../src/embedded/error.js';
import { startEmbeddedPostgres } from '../../src/embedded/supervisor.js';
import type { Outcome } from './service.js';

const options = JSON.parse(process.argv[2] ?? '{}') as { defaultDataDir: string };
const messages: string[] = [];

function report(outcome: Outcome): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

try {
  const postgres = await startEmbeddedPostgres({
    ...options,
    log: (_level, message) => messages.push(message),
  });
  createInterface({ input: process.stdin }).on('line', (word) => {
    if (word === 'exit') process.exit(0);
    void postgres.stop().then(() => process.exit(0));
  });
  const { connectionString, adminConnectionString, dataDir } = postgres;
  report({ connectionString, adminConnectionString, dataDir, messages });
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  report({ code: error.code, message: error.message, messages });
}
