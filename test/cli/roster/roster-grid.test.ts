// A roster as a grid: what a cell shows of a day, and how cells stand together.

import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import type { GridRow } from '../../../src/cli/roster/roster-grid.js';
import { cellLines, gridLines } from '../../../src/cli/roster/roster-grid.js';
import { dateAfter } from '../../../src/cli/text/calendar-dates.js';
import {
  AttendanceOrigin,
  AttendanceSchema,
  AttendanceStatus,
  DayPortion,
} from '../../../src/client/index.js';

const { ABSENT, DAY_OFF, HOLIDAY, ON_LEAVE, PRESENT, REMOTE, SCHEDULED, UNSCHEDULED } =
  AttendanceStatus;
const { MARKED, DERIVED, EXPECTED } = AttendanceOrigin;
const { WHOLE_DAY, FIRST_HALF, SECOND_HALF } = DayPortion;

/** A day of the date with these shifts, as `id HH:MM-HH:MM` in UTC and their own status. */
function dayOf(
  date: string,
  shifts: readonly (readonly [string, AttendanceStatus])[],
  rest: object = {},
) {
  const planned = shifts.map(([text, status]) => {
    const [shiftId = '', hours = '08:00-16:00'] = text.split(' ');
    const [start = '', end = ''] = hours.split('-');
    const endDate = end > start ? date : dateAfter(date, 1);
    return {
      shiftId,
      status,
      scheduledStartTime: timestampFromDate(new Date(`${date}T${start}:00Z`)),
      scheduledEndTime: timestampFromDate(new Date(`${endDate}T${end}:00Z`)),
    };
  });
  const usual = { timeZone: 'UTC', origin: EXPECTED, portion: WHOLE_DAY };
  return create(AttendanceSchema, { ...usual, date, shifts: planned, ...rest });
}

describe('a cell of a roster', () => {
  const half = (portion: DayPortion, status: AttendanceStatus, otherHalfStatus = PRESENT) => ({
    origin: MARKED,
    portion,
    status,
    otherHalfStatus,
  });
  const CELLS: [string, Parameters<typeof dayOf>[1], object, string][] = [
    ['a shift', [['early', SCHEDULED]], { status: SCHEDULED }, 'early'],
    [
      'two shifts',
      [
        ['early', SCHEDULED],
        ['late', SCHEDULED],
      ],
      { status: SCHEDULED },
      'early late',
    ],
    [
      'a shift that was worked',
      [['early', PRESENT]],
      { status: PRESENT, origin: DERIVED },
      'early',
    ],
    ['a shift without a punch', [['early', ABSENT]], { status: ABSENT }, 'early'],
    ['a day off', [], { status: DAY_OFF }, 'off'],
    ['a day off on which somebody came', [], { status: DAY_OFF, origin: DERIVED }, 'off'],
    ['nothing', [], { status: UNSCHEDULED, origin: AttendanceOrigin.UNSPECIFIED }, '-'],
    ['work without a roster', [], { status: PRESENT, origin: DERIVED }, '-'],
    ['a holiday', [], { status: HOLIDAY }, 'holiday'],
    ['a holiday on a shift', [['early', HOLIDAY]], { status: HOLIDAY }, 'holiday (early)'],
    [
      'a holiday on one of two shifts',
      [
        ['early', HOLIDAY],
        ['late', SCHEDULED],
      ],
      { status: SCHEDULED },
      'holiday (early) late',
    ],
    ['leave', [['early', ON_LEAVE]], { origin: MARKED, status: ON_LEAVE }, 'leave (early)'],
    [
      'leave on which somebody came',
      [['early', PRESENT]],
      { origin: MARKED, status: ON_LEAVE },
      'leave (early)',
    ],
    ['leave alone', [], { origin: MARKED, status: ON_LEAVE }, 'leave'],
    [
      'a declared holiday',
      [['early', HOLIDAY]],
      { origin: MARKED, status: HOLIDAY },
      'holiday (early)',
    ],
    ['remote work', [['early', REMOTE]], { origin: MARKED, status: REMOTE }, 'early remote'],
    ['a declared absence', [['early', ABSENT]], { origin: MARKED, status: ABSENT }, 'early absent'],
    ['half a day of leave', [['early', PRESENT]], half(FIRST_HALF, ON_LEAVE), 'early leave 1st'],
    [
      'two declared halves',
      [['early', REMOTE]],
      half(SECOND_HALF, ON_LEAVE, REMOTE),
      'early leave 2nd remote 1st',
    ],
  ];
  for (const [what, shifts, day, cell] of CELLS) {
    it(`shows ${what}`, () => {
      expect(cellLines(dayOf('2026-03-02', shifts, day), new Map()).join(' ')).to.equal(cell);
    });
  }
});

