// The totals of a timesheet, as a table: what is worked, marked and planned, and what it adds up to.

import { expect } from 'chai';
import { totalPartsOf, totalsOf } from '../../../src/domain/timesheet/totals.js';
import type { RosterSetup } from '../support/scenario.js';
import { type SheetCase, sayTotals, sheetOf } from './sheet-case.js';

/** 8 h, with an hour's margin. */
const EIGHT: RosterSetup = {
  shifts: [{ id: 'day', hours: '09:00-17:00' }],
  assigned: [{ shifts: ['day'], from: 'D-40' }],
};
const NIGHTS: RosterSetup = {
  zone: 'Europe/Berlin',
  shifts: [{ id: 'night', hours: '22:00-06:00' }],
  assigned: [{ shifts: ['night'], from: 'D', to: 'D' }],
};
const TWO: RosterSetup = {
  shifts: [
    { id: 'early', hours: '06:00-10:00' },
    { id: 'late', hours: '16:00-20:00' },
  ],
  assigned: [{ shifts: ['early', 'late'], from: 'D-40' }],
};
const WORKED = ['D 09:00 IN', 'D 17:00 OUT'];

const CASES: readonly SheetCase[] = [
  {
    id: 'TS1',
    title: 'a day as planned, a day late and long, and a day that nobody came to',
    roster: EIGHT,
    to: 'D+2',
    punches: [...WORKED, 'D+1 09:20 IN', 'D+1 12:00 OUT', 'D+1 12:30 IN', 'D+1 18:00 OUT'],
    totals: [
      'planned 24:00',
      'worked 16:10',
      'balance -7:50',
      'late 0:20',
      'present 2',
      'absent 1',
      'late_dates 1',
      'LATE_IN 1',
    ],
  },
  {
    id: 'TS2',
    title: 'punched breaks are not worked, and are a total of their own',
    roster: EIGHT,
    punches: ['D 09:00 IN', 'D 12:00 BREAK', 'D 12:45 BACK', 'D 16:45 OUT'],
    totals: [
      'planned 8:00',
      'worked 7:00',
      'balance -1:00',
      'break 0:45',
      'early 0:15',
      'present 1',
      'early_dates 1',
      'EARLY_OUT 1',
    ],
  },
  {
    id: 'TS3',
    title: 'leave of two kinds and of none: credited, so that the balance is even',
    roster: EIGHT,
    to: 'D+2',
    marks: ['D ON_LEAVE', 'D+1 ON_LEAVE', 'D+2 ON_LEAVE'],
    leaveTypes: ['vacation', 'sick'],
    totals: [
      'planned 24:00',
      'credited 24:00',
      'on_leave 3',
      'leave - 1 (8:00)',
      'leave sick 1 (8:00)',
      'leave vacation 1 (8:00)',
    ],
  },
  {
    id: 'TS4',
    title: 'half a day of leave and half a day of work: half a day each, and none absent',
    roster: EIGHT,
    punches: ['D 13:00 IN', 'D 17:00 OUT'],
    marks: ['D ON_LEAVE FIRST_HALF'],
    leaveTypes: ['vacation'],
    totals: [
      'planned 8:00',
      'worked 4:00',
      'credited 4:00',
      'present 0.5',
      'on_leave 0.5',
      'leave vacation 0.5 (4:00)',
    ],
  },
  {
    id: 'TS5',
    title: 'half a day of leave, and nobody came to the other half',
    roster: EIGHT,
    marks: ['D ON_LEAVE SECOND_HALF'],
    leaveTypes: ['sick'],
    totals: [
      'planned 8:00',
      'credited 4:00',
      'balance -4:00',
      'absent 0.5',
      'on_leave 0.5',
      'leave sick 0.5 (4:00)',
    ],
  },
  {
    id: 'TS6',
    title: 'a morning of vacation and an afternoon of sick leave',
    roster: EIGHT,
    marks: ['D ON_LEAVE FIRST_HALF', 'D ON_LEAVE SECOND_HALF'],
    leaveTypes: ['vacation', 'sick'],
    totals: [
      'planned 8:00',
      'credited 8:00',
      'on_leave 1',
      'leave sick 0.5 (4:00)',
      'leave vacation 0.5 (4:00)',
    ],
  },
  {
    id: 'TS7',
    title: 'a half day by its hours: half a day present, and never also absent',
    roster: {
      ...EIGHT,
      shifts: [{ id: 'day', hours: '09:00-17:00', halfDayThreshold: '6:00' }],
    },
    punches: ['D 09:00 IN', 'D 14:00 OUT'],
    totals: [
      'planned 8:00',
      'worked 5:00',
      'balance -3:00',
      'early 3:00',
      'present 0.5',
      'half_dates 1',
      'early_dates 1',
      'EARLY_OUT 1',
    ],
  },
  {
    id: 'TS8',
    title: 'leave by the hour is credited as far as it excuses planned time',
    roster: EIGHT,
    punches: ['D 11:00 IN', 'D 17:00 OUT'],
    marks: ['D ON_LEAVE 08:00-11:00'],
    leaveTypes: ['doctor'],
    totals: ['planned 8:00', 'worked 6:00', 'credited 2:00', 'present 1', 'leave doctor 0 (2:00)'],
  },
  {
    id: 'TS9',
    title: 'leave by the hour for all of the shift is a day of leave of its kind',
    roster: EIGHT,
    marks: ['D ON_LEAVE 09:00-17:00'],
    leaveTypes: ['doctor'],
    totals: ['planned 8:00', 'credited 8:00', 'on_leave 1', 'leave doctor 1 (8:00)'],
  },
  {
    id: 'TS10',
    title: 'a holiday plans nothing: work on it is all above the plan',
    roster: { ...EIGHT, holidays: ['D', 'D+1'] },
    to: 'D+1',
    punches: WORKED,
    totals: ['worked 8:00', 'balance 8:00', 'holiday 2', 'WORKED_ON_HOLIDAY 1'],
  },
  {
    id: 'TS11',
    title: 'half a holiday is half a day of holiday, and the other half is what it was',
    roster: { ...EIGHT, holidays: ['D SECOND_HALF', 'D+1 FIRST_HALF'] },
    to: 'D+1',
    punches: ['D 09:00 IN', 'D 13:00 OUT'],
    totals: [
      'planned 8:00',
      'worked 4:00',
      'balance -4:00',
      'present 0.5',
      'absent 0.5',
      'holiday 1',
    ],
  },
  {
    id: 'TS12',
    title: 'leave for the half that half a holiday leaves: all of the planned time',
    roster: { ...EIGHT, holidays: ['D SECOND_HALF'] },
    marks: ['D ON_LEAVE FIRST_HALF'],
    totals: ['planned 4:00', 'credited 4:00', 'on_leave 0.5', 'holiday 0.5', 'leave - 0.5 (4:00)'],
  },
  {
    id: 'TS31',
    title: 'a day of leave on half a holiday takes half a day',
    roster: { ...EIGHT, holidays: ['D SECOND_HALF'] },
    marks: ['D ON_LEAVE'],
    leaveTypes: ['vacation'],
    totals: [
      'planned 4:00',
      'credited 4:00',
      'on_leave 0.5',
      'holiday 0.5',
      'leave vacation 0.5 (4:00)',
    ],
  },
  {
    id: 'TS13',
    title: 'declared presence without a punch stands for the planned time',
    roster: EIGHT,
    to: 'D+2',
    marks: ['D PRESENT', 'D+1 REMOTE', 'D+2 HALF_DAY'],
    totals: [
      'planned 24:00',
      'credited 20:00',
      'balance -4:00',
      'present 1.5',
      'remote 1',
      'half_dates 1',
    ],
  },
  {
    id: 'TS14',
    title: 'declared presence with punches: the clock tells the time',
    roster: EIGHT,
    marks: ['D REMOTE'],
    punches: ['D 09:00 IN', 'D 16:00 OUT'],
    totals: [
      'planned 8:00',
      'worked 7:00',
      'balance -1:00',
      'early 1:00',
      'remote 1',
      'early_dates 1',
      'EARLY_OUT 1',
    ],
  },
  {
    id: 'TS15',
    title: 'a morning from home and an afternoon at the office, which the day itself calls late',
    roster: EIGHT,
    marks: ['D REMOTE FIRST_HALF'],
    punches: ['D 13:00 IN', 'D 17:00 OUT'],
    totals: [
      'planned 8:00',
      'worked 4:00',
      'credited 4:00',
      'late 4:00',
      'present 0.5',
      'remote 0.5',
      'late_dates 1',
      'LATE_IN 1',
    ],
  },
  {
    id: 'TS16',
    title: 'declared absence is not credited; a declared day off and holiday are',
    roster: EIGHT,
    to: 'D+2',
    marks: ['D ABSENT', 'D+1 DAY_OFF', 'D+2 HOLIDAY'],
    totals: [
      'planned 24:00',
      'credited 16:00',
      'balance -8:00',
      'absent 1',
      'holiday 1',
      'day_off 1',
    ],
  },
  {
    id: 'TS17',
    title: 'work on a day of leave is above the plan',
    roster: EIGHT,
    marks: ['D ON_LEAVE'],
    punches: ['D 09:00 IN', 'D 11:00 OUT'],
    totals: [
      'planned 8:00',
      'worked 2:00',
      'credited 8:00',
      'balance 2:00',
      'on_leave 1',
      'leave - 1 (8:00)',
      'WORKED_ON_LEAVE 1',
    ],
  },
  {
    id: 'TS18',
    title: 'open days are not in the balance: one at work, one to come',
    roster: EIGHT,
    to: 'D+2',
    punches: [...WORKED, 'D+1 09:00 IN'],
    now: 'D+1 12:00',
    totals: ['planned 24:00', 'worked 8:00', 'present 2', 'scheduled 1', 'open_dates 2'],
  },
  {
    id: 'TS19',
    title: 'a forgotten departure counts nothing, and says so',
    roster: EIGHT,
    punches: ['D 09:00 IN'],
    totals: ['planned 8:00', 'balance -8:00', 'present 1', 'MISSING_OUT 1'],
  },
  {
    id: 'TS20',
    title: 'a night over the end of a month is all of its first date',
    day: '2026-03-31',
    roster: NIGHTS,
    punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    totals: ['planned 8:00', 'worked 8:00', 'present 1'],
  },
  {
    id: 'TS21',
    title: 'nothing of that night is in the month after it',
    day: '2026-04-01',
    roster: { ...NIGHTS, assigned: [{ shifts: ['night'], from: 'D-1', to: 'D-1' }] },
    punches: ['D-1 22:00 IN', 'D 06:00 OUT'],
    totals: ['unscheduled 1'],
  },
  {
    id: 'TS22',
    title: 'the night of the spring change is planned and worked one hour less',
    day: '2025-03-29',
    roster: NIGHTS,
    punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    totals: ['planned 7:00', 'worked 7:00', 'present 1'],
  },
  {
    id: 'TS23',
    title: 'the night of the autumn change is planned and worked one hour more',
    day: '2025-10-25',
    roster: NIGHTS,
    punches: ['D 22:00 IN', 'D+1 06:00 OUT'],
    totals: ['planned 9:00', 'worked 9:00', 'present 1'],
  },
  {
    id: 'TS24',
    title: 'two shifts a day, and one of them missed: half a day',
    roster: TWO,
    to: 'D+1',
    punches: [
      'D 06:00 IN',
      'D 10:00 OUT',
      'D 16:00 IN',
      'D 20:00 OUT',
      'D+1 06:00 IN',
      'D+1 10:00 OUT',
    ],
    totals: ['planned 16:00', 'worked 12:00', 'balance -4:00', 'present 1.5', 'half_dates 1'],
  },
  {
    id: 'TS25',
    title: 'of two shifts, half a holiday cancels one',
    roster: { ...TWO, holidays: ['D FIRST_HALF'] },
    punches: ['D 16:00 IN', 'D 20:00 OUT'],
    totals: ['planned 4:00', 'worked 4:00', 'present 0.5', 'holiday 0.5'],
  },
  {
    id: 'TS26',
    title: 'nothing is expected before the first date of employment and after the last one',
    roster: { ...EIGHT, joined: 'D+1', left: 'D+2' },
    to: 'D+3',
    punches: ['D+1 09:00 IN', 'D+1 17:00 OUT'],
    totals: [
      'planned 16:00',
      'worked 8:00',
      'balance -8:00',
      'present 1',
      'absent 1',
      'unscheduled 2',
    ],
  },
  {
    id: 'TS27',
    title: 'work without a roster is above a plan of nothing; a free day with work shows its hours',
    roster: { ...EIGHT, assigned: [{ shifts: [], from: 'D+1' }] },
    to: 'D+1',
    punches: [...WORKED, 'D+1 10:00 IN', 'D+1 12:00 OUT'],
    totals: ['worked 10:00', 'balance 10:00', 'present 1', 'day_off 1', 'OFF_SHIFT 1'],
  },
  {
    id: 'TS28',
    title: 'flexible hours: the target is planned, and what is short of it is told',
    roster: {
      shifts: [{ id: 'flex', hours: '06:00-20:00', target: '8:00' }],
      assigned: [{ shifts: ['flex'], from: 'D-40' }],
    },
    punches: ['D 10:00 IN', 'D 16:30 OUT'],
    totals: [
      'planned 8:00',
      'worked 6:30',
      'balance -1:30',
      'shortfall 1:30',
      'present 1',
      'BELOW_TARGET 1',
    ],
  },
  {
    id: 'TS29',
    title: 'what does not count by the rules of the shift is told apart',
    roster: {
      shifts: [{ id: 'day', hours: '09:00-17:00', countFromStart: true }],
      assigned: [{ shifts: ['day'], from: 'D-40' }],
    },
    punches: ['D 08:30 IN', 'D 17:00 OUT'],
    totals: ['planned 8:00', 'worked 8:00', 'uncounted 0:30', 'present 1'],
  },
];

describe('totals of a timesheet', () => {
  for (const row of CASES) {
    it(`${row.id} ${row.title}`, () => {
      expect(sayTotals(totalsOf(sheetOf(row)))).to.deep.equal(row.totals);
    });
  }

  it('TS30 explains a total by its dates', () => {
    const [row] = CASES as [SheetCase];
    const parts = totalPartsOf(sheetOf(row).reverse());
    const late = parts.find(({ key }) => key.kind === 'LATE');
    const absent = parts.find(({ key }) => key.kind === 'ABSENT');
    expect(late?.parts).to.deep.equal([{ date: '2024-05-16', amount: 1200 }]);
    expect(absent?.parts).to.deep.equal([{ date: '2024-05-17', amount: 2 }]);
  });
});
