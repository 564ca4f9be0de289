// Shows days to people, simulated or stored: a row for each, with its details below. Times are in
// the day's own zone.

import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import type { Attendance, Explanation, Session } from '../../client/index.js';
import { Anomaly } from '../../client/index.js';
import { shownText, table } from '../terminal/console.js';
import { localTimeText, shownZone } from '../time/local-time.js';
import { statusText, statusWord } from './day-options.js';

const HEADING = ['DATE', 'STATUS', 'STANDS', 'WORKED', 'IN', 'OUT', 'ZONE', 'ANOMALIES'] as const;
const INDENT = '  ';

/** A day in the service's answer. */
interface AnsweredDay {
  readonly attendance?: Attendance | undefined;
  readonly explanations?: readonly Pick<Explanation, 'text'>[];
}

/** The zone in which to show a day's times: an IANA name that this machine knows. */
export function zoneOf(day: Attendance): string {
  return shownZone(day.timeZone);
}

/** A heading, and for each day a row and one line per explanation. */
export function dayLines(days: readonly AnsweredDay[], zone?: string): readonly string[] {
  const shown = days.flatMap(({ attendance, explanations = [] }) =>
    attendance === undefined ? [] : [{ attendance, explanations }],
  );
  const rows = shown.map(({ attendance }) => rowOf(attendance, zone ?? zoneOf(attendance)));
  const [heading = '', ...lines] = table(HEADING, rows);
  const withReasons = shown.flatMap(({ explanations }, index) => [
    lines[index] ?? '',
    ...explanations.map(({ text }) => `${INDENT}${shownText(text)}`),
  ]);
  return [heading, ...withReasons];
}

/** One line per session of a day: `08:58 to 17:00, 8:02, shift early`. */
export function sessionLines(day: Attendance): readonly string[] {
  const zone = zoneOf(day);
  const time = (instant: Timestamp | undefined) => timeOfDay(instant, zone, day.date);
  return day.sessions.map((session) => {
    const shift = session.shiftId === '' ? 'off shift' : `shift ${session.shiftId}`;
    const breaks = session.breaks.map(
      ({ startTime, endTime, breakTypeId }) =>
        `, ${breakTypeId || 'break'} ${time(startTime)} to ${time(endTime)}`,
    );
    const line = `${time(session.inTime)} to ${time(session.outTime)}${lengthOf(session)}`;
    return shownText(`${INDENT}${line}, ${shift}${breaks.join('')}`);
  });
}

/** One line per planned shift: `planned night, 22:00 to 06:00 (Tue 3 Mar): present`. */
export function shiftLines(day: Attendance): readonly string[] {
  const zone = zoneOf(day);
  return day.shifts.map(({ shiftId, scheduledStartTime: start, scheduledEndTime: end, status }) => {
    const hours = `${timeOfDay(start, zone, day.date)} to ${timeOfDay(end, zone, day.date)}`;
    return shownText(`${INDENT}planned ${shiftId}, ${hours}: ${statusWord(status)}`);
  });
}

/** The ids of a day's shifts; `-` if none is planned. */
export function shiftsText({ shifts }: Pick<Attendance, 'shifts'>): string {
  return shifts.map(({ shiftId }) => shiftId).join('+') || '-';
}

/** The time of day of an instant, `-` without one; with its date if it is not `date`. */
export function timeOfDay(instant: Timestamp | undefined, zone: string, date: string): string {
  return instant === undefined ? '-' : localTimeText(Number(instant.seconds) * 1000, zone, date);
}

function lengthOf({ inTime, outTime, workedDuration: worked }: Session): string {
  return inTime === undefined || outTime === undefined ? '' : `, ${clockText(worked)}`;
}

function rowOf(day: Attendance, zone: string): readonly string[] {
  const { date, firstInTime, lastOutTime, nextTransitionTime } = day;
  const time = (instant: Timestamp | undefined) => timeOfDay(instant, zone, date);
  return [
    date,
    statusText(day),
    nextTransitionTime === undefined ? 'final' : `until ${time(nextTransitionTime)}`,
    clockText(day.workedDuration),
    time(firstInTime),
    time(lastOutTime),
    zone,
    anomaliesText(day),
  ];
}

/** `7:00`; with seconds only if there are any. */
export function clockText(length: Duration | undefined): string {
  if (length === undefined) return '-';
  const total = Number(length.seconds);
  const two = (number: number) => String(number).padStart(2, '0');
  const minutes = `${Math.floor(total / 3600)}:${two(Math.floor(total / 60) % 60)}`;
  return total % 60 === 0 ? minutes : `${minutes}:${two(total % 60)}`;
}

export function anomaliesText({ anomalies }: Pick<Attendance, 'anomalies'>): string {
  return anomalies.length === 0 ? '-' : anomalies.map(anomalyWord).join(', ');
}

export function anomalyWord(anomaly: Anomaly): string {
  return (Anomaly[anomaly] ?? `anomaly ${anomaly}`).toLowerCase().replaceAll('_', ' ');
}
