// The commands of the clock and the roster against the service itself: the files of examples/, a
// day of one employee, and refusals as people see them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
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
      ' CREATED UPDATED AS IT WAS\nshifts 4 0 0\nholidays 2 0 0\nemployees 4 0 0\n' +
        'assignments 4 0 0\noverrides 2 0 0\n',
    );
    expect(plain(await done('roster', 'import', ROSTER))).to.equal(
      ' CREATED UPDATED AS IT WAS\nshifts 0 0 4\nholidays 0 0 2\nemployees 0 0 4\n' +
        'assignments 0 0 4\noverrides 0 0 2\n',
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
    expect(await done(...range)).to.match(/^2026-03-02 +101 .* absent +expected$/m);
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
        '  21:49 to 06:02 (Tue 3 Mar), 8:13, shift night\n',
    );
  });

  it('clocks a day of somebody, and refuses what does not add up', async () => {
    const at = (time: string) => ['--at', `2026-03-04T${time}+01:00`];
    expect(await done('clock', 'in', '104', ...at('08:55'))).to.match(
      /^104 Peter Novak is in since 08:55, on shift office\.\n/,
    );
    const twice = await run('clock', 'in', '104', ...at('09:30'));
    expect(twice.code).to.equal(1);
    expect(twice.err)
      .to.match(/^ALREADY_CLOCKED_IN: .*2026-03-04T07:55:00.*office/)
      .and.match(/End that session: attendance clock out 104/);
    await done('clock', 'break', 'start', '104', ...at('12:00'));
    expect((await run('clock', 'break', 'start', '104', ...at('12:10'))).err).to.match(
      /^ALREADY_ON_BREAK: /,
    );
    expect(await done('clock', 'break', 'end', '104', ...at('12:45'))).to.match(
      /^104 Peter Novak is back since 12:45, after a break of 0:45\.\n/,
    );
    expect(await done('clock', 'out', '104', ...at('17:40'))).to.match(
      /^104 Peter Novak is out since 17:40: in from 08:55, 8:00 without breaks\.\n/,
    );
    expect((await run('clock', 'out', '104', ...at('17:50'))).err).to.match(/^NOT_CLOCKED_IN: /);
  });

  it('shows who is in, now', async () => {
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
      ...['punches', 'replace', '101', out, '--time', '2026-03-02T14:30+01:00'],
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

  it('tells by line what the service refuses', async () => {
    const path = join(folder, 'overlap.csv');
    await writeFile(
      path,
      'type,shift,start,end,employee,from,cycle\nshift,evening,12:00,20:00,,,\n' +
        'assignment,,,,104,2026-03-03,evening\n',
    );
    const { code, out } = await run('roster', 'import', path);
    expect(code).to.equal(3);
    expect(out).to.match(/^line 3: assignment of 104 from 2026-03-03: SHIFTS_OVERLAP: .*office/m);
  });
});
