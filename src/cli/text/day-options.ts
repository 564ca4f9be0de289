// The words that people type for a day, and the words that days are shown with.

import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { InvalidArgumentError } from 'commander';
import type { Attendance } from '../../client/index.js';
import { Anomaly, AttendanceOrigin, AttendanceStatus, DayPortion } from '../../client/index.js';
import { parseStatus, STATUS_WORDS } from './status-words.js';
import { isIsoDate, parseHours } from './values.js';

export function statusArgument(text: string): AttendanceStatus {
  const status = parseStatus(text);
  if (status === undefined) {
    // In a form that can be typed without quotes.
    const words = STATUS_WORDS.map((word) => word.replace(' ', '-')).join(', ');
    throw new InvalidArgumentError(`It must be one of ${words}.`);
  }
  return status;
}

/**
 * For an option that may be given several times. A derived status can be searched for but not
 * declared.
 */
export function addStatus(text: string, before: readonly AttendanceStatus[] | undefined) {
  const isComputed = text.trim().toLowerCase() === 'scheduled';
  return [...(before ?? []), isComputed ? AttendanceStatus.SCHEDULED : statusArgument(text)];
}

/** The same, as lists show it: `missing out`, with `-` or `_` for the spaces. */
export function addAnomaly(text: string, before: readonly Anomaly[] | undefined) {
  const name = text.trim().toUpperCase().replaceAll(/[ -]/g, '_');
  const anomaly = Anomaly[name as keyof typeof Anomaly];
  if (typeof anomaly !== 'number' || anomaly === Anomaly.UNSPECIFIED) {
    const names = Object.keys(Anomaly).filter((key) => /^[A-Z]/.test(key) && key !== 'UNSPECIFIED');
    const words = names.map((key) => key.toLowerCase().replaceAll('_', '-'));
    throw new InvalidArgumentError(`It is one of: ${words.join(', ')}.`);
  }
  return [...(before ?? []), anomaly];
}

/** For an option that may be given several times. */
export function addText(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

export const PORTION_WORDS = ['whole', 'first', 'second'] as const;

export function portionOf(word: (typeof PORTION_WORDS)[number]): DayPortion {
  switch (word) {
    case 'whole':
      return DayPortion.WHOLE_DAY;
    case 'first':
      return DayPortion.FIRST_HALF;
    case 'second':
      return DayPortion.SECOND_HALF;
    default:
      return word satisfies never;
  }
}

export const HOURS_HELP = 'leave by the hour, such as 10:00-12:00; punches decide the status then';

/** Hours of leave: `10:00-12:00`. */
export function hoursArgument(text: string) {
  const hours = parseHours(text);
  if (hours === undefined) throw new InvalidArgumentError('It must be such as 10:00-12:00.');
  return hours;
}

/** The field of a request. */
export function leaveTimeOf({ hours }: { readonly hours?: ReturnType<typeof hoursArgument> }) {
  return hours === undefined ? {} : { leaveTime: hours };
}

/** The form that `portionOf` reads. */
export function portionWord(portion: DayPortion): (typeof PORTION_WORDS)[number] {
  if (portion === DayPortion.FIRST_HALF) return 'first';
  return portion === DayPortion.SECOND_HALF ? 'second' : 'whole';
}

/** An instant with its zone, as in 2026-03-02T09:00:00Z. Keeps fractions down to nanoseconds. */
export function timeArgument(text: string): Timestamp {
  const match =
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  const date = new Date(text);
  // Date takes 31 February for a day in March.
  if (match === null || Number.isNaN(date.getTime()) || !isIsoDate(text.slice(0, 10))) {
    throw new InvalidArgumentError('It must be an instant such as 2026-03-02T09:00:00Z.');
  }
  const nanos = Number((match[1] ?? '').padEnd(9, '0'));
  return { ...timestampFromDate(date), nanos };
}

/** `half day`, `present`: in a form that can be typed again. */
export function statusWord(status: AttendanceStatus): string {
  return (AttendanceStatus[status] ?? `status ${status}`).toLowerCase().replaceAll('_', ' ');
}

export function originWord(origin: AttendanceOrigin): string {
  return origin === AttendanceOrigin.UNSPECIFIED
    ? '-'
    : (AttendanceOrigin[origin] ?? '').toLowerCase();
}

/** To the microsecond, as the service keeps times. With less, --as-of would miss the change. */
export function timeText(time: Timestamp | undefined): string {
  if (time === undefined) return '-';
  const toSeconds = timestampDate({ ...time, nanos: 0 })
    .toISOString()
    .slice(0, -'.000Z'.length);
  const micros = Math.floor(time.nanos / 1000);
  return `${toSeconds}.${String(micros).padStart(6, '0')}Z`;
}

/** The fields that say what a day is. */
type DayStatus = Pick<
  Attendance,
  'status' | 'portion' | 'otherHalfStatus' | 'leaveTypeId' | 'otherHalfLeaveTypeId' | 'leaveTimes'
>;

/** The status with leave by the hour: `present, on leave: sick (10:00-12:00)`. */
export function statusText(day: DayStatus): string {
  const leave = day.leaveTimes.map(({ time, leaveTypeId }) => {
    const hours = `${time?.startTimeOfDay ?? ''}-${time?.endTimeOfDay ?? ''}`;
    return `${withKind(statusWord(AttendanceStatus.ON_LEAVE), leaveTypeId)} (${hours})`;
  });
  return [halvesText(day), ...leave].join(', ');
}

/** The status with its half: `on leave: sick (first half), present (second half)`. */
function halvesText(day: DayStatus): string {
  const word = withKind(statusWord(day.status), day.leaveTypeId);
  if (day.portion !== DayPortion.FIRST_HALF && day.portion !== DayPortion.SECOND_HALF) return word;
  const [own, other] =
    day.portion === DayPortion.FIRST_HALF ? ['first', 'second'] : ['second', 'first'];
  const rest =
    day.otherHalfStatus === AttendanceStatus.UNSPECIFIED
      ? ''
      : `, ${withKind(statusWord(day.otherHalfStatus), day.otherHalfLeaveTypeId)} (${other} half)`;
  return `${word} (${own} half)${rest}`;
}

function withKind(word: string, leaveTypeId: string): string {
  return leaveTypeId === '' ? word : `${word}: ${leaveTypeId}`;
}
