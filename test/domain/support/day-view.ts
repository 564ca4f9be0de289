// A day as acceptance cases state it: text in their notation, so that a row and an answer can be
// compared, and read, side by side.

import { expect } from 'chai';
import type { Attendance } from '../../../src/domain/day.js';
import type { Finding } from '../../../src/domain/finding.js';
import { Notation, sayLength } from './notation.js';
import type { Case, DayExpectation } from './scenario.js';

type View = Required<DayExpectation>;

/** What a row may leave out, because it is plain. */
const PLAIN = {
  origin: 'DERIVED',
  portion: 'WHOLE_DAY',
  otherHalf: undefined,
  in: undefined,
  out: undefined,
  worked: '0:00',
  late: '0:00',
  early: '0:00',
  anomalies: [],
  final: true,
  next: undefined,
} as const;

/** Compares a day with what a row says of it: every field, but the optional ones only if said. */
export function expectDay(
  row: Case,
  date: string,
  attendance: Attendance,
  findings: readonly Finding[],
): void {
  const expected: Partial<Record<keyof DayExpectation, unknown>> = { ...PLAIN, ...row.days[date] };
  const view = viewOf(new Notation(row), attendance, findings);
  const actual = Object.fromEntries(
    Object.keys(expected).map((field) => [field, view[field as keyof DayExpectation]]),
  );
  expect({ date, ...actual }).to.deep.equal({ date, ...expected });
}

/** The day that a row leaves unmentioned: no time may be counted there too. */
export function expectNothingWorked(attendance: Attendance): void {
  const { date, workedSeconds, sessions } = attendance;
  expect({ date, workedSeconds, sessions }).to.deep.equal({ date, workedSeconds: 0, sessions: [] });
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

function viewOf(
  notation: Notation,
  attendance: Attendance,
  findings: readonly Finding[],
): Loose<View> {
  const moment = (instant: number | undefined) =>
    instant === undefined ? undefined : notation.say(instant);
  const span = (from: number | undefined, to: number | undefined) =>
    `${moment(from) ?? '?'} to ${moment(to) ?? '?'}`;
  return {
    status: attendance.status,
    origin: attendance.origin ?? 'NONE',
    portion: attendance.portion,
    otherHalf: attendance.otherHalfStatus,
    in: moment(attendance.firstIn),
    out: moment(attendance.lastOut),
    worked: sayLength(attendance.workedSeconds),
    late: sayLength(attendance.lateBySeconds),
    early: sayLength(attendance.earlyBySeconds),
    anomalies: attendance.anomalies,
    final: attendance.final,
    next: moment(attendance.nextTransitionTime),
    sessions: attendance.sessions.map(
      (session) => `${span(session.in, session.out)} ${session.shiftId ?? '-'}`,
    ),
    shifts: attendance.shifts.map(({ shiftId, status }) => `${shiftId} ${status}`),
    planned: findings.flatMap((found) =>
      found.rule === 'SHIFT_PLANNED'
        ? [
            `${found.shiftId} ${span(found.startTime, found.endTime)}, ` +
              `accepts ${span(found.windowStartTime, found.windowEndTime)}`,
          ]
        : [],
    ),
    stretches: findings.flatMap((found) =>
      found.rule === 'OFF_SHIFT_STRETCH' ? [span(found.startTime, found.endTime)] : [],
    ),
    countedOut: findings
      .map((found) => (found.rule === 'WORKED_ROUNDED' ? moment(found.countedOutTime) : undefined))
      .find((text) => text !== undefined),
    countedBreaks: findings
      .map((found) =>
        found.rule === 'BREAKS_ROUNDED' ? sayLength(found.countedSeconds) : undefined,
      )
      .find((text) => text !== undefined),
  };
}
