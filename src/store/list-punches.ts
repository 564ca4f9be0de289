// One employee's punches by time, in pages.

import type { PunchQuery } from '../app/ports.js';
import type { RecordedPunch } from '../domain/recorded-punch.js';
import { type Database, formatTimestamp } from './database.js';
import { joinVoid, punchColumns, recordedPunch } from './punch-rows.js';

/**
 * $2 and $3: the place to begin behind; $4: the end, not included; $5: whether those that were
 * taken back are wanted. An employee without punches is a row too.
 */
export const LIST_PUNCHES = {
  name: 'list_punches',
  text: `
    select e.employee_id as owner_id, ${punchColumns('p')}
    from employee e
    left join lateral (
      select * from punch p
      where p.employee_id = e.employee_id
        and (p.time, p.sequence) > ($2::timestamptz, $3::bigint) and p.time < $4::timestamptz
        and ($5::boolean or p.voided_by is null)
      order by p.time, p.sequence
      limit $6::integer
    ) p on true
    ${joinVoid('p')}
    where e.employee_id = $1::text collate "C"
    order by p.time, p.sequence`,
};

/** Numbers of punches begin at 1: behind 0 is at the time itself. */
const NO_PUNCH = 0;

/** See AttendanceStore.listPunches. */
export async function listPunches(
  database: Database,
  query: PunchQuery,
): Promise<readonly RecordedPunch[] | undefined> {
  const { employeeId, startTime, endTime, includeVoided, after, limit } = query;
  const from = after?.time ?? startTime;
  const rows = await database.query(
    LIST_PUNCHES,
    employeeId,
    from === undefined ? '-infinity' : formatTimestamp(from * 1000),
    after?.punchId ?? NO_PUNCH,
    endTime === undefined ? 'infinity' : formatTimestamp(endTime * 1000),
    includeVoided,
    limit,
  );
  if (rows.length === 0) return undefined;
  return rows.filter((row) => row.sequence !== null).map(recordedPunch);
}
