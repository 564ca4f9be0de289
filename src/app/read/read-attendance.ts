// Reading attendance: one day, why it is as it is, lists in both orders, and the history of a day.

import type { KnownDay } from '../../domain/engine/day-under-plan.js';
import { derive } from '../../domain/engine/derive.js';
import {
  type DaySubject,
  type PresentableDay,
  present,
  presentResult,
  unplannedIn,
} from '../../domain/engine/present.js';
import type { Finding } from '../../domain/explain/finding.js';
import type { Attendance, DayResult } from '../../domain/facts/day.js';
import { type DayFilter, isListable, isWanted } from '../../domain/facts/day-filter.js';
import { declarationIn } from '../../domain/facts/declaration.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { zoneOfDay } from '../../domain/roster/plan.js';
import {
  type LocalDate,
  monthIndex,
  monthOf,
  monthsBetween,
} from '../../domain/time/local-date.js';
import { type Instant, instantOf, type RecordTime } from '../../domain/time/time.js';
import type { Zone } from '../../domain/time/zone.js';
import type {
  AttendanceStore,
  DayBasis,
  DayCursor,
  DayPage,
  DayQuery,
  DayRevision,
  MonthBlock,
  PunchPage,
  PunchQuery,
} from '../ports/ports.js';
import { TURNS } from '../ports/turns.js';

/** Lists of one employee over at most this many months are put together from cached blocks. */
const MAX_MONTHS_FROM_BLOCKS = 4;

/** Pages of the store without a match that are passed over for one call, before it answers with none. */
const MAX_EMPTY_PAGES = 50;

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
  caller?: AbortSignal,
): Promise<ReadMoment> {
  if (asOf === undefined) return { now, asOf };
  const settled = await store.settle(asOf, caller);
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
  caller?: AbortSignal,
): Promise<Attendance> {
  const found =
    asOf === undefined
      ? await currentDay(store, employeeId, date, caller)
      : await store.readDayAsOf(employeeId, date, asOf, caller);
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  return present({ employeeId, employeeName: found.employeeName, date }, found.day, now);
}

async function currentDay(
  store: AttendanceStore,
  employeeId: EmployeeId,
  date: LocalDate,
  caller: AbortSignal | undefined,
): Promise<{ readonly employeeName: string; readonly day: KnownDay | undefined } | undefined> {
  const block = await store.readMonth(employeeId, monthOf(date), caller);
  if (block === undefined) return undefined;
  return {
    employeeName: block.employeeName,
    day: block.days.find((candidate) => candidate.date === date) ?? nothingOn(date, block),
  };
}

/** A day that nobody stored and nothing is expected on. */
function nothingOn(date: LocalDate, { zones }: MonthBlock): KnownDay {
  const day = Number(date.slice(8));
  const zone = zones.findLast(({ firstDay }) => firstDay <= day);
  return { date, result: unplannedIn(zone?.name ?? ''), revision: 0, recordedAt: undefined };
}

/** An employee's date. */
export interface EmployeeDate {
  readonly employeeId: EmployeeId;
  readonly date: LocalDate;
}

/** How many months of employees are read at a time for one caller. */
const MONTHS_AT_A_TIME = 8;

/** Days of several employees and dates, in order; undefined where there is no such employee. */
export async function getDays(
  store: AttendanceStore,
  wanted: readonly EmployeeDate[],
  { now }: ReadMoment,
  caller?: AbortSignal,
): Promise<readonly (Attendance | undefined)[]> {
  const blocks = await readBlocks(store, wanted, caller);
  return await TURNS.map(wanted, ({ employeeId, date }) => {
    const block = blocks.get(blockKey(employeeId, date));
    if (block === undefined) return undefined;
    const day = block.days.find((one) => one.date === date) ?? nothingOn(date, block);
    return present({ employeeId, employeeName: block.employeeName, date }, day, now);
  });
}

function blockKey(employeeId: EmployeeId, date: LocalDate): string {
  return `${employeeId} ${monthOf(date)}`;
}

