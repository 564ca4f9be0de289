// Archives what a roster file says is archived, as the last step: an archived shift can no longer
// be assigned, and any other change of an employee brings the employee back. Pure.

import type { RosterProblem } from './roster-file.js';
import type { RosterStep } from './roster-plan.js';
import type { RosterEntry } from './roster-row.js';
import type { KnownRoster } from './roster-snapshot.js';

type ShiftEntry = Extract<RosterEntry, { type: 'shift' }>;
type EmployeeEntry = Extract<RosterEntry, { type: 'employee' }>;

/** The shifts to archive, each once. */
export function shiftsToArchive(
  entries: readonly ShiftEntry[],
  known: KnownRoster,
): readonly RosterStep[] {
  const wanted = new Map<string, number>();
  for (const { archived, shiftId, line } of entries) {
    if (archived && !wanted.has(shiftId)) wanted.set(shiftId, line);
  }
  const missing = [...wanted].filter(([shiftId]) => known.shifts.get(shiftId)?.archived !== true);
  return missing.map(([shiftId, line]) => ({
    line,
    type: 'shift',
    what: `shift ${shiftId}`,
    about: `shift ${shiftId}`,
    needs: [],
    verb: 'UPDATE',
    send: (client, sending) => client.archiveShift({ shiftId, ...sending }),
  }));
}

/**
 * The employees to archive. `changed`: the lines of employees who are changed, and so brought back.
 */
export function employeesToArchive(
  entries: readonly EmployeeEntry[],
  known: KnownRoster,
  changed: ReadonlySet<number>,
): readonly RosterStep[] {
  const isArchived = ({ employeeId, line }: EmployeeEntry) =>
    known.employees.get(employeeId)?.employee.archived === true && !changed.has(line);
  const missing = entries.filter((entry) => entry.archived === true && !isArchived(entry));
  return missing.map(({ employeeId, line }) => ({
    line,
    type: 'employee',
    what: `employee ${employeeId}`,
    about: `employee ${employeeId}`,
    needs: [],
    verb: 'UPDATE',
    send: (client, sending) => client.archiveEmployee({ employeeId, ...sending }),
  }));
}

/** Rows of one shift that contradict each other. */
export function archivingProblems(entries: readonly ShiftEntry[]): readonly RosterProblem[] {
  const first = new Map<string, ShiftEntry>();
  return entries.flatMap((entry) => {
    const { shiftId, line } = entry;
    const before = first.get(shiftId) ?? entry;
    first.set(shiftId, before);
    if (before.archived === entry.archived) return [];
    const says = `archived must be the same in all rows of shift ${shiftId}: see line ${before.line}`;
    return [{ line, says }];
  });
}
