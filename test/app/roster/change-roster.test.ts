// The dates that a change of the roster is said to be about, and what it may not bring a date.

import { expect } from 'chai';
import type { EmployeeDetail, RosterCommand } from '../../../src/app/ports/roster-ports.js';
import { decideRosterChange } from '../../../src/app/roster/change-roster.js';
import { plainDetail } from '../../../src/app/roster/employee-roster.js';
import type { RosterChangeView } from '../../../src/app/roster/roster-decision.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import { AttendanceError } from '../../../src/domain/facts/errors.js';
import type { Instant } from '../../../src/domain/time/time.js';
import { BERLIN, FIRST, rosterOf, shiftOf } from '../support/any-roster.js';

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
    policy: undefined,
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
    onOverlap: undefined,
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
    expect(decideRosterChange(create(nine.slice(5, 8)), employed).edit)
      .to.have.nested.property('assignments[0].assignmentId')
      .that.equals(5);
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
