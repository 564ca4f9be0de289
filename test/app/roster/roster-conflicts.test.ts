// Conflicts of a roster: what is refused is what planning every date finds, on the dates that are looked
// at; and where no one looks, the day itself says that its shifts overlap.

import { expect } from 'chai';
import fc from 'fast-check';
import type { RosterCommand } from '../../../src/app/ports/roster-ports.js';
import { usersCheckOf } from '../../../src/app/roster/change-shared-roster.js';
import {
  ALL_DATES,
  type DayRange,
  datesLookedAt,
  findConflicts,
  LOOK_AHEAD_DAYS,
  LOOK_BACK_DAYS,
  MAX_PLANNED_DATES,
  type ShiftUsersCheck,
} from '../../../src/app/roster/roster-conflicts.js';
import { derive, NO_FACTS } from '../../../src/domain/engine/derive.js';
import { findOverlaps, type Overlap } from '../../../src/domain/roster/check-roster.js';
import { plan, planDays } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster, Roster, ShiftVersion } from '../../../src/domain/roster/roster.js';
import type { Shift } from '../../../src/domain/roster/shift.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { runs } from '../../support/runs.js';
import {
  employees,
  FIRST,
  hours,
  LAST,
  NOBODY,
  rosterOf,
  rosters,
  shiftOf,
  zoneOf,
} from '../support/any-roster.js';

/** Few enough dates that no overlap is left untold. */
const STEP_DAYS = 10;

/** All overlaps on these dates and their neighbours, from the side of each shift. */
function everyOverlap(roster: Roster, employee: EmployeeRoster): Overlap[] {
  const found = new Map<string, Overlap>();
  for (let day = FIRST; day <= LAST; day += STEP_DAYS) {
    const plans = planDays(roster, employee, day - 4, day + STEP_DAYS + 4);
    for (const one of findOverlaps(plans)) {
      const { epochDay, shiftId, otherEpochDay, otherShiftId } = one;
      const other = {
        epochDay: otherEpochDay,
        shiftId: otherShiftId,
        otherEpochDay: epochDay,
        otherShiftId: shiftId,
      };
      for (const each of [one, other]) found.set(keyOf(each), each);
    }
  }
  return [...found.values()];
}

function keyOf({ epochDay, shiftId, otherEpochDay, otherShiftId }: Overlap): string {
  return `${epochDay} ${shiftId} ${otherEpochDay} ${otherShiftId}`;
}

const PLANNED: DayRange = { firstDay: FIRST, lastDay: LAST };

/** The overlap that somebody with such a roster is refused for. */
function refused(roster: Roster, employee: EmployeeRoster, range = ALL_DATES) {
  const before = { roster, employee: NOBODY };
  return findConflicts(before, { roster, employee }, range, FIRST).overlap;
}

function twoShifts(a: Shift, b: Shift): Roster {
  return rosterOf(new Map([a, b].map((shift) => [shift.shiftId, [{ fromDay: -Infinity, shift }]])));
}

const NIGHT_AND_MORNING = twoShifts(shiftOf('a', 22, 8), shiftOf('b', 5, 8));

function following(cycle: readonly (readonly string[])[], fromDay = FIRST): EmployeeRoster {
  const assignment = { fromDay, toDay: Infinity, anchorDay: fromDay, cycle };
  return { ...NOBODY, assignments: [assignment] };
}

