// WatchAttendance: reads what to watch and from where, and makes messages of what is told, each
// with the cursor behind it.

import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { Attendance as WireAttendance } from '../../../gen/attendance/v1/attendance_pb.js';
import {
  type AttendanceChange,
  AttendanceChangeSchema,
  type RevisionCause,
  type WatchAttendanceRequest,
  type WatchAttendanceResponse,
  WatchAttendanceResponseSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { AttendanceStore } from '../../app/ports/attendance-store.js';
import { CHANGE_CAUSES } from '../../app/ports/facts.js';
import type { FeedFilter } from '../../app/ports/feed.js';
import { TURNS } from '../../app/ports/turns.js';
import type { FeedTail, Told } from '../../app/watch/feed-tail.js';
import { placeOf } from '../../app/watch/recent-feed.js';
import type { ShownEntry } from '../../app/watch/shown-entry.js';
import {
  beginWatch,
  changesBehind,
  restOfSnapshot,
  type SnapshotRange,
  type ToldDays,
  type WatchPlace,
} from '../../app/watch/watch-attendance.js';
import type { Attendance } from '../../domain/facts/day.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { invalidField } from '../../domain/facts/errors.js';
import {
  daysBetween,
  FIRST_DATE,
  LAST_DATE,
  type LocalDate,
} from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { timestampOfInstant, timestampOfRecord } from '../edge/instants.js';
import type { Call } from '../edge/pipeline.js';
import { countOfPage, daySize, type Size, textBytes } from '../shared/answer-size.js';
import { decodePageToken, encodePageToken, type Place } from '../shared/page-token.js';
import { optional, parseId, parseRange } from '../shared/parse.js';
import { toAttendance } from '../shared/to-proto.js';

/** The longest range of a snapshot, in days. */
const MAX_SNAPSHOT_DAYS = 366;

/** How long a stream is silent at most, unless the caller says otherwise. */
const USUAL_SILENCE_MS = 30_000;

export async function* watchAttendance(
  store: AttendanceStore,
  tail: FeedTail,
  message: WatchAttendanceRequest,
  call: Call,
): AsyncGenerator<WatchAttendanceResponse, void, undefined> {
  const { signal } = call;
  const filter = filterOf(message);
  const range = rangeOf(message);
  const cursors = new Cursors(await store.pageTokenKey(), filter);
  const from = cursors.read(message.cursor);
  const place = await beginWatch(store, { filter, from, range }, call.now, signal);
  tail.throwIfEnded();
  const { feed, snapshot } = place;
  yield create(WatchAttendanceResponseSchema, { cursor: cursors.write(place) });
  const behind = { feed, snapshot: undefined };
  if (snapshot !== undefined) {
    for await (const told of restOfSnapshot(store, filter, feed, snapshot, signal)) {
      yield* messagesOfDays(told, cursors, signal);
    }
    const cursor = cursors.write(behind);
    yield create(WatchAttendanceResponseSchema, { snapshotDone: true, cursor });
  }
  const silenceMs = silenceOf(message);
  for await (const told of changesBehind(tail, filter, feed, silenceMs, signal)) {
    yield* messagesOfChanges(told, cursors, signal);
  }
}

function filterOf({ employeeIds, groupId }: WatchAttendanceRequest): FeedFilter {
  if (employeeIds.length > 0 && groupId !== '') {
    const description = 'must be empty where employee_ids are given: send one of the two';
    throw invalidField('group_id', 'GROUP_WITH_EMPLOYEE', description);
  }
  const ids = employeeIds.map((id) => parseId(id));
  return {
    employeeIds: ids.length === 0 ? undefined : new Set(ids),
    groupId: optional(groupId),
  };
}

function rangeOf({ snapshot }: WatchAttendanceRequest): SnapshotRange | undefined {
  if (snapshot === undefined) return undefined;
  const range = parseRange(snapshot, FIRST_DATE, LAST_DATE);
  const days = daysBetween(range.startDate, range.endDate) + 1;
  if (days <= MAX_SNAPSHOT_DAYS) return range;
  const description =
    `must be at most ${MAX_SNAPSHOT_DAYS} days from start_date, both included; ` +
    `the range has ${days}`;
  throw invalidField('snapshot.end_date', 'RANGE_TOO_LONG', description);
}

function silenceOf({ heartbeatInterval }: WatchAttendanceRequest): number {
  if (heartbeatInterval === undefined) return USUAL_SILENCE_MS;
  return Number(heartbeatInterval.seconds) * 1000 + heartbeatInterval.nanos / 1e6;
}

/** In messages of a bounded size. */
async function* messagesOfDays(
  { days, place }: ToldDays,
  cursors: Cursors,
  signal: AbortSignal,
): AsyncGenerator<WatchAttendanceResponse, void, undefined> {
  for (let begin = 0; begin < days.length; ) {
    const rest = days.slice(begin);
    const some = rest.slice(0, await countOfPage(rest, daySize));
    begin += some.length;
    const snapshot = place.snapshot && { ...place.snapshot, after: some.at(-1) };
    yield create(WatchAttendanceResponseSchema, {
      snapshotDays: await TURNS.map(some, toAttendance, signal),
      cursor: cursors.write({ ...place, snapshot }),
    });
  }
}

/** In messages of a bounded size; without changes a heartbeat. */
async function* messagesOfChanges(
  { entries, through, readMs }: Told,
  cursors: Cursors,
  signal: AbortSignal,
): AsyncGenerator<WatchAttendanceResponse, void, undefined> {
  const readTime = readMs === undefined ? {} : { readTime: timestampFromMs(readMs) };
  const end = { cursor: cursors.write({ feed: through, snapshot: undefined }), ...readTime };
  for (let begin = 0; begin < entries.length; ) {
    const rest = entries.slice(begin);
    const some = rest.slice(0, await countOfPage(rest, changeSize));
    begin += some.length;
    const changes = await TURNS.map(some, (shown) => toChange(shown, cursors), signal);
    const cursor = changes.at(-1)?.cursor ?? '';
    const last = begin === entries.length ? end : { cursor };
    yield create(WatchAttendanceResponseSchema, { changes, ...last });
  }
  if (entries.length === 0) yield create(WatchAttendanceResponseSchema, end);
}

/** Bytes of a change in JSON beside its day and texts: field names, times, its cursor. */
const CHANGE_BYTES = 400;

function changeSize({ entry: { fact }, attendance }: ShownEntry): Size {
  const { structure, texts } = daySize(attendance);
  const more = textBytes(fact?.reason ?? '') + textBytes(fact?.actor ?? '');
  return { structure: structure + CHANGE_BYTES, texts: texts + more };
}

function toChange(shown: ShownEntry, cursors: Cursors): AttendanceChange {
  const { entry, attendance } = shown;
  const { fact } = entry;
  return create(AttendanceChangeSchema, {
    attendance: sharedMessage(attendance),
    changeTime:
      fact === undefined ? timestampOfInstant(entry.at) : timestampOfRecord(entry.recordedAt),
    byTime: fact === undefined,
    // The domain's list has the order of the contract's numbers, which begin at 1.
    ...(fact && { cause: (CHANGE_CAUSES.indexOf(fact.cause) + 1) as RevisionCause }),
    actor: fact?.actor ?? '',
    reason: fact?.reason ?? '',
    cursor: cursors.write({ feed: placeOf(shown), snapshot: undefined }),
  });
}

/** All streams that tell a day send one message of it, which nothing changes. */
const messages = new WeakMap<Attendance, WireAttendance>();

function sharedMessage(day: Attendance): WireAttendance {
  const made = messages.get(day) ?? toAttendance(day);
  messages.set(day, made);
  return made;
}

/** Writes and reads the cursors of one filter. */
class Cursors {
  readonly #key: Uint8Array;
  readonly #bound: readonly string[];

  constructor(key: Uint8Array, { employeeIds, groupId }: FeedFilter) {
    this.#key = key;
    const ids = [...(employeeIds ?? [])].sort();
    // A digest, because it is signed with every cursor.
    const digest = createHash('sha256').update(JSON.stringify([ids, groupId ?? null]));
    this.#bound = ['WatchAttendance', digest.digest('base64url')];
  }

  write({ feed, snapshot }: WatchPlace): string {
    const place: Place = [feed.position, feed.recordedAt];
    if (snapshot === undefined) return encodePageToken(this.#key, this.#bound, place);
    const { startDate, endDate, asOf, after } = snapshot;
    const day = after === undefined ? [] : [after.employeeId, after.date];
    const more = [...place, startDate, endDate, asOf, ...day];
    return encodePageToken(this.#key, this.#bound, more);
  }

  /** Undefined without one. Throws INVALID_FIELDS for a cursor that is not one of these. */
  read(cursor: string): WatchPlace | undefined {
    if (cursor === '') return undefined;
    const [position, time, startDate, endDate, asOf, employeeId, date] = decodePageToken(
      this.#key,
      this.#bound,
      cursor,
      NOT_A_CURSOR,
    );
    const feed = { position: Number(position), recordedAt: Number(time) as RecordTime };
    if (startDate === undefined) return { feed, snapshot: undefined };
    const after =
      employeeId === undefined
        ? undefined
        : { employeeId: employeeId as EmployeeId, date: date as LocalDate };
    const snapshot = {
      startDate: startDate as LocalDate,
      endDate: endDate as LocalDate,
      asOf: Number(asOf) as RecordTime,
      after,
    };
    return { feed, snapshot };
  }
}

const NOT_A_CURSOR = {
  field: 'cursor',
  reason: 'CURSOR_INVALID',
  description:
    'must be a cursor as received, with employee_ids and group_id unchanged, of a service with the ' +
    'same database; leave it empty to begin anew',
};
