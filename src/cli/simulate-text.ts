// Simulated days as people read them: a row for each, its reasons below. Times are what the clocks
// showed where the shift, else the employee, was on that date.

import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import type { Attendance, SimulateAttendanceRequest, SimulatedDay } from '../client/index.js';
import { Anomaly } from '../client/index.js';
import { shownText, table } from './console.js';
import { statusText } from './day-options.js';
import { localTimeText, shownZone } from './local-time.js';

const HEADING = ['DATE', 'STATUS', 'STANDS', 'WORKED', 'IN', 'OUT', 'ZONE', 'ANOMALIES'] as const;
const INDENT = '  ';

/** A heading, and for each day a row and one line per explanation. */
export function simulationLines(
  request: SimulateAttendanceRequest,
  days: readonly SimulatedDay[],
): readonly string[] {
  const shown = days.flatMap(({ attendance, explanations }) =>
    attendance === undefined ? [] : [{ attendance, explanations }],
  );
  const rows = shown.map(({ attendance }) =>
    rowOf(attendance, shownZone(zoneOf(request, attendance))),
  );
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

/** That of the day's shifts if they agree on one, else the employee's on the date. */
function zoneOf({ employee, shifts }: SimulateAttendanceRequest, day: Attendance): string {
  const { date } = day;
  const changes = (employee?.timeZoneChanges ?? []).filter(({ startDate }) => startDate <= date);
  const own = latest(changes, ({ startDate }) => startDate)?.timeZone ?? employee?.timeZone ?? '';
  const zones = day.shifts.map(({ shiftId }) => {
    const versions = shifts.filter(
      (shift) => shift.shiftId === shiftId && shift.effectiveDate <= date,
    );
    return latest(versions, ({ effectiveDate }) => effectiveDate)?.timeZone || own;
  });
  const [first = own] = zones;
  return zones.every((zone) => zone === first) ? first : own;
}

/** The one with the last date, `YYYY-MM-DD`; an empty date is before all others. */
function latest<T>(items: readonly T[], dateOf: (item: T) => string): T | undefined {
  return items.reduce<T | undefined>(
    (last, item) => (last === undefined || dateOf(item) > dateOf(last) ? item : last),
    undefined,
  );
}
