// Writes the days of a batch as rows: their changes at the head of the feed, and the days after it.

import type { BatchDecision, DayChange, DayRestamp } from '../../app/ports/batch.js';
import { CHANGE_CAUSES, type ChangeCause, type Fact } from '../../app/ports/facts.js';
import { ENGINE_VERSION } from '../../domain/engine/derive.js';
import { type Bound, bind } from '../postgres/database.js';
import { codeOf, resultArrays } from '../postgres/rows.js';
import { type Accepted, HEAD_TIME } from './insert-facts.js';

/**
 * Takes the feed's head, which stays locked until the commit, and appends the changes after it.
 * Also without changes, for the time at which punches are recorded. The time rises with every
 * transaction, even if the clock goes back.
 */
export const APPEND_CHANGES = {
  name: 'append_changes',
  text: `
    with head as (
      update feed_head
      set position = position + cardinality($1::text[]),
          recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
      where id = 1
      returning position - cardinality($1::text[]) as base, recorded_at
    ), appended as (
      insert into attendance_change (position, recorded_at, employee_id, date, revision, sequence,
                                     cause, actor, reason, status, origin, portion,
                                     other_half_status, leave_type_id,
                                     other_half_leave_type_id, leave_times, note, work, anomalies,
                                     settles_at, engine_version)
      select head.base + c.n, head.recorded_at, c.employee_id, c.date, c.revision, c.sequence,
             c.cause, c.actor, c.reason, c.status, c.origin, c.portion,
             c.other_half_status, c.leave_type_id, c.other_half_leave_type_id, c.leave_times, c.note,
             c.work, c.anomalies, c.settles_at, $19::integer
      from head,
           unnest($1::text[], $2::date[], $3::integer[], $4::bigint[], $5::smallint[], $6::text[],
                  $7::text[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[],
                  $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
                  $17::integer[], $18::timestamptz[]) with ordinality
             c (employee_id, date, revision, sequence, cause, actor, reason, status, origin,
                portion, other_half_status, leave_type_id, other_half_leave_type_id, leave_times,
                note, work, anomalies, settles_at, n)
    )
    select recorded_at from head`,
};

/** The days after the batch, with the time of the head that this transaction holds. */
export const UPSERT_DAYS = {
  name: 'upsert_days',
  text: `
    insert into attendance_day as d (employee_id, date, revision, status, origin, portion,
                                     other_half_status, leave_type_id,
                                     other_half_leave_type_id, leave_times, note, work, anomalies,
                                     settles_at, engine_version, recorded_at)
    select t.*, $15::integer, ${HEAD_TIME}
    from unnest($1::text[], $2::date[], $3::integer[], $4::smallint[], $5::smallint[],
                $6::smallint[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[],
                $12::text[], $13::integer[], $14::timestamptz[]) t
    on conflict (employee_id, date) do update set
      revision = excluded.revision, status = excluded.status, origin = excluded.origin,
      portion = excluded.portion, other_half_status = excluded.other_half_status,
      leave_type_id = excluded.leave_type_id,
      other_half_leave_type_id = excluded.other_half_leave_type_id,
      leave_times = excluded.leave_times,
      note = excluded.note, work = excluded.work, anomalies = excluded.anomalies,
      settles_at = excluded.settles_at, engine_version = excluded.engine_version, recorded_at = excluded.recorded_at`,
};

/** Days with the same result under the rules in force. Their revision and time stay. */
export const RESTAMP_DAYS = {
  name: 'restamp_days',
  text: `
    update attendance_day d set status = t.status, origin = t.origin, portion = t.portion,
      other_half_status = t.other_half_status, leave_type_id = t.leave_type_id,
      other_half_leave_type_id = t.other_half_leave_type_id, leave_times = t.leave_times,
      note = t.note, work = t.work,
      anomalies = t.anomalies, settles_at = t.settles_at, engine_version = $14::integer
    from unnest($1::text[], $2::date[], $3::smallint[], $4::smallint[], $5::smallint[],
                $6::smallint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                $12::integer[], $13::timestamptz[])
         t (employee_id, date, status, origin, portion, other_half_status, leave_type_id,
            other_half_leave_type_id, leave_times, note, work, anomalies, settles_at)
    where d.employee_id = t.employee_id collate "C" and d.date = t.date`,
};

/** Whether the transaction needs a place and a time in the order of all transactions. */
export function needsHead(decision: BatchDecision, accepted: readonly Accepted[]): boolean {
  return (
    decision.changes.length > 0 ||
    decision.reflags.length > 0 ||
    accepted.some(
      ({ fact, punches, voids }) => punches.length > 0 || voids.length > 0 || isImported(fact),
    )
  );
}

/** Only marks: a punch needs the head anyway. */
function isImported(fact: Fact): boolean {
  return fact.kind === 'MARK' && fact.importId !== undefined;
}

/** Takes the head. `changes` are those of `accepted`, in the order in which they happened. */
export function appendChanges(changes: readonly DayChange[], accepted: readonly Accepted[]): Bound {
  const byIndex = new Map(accepted.map((item) => [item.index, item]));
  const causes = changes.map(({ index }) => {
    const item = byIndex.get(index);
    if (item === undefined) throw new Error(`item ${index} changed a day and is not recorded`);
    return item;
  });
  return bind(
    APPEND_CHANGES,
    changes.map(({ employeeId }) => employeeId),
    changes.map(({ date }) => date),
    changes.map(({ revision }) => revision),
    causes.map(({ sequence }) => sequence),
    causes.map(({ fact }) => codeOf<ChangeCause>(CHANGE_CAUSES, causeOf(fact))),
    causes.map(({ fact }) => fact.actor),
    causes.map(({ fact }) => reasonOf(fact)),
    ...resultArrays(changes.map(({ result }) => result)),
    ENGINE_VERSION,
  );
}

function causeOf(fact: Fact): ChangeCause {
  if (fact.kind === 'COMMAND') return 'PUNCH';
  return fact.kind === 'REDERIVE' ? 'ROSTER' : fact.kind;
}

/** The caller's reason, or the note if the fact has none. */
function reasonOf(fact: Fact): string {
  if (fact.kind === 'MARK') return fact.note;
  return fact.kind === 'PUNCH' || fact.kind === 'COMMAND' ? fact.punch.note : fact.reason;
}

/** Each day after its last change. */
export function upsertDays(changes: readonly DayChange[]): Bound[] {
  const latest = [
    ...new Map(changes.map((change) => [`${change.employeeId} ${change.date}`, change])).values(),
  ];
  if (latest.length === 0) return [];
  return [
    bind(
      UPSERT_DAYS,
      latest.map(({ employeeId }) => employeeId),
      latest.map(({ date }) => date),
      latest.map(({ revision }) => revision),
      ...resultArrays(latest.map(({ result }) => result)),
      ENGINE_VERSION,
    ),
  ];
}

export function restampDays(restamps: readonly DayRestamp[]): Bound[] {
  if (restamps.length === 0) return [];
  return [
    bind(
      RESTAMP_DAYS,
      restamps.map(({ employeeId }) => employeeId),
      restamps.map(({ date }) => date),
      ...resultArrays(restamps.map(({ result }) => result)),
      ENGINE_VERSION,
    ),
  ];
}
