// The first round trip of a write: adds the employees not seen before, locks all of them in byte
// order, and only then reads what the decision needs. Sorted inserts and sorted locks, in
// that order, cannot wait for each other in a circle.

import type { Fact } from '../app/facts.js';
import type { BatchView, EarlierFact, LockedEmployee } from '../app/write-batch.js';
import type { StoredDay } from '../domain/day.js';
import { compareEmployeeIds, type EmployeeId } from '../domain/employee-id.js';
import type { LocalDate } from '../domain/local-date.js';
import type { Instant } from '../domain/time.js';
import { type Bound, bind, type Row, type Session } from './database.js';
import { bytes, dayColumns, number, storedDay, text } from './rows.js';

export const ADD_EMPLOYEES = {
  name: 'add_employees',
  text: `
    insert into employee (employee_id, employee_name)
    select * from unnest($1::text[], $2::text[])
    on conflict (employee_id) do nothing
    returning employee_id`,
};

export const LOCK_EMPLOYEES = {
  name: 'lock_employees',
  text: `
    select e.employee_id, e.employee_name, e.version
    from unnest($1::text[]) t (employee_id)
    cross join lateral (
      select * from employee e where e.employee_id = t.employee_id collate "C" for update
    ) e`,
};

export const READ_DAYS = {
  name: 'read_days',
  text: `
    select d.employee_id, ${dayColumns('d')}
    from unnest($1::text[], $2::date[]) t (employee_id, date)
    cross join lateral (
      select * from attendance_day d
      where d.employee_id = t.employee_id collate "C" and d.date = t.date
      limit 1
    ) d`,
};

/** Facts recorded earlier under these request ids, and the change that each left the day at. */
export const READ_EARLIER = {
  name: 'read_earlier',
  text: `
    select t.employee_id, t.request_id, m.payload_hash, m.date as fact_date, m.received_at,
           ${dayColumns('c')}
    from unnest($1::text[], $2::uuid[]) t (employee_id, request_id)
    cross join lateral (
      select * from mark m
      where m.employee_id = t.employee_id collate "C" and m.request_id = t.request_id
      limit 1
    ) m
    left join lateral (
      select * from attendance_change c
      where c.employee_id = m.employee_id and c.date = m.date and c.revision = m.revision
      limit 1
    ) c on true`,
};

/** What was read, and which employees this transaction added. */
export interface LockedRead {
  readonly view: BatchView;
  readonly created: ReadonlySet<EmployeeId>;
}

/** `begin` opens the transaction in the same round trip. */
export async function readUnderLock(
  session: Session,
  begin: Bound,
  facts: readonly Fact[],
  options: { readonly requireKnownEmployees: boolean },
): Promise<LockedRead> {
  const statements: Bound[] = [begin];
  const newcomers = options.requireKnownEmployees ? [] : possibleNewcomers(facts);
  if (newcomers.length > 0) statements.push(addEmployees(newcomers));
  const employeeIds = [...new Set(facts.map((fact) => fact.employeeId))];
  statements.push(bind(LOCK_EMPLOYEES, employeeIds.sort(compareEmployeeIds)));
  statements.push(readDays(facts));
  const requests = facts.filter((fact) => fact.requestId !== undefined);
  if (requests.length > 0) statements.push(readEarlier(requests));

  const answers = (await session.pipeline(statements)).slice(1);
  const created = newcomers.length > 0 ? (answers.shift() ?? []) : [];
  const [locked = [], days = [], earlier = []] = answers;
  return {
    view: viewOf(locked, days, earlier),
    created: new Set(created.map((row) => text(row, 'employee_id') as EmployeeId)),
  };
}

interface Newcomer {
  readonly employeeId: EmployeeId;
  readonly employeeName: string;
}

/** Whoever is marked may be new; clearing never adds anybody. The first name given counts. */
function possibleNewcomers(facts: readonly Fact[]): Newcomer[] {
  const names = new Map<EmployeeId, string>();
  for (const fact of facts) {
    if (fact.kind !== 'MARK') continue;
    const known = names.get(fact.employeeId);
    if (known === undefined || known === '') {
      names.set(fact.employeeId, fact.employeeName ?? '');
    }
  }
  return [...names]
    .map(([employeeId, employeeName]) => ({ employeeId, employeeName }))
    .sort((a, b) => compareEmployeeIds(a.employeeId, b.employeeId));
}

function addEmployees(newcomers: readonly Newcomer[]): Bound {
  return bind(
    ADD_EMPLOYEES,
    newcomers.map((newcomer) => newcomer.employeeId),
    newcomers.map((newcomer) => newcomer.employeeName),
  );
}

function readDays(facts: readonly Fact[]): Bound {
  const wanted = [
    ...new Map(facts.map((fact) => [`${fact.employeeId} ${fact.date}`, fact])).values(),
  ];
  return bind(
    READ_DAYS,
    wanted.map((fact) => fact.employeeId),
    wanted.map((fact) => fact.date),
  );
}

function readEarlier(requests: readonly Fact[]): Bound {
  return bind(
    READ_EARLIER,
    requests.map((fact) => fact.employeeId),
    requests.map((fact) => fact.requestId),
  );
}

function viewOf(locked: readonly Row[], days: readonly Row[], earlier: readonly Row[]): BatchView {
  const employees = new Map(locked.map((row) => [text(row, 'employee_id'), lockedEmployee(row)]));
  const stored = new Map<string, StoredDay | undefined>();
  for (const row of days) {
    stored.set(`${text(row, 'employee_id')} ${text(row, 'date')}`, storedDay(row));
  }
  const requests = new Map<string, EarlierFact>();
  for (const row of earlier) {
    requests.set(`${text(row, 'employee_id')} ${text(row, 'request_id')}`, earlierFact(row));
  }
  return {
    employee: (employeeId) => employees.get(employeeId),
    day: (employeeId, date) => stored.get(`${employeeId} ${date}`),
    earlier: (employeeId, requestId) => requests.get(`${employeeId} ${requestId}`),
  };
}

function lockedEmployee(row: Row): LockedEmployee {
  return {
    employeeId: text(row, 'employee_id') as EmployeeId,
    employeeName: text(row, 'employee_name'),
    version: number(row, 'version'),
  };
}

function earlierFact(row: Row): EarlierFact {
  return {
    payloadHash: bytes(row, 'payload_hash'),
    date: text(row, 'fact_date') as LocalDate,
    receivedAt: Math.floor(number(row, 'received_at') / 1000) as Instant,
    after: storedDay(row),
  };
}
