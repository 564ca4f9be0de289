// Other hours of a shift: of a user only a few dates are looked at, and what is found is what planning
// every date finds; and how much is looked at is bounded.

import { expect } from 'chai';
import fc from 'fast-check';
import type { RosterCommand } from '../../../src/app/ports/roster-ports.js';
import { usersCheckOf } from '../../../src/app/roster/change-shared-roster.js';
import {
  MAX_LOOKED_DATES,
  MAX_LOOKED_DATES_OF_USER,
  type ShiftUsersCheck,
} from '../../../src/app/roster/shift-overlap-search.js';
import { findOverlaps, type Overlap } from '../../../src/domain/roster/check-roster.js';
import { planDays } from '../../../src/domain/roster/plan.js';
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

/** Keys of all overlaps in which the shift is one, on these dates and their neighbours. */
function overlapsWith(shiftId: string, roster: Roster, employee: EmployeeRoster): Set<string> {
  const keys = new Set<string>();
  for (let day = FIRST; day <= LAST; day += STEP_DAYS) {
    const plans = planDays(roster, employee, day - 4, day + STEP_DAYS + 4);
    for (const { epochDay, otherEpochDay, ...one } of findOverlaps(plans)) {
      if (one.shiftId === shiftId) keys.add(`${epochDay} ${otherEpochDay} ${one.otherShiftId}`);
      if (one.otherShiftId === shiftId) keys.add(`${otherEpochDay} ${epochDay} ${one.shiftId}`);
    }
  }
  return keys;
}

function keyOf({ epochDay, otherEpochDay, otherShiftId }: Overlap): string {
  return `${epochDay} ${otherEpochDay} ${otherShiftId}`;
}

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

  it('are refused exactly where planning every date finds something new', () => {
    let conflicts = 0;
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
      const known = overlapsWith('a', roster, employee);
      const changed = rosterOf(new Map(roster.shifts).set('a', after));
      const fresh = [...overlapsWith('a', changed, employee)].filter((key) => !known.has(key));
      const overlap = checkOf(changeOf(roster, fromDay, shift))?.overlapOf(employee);
      if (fresh.length > 0) conflicts += 1;
      expect(overlap !== undefined, fresh.join()).to.equal(fresh.length > 0);
      if (overlap !== undefined) expect(fresh).to.include(keyOf(overlap));
    });
    fc.assert(check, { numRuns: runs(500) });
    expect(conflicts).to.be.above(runs(500) / 40);
  });

  it('without an end are refused however late in a cycle, or behind whatever single dates', () => {
    const roster = rosterOf(
      new Map([
        ['a', [{ fromDay: -Infinity, shift: shiftOf('a', 6, 8) }]],
        ['b', [{ fromDay: -Infinity, shift: shiftOf('b', 14, 8) }]],
      ]),
    );
    const longer = changeOf(roster, FIRST, shiftOf('a', 6, 9));
    const cycle = Array.from({ length: 300 }, (_, index) => (index === 299 ? ['a', 'b'] : ['a']));
    const assignment = { fromDay: FIRST - 900, toDay: Infinity, anchorDay: FIRST, cycle };
    const rota = { ...NOBODY, assignments: [assignment] };
    const met = (day: number) => ({
      epochDay: day,
      shiftId: 'a',
      otherEpochDay: day,
      otherShiftId: 'b',
    });
    expect(checkOf(longer)?.overlapOf(rota)).to.deep.equal(met(FIRST + 299));
    const off = new Map([0, 1, 2].map((round) => [FIRST + 299 + 300 * round, []]));
    const later = { ...rota, overrides: off };
    expect(checkOf(longer)?.overlapOf(later)).to.deep.equal(met(FIRST + 299 + 900));
    const gone = { ...rota, leftDay: FIRST + 298 };
    expect(checkOf(longer)?.overlapOf(gone)).to.equal(undefined);
    const once = new Map([[FIRST + 200, ['b', 'a']]]);
    expect(checkOf(longer)?.overlapOf({ ...gone, overrides: once })).to.deep.equal(
      met(FIRST + 200),
    );
    const same = changeOf(roster, FIRST, { ...shiftOf('a', 6, 8), lateGraceSeconds: 60 });
    expect(checkOf(same)).to.equal(undefined);
  });

  const patterns: readonly [
    name: string,
    fromDay: (n: number) => number,
    days: (n: number) => number,
  ][] = [
    ['each from another date', (n) => FIRST + (n % 1000), () => 7],
    ['each in a cycle of another length', () => FIRST, (n) => 1 + (n % 60)],
  ];
  for (const [name, fromDay, days] of patterns) {
    it(`are looked for on a few hundred dates of a user at most, ${name}`, () => {
      const roster = rosterOf(
        new Map([
          ['a', [{ fromDay: -Infinity, shift: shiftOf('a', 6, 8) }]],
          ['b', [{ fromDay: -Infinity, shift: shiftOf('b', 22, 8) }]],
        ]),
      );
      const check = checkOf(changeOf(roster, FIRST + 150, shiftOf('a', 7, 8)));
      const users = MAX_LOOKED_DATES / 300;
      for (let n = 0; n < users; n += 1) {
        const cycle = Array.from(
          { length: days(n) },
          (_, index) => [['a'], [], ['b'], []][index % 4] ?? [],
        );
        const assignment = { fromDay: fromDay(n), toDay: Infinity, anchorDay: fromDay(n), cycle };
        expect(check?.overlapOf({ ...NOBODY, assignments: [assignment] })).to.equal(undefined);
      }
      expect(check?.isSpent).to.equal(false);
    });
  }

  it('are looked for on a bounded number of dates, of one user and of all', () => {
    const roster = rosterOf(
      new Map([
        ['a', [{ fromDay: -Infinity, shift: shiftOf('a', 1, 1, zoneOf('Asia/Tokyo')) }]],
        ['b', [{ fromDay: -Infinity, shift: shiftOf('b', 1, 1, zoneOf('America/New_York')) }]],
      ]),
    );
    const check = checkOf(changeOf(roster, FIRST, shiftOf('a', 2, 1, zoneOf('Asia/Tokyo'))));
    if (check === undefined) throw new Error('the hours are other ones');
    const cycle = Array.from({ length: 366 }, () => ['a', 'b']);
    const assignments = Array.from({ length: 3 }, (_, index) => ({
      fromDay: FIRST + 4000 * index,
      toDay: FIRST + 4000 * index + 3999,
      anchorDay: FIRST,
      cycle,
    }));
    const overrides = new Map(
      Array.from({ length: 5000 }, (_, index) => [FIRST + index, ['a', 'b']] as const),
    );
    const employee = { ...NOBODY, assignments, overrides };
    let looked = 0;
    for (; !check.isSpent; looked += 1) {
      expect(check.overlapOf(employee)).to.equal(undefined);
      if (looked > MAX_LOOKED_DATES) throw new Error('it never ends');
    }
    const least = MAX_LOOKED_DATES / MAX_LOOKED_DATES_OF_USER;
    // Each of them takes as much as one user may.
    expect(looked).to.be.within(least, 2 * least);
  });
});
