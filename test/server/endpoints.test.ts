// Plain HTTP, CORS, health and the end of a server.

import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../../gen/grpc/health/v1/health_pb.js';
import type { DependencyHealth } from '../../src/app/ports/health.js';
import { waitUntil } from '../support/wait-until.js';
import {
  ACK,
  dialHttp2,
  END_STREAM,
  type FrameConnection,
  frame,
  PREFACE,
  post,
  SETTINGS,
  TYPE,
} from './support/frames.js';
import { dial } from './support/raw.js';
import { type Served, serve, stopAll, UP } from './support/serve.js';

const down = (name: string): readonly DependencyHealth[] =>
  UP.map((one) => (one.name === name ? { ...one, up: false, detail: 'connection refused' } : one));

const clientOf = ({ url }: Served) => createClient(Health, createGrpcTransport({ baseUrl: url }));

afterEach(stopAll);

describe('plain HTTP', () => {
  const READY = [
    { health: UP, status: 200, word: 'ready' },
    { health: UP.slice(0, 1), status: 200, word: 'ready' },
    { health: down('redis'), status: 200, word: 'degraded' },
    { health: down('postgresql'), status: 503, word: 'unavailable' },
  ];
  for (const { health, status, word } of READY) {
    const states = health.map(({ name, up }) => `${name} ${up ? 'up' : 'down'}`).join(', ');
    it(`/readyz: ${states} is ${status} ${word}`, async () => {
      const { url } = await serve({ health: async () => health });
      const answer = await fetch(`${url}/readyz`);
      expect(answer.status).to.equal(status);
      const body = await answer.json();
      expect(body).to.have.property('status', word);
      expect(Object.keys((body as { dependencies: object }).dependencies)).to.deep.equal(
        health.map(({ name }) => name),
      );
    });
  }

  it('/readyz does not wait for dependencies that do not answer', async () => {
    const { url } = await serve({
      health: () => new Promise(() => {}),
      limits: { healthTimeoutMs: 30 },
    });
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).to.equal(503);
    expect(await answer.text()).to.include('no answer within 30 ms');
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
  });

  it('asks the dependencies once for many who ask', async () => {
    let asked = 0;
    const { url } = await serve({
      limits: { healthMaxAgeMs: 10_000 },
      health: async () => {
        asked += 1;
        return UP;
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/readyz`)));
    expect(asked).to.equal(1);
  });

  describe('while the dependencies are slow to say how they are', () => {
    // Their answer comes when the test gives it; nothing here is a matter of time.
    const NEVER_LATE = { healthTimeoutMs: 60_000 };

    function askable() {
      let answer: (health: readonly DependencyHealth[]) => void = () => {};
      let asked = 0;
      return {
        health: (): Promise<readonly DependencyHealth[]> => {
          asked += 1;
          return asked === 1 ? Promise.resolve(UP) : new Promise((resolve) => (answer = resolve));
        },
        asked: () => asked,
        answer: (health: readonly DependencyHealth[]) => answer(health),
      };
    }

    it('/readyz tells the state known last, and what they said once they did', async () => {
      const { health, answer, asked } = askable();
      const limits = { ...NEVER_LATE, healthPatienceMs: 5 };
      const { url } = await serve({ health, limits });
      expect((await fetch(`${url}/readyz`)).status).to.equal(200);
      const whileSlow = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/readyz`)]);
      expect(whileSlow.map(({ status }) => status)).to.deep.equal([200, 200]);
      expect(asked(), 'one question for all who ask').to.equal(2);
      answer(down('postgresql'));
      await waitUntil('it tells', async () => (await fetch(`${url}/readyz`)).status === 503);
    });

    it('a state known too long ago is not told: the answer waits for theirs', async () => {
      const { health, answer, asked } = askable();
      const limits = { ...NEVER_LATE, healthPatienceMs: 5, healthStaleMs: 0 };
      const { url } = await serve({ health, limits });
      expect((await fetch(`${url}/readyz`)).status).to.equal(200);
      const waiting = fetch(`${url}/readyz`);
      await waitUntil('they are asked', () => asked() === 2);
      answer(down('postgresql'));
      expect((await waiting).status).to.equal(503);
    });

    it('what is known to have changed is not told any more', async () => {
      let health = down('postgresql');
      const limits = { healthMaxAgeMs: 60_000, healthWatchIntervalMs: 60_000 };
      const { url, server } = await serve({ health: async () => health, limits });
      expect((await fetch(`${url}/readyz`)).status).to.equal(503);
      health = UP;
      expect((await fetch(`${url}/readyz`)).status, 'not asked again yet').to.equal(503);
      server.health.changed();
      expect((await fetch(`${url}/readyz`)).status).to.equal(200);
    });
  });

  it('/metrics tells calls, dependencies and the process', async () => {
    const { url } = await serve({ health: async () => down('redis') });
    await fetch(`${url}/grpc.health.v1.Health/Check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).to.include('attendance_dependency_up{dependency="postgresql"} 1');
    expect(text).to.include('attendance_dependency_up{dependency="redis"} 0');
    expect(text).to.include('_count{service="grpc.health.v1.Health",method="Check",code="OK"} 1');
    expect(text).to.include('attendance_rpc_in_flight 0');
    expect(text).to.include('process_cpu_seconds_total');
  });

  it('answers HEAD, says what is allowed, and helps who is lost', async () => {
    const { url } = await serve();
    const head = await fetch(`${url}/readyz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).to.deep.equal([200, '']);
    const post = await fetch(`${url}/readyz`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
    const lost = await fetch(`${url}/api/v1/attendance/search/all?x=1`);
    expect(lost.status).to.equal(404);
    expect(await lost.json()).to.have.property('code', 'not_found');
    expect(await (await fetch(`${url}/`)).text()).to.include('/metrics');
  });
});

