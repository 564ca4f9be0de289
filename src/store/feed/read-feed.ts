// Reads the feed by position. Positions are dense and in the order of commits, so whoever has read
// up to the head has missed nothing.

import { CHANGE_CAUSES } from '../../app/ports/facts.js';
import {
  FEED_PAGE_POSITIONS,
  type FeedEntry,
  type FeedFilter,
  type FeedPage,
  type FeedPlace,
} from '../../app/ports/feed.js';
import { TURNS } from '../../app/ports/turns.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { instantOf, type RecordTime } from '../../domain/time/time.js';
import { type Database, formatTimestamp, type Row } from '../postgres/database.js';
import { dayColumns, number, storedDay, text, wordOf } from '../postgres/rows.js';

/** When what is at a position was recorded; null if there is nothing. */
const recordedAt = (position: string) => `
  coalesce(
    (select c.recorded_at from attendance_change c where c.position = ${position}),
    (select t.recorded_at from attendance_transition t where t.position = ${position})
  )`;

/** Behind position $1 up to h.through, of the employees $2 (null: any). */
const looked = (alias: string) => `
  ${alias}.position > $1::bigint and ${alias}.position <= h.through
  and ($2::text[] is null or ${alias}.employee_id = any ($2::text[]))`;

/** The columns of a transition's day, in the order of dayColumns. */
const TRANSITION_DAY = `
  t.date, t.status, t.origin, t.portion, t.other_half_status, t.leave_type_id,
  t.other_half_leave_type_id, t.leave_times, t.note, t.work, t.engine_version, t.revision,
  t.day_recorded_at`;

/**
 * The head, how far this read looks, and the changes behind position $1 of the employees $2 (null:
 * any) who are in the group $3 ('': any). All of one snapshot, which shows everything up to the head
 * that it shows.
 */
export const READ_FEED = {
  name: 'read_feed',
  text: `
    select h.head, h.through, ${recordedAt('h.through')} as through_time, f.*
    from (
      select position as head,
             greatest($1::bigint, least(position, $1::bigint + ${FEED_PAGE_POSITIONS})) as through
      from feed_head where id = 1
    ) h
    left join lateral (
      select x.*, e.employee_name, e.group_id
      from (
        select c.position, c.recorded_at as fed_at, null::timestamptz as at, c.employee_id,
               c.actor, c.cause, c.reason, ${dayColumns('c')}
        from attendance_change c where ${looked('c')}
        union all
        select t.position, t.recorded_at, t.at, t.employee_id,
               '', null, '', ${TRANSITION_DAY}
        from attendance_transition t where ${looked('t')}
      ) x
      cross join lateral (
        select * from employee e where e.employee_id = x.employee_id limit 1
      ) e
      where $3::text = '' or e.group_id = $3::text
    ) f on true`,
};

export const READ_FEED_HEAD = {
  name: 'read_feed_head',
  text: `
    select h.position, h.recorded_at as settled, ${recordedAt('h.position')} as recorded_at
    from feed_head h where h.id = 1`,
};

/** Whether what is at position $1 was recorded at $2. */
export const HOLDS_PLACE = {
  name: 'holds_place',
  text: `select ${recordedAt('$1::bigint')} = $2::timestamptz as holds`,
};

/** See FeedReads.readFeed. */
export async function readFeed(
  database: Database,
  after: number,
  { employeeIds, groupId = '' }: FeedFilter,
): Promise<FeedPage> {
  const ids = employeeIds === undefined ? null : [...employeeIds];
  const rows = await database.query(READ_FEED, after, ids, groupId);
  const [first] = rows;
  if (first === undefined) throw new Error('feed_head has lost its row');
  const entries = await entriesOf(rows);
  const through = placeOf(number(first, 'through'), first.through_time);
  return { entries, through, head: number(first, 'head') };
}

/** The changes in rows of READ_FEED, in the order of the feed: rows of two tables come apart. */
export async function entriesOf(rows: readonly Row[]): Promise<FeedEntry[]> {
  const entries = (await TURNS.map(rows, entryOf)).flat();
  return entries.sort((one, other) => one.position - other.position);
}

/** Empty for the row of a page without any change. */
function entryOf(row: Row): FeedEntry[] {
  if (typeof row.position !== 'number') return [];
  // Of a day that was never stored, nothing was recorded.
  const day = storedDay(row.recorded_at === null ? { ...row, recorded_at: 0 } : row);
  if (day === undefined) return [];
  const recordedAt = number(row, 'fed_at') as RecordTime;
  const isByTime = row.at !== null;
  return [
    {
      position: row.position,
      recordedAt,
      employeeId: text(row, 'employee_id') as EmployeeId,
      employeeName: text(row, 'employee_name'),
      groupId: text(row, 'group_id'),
      day,
      at: instantOf(isByTime ? (number(row, 'at') as RecordTime) : recordedAt),
      fact: isByTime ? undefined : factOf(row),
    },
  ];
}

function factOf(row: Row): FeedEntry['fact'] {
  return {
    actor: text(row, 'actor'),
    cause: wordOf(CHANGE_CAUSES, row.cause),
    reason: text(row, 'reason'),
  };
}

/** See FeedReads.readFeedHead. */
export async function readFeedHead(
  database: Database,
): Promise<{ readonly place: FeedPlace; readonly settled: RecordTime }> {
  const [row] = await database.query(READ_FEED_HEAD);
  if (row === undefined) throw new Error('feed_head has lost its row');
  const place = placeOf(number(row, 'position'), row.recorded_at);
  return { place, settled: number(row, 'settled') as RecordTime };
}

function placeOf(position: number, time: unknown): FeedPlace {
  return { position, recordedAt: (typeof time === 'number' ? time : 0) as RecordTime };
}

/** See FeedReads.holdsPlace. */
export async function holdsPlace(
  database: Database,
  { position, recordedAt: time }: FeedPlace,
): Promise<boolean> {
  if (position === 0) return true;
  const [row] = await database.query(HOLDS_PLACE, position, formatTimestamp(time));
  return row?.holds === true;
}
