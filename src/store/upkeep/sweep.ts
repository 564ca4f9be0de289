// The sweep's place in PostgreSQL: who sweeps which roster change, whom it concerns, how far it got.
// A lease is known by its end: a sweeper whose lease ran out, and was given to another, writes
// nothing any more.

import { MAX_REDERIVED_DAYS } from '../../app/ports/facts.js';
import {
  type ClaimedChange,
  type EmployeeExtent,
  type Lease,
  PUNCH_MARGIN_DAYS,
  type SweepBacklog,
  type SweepStep,
  type SweepStore,
} from '../../app/ports/sweep-ports.js';
import type { EmployeeId } from '../../domain/facts/employee-id.js';
import { fromEpochDay, type LocalDate, toEpochDay } from '../../domain/time/local-date.js';
import type { RecordTime } from '../../domain/time/time.js';
import { extentColumns, extentOf, nextFact } from '../days/fact-extents.js';
import {
  BEGIN,
  bind,
  COMMIT,
  type Database,
  formatTimestamp,
  type Row,
} from '../postgres/database.js';
import { toStoreError } from '../postgres/errors.js';
import { number, text } from '../postgres/rows.js';

/** Rows that somebody else is claiming are left to them. */
export const CLAIM_CHANGE = {
  name: 'claim_change',
  text: `
    update roster_change
    set leased_until = clock_timestamp() + $1::integer * interval '1 millisecond'
    where change_id = (
      select change_id from roster_change
      where finished_at is null and (leased_until is null or leased_until <= clock_timestamp())
      order by change_id
      limit 1
      for update skip locked
    )
    returning change_id, leased_until, recorded_at, actor, reason, employee_id, shift_id,
              calendar_id, start_date, end_date, swept_employee_id, employees_done`,
};

export const SHIFT_USERS = {
  name: 'sweep_shift_users',
  text: `
    select employee_id from shift_user
    where shift_id = $1::text collate "C" and employee_id > $2::text collate "C"
    order by employee_id
    limit $3::integer`,
};

/** Also those whose shifts ever had this calendar as their own. */
export const CALENDAR_USERS = {
  name: 'sweep_calendar_users',
  text: `
    (
      select employee_id from calendar_user
      where calendar_id = $1::text collate "C" and employee_id > $2::text collate "C"
      order by employee_id
      limit $3::integer
    )
    union
    select u.employee_id
    from (select distinct shift_id from shift_version where definition ->> 'calendarId' = $1) s
    cross join lateral (
      select u.employee_id from shift_user u
      where u.shift_id = s.shift_id and u.employee_id > $2::text collate "C"
      order by u.employee_id
      limit $3::integer
    ) u
    order by employee_id
    limit $3::integer`,
};

/** In byte order, as every writer locks. Shared: nothing of them is changed. */
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

/** From a date on, the first one that a fact is near to; no row: there is none. */
function nearFrom(date: string): string {
  const from = `${date} - ${PUNCH_MARGIN_DAYS}`;
  return `(
      select greatest(${date}, f.date - ${PUNCH_MARGIN_DAYS})
      from (select ${nextFact('$1::text collate "C"', from)} as date) f
      where f.date is not null
    )`;
}

