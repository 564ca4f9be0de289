// Writes imports of marks: their totals, and the standing marks of a date on which marks are
// voided. Totals are written with the marks, so nothing here counts rows.

import { MAX_VOIDED_MARKS, type RosterView, type StandingMark } from '../../app/ports/batch.js';
import type { Fact } from '../../app/ports/facts.js';
import type { MarkedDate } from '../../app/ports/import-reads.js';
import {
  type ClockRange,
  type MarkableStatus,
  PORTIONS,
  STATUSES,
} from '../../domain/facts/day.js';
import type { DeclarationFact } from '../../domain/facts/declaration.js';
import { type Bound, bind, formatTimestamp, type Row } from '../postgres/database.js';
import { number, optionalText, text, wordOf } from '../postgres/rows.js';
import { type Accepted, HEAD_TIME, MARK_KINDS } from './insert-facts.js';

const MARK_COLUMNS = `m.employee_id, m.date, m.sequence, m.kind, m.status, m.portion,
        m.leave_type_id, m.leave_start_second, m.leave_end_second, m.note, m.import_id`;

/** The marks of the import that one fact voids. */
const TAKEN = `
        select ${MARK_COLUMNS} from mark m
        where m.import_id = t.import_id collate "C"
          and m.employee_id = t.employee_id collate "C" and m.date = t.date
          and m.voided_by is null
        order by m.sequence
        limit ${MAX_VOIDED_MARKS}`;

/** Whether a mark of the date stands and is not being voided. */
function isLeft(alias: string): string {
  return `${alias}.employee_id = t.employee_id collate "C" and ${alias}.date = t.date
          and ${alias}.voided_by is null
          and (${alias}.import_id is distinct from t.import_id collate "C"
            or ${alias}.sequence > k.last_taken)`;
}

/** The latest standing mark of a kind. */
function latestLeft(which: string): string {
  return `(
        select ${MARK_COLUMNS} from mark m
        where ${isLeft('m')}
          and ${which}
        order by m.sequence desc
        limit 1
      )`;
}

/**
 * Leave by the hour with which no later one shares time, as in `foldDeclaration`: so few that they
 * do not overlap.
 */
const LEAVE_TIMES_LEFT = `(
        select ${MARK_COLUMNS} from mark m
        where ${isLeft('m')}
          and m.leave_start_second is not null
          and not exists (
            select 1 from mark l
            where ${isLeft('l')}
              and l.sequence > m.sequence
              and l.leave_start_second is not null
              and (
                (l.leave_start_second < m.leave_end_second
                  and m.leave_start_second < l.leave_end_second)
                or l.leave_start_second + 86400 < m.leave_end_second
                or m.leave_start_second + 86400 < l.leave_end_second
              )
          )
      )`;

/** The marks of a date that an import voids, and the others from which the day follows. */
export const READ_MARKS_OF_DATE = {
  name: 'read_marks_of_date',
  text: `
    select t.import_id as voided_import_id, m.*
    from unnest($1::text[], $2::date[], $3::text[]) t (employee_id, date, import_id)
    cross join lateral (select coalesce(max(m.sequence), 0) as last_taken from (${TAKEN}) m) k
    cross join lateral (
      (${TAKEN})
      union all
      ${latestLeft('(m.kind = 2 or (m.portion = 1 and m.leave_start_second is null))')}
      union all
      ${latestLeft('m.portion = 2')}
      union all
      ${latestLeft('m.portion = 3')}
      union all
      ${LEAVE_TIMES_LEFT}
    ) m`,
};

/** The totals of imports, one row per import. */
export const COUNT_MARKED = {
  name: 'count_marked',
  text: `
    insert into mark_import as i (import_id, actor, marks, first_recorded_at, last_recorded_at)
    select t.*, ${HEAD_TIME}, ${HEAD_TIME}
    from unnest($1::text[], $2::text[], $3::bigint[]) t
    on conflict (import_id) do update
      set marks = i.marks + excluded.marks, last_recorded_at = excluded.last_recorded_at`,
};

/** Lists of numbers are passed as text, because lists of different lengths cannot form an array. */
export const INSERT_MARK_VOIDS = {
  name: 'insert_mark_voids',
  text: `
    insert into mark_void (employee_id, sequence, date, import_id, marks, reason, actor, received_at,
                           recorded_at)
    select t.employee_id, t.sequence, t.date, t.import_id, t.marks::bigint[], t.reason, t.actor,
           t.received_at, ${HEAD_TIME}
    from unnest($1::text[], $2::bigint[], $3::date[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::timestamptz[])
         t (employee_id, sequence, date, import_id, marks, reason, actor, received_at)`,
};

