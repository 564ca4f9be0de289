// Conflicts of a roster: the quick way over the rounds of a pattern finds what planning every date
// finds; and the dates that a change is said to be about.

import { expect } from 'chai';
import fc from 'fast-check';
import type { EmployeeDetail, RosterCommand } from '../../../src/app/ports/roster-ports.js';
import { decideRosterChange } from '../../../src/app/roster/change-roster.js';
import { plainDetail } from '../../../src/app/roster/employee-roster.js';
import {
  findConflicts,
  type Look,
  MAX_CHECKED_DAYS,
} from '../../../src/app/roster/roster-conflicts.js';
import type { RosterChangeView } from '../../../src/app/roster/roster-decision.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import { findOverlaps } from '../../../src/domain/roster/check-roster.js';
import { planDays } from '../../../src/domain/roster/plan.js';
import type { EmployeeRoster } from '../../../src/domain/roster/roster.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { runs } from '../../support/runs.js';
import {
  BERLIN,
  employees,
  FIRST,
  LAST,
  NOBODY,
  rosterOf,
  rosters,
  shiftOf,
  zoneOf,
} from '../support/any-roster.js';

function lookAt(firstDay: number, lastDay: number): Look {
  const range = { firstDay, lastDay };
  return { range, nowDay: FIRST, maxPlannedDays: MAX_CHECKED_DAYS };
}

describe('conflicts of a roster', function () {
  this.timeout(120_000);

  it('are found exactly where planning every date finds them', () => {
    let conflicts = 0;
    const check = fc.property(rosters, employees, (roster, employee) => {
      const range = { firstDay: FIRST, lastDay: LAST };
      const plans = planDays(roster, employee, FIRST - 4, LAST + 4);
      const expected = findOverlaps(plans).filter(({ epochDay, otherEpochDay }) =>
        [epochDay, otherEpochDay].some((day) => day >= FIRST && day <= LAST),
      );
      const before = { roster, employee: NOBODY };
      const look = lookAt(range.firstDay, range.lastDay);
      const { overlap } = findConflicts({ before, after: { roster, employee } }, look);
      if (expected.length > 0) conflicts += 1;
      expect(overlap !== undefined).to.equal(expected.length > 0);
      if (overlap !== undefined) expect(expected).to.deep.include(overlap);
    });
    fc.assert(check, { numRuns: runs(200) });
    expect(conflicts).to.be.above(runs(200) / 10);
  });

  it('of a step are only those that were not there before', () => {
    const check = fc.property(rosters, employees, (roster, employee) => {
      const side = { roster, employee };
      const look = lookAt(FIRST, LAST);
      expect(findConflicts({ before: side, after: side }, look).overlap).to.equal(undefined);
    });
    fc.assert(check, { numRuns: runs(100) });
  });

  it('without an end, nor a beginning, are found as well', () => {
    const roster = rosterOf(
      new Map([
        ['a', [{ fromDay: -Infinity, shift: shiftOf('a', 22, 8) }]],
        ['b', [{ fromDay: -Infinity, shift: shiftOf('b', 5, 8) }]],
      ]),
    );
    const everyDay = { ...NOBODY, defaultShiftId: 'a' };
    const assigned = (cycle: readonly (readonly string[])[]): EmployeeRoster => ({
      ...everyDay,
      assignments: [{ fromDay: FIRST, toDay: Infinity, anchorDay: FIRST, cycle }],
    });
    const whole = lookAt(-Infinity, Infinity);
    const overlapOf = (employee: EmployeeRoster) =>
      findConflicts({ before: { roster, employee: NOBODY }, after: { roster, employee } }, whole)
        .overlap;
    expect(overlapOf(everyDay)).to.equal(undefined);
    // The night before the assignment begins runs into its first morning.
    expect(overlapOf(assigned([['b']]))).to.deep.equal({
      epochDay: FIRST - 1,
      shiftId: 'a',
      otherEpochDay: FIRST,
      otherShiftId: 'b',
    });
    expect(overlapOf(assigned([[], ['b'], []]))).to.equal(undefined);
    const late = Array.from({ length: 300 }, (_, index) => (index === 299 ? ['a'] : []));
    expect(overlapOf(assigned([['b'], ...late].slice(1)))).to.equal(undefined);
    expect(overlapOf(assigned([[], ['b'], ...late]))).to.equal(undefined);
    expect(overlapOf(assigned([[], ['b'], ...late, ['b']]))).to.include({
      epochDay: FIRST + 301,
      shiftId: 'a',
      otherShiftId: 'b',
    });
  });

  it('are looked for on a bounded number of dates', () => {
    const far = [zoneOf('Asia/Tokyo'), zoneOf('America/New_York')] as const;
    const roster = rosterOf(
      new Map([
        ['a', [{ fromDay: -Infinity, shift: shiftOf('a', 1, 1, far[0]) }]],
        ['b', [{ fromDay: -Infinity, shift: shiftOf('b', 1, 1, far[1]) }]],
      ]),
    );
    const cycle = Array.from({ length: 366 }, () => ['a', 'b']);
    const assignment = { fromDay: FIRST, toDay: Infinity, anchorDay: FIRST, cycle };
    const employee = { ...NOBODY, assignments: [assignment] };
    const step = { before: { roster, employee: NOBODY }, after: { roster, employee } };
    const whole = lookAt(-Infinity, Infinity);
    const { overlap, plannedDays } = findConflicts(step, whole);
    expect(overlap).to.equal(undefined);
    expect(plannedDays).to.be.within(1000, MAX_CHECKED_DAYS);
  });
});

