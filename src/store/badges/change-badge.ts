// Changes whose a badge is, in one transaction under the badge's lock, which writers of its punches
// share. Its time is that of the feed's head, so that as-of reads are exact.

import type { BadgeAssignment, BadgeChange, BadgeRules } from '../../app/ports/badges.js';
import { AttendanceError } from '../../domain/facts/errors.js';
import { HEAD_TIME } from '../facts/insert-facts.js';
import { IS_ADDED } from '../facts/lock-and-read.js';
import {
  BEGIN,
  bind,
  COMMIT,
  type Database,
  formatTimestamp,
  ROLLBACK,
  type Row,
  type Session,
} from '../postgres/database.js';
import { inTries } from '../postgres/retry.js';
import { bytes } from '../postgres/rows.js';
import { assignmentColumns, badgeAssignment } from './badge-rows.js';

export const ADD_BADGES = {
  name: 'add_badges',
  text: `
    insert into badge (badge_id) select * from unnest($1::text[])
    on conflict (badge_id) do nothing`,
};

/** The lock for transactions that change where punches belong. Sorted. */
export const TAKE_BADGES = {
  name: 'take_badges',
  text: `
    select b.badge_id, b.version
    from unnest($1::text[]) t (badge_id)
    cross join lateral (
      select * from badge b where b.badge_id = t.badge_id collate "C" for update
    ) b`,
};

export const READ_HELD = {
  name: 'read_held_badge',
  text: `
    select ${assignmentColumns('a')} from badge_assignment a
    where a.badge_id = $1::text collate "C" and a.superseded_at = 'infinity'
    order by a.assignment_id`,
};

export const READ_ADDED = {
  name: 'read_added',
  text: `select ${IS_ADDED} as is_added from employee e where e.employee_id = $1::text collate "C"`,
};

export const READ_BADGE_REQUEST = {
  name: 'read_badge_request',
  text: `
    select r.payload_hash, ${assignmentColumns('a')}
    from badge_request r
    cross join lateral (
      select * from badge_assignment a
      where a.badge_id = r.badge_id and a.assignment_id = r.assignment_id
        and a.revision = r.revision
      limit 1
    ) a
    where r.request_id = $1::uuid`,
};

const TAKE_TIME = {
  name: 'take_badge_time',
  text: `
    update feed_head
    set recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
    where id = 1`,
};

export const SUPERSEDE_BADGE = {
  name: 'supersede_badge',
  text: `
    update badge_assignment a
    set superseded_at = ${HEAD_TIME}, superseded_by = $4, superseded_reason = $5
    where a.badge_id = $1::text collate "C" and a.assignment_id = $2::bigint
      and a.revision = $3::integer
    returning ${assignmentColumns('a')}`,
};

export const SAY_BADGE = {
  name: 'say_badge',
  text: `
    insert into badge_assignment as a
      (badge_id, assignment_id, revision, employee_id, start_date, end_date, time_zone, start_time,
       end_time, actor, reason, recorded_at)
    values ($1, coalesce($2::bigint, nextval('badge_assignment_id')), $3, $4, $5, $6, $7, $8, $9,
            $10, $11, ${HEAD_TIME})
    returning ${assignmentColumns('a')}`,
};

/** Tries blocked punches again, because another employee may now have them. */
export const RAISE_BADGE = {
  name: 'raise_badge',
  text: `
    update badge set version = version + 1, changed_by = $2, change_reason = $3
    where badge_id = $1::text collate "C"`,
};

export const UNBLOCK_BADGE = {
  name: 'unblock_badge',
  text: `
    update quarantined_punch q set blocked = ''
    where q.badge_id = $1::text collate "C" and q.is_waiting and q.time is not null
      and q.blocked <> ''`,
};

export const KEEP_BADGE_REQUEST = {
  name: 'keep_badge_request',
  text: `
    insert into badge_request (request_id, payload_hash, badge_id, assignment_id, revision)
    values ($1, $2, $3, $4, $5)`,
};

/** See BadgeStore.change. */
export async function changeBadge(
  database: Database,
  change: BadgeChange,
  rules: BadgeRules,
): Promise<BadgeAssignment> {
  return await inTries(database, async (session, progress) => {
    const { badgeId, requestId, actor, reason } = change;
    const [, , , held = [], added = [], earlier = []] = await session.pipeline([
      bind(BEGIN),
      bind(ADD_BADGES, [badgeId]),
      bind(TAKE_BADGES, [badgeId]),
      bind(READ_HELD, badgeId),
      bind(READ_ADDED, change.kind === 'ASSIGN' ? change.employeeId : ''),
      ...(requestId === undefined ? [] : [bind(READ_BADGE_REQUEST, requestId)]),
    ]);
    const [first] = earlier;
    if (first !== undefined) {
      await session.pipeline([bind(ROLLBACK)]);
      return answerOf(first, change);
    }
    const decided = rules.decide(change, held.map(badgeAssignment), added[0]?.is_added === true);
    if (decided.failure !== undefined) {
      await session.pipeline([bind(ROLLBACK)]);
      throw new AttendanceError(decided.failure);
    }
    const { superseded, said } = decided;
    const rows = await session.pipeline([
      bind(TAKE_TIME),
      ...superseded.map(({ assignmentId, revision }) =>
        bind(SUPERSEDE_BADGE, badgeId, assignmentId, revision, actor, reason),
      ),
      ...said.map((term) =>
        bind(
          SAY_BADGE,
          ...[badgeId, term.assignmentId ?? null, term.revision, term.employeeId],
          ...[term.startDate, term.endDate ?? 'infinity', term.timeZone],
          formatTimestamp(term.startTime * 1000),
          term.endTime === Infinity ? 'infinity' : formatTimestamp(term.endTime * 1000),
          ...[actor, reason],
        ),
      ),
      bind(RAISE_BADGE, badgeId, actor, reason),
      bind(UNBLOCK_BADGE, badgeId),
    ]);
    const row = rows[superseded.length + said.length]?.[0];
    if (row === undefined) throw new Error(`the change of badge ${badgeId} has no row`);
    const answer = badgeAssignment(row);
    await finish(session, change, answer, () => {
      progress.committing = true;
    });
    return answer;
  });
}

async function finish(
  session: Session,
  { requestId, payloadHash, badgeId }: BadgeChange,
  { assignmentId, revision }: BadgeAssignment,
  committing: () => void,
): Promise<void> {
  committing();
  await session.pipeline([
    ...(requestId === undefined
      ? []
      : [bind(KEEP_BADGE_REQUEST, requestId, payloadHash, badgeId, assignmentId, revision)]),
    bind(COMMIT),
  ]);
}

/** The first answer, whatever changed since. */
function answerOf(row: Row, { kind, requestId = '', payloadHash }: BadgeChange): BadgeAssignment {
  const hash = bytes(row, 'payload_hash');
  if (Buffer.compare(hash, payloadHash) !== 0) {
    throw new AttendanceError({ kind: 'ROSTER_REQUEST_ID_REUSED', requestId });
  }
  const answer = badgeAssignment(row);
  return kind === 'RETRACT' ? answer : { ...answer, superseded: undefined };
}
