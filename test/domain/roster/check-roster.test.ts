import { expect } from 'chai';
import fc from 'fast-check';
import {
  checkAssignment,
  findOverlaps,
  MAX_CYCLE_DAYS,
  MAX_OVERLAPS,
  MAX_SHIFTS_PER_DATE,
} from '../../../src/domain/roster/check-roster.js';
import { type DayPlan, planDays } from '../../../src/domain/roster/plan.js';
import type { Assignment, EmployeeRoster, Roster } from '../../../src/domain/roster/roster.js';
import {
  DEFAULT_OFF_SHIFT_RULES,
  PLAIN_COUNTING,
  PLAIN_WORK_RULES,
  type Shift,
} from '../../../src/domain/roster/shift.js';
import { type LocalDate, toEpochDay } from '../../../src/domain/time/local-date.js';
import { findZone, type Zone } from '../../../src/domain/time/zone.js';

const DAY = toEpochDay('2025-06-02' as LocalDate);
const SPRING = toEpochDay('2025-03-30' as LocalDate);
const AUTUMN = toEpochDay('2025-10-26' as LocalDate);

function zone(name: string): Zone {
  const found = findZone(name);
  if (found === undefined) throw new Error(`no zone ${name}`);
  return found;
}

const BERLIN = zone('Europe/Berlin');

function secondOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60;
}

/** A shift named by its hours, `22:00-02:00`, and its zone if it has its own. */
function shift(shiftId: string): Shift {
  const [hours = '', zoneName] = shiftId.split('@');
  const [start = '', end = ''] = hours.split('-');
  return {
    shiftId,
    startSecond: secondOf(start),
    endSecond: secondOf(end),
    zone: zoneName === undefined ? undefined : zone(zoneName),
    beforeSeconds: 3600,
    afterSeconds: 3600,
    maxSessionSeconds: 0,
    lateGraceSeconds: 0,
    earlyGraceSeconds: 0,
    halfDayBelowSeconds: 0,
    absentBelowSeconds: 0,
    work: PLAIN_WORK_RULES,
    halvesMeetSecond: undefined,
    flexible: undefined,
    counting: PLAIN_COUNTING,
    worksOnHolidays: false,
    calendarId: undefined,
    geofence: undefined,
  };
}

function rosterOf(ids: readonly string[], fromDay = Number.NEGATIVE_INFINITY): Roster {
  return {
    shifts: new Map(ids.map((id) => [id, [{ fromDay, shift: shift(id) }]])),
    calendars: new Map(),
    policies: new Map(),
    offShift: DEFAULT_OFF_SHIFT_RULES,
  };
}

/** The plans of the dates from `firstDay`, each with the shifts named. */
function plansOf(firstDay: number, dates: readonly (readonly string[])[]): DayPlan[] {
  const employee: EmployeeRoster = {
    zones: [{ fromDay: Number.NEGATIVE_INFINITY, zone: BERLIN }],
    joinedDay: Number.NEGATIVE_INFINITY,
    leftDay: Number.POSITIVE_INFINITY,
    defaultShiftId: undefined,
    calendarId: undefined,
    assignments: [],
    overrides: new Map(dates.map((ids, index) => [firstDay + index, ids])),
  };
  const lastDay = firstDay + dates.length - 1;
  return planDays(rosterOf(dates.flat()), employee, firstDay, lastDay);
}

/** Each overlap as `shift +dates / shift +dates`, dates counted from the first plan's. */
function overlapsOf(firstDay: number, dates: readonly (readonly string[])[]): string[] {
  return findOverlaps(plansOf(firstDay, dates)).map(
    ({ epochDay, shiftId, otherEpochDay, otherShiftId }) =>
      `${shiftId} +${epochDay - firstDay} / ${otherShiftId} +${otherEpochDay - firstDay}`,
  );
}

