// What a stop promises to those who call, those who probe and those who wait for its end.

import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../../gen/grpc/health/v1/health_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type HeldUp, holdUp } from '../support/hold-up.js';
import { type ServiceProcess, startMain } from '../support/process.js';
import { refusalOf, startTestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

const DAY = '2026-03-02';
const { PRESENT, ABSENT } = AttendanceStatus;

describe('a stop', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let held: HeldUp | undefined;

  before(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await held?.release();
    held = undefined;
  });

  after(async () => await database.drop());

  it('waits for calls as long as its grace, then tells those left and ends', async () => {
    const service = await startTestService({ databaseUrl: database.url });
    await service.client.markAttendance({ employeeId: 'slow', date: DAY, status: PRESENT });
    held = await holdUp(database.url, 'slow');
    const inFlight = refusalOf(
      service.client.markAttendance({ employeeId: 'slow', date: DAY, status: ABSENT }),
    );
    await held.waiting(1);
    const stopped = service.service.stop(100);
    expect(await inFlight).to.deep.equal({ code: 'Unavailable', reason: 'DRAINING', fields: [] });
    await held.release();
    held = undefined;
    await stopped;
  });

  it('is told to every kind of probe while it serves on; a second signal ends it at once', async () => {
    const service = startMain({ DATABASE_URL: database.url, DRAIN_DELAY_SECONDS: '30' });
    const baseUrl = await service.ready();
    const transport = createGrpcTransport({ baseUrl });
    const health = createClient(Health, transport);
    const watched = (async () => {
      const seen: Status[] = [];
      for await (const { status } of health.watch({ service: '' })) {
        seen.push(status);
        if (status === Status.SERVING) service.child.kill('SIGTERM');
      }
      return seen;
    })();
    // The stream ends, so that its client looks for another server.
    expect(await watched).to.deep.equal([Status.SERVING, Status.NOT_SERVING]);
    expect((await health.check({ service: '' })).status).to.equal(Status.NOT_SERVING);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const connection of ['a new connection', 'the same one']) {
      expect(await readiness(baseUrl, agent), connection).to.deep.equal([503, 'draining']);
    }
    agent.destroy();
    // Those who have not noticed yet are served.
    const client = createClient(AttendanceService, transport);
    const answer = await client.markAttendance({ employeeId: 'late', date: DAY, status: PRESENT });
    expect(answer.attendance?.revision).to.equal(1);
    await endBySecondSignal(service);
  });

  it('a second signal ends it at once, whatever is in flight', async () => {
    const service = startMain({ DATABASE_URL: database.url });
    const transport = createGrpcTransport({ baseUrl: await service.ready() });
    const client = createClient(AttendanceService, transport);
    await client.markAttendance({ employeeId: 'slow', date: DAY, status: PRESENT });
    held = await holdUp(database.url, 'slow');
    const inFlight = refusalOf(
      client.markAttendance({ employeeId: 'slow', date: DAY, status: ABSENT }),
    );
    await held.waiting(1);
    service.child.kill('SIGTERM');
    await service.line('stopping');
    await endBySecondSignal(service);
    await inFlight;
  });
});

/** For a second a signal is taken for an echo of the first, and says nothing. */
async function endBySecondSignal(service: ServiceProcess): Promise<void> {
  let ended = false;
  void service.exited.then(() => {
    ended = true;
  });
  await waitUntil('it has ended', () => {
    service.child.kill('SIGTERM');
    return ended;
  });
  expect(await service.exited).to.deep.equal({ code: 1, signal: null });
  expect(service.lines.map(({ msg }) => msg)).to.not.include('stopped');
}

async function readiness(baseUrl: string, agent: Agent): Promise<[number | undefined, string]> {
  const asked = get(`${baseUrl}/readyz`, { agent });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { status } = (await json(response)) as { status: string };
  return [response.statusCode, status];
}
