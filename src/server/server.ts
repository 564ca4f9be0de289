// The server: one port that speaks gRPC, gRPC-Web and Connect over HTTP/1.1 and HTTP/2, with
// health, reflection, metrics and CORS. Building it is separate from listening. It knows nothing of
// attendance: its caller registers the services.

import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { DescService } from '@bufbuild/protobuf';
import { Code, type ConnectRouter } from '@connectrpc/connect';
import { Health } from '../../gen/grpc/health/v1/health_pb.js';
import type { DependencyHealth } from '../app/ports/health.js';
import { keepEveryKey } from '../contract/own-keys.js';
import type { Metrics } from '../metrics/metrics.js';
import { within } from '../metrics/timeout.js';
import { DETAIL_FILE, DETAIL_TYPES } from '../rpc/edge/error-table.js';
import type { MethodRouter } from '../rpc/edge/pipeline.js';
import { fillRecord } from './connect/call-record.js';
import { COMPRESSIONS } from './connect/compressions.js';
import { giveDecoded } from './connect/decoded-messages.js';
import { observeCalls } from './connect/observe-calls.js';
import { createRouter } from './connect/router.js';
import { createRpcEndpoint } from './connect/rpc-endpoint.js';
import { UTF8_JSON } from './connect/utf8-json.js';
import { createConnections } from './exchange/connections.js';
import { createOriginCheck } from './http/allowed-hosts.js';
import { createCors } from './http/cors.js';
import { createHttp1Server } from './http/http1-server.js';
import { createHttp2Sessions } from './http/http2-sessions.js';
import { createIntake } from './http/intake.js';
import { createFrontDoor, type TlsFiles } from './http/listener.js';
import { createPlainEndpoints } from './http/plain-endpoints.js';
import { createRequestHandler } from './http/request-handler.js';
import { createHealthMonitor, type HealthMonitor } from './standard/health-monitor.js';
import { createHealthService } from './standard/health-service.js';
import { createReflectionIndex } from './standard/reflection-index.js';
import { REFLECTION_SERVICES, registerReflection } from './standard/reflection-service.js';
import type { OnCallEnd } from './support/ended-call.js';
import { DEFAULT_LIMITS, type Limits } from './support/limits.js';
import type { Logger } from './support/log.js';
import { createMemoryBudget } from './support/memory-budget.js';
import { refusalError } from './support/rpc-error.js';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Plaintext when absent. */
  readonly tls?: TlsFiles;
  /**
   * Origins of web pages that may call, as browsers write them; `*` allows all; none by default.
   */
  readonly corsOrigins: readonly string[];
  /** Headers that those pages may send besides the usual ones; none by default. */
  readonly corsHeaders?: readonly string[];
  /** Host names of the server, in lower case. `localhost` and IP addresses need not be listed. */
  readonly allowedHosts?: readonly string[];
  /** Registers the services. `draining` aborts when the server begins to drain. */
  readonly registerRoutes: (router: MethodRouter, context: RouteContext) => void;
  /** The registered services, for reflection and health. */
  readonly services: readonly DescService[];
  /** Returns the state of the dependencies. */
  readonly health: () => Promise<readonly DependencyHealth[]>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Called with every call that ended; undefined: nobody wants to know. */
  readonly onCallEnd?: OnCallEnd | undefined;
  /** Overrides of DEFAULT_LIMITS. */
  readonly limits?: Partial<Limits>;
}

export interface RouteContext {
  /**
   * Aborts at the start of a drain. An endless stream must end then; its client finds another
   * server.
   */
  readonly draining: AbortSignal;
}

export interface AttendanceServer {
  /** Resolves with the address taken. Rejects if the address cannot be taken. */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  /**
   * Stops the server. First it reports the stop to probes and watchers, and still serves for
   * `noticeMs` (default: 0) so that they notice. Then it accepts nothing more and waits up to
   * `graceMs` for the calls in flight. It answers the remaining calls with UNAVAILABLE and cuts
   * them. Never rejects; a second call returns the same promise.
   */
  drain(graceMs: number, noticeMs?: number): Promise<void>;
  /** New connections get this certificate; open ones keep theirs. Throws for one that is none. */
  useCertificate(files: TlsFiles): void;
  /** Takes hints about the health, so that the monitor looks before a probe asks. */
  readonly health: Pick<HealthMonitor, 'suspect' | 'changed'>;
}

