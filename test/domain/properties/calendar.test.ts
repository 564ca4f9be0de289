// The dates of an employee cover all time, each instant once, in every zone and whoever moves.

import { expect } from 'chai';
import fc from 'fast-check';
import { planDays } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster, Roster, ZoneVersion } from '../../../src/domain/roster/roster.js';
import { DEFAULT_OFF_SHIFT_RULES } from '../../../src/domain/roster/shift.js';
import type { Zone } from '../../../src/domain/time/zone.js';
import { epochDayAt, startOfDay } from '../../../src/domain/time/zone.js';
import { runs } from '../../support/runs.js';
import { ALL_ZONES, anyZone, day, TELLING_ZONES } from '../support/arbitraries.js';

const NO_SHIFTS: Roster = {
  shifts: new Map(),
  calendars: new Map(),
  policies: new Map(),
  offShift: DEFAULT_OFF_SHIFT_RULES,
};

function employeeIn(zones: readonly ZoneVersion[]): EmployeeRoster {
  return {
    zones,
    joinedDay: -Infinity,
    leftDay: Infinity,
    defaultShiftId: undefined,
    calendarId: undefined,
    assignments: [],
    overrides: new Map(),
  };
}

function expectCovered(zones: readonly ZoneVersion[], firstDay: number, lastDay: number): void {
  const plans = planDays(NO_SHIFTS, employeeIn(zones), firstDay, lastDay);
  expect(plans).to.have.lengthOf(lastDay - firstDay + 1);
  plans.forEach(({ start, end, epochDay, reach, dayStarts }, index) => {
    if (start > end) expect.fail(`${epochDay} ends before it begins`);
    const next = plans[index + 1];
    if (next !== undefined && next.start !== end) expect.fail(`${epochDay} does not meet the next`);
    if (reach.from > start || reach.to < end) expect.fail(`${epochDay} is not in its own reach`);
    if (!dayStarts.includes(start) || !dayStarts.includes(end)) {
      expect.fail(`${epochDay} is not among its own dayStarts`);
    }
  });
}

describe('dates', () => {
  it('of a year follow each other without gap or overlap, in every zone', () => {
    for (const zone of ALL_ZONES) {
      const zones = [{ fromDay: -Infinity, zone }];
      expectCovered(zones, day('2024-01-01'), day('2024-12-31'));
    }
  });

  it('are as long as the clocks of the zone say', () => {
    const anyDay = fc.integer({ min: day('1990-01-01'), max: day('2030-12-31') });
    fc.assert(
      fc.property(fc.constantFrom(...TELLING_ZONES), anyDay, (zone, epochDay) => {
        const [only] = planDays(
          NO_SHIFTS,
          employeeIn([{ fromDay: -Infinity, zone }]),
          epochDay,
          epochDay,
        );
        expect(only?.start).to.equal(startOfDay(zone, epochDay));
        expect(only?.end).to.equal(startOfDay(zone, epochDay + 1));
        if (only !== undefined && only.start < only.end) {
          expect(epochDayAt(zone, only.start)).to.equal(epochDay);
        }
      }),
      { numRuns: runs(1000) },
    );
  });

  it('follow each other where the employee moves, however often', () => {
    const moves = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), anyZone), { maxLength: 8 });
    fc.assert(
      fc.property(anyZone, moves, (first: Zone, later) => {
        const firstDay = day('2011-12-20');
        const byDay = new Map(later.map(([after, zone]) => [firstDay + after, zone] as const));
        const zones: ZoneVersion[] = [...byDay]
          .sort(([a], [b]) => a - b)
          .map(([fromDay, zone]) => ({ fromDay, zone }));
        expectCovered([{ fromDay: -Infinity, zone: first }, ...zones], firstDay, firstDay + 20);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('go from the first there is to the last', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL_ZONES), (zone) => {
        const zones = [{ fromDay: -Infinity, zone }];
        expectCovered(zones, day('1900-01-01'), day('1900-01-03'));
        expectCovered(zones, day('9999-12-29'), day('9999-12-31'));
      }),
      { numRuns: runs(60), examples: TELLING_ZONES.map((zone): [Zone] => [zone]) },
    );
  }).timeout(60_000);
});
