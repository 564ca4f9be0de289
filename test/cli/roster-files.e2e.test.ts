// `roster export` against the service itself: what it writes is what `roster import` reads, so an
// import of it changes nothing, and gives an empty service the same roster.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { timeText } from '../../src/cli/text/day-options.js';
import { OverlapAction } from '../../src/client/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { ROOT } from '../tooling/repository.js';
import { ran } from './stand-in.js';

const EXAMPLE = join(ROOT, 'examples', 'roster.csv');

/** Every column that a shift, an employee and an assignment can have, and what is archived. */
const EVERYTHING = `type,shift,start,end,from,zone,calendar,late_grace,early_grace,accept_before,\
accept_after,max_session_length,half_day_threshold,absent_threshold,half_day_boundary,target,core,breaks,deduct_excess_only,min_break_length,paid_break_limit,break_types,repeat_window,repeat_any_kind,pairing,\
hours_counted,round_in,round_out,round_breaks,round_worked,auto_close,count_from_start,count_to_end,min_overtime,works_on_holidays,geofence,archived
shift,full,08:00,16:00,,Europe/Berlin,hall-b,90s,1m,0,1h30m15s,12h,4h,2h,11:30,7h30m,10:00-15:00,10m; 30m after 6h,yes,15m,15m,lunch 11:30-12:30 45m by-clock; rest 15m paid,30s,yes,\
alternating,first-in-to-last-out,up 15m grace 5m,down 15m grace 1m,nearest 5m,up 6m,1h30m after planned-work,yes,no,30m,yes,\
52.520008 -13.40495 150.5m,
shift,full,09:00,17:00,2026-07-01,,,,,,,,,,,,,,,,,,,,typed,every-pair,,,,,0 after planned-end,,yes,,no,,
shift,old,06:00,14:00,2026-01-01,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,yes
`;
/** Every column of a policy; and who has one, and since when. */
const POLICIES = `type,policy,name,from,groups,default,zone,employee,breaks,deduct_excess_only,min_break_length,\
paid_break_limit,repeat_window,repeat_any_kind,pairing,hours_counted,round_in,round_out,round_breaks,round_worked,\
off_shift_gap,off_shift_max_length,off_shift_attribution,off_shift_day_start,off_shift_breaks,\
off_shift_deduct_excess_only,off_shift_min_break_length,off_shift_paid_break_limit,off_shift_repeat_window,\
off_shift_repeat_any_kind,off_shift_pairing,off_shift_hours_counted,off_shift_round_in,off_shift_round_out,\
off_shift_round_breaks,off_shift_round_worked,break_types,off_shift_break_types,max_command_age_days,refuse_outside_geofence,overtime,premiums,week_start,\
undertime_tolerance
policy,p-all,"Nights, by night",,hall-b hall-a,,,,30m after 6h,yes,10m,5m,20s,yes,alternating,first-in-to-last-out,\
up 15m grace 5m,down 15m,nearest 5m,up 6m,6h,20h,split-at-midnight,04:00,10m; 20m after 5h,yes,1m,2m,3s,yes,\
alternating,first-in-to-last-out,up 10m,down 10m grace 2m,nearest 1m,down 1h,lunch 12:00-13:00 1h by-clock,rest 15m paid,14,yes,\
daily day tolerance 10m block 15m limit 2h first:1h30m:125 rest::150; weekly week after 40h ::150;\
 off all on sat+sun+holiday+off,night 22:00-06:00 25%; sunday on sun+holiday 50% added,sun,0
policy,p-all,,2026-05-01,,yes,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
policy,p-own,,2026-01-01,,,,,,,,,,,typed,,,,,,0,,most-worked-date,,,,,,,,,,,,,,,,,,,,,
employee,p-own,,,,,,p1,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
employee,p-all,,2026-04-01,,,,p1,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
employee,(none),,2026-09-01,,,Asia/Tokyo,p1,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
employee,(none),,,,,,p2,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
`;
const PEOPLE = `type,employee,name,zone,group,joined,left,shift,calendar,from,to,cycle,anchor,date,portion,archived
holiday,,"Day of ""unity"", observed",,,,,,hall-b,,,,,2026-10-03,second,
employee,7,"Weber, Jonas",Europe/Berlin,hall-b,2026-01-01,2029-12-31,full,hall-b,,,,,,,
employee,7,,Europe/Lisbon,,,,,,2026-09-01,,,,,,
employee,8,,,,,2026-02-28,,,,,,,,,yes
assignment,7,,,,,,,,2026-02-02,2026-02-28,old*2 off full*3 off,2026-01-05,,,
assignment,8,,,,,,,,2026-02-02,,off*366,,,,
override,7,,,,,,off,,,,,,2026-03-07,,
override,7,,,,,,full,,,,,,2026-03-08,,
`;