describe('CORS', () => {
  const path = '/attendance.v1.AttendanceService/GetAttendance';
  const ask = (url: string, origin: string) =>
    fetch(url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,connect-protocol-version',
      },
    });
  const call = (url: string, origin: string) =>
    fetch(url + path, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: '{}',
    });

  it('lets a listed origin ask and call', async () => {
    const { url } = await serve({ corsOrigins: ['https://app.example.com'] });
    const preflight = await ask(url, 'https://app.example.com');
    expect(preflight.status).to.equal(204);
    const headers = preflight.headers;
    expect(headers.get('access-control-allow-origin')).to.equal('https://app.example.com');
    expect(headers.get('access-control-allow-methods')).to.include('POST');
    expect(headers.get('access-control-allow-headers')).to.match(/authorization/i);
    expect(headers.get('access-control-allow-headers')).to.match(/connect-protocol-version/i);
    expect(headers.get('access-control-max-age')).to.equal('7200');
    const answer = await call(url, 'https://app.example.com');
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('access-control-allow-origin')).to.equal('https://app.example.com');
    expect(answer.headers.get('access-control-expose-headers')).to.match(/grpc-status/i);
    expect(answer.headers.get('vary')).to.include('Origin');
  });

  it('lets pages send what clients and tracing libraries send, and what is configured', async () => {
    const { url } = await serve({
      corsOrigins: ['https://app.example.com'],
      corsHeaders: ['x-tenant'],
    });
    const preflight = await ask(url, 'https://app.example.com');
    const allowed = preflight.headers
      .get('access-control-allow-headers')
      ?.toLowerCase()
      .split(', ');
    expect(allowed).to.include.members([
      'authorization',
      'x-attendance-actor',
      'baggage',
      'connect-protocol-version',
      'connect-timeout-ms',
      'content-type',
      'grpc-timeout',
      'traceparent',
      'tracestate',
      'x-correlation-id',
      'x-grpc-web',
      'x-request-id',
      'x-tenant',
      'x-user-agent',
    ]);
  });

  it('lets pages read what a client needs of an answer', async () => {
    const { url } = await serve({ corsOrigins: ['https://app.example.com'] });
    const answer = await call(url, 'https://app.example.com');
    const exposed = answer.headers.get('access-control-expose-headers')?.toLowerCase().split(', ');
    // The way out and when to try again stand in the details of an error.
    const needed = ['grpc-status', 'grpc-message', 'grpc-status-details-bin'];
    expect(exposed).to.include.members(needed);
  });

  it('gives an origin that is not listed nothing', async () => {
    const { url } = await serve({ corsOrigins: ['https://app.example.com'] });
    for (const answer of [
      await ask(url, 'https://evil.example.com'),
      await call(url, 'https://app.example.com.evil.example'),
    ]) {
      const names = [...answer.headers.keys()].filter((name) => name.startsWith('access-control'));
      expect(names).to.deep.equal([]);
      expect(answer.headers.get('vary')).to.include('Origin');
    }
  });

  it('lets everybody in with *', async () => {
    const { url } = await serve({ corsOrigins: ['*'] });
    const answer = await ask(url, 'https://anywhere.example');
    expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
  });
});