export function createServer(options: ServerOptions): AttendanceServer {
  keepEveryKey();
  const { log, metrics } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const draining = new AbortController();
  const cutting = new AbortController();
  // Every stream in flight listens; Node's warning of a leak at eleven listeners does not apply.
  setMaxListeners(0, draining.signal, cutting.signal);
  const monitor = createHealthMonitor({
    ask: options.health,
    draining: draining.signal,
    limits,
    log,
  });
  metrics.watchDependencies(async () => (await monitor.current()).dependencies);
  const router = createRouter({
    readMaxBytes: limits.messageBytes,
    writeMaxBytes: limits.messageBytes,
    compressMinBytes: limits.compressMinBytes,
    jsonOptions: JSON_OPTIONS,
    // Nobody needs unknown fields, and they cost memory.
    binaryOptions: { readUnknownFields: false },
    acceptCompression: [...COMPRESSIONS],
    shutdownSignal: cutting.signal,
    interceptors: [fillRecord, giveDecoded],
  });
  registerStandardServices(router.connect, options, monitor);
  options.registerRoutes(router, { draining: draining.signal });
  const isEncrypted = options.tls !== undefined;
  const unread = createMemoryBudget(limits.unreadBytes);
  const rpc = createRpcEndpoint({
    handlers: router.connect.handlers,
    unaryMethods: router.unaryMethods,
    callerChecks: router.callerChecks,
    limits,
    metrics,
    log,
    jsonOptions: JSON_OPTIONS,
    isEncrypted,
    ending: cutting.signal,
    unread,
    notBegun: (connection) => intake.ahead(connection),
    onCallEnd: options.onCallEnd,
  });
  const handle = createRequestHandler({
    rpc,
    plain: createPlainEndpoints(monitor, metrics, log),
    cors: createCors(options.corsOrigins, options.corsHeaders),
    refuseOrigin: createOriginCheck({ allowedHosts: [], ...options }),
    bounds: { stallTimeoutMs: limits.writeStallTimeoutMs, unread },
    metrics,
    log,
    onCallEnd: options.onCallEnd,
  });
  const intake = createIntake(handle, log);
  const connections = createConnections(limits, log);
  metrics.watchConnections(() => connections.size);
  const http1 = createHttp1Server(intake.begin, connections, limits, log);
  const http2 = createHttp2Sessions(intake.begin, rpc.refuseEarly, limits, log);
  const door = createFrontDoor({
    tls: options.tls,
    limits,
    connections,
    log,
    onHttp1: (connection) => http1.adopt(connection),
    onHttp2: (connection) => http2.adopt(connection),
  });
  let drained: Promise<void> | undefined;
  return {
    health: monitor,
    listen: () => door.listen(options.host, options.port),
    useCertificate: (files) => door.useCertificate(files),
    drain(graceMs, noticeMs = 0) {
      drained ??= (async () => {
        draining.abort();
        http1.letGo();
        if (noticeMs > 0) await delay(noticeMs);
        const closed = door.close().then(() => true);
        http2.drain();
        http1.drain();
        if (!(await within(closed, graceMs, false))) {
          log.warn({ graceMs }, 'calls were still running at the end of the grace period');
          cutting.abort(stopping());
          await within(closed, limits.drainCutMs, false);
        }
        http1.close();
        connections.destroyAll();
        await closed;
        connections.close();
      })();
      return drained;
    },
  };
}

/**
 * By default Connect drops unknown fields and enum values: a filter with a typing error would list
 * everything, and a status "banana" would count as none given. The registry is needed because the
 * errors in a batch's answer are of type Any, which JSON cannot encode without it.
 */
const JSON_OPTIONS = { ignoreUnknownFields: false, registry: DETAIL_TYPES, ...UTF8_JSON };

/** The delay in RetryInfo for a caller that is cut off at the end of a drain. */
const RETRY_AFTER_MS = 1_000;

function registerStandardServices(
  router: ConnectRouter,
  { services, metrics, log }: ServerOptions,
  monitor: HealthMonitor,
): void {
  const options = { interceptors: [fillRecord, giveDecoded, observeCalls(metrics, log)] };
  const names = services.map((service) => service.typeName);
  router.service(Health, createHealthService(monitor, names), options);
  const reflected = [...services, Health, ...REFLECTION_SERVICES];
  registerReflection(router, createReflectionIndex(reflected, [DETAIL_FILE]), options);
}

function stopping() {
  return refusalError({
    code: Code.Unavailable,
    reason: 'DRAINING',
    message: 'This server is stopping; call again, and another one answers.',
    retryAfterMs: RETRY_AFTER_MS,
  });
}
