// `migrate` where no DATABASE_URL is set: status looks and makes nothing, up makes the database.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { runProgram } from '../../src/cli/commands/program.js';
import { ROOT, temporaryFolder } from '../support/process.js';

const MIGRATIONS = readdirSync(join(ROOT, 'migrations')).sort();

describe('attendance migrate, with the embedded database', function () {
  this.timeout(60_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let dataDir: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    dataDir = join(folder.path, 'data');
  });

  afterEach(() => folder.remove());

  async function migrate(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const code = await runProgram(['migrate', ...args], {
      env: { DATA_DIR: dataDir },
      stdin: Readable.from([]),
      stdout,
      stderr,
      onInterrupt: () => () => undefined,
    });
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
  }

  it('status makes no database: it says that there is none and all is missing', async () => {
    const { code, out, err } = await migrate('status');
    expect(code).to.equal(0);
    expect(err).to.equal('There is no database yet: the first serve or migrate up makes one.\n');
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/));
    expect(rows).to.deep.equal([
      ['MIGRATION', 'APPLIED'],
      ...MIGRATIONS.map((name) => [name, 'missing']),
    ]);
    const asJson = (await migrate('status', '--json')).out.trimEnd().split('\n');
    expect(asJson.map((line) => JSON.parse(line) as unknown)).to.deep.equal(
      MIGRATIONS.map((name) => ({ name, applied: false })),
    );
    expect(existsSync(dataDir)).to.equal(false);
  });

  it('status of a database that was made says when each was applied', async () => {
    const up = await migrate('up');
    expect(up).to.include({ code: 0, err: '' });
    const { code, out, err } = await migrate('status', '--json');
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    const states = out.trimEnd().split('\n');
    expect(states).to.have.length(MIGRATIONS.length);
    for (const state of states) expect(JSON.parse(state)).to.include({ applied: true });
  });

  it("status of somebody else's folder is refused and touches nothing", async () => {
    await mkdir(dataDir);
    writeFileSync(join(dataDir, 'PG_VERSION'), '15\n');
    const { code, out, err } = await migrate('status');
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.match(/is itself the data folder of a PostgreSQL server/);
    expect(readdirSync(dataDir)).to.deep.equal(['PG_VERSION']);
  });
});
