// The command line by itself: its help, its usage errors, and the words it shows.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { create } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import { runProgram } from '../../../src/cli/commands/program.js';
import { createImportReport, summaryOf } from '../../../src/cli/marks/import-report.js';
import { shownText, table } from '../../../src/cli/terminal/console.js';
import { statusText, timeArgument, timeText } from '../../../src/cli/text/day-options.js';
import { AttendanceSchema, AttendanceStatus, DayPortion } from '../../../src/client/index.js';
import { ROOT } from '../../tooling/repository.js';

async function ran(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const onInterrupt = () => () => undefined;
  const code = await runProgram(args, {
    env: {},
    stdin: Readable.from([]),
    stdout,
    stderr,
    onInterrupt,
  });
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
    ['simulate'],
    ['clock'],
    ['clock', 'in'],
    ['clock', 'out'],
    ['clock', 'break'],
    ['clock', 'break', 'start'],
    ['clock', 'break', 'end'],
    ['clock', 'state'],
    ['who'],
    ['day'],
    ['punches'],
    ['punches', 'import'],
    ['punches', 'add'],
    ['punches', 'list'],
    ['punches', 'void'],
    ['punches', 'replace'],
    ['roster'],
    ['roster', 'import'],
    ['roster', 'changes'],
    ['roster', 'show'],
    ['roster', 'export'],
    ['roster', 'shifts'],
    ['roster', 'policies'],
    ['roster', 'employees'],
    ['roster', 'assignments'],
    ['roster', 'overrides'],
    ['roster', 'holidays'],
    ['roster', 'delete'],
    ['roster', 'delete', 'assignment'],
    ['roster', 'delete', 'override'],
    ['roster', 'delete', 'holiday'],
    ['roster', 'delete', 'policy'],
    ['roster', 'archive'],
    ['roster', 'archive', 'shift'],
    ['roster', 'archive', 'employee'],
    ['token'],
    ['token', 'key'],
    ['token', 'pair'],
    ['token', 'sign'],
    ['proto'],
    ['proto', 'export'],
  ];
  for (const command of COMMANDS) {
    it(`explains ${command.join(' ')}, with examples`, async () => {
      const { code, out } = await ran(...command, '--help');
      expect(code).to.equal(0);
      expect(out).to.include(`Examples:\n  attendance ${command[0]}`);
      const isConfiguredByThem = command[0] !== 'serve';
      expect(/^ {2}--address <host:port> /m.test(out), '--address').to.equal(isConfiguredByThem);
      expect(/^ {2}--json /m.test(out), '--json').to.equal(isConfiguredByThem);
    });
  }

  it('states the exit codes', async () => {
    expect((await ran('--help')).out).to.match(/Exit codes: 0 done, 1 failed, 2 wrong usage/);
    expect((await ran('import', '--help')).out).to.match(/3 done but some rows were rejected/);
  });

  const WRONG: [string, string[]][] = [
    ['no command', []],
    ['an unknown option', ['list', '--colour']],
    ['an anomaly that is none', ['list', '--anomaly', 'odd']],
    ['a limit of zero', ['list', '--limit', '0']],
    ['a timeout that is no number', ['list', '--timeout', 'soon']],
    ['an instant without a zone', ['get', '1', '2026-03-02', '--as-of', '2026-03-02T09:00:00']],
    ['an instant on no day', ['get', '1', '2026-03-02', '--as-of', '2026-02-30T09:00:00Z']],
    ['a simulation of now', ['simulate', 'a.json', '--now', 'now']],
    ['a simulation of two files', ['simulate', 'a.json', 'b.json']],
    ['a clearing without a reason', ['clear', '1', '2026-03-02']],
    ['a mark on no day', ['mark', '1', '2026-02-30', 'present']],
    ['a day that is no date', ['get', '1', 'tomorow']],
    ['a clearing of no day', ['clear', '1', '2026-13-01', '--reason', 'x']],
    ['the history of no day', ['revisions', '1', '1899-12-31']],
    ['a list from no day', ['list', '--from', '2026-3-2']],
    ['the clock without a deed', ['clock']],
    ['a clocking-in of nobody', ['clock', 'in']],
    ['a clocking-in at no moment', ['clock', 'in', '7', '--at', '09:00']],
    ['a local time in no zone', ['clock', 'in', '7', '--at', '2026-03-02 09:00']],
    ['a punch of no kind', ['punches', 'add', '7', '255', '2026-03-02T09:00Z']],
    ['a punch as the hints write it', ['punches', 'add', '7', 'in', 'TIME']],
    ['a label without a value', ['clock', 'in', '7', '--label', 'job']],
    ['a log in no zone', ['punches', 'import', 'a.csv', '--zone', 'Mars/Olympus']],
    ['punches from no day', ['punches', 'list', '7', '--from', '2026-02-30']],
    ['a punch without a number', ['punches', 'void', '7', 'x', '--reason', 'y']],
    ['a void without a reason', ['punches', 'void', '7', '1']],
    ['a replacement by nothing', ['punches', 'replace', '7', '1', '--reason', 'y']],
    ['a replacement of no kind', ['punches', 'replace', '7', '1', '--kind', 'x', '--reason', 'y']],
    ['no day', ['day', '7', 'now']],
    ['a rota of no week', ['roster', 'show', '--week', 'next']],
    ['a deletion without a reason', ['roster', 'delete', 'override', '7', '2026-03-02']],
    ['a deletion of no number', ['roster', 'delete', 'assignment', '7', 'x', '--reason', 'y']],
    ['an archiving without a reason', ['roster', 'archive', 'shift', 'early']],
    ['a change without a number', ['roster', 'changes', 'last']],
    ['who in no zone', ['who', '--zone', '+01:00']],
    ['a list to no day', ['list', '--to', '2025-02-29']],
  ];
  for (const [what, args] of WRONG) {
    it(`ends with 2 for ${what}`, async () => {
      const { code, out, err } = await ran(...args);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err).to.not.equal('');
    });
  }

  it('says which version it is', async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as object;
    expect(manifest)
      .to.have.property('version')
      .that.matches(/^\d+\.\d+\.\d+/);
    const version = (manifest as { version: string }).version;
    expect(await ran('--version')).to.deep.equal({ code: 0, out: `${version}\n`, err: '' });
  });

  it('shows what clear requires in its usage line', async () => {
    const { out } = await ran('clear', '--help');
    expect(out).to.match(
      /^Usage: attendance clear \[options\] --reason <text> <employee> <date>$/m,
    );
  });

  it('says in one line what is wrong with the file of --ca', async () => {
    const none = '/no/such/ca.pem';
    expect(await ran('--ca', none, 'list')).to.deep.equal({
      code: 1,
      out: '',
      err: `Cannot read ${none}, given as --ca: there is no such file.\n`,
    });
    const notPem = join(ROOT, 'package.json');
    expect(await ran('--ca', notPem, 'list')).to.deep.equal({
      code: 1,
      out: '',
      err: `${notPem}, given as --ca, holds no certificate in PEM form.\n`,
    });
  });

  it('lets no text from the service move the cursor', () => {
    expect(shownText('a\x1b[2Jb\r\n\u202e\u0085é')).to.equal('a?[2Jb????é');
    expect(table(['A', 'B'], [['x\ty', '1']])).to.deep.equal(['A    B', 'x?y  1']);
  });

  it('shows half days with both halves', () => {
    const { ON_LEAVE, PRESENT } = AttendanceStatus;
    const half = { status: ON_LEAVE, portion: DayPortion.SECOND_HALF, otherHalfStatus: PRESENT };
    expect(statusText(create(AttendanceSchema, half))).to.equal(
      'on leave (second half), present (first half)',
    );
    expect(statusText(create(AttendanceSchema, { status: PRESENT }))).to.equal('present');
  });

  it('prints the instants of the service so that they can be typed again', () => {
    const seconds = fc.bigInt({ min: 0n, max: 253_402_300_799n });
    const micros = fc.integer({ min: 0, max: 999_999 });
    fc.assert(
      fc.property(seconds, micros, (wholeSeconds, rest) => {
        const time = { seconds: wholeSeconds, nanos: rest * 1000 };
        const typed = timeArgument(timeText(create(TimestampSchema, time)));
        expect({ seconds: typed.seconds, nanos: typed.nanos }).to.deep.equal(time);
      }),
    );
    const time = { seconds: 1772442000n, nanos: 42_000 };
    expect(timeText(create(TimestampSchema, time))).to.equal('2026-03-02T09:00:00.000042Z');
  });

  it('keeps the microseconds of an instant', () => {
    const { seconds, nanos } = timeArgument('2026-03-02T10:00:00.123456+01:00');
    expect([seconds, nanos]).to.deep.equal([1772442000n, 123_456_000]);
  });
});

describe('the report of an import', () => {
  const RESULT = {
    complete: true,
    importId: 'marks-1',
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
        'Import id: marks-1. Take it back with: attendance imports void marks-1 --reason TEXT',
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

  it('says nothing of the time left while next to nothing is done', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: false });
    let now = 0;
    const report = createImportReport(stream, () => now);
    report.start(100_000, 0);
    now = 6_000;
    report.rows(0);
    now = 12_000;
    report.rows(3);
    now = 20_000;
    report.rows(50_000);
    expect(String(stream.read()).split('\n')).to.deep.equal([
      '100,000 rows to import.',
      '0 of 100,000 rows',
      '3 of 100,000 rows',
      '50,000 of 100,000 rows, 2,500 rows/s, about 20 s left',
      '',
    ]);
  });
});
