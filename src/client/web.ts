// The exports of `attendance/web`, also for browsers: the contract's messages and services for
// Connect, and what is needed to read errors. It must not import anything of Node, or a transport.

export * from '../../gen/attendance/v1/attendance_pb.js';
export * from '../../gen/attendance/v1/attendance_service_pb.js';
export * from '../../gen/attendance/v1/badge_pb.js';
export * from '../../gen/attendance/v1/clock_service_pb.js';
export * from '../../gen/attendance/v1/error_reason_pb.js';
export * from '../../gen/attendance/v1/extra_time_pb.js';
export * from '../../gen/attendance/v1/punch_pb.js';
export * from '../../gen/attendance/v1/roster_pb.js';
export * from '../../gen/attendance/v1/roster_service_pb.js';
export * from '../../gen/attendance/v1/simulation_pb.js';
export * from '../../gen/attendance/v1/timesheet_pb.js';
export * from '../../gen/attendance/v1/timesheet_service_pb.js';
export type { ClientFieldViolation, ErrorDetails } from './error-details.js';
export { detailsOfStatus, errorDetailTypes } from './error-details.js';
