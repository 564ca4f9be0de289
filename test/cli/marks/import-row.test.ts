// What a row of the old export is taken for, case by case.

import { expect } from 'chai';
import fc from 'fast-check';
import type { ParsedRow } from '../../../src/cli/marks/import-row.js';
import { parseLegacyRow } from '../../../src/cli/marks/import-row.js';
import { parseStatus } from '../../../src/cli/text/status-words.js';
import { isIsoDate } from '../../../src/cli/text/values.js';
import { AttendanceStatus } from '../../../src/client/index.js';

const REQUIRED = { id: 0, name: 1, status: 2, date: 3 };
const PLACES = { ...REQUIRED, leaveType: undefined, hours: undefined };
const GOOD = ['007', 'Ada', 'Present', '2023-07-01'];

function rowWith(column: keyof typeof REQUIRED, value: string): ParsedRow {
  return parseLegacyRow(GOOD.with(REQUIRED[column], value), PLACES, 4);
}

describe('the leave type of a row', () => {
  const CASES: [status: string, leaveType: string, outcome: string][] = [
    ['leave', 'sick', 'MARK'],
    ['leave', ' sick ', 'MARK'],
    ['leave', '', 'MARK'],
    ['present', '', 'MARK'],
    ['present', 'sick', 'BAD_LEAVE_TYPE'],
    ['leave', 'sick leave', 'BAD_LEAVE_TYPE'],
  ];
  for (const [status, leaveType, outcome] of CASES) {
    it(`${status}, "${leaveType}": ${outcome}`, () => {
      const fields = ['007', 'Ada', status, '2023-07-01', leaveType];
      const parsed = parseLegacyRow(fields, { ...PLACES, leaveType: 4 }, 5);
      expect(outcomeOf(parsed)).to.equal(outcome);
      if (parsed.kind === 'MARK') expect(parsed.mark.leaveTypeId).to.equal(leaveType.trim());
    });
  }
});

describe('the hours of a row', () => {
  const CASES: [status: string, hours: string, outcome: string][] = [
    ['leave', '10:00-12:00', 'MARK'],
    ['leave', ' 22:00-02:00 ', 'MARK'],
    ['leave', '', 'MARK'],
    ['present', '10:00-12:00', 'BAD_HOURS'],
    ['leave', '10-12', 'BAD_HOURS'],
    ['leave', '10:00-10:00', 'BAD_HOURS'],
    ['leave', '10:00-24:00', 'BAD_HOURS'],
  ];
  for (const [status, hours, outcome] of CASES) {
    it(`${status}, "${hours}": ${outcome}`, () => {
      const fields = ['007', 'Ada', status, '2023-07-01', hours];
      const parsed = parseLegacyRow(fields, { ...PLACES, hours: 4 }, 5);
      expect(outcomeOf(parsed)).to.equal(outcome);
      if (parsed.kind === 'MARK') expect(parsed.mark.hours).to.equal(hours.trim());
    });
  }
});

function outcomeOf(parsed: ParsedRow): string {
  return parsed.kind === 'BAD' ? parsed.problem.code : parsed.kind;
}

describe('a status of the old system', () => {
  const { PRESENT, ABSENT, HALF_DAY, ON_LEAVE, REMOTE, HOLIDAY, DAY_OFF } = AttendanceStatus;
  const CASES: [string, AttendanceStatus | undefined][] = [
    ['Present', PRESENT],
    ['  pReSeNt\t', PRESENT],
    ['P', PRESENT],
    ['ABSENT', ABSENT],
    ['a', ABSENT],
    ['Half Day', HALF_DAY],
    ['half-day', HALF_DAY],
    ['HALF_DAY', HALF_DAY],
    ['halfday', HALF_DAY],
    ['half  -  day', HALF_DAY],
    ['leave', ON_LEAVE],
    ['On Leave', ON_LEAVE],
    ['on_leave', ON_LEAVE],
    ['remote', REMOTE],
    ['WFH', REMOTE],
    ['Work From Home', REMOTE],
    ['holiday', HOLIDAY],
    ['Public Holiday', HOLIDAY],
    ['day off', DAY_OFF],
    ['Weekly-Off', DAY_OFF],
    ['off', DAY_OFF],
    ['banana', undefined],
    ['', undefined],
    ['L', undefined],
    ['h', undefined],
    ['late', undefined],
    ['scheduled', undefined],
    ['unscheduled', undefined],
    ['pre sent', undefined],
    ['present.', undefined],
    ['1', undefined],
    ['constructor', undefined],
  ];
  for (const [text, expected] of CASES) {
    it(`${JSON.stringify(text)} is ${expected === undefined ? 'refused' : AttendanceStatus[expected]}`, () => {
      expect(parseStatus(text)).to.equal(expected);
    });
  }
});