describe('grpc.health.v1', () => {
  const STATES = [
    { health: UP, whole: Status.SERVING, redis: Status.SERVING },
    { health: down('redis'), whole: Status.SERVING, redis: Status.NOT_SERVING },
    { health: down('postgresql'), whole: Status.NOT_SERVING, redis: Status.SERVING },
  ];
  for (const { health, whole, redis } of STATES) {
    it(`tells the whole ${Status[whole]} and redis ${Status[redis]}`, async () => {
      const client = clientOf(await serve({ health: async () => health }));
      for (const service of ['', AttendanceService.typeName]) {
        expect((await client.check({ service })).status).to.equal(whole);
      }
      expect((await client.check({ service: 'redis' })).status).to.equal(redis);
      const { statuses } = await client.list({});
      expect(Object.keys(statuses)).to.have.members([
        '',
        AttendanceService.typeName,
        'postgresql',
        'redis',
      ]);
    });
  }

  it('does not know redis where it is not configured', async () => {
    const client = clientOf(await serve({ health: async () => UP.slice(0, 1) }));
    const error = await client.check({ service: 'redis' }).catch(ConnectError.from);
    expect(error).to.have.property('code', Code.NotFound);
    expect(error).to.have.property('message').that.includes('"postgresql"');
    for await (const { status } of client.watch({ service: 'redis' })) {
      expect(status).to.equal(Status.SERVICE_UNKNOWN);
      break;
    }
  });

  it('tells a watcher of each change, and of the end', async () => {
    let health = UP;
    const served = await serve({ health: async () => health });
    const seen: Status[] = [];
    for await (const { status } of clientOf(served).watch({ service: '' })) {
      seen.push(status);
      if (seen.length === 1) health = down('postgresql');
      if (seen.length === 2) health = UP;
      if (seen.length === 3) void served.server.drain(5_000);
    }
    expect(seen).to.deep.equal([
      Status.SERVING,
      Status.NOT_SERVING,
      Status.SERVING,
      Status.NOT_SERVING,
    ]);
  });
});

describe('a connection of a certain age', () => {
  const limits = { connectionAgeMs: 0, lookIntervalMs: 20 };

  it('over HTTP/2 is ended with the notice that refuses nothing', async () => {
    const { port } = await serve({ limits });
    const client = await dialHttp2(port);
    const { payload } = await client.until(({ type }) => type === TYPE.GOAWAY);
    expect(payload.readUInt32BE(0)).to.equal(2 ** 31 - 1);
    const ping = await client.until(({ type, flags }) => type === TYPE.PING && flags === 0);
    client.send(frame(TYPE.PING, ACK, 0, ping.payload));
    await client.closed;
  });

  it('over HTTP/1.1 is closed behind its next answer', async () => {
    const { url } = await serve({ limits });
    const answer = await fetch(`${url}/healthz`);
    expect(answer.headers.get('connection')).to.equal('close');
    const young = await serve();
    const other = await fetch(`${young.url}/healthz`);
    expect(other.headers.get('connection')).to.equal('keep-alive');
  });
});

