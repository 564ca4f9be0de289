// What is read of imports, of punches and of marks.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { MarkImport } from '../../domain/facts/mark-import.js';
import type { PunchImport } from '../../domain/facts/punch-import.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';

export interface ImportQuery {
  /** Begin behind this import; undefined: at the newest. */
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

/** Imports of one kind, and what is left of one. */
export interface ImportReads<Import, Standing> {
  /** By the time of their first fact, the newest first. */
  list(query: ImportQuery, caller?: AbortSignal): Promise<readonly Import[]>;

  /** Undefined for an import that is not known. */
  read(importId: string, caller?: AbortSignal): Promise<Import | undefined>;

  /** What of it was not taken back: the first, at most `limit`. */
  listStanding(importId: string, limit: number, caller?: AbortSignal): Promise<readonly Standing[]>;
}

/** What stands: punches that count, by employee and time. */
export type PunchImportReads = ImportReads<PunchImport, PunchName>;

/** What stands: days of marks, those of the first marks first. */
export type MarkImportReads = ImportReads<MarkImport, MarkedDate>;
