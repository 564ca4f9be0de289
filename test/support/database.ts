// Real PostgreSQL for tests: one embedded cluster for each test process, started for the first test
// that needs it, with a fresh database per request; and private clusters for tests that stop or
// kill the server. Making a cluster takes about two seconds, so the shared one outlives the files
// of a process; global.ts says when it ends. Databases with the schema are copies of one, because
// migrating takes as much processor time as making a database.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { Client } from 'pg';

import type { BinariesPackage } from '../../src/embedded/binaries.js';
import { type Cluster, openCluster } from '../../src/embedded/cluster.js';
import type { RunningServer } from '../../src/embedded/server.js';
import { migrateUp } from '../../src/store/postgres/migrate.js';

export interface TestDatabase {
  /** The URL for the service's role `attendance`, which owns the database. */
  readonly url: string;
  /** The URL for the superuser, on the same database. */
  readonly adminUrl: string;
  /** Ends its sessions and deletes it. */
  drop(): Promise<void>;
}

export interface PrivateCluster {
  /** The URL for the service's role, on the database `attendance`; the same after every start. */
  readonly url: string;
  /** The URL for the superuser, on the same database. */
  readonly adminUrl: string;
  readonly port: number;
  /** Fast shutdown. Nothing listens on the port until start(). */
  stop(): Promise<void>;
  /** On the same port, with the same data. Returns when it accepts connections. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** SIGKILL: sessions break without notice, and the next start() replays the log. */
  kill9(): Promise<void>;
  /** Stops it and deletes its data. disposePrivateClusters() does this for forgotten ones. */
  dispose(): Promise<void>;
}

interface Opened {
  readonly folder: string;
  readonly cluster: Cluster;
  remove(): Promise<void>;
}

interface Shared {
  readonly opened: Opened;
  readonly server: RunningServer;
  readonly watchdog: ChildProcess;
}

let base: Promise<string> | undefined;
let shared: Promise<Shared> | undefined;
let template: Promise<string> | undefined;
let databases = 0;
const privates = new Set<PrivateCluster>();

/** A fresh database with the current schema, and nothing stored. */
export async function createTestDatabase(): Promise<TestDatabase> {
  template ??= createTemplate();
  const database = await createDatabase(`TEMPLATE ${await template}`);
  await execute(database.adminUrl, NEW_PAGE_TOKEN_KEY);
  return database;
}

/** A fresh database without a schema, for tests of the code that makes it. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await createDatabase('');
}

/** The only content that differs between databases, made as in its migration. */
const NEW_PAGE_TOKEN_KEY = `
  UPDATE page_token_key
  SET key = sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))`;

/**
 * Returns its name. No session connects to it any more, because PostgreSQL copies no database in
 * use.
 */
async function createTemplate(): Promise<string> {
  const { url } = await createDatabase('');
  await migrateUp(url);
  return new URL(url).pathname.slice(1);
}

async function createDatabase(from: string): Promise<TestDatabase> {
  // Test databases need not survive a power cut, and creating one is mostly fsync.
  shared ??= startShared({ fsync: 'off' });
  const { opened, server } = await shared;
  databases += 1;
  const name = `test_${databases}`;
  const admin = opened.cluster.url(server.port, 'postgres', 'postgres');
  await execute(admin, `CREATE DATABASE ${name} OWNER attendance ${from}`);
  return {
    url: opened.cluster.url(server.port, 'attendance', name),
    adminUrl: opened.cluster.url(server.port, 'postgres', name),
    drop: () => execute(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/**
 * A separate running cluster, on a port that stays the same. Only its methods restart it.
 * `settings`: server parameters by name; by default those of production, fsync included.
 */
export async function startPrivateCluster(
  settings: Readonly<Record<string, string>> = {},
): Promise<PrivateCluster> {
  const opened = await open(settings);
  let server: RunningServer | undefined = await opened.cluster.start();
  const { port } = server;
  const cluster: PrivateCluster = {
    url: opened.cluster.url(port, 'attendance', 'attendance'),
    adminUrl: opened.cluster.url(port, 'postgres', 'attendance'),
    port,
    async stop() {
      await server?.stop();
      server = undefined;
    },
    async start() {
      server ??= await opened.cluster.start(port);
    },
    async restart() {
      await cluster.stop();
      await cluster.start();
    },
    async kill9() {
      server?.signal('SIGKILL');
      await server?.exited;
      server = undefined;
    },
    async dispose() {
      privates.delete(cluster);
      await cluster.stop();
      await opened.remove();
    },
  };
  privates.add(cluster);
  return cluster;
}

/** Stops the private clusters that a test file forgot. */
export async function disposePrivateClusters(): Promise<void> {
  for (const cluster of privates) await cluster.dispose();
}

/** Stops everything that this module started, and deletes its data. Otherwise does nothing. */
export async function stopTestCluster(): Promise<void> {
  await disposePrivateClusters();
  if (shared !== undefined) {
    const { opened, server, watchdog } = await shared;
    shared = undefined;
    template = undefined;
    await server.stop();
    await opened.remove();
    watchdog.kill('SIGKILL');
  }
  if (base === undefined) return;
  await rm(await base, { recursive: true, force: true });
  base = undefined;
}

async function startShared(settings: Readonly<Record<string, string>>): Promise<Shared> {
  const opened = await open(settings);
  const server = await opened.cluster.start();
  return { opened, server, watchdog: watch(server.pid, dirname(opened.folder)) };
}

/**
 * A shell that ends the server and removes all data when this process ends in any way, because its
 * standard input then closes. No hook runs when mocha ends a process that it started.
 */
function watch(pid: number, folder: string): ChildProcess {
  const script =
    'trap "" INT TERM HUP; cat >/dev/null; kill -INT "$1" 2>/dev/null; ' +
    'while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"';
  const args = ['-c', script, 'cluster-watchdog', String(pid), folder];
  const child = spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}

async function open(settings: Readonly<Record<string, string>>): Promise<Opened> {
  base ??= makeBase();
  const folder = await mkdtemp(join(await base, 'cluster-'));
  await chmod(folder, 0o755);
  const dataDir = join(folder, 'data');
  const cluster = await openCluster({
    dataDir,
    defaultDataDir: dataDir,
    runtimeDir: join(await base, 'runtime'),
    settings,
    programs: otherPrograms(process.env.TEST_POSTGRES_BIN),
    log: quietly,
  });
  return {
    folder,
    cluster,
    async remove() {
      await cluster.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * For manual runs with another version: TEST_POSTGRES_BIN is the folder of its `postgres`, `initdb`
 * and `pg_ctl`. A service that a test starts with its own database always uses ours.
 */
function otherPrograms(folder: string | undefined): BinariesPackage | undefined {
  if (folder === undefined) return undefined;
  const banner = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  const version = /\d+(\.\d+)*/.exec(banner)?.[0] ?? '';
  const [major = ''] = version.split('.');
  const programs = { postgres: 'postgres', initdb: 'initdb', pg_ctl: 'pg_ctl' };
  return { root: folder, version, major, programs };
}

/** Open to the user that runs the server when the tests run as root. */
async function makeBase(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attendance-test-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Tests provoke hundreds of errors. A test asks the database for anything it needs to know. */
function quietly(): void {}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
