// Which days a grid is of, and how they are asked for.

import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { readDays, todayOf } from '../../../src/cli/roster/roster-days.js';
import {
  dateAfter,
  datesBetween,
  dateWords,
  weekOf,
} from '../../../src/cli/text/calendar-dates.js';
import {
  type AttendanceClient,
  BatchGetAttendanceResponseSchema,
  EmployeeSchema,
} from '../../../src/client/index.js';

describe('the dates of a grid', () => {
  const WEEKS: [string, string, string][] = [
    ['2026-03-02', '2026-03-02', '2026-03-08'],
    ['2026-03-08', '2026-03-02', '2026-03-08'],
    ['2024-02-29', '2024-02-26', '2024-03-03'],
    ['2027-01-01', '2026-12-28', '2027-01-03'],
  ];
  for (const [date, monday, sunday] of WEEKS) {
    it(`of the week of ${date}`, () => expect(weekOf(date)).to.deep.equal([monday, sunday]));
  }

  it('are counted, and have words', () => {
    expect(datesBetween('2026-02-27', '2026-03-02')).to.equal(4);
    expect(datesBetween('2026-03-02', '2026-03-01')).to.equal(0);
    expect(dateAfter('2026-03-01', -1)).to.equal('2026-02-28');
    expect(dateWords('2026-03-02')).to.deep.equal(['Mon', '2 Mar']);
  });

  const moved = {
    timeZone: 'Europe/Berlin',
    timeZoneChanges: [{ startDate: '2026-03-01', timeZone: 'Asia/Tokyo' }],
  };
  const TODAYS: [string, object[], string, string][] = [
    ['in their zone', [{ timeZone: 'Asia/Tokyo' }], '2026-03-01T16:00:00Z', '2026-03-02'],
    ['in UTC without one', [{}], '2026-03-01T23:59:00Z', '2026-03-01'],
    ['after a move', [moved], '2026-03-01T16:00:00Z', '2026-03-02'],
    ['before a move', [moved], '2026-02-28T16:00:00Z', '2026-02-28'],
    [
      'in UTC when they are in several',
      [{ timeZone: 'Asia/Tokyo' }, { timeZone: 'Europe/Berlin' }],
      '2026-03-01T16:00:00Z',
      '2026-03-01',
    ],
  ];
  for (const [where, employees, now, today] of TODAYS) {
    it(`begin today ${where}`, () => {
      const messages = employees.map((each) => create(EmployeeSchema, each));
      expect(todayOf(messages, Date.parse(now))).to.equal(today);
    });
  }
});

describe('the days of a grid', () => {
  const asked = Array.from({ length: 700 }, (_, day) => ({
    employeeId: '7',
    date: dateAfter('2026-01-01', day),
  }));

  /** A service whose answers hold `room` days; the calls' sizes are kept. */
  function serviceOf(room: number, sizes: number[]): Pick<AttendanceClient, 'batchGetAttendance'> {
    return {
      batchGetAttendance: ({ days = [] }) => {
        sizes.push(days.length);
        const results = days.map(({ employeeId = '', date = '' }, index) => {
          const isFull = index >= room;
          const error = { code: status.RESOURCE_EXHAUSTED, message: 'full' };
          return isFull
            ? { result: { case: 'error' as const, value: error } }
            : { result: { case: 'attendance' as const, value: { employeeId, date } } };
        });
        return Promise.resolve(create(BatchGetAttendanceResponseSchema, { results }));
      },
    };
  }

  const CALLS: [string, number, number[]][] = [
    ['300 a call', 300, [300, 300, 100]],
    ['again where an answer was full', 250, [300, 300, 200]],
  ];
  for (const [how, room, expected] of CALLS) {
    it(`are asked for ${how}, and are in order`, async () => {
      const sizes: number[] = [];
      const days = await readDays(serviceOf(room, sizes), asked);
      expect(days.map(({ date }) => date)).to.deep.equal(asked.map(({ date }) => date));
      expect(sizes).to.deep.equal(expected);
    });
  }

  it('are given up when a single one does not fit', async () => {
    const failure = await readDays(serviceOf(0, []), asked).catch((error: unknown) => error);
    expect(failure).to.include({ code: status.RESOURCE_EXHAUSTED, message: 'full' });
  });
});
