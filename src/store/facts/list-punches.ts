// Lists one employee's punches by time, in pages. A page looks at a bounded number of rows, however
// many were voided. A page that finds little ends early and says where to continue.

import type { PunchCursor, PunchPage, PunchQuery } from '../../app/ports/punch-reads.js';
import { TURNS } from '../../app/ports/turns.js';
import { type Database, formatTimestamp } from '../postgres/database.js';
import { number } from '../postgres/rows.js';
import { joinVoid, punchColumns, recordedPunch } from './punch-rows.js';

/** The most rows that a page looks at to find standing punches. */
export const MAX_PUNCHES_SCANNED = 5000;

/**
 * $2 and $3: the place to begin after; $4: the end, not included; $5: whether voided punches are
 * wanted; $6: the most punches, $7: the most rows to look at. Always returns the last row looked
 * at, because the next page continues there. Rows are numbered and not counted, so that a full page
 * looks at no more of them. An employee without punches is also a row.
 */
export const LIST_PUNCHES = {
  name: 'list_punches',
  text: `
    select e.employee_id as owner_id, p.place, ${punchColumns('p')}
    from employee e
    left join lateral (
      select * from (
        select s.*, row_number() over (order by s.time, s.sequence) as place
        from (
          select * from punch p
          where p.employee_id = e.employee_id
            and (p.time, p.sequence) > ($2::timestamptz, $3::bigint) and p.time < $4::timestamptz
          order by p.time, p.sequence
          limit $7::integer
        ) s
      ) p
      where $5::boolean or p.voided_by is null or p.place = $7::integer
      order by p.time, p.sequence
      limit $6::integer
    ) p on true
    ${joinVoid('p')}
    where e.employee_id = $1::text collate "C"
    order by p.time, p.sequence`,
};

/** Numbers of punches begin at 1, so after 0 includes all at that time. */
const NO_PUNCH = 0;

/** See PunchReads.listPunches. */
export async function listPunches(
  database: Database,
  query: PunchQuery,
): Promise<PunchPage | undefined> {
  const { employeeId, startTime, endTime, includeVoided, after, limit } = query;
  const from = after?.time ?? startTime;
  // One more than wanted shows whether the list ends.
  const scan = Math.max(limit + 1, MAX_PUNCHES_SCANNED);
  const rows = await database.query(
    LIST_PUNCHES,
    employeeId,
    from === undefined ? '-infinity' : formatTimestamp(from * 1000),
    after?.punchId ?? NO_PUNCH,
    endTime === undefined ? 'infinity' : formatTimestamp(endTime * 1000),
    includeVoided,
    limit + 1,
    scan,
  );
  if (rows.length === 0) return undefined;
  const looked = rows.filter((row) => row.sequence !== null);
  const found = await TURNS.map(looked, recordedPunch);
  const wanted = found.filter(({ voided }) => includeVoided || voided === undefined);
  const punches = wanted.slice(0, limit);
  if (wanted.length > limit) return { punches, next: cursorAt(punches.at(-1)) };
  const end = looked.at(-1);
  const isCut = end !== undefined && number(end, 'place') === scan;
  return { punches, next: isCut ? cursorAt(found.at(-1)) : undefined };
}

function cursorAt(punch: PunchCursor | undefined): PunchCursor | undefined {
  return punch && { time: punch.time, punchId: punch.punchId };
}