describe('a date of the old system', () => {
  for (const good of ['2023-07-01', '2024-02-29', '1900-01-01', '9999-12-31', '2000-02-29']) {
    it(`${good} is taken`, () => expect(isIsoDate(good)).to.equal(true));
  }
  const BAD = [
    '01/02/2023',
    'infinity',
    '-infinity',
    '2023-02-29',
    '1900-02-29',
    '2023-02-30',
    '2023-13-01',
    '2023-00-10',
    '2023-01-00',
    '2023-1-1',
    '20230101',
    '1899-12-31',
    '0000-01-01',
    '2023-07-01T00:00',
    '2023-07-01\n',
    '２０２３-07-01',
    'now',
    '',
  ];
  for (const bad of BAD) {
    it(`${JSON.stringify(bad)} is refused`, () => expect(isIsoDate(bad)).to.equal(false));
  }

  it('is taken exactly when a calendar knows it', () => {
    const part = (max: number) => fc.nat(max).map((n) => String(n).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 9999 }), part(14), part(33), (year, month, day) => {
        const text = `${year}-${month}-${day}`;
        const date = new Date(`${text}T00:00:00Z`);
        const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
        expect(isIsoDate(text)).to.equal(isReal);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a row of the old system', () => {
  it('is read by the place of its columns, trimmed', () => {
    const parsed = parseLegacyRow(
      ['x', ' 2023-07-01 ', ' wfh ', " Seán O'Brien ", ' 9007199254740993 '],
      { ...PLACES, id: 4, name: 3, status: 2, date: 1 },
      5,
    );
    expect(parsed).to.deep.equal({
      kind: 'MARK',
      mark: {
        employeeId: '9007199254740993',
        employeeName: "Seán O'Brien",
        date: '2023-07-01',
        status: AttendanceStatus.REMOTE,
        leaveTypeId: '',
        hours: '',
      },
    });
  });

  const CASES: [string, ParsedRow, string][] = [
    ['too few fields', parseLegacyRow(GOOD.slice(1), PLACES, 4), 'BAD_ROW'],
    ['too many fields', parseLegacyRow([...GOOD, 'x'], PLACES, 4), 'BAD_ROW'],
    ['an empty id', rowWith('id', ' '), 'BAD_ID'],
    ['a space in the id', rowWith('id', 'E 1'), 'BAD_ID'],
    ['an id of 64', rowWith('id', 'e'.repeat(64)), 'MARK'],
    ['an id of 65', rowWith('id', 'e'.repeat(65)), 'BAD_ID'],
    ['SQL in the id', rowWith('id', "x' UNION SELECT version()"), 'BAD_ID'],
    ['an empty name', rowWith('name', '  '), 'BAD_NAME'],
    [
      'a name of 200 characters beyond the first plane',
      rowWith('name', '\u{1F600}'.repeat(200)),
      'MARK',
    ],
    ['a name of 201', rowWith('name', 'n'.repeat(201)), 'BAD_NAME'],
    ['a line break in the name', rowWith('name', 'a\nb'), 'BAD_NAME'],
    ['a NUL in the name', rowWith('name', 'a\0b'), 'BAD_NAME'],
    ['a name that was not UTF-8', rowWith('name', 'M\uFFFDller'), 'BAD_NAME'],
    ['a lone quotation mark', rowWith('name', 'O"Brien'), 'BAD_NAME'],
    ['a nickname in quotation marks', rowWith('name', 'Raj "The Clock" Patel'), 'MARK'],
    ['banana', rowWith('status', 'banana'), 'BAD_STATUS'],
    ['infinity', rowWith('date', 'infinity'), 'BAD_DATE'],
  ];
  for (const [what, parsed, expected] of CASES) {
    it(`with ${what}: ${expected}`, () => expect(outcomeOf(parsed)).to.equal(expected));
  }
});
