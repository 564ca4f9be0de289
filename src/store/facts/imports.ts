// Imports of punches, and what is left of one. Their sums are written with the punches they are
// about (insert-facts.ts): nothing here counts rows.

import type { ImportQuery, PunchName } from '../../app/ports/ports.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { PunchImport } from '../../domain/facts/punch-import.js';
import type { RecordTime } from '../../domain/time/time.js';
import { type Database, formatTimestamp, type Row } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';

const COLUMNS = `i.import_id, i.actor, i.first_recorded_at, i.last_recorded_at, i.punches, i.voided, i.replaced,
   (select count(*) from quarantined_punch q
    where q.import_id = i.import_id and q.is_waiting) as quarantined`;

/** $1 and $2: the import to begin behind; $3: the most imports. */
export const LIST_IMPORTS = {
  name: 'list_imports',
  text: `
    select ${COLUMNS}
    from punch_import i
    where (i.first_recorded_at, i.import_id) < ($1::timestamptz, $2::text collate "C")
    order by i.first_recorded_at desc, i.import_id desc
    limit $3::integer`,
};

export const READ_IMPORT = {
  name: 'read_import',
  text: `
    select ${COLUMNS}
    from punch_import i
    where i.import_id = $1::text collate "C"`,
};

export const LIST_STANDING_OF_IMPORT = {
  name: 'list_standing_of_import',
  text: `
    select p.employee_id, p.sequence
    from punch p
    where p.import_id = $1::text collate "C" and p.voided_by is null
    order by p.employee_id, p.time, p.sequence
    limit $2::integer`,
};

/** See AttendanceStore.listImports. */
export async function listImports(
  database: Database,
  { after, limit }: ImportQuery,
): Promise<readonly PunchImport[]> {
  const rows = await database.query(
    LIST_IMPORTS,
    after === undefined ? 'infinity' : formatTimestamp(after.firstRecordedAt),
    after?.importId ?? '',
    limit,
  );
  return rows.map(punchImport);
}

/** See AttendanceStore.readImport. */
export async function readImport(
  database: Database,
  importId: string,
): Promise<PunchImport | undefined> {
  const [row] = await database.query(READ_IMPORT, importId);
  return row && punchImport(row);
}

/** See AttendanceStore.listStandingOfImport. */
export async function listStandingOfImport(
  database: Database,
  importId: string,
  limit: number,
): Promise<readonly PunchName[]> {
  const rows = await database.query(LIST_STANDING_OF_IMPORT, importId, limit);
  return rows.map((row) => ({
    employeeId: text(row, 'employee_id') as EmployeeId,
    punchId: number(row, 'sequence'),
  }));
}

function punchImport(row: Row): PunchImport {
  return {
    importId: text(row, 'import_id'),
    actor: text(row, 'actor'),
    firstRecordedAt: number(row, 'first_recorded_at') as RecordTime,
    lastRecordedAt: number(row, 'last_recorded_at') as RecordTime,
    punches: number(row, 'punches'),
    voided: number(row, 'voided'),
    replaced: number(row, 'replaced'),
    quarantined: number(row, 'quarantined'),
  };
}
