// The commands of the clock and the roster against the service itself: the files of examples/, a
// day of one employee, and refusals as people see them.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { addEmployee, startTestService, type TestService } from '../support/service.js';
import { ROOT } from '../tooling/repository.js';
import { ran } from './stand-in.js';

const ROSTER = join(ROOT, 'examples', 'roster.csv');
const PUNCHES = join(ROOT, 'examples', 'punches.csv');
const BERLIN = ['--zone', 'Europe/Berlin'];

describe('the clock and the roster, from the command line to the tables', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let service: TestService;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-clock-'));
    database = await createTestDatabase();
    service = await startTestService({ databaseUrl: database.url });
  });

  after(async () => {
    await service?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => ran(new URL(service.baseUrl).host, ...args);

  async function done(...args: string[]): Promise<string> {
    const { code, out, err } = await run(...args);
    expect(code, err || out).to.equal(0);
    return out;
  }

  const plain = (text: string) => text.replaceAll(/ +/g, ' ');

  it('takes examples/roster.csv, and the same file again changes nothing', async () => {
    expect(plain(await done('roster', 'import', ROSTER))).to.equal(
      ' CREATED UPDATED AS IT WAS\nshifts 4 0 0\nholidays 2 0 0\npolicies 0 0 0\n' +
        'employees 4 0 0\nassignments 4 0 0\noverrides 2 0 0\n',
    );
    expect(plain(await done('roster', 'import', ROSTER))).to.equal(
      ' CREATED UPDATED AS IT WAS\nshifts 0 0 4\nholidays 0 0 2\npolicies 0 0 0\n' +
        'employees 0 0 4\nassignments 0 0 4\noverrides 0 0 2\n',
    );
    const changes = await done('roster', 'changes');
    expect(changes.trimEnd().split('\n')).to.have.length(1 + 16);
    expect(changes)
      .to.match(/ shift early /)
      .and.match(/ roster import .*roster\.csv$/m);
    const easter = await done('day', '101', '2026-04-03');
    expect(easter).to.match(/^2026-04-03 +holiday /m);
    expect(await done('day', '101', '2026-03-07')).to.match(/^2026-03-07 +(absent|scheduled) /m);
  });

  it('lists who was absent although nothing was recorded, and not with --stored', async () => {
    const range = ['list', '--from', '2026-03-02', '--to', '2026-03-08', '--status', 'absent'];
    expect(await done(...range)).to.match(
      /^2026-03-02 +101 +Mia O'Brien +early +absent +expected +0:00 +-$/m,
    );
    expect((await done(...range, '--stored')).trimEnd().split('\n')).to.have.length(1);
  });

  it('takes examples/punches.csv, once however often', async () => {
    const first = await done('punches', 'import', PUNCHES, ...BERLIN, '--json');
    expect(JSON.parse(first).counts).to.include({ recorded: 10, duplicates: 0, byTurns: 2 });
    const again = await done('punches', 'import', PUNCHES, ...BERLIN, '--json');
    expect(JSON.parse(again).counts).to.include({ recorded: 0, duplicates: 10 });
    const night = await done('day', '103', '2026-03-02');
    expect(night).to.equal(
      '103 Aylin Demir\n' +
        'DATE        STATUS   STANDS  WORKED  IN     OUT                ZONE           ANOMALIES\n' +
        '2026-03-02  present  final   7:43    21:49  06:02 (Tue 3 Mar)  Europe/Berlin  -\n' +
        '  planned night, 22:00 to 06:00 (Tue 3 Mar): present\n' +
        '  21:49 to 06:02 (Tue 3 Mar), 8:13, shift night\n',
    );
  });

  it('clocks a day of somebody, and refuses what does not add up', async () => {
    const at = (time: string) => ['--at', `2026-03-04T${time}+01:00`];
    expect(await done('clock', 'in', '104', ...at('08:55'))).to.match(
      /^104 Peter Novak, recorded: in at 08:55 on Wed 4 Mar, on shift office\.\n104 Peter Novak is out \(no departure recorded\)\.\n/,
    );
    const twice = await run('clock', 'in', '104', ...at('09:30'));
    expect(twice.code).to.equal(1);
    expect(twice.err)
      .to.match(/^ALREADY_CLOCKED_IN: ClockIn of employee 104 at 2026-03-04 09:30 .*08:55.*office/)
      .and.match(/Say when that session of 2026-03-04 ended: attendance clock out 104 --at TIME;/);
    await done('clock', 'break', 'start', '104', ...at('12:00'));
    expect((await run('clock', 'break', 'start', '104', ...at('12:10'))).err).to.match(
      /^ALREADY_ON_BREAK: /,
    );
    expect(await done('clock', 'break', 'end', '104', ...at('12:45'))).to.match(
      /^104 Peter Novak, recorded: break end at 12:45 on Wed 4 Mar, after a break of 0:45\.\n/,
    );
    expect(await done('clock', 'out', '104', ...at('17:40'))).to.match(
      /^104 Peter Novak, recorded: out at 17:40 on Wed 4 Mar: in from 08:55, 8:00 not counting breaks\.\n104 Peter Novak is out\.\n/,
    );
    expect((await run('clock', 'out', '104', ...at('17:50'))).err)
      .to.match(/^NOT_CLOCKED_IN: /)
      .and.match(/attendance punches add 104 KIND TIME\n$/);
  });

  it('says when a session was over that nobody ended', async () => {
    await addEmployee(service, 'forgetful');
    const beforeYesterday = new Date(Date.now() - 40 * 3_600_000).toISOString();
    expect(await done('clock', 'in', 'forgetful', '--at', beforeYesterday)).to.match(
      /^forgetful, recorded: in at .*\nforgetful is out \(no departure recorded; the session was over at \S+ on \w{3} \d+ \w{3}\)\.\n/,
    );
    expect(await done('clock', 'state', 'forgetful')).to.match(/^forgetful is out \(no departure/);
  });

  it('takes a break that was forgotten, of a session that is over', async () => {
    const start = ['104', 'break-start', '2026-03-04T15:00', ...BERLIN];
    expect((await run('clock', 'break', 'start', '104', '--at', '2026-03-04 15:00', ...BERLIN)).err)
      .to.match(/^OVERLAPS: /)
      .and.match(/attendance punches add 104 KIND TIME\n$/);
    expect(await done('punches', 'add', ...start)).to.match(
      /^recorded: punch \d+ of 104, break start at 15:00 on Wed 4 Mar\n/,
    );
    const ended = await done('punches', 'add', '104', 'break-end', '2026-03-04T15:10+01:00');
    expect(ended)
      .to.match(/^recorded: .* break end at 15:10 on Wed 4 Mar\nDATE .*\n2026-03-04 .* 7:50 /)
      .and.match(/^ {2}08:55 to 17:40, 7:50, .*, break 15:00 to 15:10$/m);
    expect(await done('punches', 'add', ...start)).to.match(/^duplicate: .*was there already\n/);
  });

  it('counts the morning of a night shift for the day before', async () => {
    const told = await done('punches', 'add', '103', 'break-start', '2026-03-03T02:00', ...BERLIN);
    expect(told).to.match(/ break start at 02:00 on Tue 3 Mar\nDATE .*\n2026-03-02 /);
    const listed = await done('punches', 'list', '103', '--from', '2026-03-03');
    const id = /^(\d+) +2026-03-03T02:00:00\+01:00 +break start +file /m.exec(listed)?.[1] ?? '?';
    const voided = await done('punches', 'void', '103', id, '--reason', 'worked on');
    expect(voided).to.match(/ 2026-03-03T02:00:00\+01:00 /);
  });

  it('shows the night that a punch within it was set aside in', async () => {
    const told = await done('punches', 'add', '103', 'in', '2026-03-03T01:00', ...BERLIN);
    expect(told).to.match(/ in at 01:00 on Tue 3 Mar\nDATE .*\n2026-03-02 .* duplicate punch$/m);
    const [, id = '?'] = /^recorded: punch (\d+) /.exec(told) ?? [];
    await done('punches', 'void', '103', id, '--reason', 'pressed twice');
  });

  it('tells what is odd about the punches of a log', async () => {
    const path = join(folder, 'odd.csv');
    await writeFile(
      path,
      'employee,time,kind,device,event\n110,2199-01-01T09:00Z,IN,gate-1,1\n' +
        '110,2026-03-02T09:00Z,IN,gate-1,2\n110,2026-03-02T17:00Z,OUT,gate-1,2\n',
    );
    expect(await done('punches', 'import', path)).to.match(
      /^Recorded, and odd: clock skew 1, event id conflict 1\. attendance punches list EMPLOYEE /m,
    );
  });

  it('says that no service is there, and does not wait for one', async () => {
    const away = await run('punches', 'import', PUNCHES, '--address', '127.0.0.1:1');
    expect(away).to.include({ code: 1 });
    expect(away.err).to.match(/Is it running\?/);
  });

  it('shows who is in, now', async () => {
    await addEmployee(service, 'visitor');
    await done('clock', 'in', 'visitor');
    expect(await done('clock', 'state', 'visitor')).to.match(/^visitor is in since /);
    expect(await done('who')).to.match(/^visitor +- +in +\S+Z +- /m);
    await writeFile(
      join(folder, 'group.csv'),
      'type,employee,name,group\nemployee,visitor,Vera,guests\n',
    );
    await done('roster', 'import', join(folder, 'group.csv'));
    expect(await done('who', '--group', 'guests')).to.match(/^visitor +Vera +in /m);
    expect((await run('who', '--group', 'nobody')).err).to.equal('Nobody is in.\n');
  });

  it('replaces and takes back punches, which stay listed', async () => {
    const lines = (await done('punches', 'list', '101', '--json')).trimEnd().split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as { punchId: string }).punchId);
    const [, breakStart = '', breakEnd = '', out = ''] = ids;
    expect(ids).to.have.length(4);
    const replaced = await done(
      ...['punches', 'replace', '101', out, '--time', '2026-03-02 14:30', ...BERLIN],
      ...['--reason', 'the gate was stuck'],
    );
    expect(replaced)
      .to.match(new RegExp(`^\\d+ .*correction.*replaces ${out}$`, 'm'))
      .and.match(/ 05:56 +14:30 /);
    await done('punches', 'void', '101', breakStart, breakEnd, '--reason', 'no break');
    const listed = await done('punches', 'list', '101', '--voided', '--to', '2026-03-02');
    expect(listed.match(/taken back by anonymous: no break$/gm)).to.have.length(2);
    expect(listed).to.match(/ replaced by \d+ by anonymous: the gate was stuck$/m);
    const again = await run('punches', 'void', '101', breakStart, '--reason', 'x');
    expect(again.err).to.match(/^PUNCH_VOIDED: .*\n.*attendance punches list 101 --voided\n$/);
  });

  it('moves somebody to another zone from a date on, and leaves the days before as they are', async () => {
    const path = join(folder, 'move.csv');
    await writeFile(path, 'type,Employee ID,zone,from\nemployee,102,Europe/Lisbon,2026-03-09\n');
    expect(plain(await done('roster', 'import', path))).to.match(/^employees 0 1 0$/m);
    expect(plain(await done('roster', 'import', path))).to.match(/^employees 0 0 1$/m);
    const at = ['--device', 'phone', '--at'];
    await done('clock', 'in', '102', ...at, '2026-03-14T15:00', '--zone', 'Europe/Lisbon');
    expect(await done('day', '102', '2026-03-14')).to.match(/ 15:00 .* Europe\/Lisbon /);
    expect(await done('day', '102', '2026-03-07')).to.match(/ Europe\/Berlin /);
  });

  it('brings an archived employee back by a row', async () => {
    await service.roster.archiveEmployee({ employeeId: '102', reason: 'left' });
    const path = join(folder, 'back.csv');
    await writeFile(path, 'type,employee\nemployee,102\n');
    const back = await done('roster', 'import', path);
    expect(back).to.match(/^line 2: employee 102 was archived and is on the lists again$/m);
    const { employee } = await service.roster.getEmployee({ employeeId: '102' });
    expect(employee?.archived).to.equal(false);
  });

  it('tells what changed of a day whose status stayed the same', async () => {
    const history = plain(await done('revisions', '101', '2026-03-02'));
    expect(history)
      .to.match(/^1 .* punch recorded absent, .* present, in 05:56, /m)
      .and.match(
        / punch replaced present, out 14:03, worked \S+ present, out 14:30, worked 8:03 the gate was stuck$/m,
      )
      .and.match(/ punch taken back present, worked 8:03 present, worked \S+ no break$/m);
  });

  it('puts the rows of a device in a loop, beyond what a day takes, into the rejects file', async () => {
    const path = join(folder, 'loop.csv');
    const times = Array.from({ length: 2002 }, (_, second) =>
      new Date(Date.parse('2026-05-04T00:00:00Z') + second * 1000).toISOString(),
    );
    const rows = times.map((time) => `109,${time},IN\n`);
    await writeFile(path, `employee,time,kind\n${rows.join('')}`);
    const { code, out, err } = await run('punches', 'import', path, ...BERLIN);
    expect(code, err).to.equal(3);
    expect(out)
      .to.match(/^ *recorded +2,?000$/m)
      .and.match(/^ *rejected +2 /m);
    const rejects = await readFile(join(folder, 'loop.rejects.csv'), 'utf8');
    const [, ...refused] = rejects.trimEnd().split('\n');
    expect(refused.map((line) => line.slice(0, 23))).to.deep.equal([
      '2002,"TOO_MANY_PUNCHES:',
      '2003,"TOO_MANY_PUNCHES:',
    ]);
    const one = await run('punches', 'add', '109', 'IN', '2026-05-04T12:00:00Z', ...BERLIN);
    expect(one.err).to.match(
      /TOO_MANY_PUNCHES: .*attendance punches list 109; .* attendance mark/s,
    );
  });

  it('tells by line what the service refuses', async () => {
    const path = join(folder, 'overlap.csv');
    await writeFile(
      path,
      'type,shift,start,end,employee,from,cycle\nshift,evening,12:00,20:00,,,\n' +
        'assignment,,,,104,2026-03-03,evening\n',
    );
    const { code, out } = await run('roster', 'import', path, '--on-overlap', 'add');
    expect(code).to.equal(3);
    expect(out).to.match(/^line 3: assignment of 104 from 2026-03-03: SHIFTS_OVERLAP: .*office/m);
  });
});
