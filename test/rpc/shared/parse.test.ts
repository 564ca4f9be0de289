// Fields of requests, one table per rule: what is taken and as what, what is refused, by which
// reason, and with which words.

import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import { AttendanceStatus, type DayPortion } from '../../../gen/attendance/v1/attendance_pb.js';
import {
  BatchMarkAttendanceRequestSchema,
  ListAttendanceRequestSchema,
  MarkAttendanceRequestSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import { AttendanceError, type FieldViolation } from '../../../src/domain/facts/errors.js';
import { FIRST_DATE, LAST_DATE } from '../../../src/domain/time/local-date.js';
import { validate, violationsOf } from '../../../src/rpc/edge/validate.js';
import {
  pageSizeOf,
  parseAsOf,
  parseDate,
  parseId,
  parseMarkable,
  parseName,
  parsePortion,
  parseRange,
  parseReason,
  parseStatus,
  parseText,
} from '../../../src/rpc/shared/parse.js';

function refused(parse: () => unknown): FieldViolation {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof AttendanceError)) throw error;
    const { failure } = error;
    if (failure.kind !== 'INVALID_FIELDS' || failure.violations.length !== 1) throw error;
    return failure.violations[0] ?? expect.fail('no violation');
  }
  return expect.fail('it was taken');
}

interface Rule {
  readonly name: string;
  readonly parse: (text: string) => unknown;
  readonly field: string;
  readonly taken: readonly (readonly [text: string, value: unknown])[];
  readonly refused: readonly (readonly [text: string, reason: string])[];
}

const LONE_SURROGATE = 'a\ud800';

const RULES: readonly Rule[] = [
  {
    name: 'an employee id',
    parse: (text) => parseId(text, 'requests[7].'),
    field: 'requests[7].employee_id',
    taken: [
      ['a', 'a'],
      ['007', '007'],
      ['A.b_c-9', 'A.b_c-9'],
      ['x'.repeat(64), 'x'.repeat(64)],
    ],
    refused: [
      ['', 'EMPLOYEE_ID_REQUIRED'],
      [' a', 'EMPLOYEE_ID_INVALID'],
      ['a\n', 'EMPLOYEE_ID_INVALID'],
      ['é', 'EMPLOYEE_ID_INVALID'],
      ['x'.repeat(65), 'EMPLOYEE_ID_INVALID'],
    ],
  },
  {
    name: 'a date',
    parse: (text) => parseDate(text, 'date'),
    field: 'date',
    taken: [
      ['1900-01-01', '1900-01-01'],
      ['2024-02-29', '2024-02-29'],
      ['9999-12-31', '9999-12-31'],
    ],
    refused: [
      ['', 'DATE_REQUIRED'],
      ['infinity', 'DATE_INVALID'],
      ['01/02/2023', 'DATE_INVALID'],
      ['2023-02-29', 'DATE_INVALID'],
      ['2023-13-01', 'DATE_INVALID'],
      ['1899-12-31', 'DATE_INVALID'],
      ['2023-1-1', 'DATE_INVALID'],
      ['2023-01-01T00:00:00Z', 'DATE_INVALID'],
    ],
  },
  {
    name: 'a name',
    parse: (text) => parseName(text, ''),
    field: 'employee_name',
    taken: [
      ["O'Brien", "O'Brien"],
      ['  Zoë Ünal ', 'Zoë Ünal'],
      ['漢字 🙂', '漢字 🙂'],
    ],
    refused: [
      ['', 'EMPLOYEE_NAME_REQUIRED'],
      [' \t ', 'EMPLOYEE_NAME_REQUIRED'],
      ['a\nb', 'EMPLOYEE_NAME_INVALID'],
      ['a\u0000b', 'EMPLOYEE_NAME_INVALID'],
      ['a\u0085b', 'EMPLOYEE_NAME_INVALID'],
      [LONE_SURROGATE, 'EMPLOYEE_NAME_INVALID'],
    ],
  },
  {
    name: 'a note',
    parse: (text) => parseText(text, 'note', ''),
    field: 'note',
    taken: [
      ['', ''],
      [' two\n\tlines ', ' two\n\tlines '],
    ],
    refused: [
      ['a\u0000', 'NOTE_INVALID'],
      [LONE_SURROGATE, 'NOTE_INVALID'],
    ],
  },
  {
    name: 'a reason',
    parse: parseReason,
    field: 'reason',
    taken: [['a typo', 'a typo']],
    refused: [
      ['', 'REASON_REQUIRED'],
      [' \n', 'REASON_REQUIRED'],
      ['a\u0000', 'REASON_INVALID'],
    ],
  },
];

