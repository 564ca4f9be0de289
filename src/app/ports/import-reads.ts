// The port for reading imports of punches and of marks.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { MarkImport } from '../../domain/facts/mark-import.js';
import type { PunchImport } from '../../domain/facts/punch-import.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';

export interface ImportQuery {
  /** Begin after this import; undefined: at the newest. */
  readonly after: ImportCursor | undefined;
  /** The most imports to return, at least 1. */
  readonly limit: number;
}

export interface ImportCursor {
  readonly firstRecordedAt: RecordTime;
  readonly importId: string;
}

/** A date that an import marked. */
export interface MarkedDate {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

/** A punch, by its number. */
export interface PunchName {
  readonly employeeId: EmployeeId;
  readonly punchId: number;
}

/** Reads of the imports of one kind, and of their standing facts. */
export interface ImportReads<Import, Standing> {
  /** Sorted by the time of their first fact, the newest first. */
  list(query: ImportQuery, caller?: AbortSignal): Promise<readonly Import[]>;

  /** Undefined for an unknown import. */
  read(importId: string, caller?: AbortSignal): Promise<Import | undefined>;

  /** The first `limit` items of the import that were not voided. */
  listStanding(importId: string, limit: number, caller?: AbortSignal): Promise<readonly Standing[]>;
}

/** The standing items are punches that count, by employee and time. */
export type PunchImportReads = ImportReads<PunchImport, PunchName>;

/** The standing items are the dates of marks, in the order of the marks. */
export type MarkImportReads = ImportReads<MarkImport, MarkedDate>;
