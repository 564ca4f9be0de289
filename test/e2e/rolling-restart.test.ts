// Instances are replaced one by one, as a rolled-out version does it, under calls that go on. Behind
// an address that sends each new connection to one instance, no call of a plain client fails.

import { Agent, request } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { create, toBinary, toJsonString } from '@bufbuild/protobuf';
import { createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { credentials, Client as GrpcJsClient } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Client as PgClient } from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import {
  AttendanceService,
  MarkAttendanceRequestSchema,
} from '../../gen/attendance/v1/attendance_service_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type ServiceProcess, startMain } from '../support/process.js';
import { waitUntil } from '../support/wait-until.js';

const DATE = '2026-03-02';
const PATH = '/attendance.v1.AttendanceService/MarkAttendance';
const LANES = 3;
/** Calls of each client between two steps of a restart. */
const CALLS = 30;
const TIMEOUT_MS = 9_000;

/** An address in front of instances: each new connection goes to the one that is `target`. */
class Balancer {
  target = 0;
  readonly #server: Server;

  constructor() {
    // A delay of packets that fill nothing would let each call cross with whatever the server says.
    const options = { noDelay: true, allowHalfOpen: true };
    this.#server = createServer(options, (near) => {
      const far = connect({ ...options, port: this.target, host: '127.0.0.1' });
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      near.pipe(far).pipe(near);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as { port: number }).port;
  }

  close(): void {
    this.#server.close();
  }
}

const messageOf = (employeeId: string) =>
  create(MarkAttendanceRequestSchema, { employeeId, date: DATE, status: AttendanceStatus.PRESENT });

type Mark = (employeeId: string) => Promise<unknown>;

interface Caller {
  readonly mark: Mark;
  readonly close: () => void;
}

function overConnect(transport: Transport): Caller {
  const client = createClient(AttendanceService, transport);
  // Node refuses a call itself that it has not sent yet when GOAWAY arrives. Such a call was not
  // begun (RFC 9113, 8.7); grpc-js repeats it by itself, connect-node leaves that to its caller.
  const mark: Mark = (employeeId) =>
    client.markAttendance(messageOf(employeeId)).catch((error: unknown) => {
      if (String(error).includes('NGHTTP2_REFUSED_STREAM')) return mark(employeeId);
      throw error;
    });
  return { mark, close: () => {} };
}

function overGrpcJs(port: number): Caller {
  const client = new GrpcJsClient(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    mark: (employeeId) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          PATH,
          (id: string) => Buffer.from(toBinary(MarkAttendanceRequestSchema, messageOf(id))),
          (bytes: Buffer) => bytes,
          employeeId,
          { deadline: Date.now() + TIMEOUT_MS },
          (error, answer) => (error === null ? resolve(answer) : reject(error)),
        );
      }),
    close: () => client.close(),
  };
}

function overHttp1(port: number, agent: Agent): Caller {
  return {
    mark: (employeeId) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json' };
        const sent = request(
          { port, host: '127.0.0.1', method: 'POST', path: PATH, headers, agent },
          (answer) => {
            answer.resume();
            answer.once('close', () => {
              if (answer.statusCode === 200 && answer.complete) resolve(undefined);
              else reject(new Error(`HTTP ${answer.statusCode}`));
            });
          },
        );
        sent.once('error', reject);
        sent.end(toJsonString(MarkAttendanceRequestSchema, messageOf(employeeId)));
      }),
    close: () => agent.destroy(),
  };
}

async function isDraining(port: number): Promise<boolean> {
  const asked = await fetch(`http://127.0.0.1:${port}/readyz`);
  return ((await asked.json()) as { status: string }).status === 'draining';
}

/** One call after another in each lane, without a pause, until the end. */
class Lanes {
  marked = 0;
  failure: unknown;
  #isOver = false;
  readonly #lanes: Promise<void>[];
  readonly #listeners = new Set<() => void>();

  constructor(name: string, { mark }: Caller) {
    this.#lanes = Array.from({ length: LANES }, (_, lane) =>
      this.#run((call) => mark(`${name}-${lane}-${call}`)),
    );
  }

  /** Resolves when so many more calls were answered, or one failed. */
  answers(count: number): Promise<void> {
    const until = this.marked + count;
    return new Promise((resolve) => {
      const look = () => {
        if (this.marked < until && this.failure === undefined) return;
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
      look();
    });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }

  async #run(mark: (call: number) => Promise<unknown>): Promise<void> {
    for (let call = 0; !this.#isOver; call += 1) {
      try {
        await mark(call);
        this.marked += 1;
      } catch (error) {
        this.failure ??= error;
        this.#isOver = true;
      }
      for (const look of this.#listeners) look();
    }
  }
}

describe('instances replaced one by one', function () {
  this.timeout(90_000);
  const balancer = new Balancer();
  let database: TestDatabase;
  let port: number;
  let serving: ServiceProcess;

  const start = async () => {
    const service = startMain({ DATABASE_URL: database.url, DRAIN_DELAY_SECONDS: '2' });
    const url = new URL(await service.ready());
    return { service, port: Number(url.port) };
  };

  before(async () => {
    database = await createTestDatabase();
    const first = await start();
    serving = first.service;
    balancer.target = first.port;
    port = await balancer.listen();
  });

  after(async () => {
    serving.child.kill('SIGTERM');
    await serving.exited;
    balancer.close();
    await database.drop();
  });

  it('lose no call of grpc-js, connect-node and HTTP/1.1, on old connections and new ones', async () => {
    const baseUrl = `http://127.0.0.1:${port}`;
    const callers: Readonly<Record<string, Caller>> = {
      'grpc-js': overGrpcJs(port),
      'connect-node-grpc': overConnect(createGrpcTransport({ baseUrl })),
      'connect-node': overConnect(createConnectTransport({ baseUrl, httpVersion: '2' })),
      'http1-kept': overHttp1(port, new Agent({ keepAlive: true })),
      'http1-new': overHttp1(port, new Agent({ keepAlive: false })),
    };
    const lanes = Object.entries(callers).map(([name, caller]) => new Lanes(name, caller));
    const answers = () => Promise.all(lanes.map((each) => each.answers(CALLS)));
    await answers();
    for (let replaced = 0; replaced < 2; replaced += 1) {
      const next = await start();
      serving.child.kill('SIGTERM');
      // The address hears of the stop as real ones do, by a probe, and later than the instance.
      const { target } = balancer;
      await waitUntil('it is about to stop', () => isDraining(target));
      balancer.target = next.port;
      expect(await serving.exited).to.deep.equal({ code: 0, signal: null });
      serving = next.service;
      await answers();
    }
    for (const each of lanes) await each.end();
    for (const caller of Object.values(callers)) caller.close();
    const failed = Object.fromEntries(
      Object.keys(callers).map((name, index) => [name, lanes[index]?.failure]),
    );
    expect(failed).to.deep.equal(
      Object.fromEntries(Object.keys(callers).map((name) => [name, undefined])),
    );
    const stored = new PgClient(database.url);
    await stored.connect();
    const { rows } = await stored.query('select count(*)::int as marks from mark');
    await stored.end();
    expect(rows).to.deep.equal([{ marks: lanes.reduce((sum, { marked }) => sum + marked, 0) }]);
  });
});
