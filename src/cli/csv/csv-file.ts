// Reads a CSV file row by row, in flat memory, with the line on which each row begins. Knows no
// columns: the reader decides what the first line must name.

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse';
import { escapedText } from '../terminal/console.js';

/**
 * The longest row, in bytes. An unclosed quote takes in everything after it, until this limit.
 * Shorter cases are refused row by row, because of the line breaks in their fields.
 */
export const MAX_ROW_BYTES = 64 * 1024;

/** How many characters of an invalid first line are shown. */
const MAX_SHOWN_HEADER = 200;

/** The file cannot be imported as it is. The message says what to do. */
export class ImportFileError extends Error {
  override readonly name = 'ImportFileError';
}

export interface FileRow {
  /** 1 for the first row below the header. */
  readonly number: number;
  /** The line of the file on which it begins; the header is on line 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** A file being read. `header` is known after the first row, or after the rows have ended. */
export interface CsvReader<Header> {
  readonly rows: AsyncGenerator<FileRow, void, void>;
  readonly header: () => Header;
  /** SHA-256 of the whole file, in hex. Only after the last row. */
  readonly sha256: () => string;
}

/**
 * The length of a file in bytes. Throws ImportFileError if it is not a regular file: such a file
 * cannot be read twice, and merely opening a pipe without a writer waits for ever, in spite of
 * signals.
 */
export async function fileBytes(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw explained(error, path, 0);
  });
  if (found.isFile()) return found.size;
  const why = found.isDirectory() ? 'it is a folder' : 'it is a pipe or a device';
  throw new ImportFileError(`Cannot read ${path}: ${why}. It must be a regular file.`);
}

/**
 * Opens a file that must then be read at once. `parseHeader` gets the first line's columns and
 * throws ImportFileError if they are invalid. Reading throws it for a file that is not CSV, and
 * with `mustBeUtf8` for one that is not UTF-8. Otherwise invalid UTF-8 becomes U+FFFD.
 */
export function openCsv<Header>(
  path: string,
  parseHeader: (columns: readonly string[]) => Header,
  { mustBeUtf8 = false }: { readonly mustBeUtf8?: boolean } = {},
): CsvReader<Header> {
  const hash = createHash('sha256');
  let header: { readonly value: Header } | undefined;
  const file = createReadStream(path);
  const parser = parse({
    bom: true,
    // Files that were edited on several systems mix the two.
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_ROW_BYTES,
  });
  file.on('data', (chunk) => hash.update(chunk));
  file.on('error', (error) => parser.destroy(error));
  if (mustBeUtf8) {
    const check = new Utf8Check();
    const refuse = (line: number | undefined) => {
      if (line !== undefined) parser.destroy(notUtf8(path, line));
    };
    // Registered before the parser, so that this sees each chunk, and the end, first.
    file.on('data', (chunk) => refuse(check.badLineIn(Buffer.from(chunk))));
    file.on('end', () => refuse(check.badLineAtEnd()));
  }
  file.pipe(parser);

  async function* rows(): AsyncGenerator<FileRow, void, void> {
    // Counted here, because csv-parse counts a CRLF inside quotes as two lines.
    let line = 1;
    let number = 0;
    try {
      for await (const fields of parser as AsyncIterable<string[]>) {
        if (header === undefined) {
          header = { value: parseHeader(fields) };
        } else if (!isBlank(fields)) {
          number += 1;
          yield { number, line, fields };
        }
        line += 1 + lineBreaksIn(fields);
      }
    } catch (error) {
      throw explained(error, path, line);
    } finally {
      file.destroy();
    }
    header ??= { value: parseHeader([]) };
  }

  return {
    rows: rows(),
    header: () => header?.value ?? parseHeader([]),
    sha256: () => hash.copy().digest('hex'),
  };
}

/** Finds the first line that is not UTF-8, chunk by chunk. */
class Utf8Check {
  #line = 1;
  /** The line that has not ended yet. csv-parse rejects one that is longer than a row may be. */
  #begun: Buffer = Buffer.alloc(0);

  /** Undefined if all lines that end in it are UTF-8. */
  badLineIn(chunk: Buffer): number | undefined {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    const whole = bytes.subarray(0, end);
    this.#begun = bytes.subarray(end);
    const isBad = !isUtf8(whole);
    for (let at = 0; at < end; ) {
      const next = whole.indexOf(LINE_FEED, at) + 1;
      if (isBad && !isUtf8(whole.subarray(at, next))) return this.#line;
      this.#line += 1;
      at = next;
    }
    return undefined;
  }

  badLineAtEnd(): number | undefined {
    return isUtf8(this.#begun) ? undefined : this.#line;
  }
}

const LINE_FEED = 0x0a;

function notUtf8(path: string, line: number): ImportFileError {
  return new ImportFileError(
    `${path} is not UTF-8: line ${line} is not. Save it as UTF-8 (spreadsheets call it ` +
      '"CSV UTF-8") and run the import again.',
  );
}

/** Column names ignore case and surrounding space: `Employee ID` is employee_id. */
export function columnNames(columns: readonly string[]): readonly string[] {
  return columns.map((column) =>
    column
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/gu, '_'),
  );
}

/** The names in a first line, for a message: bounded, and safe for a terminal. */
export function shownColumns(columns: readonly string[]): string {
  if (columns.length === 0) return 'the file is empty';
  return `found: ${escapedText(columns.join(', ').slice(0, MAX_SHOWN_HEADER))}`;
}

function isBlank(fields: readonly string[]): boolean {
  return fields.length === 1 && fields[0]?.trim() === '';
}

function lineBreaksIn(fields: readonly string[]): number {
  let count = 0;
  for (const field of fields) {
    for (let at = field.indexOf('\n'); at !== -1; at = field.indexOf('\n', at + 1)) count += 1;
  }
  return count;
}

function explained(error: unknown, path: string, line: number): unknown {
  if (error instanceof CsvError) {
    return new ImportFileError(
      `The row that begins on line ${line} never ends: probably a quotation mark that is ` +
        'never closed. Mend that line and run the import again.',
    );
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    return new ImportFileError(`Cannot read ${path}: ${why}.`);
  }
  return error;
}
