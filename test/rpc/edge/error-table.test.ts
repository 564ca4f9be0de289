// Every failure there is, as a caller is told of it. The table below is the contract's: a change
// of a code or a reason breaks clients, so it has to be made here too, on purpose.

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../../../gen/google/rpc/error_details_pb.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { type Failure, ROSTER_RESOURCES } from '../../../src/domain/facts/errors.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';
import {
  ERROR_DOMAIN,
  FAILURE_KINDS,
  publicError,
  toConnectError,
  toStatus,
} from '../../../src/rpc/edge/error-table.js';
import { BERLIN } from '../../app/support/any-roster.js';

const SECRET = 'select * from mark; postgresql://attendance:hunter2@10.0.0.1:5432 at store.js:12';
const employeeId = 'mia' as EmployeeId;
const date = '2026-03-02' as LocalDate;
const [sent, settled] = [1_772_409_600_000_001, 1_772_409_600_000_000] as RecordTime[];

const at = (text: string) => Date.parse(text) as Instant;

interface Row {
  readonly failure: Failure;
  readonly code: Code;
  readonly reason: string;
  /** The way out, or a part of it. */
  readonly says: RegExp;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly fields?: readonly string[];
  readonly retryAfterMs?: number;
}

const TABLE: { readonly [K in Failure['kind']]: Row & { failure: { kind: K } } } = {
  INVALID_FIELDS: {
    failure: {
      kind: 'INVALID_FIELDS',
      violations: [
        { field: 'date', reason: 'DATE_INVALID', description: 'must be a real date' },
        { field: 'requests[3].status', reason: 'STATUS_REQUIRED', description: 'must be given' },
      ],
    },
    code: Code.InvalidArgument,
    reason: 'INVALID_FIELD',
    says: /^date: must be a real date; requests\[3\]\.status: must be given$/,
    fields: ['date', 'requests[3].status'],
  },
  REQUEST_ID_REUSED: {
    failure: { kind: 'REQUEST_ID_REUSED', employeeId, requestId: 'an-id' },
    code: Code.InvalidArgument,
    reason: 'REQUEST_ID_REUSED',
    says: /send a new UUID/,
    metadata: { employee_id: 'mia', request_id: 'an-id' },
    fields: ['request_id'],
  },
  ETAG_MISMATCH: {
    failure: { kind: 'ETAG_MISMATCH', employeeId, date, sent: '"1"', current: '"2"' },
    code: Code.Aborted,
    reason: 'ETAG_MISMATCH',
    says: /read the day, decide again/,
    metadata: { employee_id: 'mia', date: '2026-03-02', sent_etag: '"1"', current_etag: '"2"' },
  },
  EMPLOYEE_NOT_FOUND: {
    failure: { kind: 'EMPLOYEE_NOT_FOUND', employeeId },
    code: Code.NotFound,
    reason: 'EMPLOYEE_NOT_FOUND',
    says: /check the id/,
    metadata: { employee_id: 'mia' },
  },
  EMPLOYEE_NOT_ADDED: {
    failure: {
      kind: 'EMPLOYEE_NOT_ADDED',
      employeeId,
      isKnown: false,
      nearestId: 'mai' as EmployeeId,
    },
    code: Code.NotFound,
    reason: 'EMPLOYEE_NOT_FOUND',
    says: /^there is no employee mia, .*: did you mean mai\? .* CreateEmployee, a mark .* roster import/,
    metadata: { employee_id: 'mia', nearest_employee_id: 'mai' },
    fields: ['employee_id'],
  },
  CLOCK_REFUSED: {
    failure: {
      kind: 'CLOCK_REFUSED',
      refusal: 'ALREADY_CLOCKED_IN',
      command: 'CLOCK_IN',
      employeeId,
      time: at('2026-03-02T08:30:00Z'),
      zone: BERLIN,
      session: { in: at('2026-03-02T08:00:00Z'), out: undefined, shiftId: 'D', date },
    },
    code: Code.FailedPrecondition,
    reason: 'ALREADY_CLOCKED_IN',
    says: /^ClockIn of employee mia at 2026-03-02 09:30 .* since 2026-03-02 09:00 .*: clock out first/,
    metadata: {
      method: 'ClockIn',
      employee_id: 'mia',
      time: '2026-03-02T08:30:00.000Z',
      session_in_time: '2026-03-02T08:00:00.000Z',
      session_shift_id: 'D',
      session_date: '2026-03-02',
    },
  },
  EMPLOYEE_ARCHIVED: {
    failure: { kind: 'EMPLOYEE_ARCHIVED', employeeId, date: '2026-03-02' as LocalDate },
    code: Code.FailedPrecondition,
    reason: 'EMPLOYEE_ARCHIVED',
    says: /was archived on 2026-03-02 .*: UpdateEmployee brings the employee back/,
    metadata: { employee_id: 'mia', archive_date: '2026-03-02' },
  },
  PUNCH_NOT_FOUND: {
    failure: { kind: 'PUNCH_NOT_FOUND', employeeId, punchId: 42 },
    code: Code.NotFound,
    reason: 'PUNCH_NOT_FOUND',
    says: /no punch 42: ListPunches lists/,
    metadata: { employee_id: 'mia', punch_id: '42' },
  },
  IMPORT_NOT_FOUND: {
    failure: { kind: 'IMPORT_NOT_FOUND', importId: 'march' },
    code: Code.NotFound,
    reason: 'IMPORT_NOT_FOUND',
    says: /import id march: .*ListImports lists/,
    metadata: { import_id: 'march' },
  },
  BADGE_ASSIGNMENT_NOT_FOUND: {
    failure: { kind: 'BADGE_ASSIGNMENT_NOT_FOUND', badgeId: '04:a2', assignmentId: 7 },
    code: Code.NotFound,
    reason: 'BADGE_ASSIGNMENT_NOT_FOUND',
    says: /badge 04:a2 has no assignment 7 .*ListBadges/,
    metadata: { badge_id: '04:a2', assignment_id: '7' },
  },
  BADGE_ASSIGNED: {
    failure: {
      kind: 'BADGE_ASSIGNED',
      badgeId: '04:a2',
      assignmentId: 7,
      employeeId,
      startDate: '2026-03-01' as LocalDate,
      endDate: undefined,
    },
    code: Code.FailedPrecondition,
    reason: 'BADGE_ASSIGNED',
    says: /that of employee mia from 2026-03-01 \(assignment 7\): end that with EndBadge/,
    metadata: {
      badge_id: '04:a2',
      assignment_id: '7',
      employee_id: 'mia',
      start_date: '2026-03-01',
    },
  },
  QUARANTINE_FULL: {
    failure: { kind: 'QUARANTINE_FULL', maxPunches: 100_000 },
    code: Code.FailedPrecondition,
    reason: 'QUARANTINE_FULL',
    says: /100000 punches .*AssignBadge/,
    metadata: { max_punches: '100000' },
  },
  MARK_VOIDED: {
    failure: { kind: 'MARK_VOIDED', employeeId, requestId: 'an-id' },
    code: Code.FailedPrecondition,
    reason: 'MARK_VOIDED',
    says: /taken back with its import: .* another request_id/,
    metadata: { employee_id: employeeId, request_id: 'an-id' },
  },
  LEAVE_TYPE_NOT_FOUND: {
    failure: {
      kind: 'LEAVE_TYPE_NOT_FOUND',
      leaveTypeId: 'vacatoin',
      knownIds: ['sick', 'vacation'],
      nearestId: 'vacation',
    },
    code: Code.NotFound,
    reason: 'LEAVE_TYPE_NOT_FOUND',
    says: /no leave type vacatoin: did you mean vacation\? known are sick, vacation/,
    metadata: {
      leave_type_id: 'vacatoin',
      known_leave_type_ids: 'sick,vacation',
      nearest_leave_type_id: 'vacation',
    },
  },
  LEAVE_TYPE_ARCHIVED: {
    failure: { kind: 'LEAVE_TYPE_ARCHIVED', leaveTypeId: 'sick' },
    code: Code.FailedPrecondition,
    reason: 'LEAVE_TYPE_ARCHIVED',
    says: /leave type sick is archived .* SetLeaveType/,
    metadata: { leave_type_id: 'sick' },
  },
  TOO_MANY_LEAVE_TYPES: {
    failure: { kind: 'TOO_MANY_LEAVE_TYPES', maxLeaveTypes: 200 },
    code: Code.FailedPrecondition,
    reason: 'TOO_MANY_LEAVE_TYPES',
    says: /there are 200 leave types/,
    metadata: { max_leave_types: '200' },
  },
  TOO_MANY_LEAVE_TIMES: {
    failure: {
      kind: 'TOO_MANY_LEAVE_TIMES',
      employeeId,
      date: '2026-03-02' as LocalDate,
      maxLeaveTimes: 5,
    },
    code: Code.FailedPrecondition,
    reason: 'TOO_MANY_LEAVE_TIMES',
    says: /has 5 leave times/,
    metadata: { employee_id: employeeId, date: '2026-03-02', max_leave_times: '5' },
  },
  PUNCH_VOIDED: {
    failure: { kind: 'PUNCH_VOIDED', employeeId, punchId: 42, by: 43 },
    code: Code.FailedPrecondition,
    reason: 'PUNCH_VOIDED',
    says: /already voided: ListPunches with include_voided/,
    metadata: { employee_id: 'mia', punch_id: '42', voided_by: '43' },
  },
  TOO_MANY_PUNCHES: {
    failure: { kind: 'TOO_MANY_PUNCHES', employeeId, utcDate: date, maxPunches: 2000 },
    code: Code.FailedPrecondition,
    reason: 'TOO_MANY_PUNCHES',
    says: /would have more than 2000 punches on 2026-03-02 \(UTC\).*: ListPunches lists .* MarkAttendance/,
    metadata: { employee_id: 'mia', utc_date: '2026-03-02', max_punches: '2000' },
  },
  ROSTER_NOT_FOUND: {
    failure: { kind: 'ROSTER_NOT_FOUND', resource: 'shift', id: 'D' },
    code: Code.NotFound,
    reason: 'SHIFT_NOT_FOUND',
    says: /no shift D: check the id/,
    metadata: { shift_id: 'D' },
  },
  ROSTER_EXISTS: {
    failure: { kind: 'ROSTER_EXISTS', resource: 'employee', id: 'mia' },
    code: Code.AlreadyExists,
    reason: 'EMPLOYEE_EXISTS',
    says: /employee mia already exists: update it/,
    metadata: { employee_id: 'mia' },
  },
  ROSTER_ETAG_MISMATCH: {
    failure: {
      kind: 'ROSTER_ETAG_MISMATCH',
      resource: 'assignment',
      id: '7',
      sent: '"1"',
      current: '"2"',
    },
    code: Code.Aborted,
    reason: 'ETAG_MISMATCH',
    says: /read it, decide again/,
    metadata: { assignment_id: '7', sent_etag: '"1"', current_etag: '"2"' },
  },
  SHIFT_ARCHIVED: {
    failure: { kind: 'SHIFT_ARCHIVED', shiftId: 'D' },
    code: Code.FailedPrecondition,
    reason: 'SHIFT_ARCHIVED',
    says: /assign another one/,
    metadata: { shift_id: 'D' },
  },
  SHIFTS_OVERLAP: {
    failure: {
      kind: 'SHIFTS_OVERLAP',
      employeeId,
      date,
      shiftId: 'N',
      otherDate: '2026-03-03' as LocalDate,
      otherShiftId: 'D',
      otherAssignmentId: 7,
    },
    code: Code.FailedPrecondition,
    reason: 'SHIFTS_OVERLAP',
    says: /N of 2026-03-02 and D of 2026-03-03 \(assignment 7\); end the other/,
    metadata: {
      employee_id: 'mia',
      date: '2026-03-02',
      shift_id: 'N',
      other_date: '2026-03-03',
      other_shift_id: 'D',
      other_assignment_id: '7',
    },
  },
  ASSIGNMENTS_OVERLAP: {
    failure: {
      kind: 'ASSIGNMENTS_OVERLAP',
      employeeId,
      assignment: {
        assignmentId: undefined,
        startDate: date,
        endDate: undefined,
        shiftIds: ['N'],
      },
      other: {
        assignmentId: 7,
        startDate: '2026-01-01' as LocalDate,
        endDate: undefined,
        shiftIds: ['D', 'E'],
      },
      more: 0,
      otherEndDate: '2026-03-01' as LocalDate,
    },
    code: Code.FailedPrecondition,
    reason: 'ASSIGNMENTS_OVERLAP',
    says: /new assignment \(N, from 2026-03-02 without an end\) .* assignment 7 \(D E, from 2026-01-01 without an end\), .* OVERLAP_ACTION_REPLACE ends assignment 7 on 2026-03-01, OVERLAP_ACTION_ADD keeps both$/,
    metadata: {
      employee_id: 'mia',
      assignment_id: '',
      start_date: '2026-03-02',
      end_date: '',
      shift_ids: 'N',
      other_assignment_id: '7',
      other_start_date: '2026-01-01',
      other_end_date: '',
      other_shift_ids: 'D E',
      more_overlaps: '0',
    },
    fields: ['on_overlap'],
  },
  ROSTER_REQUEST_ID_REUSED: {
    failure: { kind: 'ROSTER_REQUEST_ID_REUSED', requestId: 'an-id' },
    code: Code.InvalidArgument,
    reason: 'REQUEST_ID_REUSED',
    says: /send a new UUID/,
    metadata: { request_id: 'an-id' },
    fields: ['request_id'],
  },
  AS_OF_TIME_NOT_SETTLED: {
    failure: {
      kind: 'AS_OF_TIME_NOT_SETTLED',
      sent: sent as RecordTime,
      settled: settled as RecordTime,
    },
    code: Code.InvalidArgument,
    reason: 'AS_OF_TIME_NOT_SETTLED',
    says: /send a time up to 2026-03-02T00:00:00\.000000Z, or none/,
    metadata: { settled_time: '2026-03-02T00:00:00.000000Z' },
    fields: ['as_of_time'],
  },
  CLOCKS_DIFFER: {
    failure: {
      kind: 'CLOCKS_DIFFER',
      receivedAt: at('2026-03-02T08:30:00Z'),
      decidedAt: at('2026-03-02T10:30:00Z'),
      cause: new Error(SECRET),
    },
    code: Code.Unavailable,
    reason: 'CLOCKS_DIFFER',
    says: /service's clock says 2026-03-02T08:30:00\.000Z and .*T10:30.*; send it with its time, or/,
  },
  FACT_REFUSED: {
    failure: { kind: 'FACT_REFUSED', cause: new Error(SECRET) },
    code: Code.Internal,
    reason: 'INTERNAL',
    says: /tell the operators/,
  },
  TOKEN_MISSING: {
    failure: { kind: 'TOKEN_MISSING' },
    code: Code.Unauthenticated,
    reason: 'TOKEN_MISSING',
    says: /send it in the header `authorization: Bearer TOKEN`/,
  },
  TOKEN_INVALID: {
    failure: { kind: 'TOKEN_INVALID' },
    code: Code.Unauthenticated,
    reason: 'TOKEN_INVALID',
    says: /^the token is not accepted: get a new one/,
  },
  TOKEN_EXPIRED: {
    failure: { kind: 'TOKEN_EXPIRED' },
    code: Code.Unauthenticated,
    reason: 'TOKEN_EXPIRED',
    says: /get a new one, and repeat the call/,
  },
  TOKEN_KEYS_UNAVAILABLE: {
    failure: { kind: 'TOKEN_KEYS_UNAVAILABLE', retryAfterMs: 10_000 },
    code: Code.Unavailable,
    reason: 'TOKEN_KEYS_UNAVAILABLE',
    says: /repeat the call/,
    retryAfterMs: 10_000,
  },
  SCOPE_REQUIRED: {
    failure: { kind: 'SCOPE_REQUIRED', scopes: ['attendance.read', 'attendance.admin'] },
    code: Code.PermissionDenied,
    reason: 'SCOPE_REQUIRED',
    says: /with the scope attendance\.read or attendance\.admin$/,
    metadata: { scopes: 'attendance.read attendance.admin' },
  },
  OUT_OF_SCOPE: {
    failure: {
      kind: 'OUT_OF_SCOPE',
      why: 'EMPLOYEE',
      held: ['attendance.self'],
      wide: ['attendance.read'],
    },
    code: Code.PermissionDenied,
    reason: 'OUT_OF_SCOPE',
    says: /check the ids; attendance\.read allows/,
    metadata: { scopes: 'attendance.read' },
  },
  CURSOR_OUT_OF_RANGE: {
    failure: { kind: 'CURSOR_OUT_OF_RANGE' },
    code: Code.OutOfRange,
    reason: 'CURSOR_OUT_OF_RANGE',
    says: /begin anew without a cursor, with a snapshot/,
  },
  DRAINING: {
    failure: { kind: 'DRAINING', retryAfterMs: 200 },
    code: Code.Unavailable,
    reason: 'DRAINING',
    says: /call again with the last cursor/,
    retryAfterMs: 200,
  },
  DEADLINE_EXCEEDED: {
    failure: { kind: 'DEADLINE_EXCEEDED' },
    code: Code.DeadlineExceeded,
    reason: 'DEADLINE_EXCEEDED',
    says: /the same request_id and a longer deadline/,
  },
  CANCELLED: {
    failure: { kind: 'CANCELLED' },
    code: Code.Canceled,
    reason: 'CANCELLED',
    says: /the caller went away/,
  },
  STORE_UNAVAILABLE: {
    failure: { kind: 'STORE_UNAVAILABLE', retryAfterMs: 1500 },
    code: Code.Unavailable,
    reason: 'STORE_UNAVAILABLE',
    says: /repeat the call with the same request_id/,
    retryAfterMs: 1500,
  },
  OVERLOADED: {
    failure: { kind: 'OVERLOADED', queue: 'database connections', retryAfterMs: 500 },
    code: Code.ResourceExhausted,
    reason: 'OVERLOADED',
    says: /repeat the call a little later/,
    retryAfterMs: 500,
  },
};

