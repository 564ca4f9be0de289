// The command against the service itself, with its own PostgreSQL: what people and scripts see,
// and imports whose process, or whose service, ends in the middle.

import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { runProgram } from '../../../src/cli/commands/program.js';
import type { Attendance } from '../../../src/client/index.js';
import { createAttendanceClient } from '../../../src/client/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { type HeldUp, holdUp } from '../../support/hold-up.js';

const BIN = fileURLToPath(new URL('../../../src/cli/commands/attendance.js', import.meta.url));
const GENERATOR = fileURLToPath(
  new URL('../../../../scripts/generate-legacy-csv.mjs', import.meta.url),
);
const START_LIMIT_MS = 30_000;
const POLL_MS = 10;
const POLLS = 2_000;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Counts {
  readonly recorded: number;
  readonly alreadyThere: number;
  readonly superseded: number;
  readonly rejected: number;
}

/** A date of marks that no import is about. */
const BEFORE_IMPORTS = '2022-01-01';

/** Puts a row between two that surely end at the ends of their lines. */
function withRowInTheMiddle(csv: string, row: string): string {
  const lines = csv.split('\n');
  const isPlain = (line: string | undefined) => /^E\d+,[^"]*$/.test(line ?? '');
  let index = Math.floor(lines.length / 2);
  while (!isPlain(lines[index - 1]) || !isPlain(lines[index])) index += 1;
  return lines.toSpliced(index, 0, row).join('\n');
}

describe('attendance, the command', function () {
  this.timeout(60_000);
  let folder: string;
  let service: ChildProcess;
  let address: string;
  let database: TestDatabase;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-cli-'));
    database = await createTestDatabase();
    await startService('0');
  });

  after(async () => {
    await stopService();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function startService(port: string): Promise<void> {
    const { REDIS_URL: _, ...env } = process.env;
    service = spawn(process.execPath, [BIN, 'serve'], {
      env: {
        ...env,
        PORT: port,
        HOST: '127.0.0.1',
        DATABASE_URL: database.url,
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: service.stdout ?? process.stdin });
    const late = AbortSignal.timeout(START_LIMIT_MS);
    late.addEventListener('abort', () => lines.close());
    for await (const line of lines) {
      const ready = /ready on http:\/\/([\d.]+:\d+)/.exec(line);
      if (ready?.[1] === undefined) continue;
      address = ready[1];
      service.stdout?.resume();
      return;
    }
    throw new Error('The service did not become ready.');
  }

  async function stopService(): Promise<void> {
    if (service.exitCode !== null) return;
    const exited = once(service, 'exit');
    service.kill('SIGTERM');
    await exited;
  }

  function spawned(...args: string[]) {
    const child = spawn(process.execPath, [BIN, '--address', address, ...args]);
    const texts = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      texts.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      texts.err += text;
    });
    const ended = once(child, 'close').then(([code]) => ({
      code: code as number | null,
      ...texts,
    }));
    /** Resolves when the words were printed, on either side. */
    const says = async (words: string): Promise<void> => {
      while (!`${texts.out}${texts.err}`.includes(words)) {
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
      }
    };
    return { process: child, ended, says };
  }

  /** In this process: starting another one is most of what a short command takes. */
  async function attendance(...args: string[]): Promise<Ended> {
    const texts = { out: '', err: '' };
    const into = (name: keyof typeof texts) =>
      new Writable({
        decodeStrings: false,
        write(text: string, _, done) {
          texts[name] += text;
          done();
        },
      });
    const code = await runProgram(['--address', address, ...args], {
      env: {},
      stdin: Readable.from([]),
      stdout: into('out'),
      stderr: into('err'),
      onInterrupt: () => () => undefined,
    });
    return { code, ...texts };
  }

  /** Resolves when an import has noted progress: then some of it is done and some is not. */
  async function progressOf(path: string): Promise<void> {
    const note = path.replace('.csv', '.progress.json');
    for (let poll = 0; poll < POLLS; poll += 1) {
      const text = await readFile(note, 'utf8').catch(() => '{}');
      const { progress } = JSON.parse(text) as { progress?: { rows: number } };
      if (progress !== undefined && progress.rows > 0) return;
      await wait(POLL_MS);
    }
    throw new Error('The import never noted progress.');
  }

  /**
   * Makes an import wait when it comes to that employee, so that it is surely under way when
   * something happens to it, however fast the machine is.
   */
  async function holdImportAt(employeeId: string): Promise<HeldUp> {
    expect((await attendance('mark', employeeId, BEFORE_IMPORTS, 'present')).code).to.equal(0);
    return await holdUp(database.url, employeeId);
  }

  async function allDays(prefix = ''): Promise<Attendance[]> {
    const client = createAttendanceClient({ address });
    const days: Attendance[] = [];
    for await (const { attendances } of client.streamAttendance({})) {
      days.push(...attendances.filter(({ employeeId }) => employeeId.startsWith(prefix)));
    }
    client.close();
    return days;
  }

  const countsIn = ({ out }: Ended) => (JSON.parse(out) as { counts: Counts }).counts;

  it('is a command of its own', async () => {
    const { code, out } = await spawned('--help').ended;
    expect(code).to.equal(0);
    expect(out).to.match(/^Usage: attendance /);
  });

  it('marks, gets, lists, clears and tells the history', async () => {
    const marked = await attendance(
      'mark',
      'cli.1',
      '2026-03-02',
      'Half-Day',
      '--name',
      "O'Brien",
      '--note',
      'dentist',
    );
    expect(marked).to.include({ code: 0, err: '' });
    expect(marked.out)
      .to.match(/^status {4}half day$/m)
      .and.match(/^revision {2}1 {2}etag "1"$/m);

    const got = await attendance('get', 'cli.1', '2026-03-02', '--json');
    expect(JSON.parse(got.out)).to.include({
      employeeName: "O'Brien",
      note: 'dentist',
      revision: 1,
    });

    const listed = await attendance('list', '--employee', 'cli.1');
    expect(listed.out).to.equal(
      'DATE        EMPLOYEE  NAME     SHIFTS  STATUS    ORIGIN  WORKED  ANOMALIES  NOTE\n' +
        "2026-03-02  cli.1     O'Brien  -       half day  marked  -       -          dentist\n",
    );
    const cleared = await attendance('clear', 'cli.1', '2026-03-02', '--reason', 'wrong person');
    expect(cleared.out).to.match(/^status {4}unscheduled$/m);

    // The time that was printed is the time of that change, not one shortly before it.
    const printed = /^updated {3}(\S+)$/m.exec(marked.out)?.[1] ?? 'no time was printed';
    const then = await attendance('get', 'cli.1', '2026-03-02', '--as-of', printed);
    expect(then).to.deep.equal(marked);

    const history = await attendance('revisions', 'cli.1', '2026-03-02');
    expect(history.out.trimEnd().split('\n')).to.have.length(3);
    expect(history.out).to.match(
      /^2 .*anonymous {2}cleared {2}half day +unscheduled {2}wrong person$/m,
    );
  });

  it('sets leave types, and marks and lists by them', async () => {
    const set = (...more: string[]) => attendance('leave-types', 'set', 'sick', ...more);
    expect((await set('--name', 'Sick')).code).to.equal(2);
    expect((await set('--name', 'Sick', '--paid', '--unpaid')).code).to.equal(2);
    expect((await set('--name', 'Sick', '--paid')).code).to.equal(0);
    const changed = await set('--name', 'Sick leave', '--paid', '--reason', 'clearer');
    expect(changed.out).to.match(/^sick +Sick leave +yes +no +2 .* anonymous +clearer$/m);
    const listed = await attendance('leave-types', 'list', '--history', '--json');
    const revisions = listed.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).name);
    expect(revisions).to.deep.equal(['Sick', 'Sick leave']);

    const leave = ['on-leave', '--leave-type'];
    const marked = await attendance('mark', 'cli.6', '2026-03-02', ...leave, 'sick');
    expect(marked.out).to.match(/^status {4}on leave: sick$/m);
    const wrong = await attendance('mark', 'cli.6', '2026-03-03', ...leave, 'sik');
    expect(wrong.err).to.match(/did you mean sick\?.*\n.*attendance leave-types list/);
    const found = await attendance('list', '--leave-type', 'sick');
    expect(found.out).to.match(/^2026-03-02 +cli\.6 .* on leave: sick /m);
  });

  it('marks hours of leave, of one day and of many, and shows them', async () => {
    const hours = ['on-leave', '--hours'];
    const marked = await attendance('mark', 'cli.12', '2026-03-02', ...hours, '10:00-12:00');
    expect(marked.out).to.match(/^status {4}on leave, on leave \(10:00-12:00\)$/m);
    const wrong = await attendance('mark', 'cli.12', '2026-03-02', ...hours, '10-12');
    expect([wrong.code, wrong.err]).to.deep.equal([2, wrong.err]);
    expect(wrong.err).to.include('10:00-12:00');
    const half = await attendance(
      'mark',
      'cli.12',
      '2026-03-02',
      'present',
      '--hours',
      '10:00-12:00',
    );
    expect(half.err).to.include('leave_time');
    const range = ['--employee', 'cli.12', '--from', '2026-03-02', '--to', '2026-03-03'];
    const set = await attendance('marks', 'set', ...hours, '22:00-02:00', ...range);
    expect(set.out).to.match(/^2 days changed, of 1 employees\.$/m);
    const found = await attendance('get', 'cli.12', '2026-03-02');
    expect(found.out).to.include('on leave (10:00-12:00), on leave (22:00-02:00)');
  });

  it('imports hours of leave beside marks of the day', async () => {
    const path = join(folder, 'hours.csv');
    const rows = ['id,name,status,date,hours', 'cli.13,A,present,2026-03-02,'];
    rows.push('cli.13,A,leave,2026-03-02,10:00-12:00', 'cli.13,A,leave,2026-03-02,14:00-15:00');
    rows.push('cli.13,A,present,2026-03-03,10:00-12:00');
    await writeFile(path, `${rows.join('\n')}\n`);
    const { code } = await attendance('import', path, '--json');
    expect(code).to.equal(3);
    expect(await readFile(join(folder, 'hours.rejects.csv'), 'utf8')).to.include('BAD_HOURS');
    const [day] = await allDays('cli.13');
    expect(day?.leaveTimes.map(({ time }) => time?.startTimeOfDay)).to.deep.equal([
      '10:00',
      '14:00',
    ]);
  });

  it('marks and clears many days at once', async () => {
    const days = ['--from', '2026-03-02', '--to', '2026-03-04'];
    for (const id of ['cli.9', 'cli.10']) await attendance('mark', id, '2026-03-01', 'present');
    const both = ['--employee', 'cli.9', '--employee', 'cli.10'];
    expect((await attendance('marks', 'set', 'remote', ...days)).code).to.equal(2);
    const dry = await attendance('marks', 'set', 'remote', ...both, ...days, '--dry-run');
    expect(dry.out).to.match(/^6 days would change, of 2 employees\.$/m);
    const done = await attendance('marks', 'set', 'remote', ...both, ...days);
    expect(done.out).to.equal(
      'EMPLOYEE  CHANGED  AS ASKED  LEFT OUT  DATES                     PROBLEM\n' +
        'cli.9     3        0         0         2026-03-02 to 2026-03-04  -\n' +
        'cli.10    3        0         0         2026-03-02 to 2026-03-04  -\n' +
        '6 days changed, of 2 employees.\n',
    );
    const nobody = ['--employee', 'cli.no-one'];
    const failed = await attendance('marks', 'set', 'remote', ...both, ...nobody, ...days);
    expect(failed.code).to.equal(1);
    expect(failed.out).to.include('there is no employee cli.no-one');
    const cleared = await attendance('marks', 'clear', ...both, ...days, '--reason', 'wrong team');
    expect(cleared.out).to.match(/^6 days changed, of 2 employees\.$/m);
    expect((await allDays('cli.9')).map(({ date }) => date)).to.deep.equal(['2026-03-01']);
  });

  it('takes an import of marks back, and imports the right file', async () => {
    const path = join(folder, 'wrong.csv');
    const file = (status: string) =>
      `id,name,status,date\ncli.11,A,${status},2026-03-02\ncli.11,A,present,2026-03-03\n`;
    await attendance('mark', 'cli.11', '2026-03-02', 'remote');
    await writeFile(path, file('absent'));
    const wrong = await attendance('import', path);
    const id = /^Import id: (marks-[0-9a-f]{20})\. Take it back with/m.exec(wrong.out)?.[1] ?? '';
    const listed = await attendance('imports', 'list');
    expect(listed.out).to.match(new RegExp(`^${id} +marks +anonymous .* 2 +2 +0 +- +-$`, 'm'));
    await attendance('mark', 'cli.11', '2026-03-03', 'on-leave');

    const undo = ['imports', 'void', id, '--reason', 'wrong file'];
    const { code, out } = await attendance(...undo);
    expect([code, out]).to.deep.equal([
      0,
      `Import ${id}: 2 of its 2 marks are voided.\nNothing of it counts any more. Now import the ` +
        'right file; rows that are the same as before need another --import-id.\n',
    ]);
    expect((await attendance(...undo)).code).to.equal(0);
    const words = async () => (await allDays('cli.11')).map(({ status }) => status);
    // Remote work, as before the import, and the leave declared since.
    expect(await words()).to.deep.equal([5, 4]);
    const history = await attendance('revisions', 'cli.11', '2026-03-02');
    expect(history.out).to.match(/import taken back .* wrong file$/m);

    await writeFile(path, file('half day'));
    expect((await attendance('import', path)).code).to.equal(3);
    const rejects = await readFile(join(folder, 'wrong.rejects.csv'), 'utf8');
    expect(rejects).to.include('MARK_VOIDED').and.include('--import-id');
    expect((await attendance('import', path, '--import-id', 'right')).code).to.equal(0);
    expect(await words()).to.deep.equal([3, 1]);
  });

  it('imports the leave types of a file that has them', async () => {
    const path = join(folder, 'leave.csv');
    const rows = ['id,name,status,date,leave_type', 'cli.7,A,leave,2026-03-02,sick'];
    rows.push('cli.7,A,present,2026-03-03,', 'cli.8,B,leave,2026-03-02,none-such');
    await writeFile(path, `${rows.join('\n')}\n`);
    const { code } = await attendance('import', path, '--json');
    expect(code).to.equal(3);
    expect(await readFile(join(folder, 'leave.rejects.csv'), 'utf8')).to.include('none-such');
    const days = await allDays('cli.7');
    expect(days.map((day) => day.leaveTypeId)).to.deep.equal(['sick', '']);
  });

  it('goes through pages up to the limit, and says when there may be more', async () => {
    for (const date of ['2026-01-01', '2026-01-02', '2026-01-03']) {
      await attendance('mark', 'cli.2', date, 'remote');
    }
    const limited = await attendance('list', '--employee', 'cli.2', '--limit', '2', '--json');
    expect(
      limited.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).date),
    ).to.deep.equal(['2026-01-01', '2026-01-02']);
    expect(limited.err).to.match(/more than 2 days/);
    expect((await attendance('list', '--employee', 'cli.2', '--limit', '3')).err).to.equal('');
  });

  it('lists by group, anomaly, what is open and what changed', async () => {
    await attendance('mark', 'cli.3', '2026-01-01', 'remote');
    const range = ['list', '--from', '2026-01-01', '--to', '2026-01-01', '--json'];
    const ids = async (...more: string[]) => {
      const { out, err } = await attendance(...range, ...more);
      expect(err).to.equal('');
      const lines = out.split('\n').filter((line) => line !== '');
      return lines.map((line) => (JSON.parse(line) as { employeeId: string }).employeeId);
    };
    expect(await ids('--updated-after', '2026-01-01T00:00:00Z')).to.include('cli.3');
    expect(await ids('--updated-after', '2200-01-01T00:00:00Z')).to.deep.equal([]);
    expect(await ids('--anomaly', 'missing-out', '--anomaly', 'late in')).to.deep.equal([]);
    expect(await ids('--open')).to.deep.equal([]);
    expect(await ids('--group', 'nobody-is-in-it')).to.deep.equal([]);
  });

  const FAILURES: [string, string[], number, RegExp][] = [
    [
      'an unknown employee',
      ['get', 'nobody', '2026-03-02'],
      1,
      /^EMPLOYEE_NOT_FOUND: .*nobody.*\nWho there is: attendance roster employees/,
    ],
    ['an id that is none', ['get', 'cli 1', '2026-02-28'], 1, /^employee_id: .*\n$/],
    [
      'a date that is none',
      ['get', 'cli.1', '2026-02-30'],
      2,
      /'2026-02-30' is invalid.*real date/,
    ],
    [
      'an etag of before',
      ['mark', 'cli.1', '2026-03-02', 'absent', '--etag', '"9"'],
      1,
      /^ETAG_MISMATCH/,
    ],
    [
      'nobody at the address',
      ['--address', '127.0.0.1:1', 'list'],
      1,
      /Is it running\? Start it with: npm start/,
    ],
    ['banana', ['mark', 'cli.1', '2026-03-02', 'banana'], 2, /must be one of present, absent/],
    ['a missing argument', ['get', 'cli.1'], 2, /missing required argument 'date'/],
    ['an unknown command', ['frobnicate'], 2, /unknown command/],
    ['a file that is not there', ['import', 'no-such.csv'], 1, /no such file/],
  ];
  for (const [what, args, code, message] of FAILURES) {
    it(`with ${what} ends with ${code} and says why`, async () => {
      const ended = await attendance(...args);
      expect(ended).to.include({ code, out: '' });
      expect(ended.err).to.match(message);
    });
  }

  it('imports, is killed, goes on, and has recorded every day once', async () => {
    const path = join(folder, 'legacy.csv');
    const run = promisify(execFile);
    const made = await run(process.execPath, [GENERATOR, '--rows', '6000', '--seed', '3'], {
      maxBuffer: 2 ** 24,
    });
    await writeFile(path, withRowInTheMiddle(made.stdout, 'held.kill,Name,present,2022-07-01'));
    const stated = JSON.parse(made.stderr) as {
      days: number;
      superseded: number;
      bad: Record<string, number>;
    };
    const rejected = Object.values(stated.bad).reduce((sum, one) => sum + one);

    const held = await holdImportAt('held.kill');
    const killed = spawned('import', path);
    await progressOf(path);
    killed.process.kill('SIGKILL');
    expect((await killed.ended).code).to.equal(null);
    await held.release();

    const finished = await attendance('import', path, '--json');
    expect(finished.code).to.equal(3);
    const { superseded } = stated;
    const recorded = stated.days + 1;
    expect(countsIn(finished)).to.deep.equal({ recorded, alreadyThere: 0, superseded, rejected });
    expect(JSON.parse(finished.out)).to.have.property('resumedRows').above(0);

    const repeated = await attendance('import', path, '--json');
    const once = { recorded: 0, alreadyThere: recorded, superseded, rejected };
    expect(countsIn(repeated)).to.deep.equal(once);
    const imported = (await allDays()).filter(
      ({ employeeId, date }) => !employeeId.startsWith('cli.') && date !== BEFORE_IMPORTS,
    );
    expect(imported).to.have.length(recorded);
    expect(imported.filter(({ revision }) => revision !== 1)).to.deep.equal([]);
  });

  /** Rows of 400 people of their own, and in the middle one of somebody called held. */
  async function ownExport(prefix: string, rows: number): Promise<string> {
    const lines = Array.from({ length: rows }, (_, n) => {
      const date = new Date(Date.UTC(2023, 0, 1 + Math.floor(n / 400))).toISOString().slice(0, 10);
      const person = n === rows / 2 ? 'held' : n % 400;
      return `${prefix}${person},Name,present,${date}\n`;
    });
    const path = join(folder, `${prefix}export.csv`);
    await writeFile(path, `id,name,status,date\n${lines.join('')}`);
    return path;
  }

  it('stops in order at Ctrl-C, says how to go on, and goes on', async () => {
    const path = await ownExport('stop.', 6_000);
    const held = await holdImportAt('stop.held');
    const stopped = spawned('import', path);
    await progressOf(path);
    stopped.process.kill('SIGINT');
    await stopped.says('Stopping');
    await held.release();
    const ended = await stopped.ended;
    expect(ended.code).to.equal(130);
    expect(ended.out).to.include(`Go on with: attendance import ${path}`);
    const finished = await attendance('import', path);
    expect(finished.code).to.equal(0);
    expect(finished.out).to.match(/rows read +6,000 {2}\(\d+,?\d* of them in earlier runs\)/);
    expect(finished.out).to.match(/recorded +6,000$/m);
  });

  it('outlives a restart of the service', async () => {
    const path = await ownExport('restart.', 6_000);
    const importing = spawned('import', path, '--json');
    await progressOf(path);
    await stopService();
    await startService(address.split(':')[1] ?? '');
    const ended = await importing.ended;
    expect(ended.code, ended.err).to.equal(0);
    expect(countsIn(ended)).to.include({ recorded: 6_000, rejected: 0 });
    expect(await allDays('restart.')).to.have.length(6_000);
  });
});
