// Builds the real server on a free port of the loopback, for one test, with a few methods of
// the attendance service answered here.

import { create, type DescMethodUnary } from '@bufbuild/protobuf';
import { createContextValues, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import {
  AttendanceService,
  GetAttendanceResponseSchema,
  ListAttendanceResponseSchema,
  MarkAttendanceResponseSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { DependencyHealth } from '../../../src/app/ports/health.js';
import { createMetrics, type Metrics } from '../../../src/metrics/metrics.js';
import type { MethodRouter } from '../../../src/rpc/edge/pipeline.js';
import { signalOf } from '../../../src/server/connect/cancellations.js';
import { type AttendanceServer, createServer } from '../../../src/server/server.js';
import type { EndedCall } from '../../../src/server/support/ended-call.js';
import type { Limits } from '../../../src/server/support/limits.js';
import type { Logger } from '../../../src/server/support/log.js';

type Routes = Partial<ServiceImpl<typeof AttendanceService>>;

export interface ServeOptions {
  readonly limits?: Partial<Limits>;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly corsOrigins?: readonly string[];
  readonly corsHeaders?: readonly string[];
  /** `x` when not given: requests that are written by hand call the server so. */
  readonly allowedHosts?: readonly string[];
  readonly routes?: Routes;
  readonly health?: () => Promise<readonly DependencyHealth[]>;
}

export interface Served {
  readonly server: AttendanceServer;
  readonly metrics: Metrics;
  readonly port: number;
  /** http://127.0.0.1:port, or https://localhost:port. */
  readonly url: string;
  /** Errors the server logged. */
  readonly errors: object[];
  /** Calls that ended, in order. */
  readonly calls: EndedCall[];
}

export const UP: readonly DependencyHealth[] = [
  { name: 'postgresql', up: true, detail: '' },
  { name: 'redis', up: true, detail: '' },
];

const ECHO: Partial<ServiceImpl<typeof AttendanceService>> = {
  getAttendance: ({ employeeId, date }) =>
    create(GetAttendanceResponseSchema, { attendance: { employeeId, date } }),
  markAttendance: ({ employeeId, note }) =>
    create(MarkAttendanceResponseSchema, { attendance: { employeeId, note } }),
  listAttendance: ({ employeeId, pageSize }) =>
    create(ListAttendanceResponseSchema, {
      attendances: Array.from({ length: pageSize }, () => ({ employeeId, note: 'n'.repeat(500) })),
    }),
  async *streamAttendance({ employeeId }) {
    for (const note of ['one', 'two', 'three']) yield { attendances: [{ employeeId, note }] };
  },
};

const running: Served[] = [];

export async function serve(options: ServeOptions = {}): Promise<Served> {
  const errors: object[] = [];
  const calls: EndedCall[] = [];
  const log: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (fields, message) => errors.push({ message, ...fields }),
  };
  const metrics = createMetrics();
  const server = createServer({
    host: '127.0.0.1',
    port: 0,
    corsOrigins: options.corsOrigins ?? [],
    corsHeaders: options.corsHeaders ?? [],
    allowedHosts: options.allowedHosts ?? ['x'],
    registerRoutes: (router) => register(router, { ...ECHO, ...options.routes }),
    services: [AttendanceService],
    health: options.health ?? (async () => UP),
    metrics,
    log,
    onCallEnd: (call) => calls.push(call),
    limits: { healthMaxAgeMs: 0, healthWatchIntervalMs: 20, ...options.limits },
    ...(options.tls === undefined ? {} : { tls: options.tls }),
  });
  const { port } = await server.listen();
  const url = options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  const served = { server, metrics, port, url, errors, calls };
  running.push(served);
  return served;
}

/** Unary methods as the service registers its own: so the unary lane takes their calls. */
function register(router: MethodRouter, routes: Routes): void {
  router.connect.service(AttendanceService, routes);
  for (const method of AttendanceService.methods) {
    const handle = routes[method.localName as keyof Routes];
    if (method.methodKind !== 'unary' || handle === undefined) continue;
    router.unary(
      method as DescMethodUnary,
      async ({ message, headers, cancellation, timeoutMs }) => {
        const context: HandlerContext = {
          service: AttendanceService,
          method,
          // Which way the call came: the lane makes no web headers.
          protocolName: headers instanceof Headers ? 'library' : 'lane',
          requestMethod: 'POST',
          url: 'http://unary.invalid',
          requestHeader: new Headers(),
          responseHeader: new Headers(),
          responseTrailer: new Headers(),
          signal: signalOf(cancellation),
          timeoutMs: () => timeoutMs,
          values: createContextValues(),
        };
        return create(method.output, (await handle(message as never, context)) as never);
      },
    );
  }
}

/** For afterEach. */
export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map(({ server }) => server.drain(0)));
}
