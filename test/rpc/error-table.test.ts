// Every failure there is, as a caller is told of it. The table below is the contract's: a change
// of a code or a reason breaks clients, so it has to be made here too, on purpose.

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.js';
import type { EmployeeId } from '../../src/domain/employee-id.js';
import type { Failure } from '../../src/domain/errors.js';
import type { LocalDate } from '../../src/domain/local-date.js';
import type { RecordTime } from '../../src/domain/time.js';
import {
  ERROR_DOMAIN,
  FAILURE_KINDS,
  publicError,
  toConnectError,
  toStatus,
} from '../../src/rpc/error-table.js';

const SECRET = 'select * from mark; postgresql://attendance:hunter2@10.0.0.1:5432 at store.js:12';
const employeeId = 'mia' as EmployeeId;
const date = '2026-03-02' as LocalDate;
const [sent, settled] = [1_772_409_600_000_001, 1_772_409_600_000_000] as RecordTime[];

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
  FACT_REFUSED: {
    failure: { kind: 'FACT_REFUSED', cause: new Error(SECRET) },
    code: Code.Internal,
    reason: 'INTERNAL',
    says: /tell the operators/,
  },
  DEADLINE_EXCEEDED: {
    failure: { kind: 'DEADLINE_EXCEEDED' },
    code: Code.DeadlineExceeded,
    reason: 'DEADLINE_EXCEEDED',
    says: /the same request_id, and a longer deadline/,
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
    code: Code.Unavailable,
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
