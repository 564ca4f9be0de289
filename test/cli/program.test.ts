// The command line by itself: its help, its usage errors, and the words it shows.

import { PassThrough } from 'node:stream';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { shownText, table } from '../../src/cli/console.js';
import { statusText, timeArgument } from '../../src/cli/day-options.js';
import { createImportReport, summaryOf } from '../../src/cli/import-report.js';
import { runProgram } from '../../src/cli/program.js';
import { AttendanceSchema, AttendanceStatus, Portion } from '../../src/client/index.js';

async function ran(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const onInterrupt = () => () => undefined;
  const code = await runProgram(args, { env: {}, stdout, stderr, onInterrupt });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { code, out: text(stdout), err: text(stderr) };
}

describe('the command line', () => {
  const COMMANDS = [
    ['serve'],
    ['migrate', 'up'],
    ['migrate', 'status'],
    ['mark'],
    ['get'],
    ['list'],
    ['clear'],
    ['revisions'],
    ['import'],
  ];
  for (const command of COMMANDS) {
    it(`explains ${command.join(' ')}, with examples`, async () => {
      const { code, out } = await ran(...command, '--help');
      expect(code).to.equal(0);
      expect(out).to.include(`Examples:\n  attendance ${command[0]}`);
    });
  }

  it('states the exit codes', async () => {
    expect((await ran('--help')).out).to.match(/Exit codes: 0 done, 1 failed, 2 wrong usage/);
    expect((await ran('import', '--help')).out).to.match(/3 done but some rows were rejected/);
  });

  const WRONG: [string, string[]][] = [
    ['no command', []],
    ['an unknown option', ['list', '--colour']],
    ['a limit of zero', ['list', '--limit', '0']],
    ['a timeout that is no number', ['list', '--timeout', 'soon']],
    ['an instant without a zone', ['get', '1', '2026-03-02', '--as-of', '2026-03-02T09:00:00']],
    ['a clearing without a reason', ['clear', '1', '2026-03-02']],
  ];
  for (const [what, args] of WRONG) {
    it(`ends with 2 for ${what}`, async () => {
      const { code, out, err } = await ran(...args);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err).to.not.equal('');
    });
  }

  it('lets no text from the service move the cursor', () => {
    expect(shownText('a\x1b[2Jb\r\n\u202e\u0085é')).to.equal('a?[2Jb????é');
    expect(table(['A', 'B'], [['x\ty', '1']])).to.deep.equal(['A    B', 'x?y  1']);
  });

  it('shows half days with both halves', () => {
    const { ON_LEAVE, PRESENT } = AttendanceStatus;
    const half = { status: ON_LEAVE, portion: Portion.SECOND_HALF, otherHalfStatus: PRESENT };
    expect(statusText(create(AttendanceSchema, half))).to.equal(
      'on leave (second half), present (first half)',
    );
    expect(statusText(create(AttendanceSchema, { status: PRESENT }))).to.equal('present');
  });

  it('keeps the microseconds of an instant', () => {
    const { seconds, nanos } = timeArgument('2026-03-02T10:00:00.123456+01:00');
    expect([seconds, nanos]).to.deep.equal([1772442000n, 123_456_000]);
  });
});

describe('the report of an import', () => {
  const RESULT = {
    complete: true,
    rows: 1_200,
    totalRows: 1_200,
    resumedRows: 200,
    counts: { recorded: 1_000, alreadyThere: 150, superseded: 0, rejected: 50 },
    knowsChanges: true,
    rejectsPath: 'x.rejects.csv',
    seconds: 2,
  };

  it('sums up', () => {
    expect(summaryOf(RESULT, 'attendance import x.csv')).to.equal(
      [
        'Import complete: 2.0 s, 500 rows/s',
        '  rows read     1,200  (200 of them in earlier runs)',
        '  recorded      1,000',
        '  already there   150',
        '  superseded        0',
        '  rejected         50  (see x.rejects.csv)',
        'Mend the rejected rows and import that file as well.',
      ].join('\n'),
    );
  });

  it('says how to go on, and does not claim to know what it cannot', () => {
    const stopped = { ...RESULT, complete: false, rows: 600, knowsChanges: false };
    const text = summaryOf(stopped, 'attendance import x.csv');
    expect(text).to.match(/^Import stopped after 600 of 1,200 rows/);
    expect(text)
      .to.match(/accepted +1,150/)
      .and.match(/Go on with: attendance import x\.csv$/);
    expect(text).to.not.include('recorded');
  });

  for (const isTTY of [true, false]) {
    it(`runs from start to stop on ${isTTY ? 'a terminal' : 'a file'}, or stops before it began`, () => {
      const stream = Object.assign(new PassThrough(), { isTTY });
      createImportReport(stream).stop();
      const report = createImportReport(stream);
      report.start(1_000, 100);
      report.rows(1_000);
      report.stop();
      expect(String(stream.read())).to.include('1,000');
    });
  }
});