describe('shifts of one employee that overlap', () => {
  type Row = readonly [
    name: string,
    firstDay: number,
    dates: readonly (readonly string[])[],
    said?: readonly string[],
  ];
  const rows: readonly Row[] = [
    ['C9', DAY, [['22:00-02:00', '21:00-23:00']], ['21:00-23:00 +0 / 22:00-02:00 +0']],
    ['C9', DAY, [['22:00-02:00', '20:00-01:00']], ['20:00-01:00 +0 / 22:00-02:00 +0']],
    ['C9', DAY, [['01:00-02:00', '01:30-03:00']], ['01:00-02:00 +0 / 01:30-03:00 +0']],
    ['C9', DAY, [['21:00-23:00', '22:00-03:00']], ['21:00-23:00 +0 / 22:00-03:00 +0']],
    ['C10', DAY, [['20:00-01:00', '15:00-20:00']]],
    ['C10', DAY, [['20:00-01:00', '01:00-05:00']]],
    ['C10, on the next date', DAY, [['20:00-01:00'], ['01:00-05:00']]],
    ['C10', DAY, [['20:00-01:00', '21:00-02:00']], ['20:00-01:00 +0 / 21:00-02:00 +0']],
    [
      'C11: 18:00 to 07:00 and 06:59 on the next date',
      DAY,
      [['18:00-07:00'], ['06:59-14:00']],
      ['18:00-07:00 +0 / 06:59-14:00 +1'],
    ],
    ['every day, no night', DAY, [['08:00-16:00'], ['08:00-16:00'], [], ['08:00-16:00']]],
    ['23 hours every day', DAY, [['08:00-07:00'], ['08:00-07:00'], ['08:00-07:00']]],
    [
      'three at once: every pair',
      DAY,
      [['08:00-12:00', '09:00-13:00', '11:00-14:00']],
      [
        '08:00-12:00 +0 / 09:00-13:00 +0',
        '08:00-12:00 +0 / 11:00-14:00 +0',
        '09:00-13:00 +0 / 11:00-14:00 +0',
      ],
    ],
    [
      'a long one that outlasts a short one',
      DAY,
      [['08:00-20:00', '09:00-10:00', '11:00-12:00']],
      ['08:00-20:00 +0 / 09:00-10:00 +0', '08:00-20:00 +0 / 11:00-12:00 +0'],
    ],
    [
      'zones of their own: 09:00 in Tokyo is 02:00 in Berlin',
      DAY,
      [['01:00-03:00', '09:00-17:00@Asia/Tokyo']],
      ['01:00-03:00 +0 / 09:00-17:00@Asia/Tokyo +0'],
    ],
    ['zones of their own, touching', DAY, [['01:00-02:00', '09:00-17:00@Asia/Tokyo']]],
    [
      'the ends of the Earth: two dates apart',
      DAY,
      [['20:00-10:00@Pacific/Pago_Pago'], [], ['08:00-16:00@Pacific/Kiritimati']],
      ['20:00-10:00@Pacific/Pago_Pago +0 / 08:00-16:00@Pacific/Kiritimati +2'],
    ],
    ['02:00 to 03:00 when there is no such hour', SPRING, [['02:00-03:00', '03:00-05:00']]],
    [
      'beginning when there is no such hour, and overlapping on any date',
      SPRING,
      [['02:00-04:30', '04:00-05:00']],
      ['02:00-04:30 +0 / 04:00-05:00 +0'],
    ],
    ['the hour that exists twice', AUTUMN, [['01:00-02:30', '02:30-05:00']]],
    ['no plans', DAY, []],
  ];
  for (const [name, firstDay, dates, said = []] of rows) {
    const shown = dates.map((ids) => ids.join(' and ') || 'off').join(', then ');
    it(`${name}: ${shown} ${said.length === 0 ? 'is allowed' : 'is refused'}`, () => {
      expect(overlapsOf(firstDay, dates)).to.deep.equal(said);
    });
  }

  it('tells no more than an answer can hold', () => {
    const many = Array.from({ length: 20 }, (_, index) => `08:${10 + index}-16:00`);
    expect(overlapsOf(DAY, [many])).to.have.length(MAX_OVERLAPS);
  });

  it('finds the pairs that comparing everything with everything finds', () => {
    const clock = fc
      .integer({ min: 0, max: 47 })
      .map((half) => `${String(half >> 1).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`);
    const hours = fc
      .tuple(clock, clock)
      .filter(([start, end]) => start !== end)
      .map(([start, end]) => `${start}-${end}`);
    const dates = fc.array(fc.uniqueArray(hours, { maxLength: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(dates, (ids) => {
        const plans = plansOf(DAY, ids);
        const all = plans.flatMap(({ shifts }) => shifts);
        const pairs = all.flatMap((a, index) =>
          all.slice(index + 1).filter((b) => a.start < b.end && b.start < a.end),
        );
        expect(findOverlaps(plans)).to.have.length(pairs.length);
        expect(findOverlaps(plans.toReversed())).to.deep.equal(findOverlaps(plans));
      }),
    );
  });
});

describe('assignments', () => {
  const roster = rosterOf(['08:00-16:00', '22:00-06:00']);
  const later = rosterOf(['08:00-16:00'], DAY + 1);
  const assignment: Assignment = {
    fromDay: DAY,
    toDay: Number.POSITIVE_INFINITY,
    anchorDay: DAY,
    cycle: [['08:00-16:00'], ['22:00-06:00'], []],
  };
  const many = Array.from({ length: MAX_SHIFTS_PER_DATE + 1 }, () => '08:00-16:00');
  const rows: readonly (readonly [
    name: string,
    change: Partial<Assignment>,
    said?: string | readonly string[],
    known?: Roster,
  ])[] = [
    ['days, nights and a day off', {}],
    ['one date', { toDay: DAY }],
    ['from the beginning', { fromDay: Number.NEGATIVE_INFINITY }],
    ['an anchor before or after', { anchorDay: DAY - 1000 }],
    ['a year written out', { cycle: Array.from({ length: MAX_CYCLE_DAYS }, () => []) }],
    ['an end before the start', { toDay: DAY - 1 }, 'end_date END_BEFORE_START'],
    ['no number', { fromDay: Number.NaN }, 'start_date DATE_INVALID'],
    ['no beginning', { fromDay: Number.POSITIVE_INFINITY }, 'start_date DATE_INVALID'],
    ['half a date', { toDay: DAY + 0.5 }, 'end_date DATE_INVALID'],
    ['the year 10000', { toDay: 2_932_897 }, 'end_date DATE_INVALID'],
    ['no anchor', { anchorDay: Number.NEGATIVE_INFINITY }, 'anchor_date DATE_INVALID'],
    ['no day', { cycle: [] }, 'cycle CYCLE_EMPTY'],
    [
      'more than a year',
      { cycle: Array.from({ length: MAX_CYCLE_DAYS + 1 }, () => []) },
      'cycle CYCLE_TOO_LONG',
    ],
    ['nine shifts', { cycle: [[], many] }, 'cycle[1].shift_ids TOO_MANY_SHIFTS'],
    [
      'a shift twice on a date',
      { cycle: [['08:00-16:00', '22:00-06:00', '08:00-16:00']] },
      'cycle[0].shift_ids[2] SHIFT_REPEATED',
    ],
    ['an unknown shift', { cycle: [[], ['x']] }, 'cycle[1].shift_ids[0] UNKNOWN_SHIFT'],
    [
      'a shift that begins a date later',
      { cycle: [['08:00-16:00']] },
      'cycle[0].shift_ids[0] SHIFT_NOT_IN_EFFECT',
      later,
    ],
    ['a shift that begins with it', { fromDay: DAY + 1, cycle: [['08:00-16:00']] }, [], later],
    [
      'all at once',
      { fromDay: Number.NaN, cycle: [['x'], many.slice(0, 2)] },
      [
        'start_date DATE_INVALID',
        'cycle[0].shift_ids[0] UNKNOWN_SHIFT',
        'cycle[1].shift_ids[1] SHIFT_REPEATED',
      ],
    ],
  ];
  for (const [name, change, said = [], known = roster] of rows) {
    it(`${name}: ${said.length === 0 ? 'right' : said}`, () => {
      const violations = checkAssignment({ ...assignment, ...change }, known, 'assignments[2]');
      const told = violations.map(({ field, reason }) => `${field} ${reason}`);
      const wanted = [said].flat().map((text) => `assignments[2].${text}`);
      expect(told).to.deep.equal(wanted);
    });
  }

  it('say which dates and ids they mean', () => {
    const told = (change: Partial<Assignment>, known: Roster) =>
      checkAssignment({ ...assignment, ...change }, known, '').map(
        ({ field, description }) => `${field} ${description}`,
      );
    expect([
      ...told({ toDay: DAY - 1 }, roster),
      ...told({ cycle: [['08:00-16:00', 'x'.repeat(70)]] }, later),
    ]).to.deep.equal([
      'end_date must not be before start_date, 2025-06-02; it is 2025-06-01',
      'cycle[0].shift_ids[0] must be a shift in effect when the assignment begins; ' +
        '"08:00-16:00" begins on 2025-06-03',
      `cycle[0].shift_ids[1] must be the id of an existing shift; it is "${'x'.repeat(64)}..."`,
    ]);
  });

  it('are answered whatever is in them, and not at endless length', () => {
    const anyDay = fc.oneof(fc.integer(), fc.double());
    const anyAssignment = fc.record({
      fromDay: anyDay,
      toDay: anyDay,
      anchorDay: anyDay,
      cycle: fc.array(fc.array(fc.string(), { maxLength: 10 }), { maxLength: 400, size: 'max' }),
    });
    fc.assert(
      fc.property(anyAssignment, (any) => {
        const violations = checkAssignment(any, roster, 'a');
        expect(violations).to.have.length.within(0, 20);
        for (const { field } of violations) expect(field).to.match(/^a\.[a-z_[\]0-9.]+$/);
      }),
      { numRuns: 50 },
    );
  });
});
