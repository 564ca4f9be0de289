// The log's way out when whoever reads it is slow, gone, or has a full disk: real descriptors, and
// the service itself with /dev/full as its output.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { LogWriter } from '../../src/process/log-writer.js';
import { createTestDatabase } from '../support/database.js';
import { MAIN, startMain, startProcess, temporaryFolder } from '../support/process.js';
import { freePort } from '../support/redis.js';
import { waitUntil } from '../support/wait-until.js';

const lost = (lines: number) => `lost ${lines}\n`;
const LINE = `${'x'.repeat(1023)}\n`;

describe('the log writer', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const open: number[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(async () => {
    for (const fd of open.splice(0)) closeSync(fd);
    await folder.remove();
  });

  /** Both ends of a pipe that nobody reads yet. */
  function pipe(): number {
    const path = join(folder.path, 'pipe');
    execFileSync('mkfifo', [path]);
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    open.push(fd);
    return fd;
  }

  /** What lies in a pipe. */
  function drainPipe(fd: number): string {
    const piece = Buffer.alloc(65_536);
    let text = '';
    for (;;) {
      try {
        text += piece.toString('utf8', 0, readSync(fd, piece));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return text;
        throw error;
      }
    }
  }

  it('keeps a bounded amount for a slow reader, in order, and tells how much was lost', async () => {
    const fd = pipe();
    const writer = new LogWriter(fd, lost);
    const total = 4_000;
    for (let line = 0; line < total; line += 1) writer.write(`${line} ${LINE}`);
    let text = '';
    await waitUntil('all is read', () => {
      text += drainPipe(fd);
      return text.includes('lost ');
    });
    const numbers = text.split('\n').filter((line) => line !== '' && !line.startsWith('lost'));
    const kept = numbers.length;
    expect(numbers.map((line) => Number(line.split(' ')[0]))).to.deep.equal(
      Array.from({ length: kept }, (_, index) => index),
    );
    expect(kept).to.be.within(1_000, 1_200);
    expect(text).to.include(`lost ${total - kept}\n`);
  });

  it('waits for a reader who does not read only as long as it is told to', async () => {
    const fd = pipe();
    const writer = new LogWriter(fd, lost);
    for (let line = 0; line < 200; line += 1) writer.write(LINE);
    await writer.written(1);
    const whenRead = writer.written(60_000);
    let text = '';
    await waitUntil('all is read', () => {
      text += drainPipe(fd);
      return text.length === 200 * LINE.length;
    });
    await whenRead;
  });

  it('loses what a full disk does not take, and nothing else happens', async () => {
    const fd = openSync('/dev/full', 'w');
    open.push(fd);
    const writer = new LogWriter(fd, lost);
    writer.write(LINE);
    await writer.written(60_000);
    writer.write(LINE);
    await writer.written(60_000);
  });
});

describe('the service whose log nobody takes', function () {
  this.timeout(60_000);

  it('goes on when its reader goes away, and ends with 0', async () => {
    const database = await createTestDatabase();
    const service = startMain({ DATABASE_URL: database.url, LOG_LEVEL: 'debug' });
    const baseUrl = await service.ready();
    service.child.stdout?.destroy();
    for (let call = 0; call < 20; call += 1) {
      // A line of the log that nobody takes: that a connection failed.
      const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.resetAndDestroy();
      expect((await fetch(`${baseUrl}/readyz`)).status).to.equal(200);
    }
    service.child.kill('SIGTERM');
    expect(await service.exited).to.deep.equal({ code: 0, signal: null });
    await database.drop();
  });

  it('starts, serves and ends with a full disk under its log', async () => {
    const database = await createTestDatabase();
    const port = await freePort();
    const service = startProcess(
      ['sh', '-c', 'exec "$0" "$1" > /dev/full', process.execPath, MAIN],
      { DATABASE_URL: database.url, PORT: String(port) },
    );
    await waitUntil(
      'it is ready',
      () =>
        fetch(`http://127.0.0.1:${port}/readyz`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      30_000,
    );
    service.child.kill('SIGTERM');
    expect(await service.exited).to.deep.equal({ code: 0, signal: null });
    expect(service.errors()).to.equal('');
    await database.drop();
  });
});