async function readBlocks(
  store: AttendanceStore,
  wanted: readonly EmployeeDate[],
  caller: AbortSignal | undefined,
): Promise<ReadonlyMap<string, MonthBlock>> {
  const blocks = new Map<string, MonthBlock>();
  const left = new Map(wanted.map((one) => [blockKey(one.employeeId, one.date), one]));
  const entries = left.entries();
  const worker = async () => {
    for (const [key, { employeeId, date }] of entries) {
      const block = await store.readMonth(employeeId, monthOf(date), caller);
      if (block !== undefined) blocks.set(key, block);
    }
  };
  await Promise.all(Array.from({ length: MONTHS_AT_A_TIME }, worker));
  return blocks;
}

/** A day and why it is as it is. */
export interface ExplainedDay {
  readonly attendance: Attendance;
  /** Every rule that fired, in order. */
  readonly findings: readonly Finding[];
  /** The one to tell times in: that of the date's shifts, else the employee's. */
  readonly zone: Zone;
}

/** The day as `getDay` gives it, derived once more from its facts; throws EMPLOYEE_NOT_FOUND. */
export async function explainDay(
  store: AttendanceStore,
  employeeId: EmployeeId,
  date: LocalDate,
  { now, asOf }: ReadMoment,
  caller?: AbortSignal,
): Promise<ExplainedDay> {
  const basis = await store.readDayFacts(employeeId, date, asOf, caller);
  if (basis === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  const { plan, stored } = basis;
  await TURNS.next();
  const findings: Finding[] = [];
  const result = derive(factsOf(basis), plan, findings);
  const subject: DaySubject = { employeeId, employeeName: basis.employeeName, date };
  const derived = presentResult(subject, result, now, findings);
  const { revision, recordedAt: updateTime } = stored ?? { revision: 0, recordedAt: undefined };
  return { attendance: { ...derived, revision, updateTime }, findings, zone: zoneOfDay(plan) };
}

function factsOf({ stored, punches }: DayBasis) {
  return { declaration: declarationIn(stored?.result), punches };
}

/** What to list; `moment` says when. */
export interface ListQuery {
  readonly employeeId: EmployeeId | undefined;
  readonly groupId: string | undefined;
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /** As they are at the moment. */
  readonly filter: DayFilter;
  /** Also days that nobody stored and something is expected on; never UNSCHEDULED. */
  readonly includeExpected: boolean;
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

/** Undefined when the blocks are of different moments: a page is one moment's. */
async function listFromBlocks(
  store: AttendanceStore,
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

/** By what is seen: a day whose mark was cleared, and nothing else is known of, is only expected. */
function isListed(day: Attendance, { filter, includeExpected }: Wanted): boolean {
  return isListable(day, filter, includeExpected) && isWanted(day, filter);
}

/** All days by employee, then date, in runs of at most STREAM_CHUNK_DAYS. */
export async function* streamDays(
  store: AttendanceStore,
  query: Omit<ListQuery, 'after' | 'limit'>,
  moment: ReadMoment,
  caller?: AbortSignal,
): AsyncGenerator<readonly Attendance[], void, undefined> {
  let after: DayCursor | undefined;
  do {
    const whole: DayQuery = { ...query, ...moment, after, limit: STREAM_CHUNK_DAYS };
    const page = await store.listByEmployee(whole, caller);
    const { attendances } = await presentPage(page, query, moment);
    if (attendances.length > 0) yield attendances;
    after = page.next;
  } while (after !== undefined);
}

/** A store may give more days than were asked for; which these are, only their status tells. */
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

/** Which revisions of a day are wanted. */
export interface HistoryQuery {
  /** The last that is known already; 0: none. */
  readonly afterRevision: number;
  readonly limit: number;
  /** Whether the next one still belongs to the page; asked once for each. The first always does. */
  fits(revision: Revision): boolean;
}

/**
 * How many revisions are read at a time. Of a day of many punches each has all of its sessions, and
 * those that do not fit are read for nothing.
 */
const REVISIONS_AT_A_TIME = 50;

/**
 * The history of a day, the oldest first: stored days as they were stored, whatever roster came
 * later. Before the first, and where no fact stood, it is what the roster known at that moment
 * expected: what was told then is never told differently. Throws EMPLOYEE_NOT_FOUND.
 */
export async function listHistory(
  store: AttendanceStore,
  employeeId: EmployeeId,
  date: LocalDate,
  { afterRevision, limit, fits }: HistoryQuery,
  moment: ReadMoment,
  caller?: AbortSignal,
): Promise<RevisionPage> {
  const revisions: Revision[] = [];
  let next: number | undefined = afterRevision;
  while (next !== undefined && revisions.length < limit) {
    const some = Math.min(limit - revisions.length, REVISIONS_AT_A_TIME);
    const page = { afterRevision: next, limit: some };
    const part: RevisionPage = await someHistory(store, employeeId, date, page, moment, caller);
    for (const revision of part.revisions) {
      if (!fits(revision)) return { revisions, next: revisions.at(-1)?.after.revision };
      revisions.push(revision);
    }
    next = part.next;
  }
  return { revisions, next };
}

async function someHistory(
  store: AttendanceStore,
  employeeId: EmployeeId,
  date: LocalDate,
  { afterRevision, limit }: { readonly afterRevision: number; readonly limit: number },
  { now, asOf }: ReadMoment,
  caller?: AbortSignal,
): Promise<RevisionPage> {
  // One before, for `before` of the first, and one behind, to know whether it ends.
  const overlap = afterRevision > 0 ? 1 : 0;
  const range = { afterRevision: afterRevision - overlap, limit: limit + overlap + 1 };
  const found = await store.listRevisions({ employeeId, date, asOf, ...range }, caller);
  if (found === undefined) throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId });
  const subject: DaySubject = { employeeId, employeeName: found.employeeName, date };
  const resultOf = async ({ day }: DayRevision): Promise<DayResult | undefined> =>
    day.result ?? (await expectedAt(store, subject, day.recordedAt, caller));
  const changes = found.revisions.slice(0, limit + overlap);
  const results = await Promise.all(changes.map(resultOf));
  const days = await TURNS.map(
    changes,
    ({ day: { revision, recordedAt } }, index) => {
      const result = results[index];
      return present(subject, result && { result, revision, recordedAt }, now);
    },
    caller,
  );
  const nothing = await beforeAll(store, subject, changes[0], caller);
  const revisions = changes.flatMap((change, index) => {
    const after = days[index];
    if (index < overlap || after === undefined) return [];
    const { actor, cause, reason } = change;
    const before = days[index - 1] ?? present(subject, nothing, now);
    return [{ actor, cause, reason, before, after }];
  });
  const more = found.revisions.length > changes.length;
  return { revisions, next: more ? changes.at(-1)?.day.revision : undefined };
}

/** What a day without a standing fact was known as at a moment of its history. */
async function expectedAt(
  store: AttendanceStore,
  { employeeId, date }: DaySubject,
  moment: RecordTime,
  caller: AbortSignal | undefined,
): Promise<DayResult | undefined> {
  return (await store.readDayAsOf(employeeId, date, moment, caller))?.day.result;
}

/** The day before its first change; undefined where nothing was known of it, or of the employee. */
async function beforeAll(
  store: AttendanceStore,
  subject: DaySubject,
  first: DayRevision | undefined,
  caller: AbortSignal | undefined,
): Promise<PresentableDay | undefined> {
  if (first?.day.revision !== 1) return undefined;
  const moment = (first.day.recordedAt - 1) as RecordTime;
  const result = await expectedAt(store, subject, moment, caller);
  return result && { result, revision: 0, recordedAt: undefined };
}

/** One employee's punches by time and number; throws EMPLOYEE_NOT_FOUND. */
export async function listPunches(
  store: AttendanceStore,
  query: PunchQuery,
  caller?: AbortSignal,
): Promise<PunchPage> {
  const page = await store.listPunches(query, caller);
  if (page !== undefined) return page;
  throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId: query.employeeId });
}
