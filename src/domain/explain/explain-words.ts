// Words that several sentences of explain.ts share.

import type { Status } from '../facts/day.js';
import type { PunchKind } from '../facts/punch.js';

/** What time is counted for, after a noun: `the arrival for shift 'day'`. */
export function forShift(shiftId: string | undefined): string {
  return shiftId === undefined ? ' outside every shift' : ` for shift '${shiftId}'`;
}

/** A status after a colon or `as`. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  PRESENT: 'present',
  ABSENT: 'absent',
  HALF_DAY: 'half a day',
  ON_LEAVE: 'on leave',
  REMOTE: 'remote work',
  HOLIDAY: 'a holiday',
  DAY_OFF: 'a day off',
  SCHEDULED: 'not due yet',
  UNSCHEDULED: 'not scheduled',
};

/** The kind of a punch, after `the`. */
export const PUNCH_WORDS: Readonly<Record<PunchKind, string>> = {
  UNSPECIFIED: 'punch',
  IN: 'arrival',
  OUT: 'departure',
  BREAK_START: 'start of a break',
  BREAK_END: 'end of a break',
};

/** The most characters of a note that a sentence repeats. A note can have 1,000. */
const MAX_NOTE = 80;

/** A note on one line, cut if it is long. */
export function noteText(note: string): string {
  const characters = [...note.replaceAll(/\s+/g, ' ').trim()];
  return characters.length > MAX_NOTE
    ? `${characters.slice(0, MAX_NOTE).join('')}...`
    : characters.join('');
}

/** The time of day at which a date begins. */
export function midnightOr(dayStart: string): string {
  return dayStart === '00:00' ? 'midnight' : dayStart;
}