describe('the grid of a roster', () => {
  const WEEK = Array.from({ length: 7 }, (_, day) => dateAfter('2026-03-02', day));
  const rowOf = (employeeId: string, employeeName: string, days: GridRow['days']): GridRow => ({
    employeeId,
    employeeName,
    days,
  });
  const scheduled = { status: SCHEDULED };
  const early = WEEK.map((date) => dayOf(date, [['early 06:00-14:00', SCHEDULED]], scheduled));

  it('has a column for each date, and a legend of its own words alone', () => {
    const [, , leave] = WEEK;
    const days = early.map((day) =>
      day.date === leave
        ? dayOf(day.date, [['early 06:00-14:00', ON_LEAVE]], { origin: MARKED, status: ON_LEAVE })
        : day,
    );
    expect(gridLines({ dates: WEEK, rows: [rowOf('7', 'Mia', days)], holidays: [] })).to.deep.equal(
      [
        '2026-03-02 to 2026-03-08, times in UTC',
        'EMPLOYEE  NAME  Mon    Tue    Wed      Thu    Fri    Sat    Sun',
        '                2 Mar  3 Mar  4 Mar    5 Mar  6 Mar  7 Mar  8 Mar',
        '7         Mia   early  early  leave    early  early  early  early',
        '                              (early)',
        '',
        'early  06:00-14:00',
        '(...)  planned, but not to be worked that day',
      ],
    );
  });

  it('says from when to when a shift has which hours, and names holidays', () => {
    const days = early.map((day, index) => {
      if (index === 6) return dayOf(day.date, [], { status: HOLIDAY });
      return index < 4 ? day : dayOf(day.date, [['early 22:30-07:00', SCHEDULED]], scheduled);
    });
    const holidays = [{ calendarId: 'berlin', date: '2026-03-08', name: "Women's\u001b Day" }];
    const lines = gridLines({
      dates: WEEK,
      rows: [rowOf('7', '', days)],
      holidays: holidays.map((each) => ({
        $typeName: 'attendance.v1.Holiday',
        portion: DayPortion.WHOLE_DAY,
        ...each,
      })),
    });
    expect(lines).to.include(
      'early    06:00-14:00 from 2026-03-02 to 2026-03-05, 22:30-07:00 from 2026-03-06 to 2026-03-07',
    );
    expect(lines).to.include("holiday  Sun 8 Mar: Women's? Day (berlin)");
  });

  it('tells of half a holiday, which no cell shows', () => {
    const date = '2026-04-02';
    const half = { date, name: 'Maundy Thursday', calendarId: 'lisbon', etag: '' };
    const lines = gridLines({
      dates: [date],
      rows: [rowOf('7', 'Mia', [dayOf(date, [['early', SCHEDULED]], scheduled)])],
      holidays: [
        { ...half, $typeName: 'attendance.v1.Holiday', portion: SECOND_HALF },
        { ...half, $typeName: 'attendance.v1.Holiday', portion: WHOLE_DAY, name: 'Nobody has it' },
      ],
    });
    const notes = lines.filter((line) => line.startsWith('holiday'));
    expect(notes).to.deep.equal([
      'holiday  Thu 2 Apr: Maundy Thursday (lisbon), 2nd half of the day',
    ]);
  });

  it('fits a week into 100 columns, however long names and ids are', () => {
    const ids = ['bakery-early-shift', 'bakery-late-shift'];
    const rows = ids.map((id) =>
      rowOf(
        '10001',
        'Maximiliane von Habsburg-Lothringen',
        WEEK.map((date) => dayOf(date, [[`${id} 06:00-14:00`, SCHEDULED]], scheduled)),
      ),
    );
    const lines = gridLines({ dates: WEEK, rows, holidays: [] });
    expect(Math.max(...lines.map(({ length }) => length))).to.be.at.most(100);
    expect(lines).to.include('bakery~1  bakery-early-shift, 06:00-14:00');
    expect(lines).to.include('bakery~2  bakery-late-shift, 06:00-14:00');
    expect(lines[3]).to.match(/^10001 +Maximiliane vo\.\. +bakery~1 /);
  });

  it('puts weeks below each other', () => {
    const dates = Array.from({ length: 9 }, (_, day) => dateAfter('2026-03-02', day));
    const days = dates.map((date) => dayOf(date, [], { status: DAY_OFF }));
    const lines = gridLines({ dates, rows: [rowOf('7', 'Mia', days)], holidays: [] });
    expect(lines.filter((line) => line.startsWith('EMPLOYEE'))).to.deep.equal([
      'EMPLOYEE  NAME  Mon    Tue    Wed    Thu    Fri    Sat    Sun',
      'EMPLOYEE  NAME  Mon    Tue',
    ]);
  });
});