describe('a roster as a file', function () {
  this.timeout(60_000);
  let databases: TestDatabase[];
  let services: TestService[];
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attendance-export-'));
    databases = await Promise.all([createTestDatabase(), createTestDatabase()]);
    services = await Promise.all(
      databases.map(({ url }) => startTestService({ databaseUrl: url })),
    );
  });

  after(async () => {
    for (const service of services ?? []) await service.stop();
    for (const database of databases ?? []) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (which: number, ...args: string[]) =>
    ran(new URL(services[which]?.baseUrl ?? '').host, ...args);

  async function done(which: number, ...args: string[]): Promise<string> {
    const { code, out, err } = await run(which, ...args);
    expect(code, err || out).to.equal(0);
    return out;
  }

  async function fileOf(text: string): Promise<string> {
    const path = join(folder, 'roster.csv');
    await writeFile(path, text);
    return path;
  }

  /** Created and updated, over all types. */
  async function changesOf(
    which: number,
    path: string,
    ...options: string[]
  ): Promise<readonly number[]> {
    const imported = await done(which, 'roster', 'import', path, '--json', ...options);
    const { counts } = JSON.parse(imported);
    const each = Object.values<{ created: number; updated: number }>(counts);
    return [
      each.reduce((sum, { created }) => sum + created, 0),
      each.reduce((sum, { updated }) => sum + updated, 0),
    ];
  }

  /** Exports the first service, and imports that into both: the same bytes must come of each. */
  async function expectRoundTrip(): Promise<string> {
    const path = join(folder, 'exported.csv');
    await done(0, 'roster', 'export', '--file', path);
    const exported = await readFile(path, 'utf8');
    expect(await changesOf(0, path), 'into where it is from').to.deep.equal([0, 0]);
    expect(await done(0, 'roster', 'export')).to.equal(exported);
    await changesOf(1, path);
    expect(await done(1, 'roster', 'export'), 'of the other service').to.equal(exported);
    expect(await changesOf(1, path), 'into the other once more').to.deep.equal([0, 0]);
    return exported;
  }

  it('of examples/roster.csv goes from service to service as it is', async () => {
    expect(await changesOf(0, EXAMPLE)).to.deep.equal([16, 0]);
    const exported = await expectRoundTrip();
    expect(exported.split('\n')).to.have.length(1 + 16 + 1);
    expect(await changesOf(1, EXAMPLE)).to.deep.equal([0, 0]);
  });

  it('says every rule, what is archived, and who is known from a mark alone', async () => {
    await changesOf(0, await fileOf(EVERYTHING.replace(/,yes\n$/, ',\n')));
    await changesOf(0, await fileOf(PEOPLE));
    expect(await changesOf(0, await fileOf(EVERYTHING))).to.deep.equal([0, 1]);
    await done(0, 'mark', '900', '2026-03-02', 'present', '--name', 'Zed');
    const exported = await expectRoundTrip();
    for (const text of [
      '1m30s,1m,0,1h30m15s,12h,4h,2h,11:30,7h30m,10:00-15:00,10m; 30m after 6h,yes,15m,15m,lunch 11:30-12:30 45m by-clock; rest 15m paid,30s,yes,alternating,first-in-to-last-out,',
      ',up 15m grace 5m,down 15m grace 1m,nearest 5m,up 6m,1h30m after planned-work,yes,,30m,yes,52.520008 -13.40495 150.5m,',
      ',"Day of ""unity"", observed",',
      ',2026-10-03,second,',
      ',old*2 off full*3 off,2026-01-05,',
      ',off*366,',
    ]) {
      expect(exported).to.include(text);
    }
    const counted = await fileOf(EVERYTHING.replace(',yes,no,30m,yes,', ',no,no,20m,yes,'));
    expect(await changesOf(0, counted), 'which time counts').to.deep.equal([0, 1]);
    expect(await changesOf(0, counted), 'once more').to.deep.equal([0, 0]);
    const { shift } = (await services[1]?.roster.getShift({ shiftId: 'old' })) ?? {};
    expect(shift?.archived).to.equal(true);
  });

  it('says every rule of policies, and who has them since when', async () => {
    const path = await fileOf(POLICIES);
    const tried = await done(0, 'roster', 'import', path, '--dry-run');
    expect(tried).to.match(/^policies +2 +1 +0$/m);
    expect(await changesOf(0, path)).to.deep.equal([4, 1]);
    expect(await changesOf(0, path)).to.deep.equal([0, 0]);
    const exported = await expectRoundTrip();
    for (const text of [
      ',yes,10m,5m,lunch 12:00-13:00 1h by-clock,20s,yes,alternating,first-in-to-last-out,up 15m grace 5m,down 15m,nearest 5m,up 6m,',
      ',hall-b hall-a,,14,yes,6h,20h,split-at-midnight,04:00,10m; 20m after 5h,yes,1m,2m,rest 15m paid,3s,yes,alternating,' +
        'first-in-to-last-out,up 10m,down 10m grace 2m,nearest 1m,down 1h,',
      ',4h,16h,start-date,,,,,,,,,typed,',
      ',0,16h,most-worked-date,',
    ]) {
      expect(exported).to.include(text);
    }
    const { employee } = (await services[1]?.roster.getEmployee({ employeeId: 'p1' })) ?? {};
    expect(
      employee?.policies.map(({ startDate, policyId }) => [startDate, policyId]),
    ).to.deep.equal([
      ['', 'p-own'],
      ['2026-04-01', 'p-all'],
      ['2026-09-01', ''],
    ]);
    const { shift } = (await services[1]?.roster.getShift({ shiftId: 'early' })) ?? {};
    expect(shift?.versions[0]?.workRules?.breakDeductions).to.have.length(1);
  });

  it('moves a group to another policy from a date on, here and elsewhere', async () => {
    const rows = ['a-new,2026-05-01,team', 'z-old,2026-05-01,', 'z-old,,team'];
    const text = rows.map((row) => `policy,${row}\n`).join('');
    const path = await fileOf(`type,policy,from,groups\n${text}`);
    expect(await changesOf(0, path)).to.deep.equal([2, 1]);
    await expectRoundTrip();
    const taken = await fileOf('type,policy,groups\npolicy,a-new,team\n');
    const { code, out } = await run(0, 'roster', 'import', taken, '--dry-run');
    expect(code).to.equal(3);
    expect(out).to.match(
      /^line 2: policy a-new: .*: team follows policy z-old; take it out there/m,
    );
  });

  it('writes policies of a past moment, also those that were deleted since', async () => {
    const before = await done(0, 'roster', 'export');
    const [latest] =
      (await services[0]?.roster.listRosterChanges({ pageSize: 1 }))?.rosterChanges ?? [];
    const deletion = ['roster', 'delete', 'policy', 'p-own', '--reason', 'wrong'];
    await done(0, ...deletion);
    const then = ['roster', 'export', '--as-of', timeText(latest?.createTime)];
    expect(await done(0, ...then)).to.equal(before);
    // Whoever has it keeps it: the same file changes nothing here, and elsewhere it is asked for.
    const path = join(folder, 'without.csv');
    const { code, err } = await run(0, 'roster', 'export', '--file', path);
    expect(code).to.equal(0);
    expect(err).to.match(/^policy p-own is deleted, and employees still have it: /m);
    expect(await changesOf(0, path)).to.deep.equal([0, 0]);
    const again = await fileOf('type,employee,policy\nemployee,p2,p-own\n');
    expect((await run(0, 'roster', 'import', again)).err).to.match(
      /^line 2: policy p-own is neither in the file nor in the service: add a row of type policy$/m,
    );
    await changesOf(0, await fileOf(POLICIES));
    expect(await done(0, 'roster', 'export')).to.equal(before);
  });

  it('gives back what an import of something wrong has changed', async () => {
    const before = join(folder, 'before.csv');
    await done(0, 'roster', 'export', '--file', before);
    const wrong = 'type,employee,from,cycle,to\nassignment,101,2026-03-02,night,2026-03-31\n';
    expect(await changesOf(0, await fileOf(wrong))).to.deep.equal([0, 1]);
    expect(await changesOf(0, before)).to.deep.equal([0, 1]);
    expect(await done(0, 'roster', 'export')).to.equal(await readFile(before, 'utf8'));
  });

  const HEADER = 'type,shift,start,end,employee,from,to,cycle,on_overlap\n';
  const early = (who: string) => `assignment,,,,${who},2026-01-05,,m-early,\n`;
  const night = (who: string, word = '') => `assignment,,,,${who},2026-03-02,,m-night,${word}\n`;
  const employee = (who: string) => `employee,,,,${who},,,,\n`;
  const datesOf = async (employeeId: string) =>
    (await services[0]?.roster.listShiftAssignments({ employeeId }))?.assignments.map(
      ({ assignment }) => `${assignment?.startDate} ${assignment?.endDate}`,
    );
  const REPLACED = ['2026-01-05 2026-03-01', '2026-03-02 '];

  it('M1 that moves somebody without a word tells the row, both assignments and the ways out', async () => {
    const shifts = 'shift,m-early,06:00,14:00,,,,,\nshift,m-night,22:00,05:00,,,,,\n';
    const whole = HEADER + shifts + employee('m1') + early('m1');
    expect(await changesOf(0, await fileOf(whole))).to.deep.equal([4, 0]);
    const path = await fileOf(HEADER + night('m1'));
    const { code, err } = await run(0, 'roster', 'import', path);
    expect(code).to.equal(1);
    expect(err).to.equal(
      'line 2: assignment of m1 from 2026-03-02 without an end (m-night) shares dates with ' +
        'assignment 2 of the service, from 2026-01-05 without an end (m-early): say so under ' +
        'on_overlap or with --on-overlap: replace ends that on 2026-03-01, add keeps both\n' +
        `Nothing was sent. Mend ${path} and import it again.\n`,
    );
    const both = await fileOf(HEADER + employee('m9') + night('m9') + early('m9'));
    expect((await run(0, 'roster', 'import', both)).err).to.match(
      /^line 3: .* shares dates with that of line 4, from 2026-01-05/m,
    );
    expect((await run(0, 'roster', 'import', path, '--on-overlap', 'sum')).code).to.equal(2);
  });

  it('M2 ends what it replaces, and the same file again changes nothing', async () => {
    const path = await fileOf(HEADER + night('m1', 'replace') + early('m1'));
    expect(await changesOf(0, path)).to.deep.equal([1, 0]);
    expect(await datesOf('m1')).to.deep.equal(REPLACED);
    const latest = JSON.parse(await done(0, 'roster', 'changes', '--limit', '1', '--json'));
    const [, , ...told] = (await done(0, 'roster', 'changes', latest.changeId)).split('\n');
    expect(told).to.deep.equal([
      `${latest.changeId}  assignment 2: m-early from 2026-01-05 -> m-early from 2026-01-05 to 2026-03-01`,
      `${latest.changeId}  assignment 3: none -> m-night from 2026-03-02`,
      '',
    ]);
    expect(await changesOf(0, path)).to.deep.equal([0, 0]);
  });

  it('M3 does so with a file that has both rows, in whatever order', async () => {
    const path = await fileOf(HEADER + night('m2') + early('m2') + employee('m2'));
    const replace = ['--on-overlap', 'replace'];
    expect(await changesOf(0, path, ...replace)).to.deep.equal([3, 0]);
    expect(await datesOf('m2')).to.deep.equal(REPLACED);
    expect(await changesOf(0, path, ...replace)).to.deep.equal([0, 0]);
  });

  it('M4 cannot replace what begins later', async () => {
    const path = await fileOf(`${HEADER}assignment,,,,m1,2026-01-12,,m-early,replace\n`);
    const { code, err } = await run(0, 'roster', 'import', path);
    expect(code).to.equal(1);
    expect(err).to.match(
      /^line 2: .* shares dates with assignment 3 of the service, from 2026-03-02 .* give this one a to before 2026-03-02/m,
    );
  });

  it('M5 adds to it, and an export says so', async () => {
    const path = await fileOf(HEADER + employee('m3') + early('m3') + night('m3', 'add'));
    expect(await changesOf(0, path)).to.deep.equal([3, 0]);
    expect(await datesOf('m3')).to.deep.equal(['2026-01-05 ', '2026-03-02 ']);
    const exported = await expectRoundTrip();
    const rows = exported.split('\n').filter((line) => /^assignment,m[13],/.test(line));
    expect(rows.map((line) => /,add(,|$)/.test(line))).to.deep.equal([false, false, true, true]);
  });

  it('M6 tells beforehand what the service would refuse, and what it cannot judge yet', async () => {
    const header = 'type,shift,start,end,employee,date,name\n';
    const rows = [
      'override,m-early+office,,,m1,2026-02-10,',
      'override,office,,,102,2026-02-10,',
      'shift,m-new,10:00,12:00,,,',
      'override,m-new,,,103,2026-02-10,',
    ];
    const path = await fileOf(header + rows.join('\n'));
    const before = await done(0, 'roster', 'changes', '--limit', '1');
    const { code, out } = await run(0, 'roster', 'import', path, '--dry-run');
    expect(code).to.equal(3);
    const told = out
      .split('\n')
      .filter((line) => !/^(shift|holiday|employee|assignment)s /.test(line));
    expect(told[2]).to.match(/^overrides +3 +0 +0$/);
    expect(told[3]).to.match(/^line 2: override of m1 on 2026-02-10: SHIFTS_OVERLAP: .*office/);
    expect(told.slice(4)).to.deep.equal([
      'Not judged, because they depend on rows that would be done before: 1.',
      'The service would refuse these rows, and hold back what may need them: mend them.',
      `Nothing was changed. Do it with: attendance roster import ${path}`,
      '',
    ]);
    expect(await done(0, 'roster', 'changes', '--limit', '1')).to.equal(before);
  });

  it('tells what it cannot say, and says the rest', async () => {
    const { roster } = services[1] ?? {};
    const cycle = [{ shiftIds: ['early'] }, { shiftIds: [] }];
    const shift = { shiftId: 'off', startTimeOfDay: '12:00', endTimeOfDay: '13:00' };
    const dates = { startDate: '2031-01-05', endDate: '2031-01-06' };
    await roster?.createShift({ shift });
    await roster?.setDateOverride({
      employeeId: '102',
      override: { date: '2031-01-04', shiftIds: ['off'] },
    });
    const turned = [...cycle].reverse();
    for (const each of [cycle, turned]) {
      const assignment = { employeeId: '102', assignment: { ...dates, cycle: each } };
      await roster?.createShiftAssignment({ assignment, onOverlap: OverlapAction.ADD });
    }
    await services[1]?.roster.archiveEmployee({ employeeId: '103' });
    const path = join(folder, 'most.csv');
    const { code, err } = await run(1, 'roster', 'export', '--file', path);
    expect(code).to.equal(3);
    expect(err)
      .to.match(/^Rows in .*most\.csv: 9 of type shift, 3 of type holiday, /m)
      .and.match(/^shift off: left out: a file reads the shift's id "off" as a day off$/m)
      .and.match(/^override of 102 on 2031-01-04: left out: .*"off"/m)
      .and.match(
        /^assignments of 102 from 2031-01-05: .* \d+ \(early off\) and \d+ \(off early\)$/m,
      )
      .and.match(/^archived employees without a last date: .*: 103$/m);
    expect(await changesOf(1, path)).to.deep.equal([0, 0]);
  });

  it('has shifts of 24 hours, and says why one of no length is none', async () => {
    const rows = 'type,shift,start,end,accept_before,accept_after\nshift,guard,07:00,07:00,';
    const path = await fileOf(`${rows}0m,0m\n`);
    expect(await changesOf(0, path)).to.deep.equal([1, 0]);
    expect(await changesOf(0, path), 'once more').to.deep.equal([0, 0]);
    expect(await done(0, 'roster', 'export')).to.match(/^shift,.*guard,07:00,07:00,/m);
    const wide = await run(0, 'roster', 'import', await fileOf(`${rows}1h,0m\n`), '--dry-run');
    expect(wide.out + wide.err).to.match(/must differ from start_time_of_day, or accept_before/);
  });

  it('is CSV alone, and ends with what is wrong with its file', async () => {
    expect((await run(0, 'roster', 'export', '--json')).code).to.equal(2);
    const nowhere = await run(0, 'roster', 'export', '--file', join(folder, 'no', 'such'));
    expect(nowhere.code).to.equal(1);
    expect(nowhere.err).to.match(/^Cannot write .*such: ENOENT/);
  });
});
