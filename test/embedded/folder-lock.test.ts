// One living holder per folder, whatever died before.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { EmbeddedPostgresError } from '../../src/embedded/error.js';
import { type FolderLock, lockFolder } from '../../src/embedded/folder-lock.js';
import { findProcess, pidSpace } from '../../src/embedded/processes.js';
import { makeFolder, removeFolders } from './folder.js';

describe('the lock of a data folder', () => {
  const held: FolderLock[] = [];
  let folder: string;

  beforeEach(() => {
    folder = makeFolder();
  });

  afterEach(async () => {
    for (const lock of held.splice(0)) await lock.release();
    removeFolders();
  });

  async function take(): Promise<FolderLock> {
    const lock = await lockFolder(folder);
    held.push(lock);
    return lock;
  }

  async function refusal(): Promise<string> {
    const error = await take().catch((reason: unknown) => reason);
    if (!(error instanceof EmbeddedPostgresError)) throw new Error('the lock was given twice');
    expect(error.code).to.equal('FOLDER_IN_USE');
    return error.message;
  }

  function leave(holder: Record<string, unknown>, ageSeconds = 0): string {
    const path = join(folder, 'lock.7');
    writeFileSync(path, JSON.stringify({ host: 'there', since: 'then', ...holder }));
    const touched = Date.now() / 1000 - ageSeconds;
    utimesSync(path, touched, touched);
    return path;
  }

  it('is given once, and again after its release', async () => {
    const lock = await take();
    expect(await refusal())
      .to.contain('in use by this very process')
      .and.contain('DATA_DIR');
    await lock.release();
    await lock.release();
    await take();
  });

  it('is given to exactly one of many who ask at once, also after a dead holder', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    leave({ pid, startedAt: '1', space: pidSpace() });
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => take()));
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      for (const lock of held.splice(0)) await lock.release();
    }
    expect(readdirSync(folder)).to.deep.equal(['lock.17']);
  });

  it("is not kept by another process that got the dead holder's pid", async () => {
    leave({ pid: process.ppid, startedAt: '1', space: pidSpace() });
    await take();
  });

  it('is kept by a living process, which the refusal names', async () => {
    const parent = findProcess(process.ppid);
    leave({ ...parent, space: pidSpace() });
    expect(await refusal()).to.contain(`process ${process.ppid} on there, since then`);
  });

  it('is kept by a holder in another container while its heart beats', async () => {
    const path = leave({ pid: 1, startedAt: '1', space: 'another' });
    const heart = setInterval(() => utimesSync(path, Date.now() / 1000, Date.now() / 1000), 20);
    try {
      expect(await refusal()).to.contain('process 1 on there');
    } finally {
      clearInterval(heart);
    }
  });

  it('is not kept by one whose heart stopped long ago', async () => {
    leave({ pid: 1, startedAt: '1', space: 'another' }, 3600);
    await take();
  });

  it('is not kept by a file torn in a power loss', async () => {
    writeFileSync(join(folder, 'lock.3'), '{"pid": 12');
    await take();
    expect(JSON.parse(readFileSync(join(folder, 'lock.4'), 'utf8'))).to.include({
      pid: process.pid,
    });
  });
});
