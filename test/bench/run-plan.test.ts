// The loader against real HTTP/2 servers: what they answer is what it counts, whatever it is.

import * as http2 from 'node:http2';
import { expect } from 'chai';
import type { LoadPlan } from '../../bench/load/messages.js';
import { runPlan } from '../../bench/load/run-plan.js';
import { grpcFrame } from '../../bench/load/template.js';
import {
  type Answer,
  DIGITS_AT,
  REQUEST,
  respond,
  serve as startServer,
  type TestServer,
} from './support/grpc-server.js';

describe('the loader', () => {
  const servers: TestServer[] = [];

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function serve(answer: Answer, settings: http2.Settings = {}): Promise<number> {
    const server = await startServer(answer, settings);
    servers.push(server);
    return server.port;
  }

  function plan(port: number, change: Partial<LoadPlan> = {}): LoadPlan {
    return {
      port,
      connections: 2,
      streams: 4,
      leadInMs: 20,
      windowMs: 80,
      firstCall: 0,
      requests: [REQUEST],
      answersMatch: true,
      serverPid: process.pid,
      ...change,
    };
  }

  it('counts every call exactly once, each with a number of its own', async () => {
    const seen = new Set<string>();
    const port = await serve((stream, body) => {
      seen.add(body.toString('latin1', DIGITS_AT, DIGITS_AT + 4));
      respond(stream, '0', body);
    });
    const result = await runPlan(plan(port, { firstCall: 17 }));
    expect(result.failures).to.deep.equal({});
    expect(result.succeeded).to.equal(result.sent);
    expect(result.answeredInWindow).to.be.within(1, result.succeeded - 1);
    expect(result.p99Ms).to.be.at.least(result.p50Ms).and.above(0);
    expect(seen.size).to.equal(result.sent);
    expect(seen.has('0017')).to.equal(true);
    expect(seen.has('0016')).to.equal(false);
  });

  it('reads every grpc-status, in trailers and in headers alone', async () => {
    const port = await serve((stream, body, count) => {
      const status = String(count % 17);
      if (count % 2 === 0) respond(stream, status, body);
      else stream.respond({ ':status': 200, 'grpc-status': status }, { endStream: true });
    });
    const { sent, succeeded, failures } = await runPlan(plan(port));
    const codes = Array.from({ length: 16 }, (_, index) => String(index + 1));
    expect(Object.keys(failures)).to.include.members(codes);
    // A status of 0 in headers alone comes without a message, which is no answer.
    expect(Object.keys(failures)).to.have.members([...codes, 'NO_MESSAGE']);
    const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
    expect(succeeded + failed).to.equal(sent);
  });

  const wrong: Record<string, Answer> = {
    HTTP_503: (stream) => stream.respond({ ':status': 503 }, { endStream: true }),
    HTTP_404: (stream) => stream.respond({ ':status': 404 }, { endStream: true }),
    NO_STATUS: (stream, body) => {
      stream.respond({ ':status': 200 });
      stream.end(body);
    },
    NO_MESSAGE: (stream) => respond(stream, '0', Buffer.alloc(0)),
    TORN_MESSAGE: (stream, body) => respond(stream, '0', body.subarray(0, -1)),
    RST_STREAM_11: (stream) => stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM),
    ANOTHER_REQUESTS_ANSWER: (stream) => respond(stream, '0', grpcFrame(Buffer.from('9999'))),
  };
  for (const [kind, answer] of Object.entries(wrong)) {
    it(`counts ${kind} as a failure`, async () => {
      const port = await serve(answer);
      const { sent, succeeded, failures } = await runPlan(plan(port, { windowMs: 30 }));
      expect(failures).to.deep.equal({ [kind]: sent });
      expect(succeeded).to.equal(0);
    });
  }

  it('makes the requests of a plan in turns', async () => {
    const seen: string[] = [];
    const port = await serve((stream, body, _, headers) => {
      seen.push(`${headers[':path']} ${Number(body.toString('latin1', DIGITS_AT, 9)) % 2}`);
      respond(stream, '0', body);
    });
    const requests = [REQUEST, { ...REQUEST, path: '/a.B/D' }];
    const { sent, succeeded } = await runPlan(plan(port, { requests, windowMs: 30 }));
    expect(succeeded).to.equal(sent);
    expect([...new Set(seen)]).to.have.members(['/a.B/C 0', '/a.B/D 1']);
  });

  it('sends messages of many frames, within the windows the server opens', async () => {
    const large = Buffer.alloc(50_000, 'x');
    large.write('####', 'latin1');
    const frame = grpcFrame(large);
    const request = { ...REQUEST, frame: frame.toString('base64') };
    const port = await serve((stream, body) => {
      const whole = body.length === frame.length && body.at(-1) === frame.at(-1);
      respond(stream, whole ? '0' : '2', body);
    });
    const result = await runPlan(plan(port, { requests: [request], streams: 8 }));
    expect(result.failures).to.deep.equal({});
    expect(result.succeeded).to.equal(result.sent).and.above(16);
  });

  it('refuses a message that no window of the server can hold', async () => {
    const frame = grpcFrame(Buffer.alloc(2_000)).toString('base64');
    const port = await serve(() => undefined, { initialWindowSize: 1_000 });
    const error = await errorOf(runPlan(plan(port, { requests: [{ ...REQUEST, frame }] })));
    expect(error).to.include('must fit');
  });

  it('says so when a server ends a connection under load', async () => {
    const port = await serve((stream, body, count) => {
      if (count === 20) stream.session?.destroy();
      else respond(stream, '0', body);
    });
    expect(await errorOf(runPlan(plan(port)))).to.match(/closed|GOAWAY|ECONNRESET/);
  });

  it('says so when nobody listens', async () => {
    const port = await serve(() => undefined);
    await servers.pop()?.close();
    expect(await errorOf(runPlan(plan(port)))).to.include('ECONNREFUSED');
  });
});

async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was expected to fail');
}