describe('parsing a field', () => {
  for (const { name, parse, field, taken, refused: bad } of RULES) {
    describe(name, () => {
      for (const [text, value] of taken) {
        it(`takes ${JSON.stringify(text)}`, () => expect(parse(text)).to.equal(value));
      }
      for (const [text, reason] of bad) {
        it(`refuses ${JSON.stringify(text)} as ${reason}`, () => {
          const violation = refused(() => parse(text));
          expect([violation.field, violation.reason]).to.deep.equal([field, reason]);
          expect(violation.description).to.match(/^must /);
        });
      }
    });
  }

  it('a refused value is shown, but never at length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 5000 }), (text) => {
        fc.pre(!/^[A-Za-z0-9._-]{1,64}$/.test(text));
        const { description } = refused(() => parseId(text));
        expect(description.length).to.be.lessThan(400);
        expect(description.startsWith('must be 1 to 64 characters')).to.equal(true);
      }),
    );
  });

  it('statuses: every known one, and only those that can be declared are marked', () => {
    expect(parseStatus(AttendanceStatus.PRESENT)).to.equal('PRESENT');
    expect(parseStatus(AttendanceStatus.UNSCHEDULED)).to.equal('UNSCHEDULED');
    for (const value of [0, 10, -1, 99] as AttendanceStatus[]) {
      expect(refused(() => parseStatus(value)).field).to.equal('statuses');
    }
    const markable = [1, 2, 3, 4, 5, 6, 7] as AttendanceStatus[];
    expect(markable.map((value) => parseMarkable(value, ''))).to.deep.equal([
      'PRESENT',
      'ABSENT',
      'HALF_DAY',
      'ON_LEAVE',
      'REMOTE',
      'HOLIDAY',
      'DAY_OFF',
    ]);
    for (const value of [0, 8, 9, 10, -1] as AttendanceStatus[]) {
      const violation = refused(() => parseMarkable(value, 'requests[0].'));
      expect(violation.field).to.equal('requests[0].status');
      expect(violation.description).to.include('PRESENT, ABSENT');
    }
  });

  it('portions: none given is the whole day', () => {
    const all = [0, 1, 2, 3] as DayPortion[];
    expect(all.map((value) => parsePortion(value, ''))).to.deep.equal([
      'WHOLE_DAY',
      'WHOLE_DAY',
      'FIRST_HALF',
      'SECOND_HALF',
    ]);
    expect(refused(() => parsePortion(4 as DayPortion, '')).field).to.equal('portion');
  });

  it('ranges: open where empty, one day long at least', () => {
    const range = (startDate: string, endDate: string) =>
      parseRange({ startDate, endDate }, FIRST_DATE, LAST_DATE);
    expect(range('', '')).to.deep.equal({ startDate: '1900-01-01', endDate: '9999-12-31' });
    expect(range('2026-03-02', '2026-03-02')).to.deep.equal({
      startDate: '2026-03-02',
      endDate: '2026-03-02',
    });
    const backwards = refused(() => range('2026-03-02', '2026-03-01'));
    expect(backwards).to.include({ field: 'end_date', reason: 'END_DATE_BEFORE_START_DATE' });
    expect(refused(() => range('2026-02-30', '')).field).to.equal('start_date');
    expect(refused(() => range('', '2026-02-30')).field).to.equal('end_date');
  });

  it('moments: to the microsecond, from 1970 on, as far as a number is exact', () => {
    expect(parseAsOf(undefined)).to.equal(undefined);
    const moment = timestampFromDate(new Date('2026-03-02T12:00:00.123Z'));
    expect(parseAsOf({ ...moment, nanos: 123_456_789 })).to.equal(1_772_452_800_123_456);
    for (const seconds of [-1n, 10n ** 12n, -(10n ** 12n)]) {
      const violation = refused(() => parseAsOf({ ...moment, seconds }));
      expect(violation).to.include({ field: 'as_of_time', reason: 'AS_OF_TIME_INVALID' });
    }
  });

  it('page sizes: the usual one for 0, never above the most', () => {
    const sizes = [0, 1, 99, 1000, 1001, 2 ** 31 - 1];
    expect(sizes.map((size) => pageSizeOf(size, 100, 1000))).to.deep.equal([
      100, 1, 99, 1000, 1000, 1000,
    ]);
  });
});

