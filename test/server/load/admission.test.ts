// Who is let in, who waits and who is refused: of the calls themselves, and over the wire.

import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { ErrorInfoSchema, RetryInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';
import {
  Health,
  HealthCheckResponse_ServingStatus,
} from '../../../gen/grpc/health/v1/health_pb.js';
import type { Connection } from '../../../src/server/exchange/connections.js';
import { type Admission, createAdmission, type Place } from '../../../src/server/load/admission.js';
import { createMemoryBudget } from '../../../src/server/support/memory-budget.js';
import { waitUntil } from '../../support/wait-until.js';
import { envelope, errorOf, post } from '../support/raw.js';
import { type Served, serve, stopAll } from '../support/serve.js';

const LONG_MS = 60_000;
const GET = '/attendance.v1.AttendanceService/GetAttendance';

/** Calls by name: `running` have their place, `left` say why they have none. */
class Calls {
  readonly running = new Map<string, Place>();
  readonly left: string[] = [];
  readonly #admission: Admission;
  readonly #connections = new Map<string, Connection>();

  constructor(limits: { runningCalls: number; waitingCalls: number }) {
    this.#admission = createAdmission(limits);
  }

  /** `name`: the connection's letter and a number. */
  enter(name: string, timeoutMs = LONG_MS): () => void {
    const letter = name.charAt(0);
    const connection = this.#connections.get(letter) ?? ({} as Connection);
    this.#connections.set(letter, connection);
    return this.#admission.enter({
      connection,
      timeoutMs,
      run: (place) => this.running.set(name, place),
      leave: (why) => this.left.push(`${name} ${why}`),
    });
  }

  /** Ends it, and waits until what can run in its place does. */
  async end(name: string): Promise<void> {
    const place = this.running.get(name);
    this.running.delete(name);
    place?.release();
    // Safe to say again.
    place?.release();
    await nextTurn();
  }

  get names(): string[] {
    return [...this.running.keys()];
  }
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('admission', () => {
  it('lets run as many as may, and then one for each that ends', async () => {
    const calls = new Calls({ runningCalls: 2, waitingCalls: 9 });
    for (const name of ['a1', 'a2', 'a3']) calls.enter(name);
    expect(calls.names).to.deep.equal(['a1', 'a2']);
    await calls.end('a1');
    expect(calls.names).to.deep.equal(['a2', 'a3']);
  });

  it('lets eight begin in a turn of the loop, and the others in turns to come', async () => {
    const calls = new Calls({ runningCalls: 99, waitingCalls: 99 });
    for (let n = 0; n < 17; n += 1) calls.enter(`a${n}`);
    const running = [calls.names.length];
    for (let turn = 0; turn < 2; turn += 1) {
      await nextTurn();
      running.push(calls.names.length);
    }
    expect(running).to.deep.equal([8, 16, 17]);
  });

  it('counts what has come and is not begun, but for what has room at once', () => {
    const connection = {} as Connection;
    const limits = { runningCalls: 10, waitingCalls: 99 };
    const admission = createAdmission(limits);
    const isRefused = (before: number) => admission.refusal(connection, 100, before) !== undefined;
    // A thousand calls a second are assumed: 25 are a quarter of the deadline.
    expect([0, 10 + 25, 10 + 26].map(isRefused)).to.deep.equal([false, false, true]);
  });

  it('lets connections take turns, however many calls one of them has waiting', async () => {
    const calls = new Calls({ runningCalls: 1, waitingCalls: 99 });
    const order: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']) calls.enter(name);
    for (let [name] = calls.names; name !== undefined; [name] = calls.names) {
      order.push(name);
      await calls.end(name);
    }
    expect(order).to.deep.equal(['a1', 'a2', 'b1', 'c1', 'a3', 'c2', 'a4']);
  });

  it('refuses a line that is full at once, and not the one that is empty', () => {
    const calls = new Calls({ runningCalls: 1, waitingCalls: 4 });
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) calls.enter(name);
    calls.enter('a6');
    calls.enter('b1');
    expect(calls.left).to.deep.equal(['a6 refused']);
  });

  it('refuses who would wait for more than a share of the deadline', () => {
    const calls = new Calls({ runningCalls: 1, waitingCalls: 999 });
    // A thousand calls a second are assumed until it is known better: ten are 10 ms.
    for (let n = 0; n < 11; n += 1) calls.enter(`a${n}`);
    calls.enter('a-hurried', 39);
    calls.enter('a-patient', 100);
    expect(calls.left).to.deep.equal(['a-hurried refused']);
  });

  it('tells whoever is late, and forgets whoever gives up', async () => {
    const calls = new Calls({ runningCalls: 1, waitingCalls: 9 });
    calls.enter('a1');
    calls.enter('a2', 60);
    const giveUp = calls.enter('a3');
    calls.enter('a4');
    giveUp();
    await waitUntil('it is so', async () => calls.left.length > 0);
    expect(calls.left).to.deep.equal(['a2 late']);
    await calls.end('a1');
    expect(calls.names).to.deep.equal(['a4']);
  });

  it('does not let calls that wait for something else keep the others from running', async () => {
    const calls = new Calls({ runningCalls: 999, waitingCalls: 999 });
    // More than may ever run at a time on a busy processor; none of them ends.
    for (let n = 0; n < 100; n += 1) calls.enter(`a${n}`);
    for (let turn = 0; turn < 15; turn += 1) await nextTurn();
    expect(calls.names.length).to.be.within(20, 99);
    calls.enter('b1');
    await waitUntil('it is so', async () => calls.names.includes('b1'));
  });
});

