// The commands that show, list and take back the roster, against the service itself: one rota, read
// in every form, and a wrong one undone by commands alone.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MAX_GRID_EMPLOYEES } from '../../src/cli/roster/roster-days.js';
import { weekOf } from '../../src/cli/text/calendar-dates.js';
import { timeText } from '../../src/cli/text/day-options.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { ROOT } from '../tooling/repository.js';
import { ran } from './stand-in.js';

const EXAMPLE = join(ROOT, 'examples', 'roster.csv');
const EASTER = ['--from', '2026-03-30', '--to', '2026-04-05'];

describe('the roster from the command line', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let service: TestService;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-rota-'));
    database = await createTestDatabase();
    service = await startTestService({ databaseUrl: database.url });
    await done('import', EXAMPLE);
  });

  after(async () => {
    await service?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => ran(new URL(service.baseUrl).host, ...args);

  async function done(...args: string[]): Promise<string> {
    const { code, out, err } = await run('roster', ...args);
    expect(code, err || out).to.equal(0);
    return out;
  }

  const plain = (text: string) => text.replaceAll(/ +/g, ' ').trimEnd();
  const linesOf = (text: string) => plain(text).split('\n');

  describe('show', () => {
    before(async () => {
      await run('mark', '101', '2026-04-02', 'on-leave');
      await run('mark', '102', '2026-04-01', 'on-leave', '--portion', 'second');
      await run('mark', '103', '2026-04-01', 'remote');
    });

    it('is a grid with what is planned, what is declared, and a legend', async () => {
      expect(await done('show', '--group', 'bakery', ...EASTER)).to.equal(
        '2026-03-30 to 2026-04-05, times in Europe/Berlin\n' +
          'EMPLOYEE  NAME         Mon     Tue     Wed        Thu     Fri      Sat    Sun\n' +
          '                       30 Mar  31 Mar  1 Apr      2 Apr   3 Apr    4 Apr  5 Apr\n' +
          "101       Mia O'Brien  late    late    late       leave   holiday  off    off\n" +
          '                                                  (late)  (late)\n' +
          '102       Jonas Weber  night   night   night      night   holiday  off    off\n' +
          '                                       leave 2nd          (night)\n' +
          '103       Aylin Demir  early   early   early      early   holiday  off    off\n' +
          '                                       remote             (early)\n' +
          '\n' +
          'early     06:00-14:00\n' +
          'late      14:00-22:00\n' +
          'night     22:00-06:00\n' +
          'holiday   Fri 3 Apr: Good Friday (berlin)\n' +
          '(...)     planned, but not to be worked that day\n' +
          '1st, 2nd  in the first, in the second half of the day\n',
      );
    });

    it('is of the week of a date, and of those who are named, in their order', async () => {
      const out = await done('show', '104', '101', '104', '--week', '2026-03-04');
      const rows = linesOf(out);
      expect(rows[0]).to.equal('2026-03-02 to 2026-03-08, times in Europe/Berlin');
      expect(rows.slice(3, 5)).to.deep.equal([
        '104 Peter Novak office office office office off off off',
        "101 Mia O'Brien early early early early early early off",
      ]);
    });

    it('is of this week where the employees are', async () => {
      const today = () =>
        new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin' }).format(new Date());
      const before = weekOf(today());
      const [title = ''] = linesOf(await done('show', '101'));
      const weeks = [before, weekOf(today())].map((week) => week.join(' to '));
      expect(weeks).to.include(title.split(',')[0]);
    });

    it('prints each day as JSON, also those of which the roster says nothing', async () => {
      const out = await done('show', '101', '--from', '2026-03-01', '--to', '2026-03-02', '--json');
      const days = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(days.map(({ date, status }) => [date, status])).to.deep.equal([
        ['2026-03-01', 'ATTENDANCE_STATUS_UNSCHEDULED'],
        ['2026-03-02', 'ATTENDANCE_STATUS_ABSENT'],
      ]);
      expect(days[1].shifts[0]).to.include({
        shiftId: 'early',
        scheduledStartTime: '2026-03-02T05:00:00Z',
      });
    });

    const WRONG: [string, string[], RegExp][] = [
      ['employees and a group', ['7', '--group', 'a'], /^Name employees or a group/],
      ['a week and dates', ['--week', '2026-03-02', ...EASTER], /^Give --week, or/],
      ['half a range', ['--from', '2026-03-02'], /^Give both/],
      ['a range that ends first', ['--from', '2026-03-02', '--to', '2026-03-01'], /before --from/],
      ['too many dates', ['--from', '2026-03-01', '--to', '2026-04-05'], /^At most 35 dates/],
      [
        'too many employees',
        Array.from({ length: MAX_GRID_EMPLOYEES + 1 }, (_, number) => String(number)),
        /^At most 200 employees/,
      ],
    ];
    for (const [what, args, says] of WRONG) {
      it(`refuses ${what}`, async () => {
        const { code, err } = await run('roster', 'show', ...args);
        expect(code).to.equal(2);
        expect(err).to.match(says);
      });
    }

    it('says that nobody is there, or not the one who is named', async () => {
      const { code, out, err } = await run('roster', 'show', '--group', 'garage');
      expect({ code, out }).to.deep.equal({ code: 0, out: '' });
      expect(err).to.match(/^There is no employee in group garage\./);
      const unknown = await run('roster', 'show', '101', 'nobody');
      expect(unknown.code).to.equal(1);
      expect(unknown.err).to.match(/^EMPLOYEE_NOT_FOUND: .*\n.*attendance roster employees/);
    });
  });

  describe('lists', () => {
    const LISTS: [string[], string[]][] = [
      [
        ['shifts', 'night'],
        [
          'SHIFT FROM START END ARCHIVED RULES',
          'night - 22:00 06:00 no late_grace 5m, accept_before 2h, accept_after 4h, ' +
            'breaks 30m after 6h; 45m after 9h',
        ],
      ],
      [
        ['employees', '--group', 'office'],
        [
          'EMPLOYEE NAME GROUP JOINED LEFT SHIFT CALENDAR ARCHIVED ZONE POLICY',
          '104 Peter Novak office - - - berlin no Europe/Berlin -',
        ],
      ],
      [
        ['overrides', '101', '--from', '2026-03-01', '--to', '2026-03-31'],
        ['DATE SHIFTS', '2026-03-07 early'],
      ],
      [['overrides', '101', '--to', '2026-02-28'], ['DATE SHIFTS']],
      [
        ['holidays', '--calendar', 'berlin', '--from', '2026-04-04'],
        ['CALENDAR DATE PORTION NAME', 'berlin 2026-04-06 whole Easter Monday'],
      ],
    ];
    for (const [args, lines] of LISTS) {
      it(args.join(' '), async () => {
        expect(linesOf(await done(...args))).to.deep.equal(lines);
      });
    }

    it('assignments with their ids and cycles', async () => {
      const [heading, row, ...others] = linesOf(await done('assignments', '102'));
      expect(heading).to.equal('ID FROM TO ANCHOR CYCLE');
      expect(row).to.match(/^\d+ 2026-03-02 - 2026-02-23 early\*5 off\*2 late\*5 off\*2 night/);
      expect(others).to.deep.equal([]);
    });

    it('as JSON of the contract, up to a limit that is told', async () => {
      const { out, err } = await run('roster', 'holidays', '--json', '--limit', '1');
      expect(JSON.parse(out)).to.deep.equal({
        calendarId: 'berlin',
        date: '2026-04-03',
        name: 'Good Friday',
        portion: 'DAY_PORTION_WHOLE_DAY',
      });
      expect(err).to.equal('There are more than 1 holidays: see --limit.\n');
    });

    it('of a past moment where single things are asked for', async () => {
      const { shift } = await service.roster.getShift({ shiftId: 'office' });
      const seconds = Number(shift?.updateTime?.seconds ?? 0n);
      const before = new Date((seconds - 60) * 1000).toISOString();
      const past = await run('roster', 'shifts', 'office', '--as-of', before);
      expect(past.err).to.match(/^SHIFT_NOT_FOUND: .*\n.*attendance roster shifts --archived/);
      expect(linesOf(await done('export', '--as-of', before))).to.have.length(1);
      const all = await run('roster', 'employees', '--as-of', before);
      expect(all.code).to.equal(2);
      expect(all.err).to.match(/^--as-of is of named employees only/);
    });

    it('changes by their numbers', async () => {
      const lines = linesOf(await done('changes', '1', '2'));
      expect(lines).to.have.length(1 + 2 + 2);
      expect(lines.at(-1)).to.match(/^2 shift late: none -> start_time_of_day 14:00/);
      const { code, err } = await run('roster', 'changes', '999');
      expect(code).to.equal(1);
      expect(err).to.match(/^ROSTER_CHANGE_NOT_FOUND/);
    });
  });

  describe('delete and archive', () => {
    const why = ['--reason', 'wrong rota'];

    /** The ids of an employee's assignments. */
    async function assignmentsOf(employeeId: string): Promise<readonly string[]> {
      const [, ...rows] = linesOf(await done('assignments', employeeId));
      return rows.map((row) => row.split(' ')[0] ?? '');
    }

    it('undo a wrong rota, byte for byte', async () => {
      const before = join(folder, 'before.csv');
      await done('export', '--file', before);
      const wrong = join(folder, 'wrong.csv');
      await writeFile(
        wrong,
        'type,employee,from,to,cycle,shift,date,calendar,name\n' +
          'assignment,104,2026-03-02,2026-03-31,office*5 off*2,,,,\n' +
          'assignment,104,2026-04-01,,night*5 off*2,,,,\n' +
          'override,104,,,,late,2026-03-20,,\n' +
          'override,101,,,,off,2026-03-07,,\n' +
          'holiday,,,,,,2026-04-07,berlin,No such day\n',
      );
      await done('import', wrong);
      const [, added = ''] = await assignmentsOf('104');
      const assignment = ['delete', 'assignment', '104', added, ...why];
      expect(await done(...assignment, '--dry-run')).to.match(
        /^Would delete assignment \d+ of 104 /,
      );
      expect(await done(...assignment)).to.match(
        /^Deleted assignment \d+ of 104 from 2026-04-01: night\*5 off\*2 \(change \d+\)$/m,
      );
      expect(await done('delete', 'override', '104', '2026-03-20', ...why)).to.match(
        /^Deleted override of 104 on 2026-03-20: late \(change \d+\)$/m,
      );
      expect(await done('delete', 'holiday', 'berlin', '2026-04-07', ...why)).to.match(
        /^Deleted holiday 2026-04-07 of berlin: No such day \(change \d+\)$/m,
      );
      // What the import added is gone; what it changed gets its old values back.
      await done('import', before);
      const undone = await readFile(before, 'utf8');
      expect(await done('export')).to.equal(undone);
      // Also without a file of before: of the moment at which the wrong import began.
      const { rosterChanges } = await service.roster.listRosterChanges({ pageSize: 100 });
      const since = rosterChanges.findLastIndex(
        ({ reason }) => reason === `roster import ${wrong}`,
      );
      const last = timeText(rosterChanges[since + 1]?.createTime);
      expect(await done('export', '--as-of', last)).to.equal(undone);
      expect(await done('changes', '--limit', '20')).to.match(/ wrong rota$/m);
    });

    it('say when there is nothing to do, and change nothing twice', async () => {
      expect(await done('delete', 'override', '101', '2031-01-01', ...why)).to.equal(
        'override of 101 on 2031-01-01 is not there: nothing was deleted\n',
      );
      await service.roster.createShift({
        shift: { shiftId: 'spare', startTimeOfDay: '01:00', endTimeOfDay: '02:00' },
      });
      const archive = ['archive', 'shift', 'spare', ...why];
      expect(await done(...archive)).to.match(/^Archived shift spare \(change \d+\)$/m);
      expect(await done(...archive)).to.equal('shift spare is archived already\n');
      expect(plain(await done('shifts', '--archived'))).to.match(/^spare - 01:00 02:00 yes/m);
    });

    it('archive an employee, whom a row of an import brings back', async () => {
      expect(JSON.parse(await done('archive', 'employee', '102', ...why, '--json')))
        .to.have.nested.property('employee.archived')
        .that.equals(true);
      expect(await done('employees')).to.not.match(/^102 /m);
      expect(await done('employees', '--archived')).to.match(/^102 /m);
      expect(await done('import', EXAMPLE)).to.match(/employee 102 was archived and is on the/);
    });

    const REFUSED: [string, string[], RegExp][] = [
      [
        'an assignment that is none',
        ['assignment', '101', '999'],
        /ASSIGNMENT_NOT_FOUND.*\nTheir ids/,
      ],
      [
        'a holiday that is none',
        ['holiday', 'berlin', '2026-01-01'],
        /HOLIDAY_NOT_FOUND.*\nWhich /,
      ],
      [
        'a policy that is none',
        ['policy', 'x'],
        /POLICY_NOT_FOUND.*\n.*attendance roster policies/,
      ],
      ['an override of nobody', ['override', 'x', '2026-03-07'], /EMPLOYEE_NOT_FOUND/],
    ];
    for (const [what, args, says] of REFUSED) {
      it(`tell the way on from ${what}`, async () => {
        const { code, err } = await run('roster', 'delete', ...args, ...why);
        expect(code).to.equal(1);
        expect(err).to.match(says);
      });
    }

    it('leave alone what has changed since it was read', async () => {
      const [id = ''] = await assignmentsOf('103');
      const { code, err } = await run(
        ...['roster', 'delete', 'assignment', '103', id, ...why, '--etag', '"1"'],
      );
      expect(code).to.equal(1);
      expect(err).to.match(/^ETAG_MISMATCH/);
      expect(await assignmentsOf('103')).to.deep.equal([id]);
    });
  });

  describe('policies', () => {
    const why = ['--reason', 'put off'];

    it('are imported, listed and told as changes', async () => {
      const path = join(folder, 'policies.csv');
      await writeFile(
        path,
        'type,policy,name,from,groups,default,off_shift_day_start,round_worked,employee\n' +
          'policy,nights,By night,,bakery,,04:00,down 15m,\n' +
          'policy,nights,By night,2026-05-01,bakery,,05:00,down 15m,\n' +
          'policy,usual,,,,yes,,,\n' +
          'employee,nights,,2026-06-01,,,,,104\n',
      );
      expect(plain(await done('import', path))).to.match(/^policies 2 1 0\nemployees 0 1 0$/m);
      const gap = 'off_shift_gap 4h, off_shift_max_length 16h, off_shift_attribution start-date';
      const rules = (start: string) =>
        `round_worked down 15m, ${gap}, off_shift_day_start ${start}, off_shift_pairing typed`;
      expect(linesOf(await done('policies'))).to.deep.equal([
        'POLICY FROM NAME GROUPS DEFAULT RULES',
        `nights - By night bakery no ${rules('04:00')}`,
        `nights 2026-05-01 By night bakery no ${rules('05:00')}`,
        `usual - - - yes ${gap}, off_shift_pairing typed`,
      ]);
      expect(await done('employees', '104')).to.match(/ {2}from 2026-06-01 nights$/m);
      const { rosterChanges } = await service.roster.listRosterChanges({ pageSize: 10 });
      const second = rosterChanges.filter(({ policyId }) => policyId === 'nights')[0];
      const told = plain(await done('changes', second?.changeId ?? ''));
      expect(told).to.match(/ policy nights 2026-05-01 to \.\.\. /);
      expect(told).to.match(
        / policy nights from 2026-05-01: off_shift_rules.day_start 04:00 -> 05:00$/,
      );
      expect(JSON.parse(await done('policies', 'usual', '--json'))).to.have.property(
        'policyId',
        'usual',
      );
      const all = await run('roster', 'policies', '--as-of', '2026-03-02T09:00:00Z');
      expect(all.err).to.match(/^--as-of is of named policies only/);
    });

    it('are deleted by version, or as a whole', async () => {
      const version = ['delete', 'policy', 'nights', '--from', '2026-05-01', ...why];
      expect(await done(...version, '--dry-run')).to.equal(
        'Would delete the version from 2026-05-01 of policy nights\n',
      );
      expect(await done(...version)).to.match(
        /^Deleted the version from 2026-05-01 of policy nights \(change \d+\)$/m,
      );
      const twice = await run('roster', ...version);
      expect(twice.err).to.match(/^POLICY_NOT_FOUND: /);
      expect(linesOf(await done('policies', 'nights'))).to.have.length(2);
      const stale = await run('roster', 'delete', 'policy', 'nights', ...why, '--etag', '"1"');
      expect(stale.err).to.match(/^ETAG_MISMATCH/);
      const undated = ['delete', 'policy', 'nights', '--from', '-', ...why, '--dry-run'];
      expect(await done(...undated)).to.equal(
        'Would delete the version without a date of policy nights\n',
      );
      expect(await done('delete', 'policy', 'nights', ...why)).to.match(
        /^Deleted the only version of policy nights \(change \d+\)$/m,
      );
      const { rosterChanges } = await service.roster.listRosterChanges({ pageSize: 1 });
      const told = plain(await done('changes', rosterChanges[0]?.changeId ?? ''));
      expect(told).to.match(
        / policy nights: policy_name By night, group_ids \["bakery"\], .* -> none$/,
      );
      const nothing = await run('roster', 'delete', 'policy', 'nights');
      expect(nothing.err).to.match(/--reason/);
    });
  });

  // Last: so many employees make every export longer.
  describe('of a crowd', () => {
    it('shows as many employees as a grid takes, over several calls, and says that there are more', async () => {
      const path = join(folder, 'crowd.csv');
      const ids = Array.from(
        { length: MAX_GRID_EMPLOYEES + 1 },
        (_, number) => `c-${1000 + number}`,
      );
      const rows = ids.map((id) => `employee,${id},crowd\n`).join('');
      await writeFile(path, `type,employee,group\n${rows}`);
      await done('import', path);
      const crowd = ['roster', 'show', '--group', 'crowd', '--week', '2026-03-02', '--json'];
      const { out, err } = await run(...crowd);
      const days = out.trimEnd().split('\n');
      expect(days).to.have.length(7 * MAX_GRID_EMPLOYEES);
      expect(days.at(-1))
        .to.include(`"employeeId":"${ids.at(-2)}"`)
        .and.include('"2026-03-08"');
      expect(err).to.match(/^There are more than 200 employees; these are the first by id\./);
    });
  });
});
