// A restart of the service as its callers see it: with the package's own client, calls go on all the
// time, and none of them fails while the service is away for some seconds.

import { createServer } from 'node:net';
import { setTimeout as elapse } from 'node:timers/promises';
import { expect } from 'chai';
import type { AttendanceClient } from '../../src/client/index.js';
import { AttendanceStatus, createAttendanceClient } from '../../src/client/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type ServiceProcess, startMain } from '../support/process.js';

/** From the end of one process to the start of the next: what a rolled-out image takes. */
const AWAY_MS = 3_500;

const LANES = 6;

/** The client's usual 10 s, and what a process takes to start on a busy machine. */
const DEADLINE_MS = 30_000;

/** Systems give the ports above this to whoever asks for any port. */
const LAST_FIXED_PORT = 32_767;
const FIXED_PORTS = 12_000;

/**
 * A free port that no other test is given meanwhile. While the service is away, another test's
 * service on its port would answer these callers.
 */
async function fixedPort(): Promise<string> {
  for (;;) {
    const port = LAST_FIXED_PORT - Math.floor(Math.random() * FIXED_PORTS);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return String(port);
  }
}

/** One caller after another in each lane, without a pause, until told to stop. */
class Callers {
  readonly acknowledged: string[] = [];
  readonly failures: unknown[] = [];
  readonly #lanes: Promise<void>[];
  readonly #client: AttendanceClient;
  #isOver = false;
  readonly #onAnswer = new Set<() => void>();

  constructor(client: AttendanceClient) {
    this.#client = client;
    this.#lanes = Array.from({ length: LANES }, (_, lane) => this.#run(lane));
  }

  /** Resolves when so many more calls were answered, or one has failed. */
  answers(count: number): Promise<void> {
    const until = this.acknowledged.length + count;
    return new Promise((resolve) => {
      const look = () => {
        if (this.acknowledged.length < until && this.failures.length === 0) return;
        this.#onAnswer.delete(look);
        resolve();
      };
      this.#onAnswer.add(look);
      look();
    });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
  }

  async #run(lane: number): Promise<void> {
    for (let call = 0; !this.#isOver; call += 1) {
      const employeeId = `lane-${lane}-${call}`;
      const day = { employeeId, date: '2026-03-02' };
      try {
        await this.#client.markAttendance({ ...day, status: AttendanceStatus.PRESENT });
        await this.#client.getAttendance(day);
        this.acknowledged.push(employeeId);
      } catch (error) {
        this.failures.push(error);
        this.#isOver = true;
      }
      for (const look of this.#onAnswer) look();
    }
  }
}

describe('a restart of the service under calls of its client', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: AttendanceClient;

  beforeEach(async () => {
    database = await createTestDatabase();
    service = startMain({ DATABASE_URL: database.url, PORT: await fixedPort() });
    client = createAttendanceClient({
      address: new URL(await service.ready()).host,
      defaultDeadlineMs: DEADLINE_MS,
    });
  });

  afterEach(async () => {
    client.close();
    service.child.kill('SIGTERM');
    await service.exited;
    await database.drop();
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`of ${AWAY_MS} ms, begun by ${signal}: no call fails and none is made twice`, async () => {
      const { port } = new URL(await service.ready());
      const callers = new Callers(client);
      await callers.answers(2 * LANES);
      service.child.kill(signal);
      await service.exited;
      // The case itself: this is how long nobody listens.
      await elapse(AWAY_MS);
      service = startMain({ DATABASE_URL: database.url, PORT: port });
      await service.ready();
      await callers.answers(2 * LANES);
      await callers.end();
      expect(callers.failures).to.deep.equal([]);
      const revisions: number[] = [];
      for (const employeeId of callers.acknowledged) {
        const { attendance } = await client.getAttendance({ employeeId, date: '2026-03-02' });
        revisions.push(attendance?.revision ?? 0);
      }
      expect(new Set(revisions)).to.deep.equal(new Set([1]));
    });
  }
});
