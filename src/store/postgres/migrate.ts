// Brings the schema up to date, one instance at a time. Each migration commits together with the
// record that it ran, so a failed one leaves nothing.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { UmzugStorage } from 'umzug';

/** The folder of the SQL files, relative to the compiled file, and the same in the image. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../../migrations', import.meta.url));

/**
 * Any number that is the same in every version of the service. The instance that holds it migrates.
 */
const ADVISORY_LOCK = 7_318_202_311;

/** How long to wait for another instance to finish migrating. */
const MAX_LOCK_WAIT_MS = 10 * 60_000;
const LOCK_POLL_MS = 100;

/** How long DDL may wait for locks of running calls. Other calls wait for it meanwhile. */
const DDL_LOCK_TIMEOUT_MS = 5000;

/** A file that begins with this line runs outside a transaction (CREATE INDEX CONCURRENTLY). */
const NO_TRANSACTION = '-- no-transaction';

export interface MigrationState {
  readonly name: string;
  readonly applied: boolean;
  /** ISO 8601, UTC; undefined when pending. */
  readonly appliedAt?: string;
}

interface AppliedRow {
  readonly name: string;
  readonly checksum: string;
  readonly applied_at: Date;
}

/** Applies pending migrations and returns their names. Other instances wait. */
export async function migrateUp(url: string, folder = MIGRATIONS_FOLDER): Promise<string[]> {
  return await withClient(url, async (client) => {
    await lock(client);
    await client.query(`
      create table if not exists schema_migration (
        name text primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`);
    const files = await migrationFiles(folder);
    const sources = new Map<string, string>();
    for (const name of files) sources.set(name, await readFile(join(folder, name), 'utf8'));
    await refuseChanged(client, sources);
    await refuseForeign(client, files);
    const done = new Set((await appliedRows(client)).map(({ name }) => name));
    return files.every((name) => done.has(name)) ? [] : await applyPending(client, sources);
  });
}

/** The applied and pending migrations, in order. Changes nothing. */
export async function migrationStates(
  url: string,
  folder = MIGRATIONS_FOLDER,
): Promise<MigrationState[]> {
  return await withClient(url, async (client) => {
    const applied = new Map((await appliedRows(client)).map((row) => [row.name, row]));
    const names = new Set([...applied.keys(), ...(await migrationFiles(folder))]);
    return [...names].sort().map((name) => {
      const row = applied.get(name);
      return row === undefined
        ? { name, applied: false }
        : { name, applied: true, appliedAt: row.applied_at.toISOString() };
    });
  });
}

/** What an operator should know about the PostgreSQL server. */
export interface ServerFacts {
  /** 18. */
  readonly majorVersion: number;
  /** Settings with which a crash of the machine can lose acknowledged facts. */
  readonly unsafeSettings: readonly string[];
}

export async function serverFacts(url: string): Promise<ServerFacts> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings
       where name in ('server_version_num', 'fsync', 'full_page_writes') order by name`,
    );
    const version = rows.find(({ name }) => name === 'server_version_num')?.setting;
    return {
      majorVersion: Math.floor(Number(version) / 10_000),
      unsafeSettings: rows.flatMap(({ name, setting }) => (setting === 'off' ? [name] : [])),
    };
  });
}

/** The same for a database that does not exist yet. */
export async function migrationStatesOfNone(folder = MIGRATIONS_FOLDER): Promise<MigrationState[]> {
  return (await migrationFiles(folder)).map((name) => ({ name, applied: false }));
}

async function withClient<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'attendance-migrate',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  // A lost connection fails the current query. Without a listener, the event would be fatal.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(`set lock_timeout = ${DDL_LOCK_TIMEOUT_MS}; set datestyle = 'ISO'`);
    return await run(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Polls instead of waiting inside PostgreSQL: a waiting statement holds a snapshot, and CREATE
 * INDEX CONCURRENTLY of the instance that migrates would wait for it for ever. The lock ends with
 * the connection, however that ends.
 */
async function lock(client: pg.Client): Promise<void> {
  const deadline = Date.now() + MAX_LOCK_WAIT_MS;
  for (;;) {
    const answer = await client.query<{ locked: boolean }>(
      'select pg_try_advisory_lock($1) as locked',
      [ADVISORY_LOCK],
    );
    if (answer.rows[0]?.locked === true) return;
    if (Date.now() > deadline) {
      throw new Error('another instance has been migrating for ten minutes; look at its log');
    }
    await delay(LOCK_POLL_MS);
  }
}

/**
 * Loads the library only here, because most starts have nothing to apply, and loading takes a
 * while.
 */
async function applyPending(
  client: pg.Client,
  sources: ReadonlyMap<string, string>,
): Promise<string[]> {
  const { Umzug } = await import('umzug');
  const umzug = new Umzug({
    migrations: [...sources].map(([name, source]) => ({
      name,
      up: async () => await apply(client, name, source),
    })),
    context: client,
    storage: storageOf(client),
    logger: undefined,
  });
  return (await umzug.up()).map(({ name }) => name);
}

async function migrationFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
}

/** `apply` writes its record in its own transaction, so there is nothing left to log. */
function storageOf(client: pg.Client): UmzugStorage {
  return {
    logMigration: async () => {},
    unlogMigration: async () => {
      throw new Error('migrations only go forward: write a new one');
    },
    executed: async () => (await appliedRows(client)).map((row) => row.name),
  };
}

async function appliedRows(client: pg.Client): Promise<AppliedRow[]> {
  const exists = await client.query<{ found: boolean }>(
    `select to_regclass('schema_migration') is not null as found`,
  );
  if (exists.rows[0]?.found !== true) return [];
  const answer = await client.query<AppliedRow>(
    'select name, checksum, applied_at from schema_migration order by name',
  );
  return answer.rows;
}

/** A migration that was edited after it ran would leave databases that differ unnoticed. */
async function refuseChanged(
  client: pg.Client,
  sources: ReadonlyMap<string, string>,
): Promise<void> {
  for (const row of await appliedRows(client)) {
    const source = sources.get(row.name);
    if (source !== undefined && checksumOf(source) !== row.checksum) {
      throw new Error(`migration ${row.name} was changed after it ran: write a new one instead`);
    }
  }
}

/**
 * A later unknown migration comes from a newer release, and does no harm. An earlier one made a
 * schema that ours cannot follow.
 */
async function refuseForeign(client: pg.Client, files: readonly string[]): Promise<void> {
  const applied = (await appliedRows(client)).map(({ name }) => name);
  const next = files.find((name) => !applied.includes(name));
  const foreign = applied.find(
    (name) => !files.includes(name) && next !== undefined && name < next,
  );
  if (foreign === undefined) return;
  throw new Error(
    `the database has the migration ${foreign}, which this release does not have, and lacks ${next}: ` +
      'it was made by a build from before the first release. Start with an empty database ' +
      '(DATA_DIR or DATABASE_URL), or use the build that made this one',
  );
}

function checksumOf(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}

async function apply(client: pg.Client, name: string, source: string): Promise<void> {
  const record = 'insert into schema_migration (name, checksum) values ($1, $2)';
  const values = [name, checksumOf(source)];
  if (source.startsWith(NO_TRANSACTION)) {
    await client.query(source);
    await client.query(record, values);
    return;
  }
  await client.query('begin');
  try {
    await client.query(source);
    await client.query(record, values);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
