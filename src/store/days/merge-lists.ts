// Merges lists while a few employees have stale days. The page of all others is read as stored,
// each of these employees is read alone with derived days, and the pages become one. Each
// employee's days are of one moment, as in their page.

import type { DayCursor, DayPage, DayQuery, EmployeeDay } from '../../app/ports/day-reads.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Row } from '../postgres/database.js';

/**
 * Each is read for every page. If more employees have stale days, all employees' days are derived.
 */
const MAX_STALE_APART = 10;

/** Stands for all employees in a list of ids. No id has this character. */
export const EVERYBODY = '*';

/** The order of a list. */
export interface ListOrder {
  compare(a: DayCursor, b: DayCursor): number;
  /** The query for one employee's part of a page that ends at `end`; undefined: no part. */
  partOf(employeeId: EmployeeId, query: DayQuery, end: DayCursor | undefined): DayQuery | undefined;
}

const textOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** By date, then employee. */
export const BY_DATE_ORDER: ListOrder = {
  compare: (a, b) => textOrder(a.date, b.date) || textOrder(a.employeeId, b.employeeId),
  partOf(employeeId, query, end) {
    const { after } = query;
    const endDate = end === undefined || end.date > query.endDate ? query.endDate : end.date;
    if (after === undefined) return { ...query, employeeId, endDate };
    // Employees after the cursor's employee still have to come on the cursor's date.
    const date = employeeId > after.employeeId ? dayBefore(after.date) : after.date;
    return { ...query, employeeId, endDate, after: { employeeId, date } };
  },
};

/** By employee, then date. */
export const BY_EMPLOYEE_ORDER: ListOrder = {
  compare: (a, b) => textOrder(a.employeeId, b.employeeId) || textOrder(a.date, b.date),
  partOf(employeeId, query, end) {
    const { after } = query;
    if (end !== undefined && employeeId > end.employeeId) return undefined;
    if (after === undefined || employeeId > after.employeeId) {
      return { ...query, employeeId, after: undefined };
    }
    return employeeId === after.employeeId ? { ...query, employeeId } : undefined;
  },
};

/**
 * The employees to read apart, from the ids in the row's `stale`, each once. Undefined if all
 * wanted employees must be read so: there are too many, or `only` is one of them.
 */
export function staleIn(row: Row, only: EmployeeId | undefined): readonly EmployeeId[] | undefined {
  if (!Array.isArray(row.stale)) throw new Error('column stale is not a list');
  const stale = new Set(row.stale as string[]);
  if (only !== undefined) return stale.has(only) ? undefined : [];
  if (stale.has(EVERYBODY) || stale.size > MAX_STALE_APART) return undefined;
  return [...stale] as EmployeeId[];
}

/** `page` has no days of the `stale` employees. `read` returns a page of one employee. */
export async function withStale(
  page: DayPage,
  stale: readonly EmployeeId[],
  query: DayQuery,
  order: ListOrder,
  read: (query: DayQuery) => Promise<DayPage>,
): Promise<DayPage> {
  let { next } = page;
  const all = [...page.days];
  for (const employeeId of stale) {
    const part = order.partOf(employeeId, query, next);
    if (part === undefined) continue;
    const theirs = await read(part);
    all.push(...theirs.days);
    // Days after this place are not all known.
    if (theirs.next !== undefined && (next === undefined || order.compare(theirs.next, next) < 0)) {
      next = theirs.next;
    }
  }
  const end = next;
  const known = all
    .filter((day) => end === undefined || order.compare(placeOf(day), end) <= 0)
    .sort((a, b) => order.compare(placeOf(a), placeOf(b)));
  const days = known.slice(0, query.limit);
  const last = days.at(-1);
  const isCut = known.length > days.length && last !== undefined;
  return { days, next: isCut ? placeOf(last) : end };
}

function placeOf({ employeeId, day }: EmployeeDay): DayCursor {
  return { employeeId, date: day.date };
}

/** For exclusive bounds only: it can be the day before the first date that exists. */
export function dayBefore(date: LocalDate): LocalDate {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10) as LocalDate;
}
