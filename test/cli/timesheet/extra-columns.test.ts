// Overtime and premiums on the command line: in the grid, in a person's sheet and in files.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AttendanceStatus, DayPortion } from '../../../src/client/index.js';
import type { StandIn } from '../stand-in.js';
import { ran, startStandIn } from '../stand-in.js';
import { unzipped } from './unzipped.js';

const hours = (count: number) => ({ seconds: BigInt(count * 3600) });
const first = { ruleId: 'daily', label: 'first', percent: 125, duration: hours(2) };
const rest = { ruleId: 'daily', label: 'rest', percent: 150, duration: hours(0.5) };
const night = { ruleId: 'night', percent: 25, duration: hours(7) };
const plainNight = { ruleId: 'night', duration: hours(1) };
const DAY = {
  status: AttendanceStatus.PRESENT,
  portion: DayPortion.WHOLE_DAY,
  timeZone: 'UTC',
  final: true,
};
const PERIOD = '2026-03-02..2026-03-03';
const SHEET = {
  employeeId: '7',
  startDate: '2026-03-02',
  endDate: '2026-03-03',
  days: [
    { ...DAY, date: '2026-03-02', overtime: [first, rest], premiums: [night, plainNight] },
    { ...DAY, date: '2026-03-03', undertimeDuration: hours(1) },
  ],
  totals: {
    overtime: [first, rest],
    premiums: [plainNight, night],
    undertimeDuration: hours(1),
    presentDays: 2,
  },
};
const OTHER = { ...SHEET, employeeId: '8', days: SHEET.days.slice(1), totals: { presentDays: 1 } };

describe('overtime on the command line', () => {
  let service: StandIn;
  before(async () => {
    service = await startStandIn({
      listTimesheets: () => ({ timesheets: [SHEET, OTHER] }),
      getTimesheet: () => ({ timesheet: SHEET }),
    });
  });
  after(() => service.stop());
  const run = async (...args: string[]) => (await ran(service.address, ...args)).out.split('\n');

  it('has a column for each rule, tier and percent in the grid', async () => {
    const [, heading = '', , own = '', other = '', all = ''] = await run('month', PERIOD);
    expect(
      heading
        .replace(/.*LEAVE/, '')
        .trim()
        .split(/ {2,}/),
    ).to.deep.equal([
      ...['UNDERTIME', 'OT daily/first 125%', 'OT daily/rest 150%', 'night 25%', 'night'],
    ]);
    const ends = (line: string) => line.trim().split(/ +/).slice(-4);
    expect(ends(own)).to.deep.equal(['2:00', '0:30', '7:00', '1:00']);
    expect(ends(other)).to.deep.equal(['0:00', '0:00', '0:00', '0:00']);
    expect(ends(all)).to.deep.equal(['2:00', '0:30', '7:00', '1:00']);
  });

  it('is told by day and in all in a person’s sheet', async () => {
    const lines = await run('timesheet', '7', PERIOD);
    expect(lines[1]).to.match(/EARLY +OVERTIME +PREMIUMS +CHECK$/);
    expect(lines[2]).to.include(
      'daily/first 125% 2:00, daily/rest 150% 0:30  night 25% 7:00, night 1:00',
    );
    expect(lines.join('\n'))
      .to.match(/^undertime +1:00$/m)
      .and.to.match(/^overtime daily\/first 125% +2:00$/m)
      .and.to.match(/^premium night 25% +7:00$/m);
  });

  it('has columns in CSV, by day and in all', async () => {
    const names = [
      'overtime_daily/first@125_hours',
      'overtime_daily/rest@150_hours',
      'premium_night@25_hours',
      'premium_night_hours',
    ];
    const [heading = '', day = '', next = ''] = await run('month', PERIOD, '--csv');
    expect(heading.split(',').slice(-4)).to.deep.equal(names);
    expect(day.split(',').slice(-4)).to.deep.equal(['2', '0.5', '7', '1']);
    expect(next.split(',').slice(-4)).to.deep.equal(['0', '0', '0', '0']);
    expect(next.split(',')[heading.split(',').indexOf('undertime_hours')]).to.equal('1');
    const [totals = '', sums = ''] = await run('month', PERIOD, '--csv', '--totals');
    expect(totals.split(',').slice(-4)).to.deep.equal(names);
    expect(sums.split(',').slice(-4)).to.deep.equal(['2', '0.5', '7', '1']);
  });

  it('has columns in a spreadsheet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'extra-'));
    try {
      const path = join(folder, 'month.xlsx');
      const [said] = await run('month', PERIOD, '--xlsx', path);
      expect(said).to.equal(`2 timesheets are in ${path}.`);
      const texts = unzipped(readFileSync(path)).get('xl/sharedStrings.xml') ?? '';
      for (const word of ['overtime daily/first 125%', 'premium night', 'undertime']) {
        expect(texts).to.include(`>${word}<`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
