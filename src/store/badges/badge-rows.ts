// Converts badges and punches in quarantine to rows and back.

import type { BadgeAssignment, QuarantinedPunch } from '../../app/ports/badges.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant, RecordTime } from '../../domain/time/time.js';
import { toldPunchOf } from '../facts/punch-rows.js';
import type { Row } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';

/** The columns that `badgeAssignment` reads, from the row with that alias. */
export function assignmentColumns(alias: string): string {
  const plain = [
    ...['badge_id', 'assignment_id', 'revision', 'employee_id', 'start_date', 'time_zone'],
    ...['start_time', 'actor', 'reason', 'recorded_at', 'superseded_by', 'superseded_reason'],
  ].map((column) => `${alias}.${column}`);
  const open = ['end_date', 'end_time', 'superseded_at'].map(
    (column) => `nullif(${alias}.${column}, 'infinity') as ${column}`,
  );
  return [...plain, ...open].join(', ');
}

export function badgeAssignment(row: Row): BadgeAssignment {
  const isOpen = row.end_date === null;
  return {
    badgeId: text(row, 'badge_id'),
    assignmentId: number(row, 'assignment_id'),
    revision: number(row, 'revision'),
    employeeId: text(row, 'employee_id') as EmployeeId,
    startDate: text(row, 'start_date') as LocalDate,
    endDate: isOpen ? undefined : (text(row, 'end_date') as LocalDate),
    timeZone: text(row, 'time_zone'),
    startTime: instant(row, 'start_time'),
    endTime: isOpen ? Infinity : instant(row, 'end_time'),
    actor: text(row, 'actor'),
    reason: text(row, 'reason'),
    recordedAt: number(row, 'recorded_at') as RecordTime,
    superseded:
      row.superseded_at === null
        ? undefined
        : {
            at: number(row, 'superseded_at') as RecordTime,
            actor: text(row, 'superseded_by'),
            reason: text(row, 'superseded_reason'),
          },
  };
}

const QUARANTINE_COLUMNS = [
  ...['quarantine_id', 'badge_id', 'time', 'kind', 'source', 'device_id', 'event_id', 'time_zone'],
  ...['latitude', 'longitude', 'accuracy_meters', 'labels', 'note', 'flags', 'actor'],
  ...['received_at', 'import_id', 'quarantined_at', 'restore', 'blocked'],
];

/** The columns that `quarantinedPunch` reads, from the row with that alias. */
export function quarantineColumns(alias: string): string {
  return QUARANTINE_COLUMNS.map((column) => `${alias}.${column}`).join(', ');
}

export function quarantinedPunch(row: Row): QuarantinedPunch {
  return {
    quarantineId: number(row, 'quarantine_id'),
    badgeId: text(row, 'badge_id'),
    punch: toldPunchOf(row),
    actor: text(row, 'actor'),
    receivedAt: instant(row, 'received_at'),
    importId: row.import_id === null ? undefined : text(row, 'import_id'),
    quarantinedAt: number(row, 'quarantined_at') as RecordTime,
    restore: row.restore === true,
    blocked: text(row, 'blocked'),
  };
}

function instant(row: Row, column: string): Instant {
  return Math.floor(number(row, column) / 1000) as Instant;
}
