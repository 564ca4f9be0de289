// Facts recorded earlier under a request id, in whichever table they are, and what a repeated
// request is answered from: the day as the fact left it, and its punches as they are now.

import type { EarlierFact } from '../../app/ports/batch.js';
import type { Fact } from '../../app/ports/facts.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import type { RecordedPunch } from '../../domain/facts/recorded-punch.js';
import type { LocalDate } from '../../domain/time/local-date.js';
import type { Instant } from '../../domain/time/time.js';
import { type Bound, bind, type Row } from '../postgres/database.js';
import { bytes, dayColumns, number, storedDay, text } from '../postgres/rows.js';
import { joinVoid, punchColumns, recordedPunch } from './punch-rows.js';

/** Of one table: at most one row, through the index on its request ids. */
function inTable(table: string, columns: string): string {
  return `(
        select ${columns} from ${table} f
        where f.employee_id = t.employee_id collate "C" and f.request_id = t.request_id
        limit 1
      )`;
}

/** The facts, and the change that each left the day that it was answered with at. */
export const READ_EARLIER = {
  name: 'read_earlier',
  text: `
    select t.employee_id, t.request_id, f.payload_hash, f.fact_date, f.received_at, f.is_voided,
           ${dayColumns('c')}
    from unnest($1::text[], $2::uuid[]) t (employee_id, request_id)
    cross join lateral (
      ${inTable('mark', 'payload_hash, received_at, date as fact_date, revision, voided_by is not null as is_voided')}
      union all
      ${inTable('punch', 'payload_hash, received_at, answer_date, answer_revision, false')}
      union all
      ${inTable('punch_void', 'payload_hash, received_at, null::date, null::integer, false')}
    ) f
    left join lateral (
      select * from attendance_change c
      where c.employee_id = t.employee_id collate "C" and c.date = f.fact_date
        and c.revision = f.revision
      limit 1
    ) c on true`,
};

/** Their punches: the one recorded, or those taken back in the order they were named in. */
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
      from ${inTable('punch_void', 'f.punches')} r
      cross join lateral unnest(r.punches) with ordinality v (sequence, place)
    ) f
    cross join lateral (
      select * from punch p
      where p.employee_id = t.employee_id collate "C" and p.sequence = f.sequence
      limit 1
    ) p
    ${joinVoid('p')}`,
};

/** The statements for what of the batch can be a repetition; their rows are for `earlierFacts`. */
export interface EarlierReads {
  readonly facts: Bound | undefined;
  readonly punches: Bound | undefined;
}

export function readEarlier(facts: readonly Fact[]): EarlierReads {
  const requests = facts.filter(({ requestId }) => requestId !== undefined);
  // A mark that repeats a punch's id is refused, whatever became of the punch.
  const withPunches = requests.filter(({ kind }) => kind !== 'MARK' && kind !== 'CLEAR');
  return {
    facts: bindRequests(READ_EARLIER, requests),
    punches: bindRequests(READ_EARLIER_PUNCHES, withPunches),
  };
}

/** Each asked for once, however often the batch brings it: every row found is taken for one more. */
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
  const punches = new Map<string, RecordedPunch[]>();
  const inOrder = [...punchRows].sort((a, b) => number(a, 'place') - number(b, 'place'));
  for (const row of inOrder) {
    const own = punches.get(requestKey(row));
    if (own === undefined) punches.set(requestKey(row), [recordedPunch(row)]);
    else own.push(recordedPunch(row));
  }
  const earlier = new Map(
    facts.map((row) => [requestKey(row), earlierFact(row, punches.get(requestKey(row)) ?? [])]),
  );
  return (employeeId, requestId) => earlier.get(`${employeeId} ${requestId}`);
}

function requestKey(row: Row): string {
  return `${text(row, 'employee_id')} ${text(row, 'request_id')}`;
}

function earlierFact(row: Row, punches: readonly RecordedPunch[]): EarlierFact {
  const after = storedDay(row);
  return {
    payloadHash: bytes(row, 'payload_hash'),
    receivedAt: Math.floor(number(row, 'received_at') / 1000) as Instant,
    answer:
      row.fact_date === null ? undefined : { date: text(row, 'fact_date') as LocalDate, after },
    isVoided: row.is_voided === true,
    punches,
  };
}
