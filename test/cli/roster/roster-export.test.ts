// What an export says when a file cannot say everything, and when the roster moves under it.

import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { exportRoster } from '../../../src/cli/roster/roster-export.js';
import { MAX_ROSTER_ROWS } from '../../../src/cli/roster/roster-file.js';
import type { OwnRoster } from '../../../src/cli/roster/roster-pages.js';
import {
  EmployeeAssignmentSchema,
  EmployeeSchema,
  HolidaySchema,
} from '../../../src/client/index.js';
import { ran, startStandIn } from '../stand-in.js';

function ownOf(employee: object, assignments: readonly object[] = []): OwnRoster {
  return {
    employee: create(EmployeeSchema, { employeeId: '7', ...employee }),
    assignments: assignments.map((assignment, index) =>
      create(EmployeeAssignmentSchema, {
        employeeId: '7',
        assignmentId: String(index + 1),
        assignment,
      }),
    ),
    overrides: [],
  };
}

const exported = (employees: readonly OwnRoster[], holidays = 0) =>
  exportRoster({
    shifts: [],
    policies: [],
    holidays: Array.from({ length: holidays }, () =>
      create(HolidaySchema, { calendarId: 'a', date: '2026-01-01', name: 'New Year' }),
    ),
    employees,
  });

describe('an export of a roster', () => {
  it('names the columns of an empty one', () => {
    const { csv, leftOut, remarks } = exported([]);
    expect(csv).to.match(/^type,employee,name,shift,start,end,[a-z_,]+,archived\n$/);
    expect([leftOut, remarks]).to.deep.equal([[], []]);
  });

  it('leaves out a row that no import takes, and says so', () => {
    const ids = Array.from({ length: 8 }, (_, number) => `${number}`.padEnd(64, 'x'));
    const day = (from: number) => ({ shiftIds: [...ids.slice(from), ...ids.slice(0, from)] });
    const cycle = Array.from({ length: 366 }, (_, number) => day(number % 2));
    const { counts, leftOut } = exported([ownOf({}, [{ startDate: '2026-01-01', cycle }])]);
    expect(leftOut).to.deep.equal([
      'assignment of 7 from 2026-01-01: left out: a row takes at most 64 KiB',
    ]);
    expect(counts).to.include({ employee: 1, assignment: 0 });
  });

  it('says when one import does not take all of it', () => {
    expect(exported([], MAX_ROSTER_ROWS).remarks).to.deep.equal([]);
    expect(exported([], MAX_ROSTER_ROWS + 1).remarks.join()).to.match(/^the file is larger than/);
  });

  it('names archived employees without a last date, and not all of very many', () => {
    const gone = (employeeId: number, leaveDate = '') =>
      ownOf({ employeeId: String(employeeId), archived: true, leaveDate });
    expect(exported([gone(1, '2026-01-31'), gone(2)]).remarks.join()).to.match(/its day: 2$/);
    const many = Array.from({ length: 25 }, (_, id) => gone(id + 1));
    expect(exported(many).remarks.join()).to.match(/, 19, 20 and 5 more$/);
  });

  it('says when the roster changed meanwhile', async () => {
    let changeId = 0;
    const service = await startStandIn({
      listRosterChanges: () => {
        changeId += 1;
        return { rosterChanges: [{ changeId: String(changeId) }] };
      },
      listShifts: () => ({}),
      listHolidays: () => ({}),
      listPolicies: () => ({}),
      listEmployees: () => ({}),
    });
    const { code, out, err } = await ran(service.address, 'roster', 'export');
    service.stop();
    expect(code).to.equal(3);
    expect(out).to.match(/^type,employee,/);
    expect(err).to.match(/^The roster changed during the export: .* Run it again\.\n$/);
  });
});
