// What was reported: the history of a day, and the punches of an employee.

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
  store: DayReads & PunchReads & Moments,
  { employeeId, date }: DaySubject,
  moment: RecordTime,
  caller: AbortSignal | undefined,
): Promise<DayResult | undefined> {
  return (await store.readDayAsOf(employeeId, date, moment, caller))?.day.result;
}

/** The day before its first change; undefined where nothing was known of it, or of the employee. */
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

/** One employee's punches by time and number; throws EMPLOYEE_NOT_FOUND. */
export async function listPunches(
  store: DayReads & PunchReads & Moments,
  query: PunchQuery,
  caller?: AbortSignal,
): Promise<PunchPage> {
  const page = await store.listPunches(query, caller);
  if (page !== undefined) return page;
  throw new AttendanceError({ kind: 'EMPLOYEE_NOT_FOUND', employeeId: query.employeeId });
}
