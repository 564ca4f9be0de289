// The statements that write a roster change. Replaced rows are kept: only until when they were
// known is set.

import { CHANGE_DAYS } from '../../domain/roster/reach.js';
import type { Statement } from '../postgres/database.js';
import { CHANGE_COLUMNS } from '../rosters/roster-records.js';

/** The head stays locked until the commit, so times rise in the order of commits. */
export const TAKE_ROSTER_TIME: Statement = {
  name: 'take_roster_time',
  text: `
    update feed_head
    set recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
    where id = 1
    returning recorded_at`,
};

const NOW = '(select recorded_at from feed_head where id = 1)';

function supersede(table: string, key: string): Statement {
  return {
    name: `supersede_${table}`,
    text: `update ${table} set superseded_at = ${NOW}
           where ${key} and superseded_at = 'infinity'`,
  };
}

export const SUPERSEDE_DETAIL = supersede('employee_detail', 'employee_id = $1');
export const SUPERSEDE_ASSIGNMENT = supersede(
  'shift_assignment',
  'employee_id = $1 and assignment_id = $2',
);
export const SUPERSEDE_OVERRIDE = supersede('date_override', 'employee_id = $1 and date = $2');
export const SUPERSEDE_SHIFT_VERSION = supersede(
  'shift_version',
  'shift_id = $1 and effective_date = $2',
);
export const SUPERSEDE_HOLIDAY = supersede('holiday', 'calendar_id = $1 and date = $2');

export const INSERT_DETAIL: Statement = {
  name: 'insert_detail',
  text: `
    insert into employee_detail (employee_id, change_id, recorded_at, detail)
    values ($1, $2, ${NOW}, $3)`,
};

export const INSERT_ASSIGNMENT: Statement = {
  name: 'insert_assignment',
  text: `
    insert into shift_assignment (employee_id, assignment_id, change_id, recorded_at, start_date,
                                  end_date, anchor_date, cycle)
    values ($1, $2, $3, ${NOW}, $4, $5, $6, $7)`,
};

export const INSERT_OVERRIDE: Statement = {
  name: 'insert_override',
  text: `
    insert into date_override (employee_id, date, change_id, recorded_at, shift_ids)
    values ($1, $2, $3, ${NOW}, $4)`,
};

export const INSERT_SHIFT: Statement = {
  name: 'insert_shift',
  text: 'insert into shift (shift_id) values ($1) on conflict do nothing',
};

export const INSERT_SHIFT_VERSION: Statement = {
  name: 'insert_shift_version',
  text: `
    insert into shift_version (shift_id, effective_date, change_id, recorded_at, definition)
    values ($1, $2, $3, ${NOW}, $4)`,
};

export const ARCHIVE_SHIFT: Statement = {
  name: 'archive_shift',
  text: `update shift set archived_by = $2, archived_at = ${NOW} where shift_id = $1`,
};

export const SUPERSEDE_POLICY_VERSION = supersede(
  'policy_version',
  'policy_id = $1 and effective_date = $2',
);

export const INSERT_POLICY_VERSION: Statement = {
  name: 'insert_policy_version',
  text: `
    insert into policy_version (policy_id, effective_date, change_id, recorded_at, definition)
    values ($1, $2, $3, ${NOW}, $4)`,
};

export const ADD_POLICY_USER: Statement = {
  name: 'add_policy_user',
  text: `
    insert into policy_user (policy_id, employee_id)
    select id, $2 from unnest($1::text[]) t (id)
    on conflict do nothing`,
};

export const INSERT_HOLIDAY: Statement = {
  name: 'insert_holiday',
  text: `
    insert into holiday (calendar_id, date, change_id, recorded_at, name, portion)
    values ($1, $2, $3, ${NOW}, $4, $5)`,
};

export const ADD_SHIFT_USER: Statement = {
  name: 'add_shift_user',
  text: `
    insert into shift_user (shift_id, employee_id)
    select id, $2 from unnest($1::text[]) t (id)
    on conflict do nothing`,
};

export const ADD_CALENDAR_USER: Statement = {
  name: 'add_calendar_user',
  text: 'insert into calendar_user (calendar_id, employee_id) values ($1, $2) on conflict do nothing',
};

/** Raises the employee's versions. Sets name and group only if they are given. */
export const RAISE_ROSTER_VERSION: Statement = {
  name: 'raise_roster_version',
  text: `
    update employee
    set version = version + 1, roster_version = $2, employee_name = coalesce($3, employee_name),
        group_id = coalesce($4, group_id)
    where employee_id = $1`,
};

export const MOVE_ROSTER_HEAD: Statement = {
  name: 'move_roster_head',
  text: `
    update roster_head
    set change_id = $1, shared_version = case when $2 then $1 else shared_version end
    where id = 1`,
};

