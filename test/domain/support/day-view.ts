// A day as acceptance cases state it: text in their notation, so that a row and an answer can be
// compared, and read, side by side.

import { expect } from 'chai';
import { timeOfDayText } from '../../../src/domain/time/duration-text.js';
import { Notation, sayLength } from './notation.js';
import { type Case, DEFAULT_DAY } from './scenario.js';

/** A day as far as cases look at it, whoever worked it out. Moments are milliseconds since 1970. */
export interface SeenDay {
  readonly status: string;
  readonly origin: string | undefined;
  readonly portion: string;
  readonly otherHalfStatus: string | undefined;
  readonly shifts: readonly { readonly shiftId: string; readonly status: string }[];
  readonly sessions: readonly {
    readonly in: number | undefined;
    readonly out: number | undefined;
    readonly shiftId: string | undefined;
    readonly breaks: readonly {
      readonly start: number;
      readonly end: number | undefined;
      readonly typeId?: string | undefined;
    }[];
  }[];
  readonly firstIn: number | undefined;
  readonly lastOut: number | undefined;
  readonly workedSeconds: number;
  readonly uncountedSeconds: number;
  readonly plannedSeconds: number;
  readonly leaveTimes: readonly {
    readonly startSecond: number;
    readonly endSecond: number;
    readonly excusedSeconds: number;
  }[];
  readonly lateBySeconds: number;
  readonly earlyBySeconds: number;
  readonly shortBySeconds: number;
  readonly anomalies: readonly string[];
  readonly final: boolean;
  readonly nextTransitionTime: number | undefined;
}

/** What a rule found: `rule`, and its fields by name. */
export type SeenFinding = Readonly<Record<string, unknown>>;

/** What a row may leave out, because it is plain. */
const PLAIN = {
  origin: 'DERIVED',
  portion: 'WHOLE_DAY',
  otherHalf: undefined,
  in: undefined,
  out: undefined,
  worked: '0:00',
  uncounted: '0:00',
  late: '0:00',
  early: '0:00',
  short: '0:00',
  anomalies: [],
  final: true,
  next: undefined,
} as const;

/** Compares a day with what a row says of it: every field, but the optional ones only if said. */
export function expectDay(
  row: Case,
  date: string,
  day: SeenDay,
  findings: readonly SeenFinding[],
): void {
  const expected: Readonly<Record<string, unknown>> = { ...PLAIN, ...row.days[date] };
  const notation = new Notation(row);
  const view: View = { ...viewOfDay(notation, day), ...viewOfFindings(notation, findings) };
  const actual = Object.fromEntries(Object.keys(expected).map((field) => [field, view[field]]));
  expect({ date, ...actual }, `D is ${row.day ?? DEFAULT_DAY}`).to.deep.equal({
    date,
    ...expected,
  });
}

/** A date that a row leaves unmentioned: no time may be counted there too. */
export function expectNothingWorked(date: string, { workedSeconds, sessions }: SeenDay): void {
  expect({ date, workedSeconds, sessions }).to.deep.equal({ date, workedSeconds: 0, sessions: [] });
}

type View = Readonly<Record<string, unknown>>;

function momentOf(notation: Notation, instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : notation.say(instant);
}

function spanOf(notation: Notation, from: number | undefined, to: number | undefined): string {
  return `${momentOf(notation, from) ?? '?'} to ${momentOf(notation, to) ?? '?'}`;
}

function viewOfDay(notation: Notation, day: SeenDay): View {
  return {
    status: day.status,
    origin: day.origin ?? 'NONE',
    portion: day.portion,
    otherHalf: day.otherHalfStatus,
    in: momentOf(notation, day.firstIn),
    out: momentOf(notation, day.lastOut),
    worked: sayLength(day.workedSeconds),
    uncounted: sayLength(day.uncountedSeconds),
    late: sayLength(day.lateBySeconds),
    early: sayLength(day.earlyBySeconds),
    short: sayLength(day.shortBySeconds),
    anomalies: day.anomalies,
    final: day.final,
    next: momentOf(notation, day.nextTransitionTime),
    leave: day.leaveTimes.map(
      ({ startSecond, endSecond, excusedSeconds }) =>
        `${timeOfDayText(startSecond)}-${timeOfDayText(endSecond)} excuses ${sayLength(excusedSeconds)}`,
    ),
    sessions: day.sessions.map(
      (session) => `${spanOf(notation, session.in, session.out)} ${session.shiftId ?? '-'}`,
    ),
    breaks: day.sessions.flatMap(({ breaks }) =>
      breaks.map(({ start, end, typeId }) => `${spanOf(notation, start, end)} ${typeId ?? '-'}`),
    ),
    plannedWork: sayLength(day.plannedSeconds),
    shifts: day.shifts.map(({ shiftId, status }) => `${shiftId} ${status}`),
  };
}

function viewOfFindings(notation: Notation, findings: readonly SeenFinding[]): View {
  const found = (rule: string) => findings.filter((finding) => finding.rule === rule);
  const span = (finding: SeenFinding, from: string, to: string) =>
    spanOf(notation, numberIn(finding, from), numberIn(finding, to));
  const [rounded] = found('WORKED_ROUNDED');
  const [breaks] = found('BREAKS_ROUNDED');
  return {
    planned: found('SHIFT_PLANNED').map(
      (finding) =>
        `${finding.shiftId} ${span(finding, 'startTime', 'endTime')}, ` +
        `accepts ${span(finding, 'windowStartTime', 'windowEndTime')}`,
    ),
    stretches: found('OFF_SHIFT_STRETCH').map((finding) => span(finding, 'startTime', 'endTime')),
    countedOut: rounded && momentOf(notation, numberIn(rounded, 'countedOutTime')),
    countedBreaks: breaks && sayLength(numberIn(breaks, 'countedSeconds') ?? 0),
  };
}

function numberIn(finding: SeenFinding, field: string): number | undefined {
  const value = finding[field];
  return typeof value === 'number' ? value : undefined;
}
