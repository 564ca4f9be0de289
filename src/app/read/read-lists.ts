// Lists of days: by date in pages, by employee in a stream.

import { present } from '../../domain/engine/present.js';
import type { Attendance } from '../../domain/facts/day.js';
import { type DayFilter, isListable, isWanted } from '../../domain/facts/day-filter.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { type LocalDate, monthIndex, monthsBetween } from '../../domain/time/local-date.js';
import type { Moments } from '../ports/attendance-store.js';
import type { DayCursor, DayPage, DayQuery, DayReads } from '../ports/day-reads.js';
import { TURNS } from '../ports/turns.js';
import type { ReadMoment } from './read-moment.js';

/** Lists of one employee over at most this many months are made from cached month blocks. */
const MAX_MONTHS_FROM_BLOCKS = 4;

/** How many of the store's pages without a match one call skips before it returns an empty page. */
const MAX_EMPTY_PAGES = 50;

/** Days per message of a stream. */
export const STREAM_CHUNK_DAYS = 500;

/** What to list. `moment` says for when. */
export interface ListQuery {
  readonly employeeId: EmployeeId | undefined;
  readonly groupId: string | undefined;
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /** By their status at the moment. */
  readonly filter: DayFilter;
  /** Also return days that are not stored but expected; never UNSCHEDULED. */
  readonly includeExpected: boolean;
  readonly after: DayCursor | undefined;
  readonly limit: number;
}

export interface AttendancePage {
  readonly attendances: readonly Attendance[];
  readonly next: DayCursor | undefined;
}

/** A page sorted by date, then employee. */
export async function listDays(
  store: DayReads & Moments,
  query: ListQuery,
  moment: ReadMoment,
  caller?: AbortSignal,
): Promise<AttendancePage> {
  const { employeeId, startDate, endDate } = query;
  if (employeeId !== undefined && moment.asOf === undefined) {
    const months = monthIndex(endDate) - monthIndex(startDate) + 1;
    if (months <= MAX_MONTHS_FROM_BLOCKS) {
      const page = await listFromBlocks(store, { ...query, employeeId }, moment, caller);
      if (page !== undefined) return page;
    }
  }
  for (let { after } = query, looked = 1; ; looked += 1) {
    const page = await store.listByDate({ ...query, ...moment, after }, caller);
    const shown = await presentPage(page, query, moment);
    const isFound = shown.attendances.length > 0;
    if (isFound || shown.next === undefined || looked === MAX_EMPTY_PAGES) return shown;
    after = shown.next;
  }
}

/** Undefined if the blocks are of different moments, because a page must be of one. */
async function listFromBlocks(
  store: DayReads & Moments,
  query: ListQuery & { readonly employeeId: EmployeeId },
  { now }: ReadMoment,
  caller: AbortSignal | undefined,
): Promise<AttendancePage | undefined> {
  const { employeeId, endDate, after, limit } = query;
  const months = monthsBetween(after?.date ?? query.startDate, endDate);
  const blocks = await Promise.all(
    months.map((month) => store.readMonth(employeeId, month, caller)),
  );
  if (new Set(blocks.map((block) => block?.version)).size > 1) return undefined;
  if (new Set(blocks.map((block) => block?.rosterVersion)).size > 1) return undefined;
  const attendances: Attendance[] = [];
  for (const block of blocks) {
    for (const day of block?.days ?? []) {
      if (block === undefined || !isInRange(day.date, query)) continue;
      if (TURNS.isOver) await TURNS.next();
      const subject = { employeeId, employeeName: block.employeeName, date: day.date };
      const attendance = present(subject, day, now);
      if (!isListed(attendance, query)) continue;
      const last = attendances.at(-1);
      if (attendances.length === limit && last !== undefined) {
        return { attendances, next: { employeeId, date: last.date } };
      }
      attendances.push(attendance);
    }
  }
  return { attendances, next: undefined };
}

function isInRange(date: LocalDate, { startDate, endDate, after }: ListQuery): boolean {
  return date >= startDate && date <= endDate && (after === undefined || date > after.date);
}

type Wanted = Pick<ListQuery, 'filter' | 'includeExpected'>;

/** Judges the presented day: a cleared day without other facts is only expected. */
function isListed(day: Attendance, { filter, includeExpected }: Wanted): boolean {
  return isListable(day, filter, includeExpected) && isWanted(day, filter);
}

/**
 * All days by employee, then date, in chunks of at most STREAM_CHUNK_DAYS. `after`: begins behind
 * this day.
 */
export async function* streamDays(
  store: Pick<DayReads, 'listByEmployee'>,
  query: Omit<ListQuery, 'after' | 'limit'>,
  moment: ReadMoment,
  caller?: AbortSignal,
  after?: DayCursor,
): AsyncGenerator<readonly Attendance[], void, undefined> {
  do {
    const whole: DayQuery = { ...query, ...moment, after, limit: STREAM_CHUNK_DAYS };
    const page = await store.listByEmployee(whole, caller);
    const { attendances } = await presentPage(page, query, moment);
    if (attendances.length > 0) yield attendances;
    after = page.next;
  } while (after !== undefined);
}

/** Filters again: a store may return more days, which only their presented status reveals. */
async function presentPage(
  page: DayPage,
  wanted: Wanted,
  { now }: ReadMoment,
): Promise<AttendancePage> {
  const days = await TURNS.map(page.days, ({ employeeId, employeeName, day }) =>
    present({ employeeId, employeeName, date: day.date }, day, now),
  );
  return { attendances: days.filter((day) => isListed(day, wanted)), next: page.next };
}
