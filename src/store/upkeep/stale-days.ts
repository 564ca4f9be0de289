// Stale days in PostgreSQL. One worker at a time takes them (skip locked), and settles them in the
// same transaction. A worker that dies loses its locks, and others take over.

import { MAX_REDERIVED_DAYS } from '../../app/ports/facts.js';
import type {
  EmployeeExtent,
  Settlement,
  SettleWork,
  StaleBacklog,
  StaleDays,
  StaleDaysStore,
} from '../../app/ports/stale-days.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { PUNCH_DAYS } from '../../domain/roster/reach.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { extentColumns, extentOf, nextFact } from '../days/fact-extents.js';
import {
  BEGIN,
  type Bound,
  bind,
  COMMIT,
  type Database,
  ROLLBACK,
  type Row,
} from '../postgres/database.js';
import { toStoreError } from '../postgres/errors.js';
import { number, text } from '../postgres/rows.js';

/** Skips days that another worker has. */
export const TAKE_STALE = {
  name: 'take_stale',
  text: `
    select employee_id from stale_days
    where is_open and retry_at <= now()
    order by retry_at, change_id, employee_id
    limit $1::integer
    for update skip locked`,
};

/** All stale days of some employees, because one derivation settles all of them. */
export const TAKE_STALE_OF = {
  name: 'take_stale_of',
  text: `
    select s.employee_id, s.change_id, s.first_date, s.last_date, s.tries, c.actor, c.reason
    from unnest($1::text[]) t (employee_id)
    cross join lateral (
      select * from stale_days s
      where s.employee_id = t.employee_id collate "C" and s.done_at = 'infinity'
      for update skip locked
    ) s
    cross join lateral (select * from roster_change c where c.change_id = s.change_id limit 1) c`,
};

/** Keeps the transaction alive during work. */
const GO_ON = { name: 'go_on', text: 'select 1' };

/** Locked in one order, so that workers do not deadlock. */
export const LOCK_CHANGES = {
  name: 'lock_stale_changes',
  text: `
    select c.change_id
    from unnest($1::bigint[]) t (change_id)
    cross join lateral (
      select change_id from roster_change where change_id = t.change_id for update
    ) c`,
};

/** At the time of the feed's head: all days written for it were recorded by then. */
export const SETTLE_DONE = {
  name: 'settle_done',
  text: `
    update stale_days s
    set done_at = (select recorded_at from feed_head where id = 1), reason = ''
    from unnest($1::text[], $2::bigint[]) t (employee_id, change_id)
    where s.employee_id = t.employee_id collate "C" and s.change_id = t.change_id`,
};

export const SETTLE_FAILED = {
  name: 'settle_failed',
  text: `
    update stale_days s
    set tries = s.tries + 1, reason = t.reason,
        retry_at = clock_timestamp() + t.after_ms * interval '1 millisecond'
    from unnest($1::text[], $2::bigint[], $3::text[], $4::integer[])
         t (employee_id, change_id, reason, after_ms)
    where s.employee_id = t.employee_id collate "C" and s.change_id = t.change_id`,
};

export const COUNT_SETTLED = {
  name: 'count_settled',
  text: `
    update roster_change c
    set employees_done = c.employees_done + t.employees,
        days_derived = c.days_derived + t.derived, days_changed = c.days_changed + t.changed
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
         t (change_id, employees, derived, changed)
    where c.change_id = t.change_id`,
};

/** After the locks, in its own statement, so that it sees what others have settled. */
export const FINISH_CHANGES = {
  name: 'finish_changes',
  text: `
    update roster_change c
    set finished_at =
          coalesce(c.finished_at, (select recorded_at from feed_head where id = 1))
    from unnest($1::bigint[]) t (change_id)
    where c.change_id = t.change_id and (
      select s.change_id from stale_days s where s.change_id = c.change_id and s.is_open limit 1
    ) is null`,
};

export const READ_BACKLOG = {
  name: 'read_backlog',
  text: `
    select count(*) as unfinished,
           (select recorded_at from roster_change where finished_at is null
            order by change_id limit 1) as oldest,
           (select count(*) from stale_days where is_open and tries > 0) as failures
    from roster_change where finished_at is null`,
};

/** Sorted by id, as every writer locks. Shared, because nothing of them is changed. */
export const WAIT_FOR_WRITERS = {
  name: 'wait_for_writers',
  text: `
    select e.employee_id
    from unnest($1::text[]) t (employee_id)
    cross join lateral (
      select e.employee_id from employee e where e.employee_id = t.employee_id collate "C" for share
    ) e`,
};

export const READ_EXTENTS = {
  name: 'read_extents',
  text: `
    select t.employee_id, ${extentColumns('t.employee_id collate "C"')}
    from unnest($1::text[]) with ordinality t (employee_id, n)
    order by t.n`,
};

/** The first date from a date on that is near a fact; no row: none. */
function nearFrom(date: string): string {
  const from = `${date} - ${PUNCH_DAYS}`;
  return `(
      select greatest(${date}, f.date - ${PUNCH_DAYS})
      from (select ${nextFact('$1::text collate "C"', from)} as date) f
      where f.date is not null
    )`;
}

