// Makes stored days follow the roster. It takes some stale days at a time, derives them again in
// batches small enough to share the database, and settles them. Reads never wait for it. If a
// process fails, its stale days are there for another; deriving a day twice changes nothing the
// second time.

import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { PUNCH_DAYS } from '../../domain/roster/reach.js';
import { FIRST_DATE, LAST_DATE, toEpochDay } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { rulesFor } from '../decide/decide-batch.js';
import type { FactWrites } from '../ports/fact-writes.js';
import { MAX_REDERIVED_DAYS, NO_PAYLOAD_HASH, type RederiveFact } from '../ports/facts.js';
import type {
  DaySpan,
  EmployeeExtent,
  Settlement,
  StaleBacklog,
  StaleDays,
  StaleDaysStore,
} from '../ports/stale-days.js';

/** The most dates of one batch: about ten milliseconds of deriving, under some employees' locks. */
export const MAX_BATCH_DAYS = 4 * MAX_REDERIVED_DAYS;

/** How many stale days are taken at a time, and locked while their dates are looked up. */
export const MAX_TAKEN = 50;

/** The most pieces that are read at a time for an employee with many dates. */
export const MAX_PIECES = 16;

const FIRST_DAY = toEpochDay(FIRST_DATE);
const LAST_DAY = toEpochDay(LAST_DATE);

/**
 * The first delay before an employee's failed days are retried, in milliseconds. It doubles each
 * time.
 */
const FIRST_RETRY_MS = 60_000;
const MAX_RETRY_MS = 3_600_000;

/** The most characters that are kept of a failure's reason. */
const MAX_REASON = 500;

/** The work done for one employee. */
export interface Rederived {
  readonly daysDerived: number;
  readonly daysChanged: number;
}

export interface FollowPorts {
  readonly stale: StaleDaysStore;
  /** With the cache around it, so that the cache learns of days that changed. */
  readonly store: FactWrites;
  now(): Instant;
}

/** An employee whose days could not follow, and why. */
export interface FollowFailure {
  readonly employeeId: EmployeeId;
  readonly error: unknown;
}

export interface FollowOptions {
  /** Stops after the current batch. */
  readonly signal: AbortSignal;
  /** Called after each batch with its duration. Others have the database until it resolves. */
  giveWay(tookMs: number): Promise<void>;
  readonly onDone: (done: Rederived) => void;
  readonly onFailure: (failure: FollowFailure) => void;
}

/** An employee, their stale days, and the results so far. */
interface Subject {
  readonly employeeId: EmployeeId;
  readonly stale: readonly StaleDays[];
  /** Separate ranges, by date. */
  readonly spans: readonly DaySpan[];
  daysDerived: number;
  daysChanged: number;
  failure: unknown;
}

/**
 * Makes some stored days follow the roster. Returns how many stale days there were, 0 if nothing is
 * left to do for now. Throws what the ports throw; nothing is settled then.
 */
export async function followRoster(ports: FollowPorts, options: FollowOptions): Promise<number> {
  return await ports.stale.settle(MAX_TAKEN, async (taken, goOn) => {
    const subjects = subjectsOf(taken);
    const extents = await ports.stale.readExtents(subjects.map(({ employeeId }) => employeeId));
    const done = new Set<Subject>();
    for await (const batch of batchesOf(subjects, extents, ports.now(), ports.stale)) {
      if (options.signal.aborted) break;
      const began = performance.now();
      await deriveBatch(ports.store, batch.work, options);
      for (const subject of batch.done) done.add(subject);
      if (batch.work.length === 0) continue;
      await goOn();
      await options.giveWay(performance.now() - began);
      await goOn();
    }
    return [...done].flatMap(settlementsOf);
  });
}

