// Starts a PostgreSQL for one row: empty, durable, on the load's core.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { connectionUrl, SERVICE_DATABASE, SERVICE_ROLE } from '../../src/embedded/database.js';
import { readSecret } from '../../src/embedded/secret.js';
import { startEmbeddedPostgres } from '../../src/embedded/supervisor.js';
import type { Cleanup } from './cleanup.js';
import { type CommitTime, measureCommitTime } from './machine.js';
import { moveProcess, type Pinning } from './pinning.js';
import type { Check } from './row.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** For counting the rows of the longest possible run. */
const STATEMENT_TIMEOUT_MS = 120_000;
/** The settings that make a commit durable; PostgreSQL's own defaults. */
const DURABLE: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
};

export interface Database {
  readonly url: string;
  /** The same database, for actions that the service's own role may not do. */
  readonly superuserUrl: string;
  /** The server's version, such as `18.4`. */
  readonly version: string;
  readonly commit: CommitTime;
  /** Runs a query for one number. */
  readonly number: (sql: string) => Promise<number>;
  /** Checks that the server is set to lose nothing. */
  readonly durable: () => Promise<Check>;
}

/** A new database, empty, with the settings of the embedded one. */
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
  const superuserUrl = await superuserUrlOf(server.dataDir, portOf(server.dataDir));
  return await open(server.connectionString, superuserUrl, server.dataDir, cleanup);
}

/**
 * The database that a service has started for itself in this folder. It is moved to the load's
 * core, because on the servers' core its processor time would count as the service's.
 */
export async function attachEmbedded(
  dataDir: string,
  pinning: Pinning,
  cleanup: Cleanup,
): Promise<Database> {
  if (pinning.pinned) moveFamily(Number(postmasterLines(dataDir)[0]), pinning.loadCore);
  const port = portOf(dataDir);
  const url = connectionUrl(port, SERVICE_ROLE, await secretOf(dataDir), SERVICE_DATABASE);
  return await open(url, await superuserUrlOf(dataDir, port), dataDir, cleanup);
}

/** The first line has its process, the fourth its port. */
function postmasterLines(dataDir: string): readonly string[] {
  return readFileSync(join(dataDir, 'pgdata', 'postmaster.pid'), 'utf8').split('\n');
}

function portOf(dataDir: string): number {
  return Number(postmasterLines(dataDir)[3]);
}

async function secretOf(dataDir: string): Promise<string> {
  const secret = await readSecret(join(dataDir, 'password'));
  if (secret === undefined) throw new Error(`there is no password in ${dataDir}`);
  return secret;
}

async function superuserUrlOf(dataDir: string, port: number): Promise<string> {
  return connectionUrl(port, 'postgres', await secretOf(dataDir), SERVICE_DATABASE);
}

/** Moves a process and its children. Children that it starts later follow it. */
function moveFamily(parent: number, core: number): void {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
  for (const pid of [parent, ...children.split(' ').filter(Boolean).map(Number)]) {
    moveProcess(pid, core);
  }
}

async function open(
  url: string,
  superuserUrl: string,
  dataDir: string,
  cleanup: Cleanup,
): Promise<Database> {
  const commit = measureCommitTime(dataDir);
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // The next query notices a connection that was lost while idle.
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
    url,
    superuserUrl,
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
