// The line of a call in the log: which calls have one, what it says, and that a flood of failing calls
// is no flood of lines.

import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import {
  type CallLinesConfig,
  createCallLines,
  hashedEmployee,
  MAX_FULL_LINES,
  SAMPLE_EVERY,
} from '../../src/process/call-lines.js';
import { type CallTrail, startTrail } from '../../src/rpc/edge/call-trail.js';
import type { EndedCall } from '../../src/server/support/ended-call.js';

const KEY = Buffer.from('a key of the database');
const { getAttendance, streamAttendance } = AttendanceService.method;

interface Line {
  readonly level: string;
  readonly times?: number;
  readonly [field: string]: unknown;
}

function lining(config: Partial<CallLinesConfig> = {}, key: Uint8Array | undefined = KEY) {
  const lines: Line[] = [];
  const to = (level: string) => (fields: object) => lines.push({ level, ...fields });
  const waiting: (() => void)[] = [];
  const calls = createCallLines(
    {
      ...{ calls: 'all', employees: 'hash', slowMs: 1000, ...config },
      log: { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') },
      employeeKey: () => key,
    },
    (run) => waiting.push(run),
  );
  return {
    calls,
    written: () => lines.splice(0),
    endInterval: () => {
      for (const run of waiting.splice(0)) run();
    },
  };
}

function ended(
  trail: Partial<CallTrail> = {},
  call: Partial<Omit<EndedCall, 'trail'>> = {},
): EndedCall {
  return {
    method: getAttendance,
    headers: { 'content-type': 'application/grpc' },
    durationMs: 2.345,
    isAnswered: true,
    ...call,
    trail: { ...startTrail('r1'), code: 0, ...trail },
  };
}

const BASE = {
  level: 'info',
  requestId: 'r1',
  service: 'attendance.v1.AttendanceService',
  method: 'GetAttendance',
  code: 'OK',
  durationMs: 2.3,
  protocol: 'grpc',
};
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const traced = (traceparent: string) => ended({}, { headers: { traceparent } });
const CONNECT = { ...BASE, protocol: 'connect' };
const UNKNOWN = { level: 'info', requestId: 'r1', durationMs: 2.3, protocol: 'grpc' };

describe('the line of a call', () => {
  const cases: readonly [what: string, call: EndedCall, line: object][] = [
    ['a call of nobody', ended(), BASE],
    [
      'who called, and for whom',
      ended({ caller: 'payroll', actor: 'payroll for jane' }),
      { ...BASE, caller: 'payroll', actor: 'payroll for jane' },
    ],
    ['an actor only once', ended({ caller: 'a', actor: 'a' }), { ...BASE, caller: 'a' }],
    [
      'whom it is about, hashed',
      ended({ employeeId: '101' }),
      { ...BASE, employee: hashedEmployee(KEY, '101') },
    ],
    ['no text that is no id', ended({ employeeId: 'Jane Doe, born 1990' }), BASE],
    ['a trace', traced(`00-${TRACE}-00f067aa0ba902b7-01`), { ...CONNECT, traceId: TRACE }],
    [
      'a trace of a later version',
      traced(`01-${TRACE}-00f067aa0ba902b7-01-x`),
      { ...CONNECT, traceId: TRACE },
    ],
    ['no trace of zeros', traced(`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`), CONNECT],
    ['no trace of an invalid version', traced(`ff-${TRACE}-00f067aa0ba902b7-01`), CONNECT],
    ['no other text for a trace', traced('my secret'), CONNECT],
    [
      'why the service failed, as a warning',
      ended({ code: Code.Unavailable, reason: 'STORE_UNAVAILABLE' }),
      { ...BASE, level: 'warn', code: 'UNAVAILABLE', reason: 'STORE_UNAVAILABLE' },
    ],
    [
      'why the caller was refused, as information',
      ended({ code: Code.Unauthenticated, reason: 'TOKEN_MISSING' }),
      { ...BASE, code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' },
    ],
    [
      'a method that does not exist without its name',
      ended({ code: Code.Unimplemented }, { method: undefined }),
      { ...UNKNOWN, code: 'UNIMPLEMENTED' },
    ],
    ['an answer that nobody took', ended({}, { isAnswered: false }), { ...BASE, answered: false }],
    [
      'a call without an outcome',
      ended({ code: undefined }),
      { ...BASE, level: 'warn', code: 'UNKNOWN' },
    ],
    ['a slow call', ended({}, { durationMs: 1000 }), { ...BASE, durationMs: 1000, slow: true }],
    [
      'gRPC-Web',
      ended({}, { headers: { 'content-type': 'application/grpc-web-text' } }),
      { ...BASE, protocol: 'grpc-web' },
    ],
  ];
  for (const [what, call, line] of cases) {
    it(`tells ${what}`, () => {
      const { calls, written } = lining();
      calls.ended(call);
      expect(written()).to.deep.equal([line]);
    });
  }

  it('names employees as it was asked to', () => {
    const about = ended({ employeeId: '101' });
    const named = (...args: Parameters<typeof lining>) => {
      const { calls, written } = lining(...args);
      calls.ended(about);
      return written()[0]?.employee;
    };
    expect(named({ employees: 'plain' })).to.equal('101');
    expect(named({ employees: 'off' })).to.equal(undefined);
    expect(named({ employees: 'hash' })).to.match(/^[0-9a-f]{16}$/);
    // While the database's key is not known, there is nothing that could stand for an employee.
    expect(lining({ employees: 'hash' }, undefined).written()).to.deep.equal([]);
  });

  it('hashes employees by the key, so that one who has no key cannot try all ids', () => {
    const other = Buffer.from('another key');
    expect(hashedEmployee(KEY, '101')).to.equal(hashedEmployee(KEY, '101'));
    expect(hashedEmployee(KEY, '101')).to.not.equal(hashedEmployee(KEY, '102'));
    expect(hashedEmployee(KEY, '101')).to.not.equal(hashedEmployee(other, '101'));
  });
});

describe('which calls have a line', () => {
  it('is a sample of those that went well, beginning with the first', () => {
    const { calls, written } = lining({ calls: 'sampled' });
    for (let n = 0; n < 2 * SAMPLE_EVERY + 1; n += 1) calls.ended(ended());
    expect(written()).to.have.lengthOf(3);
  });

  it('is each that failed, was slow or was not taken, of a sample too', () => {
    const { calls, written } = lining({ calls: 'sampled' });
    calls.ended(ended());
    written();
    calls.ended(ended({ code: Code.NotFound }));
    calls.ended(ended({}, { durationMs: 1001 }));
    calls.ended(ended({}, { isAnswered: false }));
    // A stream takes as long as its reader likes.
    calls.ended(ended({}, { durationMs: 600_000, method: streamAttendance }));
    expect(written().map(({ code, slow, answered }) => [code, slow, answered])).to.deep.equal([
      ['NOT_FOUND', undefined, undefined],
      ['OK', true, undefined],
      ['OK', undefined, false],
    ]);
  });

  it('is bounded in a flood, in which all are counted', () => {
    const { calls, written, endInterval } = lining();
    const flood = 5000;
    for (let n = 0; n < flood; n += 1) {
      calls.ended(ended({ code: Code.Unauthenticated, reason: 'TOKEN_INVALID' }));
    }
    const first = written();
    // One more: the first of its kind beyond the bound is told at once too.
    expect(first).to.have.lengthOf(MAX_FULL_LINES + 1);
    endInterval();
    const [rest, ...more] = written();
    expect(more).to.deep.equal([]);
    expect(rest).to.include({ reason: 'TOKEN_INVALID', times: flood - MAX_FULL_LINES - 1 });
    calls.ended(ended({ code: Code.Unauthenticated }));
    expect(written()).to.have.lengthOf(1);
  });

  it('does not let a flood of one kind hide another', () => {
    const { calls, written } = lining();
    for (let n = 0; n < 2 * MAX_FULL_LINES; n += 1) calls.ended(ended({ code: Code.NotFound }));
    written();
    calls.ended(ended({ code: Code.Internal, reason: 'INTERNAL' }));
    expect(written()).to.have.lengthOf(1);
  });

  it('writes at the end what is still counted', () => {
    const { calls, written } = lining();
    for (let n = 0; n < MAX_FULL_LINES + 3; n += 1) calls.ended(ended({ code: Code.NotFound }));
    written();
    calls.flush();
    expect(written().map(({ times }) => times)).to.deep.equal([2]);
  });
});
