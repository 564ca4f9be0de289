// Moves a batch's punches between an employee and the quarantine, and takes the locks for that: the
// assignments of the badges stay as they were until the commit.

import type { ItemOutcome } from '../../app/ports/batch.js';
import type { BadgeClaim, Fact } from '../../app/ports/facts.js';
import { type Bound, bind, type Row } from '../postgres/database.js';
import { number, text } from '../postgres/rows.js';
import { type Accepted, HEAD_TIME } from './insert-facts.js';
import { flagBits } from './punch-rows.js';

/** Shared locks, so that writers do not wait for each other. Sorted, and before all employees. */
export const LOCK_BADGES = {
  name: 'lock_badges',
  text: `
    select b.badge_id, b.version
    from unnest($1::text[]) t (badge_id)
    cross join lateral (
      select * from badge b where b.badge_id = t.badge_id collate "C" for share
    ) b`,
};

export const LOCK_QUARANTINED = {
  name: 'lock_quarantined',
  text: `
    select q.quarantine_id
    from unnest($1::bigint[]) t (quarantine_id)
    cross join lateral (
      select * from quarantined_punch q where q.quarantine_id = t.quarantine_id for update
    ) q`,
};

/** Removes punches that an employee now has. A discarded one was not waiting. */
export const RELEASE_QUARANTINED = {
  name: 'release_quarantined',
  text: `
    with gone as (
      delete from quarantined_punch q
      using unnest($1::bigint[]) t (quarantine_id)
      where q.quarantine_id = t.quarantine_id
      returning q.is_waiting
    )
    update quarantine_head
    set waiting = waiting - (select count(*) from gone where is_waiting) where id = 1`,
};

export const BLOCK_QUARANTINED = {
  name: 'block_quarantined',
  text: `
    update quarantined_punch q set blocked = t.reason
    from unnest($1::bigint[], $2::text[]) t (quarantine_id, reason)
    where q.quarantine_id = t.quarantine_id`,
};

/**
 * Puts punches that were voided with an assignment back into quarantine. A repeated log may have
 * put them there before; a punch that a person discarded stays discarded.
 */
export const QUARANTINE_VOIDED = {
  name: 'quarantine_voided',
  text: `
    with back as (
      insert into quarantined_punch as q
        (badge_id, time, kind, source, device_id, event_id, time_zone, latitude, longitude,
         accuracy_meters, labels, note, flags, actor, received_at, import_id, quarantined_at,
         restore)
      select p.badge_id, p.time, p.kind, p.source, p.device_id, p.event_id, p.time_zone, p.latitude,
             p.longitude, p.accuracy_meters, p.labels, p.note,
             p.flags & ${flagBits(['CLOCK_SKEW'])}, p.actor, p.received_at, p.import_id,
             ${HEAD_TIME}, true
      from unnest($1::text[], $2::bigint[]) t (employee_id, sequence)
      cross join lateral (
        select * from punch p
        where p.employee_id = t.employee_id collate "C" and p.sequence = t.sequence
          and p.badge_id is not null
        limit 1
      ) p
      on conflict (badge_id, device_id, event_id, time, kind) do update set restore = true
      where q.discarded_at is null
      returning xmax = 0 as is_new
    )
    update quarantine_head
    set waiting = waiting + (select count(*) from back where is_new) where id = 1`,
};

/** The badges of the facts; most batches have none. */
export function claimsOf(facts: readonly Fact[]): readonly BadgeClaim[] {
  return facts.flatMap((fact) => ('badge' in fact ? (fact.badge ?? []) : []));
}

export function lockBadges(claims: readonly BadgeClaim[]): Bound | undefined {
  if (claims.length === 0) return undefined;
  return bind(LOCK_BADGES, [...new Set(claims.map(({ badgeId }) => badgeId))].sort());
}

export function lockQuarantined(claims: readonly BadgeClaim[]): Bound | undefined {
  const ids = claims.flatMap(({ quarantineId }) => quarantineId ?? []);
  return ids.length === 0
    ? undefined
    : bind(
        LOCK_QUARANTINED,
        ids.sort((a, b) => a - b),
      );
}

/** Whether the badges and the quarantine are as the facts say. */
export function areClaimsKept(
  claims: readonly BadgeClaim[],
  badges: readonly Row[],
  quarantined: readonly Row[],
): boolean {
  const versions = new Map(badges.map((row) => [text(row, 'badge_id'), number(row, 'version')]));
  // Discarding a punch also raises its badge's version.
  const there = new Set(quarantined.map((row) => number(row, 'quarantine_id')));
  return claims.every(
    ({ badgeId, version, quarantineId }) =>
      versions.get(badgeId) === version && (quarantineId === undefined || there.has(quarantineId)),
  );
}

/** The punches that leave the quarantine, and those that return. After all that needs the head. */
export function movePunches(
  facts: readonly Fact[],
  outcomes: readonly ItemOutcome[],
  accepted: readonly Accepted[],
): Bound[] {
  return [...releasePunches(facts, outcomes), ...quarantineVoided(accepted)];
}

function releasePunches(facts: readonly Fact[], outcomes: readonly ItemOutcome[]): Bound[] {
  const released: number[] = [];
  const blocked: { readonly id: number; readonly reason: string }[] = [];
  for (const [index, fact] of facts.entries()) {
    const id = fact.kind === 'PUNCH' && !fact.validateOnly ? fact.badge?.quarantineId : undefined;
    const outcome = outcomes[index];
    if (id === undefined || outcome === undefined) continue;
    if (outcome.kind === 'FAILED') blocked.push({ id, reason: outcome.failure.kind });
    else released.push(id);
  }
  return [
    ...(released.length === 0 ? [] : [bind(RELEASE_QUARANTINED, released)]),
    ...(blocked.length === 0
      ? []
      : [
          bind(
            BLOCK_QUARANTINED,
            blocked.map(({ id }) => id),
            blocked.map(({ reason }) => reason),
          ),
        ]),
  ];
}

function quarantineVoided(accepted: readonly Accepted[]): Bound[] {
  const back = accepted.flatMap(({ fact, voids }) =>
    fact.kind === 'VOID' && fact.badge !== undefined
      ? voids.map((punchId) => ({ employeeId: fact.employeeId, punchId }))
      : [],
  );
  if (back.length === 0) return [];
  return [
    bind(
      QUARANTINE_VOIDED,
      back.map(({ employeeId }) => employeeId),
      back.map(({ punchId }) => punchId),
    ),
  ];
}
