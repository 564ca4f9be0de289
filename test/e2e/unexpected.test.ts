// An error that nobody caught, in a real process: the calls in flight are finished, new ones are
// refused, and the process ends with a failure. It is provoked by a module loaded before ours.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { holdUp } from '../support/hold-up.js';
import {
  childrenOf,
  isRunning,
  type ServiceProcess,
  startMain,
  temporaryFolder,
} from '../support/process.js';
import { freePort } from '../support/redis.js';
import { waitUntil } from '../support/wait-until.js';

const DAY = '2026-03-02';
const { PRESENT, ABSENT } = AttendanceStatus;
const PROVOKE = new URL('./support/provoke.js', import.meta.url).href;
const FATAL = 60;
/** Longer than workers take to come on a busy machine: nothing here is about deadlines. */
const PATIENCE_MS = 30_000;
/** As src/process/unexpected.ts bounds them. */
const MOST_LINES = 20;

const clientOf = (baseUrl: string) =>
  createClient(AttendanceService, createGrpcTransport({ baseUrl, defaultTimeoutMs: PATIENCE_MS }));

/** A call that waits in the database until it is let go. */
async function callInFlight(
  database: TestDatabase,
  baseUrl: string,
  endings: Set<() => Promise<void>>,
) {
  const client = clientOf(baseUrl);
  await client.markAttendance({ employeeId: 'slow', date: DAY, status: PRESENT });
  const held = await holdUp(database.url, 'slow');
  const release = async () => {
    endings.delete(release);
    await held.release();
  };
  endings.add(release);
  const answer = client.markAttendance({ employeeId: 'slow', date: DAY, status: ABSENT });
  // It fails where it is awaited; until then nobody listens.
  answer.catch(() => {});
  await held.waiting(1);
  return {
    async finish(): Promise<number | undefined> {
      await release();
      return (await answer).attendance?.revision;
    },
  };
}

const fatalLines = ({ lines }: ServiceProcess) => lines.filter(({ level }) => level === FATAL);

async function isRefused(baseUrl: string): Promise<boolean> {
  // While workers change, a connection may get no answer for long: it is tried anew instead.
  return await fetch(`${baseUrl}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
    () => false,
    () => true,
  );
}

/** Canceled: a connection was given to a worker that ended in that moment. */
const NOBODY_THERE: readonly Code[] = [
  Code.Unavailable,
  Code.Aborted,
  Code.Canceled,
  Code.DeadlineExceeded,
];

describe('an error that nobody caught', function () {
  this.timeout(90_000);
  let database: TestDatabase;
  let service: ServiceProcess | undefined;
  const endings = new Set<() => Promise<void>>();

  const start = (env: Record<string, string>): ServiceProcess => {
    service = startMain({ NODE_OPTIONS: `--import=${PROVOKE}`, ...env });
    return service;
  };

  before(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    for (const release of endings) await release();
    if (service?.child.exitCode === null) service.child.kill('SIGKILL');
    await service?.exited;
    service = undefined;
  });

  after(async () => await database.drop());

  it('does not cut calls off: they are finished, others refused, and it ends with 1', async () => {
    const process = start({ DATABASE_URL: database.url });
    const baseUrl = await process.ready();
    const call = await callInFlight(database, baseUrl, endings);
    process.child.kill('SIGUSR2');
    const { err } = await process.line('an unexpected error');
    expect(err).to.have.property('message', 'provoked: a promise');
    await waitUntil('new connections are refused', () => isRefused(baseUrl));
    // More of them while it drains.
    process.child.kill('SIGUSR2');
    await waitUntil('as many lines as are allowed', () => fatalLines(process).length >= MOST_LINES);
    expect(await call.finish()).to.equal(2);
    expect(await process.exited).to.deep.equal({ code: 1, signal: null });
    expect(fatalLines(process)).to.have.length(MOST_LINES + 1);
    expect(fatalLines(process).at(-1)?.msg).to.contain('ended after an unexpected error');
  });

  it('stops the embedded database in order', async () => {
    const folder = await temporaryFolder();
    const process = start({ DATA_DIR: folder.path });
    const client = clientOf(await process.ready());
    await client.markAttendance({ employeeId: 'kept', date: DAY, status: PRESENT });
    const { serverPid } = await process.line('embedded PostgreSQL is ready');
    process.child.kill('SIGUSR2');
    expect(await process.exited).to.deep.equal({ code: 1, signal: null });
    expect(await isRunning(Number(serverPid))).to.equal(false);
    // A server that was stopped in order removes this file; one that was killed leaves it.
    expect(existsSync(join(folder.path, 'pgdata', 'postmaster.pid'))).to.equal(false);
    await folder.remove();
  });

  it('in workers: each is replaced at once and finishes its calls; in the primary: all end', async () => {
    // The port outlives the workers: 0 would be another one for their successors.
    const PORT = String(await freePort());
    const process = start({ DATABASE_URL: database.url, WORKERS: '2', PORT });
    const baseUrl = await process.ready();
    const call = await callInFlight(database, baseUrl, endings);
    const first = await childrenOf(process.pid);
    expect(first).to.have.length(2);
    for (const pid of first) globalThis.process.kill(pid, 'SIGUSR2');
    await process.line('a worker leaves');
    // Those who come are served while the call is still in flight: by one that leaves, until its port is
    // closed, and by its successor once that listens.
    const marked = () =>
      clientOf(baseUrl).markAttendance(
        { employeeId: 'new', date: DAY, status: PRESENT },
        { timeoutMs: 1_000 },
      );
    const isServed = async () =>
      await marked().then(
        () => true,
        (error: unknown) => {
          // Nobody listens, who listened has gone, or nobody took the connection over.
          if (!NOBODY_THERE.includes(ConnectError.from(error).code)) throw error;
          return false;
        },
      );
    await waitUntil('somebody serves', isServed, 20_000);
    expect(await call.finish()).to.be.greaterThan(1);
    await waitUntil('the first two have ended', async () => {
      const alive = await childrenOf(process.pid);
      return alive.length === 2 && !alive.some((pid) => first.includes(pid));
    });
    await waitUntil('their successors serve', isServed, 20_000);
    const second = await childrenOf(process.pid);
    const last = await callInFlight(database, baseUrl, endings);
    process.child.kill('SIGUSR2');
    await waitUntil('new connections are refused', () => isRefused(baseUrl));
    expect(await last.finish()).to.be.greaterThan(1);
    expect(await process.exited).to.deep.equal({ code: 1, signal: null });
    for (const pid of second) expect(await isRunning(pid)).to.equal(false);
  });
});
