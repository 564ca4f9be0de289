// The one table of errors: every failure of the domain, with its gRPC code, its reason and its
// details, the same on every protocol. Nothing internal (SQL, stack, host) may pass through here.

import {
  create,
  createRegistry,
  type DescMessage,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import type { ErrorReason } from '../../../gen/attendance/v1/error_reason_pb.js';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  file_google_rpc_error_details,
  RetryInfoSchema,
} from '../../../gen/google/rpc/error_details_pb.js';
import { type Status, StatusSchema } from '../../../gen/google/rpc/status_pb.js';
import type { Failure, FieldViolation, RosterResource } from '../../domain/facts/errors.js';
import { assignmentsOverlapMessage, assignmentsOverlapMetadata } from './assignment-overlaps.js';
import { clockRefusalMessage, clockRefusalMetadata, iso } from './clock-refusals.js';
import { isoOf } from './instants.js';

/** The domain of every reason in google.rpc.ErrorInfo. */
export const ERROR_DOMAIN = 'attendance.v1';

/**
 * Where the types of all details are. A batch carries its items' errors in google.protobuf.Any,
 * which JSON can write only with the type at hand, and which readers look up by reflection.
 */
export const DETAIL_FILE = file_google_rpc_error_details;
export const DETAIL_TYPES = createRegistry(DETAIL_FILE);

/**
 * The most refused fields that one error names. gRPC carries errors in headers, which many
 * clients refuse beyond 8 KiB, and then the caller is told nothing at all.
 */
export const MAX_VIOLATIONS = 10;

/** The names of the contract's enum, as google.rpc.ErrorInfo has them. */
export type Reason = Exclude<keyof typeof ErrorReason, 'UNSPECIFIED'>;

