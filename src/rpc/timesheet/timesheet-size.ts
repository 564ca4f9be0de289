// The maximum size of a timesheet in an answer.

import type { Timesheet } from '../../app/read/read-timesheets.js';
import type { ExtraTime, TimesheetDay } from '../../domain/timesheet/extra-time.js';
import { type Size, textBytes } from '../shared/answer-size.js';

/** Bytes of a timesheet in JSON without its days, leave and anomalies. */
const SHEET_BYTES = 1370;
/** A leave total with its id, but without its name; a total of an anomaly. */
const LEAVE_BYTES = 170;
const ANOMALY_TOTAL_BYTES = 80;

/** A day of which nothing is known; a status, a length and a time that it has besides. */
const DAY_BYTES = 210;
const HALF_BYTES = 130;
const LENGTH_BYTES = 31;
const TIME_BYTES = 38;
/** A list of shifts, and one of them without its id. */
const SHIFTS_BYTES = 14;
const SHIFT_BYTES = 3;
const LEAVE_TYPE_BYTES = 95;
const LEAVE_TIME_BYTES = 170;
const ANOMALY_BYTES = 36;

/** A line of overtime, or of a premium, with its ids. */
const OVERTIME_BYTES = 220;
const PREMIUM_BYTES = 150;
/** Both lists without their lines. */
const LISTS_BYTES = 32;

/** The most lengths that a day has. */
const LENGTHS = 10;

/** With days, or with totals alone. */
export function timesheetSize({ employeeName, days, totals }: Timesheet, isFull: boolean): Size {
  const sheet: Size = {
    structure:
      SHEET_BYTES +
      totals.leaves.length * LEAVE_BYTES +
      totals.anomalies.length * ANOMALY_TOTAL_BYTES +
      extraBytes(totals),
    texts: textBytes(employeeName) + totals.leaves.length * MAX_NAME_BYTES,
  };
  if (!isFull) return sheet;
  return days.reduce((sum, day) => plus(sum, daySize(day)), sheet);
}

/** A name of a leave type has at most 200 characters of at most 4 bytes each. */
const MAX_NAME_BYTES = 800;

function plus(a: Size, b: Size): Size {
  return { structure: a.structure + b.structure, texts: a.texts + b.texts };
}

function extraBytes({ overtime, premiums }: Pick<ExtraTime, 'overtime' | 'premiums'>): number {
  const lines = overtime.length * OVERTIME_BYTES + premiums.length * PREMIUM_BYTES;
  return lines === 0 ? 0 : lines + LISTS_BYTES;
}

function daySize({ day, holiday, extra }: TimesheetDay): Size {
  const lengths = [
    day.plannedSeconds,
    day.workedSeconds,
    day.onBreakSeconds,
    day.uncountedSeconds,
    day.lateBySeconds,
    day.earlyBySeconds,
    day.shortBySeconds,
    extra.undertimeSeconds,
  ];
  // Credit and balance are not worth working out for this.
  const some = Math.min(LENGTHS, lengths.filter((seconds) => seconds !== 0).length + 2);
  return {
    structure:
      DAY_BYTES +
      some * LENGTH_BYTES +
      (day.firstIn === undefined && day.lastOut === undefined ? 0 : 2 * TIME_BYTES) +
      (day.portion === 'WHOLE_DAY' ? 0 : HALF_BYTES) +
      (day.leaveTypeId === undefined ? 0 : LEAVE_TYPE_BYTES) +
      (day.otherHalfLeaveTypeId === undefined ? 0 : LEAVE_TYPE_BYTES) +
      day.shifts.reduce((sum, { shiftId }) => sum + SHIFT_BYTES + shiftId.length, SHIFTS_BYTES) +
      day.leaveTimes.length * LEAVE_TIME_BYTES +
      day.anomalies.length * ANOMALY_BYTES +
      extraBytes(extra),
    texts: holiday === undefined ? 0 : textBytes(holiday.name) + HALF_BYTES,
  };
}
