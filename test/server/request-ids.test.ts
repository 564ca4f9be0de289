// Every call has an id: in the headers of its answer, whatever the protocol and however it ends, and in
// what the server tells of it when it has ended.

import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { waitUntil } from '../support/wait-until.js';
import { envelope, post } from './support/raw.js';
import { type Served, serve, stopAll } from './support/serve.js';

const path = (method: string) => `/${AttendanceService.typeName}/${method}`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const EMPTY = envelope(Buffer.alloc(0));

/** The forms of a unary call, and of a stream. */
const UNARY = [
  ['gRPC', 'application/grpc', EMPTY],
  ['gRPC by the library', 'application/grpc; x=y', EMPTY],
  ['gRPC-Web', 'application/grpc-web+proto', EMPTY],
  ['gRPC-Web text', 'application/grpc-web-text', Buffer.from('AAAAAAA=')],
  ['Connect', 'application/json', Buffer.from('{}')],
] as const;
const STREAMS = [
  ['gRPC', 'application/grpc', EMPTY],
  ['gRPC-Web', 'application/grpc-web+proto', EMPTY],
  ['Connect', 'application/connect+json', envelope(Buffer.from('{}'))],
] as const;

describe('the id of a call', () => {
  let served: Served;
  const send = (
    method: string,
    type: string,
    body: Uint8Array,
    headers: Record<string, string> = {},
  ) => post(served.url, path(method), { 'content-type': type, te: 'trailers', ...headers }, body);

  /** The call that ended next. */
  const ended = async () => {
    await waitUntil('a call has ended', () => served.calls.length > 0);
    return served.calls.shift() ?? expect.fail('no call has ended');
  };

  before(async () => {
    served = await serve();
  });
  after(stopAll);

  for (const [name, type, body] of UNARY) {
    it(`is the one that came: ${name}`, async () => {
      const answer = await send('GetAttendance', type, body, { 'x-request-id': 'Root=1-67:a/b' });
      expect(answer.headers['x-request-id']).to.equal('Root=1-67:a/b');
      const { trail, isAnswered, method } = await ended();
      expect([trail.requestId, isAnswered, method?.name]).to.deep.equal([
        'Root=1-67:a/b',
        true,
        'GetAttendance',
      ]);
    });

    it(`is made where none came, for an error too: ${name}`, async () => {
      const answer = await send('ListLeaveTypes', type, body);
      expect(answer.headers['x-request-id']).to.match(UUID);
      const { trail } = await ended();
      expect(trail.requestId).to.equal(answer.headers['x-request-id']);
      expect([trail.code, trail.reason]).to.deep.equal([
        Code.Unimplemented,
        'METHOD_NOT_IMPLEMENTED',
      ]);
    });
  }

  for (const [name, type, body] of STREAMS) {
    it(`is in the headers of a stream: ${name}`, async () => {
      const answer = await send('StreamAttendance', type, body, { 'x-request-id': 'stream-1' });
      expect(answer.headers['x-request-id']).to.equal('stream-1');
      expect((await ended()).trail.requestId).to.equal('stream-1');
    });
  }

  const unfit: readonly [what: string, id: string][] = [
    ['is longer than 128 characters', 'x'.repeat(129)],
    ['has a space', 'two words'],
    ['has a quote', 'a"b'],
    ['came twice', 'one, two'],
    ['is empty', ''],
  ];
  for (const [what, id] of unfit) {
    it(`is made where the one that came ${what}`, async () => {
      const answer = await send('GetAttendance', 'application/grpc', EMPTY, { 'x-request-id': id });
      expect(answer.headers['x-request-id']).to.match(UUID);
      await ended();
    });
  }

  const refused: readonly [
    what: string,
    send: () => ReturnType<typeof post>,
    told: readonly [code: Code, reason: string],
  ][] = [
    [
      'a message that cannot be decoded',
      () => send('GetAttendance', 'application/grpc', envelope(Buffer.from([0xff, 0xff]))),
      [Code.InvalidArgument, 'MALFORMED_REQUEST'],
    ],
    [
      'half an envelope',
      () => send('GetAttendance', 'application/grpc', Buffer.from([0, 0])),
      [Code.InvalidArgument, 'MALFORMED_REQUEST'],
    ],
    [
      'JSON that is none',
      () => send('GetAttendance', 'application/json', Buffer.from('{')),
      [Code.InvalidArgument, 'MALFORMED_REQUEST'],
    ],
    [
      'a content type that no protocol has',
      () => send('GetAttendance', 'text/plain', EMPTY),
      [Code.Unknown, 'UNSUPPORTED_CONTENT_TYPE'],
    ],
    [
      'a method that does not exist',
      () => send('DoAsIWish', 'application/grpc', EMPTY),
      [Code.Unimplemented, 'METHOD_NOT_FOUND'],
    ],
  ];
  for (const [what, call, told] of refused) {
    it(`is there for ${what}`, async () => {
      const answer = await call();
      expect(answer.headers['x-request-id']).to.match(UUID);
      const { trail } = await ended();
      expect(trail.requestId).to.equal(answer.headers['x-request-id']);
      expect([trail.code, trail.reason]).to.deep.equal(told);
    });
  }

  it('may be read by pages of other origins', async () => {
    const { url } = await serve({ corsOrigins: ['https://app.example'] });
    const answer = await fetch(url, { headers: { origin: 'https://app.example' } });
    expect(answer.headers.get('access-control-expose-headers')).to.match(/\bX-Request-Id\b/);
  });
});

describe('a call that does not begin', () => {
  afterEach(stopAll);

  for (const [name, type, body] of UNARY) {
    it(`is told as overloaded, with its id: ${name}`, async () => {
      let answer = () => {};
      const held = new Promise<void>((resolve) => {
        answer = resolve;
      });
      let asked = 0;
      const served = await serve({
        limits: { runningCalls: 1, waitingCalls: 1 },
        routes: {
          async getAttendance() {
            asked += 1;
            await held;
            return {};
          },
        },
      });
      const call = () =>
        post(served.url, path('GetAttendance'), { 'content-type': type, te: 'trailers' }, body);
      const running = call();
      await waitUntil('one runs', () => asked === 1);
      const waiting = [call(), call()];
      await waitUntil('two wait', async () =>
        /rpc_waiting 2/.test((await served.metrics.render()).text),
      );
      const { headers } = await call();
      const [refused] = served.calls;
      expect(headers['x-request-id']).to.match(UUID);
      expect(refused?.trail).to.include({
        ...{ requestId: headers['x-request-id'], code: Code.ResourceExhausted },
        reason: 'OVERLOADED',
      });
      answer();
      await Promise.all([running, ...waiting]);
    });
  }
});
