// The embedded PostgreSQL as an operator meets it: first start, next start, crash, stop.

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { findProcess, isAlive, postgresProcessesIn } from '../../src/embedded/processes.js';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/embedded/supervisor.js';
import { eventually, makeFolder, postmasterPid, query, removeFolders } from './folder.js';

describe('the embedded PostgreSQL', () => {
  // One folder for all: only the first start makes a database.
  let dataDir: string;
  const running: EmbeddedPostgres[] = [];
  let messages: string[] = [];

  async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({
      dataDir,
      defaultDataDir: dataDir,
      log: (_level, message) => messages.push(message),
      ...options,
    });
    running.push(postgres);
    return postgres;
  }

  before(() => {
    dataDir = join(makeFolder(), 'the data');
  });

  afterEach(async () => {
    for (const postgres of running.splice(0)) await postgres.stop();
    messages = [];
  });

  after(removeFolders);

  it('makes a database as it should be', async () => {
    const { connectionString, adminConnectionString } = await start({
      settings: { work_mem: '5MB' },
    });
    const [row] = await query<Record<string, unknown>>(
      connectionString,
      `SELECT current_user AS role, current_database() AS database, rolsuper AS superuser,
         current_setting('server_encoding') AS encoding, current_setting('timezone') AS zone,
         current_setting('fsync') AS fsync, current_setting('data_checksums') AS checksums,
         current_setting('listen_addresses') AS addresses, current_setting('work_mem') AS work_mem,
         lower('É') AS lower, 'Z' < 'a' AS bytewise
       FROM pg_roles WHERE rolname = current_user`,
    );
    expect(row).to.deep.equal({
      role: 'attendance',
      database: 'attendance',
      superuser: false,
      encoding: 'UTF8',
      zone: 'UTC',
      fsync: 'on',
      checksums: 'on',
      addresses: '127.0.0.1',
      work_mem: '5MB',
      lower: 'é',
      bytewise: true,
    });
    const sockets = await query(adminConnectionString, 'SHOW unix_socket_directories');
    expect(sockets).to.deep.equal([{ unix_socket_directories: '' }]);
    expect(statSync(join(dataDir, 'password')).mode & 0o777).to.equal(0o600);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('initdb-'))).to.deep.equal([]);
  });

  it('asks for the password', async () => {
    const { connectionString } = await start();
    const wrong = new URL(connectionString);
    wrong.password = randomBytes(8).toString('hex');
    const error = await query(wrong.href, 'SELECT 1').catch((reason: unknown) => reason);
    expect(error).to.have.property('code', '28P01');
  });

  it('keeps its data, and leaves no process behind when stopped', async () => {
    const first = await start();
    await query(first.connectionString, 'CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS n');
    const pgdata = join(dataDir, 'pgdata');
    expect(postgresProcessesIn(pgdata)).to.not.have.length(0);
    await first.stop();
    expect(await first.exited).to.equal(undefined);
    expect(postgresProcessesIn(pgdata)).to.have.length(0);
    expect(existsSync(join(pgdata, 'postmaster.pid'))).to.equal(false);

    const second = await start();
    expect(await query(second.connectionString, 'SELECT n FROM kept')).to.deep.equal([{ n: 1 }]);
    expect(messages.filter((each) => each.startsWith('making'))).to.have.length(0);
  });

  it('is restarted on the same port when the server is killed', async () => {
    const { connectionString } = await start();
    await query(connectionString, 'CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS n');
    for (let round = 1; round <= 2; round += 1) {
      process.kill(postmasterPid(dataDir), 'SIGKILL');
      await eventually('it is up again', () => ups() === round);
      expect(await query(connectionString, 'SELECT n FROM kept')).to.deep.equal([{ n: 1 }]);
    }
  });

  function ups(): number {
    return messages.filter((each) => each.endsWith('is up again')).length;
  }

  it('gives up on a server that cannot be restarted, and says so', async () => {
    const { exited, stop } = await start({ maxRestarts: 2 });
    const pid = postmasterPid(dataDir);
    renameSync(join(dataDir, 'pgdata'), join(dataDir, 'elsewhere'));
    process.kill(pid, 'SIGKILL');
    expect(await exited).to.include({ code: 'GAVE_UP' });
    await stop();
    renameSync(join(dataDir, 'elsewhere'), join(dataDir, 'pgdata'));
  });

  it('can be stopped while it waits to restart the server', async () => {
    const { exited, stop } = await start();
    const pid = postmasterPid(dataDir);
    renameSync(join(dataDir, 'pgdata'), join(dataDir, 'elsewhere'));
    process.kill(pid, 'SIGKILL');
    await eventually('a restart failed', () =>
      messages.some((each) => each.endsWith('could not be restarted')),
    );
    await stop();
    expect(await exited).to.equal(undefined);
    renameSync(join(dataDir, 'elsewhere'), join(dataDir, 'pgdata'));
  });

  it('stops although a session is in the middle of a transaction', async () => {
    const { connectionString, stop } = await start();
    const server = findProcess(postmasterPid(dataDir));
    const waiting = query(connectionString, 'SELECT pg_sleep(60)').catch((error: unknown) => error);
    await eventually('the session is at work', async () => {
      const rows = await query(
        connectionString,
        `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'
           AND pid <> pg_backend_pid()`,
      );
      return rows.length === 1;
    });
    await stop();
    expect(server !== undefined && isAlive(server)).to.equal(false);
    expect(await waiting).to.have.property('code', '57P01');
  });

  it('sets a new password when the file was lost', async () => {
    const first = await start();
    await query(first.connectionString, 'CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS n');
    await first.stop();
    rmSync(join(dataDir, 'password'));
    const second = await start();
    expect(second.connectionString).to.not.equal(first.connectionString);
    expect(await query(second.connectionString, 'SELECT n FROM kept')).to.deep.equal([{ n: 1 }]);
  });
});
