// `npm run check` must refuse what it says it refuses. Each test breaks something in a copy
// of the repository and sees the step fail with a message that says what to do. That the steps
// pass on the tree as it is, .ci/run sees by itself.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { type Finished, ROOT, run, temporaryFolder } from './repository.js';

const CONTRACT = 'proto/attendance/v1/attendance_service.proto';

describe('npm run check', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;

  /**
   * The repository's own files as they are now, committed or not, without what is ignored; of
   * the sources only those of one room, for they make most of what the steps have to read.
   */
  before(async () => {
    folder = temporaryFolder();
    const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const { code, stdout, stderr } = await run('git', ['-c', 'safe.directory=*', ...list], {
      cwd: ROOT,
    });
    expect(code, stderr).to.equal(0);
    const files = stdout
      .split('\0')
      .filter((path) => path !== '' && !/^(?:test|bench|src\/(?!domain\/))/.test(path))
      .filter((path) => existsSync(join(ROOT, path)));
    for (const path of files) {
      mkdirSync(dirname(join(folder.path, path)), { recursive: true });
      cpSync(join(ROOT, path), join(folder.path, path));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
    await git('init', '--quiet');
    await commit();
  });

  after(() => folder.remove());

  afterEach(() =>
    git('checkout', '--quiet', '--force', 'HEAD', '--', '.').then(() => git('clean', '-fdq')),
  );

  async function git(...args: string[]): Promise<void> {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
    const { code, stderr } = await run('git', [...identity, ...args], { cwd: folder.path });
    expect(code, stderr).to.equal(0);
  }

  async function commit(): Promise<void> {
    await git('add', '--all');
    await git('commit', '--quiet', '--no-verify', '--message', 'As it is');
  }

  function check(...steps: string[]): Promise<Finished> {
    const report = join(folder.path, '.git', 'report.json');
    return run('node', ['scripts/check.mjs', ...steps], {
      cwd: folder.path,
      env: { CHECK_REPORT: report },
    });
  }

  function report(): unknown {
    return JSON.parse(readFileSync(join(folder.path, '.git', 'report.json'), 'utf8'));
  }

  function edit(path: string, change: (text: string) => string): void {
    const file = join(folder.path, path);
    const text = readFileSync(file, 'utf8');
    const changed = change(text);
    expect(changed).to.not.equal(text);
    writeFileSync(file, changed);
  }

  function add(path: string, text: string): void {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  }

  it('counts the steps that pass', async () => {
    const { code, stdout } = await check('contract', 'lock');
    expect(code, stdout).to.equal(0);
    expect(report()).to.deep.equal({ passed: 2, failed: 0 });
  });

  it('refuses generated files that are old, edited, left over or lost', async () => {
    edit(CONTRACT, (text) => text.replace('// Which day to get.', '// Which day to fetch.'));
    appendFileSync(join(folder.path, 'gen/attendance/v1/attendance_pb.ts'), '// edited\n');
    add('gen/attendance/v1/old_pb.ts', 'export {};\n');
    rmSync(join(folder.path, 'gen/attendance/v1/punch_pb.ts'));
    const { code, stdout } = await check('generated');
    expect(code).to.equal(1);
    expect(stdout).to.include('gen/attendance/v1/attendance_service_pb.ts: out of date');
    expect(stdout).to.include('docs/api.md: out of date');
    expect(stdout).to.include('gen/attendance/v1/attendance_pb.ts: out of date');
    expect(stdout).to.include('gen/attendance/v1/old_pb.ts: nothing generates it any more');
    expect(stdout).to.include('gen/attendance/v1/punch_pb.ts: missing');
    expect(stdout).to.not.include('gen/attendance/v1/roster_pb.ts');
    expect(stdout).to.include('npm run gen');
    expect(report()).to.deep.equal({ passed: 0, failed: 1 });
  });

  it('refuses a type error', async () => {
    add('src/domain/wrong.ts', "export const days: number = 'seven';\n");
    const { code, stdout } = await check('types');
    expect(code).to.equal(1);
    expect(stdout).to.include('src/domain/wrong.ts');
  });

  it('refuses an import upwards', async () => {
    add('src/domain/time/upwards.ts', "export { derive } from '../engine/derive.js';\n");
    const { code, stdout } = await check('layers');
    expect(code).to.equal(1);
    expect(stdout).to.include('src/domain/time/upwards.ts:1').and.to.include('domain/engine');
  });

  it('refuses what the linter only warns of, and what is not formatted', async () => {
    add('src/domain/warned.ts', 'export function f(): void {\n  const unused = 1;\n}\n');
    add('src/domain/crooked.ts', 'export   const a = 1;\n');
    const { code, stdout } = await check('lint');
    expect(code).to.equal(1);
    expect(stdout).to.include('src/domain/warned.ts').and.to.include('src/domain/crooked.ts');
  });

  it('refuses a contract without comments', async () => {
    edit(CONTRACT, (text) => text.replace('// Which day to get.\n', ''));
    const { code, stdout } = await check('contract');
    expect(code).to.equal(1);
    expect(stdout).to.include('GetAttendanceRequest');
  });

  it('names an export and a file that nobody uses', async () => {
    add('src/domain/alone.ts', 'export const alone = 1;\n');
    add('test/domain/one.test.ts', "import { used } from './helper.js';\n\nused();\n");
    add(
      'test/domain/helper.ts',
      'export function used(): void {}\nexport function idle(): void {}\n',
    );
    const { code, stdout } = await check('unused');
    expect(code).to.equal(1);
    expect(stdout).to.include('src/domain/alone.ts').and.to.include('idle');
  });

  it('refuses a lock file that npm ci would refuse', async () => {
    edit('package-lock.json', (text) => {
      const lock = JSON.parse(text) as { packages: Record<string, unknown> };
      delete lock.packages['node_modules/@biomejs/cli-darwin-x64'];
      return JSON.stringify(lock, null, 2);
    });
    const { code, stdout } = await check('lock');
    expect(code).to.equal(1);
    expect(stdout).to.include('@biomejs/cli-darwin-x64').and.to.include('complete-lock');
  });

  it('says which steps there are when asked for another', async () => {
    const { code, stderr } = await check('everything');
    expect(code).to.equal(2);
    expect(stderr).to.include('generated').and.to.include('breaking');
  });

  it('begins to guard the contract with the first release tag', async () => {
    const before = await check('breaking');
    expect(before.code).to.equal(0);
    expect(before.stdout).to.include('begins with the first release tag');

    await git('tag', 'v0.0.1');
    edit(CONTRACT, (text) => text.replace('page_token = 7', 'page_token = 19'));
    const broken = await check('breaking');
    expect(broken.code).to.equal(1);
    expect(broken.stdout).to.include('v0.0.1').and.to.include('ListAttendanceRequest');

    edit(CONTRACT, (text) => text.replace('page_token = 19', 'page_token = 7'));
    edit(CONTRACT, (text) =>
      text.replace('message GetAttendanceRequest {', '$&\n  // More.\n  bool more = 99;'),
    );
    const grown = await check('breaking');
    expect(grown.code, grown.stdout).to.equal(0);
    expect(grown.stdout).to.include('against v0.0.1');
  });
});
