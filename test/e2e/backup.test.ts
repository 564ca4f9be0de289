// Backup and restore by the very commands of docs/operations.md: what is restored answers as the
// original did, and can be written on.

import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import pg from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { AttendanceService } from '../../gen/attendance/v1/attendance_service_pb.js';
import { ClockService } from '../../gen/attendance/v1/clock_service_pb.js';
import { RosterService } from '../../gen/attendance/v1/roster_service_pb.js';
import { runProgram } from '../../src/cli/commands/program.js';
import { createEmptyDatabase } from '../support/database.js';
import { ROOT, type ServiceProcess, startMain, temporaryFolder } from '../support/process.js';
import { ANY_AGE } from '../support/service.js';

const DAY = '2026-03-02';
const { PRESENT, ABSENT } = AttendanceStatus;

interface Clients {
  readonly attendance: Client<typeof AttendanceService>;
  readonly clock: Client<typeof ClockService>;
  readonly roster: Client<typeof RosterService>;
}

function clientsOf(baseUrl: string): Clients {
  const transport = createGrpcTransport({ baseUrl });
  return {
    attendance: createClient(AttendanceService, transport),
    clock: createClient(ClockService, transport),
    roster: createClient(RosterService, transport),
  };
}

/** The commands of the page's section, in order. */
async function documentedCommands(): Promise<string[]> {
  const page = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
  const [, section = ''] = /^## Backup and restore$(.*?)^## /ms.exec(page) ?? [];
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
}

async function shell(command: string, cwd: string, env: Record<string, string>): Promise<void> {
  await promisify(execFile)('sh', ['-c', command], { cwd, env: { ...process.env, ...env } });
}

const requests = { mark: randomUUID(), clockIn: randomUUID(), shift: randomUUID() };

/** The same three requests whenever it is called: a mark, a punch and a change of the roster. */
async function requestsOf({ attendance, clock, roster }: Clients) {
  const day = { employeeId: 'kept', employeeName: 'Mia', date: DAY };
  const mark = { ...day, status: PRESENT, requestId: requests.mark };
  const time = { seconds: BigInt(Date.parse('2026-03-03T08:00:00Z') / 1000), nanos: 0 };
  return [
    await attendance.markAttendance(mark),
    await clock.clockIn({ employeeId: 'kept', time, requestId: requests.clockIn }),
    await roster.createHoliday({
      holiday: { calendarId: 'all', date: '2026-12-25', name: 'Christmas' },
      requestId: requests.shift,
    }),
  ];
}

/** What reads say of everything, now and as of a moment. */
async function readsOf({ attendance, clock, roster }: Clients, asOfTime: Moment | undefined) {
  const day = { employeeId: 'kept', date: DAY };
  return [
    await attendance.getAttendance({ ...day, ...(asOfTime === undefined ? {} : { asOfTime }) }),
    await attendance.listAttendanceRevisions(day),
    await clock.listPunches({ employeeId: 'kept' }),
    await roster.listHolidays({}),
  ];
}

type Moment = { readonly seconds: bigint; readonly nanos: number };

/** Writes and keeps what was answered, for `restored` to be held against. */
async function live(clients: Clients) {
  const answers = await requestsOf(clients);
  const { attendance } = await clients.attendance.getAttendance({ employeeId: 'kept', date: DAY });
  const { seconds = 0n, nanos = 0 } = attendance?.updateTime ?? {};
  const firstMoment = { seconds, nanos };
  const day = { employeeId: 'kept', date: DAY };
  await clients.attendance.markAttendance({ ...day, status: ABSENT });
  return {
    answers,
    firstMoment,
    now: await readsOf(clients, undefined),
    asOfFirst: await readsOf(clients, firstMoment),
  };
}

