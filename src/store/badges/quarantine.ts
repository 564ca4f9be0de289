// Keeps, lists and discards punches in quarantine. A punch that an employee gets leaves it with the
// batch that records the punch (facts/moved-punches.ts). Locks are taken in one order: badges,
// imports, punches, and the head of the quarantine last.

import type { BadgePunch, QuarantinedPunch, QuarantineOutcome } from '../../app/ports/badges.js';
import { MAX_QUARANTINED } from '../../app/ports/badges.js';
import { PUNCH_KINDS } from '../../domain/facts/punch.js';
import { PUNCH_SOURCES } from '../../domain/facts/recorded-punch.js';
import { flagBits } from '../facts/punch-rows.js';
import {
  BEGIN,
  type Bound,
  bind,
  COMMIT,
  type Database,
  formatTimestamp,
  ROLLBACK,
  type Row,
  type Session,
} from '../postgres/database.js';
import { inTries } from '../postgres/retry.js';
import { codeOf, number, text } from '../postgres/rows.js';
import { quarantineColumns, quarantinedPunch } from './badge-rows.js';
import { ADD_BADGES, TAKE_BADGES } from './change-badge.js';

/**
 * For each punch: whether its badge has an owner at that time, and its row if it is there already.
 */
export const FIND_QUARANTINED = {
  name: 'find_quarantined',
  text: `
    select t.n, a.assignment_id is not null as is_owned, q.quarantine_id,
           q.discarded_at is not null as is_discarded
    from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::smallint[])
         with ordinality t (badge_id, time, device_id, event_id, kind, n)
    left join lateral (
      select a.assignment_id from badge_assignment a
      where a.badge_id = t.badge_id collate "C" and a.superseded_at = 'infinity'
        and a.start_time <= t.time and a.end_time > t.time
      limit 1
    ) a on true
    left join lateral (
      select q.quarantine_id, q.discarded_at from quarantined_punch q
      where q.badge_id = t.badge_id collate "C" and q.device_id = t.device_id collate "C"
        and q.event_id = t.event_id collate "C" and q.time = t.time and q.kind = t.kind
      limit 1
    ) q on true
    order by t.n`,
};

/** Adds imports. An import with all of its punches in quarantine is an import, too. */
export const ADD_IMPORTS = {
  name: 'add_imports',
  text: `
    insert into punch_import (import_id, actor, punches, first_recorded_at, last_recorded_at)
    select t.*, 0, clock_timestamp(), clock_timestamp() from unnest($1::text[], $2::text[]) t
    on conflict (import_id) do nothing`,
};

export const LOCK_QUARANTINE_HEAD = {
  name: 'lock_quarantine_head',
  text: 'select waiting from quarantine_head where id = 1 for update',
};

const TOLD = [
  ...['badge_id', 'time', 'kind', 'source', 'device_id', 'event_id', 'time_zone', 'latitude'],
  ...['longitude', 'accuracy_meters', 'labels', 'note', 'flags', 'actor', 'received_at'],
  'import_id',
].join(', ');

export const KEEP_QUARANTINED = {
  name: 'keep_quarantined',
  text: `
    insert into quarantined_punch (${TOLD}, quarantined_at)
    select t.*, clock_timestamp()
    from unnest($1::text[], $2::timestamptz[], $3::smallint[], $4::smallint[], $5::text[],
                $6::text[], $7::text[], $8::double precision[], $9::double precision[],
                $10::double precision[], $11::jsonb[], $12::text[], $13::smallint[], $14::text[],
                $15::timestamptz[], $16::text[]) t
    returning quarantine_id, badge_id, device_id, event_id, time, kind`,
};

/** Puts discarded punches back into quarantine on request. */
export const RESTORE_QUARANTINED = {
  name: 'restore_quarantined',
  text: `
    update quarantined_punch q
    set discarded_at = null, discarded_by = '', discard_reason = '', blocked = ''
    from unnest($1::bigint[]) t (quarantine_id)
    where q.quarantine_id = t.quarantine_id`,
};

export const COUNT_WAITING = {
  name: 'count_waiting',
  text: 'update quarantine_head set waiting = waiting + $1::bigint where id = 1',
};

export const LIST_QUARANTINED = {
  name: 'list_quarantined',
  text: `
    select ${quarantineColumns('q')} from quarantined_punch q
    where q.is_waiting and q.quarantine_id > $1::bigint
    order by q.quarantine_id limit $2::integer`,
};

export const LIST_QUARANTINED_OF_BADGE = {
  name: 'list_quarantined_of_badge',
  text: `
    select ${quarantineColumns('q')} from quarantined_punch q
    where q.is_waiting and q.badge_id = $3::text collate "C"
      and (q.quarantine_id + 0) > $1::bigint
    order by (q.quarantine_id + 0) limit $2::integer`,
};

