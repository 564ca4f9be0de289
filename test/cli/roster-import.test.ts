// `roster import` against a roster in memory behind a real gRPC server: what is written, that the
// same file again writes nothing, and what is told of files that are wrong.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { EmployeeAssignment, PolicyHistory } from '../../src/client/index.js';
import { RoundingDirection, ShiftHistorySchema, WorkRulesSchema } from '../../src/client/index.js';
import { refuse } from '../client/grpc-server.js';
import { ROOT } from '../tooling/repository.js';
import { RosterBook } from './roster-book.js';
import type { StandIn } from './stand-in.js';
import { ran, startStandIn } from './stand-in.js';

const EXAMPLE = join(ROOT, 'examples', 'roster.csv');
const SUMMARY = 'SHIFTS HOLIDAYS POLICIES EMPLOYEES ASSIGNMENTS OVERRIDES';

describe('roster import', () => {
  let folder: string;
  let book: RosterBook;
  let service: StandIn;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-roster-'));
    book = new RosterBook();
    service = await startStandIn(book.answers());
  });
  afterEach(async () => {
    service.stop();
    await rm(folder, { recursive: true });
  });

  const run = (...args: string[]) => ran(service.address, 'roster', ...args);

  async function imported(text: string, ...args: string[]) {
    const path = join(folder, 'roster.csv');
    await writeFile(path, text);
    return await run('import', path, ...args);
  }

  /** `created updated same` by type, as the table shows them. */
  function countsIn(out: string): string {
    const rows = SUMMARY.toLowerCase()
      .split(' ')
      .map((type) => new RegExp(`^${type} +(\\d+) +(\\d+) +(\\d+)$`, 'm').exec(out));
    return rows.map((row) => row?.slice(1).join('/') ?? '?').join(' ');
  }

  /** Those that were not only validated. */
  const writes = () =>
    service.calls
      .filter(({ request }) => !('validateOnly' in request && request.validateOnly))
      .map(({ method }) => method)
      .filter((method) => !/^(get|list)/.test(method));

  it('takes examples/roster.csv, and the same file again changes nothing', async () => {
    const tried = await run('import', EXAMPLE, '--dry-run');
    expect(tried.code).to.equal(0);
    expect(tried.out)
      .to.match(/TO CREATE +TO UPDATE +AS IT WAS/)
      .and.match(/^Not judged, .*: 6\.\nNothing was changed/m);
    expect(countsIn(tried.out)).to.equal('4/0/0 2/0/0 0/0/0 4/0/0 4/0/0 2/0/0');
    expect(writes()).to.deep.equal([]);

    const done = await run('import', EXAMPLE);
    expect(done.code).to.equal(0);
    expect(countsIn(done.out)).to.equal('4/0/0 2/0/0 0/0/0 4/0/0 4/0/0 2/0/0');
    const night = book.shifts.get('night')?.versions[0];
    expect(night).to.deep.include({ startTimeOfDay: '22:00', endTimeOfDay: '06:00' });
    expect(
      night?.workRules?.breakDeductions.map(({ length }) => Number(length?.seconds)),
    ).to.deep.equal([1800, 2700]);
    const cycle = book.assignments
      .get('1')
      ?.assignment?.cycle.map(({ shiftIds }) => shiftIds.join('+'));
    expect(cycle).to.have.length(21);
    expect([cycle?.[0], cycle?.[5], cycle?.[7], cycle?.[14]]).to.deep.equal([
      'early',
      '',
      'late',
      'night',
    ]);

    const before = writes().length;
    const again = await run('import', EXAMPLE);
    expect(countsIn(again.out)).to.equal('0/0/4 0/0/2 0/0/0 0/0/4 0/0/4 0/0/2');
    expect(writes()).to.have.length(before);
  });

  it('does not look at the order of the rows', async () => {
    const [header = '', ...rows] = (await readFile(EXAMPLE, 'utf8')).trimEnd().split('\n');
    const done = await imported([header, ...rows.reverse()].join('\n'));
    expect(done.code).to.equal(0);
    expect(countsIn(done.out)).to.equal('4/0/0 2/0/0 0/0/0 4/0/0 4/0/0 2/0/0');
  });

  it('leaves as it is what the file has no column for, and takes away what is empty', async () => {
    const round = { direction: RoundingDirection.UP, step: { seconds: 900n } };
    const shift = {
      shiftId: 'early',
      startTimeOfDay: '05:00',
      endTimeOfDay: '13:00',
      lateGrace: { seconds: 300n },
      workRules: { roundIn: round },
      geofence: { latitude: 52, longitude: 13, radiusMeters: 50 },
    };
    const history = { shiftId: 'early', versions: [shift], etag: '"9"' };
    book.shifts.set('early', create(ShiftHistorySchema, history));
    const done = await imported(
      'type,shift,start,end,breaks,late_grace\nshift,early,06:00,14:00,30m after 6h,\n',
    );
    expect(done.code, done.err).to.equal(0);
    const changed = book.shifts.get('early')?.versions[0];
    expect(changed).to.deep.include({ startTimeOfDay: '06:00' });
    expect(changed).to.not.have.property('lateGrace');
    expect(changed?.geofence?.radiusMeters).to.equal(50);
    expect(changed?.workRules?.roundIn?.step?.seconds).to.equal(900n);
    expect(changed?.workRules?.breakDeductions).to.have.length(1);
  });

  it('knows a shift again in the spelling of the service', async () => {
    const said = { acceptBefore: { seconds: 7200n }, acceptAfter: { seconds: 14_400n } };
    const versions = [{ shiftId: 'a', startTimeOfDay: '08:00', endTimeOfDay: '16:00', ...said }];
    book.shifts.set('a', create(ShiftHistorySchema, { shiftId: 'a', versions, etag: '"9"' }));
    const again = await imported(
      'type,shift,start,end,accept_before,accept_after,late_grace,half_day_threshold,breaks\n' +
        'shift,a,08:00,16:00,,4h,0,,\n',
    );
    expect(again.code).to.equal(0);
    expect(countsIn(again.out)).to.match(/^0\/0\/1 /);
    expect(writes()).to.deep.equal([]);
  });

  it('writes the versions of a shift in their order, each onto the one before', async () => {
    const text =
      'type,shift,start,end,from\nshift,a,08:00,16:00,2026-07-01\nshift,a,07:00,15:00,\n' +
      'shift,a,09:00,17:00,2026-12-01\n';
    expect((await imported(text)).code).to.equal(0);
    expect(writes()).to.deep.equal(['createShift', 'updateShift', 'updateShift']);
    expect(
      book.shifts.get('a')?.versions.map(({ startTimeOfDay: startTime }) => startTime),
    ).to.deep.equal(['07:00', '08:00', '09:00']);
  });

  const ZONES = 'type,employee,zone,from,name\n';
  const zonesOf = (employeeId: string) => {
    const { timeZone = '?', timeZoneChanges = [] } = book.employees.get(employeeId) ?? {};
    return [timeZone, ...timeZoneChanges.map((each) => `${each.startDate} ${each.timeZone}`)];
  };

  it('moves an employee to another zone from a date on, once', async () => {
    const text =
      `${ZONES}employee,7,Asia/Tokyo,2026-09-01,\nemployee,7,Europe/Berlin,,Mia\n` +
      'employee,7,Europe/Lisbon,2026-03-01,\n';
    const done = await imported(text);
    expect(done.code, done.err).to.equal(0);
    expect(countsIn(done.out)).to.equal('0/0/0 0/0/0 0/0/0 1/0/0 0/0/0 0/0/0');
    const all = ['Europe/Berlin', '2026-03-01 Europe/Lisbon', '2026-09-01 Asia/Tokyo'];
    expect(zonesOf('7')).to.deep.equal(all);
    expect(countsIn((await imported(text)).out)).to.equal('0/0/0 0/0/0 0/0/0 0/0/1 0/0/0 0/0/0');
    expect(writes()).to.deep.equal(['createEmployee']);
    // A move alone leaves the rest as it is, and takes the place of one on the same date.
    const moved = await imported(`${ZONES}employee,7,Europe/Paris,2026-09-01,\n`);
    expect(moved.out).to.not.match(/all dates/);
    expect(zonesOf('7')).to.deep.equal([...all.slice(0, 2), '2026-09-01 Europe/Paris']);
    expect(book.employees.get('7')?.employeeName).to.equal('Mia');
  });

  it('says, also beforehand, when a zone without a date changes that of all dates', async () => {
    await imported(`${ZONES}employee,7,Europe/Berlin,,Mia\nemployee,8,,,\n`);
    const text = `${ZONES}employee,7,Europe/Lisbon,,Mia\nemployee,8,Europe/Lisbon,,\n`;
    const says =
      /^line 2: employee 7: zone Europe\/Lisbon instead of Europe\/Berlin applies to all dates, past /m;
    const tried = await imported(text, '--dry-run');
    expect(tried.out)
      .to.match(says)
      .and.not.match(/employee 8/);
    expect((await imported(text)).out).to.match(says);
    expect((await imported(text)).out).to.not.match(/all dates/);
  });

  const WORK = 'type,shift,start,end,breaks,deduct_excess_only,pairing\nshift,a,08:00,16:00,';
  const FOLLOWS: [what: string, rows: string[], rules: object | undefined][] = [
    ['W1 follows a policy where all is empty', [',,'], undefined],
    ['W2 has rules of its own with pairing typed', [',,typed'], { pairing: 1 }],
    ['W3 has rules of its own with a no', [',no,'], {}],
    ['W4 follows a policy when its last rule is taken away', ['30m,,', ',,'], undefined],
    ['W5 keeps rules that become others', ['30m,,', ',no,'], {}],
    [
      'W6 keeps rules of which one is taken away',
      ['30m,yes,', ',yes,'],
      { deductExcessOnly: true },
    ],
  ];
  for (const [what, rows, rules] of FOLLOWS) {
    it(`a shift ${what}`, async () => {
      for (const row of rows) expect((await imported(`${WORK}${row}\n`)).code).to.equal(0);
      const work = book.shifts.get('a')?.versions[0]?.workRules;
      if (rules === undefined) expect(work).to.equal(undefined);
      else expect(work).to.deep.equal(create(WorkRulesSchema, rules));
      expect(countsIn((await imported(`${WORK}${rows.at(-1)}\n`)).out)).to.match(/^0\/0\/1 /);
    });
  }

  const POLICIES = 'type,policy,from,groups,default,off_shift_day_start,employee,zone\n';

  it('sets policies before whoever has them, once', async () => {
    const text =
      `${POLICIES}employee,q,2026-05-01,,,,7,Asia/Tokyo\nemployee,p,,,,,7,\n` +
      'policy,q,,,,,,\npolicy,p,2026-07-01,,,05:00,,\npolicy,p,,a b,yes,0:00,,\n';
    const done = await imported(text);
    expect(done.code, done.err).to.equal(0);
    expect(countsIn(done.out)).to.equal('0/0/0 0/0/0 2/1/0 1/0/0 0/0/0 0/0/0');
    expect(writes()).to.deep.equal([...Array(3).fill('setPolicy'), 'createEmployee']);
    expect(countsIn((await imported(text)).out)).to.equal('0/0/0 0/0/0 0/0/3 0/0/1 0/0/0 0/0/0');
    const [first, second] = book.policies.get('p')?.versions ?? [];
    expect(first).to.deep.include({ groupIds: ['a', 'b'], isDefault: true });
    expect(second).to.deep.include({ groupIds: [], isDefault: false });
    expect(policiesOf('7')).to.deep.equal(['p', '2026-05-01 q']);
    expect(zonesOf('7')).to.deep.equal(['', '2026-05-01 Asia/Tokyo']);
    // A column that is missing leaves things as they are, an empty cell takes them away.
    await imported(`${POLICIES}employee,(none),2026-05-01,,,,7,\nemployee,,,,,,7,\n`);
    expect(policiesOf('7')).to.deep.equal(['2026-05-01 ']);
    await imported('type,employee,name\nemployee,7,Mia\n');
    expect(policiesOf('7')).to.deep.equal(['2026-05-01 ']);
    await imported(`${POLICIES}employee,p,,,,,7,\n`);
    expect((await imported(`${POLICIES}employee,,,,,,7,\n`)).out).to.match(
      /^line 2: employee 7: policy \(none\) instead of p applies to all dates, past ones too; /m,
    );
    const renamed = 'type,policy,name\npolicy,p,The first\n';
    await imported(renamed);
    expect(book.policies.get('p')?.versions[0]).to.deep.include({
      policyName: 'The first',
      groupIds: ['a', 'b'],
    });
  });

  const policiesOf = (employeeId: string) =>
    book.employees
      .get(employeeId)
      ?.policies.map(({ startDate, policyId }) => `${startDate} ${policyId}`.replace(/^ /, ''));

  it('moves a group from one policy to another, whichever row comes first', async () => {
    book.onWrite = (_, what: Message) => {
      if (what.$typeName !== 'attendance.v1.PolicyHistory') return;
      const { policyId, versions } = what as PolicyHistory;
      const groups = versions.flatMap(({ groupIds }) => groupIds);
      const others = [...book.policies.values()].filter((other) => other.policyId !== policyId);
      const theirs = others.flatMap((other) => other.versions.flatMap(({ groupIds }) => groupIds));
      const taken = groups.find((groupId) => theirs.includes(groupId));
      if (taken === undefined) return;
      const reason = 'GROUP_HAS_POLICY';
      const violations = [{ field: 'policy.group_ids[0]', reason, description: taken }];
      const code = status.INVALID_ARGUMENT;
      throw refuse({ code, message: 'no', reason: 'INVALID_FIELD', violations });
    };
    const both = (p: string, q: string) => `type,policy,groups\npolicy,p,${p}\npolicy,q,${q}\n`;
    expect((await imported(both('', 'a'))).code).to.equal(0);
    const moved = both('a', '');
    const tried = await imported(moved, '--dry-run');
    expect(tried.out).to.match(/^Not judged, .*: 1\.$/m);
    expect((await imported(moved)).code).to.equal(0);
    expect(book.policies.get('p')?.versions[0]?.groupIds).to.deep.equal(['a']);
    const twice = await imported(both('a', 'a'));
    expect(twice.code).to.equal(3);
    expect(twice.out).to.match(/^line 3: policy q: INVALID_FIELD: policy\.group_ids\[0\]: a$/m);
  });

  it('refuses a dated row of an employee that says anything but the zone', async () => {
    const { code, err } = await imported(
      `${ZONES}employee,7,Europe/Lisbon,2026-03-01,Mia\nemployee,8,,2026-03-01,\n`,
    );
    expect(code).to.equal(1);
    expect(err)
      .to.match(/^line 2: name must be empty in an employee's row with from/m)
      .and.match(/^line 3: zone and policy are empty: from says since when/m);
  });

  it('takes the names of columns as people and the contract write them', async () => {
    const done = await imported(
      'Type,Employee ID,Employee Name,Group-ID,Time Zone\nemployee,7,Mia,bakery,Europe/Berlin\n',
    );
    expect(done.code, done.err).to.equal(0);
    expect(book.employees.get('7')).to.include({
      employeeName: 'Mia',
      groupId: 'bakery',
      timeZone: 'Europe/Berlin',
    });
    const twice = await imported('type,employee,Employee ID\nemployee,7,7\n');
    expect(twice.err).to.match(/"employee" stands in the first line twice/);
  });

  it('tells a further version of a shift as a change of that shift', async () => {
    const one = 'type,shift,start,end,from\nshift,a,08:00,16:00,\n';
    expect(countsIn((await imported(one)).out)).to.match(/^1\/0\/0 /);
    const two = `${one}shift,a,09:00,17:00,2026-07-01\n`;
    expect(countsIn((await imported(two)).out)).to.match(/^0\/1\/1 /);
  });

  const BASE =
    'type,shift,start,end,employee,from,to,cycle\nshift,a,08:00,16:00,,,,\n' +
    'shift,b,12:00,20:00,,,,\nemployee,,,,7,,,\n';

  /** As the service does it: two assignments may not have a shift each on one day. */
  function refuseOverlaps(): void {
    book.onWrite = (_, what: Message) => {
      if (what.$typeName !== 'attendance.v1.EmployeeAssignment') return;
      const { assignmentId, assignment } = what as EmployeeAssignment;
      for (const other of book.assignments.values()) {
        if (other.assignmentId === assignmentId) continue;
        const { startDate = '', endDate = '', cycle = [] } = other.assignment ?? {};
        const isApart =
          (assignment?.endDate || '9') < startDate ||
          (assignment?.startDate ?? '') > (endDate || '9') ||
          !cycle.some((day, n) => {
            const mine = assignment?.cycle[n]?.shiftIds ?? [];
            return day.shiftIds.length > 0 && mine.length > 0;
          });
        if (isApart) continue;
        const message = 'they overlap';
        throw refuse({ code: status.FAILED_PRECONDITION, message, reason: 'SHIFTS_OVERLAP' });
      }
    };
  }

  it('ends an assignment before it makes the one behind it', async () => {
    refuseOverlaps();
    await imported(`${BASE}assignment,,,,7,2026-01-05,,a\n`);
    const ended = await imported(
      `${BASE}assignment,,,,7,2026-02-09,,b\nassignment,,,,7,2026-01-05,2026-02-08,a\n`,
    );
    expect(ended.code, ended.out).to.equal(0);
    expect(countsIn(ended.out)).to.match(/1\/1\/0 0\/0\/0$/);
  });

  it('tries again what overlaps with something that moves out of the way behind it', async () => {
    refuseOverlaps();
    const two = (one: string, other: string) =>
      `${BASE}assignment,,,,7,2026-01-05,,${one}\nassignment,,,,7,2026-01-12,,${other}\n`;
    const add = ['--on-overlap', 'add'];
    expect((await imported(two('a off', 'off a'), ...add)).code).to.equal(0);
    const moved = await imported(two('a a', 'off off'));
    expect(moved.code, moved.out).to.equal(0);
    expect(countsIn(moved.out)).to.match(/0\/2\/0 0\/0\/0$/);
    const stuck = await imported(two('a a', 'a off'));
    expect(stuck.code).to.equal(3);
    expect(stuck.out).to.match(
      /^line 6: assignment of 7 from 2026-01-12: SHIFTS_OVERLAP: they overlap$/m,
    );
  });

  it('tells everything that is wrong, by line, and sends nothing', async () => {
    const wrong = await imported(
      'type,shift,start,end,employee,name,from,cycle,date\n' +
        'assignment,,,,9,,2026-03-02,a*5 zz*2,\n' +
        'shift,a,6,14:00,,,,,\n' +
        'employee,,,,7,Mia,,,\n' +
        'employee,,,,7,Ada,,,\n',
    );
    expect(wrong).to.deep.equal({
      code: 1,
      out: '',
      err:
        'line 3: start "6" must be a time of day such as 06:00, up to 23:59\n' +
        'line 5: employee 7 stands on line 4 already: keep one of them\n' +
        `Nothing was sent. Mend ${join(folder, 'roster.csv')} and import it again.\n`,
    });
    const unknown = await imported(
      'type,shift,start,end,employee,from,cycle\nassignment,,,,9,2026-03-02,a*5 zz*2\n' +
        'shift,a,06:00,14:00,,,\n',
    );
    expect(unknown.err)
      .to.match(/^line 2: shift zz is neither in the file nor in the service/m)
      .and.match(/^line 2: employee 9 is neither in the file nor in the service/m);
    expect(writes()).to.deep.equal([]);
  });

  it('refuses archived shifts by line, but leaves them to whoever has them', async () => {
    const text = `${BASE}assignment,,,,7,2026-01-05,,a\n`;
    expect((await imported(text)).code).to.equal(0);
    const history = book.shifts.get('a');
    if (history === undefined) throw new Error('there is a shift');
    history.archived = true;
    const before = writes().length;
    const refused = await imported(`${text}assignment,,,,7,2026-03-02,,b a\n`);
    expect(refused.code).to.equal(1);
    expect(refused.err)
      .to.match(/^line 2: shift a is archived in the service, which brings none back: take/m)
      .and.match(/^line 6: shift a is archived in the service and assigned no more/m)
      .and.not.match(/^line 5/m);
    expect(writes()).to.have.length(before);
    const header = 'type,shift,start,end,employee,from,to,cycle\n';
    const kept = await imported(`${header}assignment,,,,7,2026-01-05,2026-12-31,a\n`);
    expect(kept.code, kept.err).to.equal(0);
    expect(countsIn(kept.out)).to.match(/0\/1\/0 0\/0\/0$/);
  });

  it('refuses rows of one shift that do not agree on whether it is archived', async () => {
    const { code, err } = await imported(
      'type,shift,start,end,from,archived\nshift,a,08:00,16:00,,yes\nshift,a,09:00,17:00,2026-07-01,\n',
    );
    expect(code).to.equal(1);
    expect(err).to.match(/^line 3: archived must be the same in all rows of shift a: see line 2$/m);
  });

  it('says whom it brings back, ahead and afterwards', async () => {
    expect((await imported(BASE)).code).to.equal(0);
    const employee = book.employees.get('7');
    if (employee === undefined) throw new Error('there is an employee');
    employee.archived = true;
    const tried = await imported(BASE, '--dry-run');
    expect(countsIn(tried.out)).to.match(/0\/1\/0 0\/0\/0 0\/0\/0$/);
    expect(tried.out).to.match(/^line 4: employee 7 is archived and would be on the lists again$/m);
    const done = await imported(BASE);
    expect(done.out).to.match(/^line 4: employee 7 was archived and is on the lists again$/m);
    expect(book.employees.get('7')?.archived).to.equal(false);
    const again = await imported(BASE);
    expect(again.out).to.not.match(/on the lists/);
  });

  it('does not guess which of several assignments from one date is meant', async () => {
    const text = `${BASE}assignment,,,,7,2026-01-05,,a\n`;
    expect((await imported(text)).code).to.equal(0);
    const one = book.assignments.get('1');
    if (one === undefined) throw new Error('there is an assignment');
    book.assignments.set('2', { ...one, assignmentId: '2' });
    const before = writes().length;
    const guess = await imported(text);
    expect(guess.code).to.equal(1);
    expect(guess.err).to.match(
      /^line 5: employee 7 has 2 assignments from 2026-01-05 .* 1 and 2:/m,
    );
    expect(writes()).to.have.length(before);
  });

  it('holds back what may need what was refused, and goes on when that is mended', async () => {
    book.onWrite = (method) => {
      if (method !== 'createShift') return;
      const violations = [
        { field: 'shift.end_time_of_day', reason: 'X', description: 'is too far' },
      ];
      throw refuse({
        code: status.INVALID_ARGUMENT,
        message: 'no',
        reason: 'INVALID_FIELD',
        violations,
      });
    };
    const text = `${BASE}assignment,,,,7,2026-03-02,,a\n`;
    const held = await imported(text);
    expect(held.code).to.equal(3);
    expect(held.out)
      .to.match(/^line 2: shift a: INVALID_FIELD: shift\.end_time_of_day: is too far$/m)
      .and.match(/^2 further rows were not sent/m);
    book.onWrite = () => undefined;
    expect((await imported(text)).code).to.equal(0);
    expect(book.assignments.size).to.equal(1);
  });

  it('ends at once when the service refuses every call', async () => {
    service.answers.createShift = () => {
      throw refuse({ code: status.PERMISSION_DENIED, message: 'not you', reason: 'NO_SCOPE' });
    };
    const { code, err } = await imported(BASE);
    expect(code).to.equal(1);
    expect(err).to.equal('NO_SCOPE: not you\n');
  });

  it('says which changes stored days are still following', async () => {
    const done = await imported(BASE);
    expect(done.err).to.match(/Stored days are still following 3 of these changes: .*--unfinished/);
    service.answers.listRosterChanges = ({ unfinishedOnly }) => ({
      rosterChanges: [
        {
          changeId: '12',
          actor: 'ann',
          reason: 'rota of March',
          shiftId: 'a',
          startDate: '2026-03-01',
          employeesDone: unfinishedOnly ? 7n : 0n,
          daysDerived: 31n,
          daysChanged: 2n,
        },
      ],
    });
    const { out } = await run('changes', '--unfinished');
    expect(out.replaceAll(/ +/g, ' ')).to.equal(
      'CHANGE WHEN WHO WHAT DATES EMPLOYEES DERIVED CHANGED FOLLOWED WHY\n' +
        '12 - ann shift a 2026-03-01 to ... 7 31 2 under way rota of March\n',
    );
  });
});
