// The open loop against real HTTP/2 servers: callers that come when they come, keep to what the
// server allows, give up at their deadline, and are each counted once.

import * as http2 from 'node:http2';
import { expect } from 'chai';
import type { OpenPlan, OpenResult } from '../../bench/load/messages.js';
import { accountedFor } from '../../bench/load/open-tally.js';
import { runOpenPlan } from '../../bench/load/run-open-plan.js';
import {
  type Answer,
  DIGITS_AT,
  REQUEST,
  respond,
  serve as startServer,
  type TestServer,
} from './support/grpc-server.js';

describe('the open loop', () => {
  const servers: TestServer[] = [];

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function serve(answer: Answer, settings: http2.Settings = {}): Promise<TestServer> {
    const server = await startServer(answer, settings);
    servers.push(server);
    return server;
  }

  async function run(server: TestServer, change: Partial<OpenPlan> = {}): Promise<OpenResult> {
    const result = await runOpenPlan({
      port: server.port,
      requests: [REQUEST],
      answersMatch: true,
      connections: 2,
      perSecond: 1_000,
      seed: 7,
      deadlineMs: 2_000,
      leadInMs: 0,
      windowMs: 100,
      firstCall: 0,
      serverPid: process.pid,
      ...change,
    });
    expect(accountedFor(result), JSON.stringify(result)).to.equal(true);
    return result;
  }

  it('makes every call of the schedule once, and counts those of the window', async () => {
    const seen = new Set<string>();
    const server = await serve((stream, body) => {
      seen.add(body.toString('latin1', DIGITS_AT, DIGITS_AT + 4));
      respond(stream, '0', body);
    });
    const result = await run(server, { leadInMs: 50, firstCall: 17 });
    expect(seen.size).to.equal(result.sent);
    expect(seen.has('0017')).to.equal(true);
    expect(result.answered)
      .to.equal(result.arrived)
      .and.within(1, result.sent - 1);
    expect(result.succeeded).to.deep.equal([result.sent]);
  });

  it('sends on when nothing is answered, resets what it gives up, and tells the rest of the deadline', async () => {
    const timeouts = new Set<string>();
    const codes: number[] = [];
    const server = await serve((stream, _, __, headers) => {
      timeouts.add(String(headers['grpc-timeout']));
      stream.once('close', () => codes.push(stream.rstCode));
    });
    const result = await run(server, { deadlineMs: 60 });
    expect(result.gaveUpSent).to.equal(result.arrived).and.above(50);
    expect(codes.every((code) => code === http2.constants.NGHTTP2_CANCEL)).to.equal(true);
    for (const timeout of timeouts) {
      expect(timeout).to.match(/^\d{4}m$/);
      expect(Number.parseInt(timeout, 10)).to.be.within(1, 60);
    }
  });

  it('keeps to the streams that the server allows, and gives up what waits for one', async () => {
    let most = 0;
    const open = new Set<http2.ServerHttp2Stream>();
    const server = await serve(
      (stream) => {
        open.add(stream);
        most = Math.max(most, open.size);
        stream.once('close', () => open.delete(stream));
      },
      { maxConcurrentStreams: 3 },
    );
    const result = await run(server, { deadlineMs: 60, connections: 1 });
    expect(most).to.equal(3);
    expect(result.gaveUpQueued).to.be.above(0);
    expect(result.refusedStreams).to.equal(0);
    expect(result.gaveUpSent + result.gaveUpQueued).to.equal(result.arrived);
  });

  it('follows when the server allows fewer streams in the middle', async () => {
    const open = new Set<http2.ServerHttp2Stream>();
    const sizes: number[] = [];
    let lowered = false;
    const server = await serve((stream, _, count) => {
      open.add(stream);
      stream.once('close', () => open.delete(stream));
      if (lowered) sizes.push(open.size);
      // The callback comes with the client's acknowledgement: from then on it is bound.
      if (count === 10) {
        stream.session?.settings({ maxConcurrentStreams: 2 }, () => {
          lowered = true;
        });
      }
    });
    await run(server, { deadlineMs: 30, connections: 1, windowMs: 200 });
    // The first ones may have come before the acknowledgement and be seen after it.
    expect(sizes.length).to.be.above(10);
    expect(Math.max(...sizes.slice(5))).to.be.at.most(2);
  });

  const refusals: Record<string, Answer> = {
    refused: (stream) =>
      stream.respond({ ':status': 200, 'grpc-status': '8' }, { endStream: true }),
    refusedStreams: (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
  };
  for (const [kind, answer] of Object.entries(refusals)) {
    it(`counts what is ${kind} and does not try again`, async () => {
      const result = await run(await serve(answer));
      expect(result[kind as 'refused']).to.equal(result.arrived);
      expect(result.refusal.count).to.equal(result.arrived);
    });
  }

  it('counts other ends by their kind', async () => {
    const server = await serve((stream, body, count) => {
      if (count % 2 === 0) respond(stream, '13', body);
      else stream.respond({ ':status': 503 }, { endStream: true });
    });
    const { others } = await run(server);
    expect(Object.keys(others)).to.have.members(['13', 'HTTP_503']);
  });

  it('goes on over another connection when the server sends one away', async () => {
    const server = await serve((stream, body, count) => {
      if (count === 20) stream.session?.close();
      respond(stream, '0', body);
    });
    const result = await run(server);
    // What was on its way, Node's servers refuse when they say goodbye: as much as it happens to be.
    const { NOT_TAKEN = 0, ...others } = result.others;
    expect(others).to.deep.equal({});
    expect(result.answered + NOT_TAKEN).to.equal(result.arrived);
    expect(result.answered).to.be.above(20);
    expect(result.goAways).to.equal(1);
    expect(result.reconnects).to.equal(1);
    expect(server.sessions).to.have.length(3);
  });

  it('goes on over others when connections end, whose calls are lost', async () => {
    const server = await serve((stream, body, count) => {
      if (count === 20) server.cut();
      else respond(stream, '0', body);
    });
    const result = await run(server);
    expect(result.lost).to.equal(2);
    expect(result.others.CONNECTION_LOST).to.be.at.least(1);
    expect(result.answered + (result.others.CONNECTION_LOST ?? 0)).to.equal(result.arrived);
  });

  it('counts time from when a call was to arrive, so that no pause of anybody is left out', async () => {
    let stood = false;
    const server = await serve((stream, body, count) => {
      // Server and loader share this process: for so long neither of them does anything.
      if (count === 10 && !stood) {
        stood = true;
        const until = performance.now() + 80;
        while (performance.now() < until);
      }
      respond(stream, '0', body);
    });
    const result = await run(server, { perSecond: 500, windowMs: 200 });
    expect(stood).to.equal(true);
    expect(result.answered).to.equal(result.arrived);
    // Calls were due all through the pause, and the first of them waited for all of it.
    expect(result.answer.maxMs).to.be.at.least(60);
    expect(result.lateness.maxMs).to.be.at.least(60);
  });

  it('says so when nobody listens', async () => {
    const server = await serve(() => undefined);
    await servers.pop()?.close();
    let message = '';
    await run(server).catch((error: unknown) => {
      message = String(error);
    });
    expect(message).to.include('ECONNREFUSED');
  });
});
