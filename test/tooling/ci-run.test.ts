// .ci/run is what decides whether a change is good. Each test runs the real script in a small
// repository whose check and tests end in a certain way, and reads the verdict: the last
// line and the exit code. Above all, a run that never counted its tests must not look good.
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, run, temporaryFolder } from './repository.js';

interface Verdict {
  readonly code: number | null;
  readonly lastLine: string | undefined;
  readonly output: string;
}

const GOOD_CHECK = 'report("CHECK_REPORT", { passed: 7, failed: 0 });';
const GOOD_TEST = 'report("TEST_REPORT", { passed: 12, failed: 0 });';

/** What npm does for .ci/run, without the second that npm takes to begin. */
const QUICK_NPM = `#!/bin/sh
case "$*" in
  ci) exit 0 ;;
  'run --silent check') exec node check.cjs ;;
  'test --silent') exec node test.cjs ;;
esac
echo "unexpected: npm $*"
exit 1
`;

/**
 * Runs .ci/run where `check` and `test` are the given lines of code: with npm itself, or with
 * its part played by a few lines of shell, where only the verdict is looked at.
 */
async function verdictOf(
  check: string,
  test: string,
  { npm, lock = true }: { readonly npm: 'real' | 'quick'; readonly lock?: boolean },
): Promise<Verdict> {
  const folder = temporaryFolder();
  try {
    const put = (path: string, text: string) => writeFileSync(join(folder.path, path), text);
    mkdirSync(join(folder.path, '.ci'));
    cpSync(join(ROOT, '.ci', 'run'), join(folder.path, '.ci', 'run'));
    const report =
      'const report = (name, counts) => require("node:fs")' +
      '.writeFileSync(process.env[name], JSON.stringify(counts));\n';
    put('check.cjs', report + check);
    put('test.cjs', report + test);
    const about = { name: 'small', version: '1.0.0' };
    const scripts = { check: 'node check.cjs', test: 'node test.cjs' };
    put('package.json', JSON.stringify({ ...about, private: true, scripts }));
    const packages = { '': about };
    if (lock) put('package-lock.json', JSON.stringify({ ...about, lockfileVersion: 3, packages }));
    // Redis is not what is tried here: it must not be installed for this.
    mkdirSync(join(folder.path, 'bin'));
    const command = (name: string, text: string) => {
      put(`bin/${name}`, text);
      chmodSync(join(folder.path, 'bin', name), 0o755);
    };
    command('redis-server', '#!/bin/sh\n');
    if (npm === 'quick') command('npm', QUICK_NPM);
    const script = 'PATH="$PWD/bin:$PATH" exec .ci/run';
    const { code, stdout, stderr } = await run('bash', ['-c', script], { cwd: folder.path });
    return { code, lastLine: stdout.trimEnd().split('\n').at(-1), output: stdout + stderr };
  } finally {
    folder.remove();
  }
}

interface Case {
  readonly what: string;
  readonly check: string;
  readonly test: string;
  readonly line: string;
}

const FAILURES: readonly Case[] = [
  {
    what: 'a failed test',
    check: GOOD_CHECK,
    test: 'report("TEST_REPORT", { passed: 10, failed: 2 }); process.exitCode = 2;',
    line: '10 passed, 2 failed',
  },
  {
    what: 'failed steps of the check, and runs the tests nevertheless',
    check: 'report("CHECK_REPORT", { passed: 5, failed: 2 }); process.exitCode = 1;',
    test: GOOD_TEST,
    line: '12 passed, 2 failed',
  },
  {
    what: 'a check that ended before it reported',
    check: 'process.exitCode = 1;',
    test: GOOD_TEST,
    line: '12 passed, 1 failed',
  },
  {
    what: 'tests that crashed before they were counted',
    check: GOOD_CHECK,
    test: 'process.abort();',
    line: '0 passed, 1 failed',
  },
  {
    what: 'tests that ended well and were never counted',
    check: GOOD_CHECK,
    test: '',
    line: '0 passed, 1 failed',
  },
  {
    what: 'a run in which every test passed and that ended badly',
    check: GOOD_CHECK,
    test: `${GOOD_TEST} process.exitCode = 3;`,
    line: '12 passed, 1 failed',
  },
  {
    what: 'a run without any test',
    check: GOOD_CHECK,
    test: 'report("TEST_REPORT", { passed: 0, failed: 0 });',
    line: '0 passed, 1 failed',
  },
];

describe('.ci/run', function () {
  this.timeout(60_000);

  it('ends with the counts and exit code 0 when everything holds', async () => {
    // No input, and nobody watching: a prompt would hang.
    const closed = 'if (require("node:fs").readFileSync(0).length > 0) process.exit(1);';
    const alone = `${closed} if (process.env.CI !== "true") process.exit(1);`;
    const { code, lastLine, output } = await verdictOf(alone + GOOD_CHECK, alone + GOOD_TEST, {
      npm: 'real',
    });
    expect({ code, lastLine }, output).to.deep.equal({ code: 0, lastLine: '12 passed, 0 failed' });
    expect(output).to.match(/=== install: \d+ s, exit code 0/);
    expect(output).to.match(/=== check: \d+ s, exit code 0/);
    expect(output).to.match(/=== test: \d+ s, exit code 0/);
  });

  for (const { what, check, test, line } of FAILURES) {
    it(`fails for ${what}`, async () => {
      const { code, lastLine, output } = await verdictOf(check, test, { npm: 'quick' });
      expect({ code, lastLine }, output).to.deep.equal({ code: 1, lastLine: line });
    });
  }

  it('fails when the packages cannot be installed, and tries nothing more', async () => {
    const { code, lastLine, output } = await verdictOf(GOOD_CHECK, GOOD_TEST, {
      npm: 'real',
      lock: false,
    });
    expect({ code, lastLine }, output).to.deep.equal({ code: 1, lastLine: '0 passed, 1 failed' });
    expect(output).to.not.include('=== test');
  });
});
