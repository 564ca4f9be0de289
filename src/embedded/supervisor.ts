// The embedded PostgreSQL in the form that the service uses: start it, get a URL, stop it. Until
// then it is kept alive: a server that dies is restarted on the same port, so that the service's
// pool finds it again by itself.

import { setTimeout as delay } from 'node:timers/promises';

import { type Cluster, type ClusterOptions, openCluster } from './cluster.js';
import { SERVICE_DATABASE, SERVICE_ROLE } from './database.js';
import { EmbeddedPostgresError, messageOf } from './error.js';
import type { Log } from './log.js';
import type { RunningServer } from './server.js';

/** Restarts in a row before we give up. Their pauses add up to about 20 s. */
const DEFAULT_MAX_RESTARTS = 10;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** A server that lived this long was healthy: its death begins a new count. */
const STABLE_AFTER_MS = 60_000;

export interface EmbeddedPostgres {
  /** For the service: the role `attendance`, owner of the database `attendance`, no superuser. */
  readonly connectionString: string;
  /** For operators and tests: the superuser, on the database `postgres`. */
  readonly adminConnectionString: string;
  /** The data folder. It may differ from the default (see the log). */
  readonly dataDir: string;
  readonly port: number;
  /**
   * Resolves, never rejects, when there is no server any more: undefined after stop(), or the error
   * GAVE_UP if the server kept dying. Then the service should end.
   */
  readonly exited: Promise<EmbeddedPostgresError | undefined>;
  /**
   * Shuts the server down and releases the folder. After about 20 s by force. No process is left.
   * Safe to call twice.
   */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions extends ClusterOptions {
  /** Restarts in a row, without a healthy minute in between, before giving up. Default: 10. */
  readonly maxRestarts?: number | undefined;
}

/**
 * Starts the embedded PostgreSQL: about a second the first time, less later. Throws
 * EmbeddedPostgresError, whose message is for the operator and names the way out.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const startedMs = performance.now();
  const cluster = await openCluster(options);
  let server: RunningServer;
  try {
    server = await cluster.start();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  const { port } = server;
  options.log('info', 'embedded PostgreSQL is ready', {
    dataDir: cluster.dataDir,
    port,
    serverPid: server.pid,
    tookMs: Math.round(performance.now() - startedMs),
  });
  const stopping = new AbortController();
  const exited = supervise(cluster, server, stopping.signal, options);
  return {
    connectionString: cluster.url(port, SERVICE_ROLE, SERVICE_DATABASE),
    adminConnectionString: cluster.url(port, 'postgres', 'postgres'),
    dataDir: cluster.dataDir,
    port,
    exited,
    async stop() {
      stopping.abort();
      await exited;
    },
  };
}

/** Owns the server from here on. Returns when it is gone for good and the folder is released. */
async function supervise(
  cluster: Cluster,
  first: RunningServer,
  stopping: AbortSignal,
  { log, maxRestarts = DEFAULT_MAX_RESTARTS }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgresError | undefined> {
  let server = first;
  let restarts = 0;
  try {
    for (;;) {
      const startedMs = performance.now();
      const exit = await Promise.race([server.exited, aborted(stopping)]);
      if (exit === undefined || stopping.aborted) return undefined;
      const { code, signal, lastLines } = exit;
      log('error', 'embedded PostgreSQL ended by itself', { code, signal, lastLines });
      if (performance.now() - startedMs > STABLE_AFTER_MS) restarts = 0;
      const budget = { used: restarts, max: maxRestarts };
      const next = await restart(cluster, server.port, budget, stopping, log);
      if (next === undefined) return undefined;
      server = next.server;
      restarts = next.restarts;
    }
  } catch (error) {
    const why = `embedded PostgreSQL does not stay up: ${messageOf(error)}`;
    log('error', why);
    return new EmbeddedPostgresError('GAVE_UP', why, { cause: error });
  } finally {
    await server.stop();
    await cluster.close().catch(() => {});
  }
}

/**
 * Tries until a server is up, with longer pauses each time. Undefined if stopped meanwhile; throws
 * the last failure when the restarts in a row are used up.
 */
async function restart(
  cluster: Cluster,
  port: number,
  budget: { readonly used: number; readonly max: number },
  stopping: AbortSignal,
  log: Log,
): Promise<{ server: RunningServer; restarts: number } | undefined> {
  let failure: unknown = new Error(`it ended ${budget.max + 1} times in a row`);
  for (let restarts = budget.used; restarts < budget.max; restarts += 1) {
    // The first at once, because until then every call of the service fails.
    const pauseMs =
      restarts === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (restarts - 1), MAX_PAUSE_MS);
    await delay(pauseMs, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return undefined;
    try {
      const server = await cluster.start(port, stopping);
      log('info', 'embedded PostgreSQL is up again', { port, pid: server.pid });
      return { server, restarts: restarts + 1 };
    } catch (error) {
      if (stopping.aborted) return undefined;
      failure = error;
      log('warn', 'embedded PostgreSQL could not be restarted', { reason: messageOf(error) });
    }
  }
  throw failure;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
