// The entry: reads the configuration, starts the database if it is ours, then the service, in one
// process or several, and stops them in reverse order.

import cluster from 'node:cluster';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import type { RebuiltEmployee } from './app/upkeep/rebuild.js';
import { hasData } from './embedded/data-folder.js';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded/supervisor.js';
import { joinClusterMetrics, serveClusterMetrics } from './metrics/cluster-metrics.js';
import { createMetrics } from './metrics/metrics.js';
import { checkAuthFiles } from './process/authentication.js';
import { type Config, ConfigError, readConfig } from './process/config.js';
import { createLogger, logWritten } from './process/log.js';
import { type RebuildArguments, type RebuildTotals, rebuildStored } from './process/rebuilding.js';
import { startService } from './process/service.js';
import { readTls, type TlsMaterial } from './process/tls.js';
import { UnexpectedEnd, unexpectedError } from './process/unexpected.js';
import { type LeavingMessage, type ReadyMessage, runWorkers } from './process/workers.js';
import { isLoopback } from './server/http/allowed-hosts.js';
import * as migrations from './store/postgres/migrate.js';

/** How long calls in flight may go on after a signal to stop. */
export const DRAIN_GRACE_MS = 20_000;

/** Where the embedded database lies unless DATA_DIR says otherwise: beside package.json. */
const DEFAULT_DATA_DIR = fileURLToPath(new URL('../../data', import.meta.url));

/** Ctrl-C under npm comes twice: from the terminal and, a moment later, from npm. */
const SIGNAL_ECHO_MS = 1000;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

type Environment = NodeJS.ProcessEnv;