describe('a change of the roster', () => {
  const ann = 'ann' as EmployeeId;
  const nine = Array.from({ length: 9 }, (_, index) => `s${index}`);
  const roster = rosterOf(
    new Map(nine.map((id, index) => [id, [{ fromDay: -Infinity, shift: shiftOf(id, index, 1) }]])),
  );
  const before = plainDetail('Ann');
  const view: RosterChangeView = {
    changeId: 9,
    defaultZone: BERLIN,
    nowDay: FIRST,
    roster,
    archivedShifts: new Set(),
    own: {
      employeeId: ann,
      employeeName: 'Ann',
      version: 4,
      detailChangeId: 3,
      detailUpdatedAt: undefined,
      detail: { ...before, joinedDay: 100, leftDay: 200 },
      assignments: [
        {
          employeeId: ann,
          assignmentId: 2,
          assignment: {
            fromDay: FIRST,
            toDay: FIRST + 99,
            anchorDay: FIRST,
            cycle: [nine.slice(0, 5)],
          },
          changeId: 2,
          updatedAt: undefined,
        },
      ],
      overrides: new Map(),
    },
    shift: undefined,
    holiday: undefined,
    count: 0,
  };
  const header = {
    requestId: undefined,
    payloadHash: Uint8Array.of(),
    validateOnly: false,
    actor: 'x',
    reason: '',
    receivedAt: 0 as Instant,
    etag: undefined,
    employeeId: ann,
  };

  const details: readonly [name: string, detail: Partial<EmployeeDetail>, dates: object][] = [
    ['an earlier beginning', { joinedDay: 90 }, { firstDay: 90, lastDay: 99 }],
    ['no beginning', { joinedDay: -Infinity }, { firstDay: -Infinity, lastDay: 99 }],
    ['a later end', { leftDay: 230 }, { firstDay: 201, lastDay: 230 }],
    ['no end', { leftDay: Infinity }, { firstDay: 201, lastDay: Infinity }],
    ['both', { joinedDay: 110, leftDay: 190 }, { firstDay: 100, lastDay: 200 }],
    ['another calendar', { calendarId: 'x' }, { firstDay: -Infinity, lastDay: Infinity }],
  ];
  for (const [name, detail, dates] of details) {
    it(`of employment is about the dates that it is about: ${name}`, () => {
      const changed = { ...before, joinedDay: 100, leftDay: 200, ...detail };
      const command: RosterCommand = { ...header, kind: 'UPDATE_EMPLOYEE', detail: changed };
      const decision = decideRosterChange(command, view);
      expect(decision.dates).to.deep.equal(dates);
      expect(decision.concernsDays).to.equal(true);
    });
  }

  it('of being archived is about the dates after that one, in the employee’s zone', () => {
    const atMidday = { ...header, receivedAt: (150.5 * 86_400_000) as Instant };
    const command: RosterCommand = { ...atMidday, kind: 'ARCHIVE_EMPLOYEE' };
    const decision = decideRosterChange(command, view);
    expect(decision.dates).to.deep.equal({ firstDay: 151, lastDay: 200 });
    const { own } = view;
    if (own === undefined) throw new Error('the view has an employee');
    const archived = { ...own, detail: { ...own.detail, archivedDay: 150 } };
    const again = decideRosterChange(
      { ...command, receivedAt: 0 as Instant },
      { ...view, own: archived },
    );
    expect(again.edit, 'once').to.equal(undefined);
    const detail = { ...before, joinedDay: 100, leftDay: 200 };
    const back: RosterCommand = { ...header, kind: 'UPDATE_EMPLOYEE', detail };
    expect(decideRosterChange(back, { ...view, own: archived }).dates).to.deep.equal({
      firstDay: 151,
      lastDay: 200,
    });
  });

  it('of a name or a group is about no day', () => {
    const detail = { ...before, joinedDay: 100, leftDay: 200, employeeName: 'B', groupId: 'g' };
    const decision = decideRosterChange({ ...header, kind: 'UPDATE_EMPLOYEE', detail }, view);
    expect(decision.edit?.kind).to.equal('DETAIL');
    expect(decision.concernsDays).to.equal(false);
  });

  const moves: readonly [name: string, from: number, to: number, first: number, last: number][] = [
    ['a later start', 10, 99, 0, 9],
    ['an earlier end', 0, 50, 51, 99],
    ['both ends', -5, 120, -5, 120],
    ['elsewhere', 200, 300, 0, 300],
  ];
  for (const [name, from, to, first, last] of moves) {
    it(`of an assignment's dates leaves alone what stays: ${name}`, () => {
      const assignment = {
        fromDay: FIRST + from,
        toDay: FIRST + to,
        anchorDay: FIRST,
        cycle: [nine.slice(0, 5)],
      };
      const { dates } = decideRosterChange(
        { ...header, kind: 'UPDATE_ASSIGNMENT', assignmentId: 2, assignment },
        view,
      );
      expect(dates).to.deep.equal({ firstDay: FIRST + first, lastDay: FIRST + last });
    });
  }

  it('may not leave a date with more than eight shifts, assignments together', () => {
    const own = view.own;
    if (own === undefined) throw new Error('there is an employee');
    const employed = { ...view, own: { ...own, detail: before } };
    const create = (ids: readonly string[]): RosterCommand => ({
      ...header,
      kind: 'CREATE_ASSIGNMENT',
      assignment: { fromDay: FIRST + 50, toDay: Infinity, anchorDay: FIRST, cycle: [ids] },
    });
    expect(decideRosterChange(create(nine.slice(5, 8)), employed).edit).to.include({
      assignmentId: 5,
    });
    expect(() => decideRosterChange(create(nine.slice(5)), employed))
      .to.throw(AttendanceError)
      .with.nested.property('failure.violations[0]')
      .that.includes({ field: 'assignment.assignment.cycle', reason: 'TOO_MANY_SHIFTS' });
  });

  it('that brings a date too many shifts is refused at the field that brings them', () => {
    const own = view.own;
    const [first] = own?.assignments ?? [];
    if (own === undefined || first === undefined) throw new Error('there is an assignment');
    const once = { fromDay: FIRST, toDay: FIRST, anchorDay: FIRST, cycle: [nine.slice(5)] };
    const assignments = [first, { ...first, assignmentId: 3, assignment: once }];
    const off = { ...own, detail: before, assignments, overrides: new Map([[FIRST, []]]) };
    const clear: RosterCommand = { ...header, kind: 'CLEAR_OVERRIDE', epochDay: FIRST };
    const later = { ...before, joinedDay: FIRST + 1 };
    const absent = { ...own, assignments, detail: later, overrides: new Map() };
    const join: RosterCommand = { ...header, kind: 'UPDATE_EMPLOYEE', detail: before };
    for (const [command, state, field] of [
      [clear, off, 'date'],
      [join, absent, 'employee'],
    ] as const) {
      expect(() => decideRosterChange(command, { ...view, own: state }))
        .to.throw(AttendanceError)
        .with.nested.property('failure.violations[0]')
        .that.includes({ field, reason: 'TOO_MANY_SHIFTS' });
    }
  });
});
