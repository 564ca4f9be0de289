// What a start makes of what it finds: servers and files that a killed service left, a living
// service, a rival, somebody else's data.

import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { findProcess, isAlive, postgresProcessesIn } from '../../src/embedded/processes.js';
import { eventually, makeFolder, postmasterPid, query, removeFolders } from './folder.js';
import { refused, type Service, started, startService, stopServices } from './service.js';

describe('a start of the embedded PostgreSQL', () => {
  // One folder for all that leave it whole: only the first start makes a database.
  let dataDir: string;

  before(() => {
    dataDir = join(makeFolder(), 'data');
  });

  afterEach(stopServices);

  after(removeFolders);

  function start(folder = dataDir): Service {
    return startService({ dataDir: folder, defaultDataDir: folder });
  }

  it('after kill -9 of the service stops its server and loses nothing', async () => {
    const killed = start();
    const first = await started(killed);
    await query(first.connectionString, 'CREATE TABLE kept AS SELECT 1 AS n');
    const leftover = findProcess(postmasterPid(dataDir));
    await killed.kill9();
    expect(leftover !== undefined && isAlive(leftover), 'a leftover server').to.equal(true);

    const { connectionString, messages } = await started(start());
    expect(leftover !== undefined && isAlive(leftover)).to.equal(false);
    expect(messages).to.include('stopping the PostgreSQL that an earlier run left behind');
    expect(await query(connectionString, 'SELECT n FROM kept')).to.deep.equal([{ n: 1 }]);
  });

  it('after kill -9 of everything is not kept out by a process that got the pid', async () => {
    const killed = start();
    await started(killed);
    const pgdata = join(dataDir, 'pgdata');
    const pids = postgresProcessesIn(pgdata);
    await killed.kill9();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await eventually('the server is gone', () => postgresProcessesIn(pgdata).length === 0);

    // Of the server's own user: PostgreSQL itself sees through any other.
    const { uid, gid } = statSync(pgdata);
    const stranger = spawn('sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' });
    try {
      const pidFile = join(pgdata, 'postmaster.pid');
      const text = readFileSync(pidFile, 'utf8');
      writeFileSync(pidFile, text.replace(/^\d+/, String(stranger.pid)));
      const { connectionString } = await started(start());
      expect(await query(connectionString, 'SELECT 1 AS n')).to.deep.equal([{ n: 1 }]);
      expect(stranger.exitCode).to.equal(null);
      expect(stranger.signalCode).to.equal(null);
    } finally {
      await end(stranger);
    }
  });

  it('in the folder of a living service is refused, and does it no harm', async () => {
    const living = start();
    const { connectionString } = await started(living);
    const { code, message } = await refused(start());
    expect(code).to.equal('FOLDER_IN_USE');
    expect(message).to.contain(`process ${living.pid} `).and.contain('DATA_DIR');
    expect(await query(connectionString, 'SELECT 1 AS n')).to.deep.equal([{ n: 1 }]);
  });

  it('at the same instant as others, in a new folder, succeeds for exactly one', async () => {
    const folder = join(makeFolder(), 'data');
    const outcomes = await Promise.all([1, 2, 3].map(() => start(folder).outcome));
    const codes = outcomes.map((each) => ('code' in each ? each.code : 'started'));
    expect(codes.sort()).to.deep.equal(['FOLDER_IN_USE', 'FOLDER_IN_USE', 'started']);
  });

  it('after kill -9 in the middle of making a database makes it anew', async () => {
    const folder = join(makeFolder(), 'data');
    const killed = start(folder);
    await eventually('initdb is at work', () => halfMade(folder).some(isBegun));
    await killed.kill9();
    expect(existsSync(join(folder, 'pgdata'))).to.equal(false);

    const { connectionString } = await started(start(folder));
    expect(await query(connectionString, 'SELECT 1 AS n')).to.deep.equal([{ n: 1 }]);
    await eventually('the old attempt is gone', () =>
      halfMade(folder).every((each) => !isBegun(each)),
    );
  });

  function halfMade(folder: string): string[] {
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => name.startsWith('initdb-'));
    return names.map((name) => join(folder, name));
  }

  function isBegun(workshop: string): boolean {
    return existsSync(join(workshop, 'pgdata', 'PG_VERSION'));
  }

  it('ends the server when the service exits without a goodbye', async () => {
    const service = start();
    await started(service);
    await service.say('exit');
    await eventually('the server is gone', () => {
      return postgresProcessesIn(join(dataDir, 'pgdata')).length === 0;
    });
  });

  for (const { whose, at, says } of [
    { whose: 'another major version', at: 'pgdata', says: 'PostgreSQL 15' },
    { whose: 'a server of its own', at: '.', says: 'is itself the data folder' },
  ]) {
    it(`on the data of ${whose} is refused and touches nothing`, async () => {
      const folder = join(makeFolder(), 'data');
      mkdirSync(join(folder, at), { recursive: true });
      writeFileSync(join(folder, at, 'PG_VERSION'), '15\n');
      const before = snapshot(folder);
      const { code, message } = await refused(start(folder));
      expect(code).to.equal('FOREIGN_FOLDER');
      expect(message).to.contain(says).and.contain('DATA_DIR');
      expect(snapshot(folder)).to.deep.equal(before);
    });
  }

  function snapshot(folder: string): unknown[] {
    const names = readdirSync(folder, { recursive: true }).map(String).sort();
    return ['.', ...names].map((name) => {
      const { mode, uid, gid, mtimeMs } = statSync(join(folder, name));
      return { name, mode, uid, gid, mtimeMs };
    });
  }

  it('with another password file than the database was made with says what to do', async () => {
    const file = join(dataDir, 'password');
    const right = readFileSync(file, 'utf8');
    writeFileSync(file, 'not it\n');
    const { code, message } = await refused(start());
    expect(code).to.equal('START_FAILED');
    expect(message).to.contain('The file "password"').and.contain('delete it');
    expect(postgresProcessesIn(join(dataDir, 'pgdata'))).to.deep.equal([]);
    rmSync(file);
    writeFileSync(file, right);
  });
});

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}
