// Reads the days and punches that a batch is decided on, under the locks, with one statement each.
// Data that was not requested is missing, and asking for it must fail: a day mistaken for a day
// never stored would be overwritten.

import type { Need } from '../../app/ports/batch.js';
import type { StoredDay } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import {
  FIRST_DATE,
  fromEpochDay,
  LAST_DATE,
  type LocalDate,
  toEpochDay,
} from '../../domain/time/local-date.js';
import { type Bound, bind, formatTimestamp, type Row } from '../postgres/database.js';
import { type Range, Ranges } from '../postgres/ranges.js';
import { dayColumns, storedDay, text } from '../postgres/rows.js';
import { joinVoid, punchColumns, recordedPunch } from './punch-rows.js';

export const READ_DAYS = {
  name: 'read_days',
  text: `
    select d.employee_id, ${dayColumns('d')}
    from unnest($1::text[], $2::date[], $3::date[]) t (employee_id, first_date, last_date)
    cross join lateral (
      select * from attendance_day d
      where d.employee_id = t.employee_id collate "C"
        and d.date between t.first_date and t.last_date
      order by d.date
    ) d`,
};

export const READ_PUNCHES = {
  name: 'read_punches',
  text: `
    select ${punchColumns('p')}
    from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) t (employee_id, first, last)
    cross join lateral (
      select * from punch p
      where p.employee_id = t.employee_id collate "C" and p.time between t.first and t.last
      order by p.time, p.sequence
    ) p
    ${joinVoid('p')}`,
};

/** The ranges of needs, joined. */
export interface NeedRanges {
  readonly days: Ranges;
  readonly punches: Ranges;
}

export function rangesOf(needs: readonly Need[]): NeedRanges {
  return { days: new Ranges(needs.map(daysOf)), punches: new Ranges(needs.map(punchesOf)) };
}

function daysOf({ employeeId, firstDay, lastDay }: Need) {
  return { employeeId, from: firstDay, to: lastDay };
}

function punchesOf({ employeeId, from, to }: Need) {
  return { employeeId, from, to };
}

/** The needs that are not within the ranges. */
export function notWithin(ranges: NeedRanges, needs: readonly Need[]): Need[] {
  return needs.filter(
    (need) => !ranges.days.covers(daysOf(need)) || !ranges.punches.covers(punchesOf(need)),
  );
}

/** Two statements; none if there is nothing to read. Their rows are for `found`. */
export function readRanges({ days, punches }: NeedRanges): Bound[] {
  const dates = clamped(days, FIRST_DAY, LAST_DAY);
  const times = clamped(punches, FIRST_TIME, LAST_TIME);
  if (dates.length === 0 && times.length === 0) return [];
  return [
    bind(
      READ_DAYS,
      dates.map(({ employeeId }) => employeeId),
      dates.map(({ from }) => fromEpochDay(from)),
      dates.map(({ to }) => fromEpochDay(to)),
    ),
    bind(
      READ_PUNCHES,
      times.map(({ employeeId }) => employeeId),
      times.map(({ from }) => formatTimestamp(from * 1000)),
      times.map(({ to }) => formatTimestamp(to * 1000)),
    ),
  ];
}

/** The bounds of days and punches. A need may reach beyond them, where nothing is. */
const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);
const FIRST_TIME = Date.parse('1899-12-01T00:00:00Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

function clamped(ranges: Ranges, first: number, last: number): Range[] {
  const within = ranges.list().map(({ employeeId, from, to }) => ({
    employeeId,
    from: Math.max(from, first),
    to: Math.min(to, last),
  }));
  return within.filter(({ from, to }) => from <= to);
}

/** Days and punches found by one or more reads under the same locks. */
export class Found {
  readonly #days = new Map<string, StoredDay>();
  readonly #punches = new Map<EmployeeId, Map<number, RecordedPunch>>();

  /** Rows of READ_DAYS and of READ_PUNCHES. */
  add(days: readonly Row[], punches: readonly Row[]): void {
    for (const row of days) {
      const day = storedDay(row);
      if (day !== undefined) this.#days.set(`${text(row, 'employee_id')} ${day.date}`, day);
    }
    for (const punch of punches.map(recordedPunch)) {
      const own = this.#punches.get(punch.employeeId);
      if (own === undefined) {
        this.#punches.set(punch.employeeId, new Map([[punch.punchId, punch]]));
      } else own.set(punch.punchId, punch);
    }
  }

  /** What was found within the ranges. */
  within(ranges: NeedRanges): FoundWithin {
    const punches = new Map<EmployeeId, readonly RecordedPunch[]>();
    return {
      day: (employeeId, date) => {
        const epochDay = toEpochDay(date);
        if (!ranges.days.covers({ employeeId, from: epochDay, to: epochDay })) {
          throw new RangeError(`the day ${date} of ${employeeId} was not among the needs`);
        }
        return this.#days.get(`${employeeId} ${date}`);
      },
      punches: (employeeId) => {
        const known = punches.get(employeeId);
        if (known !== undefined) return known;
        const own = this.#punchesWithin(employeeId, ranges.punches);
        punches.set(employeeId, own);
        return own;
      },
    };
  }

  #punchesWithin(employeeId: EmployeeId, ranges: Ranges): RecordedPunch[] {
    const own = [...(this.#punches.get(employeeId)?.values() ?? [])];
    return own
      .filter(({ time }) => ranges.covers({ employeeId, from: time, to: time }))
      .sort((a, b) => a.time - b.time || a.punchId - b.punchId);
  }
}

export interface FoundWithin {
  /** Throws RangeError for a date outside the ranges. */
  day(employeeId: EmployeeId, date: LocalDate): StoredDay | undefined;
  /** Sorted by time, then number. */
  punches(employeeId: EmployeeId): readonly RecordedPunch[];
}
