// Reads imports of punches and of marks, and their standing facts. Their totals are written with
// the facts (insert-facts.ts, mark-imports.ts), so nothing here counts an import's rows.

import type { ImportReads, MarkedDate, PunchName } from '../../app/ports/import-reads.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { MarkImport } from '../../domain/facts/mark-import.js';
import type { PunchImport } from '../../domain/facts/punch-import.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { type Database, formatTimestamp, type Row, type Statement } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';

/** How to read the imports of one kind. */
export interface ImportKind<Import, Standing> {
  /** $1 and $2: the import to begin after; $3: the limit. */
  readonly list: Statement;
  readonly read: Statement;
  /** $1: the import; $2: the limit. */
  readonly listStanding: Statement;
  readonly importOf: (row: Row) => Import;
  readonly standingOf: (rows: readonly Row[]) => readonly Standing[];
}

function statements(table: string, columns: string) {
  const all = `import_id, actor, first_recorded_at, last_recorded_at, ${columns}`;
  return {
    list: {
      name: `list_${table}s`,
      text: `
    select ${all}
    from ${table} i
    where (i.first_recorded_at, i.import_id) < ($1::timestamptz, $2::text collate "C")
    order by i.first_recorded_at desc, i.import_id desc
    limit $3::integer`,
    },
    read: {
      name: `read_${table}`,
      text: `
    select ${all}
    from ${table} i
    where i.import_id = $1::text collate "C"`,
    },
  };
}

export const PUNCH_IMPORTS: ImportKind<PunchImport, PunchName> = {
  ...statements(
    'punch_import',
    `punches, voided, replaced,
           (select count(*) from quarantined_punch q
            where q.import_id = i.import_id and q.is_waiting) as quarantined`,
  ),
  listStanding: {
    name: 'list_standing_punches',
    text: `
    select p.employee_id, p.sequence
    from punch p
    where p.import_id = $1::text collate "C" and p.voided_by is null
    order by p.employee_id, p.time, p.sequence
    limit $2::integer`,
  },
  importOf: (row) => ({
    ...toldOf(row),
    punches: number(row, 'punches'),
    voided: number(row, 'voided'),
    replaced: number(row, 'replaced'),
    quarantined: number(row, 'quarantined'),
  }),
  standingOf: (rows) =>
    rows.map((row) => ({ employeeId: employeeOf(row), punchId: number(row, 'sequence') })),
};

export const MARK_IMPORTS: ImportKind<MarkImport, MarkedDate> = {
  ...statements('mark_import', 'marks, voided'),
  listStanding: {
    name: 'list_standing_marks',
    text: `
    select m.employee_id, m.date
    from mark m
    where m.import_id = $1::text collate "C" and m.voided_by is null
    order by m.employee_id, m.date, m.sequence
    limit $2::integer`,
  },
  importOf: (row) => ({
    ...toldOf(row),
    marks: number(row, 'marks'),
    voided: number(row, 'voided'),
  }),
  // A date may have been marked more than once.
  standingOf: (rows) => {
    const dates = rows.map((row) => ({
      employeeId: employeeOf(row),
      date: text(row, 'date') as LocalDate,
    }));
    return dates.filter(
      ({ employeeId, date }, place) =>
        dates[place - 1]?.employeeId !== employeeId || dates[place - 1]?.date !== date,
    );
  },
};

/** `database`: the database for one caller. */
export function importReads<Import, Standing>(
  kind: ImportKind<Import, Standing>,
  database: (caller: AbortSignal | undefined) => Database,
): ImportReads<Import, Standing> {
  return {
    async list({ after, limit }, caller) {
      const from = after === undefined ? 'infinity' : formatTimestamp(after.firstRecordedAt);
      const rows = await database(caller).query(kind.list, from, after?.importId ?? '', limit);
      return rows.map(kind.importOf);
    },
    async read(importId, caller) {
      const [row] = await database(caller).query(kind.read, importId);
      return row && kind.importOf(row);
    },
    listStanding: async (importId, limit, caller) =>
      kind.standingOf(await database(caller).query(kind.listStanding, importId, limit)),
  };
}

/** The columns that imports of both kinds have. */
function toldOf(row: Row) {
  return {
    importId: text(row, 'import_id'),
    actor: text(row, 'actor'),
    firstRecordedAt: number(row, 'first_recorded_at') as RecordTime,
    lastRecordedAt: number(row, 'last_recorded_at') as RecordTime,
  };
}

function employeeOf(row: Row): EmployeeId {
  return text(row, 'employee_id') as EmployeeId;
}
