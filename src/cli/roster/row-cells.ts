// The cells of one row of a roster file, and the problems found in reading them.

import { EMPLOYEE_ID, isIsoDate, shown } from '../text/values.js';
import { isKnownZone } from '../time/local-time.js';
import { WordError } from './roster-notation.js';

/** The columns of a row, and how many of the first ones must be filled in. */
export interface RowColumns {
  readonly own: readonly string[];
  readonly required: number;
}

/** For the author of the file; never read. The first two are those of a rejects file. */
export const IGNORED_COLUMNS: readonly string[] = ['line', 'reason', 'comment'];

export class RowCells {
  readonly problems: string[] = [];
  readonly #cells: ReadonlyMap<string, string>;

  constructor(names: readonly string[], fields: readonly string[]) {
    this.#cells = new Map(names.map((name, index) => [name, (fields[index] ?? '').trim()]));
  }

  has(column: string): boolean {
    return this.#cells.has(column);
  }

  text(column: string): string {
    return this.#cells.get(column) ?? '';
  }

  checkFor(type: string, { own, required }: RowColumns): void {
    for (const column of own.slice(0, required)) {
      if (this.text(column) === '') this.problems.push(`${column} is empty: this ${type} needs it`);
    }
    for (const [column, text] of this.#cells) {
      const isOwn = column === 'type' || own.includes(column) || IGNORED_COLUMNS.includes(column);
      if (isOwn || text === '') continue;
      this.problems.push(`${column} must be empty: it does not belong to a row of type ${type}`);
    }
  }

  /** The cell as `parse` reads it; `empty` if it is empty or cannot be read. */
  read<T>(column: string, empty: T, parse: (text: string) => T): T {
    const text = this.text(column);
    if (text === '') return empty;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof WordError)) throw error;
      this.problems.push(`${column} ${shown(text)} ${error.message}`);
      return empty;
    }
  }

  id(column: string): string {
    return this.read(column, '', parseId);
  }

  date(column: string): string {
    return this.read(column, '', parseDate);
  }

  zone(column: string): string {
    return this.read(column, '', parseZone);
  }

  name(column: string): string {
    return this.read(column, '', parseName);
  }

  /** `{ field: value }` if the file has the column. Without it the field stays as it is. */
  patch<K extends string, V>(column: string, field: K, value: () => V): { [F in K]?: V } {
    return (this.has(column) ? { [field]: value() } : {}) as { [F in K]?: V };
  }
}

const MAX_NAME_CHARACTERS = 200;

export function parseId(text: string): string {
  return checked(text, EMPLOYEE_ID.test(text), 'must be 1 to 64 of A-Z a-z 0-9 . _ -');
}

function parseDate(text: string): string {
  return checked(text, isIsoDate(text), 'must be a real date written YYYY-MM-DD');
}

export function parseZone(text: string): string {
  const is = 'must be the name of a time zone, such as Europe/Berlin';
  return checked(text, isKnownZone(text), is);
}

export function parseName(text: string): string {
  const isName = [...text].length <= MAX_NAME_CHARACTERS && !/\p{Cc}|\u2028|\u2029/u.test(text);
  return checked(text, isName, 'must be at most 200 characters, on one line');
}

function checked(text: string, isRight: boolean, otherwise: string): string {
  if (!isRight) throw new WordError(otherwise);
  return text;
}
