// What `import ... from 'attendance'` gives: the client, its errors, and the contract's messages.

export * from '../../gen/attendance/v1/attendance_pb.js';
export * from '../../gen/attendance/v1/attendance_service_pb.js';
export * from '../../gen/attendance/v1/clock_service_pb.js';
export * from '../../gen/attendance/v1/punch_pb.js';
export * from '../../gen/attendance/v1/roster_pb.js';
export * from '../../gen/attendance/v1/roster_service_pb.js';
export * from '../../gen/attendance/v1/simulation_pb.js';
export type { AttendanceClient, AttendanceClientOptions, TlsOptions } from './attendance-client.js';
export {
  createAttendanceClient,
  DEFAULT_DEADLINE_MS,
  DEFAULT_STREAM_DEADLINE_MS,
  MAX_MESSAGE_BYTES,
} from './attendance-client.js';
export type { ClientFieldViolation, ErrorDetails } from './errors.js';
export { AttendanceClientError, CLIENT_DOMAIN, errorOfStatus } from './errors.js';
export type { RequestOf } from './request-types.js';
export type { RetryPolicy } from './retry.js';
export { DEFAULT_RETRY_POLICY } from './retry.js';
export type { CallOptions, MessageStream, ServiceClient } from './service-client.js';
