// The same row is the same request, another row another one.

import { expect } from 'chai';
import fc from 'fast-check';
import { importRequestId } from '../../../src/cli/marks/import-request-id.js';
import { AttendanceStatus } from '../../../src/client/index.js';

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const mark = fc.record({
  employeeId: fc.string({ maxLength: 4 }),
  employeeName: fc.string({ maxLength: 4 }),
  date: fc.constantFrom('2023-07-01', '2023-07-02'),
  status: fc.constantFrom(AttendanceStatus.PRESENT, AttendanceStatus.ABSENT),
  leaveTypeId: fc.constantFrom('', 'sick'),
  hours: fc.constantFrom('', '10:00-12:00', '10:00-12:30'),
});

describe('the request id of an imported row', () => {
  it('is a UUID, and the same exactly for the same row and import', () => {
    const short = fc.constantFrom('', 'again');
    fc.assert(
      fc.property(mark, mark, short, short, (a, b, importA, importB) => {
        const idA = importRequestId(a, importA);
        expect(idA).to.match(UUID_V8);
        const isSame =
          importA === importB &&
          a.employeeId === b.employeeId &&
          a.employeeName === b.employeeName &&
          a.date === b.date &&
          a.status === b.status &&
          a.leaveTypeId === b.leaveTypeId &&
          a.hours === b.hours;
        expect(importRequestId(b, importB) === idA).to.equal(isSame);
      }),
      { numRuns: 2_000 },
    );
  });

  it('stays what it is: another rule would record every old file again', () => {
    const row = {
      employeeId: '007',
      employeeName: "Seán O'Brien",
      date: '2023-07-01',
      status: AttendanceStatus.HALF_DAY,
      leaveTypeId: '',
      hours: '',
    };
    expect(importRequestId(row, '')).to.equal('0f416b1f-43c9-8851-81c7-babbd800bb43');
  });
});
