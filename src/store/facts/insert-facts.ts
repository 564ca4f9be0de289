// Writes the facts of a batch as rows, and their effects on earlier punches. Each statement takes
// all of its items at once. Punches have the time of the feed's head, so statements that write it
// run after APPEND_CHANGES, in the same transaction.

import type { AcceptedFact, PunchReflag } from '../../app/ports/batch.js';
import type { CorrectFact, Fact, ReplaceFact } from '../../app/ports/facts.js';
import { type ClockRange, PORTIONS, STATUSES, type Status } from '../../domain/facts/day.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import { type Bound, bind, formatTimestamp } from '../postgres/database.js';
import { codeOf } from '../postgres/rows.js';
import { flagBits, TOLD_COLUMNS, toldArrays } from './punch-rows.js';

/** Kinds of mark, as numbered in `mark.kind`. */
export const MARK_KINDS = ['MARK', 'CLEAR'] as const;

/** The time of the head, which this transaction has moved and locked. */
export const HEAD_TIME = '(select recorded_at from feed_head where id = 1)';

/** `unnest` of one row per item, with the named columns in order. */
export const INSERT_MARKS = {
  name: 'insert_marks',
  text: `
    insert into mark (employee_id, sequence, date, kind, status, portion, leave_type_id,
                      leave_start_second, leave_end_second, note, reason, actor, received_at, request_id, payload_hash, revision, import_id)
    select * from unnest($1::text[], $2::bigint[], $3::date[], $4::smallint[], $5::smallint[],
                         $6::smallint[], $7::text[], $8::integer[], $9::integer[], $10::text[],
                         $11::text[], $12::text[], $13::timestamptz[], $14::uuid[], $15::bytea[],
                         $16::integer[], $17::text[])`,
};

const PUNCH_COLUMNS = [
  ...TOLD_COLUMNS,
  ['request_id', 'uuid'],
  ['payload_hash', 'bytea'],
  ['answer_date', 'date'],
  ['answer_revision', 'integer'],
  ['reason', 'text'],
] as const;

export const INSERT_PUNCHES = {
  name: 'insert_punches',
  text: `
    insert into punch (${PUNCH_COLUMNS.map(([column]) => column).join(', ')}, recorded_at)
    select t.*, ${HEAD_TIME}
    from unnest(${PUNCH_COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')}) t`,
};

/** Lists of numbers are passed as text, because lists of different lengths cannot form an array. */
export const INSERT_CORRECTIONS = {
  name: 'insert_corrections',
  text: `
    insert into punch_correction (employee_id, sequence, punches, answer_dates, answer_revisions,
                                  reason, actor, received_at, request_id, payload_hash, recorded_at)
    select t.employee_id, t.sequence, t.punches::bigint[], t.dates::date[],
           t.revisions::integer[], t.reason, t.actor, t.received_at, t.request_id, t.payload_hash,
           ${HEAD_TIME}
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::timestamptz[], $9::uuid[], $10::bytea[])
         t (employee_id, sequence, punches, dates, revisions, reason, actor, received_at,
            request_id, payload_hash)`,
};

/** The totals of imports, one row per import. */
export const COUNT_IMPORTED = {
  name: 'count_imported',
  text: `
    insert into punch_import as i
      (import_id, actor, punches, first_recorded_at, last_recorded_at)
    select t.*, ${HEAD_TIME}, ${HEAD_TIME}
    from unnest($1::text[], $2::text[], $3::bigint[]) t
    on conflict (import_id) do update
      set punches = i.punches + excluded.punches, last_recorded_at = excluded.last_recorded_at`,
};

/**
 * Records which fact voided the punches; an earlier void stands. Updates the totals of their
 * imports.
 */
export const VOID_PUNCHES = {
  name: 'void_punches',
  text: `
    with voided as (
      update punch p set voided_by = t.voided_by, voided_at = ${HEAD_TIME}
      from unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[])
           t (employee_id, sequence, voided_by, is_replaced)
      where p.employee_id = t.employee_id collate "C" and p.sequence = t.sequence
        and p.voided_by is null
      returning p.import_id, t.is_replaced
    )
    update punch_import i set voided = i.voided + v.voided, replaced = i.replaced + v.replaced
    from (
      select import_id, count(*) filter (where not is_replaced) as voided,
             count(*) filter (where is_replaced) as replaced
      from voided
      where import_id is not null
      group by import_id
    ) v
    where i.import_id = v.import_id`,
};

