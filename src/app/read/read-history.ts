// Reads what was reported: the history of a day, and an employee's punches.

import { type DaySubject, type PresentableDay, present } from '../../domain/engine/present.js';
import type { Attendance, DayResult } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import type { Moments } from '../ports/attendance-store.js';
import type { DayReads, DayRevision } from '../ports/day-reads.js';
import type { PunchPage, PunchQuery, PunchReads } from '../ports/punch-reads.js';
import { TURNS } from '../ports/turns.js';
import type { ReadMoment } from './read-moment.js';

/** One change of a day in the form of an answer. */
export interface Revision {
  readonly actor: string;
  readonly cause: DayRevision['cause'];
  readonly reason: string;
  readonly before: Attendance;
  readonly after: Attendance;
}

export interface RevisionPage {
  readonly revisions: readonly Revision[];
  /** Continue after this revision; undefined if the history ends here. */
  readonly next: number | undefined;
}

/** The revisions of a day to read. */
export interface HistoryQuery {
  /** The last revision that the caller has already; 0: none. */
  readonly afterRevision: number;
  readonly limit: number;
  /**
   * Whether the next revision still fits on the page; asked once for each. The first always does.
   */
  fits(revision: Revision): boolean;
}

/**
 * How many revisions are read at a time. Each revision of a day with many punches has all of its
 * sessions, and revisions that do not fit on the page are read in vain.
 */
const REVISIONS_AT_A_TIME = 50;

/**
 * The history of a day, oldest first: stored days as they were stored, whatever roster came later.
 * Before the first, and where no fact stood, it shows what the roster known at that moment
 * expected, so that the history never changes. Throws EMPLOYEE_NOT_FOUND.
 */
export async function listHistory(
  store: DayReads & PunchReads & Moments,
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
  store: DayReads & PunchReads & Moments,
  employeeId: EmployeeId,
  date: LocalDate,
  { afterRevision, limit }: { readonly afterRevision: number; readonly limit: number },
  { now, asOf }: ReadMoment,
  caller?: AbortSignal,
): Promise<RevisionPage> {
  // One more before, for `before` of the first, and one more after, to see whether the history
  // ends.
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

/** The day without a standing fact, as known at a moment of its history. */
async function expectedAt(
  store: DayReads & PunchReads & Moments,
  { employeeId, date }: DaySubject,
  moment: RecordTime,
  caller: AbortSignal | undefined,
): Promise<DayResult | undefined> {
  return (await store.readDayAsOf(employeeId, date, moment, caller))?.day.result;
}

/** The day before its first change; undefined if the day or the employee was not known. */
async function beforeAll(
  store: DayReads & PunchReads & Moments,
  subject: DaySubject,
  first: DayRevision | undefined,
  caller: AbortSignal | undefined,
): Promise<PresentableDay | undefined> {
  if (first?.day.revision !== 1) return undefined;
  const moment = (first.day.recordedAt - 1) as RecordTime;
  const result = await expectedAt(store, subject, moment, caller);
  return result && { result, revision: 0, recordedAt: undefined };
}

/** One employee's punches by time and number. Throws EMPLOYEE_NOT_FOUND. */
export async function listPunches(
  store: DayReads & PunchReads & Moments,
  query: PunchQuery,
  caller?: AbortSignal,
): Promise<PunchPage> {
  const page = await store.listPunches(query, caller);
  if (page !== undefined) return page;
  throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId: query.employeeId });
}
