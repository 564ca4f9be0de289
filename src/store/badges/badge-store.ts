// Implements the port for badges over PostgreSQL.

import type {
  BadgeOwner,
  BadgePunch,
  BadgeQuery,
  BadgeStore,
  BadgeWork,
} from '../../app/ports/badges.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { type Database, forCaller, formatTimestamp } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import {
  assignmentColumns,
  badgeAssignment,
  quarantineColumns,
  quarantinedPunch,
} from './badge-rows.js';
import { changeBadge } from './change-badge.js';
import {
  discard,
  identities,
  LIST_QUARANTINED_OF_IMPORT,
  listQuarantined,
  quarantine,
} from './quarantine.js';

/** One statement, so of one moment: the version belongs to the assignments read with it. */
export const LOCATE_BADGES = {
  name: 'locate_badges',
  text: `
    select coalesce(b.version, 0) as version, a.employee_id, q.quarantine_id as discarded
    from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::smallint[])
         with ordinality t (badge_id, time, device_id, event_id, kind, n)
    left join lateral (
      select b.version from badge b where b.badge_id = t.badge_id collate "C" limit 1
    ) b on true
    left join lateral (
      select a.employee_id from badge_assignment a
      where a.badge_id = t.badge_id collate "C" and a.superseded_at = 'infinity'
        and a.start_time <= t.time and a.end_time > t.time
      limit 1
    ) a on true
    left join lateral (
      select q.quarantine_id from quarantined_punch q
      where q.badge_id = t.badge_id collate "C" and q.device_id = t.device_id collate "C"
        and q.event_id = t.event_id collate "C" and q.time = t.time and q.kind = t.kind
        and q.discarded_at is not null
      limit 1
    ) q on true
    order by t.n`,
};

/**
 * $1 to $3: the row to begin after; $4: as of; $5: also revisions superseded by then; $6: the
 * limit.
 */
function listBadges(name: string, whose: string) {
  return {
    name,
    text: `
      select ${assignmentColumns('a')} from badge_assignment a
      where ${whose}(a.badge_id, a.assignment_id, a.revision)
              > ($1::text collate "C", $2::bigint, $3::integer)
        and a.recorded_at <= $4::timestamptz
        and ($5::boolean or a.superseded_at > $4::timestamptz
             or (a.superseded_at = 'infinity' and $4::timestamptz = 'infinity'))
      order by a.badge_id, a.assignment_id, a.revision limit $6::integer`,
  };
}

export const LIST_BADGES = listBadges('list_badges', '');
export const LIST_BADGES_OF_BADGE = listBadges(
  'list_badges_of_badge',
  'a.badge_id = $7::text collate "C" and ',
);
export const LIST_BADGES_OF_EMPLOYEE = listBadges(
  'list_badges_of_employee',
  'a.employee_id = $7::text collate "C" and ',
);
export const LIST_BADGES_OF_BOTH = listBadges(
  'list_badges_of_both',
  'a.employee_id = $7::text collate "C" and a.badge_id = $8::text collate "C" and ',
);

export const READ_OPEN_BADGE = {
  name: 'read_open_badge',
  text: `
    select b.version, b.changed_by, b.change_reason from badge b
    where b.badge_id = $1::text collate "C" and b.is_open`,
};

export const LIST_ASTRAY = {
  name: 'list_astray',
  text: `
    select p.employee_id, p.sequence from punch p
    where p.badge_id = $1::text collate "C" and p.voided_by is null and (
      select a.assignment_id from badge_assignment a
      where a.badge_id = p.badge_id and a.superseded_at = 'infinity'
        and a.employee_id = p.employee_id and a.start_time <= p.time and a.end_time > p.time
      limit 1
    ) is null
    order by p.employee_id, p.time, p.sequence
    limit $2::integer`,
};

export const LIST_DUE = {
  name: 'list_due',
  text: `
    select a.employee_id, ${quarantineColumns('q')}
    from badge_assignment a
    cross join lateral (
      select * from quarantined_punch q
      where q.badge_id = a.badge_id and q.time >= a.start_time and q.time < a.end_time
        and q.is_waiting and q.blocked = ''
      order by q.time, q.quarantine_id
      limit $2::integer
    ) q
    where a.badge_id = $1::text collate "C" and a.superseded_at = 'infinity'
    limit $2::integer`,
};

export const MARK_SETTLED = {
  name: 'mark_badge_settled',
  text: `
    update badge set settled_version = $2::bigint
    where badge_id = $1::text collate "C" and version = $2::bigint`,
};

export const LIST_UNSETTLED = {
  name: 'list_unsettled_badges',
  text: `
    select b.badge_id from badge b
    where b.is_open and b.badge_id > $1::text collate "C"
    order by b.badge_id limit $2::integer`,
};