describe('drain', () => {
  function gate() {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    return { open, opened };
  }

  for (const httpVersion of ['1.1', '2'] as const) {
    it(`lets a call over HTTP/${httpVersion} finish`, async () => {
      const [begun, go] = [gate(), gate()];
      const { url, server, port } = await serve({
        routes: {
          getAttendance: async () => {
            begun.open();
            await go.opened;
            return { attendance: { note: 'finished' } };
          },
        },
      });
      const client = createClient(
        AttendanceService,
        createConnectTransport({ baseUrl: url, httpVersion }),
      );
      const answer = client.getAttendance({});
      await begun.opened;
      const drained = server.drain(10_000);
      // Nobody new is let in.
      const refused = await dial(port).catch((error: NodeJS.ErrnoException) => error.code);
      expect(refused).to.equal('ECONNREFUSED');
      go.open();
      expect((await answer).attendance?.note).to.equal('finished');
      await drained;
      expect(server.drain(0)).to.equal(server.drain(1));
    });
  }

  it('serves on for the notice that it gives, and is closed then', async () => {
    const { url, server, port } = await serve();
    const drained = server.drain(10_000, 300);
    const asked = await fetch(`${url}/readyz`);
    expect(await asked.json()).to.have.property('status', 'draining');
    expect(asked.headers.get('connection')).to.equal('close');
    await drained;
    const refused = await dial(port).catch((error: NodeJS.ErrnoException) => error.code);
    expect(refused).to.equal('ECONNREFUSED');
  });

  it('says so to those who are connected', async () => {
    const begun = gate();
    const go = gate();
    const { url, server, port } = await serve({
      routes: {
        getAttendance: async () => {
          begun.open();
          await go.opened;
          return {};
        },
      },
    });
    const session = connectHttp2(url);
    const goneAway = once(session, 'goaway');
    await once(session, 'remoteSettings');
    const old = await dial(port);
    const head = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 2';
    const path = '/attendance.v1.AttendanceService/GetAttendance';
    old.socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\n{}`);
    await begun.opened;
    const drained = server.drain(10_000);
    await goneAway;
    go.open();
    await old.until('HTTP/1.1 200');
    await old.closed;
    expect(old.text().toLowerCase()).to.include('connection: close');
    await drained;
  });

  const callOf = (stream: number) => [
    post(stream, '/attendance.v1.AttendanceService/GetAttendance', {
      'content-type': 'application/json',
    }),
    frame(TYPE.DATA, END_STREAM, stream, Buffer.from('{}')),
  ];

  const lastStreams = ({ frames }: FrameConnection) =>
    frames.filter(({ type }) => type === TYPE.GOAWAY).map(({ payload }) => payload.readUInt32BE(0));

  it('answers the calls that crossed with its GOAWAY', async () => {
    const { server, port } = await serve();
    const client = await dialHttp2(port);
    await client.until(({ type }) => type === TYPE.SETTINGS);
    const drained = server.drain(10_000);
    const ping = await client.until(({ type, flags }) => type === TYPE.PING && flags === 0);
    expect(lastStreams(client)).to.deep.equal([2 ** 31 - 1]);
    for (const stream of [1, 3]) {
      client.send(...callOf(stream));
      await client.until((frame) => frame.type === TYPE.HEADERS && frame.stream === stream);
    }
    client.send(frame(TYPE.PING, ACK, 0, ping.payload));
    await client.closed;
    expect(lastStreams(client)).to.include(3);
    await drained;
  });

  it('does not wait for a client that does not confirm it', async () => {
    const { server, port } = await serve({ limits: { goawayPatienceMs: 20 } });
    const client = await dialHttp2(port);
    await client.until(({ type }) => type === TYPE.SETTINGS);
    const drained = server.drain(10_000);
    await Promise.all([client.closed, drained]);
    expect(lastStreams(client)).to.include(0);
  });

  it('never writes its GOAWAY into another frame', async () => {
    const { server, port, url } = await serve();
    const client = createClient(AttendanceService, createGrpcTransport({ baseUrl: url }));
    // Large answers, so that frames wait for a full socket.
    const list = async () => (await client.listAttendance({ pageSize: 4_000 })).attendances.length;
    const session = await dialHttp2(port);
    await session.until(({ type }) => type === TYPE.SETTINGS);
    const answers = Array.from({ length: 16 }, list);
    await answers[0];
    const drained = server.drain(10_000);
    expect(new Set(await Promise.all(answers))).to.deep.equal(new Set([4_000]));
    session.socket.destroy();
    await drained;
  });

  it('answers the first call of a connection that came just before', async () => {
    const { server, port } = await serve();
    const client = await dial(port);
    // Accepted after the other one.
    const later = await dialHttp2(port);
    await later.until(({ type }) => type === TYPE.SETTINGS);
    later.socket.destroy();
    const drained = server.drain(10_000);
    client.socket.write(Buffer.concat([PREFACE, SETTINGS]));
    await once(client.socket, 'data');
    client.socket.write(Buffer.concat(callOf(1)));
    await client.until('attendance');
    client.socket.end();
    await drained;
  });

  it('waits a bounded time for connections that ask nothing', async () => {
    const { server, port } = await serve({ limits: { drainGreetingMs: 20 } });
    const [silent, idle] = [await dial(port), await dial(port)];
    // Accepted after the other two.
    const later = await dialHttp2(port);
    await later.until(({ type }) => type === TYPE.SETTINGS);
    later.socket.destroy();
    const drained = server.drain(10_000);
    idle.socket.write(Buffer.concat([PREFACE, SETTINGS]));
    await Promise.all([silent.closed, idle.closed, drained]);
    expect(silent.text()).to.equal('');
    expect(idle.text()).to.not.equal('');
  });

  it('cuts what does not finish, and tells why', async () => {
    const begun = gate();
    const { url, server } = await serve({
      routes: {
        getAttendance: (_request, { signal }) =>
          new Promise((_, reject) => {
            begun.open();
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      },
    });
    const client = createClient(AttendanceService, createGrpcTransport({ baseUrl: url }));
    const answer = client.getAttendance({}).catch(ConnectError.from);
    await begun.opened;
    await server.drain(30);
    const error = await answer;
    expect(error).to.be.instanceOf(ConnectError);
    const details = (error as ConnectError).findDetails(ErrorInfoSchema);
    expect(details[0]?.reason).to.equal('DRAINING');
  });
});
