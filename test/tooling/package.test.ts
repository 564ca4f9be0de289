// The package as other services install it: built when it is packed, complete, and running where
// nothing of this repository is. In a copy of it, since packing builds anew.

import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Finished, ROOT, run, temporaryFolder } from './repository.js';

/** What a clone has that building and packing need; tests and benchmarks only cost time. */
const SOURCES = [
  'gen',
  'migrations',
  'package.json',
  'package-lock.json',
  'proto',
  'README.md',
  'scripts',
  'src',
  'tsconfig.json',
];

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

describe('the package', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const clone = join(folder.path, 'clone');
  const consumer = join(folder.path, 'consumer');
  const installed = join(consumer, 'node_modules', 'attendance');
  let paths: string[];

  /** As npm runs it in the clone, on behalf of one of its commands. */
  function prepare(command: string): Promise<Finished> {
    return run('node', ['scripts/prepare.mjs'], { cwd: clone, env: { npm_command: command } });
  }

  before(() => {
    for (const path of SOURCES) cpSync(join(ROOT, path), join(clone, path), { recursive: true });
  });

  after(() => folder.remove());

  it('is not built where there is no compiler: an installation runs, packing says why not', async () => {
    for (const command of ['ci', 'install']) {
      expect(await prepare(command)).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    }
    const { code, stderr } = await prepare('pack');
    expect(code).to.equal(1);
    expect(stderr).to.equal('Cannot build what is to be packed. Run first: npm ci\n');
  });

  it('is not built by npm ci or npx: from dist others run at the time', async () => {
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    for (const command of ['ci', 'exec']) {
      expect((await prepare(command)).code).to.equal(0);
      expect(existsSync(join(clone, 'dist')), command).to.equal(false);
    }
  });

  it('is built when it is packed, without what an older build left', async () => {
    mkdirSync(join(clone, 'dist/src'), { recursive: true });
    writeFileSync(join(clone, 'dist/src/of-an-older-build.js'), '');
    const { code, stdout, stderr } = await run('npm', ['pack', '--json'], { cwd: clone });
    expect(code, stderr).to.equal(0);
    const [{ filename, files } = { filename: '', files: [] }] = JSON.parse(stdout) as Packed[];
    paths = files.map(({ path }) => path);
    expect(paths).to.include.members([
      'dist/src/client/index.js',
      'dist/src/client/index.d.ts',
      'dist/src/client/web.js',
      'dist/src/cli/commands/attendance.js',
      'dist/gen/attendance/v1/attendance_pb.js',
      'scripts/attendance.mjs',
      'README.md',
    ]);
    expect(paths).to.not.include('dist/src/of-an-older-build.js');
    expect(
      paths.filter((path) => !/^(dist\/(src|gen|proto)|migrations)\//.test(path)),
    ).to.have.members(['package.json', 'README.md', 'scripts/attendance.mjs']);
    mkdirSync(installed, { recursive: true });
    const tar = ['-xzf', join(clone, filename), '--strip-components=1', '-C', installed];
    expect((await run('tar', tar, { cwd: clone })).code).to.equal(0);
  });

  it('carries the migrations and the protos', () => {
    for (const [carried, source] of [
      ['migrations', 'migrations'],
      ['dist/proto/attendance/v1', 'proto/attendance/v1'],
    ] as const) {
      expect(readdirSync(join(installed, carried))).to.deep.equal(readdirSync(join(ROOT, source)));
    }
    for (const name of ['google/rpc/error_details', 'google/rpc/status', 'buf/validate/validate']) {
      expect(paths).to.include(`dist/proto/${name}.proto`);
    }
  });

  describe('installed', () => {
    before(() => {
      // What npm would install beside it is here already.
      const here = join(ROOT, 'node_modules');
      for (const name of readdirSync(here)) {
        if (!name.startsWith('.'))
          symlinkSync(join(here, name), join(consumer, 'node_modules', name));
      }
    });

    it('has a command that runs', async () => {
      const launcher = join(installed, 'scripts/attendance.mjs');
      const help = await run('node', [launcher, '--version'], { cwd: consumer });
      expect(help.stdout).to.match(/^\d+\.\d+\.\d+\n$/);
      const out = join(consumer, 'proto');
      const exported = await run('node', [launcher, 'proto', 'export', out], { cwd: consumer });
      expect(exported.code, exported.stderr).to.equal(0);
      const built = await run('buf', ['build', out, '-o', '/dev/null'], { cwd: consumer });
      expect(built.code, built.stderr).to.equal(0);
    });

    it('gives what attendance and attendance/web are said to give', async () => {
      const source =
        "const [all, web] = await Promise.all([import('attendance'), import('attendance/web')]);" +
        'console.log(typeof all.createAttendanceClient, typeof all.errorDetailTypes);' +
        'console.log(typeof web.AttendanceService, Object.keys(web).every((key) => key in all));';
      const evaluate = ['--input-type=module', '--eval', source];
      const { stdout, stderr } = await run('node', evaluate, { cwd: consumer });
      expect(stderr).to.equal('');
      expect(stdout).to.equal('function object\nobject true\n');
    });
  });
});