export const LIST_QUARANTINED_OF_IMPORT = {
  name: 'list_quarantined_of_import',
  text: `
    select q.quarantine_id from quarantined_punch q
    where q.is_waiting and q.import_id = $1::text collate "C"
    order by (q.quarantine_id + 0) limit $2::integer`,
};

/** Reads the badges of punches, because a badge's lock is taken before that of its punches. */
export const READ_BADGES_OF = {
  name: 'read_badges_of_quarantined',
  text: `
    select distinct q.badge_id
    from unnest($1::bigint[]) t (quarantine_id)
    cross join lateral (
      select badge_id from quarantined_punch q where q.quarantine_id = t.quarantine_id limit 1
    ) q`,
};

/**
 * Raises the versions of their badges, so that callers who have read the owners read them again.
 */
export const DISCARD_QUARANTINED = {
  name: 'discard_quarantined',
  text: `
    with discarded as (
      update quarantined_punch q
      set discarded_at = clock_timestamp(), discarded_by = $2, discard_reason = $3
      from unnest($1::bigint[]) t (quarantine_id)
      where q.quarantine_id = t.quarantine_id and q.discarded_at is null
      returning q.badge_id
    ), raised as (
      update badge b
      set version = b.version + 1,
          settled_version = case when b.settled_version = b.version then b.version + 1
                                 else b.settled_version end
      from (select distinct badge_id from discarded) d
      where b.badge_id = d.badge_id
    )
    update quarantine_head h set waiting = h.waiting - d.count
    from (select count(*) as count from discarded) d
    where h.id = 1
    returning d.count`,
};

/** See BadgeStore.quarantine. */
export async function quarantine(
  database: Database,
  punches: readonly BadgePunch[],
): Promise<readonly QuarantineOutcome[]> {
  if (punches.length === 0) return [];
  return await inTries(database, async (session, progress) => {
    const badgeIds = [...new Set(punches.map(({ badgeId }) => badgeId))].sort();
    await session.pipeline([
      bind(BEGIN),
      bind(ADD_BADGES, badgeIds),
      bind(TAKE_BADGES, badgeIds),
      ...addImports(punches),
    ]);
    const [rows = [], heads = []] = await session.pipeline([
      bind(FIND_QUARANTINED, ...identities(punches)),
      bind(LOCK_QUARANTINE_HEAD),
    ]);
    const room = MAX_QUARANTINED - (heads[0] === undefined ? 0 : number(heads[0], 'waiting'));
    const plan = planOf(punches, rows, room);
    const isJudged = punches.some(({ validateOnly }) => validateOnly);
    if (isJudged || (plan.kept.length === 0 && plan.restored.length === 0)) {
      await session.pipeline([bind(ROLLBACK)]);
      return punches.map((punch) => plan.outcomeOf(punch, undefined));
    }
    return await keep(session, punches, plan, () => {
      progress.committing = true;
    });
  });
}

async function keep(
  session: Session,
  punches: readonly BadgePunch[],
  { kept, restored, outcomeOf }: Plan,
  committing: () => void,
): Promise<readonly QuarantineOutcome[]> {
  committing();
  const [rows = []] = await session.pipeline([
    bind(KEEP_QUARANTINED, ...keptArrays(kept)),
    bind(RESTORE_QUARANTINED, restored),
    bind(COUNT_WAITING, kept.length + restored.length),
    bind(COMMIT),
  ]);
  const ids = new Map(rows.map((row) => [keyOfRow(row), number(row, 'quarantine_id')]));
  return punches.map((punch) => outcomeOf(punch, ids.get(keyOf(punch))));
}

interface Plan {
  readonly kept: readonly BadgePunch[];
  readonly restored: readonly number[];
  outcomeOf(punch: BadgePunch, quarantineId: number | undefined): QuarantineOutcome;
}

/** `rows`: one per punch, in order. The same punch twice is kept once. */
function planOf(punches: readonly BadgePunch[], rows: readonly Row[], room: number): Plan {
  const kept = new Map<string, BadgePunch>();
  const restored = new Set<number>();
  const outcomes = new Map<BadgePunch, (id: number | undefined) => QuarantineOutcome>();
  for (const [index, punch] of punches.entries()) {
    const row = rows[index];
    if (row === undefined) throw new Error('a punch was not looked up');
    const key = keyOf(punch);
    const there = row.quarantine_id === null ? undefined : number(row, 'quarantine_id');
    const isDiscarded = row.is_discarded === true && !(there !== undefined && restored.has(there));
    const isFull = kept.size + restored.size >= room;
    if (row.is_owned === true) outcomes.set(punch, () => undefined);
    else if (there !== undefined && isDiscarded && punch.restore && isFull) {
      outcomes.set(punch, () => ({ kind: 'FULL' }));
    } else if (there !== undefined) {
      const comesBack = isDiscarded && punch.restore;
      if (comesBack) restored.add(there);
      const kind = comesBack ? 'QUARANTINED' : 'DUPLICATE';
      const discarded = isDiscarded && !comesBack;
      outcomes.set(punch, () => ({ kind, quarantineId: there, discarded }));
    } else if (kept.has(key)) {
      outcomes.set(punch, (id) => ({ kind: 'DUPLICATE', quarantineId: id, discarded: false }));
    } else if (isFull) outcomes.set(punch, () => ({ kind: 'FULL' }));
    else {
      kept.set(key, punch);
      outcomes.set(punch, (id) => ({ kind: 'QUARANTINED', quarantineId: id, discarded: false }));
    }
  }
  return {
    kept: [...kept.values()],
    restored: [...restored],
    outcomeOf: (punch, id) => outcomes.get(punch)?.(id),
  };
}