describe('the error table', () => {
  it('has a row for every kind of failure, and no other', () => {
    expect(Object.keys(TABLE).sort()).to.deep.equal([...FAILURE_KINDS].sort());
  });

  for (const [kind, row] of Object.entries<Row>(TABLE)) {
    describe(kind, () => {
      const error = publicError(row.failure);

      it(`is ${Code[row.code]} / ${row.reason}, with the way out`, () => {
        expect([error.code, error.reason]).to.deep.equal([row.code, row.reason]);
        expect(error.reason).to.match(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
        expect(error.message).to.match(row.says);
      });

      it('says nothing internal', () => {
        const told = JSON.stringify([error, toConnectError(error).message]);
        for (const word of ['select', 'postgres', 'hunter2', '10.0.0.1', '.js']) {
          expect(told.toLowerCase()).to.not.include(word);
        }
      });

      it('carries the same details for a call and for an item of a batch', () => {
        const call = toConnectError(error);
        const item = toStatus(error);
        expect([call.code, call.rawMessage]).to.deep.equal([item.code, item.message]);
        const [info] = call.findDetails(ErrorInfoSchema);
        expect(info).to.include({ reason: row.reason, domain: ERROR_DOMAIN });
        expect(info?.metadata).to.deep.equal(row.metadata ?? {});
        const fields = call.findDetails(BadRequestSchema)[0]?.fieldViolations;
        expect(fields?.map(({ field }) => field)).to.deep.equal(row.fields);
        const delay = call.findDetails(RetryInfoSchema)[0]?.retryDelay;
        const delayMs = delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
        expect(delayMs).to.equal(row.retryAfterMs);
        const unpacked = [ErrorInfoSchema, BadRequestSchema, RetryInfoSchema].flatMap((desc) =>
          item.details.flatMap((detail) => anyUnpack(detail, desc) ?? []),
        );
        expect(unpacked).to.deep.equal([
          ...call.findDetails(ErrorInfoSchema),
          ...call.findDetails(BadRequestSchema),
          ...call.findDetails(RetryInfoSchema),
        ]);
      });
    });
  }
});

describe('what a roster lacks', () => {
  const REASONS = {
    employee: ['EMPLOYEE_NOT_FOUND', 'EMPLOYEE_EXISTS'],
    shift: ['SHIFT_NOT_FOUND', 'SHIFT_EXISTS'],
    assignment: ['ASSIGNMENT_NOT_FOUND'],
    holiday: ['HOLIDAY_NOT_FOUND', 'HOLIDAY_EXISTS'],
    policy: ['POLICY_NOT_FOUND'],
    roster_change: ['ROSTER_CHANGE_NOT_FOUND'],
  } as const;
  for (const resource of ROSTER_RESOURCES) {
    it(`is told by what it is: ${REASONS[resource].join(', ')}`, () => {
      const told = [publicError({ kind: 'ROSTER_NOT_FOUND', resource, id: 'x' })];
      if (resource !== 'assignment' && resource !== 'policy' && resource !== 'roster_change') {
        told.push(publicError({ kind: 'ROSTER_EXISTS', resource, id: 'x' }));
      }
      expect(told.map(({ reason }) => reason)).to.deep.equal(REASONS[resource]);
    });
  }
});