export const LIST_PIECES = {
  name: 'sweep_pieces',
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

export const SAVE_PROGRESS = {
  name: 'save_sweep_progress',
  text: `
    update roster_change
    set swept_employee_id = $3::text, employees_done = employees_done + $4::bigint,
        days_derived = days_derived + $5::bigint, days_changed = days_changed + $6::bigint,
        leased_until = clock_timestamp() + $7::integer * interval '1 millisecond'
    where change_id = $1::bigint and leased_until = $2::timestamptz and finished_at is null
    returning leased_until`,
};

/** At the time of the feed's head: every batch of the sweep was recorded by then. */
export const FINISH_CHANGE = {
  name: 'finish_change',
  text: `
    update roster_change
    set finished_at = (select recorded_at from feed_head where id = 1), leased_until = null
    where change_id = $1::bigint and leased_until = $2::timestamptz and finished_at is null
    returning change_id`,
};

export const RELEASE_CHANGE = {
  name: 'release_change',
  text: `
    update roster_change
    set leased_until = clock_timestamp() + $3::integer * interval '1 millisecond'
    where change_id = $1::bigint and leased_until = $2::timestamptz and finished_at is null`,
};

export const SET_ASIDE = {
  name: 'set_aside',
  text: `
    insert into sweep_failure (employee_id, change_id, reason, failed_at, retry_at)
    select $2::text, $1::bigint, $3::text, h.recorded_at,
           clock_timestamp() + $4::integer * interval '1 millisecond'
    from feed_head h where h.id = 1
    on conflict (employee_id, change_id) do update
    set reason = excluded.reason, retry_at = excluded.retry_at, mended_at = 'infinity'`,
};

/** When it is due again is the lease, too. */
export const CLAIM_FAILURE = {
  name: 'claim_failure',
  text: `
    update sweep_failure f
    set tries = f.tries + 1,
        retry_at = clock_timestamp()
          + least($1::float8 * 2 ^ least(f.tries, 20), $2::float8) * interval '1 millisecond'
    from roster_change c
    where c.change_id = f.change_id and (f.employee_id, f.change_id) = (
      select d.employee_id, d.change_id from sweep_failure d
      where d.mended_at = 'infinity' and d.retry_at <= clock_timestamp()
      order by d.retry_at
      limit 1
      for update skip locked
    )
    returning f.employee_id, f.retry_at as leased_until, c.change_id, c.recorded_at, c.actor,
              c.reason, null as shift_id, null as calendar_id, c.start_date, c.end_date,
              '' as swept_employee_id, 0::bigint as employees_done`,
};

export const SETTLE_FAILURE = {
  name: 'settle_failure',
  text: `
    update sweep_failure
    set mended_at = (select recorded_at from feed_head where id = 1)
    where employee_id = $1::text collate "C" and change_id = $2::bigint
      and retry_at = $3::timestamptz`,
};

export const READ_BACKLOG = {
  name: 'read_backlog',
  text: `
    select count(*) as unfinished,
           (select recorded_at from roster_change where finished_at is null
            order by change_id limit 1) as oldest,
           (select count(*) from sweep_failure where mended_at = 'infinity') as failures
    from roster_change where finished_at is null`,
};

/** `database`: that of writers, since it waits for them. */
export function createSweepStore(database: Database): SweepStore {
  return {
    async claimChange(leaseMs) {
      const [row] = await database.query(CLAIM_CHANGE, leaseMs);
      return row && claimedChange(row);
    },
    async listConcerned(change, after, limit) {
      const ids = await concerned(database, change, after, limit);
      return ids.length === 0 ? [] : await readExtents(database, ids);
    },
    async listPieces(employeeId, { firstDay, lastDay }, limit) {
      const dates = [firstDay, lastDay].map(fromEpochDay);
      const rows = await database.query(LIST_PIECES, employeeId, ...dates, limit);
      return rows.map((row) => {
        const first = epochDay(row, 'first');
        return { firstDay: first, lastDay: Math.min(first + MAX_REDERIVED_DAYS - 1, lastDay) };
      });
    },
    saveProgress: (changeId, lease, step, leaseMs) =>
      saveProgress(database, changeId, lease, step, leaseMs),
    async finishChange(changeId, lease) {
      return (await database.query(FINISH_CHANGE, changeId, formatTimestamp(lease))).length > 0;
    },
    async releaseChange(changeId, lease, afterMs) {
      await database.query(RELEASE_CHANGE, changeId, formatTimestamp(lease), afterMs);
    },
    async setAside(changeId, employeeId, reason, afterMs) {
      await database.query(SET_ASIDE, changeId, employeeId, reason, afterMs);
    },
    async claimFailure(afterMs, maxMs) {
      const [row] = await database.query(CLAIM_FAILURE, afterMs, maxMs);
      return row && claimedChange(row);
    },
    async settleFailure({ employeeId, changeId, lease }) {
      await database.query(SETTLE_FAILURE, employeeId, changeId, formatTimestamp(lease));
    },
    backlog: () => readBacklog(database),
  };
}

function claimedChange(row: Row): ClaimedChange {
  return {
    changeId: number(row, 'change_id'),
    lease: number(row, 'leased_until') as Lease,
    recordedAt: number(row, 'recorded_at') as RecordTime,
    actor: text(row, 'actor'),
    reason: text(row, 'reason'),
    employeeId: optional(row, 'employee_id') as EmployeeId | undefined,
    shiftId: optional(row, 'shift_id'),
    calendarId: optional(row, 'calendar_id'),
    firstDay: epochDay(row, 'start_date'),
    lastDay: epochDay(row, 'end_date'),
    sweptEmployeeId: text(row, 'swept_employee_id') as EmployeeId | '',
    employeesDone: number(row, 'employees_done'),
  };
}

function optional(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

function epochDay(row: Row, column: string): number {
  const date = text(row, column);
  if (date === '-infinity') return -Infinity;
  return date === 'infinity' ? Infinity : toEpochDay(date as LocalDate);
}

async function concerned(
  database: Database,
  { employeeId, shiftId, calendarId }: ClaimedChange,
  after: EmployeeId | '',
  limit: number,
): Promise<readonly EmployeeId[]> {
  if (employeeId !== undefined) return after < employeeId ? [employeeId] : [];
  const rows =
    shiftId === undefined
      ? await database.query(CALENDAR_USERS, calendarId, after, limit)
      : await database.query(SHIFT_USERS, shiftId, after, limit);
  return rows.map((row) => text(row, 'employee_id') as EmployeeId);
}

/**
 * The locks come in a statement of their own: the next one sees what those who were waited for
 * committed. Nobody who takes a lock later can still be under the roster before the change.
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

async function saveProgress(
  database: Database,
  changeId: number,
  lease: Lease,
  step: SweepStep,
  leaseMs: number,
): Promise<Lease | undefined> {
  const [row] = await database.query(
    SAVE_PROGRESS,
    changeId,
    formatTimestamp(lease),
    step.sweptEmployeeId,
    step.employeesDone,
    step.daysDerived,
    step.daysChanged,
    leaseMs,
  );
  return row && (number(row, 'leased_until') as Lease);
}

async function readBacklog(database: Database): Promise<SweepBacklog> {
  const [row] = await database.query(READ_BACKLOG);
  if (row === undefined) throw new Error('a count has no row');
  return {
    unfinishedChanges: number(row, 'unfinished'),
    failures: number(row, 'failures'),
    oldestRecordedAt: row.oldest === null ? undefined : (number(row, 'oldest') as RecordTime),
  };
}
