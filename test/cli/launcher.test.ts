// What `npx attendance` starts: there before the first build, and the built command after it.

import { accessSync, constants, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, run, temporaryFolder } from '../tooling/repository.js';

interface Manifest {
  readonly bin: { readonly attendance: string };
  readonly files: readonly string[];
}

const { bin, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const LAUNCHER = join(ROOT, bin.attendance);

describe('the launcher of the command', () => {
  it('is a file of the repository and of the package, executable without a build', async () => {
    expect(files).to.include(bin.attendance);
    accessSync(LAUNCHER, constants.X_OK);
    const listed = await run('git', ['-c', 'safe.directory=*', 'ls-files', '-s', bin.attendance], {
      cwd: ROOT,
    });
    // A test of an unpacked archive has no git to ask.
    if (listed.code === 0) expect(listed.stdout).to.match(/^100755 /);
  });

  it('is the command', async () => {
    const { code, stdout, stderr } = await run(LAUNCHER, ['--help'], { cwd: '/' });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^Usage: attendance /);
  });

  it("ends with the command's exit code", async () => {
    const { code, stderr } = await run(LAUNCHER, ['frobnicate'], { cwd: '/' });
    expect(code).to.equal(2);
    expect(stderr).to.match(/unknown command/);
  });

  it('says what to do before the first build', async () => {
    const folder = temporaryFolder();
    try {
      mkdirSync(join(folder.path, 'scripts'));
      const copy = join(folder.path, 'scripts', 'attendance.mjs');
      copyFileSync(LAUNCHER, copy);
      const { code, stdout, stderr } = await run(copy, ['--help'], { cwd: '/' });
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.match(/^.*run first: npm ci && npm run build\n$/);
    } finally {
      folder.remove();
    }
  });
});
