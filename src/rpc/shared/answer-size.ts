// How large an answer gets, before it is made: messages are limited to 4 MiB in every protocol, and
// an answer that would be larger is cut into pages, or its request refused before anything is done.

import { TURNS } from '../../app/ports/turns.js';
import type { Attendance, Session } from '../../domain/facts/day.js';
import { MAX_LEAVE_TIMES } from '../../domain/facts/declaration.js';

/** What one answer may take, with room to spare below the 4 MiB of a message. */
export const MAX_ANSWER_BYTES = 3.5 * 1024 * 1024;

/** A day in JSON without its texts: names of fields, ids, times; generously. */
const DAY_BYTES = 900;

/** JSON spells a control character with six bytes; nothing takes more per UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 6;

/** Texts up to this are taken at their worst; longer ones are measured. */
const SHORT_TEXT_UNITS = 32;

/** The bytes of a text in JSON, the largest of the encodings, or a little more. */
export function textBytes(text: string): number {
  return text.length <= SHORT_TEXT_UNITS
    ? text.length * MAX_BYTES_PER_UNIT
    : Buffer.byteLength(JSON.stringify(text));
}

/**
 * What a day has in JSON when there was work, or work was planned: its lengths and all anomalies;
 * a shift; a session without its breaks; a break. Ids of shifts and of types of breaks are at most 64 bytes.
 */
const WORK_BYTES = 900;
const SHIFT_BYTES = 540;
const SESSION_BYTES = 250;
const BREAK_BYTES = 190;

/** A leave time with its leave type of at most 64 bytes. */
const LEAVE_TIME_BYTES = 170;

/** The most bytes of something in an answer: its texts, and all the small values around them. */
export interface Size {
  readonly structure: number;
  readonly texts: number;
}

/** The most bytes a day takes in an answer. */
export function dayBytes(day: Attendance): number {
  const { structure, texts } = daySize(day);
  return structure + texts;
}

export function daySize(day: Attendance): Size {
  return {
    structure: DAY_BYTES + day.leaveTimes.length * LEAVE_TIME_BYTES + workBytes(day),
    texts: textBytes(day.employeeName) + textBytes(day.note),
  };
}

function workBytes({ shifts, sessions, anomalies }: Attendance): number {
  if (shifts.length === 0 && sessions.length === 0 && anomalies.length === 0) return 0;
  const bytes = WORK_BYTES + shifts.length * SHIFT_BYTES;
  return sessions.reduce((sum, session) => sum + sessionBytes(session), bytes);
}

export function sessionBytes({ breaks }: Session): number {
  return SESSION_BYTES + breaks.length * BREAK_BYTES;
}

/** A name is at most 200 characters, of at most 4 bytes each, none of them a control character. */
const MAX_NAME_BYTES = 800;

/** The most bytes of a day whose note is known and whose employee's name is not. */
export function unknownDayBytes(note: string): number {
  return DAY_BYTES + MAX_LEAVE_TIMES * LEAVE_TIME_BYTES + MAX_NAME_BYTES + textBytes(note);
}

/**
 * What a page may have of structure. An answer is encoded in one piece, and nobody else is served
 * meanwhile: it is not bytes that take the time but messages and numbers, some 10 ms for each
 * megabyte of them in JSON.
 */
export const MAX_PAGE_STRUCTURE = MAX_ANSWER_BYTES / 4;

/** The size of a page as it grows. */
export class PageSize {
  #bytes = 0;
  #structure = 0;

  /** Whether the next item belongs to the page; the first always does. */
  take({ structure, texts }: Size): boolean {
    const isFirst = this.#bytes === 0;
    this.#bytes += structure + texts;
    this.#structure += structure;
    return isFirst || (this.#bytes <= MAX_ANSWER_BYTES && this.#structure <= MAX_PAGE_STRUCTURE);
  }
}

/** How many of the items, from the first on, make a page; at least one. */
export async function countOfPage<T>(
  items: readonly T[],
  sizeOf: (item: T) => Size,
): Promise<number> {
  const size = new PageSize();
  for (const [index, item] of items.entries()) {
    if (TURNS.isOver) await TURNS.next();
    if (!size.take(sizeOf(item))) return index;
  }
  return items.length;
}

/** How many of the items, from the first on, fit into the room of an answer; at least one. */
export function countThatFits<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  room: number = MAX_ANSWER_BYTES,
): number {
  let total = 0;
  for (const [index, item] of items.entries()) {
    total += bytesOf(item);
    if (total > room && index > 0) return index;
  }
  return items.length;
}