export const REFLAG_PUNCHES = {
  name: 'reflag_punches',
  text: `
    update punch p
    set flags = t.flags, conflict_times = p.conflict_times || ${HEAD_TIME}
    from unnest($1::text[], $2::bigint[], $3::smallint[]) t (employee_id, sequence, flags)
    where p.employee_id = t.employee_id collate "C" and p.sequence = t.sequence
      and p.flags <> t.flags`,
};

/** A fact to insert, with the request. */
export interface Accepted extends AcceptedFact {
  readonly fact: Fact;
}

/** Marks and clearings, which do not need the head. */
export function insertMarks(accepted: readonly Accepted[]): Bound[] {
  const marks = accepted.flatMap(({ fact, sequence, days: [day] }) =>
    fact.kind === 'MARK' || fact.kind === 'CLEAR'
      ? [{ fact, sequence, revision: day?.revision ?? 0 }]
      : [],
  );
  if (marks.length === 0) return [];
  const facts = marks.map(({ fact }) => fact);
  return [
    bind(
      INSERT_MARKS,
      facts.map((fact) => fact.employeeId),
      marks.map(({ sequence }) => sequence),
      facts.map((fact) => fact.date),
      facts.map((fact) => codeOf(MARK_KINDS, fact.kind)),
      facts.map((fact) => (fact.kind === 'MARK' ? codeOf<Status>(STATUSES, fact.status) : null)),
      facts.map((fact) => (fact.kind === 'MARK' ? codeOf(PORTIONS, fact.portion) : null)),
      facts.map((fact) => (fact.kind === 'MARK' ? (fact.leaveTypeId ?? null) : null)),
      facts.map((fact) => leaveTimeOf(fact)?.startSecond ?? null),
      facts.map((fact) => leaveTimeOf(fact)?.endSecond ?? null),
      facts.map((fact) => (fact.kind === 'MARK' ? fact.note : '')),
      facts.map((fact) => (fact.kind === 'CLEAR' ? fact.reason : '')),
      facts.map((fact) => fact.actor),
      facts.map((fact) => formatTimestamp(fact.receivedAt * 1000)),
      ...requestArrays(facts),
      marks.map(({ revision }) => revision),
      facts.map((fact) => (fact.kind === 'MARK' ? (fact.importId ?? null) : null)),
    ),
  ];
}

function leaveTimeOf(fact: Fact): ClockRange | undefined {
  return fact.kind === 'MARK' ? fact.leaveTime : undefined;
}

/** Request ids and their hashes. */
function requestArrays(facts: readonly Fact[]): [unknown[], unknown[]] {
  return [
    facts.map((fact) => fact.requestId ?? null),
    facts.map((fact) => (fact.requestId === undefined ? null : fact.payloadHash)),
  ];
}

/** Punches, corrections, and their effects on earlier punches: everything that needs the head. */
export function persistPunches(
  accepted: readonly Accepted[],
  reflags: readonly PunchReflag[],
): Bound[] {
  const [recorded, voided] = [insertPunches(accepted), voidPunches(accepted)];
  // A correction may add a punch equal to one that it voids, so the void must come first.
  const isCorrecting = accepted.some(({ fact }) => fact.kind === 'CORRECT');
  return [
    ...(isCorrecting ? [...voided, ...recorded] : [...recorded, ...voided]),
    ...countImported(accepted),
    ...insertCorrections(accepted),
    ...reflagPunches(reflags),
  ];
}

/** A punch to insert, and the fact that records it, alone or with others. */
interface AcceptedPunch {
  readonly punch: RecordedPunch;
  readonly item: Accepted;
}

function punchesAmong(accepted: readonly Accepted[]): AcceptedPunch[] {
  return accepted.flatMap((item) => item.punches.map((punch) => ({ punch, item })));
}

/** What a replay is answered from. Corrections together have this in their own row. */
function answerOf({ fact, days: [day] }: Accepted) {
  if (fact.kind === 'CORRECT') return {};
  const { requestId, payloadHash } = fact;
  return { requestId, payloadHash: requestId === undefined ? undefined : payloadHash, day };
}