/** What a caller is told of a failure. */
export interface PublicError {
  readonly code: Code;
  readonly reason: Reason;
  /** What went wrong and the way out. */
  readonly message: string;
  /** Values that belong to the reason. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  readonly retryAfterMs?: number;
}

type Table = {
  readonly [K in Failure['kind']]: (
    failure: Extract<Failure, { kind: K }>,
    maxViolations: number,
  ) => PublicError;
};

const TABLE: Table = {
  INVALID_FIELDS: ({ violations }, maxViolations) => {
    const told = violations.slice(0, maxViolations);
    const sentences = told.map(({ field, description }) => `${field}: ${description}`);
    if (told.length < violations.length) {
      sentences.push(`and ${violations.length - told.length} more: correct these first`);
    }
    return {
      code: Code.InvalidArgument,
      reason: 'INVALID_FIELD',
      message: sentences.join('; '),
      violations: told,
    };
  },
  REQUEST_ID_REUSED: ({ employeeId, requestId }) => ({
    ...reusedRequestId(requestId, `request about employee ${employeeId}`),
    metadata: { employee_id: employeeId, request_id: requestId },
  }),
  ETAG_MISMATCH: ({ employeeId, date, sent, current }) => ({
    code: Code.Aborted,
    reason: 'ETAG_MISMATCH',
    message:
      `the day ${date} of employee ${employeeId} has the etag ${current}, not ${sent}: ` +
      'read the day, decide again, and send its new etag, with the quotes',
    metadata: { employee_id: employeeId, date, sent_etag: sent, current_etag: current },
  }),
  EMPLOYEE_NOT_FOUND: ({ employeeId }) => ({
    code: Code.NotFound,
    reason: 'EMPLOYEE_NOT_FOUND',
    message: `there is no employee ${employeeId}: check the id, which is case-sensitive`,
    metadata: { employee_id: employeeId },
  }),
  EMPLOYEE_NOT_ADDED: ({ employeeId, isKnown, nearestId }) => {
    const meant = nearestId === undefined ? '' : `did you mean ${nearestId}? `;
    const against = isKnown
      ? `employee ${employeeId} is known only from punches or marks without a name`
      : `there is no employee ${employeeId}`;
    // A name that comes with a mark is taken for a new employee only.
    const mark = isKnown ? '' : ', a mark with employee_name';
    const help =
      `${meant}check the id, which is case-sensitive; add the employee with CreateEmployee${mark} ` +
      'or `attendance roster import`; RecordPunches records punches of unknown employees too';
    return {
      code: Code.NotFound,
      reason: 'EMPLOYEE_NOT_FOUND',
      message: `${against}, so no command is accepted: ${help}`,
      metadata: {
        employee_id: employeeId,
        ...(nearestId === undefined ? {} : { nearest_employee_id: nearestId }),
      },
      violations: [
        {
          field: 'employee_id',
          reason: 'EMPLOYEE_NOT_FOUND',
          description: `must be the id of an employee whom somebody added: ${help}`,
        },
      ],
    };
  },
  CLOCK_REFUSED: (failure) => ({
    code: Code.FailedPrecondition,
    reason: failure.refusal,
    message: clockRefusalMessage(failure),
    metadata: clockRefusalMetadata(failure),
  }),
  EMPLOYEE_ARCHIVED: ({ employeeId, date }) => ({
    code: Code.FailedPrecondition,
    reason: 'EMPLOYEE_ARCHIVED',
    message:
      `employee ${employeeId} was archived on ${date} and cannot clock from that date on: ` +
      'UpdateEmployee brings the employee back; RecordPunches still records punches',
    metadata: { employee_id: employeeId, archive_date: date },
  }),
  PUNCH_NOT_FOUND: ({ employeeId, punchId }) => ({
    code: Code.NotFound,
    reason: 'PUNCH_NOT_FOUND',
    message:
      `employee ${employeeId} has no punch ${punchId}: ` +
      'ListPunches lists the punch ids of this employee',
    metadata: { employee_id: employeeId, punch_id: String(punchId) },
  }),
  IMPORT_NOT_FOUND: ({ importId }) => ({
    code: Code.NotFound,
    reason: 'IMPORT_NOT_FOUND',
    message:
      `nothing was recorded with the import id ${importId}: check the id, which is ` +
      'case-sensitive; ListImports lists the imports of punches, ListMarkImports those of marks',
    metadata: { import_id: importId },
  }),
  BADGE_ASSIGNMENT_NOT_FOUND: ({ badgeId, assignmentId }) => ({
    code: Code.NotFound,
    reason: 'BADGE_ASSIGNMENT_NOT_FOUND',
    message:
      `badge ${badgeId} has no assignment ${assignmentId} that holds: ListBadges lists them, with ` +
      'include_superseded also those that were retracted',
    metadata: { badge_id: badgeId, assignment_id: String(assignmentId) },
  }),
  BADGE_ASSIGNED: ({ badgeId, assignmentId, employeeId, startDate, endDate }) => {
    const until = endDate === undefined ? '' : ` to ${endDate}`;
    return {
      code: Code.FailedPrecondition,
      reason: 'BADGE_ASSIGNED',
      message:
        `badge ${badgeId} is that of employee ${employeeId} from ${startDate}${until} (assignment ` +
        `${assignmentId}): end that with EndBadge, retract it with RetractBadge if it was wrong, or ` +
        'hand the badge on from a later date with hand_on',
      metadata: {
        badge_id: badgeId,
        assignment_id: String(assignmentId),
        employee_id: employeeId,
        start_date: startDate,
        ...(endDate === undefined ? {} : { end_date: endDate }),
      },
    };
  },
  QUARANTINE_FULL: ({ maxPunches }) => ({
    code: Code.FailedPrecondition,
    reason: 'QUARANTINE_FULL',
    message:
      `${maxPunches} punches of unknown badges wait in quarantine, the most that are kept: assign ` +
      'the badges with AssignBadge, or discard punches with DiscardQuarantinedPunches; then send ' +
      'the log again',
    metadata: { max_punches: String(maxPunches) },
  }),
  MARK_VOIDED: ({ employeeId, requestId }) => ({
    code: Code.FailedPrecondition,
    reason: 'MARK_VOIDED',
    message:
      `the mark of request_id ${requestId} of employee ${employeeId} was taken back with its ` +
      'import: send it as a new request, with another request_id (attendance import: with another ' +
      '--import-id)',
    metadata: { employee_id: employeeId, request_id: requestId },
  }),
  LEAVE_TYPE_NOT_FOUND: ({ leaveTypeId, knownIds, nearestId }) => {
    const meant = nearestId === undefined ? '' : `did you mean ${nearestId}? `;
    const known =
      knownIds.length === 0
        ? 'there are none yet: add it with SetLeaveType'
        : `known are ${knownIds.join(', ')}: choose one of them, or add it with SetLeaveType`;
    return {
      code: Code.NotFound,
      reason: 'LEAVE_TYPE_NOT_FOUND',
      message: `there is no leave type ${leaveTypeId}: ${meant}${known}`,
      metadata: {
        leave_type_id: leaveTypeId,
        known_leave_type_ids: knownIds.join(','),
        ...(nearestId === undefined ? {} : { nearest_leave_type_id: nearestId }),
      },
    };
  },
  LEAVE_TYPE_ARCHIVED: ({ leaveTypeId }) => ({
    code: Code.FailedPrecondition,
    reason: 'LEAVE_TYPE_ARCHIVED',
    message:
      `leave type ${leaveTypeId} is archived and cannot be declared: choose another one, or ` +
      'bring it back with SetLeaveType',
    metadata: { leave_type_id: leaveTypeId },
  }),
  TOO_MANY_LEAVE_TYPES: ({ maxLeaveTypes }) => ({
    code: Code.FailedPrecondition,
    reason: 'TOO_MANY_LEAVE_TYPES',
    message:
      `there are ${maxLeaveTypes} leave types, the most there can be, archived ones included: ` +
      'change one of them with SetLeaveType',
    metadata: { max_leave_types: String(maxLeaveTypes) },
  }),
  TOO_MANY_LEAVE_TIMES: ({ employeeId, date, maxLeaveTimes }) => ({
    code: Code.FailedPrecondition,
    reason: 'TOO_MANY_LEAVE_TIMES',
    message:
      `the day ${date} of employee ${employeeId} has ${maxLeaveTimes} leave times, the most there ` +
      'can be: mark one time for several of them, or clear the day first',
    metadata: { employee_id: employeeId, date, max_leave_times: String(maxLeaveTimes) },
  }),
  PUNCH_VOIDED: ({ employeeId, punchId, by }) => ({
    code: Code.FailedPrecondition,
    reason: 'PUNCH_VOIDED',
    message:
      `punch ${punchId} of employee ${employeeId} is already voided: ListPunches with ` +
      'include_voided says who voided it and why, and which punch counts instead',
    metadata: { employee_id: employeeId, punch_id: String(punchId), voided_by: String(by) },
  }),
  TOO_MANY_PUNCHES: ({ employeeId, utcDate, maxPunches }) => ({
    code: Code.FailedPrecondition,
    reason: 'TOO_MANY_PUNCHES',
    message:
      `employee ${employeeId} would have more than ${maxPunches} punches on ${utcDate} (UTC), the ` +
      'most that are kept, voided ones included: ListPunches lists them; stop the device that repeats ' +
      'itself, and declare the day with MarkAttendance if it is wrong',
    metadata: {
      employee_id: employeeId,
      utc_date: utcDate,
      max_punches: String(maxPunches),
    },
  }),
  ROSTER_NOT_FOUND: ({ resource, id, versionDate }) => {
    const what = `${wordsOf(resource)} ${id}`;
    const dated = versionDate === '' ? 'without a date' : `from ${versionDate} on`;
    const absent = versionDate === undefined ? `no ${what}` : `no version ${dated} of ${what}`;
    return {
      code: Code.NotFound,
      reason: `${upperCase(resource)}_NOT_FOUND`,
      message: `there is ${absent}: ${findingHelp(resource)}`,
      metadata: { [idNameOf(resource)]: id },
    };
  },
  ROSTER_EXISTS: ({ resource, id }) => ({
    code: Code.AlreadyExists,
    reason: `${upperCase(resource)}_EXISTS`,
    message: `${wordsOf(resource)} ${id} already exists: update it, or create another one`,
    metadata: { [idNameOf(resource)]: id },
  }),
  ROSTER_ETAG_MISMATCH: ({ resource, id, sent, current }) => ({
    code: Code.Aborted,
    reason: 'ETAG_MISMATCH',
    message:
      `${wordsOf(resource)} ${id} has the etag ${current}, not ${sent}: read it, decide again, ` +
      'and send its new etag, with the quotes',
    metadata: { [idNameOf(resource)]: id, sent_etag: sent, current_etag: current },
  }),
  SHIFT_ARCHIVED: ({ shiftId }) => ({
    code: Code.FailedPrecondition,
    reason: 'SHIFT_ARCHIVED',
    message:
      `shift ${shiftId} is archived and cannot be assigned: assign another one, or create ` +
      'a shift with these hours under another id',
    metadata: { shift_id: shiftId },
  }),
  SHIFTS_OVERLAP: (failure) => {
    const { employeeId, date, shiftId, otherDate, otherShiftId, otherAssignmentId } = failure;
    const from = otherAssignmentId === undefined ? '' : ` (assignment ${otherAssignmentId})`;
    return {
      code: Code.FailedPrecondition,
      reason: 'SHIFTS_OVERLAP',
      message:
        `employee ${employeeId} would have two shifts at the same time: ${shiftId} of ${date} and ` +
        `${otherShiftId} of ${otherDate}${from}; end the other assignment first, override the ` +
        'date, or choose hours that do not overlap',
      metadata: {
        employee_id: employeeId,
        date,
        shift_id: shiftId,
        other_date: otherDate,
        other_shift_id: otherShiftId,
        ...(otherAssignmentId === undefined
          ? {}
          : { other_assignment_id: String(otherAssignmentId) }),
      },
    };
  },
  ASSIGNMENTS_OVERLAP: (failure) => ({
    code: Code.FailedPrecondition,
    reason: 'ASSIGNMENTS_OVERLAP',
    message: assignmentsOverlapMessage(failure),
    metadata: assignmentsOverlapMetadata(failure),
    violations: [
      {
        field: 'on_overlap',
        reason: 'ASSIGNMENTS_OVERLAP',
        description: assignmentsOverlapMessage(failure),
      },
    ],
  }),
  ROSTER_REQUEST_ID_REUSED: ({ requestId }) => ({
    ...reusedRequestId(requestId, 'roster change'),
    metadata: { request_id: requestId },
  }),
  AS_OF_TIME_NOT_SETTLED: ({ sent, settled }) => ({
    code: Code.InvalidArgument,
    reason: 'AS_OF_TIME_NOT_SETTLED',
    message:
      `as_of_time ${isoOf(sent)} is not settled: changes can still be recorded at it; ` +
      `send a time up to ${isoOf(settled)}, or none for the present`,
    metadata: { settled_time: isoOf(settled) },
    violations: [
      {
        field: 'as_of_time',
        reason: 'AS_OF_TIME_NOT_SETTLED',
        description: `must not be after ${isoOf(settled)}`,
      },
    ],
  }),
  CLOCKS_DIFFER: ({ receivedAt, decidedAt }) => ({
    code: Code.Unavailable,
    reason: 'CLOCKS_DIFFER',
    message:
      `the service's clock says ${iso(receivedAt)} and its database's ${iso(decidedAt)}, so the ` +
      'time of the command is unknown; send it with its time, or ask the operators to set the ' +
      'clocks and repeat it with the same request_id',
  }),
  FACT_REFUSED: () => INTERNAL,
  TOKEN_MISSING: () => ({
    code: Code.Unauthenticated,
    reason: 'TOKEN_MISSING',
    message:
      'the call needs a token: send it in the header `authorization: Bearer TOKEN`; the operators of ' +
      'the service give tokens out',
  }),
  TOKEN_INVALID: () => ({
    code: Code.Unauthenticated,
    reason: 'TOKEN_INVALID',
    message:
      'the token is not accepted: get a new one, send it as `authorization: Bearer TOKEN`, and ask the ' +
      'operators of the service if that one is not accepted either',
  }),
  TOKEN_EXPIRED: () => ({
    code: Code.Unauthenticated,
    reason: 'TOKEN_EXPIRED',
    message: 'the token has expired: get a new one, and repeat the call with the same request_id',
  }),
  TOKEN_KEYS_UNAVAILABLE: ({ retryAfterMs }) => ({
    code: Code.Unavailable,
    reason: 'TOKEN_KEYS_UNAVAILABLE',
    message: 'tokens cannot be checked at the moment; repeat the call with the same request_id',
    retryAfterMs,
  }),
  SCOPE_REQUIRED: ({ scopes }) => ({
    code: Code.PermissionDenied,
    reason: 'SCOPE_REQUIRED',
    message: `the call needs a token with the scope ${scopes.join(' or ')}`,
    metadata: { scopes: scopes.join(' ') },
  }),
  OUT_OF_SCOPE: ({ why, held, wide }) => ({
    code: Code.PermissionDenied,
    reason: 'OUT_OF_SCOPE',
    message: `${outOfScope(why, held)}; ${wide.join(' or ')} allows the call for all employees`,
    metadata: { scopes: wide.join(' ') },
  }),
  CURSOR_OUT_OF_RANGE: () => ({
    code: Code.OutOfRange,
    reason: 'CURSOR_OUT_OF_RANGE',
    message:
      'the feed does not hold what the cursor names, as after a restore of a backup: begin anew ' +
      'without a cursor, with a snapshot of the days you keep',
  }),
  DRAINING: ({ retryAfterMs }) => ({
    code: Code.Unavailable,
    reason: 'DRAINING',
    message: 'this instance is stopping: call again with the last cursor, and another one answers',
    retryAfterMs,
  }),
  DEADLINE_EXCEEDED: () => ({
    code: Code.DeadlineExceeded,
    reason: 'DEADLINE_EXCEEDED',
    message:
      'the deadline passed before the call ended; a write may still have taken effect: ' +
      'repeat it with the same request_id and a longer deadline',
  }),
  CANCELLED: () => ({
    code: Code.Canceled,
    reason: 'CANCELLED',
    message: 'the caller went away before the call ended',
  }),
  STORE_UNAVAILABLE: ({ retryAfterMs }) => ({
    code: Code.Unavailable,
    reason: 'STORE_UNAVAILABLE',
    message:
      'the database cannot be reached at the moment; repeat the call with the same request_id',
    retryAfterMs,
  }),
  OVERLOADED: ({ queue, retryAfterMs }) => ({
    code: Code.ResourceExhausted,
    reason: 'OVERLOADED',
    message: `too many calls wait for ${queue}; repeat the call a little later`,
    retryAfterMs,
  }),
};

/** In the same words for an employee who is not permitted and one who does not exist. */
function outOfScope(why: OutOfScope['why'], held: OutOfScope['held']): string {
  const isSelfAlone = !held.includes('attendance.manage');
  const whom = isSelfAlone
    ? 'the employee that the token names (attendance.self)'
    : 'employees who are now in the groups that the token names (attendance.manage)';
  switch (why) {
    case 'EMPLOYEE':
      return `the token is for ${whom} only, and the call is about another one: check the ids`;
    case 'EVERYBODY':
      return (
        `the token is for ${whom} only, and the call is about everybody: send employee_id` +
        (isSelfAlone ? '' : ' or group_id, and no badge_id')
      );
    case 'TIME':
      return 'with attendance.self the time is that of the service: send no time';
    case 'TOO_MANY':
      return `the token is for ${whom} only: name at most 1,000 employees in one message`;
  }
}

type OutOfScope = Extract<Failure, { kind: 'OUT_OF_SCOPE' }>;

function reusedRequestId(requestId: string, what: string): PublicError {
  return {
    code: Code.InvalidArgument,
    reason: 'REQUEST_ID_REUSED',
    message:
      `request_id ${requestId} was used for another ${what}: ` +
      'send a new UUID with every new request, and the same one only to repeat a request',
    violations: [
      {
        field: 'request_id',
        reason: 'REQUEST_ID_REUSED',
        description: `was used for another ${what}`,
      },
    ],
  };
}

function upperCase<Text extends string>(text: Text): Uppercase<Text> {
  return text.toUpperCase() as Uppercase<Text>;
}

function wordsOf(resource: RosterResource): string {
  return resource === 'roster_change' ? 'roster change' : resource;
}

/** What the contract calls a resource's id; a holiday's is its calendar and date. */
function idNameOf(resource: RosterResource): string {
  if (resource === 'roster_change') return 'change_id';
  return resource === 'holiday' ? 'holiday' : `${resource}_id`;
}

function findingHelp(resource: RosterResource): string {
  switch (resource) {
    case 'employee':
    case 'shift':
      return 'check the id, which is case-sensitive, or create it first';
    case 'assignment':
      return "ListShiftAssignments gives the ids of an employee's assignments";
    case 'holiday':
      return "ListHolidays gives the dates of a calendar's holidays";
    case 'policy':
      return 'ListPolicies gives the ids of policies and the dates of their versions';
    case 'roster_change':
      return 'ListRosterChanges gives the ids of all changes';
  }
}

/** What everything unexpected looks like from outside. */
export const INTERNAL: PublicError = {
  code: Code.Internal,
  reason: 'INTERNAL',
  message: 'an unexpected error in the service; tell the operators its incident id',
};

/** Every kind of failure there is: for the test that walks the table. */
export const FAILURE_KINDS = Object.keys(TABLE) as Failure['kind'][];

/** What a caller is told of a failure, with at most that many refused fields. */
export function publicError(failure: Failure, maxViolations = MAX_VIOLATIONS): PublicError {
  const entry = TABLE[failure.kind] as (failure: Failure, maxViolations: number) => PublicError;
  return entry(failure, maxViolations);
}

interface Detail<Desc extends DescMessage = DescMessage> {
  readonly desc: Desc;
  readonly value: MessageInitShape<Desc>;
}

function detailsOf(error: PublicError): Detail[] {
  const { reason, metadata = {}, violations, retryAfterMs } = error;
  const info: Detail<typeof ErrorInfoSchema> = {
    desc: ErrorInfoSchema,
    value: { reason, domain: ERROR_DOMAIN, metadata: { ...metadata } },
  };
  const details: Detail[] = [info as Detail];
  if (violations !== undefined) {
    const fieldViolations = violations.map((violation) => ({ ...violation }));
    details.push({ desc: BadRequestSchema, value: { fieldViolations } } as Detail);
  }
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1000);
    const retryDelay = { seconds: BigInt(seconds), nanos: (retryAfterMs - seconds * 1000) * 1e6 };
    details.push({ desc: RetryInfoSchema, value: { retryDelay } } as Detail);
  }
  return details;
}

/** What RFC 9110 asks of every 401. */
const CHALLENGE = { 'www-authenticate': 'Bearer' };

/** The error of a whole call. */
export function toConnectError(error: PublicError, cause?: unknown): ConnectError {
  const headers = error.code === Code.Unauthenticated ? CHALLENGE : undefined;
  return new ConnectError(error.message, error.code, headers, detailsOf(error), cause);
}

/** The error of one item of a batch. */
export function toStatus(error: PublicError): Status {
  return create(StatusSchema, {
    code: error.code,
    message: error.message,
    details: detailsOf(error).map(({ desc, value }) => anyPack(desc, create(desc, value))),
  });
}
