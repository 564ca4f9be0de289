// Writes and reads a day's work as text for storage and caches: compact JSON with fixed positions,
// instants in milliseconds. The text may have been changed by others, so any text that this code
// does not write is rejected.

import {
  ANOMALIES,
  type Anomaly,
  type AutoClosing,
  type Break,
  type DayWork,
  isNoWork,
  NO_WORK,
  noWorkIn,
  type Pending,
  type Session,
  type ShiftResult,
  STATUSES,
  type Status,
  type WorkUntil,
} from '../facts/day.js';
import type { Instant } from '../time/time.js';

const PENDING_KINDS: readonly Pending['kind'][] = ['NOT_SEEN', 'PRESENT', 'LEFT'];

/** For a day without plan and punches, only the zone; '' without a zone. */
export function workText(work: DayWork): string {
  if (isNoWork(work)) return work.zone === '' ? '' : JSON.stringify(work.zone);
  return JSON.stringify(workFields(work));
}

function workFields(work: DayWork): unknown[] {
  const { uncountedSeconds, untilClosed } = work;
  return [
    STATUSES.indexOf(work.status),
    codeOf(work.otherHalfStatus),
    work.shifts.map(shiftFields),
    work.sessions.map(sessionFields),
    work.firstIn ?? null,
    work.lastOut ?? null,
    work.workedSeconds,
    work.onBreakSeconds,
    work.anomalies.map((anomaly) => ANOMALIES.indexOf(anomaly)),
    work.plannedSeconds,
    work.zone,
    // Absent for most days, and in texts by earlier releases.
    ...(uncountedSeconds === 0 && untilClosed === undefined ? [] : [uncountedSeconds]),
    ...(untilClosed === undefined
      ? []
      : [untilClosed.map(({ at, work: form }) => [at, workFields(form)])]),
  ];
}

function codeOf(status: Status | undefined): number | null {
  return status === undefined ? null : STATUSES.indexOf(status);
}

function shiftFields(shift: ShiftResult): unknown[] {
  const { pending } = shift;
  return [
    shift.shiftId,
    shift.start,
    shift.end,
    STATUSES.indexOf(shift.status),
    pending === undefined ? null : pendingFields(pending),
    shift.firstIn ?? null,
    shift.lastOut ?? null,
    shift.workedSeconds,
    shift.lateBySeconds,
    shift.earlyBySeconds,
    // Absent for most shifts.
    ...(shift.shortBySeconds === 0 ? [] : [shift.shortBySeconds]),
  ];
}

function pendingFields({ kind, at, lateAt }: Pending): number[] {
  const always = [PENDING_KINDS.indexOf(kind), at];
  return lateAt === undefined ? always : [...always, lateAt];
}

function sessionFields(session: Session): unknown[] {
  return [
    session.in ?? null,
    session.out ?? null,
    session.shiftId ?? null,
    session.workedSeconds,
    session.breaks.map(({ start, end, typeId }) =>
      typeId === undefined ? [start, end ?? null] : [start, end ?? null, typeId],
    ),
    session.closesAt ?? null,
    // Absent for most sessions.
    ...(session.autoClose === undefined ? [] : [session.autoClose.at, session.autoClose.closesAt]),
  ];
}

/** Undefined if `workText` does not write such a text. */
export function parseWorkText(text: string): DayWork | undefined {
  if (text === '') return NO_WORK;
  try {
    const value: unknown = JSON.parse(text);
    if (value === '') return undefined;
    return typeof value === 'string' ? noWorkIn(value) : dayWork(value);
  } catch {
    return undefined;
  }
}

/** Used within this file only. */
class NotWorkError extends Error {}

/** An array of `length` fields, and at most `more` others. */
function fields(value: unknown, length: number, more = 0): readonly unknown[] {
  if (!Array.isArray(value) || value.length < length || value.length > length + more) {
    throw new NotWorkError();
  }
  return value;
}

function list<T>(value: unknown, item: (value: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new NotWorkError();
  return value.map(item);
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new NotWorkError();
  return value as number;
}

function instant(value: unknown): Instant {
  return whole(value) as Instant;
}

function maybe<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === null ? undefined : read(value);
}

function word<T>(words: readonly T[], value: unknown): T {
  const found = words[whole(value)];
  if (found === undefined) throw new NotWorkError();
  return found;
}

function words(value: unknown): string {
  if (typeof value !== 'string') throw new NotWorkError();
  return value;
}

function status(value: unknown): Status {
  return word<Status>(STATUSES, value);
}

/** `isForm`: of a day until a session closes, which has no such forms itself. */
function dayWork(value: unknown, isForm = false): DayWork {
  const [own, other, shifts, sessions, firstIn, lastOut, worked, onBreak, anomalies, ...rest] =
    fields(value, 11, isForm ? 1 : 2);
  const [planned, zone, uncounted = 0, forms] = rest;
  return {
    status: status(own),
    otherHalfStatus: maybe(other, status),
    shifts: list(shifts, shiftResult),
    sessions: list(sessions, session),
    firstIn: maybe(firstIn, instant),
    lastOut: maybe(lastOut, instant),
    workedSeconds: whole(worked),
    uncountedSeconds: whole(uncounted),
    onBreakSeconds: whole(onBreak),
    plannedSeconds: whole(planned),
    zone: words(zone),
    anomalies: list(anomalies, (code) => word<Anomaly>(ANOMALIES, code)),
    ...(forms === undefined ? {} : { untilClosed: list(forms, workUntil) }),
  };
}

function workUntil(value: unknown): WorkUntil {
  const [at, work] = fields(value, 2);
  return { at: instant(at), work: dayWork(work, true) };
}

function shiftResult(value: unknown): ShiftResult {
  const [id, start, end, own, open, firstIn, lastOut, worked, ...more] = fields(value, 10, 1);
  const [late, early, short = 0] = more;
  return {
    shiftId: words(id),
    start: instant(start),
    end: instant(end),
    status: status(own),
    pending: maybe(open, pending),
    firstIn: maybe(firstIn, instant),
    lastOut: maybe(lastOut, instant),
    workedSeconds: whole(worked),
    lateBySeconds: whole(late),
    earlyBySeconds: whole(early),
    shortBySeconds: whole(short),
  };
}

function pending(value: unknown): Pending {
  const [kind, at, lateAt = null] = fields(value, 2, 1);
  return { kind: word(PENDING_KINDS, kind), at: instant(at), lateAt: maybe(lateAt, instant) };
}

function session(value: unknown): Session {
  const [began, ended, shiftId, worked, breaks, closesAt, ...closing] = fields(value, 6, 2);
  return {
    in: maybe(began, instant),
    out: maybe(ended, instant),
    shiftId: maybe(shiftId, words),
    workedSeconds: whole(worked),
    breaks: list(breaks, (item): Break => {
      const [start, end, typeId] = fields(item, 2, 1);
      const pause = { start: instant(start), end: maybe(end, instant) };
      return typeId === undefined ? pause : { ...pause, typeId: words(typeId) };
    }),
    closesAt: maybe(closesAt, instant),
    ...(closing.length === 0 ? {} : { autoClose: autoClosing(closing) }),
  };
}

function autoClosing(value: unknown): AutoClosing {
  const [at, closesAt] = fields(value, 2);
  return { at: instant(at), closesAt: instant(closesAt) };
}
