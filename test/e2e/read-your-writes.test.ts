// Two processes of the service on one database and one Redis: what was written through one is read
// through the other at once, by many at a time, while others fill the cache with what was before.

import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { type ServiceProcess, startMain } from '../support/process.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { countOf, metricsOf } from './support/metrics.js';

const DAY = '2026-03-02';
const { PRESENT, ABSENT } = AttendanceStatus;

/** Employees that are written at the same time, and how often each. */
const LANES = 8;
const ROUNDS = 15;
const MAX_TRIES = 5;

const INFO = 30;

type Attendance = Client<typeof AttendanceService>;

const laneOf = (lane: number) => `lane-${lane}`;

const revisionOf = async (client: Attendance, employeeId: string) =>
  (await client.getAttendance({ employeeId, date: DAY })).attendance?.revision ?? 0;

describe('two processes on one Redis', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let redis: TestRedis;
  let processes: ServiceProcess[] = [];
  let urls: string[];
  let clients: [Attendance, Attendance];

  before(async () => {
    [database, redis] = await Promise.all([createEmptyDatabase(), startRedis()]);
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    processes = [startMain(env), startMain(env)];
    urls = await Promise.all(processes.map((process) => process.ready()));
    await Promise.all(processes.map((process) => process.line('Redis is used')));
    const [one, other] = urls.map((baseUrl) =>
      createClient(AttendanceService, createGrpcTransport({ baseUrl })),
    );
    if (one === undefined || other === undefined) throw new Error('there are two of them');
    clients = [one, other];
  });

  after(async () => {
    for (const process of processes) process.child.kill('SIGTERM');
    for (const process of processes) {
      expect(await process.exited).to.deep.equal({ code: 0, signal: null });
      const stopping = process.lines.findIndex(({ msg }) => String(msg).startsWith('stopping'));
      const warnings = process.lines.slice(stopping).filter(({ level }) => Number(level) > INFO);
      expect(warnings, 'of a normal stop').to.deep.equal([]);
    }
    await redis.stop();
    await database.drop();
  });

  /** What was read of each day right after it was written, and is older than that. */
  async function staleReads(): Promise<string[]> {
    const stale: string[] = [];
    let writing = true;
    // They fill the cache with what is about to be old.
    const readers = clients.map(async (client, index) => {
      for (let turn = index; writing; turn += 1) await revisionOf(client, laneOf(turn % LANES));
    });
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const employeeId = laneOf(lane);
      for (let round = 0; round < ROUNDS; round += 1) {
        const isEven = (lane + round) % 2 === 0;
        const status = round % 2 === 0 ? ABSENT : PRESENT;
        const writer = isEven ? clients[0] : clients[1];
        const { attendance } = await writer.markAttendance({ employeeId, date: DAY, status });
        for (const [who, reader] of [
          ['the other', isEven ? clients[1] : clients[0]],
          ['its own', writer],
        ] as const) {
          const revision = await revisionOf(reader, employeeId);
          if (revision !== attendance?.revision) stale.push(`${employeeId} ${round} by ${who}`);
        }
      }
    });
    await Promise.all(lanes).finally(() => {
      writing = false;
    });
    await Promise.all(readers);
    return stale;
  }

  /** Of both processes. */
  async function cacheEvents(event: string): Promise<number[]> {
    const texts = await Promise.all(urls.map(metricsOf));
    return texts.map((text) => countOf(text, 'attendance_cache_events_total', { event }));
  }

  it('a write through either is read at once through the other, however many there are', async () => {
    for (let lane = 0; lane < LANES; lane += 1) {
      await clients[0].markAttendance({ employeeId: laneOf(lane), date: DAY, status: PRESENT });
    }
    // The promise is about a Redis that answers: one that took too long on a busy machine proves
    // nothing, and the whole is done again.
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const failedBefore = await cacheEvents('invalidate_failed');
      const stale = await staleReads();
      const failed = await cacheEvents('invalidate_failed');
      if (String(failed) !== String(failedBefore)) continue;
      expect(stale).to.deep.equal([]);
      for (const hits of await cacheEvents('hit'))
        expect(hits, 'the cache was used').to.be.above(0);
      return;
    }
    expect.fail(`Redis did not answer in time in ${MAX_TRIES} runs of it`);
  });
});