/** One for each employee, by id. */
export function subjectsOf(taken: readonly StaleDays[]): Subject[] {
  const byEmployee = new Map<EmployeeId, StaleDays[]>();
  for (const stale of taken) {
    const theirs = byEmployee.get(stale.employeeId) ?? [];
    theirs.push(stale);
    byEmployee.set(stale.employeeId, theirs);
  }
  return [...byEmployee]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([employeeId, stale]) => ({
      employeeId,
      stale: stale.sort((a, b) => a.changeId - b.changeId),
      spans: joined(stale),
      daysDerived: 0,
      daysChanged: 0,
      failure: undefined,
    }));
}

/** Joins spans that touch. */
function joined(spans: readonly DaySpan[]): DaySpan[] {
  const all: DaySpan[] = [];
  for (const span of [...spans].sort((a, b) => (a.firstDay < b.firstDay ? -1 : 1))) {
    const last = all.at(-1);
    if (last !== undefined && span.firstDay <= last.lastDay + 1) {
      all.splice(-1, 1, { ...last, lastDay: Math.max(last.lastDay, span.lastDay) });
    } else {
      all.push({ firstDay: span.firstDay, lastDay: span.lastDay });
    }
  }
  return all;
}

/** The work counts for the latest change, because it overtook the earlier ones. */
function settlementsOf({
  stale,
  daysDerived,
  daysChanged,
  failure,
}: Subject): readonly Settlement[] {
  return stale.map(({ employeeId, changeId, tries }, index): Settlement => {
    if (failure !== undefined) {
      const retryAfterMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries, 20), MAX_RETRY_MS);
      const reason = String(failure).slice(0, MAX_REASON);
      return { employeeId, changeId, failure: reason, retryAfterMs };
    }
    const isLatest = index === stale.length - 1;
    return isLatest
      ? { employeeId, changeId, daysDerived, daysChanged }
      : { employeeId, changeId, daysDerived: 0, daysChanged: 0 };
  });
}

/** An employee's dates within a transaction. */
interface Work {
  readonly subject: Subject;
  readonly fact: RederiveFact;
}

/** If a batch fails, each employee is derived alone, so that none holds up another. */
async function deriveBatch(
  store: FollowPorts['store'],
  work: readonly Work[],
  { onDone, onFailure }: FollowOptions,
): Promise<void> {
  const left = work.filter(({ subject }) => subject.failure === undefined);
  if (left.length === 0) return;
  try {
    onDone(await derive(store, left));
    return;
  } catch (error) {
    // Temporary errors, such as an unavailable store, are no employee's fault.
    if (error instanceof AttendanceError) throw error;
  }
  for (const subject of new Set(left.map((one) => one.subject))) {
    try {
      onDone(
        await derive(
          store,
          left.filter((one) => one.subject === subject),
        ),
      );
    } catch (error) {
      if (error instanceof AttendanceError) throw error;
      subject.failure = error;
      onFailure({ employeeId: subject.employeeId, error });
    }
  }
}

async function derive(store: FollowPorts['store'], work: readonly Work[]): Promise<Rederived> {
  const facts = work.map(({ fact }) => fact);
  const { decision } = await store.writeBatch(facts, rulesFor(facts));
  const subjects = new Map(work.map(({ subject }) => [subject.employeeId, subject]));
  for (const { subject, fact } of work) subject.daysDerived += fact.lastDay - fact.firstDay + 1;
  for (const { employeeId } of decision.changes) {
    const subject = subjects.get(employeeId);
    if (subject !== undefined) subject.daysChanged += 1;
  }
  return {
    daysDerived: decision.derivedDays,
    daysChanged: decision.changes.length,
  };
}

export interface Batch {
  readonly work: readonly Work[];
  /** The employees whose work is complete after this batch. */
  readonly done: readonly Subject[];
}