/** Something that runs until it is stopped, or ends by itself with an error. */
interface Running {
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Runs the service until SIGINT, SIGTERM or an error that nobody caught, then ends the process. */
export async function serve(env: Environment): Promise<void> {
  const config = configOf(env);
  if (config === undefined) return;
  const log = createLogger(config.logLevel);
  const unexpected = unexpectedError(log, () => process.exit(EXIT_FAILED));
  const stopped = signalled(log);
  try {
    const tls = await readTls(config.tls);
    await checkAuthFiles(config.auth);
    const running = cluster.isWorker
      ? await runWorker(config, tls, log)
      : await runPrimary(config, tls, log);
    const failure = await Promise.race([stopped, running.ended, unexpected]);
    if (failure instanceof UnexpectedEnd) sayLeaving();
    await running.stop();
    if (failure !== undefined) throw failure;
    log.info('stopped');
    await end(0);
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`);
      return await end(EXIT_USAGE);
    }
    const err = error instanceof UnexpectedEnd ? {} : { err: error };
    log.fatal(err, error instanceof Error ? error.message : 'the service failed');
    await end(EXIT_FAILED);
  }
}

async function end(code: number): Promise<void> {
  await logWritten();
  process.exit(code);
}

/** A worker that ends by itself is replaced while it finishes what it has begun. */
function sayLeaving(): void {
  if (process.connected) process.send?.({ attendance: 'leaving' } satisfies LeavingMessage);
}

function configOf(env: Environment): Config | undefined {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_USAGE;
    return undefined;
  }
}

/** Resolves at the first signal; the second one ends the process without waiting. */
async function signalled(log: Logger): Promise<undefined> {
  return await new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (firstMs !== undefined) {
        // A worker is also told by the primary, who sees to it that the worker ends.
        const isEcho = performance.now() - firstMs < SIGNAL_ECHO_MS;
        if (cluster.isPrimary && !isEcho) process.exit(EXIT_FAILED);
        return;
      }
      firstMs = performance.now();
      if (cluster.isPrimary) log.info({ signal }, 'stopping: calls in flight are finished first');
      resolve(undefined);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
    // A worker whose primary died has nobody left to stop it.
    if (cluster.isWorker) process.once('disconnect', () => resolve(undefined));
  });
}

/** The database if it is ours, then this process alone or its workers. */
async function runPrimary(
  config: Config,
  tls: TlsMaterial | undefined,
  log: Logger,
): Promise<Running> {
  const database = await openOwnDatabase(config, log);
  try {
    const running =
      config.workers === 1
        ? await runAlone(config, tls, database, log)
        : runMany(config, database.url, log);
    return {
      ended: Promise.race([running.ended, database.ended]),
      async stop() {
        // The database is stopped in order, whatever became of the service.
        await running.stop().finally(() => database.stop());
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

interface OwnDatabase extends Running {
  readonly url: string;
  readonly embedded: boolean;
}

async function openOwnDatabase(config: Config, log: Logger): Promise<OwnDatabase> {
  if (config.databaseUrl !== undefined) {
    const never = new Promise<never>(() => {});
    return { url: config.databaseUrl, embedded: false, ended: never, stop: async () => {} };
  }
  const embedded = await startEmbeddedPostgres(embeddedOptions(config, log));
  return {
    url: embedded.connectionString,
    embedded: true,
    ended: embedded.exited,
    stop: () => embedded.stop(),
  };
}

function embeddedOptions({ dataDir }: Config, log: Logger): EmbeddedPostgresOptions {
  return {
    dataDir,
    defaultDataDir: DEFAULT_DATA_DIR,
    log: (level, message, fields) => log[level](fields ?? {}, message),
  };
}

async function runAlone(
  config: Config,
  tls: TlsMaterial | undefined,
  { url: databaseUrl, embedded: onlyWriter }: OwnDatabase,
  log: Logger,
): Promise<Running> {
  const metrics = createMetrics();
  const service = await startService({ config, tls, databaseUrl, onlyWriter, log, metrics });
  const ended = service.ready.then(
    () => {
      announce(config, service, log);
      return new Promise<never>(() => {});
    },
    (error: unknown) => error,
  );
  return { ended, stop: () => service.stop(DRAIN_GRACE_MS) };
}

function runMany(config: Config, databaseUrl: string, log: Logger): Running {
  serveClusterMetrics();
  const workers = runWorkers(
    config.workers,
    { DATABASE_URL: databaseUrl, DATABASE_URL_FILE: '' },
    log,
  );
  const ended = workers.ready.then(
    (address) => {
      announce(config, address, log);
      return new Promise<never>(() => {});
    },
    (error: unknown) => error,
  );
  return { ended, stop: () => workers.stop(config.drainDelayMs + DRAIN_GRACE_MS) };
}

/** One of several processes: the database is the primary's, and others write to it too. */
async function runWorker(
  config: Config,
  tls: TlsMaterial | undefined,
  log: Logger,
): Promise<Running> {
  const databaseUrl = config.databaseUrl;
  if (databaseUrl === undefined) throw new Error('a worker was started without DATABASE_URL');
  const metrics = joinClusterMetrics(createMetrics());
  const service = await startService({ config, tls, databaseUrl, onlyWriter: false, log, metrics });
  const ended = service.ready.then(
    () => {
      const { host, port } = service;
      process.send?.({ attendance: 'ready', host, port } satisfies ReadyMessage);
      return new Promise<never>(() => {});
    },
    (error: unknown) => error,
  );
  return {
    ended,
    async stop() {
      await service.stop(DRAIN_GRACE_MS);
      await metrics.leave();
    },
  };
}

function announce(config: Config, address: { host: string; port: number }, log: Logger): void {
  const scheme = config.tls === undefined ? 'http' : 'https';
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  log.info(
    { workers: config.workers },
    `ready on ${scheme}://${host}:${address.port} (gRPC, gRPC-Web, Connect)`,
  );
  if (!isLoopback(config.host) && config.auth.kind !== 'off' && config.tls === undefined) {
    log.info('tokens come unencrypted: set TLS_CERT_FILE, or let a proxy in front end TLS');
  }
  if (!isLoopback(config.host) && config.allowedHosts.length === 0) {
    log.info('any Host is served, a rebound one too: ALLOWED_HOSTS names those that callers use');
  }
}

/** Brings the schema up to date; returns the names of the migrations applied. */
export async function migrateUp(env: Environment): Promise<readonly string[]> {
  return await withDatabase(env, (url) => migrations.migrateUp(url));
}

export interface MigrationStatus {
  /** False when the embedded database has not been made yet. */
  readonly hasDatabase: boolean;
  readonly migrations: readonly migrations.MigrationState[];
}

/** What is applied and what is pending. Makes no database where there is none. */
export async function migrateStatus(env: Environment): Promise<MigrationStatus> {
  const config = readConfig(env);
  const embedded = embeddedOptions(config, createLogger('warn'));
  if (config.databaseUrl === undefined && !(await hasData(embedded, embedded.log))) {
    return { hasDatabase: false, migrations: await migrations.migrationStatesOfNone() };
  }
  const found = await withDatabase(env, (url) => migrations.migrationStates(url));
  return { hasDatabase: true, migrations: found };
}

export type { Difference as RebuildFinding } from './app/upkeep/rebuild-compare.js';
export type { RebuildArguments, RebuildTotals };

/**
 * Holds stored days against what follows from the facts; tells `onEmployee` of one after the other
 * and waits for it. Undefined where there is no database yet. Throws when its schema is behind.
 */
export async function rebuild(
  env: Environment,
  options: RebuildArguments,
  onEmployee: (found: RebuiltEmployee) => Promise<void>,
): Promise<RebuildTotals | undefined> {
  if (!(await migrateStatus(env)).hasDatabase) return undefined;
  const config = readConfig(env);
  const log = createLogger('warn');
  return await withDatabase(env, (databaseUrl) =>
    rebuildStored({ config, databaseUrl, log }, options, onEmployee),
  );
}

async function withDatabase<T>(env: Environment, run: (url: string) => Promise<T>): Promise<T> {
  const config = readConfig(env);
  const database = await openOwnDatabase(config, createLogger('warn'));
  try {
    return await run(database.url);
  } finally {
    await database.stop();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await serve(process.env);