/** No day can follow from the change, so it is finished at once. */
const NO_DAYS_OF_EMPLOYEE = `
  not exists (
    select from attendance_day
    where employee_id = $5 and date between $6::date - ${CHANGE_DAYS} and $7::date + ${CHANGE_DAYS}
  ) and not exists (
    select from punch
    where employee_id = $5 and time >= ($6::date - ${CHANGE_DAYS + 2})::timestamptz
      and time < ($7::date + ${CHANGE_DAYS + 2})::timestamptz
  )`;

const NO_USERS_OF_SHIFT = 'not exists (select from shift_user where shift_id = $5)';

/**
 * For shifts with their own calendar, in any version. From the calendar to its shifts to their
 * users, lateral with a limit, so that it is never walked the other way.
 */
const NO_USERS_OF_CALENDAR = `
  not exists (select from calendar_user where calendar_id = $5) and not exists (
    select from shift_version v
    cross join lateral (select from shift_user u where u.shift_id = v.shift_id limit 1) u
    where v.definition ->> 'calendarId' = $5
  )`;

/**
 * Who may follow the policy just before or just after a change recorded at `at`: by themselves, by
 * their group, or by default. Includes versions that the change replaced.
 */
function usersOfPolicy(policyId: string, at: string): string {
  const definitions = `policy_version p
    where p.policy_id = ${policyId} and p.superseded_at >= ${at}`;
  return `
    select employee_id from policy_user where policy_id = ${policyId}
    union
    select e.employee_id
    from (select distinct jsonb_array_elements_text(p.definition -> 'groupIds') as group_id
          from ${definitions}) g
    join employee e on e.group_id = g.group_id and e.group_id <> ''
    union
    select e.employee_id from employee e
    where exists (select from ${definitions} and (p.definition -> 'isDefault')::boolean)`;
}

const NO_USERS_OF_POLICY = `not exists (${usersOfPolicy('$5', 'h.recorded_at')})`;

function insertChange(column: string, nobody: string): Statement {
  return {
    name: `insert_change_of_${column}`,
    text: `
      insert into roster_change (change_id, recorded_at, actor, reason, ${column}, start_date,
                                 end_date, request_id, payload_hash, answer, shift_overlaps,
                                 finished_at)
      select $1::bigint, h.recorded_at, $3::text, $4::text, $5::text, $6::date, $7::date,
             $8::uuid, $9::bytea, $10::jsonb, $11::bigint,
             case when $2::boolean then case when ${nobody} then h.recorded_at end
                  else h.recorded_at end
      from feed_head h where h.id = 1
      returning ${CHANGE_COLUMNS}`,
  };
}

export const INSERT_CHANGE_OF_EMPLOYEE = insertChange('employee_id', NO_DAYS_OF_EMPLOYEE);
export const INSERT_CHANGE_OF_SHIFT = insertChange('shift_id', NO_USERS_OF_SHIFT);
export const INSERT_CHANGE_OF_POLICY = insertChange('policy_id', NO_USERS_OF_POLICY);
export const INSERT_CHANGE_OF_CALENDAR = insertChange('calendar_id', NO_USERS_OF_CALENDAR);

/** The stale days of the change $1 about the subject $2, unless it is finished. */
function insertStale(name: string, users: string): Statement {
  return {
    name: `insert_stale_${name}`,
    text: `
      insert into stale_days (employee_id, change_id, first_date, last_date, since)
      select u.employee_id, c.change_id, c.start_date - ${CHANGE_DAYS},
             c.end_date + ${CHANGE_DAYS}, c.recorded_at
      from roster_change c
      cross join lateral (${users}) u
      where c.change_id = $1::bigint and c.finished_at is null`,
  };
}

export const INSERT_STALE_OF_EMPLOYEE = insertStale(
  'of_employee',
  'select $2::text as employee_id',
);
export const INSERT_STALE_OF_SHIFT = insertStale(
  'of_shift',
  'select employee_id from shift_user where shift_id = $2',
);
export const INSERT_STALE_OF_CALENDAR = insertStale(
  'of_calendar',
  `select employee_id from calendar_user where calendar_id = $2
   union
   select u.employee_id
   from (
     select distinct shift_id from shift_version where definition ->> 'calendarId' = $2
   ) s
   cross join lateral (select u.employee_id from shift_user u where u.shift_id = s.shift_id) u`,
);

export const INSERT_STALE_OF_POLICY = insertStale(
  'of_policy',
  usersOfPolicy('$2', 'c.recorded_at'),
);

export const INSERT_REQUEST: Statement = {
  name: 'insert_roster_request',
  text: `
    insert into roster_request (request_id, payload_hash, answer)
    values ($1::uuid, $2::bytea, $3::jsonb)`,
};
