// Estimates the size of an answer before it is built. Messages are limited to 4 MiB in every
// protocol, so a larger answer is cut into pages, or its request is refused before anything is
// done.

import { TURNS } from '../../app/ports/turns.js';
import type { Attendance, Session } from '../../domain/facts/day.js';
import { MAX_LEAVE_TIMES } from '../../domain/facts/declaration.js';

/** The maximum size of an answer, with room below the 4 MiB of a message. */
export const MAX_ANSWER_BYTES = 3.5 * 1024 * 1024;

/** Bytes of a day in JSON without its texts: field names, ids, times. A generous estimate. */
const DAY_BYTES = 900;

/** In JSON a control character takes six bytes, the most per UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 6;

/** Texts up to this length count as the worst case; longer ones are measured. */
const SHORT_TEXT_UNITS = 32;

/** An upper bound of a text's bytes in JSON, the largest of the encodings. */
export function textBytes(text: string): number {
  return text.length <= SHORT_TEXT_UNITS
    ? text.length * MAX_BYTES_PER_UNIT
    : Buffer.byteLength(JSON.stringify(text));
}

/**
 * Bytes that work, done or planned, adds to a day in JSON: lengths and all anomalies; a shift; a
 * session without its breaks; a break. Ids of shifts and of break types have at most 64 bytes.
 */
const WORK_BYTES = 900;
const SHIFT_BYTES = 540;
const SESSION_BYTES = 250;
const BREAK_BYTES = 190;

/** Bytes of a leave time with a leave type id of at most 64 bytes. */
const LEAVE_TIME_BYTES = 170;

/** The maximum bytes of an item in an answer: its texts, and all small values around them. */
export interface Size {
  readonly structure: number;
  readonly texts: number;
}

/** The maximum size of a day in an answer, in bytes. */
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

/** A name has at most 200 characters of at most 4 bytes each, and no control characters. */
const MAX_NAME_BYTES = 800;

/** The maximum size of a day whose note is known and whose employee's name is not, in bytes. */
export function unknownDayBytes(note: string): number {
  return DAY_BYTES + MAX_LEAVE_TIMES * LEAVE_TIME_BYTES + MAX_NAME_BYTES + textBytes(note);
}

/**
 * The maximum structure of a page, in bytes. An answer is encoded in one piece, and nobody else is
 * served meanwhile. The time goes into messages and numbers, not into text: about 10 ms for each
 * megabyte of them in JSON.
 */
export const MAX_PAGE_STRUCTURE = MAX_ANSWER_BYTES / 4;

/** The growing size of a page. */
export class PageSize {
  #bytes = 0;
  #structure = 0;

  /** Adds an item, and returns whether it fits on the page; the first always does. */
  take({ structure, texts }: Size): boolean {
    const isFirst = this.#bytes === 0;
    this.#bytes += structure + texts;
    this.#structure += structure;
    return isFirst || (this.#bytes <= MAX_ANSWER_BYTES && this.#structure <= MAX_PAGE_STRUCTURE);
  }
}

/** How many items from the first on fit on a page; at least one. */
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

/** How many items from the first on fit into an answer; at least one. */
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