async function expectRestored(clients: Clients, before: Awaited<ReturnType<typeof live>>) {
  expect(await readsOf(clients, undefined)).to.deep.equal(before.now);
  expect(await readsOf(clients, before.firstMoment), 'as of then').to.deep.equal(before.asOfFirst);
  expect(await requestsOf(clients), 'repeated requests').to.deep.equal(before.answers);
  expect(await readsOf(clients, undefined), 'and nothing by that').to.deep.equal(before.now);
  const day = { employeeId: 'kept', date: DAY };
  const next = await clients.attendance.markAttendance({ ...day, status: PRESENT });
  expect(next.attendance?.revision, 'written on').to.equal(3);
}

/** `attendance rebuild`: its exit code, 0 if every stored day follows from the facts. */
async function rebuild(env: Record<string, string>): Promise<number> {
  const [stdout, stderr] = [new PassThrough().resume(), new PassThrough().resume()];
  const stdin = Readable.from([]);
  const onInterrupt = () => () => undefined;
  return await runProgram(['rebuild'], { env, stdin, stdout, stderr, onInterrupt });
}

/** Positions of the feed, as its readers know them. */
async function feedOf(url: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const text = `select position::text, recorded_at::text, employee_id, date::text, revision
      from attendance_change order by position`;
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** The first reason why there is no `pg_dump` for the tests' PostgreSQL; undefined if there is. */
async function whyNoDump(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ v: string }>(`select current_setting('server_version') v`);
  await client.end();
  const server = Number.parseInt(rows[0]?.v ?? '', 10);
  try {
    const banner = execFileSync('pg_dump', ['--version'], { encoding: 'utf8' });
    const program = Number(/ (\d+)/.exec(banner)?.[1]);
    return program >= server ? undefined : `pg_dump ${program} does not dump PostgreSQL ${server}`;
  } catch {
    return 'there is no pg_dump';
  }
}

describe('backup and restore, by the documented commands', function () {
  this.timeout(90_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let service: ServiceProcess | undefined;

  const start = async (env: Record<string, string>): Promise<Clients> => {
    service = startMain({ ...ANY_AGE, ...env });
    return clientsOf(await service.ready());
  };
  const stop = async (): Promise<void> => {
    service?.child.kill('SIGTERM');
    await service?.exited;
    service = undefined;
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(async () => {
    await stop();
    await folder.remove();
  });

  it('the embedded database: its folder, copied while the service is stopped', async () => {
    const [, , copy = '', run = ''] = await documentedCommands();
    const [, name = ''] = /^DATA_DIR="\$PWD\/(.*)" npm start$/.exec(run) ?? [];
    const env = { DATA_DIR: join(folder.path, 'data') };
    const before = await live(await start(env));
    await stop();
    await shell(copy, folder.path, env);
    const restored = { DATA_DIR: join(folder.path, name) };
    await expectRestored(await start(restored), before);
    await stop();
    expect(await rebuild(restored)).to.equal(0);
  });

  it('your own PostgreSQL: pg_dump while it serves, and pg_restore', async function () {
    const [original, empty] = [await createEmptyDatabase(), await createEmptyDatabase()];
    const why = await whyNoDump(original.url);
    if (why !== undefined) {
      if (this.test !== undefined) this.test.title += ` (${why})`;
      this.skip();
    }
    const [dump = '', restore = ''] = await documentedCommands();
    const before = await live(await start({ DATABASE_URL: original.url }));
    const env = { DATABASE_URL: original.url, EMPTY_DATABASE_URL: empty.url };
    await shell(dump, folder.path, env);
    const feed = await feedOf(original.url);
    await stop();
    await shell(restore, folder.path, env);
    expect(await feedOf(empty.url)).to.deep.equal(feed);
    await expectRestored(await start({ DATABASE_URL: empty.url }), before);
    expect(await feedOf(empty.url)).to.have.length(feed.length + 1);
    await stop();
    expect(await rebuild({ DATABASE_URL: empty.url })).to.equal(0);
    await original.drop();
    await empty.drop();
  });
});
