// The client against a real gRPC server: deadlines, retries, cancellation, errors, streams.

import { constants, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { AttendanceClient, AttendanceClientOptions } from '../../src/client/index.js';
import {
  AttendanceClientError,
  AttendanceStatus,
  BatchMarkAttendanceRequestSchema,
  CLIENT_DOMAIN,
  createAttendanceClient,
  MarkAttendanceRequestSchema,
} from '../../src/client/index.js';
import { RETRY_BUDGET_TOKENS, SUCCESSES_PER_TOKEN } from '../../src/client/retry-budget.js';
import type { Handlers, TestServer } from './grpc-server.js';
import { refuse, startServer } from './grpc-server.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DAY = { employeeId: '007', date: '2026-03-02' };
const MARK = { ...DAY, status: AttendanceStatus.PRESENT };
const FAST_RETRY = { initialBackoffMs: 5, maxBackoffMs: 20 };

describe('client', () => {
  const closers: (() => void)[] = [];

  async function connected(
    handlers: Handlers,
    options: Partial<AttendanceClientOptions> = {},
  ): Promise<{ client: AttendanceClient; server: TestServer }> {
    const server = await startServer(handlers);
    const { address } = server;
    const client = createAttendanceClient({ address, retry: FAST_RETRY, ...options });
    closers.push(client.close, server.kill);
    return { client, server };
  }

  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  describe('calls', () => {
    it('sends the request and gives the answer, with headers and token', async () => {
      const { client } = await connected(
        {
          unary: {
            getAttendance: async ({ employeeId, date }, { metadata }) => ({
              attendance: {
                employeeId,
                date,
                note: ['authorization', 'x-own', 'x-all'].map((k) => metadata.get(k)[0]).join(','),
              },
            }),
          },
        },
        { token: async () => 'secret', metadata: { 'x-all': 'a', 'x-own': 'b' } },
      );
      const { attendance } = await client.getAttendance(DAY, { metadata: { 'x-own': 'c' } });
      expect(attendance).to.include({ ...DAY, note: 'Bearer secret,c,a' });
    });

    it('says for whom it acts, and asks for a token for every call', async () => {
      const seen: string[] = [];
      const { client } = await connected(
        {
          unary: {
            getAttendance: async (_request, { metadata }) => {
              const names = ['authorization', 'x-attendance-actor'];
              seen.push(names.map((name) => metadata.get(name).join(',')).join(' / '));
              return {};
            },
          },
        },
        { token: () => `token-${seen.length}`, actor: 'jane' },
      );
      await client.getAttendance(DAY);
      await client.getAttendance(DAY, { actor: 'bob' });
      expect(seen).to.deep.equal(['Bearer token-0 / jane', 'Bearer token-1 / bob']);
    });

    it('sends a Date as the instant it is, and nothing when the request is no message', async () => {
      const seen: unknown[] = [];
      const { client } = await connected({
        unary: {
          getAttendance: async ({ asOfTime }) => {
            seen.push(asOfTime && timestampDate(asOfTime));
            return {};
          },
        },
        async *streamAttendance() {
          seen.push('a stream');
          yield {};
        },
      });
      const asOfTime = new Date('2026-03-02T12:00:00.250Z');
      await client.getAttendance({ ...DAY, asOfTime });
      const mistyped: object = { employeeID: '007' };
      const unary = await failureOf(client.getAttendance(mistyped));
      const stream = await failureOf(
        client.streamAttendance(mistyped)[Symbol.asyncIterator]().next(),
      );
      for (const error of [unary, stream]) {
        expect(error).to.include({ code: status.INVALID_ARGUMENT, domain: CLIENT_DOMAIN });
        expect(error.fieldViolations[0]?.field).to.equal('employeeID');
      }
      expect(seen).to.deep.equal([asOfTime]);
    });

    it('sets the default deadline on every call, and the call may set its own', async () => {
      const seenMs: number[] = [];
      const { client } = await connected(
        {
          unary: {
            getAttendance: async (_, { deadlineAt }) => {
              seenMs.push((deadlineAt ?? Number.POSITIVE_INFINITY) - Date.now());
              return {};
            },
          },
        },
        { defaultDeadlineMs: 2_000_000 },
      );
      await client.getAttendance(DAY);
      await client.getAttendance(DAY, { deadlineMs: 500_000 });
      // However busy the machine: the way takes no minutes.
      expect(seenMs[0]).to.be.within(1_500_000, 2_000_500);
      expect(seenMs[1]).to.be.within(100_000, 500_500);
    });

    it('throws DEADLINE_EXCEEDED when no answer comes in time', async () => {
      const { client } = await connected({
        unary: { getAttendance: () => new Promise(() => undefined) },
      });
      const error = await failureOf(client.getAttendance(DAY, { deadlineMs: 60 }));
      expect(error.code).to.equal(status.DEADLINE_EXCEEDED);
    });

    it('cancels the call on the server when its signal is aborted', async () => {
      const stop = new AbortController();
      let sawCancel: Promise<void> | undefined;
      const { client } = await connected({
        unary: {
          getAttendance: (_, { cancelled }) => {
            sawCancel = cancelled;
            stop.abort(new Error('the user left'));
            return new Promise(() => undefined);
          },
        },
      });
      const error = await failureOf(client.getAttendance(DAY, { signal: stop.signal }));
      expect(error.code).to.equal(status.CANCELLED);
      expect(error.cause).to.have.property('message', 'the user left');
      await sawCancel;
    });

    it('sends nothing when its signal is aborted already', async () => {
      const { client } = await connected({});
      const error = await failureOf(client.getAttendance(DAY, { signal: AbortSignal.abort() }));
      expect(error.code).to.equal(status.CANCELLED);
    });
  });

  describe('errors', () => {
    it('carry code, reason, violations, info and delay', async () => {
      const violations = [{ field: 'date', reason: 'NOT_A_DATE', description: 'is no date' }];
      const { client } = await connected({
        unary: {
          markAttendance: async () => {
            throw refuse({
              code: status.INVALID_ARGUMENT,
              message: 'date: is no date',
              reason: 'INVALID_FIELD',
              info: { hint: 'h' },
              violations,
              retryDelayMs: 1500,
            });
          },
        },
      });
      const error = await failureOf(client.markAttendance(MARK));
      expect(error).to.include({
        code: status.INVALID_ARGUMENT,
        codeName: 'INVALID_ARGUMENT',
        reason: 'INVALID_FIELD',
        domain: 'attendance.v1',
        message: 'date: is no date',
        retryDelayMs: 1500,
      });
      expect(error.info).to.deep.equal({ hint: 'h' });
      expect(error.fieldViolations).to.deep.equal(violations);
    });

    it('without details, or with details that do not parse, still carry code and message', async () => {
      const broken = refuse({ code: status.NOT_FOUND, message: 'gone' });
      (broken as unknown as { metadata: { set: (k: string, v: Buffer) => void } }).metadata.set(
        'grpc-status-details-bin',
        Buffer.from([0xff, 0xff]),
      );
      const plain = Object.assign(new Error('gone'), { code: status.NOT_FOUND });
      const failures = [broken, plain];
      const { client } = await connected({
        unary: { getAttendance: async () => Promise.reject(failures.shift()) },
      });
      for (let n = 0; n < 2; n += 1) {
        const error = await failureOf(client.getAttendance(DAY));
        expect(error).to.include({ code: status.NOT_FOUND, reason: '', message: 'gone' });
        expect(error.fieldViolations).to.deep.equal([]);
      }
    });
  });

  describe('retries', () => {
    it('sends a write again after UNAVAILABLE with the same request ids', async () => {
      const seen: string[][] = [];
      const { client } = await connected({
        unary: {
          batchMarkAttendance: async ({ requests }) => {
            seen.push(requests.map(({ requestId }) => requestId));
            if (seen.length < 3) throw refuse({ code: status.UNAVAILABLE, message: 'away' });
            return {};
          },
        },
      });
      const own = 'a0000000-0000-4000-8000-000000000001';
      await client.batchMarkAttendance({ requests: [MARK, { ...MARK, requestId: own }, MARK] });
      expect(seen).to.have.length(3);
      expect(seen[1]).to.deep.equal(seen[0]);
      expect(seen[2]).to.deep.equal(seen[0]);
      const [first, second, third] = seen[0] ?? [];
      expect(second).to.equal(own);
      expect(first).to.match(UUID);
      expect(third).to.match(UUID).and.not.equal(first);
    });

    it('leaves the messages of the caller alone, so that a second call is a second write', async () => {
      const seen: (string | undefined)[] = [];
      const { client } = await connected({
        unary: {
          markAttendance: async ({ requestId }) => {
            seen.push(requestId);
            return {};
          },
          batchMarkAttendance: async ({ requests }) => {
            seen.push(requests[0]?.requestId);
            return {};
          },
        },
      });
      const mark = create(MarkAttendanceRequestSchema, MARK);
      const batch = create(BatchMarkAttendanceRequestSchema, { requests: [mark] });
      for (let n = 0; n < 2; n += 1) {
        await client.markAttendance(mark);
        await client.batchMarkAttendance(batch);
      }
      expect(mark.requestId).to.equal('');
      expect(batch.requests[0]).to.equal(mark);
      expect(new Set(seen)).to.have.property('size', 4);
      for (const id of seen) expect(id).to.match(UUID);
    });

    it('stops after the attempts allowed', async () => {
      let attempts = 0;
      const { client } = await connected(
        {
          unary: {
            getAttendance: async () => {
              attempts += 1;
              throw refuse({ code: status.UNAVAILABLE, message: 'away', reason: 'DRAINING' });
            },
          },
        },
        { retry: { ...FAST_RETRY, maxAttempts: 4 } },
      );
      const error = await failureOf(client.getAttendance(DAY));
      expect(error.reason).to.equal('DRAINING');
      expect(attempts).to.equal(4);
    });

    it('goes on until the deadline when no number of attempts is set', async () => {
      let attempts = 0;
      const { client } = await connected(
        {
          unary: {
            getAttendance: async () => {
              attempts += 1;
              if (attempts < 40) throw refuse({ code: status.UNAVAILABLE, message: 'away' });
              return {};
            },
          },
        },
        { retry: { initialBackoffMs: 1, maxBackoffMs: 2 } },
      );
      await client.getAttendance(DAY);
      expect(attempts).to.equal(40);
    });

    it('says what went before when the last attempt runs into the deadline', async () => {
      let attempts = 0;
      const { client } = await connected({
        unary: {
          getAttendance: async () => {
            attempts += 1;
            if (attempts > 2) return new Promise(() => undefined);
            throw refuse({ code: status.UNAVAILABLE, message: 'the database is away' });
          },
        },
      });
      const error = await failureOf(client.getAttendance(DAY, { deadlineMs: 1_000 }));
      expect(error.code).to.equal(status.DEADLINE_EXCEEDED);
      expect(error.message).to.match(/failed with UNAVAILABLE: the database is away$/);
      expect(error.cause).to.include({ code: status.UNAVAILABLE });
    });

    it('comes back to an overloaded service when it says when, and not earlier', async () => {
      const at: number[] = [];
      const { client } = await connected({
        unary: {
          markAttendance: async () => {
            at.push(performance.now());
            const busy = { code: status.RESOURCE_EXHAUSTED, message: 'busy', retryDelayMs: 100 };
            if (at.length < 3) throw refuse(busy);
            return {};
          },
        },
      });
      await client.markAttendance(MARK);
      const [first = 0, second = 0, third = 0] = at;
      expect(second - first).to.be.at.least(99);
      expect(third - second).to.be.at.least(99);
    });

    it('stops coming back to a service that stays overloaded, and begins again with its successes', async () => {
      let attempts = 0;
      let isBusy = true;
      const { client } = await connected(
        {
          unary: {
            getAttendance: async () => {
              attempts += 1;
              const busy = { code: status.RESOURCE_EXHAUSTED, message: 'busy', retryDelayMs: 0 };
              if (isBusy) throw refuse(busy);
              return {};
            },
          },
        },
        { retry: { initialBackoffMs: 1, maxBackoffMs: 1 } },
      );
      const calls = 50;
      const refused = async () => {
        const error = await failureOf(client.getAttendance(DAY));
        expect(error.code).to.equal(status.RESOURCE_EXHAUSTED);
      };
      await Promise.all(Array.from({ length: calls }, refused));
      expect(attempts).to.equal(calls + RETRY_BUDGET_TOKENS);
      isBusy = false;
      for (let n = 0; n < SUCCESSES_PER_TOKEN; n += 1) await client.getAttendance(DAY);
      isBusy = true;
      attempts = 0;
      await refused();
      expect(attempts).to.equal(2);
    });

    for (const code of [
      status.ABORTED,
      status.INTERNAL,
      status.RESOURCE_EXHAUSTED,
      status.INVALID_ARGUMENT,
    ]) {
      it(`does not try again after ${status[code]}`, async () => {
        let attempts = 0;
        const { client } = await connected({
          unary: {
            markAttendance: async () => {
              attempts += 1;
              throw refuse({ code, message: 'no' });
            },
          },
        });
        expect((await failureOf(client.markAttendance(MARK))).code).to.equal(code);
        expect(attempts).to.equal(1);
      });
    }

    it('waits at least as long as the service asks', async () => {
      const at: number[] = [];
      const { client } = await connected({
        unary: {
          getAttendance: async () => {
            at.push(performance.now());
            const answer = { code: status.UNAVAILABLE, message: 'away', retryDelayMs: 150 };
            if (at.length === 1) throw refuse(answer);
            return {};
          },
        },
      });
      await client.getAttendance(DAY);
      expect((at[1] ?? 0) - (at[0] ?? 0)).to.be.at.least(149);
    });

    it('does not wait past the deadline: the last UNAVAILABLE comes at once', async () => {
      const { client } = await connected({
        unary: {
          getAttendance: async () => {
            throw refuse({ code: status.UNAVAILABLE, message: 'away', retryDelayMs: 600_000 });
          },
        },
      });
      // Waiting for either would take longer than a test may.
      const error = await failureOf(client.getAttendance(DAY, { deadlineMs: 300_000 }));
      expect(error).to.include({ code: status.UNAVAILABLE, retryDelayMs: 600_000 });
    });

    it('ends the wait when the signal is aborted', async () => {
      const stop = new AbortController();
      const { client } = await connected({
        unary: {
          getAttendance: async () => {
            setImmediate(() => stop.abort());
            throw refuse({ code: status.UNAVAILABLE, message: 'away', retryDelayMs: 300_000 });
          },
        },
      });
      const call = client.getAttendance(DAY, { signal: stop.signal, deadlineMs: 600_000 });
      expect((await failureOf(call)).code).to.equal(status.CANCELLED);
    });

    it('survives a server that dies under a call and comes back on the same port', async () => {
      const ids: string[] = [];
      let restarted: Promise<TestServer> | undefined;
      const handlers: Handlers = {
        unary: {
          markAttendance: async ({ requestId }) => {
            ids.push(requestId);
            if (ids.length > 1) return {};
            server.kill();
            restarted = startServer(handlers, server.port);
            return new Promise(() => undefined);
          },
        },
      };
      const { client, server } = await connected(handlers, {
        retry: { initialBackoffMs: 50, maxBackoffMs: 300 },
      });
      await client.markAttendance(MARK);
      closers.push((await restarted)?.kill ?? (() => undefined));
      expect(ids).to.have.length(2);
      expect(ids[1]).to.equal(ids[0]);
    });

    it('tries again what a dying process breaks off, which gRPC reports in several codes', async () => {
      const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;
      const endings = [NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR];
      const server = createServer();
      server.on('stream', (stream) => {
        const ending = endings.shift();
        stream.on('error', () => {});
        stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
        if (ending !== undefined) {
          stream.close(ending);
          return;
        }
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        // A message without fields.
        stream.end(Buffer.alloc(5));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const client = createAttendanceClient({ address: `127.0.0.1:${port}`, retry: FAST_RETRY });
      closers.push(client.close, () => server.close());
      await client.markAttendance(MARK);
      expect(endings).to.deep.equal([]);
    });

    it('ends with the client: no wait goes on, and no call begins', async () => {
      const { client } = await connected({
        unary: {
          getAttendance: async () => {
            setImmediate(client.close);
            throw refuse({ code: status.UNAVAILABLE, message: 'away', retryDelayMs: 120_000 });
          },
        },
      });
      for (let n = 0; n < 2; n += 1) {
        const error = await failureOf(client.getAttendance(DAY, { deadlineMs: 600_000 }));
        expect(error).to.include({ code: status.CANCELLED, message: 'The client was closed.' });
      }
    });

    it('says UNAVAILABLE when nobody listens', async () => {
      const { client, server } = await connected({});
      server.kill();
      const error = await failureOf(client.getAttendance(DAY, { deadlineMs: 500 }));
      expect(error.code).to.equal(status.UNAVAILABLE);
    });
  });

  describe('streams', () => {
    it('yield what comes, in order', async () => {
      const { client } = await connected({
        async *streamAttendance() {
          for (let n = 0; n < 50; n += 1) yield { attendances: [{ employeeId: `E${n}` }] };
        },
      });
      const ids: string[] = [];
      for await (const { attendances } of client.streamAttendance({})) {
        ids.push(...attendances.map(({ employeeId }) => employeeId));
      }
      expect(ids).to.deep.equal(Array.from({ length: 50 }, (_, n) => `E${n}`));
    });

    it('are cancelled on the server when the loop is left', async () => {
      let sawCancel: Promise<void> | undefined;
      const { client } = await connected({
        async *streamAttendance(_, { cancelled }) {
          sawCancel = cancelled;
          yield {};
          await cancelled;
        },
      });
      for await (const _ of client.streamAttendance({})) break;
      expect(sawCancel).to.not.equal(undefined);
      await sawCancel;
    });

    it('are tried again before the first message, and never after it', async () => {
      let attempts = 0;
      const { client } = await connected({
        async *streamAttendance() {
          attempts += 1;
          if (attempts > 1) yield { attendances: [{ employeeId: 'one' }] };
          throw refuse({ code: status.UNAVAILABLE, message: 'away', reason: 'DRAINING' });
        },
      });
      const got: number[] = [];
      const reading = (async () => {
        for await (const { attendances } of client.streamAttendance({})) {
          got.push(attendances.length);
        }
      })();
      const error = await failureOf(reading);
      expect(error).to.include({ code: status.UNAVAILABLE, reason: 'DRAINING' });
      expect(got).to.deep.equal([1]);
      expect(attempts).to.equal(2);
    });

    it('are tried for no longer than a call, however long they may last', async () => {
      const { client } = await connected(
        {
          // biome-ignore lint/correctness/useYield: it fails before its first message.
          async *streamAttendance() {
            throw refuse({ code: status.UNAVAILABLE, message: 'away', reason: 'DRAINING' });
          },
        },
        { defaultDeadlineMs: 100 },
      );
      const reading = client.streamAttendance({}, { deadlineMs: Number.POSITIVE_INFINITY });
      const error = await failureOf(reading[Symbol.asyncIterator]().next());
      expect(error).to.include({ code: status.UNAVAILABLE, reason: 'DRAINING' });
    });

    it('end with the signal and with the deadline', async () => {
      const { client } = await connected({
        async *streamAttendance(_, { cancelled }) {
          yield {};
          await cancelled;
        },
      });
      const stop = new AbortController();
      const ends = [
        { options: { signal: stop.signal }, code: status.CANCELLED },
        { options: { deadlineMs: 150 }, code: status.DEADLINE_EXCEEDED },
      ];
      for (const { options, code } of ends) {
        const reading = (async () => {
          for await (const _ of client.streamAttendance({}, options))
            setImmediate(() => stop.abort());
        })();
        expect((await failureOf(reading)).code).to.equal(code);
      }
    });
  });
});

async function failureOf(promise: Promise<unknown>): Promise<AttendanceClientError> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(AttendanceClientError);
    return error as AttendanceClientError;
  }
  throw new Error('It did not fail.');
}
