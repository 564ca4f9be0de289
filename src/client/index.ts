// The exports of `attendance`: the client, its errors, and all of attendance/web.

export type { AttendanceClient, AttendanceClientOptions, TlsOptions } from './attendance-client.js';
export {
  createAttendanceClient,
  DEFAULT_DEADLINE_MS,
  DEFAULT_STREAM_DEADLINE_MS,
  MAX_MESSAGE_BYTES,
} from './attendance-client.js';
export { AttendanceClientError, CLIENT_DOMAIN, errorOfStatus } from './errors.js';
export type { RequestOf } from './request-types.js';
export type { RetryPolicy } from './retry.js';
export { DEFAULT_RETRY_POLICY } from './retry.js';
export type { CallOptions, MessageStream, ServiceClient } from './service-client.js';
export type { WatchOptions } from './watch.js';
export * from './web.js';
