// Leave types in PostgreSQL, by revision. A revision is never edited except for its superseded_at.

import type { LeaveTypeQuery } from '../../app/ports/leave-types.js';
import {
  type LeaveType,
  type LeaveTypeChange,
  MAX_LEAVE_TYPES,
} from '../../domain/facts/leave-type.js';
import type { RecordTime } from '../../domain/time/time.js';
import { BEGIN, bind, COMMIT, type Database, type Row } from '../postgres/database.js';
import { inTries } from '../postgres/retry.js';
import { number, text } from '../postgres/rows.js';

const COLUMNS = 'leave_type_id, revision, name, is_paid, is_archived, reason, actor, recorded_at';

const LOCK_LEAVE_TYPES = {
  name: 'lock_leave_types',
  text: 'select id from leave_type_head where id = 1 for update',
};

/** No row: there are too many others. A leave type that is like that already stays as it is. */
const SET_LEAVE_TYPE = {
  name: 'set_leave_type',
  text: `
    with latest as (
      select ${COLUMNS} from leave_type
      where leave_type_id = $1::text collate "C" and superseded_at = 'infinity'
    ), superseded as (
      update leave_type set superseded_at = clock_timestamp()
      where leave_type_id = $1::text collate "C" and superseded_at = 'infinity'
        and (name, is_paid, is_archived) is distinct from ($2::text, $3::boolean, $4::boolean)
      returning revision
    ), others as (
      select leave_type_id from leave_type where superseded_at = 'infinity'
      order by leave_type_id limit ${MAX_LEAVE_TYPES}
    ), inserted as (
      insert into leave_type (${COLUMNS})
      select $1, coalesce((select revision from latest), 0) + 1, $2, $3, $4, $5::text, $6::text,
             clock_timestamp()
      where exists (select from superseded)
        or not exists (select from latest)
          and (select count(*) from others) < ${MAX_LEAVE_TYPES}
      returning ${COLUMNS}
    )
    select ${COLUMNS} from inserted
    union all
    select ${COLUMNS} from latest where not exists (select from inserted)`,
};

/** $1 and $2: the revision to begin after; $3: the limit. */
export const LIST_LEAVE_TYPES = {
  name: 'list_leave_types',
  text: `
    select ${COLUMNS}
    from leave_type
    where (leave_type_id, revision) > ($1::text collate "C", $2::integer)
      and superseded_at = 'infinity'
    order by leave_type_id, revision
    limit $3::integer`,
};

export const LIST_LEAVE_TYPE_HISTORY = {
  name: 'list_leave_type_history',
  text: `
    select ${COLUMNS}
    from leave_type
    where (leave_type_id, revision) > ($1::text collate "C", $2::integer)
    order by leave_type_id, revision
    limit $3::integer`,
};

/** See LeaveTypes.set. */
export async function setLeaveType(
  database: Database,
  { leaveTypeId, name, isPaid, isArchived, reason, actor }: LeaveTypeChange,
): Promise<LeaveType | undefined> {
  const set = bind(SET_LEAVE_TYPE, leaveTypeId, name, isPaid, isArchived, reason, actor);
  return await inTries(database, async (session, progress) => {
    progress.committing = true;
    const steps = [bind(BEGIN), bind(LOCK_LEAVE_TYPES), set, bind(COMMIT)];
    const [, , [row] = []] = await session.pipeline(steps);
    return row && leaveType(row);
  });
}

/** See LeaveTypes.list. */
export async function listLeaveTypes(
  database: Database,
  { includeHistory, after, limit }: LeaveTypeQuery,
): Promise<readonly LeaveType[]> {
  const statement = includeHistory ? LIST_LEAVE_TYPE_HISTORY : LIST_LEAVE_TYPES;
  const place = [after?.leaveTypeId ?? '', after?.revision ?? 0];
  const rows = await database.query(statement, ...place, limit);
  return rows.map(leaveType);
}

function leaveType(row: Row): LeaveType {
  return {
    leaveTypeId: text(row, 'leave_type_id'),
    revision: number(row, 'revision'),
    name: text(row, 'name'),
    isPaid: row.is_paid === true,
    isArchived: row.is_archived === true,
    reason: text(row, 'reason'),
    actor: text(row, 'actor'),
    recordedAt: number(row, 'recorded_at') as RecordTime,
  };
}
