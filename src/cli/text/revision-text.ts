// Describes a change of a day: what it was and what it became. Pure.

import type { Attendance, AttendanceRevision } from '../../client/index.js';
import { RevisionCause } from '../../client/index.js';
import { originWord, statusText } from './day-options.js';
import { anomalyWord, clockText, timeOfDay } from './day-text.js';

const CAUSES: Readonly<Record<RevisionCause, string>> = {
  [RevisionCause.UNSPECIFIED]: 'time passed',
  [RevisionCause.MARKED]: 'marked',
  [RevisionCause.CLEARED]: 'cleared',
  [RevisionCause.PUNCHED]: 'punch recorded',
  [RevisionCause.VOIDED]: 'punch taken back',
  [RevisionCause.REPLACED]: 'punch replaced',
  [RevisionCause.ROSTER]: 'roster changed',
  [RevisionCause.MARKS_VOIDED]: 'import taken back',
  [RevisionCause.CORRECTED]: 'punches corrected',
};

/** The kind of fact that made a change. */
export function causeText(cause: RevisionCause): string {
  return CAUSES[cause] ?? `cause ${cause}`;
}

interface Parts {
  readonly in: string;
  readonly out: string;
  readonly worked: string;
  readonly anomalies: string;
}

const PARTS = ['in', 'out', 'worked', 'anomalies'] as const satisfies (keyof Parts)[];

/**
 * The day before and after: the status, and after it those of arrival, departure, worked time and
 * anomalies that changed, in `zone`. If none of these changed, whether it was declared, and its
 * note.
 */
export function changeText(
  { before, after }: Pick<AttendanceRevision, 'before' | 'after'>,
  zone: string,
): readonly [string, string] {
  const [was, is] = [partsOf(before, zone), partsOf(after, zone)];
  const changed = PARTS.filter((part) => was[part] !== is[part]);
  const told = (day: Attendance | undefined, parts: Parts) =>
    [statusOf(day), ...changed.map((part) => parts[part])].join(', ');
  const [one, other] = [told(before, was), told(after, is)];
  return one === other ? [declared(before, one), declared(after, other)] : [one, other];
}

function partsOf(day: Attendance | undefined, zone: string): Parts {
  const date = day?.date ?? '';
  return {
    in: `in ${timeOfDay(day?.firstInTime, zone, date)}`,
    out: `out ${timeOfDay(day?.lastOutTime, zone, date)}`,
    worked: `worked ${clockText(day?.workedDuration)}`,
    anomalies: day?.anomalies.map(anomalyWord).join(', ') || 'no anomalies',
  };
}

function statusOf(day: Attendance | undefined): string {
  return day === undefined ? '-' : statusText(day);
}

function declared(day: Attendance | undefined, status: string): string {
  if (day === undefined) return status;
  const note = day.note === '' ? '' : ` "${day.note}"`;
  return `${status}, ${originWord(day.origin)}${note}`;
}
