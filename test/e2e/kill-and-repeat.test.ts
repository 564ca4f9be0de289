// A request that is repeated, with its id, after the service was killed in the middle of it: before
// its commit, between the commit and the answer, and after the answer. Whenever it was, the repeated
// one gives the first answer, and there is one fact and one revision.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import pg from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { type PrivateCluster, startPrivateCluster } from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import { type ServiceProcess, startMain } from '../support/process.js';
import { waitUntil } from '../support/wait-until.js';

const DAY = '2026-03-02';
const { PRESENT, ABSENT } = AttendanceStatus;

interface Clients {
  readonly attendance: Client<typeof AttendanceService>;
  readonly clock: Client<typeof ClockService>;
}

/** Every kind of request that writes a fact, as it is sent and sent again. */
const REQUESTS = {
  mark: (clients: Clients, employeeId: string, requestId: string) =>
    clients.attendance.markAttendance({ employeeId, date: DAY, status: PRESENT, requestId }),
  clear: (clients: Clients, employeeId: string, requestId: string) =>
    clients.attendance.clearAttendance({ employeeId, date: DAY, reason: 'twice', requestId }),
  clockIn: (clients: Clients, employeeId: string, requestId: string) =>
    clients.clock.clockIn({ employeeId, requestId }),
};
const KINDS = Object.keys(REQUESTS) as (keyof typeof REQUESTS)[];

describe('a request repeated after the service was killed in the middle of it', function () {
  this.timeout(90_000);
  let cluster: PrivateCluster;
  let admin: pg.Client;
  let service: ServiceProcess;

  const start = async (): Promise<Clients> => {
    service = startMain({ DATABASE_URL: cluster.url });
    const transport = createGrpcTransport({ baseUrl: await service.ready() });
    return {
      attendance: createClient(AttendanceService, transport),
      clock: createClient(ClockService, transport),
    };
  };
  const count = async (text: string, ...values: string[]): Promise<number> =>
    (await admin.query<{ n: number }>(text, values)).rows[0]?.n ?? 0;
  const factsOf = (employeeId: string) =>
    count(
      `select (select count(*) from mark where employee_id = $1)::integer
         + (select count(*) from punch where employee_id = $1)::integer as n`,
      employeeId,
    );
  const changesOf = (employeeId: string) =>
    count(
      'select count(*)::integer as n from attendance_change where employee_id = $1',
      employeeId,
    );
  /** Connections of the service whose commit is on the disk and not answered. */
  const committedUnanswered = () =>
    count(`select count(*)::integer as n from pg_stat_activity
      where wait_event = 'SyncRep' and application_name = 'attendance'`);
  /** While there is a name, commits wait for a standby of that name, which never comes. */
  const standby = async (name: string) => {
    await admin.query(`alter system set synchronous_standby_names = '${name}'`);
    await admin.query('select pg_reload_conf()');
    // The setting reaches the other processes when they next look.
    const text = `select setting = '${name}' as is_set from pg_settings
      where name = 'synchronous_standby_names'`;
    while ((await admin.query<{ is_set: boolean }>(text)).rows[0]?.is_set !== true) await delay(5);
  };

  before(async () => {
    cluster = await startPrivateCluster();
    admin = new pg.Client({ connectionString: cluster.adminUrl });
    await admin.connect();
  });

  after(async () => {
    service.child.kill('SIGKILL');
    await service.exited;
    await admin.end();
    await cluster.dispose();
  });

  it('gives the first answer, one fact and one revision, whenever it was', async () => {
    const clients = await start();
    const requests = KINDS.flatMap((kind) =>
      ['before-commit', 'before-answer', 'after-answer'].map((moment) => ({
        moment,
        employeeId: `${kind}-${moment}`,
        requestId: randomUUID(),
        send: (to: Clients, employeeId: string, requestId: string) =>
          REQUESTS[kind](to, employeeId, requestId),
      })),
    );
    // A day to clear, a row to lock, and the name without which nobody may clock.
    for (const { employeeId } of requests) {
      const mark = { employeeId, employeeName: 'Mia', date: DAY, status: ABSENT };
      await clients.attendance.markAttendance(mark);
    }
    const at = (moment: string) => requests.filter((request) => request.moment === moment);
    const sendTo = (to: Clients) => (request: (typeof requests)[number]) =>
      request.send(to, request.employeeId, request.requestId);
    const unanswered: Promise<string>[] = [];
    const sendUnanswered = (request: (typeof requests)[number]) => {
      const sent = sendTo(clients)(request);
      unanswered.push(
        sent.then(
          () => 'answered',
          () => 'failed',
        ),
      );
    };

    const answers = await Promise.all(at('after-answer').map(sendTo(clients)));
    const held = await Promise.all(
      at('before-commit').map(({ employeeId }) => holdUp(cluster.url, employeeId)),
    );
    at('before-commit').forEach(sendUnanswered);
    await held[0]?.waiting(KINDS.length);
    await standby('nobody');
    const [committed, ...behind] = at('before-answer');
    if (committed === undefined) throw new Error('there is no such request');
    sendUnanswered(committed);
    await waitUntil('its commit waits', async () => (await committedUnanswered()) === 1);
    // One waits for the head of the feed, which the first one has; the rest would go together next.
    behind.forEach(sendUnanswered);
    await held[0]?.waiting(KINDS.length + 1);
    service.child.kill('SIGKILL');
    await service.exited;
    expect(new Set(await Promise.all(unanswered))).to.deep.equal(new Set(['failed']));
    await standby('');
    for (const lock of held) await lock.release();
    expect(await factsOf(committed.employeeId), 'committed, and never answered').to.equal(2);

    const again = await start();
    const repeated = new Map<string, unknown>();
    for (const { send, employeeId, requestId } of requests) {
      const first = await send(again, employeeId, requestId);
      expect(await send(again, employeeId, requestId), employeeId).to.deep.equal(first);
      repeated.set(employeeId, first);
      expect(await factsOf(employeeId), `facts of ${employeeId}`).to.equal(2);
      expect(await changesOf(employeeId), `revisions of ${employeeId}`).to.equal(2);
    }
    at('after-answer').forEach(({ employeeId }, index) => {
      expect(repeated.get(employeeId)).to.deep.equal(answers[index]);
    });
  });
});