/** Records which fact voided the marks; an earlier void stands. Updates the totals. */
export const VOID_MARKS = {
  name: 'void_marks',
  text: `
    with voided as (
      update mark m set voided_by = t.voided_by
      from unnest($1::text[], $2::bigint[], $3::bigint[]) t (employee_id, sequence, voided_by)
      where m.employee_id = t.employee_id collate "C" and m.sequence = t.sequence
        and m.voided_by is null
      returning m.import_id
    )
    update mark_import i set voided = i.voided + v.voided
    from (select import_id, count(*) as voided from voided group by import_id) v
    where i.import_id = v.import_id`,
};

/** Undefined if no fact voids marks. */
export function readMarksOn(facts: readonly Fact[]): Bound | undefined {
  const named = new Map(
    facts.flatMap((fact) => (fact.kind === 'VOID_MARKS' ? [[keyOf(fact), fact] as const] : [])),
  );
  if (named.size === 0) return undefined;
  const once = [...named.values()];
  return bind(
    READ_MARKS_OF_DATE,
    once.map(({ employeeId }) => employeeId),
    once.map(({ date }) => date),
    once.map(({ importId }) => importId),
  );
}

/** The rows in the form in which a view answers. */
export function marksOn(rows: readonly Row[]): RosterView['marksOn'] {
  const found = new Map<string, StandingMark[]>();
  for (const row of [...rows].sort((a, b) => number(a, 'sequence') - number(b, 'sequence'))) {
    const sequence = number(row, 'sequence');
    const mark = { sequence, importId: optionalText(row, 'import_id'), fact: declarationFact(row) };
    const key = `${dateKey(row)} ${text(row, 'voided_import_id')}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, [mark]);
    else known.push(mark);
  }
  return (employeeId, date, importId) => found.get(keyOf({ employeeId, date, importId })) ?? [];
}

function keyOf(named: MarkedDate & { readonly importId: string }): string {
  return `${named.employeeId} ${named.date} ${named.importId}`;
}

function dateKey(row: Row): string {
  return `${text(row, 'employee_id')} ${text(row, 'date')}`;
}

/** A mark or a clearing in a row of `mark`. */
export function declarationFact(row: Row): DeclarationFact {
  const kind = wordOf(MARK_KINDS, row.kind);
  if (kind === 'CLEAR') return { kind };
  return {
    kind,
    status: wordOf(STATUSES, row.status) as MarkableStatus,
    portion: wordOf(PORTIONS, row.portion),
    leaveTime: leaveTime(row),
    leaveTypeId: optionalText(row, 'leave_type_id'),
    note: text(row, 'note'),
  };
}

function leaveTime(row: Row): ClockRange | undefined {
  if (row.leave_start_second === null) return undefined;
  const startSecond = number(row, 'leave_start_second');
  return { startSecond, endSecond: number(row, 'leave_end_second') };
}

/** What imports of marks recorded and what was voided, all at the head's time. */
export function persistMarkImports(accepted: readonly Accepted[]): Bound[] {
  return [...countMarked(accepted), ...voidMarks(accepted)];
}

/** Empty if no mark has an import, as usual. */
function countMarked(accepted: readonly Accepted[]): Bound[] {
  const sums = new Map<string, { readonly actor: string; marks: number }>();
  for (const { fact } of accepted) {
    if (fact.kind !== 'MARK' || fact.importId === undefined) continue;
    const sum = sums.get(fact.importId);
    if (sum === undefined) sums.set(fact.importId, { actor: fact.actor, marks: 1 });
    else sum.marks += 1;
  }
  if (sums.size === 0) return [];
  const counted = [...sums.values()];
  return [
    bind(
      COUNT_MARKED,
      [...sums.keys()],
      counted.map(({ actor }) => actor),
      counted.map(({ marks }) => marks),
    ),
  ];
}

function voidMarks(accepted: readonly Accepted[]): Bound[] {
  const items = accepted.flatMap(({ fact, sequence, voids }) =>
    fact.kind === 'VOID_MARKS' ? [{ fact, sequence, voids }] : [],
  );
  if (items.length === 0) return [];
  const taken = items.flatMap(({ fact, sequence: by, voids }) =>
    voids.map((mark) => ({ employeeId: fact.employeeId, mark, by })),
  );
  return [
    bind(
      INSERT_MARK_VOIDS,
      items.map(({ fact }) => fact.employeeId),
      items.map(({ sequence }) => sequence),
      items.map(({ fact }) => fact.date),
      items.map(({ fact }) => fact.importId),
      items.map(({ voids }) => `{${voids.join(',')}}`),
      items.map(({ fact }) => fact.reason),
      items.map(({ fact }) => fact.actor),
      items.map(({ fact }) => formatTimestamp(fact.receivedAt * 1000)),
    ),
    bind(
      VOID_MARKS,
      taken.map(({ employeeId }) => employeeId),
      taken.map(({ mark }) => mark),
      taken.map(({ by }) => by),
    ),
  ];
}
