// A PostgreSQL of the bench's own, made for one row: empty, durable, on the load's core.

import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/supervisor.js';
import type { Cleanup } from './cleanup.js';
import { type CommitTime, measureCommitTime } from './machine.js';
import type { Check } from './row.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Counting the rows of the longest run there can be. */
const STATEMENT_TIMEOUT_MS = 120_000;
/** What makes a commit durable; PostgreSQL's own defaults. */
const DURABLE: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
};

export interface Database {
  readonly url: string;
  /** The server's version, such as `18.4`. */
  readonly version: string;
  readonly commit: CommitTime;
  /** Asks for one number. */
  readonly number: (sql: string) => Promise<number>;
  /** Whether the server is set to lose nothing. */
  readonly durable: () => Promise<Check>;
}

export async function startDatabase(folder: string, cleanup: Cleanup): Promise<Database> {
  const dataDir = join(folder, 'data');
  const server = await startEmbeddedPostgres({
    dataDir,
    defaultDataDir: dataDir,
    log: (level, message) => {
      if (level !== 'info') process.stderr.write(`postgresql: ${message}\n`);
    },
  });
  cleanup.add(() => server.stop());
  const commit = measureCommitTime(server.dataDir);
  const client = new Client({
    connectionString: server.connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // A connection lost while nobody asks anything is seen by the next question.
  client.on('error', () => undefined);
  await client.connect();
  cleanup.add(() => client.end());
  const text = async (sql: string): Promise<string> => {
    const { rows } = await client.query<{ value: string }>(`select (${sql})::text as value`);
    const value = rows[0]?.value;
    if (value === undefined) throw new Error(`no answer to: ${sql}`);
    return value;
  };
  return {
    url: server.connectionString,
    version: await text(`split_part(current_setting('server_version'), ' ', 1)`),
    commit,
    number: async (sql) => Number(await text(sql)),
    durable: async () => {
      const found: [name: string, value: string][] = [];
      for (const name of Object.keys(DURABLE)) {
        found.push([name, await text(`current_setting('${name}')`)]);
      }
      return {
        rule: 'the database loses nothing it has committed',
        holds: found.every(([name, value]) => DURABLE[name] === value),
        found: found.map((setting) => setting.join(' ')).join(', '),
      };
    },
  };
}
