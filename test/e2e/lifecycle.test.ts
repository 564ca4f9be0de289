// Starting, stopping, being killed: the service as a process, the way users and supervisors run it.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { createEmptyDatabase, createTestDatabase } from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import {
  childrenOf,
  isRunning,
  MAIN,
  ROOT,
  type ServiceProcess,
  startMain,
  startProcess,
  temporaryFolder,
} from '../support/process.js';

const DAY = '2026-03-02';
const { PRESENT } = AttendanceStatus;

function clientOf(baseUrl: string) {
  return createClient(AttendanceService, createGrpcTransport({ baseUrl }));
}

describe('the service as a process', function () {
  this.timeout(90_000);
  const running = new Set<ServiceProcess>();
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(async () => {
    for (const service of running) {
      if (service.child.exitCode === null) service.child.kill('SIGTERM');
      await service.exited;
    }
    running.clear();
    await folder.remove();
  });

  const start = (env: Record<string, string> = {}): ServiceProcess => {
    const service = startMain({ DATA_DIR: folder.path, ...env });
    running.add(service);
    return service;
  };

  it('SIGTERM finishes what is in flight, ends with 0, and leaves no process behind', async () => {
    const database = await createTestDatabase();
    const service = start({ DATABASE_URL: database.url });
    const baseUrl = await service.ready();
    const client = clientOf(baseUrl);
    await client.markAttendance({ employeeId: 'slow', date: DAY, status: PRESENT });
    const held = await holdUp(database.url, 'slow');
    const inFlight = client.markAttendance({ employeeId: 'slow', date: DAY, status: 2 });
    // It fails where it is awaited; until then nobody listens.
    inFlight.catch(() => {});
    await held.waiting(1);
    service.child.kill('SIGTERM');
    await service.line('stopping');
    const refused = await fetch(`${baseUrl}/healthz`).then(
      () => false,
      () => true,
    );
    expect(refused, 'no new connections').to.equal(true);
    await held.release();
    expect((await inFlight).attendance?.revision).to.equal(2);
    expect(await service.exited).to.deep.equal({ code: 0, signal: null });
    await database.drop();
  });

  it('with its own database, a stop ends both; what was written is there after the next start', async () => {
    const first = start();
    await clientOf(await first.ready()).markAttendance({
      employeeId: 'kept',
      date: DAY,
      status: PRESENT,
    });
    const { serverPid: databasePid } = await first.line('embedded PostgreSQL is ready');
    first.child.kill('SIGINT');
    expect(await first.exited).to.deep.equal({ code: 0, signal: null });
    expect(await isRunning(Number(databasePid))).to.equal(false);
    const second = start();
    const again = clientOf(await second.ready());
    const { attendance } = await again.getAttendance({ employeeId: 'kept', date: DAY });
    expect(attendance?.status).to.equal(PRESENT);
  });

  it('kill -9 and start again: nothing acknowledged is lost', async () => {
    const first = start();
    const client = clientOf(await first.ready());
    const acknowledged: string[] = [];
    const writers = Array.from({ length: 4 }, async (_, lane) => {
      for (let index = 0; ; index += 1) {
        const employeeId = `killed-${lane}-${index}`;
        await client.markAttendance({ employeeId, date: DAY, status: PRESENT });
        acknowledged.push(employeeId);
        if (acknowledged.length === 100) first.child.kill('SIGKILL');
      }
    });
    await Promise.allSettled(writers);
    await first.exited;
    const second = start();
    const again = clientOf(await second.ready());
    for (const employeeId of acknowledged) {
      const { attendance } = await again.getAttendance({ employeeId, date: DAY });
      expect(attendance?.status, employeeId).to.equal(PRESENT);
    }
  });

  it('npm start in a terminal: Ctrl-C reaches the whole group, and all of it ends', async () => {
    const service = startProcess(
      ['npm', 'start', '--ignore-scripts'],
      { DATA_DIR: folder.path },
      { ownGroup: true },
    );
    running.add(service);
    await service.ready();
    const { serverPid: databasePid } = await service.line('embedded PostgreSQL is ready');
    process.kill(-service.pid, 'SIGINT');
    await service.line('stopped');
    await service.exited;
    expect(await isRunning(Number(databasePid))).to.equal(false);
  });

  it('SIGTERM to npm start, as supervisors send it, reaches the service', async () => {
    const service = startProcess(['npm', 'start', '--ignore-scripts'], { DATA_DIR: folder.path });
    running.add(service);
    await service.ready();
    const { serverPid } = await service.line('embedded PostgreSQL is ready');
    process.kill(service.pid, 'SIGTERM');
    await service.line('stopped');
    await service.exited;
    expect(await isRunning(Number(serverPid))).to.equal(false);
  });

  it('certificates that cannot be used are said by variable, before anything is started', async () => {
    const files = { TLS_CERT_FILE: join(ROOT, 'package.json'), TLS_KEY_FILE: '/no/such/key.pem' };
    const missing = start(files);
    expect((await missing.exited).code).to.equal(2);
    expect(missing.errors()).to.match(/TLS_KEY_FILE: the file .* cannot be read \(ENOENT\)/);
    const wrong = start({ ...files, TLS_KEY_FILE: join(ROOT, 'package.json') });
    expect((await wrong.exited).code).to.equal(2);
    expect(wrong.errors()).to.contain('TLS_CERT_FILE must be a certificate in PEM form');
    expect(wrong.lines).to.deep.equal([]);
  });

  it('several workers serve one port; one that dies is replaced; a stop ends them all', async () => {
    const database = await createEmptyDatabase();
    const service = start({ DATABASE_URL: database.url, WORKERS: '2' });
    const baseUrl = await service.ready();
    await clientOf(baseUrl).markAttendance({ employeeId: 'many', date: DAY, status: PRESENT });
    const pids = new Set<number>();
    const workers = async () => {
      const response = await fetch(`${baseUrl}/metrics`, { headers: { connection: 'close' } });
      expect(response.status).to.equal(200);
      return await childrenOf(service.pid);
    };
    for (const pid of await workers()) pids.add(pid);
    expect(pids.size).to.equal(2);
    const [victim = 0] = pids;
    process.kill(victim, 'SIGKILL');
    await service.line('a worker died');
    while ((await childrenOf(service.pid)).filter((pid) => pid !== victim).length < 2) {
      await delay(50);
    }
    const { attendance } = await clientOf(baseUrl).getAttendance({ employeeId: 'many', date: DAY });
    expect(attendance?.revision).to.equal(1);
    const all = await childrenOf(service.pid);
    service.child.kill('SIGTERM');
    expect(await service.exited).to.deep.equal({ code: 0, signal: null });
    for (const pid of all) expect(await isRunning(pid)).to.equal(false);
    await database.drop();
  });

  it('with workers too, Ctrl-C to the whole group finishes what is in flight', async () => {
    const database = await createTestDatabase();
    const service = startProcess(
      [process.execPath, MAIN],
      { DATABASE_URL: database.url, WORKERS: '2' },
      { ownGroup: true },
    );
    running.add(service);
    const client = clientOf(await service.ready());
    await client.markAttendance({ employeeId: 'slow', date: DAY, status: PRESENT });
    const held = await holdUp(database.url, 'slow');
    const inFlight = client.markAttendance({ employeeId: 'slow', date: DAY, status: 2 });
    // It fails where it is awaited; until then nobody listens.
    inFlight.catch(() => {});
    await held.waiting(1);
    process.kill(-service.pid, 'SIGINT');
    await service.line('stopping');
    await held.release();
    expect((await inFlight).attendance?.revision).to.equal(2);
    expect(await service.exited).to.deep.equal({ code: 0, signal: null });
    await database.drop();
  });

  it('workers that cannot serve end the service instead of being replaced for ever', async () => {
    const database = await createTestDatabase();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const service = start({ DATABASE_URL: database.url, WORKERS: '2', PORT: String(port) });
    expect((await service.exited).code).to.equal(1);
    other.close();
    await database.drop();
  });

  it('a bad configuration is reported whole, without secrets, and ends with 2', async () => {
    const service = start({
      PORT: '80800',
      HOST: '0.0.0.0',
      DATABASE_URL: 'mysql://user:hunter2@db/attendance',
      WORKERS: 'many',
      LOG_LEVEL: 'loud',
      CORS_ORIGINS: 'https://app.example.com/',
      TLS_CERT_FILE: '/tmp/cert.pem',
      AUTH: 'off',
      JWT_ISSUER: 'https://login.example.com',
    });
    expect(await service.exited).to.deep.equal({ code: 2, signal: null });
    const names = ['PORT', 'HOST', 'DATABASE_URL', 'WORKERS', 'LOG_LEVEL', 'CORS_ORIGINS'];
    for (const name of [...names, 'TLS_CERT_FILE', 'AUTH', 'JWT_ISSUER']) {
      expect(service.errors()).to.contain(name);
    }
    expect(service.errors()).to.not.contain('hunter2');
  });

  it('a port that is taken is said, and the database is not left behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const service = start({ PORT: String(port) });
    expect((await service.exited).code).to.equal(1);
    const last = service.lines.at(-1);
    expect(String(last?.msg)).to.match(/cannot listen on .*EADDRINUSE.*set PORT/);
    const database = service.lines.find((line) => line.msg === 'embedded PostgreSQL is ready');
    expect(await isRunning(Number(database?.serverPid))).to.equal(false);
    other.close();
  });
});
