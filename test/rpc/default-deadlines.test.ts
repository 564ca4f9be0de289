// How long a call may take that brings no deadline, and the longest that one can bring; seen by the
// signal its handler gets, with the clock in the test's hands.

import { mock } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import {
  AttendanceService,
  GetAttendanceRequestSchema,
  type GetAttendanceResponse,
  StreamAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import {
  ClockService,
  type ImportPunchesRequest,
  type ImportPunchesResponse,
} from '../../gen/attendance/v1/clock_service_pb.js';
import type { Instant } from '../../src/domain/time/time.js';
import { cancellationOf } from '../../src/rpc/edge/cancellation.js';
import {
  type Call,
  type PipelineContext,
  runClientStream,
  runServerStream,
  runUnary,
} from '../../src/rpc/edge/pipeline.js';
import { OPEN_ACCESS } from './support/open-access.js';

const context: PipelineContext = {
  ...OPEN_ACCESS,
  now: () => 1_772_409_600_000 as Instant,
  observe: () => {},
  unexpected: () => {},
  failed: () => {},
};
const never = <T>() => new Promise<T>(() => {});
const surroundings = (timeoutMs: number | undefined) => ({
  headers: new Headers(),
  peer: undefined,
  cancellation: cancellationOf(new AbortController().signal),
  timeoutMs,
});

/** Begins a call whose handler never answers; gives what the handler was given, and the end. */
type Begin = (timeoutMs: number | undefined) => { call: () => Call; ended: Promise<unknown> };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Keeps the call that a handler is given. */
function keeping() {
  let kept: Call | undefined;
  return {
    keep: <T>(given: Call): Promise<T> => {
      kept = given;
      return never<T>();
    },
    call: () => kept ?? expect.fail('the handler was not called'),
  };
}

const unary: Begin = (timeoutMs) => {
  const { keep, call } = keeping();
  const message = create(GetAttendanceRequestSchema, { employeeId: 'mia', date: '2026-03-02' });
  const ended = runUnary(
    context,
    AttendanceService.method.getAttendance,
    (_message, given) => keep<GetAttendanceResponse>(given),
    { ...surroundings(timeoutMs), message },
  );
  return { call, ended };
};

const serverStream: Begin = (timeoutMs) => {
  const { keep, call } = keeping();
  const stream = runServerStream(
    context,
    AttendanceService.method.streamAttendance,
    async function* (_message, given) {
      yield await keep(given);
    },
    { ...surroundings(timeoutMs), message: create(StreamAttendanceRequestSchema) },
  );
  return { call, ended: stream.next() };
};

const clientStream: Begin = (timeoutMs) => {
  const { keep, call } = keeping();
  // biome-ignore lint/correctness/useYield: a sender who never sends
  async function* messages(): AsyncGenerator<ImportPunchesRequest> {
    await never();
  }
  const ended = runClientStream(
    context,
    ClockService.method.importPunches,
    (_messages, given) => keep<ImportPunchesResponse>(given),
    { ...surroundings(timeoutMs), messages: messages() },
  );
  return { call, ended };
};

/** As docs/operations.md tells them; test/tooling/operations-page.test.ts holds it to that. */
const CASES: readonly [what: string, begin: Begin, brings: number | undefined, hasMs: number][] = [
  ['a call without a deadline', unary, undefined, 15 * SECOND],
  ['a stream of answers without one', serverStream, undefined, 10 * MINUTE],
  ['a stream of requests without one', clientStream, undefined, 10 * MINUTE],
  ['a call that brings more than is allowed', unary, 24 * HOUR, HOUR],
  ['a stream that brings more than is allowed', serverStream, 24 * HOUR, HOUR],
  ['a call that brings its own', unary, 40 * SECOND, 40 * SECOND],
];

describe('the deadline of a call', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  for (const [what, begin, brings, hasMs] of CASES) {
    it(`${what}: ${hasMs / SECOND} s`, async () => {
      const { call, ended } = begin(brings);
      const failed = ended.then(
        () => expect.fail('it was answered'),
        (reason: unknown) => reason,
      );
      mock.timers.tick(hasMs - 1);
      expect(call().signal.aborted, 'just before').to.equal(false);
      mock.timers.tick(1);
      expect(call().signal.aborted, 'at the deadline').to.equal(true);
      const error = await failed;
      expect(error)
        .to.be.instanceOf(ConnectError)
        .and.to.have.property('code', Code.DeadlineExceeded);
    });
  }
});
