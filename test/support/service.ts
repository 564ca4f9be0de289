// The real service on a free port, for tests: wired as in main.ts, over a given database.

import type { Client } from '@connectrpc/connect';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { pino } from 'pino';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService } from '../../gen/attendance/v1/timesheet_service_pb.js';
import { BadRequestSchema, ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.js';
import { type Config, readConfig } from '../../src/process/config.js';
import { type Service, startService } from '../../src/process/service.js';
import { readTls } from '../../src/process/tls.js';

export interface TestServiceOptions {
  readonly databaseUrl: string;
  /** The environment, as for `npm start`. PORT and LOG_LEVEL are set. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the cache in memory may be used. */
  readonly onlyWriter?: boolean;
  /** Do not wait until calls are served. */
  readonly early?: boolean;
  /** Lines of the log, as parsed JSON. */
  readonly onLog?: (line: Record<string, unknown>) => void;
}

export interface TestService {
  readonly service: Service;
  readonly config: Config;
  readonly metrics: Metrics;
  readonly baseUrl: string;
  readonly client: Client<typeof AttendanceService>;
  readonly clock: Client<typeof ClockService>;
  readonly roster: Client<typeof RosterService>;
  readonly timesheets: Client<typeof TimesheetService>;
  stop(): Promise<void>;
}

export async function startTestService(options: TestServiceOptions): Promise<TestService> {
  const env = { LOG_LEVEL: 'info', ...ANY_AGE, ...options.env, PORT: '0' };
  const config = readConfig(env);
  const { onLog } = options;
  const metrics = createMetrics();
  const write = (line: string) => onLog?.(JSON.parse(line) as Record<string, unknown>);
  const service = await startService({
    config,
    tls: await readTls(config.tls),
    databaseUrl: options.databaseUrl,
    onlyWriter: options.onlyWriter ?? false,
    log: pino({ level: config.logLevel }, { write }),
    metrics,
  });
  if (options.early !== true) await service.ready;
  const scheme = config.tls === undefined ? 'http' : 'https';
  const baseUrl = `${scheme}://${service.host}:${service.port}`;
  const transport = createGrpcTransport({ baseUrl });
  return {
    service,
    config,
    metrics,
    baseUrl,
    client: createClient(AttendanceService, transport),
    clock: createClient(ClockService, transport),
    roster: createClient(RosterService, transport),
    timesheets: createClient(TimesheetService, transport),
    stop: async () => await service.stop(1000),
  };
}

/** Most tests are about fixed dates, and send commands for them long afterwards. */
export const ANY_AGE = { MAX_COMMAND_AGE_DAYS: '36500', CLOCK_SKEW_AFTER_DAYS: '36500' };

/** Adds an employee as a planner does, because commands need an added employee. Returns the id. */
export async function addEmployee(
  { roster }: Pick<TestService, 'roster'>,
  employeeId: string,
): Promise<string> {
  await roster.createEmployee({ employee: { employeeId } });
  return employeeId;
}

/** The content of a failed call, in a comparable form. */
export interface Refusal {
  readonly code: string;
  readonly reason: string | undefined;
  readonly fields: readonly string[];
}

/** How a call failed. Throws if it succeeded. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const failure = ConnectError.from(error);
    const [info] = failure.findDetails(ErrorInfoSchema);
    const [request] = failure.findDetails(BadRequestSchema);
    return {
      code: Code[failure.code] ?? 'Unknown',
      reason: info?.reason,
      fields: request?.fieldViolations.map((violation) => violation.field) ?? [],
    };
  }
  throw new Error('the call was not refused');
}
