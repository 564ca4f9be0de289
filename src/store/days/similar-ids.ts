// Finds the ids of added employees near an unknown one: those in a given list, and those that sort
// next to it. Every part begins at the key and reads a bounded number of rows.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { MAX_SORTED_NEIGHBOURS } from '../../domain/facts/similar-ids.js';
import { IS_ADDED } from '../facts/lock-and-read.js';
import type { Database, Statement } from '../postgres/database.js';
import { text } from '../postgres/rows.js';

/** The limits are inside, so that employees who were not added are filtered from few rows. */
export const READ_SIMILAR_IDS: Statement = {
  name: 'read_similar_ids',
  text: `
    select e.employee_id from unnest($2::text[]) t (employee_id)
    cross join lateral (
      select * from employee e where e.employee_id = t.employee_id collate "C" limit 1
    ) e
    where ${IS_ADDED}
    union all
    select e.employee_id from (
      select * from employee e where e.employee_id > $1
      order by e.employee_id limit ${MAX_SORTED_NEIGHBOURS}
    ) e
    where ${IS_ADDED}
    union all
    select e.employee_id from (
      select * from employee e where e.employee_id < $1
      order by e.employee_id desc limit ${MAX_SORTED_NEIGHBOURS}
    ) e
    where ${IS_ADDED}`,
};

/** See EmployeeIds.listSimilarIds. */
export async function listSimilarIds(
  database: Database,
  employeeId: EmployeeId,
  others: readonly string[],
): Promise<readonly EmployeeId[]> {
  const rows = await database.query(READ_SIMILAR_IDS, employeeId, others);
  return rows.map((row) => text(row, 'employee_id') as EmployeeId);
}
