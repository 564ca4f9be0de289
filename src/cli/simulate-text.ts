// Simulated days as people read them: a row for each, its reasons below. Times are told in
// the zone that the service tells them in.

import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import type { Attendance, SimulatedDay } from '../client/index.js';
import { Anomaly } from '../client/index.js';
import { shownText, table } from './console.js';
import { statusText } from './day-options.js';
import { localTimeText, shownZone } from './local-time.js';

const HEADING = ['DATE', 'STATUS', 'STANDS', 'WORKED', 'IN', 'OUT', 'ZONE', 'ANOMALIES'] as const;
const INDENT = '  ';

/** A heading, and for each day a row and one line per explanation. */
export function simulationLines(days: readonly SimulatedDay[]): readonly string[] {
  const shown = days.flatMap(({ attendance, explanations, timeZone }) =>
    attendance === undefined ? [] : [{ attendance, explanations, timeZone }],
  );
  const rows = shown.map(({ attendance, timeZone }) => rowOf(attendance, shownZone(timeZone)));
  const [heading = '', ...lines] = table(HEADING, rows);
  const withReasons = shown.flatMap(({ explanations }, index) => [
    lines[index] ?? '',
    ...explanations.map(({ text }) => `${INDENT}${shownText(text)}`),
  ]);
  return [heading, ...withReasons];
}

function rowOf(day: Attendance, zone: string): readonly string[] {
  const { date, firstInTime, lastOutTime, nextTransitionTime, anomalies } = day;
  const time = (instant: Timestamp | undefined) =>
    instant === undefined ? '-' : localTimeText(Number(instant.seconds) * 1000, zone, date);
  return [
    date,
    statusText(day),
    nextTransitionTime === undefined ? 'final' : `until ${time(nextTransitionTime)}`,
    clockText(day.worked),
    time(firstInTime),
    time(lastOutTime),
    zone,
    anomalies.length === 0 ? '-' : anomalies.map(anomalyWord).join(', '),
  ];
}

/** `7:00`; with seconds only when there are any. */
function clockText(length: Duration | undefined): string {
  if (length === undefined) return '-';
  const total = Number(length.seconds);
  const two = (number: number) => String(number).padStart(2, '0');
  const minutes = `${Math.floor(total / 3600)}:${two(Math.floor(total / 60) % 60)}`;
  return total % 60 === 0 ? minutes : `${minutes}:${two(total % 60)}`;
}

function anomalyWord(anomaly: Anomaly): string {
  return (Anomaly[anomaly] ?? `anomaly ${anomaly}`).toLowerCase().replaceAll('_', ' ');
}
