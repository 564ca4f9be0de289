// Converts PostgreSQL's rows to domain values and back. The columns of a day's result are the same
// in attendance_day and attendance_change.

import { TURNS } from '../../app/ports/turns.js';
import { settledAnomalies, settlesAt } from '../../domain/engine/present.js';
import { parseWorkText, workText } from '../../domain/engine/work-codec.js';
import {
  ANOMALIES,
  type Anomaly,
  type DayResult,
  type DayWork,
  type ExcusedTime,
  ORIGINS,
  PORTIONS,
  STATUSES,
  type Status,
  type StoredDay,
} from '../../domain/facts/day.js';
import { leaveTimesText, parseLeaveTimesText } from '../../domain/facts/leave-times-text.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { formatTimestamp, type Row } from './database.js';

/** The position of a word in its list, from 1, as smallint columns store it. */
export function codeOf<T>(words: readonly T[], word: T): number {
  const index = words.indexOf(word);
  if (index < 0) throw new Error(`${String(word)} is not stored`);
  return index + 1;
}

export function wordOf<T>(words: readonly T[], code: unknown): T {
  const word = typeof code === 'number' ? words[code - 1] : undefined;
  if (word === undefined) throw new Error(`stored code ${String(code)} is unknown`);
  return word;
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`column ${column} is not text`);
  return value;
}

/** Undefined for null. */
export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`column ${column} is not a number`);
  return value;
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new Error(`column ${column} is not bytea`);
  return value;
}

/** The columns that `storedDay` reads, of the table with that alias. */
export function dayColumns(alias: string): string {
  return [
    'date',
    'status',
    'origin',
    'portion',
    'other_half_status',
    'leave_type_id',
    'other_half_leave_type_id',
    'leave_times',
    'note',
    'work',
    'engine_version',
    'revision',
    'recorded_at',
  ]
    .map((column) => `${alias}.${column}`)
    .join(', ');
}

/** The day in a row; undefined if an outer join found none. */
export function storedDay(row: Row): StoredDay | undefined {
  if (row.revision === null) return undefined;
  return {
    date: text(row, 'date') as LocalDate,
    result: dayResult(row),
    engineVersion: number(row, 'engine_version'),
    revision: number(row, 'revision'),
    recordedAt: number(row, 'recorded_at') as RecordTime,
  };
}

/** The days in rows, by row. Read in turns, because a day's work can be a long text. */
export async function storedDays(rows: readonly Row[]): Promise<ReadonlyMap<Row, StoredDay>> {
  const days = await TURNS.map(rows, storedDay);
  return new Map(
    rows.flatMap((row, index) => {
      const day = days[index];
      return day === undefined ? [] : [[row, day]];
    }),
  );
}

function dayResult(row: Row): DayResult | undefined {
  if (row.status === null) return undefined;
  const other = row.other_half_status;
  return {
    status: wordOf<Status>(STATUSES, row.status),
    origin: wordOf(ORIGINS, row.origin),
    portion: wordOf(PORTIONS, row.portion),
    otherHalfStatus: other === null ? undefined : wordOf<Status>(STATUSES, other),
    leaveTypeId: optionalText(row, 'leave_type_id'),
    otherHalfLeaveTypeId: optionalText(row, 'other_half_leave_type_id'),
    leaveTimes: leaveTimes(optionalText(row, 'leave_times')),
    note: text(row, 'note'),
    work: dayWork(row.work),
  };
}

function leaveTimes(column: string | undefined): readonly ExcusedTime[] {
  const found = parseLeaveTimesText(column ?? '');
  if (found === undefined) throw new Error('stored leave times are not readable');
  return found;
}

function dayWork(column: unknown): DayWork {
  const work = parseWorkText(typeof column === 'string' ? column : '');
  if (work === undefined) throw new Error('stored work is not readable');
  return work;
}

/** The value of the column `anomalies`. */
export function anomalyBits(anomalies: readonly Anomaly[]): number {
  return anomalies.reduce((bits, anomaly) => bits | (1 << ANOMALIES.indexOf(anomaly)), 0);
}

/** The result columns, each as an array over the results: parameters for `unnest`. */
export function resultArrays(results: readonly (DayResult | undefined)[]): unknown[][] {
  return [
    results.map((result) => (result ? codeOf<Status>(STATUSES, result.status) : null)),
    results.map((result) => (result ? codeOf(ORIGINS, result.origin) : null)),
    results.map((result) => (result ? codeOf(PORTIONS, result.portion) : null)),
    results.map((result) =>
      result?.otherHalfStatus ? codeOf<Status>(STATUSES, result.otherHalfStatus) : null,
    ),
    results.map((result) => result?.leaveTypeId ?? null),
    results.map((result) => result?.otherHalfLeaveTypeId ?? null),
    results.map((result) => (result && leaveTimesText(result.leaveTimes)) || null),
    results.map((result) => result?.note ?? ''),
    results.map((result) => (result && workText(result.work)) || null),
    results.map((result) => (result ? anomalyBits(settledAnomalies(result)) : 0)),
    results.map((result) => {
      const at = result && settlesAt(result);
      return at === undefined ? null : formatTimestamp(at * 1000);
    }),
  ];
}
