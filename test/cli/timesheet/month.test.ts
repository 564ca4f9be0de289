// A team's month and a person's timesheet on the command line: what is asked of the service, and what
// people and spreadsheets get.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import {
  Anomaly,
  AttendanceStatus,
  DayPortion,
  type GetTimesheetRequest,
  GetTimesheetRequestSchema,
  type ListTimesheetsRequest,
  ListTimesheetsRequestSchema,
} from '../../../src/client/index.js';
import type { StandIn } from '../stand-in.js';
import { ran, startStandIn } from '../stand-in.js';
import { unzipped } from './unzipped.js';

const { PRESENT, ABSENT, ON_LEAVE, HOLIDAY, DAY_OFF, SCHEDULED } = AttendanceStatus;
const { WHOLE_DAY, FIRST_HALF, SECOND_HALF } = DayPortion;

const hours = (count: number) => ({ seconds: BigInt(count * 3600) });
const at = (iso: string) => timestampFromDate(new Date(iso));

/** A Thursday to the next Tuesday. */
const PERIOD = '2026-03-05..2026-03-10';
const DATES = ['03-05', '03-06', '03-07', '03-08', '03-09', '03-10'].map((date) => `2026-${date}`);

const PLAIN = { timeZone: 'Europe/Berlin', portion: WHOLE_DAY, final: true };
const DAYS = [
  {
    ...PLAIN,
    status: PRESENT,
    shiftIds: ['day'],
    firstInTime: at('2026-03-05T07:10:00Z'),
    lastOutTime: at('2026-03-05T15:00:30Z'),
    plannedDuration: hours(8),
    workedDuration: { seconds: 28_230n },
    balanceDuration: { seconds: -570n },
    lateDuration: { seconds: 600n },
    anomalies: [Anomaly.LATE_IN],
  },
  {
    ...PLAIN,
    status: ON_LEAVE,
    portion: FIRST_HALF,
    otherHalfStatus: PRESENT,
    leaveTypeId: 'vacation',
    shiftIds: ['day'],
    plannedDuration: hours(8),
    workedDuration: hours(4),
    creditedDuration: hours(4),
    balanceDuration: hours(0),
  },
  { ...PLAIN, status: DAY_OFF },
  { ...PLAIN, status: HOLIDAY, holidayName: '=Founders’ Day', holidayPortion: WHOLE_DAY },
  { ...PLAIN, status: ABSENT, holidayName: 'Eve', holidayPortion: SECOND_HALF },
  { ...PLAIN, status: SCHEDULED, shiftIds: ['day'], plannedDuration: hours(8), final: false },
].map((day, place) => ({ ...day, date: DATES[place] ?? '' }));

const TOTALS = {
  plannedDuration: hours(24),
  workedDuration: { seconds: 42_630n },
  creditedDuration: hours(4),
  balanceDuration: { seconds: -570n },
  lateDuration: { seconds: 600n },
  presentDays: 1.5,
  absentDays: 0.5,
  onLeaveDays: 0.5,
  holidayDays: 1.5,
  offDays: 1,
  scheduledDays: 1,
  lateDayCount: 1,
  openDayCount: 1,
  leaves: [{ leaveTypeId: 'vacation', leaveTypeName: 'Vacation', days: 0.5, duration: hours(4) }],
  anomalies: [{ anomaly: Anomaly.LATE_IN, dayCount: 1 }],
};
const SHEET = {
  employeeId: '101',
  employeeName: '=HYPERLINK("x")',
  groupId: 'a-group-with-a-name-that-is-longer-than-a-sheet',
  startDate: DATES[0] ?? '',
  endDate: DATES[5] ?? '',
  days: DAYS,
  totals: TOTALS,
};
const OTHER = { ...SHEET, employeeId: '102', employeeName: 'Ben', groupId: '' };