describe('conflicts of an employee’s roster', function () {
  this.timeout(120_000);

  it('are found exactly where planning every date finds them', () => {
    let conflicts = 0;
    const check = fc.property(rosters, employees, (roster, employee) => {
      const plans = planDays(roster, employee, FIRST - 4, LAST + 4);
      const expected = findOverlaps(plans).filter(({ epochDay, otherEpochDay }) =>
        [epochDay, otherEpochDay].some((day) => day >= FIRST && day <= LAST),
      );
      const overlap = refused(roster, employee, PLANNED);
      if (expected.length > 0) conflicts += 1;
      expect(overlap !== undefined).to.equal(expected.length > 0);
      if (overlap !== undefined) expect(expected).to.deep.include(overlap);
    });
    fc.assert(check, { numRuns: runs(90) });
    expect(conflicts).to.be.above(runs(90) / 10);
  });

  it('of a step are only those that were not there before', () => {
    const check = fc.property(rosters, employees, (roster, employee) => {
      const side = { roster, employee };
      expect(findConflicts(side, side, PLANNED, FIRST).overlap).to.equal(undefined);
    });
    fc.assert(check, { numRuns: runs(100) });
  });

  it('without an end, nor a beginning, are found as well', () => {
    const everyDay = { ...NOBODY, defaultShiftId: 'a' };
    const assigned = (cycle: readonly (readonly string[])[]) => ({
      ...everyDay,
      assignments: following(cycle).assignments,
    });
    expect(refused(NIGHT_AND_MORNING, everyDay)).to.equal(undefined);
    // The night before the assignment begins runs into its first morning.
    expect(refused(NIGHT_AND_MORNING, assigned([['b']]))).to.deep.equal({
      epochDay: FIRST - 1,
      shiftId: 'a',
      otherEpochDay: FIRST,
      otherShiftId: 'b',
    });
    expect(refused(NIGHT_AND_MORNING, assigned([[], ['b'], []]))).to.equal(undefined);
    const late = Array.from({ length: 300 }, (_, index) => (index === 299 ? ['a'] : []));
    expect(refused(NIGHT_AND_MORNING, assigned([[], ['b'], ...late]))).to.equal(undefined);
    expect(refused(NIGHT_AND_MORNING, assigned([[], ['b'], ...late, ['b']]))).to.include({
      epochDay: FIRST + 301,
      shiftId: 'a',
      otherShiftId: 'b',
    });
  });

  it('are found where a change begins and ends, however long ago', () => {
    const years = 3000;
    const late = [...Array.from({ length: years - 1 }, () => []), ['a'], ['b']];
    const overlap = { shiftId: 'a', otherShiftId: 'b' };
    const longAgo = following([['a'], ['b'], ...late], FIRST - 2 * years);
    const range = { firstDay: FIRST - 2 * years, lastDay: FIRST - years + 2 };
    expect(refused(NIGHT_AND_MORNING, longAgo, range)).to.deep.include({
      ...overlap,
      epochDay: FIRST - 2 * years,
    });
    const end = following([[], [], ...late], FIRST - 2 * years);
    expect(refused(NIGHT_AND_MORNING, end, range)).to.deep.include(overlap);
  });

  it('that no one looks for are said by the day, unless a holiday keeps the shift off', () => {
    const distance = LOOK_AHEAD_DAYS + 100;
    const cycle = [...Array.from({ length: distance }, () => []), ['a'], ['b'], []];
    const employee = { ...following(cycle), calendarId: 'c' };
    expect(refused(NIGHT_AND_MORNING, employee)).to.equal(undefined);
    const anomaliesOf = (day: number, roster: Roster = NIGHT_AND_MORNING) =>
      derive(NO_FACTS, plan(roster, employee, day)).work.anomalies;
    const days = [-1, 0, 1, 2].map((offset) => FIRST + distance + offset);
    expect(days.map((day) => anomaliesOf(day))).to.deep.equal([
      [],
      ['SHIFTS_OVERLAP'],
      ['SHIFTS_OVERLAP'],
      [],
    ]);
    const feast = new Map([
      ['c', new Map([[FIRST + distance, { name: 'Feast', portion: 'WHOLE_DAY' as const }]])],
    ]);
    const holiday = { ...NIGHT_AND_MORNING, calendars: feast };
    expect(anomaliesOf(FIRST + distance, holiday)).to.deep.equal([]);
  });

  it('are looked for on a bounded number of dates: around today, at the beginning and the end', () => {
    const day = fc.integer({ min: -20_000, max: 60_000 });
    const ends = fc.tuple(
      fc.oneof(day, fc.constant(-Infinity)),
      fc.oneof(day, fc.constant(Infinity)),
    );
    const check = fc.property(ends, day, ([one, other], nowDay) => {
      const range = { firstDay: Math.min(one, other), lastDay: Math.max(one, other) };
      const looked = new Set<number>();
      let last = -Infinity;
      for (const part of datesLookedAt(range, nowDay)) {
        expect(part.firstDay).to.be.above(last);
        last = part.lastDay;
        for (let at = part.firstDay; at <= part.lastDay; at += 1) looked.add(at);
      }
      expect(looked.size).to.be.at.most(LOOK_BACK_DAYS + LOOK_AHEAD_DAYS + 1 + 2 * 32);
      const { firstDay, lastDay } = range;
      const must = [nowDay - LOOK_BACK_DAYS, nowDay, nowDay + LOOK_AHEAD_DAYS, firstDay, lastDay];
      for (const wanted of must) {
        const isIn = wanted >= Math.max(firstDay, -25_567) && wanted <= lastDay;
        if (isIn && Number.isFinite(wanted)) expect(looked.has(wanted), `${wanted}`).to.equal(true);
      }
    });
    fc.assert(check, { numRuns: runs(140) });
  });
});

interface Change {
  readonly roster: Roster;
  readonly command: Extract<RosterCommand, { kind: 'UPDATE_SHIFT' }>;
  readonly versions: readonly ShiftVersion[];
}

function changeOf(roster: Roster, fromDay: number, shift: Shift): Change {
  const header = {
    requestId: undefined,
    payloadHash: Uint8Array.of(),
    validateOnly: false,
    actor: 'x',
    reason: '',
  };
  const received = { receivedAt: 0 as Instant, etag: undefined };
  const version = { fromDay, shift };
  const command = { ...header, ...received, kind: 'UPDATE_SHIFT', version } as const;
  return { roster, command, versions: roster.shifts.get(shift.shiftId) ?? [] };
}

function checkOf({ roster, command, versions }: Change): ShiftUsersCheck | undefined {
  const { shiftId } = command.version.shift;
  const shift = { shiftId, versions, archived: false, changeId: 1, updatedAt: undefined };
  return usersCheckOf(command, { roster, shift, nowDay: FIRST });
}