describe('a memory budget', () => {
  it('lets the oldest that is still awaited give way, and nobody else', () => {
    const gave: string[] = [];
    const budget = createMemoryBudget(100);
    const hold = (name: string) => budget.hold(() => gave.push(name));
    const [whole, first, second] = [hold('whole'), hold('first'), hold('second')];
    whole.add(40);
    whole.settle();
    first.add(30);
    second.add(30);
    second.add(20);
    expect(gave).to.deep.equal(['first']);
    expect(budget.usedBytes).to.equal(90);
    second.release();
    second.release();
    expect(budget.usedBytes).to.equal(40);
  });

  it('lets the one that is too large by itself give way', () => {
    const gave: string[] = [];
    const budget = createMemoryBudget(100);
    budget.hold(() => gave.push('large')).add(101);
    expect([gave, budget.usedBytes]).to.deep.equal([['large'], 0]);
  });
});

describe('a service that is asked for too much', () => {
  afterEach(stopAll);

  const FORMS = [
    ['gRPC', 'application/grpc', envelope(Buffer.alloc(0))],
    ['gRPC-Web', 'application/grpc-web+proto', envelope(Buffer.alloc(0))],
    ['gRPC-Web text', 'application/grpc-web-text', Buffer.from('AAAAAAA=')],
    ['Connect', 'application/json', Buffer.from('{}')],
  ] as const;

  async function serveOne(): Promise<
    Served & { readonly answer: () => void; asked: () => number }
  > {
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
    return { ...served, answer, asked: () => asked };
  }

  for (const [name, type, body] of FORMS) {
    it(`tells what is too much at once, and answers the rest: ${name}`, async () => {
      const served = await serveOne();
      const call = () => post(served.url, GET, { 'content-type': type, te: 'trailers' }, body);
      const running = call();
      await waitUntil('it is so', async () => served.asked() === 1);
      // Each on a connection of its own: the last bound is twice what may wait.
      const waiting = [call(), call()];
      await waitUntil('it is so', async () =>
        /rpc_waiting 2/.test((await served.metrics.render()).text),
      );
      const error = errorOf(await call());
      expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('OVERLOADED');
      expect(error?.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
      const { text } = await served.metrics.render();
      expect(text).to.match(/rpc_refused_total\{.*method="GetAttendance"\} 1\n/);
      const health = createClient(Health, createGrpcTransport({ baseUrl: served.url }));
      const { status } = await health.check({});
      expect(status).to.equal(HealthCheckResponse_ServingStatus.SERVING);
      expect((await fetch(`${served.url}/readyz`)).status).to.equal(200);
      served.answer();
      for (const answered of [running, ...waiting]) {
        expect(errorOf(await answered)?.findDetails(ErrorInfoSchema) ?? []).to.deep.equal([]);
      }
      expect(served.asked()).to.equal(3);
    });
  }
});
