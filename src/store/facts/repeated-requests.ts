// Finds facts recorded earlier under a request id, in any table, and what a replay is answered
// from: the day as the fact left it, and its punches as they are now.

import type { EarlierFact } from '../../app/ports/batch.js';
import type { Fact } from '../../app/ports/facts.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { type Bound, bind, type Row } from '../postgres/database.js';
import { bytes, dayColumns, number, storedDay, text } from '../postgres/rows.js';
import { joinVoid, punchColumns, recordedPunch } from './punch-rows.js';

/** At most one row of one table, through the index on its request ids. */
function inTable(table: string, columns: string): string {
  return `(
        select ${columns} from ${table} f
        where f.employee_id = t.employee_id collate "C" and f.request_id = t.request_id
        limit 1
      )`;
}

/** The facts, with a row for each day of the answer: the change that the fact left it at. */
export const READ_EARLIER = {
  name: 'read_earlier',
  text: `
    select t.employee_id, t.request_id, f.payload_hash, f.sequence, f.received_at, f.is_voided,
           d.date as answer_date, d.place, ${dayColumns('c')}
    from unnest($1::text[], $2::uuid[]) t (employee_id, request_id)
    cross join lateral (
      ${inTable('mark', 'payload_hash, sequence, received_at, array[date] as dates, array[revision] as revisions, voided_by is not null as is_voided')}
      union all
      ${inTable('punch', 'payload_hash, sequence, received_at, array[answer_date], array[answer_revision], false')}
      union all
      ${inTable('punch_correction', 'payload_hash, sequence, received_at, answer_dates, answer_revisions, false')}
    ) f
    left join lateral unnest(f.dates, f.revisions) with ordinality d (date, revision, place)
      on d.date is not null
    left join lateral (
      select * from attendance_change c
      where c.employee_id = t.employee_id collate "C" and c.date = d.date
        and c.revision = d.revision
      limit 1
    ) c on true`,
};

/** Their punches: the one recorded, or those of a correction in the order of its answer. */
export const READ_EARLIER_PUNCHES = {
  name: 'read_earlier_punches',
  text: `
    select t.request_id, f.place, ${punchColumns('p')}
    from unnest($1::text[], $2::uuid[]) t (employee_id, request_id)
    cross join lateral (
      select 0 as place, r.sequence
      from ${inTable('punch', 'f.sequence')} r
      union all
      select v.place, v.sequence
      from ${inTable('punch_correction', 'f.punches')} r
      cross join lateral unnest(r.punches) with ordinality v (sequence, place)
    ) f
    cross join lateral (
      select * from punch p
      where p.employee_id = t.employee_id collate "C" and p.sequence = f.sequence
      limit 1
    ) p
    ${joinVoid('p')}`,
};

/** The statements for possible replays in the batch. Their rows are for `earlierFacts`. */
export interface EarlierReads {
  readonly facts: Bound | undefined;
  readonly punches: Bound | undefined;
}

export function readEarlier(facts: readonly Fact[]): EarlierReads {
  const requests = facts.filter(({ requestId }) => requestId !== undefined);
  // A mark that reuses a punch's id is refused, whatever happened to the punch.
  const withPunches = requests.filter(({ kind }) => kind !== 'MARK' && kind !== 'CLEAR');
  return {
    facts: bindRequests(READ_EARLIER, requests),
    punches: bindRequests(READ_EARLIER_PUNCHES, withPunches),
  };
}

/** Asks once for each, however often it is in the batch: every row found counts as another one. */
function bindRequests(statement: Bound['statement'], facts: readonly Fact[]): Bound | undefined {
  if (facts.length === 0) return undefined;
  const once = new Map(facts.map((fact) => [`${fact.employeeId} ${fact.requestId}`, fact]));
  const requests = [...once.values()];
  return bind(
    statement,
    requests.map(({ employeeId }) => employeeId),
    requests.map(({ requestId }) => requestId),
  );
}

type FindEarlier = (employeeId: EmployeeId, requestId: string) => EarlierFact | undefined;

export function earlierFacts(facts: readonly Row[], punchRows: readonly Row[]): FindEarlier {
  const days = byRequest(facts);
  const punches = byRequest(punchRows);
  return (employeeId, requestId) => {
    const key = `${employeeId} ${requestId}`;
    const rows = days.get(key);
    return rows && earlierFact(rows, punches.get(key) ?? []);
  };
}

function byRequest(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(requestKey(row));
    if (group === undefined) groups.set(requestKey(row), [row]);
    else group.push(row);
  }
  for (const group of groups.values()) group.sort((a, b) => placeOf(a) - placeOf(b));
  return groups;
}

/** A fact that was answered without a day has one row, too. */
function placeOf(row: Row): number {
  return row.place === null ? 0 : number(row, 'place');
}

function requestKey(row: Row): string {
  return `${text(row, 'employee_id')} ${text(row, 'request_id')}`;
}

/** `rows`: one for each day of its answer, at least one. */
function earlierFact(rows: readonly Row[], punches: readonly Row[]): EarlierFact | undefined {
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    payloadHash: bytes(row, 'payload_hash'),
    sequence: number(row, 'sequence'),
    receivedAt: Math.floor(number(row, 'received_at') / 1000) as Instant,
    days: rows.flatMap((each) =>
      each.answer_date === null
        ? []
        : [{ date: text(each, 'answer_date') as LocalDate, after: storedDay(each) }],
    ),
    isVoided: row.is_voided === true,
    punches: punches.map(recordedPunch),
  };
}