function keyOf({ badgeId, punch }: BadgePunch): string {
  const { deviceId, eventId, time, kind } = punch;
  return JSON.stringify([badgeId, deviceId, eventId, time, codeOf(PUNCH_KINDS, kind)]);
}

function keyOfRow(row: Row): string {
  const time = Math.floor(number(row, 'time') / 1000);
  const texts = ['badge_id', 'device_id', 'event_id'].map((column) => text(row, column));
  return JSON.stringify([...texts, time, number(row, 'kind')]);
}

/** The columns that identify punches, as parameters. */
export function identities(punches: readonly BadgePunch[]): unknown[] {
  return [
    punches.map(({ badgeId }) => badgeId),
    punches.map(({ punch }) => formatTimestamp(punch.time * 1000)),
    punches.map(({ punch }) => punch.deviceId),
    punches.map(({ punch }) => punch.eventId),
    punches.map(({ punch }) => codeOf(PUNCH_KINDS, punch.kind)),
  ];
}

function keptArrays(kept: readonly BadgePunch[]): unknown[] {
  const punches = kept.map(({ punch }) => punch);
  return [
    kept.map(({ badgeId }) => badgeId),
    punches.map(({ time }) => formatTimestamp(time * 1000)),
    punches.map(({ kind }) => codeOf(PUNCH_KINDS, kind)),
    punches.map(({ source }) => codeOf(PUNCH_SOURCES, source)),
    punches.map(({ deviceId }) => deviceId),
    punches.map(({ eventId }) => eventId),
    punches.map(({ timeZone }) => timeZone),
    punches.map(({ position }) => position?.latitude ?? null),
    punches.map(({ position }) => position?.longitude ?? null),
    punches.map(({ accuracyMeters }) => accuracyMeters),
    punches.map(({ labels }) => (Object.keys(labels).length === 0 ? null : JSON.stringify(labels))),
    punches.map(({ note }) => note),
    punches.map(({ flags }) => flagBits(flags)),
    kept.map(({ actor }) => actor),
    kept.map(({ receivedAt }) => formatTimestamp(receivedAt * 1000)),
    kept.map(({ importId }) => importId ?? null),
  ];
}

function addImports(punches: readonly BadgePunch[]): Bound[] {
  const imports = new Map(
    punches.flatMap(({ importId, actor }) => (importId === undefined ? [] : [[importId, actor]])),
  );
  if (imports.size === 0) return [];
  return [bind(ADD_IMPORTS, [...imports.keys()], [...imports.values()])];
}

/** See BadgeStore.listQuarantined. */
export async function listQuarantined(
  database: Database,
  query: { readonly badgeId: string | undefined; readonly after: number; readonly limit: number },
): Promise<readonly QuarantinedPunch[]> {
  const { badgeId, after, limit } = query;
  const rows =
    badgeId === undefined
      ? await database.query(LIST_QUARANTINED, after, limit)
      : await database.query(LIST_QUARANTINED_OF_BADGE, after, limit, badgeId);
  return rows.map(quarantinedPunch);
}

/** See BadgeStore.discard. */
export async function discard(
  database: Database,
  quarantineIds: readonly number[],
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<number> {
  if (quarantineIds.length === 0) return 0;
  const ids = [...quarantineIds].sort((a, b) => a - b);
  return await inTries(database, async (session, progress) => {
    const [, rows = []] = await session.pipeline([bind(BEGIN), bind(READ_BADGES_OF, ids)]);
    const badgeIds = rows.map((row) => text(row, 'badge_id')).sort();
    progress.committing = true;
    const [, counted = []] = await session.pipeline([
      bind(TAKE_BADGES, badgeIds),
      bind(DISCARD_QUARANTINED, ids, actor, reason),
      bind(COMMIT),
    ]);
    return counted[0] === undefined ? 0 : number(counted[0], 'count');
  });
}