/** The dates of the employees, in order, in batches of at most MAX_BATCH_DAYS. */
export async function* batchesOf(
  subjects: readonly Subject[],
  extents: readonly EmployeeExtent[],
  receivedAt: Instant,
  near: Pick<StaleDaysStore, 'listPieces'>,
): AsyncGenerator<Batch> {
  const extentOf = new Map(extents.map(({ employeeId, extent }) => [employeeId, extent]));
  let [work, done, days]: [Work[], Subject[], number] = [[], [], 0];
  for (const subject of subjects) {
    const { employeeId } = subject;
    for (const span of subject.spans) {
      const dates = datesConcerned(span, extentOf.get(employeeId));
      for await (const piece of piecesOf(employeeId, dates, near)) {
        const count = piece.lastDay - piece.firstDay + 1;
        if (days + count > MAX_BATCH_DAYS) {
          yield { work, done };
          [work, done, days] = [[], [], 0];
        }
        work.push({ subject, fact: rederiveFact(subject, piece, receivedAt) });
        days += count;
      }
    }
    done.push(subject);
  }
  yield { work, done };
}

/**
 * A span that fits into one batch is taken whole. A longer one is reduced to dates near facts: a
 * clock that is a millennium off adds one piece, not a millennium of them.
 */
async function* piecesOf(
  employeeId: EmployeeId,
  { firstDay, lastDay }: DaySpan,
  near: Pick<StaleDaysStore, 'listPieces'>,
): AsyncGenerator<DaySpan> {
  if (lastDay - firstDay < MAX_BATCH_DAYS) {
    yield* cut({ firstDay, lastDay });
    return;
  }
  for (let day = firstDay; day <= lastDay; ) {
    const pieces = await near.listPieces(employeeId, { firstDay: day, lastDay }, MAX_PIECES);
    yield* pieces;
    const last = pieces.at(-1);
    if (last === undefined || pieces.length < MAX_PIECES) return;
    day = last.lastDay + 1;
  }
}

/** Cuts a span into pieces of at most MAX_REDERIVED_DAYS. */
function* cut({ firstDay, lastDay }: DaySpan): Generator<DaySpan> {
  for (let day = firstDay; day <= lastDay; day += MAX_REDERIVED_DAYS) {
    yield { firstDay: day, lastDay: Math.min(day + MAX_REDERIVED_DAYS - 1, lastDay) };
  }
}

/** The stale dates that are near facts; empty: last < first. */
function datesConcerned(span: DaySpan, extent: EmployeeExtent['extent']): DaySpan {
  if (extent === undefined) return { firstDay: 1, lastDay: 0 };
  const near = withMargin(extent);
  return {
    firstDay: Math.max(span.firstDay, near.firstDay),
    lastDay: Math.min(span.lastDay, near.lastDay),
  };
}

/** The dates that any of the facts can count for. */
export function withMargin(extent: DaySpan): DaySpan {
  return {
    firstDay: Math.max(extent.firstDay - PUNCH_DAYS, FIRST_DAY),
    lastDay: Math.min(extent.lastDay + PUNCH_DAYS, LAST_DAY),
  };
}

function rederiveFact(
  { employeeId, stale }: Subject,
  { firstDay, lastDay }: DaySpan,
  receivedAt: Instant,
): RederiveFact {
  const latest = stale.at(-1);
  if (latest === undefined) throw new Error('an employee without stale days was taken');
  const { changeId, actor, reason: why } = latest;
  const reason = `roster change ${changeId}${why === '' ? '' : `: ${why}`}`;
  const header = {
    employeeId,
    requestId: undefined,
    payloadHash: NO_PAYLOAD_HASH,
    actor,
    receivedAt,
  };
  return { kind: 'REDERIVE', ...header, firstDay, lastDay, reason };
}

/** How long the oldest change has been waiting, in seconds; 0 if there is none. */
export function backlogSeconds({ oldestRecordedAt }: StaleBacklog, now: Instant): number {
  if (oldestRecordedAt === undefined) return 0;
  return Math.max(0, now - oldestRecordedAt / 1000) / 1000;
}
