// Looks at those who have a shift when its hours change, under the lock of the roster's head: their own
// cannot change meanwhile. Some at a time are read, and one after another is looked at, with a
// pause for others in between: neither memory nor a process is taken up by the many there are.

import { setImmediate } from 'node:timers/promises';
import { userConflict } from '../app/change-shared-roster.js';
import { MAX_CHECKED_USERS, type RosterChangeView } from '../app/roster-decision.js';
import type { ShiftUsersCheck } from '../app/shift-users.js';
import type { EmployeeId } from '../domain/employee-id.js';
import { bind, type Session, type Statement } from './database.js';
import type { RosterReader, WantedRoster } from './roster-reader.js';
import { assignmentRecordOf } from './roster-rows.js';
import { READ_OWN_ASSIGNMENTS } from './roster-statements.js';
import { number, text } from './rows.js';

/** Whose rosters are read at a time: with a year of single dates each, some megabytes. */
const USERS_AT_A_TIME = 100;

/** For how long users are looked at before others may work. */
const MAX_STRETCH_MS = 5;

export const READ_SHIFT_USERS: Statement = {
  name: 'read_shift_users',
  text: `
    select u.employee_id, e.roster_version
    from shift_user u
    cross join lateral (
      select * from employee e where e.employee_id = u.employee_id limit 1
    ) e
    where u.shift_id = $1
    order by u.employee_id
    limit $2`,
};

/** Throws SHIFTS_OVERLAP for the first user, by id, whom the changed shift puts in two places. */
export async function refuseUserConflicts(
  session: Session,
  reader: RosterReader,
  { shift, roster }: Pick<RosterChangeView, 'shift' | 'roster'>,
  check: ShiftUsersCheck,
): Promise<void> {
  const [rows = []] = await session.pipeline([
    bind(READ_SHIFT_USERS, shift?.shiftId ?? '', MAX_CHECKED_USERS),
  ]);
  const wanted = rows.map((row) => ({
    employeeId: text(row, 'employee_id') as EmployeeId,
    rosterVersion: number(row, 'roster_version'),
  }));
  for (let index = 0; index < wanted.length && !check.isSpent; index += USERS_AT_A_TIME) {
    const some = wanted.slice(index, index + USERS_AT_A_TIME);
    await lookAtSome(session, reader, roster, check, some);
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
      const [rows = []] = await session.pipeline([bind(READ_OWN_ASSIGNMENTS, employeeId)]);
      const assignments = rows.map(assignmentRecordOf);
      throw userConflict(roster, employeeId, employee, overlap, assignments);
    }
    if (performance.now() - since < MAX_STRETCH_MS) continue;
    await setImmediate();
    since = performance.now();
  }
  // Rosters in memory are given without any wait.
  await setImmediate();
}