describe('other hours of a shift', function () {
  this.timeout(120_000);

  it('are refused, or counted where an override meets them, exactly where planning finds it', () => {
    let [conflicts, counted] = [0, 0];
    const from = fc.integer({ min: 0, max: 250 });
    const check = fc.property(rosters, employees, from, hours, (any, employee, offset, then) => {
      // What lies behind the dates that are planned is the same before and after.
      const [before, last] = [any.shifts.get('a') ?? [], any.shifts.get('a')?.at(-1)?.shift];
      if (last === undefined) throw new Error('there is a shift');
      const versions = [...before, { fromDay: LAST + 1, shift: last }];
      const roster = rosterOf(new Map(any.shifts).set('a', versions));
      const shift = shiftOf('a', then.start, then.length, then.zone);
      const fromDay = FIRST + offset;
      const others = versions.filter((version) => version.fromDay !== fromDay);
      const after = [...others, { fromDay, shift }].sort((a, b) =>
        a.fromDay < b.fromDay ? -1 : 1,
      );
      const known = new Set(everyOverlap(roster, employee).map(keyOf));
      const changed = rosterOf(new Map(roster.shifts).set('a', after));
      const isChanged = (day: number) => day >= fromDay && day <= LAST;
      const fresh = everyOverlap(changed, employee).filter(
        (one) => one.shiftId === 'a' && isChanged(one.epochDay) && !known.has(keyOf(one)),
      );
      const isAlone = (day: number) => employee.overrides.has(day);
      const ofPattern = fresh.filter(
        (one) => !isAlone(one.epochDay) && !isAlone(one.otherEpochDay),
      );
      const users = checkOf(changeOf(roster, fromDay, shift));
      const overlap = users?.overlapOf(employee);
      expect(overlap !== undefined).to.equal(ofPattern.length > 0);
      if (overlap !== undefined) {
        conflicts += 1;
        expect(ofPattern).to.deep.include(overlap);
        return;
      }
      const days = fresh.flatMap((one) => [one.epochDay, one.otherEpochDay]).filter(isAlone);
      expect(users?.overlaps ?? 0).to.equal(new Set(days).size);
      counted += days.length > 0 ? 1 : 0;
    });
    fc.assert(check, { numRuns: runs(240) });
    expect(conflicts).to.be.above(runs(240) / 40);
    expect(counted).to.be.above(0);
  });

  it('are refused where the employee is employed and has no override', () => {
    const roster = twoShifts(shiftOf('a', 6, 8), shiftOf('b', 14, 8));
    const longer = changeOf(roster, FIRST, shiftOf('a', 6, 9));
    const cycle = Array.from({ length: 100 }, (_, index) => (index === 99 ? ['a', 'b'] : ['a']));
    const rota = following(cycle, FIRST);
    const met = (day: number) => ({
      epochDay: day,
      shiftId: 'a',
      otherEpochDay: day,
      otherShiftId: 'b',
    });
    const check = checkOf(longer);
    expect(check?.overlapOf(rota)).to.deep.equal(met(FIRST + 99));
    const off = new Map([[FIRST + 99, []]]);
    expect(check?.overlapOf({ ...rota, overrides: off })).to.deep.equal(met(FIRST + 199));
    const gone = { ...rota, leftDay: FIRST + 98 };
    expect(check?.overlapOf(gone)).to.equal(undefined);
    expect(check?.overlaps).to.equal(0);
    const once = new Map([[FIRST + 50, ['b', 'a']]]);
    expect(check?.overlapOf({ ...gone, overrides: once })).to.equal(undefined);
    expect(check?.overlaps, 'an override with both').to.equal(1);
    const same = changeOf(roster, FIRST, { ...shiftOf('a', 6, 8), lateGraceSeconds: 60 });
    expect(checkOf(same), 'the same hours').to.equal(undefined);
  });

  it('are looked for once for all who share a pattern, and on a bounded number of dates', () => {
    const zones = ['Asia/Tokyo', 'America/New_York'].map((name) => zoneOf(name));
    const [tokyo, york] = zones;
    const roster = twoShifts(shiftOf('a', 1, 1, tokyo), shiftOf('b', 1, 1, york));
    const check = checkOf(changeOf(roster, FIRST, shiftOf('a', 2, 1, tokyo)));
    if (check === undefined) throw new Error('the hours are other ones');
    for (let user = 0; user < 10_000; user += 1) {
      expect(check.overlapOf({ ...following([['a', 'b']]), joinedDay: user })).to.equal(undefined);
    }
    expect(check.isSpent, 'one pattern').to.equal(false);
    let patterns = 0;
    for (; !check.isSpent; patterns += 1) {
      check.overlapOf(following([['a', 'b']], FIRST - patterns));
      expect(patterns).to.be.below(MAX_PLANNED_DATES / LOOK_AHEAD_DAYS);
    }
    expect(patterns).to.be.above(100);
  });
});