export const READ_WAITING = {
  name: 'read_waiting',
  text: 'select waiting from quarantine_head where id = 1',
};

/** Counts at most as many as the quarantine holds. */
export const COUNT_WAITING_OF_BADGE = {
  name: 'count_waiting_of_badge',
  text: `
    select count(*) as waiting from quarantined_punch q
    where q.badge_id = $1::text collate "C" and q.is_waiting and q.time is not null`,
};

export function createBadgeStore(databases: {
  readonly writes: Database;
  readonly reads: Database;
}): BadgeStore {
  const { writes, reads } = databases;
  return {
    change: (change, rules, caller) => changeBadge(forCaller(writes, caller), change, rules),
    list: (query, caller) => list(forCaller(reads, caller), query),
    locate: (punches, caller) => locate(forCaller(reads, caller), punches),
    quarantine: (punches, caller) => quarantine(forCaller(writes, caller), punches),
    listQuarantined: (query, caller) => listQuarantined(forCaller(reads, caller), query),
    async listQuarantinedOfImport(importId, limit, caller) {
      const database = forCaller(reads, caller);
      const rows = await database.query(LIST_QUARANTINED_OF_IMPORT, importId, limit);
      return rows.map((row) => number(row, 'quarantine_id'));
    },
    discard: (ids, why, caller) => discard(forCaller(writes, caller), ids, why),
    async countWaiting(badgeId, caller) {
      const database = forCaller(reads, caller);
      const [row] =
        badgeId === undefined
          ? await database.query(READ_WAITING)
          : await database.query(COUNT_WAITING_OF_BADGE, badgeId);
      if (row === undefined) throw new Error('quarantine_head has lost its row');
      return number(row, 'waiting');
    },
    readWork: (badgeId, limit, caller) => readWork(forCaller(reads, caller), badgeId, limit),
    async markSettled(badgeId, version) {
      await writes.query(MARK_SETTLED, badgeId, version);
    },
    async listUnsettled(after, limit) {
      const rows = await reads.query(LIST_UNSETTLED, after, limit);
      return rows.map((row) => text(row, 'badge_id'));
    },
  };
}

async function list(database: Database, query: BadgeQuery) {
  const { badgeId, employeeId, asOf, includeSuperseded, after, limit } = query;
  const values = [
    ...[after?.badgeId ?? '', after?.assignmentId ?? 0, after?.revision ?? 0],
    asOf === undefined ? 'infinity' : formatTimestamp(asOf),
    ...[includeSuperseded, limit],
  ];
  const rows = await (employeeId !== undefined && badgeId !== undefined
    ? database.query(LIST_BADGES_OF_BOTH, ...values, employeeId, badgeId)
    : employeeId !== undefined
      ? database.query(LIST_BADGES_OF_EMPLOYEE, ...values, employeeId)
      : badgeId !== undefined
        ? database.query(LIST_BADGES_OF_BADGE, ...values, badgeId)
        : database.query(LIST_BADGES, ...values));
  // A later change that superseded it was not known at that moment.
  return rows.map(badgeAssignment).map((row) => {
    const isLater = asOf !== undefined && row.superseded !== undefined && row.superseded.at > asOf;
    return isLater ? { ...row, superseded: undefined } : row;
  });
}

async function locate(
  database: Database,
  punches: readonly BadgePunch[],
): Promise<readonly BadgeOwner[]> {
  const rows = await database.query(LOCATE_BADGES, ...identities(punches));
  return rows.map((row) => ({
    version: number(row, 'version'),
    employeeId: row.employee_id === null ? undefined : (text(row, 'employee_id') as EmployeeId),
    discarded: row.discarded === null ? undefined : number(row, 'discarded'),
  }));
}

/**
 * Reads the version first. Everything read after it can only be newer, and a batch that was made
 * for an older version is not recorded.
 */
async function readWork(
  database: Database,
  badgeId: string,
  limit: number,
): Promise<BadgeWork | undefined> {
  const [open] = await database.query(READ_OPEN_BADGE, badgeId);
  if (open === undefined) return undefined;
  const astray = await database.query(LIST_ASTRAY, badgeId, limit);
  const due = await database.query(LIST_DUE, badgeId, limit);
  return {
    version: number(open, 'version'),
    actor: text(open, 'changed_by'),
    reason: text(open, 'change_reason'),
    astray: astray.map((row) => ({
      employeeId: text(row, 'employee_id') as EmployeeId,
      punchId: number(row, 'sequence'),
    })),
    due: due.map((row) => ({
      ...quarantinedPunch(row),
      employeeId: text(row, 'employee_id') as EmployeeId,
    })),
  };
}
