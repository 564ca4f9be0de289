// PostgreSQL goes away and comes back: the service says so, loses nothing, and recovers by itself.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import pg from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { openDatabase, WRITE_CONNECTIONS } from '../../src/store/postgres/database.js';
import {
  createEmptyDatabase,
  createTestDatabase,
  type PrivateCluster,
  startPrivateCluster,
} from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import { refusalOf, startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

const { PRESENT, ABSENT } = AttendanceStatus;
const DAY = '2026-03-02';

/** Asks until it is so; the test's own timeout bounds it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(50);
}

describe('PostgreSQL comes and goes', function () {
  this.timeout(90_000);
  let cluster: PrivateCluster;
  let running: TestService | undefined;
  const log: Record<string, unknown>[] = [];

  before(async () => {
    cluster = await startPrivateCluster();
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
    // A test that failed half way leaves it for the next one as it found it.
    await cluster.start();
  });

  after(async () => await cluster.dispose());

  const start = async (early = false): Promise<TestService> => {
    log.length = 0;
    const onLog = (line: Record<string, unknown>) => log.push(line);
    running = await startTestService({ databaseUrl: cluster.url, early, onLog });
    return running;
  };
  const readiness = async ({ baseUrl }: TestService) => {
    const response = await fetch(`${baseUrl}/readyz`);
    const body = (await response.json()) as { status: string };
    return { http: response.status, status: body.status };
  };
  const mark = (service: TestService, employeeId: string, status = PRESENT) =>
    service.client.markAttendance({ employeeId, date: DAY, status, requestId: randomUUID() });

  it('a server that may lose what it acknowledged is warned of by name, at every start', async () => {
    const database = await createTestDatabase();
    log.length = 0;
    const onLog = (line: Record<string, unknown>) => log.push(line);
    running = await startTestService({ databaseUrl: database.url, onLog });
    // The tests' own server runs without fsync.
    const warned = log.flatMap(({ setting, value }) =>
      setting === undefined ? [] : [[setting, value]],
    );
    expect(warned).to.deep.equal([['fsync', 'off']]);
  });

  it('defect 6: a restart of PostgreSQL is survived without a restart of the service', async () => {
    const service = await start();
    await mark(service, 'restart');
    await cluster.restart();
    // The connections of before are dead; a read finds that out and asks again on a new one.
    const { attendance } = await service.client.getAttendance({ employeeId: 'restart', date: DAY });
    expect(attendance?.status).to.equal(PRESENT);
    expect((await mark(service, 'restart', ABSENT)).attendance?.revision).to.equal(2);
  });

  it('defect 6: down while running, calls fail as UNAVAILABLE, and work again when it is back', async () => {
    const service = await start();
    await mark(service, 'outage');
    await cluster.kill9();
    const refusal = await refusalOf(mark(service, 'outage', ABSENT));
    expect(refusal).to.deep.equal({ code: 'Unavailable', reason: 'STORE_UNAVAILABLE', fields: [] });
    await until(async () => (await readiness(service)).http === 503);
    expect(await readiness(service)).to.deep.equal({ http: 503, status: 'unavailable' });
    expect((await fetch(`${service.baseUrl}/healthz`)).status).to.equal(200);
    await cluster.start();
    await until(async () => (await readiness(service)).http === 200);
    expect((await mark(service, 'outage', ABSENT)).attendance?.revision).to.equal(2);
  });

  it('an outage is told in a few lines that count every call', async () => {
    const service = await start();
    await cluster.stop();
    const CALLS = 300;
    // So many that a slow machine does not refuse some for overload.
    const AT_ONCE = 20;
    const reasons = new Set<string | undefined>();
    for (let asked = 0; asked < CALLS; asked += AT_ONCE) {
      const calls = Array.from({ length: AT_ONCE }, (_, n) =>
        refusalOf(service.client.getAttendance({ employeeId: `away-${asked + n}`, date: DAY })),
      );
      for (const { reason } of await Promise.all(calls)) reasons.add(reason);
    }
    expect([...reasons]).to.deep.equal(['STORE_UNAVAILABLE']);
    // What is left is written when it stops.
    await service.stop();
    running = undefined;
    await cluster.start();
    const lines = log.filter(({ msg }) => msg === 'a call could not be served');
    const told = lines.reduce((sum, { times = 1 }) => sum + Number(times), 0);
    expect(told).to.equal(CALLS);
    expect(lines[0]).to.include({ method: 'GetAttendance', failure: 'STORE_UNAVAILABLE' });
    // One a second, and the calls' own deadlines end them within 15.
    expect(lines.length).to.be.below(20);
  });

  it('that it went and came back is logged once each, also when nobody probes', async () => {
    const service = await start();
    // Several connections, each of which is lost.
    await Promise.all(['a', 'b', 'c', 'd'].map((employeeId) => mark(service, employeeId)));
    const told = (beginning: string) =>
      log.filter(({ msg }) => String(msg).startsWith(`PostgreSQL ${beginning}`));
    expect((await readiness(service)).http).to.equal(200);
    await cluster.kill9();
    await waitUntil('its loss is told', () => told('cannot be reached').length > 0, 20_000);
    await cluster.start();
    await waitUntil('its return is told', () => told('is reached again').length > 0, 20_000);
    expect(log.filter(({ msg }) => /connection was lost/.test(String(msg)))).to.deep.equal([]);
    expect(told('').map(({ level }) => level)).to.deep.equal([40, 30]);
  });

  it('as soon as it serves, readiness says so, whatever it said a moment before', async () => {
    const service = await start(true);
    let asking = true;
    const asked = (async () => {
      while (asking) await readiness(service);
    })();
    await service.service.ready;
    asking = false;
    expect(await readiness(service)).to.deep.equal({ http: 200, status: 'ready' });
    await asked;
  });

  it('defect 6: down at start, it is waited for with a log line and a readiness that says so', async () => {
    await cluster.stop();
    const service = await start(true);
    expect((await readiness(service)).http).to.equal(503);
    expect((await refusalOf(mark(service, 'early'))).code).to.equal('Unavailable');
    await until(async () =>
      log.some((line) => String(line.msg).startsWith('waiting for PostgreSQL')),
    );
    await cluster.start();
    await service.service.ready;
    await until(async () => (await readiness(service)).http === 200);
    expect((await mark(service, 'early')).attendance?.revision).to.equal(1);
  });

  it('a migration that does not get its lock is tried again, and the service waits for it', async () => {
    const database = await createEmptyDatabase();
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('create table records (id text, name text, status text, date date)');
    await holder.query('begin; lock table records in access exclusive mode');
    log.length = 0;
    const onLog = (line: Record<string, unknown>) => log.push(line);
    running = await startTestService({ databaseUrl: database.url, early: true, onLog });
    await until(async () => log.some((line) => /lock timeout/.test(String(line.reason))));
    await holder.query('commit');
    await holder.end();
    await running.service.ready;
    expect((await mark(running, 'migrated')).attendance?.revision).to.equal(1);
  });

  it('what was acknowledged before a crash of PostgreSQL is there after it', async () => {
    const service = await start();
    const acknowledged: string[] = [];
    let stopped = false;
    const writers = Array.from({ length: 8 }, async (_, lane) => {
      for (let index = 0; !stopped; index += 1) {
        const employeeId = `crash-${lane}-${index}`;
        await mark(service, employeeId).then(
          () => acknowledged.push(employeeId),
          () => {},
        );
      }
    });
    await until(async () => acknowledged.length > 60);
    await cluster.kill9();
    stopped = true;
    await Promise.all(writers);
    await cluster.start();
    await until(async () => (await readiness(service)).http === 200);
    for (const employeeId of acknowledged) {
      const { attendance } = await service.client.getAttendance({ employeeId, date: DAY });
      expect(attendance?.status, employeeId).to.equal(PRESENT);
    }
  });

  it('writers who wait for locks on all connections hold up neither readers nor the probe', async () => {
    const service = await start();
    await mark(service, 'free');
    const locked = Array.from({ length: WRITE_CONNECTIONS }, (_, index) => `locked-${index}`);
    await Promise.all(locked.map((employeeId) => mark(service, employeeId)));
    const held = await Promise.all(locked.map((employeeId) => holdUp(cluster.url, employeeId)));
    const queued = [...locked, ...locked].map((employeeId) => mark(service, employeeId, ABSENT));
    await held[0]?.waiting(WRITE_CONNECTIONS);
    const { attendance } = await service.client.getAttendance(
      { employeeId: 'free', date: DAY },
      { timeoutMs: 2000 },
    );
    expect(attendance?.status).to.equal(PRESENT);
    expect((await readiness(service)).http).to.equal(200);
    await Promise.all(held.map(({ release }) => release()));
    const answers = await Promise.all(queued);
    expect(new Set(answers.map((answer) => answer.attendance?.revision))).to.deep.equal(
      new Set([2]),
    );
  });

  it('after a standstill nothing is written for those who left, and who comes next is served', async () => {
    const service = await start();
    await mark(service, 'standstill');
    const admin = new pg.Client({ connectionString: cluster.adminUrl });
    await admin.connect();
    const { rows } = await admin.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'attendance'
       union select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)::integer`,
    );
    const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
      for (const { pid } of rows) process.kill(pid, name);
    };
    signal('SIGSTOP');
    try {
      const calls = Array.from({ length: 100 }, (_, index) =>
        service.client
          .markAttendance(
            { employeeId: `left-${index}`, date: DAY, status: PRESENT },
            { timeoutMs: 500 },
          )
          .then(
            () => 'recorded',
            (error: unknown) => Code[ConnectError.from(error).code],
          ),
      );
      expect(new Set(await Promise.all(calls))).to.deep.equal(new Set(['DeadlineExceeded']));
    } finally {
      signal('SIGCONT');
    }
    expect((await mark(service, 'standstill', ABSENT)).attendance?.revision).to.equal(2);
    const day = { employeeId: 'standstill', date: DAY };
    expect((await service.client.getAttendance(day)).attendance?.status).to.equal(ABSENT);
    const { rows: found } = await admin.query(
      `select count(*)::integer as n from mark where employee_id like 'left-%'`,
    );
    await admin.end();
    expect(found[0]?.n, 'what was begun').to.be.at.most(WRITE_CONNECTIONS);
  });

  it('a database with defaults of its own is used the way this service means it', async () => {
    const admin = new pg.Client({ connectionString: cluster.adminUrl });
    await admin.connect();
    const settings = ['datestyle', 'default_transaction_isolation'];
    await admin.query(`alter database attendance set datestyle = 'German'`);
    await admin.query(
      `alter database attendance set default_transaction_isolation = 'repeatable read'`,
    );
    try {
      const service = await start();
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          service.client.markAttendance({
            employeeId: 'defaults',
            date: DAY,
            status: PRESENT,
            note: String(index),
          }),
        ),
      );
      expect(Math.max(...answers.map((answer) => answer.attendance?.revision ?? 0))).to.equal(40);
      const day = await service.client.getAttendance({ employeeId: 'defaults', date: DAY });
      expect(day.attendance?.date).to.equal(DAY);
    } finally {
      for (const name of settings) await admin.query(`alter database attendance reset ${name}`);
      await admin.end();
    }
  });

  it('a fact that PostgreSQL refuses is answered with an incident, and logged with it', async () => {
    const service = await start();
    const admin = new pg.Client({ connectionString: cluster.adminUrl });
    await admin.connect();
    await admin.query(`alter table mark add constraint poison check (note <> 'secret poison')`);
    try {
      const marks = ['', 'secret poison', ''].map((note, index) => ({
        employeeId: `incident-${index}`,
        date: DAY,
        status: PRESENT,
        note,
      }));
      const { results } = await service.client.batchMarkAttendance({ requests: marks });
      const incidents = results.flatMap(({ result }) =>
        result.case === 'error'
          ? result.value.details.map((any) => anyUnpack(any, ErrorInfoSchema)?.metadata.incident)
          : [],
      );
      expect(incidents).to.have.length(1);
      const line = log.find((candidate) => candidate.incident === incidents[0]);
      expect(line?.msg).to.equal('a call failed unexpectedly');
      expect(JSON.stringify(log)).to.not.contain('secret poison');
    } finally {
      await admin.query('alter table mark drop constraint poison');
      await admin.end();
    }
  });

  it('defect 5: no connection sits idle in a transaction, and schema changes are not held up', async () => {
    const service = await start();
    const { client } = service;
    await mark(service, 'idle');
    await client.getAttendance({ employeeId: 'idle', date: DAY });
    await client.listAttendance({});
    await refusalOf(
      client.markAttendance({ employeeId: 'idle', date: DAY, status: PRESENT, etag: '"9"' }),
    );
    const admin = openDatabase(cluster.adminUrl, () => {}, 1);
    try {
      const idle = await admin.query({
        name: '',
        text: `select state, query from pg_stat_activity where state like 'idle in transaction%'`,
      });
      expect(idle).to.deep.equal([]);
      const text = 'alter table mark add column if not exists tried text';
      await admin.query({ name: '', text });
    } finally {
      await admin.close();
    }
  });
});
