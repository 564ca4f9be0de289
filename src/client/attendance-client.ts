// The client of the attendance service for Node backends: typed methods, deadlines on every call,
// safe retries, decoded errors. Knows only the contract, and nothing of the server.

import { setMaxListeners } from 'node:events';
import type { ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { TimesheetService } from '../../gen/attendance/v1/timesheet_service_pb.js';
import type { RetryPolicy } from './retry.js';
import { DEFAULT_RETRY_POLICY } from './retry.js';
import { RetryBudget } from './retry-budget.js';
import type { Caller, CallOptions, ServiceClient } from './service-client.js';
import { createServiceClient } from './service-client.js';
import { type Watch, watchOn } from './watch.js';

/** The longest a unary call may take in all, if neither the call nor the client sets a deadline. */
export const DEFAULT_DEADLINE_MS = 10_000;

/** The longest a stream may take in all, if neither the call nor the client sets a deadline. */
export const DEFAULT_STREAM_DEADLINE_MS = 300_000;

/** The longest message received or sent. A full batch or a full page is about 1 MiB. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

// A silently dead connection is detected within KEEPALIVE_TIME_MS + KEEPALIVE_TIMEOUT_MS. Pings are
// sent only while calls are open, which no server considers abuse.
const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

// grpc-js waits 1 s to 2 min between connection attempts, and fails every call meanwhile. With
// retries per call, a service that is back should be found about as fast as the retries come.
const RECONNECT_INITIAL_MS = 100;
const RECONNECT_MAX_MS = 2_000;

const ACTOR_HEADER = 'x-attendance-actor';

const LOOPBACK = /^(127\.|localhost[:]|\[?::1\]?:|unix:)/;

/** Certificates in PEM form. */
export interface TlsOptions {
  /** Authorities to trust instead of the system's. */
  readonly rootCertificates?: Buffer;
  /** This client's own certificate, if the service requires one. */
  readonly certificate?: Buffer;
  readonly privateKey?: Buffer;
}

export interface AttendanceClientOptions {
  /** `host:port`, or another target of @grpc/grpc-js such as `dns:///attendance:8080`. */
  readonly address: string;
  /** Encrypt: `true` trusts the system's authorities. Default: plaintext. */
  readonly tls?: boolean | TlsOptions;
  /** Credentials of @grpc/grpc-js, instead of `tls`. */
  readonly credentials?: ChannelCredentials;
  /**
   * A bearer token, or a function that returns one, called before every attempt. Send it over TLS
   * only.
   */
  readonly token?: string | (() => string | Promise<string>);
  /**
   * For whom the calls act, such as the id of a signed-in person: recorded beside the caller's own
   * name, as `payroll for jane`. 1 to 128 visible ASCII characters, without commas. The token needs
   * the scope `attendance.act`. Default: nobody. A call can name another one.
   */
  readonly actor?: string;
  /** Headers to send with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** In milliseconds. Default: DEFAULT_DEADLINE_MS. */
  readonly defaultDeadlineMs?: number;
  /** In milliseconds. Default: DEFAULT_STREAM_DEADLINE_MS. */
  readonly defaultStreamDeadlineMs?: number;
  /** Default: DEFAULT_RETRY_POLICY, field by field. */
  readonly retry?: Partial<RetryPolicy>;
  /** Further options of @grpc/grpc-js, which override this client's own. */
  readonly channelOptions?: ChannelOptions;
}

/** Every method of every service, `watch` and `close`. All throw AttendanceClientError. */
export type AttendanceClient = ServiceClient<typeof AttendanceService> &
  ServiceClient<typeof ClockService> &
  ServiceClient<typeof RosterService> &
  ServiceClient<typeof TimesheetService> & {
    /**
     * Changes of days as they are committed, each once and in order: WatchAttendance, opened again
     * behind the last message whenever a stream ends.
     */
    readonly watch: Watch;
    /** Closes the connection. Open calls end with an error. */
    close(): void;
  };

/** Makes a client. It connects with the first call, and serves any number of calls at once. */
export function createAttendanceClient(options: AttendanceClientOptions): AttendanceClient {
  const client = new Client(options.address, credentialsOf(options), {
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.keepalive_permit_without_calls': 0,
    'grpc.initial_reconnect_backoff_ms': RECONNECT_INITIAL_MS,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    // This client has its own retries (see retry.ts); a DNS record must not add any.
    'grpc.service_config_disable_resolution': 1,
    // A proxy from the environment cannot reach a service that listens on this machine only.
    'grpc.enable_http_proxy': LOOPBACK.test(options.address) ? 0 : 1,
    ...options.channelOptions,
  });
  const closing = new AbortController();
  // Each call that waits for its next attempt listens, and there may be any number of them.
  setMaxListeners(0, closing.signal);
  const caller: Caller = {
    client,
    closed: closing.signal,
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
    budget: new RetryBudget(),
    unaryDeadlineMs: options.defaultDeadlineMs ?? DEFAULT_DEADLINE_MS,
    streamDeadlineMs: options.defaultStreamDeadlineMs ?? DEFAULT_STREAM_DEADLINE_MS,
    metadata: (own) => headersOf(options, own),
  };
  // No two services have a method with the same name; a test checks that.
  const attendance = createServiceClient(AttendanceService, caller);
  const watched = {
    open: attendance.watchAttendance,
    retry: caller.retry,
    closed: closing.signal,
  };
  return {
    ...attendance,
    watch: (request, own) => watchOn(watched, request, own),
    ...createServiceClient(ClockService, caller),
    ...createServiceClient(RosterService, caller),
    ...createServiceClient(TimesheetService, caller),
    close: () => {
      closing.abort();
      client.close();
    },
  };
}

function credentialsOf({ credentials: given, tls }: AttendanceClientOptions): ChannelCredentials {
  if (given !== undefined) return given;
  if (tls === undefined || tls === false) return credentials.createInsecure();
  const { rootCertificates, privateKey, certificate } = tls === true ? {} : (tls as TlsOptions);
  return credentials.createSsl(rootCertificates, privateKey, certificate);
}

async function headersOf(
  { token, metadata, ...options }: AttendanceClientOptions,
  own: CallOptions,
): Promise<Metadata> {
  const headers = new Metadata();
  const { actor = options.actor } = own;
  const all = { ...metadata, ...(actor === undefined ? {} : { [ACTOR_HEADER]: actor }) };
  for (const [key, value] of Object.entries({ ...all, ...own.metadata })) headers.set(key, value);
  if (token !== undefined) {
    const bearer = typeof token === 'function' ? await token() : token;
    headers.set('authorization', `Bearer ${bearer}`);
  }
  return headers;
}
