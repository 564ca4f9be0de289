// PostgreSQL answers and takes no writes: the service says so, tells writers to come again, goes on
// reading, and notices by itself when it is over.

import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { durationMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import pg from 'pg';
import { AttendanceStatus } from '../../gen/attendance/v1/attendance_pb.js';
import { ErrorInfoSchema, RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.js';
import { type PrivateCluster, startPrivateCluster } from '../support/database.js';
import { addEmployee, startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

const { PRESENT } = AttendanceStatus;
const DAY = '2026-03-02';

describe('PostgreSQL takes no writes', function () {
  this.timeout(90_000);
  let cluster: PrivateCluster;
  let admin: pg.Client;
  let running: TestService | undefined;

  before(async () => {
    cluster = await startPrivateCluster();
    admin = new pg.Client({ connectionString: cluster.adminUrl });
    await admin.connect();
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  after(async () => {
    await admin.end();
    await cluster.dispose();
  });

  async function start(early = false): Promise<TestService> {
    running = await startTestService({ databaseUrl: cluster.url, early });
    return running;
  }

  const mark = ({ client }: TestService, employeeId: string) =>
    client.markAttendance({ employeeId, date: DAY, status: PRESENT });

  async function readiness({ baseUrl }: TestService): Promise<[number, string | undefined]> {
    const response = await fetch(`${baseUrl}/readyz`);
    const body = (await response.json()) as {
      dependencies: { postgresql: { detail?: string } };
    };
    return [response.status, body.dependencies.postgresql.detail];
  }

  async function expectToldToComeAgain(call: Promise<unknown>): Promise<void> {
    const error = await call.then(
      () => expect.fail('it was written'),
      (thrown: unknown) => ConnectError.from(thrown),
    );
    const [info] = error.findDetails(ErrorInfoSchema);
    const [retry] = error.findDetails(RetryInfoSchema);
    expect([error.code, info?.reason]).to.deep.equal([Code.Unavailable, 'STORE_UNAVAILABLE']);
    expect(retry?.retryDelay && durationMs(retry.retryDelay)).to.be.above(0);
  }

  /** With a disk that is full for tables that are still empty, until it is freed. */
  async function fillDisk(...tables: readonly string[]): Promise<() => Promise<void>> {
    const { rows } = await admin.query<{ path: string }>(
      `select current_setting('data_directory') || '/' || pg_relation_filepath(name) as path
       from unnest($1::text[]) name`,
      [tables],
    );
    const paths = rows.map(({ path }) => join(path));
    for (const path of paths) {
      await rename(path, `${path}.empty`);
      // Whatever is written there meets ENOSPC, as on a disk that is full.
      await symlink('/dev/full', path);
    }
    return async () => {
      for (const path of paths) await rename(`${path}.empty`, path);
    };
  }

  it('since its disk is full: not ready, with the reason, until there is space', async () => {
    let service = await start();
    await addEmployee(service, 'full');
    await service.stop();
    const free = await fillDisk('mark', 'write_probe');
    service = await start();
    await service.clock.clockIn({ employeeId: 'full' });
    await expectToldToComeAgain(mark(service, 'full'));
    await waitUntil('it is not ready', async () => (await readiness(service))[0] === 503);
    expect((await readiness(service))[1]).to.equal('takes no writes: its disk is full');
    const { attendance } = await service.client.getAttendance({ employeeId: 'full', date: DAY });
    expect(attendance?.employeeId).to.equal('full');
    await expectToldToComeAgain(mark(service, 'full'));
    await free();
    await waitUntil('it is ready', async () => (await readiness(service))[0] === 200);
    expect((await mark(service, 'full')).attendance?.status).to.equal(PRESENT);
  });

  it('since it became read-only: not ready, with the reason, until it is no longer', async () => {
    const service = await start();
    await mark(service, 'read-only');
    await admin.query('alter database attendance set default_transaction_read_only = on');
    // Sessions of before go on writing; those that an operator ends come back under the setting.
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'attendance' and datname = 'attendance'`,
    );
    await expectToldToComeAgain(mark(service, 'read-only'));
    await waitUntil('it is not ready', async () => (await readiness(service))[0] === 503);
    expect((await readiness(service))[1]).to.equal('takes no writes: it is read-only');
    const day = await service.client.getAttendance({ employeeId: 'read-only', date: DAY });
    expect(day.attendance?.status).to.equal(PRESENT);
    await admin.query('alter database attendance reset default_transaction_read_only');
    await waitUntil('it is ready', async () => (await readiness(service))[0] === 200);
    expect((await mark(service, 'read-only')).attendance?.revision).to.equal(1);
  });

  it('from the beginning, as a standby: not ready, with the reason', async () => {
    const writer = await start();
    await mark(writer, 'standby');
    await writer.stop();
    await admin.query('alter database attendance set default_transaction_read_only = on');
    try {
      const service = await start(true);
      const expected = [503, 'takes no writes: it is read-only'];
      expect(await readiness(service)).to.deep.equal(expected);
      const day = await service.client.getAttendance({ employeeId: 'standby', date: DAY });
      expect(day.attendance?.status).to.equal(PRESENT);
    } finally {
      await admin.query('alter database attendance reset default_transaction_read_only');
    }
  });
});
