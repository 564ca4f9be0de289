// Converts rows of roster changes to the records of the use cases.

import type { RosterChangeRecord } from '../../app/ports/roster-ports.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { Row } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import { epochDayOf } from './roster-codec.js';

/** The columns of roster_change that `changeRecordOf` reads. */
export const CHANGE_COLUMNS = `
  change_id, recorded_at, actor, reason, employee_id, shift_id, calendar_id, policy_id, start_date, end_date,
  employees_done, days_derived, days_changed, shift_overlaps, finished_at`;

export function changeRecordOf(row: Row): RosterChangeRecord {
  return {
    changeId: number(row, 'change_id'),
    recordedAt: number(row, 'recorded_at') as RecordTime,
    actor: text(row, 'actor'),
    reason: text(row, 'reason'),
    employeeId: row.employee_id === null ? undefined : (text(row, 'employee_id') as EmployeeId),
    shiftId: row.shift_id === null ? undefined : text(row, 'shift_id'),
    calendarId: row.calendar_id === null ? undefined : text(row, 'calendar_id'),
    policyId: row.policy_id === null ? undefined : text(row, 'policy_id'),
    firstDay: epochDayOf(text(row, 'start_date')),
    lastDay: epochDayOf(text(row, 'end_date')),
    employeesDone: number(row, 'employees_done'),
    daysDerived: number(row, 'days_derived'),
    daysChanged: number(row, 'days_changed'),
    shiftOverlaps: number(row, 'shift_overlaps'),
    finishedAt: row.finished_at === null ? undefined : (number(row, 'finished_at') as RecordTime),
  };
}