export const LIST_PIECES = {
  name: 'stale_pieces',
  text: `
    with recursive piece (place, first) as (
      select 1, ${nearFrom('$2::date')}
      union all
      select p.place + 1, ${nearFrom(`(p.first + ${MAX_REDERIVED_DAYS})`)}
      from piece p
      where p.place < $4::integer and p.first + ${MAX_REDERIVED_DAYS} <= $3::date
    )
    select first from piece where first <= $3::date order by place`,
};

/** `database`: the writers' database, because this waits for them. */
export function createStaleDaysStore(database: Database): StaleDaysStore {
  return {
    settle: (limit, work) => settle(database, limit, work),
    readExtents: (employeeIds) => readExtents(database, employeeIds),
    async listPieces(employeeId, { firstDay, lastDay }, limit) {
      const dates = [firstDay, lastDay].map(fromEpochDay);
      const rows = await database.query(LIST_PIECES, employeeId, ...dates, limit);
      return rows.map((row) => {
        const first = epochDay(row, 'first');
        return { firstDay: first, lastDay: Math.min(first + MAX_REDERIVED_DAYS - 1, lastDay) };
      });
    },
    backlog: () => readBacklog(database),
  };
}

async function settle(database: Database, limit: number, work: SettleWork): Promise<number> {
  try {
    return await database.session(async (session) => {
      const [, due = []] = await session.pipeline([bind(BEGIN), bind(TAKE_STALE, limit)]);
      const employeeIds = [...new Set(due.map((row) => text(row, 'employee_id')))].sort();
      if (employeeIds.length === 0) {
        await session.pipeline([bind(ROLLBACK)]);
        return 0;
      }
      const [rows = []] = await session.pipeline([bind(TAKE_STALE_OF, employeeIds)]);
      const settlements = await work(rows.map(staleDays), async () => {
        await session.pipeline([bind(GO_ON)]);
      });
      await session.pipeline([...settleStatements(settlements), bind(COMMIT)]);
      return rows.length;
    });
  } catch (error) {
    throw toStoreError(error);
  }
}

function staleDays(row: Row): StaleDays {
  return {
    employeeId: text(row, 'employee_id') as EmployeeId,
    changeId: number(row, 'change_id'),
    firstDay: epochDay(row, 'first_date'),
    lastDay: epochDay(row, 'last_date'),
    actor: text(row, 'actor'),
    reason: text(row, 'reason'),
    tries: number(row, 'tries'),
  };
}

function epochDay(row: Row, column: string): number {
  const date = text(row, column);
  if (date === '-infinity') return -Infinity;
  return date === 'infinity' ? Infinity : toEpochDay(date as LocalDate);
}

function settleStatements(settlements: readonly Settlement[]): Bound[] {
  if (settlements.length === 0) return [];
  const failed = settlements.flatMap((one) => (one.failure === undefined ? [] : [one]));
  const done = settlements.flatMap((one) => (one.failure === undefined ? [one] : []));
  const changes = [...new Set(settlements.map(({ changeId }) => changeId))].sort((a, b) => a - b);
  const ofChange = changes.map((id) => done.filter(({ changeId }) => changeId === id));
  const sums = (count: (one: (typeof done)[number]) => number) =>
    ofChange.map((theirs) => theirs.reduce((sum, one) => sum + count(one), 0));
  return [
    bind(LOCK_CHANGES, changes),
    bind(
      SETTLE_DONE,
      done.map(({ employeeId }) => employeeId),
      done.map(({ changeId }) => changeId),
    ),
    bind(
      SETTLE_FAILED,
      failed.map(({ employeeId }) => employeeId),
      failed.map(({ changeId }) => changeId),
      failed.map(({ failure }) => failure),
      failed.map(({ retryAfterMs }) => retryAfterMs),
    ),
    bind(
      COUNT_SETTLED,
      changes,
      sums(() => 1),
      sums(({ daysDerived }) => daysDerived),
      sums(({ daysChanged }) => daysChanged),
    ),
    bind(FINISH_CHANGES, changes),
  ];
}

/**
 * The locks are in their own statement, so that the next one sees what the transactions waited for
 * have committed. A transaction that locks later cannot still be under the roster before the
 * change.
 */
async function readExtents(
  database: Database,
  employeeIds: readonly EmployeeId[],
): Promise<readonly EmployeeExtent[]> {
  try {
    const [, , rows] = await database.session((session) =>
      session.pipeline([
        bind(BEGIN),
        bind(WAIT_FOR_WRITERS, employeeIds),
        bind(READ_EXTENTS, employeeIds),
        bind(COMMIT),
      ]),
    );
    return (rows ?? []).map((row) => ({
      employeeId: text(row, 'employee_id') as EmployeeId,
      extent: extentOf(row),
    }));
  } catch (error) {
    throw toStoreError(error);
  }
}

async function readBacklog(database: Database): Promise<StaleBacklog> {
  const [row] = await database.query(READ_BACKLOG);
  if (row === undefined) throw new Error('a count has no row');
  return {
    unfinishedChanges: number(row, 'unfinished'),
    failures: number(row, 'failures'),
    oldestRecordedAt: row.oldest === null ? undefined : (number(row, 'oldest') as RecordTime),
  };
}