function insertPunches(accepted: readonly Accepted[]): Bound[] {
  const items = punchesAmong(accepted);
  if (items.length === 0) return [];
  const answers = items.map(({ item }) => answerOf(item));
  return [
    bind(
      INSERT_PUNCHES,
      ...toldArrays(items.map(({ punch }) => punch)),
      answers.map(({ requestId }) => requestId ?? null),
      answers.map(({ payloadHash }) => payloadHash ?? null),
      answers.map(({ day }) => day?.date ?? null),
      answers.map(({ day }) => day?.revision ?? null),
      items.map(({ item: { fact } }) => (isCorrection(fact) ? fact.reason : '')),
    ),
  ];
}

/** Empty if no punch has an import, as usual. */
function countImported(accepted: readonly Accepted[]): Bound[] {
  const sums = new Map<string, { readonly actor: string; punches: number }>();
  for (const { punch } of punchesAmong(accepted)) {
    if (punch.importId === undefined) continue;
    const sum = sums.get(punch.importId);
    if (sum === undefined) sums.set(punch.importId, { actor: punch.actor, punches: 1 });
    else sum.punches += 1;
  }
  if (sums.size === 0) return [];
  const counted = [...sums.values()];
  return [
    bind(
      COUNT_IMPORTED,
      [...sums.keys()],
      counted.map(({ actor }) => actor),
      counted.map(({ punches }) => punches),
    ),
  ];
}

function isCorrection(fact: Fact): fact is ReplaceFact | CorrectFact {
  return fact.kind === 'REPLACE' || fact.kind === 'CORRECT';
}

function insertCorrections(accepted: readonly Accepted[]): Bound[] {
  const items = accepted.flatMap((item) =>
    item.fact.kind === 'VOID' || item.fact.kind === 'CORRECT' ? [{ ...item, fact: item.fact }] : [],
  );
  if (items.length === 0) return [];
  const facts = items.map(({ fact }) => fact);
  return [
    bind(
      INSERT_CORRECTIONS,
      facts.map((fact) => fact.employeeId),
      items.map(({ sequence }) => sequence),
      items.map((item) => listOf(answeredPunches(item))),
      items.map(({ days }) => listOf(days.map(({ date }) => date))),
      items.map(({ days }) => listOf(days.map(({ revision }) => revision))),
      facts.map((fact) => fact.reason),
      facts.map((fact) => fact.actor),
      facts.map((fact) => formatTimestamp(fact.receivedAt * 1000)),
      ...requestArrays(facts),
    ),
  ];
}

/** The punches of an answer, in its order. */
function answeredPunches({ fact, punches, voids }: Accepted): readonly number[] {
  if (fact.kind !== 'CORRECT') return voids;
  let next = 0;
  return fact.corrections.map((correction) => {
    if (correction.kind === 'VOID') return correction.punchId;
    const punch = punches[next];
    if (punch === undefined) throw new Error('a correction recorded no punch');
    next += 1;
    return punch.punchId;
  });
}

/** Lists of different lengths cannot form an array, so each is passed as text. */
function listOf(items: readonly (string | number)[]): string {
  return `{${items.join(',')}}`;
}

function voidPunches(accepted: readonly Accepted[]): Bound[] {
  const voided = accepted.flatMap(({ fact, sequence, punches, voids }) => {
    if (fact.kind === 'VOID_MARKS') return [];
    return voids.map((punchId) => {
      const successor = punches.find(({ replaces }) => replaces === punchId);
      return {
        fact,
        punchId,
        by: successor?.punchId ?? sequence,
        isReplaced: successor !== undefined,
      };
    });
  });
  if (voided.length === 0) return [];
  return [
    bind(
      VOID_PUNCHES,
      voided.map(({ fact }) => fact.employeeId),
      voided.map(({ punchId }) => punchId),
      voided.map(({ by }) => by),
      voided.map(({ isReplaced }) => isReplaced),
    ),
  ];
}

/**
 * The last flags of each punch count. An update takes only one row per punch, in no defined order.
 */
function reflagPunches(reflags: readonly PunchReflag[]): Bound[] {
  const latest = [
    ...new Map(reflags.map((item) => [`${item.employeeId} ${item.punchId}`, item])).values(),
  ];
  if (latest.length === 0) return [];
  return [
    bind(
      REFLAG_PUNCHES,
      latest.map(({ employeeId }) => employeeId),
      latest.map(({ punchId }) => punchId),
      latest.map(({ flags }) => flagBits(flags)),
    ),
  ];
}
