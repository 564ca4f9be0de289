// Clients that behave badly, by intent or by accident: the process goes on, what they hold is
// given back, and nobody else's calls fail for it.

import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { brotliCompressSync, brotliDecompressSync, constants as zlib } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { Code, type ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Client, credentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  AttendanceService,
  ListAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { ErrorInfoSchema, RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { Health } from '../../gen/grpc/health/v1/health_pb.js';
import { COMPRESSIONS } from '../../src/server/connect/compressions.js';
import { waitUntil } from '../support/wait-until.js';
import { makeCertificate } from './support/certificate.js';
import {
  dialHttp2,
  END_STREAM,
  frame,
  goaway,
  PADDED,
  PREFACE,
  post as postFrame,
  SETTINGS,
  TYPE,
  uint32,
} from './support/frames.js';
import { dial, envelope, errorOf, post } from './support/raw.js';
import { type Served, serve, stopAll } from './support/serve.js';

const SERVICE = '/attendance.v1.AttendanceService';
const GET = `${SERVICE}/GetAttendance`;
const MARK = `${SERVICE}/MarkAttendance`;
const LIST = `${SERVICE}/ListAttendance`;
const GRPC = { 'content-type': 'application/grpc', te: 'trailers' };
const QUICK = { lookIntervalMs: 10, deadSocketMs: 20, pingIntervalMs: 20 };

/** One good call on a connection of its own. */
async function expectServed({ url, errors }: Served): Promise<void> {
  const answer = await post(url, GET, GRPC, envelope(Buffer.alloc(0)));
  expect(answer.trailers['grpc-status']).to.equal('0');
  expect(errors).to.deep.equal([]);
}

describe('connections that are over and stay', () => {
  afterEach(stopAll);

  for (const [name, code] of [
    ['NO_ERROR', constants.NGHTTP2_NO_ERROR],
    ['PROTOCOL_ERROR', constants.NGHTTP2_PROTOCOL_ERROR],
  ] as const) {
    it(`lose their socket after a GOAWAY (${name}) and silence`, async () => {
      const served = await serve({ limits: QUICK });
      const client = await dialHttp2(served.port);
      client.send(goaway(code));
      await client.closed;
      await expectServed(served);
    });
  }

  for (const isEncrypted of [false, true]) {
    it(`lose their socket when the client has ended its side${isEncrypted ? ', under TLS' : ''}`, async () => {
      // Nothing but the end itself can close it so soon.
      const served = await serve(isEncrypted ? { tls: makeCertificate() } : {});
      const { port } = served;
      const plain = connect({ port, allowHalfOpen: true });
      const tls = { rejectUnauthorized: false, ALPNProtocols: ['h2'] };
      const socket = isEncrypted ? connectTls({ socket: plain, ...tls }) : plain;
      await once(socket, isEncrypted ? 'secureConnect' : 'connect');
      socket.write(Buffer.concat([PREFACE, SETTINGS]));
      await once(socket, 'data');
      socket.end();
      await once(socket.resume(), 'end');
    });
  }

  it('lose their socket after a protocol error', async () => {
    const served = await serve({ limits: QUICK });
    const client = await dialHttp2(served.port);
    // DATA belongs to a stream.
    client.send(frame(TYPE.DATA, 0, 0, Buffer.from('x')));
    await client.closed;
    await expectServed(served);
  });
});

describe('an answer before the end of its request', () => {
  afterEach(stopAll);

  for (const [name, limits] of [
    ['a message that is too large', { messageBytes: 1_000 }],
    ['an overload', { runningCalls: 0, waitingCalls: 0 }],
  ] as const) {
    it(`closes the stream behind itself: ${name}`, async () => {
      const { port } = await serve({ limits });
      const client = await dialHttp2(port);
      const data = envelope(Buffer.alloc(100), 0, 5_000);
      client.send(postFrame(1, MARK, GRPC), frame(TYPE.DATA, 0, 1, data));
      const reset = await client.until(({ type }) => type === TYPE.RST_STREAM);
      expect(reset.payload.readUInt32BE(0)).to.equal(constants.NGHTTP2_NO_ERROR);
      const before = client.frames.slice(0, client.frames.indexOf(reset));
      expect(
        before.some(({ type, flags }) => type === TYPE.HEADERS && flags & END_STREAM),
      ).to.equal(true);
      client.socket.destroy();
    });
  }

  it('takes no stream of the connection: 300 refused messages, then good ones', async () => {
    const served = await serve({ limits: { messageBytes: 1_000, streamsPerConnection: 8 } });
    const session = connectHttp2(served.url);
    const codes = new Map<string, number>();
    for (let call = 0; call < 300; call += 1) {
      const stream = session.request({ ':method': 'POST', ':path': MARK, ...GRPC });
      stream.on('error', (error) => expect.fail(String(error)));
      stream.write(envelope(Buffer.alloc(10), 0, 5_000));
      const [trailers] = await once(stream.resume(), 'trailers');
      const code = String(trailers['grpc-status']);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes]).to.deep.equal([[String(Code.ResourceExhausted), 300]]);
    const good = session.request({ ':method': 'POST', ':path': GET, ...GRPC });
    good.end(envelope(Buffer.alloc(0)));
    const [trailers] = await once(good.resume(), 'trailers');
    expect(trailers['grpc-status']).to.equal('0');
    session.close();
  });

  it('reaches an HTTP/1.1 client that closes its connection behind a body that is too large', async () => {
    const { port } = await serve({ limits: { messageBytes: 1_000 } });
    const { socket, until, closed } = await dial(port);
    const length = 500_000;
    const head = `Host: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    socket.write(`POST ${MARK} HTTP/1.1\r\n${head}Content-Length: ${length}\r\n\r\n`);
    socket.write(Buffer.alloc(length));
    await until('resource_exhausted');
    await closed;
  });
});

describe('calls to an address that there cannot be', () => {
  afterEach(stopAll);

  for (const authority of ['localhost:99999', '127.0.0.1:65536', '[::1]:99999']) {
    for (const type of ['application/json', 'application/grpc', 'application/grpc-web+proto']) {
      it(`${authority}: refused in words, ${type}`, async () => {
        const served = await serve();
        const headers = { 'content-type': type, te: 'trailers', ':authority': authority };
        const body = type === 'application/json' ? Buffer.from('{}') : envelope(Buffer.alloc(0));
        const error = errorOf(await post(served.url, GET, headers, body));
        expect(error?.code).to.equal(Code.InvalidArgument);
        expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('MALFORMED_REQUEST');
        await expectServed(served);
      });
    }
  }
});

describe('calls that nobody waits for any more', () => {
  afterEach(stopAll);

  const cases = [
    { name: 'cancelled', timeoutMs: 60_000, isCancelled: true, code: 'CANCELLED' },
    { name: 'past their deadline', timeoutMs: 20, isCancelled: false, code: 'DEADLINE_EXCEEDED' },
  ];
  for (const { name, timeoutMs, isCancelled, code } of cases) {
    // With grpc-js, as every client of gRPC should, repeating by itself what was refused unseen.
    it(`${name}, by the thousand: a call on the channel is answered`, async () => {
      let isHeld = true;
      const served = await serve({
        routes: {
          getAttendance: (_request, { signal }) =>
            isHeld
              ? new Promise((_resolve, reject) => {
                  signal.addEventListener('abort', () => reject(signal.reason));
                })
              : {},
        },
      });
      const client = new Client(`127.0.0.1:${served.port}`, credentials.createInsecure());
      for (let round = 0; round < 120; round += 1) {
        const calls = Array.from({ length: 10 }, () =>
          callEmpty(client, 'GetAttendance', timeoutMs),
        );
        // On its way once another call on the same channel has been answered.
        expect(await callEmpty(client, 'MarkAttendance', 60_000).ended).to.equal('OK');
        if (isCancelled) for (const { cancel } of calls) cancel();
        const ends = await Promise.all(calls.map(({ ended }) => ended));
        // More in all than the thousand that nghttp2 lets pass.
        expect(new Set(ends)).to.deep.equal(new Set([code]));
      }
      isHeld = false;
      expect(await callEmpty(client, 'GetAttendance', 60_000).ended).to.equal('OK');
      expect(served.errors).to.deep.equal([]);
      client.close();
    });
  }
});

function callEmpty(client: Client, method: string, timeoutMs: number) {
  let call: { cancel(): void } | undefined;
  const ended = new Promise<string>((resolve) => {
    call = client.makeUnaryRequest(
      `/attendance.v1.AttendanceService/${method}`,
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
      Buffer.alloc(0),
      { deadline: Date.now() + timeoutMs },
      (error) => resolve(error === null ? 'OK' : (status[error.code] ?? String(error.code))),
    );
  });
  return { ended, cancel: () => call?.cancel() };
}

describe('a client that goes in the middle of a stream it sends', () => {
  afterEach(stopAll);

  for (const how of ['resets the stream', 'resets the connection']) {
    it(`is no failure of the service: ${how}`, async () => {
      const served = await serve();
      const client = await dialHttp2(served.port);
      const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
      client.send(postFrame(1, path, GRPC), frame(TYPE.DATA, 0, 1, envelope(Buffer.alloc(0))));
      await client.until(({ type }) => type === TYPE.DATA);
      if (how === 'resets the connection') client.socket.resetAndDestroy();
      else client.send(frame(TYPE.RST_STREAM, 0, 1, uint32(constants.NGHTTP2_CANCEL)));
      await waitUntil('its stream is over', async () =>
        /rpc_in_flight 0\n/.test((await served.metrics.render()).text),
      );
      const { text } = await served.metrics.render();
      expect(text).to.match(/method="ServerReflectionInfo",code="CANCELLED"\} 1\n/);
      expect(served.errors).to.deep.equal([]);
      client.socket.destroy();
    });
  }
});

describe('what callers hold', () => {
  afterEach(stopAll);

  it('in bodies that never end: the oldest gives way, and others are served', async () => {
    const served = await serve({ limits: { bodyBytes: 1_000_000 } });
    const greedy = connectHttp2(served.url);
    const greedyToo = connectHttp2(served.url);
    const first = greedy.request({ ':method': 'POST', ':path': MARK, ...GRPC });
    const refused = once(first.resume(), 'trailers');
    const open = [first];
    for (let call = 0; call < 8; call += 1) {
      const stream = greedyToo.request({ ':method': 'POST', ':path': MARK, ...GRPC });
      stream.on('error', () => {});
      open.push(stream.resume());
    }
    for (const stream of open) stream.write(envelope(Buffer.alloc(200_000), 0, 4_000_000));
    const [trailers] = await refused;
    expect(trailers['grpc-status']).to.equal(String(Code.ResourceExhausted));
    await expectServed(served);
    greedy.destroy();
    greedyToo.destroy();
  });

  it('of one connection waits in the network, and its oldest body still gets through', async () => {
    const served = await serve({ limits: { bodyBytesPerConnection: 100_000 } });
    const session = connectHttp2(served.url);
    const answers = Array.from({ length: 20 }, async () => {
      const stream = session.request({ ':method': 'POST', ':path': MARK, ...GRPC });
      stream.end(envelope(noteOf(150_000)));
      const [trailers] = await once(stream.resume(), 'trailers');
      return trailers['grpc-status'];
    });
    expect(new Set(await Promise.all(answers))).to.deep.equal(new Set(['0']));
    session.close();
  });

  it('in answers that nobody reads: the one unread for longest is cut', async () => {
    const served = await serve({ limits: { unreadBytes: 1_000_000 } });
    const session = connectHttp2(served.url, { settings: { initialWindowSize: 0 } });
    await once(session, 'remoteSettings');
    const ask = () => {
      const stream = session.request({ ':method': 'POST', ':path': LIST, ...GRPC });
      stream.on('error', () => {});
      stream.end(envelope(PAGE));
      return stream;
    };
    const first = ask();
    const isCut = once(first, 'close');
    for (let call = 0; call < 8; call += 1) ask();
    await isCut;
    expect(first.rstCode).to.equal(constants.NGHTTP2_CANCEL);
    await expectServed(served);
    session.destroy();
  });

  it('in pipelined answers that nobody reads: their connection is cut', async () => {
    const served = await serve({ limits: { unreadBytes: 2_000_000 } });
    const { socket, closed } = await dial(served.port);
    socket.pause();
    const body = '{"employeeId":"a","pageSize":1000}';
    const head = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    socket.write(`POST ${LIST} HTTP/1.1\r\n${head}\r\n\r\n${body}`.repeat(100));
    await waitUntil('its connection is cut', async () => {
      const { text } = await served.metrics.render();
      return /rpc_in_flight 0\n/.test(text) && /rpc_waiting 0\n/.test(text);
    });
    socket.resume();
    await closed;
    await expectServed(served);
  });

  it('in pages that nobody reads: their connection is cut', async () => {
    const served = await serve({ limits: { unreadBytes: 2_000_000 } });
    const { socket, closed } = await dial(served.port);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(900));
    // The network takes some of the answers; the rest is more than may be kept. A client that reads
    // nothing hears of the end by what it writes.
    const probe = setInterval(() => socket.write('\r\n'), 20);
    await closed.finally(() => clearInterval(probe));
    await expectServed(served);
  });

  it('in streams without end: a bound for each connection and for all', async () => {
    const served = await serve({
      limits: { streamsPerMethod: 3, streamsPerMethodAndConnection: 2 },
    });
    const watchAs = async () => {
      const client = createClient(Health, createGrpcTransport({ baseUrl: served.url }));
      return async () => {
        const stream = client.watch({})[Symbol.asyncIterator]();
        return stream.next().then(
          () => 'watching',
          (error: unknown) => error,
        );
      };
    };
    const [one, other] = [await watchAs(), await watchAs()];
    expect([await one(), await one()]).to.deep.equal(['watching', 'watching']);
    const refused = (await one()) as ConnectError;
    expect(refused.code).to.equal(Code.ResourceExhausted);
    expect(refused.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('TOO_MANY_STREAMS');
    expect(refused.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
    expect(await other()).to.equal('watching');
    expect(((await other()) as ConnectError).code).to.equal(Code.ResourceExhausted);
    await expectServed(served);
  });

  it('in streams whose request never ends: they take no stream’s place', async () => {
    const served = await serve({ limits: { streamsPerMethod: 1 } });
    const session = connectHttp2(served.url);
    const path = '/attendance.v1.AttendanceService/StreamAttendance';
    const begun = Array.from({ length: 3 }, () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
      });
      stream.on('error', () => {});
      stream.write(Buffer.of(0));
      return stream;
    });
    await new Promise((resolve) => session.ping(resolve));
    const client = createClient(AttendanceService, createGrpcTransport({ baseUrl: served.url }));
    let pages = 0;
    for await (const _ of client.streamAttendance({ employeeId: 'mia' })) pages += 1;
    expect(pages).to.equal(3);
    for (const stream of begun) stream.close();
    session.destroy();
  });
});

const PAGE = toBinary(
  ListAttendanceRequestSchema,
  create(ListAttendanceRequestSchema, { employeeId: 'a', pageSize: 500 }),
);

/** A mark with a note of so many bytes, which the server of these tests sends back. */
function noteOf(bytes: number): Uint8Array {
  const length = [0x80 | (bytes & 0x7f), 0x80 | ((bytes >> 7) & 0x7f), bytes >> 14];
  return Buffer.concat([Buffer.from([NOTE_TAG, ...length]), Buffer.alloc(bytes, 'n')]);
}
const NOTE_TAG = 0x32;

describe('floods', () => {
  afterEach(stopAll);

  const FLOODS: Record<string, Buffer> = {
    'window updates': frame(TYPE.WINDOW_UPDATE, 0, 0, uint32(1)),
    'frames of unknown types': frame(0xf0, 0, 0, Buffer.alloc(100)),
    'padding without data': frame(TYPE.DATA, PADDED, 1, Buffer.alloc(256, 0xff)),
    'settings acknowledged': frame(TYPE.SETTINGS, 1, 0),
    pings: frame(TYPE.PING, 1, 0, Buffer.alloc(8)),
  };

  for (const [name, one] of Object.entries(FLOODS)) {
    it(`are cut: ${name}`, async () => {
      const served = await serve({ limits: { lookIntervalMs: 20 } });
      const client = await dialHttp2(served.port);
      client.send(postFrame(1, MARK, GRPC));
      const many = Buffer.concat(Array.from({ length: 100_000 / one.length }, () => one));
      let isOpen = true;
      const flood = () => {
        while (isOpen && client.socket.write(many));
      };
      client.socket.on('drain', flood);
      client.socket.once('close', () => {
        isOpen = false;
      });
      flood();
      await client.closed;
      await expectServed(served);
    });
  }

  it('of pipelined requests are cut', async () => {
    const served = await serve({
      limits: { pipelinedRequests: 5 },
      routes: { getAttendance: () => new Promise(() => {}) },
    });
    const { socket, closed } = await dial(served.port);
    const head = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 2';
    socket.write(`POST ${GET} HTTP/1.1\r\n${head}\r\n\r\n{}`.repeat(10));
    await closed;
  });
});

describe('the deadline of a call', () => {
  afterEach(stopAll);

  it('bounds a request that is never ended', async () => {
    const { url } = await serve();
    const session = connectHttp2(url);
    const headers = { ':method': 'POST', ':path': GET, ...GRPC, 'grpc-timeout': '50m' };
    const stream = session.request(headers);
    stream.write(envelope(Buffer.alloc(0)));
    const [trailers] = await once(stream.resume(), 'trailers');
    expect(trailers['grpc-status']).to.equal(String(Code.DeadlineExceeded));
    session.close();
  });
});

describe('compression', () => {
  it('is the one of a service: quick, and the same bytes again', async () => {
    const text = Buffer.from('a day of attendance, '.repeat(1_000));
    const brotli = COMPRESSIONS.find(({ name }) => name === 'br') ?? expect.fail();
    const bytes = await brotli.compress(new Uint8Array(text));
    expect(brotliDecompressSync(bytes).equals(text)).to.equal(true);
    const params = { [zlib.BROTLI_PARAM_QUALITY]: 4 };
    expect(Buffer.from(bytes).equals(brotliCompressSync(text, { params }))).to.equal(true);
  });
});

describe('refusals outside of the pipeline', () => {
  afterEach(stopAll);

  it('are spelt as gRPC has it', async () => {
    const { url } = await serve();
    const answer = await post(url, `${SERVICE}/Nope`, GRPC, envelope(Buffer.alloc(0)));
    expect(answer.trailers['grpc-message']).to.include('AttendanceService/Nope is not a method');
    expect(errorOf(answer)?.code).to.equal(Code.Unimplemented);
  });

  it('say which methods there are', async () => {
    const { url } = await serve();
    const headers = { 'content-type': 'application/proto' };
    const put = await fetch(`${url}${GET}`, { method: 'PUT', headers });
    expect([put.status, put.headers.get('allow')]).to.deep.equal([405, 'POST, GET']);
    expect(((await put.json()) as { code: string }).code).to.equal('unknown');
  });

  it('take gRPC with a charset for gRPC', async () => {
    const { url } = await serve();
    const headers = { ...GRPC, 'content-type': 'application/grpc;charset=utf-8' };
    const answer = await post(url, GET, headers, envelope(Buffer.alloc(0)));
    expect(answer.trailers['grpc-status']).to.equal('0');
  });

  it('call a content type that is none unknown', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}${GET}`, { method: 'POST', body: 'x' });
    const { code } = (await answer.json()) as { code: string };
    expect([answer.status, code]).to.deep.equal([415, 'unknown']);
  });

  it('keep reads over GET out of caches', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}${GET}?encoding=json&message=%7B%7D&connect=v1`);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('cache-control')).to.equal('private, no-store');
    expect(answer.headers.get('vary')).to.match(/accept-encoding/i);
  });
});
