// The one port and its bounds, by sockets that behave badly.

import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import {
  type AddressInfo,
  connect,
  createServer as createNetServer,
  type Server,
  type Socket,
} from 'node:net';
import { expect } from 'chai';
import { ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';
import { createConnections } from '../../../src/server/exchange/connections.js';
import { DEFAULT_LIMITS, type Limits } from '../../../src/server/support/limits.js';
import { dial, envelope, errorOf, post } from '../support/raw.js';
import { serve, stopAll } from '../support/serve.js';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const MARK = '/attendance.v1.AttendanceService/MarkAttendance';
const GET = '/attendance.v1.AttendanceService/GetAttendance';

function jsonCall(path: string): string {
  const head = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 2';
  return `POST ${path} HTTP/1.1\r\n${head}\r\n\r\n{}`;
}

/** GetAttendance is asked, and answers when it is told to. */
async function serveHeld(limits: Partial<Limits>) {
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let tell = () => {};
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const served = await serve({
    limits,
    routes: {
      async getAttendance() {
        tell();
        await held;
        return {};
      },
    },
  });
  return { ...served, asked, answer };
}

describe('one port', () => {
  afterEach(stopAll);

  it('knows HTTP/1.1 when the bytes come one by one', async () => {
    const { port } = await serve();
    const { socket, until } = await dial(port);
    for (const byte of 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('HTTP/1.1 405');
    socket.destroy();
  });

  it('knows HTTP/2 when the bytes come one by one', async () => {
    const { port } = await serve();
    const { socket, until } = await dial(port);
    for (const byte of Buffer.concat([Buffer.from(PREFACE), EMPTY_SETTINGS])) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Settings, then the acknowledgement of ours.
    await until(Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]).toString('latin1'));
    socket.destroy();
  });

  it('answers a client that has ended its side', async () => {
    const { port } = await serve();
    const { socket, until } = await dial(port);
    socket.end('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('alive');
  });

  it('keeps an HTTP/1.1 connection for the next request', async () => {
    const { port } = await serve();
    const { socket, until } = await dial(port);
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('alive');
    socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('ready');
    socket.destroy();
  });

  for (const target of ['//', '/\\x', GET]) {
    it(`survives the target ${target} with a Host that is none`, async () => {
      const { port, errors } = await serve();
      const { socket, until } = await dial(port);
      const head = 'Host: a b\r\nContent-Type: application/json\r\nContent-Length: 2';
      socket.write(`POST ${target} HTTP/1.1\r\n${head}\r\n\r\n{}`);
      await until('HTTP/1.1 4');
      expect(errors).to.be.empty;
      socket.destroy();
    });
  }
});

describe('bounds', () => {
  afterEach(stopAll);

  it('closes a connection that says nothing', async () => {
    const { port } = await serve({ limits: { firstBytesTimeoutMs: 50 } });
    await (await dial(port)).closed;
  });

  it('closes a connection that begins like either and goes no further', async () => {
    const { port } = await serve({ limits: { firstBytesTimeoutMs: 50 } });
    const { socket, closed } = await dial(port);
    socket.write('P');
    await closed;
  });

  it('closes a connection whose headers do not end', async () => {
    const { port } = await serve({ limits: { headersTimeoutMs: 100 } });
    const { socket, until, closed } = await dial(port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow');
    await until('408 Request Timeout');
    await closed;
  });

  it('refuses headers that are too large', async () => {
    const { port } = await serve();
    const { socket, until } = await dial(port);
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    await until('431 ');
    socket.destroy();
  });

  for (const type of ['application/json', 'application/grpc-web+proto']) {
    it(`tells an HTTP/1.1 client that its ${type} is too large, and keeps its connection`, async () => {
      const { port } = await serve({ limits: { messageBytes: 1_000 } });
      const { socket, until } = await dial(port);
      const body = type.includes('json') ? Buffer.alloc(500_000) : envelope(Buffer.alloc(500_000));
      socket.write(
        `POST ${MARK} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n` +
          `Content-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body.subarray(0, 100_000));
      if (type.includes('grpc')) await until('1000 bytes allowed');
      socket.write(body.subarray(100_000));
      await until(type.includes('json') ? 'resource_exhausted' : 'grpc-status: 8');
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await until('alive');
      socket.destroy();
    });
  }

  it('tells a caller whose body does not come', async () => {
    const { url } = await serve({ limits: { requestTimeoutMs: 50, lingerMs: 50 } });
    const session = connectHttp2(url);
    const headers = { ':method': 'POST', ':path': GET, 'content-type': 'application/proto' };
    const stream = session.request(headers);
    stream.write('x');
    const [answer] = await once(stream, 'response');
    expect(answer[':status']).to.equal(504);
    let text = '';
    for await (const piece of stream) text += piece;
    expect(text).to.include('did not arrive within 50 ms');
    session.close();
  });

  it('cuts a client that does not read its answer', async () => {
    let hasEnded = () => {};
    const ended = new Promise<void>((resolve) => {
      hasEnded = resolve;
    });
    const { url } = await serve({
      limits: { writeStallTimeoutMs: 50 },
      routes: {
        async *streamAttendance() {
          try {
            for (;;) yield { attendances: [{ note: 'n'.repeat(100_000) }] };
          } finally {
            hasEnded();
          }
        },
      },
    });
    const session = connectHttp2(url);
    const path = '/attendance.v1.AttendanceService/StreamAttendance';
    const type = { 'content-type': 'application/grpc' };
    const stream = session.request({ ':method': 'POST', ':path': path, ...type });
    stream.on('error', () => {});
    stream.end(envelope(Buffer.alloc(0)));
    await ended;
    session.destroy();
  });

  it('announces how many calls one HTTP/2 connection may have', async () => {
    const { url } = await serve({ limits: { streamsPerConnection: 7 } });
    const session = connectHttp2(url);
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).to.equal(7);
    session.close();
  });

  it('refuses a call too many on one HTTP/2 connection', async () => {
    const { port } = await serve({ limits: { streamsPerConnection: 2 } });
    const { socket, until } = await dial(port);
    socket.write(Buffer.concat([Buffer.from(PREFACE), EMPTY_SETTINGS]));
    // HPACK: POST, http, / by index; streams 1, 3 and 5, none ended.
    const opened = [1, 3, 5].map((id) =>
      Buffer.from([0, 0, 3, 1, 4, 0, 0, 0, id, 0x83, 0x86, 0x84]),
    );
    socket.write(Buffer.concat(opened));
    // RST_STREAM of stream 5 with REFUSED_STREAM: safe to send again.
    const refused = [0, 0, 4, 3, 0, 0, 0, 0, 5, 0, 0, 0, constants.NGHTTP2_REFUSED_STREAM];
    await until(Buffer.from(refused).toString('latin1'));
    socket.destroy();
  });

  it('ends a connection that opens calls only to reset them', async () => {
    const { port, url, errors } = await serve();
    const { socket, closed } = await dial(port);
    socket.write(Buffer.concat([Buffer.from(PREFACE), EMPTY_SETTINGS]));
    const pairs: Buffer[] = [];
    for (let id = 1; id < 6_000; id += 2) {
      const [high, low] = [id >> 8, id & 0xff];
      pairs.push(Buffer.from([0, 0, 3, 1, 4, 0, 0, high, low, 0x83, 0x86, 0x84]));
      pairs.push(Buffer.from([0, 0, 4, 3, 0, 0, 0, high, low, 0, 0, 0, 8]));
    }
    socket.write(Buffer.concat(pairs));
    await closed;
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    expect(errors).to.be.empty;
  });

  for (const bound of ['connections', 'connectionsPerAddress'] as const) {
    it(`lets a new connection take the place of the one idle for longest: ${bound}`, async () => {
      const { port } = await serve({ limits: { [bound]: 2 } });
      const [first, second] = [await dial(port), await dial(port)];
      second.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await second.until('alive');
      const third = await dial(port);
      await first.closed;
      third.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await third.until('alive');
      second.socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n');
      await second.until('ready');
      second.socket.destroy();
      third.socket.destroy();
    });
  }

  it('refuses a connection when all others have calls in flight', async () => {
    const { port, asked, answer } = await serveHeld({ connections: 1 });
    const first = await dial(port);
    first.socket.write(jsonCall(GET));
    await asked;
    await (await dial(port)).closed;
    answer();
    await first.until('200 OK');
    first.socket.destroy();
  });

  it('says goodbye to an HTTP/2 connection without calls', async () => {
    const { url } = await serve({
      limits: { sessionIdleTimeoutMs: 30, pingIntervalMs: 20, lookIntervalMs: 10 },
    });
    const session: ClientHttp2Session = connectHttp2(url);
    const [code] = await once(session, 'goaway');
    expect(code).to.equal(constants.NGHTTP2_NO_ERROR);
    session.close();
  });

  it('ends an HTTP/2 connection whose peer is gone', async () => {
    const { port } = await serve({ limits: { pingIntervalMs: 30, lookIntervalMs: 10 } });
    const { socket, closed } = await dial(port);
    // Never answers a ping.
    socket.write(Buffer.concat([Buffer.from(PREFACE), EMPTY_SETTINGS]));
    await closed;
  });

  it('lets a client go away in the middle of anything', async () => {
    const aborted = new Set<string>();
    const { port, url, errors } = await serve({
      routes: {
        getAttendance: (_request, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              aborted.add('unary');
              resolve({});
            });
          }),
      },
    });
    const raw = await dial(port);
    const head = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 2';
    raw.socket.write(`POST ${GET} HTTP/1.1\r\n${head}\r\n\r\n{}`);
    const half = await dial(port);
    half.socket.write(`POST ${GET} HTTP/1.1\r\n${head}\r\n\r\n{`);
    const session = connectHttp2(url);
    const type = { 'content-type': 'application/grpc' };
    const stream = session.request({ ':method': 'POST', ':path': GET, ...type });
    stream.on('error', () => {});
    stream.end(envelope(Buffer.alloc(0)));
    await once(session, 'remoteSettings');
    // Three calls are there when a fourth one has been answered.
    await post(url, MARK, { 'content-type': 'application/json' }, Buffer.from('{}'));
    raw.socket.resetAndDestroy();
    half.socket.resetAndDestroy();
    session.destroy();
    await Promise.all([raw.closed, half.closed]);
    const answer = await post(url, MARK, { 'content-type': 'application/json' }, Buffer.from('{'));
    expect(errorOf(answer)?.findDetails(ErrorInfoSchema)).to.have.lengthOf(1);
    expect(aborted.has('unary')).to.equal(true);
    expect(errors).to.be.empty;
  });
});

describe('the open connections', () => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  let server: Server;
  let accepted: Socket[];

  beforeEach(async () => {
    accepted = [];
    server = createNetServer((socket) => {
      socket.on('error', () => {});
      accepted.push(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());

  async function accept(): Promise<Socket> {
    const { port } = server.address() as AddressInfo;
    const client = connect(port, '127.0.0.1').on('error', () => {});
    await Promise.all([once(client, 'connect'), once(server, 'connection')]);
    return accepted.at(-1) ?? expect.fail('nothing was accepted');
  }

  it('are all looked after, also those whose port somebody else has by now', async () => {
    const connections = createConnections(
      { ...DEFAULT_LIMITS, lookIntervalMs: 5, deadSocketMs: 5 },
      log,
    );
    const first = await accept();
    const second = await accept();
    const { remotePort } = first;
    Object.defineProperty(second, 'remotePort', { value: remotePort });
    const old = connections.add(first) ?? expect.fail('not added');
    const young = connections.add(second) ?? expect.fail('not added');
    expect(connections.size).to.equal(2);
    expect(connections.of(first)).to.equal(young);
    old.protocol = { look: () => {}, isDead: true };
    await once(first, 'close');
    expect(connections.size).to.equal(1);
    expect(connections.of(second)).to.equal(young);
    connections.destroyAll();
    connections.close();
  });

  it('are ended when they never say what they speak', async () => {
    const connections = createConnections(
      {
        ...DEFAULT_LIMITS,
        lookIntervalMs: 5,
        firstBytesTimeoutMs: 5,
        tlsHandshakeTimeoutMs: 5,
        deadSocketMs: 5,
      },
      log,
    );
    const socket = await accept();
    connections.add(socket);
    await once(socket, 'close');
    expect(connections.size).to.equal(0);
    connections.close();
  });
});
