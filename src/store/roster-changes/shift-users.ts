// Checks the users of a shift when its hours change, under the lock of the roster's head, so that
// their own rosters cannot change meanwhile. It reads some users at a time and checks them one by
// one, with pauses for other work, so that many users take up neither the memory nor the process.

import { setImmediate } from 'node:timers/promises';
import { userConflict } from '../../app/roster/change-shared-roster.js';
import type { ShiftUsersCheck } from '../../app/roster/roster-conflicts.js';
import { MAX_CHECKED_USERS, type RosterChangeView } from '../../app/roster/roster-decision.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { bind, type Session, type Statement } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import type { RosterReader, WantedRoster } from '../rosters/roster-reader.js';
import { assignmentRecordOf } from '../rosters/roster-rows.js';
import { READ_OWN_ASSIGNMENTS } from '../rosters/roster-statements.js';

/** How many users' rosters are read at a time: decoded in some milliseconds. */
const USERS_AT_A_TIME = 50;

/** How long users are checked before other work may run, in milliseconds. */
const MAX_STRETCH_MS = 5;

export const READ_SHIFT_USERS: Statement = {
  name: 'read_shift_users',
  text: `
    select u.employee_id, e.roster_version
    from shift_user u
    cross join lateral (
      select * from employee e where e.employee_id = u.employee_id limit 1
    ) e
    where u.shift_id = $1 and u.employee_id > $2
    order by u.employee_id
    limit $3`,
};

/** Throws SHIFTS_OVERLAP for the first user, by id, whom the changed shift puts in two places. */
export async function refuseUserConflicts(
  session: Session,
  reader: RosterReader,
  { shift, roster }: Pick<RosterChangeView, 'shift' | 'roster'>,
  check: ShiftUsersCheck,
): Promise<void> {
  let after = '';
  for (let count = 0; count < MAX_CHECKED_USERS && !check.isSpent; count += USERS_AT_A_TIME) {
    const [rows = []] = await session.pipeline([
      bind(READ_SHIFT_USERS, shift?.shiftId ?? '', after, USERS_AT_A_TIME),
    ]);
    const wanted = rows.map((row) => ({
      employeeId: text(row, 'employee_id') as EmployeeId,
      rosterVersion: number(row, 'roster_version'),
    }));
    await lookAtSome(session, reader, roster, check, wanted);
    if (wanted.length < USERS_AT_A_TIME) return;
    after = wanted.at(-1)?.employeeId ?? '';
  }
}

async function lookAtSome(
  session: Session,
  reader: RosterReader,
  roster: RosterChangeView['roster'],
  check: ShiftUsersCheck,
  wanted: readonly WantedRoster[],
): Promise<void> {
  const rosters = await reader.employees(session, wanted);
  let since = performance.now();
  for (const { employeeId } of wanted) {
    const employee = rosters.get(employeeId);
    if (employee === undefined) continue;
    const overlap = check.overlapOf(employee);
    if (overlap !== undefined) {
      const [rows = []] = await session.pipeline([bind(READ_OWN_ASSIGNMENTS, [employeeId])]);
      const assignments = rows.map(assignmentRecordOf);
      throw userConflict(roster, employeeId, employee, overlap, assignments);
    }
    if (performance.now() - since < MAX_STRETCH_MS) continue;
    await setImmediate();
    since = performance.now();
  }
}
