// Opens the old system's export, a CSV file, and checks the columns in its first line.

import type { CsvReader } from '../csv/csv-file.js';
import { columnNames, ImportFileError, openCsv, shownColumns } from '../csv/csv-file.js';
import type { ColumnPlaces } from './import-row.js';
import { HOURS_COLUMN, LEAVE_TYPE_COLUMN, REQUIRED_COLUMNS } from './import-row.js';

export interface Header {
  /** The columns as the file names them. */
  readonly columns: readonly string[];
  readonly places: ColumnPlaces;
}

/**
 * Opens an export that must then be read at once. Reading throws ImportFileError for an invalid
 * file.
 */
export function openExport(path: string): CsvReader<Header> {
  return openCsv(path, parseHeader);
}

function parseHeader(columns: readonly string[]): Header {
  const names = columnNames(columns);
  const wanted = REQUIRED_COLUMNS.join(', ');
  const place = (column: string): number => {
    const first = names.indexOf(column);
    if (first === -1) {
      throw new ImportFileError(
        `The first line must name the columns ${wanted}, separated by commas; ` +
          `"${column}" is missing (${shownColumns(columns)}).`,
      );
    }
    if (names.lastIndexOf(column) !== first) {
      throw new ImportFileError(`The column "${column}" stands in the first line twice.`);
    }
    return first;
  };
  return {
    columns,
    places: {
      id: place('id'),
      name: place('name'),
      status: place('status'),
      date: place('date'),
      leaveType: names.includes(LEAVE_TYPE_COLUMN) ? place(LEAVE_TYPE_COLUMN) : undefined,
      hours: names.includes(HOURS_COLUMN) ? place(HOURS_COLUMN) : undefined,
    },
  };
}