describe('validating a request', () => {
  const mark = { employeeId: 'mia', date: '2026-03-02', status: AttendanceStatus.PRESENT };

  it('takes what the contract allows', () => {
    const requestId = '6F1F4F0E-8B0E-4D6C-9F57-1F1F2A3B4C5D';
    const most = { ...mark, employeeName: 'x'.repeat(200), note: '漢'.repeat(1000), requestId };
    for (const request of [mark, most]) {
      const message = create(MarkAttendanceRequestSchema, request);
      validate(MarkAttendanceRequestSchema, message, new AbortController().signal);
    }
  });

  it('names every wrong field once, with its path from the request’s root', () => {
    const request = create(MarkAttendanceRequestSchema, {
      employeeId: '',
      employeeName: '',
      date: '2023-02-30',
      status: AttendanceStatus.SCHEDULED,
      portion: 9 as DayPortion,
      note: 'x'.repeat(1001),
      requestId: 'again',
      etag: 'x'.repeat(65),
    });
    const violations = violationsOf(MarkAttendanceRequestSchema, request, 'requests[2].');
    const said = violations.map(({ field, reason }) => `${field} ${reason}`);
    expect(said).to.have.members([
      'requests[2].employee_id EMPLOYEE_ID_REQUIRED',
      'requests[2].employee_name EMPLOYEE_NAME_REQUIRED',
      'requests[2].date DATE_INVALID',
      'requests[2].status STATUS_INVALID',
      'requests[2].portion PORTION_INVALID',
      'requests[2].note NOTE_INVALID',
      'requests[2].request_id REQUEST_ID_INVALID',
      'requests[2].etag ETAG_INVALID',
    ]);
    for (const { description } of violations) expect(description).to.match(/^must /);
  });

  it('leaves a batch’s items alone, however bad, and counts them', () => {
    const batch = (count: number) =>
      create(BatchMarkAttendanceRequestSchema, {
        requests: Array.from({ length: count }, () => ({ employeeId: 'not an id' })),
      });
    expect(violationsOf(BatchMarkAttendanceRequestSchema, batch(1000), '')).to.deep.equal([]);
    const [violation] = violationsOf(BatchMarkAttendanceRequestSchema, batch(1001), '');
    expect(violation).to.include({ field: 'requests', reason: 'REQUESTS_INVALID' });
    expect(violation?.description).to.include('several batches');
  });

  it('names the item of a list', () => {
    const request = create(ListAttendanceRequestSchema, {
      pageSize: -1,
      statuses: [AttendanceStatus.PRESENT, AttendanceStatus.UNSPECIFIED],
    });
    const violations = violationsOf(ListAttendanceRequestSchema, request, '');
    expect(violations.map(({ field }) => field)).to.have.members(['page_size', 'statuses[1]']);
  });

  it('throws nothing but a refusal, whatever the text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(text, text, text, text, (employeeId, date, note, requestId) => {
        const request = { employeeId, date, note, requestId, status: AttendanceStatus.PRESENT };
        const message = create(MarkAttendanceRequestSchema, request);
        const violations = violationsOf(MarkAttendanceRequestSchema, message, '');
        const isId = /^[A-Za-z0-9._-]{1,64}$/.test(employeeId);
        expect(violations.some(({ field }) => field === 'employee_id')).to.equal(!isId);
      }),
    );
  });
});
