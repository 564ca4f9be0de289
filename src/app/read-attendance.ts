// Reading attendance: one day, lists in both orders, and the history of a day.

import type { Attendance, Status, StoredDay } from '../domain/day.js';
import type { EmployeeId } from '../domain/employee-id.js';
import { AttendanceError } from '../domain/errors.js';
import { type LocalDate, monthIndex, monthOf, monthsBetween } from '../domain/local-date.js';
import { NO_PLAN } from '../domain/plan.js';
import { type DaySubject, present } from '../domain/present.js';
import { type Instant, instantOf, type RecordTime } from '../domain/time.js';
import type { AttendanceStore, DayCursor, DayPage, DayQuery, DayRevision } from './ports.js';

/** Lists of one employee over at most this many months are put together from cached blocks. */
const MAX_MONTHS_FROM_BLOCKS = 4;

/** Days per message of a stream. */
export const STREAM_CHUNK_DAYS = 500;

/** The moment of a read: now, or a past one whose commits are all known. */
export interface ReadMoment {
  readonly now: Instant;
  readonly asOf: RecordTime | undefined;
}

/**
 * The moment a caller wants to read at. Throws AS_OF_TIME_NOT_SETTLED when commits can still
 * arrive before it.
 */
export async function readMoment(
  store: AttendanceStore,
  asOf: RecordTime | undefined,
  now: Instant,
): Promise<ReadMoment> {
  if (asOf === undefined) return { now, asOf };
  const settled = await store.settle(asOf);
  if (asOf > settled) {
    throw new AttendanceError({ kind: 'AS_OF_TIME_NOT_SETTLED', sent: asOf, settled });
  }
  return { now: instantOf(asOf), asOf };
}

/** One employee's day; throws EMPLOYEE_NOT_FOUND. */
export async function getDay(
  store: AttendanceStore,
  employeeId: EmployeeId,
  date: LocalDate,
  { now, asOf }: ReadMoment,
): Promise<Attendance> {
  const found =
    asOf === undefined
      ? await currentDay(store, employeeId, date)
      : await store.readDayAsOf(employeeId, date, asOf);
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  return present({ employeeId, employeeName: found.employeeName, date }, found.day, NO_PLAN, now);
}

async function currentDay(
  store: AttendanceStore,
  employeeId: EmployeeId,
  date: LocalDate,
): Promise<{ employeeName: string; day: StoredDay | undefined } | undefined> {
  const block = await store.readMonth(employeeId, monthOf(date));
  if (block === undefined) return undefined;
  return {
    employeeName: block.employeeName,
    day: block.days.find((candidate) => candidate.date === date),
  };
}

/** What to list; `moment` says when. */
export interface ListQuery {
  readonly employeeId: EmployeeId | undefined;
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  readonly statuses: readonly Status[] | undefined;
  readonly after: DayCursor | undefined;
  readonly limit: number;
}

export interface AttendancePage {
  readonly attendances: readonly Attendance[];
  readonly next: DayCursor | undefined;
}

/** A page by date, then employee. */
export async function listDays(
  store: AttendanceStore,
  query: ListQuery,
  moment: ReadMoment,
): Promise<AttendancePage> {
  const { employeeId, startDate, endDate } = query;
  if (employeeId !== undefined && moment.asOf === undefined) {
    const months = monthIndex(endDate) - monthIndex(startDate) + 1;
    if (months <= MAX_MONTHS_FROM_BLOCKS) {
      const page = await listFromBlocks(store, query, employeeId);
      if (page !== undefined) return presentPage(page, moment);
    }
  }
  return presentPage(await store.listByDate({ ...query, asOf: moment.asOf }), moment);
}

/** Undefined when the blocks are of different moments: a page is one moment's. */
async function listFromBlocks(
  store: AttendanceStore,
  query: ListQuery,
  employeeId: EmployeeId,
): Promise<DayPage | undefined> {
  const { endDate, after, limit } = query;
  const months = monthsBetween(after?.date ?? query.startDate, endDate);
  const blocks = await Promise.all(months.map((month) => store.readMonth(employeeId, month)));
  if (new Set(blocks.map((block) => block?.version)).size > 1) return undefined;
  const hits = blocks.flatMap((block) =>
    block === undefined
      ? []
      : block.days
          .filter((day) => isWanted(day, query))
          .map((day) => ({ employeeId, employeeName: block.employeeName, day })),
  );
  const days = hits.slice(0, limit);
  const last = hits.length > limit ? days.at(-1) : undefined;
  return { days, next: last && { employeeId, date: last.day.date } };
}

function isWanted(day: StoredDay, query: ListQuery): boolean {
  const { startDate, endDate, statuses, after } = query;
  if (day.result === undefined || day.date < startDate || day.date > endDate) return false;
  if (after !== undefined && day.date <= after.date) return false;
  return statuses === undefined || statuses.includes(day.result.status);
}

/** All days by employee, then date, in runs of at most STREAM_CHUNK_DAYS. */
export async function* streamDays(
  store: AttendanceStore,
  query: Omit<ListQuery, 'after' | 'limit'>,
  moment: ReadMoment,
): AsyncGenerator<readonly Attendance[], void, undefined> {
  let after: DayCursor | undefined;
  do {
    const whole: DayQuery = { ...query, asOf: moment.asOf, after, limit: STREAM_CHUNK_DAYS };
    const page = await store.listByEmployee(whole);
    if (page.days.length > 0) yield presentPage(page, moment).attendances;
    after = page.next;
  } while (after !== undefined);
}

function presentPage(page: DayPage, { now }: ReadMoment): AttendancePage {
  const attendances = page.days.map(({ employeeId, employeeName, day }) =>
    present({ employeeId, employeeName, date: day.date }, day, NO_PLAN, now),
  );
  return { attendances, next: page.next };
}

/** One change of a day, as a caller sees it. */
export interface Revision {
  readonly actor: string;
  readonly cause: DayRevision['cause'];
  readonly reason: string;
  readonly before: Attendance;
  readonly after: Attendance;
}

export interface RevisionPage {
  readonly revisions: readonly Revision[];
  /** The revision to go on behind; undefined when the history ends here. */
  readonly next: number | undefined;
}

/** The history of a day, the oldest first; throws EMPLOYEE_NOT_FOUND. */
export async function listHistory(
  store: AttendanceStore,
  employeeId: EmployeeId,
  date: LocalDate,
  page: { readonly afterRevision: number; readonly limit: number },
  { now, asOf }: ReadMoment,
): Promise<RevisionPage> {
  // One before, for `before` of the first, and one behind, to know whether it ends.
  const overlap = page.afterRevision > 0 ? 1 : 0;
  const found = await store.listRevisions({
    employeeId,
    date,
    asOf,
    afterRevision: page.afterRevision - overlap,
    limit: page.limit + overlap + 1,
  });
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  const subject: DaySubject = { employeeId, employeeName: found.employeeName, date };
  const changes = found.revisions.slice(0, page.limit + overlap);
  const days = changes.map((change) => present(subject, change.day, NO_PLAN, now));
  const nothing = present(subject, undefined, NO_PLAN, now);
  const revisions = changes.flatMap((change, index) => {
    const after = days[index];
    if (index < overlap || after === undefined) return [];
    const { actor, cause, reason } = change;
    return [{ actor, cause, reason, before: days[index - 1] ?? nothing, after }];
  });
  const more = found.revisions.length > changes.length;
  return { revisions, next: more ? changes.at(-1)?.day.revision : undefined };
}
