// Tells the changes of days behind a place of the feed, on request behind a snapshot of that place.
// Every message says where to go on, so that a stream can end after any of them.

import type { Attendance } from '../../domain/facts/day.js';
import { ANY_DAY } from '../../domain/facts/day-filter.js';
import { compareEmployeeIds, type EmployeeId } from '../../domain/facts/employee-id.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import { type Instant, instantOf, type RecordTime } from '../../domain/time/time.js';
import type { AttendanceStore } from '../ports/attendance-store.js';
import type { DayCursor } from '../ports/day-reads.js';
import type { FeedFilter, FeedPlace } from '../ports/feed.js';
import { streamDays } from '../read/read-lists.js';
import type { FeedTail, Told } from './feed-tail.js';

/** The days to begin with. */
export interface SnapshotRange {
  /** Both included. */
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
}

/** How far a snapshot has come. All of it is as of one moment, that of its place in the feed. */
export interface SnapshotPlace extends SnapshotRange {
  readonly asOf: RecordTime;
  /** The last day that was told; undefined: none. */
  readonly after: DayCursor | undefined;
}

/** Where a stream goes on. */
export interface WatchPlace {
  readonly feed: FeedPlace;
  /** The snapshot that is not complete yet; undefined: none. */
  readonly snapshot: SnapshotPlace | undefined;
}

/** Some days of a snapshot, by employee and date. */
export interface ToldDays {
  readonly days: readonly Attendance[];
  /** Where to go on behind the last day. */
  readonly place: WatchPlace;
}

export interface WatchQuery {
  readonly filter: FeedFilter;
  /** Where to go on; undefined: begin now, with the snapshot of `range` if there is one. */
  readonly from: WatchPlace | undefined;
  readonly range: SnapshotRange | undefined;
}

/**
 * The place at which a stream begins. Throws CURSOR_OUT_OF_RANGE if the feed does not hold the one
 * that it is to go on from.
 */
export async function beginWatch(
  store: AttendanceStore,
  { from, range }: WatchQuery,
  now: Instant,
  caller: AbortSignal,
): Promise<WatchPlace> {
  await store.beginTelling(caller);
  if (from !== undefined) {
    if (await store.holdsPlace(from.feed, caller)) return from;
    throw new AttendanceError({ kind: 'CURSOR_OUT_OF_RANGE' });
  }
  // So that the snapshot is not of an older moment than the call.
  if (range !== undefined) await store.settle((now * 1000) as RecordTime, caller);
  const { place, settled } = await store.readFeedHead(caller);
  const snapshot = range && { ...range, asOf: settled, after: undefined };
  return { feed: place, snapshot };
}

/** What is left of the snapshot, as of its moment. */
export async function* restOfSnapshot(
  store: AttendanceStore,
  { employeeIds, groupId }: FeedFilter,
  feed: FeedPlace,
  snapshot: SnapshotPlace,
  caller: AbortSignal,
): AsyncGenerator<ToldDays, void, undefined> {
  const { startDate, endDate, asOf } = snapshot;
  const range = { startDate, endDate, filter: ANY_DAY, includeExpected: true };
  const moment = { now: instantOf(asOf), asOf };
  for (const employeeId of left(employeeIds, snapshot.after)) {
    const query = { ...range, employeeId, groupId };
    const isUnderWay = employeeId === undefined || employeeId === snapshot.after?.employeeId;
    const after = isUnderWay ? snapshot.after : undefined;
    for await (const days of streamDays(store, query, moment, caller, after)) {
      const last = days.at(-1);
      if (last === undefined) continue;
      const place = { feed, snapshot: { ...snapshot, after: last } };
      yield { days, place };
    }
  }
}

/** The employees that are left, by id; one entry, undefined, if all or a group are wanted. */
function left(
  employeeIds: ReadonlySet<EmployeeId> | undefined,
  after: DayCursor | undefined,
): readonly (EmployeeId | undefined)[] {
  if (employeeIds === undefined) return [undefined];
  const sorted = [...employeeIds].sort(compareEmployeeIds);
  if (after === undefined) return sorted;
  return sorted.filter((employeeId) => compareEmployeeIds(employeeId, after.employeeId) >= 0);
}

/** The changes behind a place; without any for `silenceMs`, how far the stream has come. */
export async function* changesBehind(
  tail: FeedTail,
  filter: FeedFilter,
  place: FeedPlace,
  silenceMs: number,
  caller: AbortSignal,
): AsyncGenerator<Told, void, undefined> {
  const watcher = tail.watch(filter, place);
  try {
    for (;;) yield await watcher.next(silenceMs, caller);
  } finally {
    watcher.close();
  }
}