describe('timesheets on the command line', () => {
  let service: StandIn;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sheets-'));
    service = await startStandIn({
      listTimesheets: ({ pageToken }) =>
        pageToken === '' ? { timesheets: [SHEET], nextPageToken: 'more' } : { timesheets: [OTHER] },
      getTimesheet: () => ({ timesheet: SHEET }),
    });
  });
  afterEach(() => {
    service.stop();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) => ran(service.address, ...args);
  const asked = () =>
    service.calls.map(({ request }) =>
      toJson(ListTimesheetsRequestSchema, request as ListTimesheetsRequest),
    );

  it('shows a team’s month as a grid, page by page', async () => {
    const { code, out } = await run('month', PERIOD, '--group', 'kitchen');
    expect(code).to.equal(0);
    expect(out.split('\n')).to.deep.equal([
      '2026-03-05 to 2026-03-10',
      'EMPLOYEE  NAME             Th Fr Sa Su Mo Tu  PLANNED  WORKED  CREDITED  BALANCE  LATE  PRESENT  ABSENT  LEAVE  HOLIDAY  OFF  TO COME  TIMES LATE  OPEN  TO CHECK',
      '                           05 06 07 08 09 10',
      '101       =HYPERLINK("x")  P! LP .  H  AH s*    24:00   11:50      4:00    -0:09  0:10      1.5     0.5    0.5      1.5    1        1           1     1         1',
      '102       Ben              P! LP .  H  AH s*    24:00   11:50      4:00    -0:09  0:10      1.5     0.5    0.5      1.5    1        1           1     1         1',
      'ALL       2 people                              48:00   23:41      8:00    -0:19  0:20        3       1      1        3    2        2           2     2         2',
      '',
      'P present',
      'A absent',
      'L on leave',
      'H holiday',
      '. day off',
      's scheduled, not yet due',
      '! something to check: an anomaly',
      '* not final: the clock still changes it',
      'two letters: the first and the second half',
      '',
    ]);
    const range = { startDate: '2026-03-05', endDate: '2026-03-10' };
    const request = { groupId: 'kitchen', ...range, view: 'TIMESHEET_VIEW_FULL', pageSize: 200 };
    expect(asked()).to.deep.equal([request, { ...request, pageToken: 'more' }]);
  });

  it('writes a line for each person and day, without formulas', async () => {
    const { out } = await run('month', PERIOD, '--csv', '--delimiter', ';', '--decimal', ',');
    const [heading, first, second, , holiday] = out.split('\n');
    expect(heading?.split(';').slice(0, 4)).to.deep.equal([
      ...['employee_id', 'employee_name', 'date', 'status'],
    ]);
    expect(first).to.equal(
      '101;"\'=HYPERLINK(""x"")";2026-03-05;PRESENT;;WHOLE_DAY;;;;day;08:10:00;16:00:30;Europe/Berlin;' +
        '8;7,8417;0;-0,1583;0;0;0,1667;0;0;yes;LATE_IN;0',
    );
    expect(second?.split(';').slice(3, 7)).to.deep.equal([
      ...['ON_LEAVE', 'PRESENT', 'FIRST_HALF', 'vacation'],
    ]);
    expect(holiday?.split(';')[8]).to.equal("'=Founders’ Day");
    expect(out.trimEnd().split('\n')).to.have.length(1 + 2 * DAYS.length);
    const open = out.split('\n').find((line) => line.includes('SCHEDULED'));
    expect(open?.split(';').slice(13, 17)).to.deep.equal(['8', '0', '0', '']);
  });

  it('writes a line for each person with --totals, and kinds of leave as columns', async () => {
    const { out } = await run('month', PERIOD, '--csv', '--totals');
    const [heading = '', first = ''] = out.split('\n');
    expect(heading.split(',').slice(-2)).to.deep.equal([
      ...['leave_vacation_days', 'leave_vacation_hours'],
    ]);
    const value = (name: string) =>
      first.replace(/"[^"]*(""[^"]*)*"/, '').split(',')[heading.split(',').indexOf(name)];
    expect(value('planned_hours')).to.equal('24');
    expect(value('balance_hours')).to.equal('-0.1583');
    expect(value('present_days')).to.equal('1.5');
    expect(first.split(',').slice(-2)).to.deep.equal(['0.5', '4']);
    expect(asked()[0]).to.include({ view: 'TIMESHEET_VIEW_TOTALS' });
  });

  it('writes a spreadsheet: a sheet for each group, durations, frozen heads, and no formula', async () => {
    const path = join(folder, 'month.xlsx');
    const { code, out } = await run('month', PERIOD, '--xlsx', path);
    expect([code, out]).to.deep.equal([0, `2 timesheets are in ${path}.\n`]);
    const files = unzipped(readFileSync(path));
    const names = [...(files.get('xl/workbook.xml') ?? '').matchAll(/<sheet [^>]*name="([^"]*)"/g)];
    expect(names.map(([, name]) => name)).to.deep.equal([
      SHEET.groupId.slice(0, 31),
      'no group',
      'days',
    ]);
    const group = files.get('xl/worksheets/sheet1.xml') ?? '';
    expect(group).to.include('ySplit="2"').and.to.include('state="frozen');
    expect(group)
      .to.include(`<v>${24 / 24}</v>`)
      .and.to.include(`<v>${42_630 / 86_400}</v>`);
    expect(files.get('xl/styles.xml')).to.include('formatCode="[h]:mm"');
    expect(files.get('xl/sharedStrings.xml')).to.include('=HYPERLINK(');
    for (const [name, text] of files) expect(text, name).not.to.include('<f>');
    const refused = await run('month', PERIOD, '--xlsx', join(folder, 'none', 'month.xlsx'));
    expect([refused.code, refused.out]).to.deep.equal([1, '']);
  });

  const WRONG: readonly (readonly [string, readonly string[]])[] = [
    ['a period that is none', ['month', '2026-13']],
    ['a period that ends before it begins', ['month', '2026-03-02..2026-03-01']],
    ['employees and a group', ['month', '--employee', '1', '--group', 'g']],
    ['two forms', ['--json', 'month', '--csv']],
    ['totals of a grid', ['month', '--totals']],
    ['a comma for both', ['month', '--csv', '--decimal', ',']],
    ['a long delimiter', ['month', '--csv', '--delimiter', '::']],
  ];
  for (const [title, args] of WRONG) {
    it(`refuses ${title}`, async () => {
      expect((await run(...args)).code).to.equal(2);
      expect(service.calls).to.deep.equal([]);
    });
  }

  it('says that nobody is there', async () => {
    service.answers.listTimesheets = () => ({});
    const { code, out } = await run('month', '2026-03', '--group', 'kitchen');
    expect([code, out]).to.deep.equal([0, '']);
  });

  it('shows a person’s days and totals, and the dates of each total', async () => {
    const duration = { case: 'duration', value: { seconds: 600n } } as const;
    const explanations = [
      { total: 'late_duration', parts: [{ date: '2026-03-05', amount: duration }] },
      {
        total: 'present_days',
        parts: [
          { date: '2026-03-05', amount: { case: 'days', value: 1 } as const },
          { date: '2026-03-06', amount: { case: 'days', value: 0.5 } as const },
        ],
      },
    ];
    service.answers.getTimesheet = () => ({ timesheet: { ...SHEET, explanations } });
    const { out } = await run('timesheet', '101', PERIOD, '--explain');
    const lines = out.split('\n');
    expect(lines.slice(0, 4)).to.deep.equal([
      '101 =HYPERLINK("x"), 2026-03-05 to 2026-03-10',
      'DATE             STATUS                                                  SHIFTS  IN     OUT       PLANNED  WORKED  CREDITED  BALANCE  LATE  EARLY  CHECK',
      '2026-03-05  Thu  present                                                 day     08:10  16:00:30  8:00     7:50    -         -0:09    0:10  -      late in',
      '2026-03-06  Fri  on leave: vacation (first half), present (second half)  day     -      -         8:00     4:00    4:00      -        -     -      -',
    ]);
    expect(lines[5]).to.include('holiday: =Founders’ Day');
    expect(lines[6]).to.include('absent, Eve (second half)');
    expect(lines[7]).to.include('open');
    expect(out).to.include('leave: Vacation  0.5 (4:00)\n').and.to.include('late in          1\n');
    expect(lines.slice(-3)).to.deep.equal([
      'late_duration: 2026-03-05 0:10',
      'present_days: 2026-03-05, 2026-03-06 (0.5)',
      '',
    ]);
    const [call] = service.calls;
    expect(toJson(GetTimesheetRequestSchema, call?.request as GetTimesheetRequest)).to.deep.equal({
      employeeId: '101',
      startDate: '2026-03-05',
      endDate: '2026-03-10',
      includeExplanations: true,
    });
  });
});
