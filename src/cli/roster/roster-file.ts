// Reads a whole roster file: every entry and every problem, each with its line. Held in memory,
// because the order within the file does not matter, and therefore bounded.

import { fileBytes, ImportFileError, openCsv } from '../csv/csv-file.js';
import type { RosterEntry, RosterHeader } from './roster-row.js';
import { parseRosterHeader, parseRosterRow } from './roster-row.js';

/** The most rows of a file. */
export const MAX_ROSTER_ROWS = 100_000;

/** The largest file, in bytes. It is held in memory. */
export const MAX_ROSTER_BYTES = 32 * 1024 * 1024;

/** A problem of a row. */
export interface RosterProblem {
  readonly line: number;
  readonly says: string;
}

export interface RosterFile {
  readonly entries: readonly RosterEntry[];
  readonly problems: readonly RosterProblem[];
}

/** Reads a roster file. Throws ImportFileError if it is invalid or too large. */
export async function readRosterFile(path: string): Promise<RosterFile> {
  if ((await fileBytes(path)) > MAX_ROSTER_BYTES) throw tooLarge(path);
  const entries: RosterEntry[] = [];
  const problems: RosterProblem[] = [];
  const lineOf = new Map<string, number>();
  const reader = openCsv<RosterHeader>(path, parseRosterHeader, { mustBeUtf8: true });
  for await (const { number, line, fields } of reader.rows) {
    if (number > MAX_ROSTER_ROWS) throw tooLarge(path);
    const parsed = parseRosterRow(fields, line, reader.header());
    if (parsed.kind === 'BAD') {
      problems.push(...parsed.problems.map((says) => ({ line, says })));
      continue;
    }
    const { entry } = parsed;
    const before = lineOf.get(entry.key);
    if (before !== undefined) {
      problems.push({
        line,
        says: `${entry.key} stands on line ${before} already: keep one of them`,
      });
      continue;
    }
    lineOf.set(entry.key, line);
    entries.push(entry);
  }
  reader.header();
  return { entries, problems };
}

function tooLarge(path: string): ImportFileError {
  return new ImportFileError(
    `${path} is too large for one roster: at most ${MAX_ROSTER_ROWS} rows and ` +
      `${MAX_ROSTER_BYTES / 1024 / 1024} MiB. Split it, with shifts, holidays and policies in the first part.`,
  );
}
