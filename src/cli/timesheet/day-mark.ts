// The mark of a day in a narrow column: a letter for its status, two for halves, and a sign when it
// needs a look or is not over.

import { AttendanceStatus, DayPortion, type TimesheetDay } from '../../client/index.js';

const LETTERS: Readonly<Record<AttendanceStatus, string>> = {
  [AttendanceStatus.UNSPECIFIED]: '-',
  [AttendanceStatus.PRESENT]: 'P',
  [AttendanceStatus.ABSENT]: 'A',
  [AttendanceStatus.HALF_DAY]: 'D',
  [AttendanceStatus.ON_LEAVE]: 'L',
  [AttendanceStatus.REMOTE]: 'R',
  [AttendanceStatus.HOLIDAY]: 'H',
  [AttendanceStatus.DAY_OFF]: '.',
  [AttendanceStatus.SCHEDULED]: 's',
  [AttendanceStatus.UNSCHEDULED]: '-',
};

const MEANINGS: readonly (readonly [mark: string, says: string])[] = [
  ['P', 'present'],
  ['A', 'absent'],
  ['D', 'half a day present'],
  ['L', 'on leave'],
  ['R', 'remote'],
  ['H', 'holiday'],
  ['.', 'day off'],
  ['s', 'scheduled, not yet due'],
  ['-', 'nothing known'],
  ['!', 'something to check: an anomaly'],
  ['*', 'not final: the clock still changes it'],
];

/** `P`, `LP` for a morning of leave, `P!`, `s*`. */
export function dayMark(day: TimesheetDay): string {
  const check = day.anomalies.length > 0 ? '!' : '';
  return `${halvesOf(day)}${check}${day.final ? '' : '*'}`;
}

function halvesOf({ status, portion, otherHalfStatus, holidayPortion }: TimesheetDay): string {
  const [own, other] = [LETTERS[status] ?? '?', LETTERS[otherHalfStatus] ?? '?'];
  if (portion === DayPortion.FIRST_HALF) return `${own}${other}`;
  if (portion === DayPortion.SECOND_HALF) return `${other}${own}`;
  if (status === AttendanceStatus.HOLIDAY) return own;
  if (holidayPortion === DayPortion.FIRST_HALF) return `H${own}`;
  return holidayPortion === DayPortion.SECOND_HALF ? `${own}H` : own;
}

/** What the marks mean that are used: `P present`. */
export function legendOf(marks: ReadonlySet<string>): readonly string[] {
  const used = new Set([...marks].join(''));
  const words = MEANINGS.filter(([mark]) => used.has(mark)).map(
    ([mark, says]) => `${mark} ${says}`,
  );
  const isHalved = [...marks].some((mark) => /^[^!*]{2}/.test(mark));
  return isHalved ? [...words, 'two letters: the first and the second half'] : words;
}
