// One process of the service: the rooms wired together, started and stopped in order. Listens
// first and waits for the database then, so that readiness can say what it is waiting for.

import type { Logger } from 'pino';
import { badgeRules } from '../app/decide/decide-badge.js';
import type { Fact } from '../app/ports/facts.js';
import type { RosterStore } from '../app/ports/roster-ports.js';
import { FeedTail } from '../app/watch/feed-tail.js';
import { recordFacts } from '../app/write/record-facts.js';
import type { Instant } from '../domain/time/time.js';
import { showBuild } from '../metrics/build-info.js';
import { watchCompany } from '../metrics/company-metrics.js';
import type { Metrics } from '../metrics/metrics.js';
import { createWriteMetrics } from '../metrics/write-metrics.js';
import type { Authenticator } from '../rpc/edge/caller.js';
import type { PipelineContext } from '../rpc/edge/pipeline.js';
import { registerRoutes, SERVICES } from '../rpc/routes.js';
import { type AttendanceServer, createServer } from '../server/server.js';
import { createFeedBell } from '../store/feed/feed-bell.js';
import { openAuthenticator } from './authentication.js';
import { type CallLines, createCallLines } from './call-lines.js';
import { type CallLog, createCallLog } from './call-log.js';
import { createCompanyFigures } from './company-figures.js';
import type { Config } from './config.js';
import { createFollower, wakingRoster } from './follower.js';
import { packageVersion } from './package-version.js';
import { createSchemaWatch, reasonOf } from './schema.js';
import { openStores } from './stores.js';
import { createTeller } from './teller.js';
import { followCertificate, type TlsMaterial } from './tls.js';
import { wakingFacts } from './waking-facts.js';

/** What one process of the service is given besides its configuration. */
export interface ServiceOptions {
  readonly config: Config;
  /** The certificate and key of `config.tls`, read. */
  readonly tls: TlsMaterial | undefined;
  /** PostgreSQL, embedded or not. */
  readonly databaseUrl: string;
  /** Whether no other process writes to this database: only then may memory be a cache. */
  readonly onlyWriter: boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface Service {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** Resolves when the schema is there and calls are served; rejects when it cannot be made. */
  readonly ready: Promise<void>;
  /**
   * Tells probes, and serves on for the configured delay; finishes what is in flight, up to
   * `graceMs`, then closes everything.
   */
  stop(graceMs: number): Promise<void>;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, databaseUrl, log, metrics } = options;
  const calls = createCallLog(log);
  const auth = await openAuthenticator(config.auth, calls.log);
  const onConnectionLost = () => server.health.suspect();
  showBuild(metrics.registry, { version: packageVersion(), commit: config.buildCommit });
  const writeMetrics = createWriteMetrics(metrics.registry);
  const stores = await openStores({ ...options, writeMetrics, onConnectionLost });
  const bell = createFeedBell({
    url: databaseUrl,
    onRing: () => tail.wake(),
    onLost: ({ message }) =>
      log.debug({ reason: message }, 'the bell of the feed is not connected'),
  });
  const tail = new FeedTail(stores.attendance);
  const wake = () => {
    tail.wake();
    bell.ring();
  };
  const attendance = wakingFacts(stores.attendance, wake);
  observeWatch(tail, metrics, log);
  const ports = {
    stale: stores.stale,
    store: attendance,
    now: () => Date.now() as Instant,
  };
  const { badges } = stores;
  const writes = {
    record: (facts: readonly Fact[], caller?: AbortSignal) =>
      recordFacts(attendance, facts, caller),
  };
  const { figures, attendance: days } = stores;
  watchCompany(metrics.registry, createCompanyFigures({ days, figures, now: ports.now }));
  const follower = createFollower({ ports, badges: { store: badges, writes }, log, metrics });
  const teller = createTeller({
    ports: { transitions: stores.transitions, store: attendance, now: ports.now },
    onTold: wake,
    log,
  });
  const roster = wakingRoster(stores.roster, () => follower.wake());
  let employeeKey: Uint8Array | undefined;
  const lines = callLines(config, log, () => employeeKey);
  const schema = createSchemaWatch({ databaseUrl, migrate: config.migrate, log });
  const health = async () => schema.withSchema(await stores.attendance.health());
  const server = createServer({
    host: config.host,
    port: config.port,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    corsOrigins: config.corsOrigins,
    corsHeaders: config.corsHeaders,
    allowedHosts: config.allowedHosts,
    registerRoutes: registerRoutes(
      pipelineContext(calls, metrics, auth.authenticator, roster),
      {
        store: attendance,
        roster,
        facts: stores.facts,
        badges: { store: badges, rules: badgeRules(config.defaultZone) },
        tail,
      },
      config.clockLimits,
      (queue) => writeMetrics.watchQueue(() => queue.waitingFacts),
    ),
    services: SERVICES,
    health,
    metrics,
    log: calls.log,
    limits: { connectionAgeMs: config.connectionAgeMs },
    onCallEnd: lines?.ended,
  });
  const stopping = new AbortController();
  const address = await listen(server, config).catch(async (error: unknown) => {
    auth.close();
    await bell.close();
    await stores.close();
    throw error;
  });
  const certificate =
    config.tls &&
    (await followCertificate(config.tls, (files) => server.useCertificate(files), log));
  const ready = schema.ready(stopping.signal).then(async () => {
    server.health.changed();
    employeeKey = await stores.attendance.pageTokenKey().catch(() => undefined);
  });
  // Whoever waits for it hears it; nobody needs to.
  ready.catch(() => {});
  follower.start(ready);
  bell.start(ready);
  teller.start(ready);
  return {
    ...address,
    ready,
    async stop(graceMs) {
      stopping.abort();
      const drained = server.drain(graceMs, config.drainDelayMs);
      await Promise.all([drained, follower.stop(), teller.stop()]);
      certificate?.close();
      auth.close();
      calls.flush();
      lines?.flush();
      await bell.close();
      await stores.close();
    },
  };
}

