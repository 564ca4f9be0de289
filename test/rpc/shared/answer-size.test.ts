import { toBinary, toJsonString } from '@bufbuild/protobuf';
import { expect } from 'chai';
import fc from 'fast-check';
import { AttendanceSchema } from '../../../gen/attendance/v1/attendance_pb.js';
import { ANOMALIES, type Attendance } from '../../../src/domain/facts/day.js';
import { MAX_LEAVE_TIMES } from '../../../src/domain/facts/declaration.js';
import type { EmployeeId } from '../../../src/domain/facts/employee-id.js';
import type { LocalDate } from '../../../src/domain/time/local-date.js';
import type { Instant, RecordTime } from '../../../src/domain/time/time.js';
import {
  countOfPage,
  countThatFits,
  dayBytes,
  daySize,
  MAX_ANSWER_BYTES,
  MAX_PAGE_STRUCTURE,
  type Size,
  textBytes,
  unknownDayBytes,
} from '../../../src/rpc/shared/answer-size.js';
import { toAttendance } from '../../../src/rpc/shared/to-proto.js';

function dayOf(employeeName: string, note: string): Attendance {
  return {
    employeeId: 'x'.repeat(64) as EmployeeId,
    employeeName,
    date: '2026-03-02' as LocalDate,
    timeZone: 'America/Argentina/ComodRivadavia',
    status: 'UNSCHEDULED',
    origin: 'MARKED',
    portion: 'SECOND_HALF',
    otherHalfStatus: 'UNSCHEDULED',
    leaveTypeId: 'x'.repeat(64),
    otherHalfLeaveTypeId: 'x'.repeat(64),
    leaveTimes: [],
    note,
    shifts: [],
    sessions: [],
    firstIn: undefined,
    lastOut: undefined,
    workedSeconds: 0,
    uncountedSeconds: 0,
    onBreakSeconds: 0,
    plannedSeconds: 0,
    lateBySeconds: 0,
    earlyBySeconds: 0,
    shortBySeconds: 0,
    anomalies: [],
    final: true,
    nextTransitionTime: 1_772_000_000_123 as Instant,
    updateTime: 1_772_000_000_123_456 as RecordTime,
    revision: 2_000_000_000,
  };
}

/** The same day with as much work as is asked for, every value as long as it gets. */
function workedDayOf(shifts: number, sessions: number, breaks: number): Attendance {
  const at = 1_772_000_000_123 as Instant;
  const shift = {
    shiftId: 'x'.repeat(64),
    start: at,
    end: at,
    status: 'UNSCHEDULED' as const,
    firstIn: at,
    lastOut: at,
    workedSeconds: 129_599,
    lateBySeconds: 129_599,
    earlyBySeconds: 129_599,
    shortBySeconds: 129_599,
  };
  const session = {
    in: at,
    out: at,
    shiftId: 'x'.repeat(64),
    workedSeconds: 129_599,
    breaks: Array.from({ length: breaks }, () => ({ start: at, end: at, typeId: 'x'.repeat(64) })),
    closesAt: undefined,
  };
  return {
    ...dayOf('', ''),
    leaveTimes: Array.from({ length: MAX_LEAVE_TIMES }, () => ({
      startSecond: 36_000,
      endSecond: 43_200,
      leaveTypeId: 'x'.repeat(64),
      excusedSeconds: 86_340,
    })),
    shifts: Array.from({ length: shifts }, () => shift),
    sessions: Array.from({ length: sessions }, () => session),
    firstIn: at,
    lastOut: at,
    workedSeconds: 1_295_999,
    uncountedSeconds: 1_295_999,
    onBreakSeconds: 1_295_999,
    plannedSeconds: 1_295_999,
    lateBySeconds: 1_295_999,
    earlyBySeconds: 1_295_999,
    shortBySeconds: 1_295_999,
    anomalies: ANOMALIES,
  };
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function bytesOf(day: Attendance): number {
  const message = toAttendance(day);
  const json = Buffer.byteLength(toJsonString(AttendanceSchema, message));
  return Math.max(json, toBinary(AttendanceSchema, message).length);
}

describe('the size of an answer', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 300 });

  it('a text takes at most what is reckoned, in JSON as in protobuf', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const bytes = Math.max(
          Buffer.byteLength(JSON.stringify(text)) - 2,
          Buffer.byteLength(text),
        );
        expect(bytes).to.be.at.most(textBytes(text));
      }),
    );
  });

  it('a day takes at most what is reckoned, known or not', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 50 });
    fc.assert(
      fc.property(name, anyText, (employeeName, text) => {
        const note = text.toWellFormed();
        const size = bytesOf(dayOf(employeeName, note));
        expect(size).to.be.at.most(dayBytes(dayOf(employeeName, note)));
        expect(size).to.be.at.most(unknownDayBytes(note));
      }),
    );
  });

  it('a day with work takes at most what is reckoned', () => {
    const count = fc.nat({ max: 30 });
    fc.assert(
      fc.property(count, count, count, (shifts, sessions, breaks) => {
        const day = workedDayOf(shifts, sessions, breaks);
        expect(bytesOf(day)).to.be.at.most(dayBytes(day));
      }),
    );
  });

  it('a page ends where it would take too long to encode, or grow too large; one item it always has', async () => {
    const page = (...sizes: Size[]) => countOfPage(sizes, (size) => size);
    const structure = MAX_PAGE_STRUCTURE / 2;
    const heavy = { structure, texts: 0 };
    expect(await page(heavy, heavy, heavy)).to.equal(2);
    const long = { structure: 0, texts: MAX_ANSWER_BYTES / 2 };
    expect(await page(long, long, long)).to.equal(2);
    expect(await page(heavy, { structure, texts: MAX_ANSWER_BYTES })).to.equal(1);
    expect(await page({ structure: 9 * structure, texts: 0 }, heavy)).to.equal(1);
    expect(await page()).to.equal(0);
    // Days of which nothing but a mark is known fill a page of the most that may be asked for.
    const marked = times(1000, () => daySize(dayOf('n'.repeat(100), 'x'.repeat(1000))));
    expect(await page(...marked)).to.equal(1000);
  });

  it('as many fit as stay within the bound, and one always does', () => {
    const third = MAX_ANSWER_BYTES / 3;
    expect(countThatFits([1, 2, 3, 4], () => third)).to.equal(3);
    expect(countThatFits([1, 2, 3], () => third)).to.equal(3);
    expect(countThatFits([1, 2], () => 2 * MAX_ANSWER_BYTES)).to.equal(1);
    expect(countThatFits([], () => 1)).to.equal(0);
  });
});
