// The spellings of statuses that people use.

import { AttendanceStatus } from '../../client/index.js';

/**
 * The spellings of each status, in lower case, with runs of spaces, `_` and `-` as one space.
 * Single letters other than P and A are deliberately left out: L is leave in one company and late
 * in another, H a holiday or a half day.
 */
const SPELLINGS: readonly (readonly [AttendanceStatus, readonly string[]])[] = [
  [AttendanceStatus.PRESENT, ['present', 'p']],
  [AttendanceStatus.ABSENT, ['absent', 'a']],
  [AttendanceStatus.HALF_DAY, ['half day', 'halfday']],
  [AttendanceStatus.ON_LEAVE, ['on leave', 'leave', 'onleave']],
  [AttendanceStatus.REMOTE, ['remote', 'wfh', 'work from home', 'working from home']],
  [AttendanceStatus.HOLIDAY, ['holiday', 'public holiday', 'bank holiday']],
  [AttendanceStatus.DAY_OFF, ['day off', 'dayoff', 'off', 'weekly off', 'week off']],
];

const STATUS_BY_SPELLING: ReadonlyMap<string, AttendanceStatus> = new Map(
  SPELLINGS.flatMap(([status, spellings]) => spellings.map((spelling) => [spelling, status])),
);

/** The words to suggest for an unknown status. */
export const STATUS_WORDS: readonly string[] = SPELLINGS.flatMap(([, words]) => words.slice(0, 1));

/** The status that a spelling means; undefined if it means none. */
export function parseStatus(text: string): AttendanceStatus | undefined {
  const spelling = text
    .toLowerCase()
    .replace(/[\s_-]+/gu, ' ')
    .trim();
  return STATUS_BY_SPELLING.get(spelling);
}
