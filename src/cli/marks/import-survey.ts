// The first pass over an export, before anything is sent: whether it is valid, its length, its
// hash, and the days that it has more than once. Only the last row of each counts, so the result
// does not depend on batches in flight or on where an earlier run stopped.

import { fileBytes, ImportFileError } from '../csv/csv-file.js';
import type { Header } from './import-file.js';
import { openExport } from './import-file.js';
import type { LegacyMark } from './import-row.js';
import { parseLegacyRow } from './import-row.js';

/**
 * The days seen are kept in a Bloom filter: one bit per byte of the file, up to 32 MiB of memory.
 * Rows have about 40 bytes. For a file of 800 MB, one new day in 400 is mistaken for a repetition,
 * which costs only memory and never a row.
 */
const MIN_FILTER_BITS = 2 ** 16;
const MAX_FILTER_BITS = 2 ** 28;
const FILTER_HASHES = 4;

/** The most days that a file may have more than once: about 100 MiB of memory. */
const MAX_REPEATED_DAYS = 500_000;

export interface Survey {
  readonly header: Header;
  readonly rows: number;
  /** In hex. */
  readonly sha256: string;
  /** Whether a later usable row of the file is about the same employee, date and hours. */
  readonly isSuperseded: (mark: LegacyMark, rowNumber: number) => boolean;
}

/** Reads the whole file once. Throws ImportFileError, or the signal's reason. */
export async function surveyExport(path: string, signal: AbortSignal): Promise<Survey> {
  const seen = new DayFilter(await fileBytes(path));
  const lastRowOf = new Map<string, number>();
  const reader = openExport(path);
  let rows = 0;
  for await (const row of reader.rows) {
    signal.throwIfAborted();
    rows = row.number;
    const header = reader.header();
    const parsed = parseLegacyRow(row.fields, header.places, header.columns.length);
    if (parsed.kind === 'BAD') continue;
    const day = dayOf(parsed.mark);
    if (!seen.addAndTellIfSeen(day)) continue;
    lastRowOf.set(day, row.number);
    if (lastRowOf.size > MAX_REPEATED_DAYS) {
      throw new ImportFileError(
        `More than ${MAX_REPEATED_DAYS} days stand in the file more than once. ` +
          'Split the file and import the parts one after the other, the oldest first.',
      );
    }
  }
  return {
    header: reader.header(),
    rows,
    sha256: reader.sha256(),
    isSuperseded: (mark, rowNumber) => rowNumber < (lastRowOf.get(dayOf(mark)) ?? 0),
  };
}

function dayOf({ employeeId, date, hours }: LegacyMark): string {
  return `${employeeId} ${date} ${hours}`;
}

/** Remembers texts approximately: may mistake a new one for seen, never a seen one for new. */
class DayFilter {
  readonly #words: Uint32Array;
  readonly #mask: number;

  constructor(wantedBits: number) {
    const enough = 2 ** Math.ceil(Math.log2(Math.max(wantedBits, MIN_FILTER_BITS)));
    const bits = Math.min(enough, MAX_FILTER_BITS);
    this.#words = new Uint32Array(bits / 32);
    this.#mask = bits - 1;
  }

  addAndTellIfSeen(text: string): boolean {
    const [first, second] = hashesOf(text);
    let wasSeen = true;
    for (let n = 0; n < FILTER_HASHES; n += 1) {
      const bit = (first + Math.imul(n, second)) & this.#mask;
      const word = this.#words[bit >>> 5] ?? 0;
      const mask = 1 << (bit & 31);
      if ((word & mask) === 0) {
        wasSeen = false;
        this.#words[bit >>> 5] = word | mask;
      }
    }
    return wasSeen;
  }
}

/**
 * Two independent 32-bit hashes in the style of FNV-1a. The second is odd, so that its steps
 * differ.
 */
function hashesOf(text: string): readonly [number, number] {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x85ebca6b);
    second ^= second >>> 13;
  }
  first ^= first >>> 15;
  return [Math.imul(first, 0x2c1b3c6d) ^ (first >>> 12), second | 1];
}
