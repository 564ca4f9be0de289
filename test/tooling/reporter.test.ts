// What somebody sees who runs the tests and something fails: real runs of Mocha, in parallel as
// `npm test` runs it, whose last lines must say what failed, whatever came before them.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, run, temporaryFolder } from './repository.js';

const SCREEN_LINES = 30;

/** Runs a file of tests of the given text; returns everything printed. */
async function outputOf(text: string): Promise<string> {
  const folder = temporaryFolder();
  try {
    const file = join(folder.path, 'small.test.mjs');
    writeFileSync(file, text);
    const support = (name: string) => join(ROOT, 'dist/test/support', name);
    const args = ['--no-config', '--parallel', '--jobs', '2'];
    const options = ['--require', support('global.js'), '--reporter', support('reporter.js')];
    const { stdout } = await run('mocha', [...args, ...options, file, file], {
      cwd: folder.path,
      env: { TEST_REPORT: '' },
    });
    return stdout;
  } finally {
    folder.remove();
  }
}

const FAST_CHECK = JSON.stringify(join(ROOT, 'node_modules/fast-check/lib/fast-check.js'));

describe('the end of a run that failed', function () {
  this.timeout(60_000);

  it('is what failed: the file, the titles, the first line of why', async () => {
    const output = await outputOf(`
      import fc from ${FAST_CHECK};
      describe('days', () => {
        it('add up', () => { throw new Error('one and one\\n' + 'are three\\n'.repeat(500)); });
        it('go by', () => fc.assert(fc.property(fc.nat(), () => { throw new TypeError('no'); })));
        describe('of old', () => {
          before(() => { throw new RangeError('gone'); });
          it('come back', () => {});
        });
        it('begin', () => {});
      });
    `);
    expect(output.trimEnd().split('\n').slice(-7)).to.deep.equal([
      '  Failed: 3',
      '  small.test.mjs: days > add up',
      '      one and one',
      '  small.test.mjs: days > go by',
      '      Got TypeError: no',
      '  small.test.mjs: days > of old > "before all" hook for "come back"',
      '      gone',
    ]);
    expect(output).to.match(/\{ seed: -?\d+, path: "0:[^"]+", endOnFailure: true \}/);
    expect(output.split('\n').length, 'lines in all').to.be.below(100);
  });

  it('fits on a screen, however much failed', async () => {
    const output = await outputOf(`
      for (let n = 0; n < 40; n += 1) it('number ' + n, () => { throw new Error('x'.repeat(500)); });
    `);
    const lines = output.trimEnd().split('\n');
    const end = lines.slice(lines.indexOf('  Failed: 40'));
    expect(end.length).to.be.within(20, SCREEN_LINES);
    expect(end.at(-1)).to.equal('  and 28 more, in 1 of the files');
    expect(end.filter((line) => line.length > 120)).to.deep.equal([]);
  });
});