/** Undefined when no call has a line, so that nothing is done for it. */
function callLines(
  { callLog }: Config,
  log: Logger,
  employeeKey: () => Uint8Array | undefined,
): CallLines | undefined {
  if (callLog === undefined || !log.isLevelEnabled('warn')) return undefined;
  return createCallLines({ ...callLog, log, employeeKey });
}

async function listen(
  server: AttendanceServer,
  { host, port }: Config,
): Promise<{ host: string; port: number }> {
  try {
    return await server.listen();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const hint = LISTEN_HINTS.get(code);
    if (hint === undefined) throw cause;
    throw new Error(`cannot listen on ${host}, port ${port} (${code}): ${hint}`, { cause });
  }
}

const LISTEN_HINTS = new Map([
  ['EADDRINUSE', 'something listens there already; stop it, or set PORT to another one'],
  ['EADDRNOTAVAIL', 'this machine has no such address; set HOST to one that it has'],
  ['EACCES', 'this user may not; set PORT to one above 1023'],
]);

/** Counts what streams tell, and logs when the feed cannot be read. */
function observeWatch(tail: FeedTail, metrics: Metrics, log: Logger): void {
  metrics.watchFeed(() => tail.watching);
  tail.observer = {
    told: (changes, newestMs) => metrics.countTold(changes, newestMs / 1000),
    failed: (error) => log.debug({ reason: reasonOf(error) }, 'the feed cannot be read for now'),
  };
}

function pipelineContext(
  { log, incident }: CallLog,
  metrics: Metrics,
  authenticator: Authenticator,
  roster: Pick<RosterStore, 'getEmployee'>,
): PipelineContext {
  return {
    now: () => Date.now() as Instant,
    authenticator,
    memberships: {
      groupOf: async (id) => (await roster.getEmployee(id, undefined))?.detail.groupId,
    },
    denied: (failure) => metrics.countDenied(failure),
    observe: (method, code, seconds) => metrics.observeRpc(method, code, seconds),
    unexpected: (method, id, error, requestId) =>
      incident({ method: method.name, incident: id, requestId, err: error }),
    failed: (method, failure, cause) => {
      const reason = reasonOf(cause);
      log.warn(
        { method: method.name, failure: failure.kind, reason },
        'a call could not be served',
      );
    },
  };
}
